import torch
import torch.nn.functional as F
import math

torch.manual_seed(123)
inputs = torch.tensor(
    [[0.43, 0.15, 0.89],  # one
     [0.55, 0.87, 0.66],  # two
     [0.57, 0.85, 0.64],  # three
     [0.22, 0.58, 0.33]]  # four
)
query = inputs[1]
attn_scores_2 = inputs @ query
attn_weights_2 = torch.softmax(attn_scores_2, dim=0)
print("Attention weights:", attn_weights_2)
print("Sum:", attn_weights_2.sum())
context_vec_2 = (attn_weights_2.unsqueeze(1) * inputs).sum(dim=0)
d_in, d_out = inputs.shape[1], 2
W_query = torch.rand(d_in, d_out)
W_key = torch.rand(d_in, d_out)
W_value = torch.rand(d_in, d_out)
queries = inputs @ W_query
keys = inputs @ W_key
values = inputs @ W_value
attn_scores = queries @ keys.T
d_k = keys.shape[-1]
attn_weights = torch.softmax(attn_scores / d_k ** 0.5, dim=-1)
context_vec = attn_weights @ values
context_length = attn_scores.shape[0]
mask = torch.triu(torch.ones(context_length, context_length), diagonal=1)
masked = attn_scores.masked_fill(mask.bool(), -torch.inf)
print(masked)
causal = torch.softmax(masked / keys.shape[-1] ** 0.5, dim=-1) @ values
fused = F.scaled_dot_product_attention(queries[None], keys[None], values[None], is_causal=True)
print(torch.allclose(fused.squeeze(0), causal, atol=1e-5))
scores = torch.matmul(queries, keys.transpose(-2, -1)) / math.sqrt(queries.size(-1))
