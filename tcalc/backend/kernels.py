"""Kernels that are more than a torch name. Each takes operands in the row's order and options by the row's names."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from tcalc.backend import kernels_einops, kernels_forms, kernels_library, kernels_signal
from tcalc.backend.kernels_einops import Lengths
from tcalc.library.einsum import widens
from tcalc.library.indexing import SliceItem, TensorItem

Kernel = Callable[..., Any]


def getitem(x: Tensor, *tensors: Tensor, items: tuple[object, ...]) -> Tensor:
    """A part of a tensor."""
    return x[index_of(items, tensors)]


def setitem(x: Tensor, value: Tensor, *tensors: Tensor, items: tuple[object, ...]) -> Tensor:
    """A copy with a part replaced."""
    copy = x.clone()
    copy[index_of(items, tensors)] = value
    return copy


def index_of(items: tuple[object, ...], tensors: tuple[Tensor, ...]) -> tuple[Any, ...]:
    """The index as Python writes it."""
    rest = iter(tensors)
    return tuple(
        [
            slice(item.start, item.stop, item.step)
            if item.__class__ is SliceItem
            else next(rest)
            if item.__class__ is TensorItem
            else item
            for item in items
        ]
    )


def einsum(*operands: Tensor, equation: str) -> Tensor:
    """torch's einsum; of integers in i64 and back: torch has no products of bools, and widens sums here and there."""
    dtype = operands[0].dtype
    if dtype.is_floating_point or dtype.is_complex or dtype is torch.int64:
        return torch.einsum(equation, *operands)
    result = torch.einsum(equation, *[each.long() for each in operands])
    return result if widens(equation, dtype is torch.bool) else result.to(dtype)


def same(x: Tensor) -> Tensor:
    """The same tensor."""
    return x


def expand(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Broadcast to a shape."""
    return x.expand(shape)


def repeat(x: Tensor, repeats: tuple[int, ...] = (), pattern: str = "", lengths: Lengths = ()) -> Tensor:
    """Copies side by side, by numbers or by einops' pattern."""
    return kernels_einops.repeat(x, pattern, lengths) if pattern else x.repeat(repeats)


def tile(x: Tensor, dims: tuple[int, ...]) -> Tensor:
    """Copies side by side, missing numbers taken as 1."""
    return x.tile(dims)


def to(x: Tensor, other: Tensor | None = None, dtype: torch.dtype | None = None, device: str | None = None) -> Tensor:
    """The same numbers in another dtype; where tensors live is settled elsewhere."""
    return x.to(other.dtype if other is not None else dtype or x.dtype)


def item(x: Tensor) -> Tensor:
    """A tensor of one element as a scalar."""
    return x.reshape(())


def power(a: Any, b: Any) -> Any:
    """a to the power b.

    torch gives 0 for a negative power of an integer; here it is refused where data say so, floating where it is known.
    """
    if b.__class__ is int and b < 0 and isinstance(a, Tensor) and not (a.is_floating_point() or a.is_complex()):
        return a.to(torch.get_default_dtype()) ** b
    if isinstance(b, Tensor) and not b.is_floating_point() and not b.is_complex():
        whole = not (a.is_floating_point() or a.is_complex()) if isinstance(a, Tensor) else isinstance(a, int)
        if whole and b.dtype is not torch.uint8 and bool((b < 0).any()):
            raise ValueError("negative integer powers of integers")
    return a**b


def allclose(a: Tensor, b: Tensor, **options: Any) -> Tensor:
    """Whether two tensors are close everywhere."""
    return torch.isclose(a, b, **options).all()


def equal(a: Tensor, b: Tensor) -> Tensor:
    """Whether two tensors have one shape and are the same everywhere."""
    if a.shape != b.shape:
        return torch.zeros((), dtype=torch.bool, device=a.device)
    return (a == b).all()


def lcm(a: Tensor, b: Tensor) -> Tensor:
    """Least common multiple. torch's divides the least integer by -1, which ends the process."""
    for x in (a, b):
        if x.dtype is not torch.uint8 and bool((x == torch.iinfo(x.dtype).min).any()):
            raise ValueError("least common multiple of the least integer")
    return torch.lcm(a, b)


def shape(x: Tensor) -> Tensor:
    """The sizes of all axes. The checker knows them but where data decide."""
    return torch.tensor(x.shape, dtype=torch.int64)


def size(x: Tensor, dim: int | None = None) -> Tensor:
    """The size of an axis, or of all."""
    return torch.tensor(x.shape if dim is None else x.shape[dim], dtype=torch.int64)


def length(x: Tensor) -> Tensor:
    """The size of the first axis."""
    return torch.tensor(x.shape[0])


def numel(x: Tensor) -> Tensor:
    """The number of elements."""
    return torch.tensor(x.numel())


def rank(x: Tensor) -> Tensor:
    """The number of axes."""
    return torch.tensor(x.dim())


KERNELS: dict[str, Kernel] = {
    "allclose": allclose,
    "equal": equal,
    "lcm": lcm,
    "shape": shape,
    "size": size,
    "length": length,
    "numel": numel,
    "rank": rank,
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "pow": power,
    "neg": operator.neg,
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "bitwise_and": operator.and_,
    "bitwise_or": operator.or_,
    "bitwise_xor": operator.xor,
    "getitem": getitem,
    "setitem": setitem,
    "einsum": einsum,
    "rearrange": kernels_einops.rearrange,
    "reduce": kernels_einops.reduce,
    "same": same,
    "transposed": operator.attrgetter("mT"),
    "adjoint": operator.attrgetter("mH"),
    "expand": expand,
    "repeat": repeat,
    "tile": tile,
    "to": to,
    "item": item,
}


def find(name: str) -> Kernel:
    """The function behind a row's `torch` field, which is never the user's text."""
    if name.startswith("kernel:"):
        key = name.removeprefix("kernel:")
        tables = (KERNELS, kernels_forms.KERNELS, kernels_library.KERNELS, kernels_signal.KERNELS)
        return next(table[key] for table in tables if key in table)
    found: Any = torch
    for part in name.split("."):
        found = getattr(found, part)
    kernel: Kernel = found
    return kernel
