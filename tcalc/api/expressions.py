"""One expression and its names: read from text, its value as Python has it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from tcalc.api.errors import NAME
from tcalc.check.names import is_reserved
from tcalc.errors import TcalcError
from tcalc.source import Source, Span
from tcalc.syntax import nodes
from tcalc.syntax.parser import parse_expression, parse_statements
from tcalc.types.tensor import FunctionType, Type

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


def require_text(text: object) -> str:
    """A program's text; an error where it is something else."""
    if isinstance(text, str):
        return text
    raise TcalcError("type", f"a program is text, and this is {type(text).__name__}")


def expression_of(text: str) -> nodes.Show:
    """The one expression that a text is. Raises TcalcError; a program of statements is a session's work."""
    source = Source(text, NAME)
    statements = list(parse_statements(source))
    for each in statements:
        if isinstance(each, TcalcError):
            raise each
    if len(statements) == 1 and isinstance(statements[0], nodes.Show):
        return statements[0]
    if not statements:
        raise TcalcError("syntax", "an expression is missing", Span(source, 0, len(text)))
    wrong = next((each for each in statements if not isinstance(each, nodes.Show)), statements[-1])
    assert not isinstance(wrong, TcalcError)
    raise TcalcError(
        "syntax", "this takes one expression; tcalc.Session().run(…) takes a program of statements", wrong.span
    )


def require_name(name: object) -> None:
    """An error for a name that no program can write, or that means something else always."""
    if not isinstance(name, str) or not _can_be_written(name):
        raise TcalcError("name", f"{name!r} is no name: letters, digits and _, and no keyword")
    if is_reserved(name):
        raise TcalcError("name", f"{name} cannot be rebound")


@lru_cache(maxsize=4096)
def _can_be_written(name: str) -> bool:
    try:
        written = parse_expression(Source(name, NAME))
    except TcalcError:
        return False
    return isinstance(written, nodes.Name) and written.name == name


def one(statement: nodes.Show, values: Sequence[T]) -> T:
    """The one value of an expression; `print(a, b)` has several."""
    if len(values) != 1:
        raise TcalcError("type", "an expression gives one value; a tuple holds several: (a, b)", statement.span)
    return values[0]


def value_of(
    statement: nodes.Show, value: Any, type: Type, others: Iterable[object] = (), constants: bool = True
) -> Any:
    """An expression's value as Python has it: it shares no memory with `others`, nor with constants if there are some.

    `value` is None where the type carries it.
    """
    from tcalc.backend import given

    if isinstance(type, FunctionType):
        raise TcalcError("type", "this is a function, which has no value outside of tcalc", statement.span)
    if value is None or isinstance(value, tuple):
        return given.python_value(value, type)
    return given.unshared(value, others, constants)
