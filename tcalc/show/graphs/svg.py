"""What an expression is computed by, as SVG: a box for each step, the result at the top, lines to its operands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.show.graphs.values import value_word
from tcalc.show.palette import Style
from tcalc.show.visible import cells, visible

if TYPE_CHECKING:
    from tcalc.show.graphs.drawing import Drawing, Vertex

#: How values are drawn in a picture: Unicode, without colours.
STYLE = Style(unicode=True)

#: In pixels: a character's width and a line's height in a monospaced face of this size, and the space in and round
#: boxes.
_SIZE, _CHARACTER, _LINE = 13, 7.9, 18
_PAD, _APART, _BELOW, _MARGIN = 10, 24, 44, 20
#: The longest line in a box, in characters.
_LONGEST = 44

FILL = {"leaf": "#e3f1e3", "cut": "#f7e3e0", "variable": "#eef1f6", "": "#ffffff"}


class _Box:
    """A vertex with its lines of text and its place; `x` and `y` are its upper left corner."""

    __slots__ = ("height", "lines", "rank", "vertex", "width", "x", "y")

    def __init__(self, vertex: Vertex, lines: Sequence[str]) -> None:
        self.vertex, self.lines = vertex, lines
        self.width = max(map(cells, lines)) * _CHARACTER + 2 * _PAD
        self.height = len(lines) * _LINE + _PAD
        self.x = self.y = 0.0
        self.rank = 0


def box_lines(vertex: Vertex) -> list[str]:
    """What stands in a box: what is computed, its type, its value, the gradient, remarks."""
    found = [visible(vertex.head) or " ", visible(vertex.type)]
    value, gradient = value_word(vertex.value, STYLE), value_word(vertex.gradient, STYLE)
    if value:
        found.append(value)
    if gradient:
        found.append(f"∂ {gradient}")
    remarks = [each for each in vertex.remarks if not each.startswith("used")]
    if remarks:
        found.append(", ".join(remarks))
    if vertex.hidden:
        found.append("… more below")
    return [line if cells(line) <= _LONGEST else line[: _LONGEST - 1] + "…" for line in found]


def heading(drawing: Drawing) -> str:
    """The picture's title."""
    asked = " ".join(drawing.asked.split())
    short = asked if len(asked) <= 60 else asked[:59] + "…"
    if not drawing.of:
        return visible(short)
    by = "its gradient" if drawing.of == drawing.asked else "the gradient of its sum"
    return visible(f"{short}, with {by} (∂) by each step")


def svg_text(drawing: Drawing) -> str:
    """The whole file."""
    boxes = {id(each): _Box(each, box_lines(each)) for each in drawing.vertices}
    rows = _rows(drawing, boxes)
    width, height = _place(rows)
    title, foot = heading(drawing), [visible(sentence) for sentence in drawing.foot]
    width = max(width, *[cells(line) * _CHARACTER + 2 * _MARGIN for line in (title, *foot)])
    height += len(foot) * _LINE
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="ui-monospace, Menlo, Consolas, monospace" '
        f'font-size="{_SIZE}">',
        f"<title>{escaped(title)}</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        _text(_MARGIN, _MARGIN + _LINE / 2, title, "#555555"),
    ]
    for box in boxes.values():
        lines += [_line(box, boxes[id(each)]) for each in box.vertex.inputs]
    for box in boxes.values():
        lines += _drawn(box)
    for place, sentence in enumerate(foot):
        lines.append(_text(_MARGIN, height - _MARGIN / 2 - _LINE * (len(foot) - 1 - place), sentence, "#555555"))
    return "\n".join([*lines, "</svg>", ""])


def escaped(text: str) -> str:
    """Text between tags: what XML does not allow at all is left out."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return "".join([each for each in text if each not in "\ufffe\uffff"]) if not text.isascii() else text


def _rows(drawing: Drawing, boxes: dict[int, _Box]) -> list[list[_Box]]:
    """The boxes by how far they are from the result at most, each row in the order of what uses it."""
    for vertex in _above_first(drawing):
        for each in vertex.inputs:
            below = boxes[id(each)]
            below.rank = max(below.rank, boxes[id(vertex)].rank + 1)
    rows: list[list[_Box]] = [[] for _ in range(1 + max(box.rank for box in boxes.values()))]
    seen: set[int] = set()
    stack = list(reversed(drawing.roots))
    while stack:
        vertex = stack.pop()
        if id(vertex) not in seen:
            seen.add(id(vertex))
            rows[boxes[id(vertex)].rank].append(boxes[id(vertex)])
            stack.extend(reversed(vertex.inputs))
    return rows


def _above_first(drawing: Drawing) -> Iterator[Vertex]:
    """Every vertex after all that use it."""
    waits = {id(each): each.uses for each in drawing.vertices}
    ready = [each for each in drawing.vertices if not waits[id(each)]]
    while ready:
        vertex = ready.pop()
        yield vertex
        for each in vertex.inputs:
            waits[id(each)] -= 1
            if not waits[id(each)]:
                ready.append(each)


def _place(rows: Sequence[Sequence[_Box]]) -> tuple[float, float]:
    """Give every box its place, rows centred; the size of the whole."""
    widths = [sum(box.width for box in row) + _APART * (len(row) - 1) for row in rows]
    whole = max(widths)
    y: float = _MARGIN + 1.5 * _LINE
    for row, width in zip(rows, widths, strict=True):
        x = _MARGIN + (whole - width) / 2
        for box in row:
            box.x, box.y = x, y
            x += box.width + _APART
        y += max(box.height for box in row) + _BELOW
    return whole + 2 * _MARGIN, y - _BELOW + _MARGIN


def _line(above: _Box, below: _Box) -> str:
    x1, y1 = above.x + above.width / 2, above.y + above.height
    x2, y2 = below.x + below.width / 2, below.y
    middle = (y1 + y2) / 2
    cut = ' stroke-dasharray="4 3"' if {"cut", "flat"} & set(above.vertex.remarks) else ""
    return (
        f'<path d="M {x1:.1f} {y1:.1f} C {x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}" '
        f'fill="none" stroke="#999999"{cut}/>'
    )


def kind_of(vertex: Vertex) -> str:
    """What a box is filled by."""
    if vertex.is_leaf:
        return "leaf"
    if "cut" in vertex.remarks:
        return "cut"
    return "variable" if vertex.name and not vertex.label else ""


def _drawn(box: _Box) -> list[str]:
    fill = FILL[kind_of(box.vertex)]
    found = [
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="5" '
        f'fill="{fill}" stroke="#666666"/>'
    ]
    for place, line in enumerate(box.lines):
        weight = ' font-weight="bold"' if not place else ""
        colour = "#1a5fb4" if line.startswith("∂") else "#000000" if not place else "#444444"
        y = box.y + _PAD / 2 + _LINE * (place + 0.72)
        found.append(_text(box.x + _PAD, y, line, colour, weight))
    return found


def _text(x: float, y: float, text: str, colour: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{more} xml:space="preserve">{escaped(text)}</text>'
