"""Axes with labels around what was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.show.plots.scales import Scale, labels

if TYPE_CHECKING:
    from tcalc.show.palette import Style

#: Cells between two labels of the horizontal axis, and rows between two of the vertical one.
APART, ROWS_APART = 12, 3


def framed(drawn: Sequence[str], across: Scale, up: Scale, style: Style) -> list[str]:
    """Rows of cells with a vertical axis on their left and a horizontal one below."""
    rows, columns = len(drawn), max([len(row) for row in drawn], default=0)
    ticks = up.ticks(max(2, rows // ROWS_APART))
    cells = Scale(up.low, up.high, rows)
    by_row = {rows - 1 - cells.place(tick): text for tick, text in zip(ticks, labels(ticks), strict=True)}
    margin = max([len(text) for text in by_row.values()], default=0)
    bar, tick, corner, line = ("│", "┤", "└", "─") if style.unicode else ("|", "+", "+", "-")
    found = [
        f"{by_row.get(row, ''):>{margin}} {tick if row in by_row else bar}{text}".rstrip()
        for row, text in enumerate(drawn)
    ]
    return [*found, f"{'':>{margin}} {corner}{line * columns}", *_below(across, columns, margin + 2)]


def _below(across: Scale, columns: int, margin: int) -> list[str]:
    ticks = across.ticks(max(2, columns // APART))
    cells = Scale(across.low, across.high, columns)
    text = ""
    for tick, shown in zip(ticks, labels(ticks), strict=True):
        start = max(0, margin + cells.place(tick) - len(shown) // 2)
        start = min(start, margin + columns - len(shown))
        if start > len(text) or not text:
            text = f"{text:<{start}}{shown}"
    return [text.rstrip()] if text.strip() else []
