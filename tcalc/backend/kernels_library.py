"""Rows of the library for which a call of torch's own function is not enough, and why.

A kernel takes the row's operands in order, an optional one left out at the end or None before, and its options by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Sizes = int | tuple[int, ...]
Dims = int | tuple[int, ...] | None
Dtype = torch.dtype | None


# Elements


def imag(x: Tensor) -> Tensor:
    """torch refuses real numbers."""
    return x.imag if x.is_complex() else torch.zeros_like(x)


def _wide(x: Tensor) -> Tensor:
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def complex_(real: Tensor, imag: Tensor) -> Tensor:
    """torch's own makes a dtype of half width that nothing else takes."""
    return torch.complex(_wide(real), _wide(imag))


def polar(abs: Tensor, angle: Tensor) -> Tensor:
    """As `complex`."""
    abs, angle = _wide(abs), _wide(angle)
    return torch.complex(abs * angle.cos(), abs * angle.sin())  # torch.polar's derivative is for abs >= 0 alone


def clamp(x: Tensor, min: Tensor | None = None, max: Tensor | None = None) -> Tensor:
    """torch wants at least one bound."""
    return x.clone() if min is None and max is None else torch.clamp(x, min, max)


def heaviside(a: Tensor, values: Tensor) -> Tensor:
    """torch wants one dtype."""
    dtype = torch.result_type(a, values)
    return torch.heaviside(a.to(dtype), values.to(dtype))


# Reductions


def sum(x: Tensor, dim: Dims = None, keepdim: bool = False, dtype: Dtype = None) -> Tensor:
    """torch wants dim=None spelled out beside keepdim."""
    return torch.sum(x, dim=dim, keepdim=keepdim, dtype=dtype)


def nansum(x: Tensor, dim: Dims = None, keepdim: bool = False, dtype: Dtype = None) -> Tensor:
    """As `sum`."""
    return torch.nansum(x, dim=dim, keepdim=keepdim, dtype=dtype)


def mean(x: Tensor, dim: Dims = None, keepdim: bool = False, dtype: Dtype = None) -> Tensor:
    """As `sum`."""
    return torch.mean(x, dim=dim, keepdim=keepdim, dtype=dtype)


def nanmean(x: Tensor, dim: Dims = None, keepdim: bool = False, dtype: Dtype = None) -> Tensor:
    """As `sum`."""
    return torch.nanmean(x, dim=dim, keepdim=keepdim, dtype=dtype)


def var(x: Tensor, dim: Dims = None, correction: float = 1, unbiased: bool = True, keepdim: bool = False) -> Tensor:
    """Variance; torch has no overload with all options."""
    return torch.var(x, dim=dim, correction=correction if unbiased else 0, keepdim=keepdim)


def std(x: Tensor, dim: Dims = None, correction: float = 1, unbiased: bool = True, keepdim: bool = False) -> Tensor:
    """Standard deviation, as `var`."""
    return torch.std(x, dim=dim, correction=correction if unbiased else 0, keepdim=keepdim)


def quantile(x: Tensor, q: Tensor | float, **options: Any) -> Tensor:
    """torch refuses half-width floats."""
    if x.dtype in (torch.float16, torch.bfloat16):
        return torch.quantile(x.float(), q.float() if isinstance(q, Tensor) else q, **options).to(x.dtype)
    return torch.quantile(x, q, **options)


# Creation


def tensor(data: Tensor, dtype: Dtype = None, requires_grad: bool = False) -> Tensor:
    """The numbers are a tensor already."""
    return data if dtype is None else data.to(dtype)


def full(fill_value: Tensor, size: Sizes, dtype: Dtype = None, requires_grad: bool = False) -> Tensor:
    """torch's own wants a plain number, which no gradient reaches."""
    return tensor(fill_value, dtype).expand(size).clone()


def full_like(
    x: Tensor | float, fill_value: Tensor | float, dtype: Dtype = None, requires_grad: bool = False
) -> Tensor:
    """As `full`, in the shape and dtype of x. A plain number keeps its precision until its dtype is known."""
    model = torch.as_tensor(x)
    return torch.as_tensor(fill_value, dtype=dtype or model.dtype).expand(model.shape).clone()


def randint(high: int, size: Sizes, low: int = 0, dtype: Dtype = None, requires_grad: bool = False) -> Tensor:
    """torch wants several sizes even where there is one."""
    return torch.randint(low, high, _sizes(size), dtype=dtype or torch.int64)


def normal(
    mean: Tensor | float,
    std: Tensor | float,
    size: Sizes | None = None,
    dtype: Dtype = None,
    requires_grad: bool = False,
) -> Tensor:
    """By tensors that broadcast, or by two numbers and the sizes."""
    if isinstance(mean, Tensor) and isinstance(std, Tensor):
        return torch.normal(mean + torch.zeros_like(std), std + torch.zeros_like(mean))
    assert size is not None and not isinstance(mean, Tensor) and not isinstance(std, Tensor)
    return torch.normal(mean, std, _sizes(size), dtype=dtype)


def _sizes(size: Sizes) -> tuple[int, ...]:
    return (size,) if isinstance(size, int) else size


# Tensors put together


def block_diag(tensors: list[Tensor]) -> Tensor:
    """torch takes them one by one."""
    return torch.block_diag(*tensors)  # type: ignore[no-untyped-call,no-any-return]  # torch's


def cartesian_prod(tensors: list[Tensor]) -> Tensor:
    """As `block_diag`."""
    return torch.cartesian_prod(*tensors)


# Elements by their indices


def gather(x: Tensor, index: Tensor, dim: int) -> Tensor:
    """torch has the axis between the operands."""
    return torch.gather(x, dim, index)


def index_select(x: Tensor, index: Tensor, dim: int) -> Tensor:
    """As `gather`."""
    return torch.index_select(x, dim, index)


def scatter(x: Tensor, index: Tensor, src: Tensor, dim: int) -> Tensor:
    """As `gather`; one number goes everywhere."""
    return torch.scatter(x, dim, index, src if src.ndim else src.expand(index.shape))


def scatter_add(x: Tensor, index: Tensor, src: Tensor, dim: int) -> Tensor:
    """As `scatter`."""
    return torch.scatter_add(x, dim, index, src if src.ndim else src.expand(index.shape))


def index_add(x: Tensor, index: Tensor, source: Tensor, dim: int) -> Tensor:
    """As `gather`."""
    return torch.index_add(x, dim, index, source)


def masked_fill(x: Tensor, mask: Tensor, value: Tensor) -> Tensor:
    """torch refuses a value that the dtype of x cannot hold."""
    return torch.where(mask, value, x)


def searchsorted(sorted_sequence: Tensor, values: Tensor, right: bool = False) -> Tensor:
    """torch wants one dtype; of a scalar too, for its value must not wrap."""
    dtype = torch.promote_types(sorted_sequence.dtype, values.dtype)
    return torch.searchsorted(sorted_sequence.to(dtype), values.to(dtype), right=right)


def bucketize(x: Tensor, boundaries: Tensor, right: bool = False) -> Tensor:
    """As `searchsorted`."""
    return searchsorted(boundaries, x, right)


# Neural networks


def layer_norm(
    x: Tensor, weight: Tensor | None = None, bias: Tensor | None = None, *, normalized_shape: Sizes, eps: float = 1e-5
) -> Tensor:
    """torch has the sizes before the operands."""
    return torch.nn.functional.layer_norm(x, _sizes(normalized_shape), weight, bias, eps)


def _loss(name: str) -> Callable[..., Tensor]:
    """torch warns of operands that broadcast, or refuses them."""
    function = getattr(torch.nn.functional, name)

    def loss(x: Tensor, target: Tensor, **options: Any) -> Tensor:
        result: Tensor = function(*torch.broadcast_tensors(x, target), **options)  # type: ignore[no-untyped-call]  # torch's
        return result

    return loss


LOSSES = (
    "huber_loss",
    "l1_loss",
    "mse_loss",
    "smooth_l1_loss",
)


def kl_div(x: Tensor, target: Tensor, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """torch warns of its own mean, and takes the batch's length from x before it is stretched."""
    x, target = torch.broadcast_tensors(x, target)  # type: ignore[no-untyped-call]  # torch's
    each = "none" if reduction == "mean" else reduction
    result = torch.nn.functional.kl_div(x, target, reduction=each, log_target=log_target)
    return result.mean() if reduction == "mean" else result


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None, **options: Any
) -> Tensor:
    """torch broadcasts leading axes in some of its algorithms only, and takes no mask of integers."""
    masked = () if attn_mask is None else attn_mask.shape[:-2]
    leading = torch.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2], masked)  # type: ignore[no-untyped-call]  # torch's
    if attn_mask is not None:
        mask = attn_mask if attn_mask.dtype == torch.bool else attn_mask.to(query.dtype)
        options["attn_mask"] = mask.expand(*leading, query.shape[-2], key.shape[-2])
    query, key, value = [each.expand(leading + each.shape[-2:]) for each in (query, key, value)]
    return torch.nn.functional.scaled_dot_product_attention(query, key, value, **options)


def kron(a: Tensor, b: Tensor) -> Tensor:
    """torch refuses transposed operands."""
    result: Tensor = torch.kron(a.contiguous(), b.contiguous())
    return result


def vecdot(a: Tensor, b: Tensor, dim: int = -1) -> Tensor:
    """torch refuses integers, and vectors of which one is to be stretched."""
    a, b = torch.broadcast_tensors(a, b)  # type: ignore[no-untyped-call]  # torch's
    exact = not (a.is_floating_point() or a.is_complex())
    result: Tensor = torch.sum(a * b, dim=dim, dtype=a.dtype) if exact else torch.linalg.vecdot(a, b, dim=dim)
    return result


def cdist(a: Tensor, c: Tensor, p: float = 2.0) -> Tensor:
    """torch refuses half-width floats."""
    return torch.cdist(_wide(a), _wide(c), p=p).to(a.dtype)


# Decompositions


def matrix_exp(A: Tensor) -> Tensor:
    """torch refuses transposed matrices, several at once."""
    result: Tensor = torch.linalg.matrix_exp(A.contiguous())
    return result


def eigvals(A: Tensor) -> Tensor:
    """torch dies of a matrix with inf or nan (a segmentation fault)."""
    values: Tensor = torch.linalg.eigvals(_finite(A))
    return values


def eig(A: Tensor) -> tuple[Tensor, Tensor]:
    """As `eigvals`."""
    pair: tuple[Tensor, Tensor] = torch.linalg.eig(_finite(A))
    return pair


def lstsq(A: Tensor, B: Tensor, rcond: float | None = None) -> tuple[Tensor, ...]:
    """torch's usual driver reads pivots that nobody wrote, and now and then takes a wide matrix for a singular one."""
    driver, columns = "gelsd" if A.is_cpu else None, B.shape[-1]
    if not columns and A.shape[-2]:  # which that one refuses
        B = B.new_zeros((*B.shape[:-1], 1))
    found = torch.linalg.lstsq(_finite(A), _finite(B), rcond=rcond, driver=driver)
    solution = found.solution if columns or not A.shape[-2] else found.solution[..., :0]
    nothing, named = found.singular_values.new_zeros(0), "linalg_lstsq"
    parts: tuple[Tensor, ...] = getattr(torch.return_types, named)((solution, nothing, found.rank, nothing))
    return parts


def _finite(A: Tensor) -> Tensor:
    if not torch.isfinite(A).all():
        raise ValueError("not all numbers are finite")
    return A


KERNELS: dict[str, Callable[..., Any]] = {
    **{name: _loss(name) for name in LOSSES},
    "block_diag": block_diag,
    "bucketize": bucketize,
    "cartesian_prod": cartesian_prod,
    "cdist": cdist,
    "clamp": clamp,
    "complex": complex_,
    "eig": eig,
    "eigvals": eigvals,
    "full": full,
    "full_like": full_like,
    "gather": gather,
    "heaviside": heaviside,
    "imag": imag,
    "index_add": index_add,
    "index_select": index_select,
    "kl_div": kl_div,
    "kron": kron,
    "layer_norm": layer_norm,
    "lstsq": lstsq,
    "masked_fill": masked_fill,
    "matrix_exp": matrix_exp,
    "mean": mean,
    "nanmean": nanmean,
    "nansum": nansum,
    "normal": normal,
    "polar": polar,
    "quantile": quantile,
    "randint": randint,
    "scatter": scatter,
    "scatter_add": scatter_add,
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "searchsorted": searchsorted,
    "std": std,
    "sum": sum,
    "tensor": tensor,
    "var": var,
    "vecdot": vecdot,
}
