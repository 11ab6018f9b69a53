import torch

torch.manual_seed(3)
true_w = torch.tensor([2, -3.4])
true_b = 4.2
X = torch.normal(0, 1, (100, len(true_w)))
y = torch.matmul(X, true_w) + true_b
y += torch.normal(0, 0.01, y.shape)
labels = y.reshape((-1, 1))
w = torch.normal(0, 0.01, size=(2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)
y_hat = X @ w + b
l = (y_hat - labels.reshape(y_hat.shape)) ** 2 / 2
loss = l.mean()
print(loss.item())
lr = 0.03
error = (y_hat - labels).detach()
grad_w = X.T @ error / len(X)
grad_b = error.mean()
new_w = w.detach() - lr * grad_w
new_b = b.detach() - lr * grad_b
better = ((X @ new_w + new_b - labels) ** 2).mean() / 2
print(better < loss)
