import torch

tensor = torch.ones(4, 4)
tensor[:, 1] = 0
t1 = torch.cat([tensor, tensor, tensor], dim=1)
print(t1)
a = torch.arange(6).reshape(2, 3)
b = a * 10
stacked = torch.stack([a, b])
deep = torch.stack((a, b), dim=-1)
side = torch.cat((a, b), -1)
beside = torch.hstack((a, b))
below = torch.vstack([a, b])
same = torch.concat([a, b], axis=0)
first, second = torch.split(side, 3, dim=1)
one, two, three = torch.chunk(torch.arange(9), 3)
p, q = torch.tensor_split(torch.arange(7), 2)
left, right = side.chunk(2, dim=-1)
rows = torch.unbind(a)
top, bottom = a.unbind(0)
h1, h2 = torch.hsplit(side, 2)
lengths = torch.split(torch.arange(10), [2, 3, 5])
print(lengths[1])
