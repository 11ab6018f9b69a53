import torch
from einops import rearrange, reduce, repeat

ims = torch.arange(6 * 8 * 8 * 3, dtype=torch.float32).reshape(6, 8, 8, 3)
first = rearrange(ims[0], 'h w c -> w h c')
column = rearrange(ims, 'b h w c -> (b h) w c')
row = rearrange(ims, 'b h w c -> h (b w) c')
flat = rearrange(ims, 'b h w c -> (b h w c)')
grid = rearrange(ims, '(b1 b2) h w c -> b1 b2 h w c ', b1=2)
tiles = rearrange(ims, '(b1 b2) h w c -> (b1 h) (b2 w) c', b1=2)
patches = rearrange(ims, 'b (h p1) (w p2) c -> b (h w) (p1 p2 c)', p1=4, p2=4)
mean = reduce(ims, 'b h w c -> h w c', 'mean')
smallest = reduce(ims, 'b h w c -> b h w', 'min')
pooled = reduce(ims, 'b (h h2) (w w2) c -> b h w c', 'max', h2=2, w2=2)
kept = reduce(ims, 'b h w c -> b () () c', 'max') - ims
thrice = repeat(ims[0], 'h w c -> h (repeat w) c', repeat=3)
new_axis = repeat(ims[0], 'h w c -> h new_axis w c', new_axis=2)
heads = rearrange(torch.arange(48.).reshape(2, 4, 6), 'b t (h d) -> b h t d', h=3)
print(tiles.shape, pooled.shape)
