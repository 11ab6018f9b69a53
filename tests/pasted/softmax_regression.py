import torch

torch.manual_seed(1)
num_inputs = 784
num_outputs = 10
W = torch.normal(0, 0.01, size=(num_inputs, num_outputs), requires_grad=True)
b = torch.zeros(num_outputs, requires_grad=True)
X = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
print(X.sum(0, keepdim=True), X.sum(1, keepdim=True))
images = torch.rand(8, 1, 28, 28)
flat = images.reshape((-1, W.shape[0]))
logits = torch.matmul(flat, W) + b
X_exp = torch.exp(logits - logits.max(dim=1, keepdim=True).values)
partition = X_exp.sum(1, keepdim=True)
y_prob = X_exp / partition
y = torch.tensor([0, 2])
y_hat = torch.tensor([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]])
print(y_hat[[0, 1], y])
cross_entropy = -torch.log(y_hat[torch.arange(len(y_hat)), y])
cmp = y_hat.argmax(axis=1).type(y.dtype) == y
accuracy = float(cmp.type(y.dtype).sum()) / len(y)
