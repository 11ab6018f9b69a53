import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
input = torch.randn(1, 1, 32, 32)
conv1 = torch.randn(6, 1, 5, 5) * 0.1
conv2 = torch.randn(16, 6, 5, 5) * 0.1
fc1 = torch.randn(120, 16 * 5 * 5) * 0.05
fc2 = torch.randn(84, 120) * 0.05
fc3 = torch.randn(10, 84) * 0.05
c1 = F.relu(F.conv2d(input, conv1))
s2 = F.max_pool2d(c1, (2, 2))
c3 = F.relu(F.conv2d(s2, conv2))
s4 = F.max_pool2d(c3, 2)
s4 = torch.flatten(s4, 1)
f5 = F.relu(F.linear(s4, fc1))
f6 = F.relu(F.linear(f5, fc2))
output = F.linear(f6, fc3)
print(output.size())
target = torch.randn(10)
target = target.view(1, -1)
loss = F.mse_loss(output, target)
print(loss)
