import math
import torch

d_model = 8
max_len = 10
pe = torch.zeros(max_len, d_model)
position = torch.arange(0, max_len).unsqueeze(1)
div_term = torch.exp(torch.arange(0, d_model, 2) * -(math.log(10000.0) / d_model))
pe[:, 0::2] = torch.sin(position * div_term)
pe[:, 1::2] = torch.cos(position * div_term)
pe = pe.unsqueeze(0)
print(pe.shape)
x = torch.zeros(2, 5, d_model)
x = x + pe[:, : x.size(1)]
freqs = 1.0 / (10000 ** (torch.arange(0, d_model, 2).float() / d_model))
angles = torch.outer(torch.arange(max_len).float(), freqs)
rotation = torch.polar(torch.ones_like(angles), angles)
q = torch.arange(max_len * d_model).float().reshape(max_len, d_model)
q_complex = torch.view_as_complex(q.reshape(max_len, -1, 2))
rotated = torch.view_as_real(q_complex * rotation).flatten(1)
bias = -torch.abs(torch.arange(4)[:, None] - torch.arange(4)[None, :])
