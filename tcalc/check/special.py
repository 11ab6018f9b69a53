"""Calls that read their arguments as more than values: derivatives, functions on functions, files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tcalc import library
from tcalc.check import calls, derivatives, errors, loops, names
from tcalc.check.arguments import Given
from tcalc.check.over import Over
from tcalc.check.typed import Apply, Typed
from tcalc.errors import TcalcError
from tcalc.syntax import nodes
from tcalc.types.tensor import UNKNOWN_TYPE, ConstantType, TupleType, Type

if TYPE_CHECKING:
    from tcalc.check.checker import Checker

Handler = Callable[["Checker", nodes.Expr, Over, Sequence[Given], "Type | None"], Typed]


def as_given(checker: Checker, arguments: Sequence[nodes.Argument]) -> list[Given]:
    """The arguments, checked."""
    return [Given(argument.name, checker.check(argument.value), argument.value) for argument in arguments]


def load(checker: Checker, node: nodes.Expr, over: Over, given: Sequence[Given], expected: Type | None) -> Typed:
    """`load("x.npy")`: the type comes from the file's header."""
    if len(given) != 1:
        raise errors.wrong_count("load", 1, 1, len(given), node.span)
    type = given[0].typed.type
    if not isinstance(type, ConstantType) or not isinstance(type.value, str):
        raise TcalcError(
            "type", f"load takes the name of a file as text, and {names.called(given[0].node)} is {type}", node.span
        )
    row = library.row("load")
    assert row is not None
    found: Type = UNKNOWN_TYPE
    header = checker.surroundings.header
    if header is not None:
        try:
            found = header(type.value)
        except TcalcError as error:
            if error.span is None:
                error.span = given[0].node.span
            raise
    return Apply(node.span, found, row, row.forms[0], (), {"path": type.value}, ())


def length(checker: Checker, node: nodes.Expr, over: Over, given: Sequence[Given], expected: Type | None) -> Typed:
    """`len(x)`: the size of the first axis, or the number of a tuple's parts."""
    if len(given) == 1 and isinstance(given[0].typed.type, TupleType):
        return checker.static_number(len(given[0].typed.type.items), node.span)
    row = library.row("len")
    assert row is not None
    return calls.apply_row(checker, row, node, given, over)


HANDLERS: dict[str, Handler] = {
    "load": load,
    "len": length,
    "vmap": loops.vmap,
    "scan": loops.scan,
    "fold": loops.fold,
    "iterate": loops.iterate,
    "minimize": derivatives.minimize,
    "gradcheck": derivatives.gradcheck,
    **{name: derivatives.handler(name) for name in ("grad", "jacobian", "hessian", "vjp", "jvp")},
}
