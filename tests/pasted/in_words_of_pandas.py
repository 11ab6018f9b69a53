import torch

# A small table of houses: rooms, size, price; one price is missing
table = torch.tensor([[2., 60., 300.], [3., 80., float('nan')], [4., 120., 550.]])
missing = torch.isnan(table)
filled = torch.where(missing, torch.nanmean(table, dim=0), table)
inputs, targets = filled[:, 0:2], filled[:, 2]
columns = inputs.mean(dim=0)
by_size = filled[filled[:, 1].argsort(descending=True)]
expensive = filled[(filled[:, 2] > 400) & (filled[:, 0] >= 3)]
ratio = (targets / inputs[:, 1]).round(decimals=2)
print(by_size)
print("rows:", expensive.size(0))
group = torch.tensor([0, 1, 0])
totals = torch.zeros(2).index_add(0, group, targets)
one_more = torch.cat([filled, filled.mean(dim=0, keepdim=True)])
