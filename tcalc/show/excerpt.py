"""One line of program text as it stands on the terminal, and where its characters came to stand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from tcalc.show.visible import TAB, cells, character_cells, visible_character


class Excerpt:
    """A source line made visible, tabs expanded, and cut around the characters `first` to `last` to fit `room` cells.

    `text` is what to print.
    """

    __slots__ = ("_columns", "_from", "_low", "_shift", "text", "width")

    def __init__(self, line: str, first: int, last: int, room: int, ellipsis: str) -> None:
        # Of an endless line only what could be shown is looked at.
        low = max(0, min(first, len(line)) - 2 * room)
        high = min(len(line), max(first, min(last, first + 2 * room)) + 2 * room)
        shown, columns, column = [], [0], 0
        for character in line[low:high]:
            text = " " * (TAB - column % TAB) if character == "\t" else visible_character(character)
            column += len(text) if len(text) != 1 else character_cells(text)
            shown.append(text)
            columns.append(column)
        # One cell more for what points behind the end.
        start, stop = 0, len(shown)
        if low or high < len(line) or column > room:
            budget = max(1, room - 2 * cells(ellipsis) - 1)
            begin, end = columns[min(first - low, stop)], columns[min(max(first, last) - low, stop)]
            left = max(0, begin - max(0, budget - (end - begin)) // 2)
            left = min(left, max(0, column - budget))
            start = bisect_left(columns, left)
            while start < stop and columns[start] == columns[start + 1]:
                start += 1  # a combining character goes with what it is on
            stop = bisect_right(columns, columns[start] + budget) - 1
        cut_left, cut_right = bool(start or low), stop < len(shown) or high < len(line)
        self.text = (ellipsis if cut_left else "") + "".join(shown[start:stop]) + (ellipsis if cut_right else "")
        self.width = cells(self.text)
        self._columns, self._from, self._low = columns[start : stop + 1], columns[start], low + start
        self._shift = cells(ellipsis) if cut_left else 0

    def column(self, offset: int) -> int:
        """The cell where the line's character `offset` begins; those cut off stand at the edge."""
        place = min(max(0, offset - self._low), len(self._columns) - 1)
        return self._columns[place] - self._from + self._shift
