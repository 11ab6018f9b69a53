"""What an expression is computed by, as a tree of text: a line for each step, its operands below it.

*              10   1
├─ +            5   2
│  ├─ a         2   2   leaf
│  └─ b         3   7   leaf, used twice
└─ -            2   5
   ├─ b  ↑
   └─ c         1  -5   leaf
"""

from __future__ import annotations

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
    """A line: its lines of the tree, what stands behind them, and its columns."""

    __slots__ = ("cells", "mark", "remark", "vertex")

    def __init__(self, mark: str, vertex: Vertex | None, cells: tuple[str, str, str], remark: str) -> None:
        self.mark, self.vertex, self.cells, self.remark = mark, vertex, cells, remark


def tree_text(drawing: Drawing, style: Style, *, width: int = 80) -> str:
    """The tree, without a newline at the end; a node that comes again is written out once.

    Where the terminal is too narrow for them, lists of numbers give way to their range.
    """
    for most in (MOST_NUMBERS, 3):
        found, widest = _tree(drawing, style, width, most)
        if widest <= width:
            return found
    return _tree(drawing, style, width, 1)[0]


def _tree(drawing: Drawing, style: Style, width: int, most: int) -> tuple[str, int]:
    """The tree with lists of so many numbers at most, and how wide it is."""
    lines: list[_Line] = []
    seen: set[int] = set()
    typed = _types_differ(drawing)
    for root in drawing.roots:
        _grow(root, "", "", lines, seen, style, typed, most)
    heads = [_head(line, style, max(16, min(_WIDEST, width - 30))) for line in lines]
    titles = ("", "value", _title(drawing, style))
    columns = list(zip(*[line.cells for line in lines], strict=True))
    widths = [max(map(cells, (title, *column))) for title, column in zip(titles, columns, strict=True)]
    right = [_is_numeric(column) for column in columns]
    first = max(map(_wide, heads))
    top = _GAP.join([_set(title, size, side) for title, size, side in zip(titles, widths, right, strict=True) if size])
    found = [(" " * first + _GAP + style.paint("dim", top)).rstrip()]
    for line, (marks, name, rest) in zip(lines, heads, strict=True):
        text = style.paint("dim", marks) + style.paint("name", name) + rest
        texts = [
            style.paint(role, _set(cell, size, side)) if role and cell else _set(cell, size, side)
            for cell, size, side, role in zip(line.cells, widths, right, _roles(line), strict=True)
            if size
        ]
        pad = " " * (first - _wide((marks, name, rest)))
        remark = style.paint("dim", line.remark)
        found.append(_GAP.join([text + pad, *texts, remark]).rstrip())
    found += [style.paint("dim", style.prose(sentence)) for sentence in drawing.foot]
    remarks = max(cells(line.remark) for line in lines)
    widest = first + sum(len(_GAP) + size for size in widths if size) + (len(_GAP) + remarks if remarks else 0)
    return "\n".join(found), widest


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
    lines.append(_Line(mark, vertex, values, remark))
    fork, last, bar = ("├─ ", "└─ ", "│  ") if style.unicode else ("|- ", "`- ", "|  ")
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


def _wide(head: tuple[str, str, str]) -> int:
    return sum(map(cells, head))


def _title(drawing: Drawing, style: Style) -> str:
    """`∂z`, `∂sum(z)`; of a longer expression that it is the gradient, or that of its sum."""
    if not drawing.of:
        return ""
    if drawing.asked.isidentifier():
        return style.prose(f"∂{drawing.of}")
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
