"""Curves on axes, and histograms."""

from __future__ import annotations

from collections.abc import Sequence
from math import cbrt, ceil, isfinite
from typing import TYPE_CHECKING

from tcalc.show.plots.canvas import PENS, Canvas, penned
from tcalc.show.plots.frame import Names, framed
from tcalc.show.plots.scales import Scale, finite
from tcalc.show.visible import cells

if TYPE_CHECKING:
    from tcalc.show.palette import Style

#: Cells beside the canvas: labels and the axis.
MARGIN = 10
NOTHING = "nothing here is finite"
#: A histogram has no fewer steps.
FEWEST = 4

#: Points of one curve: where they stand across, and how high.
Series = tuple[Sequence[float], Sequence[float]]


def curves(series: Sequence[Series], style: Style, width: int, height: int, names: Names = ("", "")) -> list[str]:
    """Points by their coordinates, joined in their order; what is not finite interrupts the line."""
    pairs = [(x, y) for xs, ys in series for x, y in zip(xs, ys, strict=True) if isfinite(x) and isfinite(y)]
    if not pairs:
        return [NOTHING]
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


def histogram(values: Sequence[float], style: Style, width: int, height: int, name: str = "") -> list[str]:
    """How many values lie in each of equal steps, as bars."""
    known = finite(values)
    if not known:
        return [NOTHING]
    columns, rows = max(8, width - MARGIN), max(3, height - 2)
    number = min(columns, bins(len(known)))
    wide = columns // number  # cells of a bar
    columns = number * wide
    least, greatest = min(known), max(known)
    across = Scale(least, greatest, columns)
    counts = [0] * number
    spread = greatest / 2 - least / 2  # of halves, whose difference is finite
    for value in known:
        part = (value / 2 - least / 2) / spread if spread else 0.5
        counts[min(int(part * number), number - 1)] += 1
    most = max(counts)
    steps = style.sparks if style.unicode else "#"
    drawn = []
    for row in range(rows - 1, -1, -1):
        heights = [count / most * rows - row for count in counts]
        drawn.append("".join([wide * _bar(each, steps) for each in heights]))
    return [*framed(drawn, columns, across, Scale(0, most, rows), style, (name, "")), *left_out(values, known)]


def bins(count: int) -> int:
    """Into how many steps so many numbers are counted: twice their cube root, which is known as Rice's rule."""
    return max(FEWEST, ceil(2 * cbrt(count)))


def left_out(values: Sequence[float], known: Sequence[float]) -> list[str]:
    """How many numbers have no place."""
    left = len(values) - len(known)
    return [f"{left} not finite, left out"] if left else []


def _bar(height: float, steps: str) -> str:
    """A cell of a bar that fills so much of it."""
    if height <= 0:
        return " "
    return steps[min(len(steps) - 1, max(0, round(height * len(steps)) - 1))]
