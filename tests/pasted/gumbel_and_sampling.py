import torch

torch.manual_seed(21)
logits = torch.tensor([2.0, 1.0, 0.1])
temperature = 0.7
probs = torch.softmax(logits / temperature, dim=-1)
gumbel = -torch.log(-torch.log(torch.rand(3)))
hard = torch.argmax(logits + gumbel)
mu, logvar = torch.zeros(4, 2), torch.ones(4, 2) * -1
std = torch.exp(0.5 * logvar)
eps = torch.randn_like(std)
z = mu + eps * std
kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
sorted_probs, sorted_idx = torch.sort(probs, descending=True)
cumulative = torch.cumsum(sorted_probs, dim=-1)
nucleus = cumulative - sorted_probs < 0.8
kept = sorted_probs * nucleus
betas = torch.linspace(0.0001, 0.02, 10)
alphas = 1. - betas
alphas_cumprod = torch.cumprod(alphas, axis=0)
previous = torch.nn.functional.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
sqrt_recip = torch.sqrt(1.0 / alphas)
x0 = torch.randn(2, 3)
t = torch.tensor([3, 7])
noise = torch.randn_like(x0)
xt = alphas_cumprod[t].sqrt()[:, None] * x0 + (1 - alphas_cumprod[t]).sqrt()[:, None] * noise
