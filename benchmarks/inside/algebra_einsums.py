"""The einsums that are measured: small and large, of two operands and of more."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch

Shapes = tuple[tuple[int, ...], ...]


class Einsum(NamedTuple):
    """An equation and its operands' shapes; `call` is the one call of torch that it comes to, where there is one."""

    equation: str
    shapes: Shapes
    call: Callable[..., torch.Tensor] | None = None

    @property
    def operands(self) -> dict[str, torch.Tensor]:
        """Drawn operands, by letters from A."""
        generator = torch.Generator().manual_seed(len(self.shapes))
        drawn = [torch.randn(shape, generator=generator) for shape in self.shapes]
        return dict(zip("ABCDEF", drawn, strict=False))

    @property
    def text(self) -> str:
        """What tcalc reads."""
        return f'"{self.equation}"({", ".join("ABCDEF"[: len(self.shapes)])})'

    @property
    def sizes(self) -> str:
        """The shapes, each once."""
        written = ["×".join(map(str, shape)) for shape in self.shapes]
        return ", ".join(dict.fromkeys(written))


#: torch searches for a path at every call.
SEVERAL = [
    Einsum("ij,jk,k->i", ((60, 60), (60, 60), (60,))),
    Einsum("ab,bc,cd,de,ef,fg->ag", ((16, 16),) * 6),
    Einsum("ir,jr,kr->ijk", ((20, 8),) * 3),
    Einsum("i,ij,j->", ((60,), (60, 60), (60,))),
    Einsum("bi,ij,bj->b", ((32, 20), (20, 20), (32, 20))),
]
#: Beside the call that a reader would have written.
TWO = [
    Einsum("ij,jk->ik", ((4, 4), (4, 4)), torch.mm),
    Einsum("bij,bjk->bik", ((8, 16, 16), (8, 16, 16)), torch.bmm),
    Einsum("ij,j->i", ((8, 8), (8,)), torch.mv),
    Einsum("i,i->", ((100,), (100,)), torch.dot),
]
LARGE = [
    Einsum("ij,jk->ik", ((1500, 1500), (1500, 1500))),
    Einsum("bij,bjk->bik", ((16, 300, 300), (16, 300, 300))),
    Einsum("bhqd,bhkd->bhqk", ((4, 8, 256, 64), (4, 8, 256, 64))),
    Einsum("bhwc,hkc->bhwk", ((8, 28, 28, 64), (28, 28, 64))),
    Einsum("ac,abc->cb", ((10000, 500), (10000, 2, 500))),
    Einsum("ij,jk,k->i", ((600, 600), (600, 600), (600,))),
]
