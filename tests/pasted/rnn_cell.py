import torch

torch.manual_seed(11)
X, W_xh = torch.randn(3, 1), torch.randn(1, 4)
H, W_hh = torch.randn(3, 4), torch.randn(4, 4)
print(torch.matmul(X, W_xh) + torch.matmul(H, W_hh))
same = torch.matmul(torch.cat((X, H), 1), torch.cat((W_xh, W_hh), 0))
b_h = torch.zeros(4)
h1 = torch.tanh(X @ W_xh + H @ W_hh + b_h)
h2 = torch.tanh(X @ W_xh + h1 @ W_hh + b_h)
# a gated unit
W_z, W_r, W_n = torch.randn(5, 4), torch.randn(5, 4), torch.randn(5, 4)
XH = torch.cat([X, H], dim=1)
Z = torch.sigmoid(XH @ W_z)
R = torch.sigmoid(XH @ W_r)
candidate = torch.tanh(torch.cat([X, R * H], dim=1) @ W_n)
new_H = Z * H + (1 - Z) * candidate
# long short-term memory, all gates in one product
W = torch.randn(5, 16)
gates = XH @ W
i, f, g, o = gates.chunk(4, dim=1)
C = torch.sigmoid(f) * torch.zeros_like(H) + torch.sigmoid(i) * torch.tanh(g)
Ht = torch.sigmoid(o) * torch.tanh(C)
print(Ht.shape)
