import torch

tensor = torch.arange(24).reshape(2, 3, 4)
print("first:", tensor[0])
print("last column:", tensor[..., -1])
print(tensor[:, -1])
print(tensor[:, 1:, ::2])
corner = tensor[0, 0, 0].item()
with_axis = tensor[None]
also = tensor[:, None, :, :]
front = tensor[..., 0]
picked = tensor[[0, 1], [2, 0]]
rows = torch.tensor([2, 0, 1])
shuffled = tensor[:, rows]
mask = tensor > 10
kept = tensor[mask]
even = tensor[tensor % 2 == 0]
X = torch.zeros(3, 4)
X[1, 2] = 17
X[:2, :] = 12
X[:, 1] = 0
X[2] = torch.arange(4.)
X[X > 10] = -1
print(X)
