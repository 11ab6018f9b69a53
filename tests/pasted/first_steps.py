from __future__ import print_function
import torch
import numpy as np

torch.manual_seed(1729)
r1 = torch.rand(2, 2)
print('A random tensor:')
print(r1)

r2 = torch.rand(2, 2)
print('\nA different random tensor:')
print(r2)

torch.manual_seed(1729)
r3 = torch.rand(2, 2)
print('Should match r1:')
print(r3)

x = torch.tensor([5.5, 3])
x = x.new_ones(5, 3, dtype=torch.double)
x = torch.randn_like(x, dtype=torch.float)
y = torch.rand(5, 3)
print(x + y)
print(torch.add(x, y))
z = x.view(-1, 5)
w = x.view(15)
print(x.size(), z.size(), w.size())
print(x[:, 1])
a = torch.ones(5)
b = a.numpy()
c = torch.from_numpy(b)
