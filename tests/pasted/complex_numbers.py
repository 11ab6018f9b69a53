import torch

z = torch.tensor([1 + 2j, 3 - 4j])
print(z.dtype)
re = z.real
im = z.imag
mag = torch.abs(z)
ang = torch.angle(z)
bar = torch.conj(z)
product = z * z.conj()
c = torch.complex(torch.tensor([1., 2.]), torch.tensor([3., 4.]))
p = torch.polar(torch.tensor([1., 2.]), torch.tensor([0., torch.pi / 2]))
pairs = torch.view_as_real(c)
again = torch.view_as_complex(pairs)
root = torch.sqrt(torch.tensor([-1 + 0j]))
e = torch.exp(1j * torch.tensor([0., torch.pi]))
A = torch.tensor([[1, 2j], [-2j, 3]])
hermitian = A.mH
H = A.H
inner = torch.vdot(c, c)
print(torch.is_complex(z), z.is_complex())
w = torch.linalg.eigvals(torch.tensor([[0., 1.], [-1., 0.]]))
print(w.abs())
narrow = torch.zeros(2, dtype=torch.cfloat)
wide = torch.ones(2, dtype=torch.complex128)
