"""Values as a person at a terminal wants them: the type, then the numbers aligned, long tensors summarised.

f32[2, 2]
  14  32
  32  77
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.show.columns import brief, column_texts, figure, scalar_text
from tcalc.show.constants import type_text as constant_text
from tcalc.show.jsonlines import type_text
from tcalc.show.visible import cells, visible
from tcalc.text.rows import count, known_shape
from tcalc.types.data import ConstantData, Data, TupleData
from tcalc.types.tensor import FunctionType

if TYPE_CHECKING:
    from tcalc.show.palette import Style
    from tcalc.types.data import Statistics, TensorData

#: A matrix of more rows, and a tensor of more blocks, shows the first and last few.
MANY_ROWS, EDGE_ROWS = 20, 3
MANY_BLOCKS, EDGE_BLOCKS = 6, 2
#: Up to here a tensor without statistics is searched for NaN and infinities.
_SEARCHED = 10_000
_GAP = "  "
_INDENT = "  "


def value_text(data: Data, style: Style, *, width: int = 80, remarks: Sequence[str] = ()) -> str:
    """What an expression statement shows: lines without a newline at the end.

    `remarks` stand beside the type (a derivative's formula), of a tuple one beside each item's.
    """
    if isinstance(data, TupleData):
        # Each item says its own type.
        return "\n".join([_type(data, style)] if not data.items else _items(data, style, width, remarks=remarks))
    remark = remarks[0] if remarks else ""
    if isinstance(data, ConstantData):
        return style.prose(constant_text(data.type))
    if not data.type.axes:
        return f"{_marked(_scalar(data), style)}   {_type(data, style, 'dim')}{_remark(remark, style)}"
    header = _type(data, style) + _figures(data, style) + _remark(remark, style)
    return "\n".join([header, *_blocks(data, style, width)])


def binding_text(name: str, data: Data, style: Style) -> str:
    """What a binding echoes: name and type, of a scalar the value too, of a large tensor its figures."""
    begin = f"{style.paint('name', visible(name))}: {_type(data, style)}"
    if isinstance(data, TupleData):
        return begin
    if isinstance(data, ConstantData):
        return begin if isinstance(data.type, FunctionType) else f"{begin} = {style.prose(constant_text(data.type))}"
    if not data.type.axes:
        return f"{begin} = {_marked(_scalar(data), style)}"
    return begin + _figures(data, style)


def _type(data: Data, style: Style, role: str = "type") -> str:
    return style.paint(role, style.prose(type_text(data)))


def _remark(remark: str, style: Style) -> str:
    return f"   {style.paint('dim', visible(remark))}" if remark else ""


def _scalar(data: TensorData) -> str:
    return scalar_text(data.numbers(0, 1)[0], data.type.dtype)


def _marked(text: str, style: Style) -> str:
    """A number, coloured where it is NaN or infinite; the text may have been padded."""
    return style.paint("odd", text) if "n" in text else text


# The line of figures


def _figures(data: TensorData, style: Style) -> str:
    """What stands beside the type: the range and distribution of a large tensor, NaN and infinities of any."""
    total = count(known_shape(data.type))
    if total == 0:
        return "   " + style.paint("dim", "empty")
    statistics = data.statistics()
    if statistics is not None:
        return _distribution(statistics, data.type.dtype.kind != "float", style)
    if data.type.dtype.kind not in ("float", "complex") or total > _SEARCHED:
        return ""
    missing = infinite = 0
    for value in data.numbers(0, total):
        if value != value:
            missing += 1
        elif value - value != 0.0:
            infinite += 1
    return _odd_ones(missing, infinite, style)


def _distribution(statistics: Statistics, whole: bool, style: Style) -> str:
    odd = _odd_ones(statistics.missing, statistics.infinite, style)
    if not statistics.bins:
        return odd
    most = max(statistics.bins) or 1
    sparks = "".join([style.sparks[round(7 * held / most)] for held in statistics.bins])
    least, greatest, mean, std = [
        text.replace("-", style.minus)
        for text in (
            brief(statistics.least, whole),
            brief(statistics.greatest, whole),
            figure(statistics.mean),
            figure(statistics.std),
        )
    ]
    return f"   {least} {style.paint('type', sparks)} {greatest}   mean {mean}  std {std}{odd}"


def _odd_ones(missing: int, infinite: int, style: Style) -> str:
    counts = [f"{number} {word}" for number, word in ((missing, "NaN"), (infinite, "Inf")) if number]
    return "   " + style.paint("odd", "  ".join(counts)) if counts else ""


# Tables


def _blocks(data: TensorData, style: Style, width: int, indent: str = _INDENT) -> Iterator[str]:
    """The numbers of a tensor: a row, a matrix, or matrices each under its index."""
    shape = known_shape(data.type)
    total = count(shape)
    if total == 0:
        return
    columns = shape[-1]
    rows = shape[-2] if len(shape) > 1 else 1
    blocks = total // (rows * columns)
    for block in _edges(blocks, MANY_BLOCKS, EDGE_BLOCKS):
        if block < 0:
            yield indent + style.ellipsis
            continue
        if len(shape) > 2:
            yield indent + style.paint("dim", f"[{', '.join(_index(block, shape[:-2]))}]")
        yield from _table(data, block * rows * columns, rows, columns, style, width, indent)


def _edges(number: int, many: int, edge: int) -> list[int]:
    """Which of so many things to show: all, or the first and last few with -1 between them."""
    if number <= many:
        return list(range(number))
    return [*range(edge), -1, *range(number - edge, number)]


def _index(block: int, shape: tuple[int, ...]) -> list[str]:
    index = []
    for size in reversed(shape):
        index.append(str(block % size))
        block //= size
    return index[::-1]


def _table(
    data: TensorData, offset: int, rows: int, columns: int, style: Style, width: int, indent: str
) -> Iterator[str]:
    """One matrix from the element `offset` on, cut to the terminal's width."""
    room = max(16, width - cells(indent))
    # No number takes less than a cell and a gap, so more columns than this never fit.
    most = room // (1 + len(_GAP)) + 1
    head = min(columns, most)
    tail = min(columns - head, most)
    shown = _edges(rows, MANY_ROWS, EDGE_ROWS)
    values: list[complex] = []
    if columns == head and -1 not in shown:
        values += data.numbers(offset, offset + rows * columns)
    else:
        for row in shown:
            if row >= 0:
                start = offset + row * columns
                values += data.numbers(start, start + head)
                values += data.numbers(start + columns - tail, start + columns)
    texts = column_texts(values, data.type.dtype)
    kept = head + tail
    widths = [max(map(len, texts[column::kept])) for column in range(kept)]
    left, right = _fitting(widths, room, cells(style.ellipsis), columns == kept)
    row_start = 0
    for row in shown:
        if row < 0:
            yield indent + style.ellipsis
            continue
        cell = [
            _marked(texts[row_start + column].rjust(widths[column]), style)
            for column in [*range(left), *range(right, kept)]
        ]
        if left < right or columns > kept:
            cell.insert(left, style.ellipsis)
        yield indent + _GAP.join(cell)
        row_start += kept


def _fitting(widths: list[int], room: int, ellipsis: int, whole: bool) -> tuple[int, int]:
    """How many columns from the left, and from which one on the right, fit; all where the `whole` row does."""
    if whole and sum(widths) + len(_GAP) * (len(widths) - 1) <= room:
        return len(widths), len(widths)
    left, right, used = 0, len(widths), ellipsis
    while left < right:
        column = left if left <= len(widths) - right else right - 1
        used += widths[column] + len(_GAP)
        if used > room and left:
            break
        if column == left:
            left += 1
        else:
            right -= 1
    return left, right


# Tuples


def _items(data: TupleData, style: Style, width: int, indent: str = "", remarks: Sequence[str] = ()) -> Iterator[str]:
    """Each item on a line of its own beside its name and type, or below them where it takes several."""
    heads = []
    for place, item in enumerate(data.items):
        name = data.names[place] if place < len(data.names) else ""
        heads.append((visible(name) + ": " if name else "", style.prose(type_text(item))))
    beside = [_is_one_row(item) for item in data.items]
    aligned = max([cells(name + type) for (name, type), one in zip(heads, beside, strict=True) if one], default=0) + 3
    beginnings = zip(heads, data.items, beside, [*remarks, *[""] * len(heads)], strict=False)
    for (name, type), item, one, text in beginnings:
        remark = _remark(text, style)
        head = indent + style.paint("name", name[:-2]) + name[-2:] + style.paint("type", type)
        gap = " " * (aligned - cells(name + type))
        if isinstance(item, TupleData):
            yield head
            yield from _items(item, style, width, indent + _INDENT)
        elif isinstance(item, ConstantData):
            yield head + gap + style.prose(constant_text(item.type))
        elif not one:
            yield head + _figures(item, style) + remark
            yield from _blocks(item, style, width, indent + _INDENT)
        elif not item.type.axes:
            yield head + gap + _marked(_scalar(item), style) + remark
        else:
            yield head + gap + next(_blocks(item, style, width - len(indent) - aligned, "")) + remark


def _is_one_row(item: Data) -> bool:
    """Whether an item fits beside its name and type."""
    if isinstance(item, TupleData):
        return False
    if isinstance(item, ConstantData):
        return True
    return not item.type.axes or (len(item.type.axes) == 1 and item.type.shape != (0,) and item.statistics() is None)
