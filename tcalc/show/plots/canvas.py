"""A canvas of dots: Braille patterns, eight dots a cell, or one mark a cell where there is only ASCII."""

from __future__ import annotations

#: The bit of each dot of a cell, by row and column: Unicode's numbering of Braille patterns.
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
BLANK = 0x2800


class Canvas:
    """`columns` by `rows` cells. Dots are numbered from the upper left corner."""

    __slots__ = ("_cells", "across", "columns", "down", "rows")

    def __init__(self, columns: int, rows: int, *, unicode: bool) -> None:
        self.columns, self.rows = columns, rows
        #: How many dots a cell has.
        self.across, self.down = (2, 4) if unicode else (1, 1)
        self._cells = [[0] * columns for _ in range(rows)]

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
            self._cells[y // self.down][x // self.across] |= bit

    def line(self, x: int, y: int, to_x: int, to_y: int) -> None:
        """Set the dots between two, both included."""
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        for step in range(steps + 1):
            self.dot(x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps))

    def lines(self) -> list[str]:
        """The cells as text, a line for each row."""
        if self.down == 4:
            return ["".join([chr(BLANK + cell) if cell else " " for cell in row]) for row in self._cells]
        return ["".join(["*" if cell else " " for cell in row]) for row in self._cells]
