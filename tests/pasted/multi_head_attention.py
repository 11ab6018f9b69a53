import torch
import torch.nn.functional as F

torch.manual_seed(0)
b, num_tokens, d_in = 2, 3, 4
d_out = 6
num_heads = 3
head_dim = d_out // num_heads
x = torch.randn(b, num_tokens, d_in)
print("Input x shape:", x.shape)
W_q = torch.randn(d_in, d_out)
W_k = torch.randn(d_in, d_out)
W_v = torch.randn(d_in, d_out)
q = (x @ W_q).view(b, num_tokens, num_heads, head_dim).transpose(1, 2)
k = (x @ W_k).view(b, num_tokens, num_heads, head_dim).transpose(1, 2)
v = (x @ W_v).view(b, num_tokens, num_heads, head_dim).transpose(1, 2)
scores = q @ k.transpose(2, 3)
mask = torch.triu(torch.ones(num_tokens, num_tokens), diagonal=1).bool()
scores = scores.masked_fill(mask[:num_tokens, :num_tokens], -torch.inf)
weights = torch.softmax(scores / k.shape[-1] ** 0.5, dim=-1)
context = (weights @ v).transpose(1, 2).contiguous().view(b, num_tokens, d_out)
print(context.shape)
B, T, C = x.shape
wei = torch.tril(torch.ones(T, T))
wei = wei / wei.sum(1, keepdim=True)
xbow = wei @ x
qkv = torch.cat([x @ W_q, x @ W_k, x @ W_v], dim=-1)
q2, k2, v2 = qkv.chunk(3, dim=-1)
q3, k3, v3 = qkv.split(d_out, dim=2)
