import torch

x = torch.tensor([[3., 1., 2.], [9., 7., 8.]])
sorted_x, order = torch.sort(x, dim=1, descending=True)
values, indices = x.topk(2)
top = torch.topk(x, k=2, dim=1, largest=False)
print(top.values, top.indices)
ranks = x.argsort(dim=1).argsort(dim=1)
again = torch.gather(x, 1, order)
second = torch.kthvalue(x, 2)
print(second.values)
logits = torch.tensor([[0.1, 2.0, 0.3, 1.5], [1.0, 0.2, 0.1, 0.9]])
probs = torch.softmax(logits, dim=-1)
top_p, top_class = probs.topk(1, dim=1)
k = 2
kth = torch.topk(logits, k).values[:, -1].unsqueeze(-1)
filtered = torch.where(logits < kth, float('-inf'), logits)
u, inverse, counts = torch.unique(torch.tensor([3, 1, 3, 2]), return_inverse=True, return_counts=True)
runs = torch.unique_consecutive(torch.tensor([1, 1, 2, 2, 1]))
flat = torch.msort(torch.tensor([3, 1, 2]))
place = torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([2, 5]))
bucket = torch.bucketize(torch.tensor([2, 5]), torch.tensor([1, 3, 5]))
best = torch.argmax(torch.tensor([[1, 5], [7, 2]]))
ends = torch.sort(torch.tensor([2, 3, 1]))[0]
