import torch

ones = torch.zeros(2, 2) + 1
twos = torch.ones(2, 2) * 2
threes = (torch.ones(2, 2) * 7 - 1) / 2
fours = twos ** 2
sqrt2s = twos ** 0.5
print(ones)
print(twos)
print(threes)

powers2 = twos ** torch.tensor([[1, 2], [3, 4]])
fives = ones + fours
dozens = threes * fours

a = torch.tensor([-1.7, -0.2, 0.5, 2.3])
print(torch.abs(a), torch.ceil(a), torch.floor(a), torch.round(a), torch.trunc(a))
print(torch.clamp(a, -0.5, 0.5))
clipped = a.clamp(min=0.0)
lower = torch.clamp_min(a, 0.)
angles = torch.tensor([0, torch.pi / 4, torch.pi / 2, 3 * torch.pi / 4])
sines = torch.sin(angles)
inverses = torch.asin(sines)
b = torch.tensor([1, 5, 11])
c = torch.tensor([2, 7, 10])
print(torch.bitwise_xor(b, c), torch.bitwise_and(b, c), torch.bitwise_left_shift(b, c))
d = torch.tensor([[1., 2.], [3., 4.]])
e = torch.ones(1, 2)
print(torch.eq(d, e), d.eq(e), d.ne(e), d.gt(e), d.le(e))
print(torch.max(d), torch.mean(d), torch.std(d), torch.prod(d))
print(torch.max(d).item())
print(torch.unique(torch.tensor([1, 2, 1, 2, 1, 2])))
v1 = torch.tensor([1., 0., 0.])
v2 = torch.tensor([0., 1., 0.])
m1 = torch.tensor([[0.3, 0.1], [0.7, 0.2]])
m2 = torch.tensor([[3., 0.], [0., 3.]])
print(torch.linalg.cross(v2, v1))
m3 = torch.linalg.matmul(m1, m2)
u, s, vh = torch.linalg.svd(m3)
print(s)
rounded = torch.div(torch.tensor([7., -7.]), 2, rounding_mode='floor')
cut = torch.div(torch.tensor([7, -7]), 2, rounding_mode='trunc')
