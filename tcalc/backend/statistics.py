"""Figures of a large tensor: one pass over it, in pieces that stay in the cache, and never a copy of it whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from tcalc.types.data import Counted, Statistics

#: From how many elements on a tensor has figures.
STATISTICS_FROM = 64
BINS = 8
#: A piece of so many elements is looked at in one go: as f64 it fits a processor's cache.
PIECE = 1 << 18
#: The histogram of a larger tensor is of a sample: its eight bars show no difference.
COUNTED, SAMPLE = 1 << 18, 1 << 16
#: Of a larger tensor the mean and the deviation are of a sample too, which `Statistics.sampled` says.
SUMMED, LARGE_SAMPLE = 1 << 28, 1 << 20
#: The golden ratio: its multiples, modulo 1, lie evenly, and in step with no axis.
_STEP = (math.sqrt(5) - 1) / 2


def statistics(x: Tensor) -> Statistics | None:
    """The figures of a tensor, None of a small one; of bools how many are false and true, of complex numbers the odd
    ones alone.

    About as long as torch's mean and std take together.
    """
    if x.numel() < STATISTICS_FROM or x.device.type == "meta":
        return None
    if x.dtype is torch.bool:
        true = int(x.count_nonzero())
        share = true / x.numel()
        return Statistics(0, 1, share, math.sqrt(share * (1 - share)), [x.numel() - true, true], 0, 0)
    if x.is_complex():
        return _odd_of_complex(x)
    sampled = x.numel() > SUMMED
    found = _Sums(torch.empty(min(PIECE, x.numel()), dtype=torch.float64, device=x.device), exact=not sampled)
    for piece in _pieces(x):
        found.add(piece)
    if found.least > found.greatest:
        return Statistics(math.nan, math.nan, math.nan, math.nan, [], found.missing, found.infinite)
    sample = x.reshape(-1) if x.numel() <= COUNTED else _sample(x, LARGE_SAMPLE if sampled else SAMPLE)
    sample = sample.double()
    sample = sample[sample.isfinite()]
    if sampled:
        found.summed(sample.clone(), sample.numel())
    return Statistics(
        found.least,
        found.greatest,
        *found.mean_and_std(),
        _histogram(sample, found.least, found.greatest),
        found.missing,
        found.infinite,
        sampled,
    )


class _Sums:
    """What is added up piece by piece; sums are of differences from a pivot, so that no digits cancel."""

    def __init__(self, room: Tensor, exact: bool) -> None:
        # Memory taken anew for each piece would cost more than the sums.
        self._room = room
        self.least, self.greatest = math.inf, -math.inf
        self.missing = self.infinite = 0
        self._exact = exact
        self._pivot: float | None = None
        self._count, self._sum, self._squares = 0, 0.0, 0.0

    def add(self, piece: Tensor) -> None:
        """The range of a piece, its NaN and infinities, and its sums where these are exact."""
        wide = self._room[: piece.numel()]
        if self._exact:
            wide.view(piece.shape).copy_(piece)
        least, greatest = _ends(wide if self._exact else piece)
        held = piece.numel()
        if not math.isfinite(least) or not math.isfinite(greatest):
            if not self._exact:
                wide.view(piece.shape).copy_(piece)
            held = self._without_odd(wide)
            if not held:
                return
            least, greatest = _ends(wide)
        self.least, self.greatest = min(self.least, least), max(self.greatest, greatest)
        if self._exact:
            self.summed(wide, held)

    def _without_odd(self, wide: Tensor) -> int:
        """Count what is NaN or infinite and put the pivot, which adds nothing, in its place; how many are finite."""
        finite = wide.isfinite()
        held, missing = int(finite.count_nonzero()), int(wide.isnan().count_nonzero())
        self.missing += missing
        self.infinite += wide.numel() - held - missing
        if held:
            wide.masked_fill_(
                finite.logical_not(), self._pivot_of(wide[finite]) if self._pivot is None else self._pivot
            )
        return held

    def summed(self, wide: Tensor, held: int) -> None:
        """Add up elements, `held` of them besides pivots; they are lost."""
        if not held:
            return
        apart = wide.sub_(self._pivot_of(wide) if self._pivot is None else self._pivot)
        self._count += held
        self._sum += float(apart.sum())
        self._squares += float(apart.dot(apart))

    def _pivot_of(self, wide: Tensor) -> float:
        mean = float(wide.mean())
        self._pivot = mean if math.isfinite(mean) else float(wide[0])
        return self._pivot

    def mean_and_std(self) -> tuple[float, float]:
        """Of what was added up."""
        if self._pivot is None:
            return math.nan, math.nan
        off = self._sum / self._count
        square = self._squares / self._count - off * off
        return self._pivot + off, math.sqrt(max(0.0, square)) if math.isfinite(square) else math.inf


def _ends(x: Tensor) -> tuple[float, float]:
    least, greatest = x.aminmax()
    return float(least), float(greatest)


def _histogram(wide: Tensor, least: float, greatest: float) -> list[int]:
    if greatest <= least:
        return [wide.numel()]
    if not math.isfinite(greatest - least):
        wide, least, greatest = wide / 4, least / 4, greatest / 4
    return [int(held) for held in torch.histc(wide, BINS, least, greatest).tolist()]


def counted(x: Tensor, steps: Callable[[int], int]) -> Counted:
    """See `TensorData.counted`: all elements, in two passes."""
    least, greatest, known = math.inf, -math.inf, 0
    for piece in _pieces(x):
        finite = _finite(piece)
        if finite.numel():
            (low, high), known = _ends(finite), known + finite.numel()
            least, greatest = min(least, low), max(greatest, high)
    if not known:
        return Counted(0.0, 0.0, (), x.numel())
    number, spread = steps(known), greatest / 2 - least / 2  # of halves, whose difference is finite
    counts = torch.zeros(number, dtype=torch.int64, device=x.device)
    for piece in _pieces(x):
        finite = _finite(piece)
        parts = (finite / 2 - least / 2) / spread if spread else torch.full_like(finite, 0.5)
        places = (parts * number).long().clamp_(max=number - 1)
        counts += torch.bincount(places, minlength=number)
    return Counted(least, greatest, counts.tolist(), x.numel() - known)


def _finite(piece: Tensor) -> Tensor:
    """The finite elements of a piece, as f64."""
    wide = piece.reshape(-1).double()
    return wide if not piece.is_floating_point() else wide[wide.isfinite()]


def _odd_of_complex(x: Tensor) -> Statistics | None:
    missing = infinite = 0
    for piece in _pieces(x):
        nan = piece.isnan()
        missing += int(nan.count_nonzero())
        infinite += int((piece.isinf() & ~nan).count_nonzero())
    if not missing and not infinite:
        return None
    return Statistics(math.nan, math.nan, math.nan, math.nan, [], missing, infinite)


def _pieces(x: Tensor) -> Iterator[Tensor]:
    """All elements, in any order: as they lie in memory where they lie without gaps, and never copied."""
    strides = x.stride()
    x = x.permute(sorted(range(x.dim()), key=lambda axis: -strides[axis]))
    if x.is_contiguous():
        yield from torch.split(x.view(-1), PIECE)
    else:
        yield from _slices(x)


def _slices(x: Tensor) -> Iterator[Tensor]:
    if x.numel() <= PIECE:
        yield x
    elif x.shape[0] * PIECE >= x.numel():
        yield from torch.split(x, max(1, PIECE * x.shape[0] // x.numel()))
    else:
        for part in x:
            yield from _slices(part)


def _sample(x: Tensor, size: int) -> Tensor:
    """So many elements from everywhere; the random numbers are left alone."""
    places = torch.arange(size, dtype=torch.float64) * _STEP % 1.0 * x.numel()
    indices = places.long().clamp_(max=x.numel() - 1).to(x.device)
    if x.dim() != 1 and x.is_contiguous():
        x = x.view(-1)
    return x[indices] if x.dim() == 1 else x[torch.unravel_index(indices, x.shape)]
