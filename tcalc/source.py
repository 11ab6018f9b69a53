"""Program text and places in it."""

from __future__ import annotations

from bisect import bisect_right


class Source:
    """A piece of program text with the name it is reported under.

    `first_line` is the line number of the text's first line: a pipe and a shell hand over one statement at a
    time, and their line numbers go on.
    """

    __slots__ = ("_starts", "first_line", "name", "text")

    def __init__(self, text: str, name: str = "<input>", first_line: int = 1) -> None:
        self.text = text
        self.name = name
        self.first_line = first_line
        self._starts: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """Line (from `first_line`) and column (from 1) of a character offset."""
        if self._starts is None:
            self._starts = [0]
            place = self.text.find("\n")
            while place >= 0:
                self._starts.append(place + 1)
                place = self.text.find("\n", place + 1)
        line = bisect_right(self._starts, offset) - 1
        return self.first_line + line, offset - self._starts[line] + 1

    def line_at(self, offset: int) -> tuple[int, str]:
        """Where the line that holds `offset` begins, and its text without the newline."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return start, self.text[start : len(self.text) if end < 0 else end]


class Span:
    """Half-open range of character offsets in a source."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    @property
    def line(self) -> int:
        """Line number of the first character."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """Column of the first character, from 1."""
        return self.source.position(self.start)[1]

    @property
    def text(self) -> str:
        """The source text that the span covers."""
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of `other` (of the same source)."""
        return Span(self.source, self.start, other.end)

    def holds(self, other: Span) -> bool:
        """Whether another span lies in this one."""
        return self.source is other.source and self.start <= other.start and other.end <= self.end

    def __repr__(self) -> str:
        return f"Span({self.source.name}:{self.line}:{self.column}, {self.text!r})"
