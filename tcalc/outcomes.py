"""What running a statement yields, for the doors to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.errors import Note, TcalcError
from tcalc.syntax.nodes import Statement
from tcalc.types.data import Data
from tcalc.types.tensor import Type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tcalc.graph.compiled import Closed
    from tcalc.show.graphs.drawing import Drawing
    from tcalc.show.palette import Style


class Outcome:
    """Anything that a statement yields."""

    __slots__ = ()


class Shown(Outcome):
    """A result of an expression statement; `closed` of one that is a derivative, `name` where its number is one."""

    __slots__ = ("closed", "data", "name", "type")

    def __init__(self, type: Type, data: Data, closed: Closed | None = None, name: str = "") -> None:
        self.type, self.data, self.closed, self.name = type, data, closed, name


class Bound(Outcome):
    """A name bound, with its value."""

    __slots__ = ("data", "name", "type")

    def __init__(self, name: str, type: Type, data: Data) -> None:
        self.name, self.type, self.data = name, type, data


class Saved(Outcome):
    """A file written, with the type of what it holds."""

    __slots__ = ("path", "type")

    def __init__(self, path: str, type: Type) -> None:
        self.path, self.type = path, type


class Noted(Outcome):
    """A note on a statement that succeeded."""

    __slots__ = ("note",)

    def __init__(self, note: Note) -> None:
        self.note = note


class Failed(Outcome):
    """A statement that failed, and changed nothing."""

    __slots__ = ("error", "statement")

    def __init__(self, error: TcalcError, statement: Statement | None = None) -> None:
        self.error, self.statement = error, statement


class Offered(Outcome):
    """A program text for the next line of the prompt, where it can be run or changed first."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Drawn(Outcome):
    """What an expression is computed by: see `show.graphs.Drawing`."""

    __slots__ = ("drawing",)

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing


class Plotted(Outcome):
    """A drawing: `drawn` gives its lines for a style, on a terminal of some width and height in cells."""

    __slots__ = ("drawn",)

    def __init__(self, drawn: Callable[[Style, int, int], Sequence[str]]) -> None:
        self.drawn = drawn


class Paged(Outcome):
    """Lines for a pager: `lines` gives them for a style and a width in cells, each when it is asked for."""

    __slots__ = ("lines",)

    def __init__(self, lines: Callable[[Style, int], Iterator[str]]) -> None:
        self.lines = lines


class Verbatim(str):
    """An answer whose lines are never broken, however narrow the terminal is: a program, which may be copied."""

    __slots__ = ()


class Fitted(Outcome):
    """Lines of text that are laid out for the width that there is, in cells."""

    __slots__ = ("laid",)

    def __init__(self, laid: Callable[[int], str]) -> None:
        self.laid = laid


class Left(Outcome):
    """`exit()`"""

    __slots__ = ()
