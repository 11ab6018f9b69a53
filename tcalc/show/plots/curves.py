"""Curves and points on axes, and histograms."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING

from tcalc.show.plots.canvas import Canvas
from tcalc.show.plots.frame import framed
from tcalc.show.plots.scales import Scale, finite

if TYPE_CHECKING:
    from tcalc.show.palette import Style

#: Cells beside the canvas: labels and the axis.
MARGIN = 10
NOTHING = "nothing here is finite"


def curve(xs: Sequence[float], ys: Sequence[float], style: Style, width: int, height: int, *, lines: bool) -> list[str]:
    """Points by their coordinates, joined in their order where `lines`; what is not finite interrupts the line."""
    pairs = [(x, y) for x, y in zip(xs, ys, strict=True) if isfinite(x) and isfinite(y)]
    if not pairs:
        return [NOTHING]
    canvas = Canvas(max(8, width - MARGIN), max(3, height - 2), unicode=style.unicode)
    across = Scale(min(x for x, _ in pairs), max(x for x, _ in pairs), canvas.width)
    up = Scale(min(y for _, y in pairs), max(y for _, y in pairs), canvas.height)
    last: tuple[int, int] | None = None
    for x, y in zip(xs, ys, strict=True):
        if not (isfinite(x) and isfinite(y)):
            last = None
            continue
        here = across.place(x), canvas.height - 1 - up.place(y)
        canvas.line(*(last if lines and last is not None else here), *here)
        last = here
    return framed(canvas.lines(), across, up, style)


def histogram(values: Sequence[float], style: Style, width: int, height: int) -> list[str]:
    """How many values lie in each of equal steps, as bars."""
    known = finite(values)
    if not known:
        return [NOTHING]
    columns, rows = max(8, width - MARGIN), max(3, height - 2)
    across = Scale(min(known), max(known), columns)
    counts = [0] * columns
    for value in known:
        counts[across.place(value)] += 1
    most = max(counts)
    steps = style.sparks if style.unicode else "#"
    drawn = []
    for row in range(rows - 1, -1, -1):
        heights = [count / most * rows - row for count in counts]
        drawn.append("".join([_bar(each, steps) for each in heights]))
    left = len(values) - len(known)
    told = [f"{left} not finite, left out"] if left else []
    return [*framed(drawn, across, Scale(0, most, rows), style), *told]


def _bar(height: float, steps: str) -> str:
    """A cell of a bar that fills so much of it."""
    if height <= 0:
        return " "
    return steps[min(len(steps) - 1, max(0, round(height * len(steps)) - 1))]
