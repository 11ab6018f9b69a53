import torch

torch.manual_seed(8)
x = torch.randn(3, 100)
c = torch.cov(x)
r = torch.corrcoef(x)
mean, std = x.mean(1), x.std(1)
z = (x - mean.unsqueeze(1)) / std.unsqueeze(1)
q = torch.quantile(x, torch.tensor([0.25, 0.5, 0.75]), dim=1)
iqr = q[2] - q[0]
m = x.median(dim=1).values
mode = torch.mode(torch.tensor([1, 2, 2, 3])).values
skew = (z ** 3).mean(1)
hist, edges = torch.histogram(torch.tensor([1., 2., 1., 3.]), bins=3)
confusion = torch.bincount(torch.tensor([0, 1, 1, 0]) * 2 + torch.tensor([0, 1, 0, 0]), minlength=4).reshape(2, 2)
precision = confusion.diag().float() / confusion.sum(0)
recall = confusion.diagonal().float() / confusion.sum(1)
f1 = 2 * precision * recall / (precision + recall)
entropy = -(torch.tensor([0.5, 0.25, 0.25]) * torch.log2(torch.tensor([0.5, 0.25, 0.25]))).sum()
nq = torch.nanmedian(torch.tensor([1., float('nan'), 3.]))
standard = torch.var(x, dim=1, correction=0)
