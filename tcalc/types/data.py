"""How a value's numbers are handed from the backend to those who show or store them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from tcalc.types.tensor import TensorType, Type


class TensorData(Protocol):
    """A tensor's numbers as plain data, read in pieces so that no large conversion happens in one call."""

    @property
    def type(self) -> TensorType:
        """dtype, sizes (all known integers) and labels."""

    def numbers(self, start: int, stop: int, step: int = 1) -> Sequence[bool | int | float | complex]:
        """The elements from `start` to `stop` in row-major order, every so many-th, as Python numbers."""

    def statistics(self) -> Statistics | None:
        """Figures of a large tensor, None where they say nothing."""

    def counted(self, steps: Callable[[int], int]) -> Counted:
        """How the elements, which are no complex ones, lie; `steps` says into how many steps so many are counted."""


class Storable(TensorData, Protocol):
    """A tensor whose elements can also be had as they lie in memory."""

    def raw(self, start: int, stop: int) -> memoryview:
        """The elements from `start` to `stop` in row-major order as bytes, in the machine's byte order."""


class Statistics:
    """Figures over the finite elements, with a histogram of `bins` equal steps from `least` to `greatest`.

    Without bins there is nothing but the odd ones: how many are `missing` (NaN) or `infinite`. `sampled` where mean and
    deviation are of some elements only.
    """

    __slots__ = ("bins", "greatest", "infinite", "least", "mean", "missing", "sampled", "std")

    def __init__(
        self,
        least: float,
        greatest: float,
        mean: float,
        std: float,
        bins: Sequence[int],
        missing: int,
        infinite: int,
        sampled: bool = False,
    ) -> None:
        self.least, self.greatest, self.mean, self.std, self.bins = least, greatest, mean, std, bins
        self.missing, self.infinite, self.sampled = missing, infinite, sampled


class Counted:
    """How many finite elements lie in each of equal steps from `least` to `greatest`, and how many are not finite.

    `counts` is empty where none is finite.
    """

    __slots__ = ("counts", "greatest", "least", "left")

    def __init__(self, least: float, greatest: float, counts: Sequence[int], left: int) -> None:
        self.least, self.greatest, self.counts, self.left = least, greatest, counts, left


def counted(values: Iterable[float], steps: Callable[[int], int]) -> Counted:
    """See `TensorData.counted`."""
    numbers = [*values]
    known = [value for value in numbers if math.isfinite(value)]
    if not known:
        return Counted(0.0, 0.0, (), len(numbers))
    least, greatest, number = min(known), max(known), steps(len(known))
    counts = [0] * number
    spread = greatest / 2 - least / 2  # of halves, whose difference is finite
    for value in known:
        part = (value / 2 - least / 2) / spread if spread else 0.5
        counts[min(int(part * number), number - 1)] += 1
    return Counted(least, greatest, counts, len(numbers) - len(known))


class ConstantData:
    """A value that has no numbers: text, a dtype, None, a function. Its type says it all."""

    __slots__ = ("type",)

    def __init__(self, type: Type) -> None:
        self.type = type


class TupleData:
    """Several values side by side, with names where they have them."""

    __slots__ = ("items", "names")

    def __init__(self, items: Sequence[Data], names: Sequence[str] = ()) -> None:
        self.items, self.names = items, names


#: Any value, as it is handed to those who show it.
Data = TensorData | TupleData | ConstantData


class StaticData:
    """A number (or nested tuple of numbers) that was known while checking: no torch needed to show it."""

    __slots__ = ("_flat", "type")

    def __init__(self, type: TensorType) -> None:
        self.type = type
        flat: list[bool | int | float | complex] = []
        _flatten(type.static, flat)
        self._flat = flat

    def numbers(self, start: int, stop: int, step: int = 1) -> Sequence[bool | int | float | complex]:
        """See `TensorData.numbers`."""
        return self._flat[start:stop:step]

    def statistics(self) -> Statistics | None:
        """A static value is small."""
        return None

    def counted(self, steps: Callable[[int], int]) -> Counted:
        """See `TensorData.counted`."""
        return counted([float(value) for value in self._flat if not isinstance(value, complex)], steps)


def _flatten(value: object, into: list[bool | int | float | complex]) -> None:
    if isinstance(value, tuple):
        for item in value:
            _flatten(item, into)
    else:
        assert isinstance(value, bool | int | float | complex)
        into.append(value)
