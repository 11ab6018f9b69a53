import torch
from torch.func import vmap
from torch.autograd.functional import jacobian

x = torch.tensor([1., 2.], requires_grad=True)
w = torch.tensor(2., requires_grad=True)
y = (x ** 2).sum() * w
print(torch.autograd.grad(y, x, retain_graph=True))
gx, gw = torch.autograd.grad(y, [x, w], retain_graph=True)
g, = torch.autograd.grad(y, x, create_graph=True)
second = torch.autograd.grad(g.sum(), x)[0]
z = x ** 3
pulled = torch.autograd.grad(z, x, grad_outputs=torch.ones_like(z))[0]
named = torch.autograd.grad(outputs=(x ** 2).sum(), inputs=x)[0]
p = torch.tensor([1., 2.])
J = jacobian(lambda t: t ** 2, p)
K = torch.autograd.functional.jacobian(lambda t: t.sum() * t, p)
H = torch.autograd.functional.hessian(lambda t: (t ** 3).sum(), p)
out, product = torch.autograd.functional.vjp(lambda t: t ** 2, p, torch.tensor([1., 10.]))
pushed = torch.func.jvp(torch.sin, (p,), (torch.tensor([1., 10.]),))
cosine = torch.func.grad(torch.sin)(torch.tensor(1.))
curve = torch.func.grad(torch.func.grad(torch.sin))(torch.tensor(1.))
each = vmap(torch.func.grad(torch.sin))(p)
rows = torch.func.vmap(torch.func.grad(lambda t: (t ** 2).sum()))(torch.ones(3, 2))
R = torch.func.jacrev(torch.sin)(p)
C = torch.func.jacfwd(lambda t: t ** 2)(p)
S = torch.func.hessian(lambda t: (t ** 3).sum())(p)
by_second = torch.func.grad(lambda s, t: s * t ** 2, argnums=1)(torch.tensor(2.), torch.tensor(3.))
by_both = torch.func.grad(lambda s, t: s * t ** 2, argnums=(0, 1))(torch.tensor(2.), torch.tensor(3.))
