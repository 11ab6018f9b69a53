"""`tcalc.check`: the type of an expression, from the types of its names."""

from __future__ import annotations

from typing import Any

from tcalc.api.errors import public
from tcalc.api.expressions import expression_of, one, require_name, require_text
from tcalc.api.types import type_of
from tcalc.check.annotations import is_static_integer
from tcalc.check.described import described, type_for_all_sizes
from tcalc.check.scope import Variable
from tcalc.check.statements import check_statement
from tcalc.check.surroundings import Surroundings
from tcalc.errors import TcalcError
from tcalc.reading import Reading
from tcalc.settings import Settings
from tcalc.source import Source
from tcalc.syntax import nodes
from tcalc.syntax.parser import parse_type
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.size import Size
from tcalc.types.tensor import TensorType, Type, static_integer


def check(text: str, /, **types: Any) -> str:
    """The type of an expression, from types: `check("A @ B", A="f32[2, 3]", B="f32[n=3, m]")` is `f32[2, m]`.

    A type is written as in an annotation: `f32[batch=32, 10]` labels an axis, `f32[n, m]` stands for all sizes,
    `f32[?]` has a size that nobody knows, `int` is an integer for all values, `[n]` has any dtype. One name is one
    size throughout, and a size in the text as well. What a step needs (`n ≥ 1` in `x[1:]`) is taken to hold. In place
    of a type may stand a number, or a tensor or an array, whose type is meant.

    Nothing is run, and torch is not loaded. Raises Error.
    """
    try:
        return _checked(require_text(text), types)
    except Exception as fault:
        raise public(fault) from None


def _checked(text: str, types: dict[str, Any]) -> str:
    names = Names()
    written: dict[str, nodes.TypeExpr] = {}
    for name, each in types.items():
        require_name(name)
        if isinstance(each, str):
            written[name] = _annotation(name, each)
        else:
            names.bind(name, type_of(name, each, dtypes.F32))
    symbols: dict[str, Size] = {}

    def look(name: str) -> Size:
        """The size that a name stands for: a number that was given for it, else one for all sizes."""
        if name in types and name not in written:
            size = static_integer(names.variables[name].type)
            if size is None:
                raise TcalcError("type", f"{name} stands for a size, and is no integer")
            return size
        return symbols.setdefault(name, sizes.symbol(name))

    for name, annotation in written.items():
        names.bind(name, described(annotation, name, look))
    for name, symbol in symbols.items():
        if name not in types:
            require_name(name)
            names.bind(name, TensorType(dtypes.I64, (), symbol))
        elif not is_static_integer(written[name]):
            raise TcalcError("type", f"{name} stands for a size, and is no integer")
    settings = Settings()
    surroundings = Surroundings(settings.default_float, header=Reading(settings).header_or_unknown)
    statement = expression_of(text)
    if symbols:
        integers = [name for name in symbols if name in written]
        return str(type_for_all_sizes(statement.value, names, surroundings, integers)[0])
    values = check_statement(statement, names, surroundings).values
    return str(one(statement, values).type)


def _annotation(name: str, text: str) -> nodes.TypeExpr:
    """A type as text; the place of an error in it is a place in that text."""
    return parse_type(Source(text, f"<type of {name}>"))


class Names:
    """Names with types and no values; see `check.scope.Scope`."""

    def __init__(self) -> None:
        self.variables: dict[str, Variable] = {}

    def bind(self, name: str, type: Type) -> None:
        """Give a name a type."""
        self.variables[name] = Variable(type)

    def lookup(self, name: str) -> Variable | None:
        """See `Scope.lookup`."""
        return self.variables.get(name)

    def names(self) -> list[str]:
        """See `Scope.names`."""
        return list(self.variables)
