import torch

A = torch.tensor([[4., 1., 0.], [1., 3., 1.], [0., 1., 2.]])
b = torch.tensor([1., 2., 3.])
x = torch.linalg.solve(A, b)
print(torch.allclose(A @ x, b, atol=1e-5))
Ainv = torch.linalg.inv(A)
same = torch.inverse(A)
det = torch.det(A)
sign, logdet = torch.linalg.slogdet(A)
L = torch.linalg.cholesky(A)
print(torch.dist(L @ L.T, A) < 1e-5)
eigenvalues, eigenvectors = torch.linalg.eigh(A)
rebuilt = eigenvectors @ torch.diag(eigenvalues) @ eigenvectors.T
print(torch.allclose(rebuilt, A, atol=1e-5))
U, S, Vh = torch.linalg.svd(A, full_matrices=False)
back = U @ torch.diag(S) @ Vh
Q, R = torch.linalg.qr(A)
orthogonal = Q.T @ Q
rank = torch.linalg.matrix_rank(A)
cond = torch.linalg.cond(A)
trace = torch.trace(A)
norm1 = torch.norm(A)
norm2 = torch.linalg.norm(A, ord=2)
norm3 = torch.norm(A, p=1, dim=1)
vector = torch.linalg.vector_norm(b, ord=3)
pinv = torch.linalg.pinv(A[:, :2])
exp = torch.linalg.matrix_exp(A * 0.1)
upper = torch.triu(A, diagonal=1)
