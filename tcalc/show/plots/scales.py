"""From numbers to cells: the range of an axis, and where its labels stand."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise

#: Steps between labels are one of these times a power of ten.
STEPS = (1, 2, 2.5, 5, 10)
#: More digits than this behind the point are not shown.
MOST_DIGITS = 8


class Scale:
    """Maps numbers from `low` to `high` on places from 0 to `places - 1`; all are finite."""

    __slots__ = ("high", "low", "places")

    def __init__(self, low: float, high: float, places: int) -> None:
        if low == high:  # one value stands in the middle
            pad = abs(low) / 2 or 0.5
            low, high = max(low - pad, -sys.float_info.max), min(high + pad, sys.float_info.max)
        self.low, self.high, self.places = low, high, max(1, places)

    def place(self, value: float) -> int:
        """The place of a number within the range."""
        part = value / 2 - self.low / 2  # halves: the difference of two large numbers is no number
        whole = self.high / 2 - self.low / 2
        return min(self.places - 1, max(0, round(part / whole * (self.places - 1))))

    def ticks(self, most: int) -> list[float]:
        """Round numbers within the range, evenly spaced: at most so many, and where that leaves one, up to two more."""
        found = [self._ticks(count) for count in range(most, most + 3)]
        return next((each for each in found if len(each) > 1), found[0])

    def _ticks(self, most: int) -> list[float]:
        half = self.high / 2 - self.low / 2
        raw = 2 * (half / max(1, most))
        if not math.isfinite(raw) or raw <= 0 or raw < 1e-300:
            return []
        power = 10.0 ** math.floor(math.log10(raw))
        for step in [each * power for each in STEPS] + [20 * power]:
            if not math.isfinite(step):
                break
            first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
            if last - first + 1 <= most:
                found = [number * step for number in range(first, last + 1)]
                return found if all(a < b for a, b in pairwise(found)) else []  # numbers too near to each other
        return []


def finite(values: Iterable[float]) -> list[float]:
    """The numbers that have a place."""
    return [value for value in values if math.isfinite(value)]


def label(value: float, step: float) -> str:
    """A number with the digits that tell it from its neighbours, so many apart."""
    if value == 0 or abs(value) < step / 1000:
        return "0"
    if not 1e-4 <= abs(value) < 1e6:
        return f"{value:.3g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    return f"{value:.{_digits(step)}f}"


def _digits(step: float) -> int:
    """How many digits behind the point a step has."""
    for digits in range(MOST_DIGITS):
        shifted = step * 10**digits
        if abs(shifted - round(shifted)) <= 1e-6 * shifted:
            return digits
    return MOST_DIGITS


def labels(ticks: Sequence[float]) -> list[str]:
    """The labels of some ticks."""
    step = ticks[1] - ticks[0] if len(ticks) > 1 else abs(ticks[0]) if ticks else 1.0
    return [label(each, step) for each in ticks]
