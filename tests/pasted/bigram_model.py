import torch
import torch.nn.functional as F

torch.manual_seed(1337)
vocab = 5
N = torch.tensor([[0, 3, 1, 0, 2], [1, 0, 4, 1, 0], [2, 2, 0, 0, 1], [0, 1, 1, 3, 0], [1, 0, 0, 2, 1]])
P = (N + 1).float()
P = P / P.sum(1, keepdim=True)
print(P[0].sum())
xs = torch.tensor([0, 1, 2, 3])
ys = torch.tensor([1, 2, 3, 4])
probs = P[xs, ys]
nll = -probs.log().mean()
print("nll:", nll.item())
xenc = F.one_hot(xs, num_classes=vocab).float()
W = torch.randn((vocab, vocab), requires_grad=True)
logits = xenc @ W
counts = logits.exp()
soft = counts / counts.sum(1, keepdims=True)
loss = -soft[torch.arange(4), ys].log().mean() + 0.01 * (W ** 2).mean()
next_ids = torch.multinomial(P[0], num_samples=3, replacement=True)
C = torch.randn(vocab, 2)
emb = C[torch.tensor([[0, 1, 2], [1, 2, 3]])]
h = torch.tanh(emb.view(-1, 6) @ torch.randn(6, 4) + torch.randn(4))
print(emb.shape, h.shape)
ix = torch.randint(0, xs.shape[0], (2,))
