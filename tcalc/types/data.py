"""How a value's numbers are handed from the backend to those who show or store them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tcalc.types.tensor import TensorType, Type


class TensorData(Protocol):
    """A tensor's numbers as plain data, read in pieces so that no large conversion happens in one call."""

    @property
    def type(self) -> TensorType:
        """dtype, sizes (all known integers) and labels."""

    def numbers(self, start: int, stop: int) -> Sequence[bool | int | float | complex]:
        """The elements from `start` to `stop` in row-major order, as Python numbers."""

    def statistics(self) -> Statistics | None:
        """Figures of a large tensor, None where they say nothing."""


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

    def numbers(self, start: int, stop: int) -> Sequence[bool | int | float | complex]:
        """See `TensorData.numbers`."""
        return self._flat[start:stop]

    def statistics(self) -> Statistics | None:
        """A static value is small."""
        return None


def _flatten(value: object, into: list[bool | int | float | complex]) -> None:
    if isinstance(value, tuple):
        for item in value:
            _flatten(item, into)
    else:
        assert isinstance(value, bool | int | float | complex)
        into.append(value)
