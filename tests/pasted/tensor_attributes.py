import torch

tensor = torch.arange(12, dtype=torch.float32).reshape(3, 4)
print(tensor.shape, tensor.dtype)
print(tensor.size())
print(tensor.size(0), tensor.size(-1), tensor.size(dim=1))
print(tensor.ndim, tensor.dim(), tensor.numel(), len(tensor))
print("bytes of an element:", tensor.element_size())
print(torch.is_tensor(tensor))
print(tensor.is_floating_point(), torch.is_complex(tensor))
print(tensor.device, tensor.is_cuda)
print(tensor.T.shape)
rows, columns = tensor.shape
batch, features = tensor.size()
total = rows * columns
flat = tensor.view(tensor.numel())
