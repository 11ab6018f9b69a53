import torch

x = torch.ones(5)
y = torch.zeros(3)
torch.manual_seed(7)
w = torch.randn(5, 3, requires_grad=True)
b = torch.randn(3, requires_grad=True)
z = torch.matmul(x, w) + b
loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
print(loss)
a = torch.tensor([2., 3.], requires_grad=True)
c = torch.tensor([6., 4.], requires_grad=True)
Q = 3 * a ** 3 - c ** 2
print(Q)
external_grad = torch.tensor([1., 1.])
by_hand = 9 * a.detach() ** 2
t = torch.ones(2, 2, requires_grad=True)
u = t + 2
v = u * u * 3
out = v.mean()
print(v, out)
z_det = z.detach()
value = out.item()
