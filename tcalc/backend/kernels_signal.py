"""Kernels for windows, spectra and samples: what torch refuses of dtypes and empty tensors, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def _is_exact(x: Tensor) -> bool:
    return not (x.is_floating_point() or x.is_complex())


def _convolution(name: str) -> Callable[..., Tensor]:
    """torch has all its algorithms for i64 alone among the integers; sums of products wrap alike."""
    function = getattr(functional, name)

    def convolution(*operands: Tensor | None, **options: Any) -> Tensor:
        dtype = next(each.dtype for each in operands if each is not None)
        if dtype.is_floating_point or dtype.is_complex:
            result: Tensor = function(*operands, **options)
            return result
        result = function(*[None if each is None else each.long() for each in operands], **options)
        return result.to(dtype)

    return convolution


def max_pool1d(x: Tensor, return_indices: bool = False, **options: Any) -> Any:
    """torch has integers only where the indices are wanted."""
    both: Any = functional.max_pool1d
    if return_indices or not _is_exact(x):
        return both(x, return_indices=return_indices, **options)
    return both(x, return_indices=True, **options)[0]


def _mean_pool(name: str) -> Callable[..., Tensor]:
    """torch refuses all integers but i64."""
    function = getattr(functional, name)

    def pool(x: Tensor, **options: Any) -> Tensor:
        if _is_exact(x) and x.dtype is not torch.int64:
            x = x.to(torch.get_default_dtype())
        result: Tensor = function(x, **options)
        return result

    return pool


def pad(x: Tensor, pad: tuple[int, ...], mode: str = "constant", value: float | None = None) -> Tensor:
    """torch repeats no bools."""
    if mode != "constant" and x.dtype is torch.bool:
        return functional.pad(x.byte(), pad, mode).bool()
    return functional.pad(x, pad, mode, value)


def batch_norm(
    x: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *,
    training: bool = False,
    **options: Any,
) -> Tensor:
    """torch changes the means and variances in place when training."""
    if training:
        running_mean = running_var = None
    return functional.batch_norm(x, running_mean, running_var, weight, bias, training, **options)


def unfold(x: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """A method only."""
    return x.unfold(dimension, size, step)


def unflatten(x: Tensor, dim: int, sizes: tuple[int, ...]) -> Tensor:
    """As `unfold`."""
    result: Tensor = x.unflatten(dim, sizes)  # type: ignore[no-untyped-call]  # torch's
    return result


def _transform(name: str) -> Callable[..., Tensor]:
    """MKL refuses to make no transforms."""
    function = getattr(torch.fft, name)

    def transform(x: Tensor, **options: Any) -> Tensor:
        sizes = options.get("s", x.shape)
        dims = options.get("dim", range(-1 if isinstance(sizes, int) else -len(sizes), 0))
        along = {dim % x.ndim for dim in ((dims,) if isinstance(dims, int) else dims)}
        missing = [i for i, size in enumerate(x.shape) if size == 0 and i not in along]
        if not missing:
            result: Tensor = function(x, **options)
            return result
        result = function(x.new_zeros([1 if i in missing else size for i, size in enumerate(x.shape)]), **options)
        return result.new_zeros([0 if i in missing else size for i, size in enumerate(result.shape)])

    return transform


def diff(
    x: Tensor, prepend: Tensor | None = None, append: Tensor | None = None, *, n: int = 1, dim: int = -1
) -> Tensor:
    """torch has n and dim between the operands."""
    return torch.diff(x, n, dim, prepend, append)


def trapezoid(y: Tensor, x: Tensor | None = None, **options: Any) -> Tensor:
    """torch knows places and distances apart by their names."""
    return torch.trapezoid(y, **options) if x is None else torch.trapezoid(y, x, **options)


def cov(x: Tensor, fweights: Tensor | None = None, aweights: Tensor | None = None, *, correction: int = 1) -> Tensor:
    """The weights are as wide as x, and real."""
    if aweights is not None and aweights.is_complex():
        aweights = aweights.real
    return torch.cov(x, correction=correction, fweights=fweights, aweights=aweights)


CONVOLUTIONS = ("conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d")
TRANSFORMS = ("fft", "ifft", "rfft", "irfft", "fft2", "ifft2", "fftn", "ifftn")

KERNELS: dict[str, Callable[..., Any]] = {
    **{name: _convolution(name) for name in CONVOLUTIONS},
    **{name: _mean_pool(name) for name in ("avg_pool1d", "avg_pool2d")},
    **{name: _transform(name) for name in TRANSFORMS},
    "batch_norm": batch_norm,
    "cov": cov,
    "diff": diff,
    "max_pool1d": max_pool1d,
    "pad": pad,
    "trapezoid": trapezoid,
    "unflatten": unflatten,
    "unfold": unfold,
}
