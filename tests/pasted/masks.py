import torch

x = torch.tensor([[1., -2., 3.], [-4., 5., -6.]])
mask = x > 0
print(mask)
print(x[mask])
relu = torch.where(x > 0, x, torch.zeros_like(x))
simple = torch.where(x > 0, x, 0.)
filled = x.masked_fill(~mask, float('-inf'))
both = (x > 0) & (x < 4)
either = torch.logical_or(x < -3, x > 3)
neither = torch.logical_not(either)
lengths = torch.tensor([1, 3, 2])
pad = torch.arange(4)[None, :] < lengths[:, None]
floats = pad.float()
causal = torch.tril(torch.ones(4, 4))
causal_mask = torch.triu(torch.ones(4, 4, dtype=torch.bool), diagonal=1)
scores = torch.zeros(4, 4).masked_fill(causal == 0, float('-inf'))
weights = torch.softmax(scores, dim=-1)
count = mask.sum(dim=1)
masked_mean = (x * mask).sum(dim=1) / count
tokens = torch.tensor([[5, 6, 0], [7, 0, 0]])
pad_mask = (tokens != 0).unsqueeze(1).unsqueeze(2)
has = torch.isin(torch.tensor([1, 2, 3]), torch.tensor([2, 5]))
