import numpy as np
import torch

t = torch.ones(5)
n = t.numpy()
back = torch.from_numpy(n)
wide = torch.from_numpy(torch.zeros(2, 3, dtype=torch.float64).numpy())
small = wide.float()
listed = torch.arange(3).tolist()
number = torch.tensor([2.5]).item()
again = torch.tensor(torch.arange(4).tolist())
on_cpu = torch.ones(2).detach().cpu().numpy()
circle = 2 * np.pi * torch.arange(3)
open_end = torch.tensor([np.inf, np.nan])
