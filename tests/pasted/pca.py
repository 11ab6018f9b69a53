import torch

torch.manual_seed(6)
data = torch.randn(100, 5) @ torch.diag(torch.tensor([5., 3., 1., 0.5, 0.1]))
mean = data.mean(dim=0)
centered = data - mean
cov = centered.T @ centered / (data.shape[0] - 1)
same = torch.cov(data.T)
print(torch.allclose(cov, same, atol=1e-4))
eigenvalues, eigenvectors = torch.linalg.eigh(cov)
order = torch.argsort(eigenvalues, descending=True)
explained = eigenvalues[order] / eigenvalues.sum()
U, S, Vh = torch.linalg.svd(centered, full_matrices=False)
variances = S ** 2 / (data.size(0) - 1)
scores = (centered @ Vh.T[:, :2]).abs()
by_svd = (U[:, :2] * S[:2]).abs()
reconstructed = U[:, :2] @ torch.diag(S[:2]) @ Vh[:2] + mean
error = torch.mean((data - reconstructed) ** 2)
corr = torch.corrcoef(data.T)
cumulative = torch.cumsum(explained, dim=0)
enough = (cumulative < 0.95).sum() + 1
