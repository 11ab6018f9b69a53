import torch

torch.manual_seed(0)
k = 3
X = torch.randn(60, 2)
centers = X[torch.randperm(X.shape[0])[:k]]
distances = torch.cdist(X, centers, p=2)
labels = distances.argmin(dim=1)
inertia = distances.gather(1, labels.unsqueeze(1)).pow(2).sum().item()
centers_sum = torch.zeros_like(centers).index_add(0, labels, X)
counts = torch.bincount(labels, minlength=k)
new_centers = centers_sum / counts.unsqueeze(1)
one_hot = torch.nn.functional.one_hot(labels, k).float()
same = (one_hot.T @ X) / one_hot.sum(0)[:, None]
print(torch.allclose(new_centers, same, atol=1e-5))
expanded = X[:, None, :] - centers[None, :, :]
also = expanded.norm(dim=2)
first = X[labels == 0]
centre_of_first = first.mean(dim=0)
shift = torch.norm(new_centers - centers, dim=1).max()
pairs = torch.pdist(X[:4])
