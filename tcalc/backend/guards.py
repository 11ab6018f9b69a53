"""torch's functions that have no row, made safe to call: refusals of one kind, and data that would end the process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from tcalc.backend.kernels import Kernel, find
from tcalc.errors import TcalcError


def guarded(name: str) -> Kernel:
    """The function of that name below `torch`. What torch refuses is a RuntimeError, several results are a tuple."""
    kernel = find(name)
    check = CHECKS.get(name)

    def call(*operands: Any, **options: Any) -> Any:
        if check is not None:
            check(*operands, **options)
        try:
            result = kernel(*operands, **options)
        except (TypeError, AssertionError) as error:  # from those of torch's functions that are written in Python
            raise RuntimeError(str(error)) from None
        return tuple(result) if isinstance(result, list) else result

    return call


def _pivots(matrix: Tensor, pivots: Tensor) -> None:
    """LAPACK exchanges the rows that pivots name without looking whether there are such."""
    if pivots.is_meta or matrix.dim() < 2:
        return
    rows, columns = matrix.shape[-2:]
    if pivots.dim() != matrix.dim() - 1 or pivots.shape[-1] != min(rows, columns):
        raise TcalcError("value", "there must be one pivot for each row")
    if bool(((pivots.abs() < 1) | (pivots.abs() > rows)).any()):
        raise TcalcError("value", f"pivots are rows, counted from 1 to {rows}")


def _ldl_pivots(matrix: Tensor, pivots: Tensor) -> None:
    """A negative pivot is one of two that are equal, for the two rows of a block."""
    _pivots(matrix, pivots)
    if pivots.is_meta or not bool((pivots < 0).any()):
        return
    for row in pivots.reshape(-1, pivots.shape[-1]).tolist():
        place = 0
        while place < len(row):
            step = 1 if row[place] > 0 else 2
            if step == 2 and row[place + 1 : place + 2] != [row[place]]:
                raise TcalcError("value", "negative pivots must come in equal pairs")
            place += step


def _lu_pivots(matrix: Tensor, pivots: Tensor) -> None:
    """Pivots of a decomposition without blocks are positive."""
    _pivots(matrix, pivots)
    if not pivots.is_meta and bool((pivots < 1).any()):
        raise TcalcError("value", "the pivots must be positive")


def _classes(scores: Tensor, targets: Tensor) -> None:
    """The loss reads the scores of the targets' classes without looking whether there are such."""
    if not targets.is_meta and bool(((targets < 0) | (targets >= scores.shape[-1])).any()):
        raise TcalcError("value", f"targets are classes, from 0 to {scores.shape[-1] - 1}")


def _few(turns: int | None) -> None:
    """A loop inside of torch cannot be stopped."""
    if turns is not None and turns > MOST_TURNS:
        raise TcalcError("value", f"niter must be at most {MOST_TURNS}")


def _window(size: int | tuple[int, ...]) -> None:
    """Where a window is negative torch never ends."""
    if min(size if isinstance(size, tuple) else (size,), default=1) < 1:
        raise TcalcError("value", "kernel_size must be positive")


def _chosen(x: Tensor, r: int = 2, with_replacement: bool = False) -> None:
    """All tuples of r are tried, and how many will be kept is not known before."""
    if r > MOST_AXES or (r > 0 and x.numel() ** r > MOST_NUMBERS):
        raise TcalcError("value", f"more than {MOST_NUMBERS} combinations would be tried")


def _dimensions(x: Tensor, p: int) -> None:
    """A term for each dimension is kept, of each number."""
    if p * max(x.numel(), 1) > MOST_TERMS:
        raise TcalcError("value", f"more than {MOST_TERMS} terms would be added up")


#: Terms of a sum that torch keeps all at once.
MOST_TERMS = 10**7
#: Turns of a loop inside of torch, and numbers that a result may have whose size only the data tell.
MOST_TURNS, MOST_NUMBERS = 1000, 10**9
#: torch tries combinations on a grid, and goes through the axes of one for each.
MOST_AXES = 64

CHECKS: dict[str, Callable[..., None]] = {
    "combinations": _chosen,
    "special.multigammaln": _dimensions,
    "mvlgamma": _dimensions,
    "linalg.lu_solve": lambda LU, pivots, B, **options: _lu_pivots(LU, pivots),
    "linalg.ldl_solve": lambda LD, pivots, B, **options: _ldl_pivots(LD, pivots),
    "lu_solve": lambda B, LU, pivots, **options: _lu_pivots(LU, pivots),
    "lu_unpack": lambda LU, pivots, **options: _lu_pivots(LU, pivots),
    "nn.functional.ctc_loss": lambda scores, targets, *lengths, **options: _classes(scores, targets),
    "pca_lowrank": lambda A, niter=2, **options: _few(niter),
    "svd_lowrank": lambda A, M=None, niter=2, **options: _few(niter),
    **{
        f"nn.functional.fractional_max_pool{n}d{which}": lambda x, kernel_size, **options: _window(kernel_size)
        for n in (2, 3)
        for which in ("", "_with_indices")
    },
}
