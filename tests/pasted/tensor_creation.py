import torch
import math

# A tensor straight from nested lists
data = [[1, 2], [3, 4]]
x_data = torch.tensor(data)
x_ones = torch.ones_like(x_data)
x_float = torch.ones_like(x_data, dtype=torch.float)
print(x_ones)
print("as floats:", x_float)

z = torch.zeros(5, 3)
print(z)
print(z.dtype)
i = torch.ones((5, 3), dtype=torch.int16)
print(i)
shape = (2, 3,)
ones_tensor = torch.ones(shape)
zeros_tensor = torch.zeros(shape)
halves = torch.full((2, 3), 0.5)
identity = torch.eye(3)
diagonal = torch.diag(torch.tensor([1., 2., 3.]))
steps = torch.arange(0, 10, 2)
line = torch.linspace(0, 1, steps=5)
decades = torch.logspace(0, 3, steps=4)
angles = torch.arange(0, 2 * math.pi, math.pi / 4)
typed = torch.tensor([1, 2, 3], dtype=torch.float32, device="cpu")
old = torch.Tensor([1, 2])
old_ints = torch.LongTensor([3, 4])
scalar = torch.tensor(3.14)
print(scalar.item())
