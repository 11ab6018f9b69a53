import torch

a = torch.ones((2, 3), dtype=torch.int16)
b = torch.rand((2, 3), dtype=torch.float64) * 20.
c = b.to(torch.int32)
d = torch.tensor([1.7, -1.7])
ints = d.int()
longs = d.long()
doubles = d.double()
halves = d.half()
flags = d.bool()
floats = torch.tensor([1, 2]).float()
typed = torch.tensor([1, 2]).type(torch.float64)
legacy = torch.tensor([1, 2]).type(torch.FloatTensor)
legacy_long = d.type(torch.LongTensor)
as_other = torch.tensor([1, 2]).type_as(d)
moved = d.to("cpu")
both = d.to(torch.device("cpu"), torch.float64)
mixed = torch.tensor([1, 2]) + torch.tensor([0.5, 1.5])
quotient = torch.tensor([7, 8]) / 2
floor = torch.tensor([7, 8]) // 2
total = torch.tensor([True, False, True]).sum()
print(a.dtype, c.dtype, mixed.dtype)
print(torch.result_type(torch.tensor([1, 2]), 1.0))
same = torch.promote_types(torch.int32, torch.float32)
print(a.dtype == torch.int16)
print(torch.tensor([1]).dtype)
empty = torch.tensor([])
