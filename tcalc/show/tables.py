"""The numbers of a tensor as a row, a matrix, or matrices each under its index, cut to fit the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.show.columns import table_texts
from tcalc.show.heads import head
from tcalc.show.heat import Heat, heat_of
from tcalc.show.visible import cells, clipped
from tcalc.text.rows import count, known_shape

if TYPE_CHECKING:
    from tcalc.show.palette import Style
    from tcalc.types.data import TensorData

#: A matrix of more rows, and a tensor of more blocks, shows the first and last few.
MANY_ROWS, EDGE_ROWS = 20, 3
MANY_BLOCKS, EDGE_BLOCKS = 6, 2
#: Blocks that take more lines together are cut, the blocks first and then their rows.
MANY_LINES = 40
#: A terminal's lines that results leave free: the prompt's, the type's, and what was typed.
_SPARED = 4
GAP = "  "
INDENT = "  "


class Page:
    """What values are shown on: how wide and how high it is, in cells, and whether numbers are coloured by value."""

    __slots__ = ("heat", "height", "style", "width")

    def __init__(self, style: Style, width: int = 80, height: int = 24, heat: bool = False) -> None:
        self.style, self.width, self.height = style, width, height
        self.heat = heat and style.colour

    @property
    def rows(self) -> int:
        """A matrix of more rows is cut."""
        return max(2 * EDGE_ROWS + 1, min(MANY_ROWS, self.height - _SPARED))


def marked(text: str, style: Style) -> str:
    """A number, coloured where it is NaN or infinite; the text may have been padded."""
    return style.paint("odd", text) if "n" in text else text


def blocks(data: TensorData, page: Page, indent: str = INDENT) -> Iterator[str]:
    """The numbers of a tensor, line by line."""
    shape = known_shape(data.type)
    total = count(shape)
    if total == 0:
        return
    style = page.style
    columns = shape[-1]
    rows = shape[-2] if len(shape) > 1 else 1
    number = total // (rows * columns)
    many_blocks, many_rows = MANY_BLOCKS, page.rows
    lines = min(number, many_blocks) * (min(rows, many_rows) + 1)
    if number > 1 and lines > max(MANY_LINES, 2 * page.height):
        many_blocks, many_rows = 2 * EDGE_BLOCKS, 2 * EDGE_ROWS + 1
    table = _Table(data, rows, columns, page, indent, many_rows)
    shown = _edges(number, many_blocks, EDGE_BLOCKS)
    tables = table.each([block * rows * columns for block in shown if block >= 0])
    for block in shown:
        if block < 0:
            yield indent + style.ellipsis
            continue
        told = head(data, block, style)
        if told:
            yield indent + style.paint("dim", clipped(told, page.width - cells(indent), style.ellipsis))
        yield from next(tables)


def _edges(number: int, many: int, edge: int) -> list[int]:
    """Which of so many things to show: all, or the first and last few with -1 between them."""
    if number <= many:
        return list(range(number))
    return [*range(edge), -1, *range(number - edge, number)]


class _Table:
    """The matrices of a tensor, all of one size."""

    def __init__(self, data: TensorData, rows: int, columns: int, page: Page, indent: str, many: int) -> None:
        self._data, self._columns, self._page, self._indent = data, columns, page, indent
        self._shown = _edges(rows, many, EDGE_ROWS)
        self._room = max(16, page.width - cells(indent))
        # No number takes less than a cell and a gap, so more columns than this never fit.
        most = self._room // (1 + len(GAP)) + 1
        self._head = min(columns, most)
        self._tail = min(columns - self._head, most)
        self._heat: Heat | None = heat_of(data, page.style.colours) if page.heat else None

    def each(self, offsets: Sequence[int]) -> Iterator[list[str]]:
        """The lines of the matrices from these elements on, their columns as wide and their numbers as exact."""
        style, kept = self._page.style, self._head + self._tail
        values = [value for offset in offsets for value in self._values(offset)]
        texts = table_texts(values, self._data.type.dtype, kept)
        whole = self._columns == kept
        left, right = _fitting([len(text) for text in texts[:kept]], self._room, cells(style.ellipsis), whole)
        columns = [*range(left), *range(right, kept)]
        start = 0
        for _ in offsets:
            lines = []
            for row in self._shown:
                if row < 0:
                    lines.append(self._indent + style.ellipsis)
                    continue
                line = [self._cell(values[start + column], texts[start + column], column) for column in columns]
                if left < right or not whole:
                    line.insert(left, (GAP if left else self._indent) + style.ellipsis)
                lines.append("".join(line).rstrip())
                start += kept
            yield lines

    def _cell(self, value: complex, text: str, column: int) -> str:
        """A number behind its gap; the colour of its value begins a cell before it."""
        gap = GAP if column else self._indent
        if self._heat is None or "n" in text:
            return gap + marked(text, self._page.style)
        return gap[:-1] + self._heat.painted(value, gap[-1:] + text)

    def _values(self, offset: int) -> Sequence[complex]:
        """The numbers that may be shown, row by row: of wide rows the ends alone."""
        data, columns, tail = self._data, self._columns, self._tail
        if columns == self._head and -1 not in self._shown:
            return data.numbers(offset, offset + len(self._shown) * columns)
        values: list[complex] = []
        for row in self._shown:
            if row >= 0:
                start = offset + row * columns
                values += data.numbers(start, start + self._head)
                if tail:
                    values += data.numbers(start + columns - tail, start + columns)
        return values


def _fitting(widths: list[int], room: int, ellipsis: int, whole: bool) -> tuple[int, int]:
    """How many columns from the left, and from which one on the right, fit; all where the `whole` row does."""
    if whole and sum(widths) + len(GAP) * (len(widths) - 1) <= room:
        return len(widths), len(widths)
    left, right, used = 0, len(widths), ellipsis
    while left < right:
        column = left if left <= len(widths) - right else right - 1
        used += widths[column] + len(GAP)
        if used > room and left:
            break
        if column == left:
            left += 1
        else:
            right -= 1
    return left, right
