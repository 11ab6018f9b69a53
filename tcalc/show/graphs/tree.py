"""What an expression is computed by, as a tree of text: a line for each step, its operands below it.

*              10   1
├─ +            5   2
│  ├─ a         2   2   leaf
│  └─ b         3   7   leaf, used twice
└─ -            2   5
   ├─ b  ↑
   └─ c         1  -5   leaf

Where the terminal is too narrow for columns, what is known of a step stands below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from tcalc.show.graphs.values import MOST_NUMBERS, value_word
from tcalc.show.visible import cells, clipped

if TYPE_CHECKING:
    from tcalc.show.graphs.drawing import Drawing, Vertex
    from tcalc.show.palette import Style

_GAP = "   "
#: The widest that a column of heads, or of types, gets.
_WIDEST = 48


class _Line:
    """A line: its lines of the tree, what stands behind them, its columns, and the lines of the tree below it."""

    __slots__ = ("below", "cells", "mark", "remark", "vertex")

    def __init__(
        self, mark: str, vertex: Vertex | None, cells: tuple[str, str, str], remark: str, below: str = ""
    ) -> None:
        self.mark, self.vertex, self.cells, self.remark, self.below = mark, vertex, cells, remark, below


def tree_text(drawing: Drawing, style: Style, *, width: int = 80) -> str:
    """The tree, without a newline at the end; a node that comes again is written out once.

    Where the terminal is too narrow for them, lists of numbers give way to their range, and at last columns to lines.
    """
    typed = _types_differ(drawing)
    for most in (MOST_NUMBERS, 3, 1):
        lines: list[_Line] = []
        seen: set[int] = set()
        for root in drawing.roots:
            _grow(root, "", "", lines, seen, style, typed, most)
        found, widest = _in_columns(drawing, lines, style, width)
        if widest <= width:
            break
    else:
        found = _in_lines(drawing, lines, style, width)
    feet = [line for sentence in drawing.foot for line in wrap(style.prose(sentence), width)]
    return "\n".join([*found, *[style.paint("dim", line) for line in feet]])


def _in_columns(drawing: Drawing, lines: Sequence[_Line], style: Style, width: int) -> tuple[list[str], int]:
    """The tree with what is known of its steps in columns beside it, and how wide that is."""
    heads = [_head(line, style, max(16, min(_WIDEST, width - 30))) for line in lines]
    titles = ("", "value", _title(drawing, style))
    columns = list(zip(*[line.cells for line in lines], strict=True))
    widths = [max(map(cells, (title, *column))) for title, column in zip(titles, columns, strict=True)]
    right = [_is_numeric(column) for column in columns]
    first = max(map(_wide, heads))
    top = _GAP.join([_set(title, size, side) for title, size, side in zip(titles, widths, right, strict=True) if size])
    found = [(" " * first + _GAP + style.paint("dim", top)).rstrip()]
    for line, head in zip(lines, heads, strict=True):
        texts = [
            _painted(_set(cell, size, side), role if cell else "", style)
            for cell, size, side, role in zip(line.cells, widths, right, _roles(line), strict=True)
            if size
        ]
        pad = " " * (first - _wide(head))
        remark = style.paint("dim", line.remark)
        found.append(_GAP.join([_set_head(head, style) + pad, *texts, remark]).rstrip())
    remarks = max(cells(line.remark) for line in lines)
    widest = first + sum(len(_GAP) + size for size in widths if size) + (len(_GAP) + remarks if remarks else 0)
    return found, widest


def _in_lines(drawing: Drawing, lines: Sequence[_Line], style: Style, width: int) -> list[str]:
    """The tree with what is known of a step below it, each on a line of its own where they do not fit on one."""
    found: list[str] = []
    sign = style.prose("∂")
    for line in lines:
        again = f" {line.remark}" if line.vertex is not None and not any(line.cells) else ""
        found.append(_set_head(_head(line, style, width - len(again)), style) + style.paint("dim", again))
        type, value, gradient = line.cells
        told = (type, value, gradient and f"{sign} {gradient}", "" if again else line.remark)
        roles = (*_roles(line), "dim")
        room = width - cells(line.below)
        parts = [(clipped(text, room, style.ellipsis), role) for text, role in zip(told, roles, strict=True) if text]
        if sum(cells(text) + 2 for text, _ in parts) - 2 <= room:
            rows = ["  ".join([_painted(text, role, style) for text, role in parts])] if parts else []
        else:
            rows = [_painted(text, role, style) for text, role in parts]
        found += [style.paint("dim", line.below) + row for row in rows]
    if drawing.of:
        of = f"gradient of {style.prose(drawing.of)}" if drawing.asked.isidentifier() else _gradient(drawing)
        found += [style.paint("dim", row) for row in wrap(f"{sign} is the {of}", width)]
    return found


def _grow(
    vertex: Vertex, mark: str, below: str, lines: list[_Line], seen: set[int], style: Style, typed: bool, most: int
) -> None:
    """The lines of a node and what is below it."""
    if id(vertex) in seen:
        lines.append(_Line(mark, vertex, ("", "", ""), "↑" if style.unicode else "(above)"))
        return
    seen.add(id(vertex))
    remark = ", ".join(vertex.remarks)
    values = (
        style.prose(vertex.type) if typed else "",
        value_word(vertex.value, style, most),
        value_word(vertex.gradient, style, most),
    )
    fork, last, bar = ("├─ ", "└─ ", "│  ") if style.unicode else ("|- ", "`- ", "|  ")
    lines.append(_Line(mark, vertex, values, remark, below + (bar if vertex.inputs or vertex.hidden else "   ")))
    for place, each in enumerate(vertex.inputs):
        ends = place == len(vertex.inputs) - 1 and not vertex.hidden
        inner = below + ("   " if ends else bar)
        _grow(each, below + (last if ends else fork), inner, lines, seen, style, typed, most)
    if vertex.hidden:
        lines.append(_Line(below + last + style.ellipsis, None, ("", "", ""), ""))


def _head(line: _Line, style: Style, room: int) -> tuple[str, str, str]:
    """The lines of the tree, a name, and what is computed."""
    vertex = line.vertex
    if vertex is None:
        return line.mark, "", ""
    name, text = style.safe(vertex.name), style.prose(vertex.label)
    if line.remark in ("↑", "(above)") and vertex.name:
        text = ""
    rest = f" = {text}" if name and text else text
    if vertex.number:
        rest += f"  ({vertex.number})"
    return line.mark, name, clipped(rest, max(8, room - cells(line.mark + name)), style.ellipsis)


def _set_head(head: tuple[str, str, str], style: Style) -> str:
    marks, name, rest = head
    return style.paint("dim", marks) + style.paint("name", name) + rest


def _painted(text: str, role: str, style: Style) -> str:
    return style.paint(role, text) if role else text


def _wide(head: tuple[str, str, str]) -> int:
    return sum(map(cells, head))


def _title(drawing: Drawing, style: Style) -> str:
    """`∂z`, `∂sum(z)`; of a longer expression that it is the gradient, or that of its sum."""
    if not drawing.of:
        return ""
    if drawing.asked.isidentifier():
        return style.prose(f"∂{drawing.of}")
    return _gradient(drawing)


def _gradient(drawing: Drawing) -> str:
    return "gradient" if drawing.of == drawing.asked else "gradient of the sum"


def _types_differ(drawing: Drawing) -> bool:
    """Whether the types say anything: not where all are numbers of one dtype."""
    types = {vertex.type for vertex in drawing.vertices if vertex.value is not None}
    return len(types) > 1 or any("[" in type for type in types)


def _is_numeric(column: tuple[str, ...]) -> bool:
    return all(
        not text or (text.lstrip("-−")[:1].isdigit() and " " not in text) or text in ("nan", "inf", "-inf")
        for text in column
    )


def _set(text: str, size: int, right: bool) -> str:
    pad = " " * (size - cells(text))
    return pad + text if right else text + pad


def _roles(line: _Line) -> list[str]:
    odd = [any(word in cell for word in ("nan", "inf", "NaN", "Inf")) for cell in line.cells]
    return ["odd" if bad else "type" if not place else "" for place, bad in enumerate(odd)]
