"""NumPy's answer for reductions, norms, cumulative functions and sorting, and for numbers that were sampled.

Where several answers are right (the place of one of equal elements), a check says whether this one is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any


def axes(dim: Any) -> Any:
    """torch's axes as NumPy's: an empty tuple is all of them."""
    return None if dim is None or dim == () else dim


def reduction(function: Callable[..., Array]) -> Callable[..., Array]:
    """One that NumPy has, with `axis` and `keepdims`."""

    def reduced(x: Array, dim: Any = None, keepdim: bool = False) -> Array:
        return function(x, axis=axes(dim), keepdims=keepdim)

    return reduced


def spread(function: Callable[..., Array]) -> Callable[..., Array]:
    def reduced(x: Array, dim: Any = None, correction: Any = 1, unbiased: bool = True, keepdim: bool = False) -> Array:
        """With unbiased=False the divisor is n."""
        return function(x, axis=axes(dim), ddof=correction if unbiased else 0, keepdims=keepdim)

    return reduced


def placed(x: Array, dim: int, indices: Array, keepdim: bool) -> Array:
    """The elements at the places that a reduction gives."""
    indices = indices if keepdim else np.expand_dims(indices, dim)
    found = np.take_along_axis(x, indices, dim)
    return found if keepdim else np.squeeze(found, dim)


def extreme(function: Callable[..., Array], both: Callable[..., Array]) -> Callable[..., bool]:
    """Of all elements, of an axis with its places, or of two tensors."""

    def right(result: Any, x: Array = None, dim: int | None = None, keepdim: bool = False, **pair: Array) -> bool:
        if pair:
            return np.array_equal(result, both(pair["a"], pair["b"]))
        if dim is None:
            return np.array_equal(result, function(x))
        values, indices = result
        return np.array_equal(values, function(x, axis=dim, keepdims=keepdim)) and np.array_equal(
            placed(x, dim, indices, keepdim), values
        )

    return right


def place_of(function: Callable[..., Array]) -> Callable[..., bool]:
    """The place of an extreme element; of all, counted through the whole."""

    def right(result: Any, x: Array, dim: int | None = None, keepdim: bool = False) -> bool:
        if dim is None:
            shape = (1,) * np.ndim(x) if keepdim else ()
            return np.shape(result) == shape and bool(np.ravel(x)[int(np.squeeze(result))] == function(x))
        return np.array_equal(placed(x, dim, result, keepdim), function(x, axis=dim, keepdims=keepdim))

    return right


def lower_median(x: Array, dim: int | None = None) -> Array:
    """torch takes the lower of the two in the middle."""
    x = np.ravel(x) if dim is None else x
    dim = 0 if dim is None else dim
    if not x.shape[dim]:
        return np.nan
    return np.take(np.sort(x, axis=dim), (x.shape[dim] - 1) // 2, axis=dim)


def is_median(result: Any, x: Array, dim: int | None = None, keepdim: bool = False) -> bool:
    if dim is None:
        return not np.size(x) or np.array_equal(result, lower_median(x))  # of no integers torch gives some number
    want = lower_median(x, dim)
    return chosen(result, x, dim, keepdim, np.expand_dims(want, dim) if keepdim else want)


def chosen(result: Any, x: Array, dim: int, keepdim: bool, want: Array) -> bool:
    """Whether values are these, and stand at their places."""
    values, indices = result
    return np.array_equal(values, want) and np.array_equal(placed(x, dim, indices, keepdim), values)


def quantile(x: Array, q: Any, dim: int | None = None, keepdim: bool = False, interpolation: str = "linear") -> Array:
    of: Any = np.quantile
    return of(x, q, axis=dim, keepdims=keepdim, method=interpolation)


def vector_norm(x: Array, ord: float = 2, dim: Any = None, keepdim: bool = False) -> Array:
    size, axis = np.abs(x), axes(dim)
    if ord == math.inf:
        return np.max(size, axis=axis, keepdims=keepdim)
    if ord == -math.inf:
        return np.min(size, axis=axis, keepdims=keepdim)
    if ord == 0:
        return np.sum(size != 0, axis=axis, keepdims=keepdim)
    return np.sum(size**ord, axis=axis, keepdims=keepdim) ** (1 / ord)


def matrix_norm(x: Array, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False) -> Array:
    return np.linalg.norm(x, ord=ord, axis=tuple(dim), keepdims=keepdim)


def norm(x: Array, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Array:
    """torch.norm: of all elements as one vector, or of axes; "fro" is 2, "nuc" of a matrix."""
    if p == "nuc":
        return matrix_norm(x, "nuc", dim if dim is not None else tuple(range(np.ndim(x))), keepdim)
    return vector_norm(x, 2 if p == "fro" else p, dim, keepdim)


def linalg_norm(x: Array, ord: Any = None, dim: Any = None, keepdim: bool = False) -> Array:
    """A vector's or a matrix's, told by the axes; without an order of all elements."""
    if ord is None:
        return vector_norm(x, 2, dim, keepdim)
    count = np.ndim(x) if dim is None else len(dim) if isinstance(dim, tuple) else 1
    if count == 1:
        return vector_norm(x, ord, dim, keepdim)
    return matrix_norm(x, ord, tuple(range(np.ndim(x))) if dim is None else dim, keepdim)


def logsumexp(x: Array, dim: Any, keepdim: bool = False) -> Array:
    return np.log(np.sum(np.exp(x), axis=axes(dim), keepdims=keepdim))


def is_running(accumulate: Callable[..., Array]) -> Callable[..., bool]:
    """The most or the least so far, and its place."""

    def right(result: Any, x: Array, dim: int) -> bool:
        values, indices = result
        return np.array_equal(values, accumulate(x, axis=dim)) and np.array_equal(
            np.take_along_axis(x, indices, dim), values
        )

    return right


def is_running_logarithm(result: Any, x: Array, dim: int) -> bool:
    """A complex logarithm has many values."""
    return np.shape(result) == np.shape(x) and bool(np.allclose(np.exp(result), np.cumsum(np.exp(x), axis=dim)))


def sorted_along(x: Array, dim: int, descending: bool) -> Array:
    if not np.ndim(x):
        return x
    found = np.sort(x, axis=dim)
    return np.flip(found, dim) if descending else found


def is_sorted(result: Any, x: Array, dim: int = -1, descending: bool = False, stable: bool = False) -> bool:
    values, indices = result
    return np.array_equal(values, sorted_along(x, dim, descending)) and sorts(indices, x, dim, descending, stable)


def sorts(result: Any, x: Array, dim: int = -1, descending: bool = False, stable: bool = False) -> bool:
    """Whether these places sort x; a stable order is the only one."""
    if stable and not descending and np.ndim(x):
        return np.array_equal(result, np.argsort(x, axis=dim, kind="stable"))
    if not np.ndim(x):
        return bool(result == 0)
    return np.array_equal(np.take_along_axis(x, result, dim), sorted_along(x, dim, descending))


def is_top(result: Any, x: Array, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> bool:
    values, indices = result
    want = np.take(sorted_along(x, dim, largest), np.arange(k), axis=dim)
    found = sorted_along(values, dim, largest)
    return np.array_equal(values if sorted else found, want) and np.array_equal(
        np.take_along_axis(x, indices, dim), values
    )


def is_kth(result: Any, x: Array, k: int, dim: int = -1, keepdim: bool = False) -> bool:
    want = np.take(np.sort(x, axis=dim), [k - 1], axis=dim)
    return chosen(result, x, dim, keepdim, want if keepdim else np.squeeze(want, dim))


def commonest(line: Array) -> Any:
    """The least of those that are there most often."""
    values, counts = np.unique(line, return_counts=True)
    return values[np.argmax(counts)]


def is_mode(result: Any, x: Array, dim: int = -1, keepdim: bool = False) -> bool:
    want = np.apply_along_axis(commonest, dim, x) if x.size else np.max(x, axis=dim)
    return chosen(result, x, dim, keepdim, np.expand_dims(want, dim) if keepdim else want)


def differences(x: Array, n: int = 1, dim: int = -1, prepend: Array = None, append: Array = None) -> Array:
    """NumPy subtracts no bools."""
    given = {k: v for k, v in (("prepend", prepend), ("append", append)) if v is not None}
    if all(np.asarray(each).dtype == bool for each in (x, *given.values())):
        return np.diff(x.astype(int), n, axis=dim, **{k: v.astype(int) for k, v in given.items()}) % 2
    return np.diff(x, n, axis=dim, **given)


def area(y: Array, x: Array = None, dx: float = 1, dim: int = -1) -> Array:
    return np.trapezoid(y, x, dx=dx, axis=dim)


def covariance(x: Array, correction: int = 1, fweights: Array = None, aweights: Array = None) -> Array:
    if aweights is not None:
        aweights = np.real(aweights)
    return np.cov(x, ddof=correction, fweights=fweights, aweights=aweights)


def counts(x: Array, bins: int = 100, min: float = 0, max: float = 0) -> Array:
    """Of where the elements lie, where min and max are the same; a bin wide if they are all one."""
    if min == max:
        min, max = (np.min(x), np.max(x)) if x.size else (0, 0)
        if min == max:
            min, max = min - 1, max + 1
    return np.histogram(x, bins, (min, max))[0]


ORACLES: dict[str, Callable[..., Any]] = {
    "sum": reduction(np.sum),
    "nansum": reduction(np.nansum),
    "mean": reduction(np.mean),
    "nanmean": reduction(np.nanmean),
    "prod": reduction(np.prod),
    "all": reduction(np.all),
    "any": reduction(np.any),
    "amax": reduction(np.max),
    "amin": reduction(np.min),
    "count_nonzero": lambda x, dim=None: np.count_nonzero(x, axis=axes(dim)),
    "aminmax": lambda x, dim=None, keepdim=False: (
        np.min(x, axis=dim, keepdims=keepdim),
        np.max(x, axis=dim, keepdims=keepdim),
    ),
    "var": spread(np.var),
    "std": spread(np.std),
    "quantile": quantile,
    "logsumexp": logsumexp,
    "norm": norm,
    "linalg.norm": linalg_norm,
    "vector_norm": vector_norm,
    "matrix_norm": matrix_norm,
    "cumsum": lambda x, dim: np.cumsum(x, axis=dim),
    "cumprod": lambda x, dim: np.cumprod(x, axis=dim),
    "diff": differences,
    "trapezoid": area,
    "cov": covariance,
    "corrcoef": np.corrcoef,
    "histc": counts,
    "histogram": lambda x, bins=100, density=False: np.histogram(x, bins, density=density),
}
CHECKS: dict[str, Callable[..., bool]] = {
    "max": extreme(np.max, np.maximum),
    "min": extreme(np.min, np.minimum),
    "argmax": place_of(np.max),
    "argmin": place_of(np.min),
    "median": is_median,
    "nanmedian": is_median,
    "logcumsumexp": is_running_logarithm,
    "cummax": is_running(np.maximum.accumulate),
    "cummin": is_running(np.minimum.accumulate),
    "sort": is_sorted,
    "argsort": sorts,
    "topk": is_top,
    "kthvalue": is_kth,
    "mode": is_mode,
}
