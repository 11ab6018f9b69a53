import torch

torch.manual_seed(42)
uniform = torch.rand(2, 3)
gauss = torch.randn(2, 3)
integers = torch.randint(0, 10, (2, 3))
one_sided = torch.randint(5, size=(4,))
order = torch.randperm(6)
like = torch.rand_like(uniform)
scaled = torch.normal(0, 0.01, size=(4, 2))
each = torch.normal(mean=torch.zeros(3), std=torch.ones(3))
coins = torch.bernoulli(torch.full((5,), 0.5))
weights = torch.tensor([0., 10., 3., 0.])
draws = torch.multinomial(weights, 2)
many = torch.multinomial(weights, 4, replacement=True)
shifted = torch.randn(3) * 2 + 5
leaf = torch.randn(2, 3, requires_grad=True)
torch.manual_seed(42)
again = torch.rand(2, 3)
print(torch.equal(uniform, again))
shuffled = torch.arange(10)[torch.randperm(10)]
bounded = (1 - -1) * torch.rand(3) + -1
