"""A value whole, line by line, for a pager: nothing is left out up to a bound, and no large tensor is read at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.show.columns import column_texts
from tcalc.show.constants import type_text as constant_text
from tcalc.show.heads import head
from tcalc.show.jsonlines import type_text
from tcalc.show.visible import visible
from tcalc.text.rows import count, known_shape
from tcalc.types.data import ConstantData, Data, TupleData

if TYPE_CHECKING:
    from tcalc.show.palette import Style
    from tcalc.types.data import TensorData

#: So many numbers of a tensor are told; so many are read at a time, and share their decimal places.
MOST, PIECE = 1_000_000, 10_000
GAP, INDENT = "  ", "  "


def value_lines(name: str, data: Data, style: Style, width: int) -> Iterator[str]:
    """The lines of a value under its name, where it has one, and its type."""
    head = f"{style.paint('name', visible(name))}: " if name else ""
    yield head + style.paint("type", style.prose(type_text(data)))
    yield from _lines(data, style, width)


def _lines(data: Data, style: Style, width: int) -> Iterator[str]:
    if isinstance(data, TupleData):
        for place, item in enumerate(data.items):
            yield from value_lines(data.names[place] if place < len(data.names) else f"[{place}]", item, style, width)
    elif isinstance(data, ConstantData):
        yield INDENT + style.prose(constant_text(data.type))
    else:
        yield from _numbers(data, style, width)


def _numbers(data: TensorData, style: Style, width: int) -> Iterator[str]:
    shape = known_shape(data.type)
    total = count(shape)
    told = min(total, MOST)
    if not total:
        return
    if len(shape) < 2:
        yield from _row(data, told, style, width)
    else:
        yield from _matrices(data, shape, told, style)
    if told < total:
        rest = f'{total - told} more numbers; save(x, "x.npy") keeps all'
        yield INDENT + style.paint("dim", f"{style.ellipsis} {rest}")


def _row(data: TensorData, told: int, style: Style, width: int) -> Iterator[str]:
    """A vector in lines of the terminal's width, each behind the place of its first number."""
    margin = len(str(max(told - 1, 0))) + 2
    for start in range(0, told, PIECE):
        texts = column_texts(data.numbers(start, min(told, start + PIECE)), data.type.dtype)
        wide = max(map(len, texts))
        each = max(1, (width - len(INDENT) - margin - len(GAP)) // (wide + len(GAP)))
        for place in range(0, len(texts), each):
            mark = style.paint("dim", f"[{start + place}]".rjust(margin)) if told > each else ""
            yield INDENT + mark + GAP * bool(mark) + _joined(texts[place : place + each], wide, style)


def _matrices(data: TensorData, shape: Sequence[int], told: int, style: Style) -> Iterator[str]:
    """Rows, each behind its number where there are many; a matrix of several under its place."""
    *_, rows, columns = shape
    margin = len(str(max(rows - 1, 0))) + 2
    many = rows > 9
    at_once = max(1, PIECE // max(columns, 1))
    for first in range(0, told // max(columns, 1), rows):
        above = head(data, first // rows, style)
        if above:
            yield INDENT + style.paint("dim", above)
        for row in range(first, first + rows, at_once):
            begin, end = row * columns, min(told, min(first + rows, row + at_once) * columns)
            if begin >= end:
                return
            texts = column_texts(data.numbers(begin, end), data.type.dtype)
            wide = max(map(len, texts))
            for start in range(0, len(texts), columns):
                mark = style.paint("dim", f"[{row - first + start // columns}]".rjust(margin)) + GAP if many else ""
                yield INDENT + mark + _joined(texts[start : start + columns], wide, style)


def _joined(texts: Sequence[str], wide: int, style: Style) -> str:
    cell = [style.paint("odd", text.rjust(wide)) if "n" in text else text.rjust(wide) for text in texts]
    return GAP.join(cell)
