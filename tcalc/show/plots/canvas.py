"""A canvas of dots: Braille patterns, eight dots a cell, or one mark a cell where there is only ASCII."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcalc.show.palette import Style

#: The bit of each dot of a cell, by row and column: Unicode's numbering of Braille patterns.
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
BLANK = 0x2800
#: The colours of pens, as the numbers of a terminal's sequence: of the eight that all have those that are told apart.
PENS = ("36", "33", "35", "32", "34", "31")


class Canvas:
    """`columns` by `rows` cells, each in the colour of its last pen. Dots are numbered from the upper left corner."""

    __slots__ = ("_cells", "_pens", "across", "columns", "down", "pen", "rows")

    def __init__(self, columns: int, rows: int, *, unicode: bool) -> None:
        self.columns, self.rows = columns, rows
        #: How many dots a cell has.
        self.across, self.down = (2, 4) if unicode else (1, 1)
        self._cells = [[0] * columns for _ in range(rows)]
        self._pens = [[0] * columns for _ in range(rows)]
        #: The number of the pen that dots are set with.
        self.pen = 0

    @property
    def width(self) -> int:
        """Dots in a row."""
        return self.columns * self.across

    @property
    def height(self) -> int:
        """Dots in a column."""
        return self.rows * self.down

    def dot(self, x: int, y: int) -> None:
        """Set a dot; those outside are left out."""
        if 0 <= x < self.width and 0 <= y < self.height:
            bit = DOTS[y % 4][x % 2] if self.down == 4 else 1
            row, column = y // self.down, x // self.across
            self._cells[row][column] |= bit
            self._pens[row][column] = self.pen

    def line(self, x: int, y: int, to_x: int, to_y: int) -> None:
        """Set the dots between two, both included."""
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        for step in range(steps + 1):
            self.dot(x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps))

    def lines(self, style: Style) -> list[str]:
        """The cells as text, a line for each row; in colour where more than one pen was used."""
        coloured = style.colour and self.pen > 0
        return [self._line(row, style if coloured else None) for row in range(self.rows)]

    def _line(self, row: int, style: Style | None) -> str:
        marks = [self._mark(cell) for cell in self._cells[row]]
        if style is None:
            return "".join(marks)
        return "".join(
            [
                penned(mark, pen, style) if mark != " " else mark
                for mark, pen in zip(marks, self._pens[row], strict=True)
            ]
        )

    def _mark(self, cell: int) -> str:
        if not cell:
            return " "
        return chr(BLANK + cell) if self.down == 4 else "*"


def penned(text: str, pen: int, style: Style) -> str:
    """A text in the colour of a pen."""
    return f"\x1b[{PENS[pen % len(PENS)]}m{text}\x1b[0m" if style.colour else text
