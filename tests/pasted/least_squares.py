import torch

torch.manual_seed(0)
n = 50
x = torch.linspace(-1, 1, n)
noise = 0.1 * torch.randn(n)
y = 3 * x + 2 + noise
X = torch.stack([x, torch.ones(n)], dim=1)
theta = torch.linalg.lstsq(X, y.unsqueeze(1)).solution
print(theta.squeeze())
normal = torch.linalg.solve(X.T @ X, X.T @ y)
by_inverse = torch.inverse(X.T @ X) @ X.T @ y
pred = X @ theta
residual = y - pred.squeeze(-1)
mse = (residual ** 2).mean()
print("mse:", mse.item())
V = torch.vander(x, N=4, increasing=True)
coefficients = torch.linalg.lstsq(V, y[:, None]).solution
ridge = torch.linalg.solve(X.T @ X + 0.1 * torch.eye(2), X.T @ y)
r2 = 1 - residual.square().sum() / (y - y.mean()).square().sum()
