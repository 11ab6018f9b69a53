"""Kernels of forms that torch has under an option, as a method only, or for fewer dtypes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Number = Tensor | float


def _held(a: Number, b: Number) -> tuple[Tensor, Tensor]:
    """Operands of which one may be a plain number, which counts for less than a tensor without axes."""
    dtype = torch.result_type(a, b)
    one = a if isinstance(a, Tensor) else torch.as_tensor(a, dtype=dtype)
    return one, b if isinstance(b, Tensor) else torch.as_tensor(b, dtype=dtype)


def add_scaled(a: Number, b: Number, alpha: float) -> Tensor:
    """a + alpha*b; torch refuses a fraction of integers."""
    one, other = _held(a, b)
    return one + alpha * other.to(torch.result_type(one, other))


def sub_scaled(a: Number, b: Number, alpha: float) -> Tensor:
    """a - alpha*b, as `add_scaled`."""
    one, other = _held(a, b)
    return one - alpha * other.to(torch.result_type(one, other))


def div_rounded(a: Number, b: Number, rounding_mode: str | None = None) -> Tensor:
    """torch takes no plain number for a, and ends the process where the least integer is cut off by -1."""
    one, other = _held(a, b)
    if rounding_mode != "trunc" or one.is_floating_point() or other.is_floating_point():
        return torch.div(one, other, rounding_mode=rounding_mode)
    negative = other == -1
    cut = torch.div(one, torch.where(negative, 1, other), rounding_mode=rounding_mode)
    return torch.where(negative, -cut, cut)


def empty_like(x: Tensor, dtype: torch.dtype | None = None, requires_grad: bool = False) -> Tensor:
    """Zeros: memory that nobody wrote is never shown."""
    return torch.zeros_like(x, dtype=dtype)


def new_zeros(
    x: Tensor, size: tuple[int, ...], dtype: torch.dtype | None = None, requires_grad: bool = False
) -> Tensor:
    """A method only."""
    return x.new_zeros(size, dtype=dtype)


def new_ones(x: Tensor, size: tuple[int, ...], dtype: torch.dtype | None = None, requires_grad: bool = False) -> Tensor:
    """As `new_zeros`."""
    return x.new_ones(size, dtype=dtype)


def new_full(
    x: Tensor,
    fill_value: Tensor,
    size: int | tuple[int, ...],
    dtype: torch.dtype | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """torch's own wants a plain number, which no gradient reaches."""
    return fill_value.to(dtype or x.dtype).expand(size).clone()


def new_tensor(x: Tensor, data: Tensor, dtype: torch.dtype | None = None, requires_grad: bool = False) -> Tensor:
    """The numbers are a tensor already."""
    return data.to(dtype or x.dtype)


def clamp_min(x: Tensor, min: Tensor) -> Tensor:
    """torch keeps the dtype of x where min is one number."""
    return torch.clamp(x, min=min)


def clamp_max(x: Tensor, max: Tensor) -> Tensor:
    """As `clamp_min`."""
    return torch.clamp(x, max=max)


def expand_as(x: Tensor, other: Tensor) -> Tensor:
    """A method only."""
    return x.expand(other.shape)


def reshape_as(x: Tensor, other: Tensor) -> Tensor:
    """A method only, and a view where that can be."""
    return x.reshape(other.shape)


def repeat_interleave(x: Tensor, repeats: Tensor | int, dim: int | None = None) -> Tensor:
    """torch knows a scalar's axis only by its absence."""
    return torch.repeat_interleave(x, repeats, None if x.ndim == 0 else dim)


def _fractional(alpha: float, beta: float, *operands: Tensor) -> tuple[Tensor, ...]:
    """Operands as floats where a factor is a fraction, which torch refuses of integers."""
    whole = isinstance(alpha, int) and isinstance(beta, int)
    if whole or operands[0].is_floating_point() or operands[0].is_complex():
        return operands
    return tuple([each.to(torch.get_default_dtype()) for each in operands])


def addmm(x: Tensor, mat1: Tensor, mat2: Tensor, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta*x + alpha*(mat1 @ mat2), of integers too."""
    return torch.addmm(*_fractional(alpha, beta, x, mat1, mat2), beta=beta, alpha=alpha)


def addmv(x: Tensor, mat: Tensor, vec: Tensor, beta: float = 1, alpha: float = 1) -> Tensor:
    """As `addmm`."""
    x = x.expand(mat.shape[:1])  # torch forgets to, of a matrix without columns
    return torch.addmv(*_fractional(alpha, beta, x, mat, vec), beta=beta, alpha=alpha)


def baddbmm(x: Tensor, batch1: Tensor, batch2: Tensor, beta: float = 1, alpha: float = 1) -> Tensor:
    """As `addmm`."""
    return torch.baddbmm(*_fractional(alpha, beta, x, batch1, batch2), beta=beta, alpha=alpha)


def var_mean(x: Tensor, correction: float = 1, unbiased: bool = True, **options: Any) -> tuple[Tensor, Tensor]:
    """torch has no overload with all options."""
    return torch.var_mean(x, correction=correction if unbiased else 0, **options)


def std_mean(x: Tensor, correction: float = 1, unbiased: bool = True, **options: Any) -> tuple[Tensor, Tensor]:
    """As `var_mean`."""
    return torch.std_mean(x, correction=correction if unbiased else 0, **options)


def rms_norm(
    x: Tensor, weight: Tensor | None = None, *, normalized_shape: int | tuple[int, ...], eps: float | None = None
) -> Tensor:
    """torch has the sizes before the weight, which counts for nothing in the dtype."""
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
    return torch.nn.functional.rms_norm(x, shape, None if weight is None else weight.to(x.dtype), eps)


def group_norm(
    x: Tensor, weight: Tensor | None = None, bias: Tensor | None = None, *, num_groups: int, eps: float = 1e-5
) -> Tensor:
    """torch has the number before the operands."""
    return torch.nn.functional.group_norm(x, num_groups, weight, bias, eps)


def scatter_reduce(x: Tensor, index: Tensor, src: Tensor, dim: int, reduce: str, include_self: bool = True) -> Tensor:
    """torch has the axis between the operands; where src is larger than index, its derivative is wrong or missing."""
    src = src[tuple([slice(size) for size in index.shape])]
    return torch.scatter_reduce(x, dim, index, src, reduce, include_self=include_self)


def histogram(x: Tensor, bins: int = 100, density: bool = False) -> tuple[Tensor, Tensor]:
    """torch refuses half-width floats."""
    wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    found = torch.histogram(wide, bins, density=density)
    return torch.return_types.histogram((found.hist.to(x.dtype), found.bin_edges.to(x.dtype)))


def width(x: Tensor) -> Tensor:
    """The bytes of one element."""
    return torch.tensor(x.element_size())


def is_tensor(x: Tensor) -> Tensor:
    """Everything is."""
    return torch.tensor(True)


def is_floating_point(x: Tensor) -> Tensor:
    """torch gives a plain bool."""
    return torch.tensor(x.is_floating_point())


def is_complex(x: Tensor) -> Tensor:
    """As `is_floating_point`."""
    return torch.tensor(x.is_complex())


def binary_cross_entropy_with_logits(
    x: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    pos_weight: Tensor | None = None,
    *,
    reduction: str = "mean",
) -> Tensor:
    """torch refuses operands that broadcast."""
    x, target = torch.broadcast_tensors(x, target)  # type: ignore[no-untyped-call]  # torch's
    return torch.nn.functional.binary_cross_entropy_with_logits(
        x, target, weight, pos_weight=pos_weight, reduction=reduction
    )


def binary_cross_entropy(x: Tensor, target: Tensor, weight: Tensor | None = None, *, reduction: str = "mean") -> Tensor:
    """As `binary_cross_entropy_with_logits`."""
    x, target = torch.broadcast_tensors(x, target)  # type: ignore[no-untyped-call]  # torch's
    return torch.nn.functional.binary_cross_entropy(x, target, weight, reduction=reduction)


KERNELS: dict[str, Callable[..., Any]] = {
    "add_scaled": add_scaled,
    "addmm": addmm,
    "addmv": addmv,
    "baddbmm": baddbmm,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "clamp_max": clamp_max,
    "clamp_min": clamp_min,
    "div_rounded": div_rounded,
    "empty_like": empty_like,
    "expand_as": expand_as,
    "group_norm": group_norm,
    "histogram": histogram,
    "is_complex": is_complex,
    "is_floating_point": is_floating_point,
    "is_tensor": is_tensor,
    "new_full": new_full,
    "new_ones": new_ones,
    "new_tensor": new_tensor,
    "new_zeros": new_zeros,
    "repeat_interleave": repeat_interleave,
    "reshape_as": reshape_as,
    "rms_norm": rms_norm,
    "scatter_reduce": scatter_reduce,
    "std_mean": std_mean,
    "sub_scaled": sub_scaled,
    "var_mean": var_mean,
    "width": width,
}
