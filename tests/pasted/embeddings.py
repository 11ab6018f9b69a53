import torch
import torch.nn.functional as F

torch.manual_seed(9)
vocab_size, embed_dim = 10, 4
table = torch.randn(vocab_size, embed_dim)
tokens = torch.tensor([[1, 2, 4], [4, 3, 9]])
embedded = F.embedding(tokens, table)
same = table[tokens]
by_matmul = F.one_hot(tokens, num_classes=vocab_size).float() @ table
print(torch.allclose(same, by_matmul))
padded = F.embedding(tokens, table, padding_idx=0)
bag = embedded.mean(dim=1)
bags = F.embedding_bag(tokens, table, mode='mean')
normed = F.normalize(table, dim=-1)
similarity = normed @ normed.T
nearest = similarity - torch.eye(vocab_size) * 2
closest = nearest.argmax(dim=-1)
cos = F.cosine_similarity(table[0], table[1], dim=0)
contexts = torch.tensor([2, 3])
score = torch.dot(table[1], table[contexts].mean(dim=0))
