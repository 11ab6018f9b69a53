"""Numbers coloured by their values: blue below zero and red above it, or from dark to bright where all have one sign.

A colour is a background with the letters that can be read on it, so that it is the same on dark and on light terminals.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.text.rows import count, known_shape

if TYPE_CHECKING:
    from tcalc.types.data import TensorData

#: Colours of 256, by how far a number is from zero; nothing next to it.
_BELOW, _ABOVE = ("", "60", "61", "62", "63"), ("", "95", "131", "167", "203")
#: From the least to the greatest.
_RISING = ("53", "54", "24", "30", "36", "77", "148", "220")
#: The same with the eight colours that all terminals have; letters and background are named apart.
_BELOW_8, _ABOVE_8 = ("", "30;46", "37;44"), ("", "30;43", "37;41")
_RISING_8 = ("37;44", "30;46", "30;42", "30;43", "37;41")
#: What is so many deviations from the mean has the last colour: one odd number does not make the others look the same.
_DEVIATIONS = 3


class Heat:
    """The colours of one tensor's numbers."""

    __slots__ = ("_below", "_least", "_levels", "_span")

    def __init__(self, least: float, greatest: float, colours: int) -> None:
        many = colours >= 256
        self._levels: Sequence[str]
        self._below: Sequence[str]
        if least < 0 < greatest:
            self._levels, self._below = (_ABOVE, _BELOW) if many else (_ABOVE_8, _BELOW_8)
            self._least, self._span = 0.0, max(-least, greatest)
        else:
            self._levels, self._below = (_RISING if many else _RISING_8), ()
            self._least, self._span = least, greatest - least

    def painted(self, value: complex, text: str) -> str:
        """A number's text in its colour; as it is where it is NaN, or all numbers are the same."""
        number = _size(value) - self._least
        if number != number or not 0 < self._span < float("inf"):
            return text
        levels = self._below if self._below and number < 0 else self._levels
        far = min(abs(number) / self._span, 1.0) if number > 0 or self._below else 0.0
        colour = levels[min(int(far * len(levels)), len(levels) - 1)]
        if not colour:
            return text
        return f"\x1b[{colour if ';' in colour else _with_letters(int(colour))}m{text}\x1b[0m"


def heat_of(data: TensorData, colours: int) -> Heat:
    """The colours of a tensor, by the range of all its numbers; of complex ones by how large those are."""
    statistics = data.statistics() if data.type.dtype.kind != "complex" else None
    if statistics is not None and statistics.bins:
        far = _DEVIATIONS * statistics.std
        least, greatest = statistics.least, statistics.greatest
        if far == far and data.type.dtype.kind != "bool":
            least, greatest = max(least, statistics.mean - far), min(greatest, statistics.mean + far)
        return Heat(least, greatest, colours)
    total = count(known_shape(data.type))
    sizes = [size for size in map(_size, data.numbers(0, min(total, MOST_READ))) if size - size == 0.0]
    return Heat(min(sizes, default=0.0), max(sizes, default=0.0), colours)


#: Of a tensor without figures so many numbers are looked at.
MOST_READ = 10_000


def _size(value: complex) -> float:
    return abs(value) if isinstance(value, complex) else float(value)


def _with_letters(colour: int) -> str:
    """A background of the 256 colours with black or white letters, whichever can be read better."""
    part = [0, 95, 135, 175, 215, 255]
    red, green, blue = (part[(colour - 16) // step % 6] / 255 for step in (36, 6, 1))
    bright = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    return f"38;5;{16 if bright > 0.18 else 231};48;5;{colour}"
