"""Values as a person at a terminal wants them: the type, then the numbers aligned, long tensors summarised.

f32[2, 2]
  14  32
  32  77
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.show.columns import scalar_text
from tcalc.show.constants import type_text as constant_text
from tcalc.show.figures import figures
from tcalc.show.folded import folded
from tcalc.show.jsonlines import type_text
from tcalc.show.tables import INDENT, Page, blocks, marked
from tcalc.show.visible import cells, visible
from tcalc.types.data import ConstantData, Data, TupleData
from tcalc.types.tensor import FunctionType

if TYPE_CHECKING:
    from tcalc.show.palette import Style
    from tcalc.types.data import TensorData

#: A tuple of more items shows the first and last few.
MANY_ITEMS, EDGE_ITEMS = 24, 5
GAP = "   "


def value_text(
    data: Data,
    style: Style,
    *,
    width: int = 80,
    height: int = 24,
    remarks: Sequence[str] = (),
    heat: bool = False,
    number: str = "",
) -> str:
    """What an expression statement shows: lines without a newline at the end.

    `remarks` stand beside the type (a derivative's formula), of a tuple one beside each item's; `number` is a name that
    stands at the end of the first line. With `heat`, numbers are coloured by their values.
    """
    page = Page(style, width, height, heat)
    lines = [*_lines(data, page, remarks)]
    if number:
        free = width - _cells(lines[0]) - cells(number)
        tag = style.paint("dim", number)
        lines[:1] = (
            [lines[0] + " " * free + tag] if free >= len(GAP) else [" " * (width - cells(number)) + tag, lines[0]]
        )
    return "\n".join(lines)


def binding_text(name: str, data: Data, style: Style, *, width: int = 80) -> str:
    """What a binding echoes: name and type, of a scalar the value too, of a large tensor its figures."""
    begin = f"{style.paint('name', visible(name))}: {_type(data, style)}"
    if isinstance(data, TupleData):
        return begin
    if isinstance(data, ConstantData):
        return begin if isinstance(data.type, FunctionType) else f"{begin} = {style.prose(constant_text(data.type))}"
    if not data.type.axes:
        return f"{begin} = {marked(_scalar(data), style)}"
    return "\n".join(_beside(begin, figures(data, style), width))


def _lines(data: Data, page: Page, remarks: Sequence[str]) -> Iterator[str]:
    style = page.style
    if isinstance(data, TupleData):
        # Each item says its own type.
        yield from [_type(data, style)] if not data.items else _items(data, page, remarks=remarks)
        return
    if isinstance(data, ConstantData):
        yield style.prose(constant_text(data.type))
        return
    remark = remarks[0] if remarks else ""
    if not data.type.axes:
        yield from _remarked(f"{marked(_scalar(data), style)}{GAP}{_type(data, style, 'dim')}", [], remark, page)
        return
    yield from _remarked(_type(data, style), figures(data, style), remark, page)
    yield from blocks(data, page)


def _type(data: Data, style: Style, role: str = "type") -> str:
    return style.paint(role, style.prose(type_text(data)))


def _scalar(data: TensorData) -> str:
    return scalar_text(data.numbers(0, 1)[0], data.type.dtype)


def _beside(head: str, parts: Sequence[str], width: int, indent: str = "") -> list[str]:
    """Parts behind a head, on further lines where the terminal is too narrow for them."""
    lines = [head]
    for part in parts:
        longer = lines[-1] + GAP + part
        if _cells(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(indent + 2 * INDENT + part)
    return lines


def _remarked(head: str, parts: Sequence[str], remark: str, page: Page, indent: str = "") -> list[str]:
    """The same with a remark behind them: a text, which may take several lines of its own."""
    lines = _beside(head, parts, page.width, indent)
    if not remark:
        return lines
    text = page.style.safe(remark)
    if _cells(lines[-1]) + len(GAP) + cells(text) <= page.width:
        lines[-1] += GAP + page.style.paint("dim", text)
        return lines
    inside = indent + 2 * INDENT
    room = max(16, page.width - cells(inside))
    return [*lines, *[inside + page.style.paint("dim", line) for line in folded(text, room)]]


def _cells(line: str) -> int:
    """How many cells a line takes, its colours left out."""
    return sum([cells(part.partition("m")[2]) for part in f"m{line}".split("\x1b[")])


# Tuples


class _Item:
    """An item of a tuple: its head, and the row of numbers that may stand beside that."""

    def __init__(self, data: Data, name: str, remark: str, page: Page) -> None:
        style = page.style
        self.data, self.remark = data, remark
        self.name, self.type = visible(name) + ": " if name else "", style.prose(type_text(data))
        self.size = cells(self.name + self.type)

    def head(self, style: Style, indent: str) -> str:
        return indent + style.paint("name", self.name[:-2]) + self.name[-2:] + style.paint("type", self.type)


def _items(data: TupleData, page: Page, indent: str = "", remarks: Sequence[str] = ()) -> Iterator[str]:
    """Each item on a line of its own beside its name and type, or below them where it takes several."""
    names = [*data.names, *[""] * len(data.items)]
    texts = [*remarks, *[""] * len(data.items)]
    items = [_Item(each, name, text, page) for each, name, text in zip(data.items, names, texts, strict=False)]
    if len(items) > MANY_ITEMS:
        shown: list[_Item | None] = [*items[:EDGE_ITEMS], None, *items[-EDGE_ITEMS:]]
    else:
        shown = [*items]
    if any(remarks):
        rows = _rows_with_remarks([each for each in shown if each is not None], page, indent)
        yield from rows if rows is not None else _under_remarks(shown, page, indent)
        return
    beside = [each.size for each in shown if each is not None and _is_one_row(each.data)]
    aligned = max(beside, default=0) + len(GAP)
    for item in shown:
        if item is None:
            yield f"{indent}{page.style.ellipsis}{GAP}{len(items)} items"
        else:
            yield from _item(item, page, indent, aligned)


def _item(item: _Item, page: Page, indent: str, aligned: int) -> Iterator[str]:
    head, style = item.head(page.style, indent), page.style
    if isinstance(item.data, TupleData):
        yield head
        yield from _items(item.data, page, indent + INDENT)
    elif not _is_one_row(item.data):
        assert not isinstance(item.data, ConstantData)
        yield from _beside(head, figures(item.data, style), page.width, indent)
        yield from blocks(item.data, page, indent + INDENT)
    else:
        row = _row(item.data, page, page.width - cells(indent + INDENT))
        if cells(indent) + aligned + _cells(row) > page.width:
            yield head
            yield indent + INDENT + row
        else:
            yield head + " " * (aligned - item.size) + row


def _row(data: Data, page: Page, room: int) -> str:
    """An item that takes one line."""
    if isinstance(data, ConstantData):
        return page.style.prose(constant_text(data.type))
    assert not isinstance(data, TupleData)
    if not data.type.axes:
        return marked(_scalar(data), page.style)
    return next(blocks(data, Page(page.style, room, page.height, page.heat), ""))


def _rows_with_remarks(items: Sequence[_Item], page: Page, indent: str) -> list[str] | None:
    """Names, rows and formulas in three columns; None where an item is no row, or a line does not fit."""
    if not all(_is_one_row(each.data) for each in items):
        return None
    heads = max(each.size for each in items) + len(GAP)
    rows = [_row(each.data, page, page.width) for each in items]
    values = max(map(_cells, rows)) + len(GAP)
    found = []
    for item, row in zip(items, rows, strict=True):
        text = page.style.safe(item.remark)
        if cells(indent) + heads + values + cells(text) > page.width:
            return None
        line = item.head(page.style, indent) + " " * (heads - item.size) + row
        found.append(line + " " * (values - _cells(row)) + page.style.paint("dim", text) if text else line)
    return found


def _under_remarks(items: Sequence[_Item | None], page: Page, indent: str) -> Iterator[str]:
    """Names and formulas, each item's numbers below them."""
    aligned = max([each.size for each in items if each is not None and each.remark], default=0)
    for item in items:
        if item is None:
            yield indent + page.style.ellipsis
            continue
        head = item.head(page.style, indent)
        if isinstance(item.data, TupleData | ConstantData):
            yield from _item(item, page, indent, item.size + len(GAP))
            continue
        parts = figures(item.data, page.style)
        if item.remark and not parts:
            head += " " * (aligned - item.size)
        yield from [line.rstrip() for line in _remarked(head, parts, item.remark, page, indent)]
        if item.data.type.axes:
            yield from blocks(item.data, page, indent + INDENT)
        else:
            yield indent + INDENT + marked(_scalar(item.data), page.style)


def _is_one_row(item: Data) -> bool:
    """Whether an item fits beside its name and type."""
    if isinstance(item, TupleData):
        return False
    if isinstance(item, ConstantData):
        return True
    return not item.type.axes or (len(item.type.axes) == 1 and item.type.shape != (0,) and item.statistics() is None)
