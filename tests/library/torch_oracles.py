"""torch's own function for a row, found by the row's name, and what stands in where torch has another way to call it.

None of it is tcalc's: a row that names another function than its own is found out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from tcalc.library.builtin import Builtin

UNTYPED: Any = torch  # some of its functions have no types, or other ones than they take
SPACES: dict[str, Any] = {
    "nn.functional": functional,
    "": torch,
    "linalg": torch.linalg,
    "special": torch.special,
    "fft": torch.fft,
}


def public(row: Builtin) -> Callable[..., Any]:
    """The function that a PyTorch user knows by the row's name: torch's, or a tensor's method."""
    if row.name in ORACLES:
        return ORACLES[row.name]
    bare = row.name.rpartition(".")[2]
    for space, room in SPACES.items():
        if space in row.spaces and hasattr(room, bare):
            found: Callable[..., Any] = getattr(room, bare)
            return found
    if row.attribute and hasattr(Tensor, bare):
        return lambda x: getattr(x, bare)
    method: Callable[..., Any] | None = getattr(Tensor, bare, None)
    assert callable(method), f"torch has no {row.name}: add what computes it to tests/library/torch_oracles.py"
    return method


def _exact(x: Any) -> bool:
    return isinstance(x, Tensor) and not (x.is_floating_point() or x.is_complex())


def _in_doubles(function: Callable[..., Any]) -> Callable[..., Any]:
    """Of integers, which torch has not everywhere: computed in f64, and back in the first operand's dtype."""

    def computed(*operands: Any, **options: Any) -> Any:
        first = operands[0]
        if not _exact(first):
            return function(*operands, **options)
        wide = [each.double() if isinstance(each, Tensor) else each for each in operands]
        result = function(*wide, **{k: v.double() if isinstance(v, Tensor) else v for k, v in options.items()})
        return (result[0].to(first.dtype), result[1]) if isinstance(result, tuple) else result.to(first.dtype)

    return computed


def _mean_pool(function: Callable[..., Any]) -> Callable[..., Any]:
    def pool(x: Tensor, **options: Any) -> Any:
        return function(x.float() if _exact(x) and x.dtype is not torch.int64 else x, **options)

    return pool


def _half_in_floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """Of half-width floats, which torch has not everywhere."""

    def computed(*operands: Any, **options: Any) -> Any:
        half = operands[0].dtype in (torch.float16, torch.bfloat16)
        wide = [each.float() if half and isinstance(each, Tensor) else each for each in operands]
        result = function(*wide, **{k: v.float() if isinstance(v, Tensor) else v for k, v in options.items()})
        return result.to(operands[0].dtype) if half else result

    return computed


def _transform(name: str) -> Callable[..., Any]:
    """MKL refuses to make no transforms: one is made of a tensor with a 1 there, and taken away again."""
    function = getattr(torch.fft, name)

    def transform(x: Tensor, **options: Any) -> Any:
        rank, s = x.dim(), options.get("s")
        count = rank if s is None else len(s) if isinstance(s, tuple) else 1
        default = (-1,) if name in ("fft", "ifft", "rfft", "irfft") else tuple(range(-count, 0))
        dims = options.get("dim", (-2, -1) if name.endswith("2") else default)
        along = {d % rank for d in (dims if isinstance(dims, tuple) else (dims,))} if rank else set()
        lacking = [i for i in range(rank) if i not in along and x.shape[i] == 0]
        grown = x
        for i in lacking:
            grown = torch.cat([grown, grown.new_zeros([1 if j == i else n for j, n in enumerate(grown.shape)])], i)
        result = function(grown, **options)
        for i in lacking:
            result = result.narrow(i, 0, 0)
        return result

    return transform


def _loss(name: str) -> Callable[..., Any]:
    function = getattr(functional, name)

    def loss(x: Tensor, target: Tensor, weight: Any = None, reduction: str = "mean", *more: Any, **options: Any) -> Any:
        if weight is not None:
            options["weight"] = weight
        if more:
            options["pos_weight"] = more[0]
        return function(*UNTYPED.broadcast_tensors(x, target), reduction=reduction, **options)

    return loss


def _every_axis(function: Callable[..., Any]) -> Callable[..., Any]:
    """torch has keepdim only beside dim."""

    def reduced(x: Tensor, dim: Any = None, **options: Any) -> Any:
        return function(x, dim, **options)

    return reduced


def _spread(name: str) -> Callable[..., Any]:
    def computed(x: Tensor, dim: Any = None, correction: Any = 1, unbiased: bool = True, keepdim: bool = False) -> Any:
        """With unbiased=False the divisor is n."""
        return getattr(torch, name)(x, dim=dim, correction=correction if unbiased else 0, keepdim=keepdim)

    return computed


def _batch_norm(x: Tensor, running_mean: Any = None, running_var: Any = None, *rest: Any, **options: Any) -> Any:
    copies = [each.clone() if isinstance(each, Tensor) else None for each in (running_mean, running_var)]
    return UNTYPED.nn.functional.batch_norm(x, *copies, *rest, **options)


def _cov(x: Tensor, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    if isinstance(aweights, Tensor) and aweights.is_complex():
        aweights = aweights.real
    return torch.cov(x, correction=correction, fweights=fweights, aweights=aweights)


def _attention(query: Tensor, key: Tensor, value: Tensor, attn_mask: Any = None, **options: Any) -> Any:
    leading = UNTYPED.broadcast_tensors(query[..., :1, :1], key[..., :1, :1], value[..., :1, :1])[0].shape[:-2]
    if attn_mask is not None:
        attn_mask = attn_mask.expand(*leading, query.shape[-2], key.shape[-2])
        attn_mask = attn_mask if attn_mask.dtype is torch.bool else attn_mask.to(query.dtype)
    whole = [each.expand(*leading, -1, -1) for each in (query, key, value)]
    return UNTYPED.nn.functional.scaled_dot_product_attention(*whole, attn_mask, **options)


def _least_squares(A: Tensor, B: Tensor, rcond: Any = None) -> Any:
    """torch's own driver reads pivots that nobody wrote; the other one refuses a B without elements."""
    found = torch.linalg.lstsq(A, B, rcond=rcond, driver="gelsd" if B.numel() else "gelsy")
    nothing = found.singular_values.new_zeros(0)
    return (found.solution, nothing, found.rank if B.numel() else torch.linalg.matrix_rank(A), nothing)


def _normal(mean: Any, std: Any = 1.0, size: Any = None, **options: Any) -> Any:
    if size is not None:
        return torch.normal(mean, std, (size,) if isinstance(size, int) else size, **options)
    mean, std = UNTYPED.broadcast_tensors(torch.as_tensor(mean), torch.as_tensor(std))
    return torch.normal(mean.contiguous(), std.contiguous())


def _randint(high: int, size: Any, low: int = 0, **options: Any) -> Any:
    return torch.randint(low, high, (size,) if isinstance(size, int) else size, **options)


def _wide(x: Tensor) -> Tensor:
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def _promoted(a: Any, b: Any) -> tuple[Tensor, Tensor]:
    dtype = torch.result_type(a, b)
    return torch.as_tensor(a).to(dtype), torch.as_tensor(b).to(dtype)


def _widened(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """A scalar counts as much as any other tensor: no value wraps."""
    dtype = torch.promote_types(a.dtype, b.dtype)
    return a.to(dtype), b.to(dtype)


def _full(size: Any, fill_value: Any, dtype: Any = None, **_: Any) -> Tensor:
    return torch.zeros(size, dtype=dtype or torch.as_tensor(fill_value).dtype) + torch.as_tensor(fill_value).to(dtype)


def _as_numbers(value: Any) -> Any:
    return torch.tensor(value, dtype=torch.int64)


def _plus(x: Tensor, one: Tensor, other: Tensor, beta: float = 1, alpha: float = 1) -> Tensor:
    product = one @ other
    return beta * x.broadcast_to(product.shape) + alpha * product


ORACLES: dict[str, Callable[..., Any]] = {
    "T": lambda x: x.T,
    "mT": lambda x: x.transpose(-1, -2) if x.dim() else x,
    "H": lambda x: x.T.conj(),
    "data": lambda x: x,
    "is_tensor": lambda x: torch.tensor(True),  # a number is a tensor without axes
    "from_numpy": lambda x: x,
    "shape": lambda x: _as_numbers(x.shape),
    "size": lambda x, dim=None: _as_numbers(x.size() if dim is None else x.size(dim)),
    "numel": lambda x: _as_numbers(torch.numel(x)),
    "ndim": lambda x: _as_numbers(x.ndim),
    "dim": lambda x: _as_numbers(x.dim()),
    "len": lambda x: _as_numbers(len(x)),
    "item": lambda x: torch.tensor(x.item(), dtype=x.dtype),
    "tolist": lambda x: torch.tensor(x.tolist(), dtype=x.dtype).reshape(x.shape),
    "numpy": lambda x: x,
    "cpu": Tensor.cpu,
    "tensor": lambda data, dtype=None, requires_grad=False: data.clone().to(dtype or data.dtype),
    "as_tensor": lambda data, dtype=None: torch.as_tensor(data, dtype=dtype),
    "to": lambda x, other=None, dtype=None, device="cpu": x.to(dtype or x.dtype if other is None else other.dtype),
    # converted first: torch negates bytes as bytes, and converts neither what is not dropped nor a first power
    "softmin": functional.softmin,
    "dropout": functional.dropout,
    "matrix_power": torch.linalg.matrix_power,
    "cosine_similarity": functional.cosine_similarity,  # of scalars, which are weak here as everywhere
    "group_norm": functional.group_norm,  # of two widths in the wider one
    "lstsq": _least_squares,
    "vecdot": lambda a, b, dim=-1: (a.conj() * b).sum(dim).to(a.dtype),
    "kron": lambda a, b: torch.kron(a.contiguous(), b.contiguous()),
    "matrix_exp": lambda A: torch.linalg.matrix_exp(A.contiguous()),
    "histogram": lambda x, bins=100, density=False: tuple(
        each.to(x.dtype) for each in torch.histogram(_wide(x), bins, density=density)
    ),
    "solve_triangular": torch.linalg.solve_triangular,
    "block_diag": lambda tensors: UNTYPED.block_diag(*tensors),
    "cartesian_prod": lambda tensors: torch.cartesian_prod(*tensors),
    "meshgrid": lambda tensors, indexing="ij": torch.meshgrid(*tensors, indexing=indexing),
    "clamp": lambda x, min=None, max=None: x if min is None and max is None else torch.clamp(x, min, max),
    "imag": lambda x: x.imag if x.is_complex() else torch.zeros_like(x),
    "complex": lambda real, imag: torch.complex(_wide(real), _wide(imag)),
    "polar": lambda abs, angle: torch.polar(_wide(abs), _wide(angle)),
    "heaviside": lambda a, values: torch.heaviside(*_promoted(a, values)),
    "allclose": lambda a, b, **options: torch.isclose(a, b, **options).all(),
    "equal": lambda a, b: torch.tensor(torch.equal(a, b)),
    "full": _full,
    "full_like": lambda x, fill_value, dtype=None, **_: torch.full_like(
        torch.as_tensor(x), fill_value.item() if isinstance(fill_value, Tensor) else fill_value, dtype=dtype
    ),
    "normal": _normal,
    "randint": _randint,
    "one_hot": lambda x, **options: functional.one_hot(x.long(), **options),
    "take": lambda x, index: torch.take(x, index.long()),
    "sum": _every_axis(torch.sum),
    "nansum": _every_axis(torch.nansum),
    "mean": _every_axis(torch.mean),
    "nanmean": _every_axis(torch.nanmean),
    "var": _spread("var"),
    "std": _spread("std"),
    "var_mean": _spread("var_mean"),
    "std_mean": _spread("std_mean"),
    **dict.fromkeys(("addmm", "addmv", "baddbmm"), _plus),
    "glu": lambda x, **options: functional.glu(torch.as_tensor(x), **options),
    "quantile": _half_in_floats(torch.quantile),
    "cdist": _half_in_floats(torch.cdist),
    "searchsorted": lambda sorted_sequence, values, right=False: torch.searchsorted(
        *_widened(sorted_sequence, values), right=right
    ),
    "bucketize": lambda x, boundaries, right=False: torch.searchsorted(*_widened(boundaries, x), right=right),
    "masked_fill": lambda x, mask, value: torch.where(mask, value, x),
    "diagonal_scatter": lambda x, src, offset=0, dim1=0, dim2=1: torch.diagonal_scatter(
        *_widened(x, src), offset, dim1, dim2
    ),
    "scatter": lambda x, dim, index, src: torch.scatter(
        x, dim, index.long(), src if src.dim() else src.expand(index.shape)
    ),
    "scatter_add": lambda x, dim, index, src: torch.scatter_add(
        x, dim, index.long(), src if src.dim() else src.expand(index.shape)
    ),
    "layer_norm": lambda x, normalized_shape, weight=None, bias=None, eps=1e-5: functional.layer_norm(
        x, (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape, weight, bias, eps
    ),
    "batch_norm": _batch_norm,
    "cov": _cov,
    "scaled_dot_product_attention": _attention,
    "max_pool1d": _in_doubles(functional.max_pool1d),
    "pad": lambda x, pad, mode="constant", value=None: (
        functional.pad(x.byte(), pad, mode).bool()
        if x.dtype is torch.bool and mode != "constant"
        else functional.pad(x, pad, mode, value)
    ),
    "trapezoid": lambda y, x=None, dx=1, dim=-1: (
        torch.trapezoid(y, x, dim=dim) if x is not None else torch.trapezoid(y, dx=dx, dim=dim)
    ),
    **{name: _in_doubles(getattr(functional, name)) for name in ("conv1d", "conv2d", "conv3d")},
    **{name: _in_doubles(getattr(functional, name)) for name in ("conv_transpose1d", "conv_transpose2d")},
    **{name: _mean_pool(getattr(functional, name)) for name in ("avg_pool1d", "avg_pool2d")},
    **{name: _transform(name) for name in ("fft", "ifft", "rfft", "irfft", "fft2", "ifft2", "fftn", "ifftn")},
    **{
        name: _loss(name)
        for name in (
            "binary_cross_entropy",
            "binary_cross_entropy_with_logits",
            "huber_loss",
            "l1_loss",
            "mse_loss",
            "smooth_l1_loss",
        )
    },
}
