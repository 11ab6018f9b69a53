"""NumPy's answer for rows that make tensors, shape them, put them together, take them apart, and pick elements."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np

Array = Any


def pair(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


# Made


def one_hot(x: Array, num_classes: int = -1) -> Array:
    count = int(np.max(x)) + 1 if num_classes == -1 else num_classes
    return np.eye(count)[x] if count else np.zeros((*x.shape, 0))


def new(value: float) -> Callable[..., Array]:
    return lambda x, size, **_: np.full(pair(size), value)


MADE: dict[str, Callable[..., Any]] = {
    "tensor": lambda data, **_: data,
    "as_tensor": lambda data: data,
    "from_numpy": lambda x: x,
    "zeros": lambda size, **_: np.zeros(size),
    "ones": lambda size, **_: np.ones(size),
    "full": lambda size, fill_value, **_: np.full(pair(size), fill_value),
    "eye": lambda n, m=None, **_: np.eye(n, m),
    "arange": lambda end, start=0, step=1, **_: np.arange(start, end, step),
    "linspace": lambda start, end, steps, **_: np.linspace(start, end, steps),
    "logspace": lambda start, end, steps, base=10.0, **_: np.logspace(start, end, steps, base=base),
    "zeros_like": lambda x, **_: np.zeros_like(x),
    "ones_like": lambda x, **_: np.ones_like(x),
    "full_like": lambda x, fill_value, **_: np.full(np.shape(x), fill_value).astype(np.asarray(x).dtype),
    "new_zeros": new(0),
    "new_ones": new(1),
    "new_full": lambda x, size, fill_value, **_: np.full(pair(size), fill_value).astype(np.asarray(x).dtype),
    "new_tensor": lambda x, data, **_: data.astype(x.dtype),
    "tril": lambda x, diagonal=0: np.tril(x, diagonal),
    "triu": lambda x, diagonal=0: np.triu(x, diagonal),
    "diag": lambda x, diagonal=0: np.diag(x, diagonal),
    "one_hot": one_hot,
}

# Shaped


def squeezed(x: Array, dim: Any = None) -> Array:
    if dim is None:
        return np.squeeze(x)
    return np.squeeze(x, tuple(d for d in pair(dim) if np.ndim(x) and np.shape(x)[d] == 1))


def flattened(x: Array, start_dim: int = 0, end_dim: int = -1) -> Array:
    rank = max(np.ndim(x), 1)
    start, end = start_dim % rank, end_dim % rank
    shape = np.shape(x) or (1,)
    return np.reshape(x, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


def expanded(x: Array, shape: Sequence[int]) -> Array:
    lead = len(shape) - np.ndim(x)
    return np.broadcast_to(x, [np.shape(x)[i - lead] if n == -1 else n for i, n in enumerate(shape)])


def unflattened(x: Array, dim: int, sizes: Sequence[int]) -> Array:
    dim, shape = dim % np.ndim(x), np.shape(x)
    known = math.prod(n for n in sizes if n != -1)
    return np.reshape(x, (*shape[:dim], *[shape[dim] // known if n == -1 else n for n in sizes], *shape[dim + 1 :]))


def windows(x: Array, dimension: int, size: int, step: int) -> Array:
    """Windows of a size, a step apart, along a new last axis."""
    if not np.ndim(x):
        return np.broadcast_to(x, (size,))
    dim = dimension % np.ndim(x)
    starts = range(0, np.shape(x)[dim] - size + 1, step)
    return np.stack([np.moveaxis(np.take(x, range(s, s + size), axis=dim), dim, -1) for s in starts], axis=dim)


def chunks(x: Array, chunks: int, dim: int = 0) -> tuple[Array, ...]:
    """Of equal sizes but the last, as many as there are at most."""
    size = np.shape(x)[dim]
    each = -(-size // chunks)
    return split(x, each, dim) if each else (x,) * chunks


def split(x: Array, split_size_or_sections: Any, dim: int = 0) -> tuple[Array, ...]:
    sections = split_size_or_sections
    size = np.shape(x)[dim]
    if isinstance(sections, int):
        each = sections
        sections = [min(each, size - start) for start in range(0, size, each)] if size else [0]
    ends: Any = np.cumsum(sections)[:-1] if len(sections) else []
    return tuple(np.split(x, ends, axis=dim))


SHAPED: dict[str, Callable[..., Any]] = {
    "reshape": lambda x, shape: np.reshape(x, shape),
    "flatten": flattened,
    "squeeze": squeezed,
    "unsqueeze": lambda x, dim: np.expand_dims(x, dim),
    "transpose": lambda x, dim0, dim1: np.swapaxes(x, dim0, dim1) if np.ndim(x) else x,
    "t": np.transpose,
    "T": np.transpose,
    "mT": lambda x: np.swapaxes(x, -1, -2) if np.ndim(x) else x,
    "mH": lambda x: np.conj(np.swapaxes(x, -1, -2) if np.ndim(x) else x),
    "H": lambda x: np.conj(np.transpose(x)),
    "permute": lambda x, dims: np.transpose(x, dims),
    "movedim": lambda x, source, destination: np.moveaxis(x, source, destination),
    "expand": expanded,
    "broadcast_to": expanded,
    "repeat": lambda x, repeats: np.tile(x, repeats),
    "tile": lambda x, dims: np.tile(x, dims),
    "flip": lambda x, dims: np.flip(x, dims),
    "diagonal": lambda x, offset=0, dim1=0, dim2=1: np.diagonal(x, offset, dim1, dim2),
    "roll": lambda x, shifts, dims=None: np.roll(x, shifts, dims),
    "unbind": lambda x, dim=0: tuple(np.take(x, i, axis=dim) for i in range(np.shape(x)[dim])),
    "split": split,
    "chunk": chunks,
    "narrow": lambda x, dim, start, length: (
        np.take(x, start % max(np.shape(x)[dim], 1) + np.arange(length), axis=dim)
        if length
        else np.take(x, np.arange(0), axis=dim)
    ),
    "select": lambda x, dim, index: np.take(x, index, axis=dim),
    "unfold": windows,
    "unflatten": unflattened,
}

# Put together


def block_diagonal(tensors: Sequence[Array]) -> Array:
    blocks = [np.atleast_2d(each) for each in tensors]
    whole = np.zeros(np.sum([each.shape for each in blocks], axis=0), np.result_type(*blocks))
    row = column = 0
    for each in blocks:
        whole[row : row + each.shape[0], column : column + each.shape[1]] = each
        row, column = row + each.shape[0], column + each.shape[1]
    return whole


def pairs(tensors: Sequence[Array]) -> Array:
    """All tuples of one element of each; of one tensor itself."""
    if len(tensors) == 1:
        return tensors[0]
    lines = [np.atleast_1d(each) for each in tensors]
    return np.array(list(product(*lines)), np.result_type(*lines)).reshape(-1, len(lines))


def joined(tensors: Sequence[Array], dim: int = 0) -> Array:
    """torch leaves out a vector without elements."""
    most = max(map(np.ndim, tensors))
    return np.concatenate([each for each in tensors if np.ndim(each) == most or each.size], axis=dim)


JOINED: dict[str, Callable[..., Any]] = {
    "cat": joined,
    "stack": lambda tensors, dim=0: np.stack(tensors, axis=dim),
    "hstack": lambda tensors: np.hstack(tensors),
    "vstack": lambda tensors: np.vstack(tensors),
    "dstack": lambda tensors: np.dstack(tensors),
    "column_stack": lambda tensors: np.column_stack([np.reshape(each, np.shape(each) or (1,)) for each in tensors]),
    "block_diag": block_diagonal,
    "cartesian_prod": pairs,
    "meshgrid": lambda tensors, indexing="ij": tuple(np.meshgrid(*tensors, indexing=indexing)),
}

# Picked


def cropped(x: Array, index: Array, dim: int) -> Array:
    """As much of x as index has places for, but along the axis."""
    return x[tuple(slice(None) if i == dim % x.ndim else slice(n) for i, n in enumerate(index.shape))]


def scattered(x: Array, dim: int, index: Array, src: Array, add: bool = False) -> Array:
    """One element after the other."""
    found = np.array(x)
    src = src if np.ndim(src) else np.broadcast_to(src, np.shape(index))
    for place in np.ndindex(index.shape):
        to = list(place)
        if to:
            to[dim] = int(index[place])
        found[tuple(to)] = found[tuple(to)] + src[place] if add else src[place]
    return found


COMBINE: dict[str, Callable[..., Any]] = {
    "sum": np.sum,
    "prod": np.prod,
    "mean": np.mean,
    "amax": np.max,
    "amin": np.min,
}


def with_diagonal(x: Array, src: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Array:
    made = x.astype(np.result_type(x, src))
    view = np.moveaxis(made, (dim1, dim2), (-2, -1))
    for place in range(src.shape[-1]):
        view[..., place + max(-offset, 0), place + max(offset, 0)] = src[..., place]
    return made


def scatter_reduced(x: Array, dim: int, index: Array, src: Array, reduce: str, include_self: bool = True) -> Array:
    """All that goes to one place, combined; the mean of integers is rounded down."""
    gathered: dict[tuple[int, ...], list[Any]] = {}
    for place in np.ndindex(index.shape):
        to = list(place)
        to[dim] = int(index[place])
        gathered.setdefault(tuple(to), []).append(src[place])
    found = np.array(x)
    for at, values in gathered.items():
        value = COMBINE[reduce]([x[at], *values] if include_self else values)
        found[at] = np.floor(value) if x.dtype.kind in "iu" else value
    return found


def added(x: Array, dim: int, index: Array, source: Array) -> Array:
    found = np.moveaxis(np.array(x), dim, 0)
    for i, each in zip(index, np.moveaxis(source, dim, 0), strict=True):
        found[int(i)] = found[int(i)] + each
    return np.moveaxis(found, 0, dim)


def along(x: Array, indices: Array, dim: int | None = None) -> Array:
    if dim is None:
        return np.take_along_axis(np.ravel(x), np.ravel(indices), 0)
    shape = np.broadcast_shapes(
        *[[1 if i == dim % x.ndim else n for i, n in enumerate(each.shape)] for each in (x, indices)]
    )
    wide = [
        np.broadcast_to(each, [each.shape[i] if i == dim % x.ndim else n for i, n in enumerate(shape)])
        for each in (x, indices)
    ]
    return np.take_along_axis(wide[0], wide[1], dim)


PICKED: dict[str, Callable[..., Any]] = {
    "nonzero": lambda x, as_tuple=False: np.nonzero(np.atleast_1d(x)) if as_tuple else np.argwhere(x),
    "masked_select": lambda x, mask: (lambda both: both[0][both[1]])(np.broadcast_arrays(x, mask)),
    "gather": lambda x, dim, index: np.take_along_axis(cropped(x, index, dim), index, dim),
    "take_along_dim": along,
    "take": lambda x, index: np.take(x, index),
    "index_select": lambda x, dim, index: np.take(x, index, axis=dim),
    "scatter": scattered,
    "scatter_add": lambda x, dim, index, src: scattered(x, dim, index, src, add=True),
    "scatter_reduce": scatter_reduced,
    "diagonal_scatter": with_diagonal,
    "index_add": added,
    "masked_fill": lambda x, mask, value: np.where(mask, value, x),
    "searchsorted": lambda sorted_sequence, values, right=False: np.searchsorted(
        sorted_sequence, values, "right" if right else "left"
    ),
    "bucketize": lambda x, boundaries, right=False: np.searchsorted(boundaries, x, "right" if right else "left"),
    "bincount": lambda x, weights=None, minlength=0: np.bincount(x, weights, minlength),
    "unique": lambda x, sorted=True, dim=None, **options: np.unique(x, axis=dim, **options),
}

# Asked


ASKED: dict[str, Callable[..., Any]] = {
    "shape": np.shape,
    "size": lambda x, dim=None: np.shape(x) if dim is None else np.shape(x)[dim],
    "numel": np.size,
    "ndim": np.ndim,
    "dim": np.ndim,
    "len": len,
    "element_size": lambda x: max(np.asarray(x).itemsize, 1),
    "is_floating_point": lambda x: np.asarray(x).dtype.kind == "f",
    "is_complex": lambda x: np.iscomplexobj(x),
    "is_tensor": lambda x: True,
    "to": lambda x, other=None, **_: x if other is None else x.astype(other.dtype),
    "item": lambda x: np.reshape(x, ()),
    **{name: lambda x: x for name in ("clone", "contiguous", "cpu", "numpy", "tolist", "detach", "data")},
}
ORACLES = {**MADE, **SHAPED, **JOINED, **PICKED, **ASKED}
