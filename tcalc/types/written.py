"""How an operation is written in the program: what an error that comes up while it runs has to show."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.errors import Mark, shortened
from tcalc.source import Span
from tcalc.types.tensor import TensorType, TupleType, Type

#: An argument: its parameter, where it stands, and its type there, before any conversion.
Argument = tuple[str, Span, Type]

#: So many calls are told of, the innermost first.
MOST_CALLS = 4


class Call:
    """A call of a function of the user's, in whose body something stands; `outer` is the call around it."""

    __slots__ = ("name", "outer", "span")

    def __init__(self, name: str, span: Span, outer: Call | None) -> None:
        self.name, self.span, self.outer = name, span, outer

    def __str__(self) -> str:
        return f"in {self.name}, called on line {self.span.line}: {shortened(self.span.text)}"


class Written:
    """The arguments of an operation as they are written, and the calls that led to it."""

    __slots__ = ("arguments", "call")

    def __init__(self, arguments: Sequence[Argument], call: Call | None = None) -> None:
        self.arguments, self.call = tuple(arguments), call

    def marks(self, within: Span, parameters: Sequence[str]) -> list[Mark]:
        """The tensors among the arguments of some parameters, each with its type."""
        found = []
        for name, span, type in self.arguments:
            stands = within.holds(span) and span.text != within.text
            if stands and name in parameters and isinstance(type, TensorType | TupleType):
                found.append(Mark(span, str(type)))
        return found

    def calls(self, place: Span) -> list[str]:
        """Which calls led to a place, where it does not stand in them."""
        found: list[str] = []
        call = self.call
        while call is not None and len(found) < MOST_CALLS:
            if not call.span.holds(place) and str(call) not in found:
                found.append(str(call))
            call = call.outer
        return found
