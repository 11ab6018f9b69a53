"""NumPy's answer for rows that take a shape from elsewhere, repeat and turn, and for sums and norms in one piece."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.library.numpy_reductions import spread

Array = Any


def axis_of(x: Array, dim: int | None) -> int | None:
    """The axis, none of a scalar."""
    return dim if np.ndim(x) else None


def diag_embed(x: Array, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Array:
    """Element by element."""
    n = x.shape[-1] + abs(offset)
    made = np.zeros((*x.shape[:-1], n, n), x.dtype)
    for i in range(x.shape[-1]):
        made[..., i + max(-offset, 0), i + max(offset, 0)] = x[..., i]
    rank = x.ndim + 1
    if dim1 % rank > dim2 % rank:  # the rows lie behind the columns
        return np.moveaxis(np.swapaxes(made, -1, -2), (-2, -1), (dim2 % rank, dim1 % rank))
    return np.moveaxis(made, (-2, -1), (dim1 % rank, dim2 % rank))


def plus(x: Array, one: Array, other: Array, beta: float = 1, alpha: float = 1) -> Array:
    """A product added to x."""
    return beta * x + alpha * (one @ other)


def with_mean(name: Callable[..., Array]) -> Callable[..., Any]:
    """The mean beside a spread."""

    def both(x: Array, dim: Any = None, keepdim: bool = False, **options: Any) -> Any:
        axes = tuple(dim) if isinstance(dim, tuple) and dim else dim if isinstance(dim, int) else None
        return spread(name)(x, dim=dim, keepdim=keepdim, **options), np.mean(x, axis=axes, keepdims=keepdim)

    return both


def rms_norm(x: Array, normalized_shape: Any, weight: Array = 1, eps: float | None = None) -> Array:
    """The dtype's own smallest step where no eps is given."""
    axes = tuple(range(-(len(normalized_shape) if isinstance(normalized_shape, tuple) else 1), 0))
    least = np.finfo(x.dtype).eps if eps is None else eps
    return x / np.sqrt(np.mean(x**2, axis=axes, keepdims=True) + least) * weight


def group_norm(x: Array, num_groups: int, weight: Array = 1, bias: Array = 0, eps: float = 1e-5) -> Array:
    """Each group read as one row."""
    rows = x.reshape(x.shape[0], num_groups, -1)
    normal = (rows - rows.mean(-1, keepdims=True)) / np.sqrt(rows.var(-1, keepdims=True) + eps)
    channels = (-1, *[1] * (x.ndim - 2))
    scale, shift = [np.reshape(each, channels) if np.ndim(each) else each for each in (weight, bias)]
    return normal.reshape(x.shape) * scale + shift


def glu(x: Array, dim: int = -1) -> Array:
    """One half held open by the other."""
    one, other = np.split(x, 2, axis=dim)
    return one / (1 + np.exp(-other))


ORACLES: dict[str, Callable[..., Any]] = {
    "expand_as": lambda x, other: np.broadcast_to(x, np.shape(other)),
    "reshape_as": lambda x, other: np.reshape(x, np.shape(other)),
    "view_as": lambda x, other: np.reshape(x, np.shape(other)),
    "atleast_1d": np.atleast_1d,
    "atleast_2d": np.atleast_2d,
    "atleast_3d": np.atleast_3d,
    "repeat_interleave": lambda x, repeats, dim=None: np.repeat(x, repeats, axis=axis_of(x, dim)),
    "flipud": np.flipud,
    "fliplr": np.fliplr,
    "rot90": lambda x, k=1, dims=(0, 1): np.rot90(x, k, dims),
    "diag_embed": diag_embed,
    "addmm": lambda x, mat1, mat2, **factors: plus(x, mat1, mat2, **factors),
    "addmv": lambda x, mat, vec, **factors: plus(x, mat, vec, **factors),
    "baddbmm": lambda x, batch1, batch2, **factors: plus(x, batch1, batch2, **factors),
    "var_mean": with_mean(np.var),
    "std_mean": with_mean(np.std),
    "rms_norm": rms_norm,
    "group_norm": group_norm,
    "glu": glu,
}
