"""Curves on axes, and histograms."""

from __future__ import annotations

from collections.abc import Sequence
from math import cbrt, ceil, isfinite
from typing import TYPE_CHECKING

from tcalc.show.plots.canvas import PENS, Canvas, penned
from tcalc.show.plots.frame import Names, framed
from tcalc.show.plots.scales import Scale
from tcalc.show.visible import cells

if TYPE_CHECKING:
    from tcalc.show.palette import Style
    from tcalc.types.data import TensorData

#: Cells beside the canvas: labels and the axis.
MARGIN = 10
#: Said where nothing has a place, and of what holds nothing.
NOTHING, EMPTY = "nothing here is finite", "there is nothing in it to draw"
#: A histogram has no fewer steps.
FEWEST = 4

#: Points of one curve: where they stand across, and how high.
Series = tuple[Sequence[float], Sequence[float]]


def curves(series: Sequence[Series], style: Style, width: int, height: int, names: Names = ("", "")) -> list[str]:
    """Points by their coordinates, joined in their order; what is not finite interrupts the line."""
    pairs = [(x, y) for xs, ys in series for x, y in zip(xs, ys, strict=True) if isfinite(x) and isfinite(y)]
    if not pairs:
        return [NOTHING if any(len(ys) for _, ys in series) else EMPTY]
    canvas = Canvas(max(8, width - MARGIN), max(3, height - 2), unicode=style.unicode)
    across = Scale(min(x for x, _ in pairs), max(x for x, _ in pairs), canvas.width)
    up = Scale(min(y for _, y in pairs), max(y for _, y in pairs), canvas.height)
    for pen, (xs, ys) in enumerate(series):
        canvas.pen = pen
        last: tuple[int, int] | None = None
        for x, y in zip(xs, ys, strict=True):
            if not (isfinite(x) and isfinite(y)):
                last = None
                continue
            here = across.place(x), canvas.height - 1 - up.place(y)
            canvas.line(*(last or here), *here)
            last = here
    return [*framed(canvas.lines(style), canvas.columns, across, up, style, names), *_legend(len(series), style, width)]


def _legend(count: int, style: Style, width: int) -> list[str]:
    """Which row has which colour, where each has one of its own."""
    told = [f"row {number}" for number in range(count)]
    if not style.colour or not 1 < count <= len(PENS) or sum([cells(each) + 3 for each in told]) > width:
        return []
    return ["   ".join([penned(each, pen, style) for pen, each in enumerate(told)])]


def histogram(data: TensorData, style: Style, width: int, height: int, name: str = "") -> list[str]:
    """How many elements lie in each of equal steps, as bars."""
    room, rows = max(8, width - MARGIN), max(3, height - 2)
    found = data.counted(lambda known: min(room, bins(known)))
    if not found.counts:
        return [NOTHING if found.left else EMPTY]
    wide = room // len(found.counts)  # cells of a bar
    columns = len(found.counts) * wide
    across = Scale(found.least, found.greatest, columns)
    most = max(found.counts)
    steps = style.sparks if style.unicode else "#"
    drawn = []
    for row in range(rows - 1, -1, -1):
        heights = [count / most * rows - row for count in found.counts]
        drawn.append("".join([wide * _bar(each, steps) for each in heights]))
    left = [f"{found.left} not finite, left out"] if found.left else []
    return [*framed(drawn, columns, across, Scale(0, most, rows), style, (name, "")), *left]


def bins(count: int) -> int:
    """Into how many steps so many numbers are counted: twice their cube root, which is known as Rice's rule."""
    return max(FEWEST, ceil(2 * cbrt(count)))


def _bar(height: float, steps: str) -> str:
    """A cell of a bar that fills so much of it."""
    if height <= 0:
        return " "
    return steps[min(len(steps) - 1, max(0, round(height * len(steps)) - 1))]
