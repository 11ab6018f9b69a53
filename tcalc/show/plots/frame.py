"""Axes with labels around what was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.show.plots.scales import Scale, labels
from tcalc.show.visible import cells, clipped

if TYPE_CHECKING:
    from tcalc.show.palette import Style

#: Cells between two labels of the horizontal axis, and rows between two of the vertical one.
APART, ROWS_APART = 12, 3

#: What lies along the horizontal axis, and along the vertical one; "" where there is nothing to say.
Names = tuple[str, str]


def framed(drawn: Sequence[str], columns: int, across: Scale, up: Scale, style: Style, names: Names) -> list[str]:
    """Rows of so many cells with a vertical axis on their left and a horizontal one below, and what they are of."""
    rows = len(drawn)
    ticks = up.ticks(max(2, rows // ROWS_APART))
    places = Scale(up.low, up.high, rows)
    by_row = {rows - 1 - places.place(tick): text for tick, text in zip(ticks, labels(ticks), strict=True)}
    margin = max([len(text) for text in by_row.values()], default=0)
    bar, tick, corner, line = ("│", "┤", "└", "─") if style.unicode else ("|", "+", "+", "-")
    found = [
        f"{by_row.get(row, ''):>{margin}} {tick if row in by_row else bar}{text}".rstrip()
        for row, text in enumerate(drawn)
    ]
    name_across, name_up = (clipped(style.safe(name), columns, style.ellipsis) for name in names)
    head = [" " * (margin + 1) + style.paint("dim", name_up)] if name_up else []
    foot = [" " * (margin + 2 + columns - cells(name_across)) + style.paint("dim", name_across)] if name_across else []
    return [*head, *found, f"{'':>{margin}} {corner}{line * columns}", *_below(across, columns, margin + 2), *foot]


def _below(across: Scale, columns: int, margin: int) -> list[str]:
    ticks = across.ticks(max(2, columns // APART))
    places = Scale(across.low, across.high, columns)
    text = ""
    for tick, shown in zip(ticks, labels(ticks), strict=True):
        start = max(0, margin + places.place(tick) - len(shown) // 2)
        start = min(start, margin + columns - len(shown))
        if start > len(text) or not text:
            text = f"{text:<{start}}{shown}"
    return [text.rstrip()] if text.strip() else []
