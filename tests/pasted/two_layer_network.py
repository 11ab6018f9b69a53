import torch
import torch.nn.functional as F

torch.manual_seed(0)
N, D_in, H, D_out = 16, 10, 20, 3
x = torch.randn(N, D_in)
y = torch.randn(N, D_out)
w1 = torch.randn(D_in, H)
w2 = torch.randn(H, D_out)
h = x.mm(w1)
h_relu = h.clamp(min=0)
y_pred = h_relu.mm(w2)
loss = (y_pred - y).pow(2).sum()
print(loss.item())
grad_y_pred = 2.0 * (y_pred - y)
grad_w2 = h_relu.t().mm(grad_y_pred)
grad_h_relu = grad_y_pred.mm(w2.t())
grad_h = grad_h_relu * (h > 0)
grad_w1 = x.t().mm(grad_h)
w1 -= 1e-6 * grad_w1
w2 -= 1e-6 * grad_w2
y_new = F.relu(x @ w1) @ w2
print(F.mse_loss(y_new, y, reduction='sum') < loss)
out = F.linear(x, w1.t(), torch.zeros(H))
probs = F.softmax(y_pred, dim=1)
pred = probs.argmax(dim=1)
correct = (pred == torch.zeros(N, dtype=torch.long)).sum().item()
