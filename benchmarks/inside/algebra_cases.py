"""The expressions of linear algebra that are measured, each by hand as well as torch can, and as it is written.

They are those of "Benchmarking the Linear Algebra Awareness of TensorFlow and PyTorch" (arXiv 2202.09888), and more.
What is written takes torch, NumPy or jax.numpy as `m`: the three have these names in common.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import torch

Tensors = dict[str, torch.Tensor]
#: The operands by their names, and the size `n`.
Operands = SimpleNamespace
Hand = Callable[[Operands], Any]
Written = Callable[[Any, Operands], Any]


class Case(NamedTuple):
    """An expression. `peers` is what the best of torch, torch.compile, jax.jit and NumPy took over the hand's time.

    It is 0 where none was measured. An expression that is not `safe` computes something else in floating numbers.
    """

    text: str
    hand: Hand
    written: Written
    peers: float = 0
    safe: bool = True
    note: str = ""


def draw(n: int) -> Tensors:
    """The operands: A, B, C, H are n×n, S is positive definite, W triangular; x, y, v, d, b have n."""
    generator = torch.Generator().manual_seed(n)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator)

    found = {name: normal(n, n) / n**0.5 for name in "ABCH"}
    found |= {name: normal(n) for name in "xyvdb"}
    found |= {"X": normal(n, 1), "Y": normal(n, 1), "P": normal(n, 20), "Q": normal(20, n) / n**0.5, "V": normal(3, n)}
    found |= {"K": normal(60, 60), "L": normal(60, 60), "z": normal(3600)}
    found |= {"F": normal(n // 2, n // 2), "G": normal(n - n // 2, n - n // 2)}
    found["S"] = found["A"] @ found["A"].T + n * torch.eye(n)
    found["W"] = found["A"].triu() + n * torch.eye(n)
    return found


def _entry(t: Operands) -> torch.Tensor:
    return t.A[2] @ t.B[:, 2]


def _gram(t: Operands) -> torch.Tensor:
    w = t.A @ t.x
    return torch.dot(w, w)


def _twice(t: Operands) -> torch.Tensor:
    return (t.A.T @ t.B).mul_(2)


def _squared(t: Operands) -> torch.Tensor:
    w = t.A.T @ t.B
    return w.T @ w


def _symmetric(t: Operands) -> torch.Tensor:
    """A @ A.T by four rows of blocks, each as far as the diagonal."""
    made = torch.empty_like(t.A)
    for first, last in _quarters(t.n):
        torch.mm(t.A[first:last], t.A[:last].T, out=made[first:last, :last])
        made[:first, first:last] = made[first:last, :first].T
    return made


def _triangular(t: Operands) -> torch.Tensor:
    """triu(A) @ B by four rows of blocks, each from the diagonal on."""
    made = torch.empty_like(t.B)
    for first, last in _quarters(t.n):
        torch.mm(t.A[first:last, first:].triu(), t.B[first:], out=made[first:last])
    return made


def _quarters(n: int) -> list[tuple[int, int]]:
    return [(n * place // 4, n * (place + 1) // 4) for place in range(4)]


def _triangular_solved(t: Operands) -> torch.Tensor:
    made = t.A.triu()
    made.diagonal().add_(t.n)
    return torch.linalg.solve_triangular(made, t.b[:, None], upper=True)[:, 0]


def _determinants(t: Operands) -> tuple[torch.Tensor, torch.Tensor]:
    (one, first), (other, second) = torch.linalg.slogdet(t.A), torch.linalg.slogdet(t.B)
    return one * other, first + second


def _three(t: Operands) -> tuple[torch.Tensor, ...]:
    w = t.A @ t.B
    return tuple([torch.addr(w, v, v) for v in t.V])


def _mapped(t: Operands) -> torch.Tensor:
    return torch.baddbmm(t.A @ t.B, t.V[:, :, None], t.V[:, None, :])


def _folded(t: Operands) -> torch.Tensor:
    w, h = t.A @ t.B, t.A
    for r in t.V:
        h = torch.addcmul(w, h, r.sum())
    return h


def _folded_written(m: Any, t: Operands) -> Any:
    h = t.A
    for r in t.V:
        h = t.A @ t.B + h * m.sum(r)
    return h


def _blocks(t: Operands) -> torch.Tensor:
    made, half = torch.empty_like(t.A), t.n // 2
    torch.mm(t.F, t.A[:half], out=made[:half])
    torch.mm(t.G, t.A[half:], out=made[half:])
    return made


def _blocks_written(m: Any, t: Operands) -> Any:
    f, g = m.zeros_like(t.A[: t.n // 2, t.n // 2 :]), m.zeros_like(t.A[t.n // 2 :, : t.n // 2])
    return m.concatenate((m.concatenate((t.F, f), 1), m.concatenate((g, t.G), 1)), 0) @ t.A


def _bell(t: Operands) -> torch.Tensor:
    return (t.A - t.B).square_().mul_(-0.5).exp_()


def _residual(t: Operands) -> torch.Tensor:
    r = torch.addmv(t.b, t.A, t.x, beta=-1)
    return torch.dot(r, r)


def _eye(m: Any, t: Operands) -> Any:
    return m.eye(t.n, dtype=t.A.dtype)


PRODUCTS = [
    Case("A @ B @ v", lambda t: t.A @ (t.B @ t.v), lambda m, t: t.A @ t.B @ t.v, 36),
    Case("H.T @ H @ x", lambda t: t.H.T @ (t.H @ t.x), lambda m, t: t.H.T @ t.H @ t.x, 49),
    Case("y @ H.T @ H", lambda t: t.y @ t.H.T @ t.H, lambda m, t: t.y @ t.H.T @ t.H, 0.4),
    Case("H.T @ Y @ X.T @ H", lambda t: (t.H.T @ t.Y) @ (t.X.T @ t.H), lambda m, t: t.H.T @ t.Y @ t.X.T @ t.H, 41),
    Case("A @ B @ P @ Q", lambda t: t.A @ (t.B @ t.P) @ t.Q, lambda m, t: t.A @ t.B @ t.P @ t.Q, 7.4),
    Case("P @ Q @ x", lambda t: t.P @ (t.Q @ t.x), lambda m, t: t.P @ t.Q @ t.x, 77),
    Case("outer(x, y) @ v", lambda t: t.x * (t.y @ t.v), lambda m, t: m.outer(t.x, t.y) @ t.v, 27),
    Case("(A @ B).T @ x", lambda t: t.B.T @ (t.A.T @ t.x), lambda m, t: (t.A @ t.B).T @ t.x, 50),
    Case("x @ A.T @ A @ x", _gram, lambda m, t: t.x @ t.A.T @ t.A @ t.x, 0.7),
    Case("A.T @ B + A.T @ B", _twice, lambda m, t: t.A.T @ t.B + t.A.T @ t.B, 0.9),
    Case("(A.T @ B).T @ (A.T @ B)", _squared, lambda m, t: (t.A.T @ t.B).T @ (t.A.T @ t.B), 1.4),
    Case("(A.T @ B).T @ A.T @ B", _squared, lambda m, t: (t.A.T @ t.B).T @ t.A.T @ t.B, 1.0),
    Case("A @ B + A @ C", lambda t: t.A @ (t.B + t.C), lambda m, t: t.A @ t.B + t.A @ t.C, 1.7),
    Case(
        "(A - H.T @ H) @ x",
        lambda t: t.A @ t.x - t.H.T @ (t.H @ t.x),
        lambda m, t: (t.A - t.H.T @ t.H) @ t.x,
        26,
        safe=False,
    ),
    Case("trace(A @ B)", lambda t: (t.A * t.B.T).sum(), lambda m, t: m.trace(t.A @ t.B), 18),
    Case(
        "trace(A.T @ B)",
        lambda t: (t.A * t.B).sum(),  # a dot product loses digits
        lambda m, t: m.trace(t.A.T @ t.B),
        51,
    ),
    Case("diag(A @ B)", lambda t: (t.A * t.B.T).sum(1), lambda m, t: m.diag(t.A @ t.B), 13),
    Case("(A @ B)[2, 2]", _entry, lambda m, t: (t.A @ t.B)[2, 2], 5987),
    Case("(A @ B)[5]", lambda t: t.A[5] @ t.B, lambda m, t: (t.A @ t.B)[5], 305),
    Case("(A @ B)[:, 0:10]", lambda t: t.A @ t.B[:, :10], lambda m, t: (t.A @ t.B)[:, 0:10], 16),
    Case("(A + B)[2, 2]", lambda t: t.A[2, 2] + t.B[2, 2], lambda m, t: (t.A + t.B)[2, 2], 7.5),
    Case("sum(A @ B)", lambda t: t.A.sum(0) @ t.B.sum(1), lambda m, t: m.sum(t.A @ t.B), 6.6),
    Case("sum[1](A @ B)", lambda t: t.A @ t.B.sum(1), lambda m, t: m.sum(t.A @ t.B, 1), 15),
    Case("sum(A + B)", lambda t: t.A.sum() + t.B.sum(), lambda m, t: m.sum(t.A + t.B), 0.1, safe=False),
    Case(
        "sum(A * B)",
        lambda t: torch.dot(t.A.view(-1), t.B.view(-1)),
        lambda m, t: m.sum(t.A * t.B),
        0.2,
        safe=False,
    ),
    Case("sum(outer(x, y))", lambda t: t.x.sum() * t.y.sum(), lambda m, t: m.sum(m.outer(t.x, t.y)), 71),
    Case("A @ A.T", _symmetric, lambda m, t: t.A @ t.A.T, 0.5),
    Case("A.T @ B", lambda t: t.A.T @ t.B, lambda m, t: t.A.T @ t.B, 0.8),
    Case("A.T @ B.T", lambda t: (t.B @ t.A).T, lambda m, t: t.A.T @ t.B.T, 0.8),
    Case("diag(d) @ A", lambda t: t.d[:, None] * t.A, lambda m, t: m.diag(t.d) @ t.A, 50),
    Case(
        "diag(d) @ A @ diag(x)",
        lambda t: (t.d[:, None] * t.A).mul_(t.x),
        lambda m, t: m.diag(t.d) @ t.A @ m.diag(t.x),
        174,
    ),
    Case("eye(n) @ A", lambda t: t.A.clone(), lambda m, t: _eye(m, t) @ t.A, 122),
    Case("triu(A) @ B", _triangular, lambda m, t: m.triu(t.A) @ t.B, 1.4),
    Case("inv(S) @ b", lambda t: torch.linalg.solve(t.S, t.b), lambda m, t: m.linalg.inv(t.S) @ t.b, 3.1),
    Case(
        "inv(S) @ b",
        lambda t: torch.cholesky_solve(t.b[:, None], torch.linalg.cholesky(t.S))[:, 0],
        lambda m, t: m.linalg.inv(t.S) @ t.b,
        5.6,
        safe=False,
        note="S known to be positive definite",
    ),
    Case(
        "solve(triu(A) + n * eye(n), b)",
        _triangular_solved,
        lambda m, t: m.linalg.solve(m.triu(t.A) + t.n * _eye(m, t), t.b),
        146,
    ),
    Case(
        "solve(W, b)",
        lambda t: torch.linalg.solve_triangular(t.W, t.b[:, None], upper=True)[:, 0],
        lambda m, t: m.linalg.solve(t.W, t.b),
        146,
        safe=False,
        note="W known to be triangular",
    ),
    Case("slogdet(A @ B)", _determinants, lambda m, t: tuple(m.linalg.slogdet(t.A @ t.B)), 1.4),
    Case(
        "(A @ B + outer(V[0], V[0]), A @ B + outer(V[1], V[1]), A @ B + outer(V[2], V[2]))",
        _three,
        lambda m, t: tuple([t.A @ t.B + m.outer(v, v) for v in t.V]),
        0.7,
    ),
    Case(
        "vmap(v -> A @ B + outer(v, v))(V)",
        _mapped,
        lambda m, t: m.stack([t.A @ t.B + m.outer(v, v) for v in t.V]),
    ),
    Case("fold((h, r) -> A @ B + h * sum(r), A, V)", _folded, _folded_written),
    Case("block_diag(F, G) @ A", _blocks, _blocks_written, 1.7),
    Case(
        "kron(K, L) @ z",
        lambda t: (t.K @ t.z.view(60, 60) @ t.L.T).view(-1),
        lambda m, t: m.kron(t.K, t.L) @ t.z,
        231,
        note="of 60×60",
    ),
    Case("2 * A @ v", lambda t: 2 * (t.A @ t.v), lambda m, t: 2 * t.A @ t.v, 0.6),
    Case("A @ v * 2 + y", lambda t: torch.addmv(t.y, t.A, t.v, alpha=2), lambda m, t: t.A @ t.v * 2 + t.y, 0.4),
    Case(  # addcmul rounds once where torch's operators round twice: other digits
        "A * B + C * H",
        lambda t: (t.A * t.B).addcmul_(t.C, t.H),
        lambda m, t: t.A * t.B + t.C * t.H,
        0.9,
        safe=False,
    ),
    Case("exp(-(A - B)^2 / 2)", _bell, lambda m, t: m.exp(-((t.A - t.B) ** 2) / 2), 0.4),
    Case("norm(A @ x - b)^2", _residual, lambda m, t: m.linalg.norm(t.A @ t.x - t.b) ** 2, 0.3),
]

#: With nothing to gain: what tcalc runs is what torch runs.
AS_WRITTEN: list[tuple[str, Hand]] = [
    ("A @ B", lambda t: t.A @ t.B),
    ("A @ x", lambda t: t.A @ t.x),
    ("A + B", lambda t: t.A + t.B),
    ("softmax[1](A)", lambda t: torch.softmax(t.A, 1)),
    ("A * B + 1", lambda t: t.A * t.B + 1),
]
