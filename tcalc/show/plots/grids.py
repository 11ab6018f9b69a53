"""Matrices as cells of colour, two rows a line; a ramp of ASCII where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, TypeVar

from tcalc.show.plots.colours import RESET, Colour, has_colours, sequence
from tcalc.show.plots.curves import EMPTY, NOTHING
from tcalc.show.plots.scales import finite

if TYPE_CHECKING:
    from tcalc.show.palette import Style

Value = TypeVar("Value")
#: From the least to the greatest: dark blue over grey to yellow, told apart without red and green.
RAMP: tuple[Colour, ...] = ((0, 32, 77), (66, 78, 108), (124, 123, 120), (187, 173, 107), (255, 234, 70))
#: The same by how dark a letter is.
LETTERS = " .:-=+*#%@"
ODD: Colour = (200, 0, 0)
#: The upper half of a cell; the lower one has the background's colour.
HALF = "▀"


def heat(rows: Sequence[Sequence[float]], style: Style, width: int, height: int) -> list[str]:
    """A matrix by the size of its elements; larger ones are thinned out to fit."""
    known = finite([value for row in rows for value in row])
    if not known:
        return [NOTHING if any(rows) else EMPTY]
    low, high = min(known), max(known)
    thin = _thinned(rows, width - 1, 2 * (height - 1) if has_colours(style) else height - 1)
    parts = [[(value - low) / (high - low) if high > low else 0.5 for value in row] for row in thin]
    scale = f"{low:.4g} {_legend(style)} {high:.4g}"
    if not has_colours(style):
        return [*["".join([_letter(part) for part in row]).rstrip() for row in parts], scale]
    return [*_halves([[_ramp(part) for part in row] for row in parts], style), scale]


def image(pixels: Sequence[Sequence[Colour]], style: Style, width: int, height: int) -> list[str]:
    """A picture of red, green and blue from 0 to 255."""
    if not any(pixels):
        return [EMPTY]
    if not has_colours(style):
        grey = [[0.299 * red + 0.587 * green + 0.114 * blue for red, green, blue in row] for row in pixels]
        return heat(grey, style, width, height)[:-1]
    return _halves(_thinned(pixels, width - 1, 2 * height), style)


def _thinned(rows: Sequence[Sequence[Value]], columns: int, lines: int) -> list[list[Value]]:
    """Every so many rows and columns, so that no more are left than there is room for."""
    step = max(1, -(-len(rows) // max(1, lines)), -(-max(map(len, rows), default=0) // max(1, columns)))
    return [list(row[::step]) for row in rows[::step]]


def _ramp(part: float) -> Colour:
    if not isfinite(part):
        return ODD
    place = part * (len(RAMP) - 1)
    first = min(int(place), len(RAMP) - 2)
    weight = place - first
    red, green, blue = (round(a + (b - a) * weight) for a, b in zip(RAMP[first], RAMP[first + 1], strict=True))
    return red, green, blue


def _letter(part: float) -> str:
    return LETTERS[min(len(LETTERS) - 1, int(part * len(LETTERS)))] if isfinite(part) else "?"


def _halves(rows: Sequence[Sequence[Colour]], style: Style) -> list[str]:
    """Two rows a line: the upper in the letter's colour, the lower in its background's."""
    lines = []
    for top in range(0, len(rows), 2):
        lower = rows[top + 1] if top + 1 < len(rows) else None
        cells = [
            sequence(upper, lower[column] if lower is not None else None, style) + HALF
            for column, upper in enumerate(rows[top])
        ]
        lines.append("".join(cells) + RESET)
    return lines


def _legend(style: Style) -> str:
    if not has_colours(style):
        return LETTERS
    return "".join([sequence(_ramp(step / 9), None, style) + "█" for step in range(10)]) + RESET
