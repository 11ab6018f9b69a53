"""One line of program text as it stands on the terminal, and where its characters came to stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.show.visible import MARK, TAB, cells, character_cells, runs_leftwards, visible_character

if TYPE_CHECKING:
    from tcalc.show.palette import Style

#: A line of so many times more characters than there are cells is not looked at whole.
LONG = 4
#: Of two places that do not fit, each gives up so many cells for what stands beside it.
BESIDE = 3
#: So much of a place is enough to see what it is.
SEEN = 4


class Excerpt:
    """A source line made visible, tabs expanded, and cut around its places (from, to) to fit `room` cells.

    `text` is what to print. Where even the places do not fit, each begins in sight.
    """

    #: Of each piece, where it begins in the line, and the cells at which its characters begin and the last one ends.
    __slots__ = ("_pieces", "text", "width")

    def __init__(self, line: str, places: Sequence[tuple[int, int]], room: int, style: Style) -> None:
        if len(line) < room and line.isascii() and line.isprintable():
            self._pieces: list[tuple[int, Sequence[int]]] = [(0, range(len(line) + 1))]
            self.text, self.width = line, len(line)
            return
        cutting = _Cutting(line, style)
        pieces = [(0, len(line))]
        # One cell more for what points behind the end.
        if len(line) > LONG * room or cutting.width(0, len(line)) > room - any(end >= len(line) for _, end in places):
            pieces = cutting.pieces(sorted(places), room)
        self._pieces = []
        texts: list[str] = []
        column = end = 0
        for first, last in pieces:
            if first > end:
                texts.append(style.ellipsis)
                column += cells(style.ellipsis)
            columns = [column]
            for offset in range(first, last):
                text = cutting.text(offset, column)
                column += cells(text)
                texts.append(text)
                columns.append(column)
            self._pieces.append((first, columns))
            end = last
        if end < len(line):
            texts.append(style.ellipsis)
            column += cells(style.ellipsis)
        self.text, self.width = "".join(texts), column

    def column(self, offset: int) -> int:
        """The cell where the line's character `offset` begins; what was cut out ends where the next piece begins."""
        for first, columns in self._pieces:
            if offset < first:
                return columns[0]
            if offset < first + len(columns):
                return columns[offset - first]
        return self.width


class _Cutting:
    """What of a line is shown, where not all of it fits."""

    __slots__ = ("line", "style")

    def __init__(self, line: str, style: Style) -> None:
        self.line, self.style = line, style

    def text(self, offset: int, column: int) -> str:
        """What stands for a character that begins at a cell.

        A word of letters that run leftwards is set off by marks, so that a terminal that turns text round turns each by
        itself, in its own cells.
        """
        character = self.line[offset]
        if character == "\t":
            return " " * (TAB - column % TAB)
        text = visible_character(character, self.style.escaped)
        if self.style.reorders and runs_leftwards(text):
            before = "" if self._goes_on(offset - 1) else MARK
            return before + text + ("" if self._goes_on(offset + 1) else MARK)
        return text

    def _goes_on(self, offset: int) -> bool:
        """Whether a letter there runs leftwards."""
        return 0 <= offset < len(self.line) and runs_leftwards(self.line[offset])

    def width(self, first: int, last: int) -> int:
        """How many cells a part of the line takes that is shown from its beginning on."""
        column = 0
        for offset in range(first, last):
            column += cells(self.text(offset, column))
        return column

    def pieces(self, places: Sequence[tuple[int, int]], room: int) -> list[tuple[int, int]]:
        """The parts to show: the places as far as they fit, and as much of what is around them, evenly."""
        marks, ellipsis = _apart(places), cells(self.style.ellipsis)
        first, (last, end) = marks[0][0], marks[-1]
        if last - first < LONG * room and self.width(first, min(last + SEEN, end)) <= room - 1 - 2 * ellipsis:
            marks = [(first, end)]  # all begin in sight as it is
        left = room - 1 - (len(marks) + 1) * ellipsis
        share = max(1, left // len(marks) - (BESIDE if len(marks) > 1 else 0))
        pieces = []
        for first, last in marks:
            end, taken = first, 0
            while end < min(last, first + LONG * share) and taken + self._cells(end) <= share:
                taken += self._cells(end)
                end += 1
            left -= taken
            pieces.append([first, end])
        grown = True
        while grown:
            grown = False
            for number, piece in enumerate(pieces):
                before = pieces[number - 1][1] if number else 0
                behind = pieces[number + 1][0] if number + 1 < len(pieces) else len(self.line)
                for offset, side in ((piece[0] - 1, 0), (piece[1], 1)):
                    if before <= offset < behind and piece[1] - piece[0] < LONG * room and self._cells(offset) <= left:
                        left -= self._cells(offset)
                        piece[side] += side or -1
                        grown = True
        return [(self._at_a_base(first, last), last) for first, last in pieces]

    def _cells(self, offset: int) -> int:
        """How many cells a character takes; a tab, wherever it stands, as many as it may."""
        character = self.line[offset]
        if character == "\t":
            return TAB
        text = visible_character(character, self.style.escaped)
        return character_cells(text) if len(text) == 1 else len(text)

    def _at_a_base(self, first: int, last: int) -> int:
        """Where a piece may begin: a combining character goes with what it is on."""
        while 0 < first < last and self._cells(first) == 0:
            first += 1
        return first


def _apart(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places without those that lie in another, and one for two that meet."""
    found: list[tuple[int, int]] = []
    for first, last in places:
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found
