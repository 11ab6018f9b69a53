"""Kernels that einops computes. It is imported at the first call."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

#: Sizes of the pattern's names, as far as the program gives them.
Lengths = tuple[tuple[str, int], ...]
Axes = tuple[int, ...]


def rearrange(tensor: Tensor, pattern: str, lengths: Lengths = ()) -> Tensor:
    """Axes moved, split and merged."""
    import einops

    return einops.rearrange(tensor, pattern, **dict(lengths))


def repeat(tensor: Tensor, pattern: str, lengths: Lengths = ()) -> Tensor:
    """Axes moved, split, merged and made."""
    import einops

    return einops.repeat(tensor, pattern, **dict(lengths))


def reduce(tensor: Tensor, pattern: str, reduction: str, lengths: Lengths = ()) -> Tensor:
    """Axes moved, split, merged and reduced. The dtype is the reduction's, even where no axis is reduced."""
    import einops

    exact = not (tensor.is_floating_point() or tensor.is_complex())
    if reduction == "mean" and exact:
        tensor = tensor.to(torch.get_default_dtype())
    result: Tensor = einops.reduce(tensor, pattern, REDUCTIONS[reduction], **dict(lengths))
    if reduction in ("any", "all"):
        return result.to(torch.uint8 if tensor.dtype is torch.uint8 else torch.bool)
    return result.to(torch.int64) if reduction in ("sum", "prod") and exact else result


def _prod(x: Tensor, axes: Axes) -> Tensor:
    """torch has it over one axis only."""
    for axis in sorted(axes, reverse=True):
        x = x.prod(dim=axis)
    return x


REDUCTIONS: dict[str, Callable[[Tensor, Axes], Tensor]] = {
    "sum": torch.sum,
    "mean": torch.mean,
    "max": torch.amax,
    "min": torch.amin,
    "prod": _prod,
    "any": torch.any,
    "all": torch.all,
}
