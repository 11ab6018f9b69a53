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
from tcalc.types.tensor import UNKNOWN_TYPE, ConstantType, TupleType, Type, kind_of

if TYPE_CHECKING:
    from tcalc.check.checker import Checker

Handler = Callable[["Checker", nodes.Expr, Over, Sequence[Given], "Type | None"], Typed]


def as_given(checker: Checker, arguments: Sequence[nodes.Argument]) -> list[Given]:
    """The arguments, checked."""
    return [Given(argument.name, checker.check(argument.value), argument.value) for argument in arguments]


def load(checker: Checker, node: nodes.Expr, over: Over, given: Sequence[Given], expected: Type | None) -> Typed:
    """`load("x.npy")`, `load("x.safetensors", "weight")`: the type comes from the file's header."""
    if not 1 <= len(given) <= 2:
        raise errors.wrong_count("load", 1, 2, len(given), node.span)
    texts: dict[str, str] = {}
    for each, place in zip(given, ("path", "name"), strict=False):
        texts[each.name or place] = as_text(each, "load", "a file" if place == "path" else "a tensor in it")
    if not texts.keys() <= {"path", "name"} or "path" not in texts or len(texts) < len(given):
        raise TcalcError("type", 'load takes a file, and a name in it: load("x.safetensors", "weight")', node.span)
    row = library.row("load")
    assert row is not None
    found: Type = UNKNOWN_TYPE
    header = checker.surroundings.header
    if header is not None:
        try:
            found = header(texts["path"], texts.get("name"))
        except TcalcError as error:
            if error.span is None:
                error.span = given[-1 if error.code == "name" else 0].node.span
            raise
    return Apply(node.span, found, row, row.forms[0], (), {"name": None, **texts}, ())


def as_text(given: Given, function: str, what: str) -> str:
    """An argument that is text known while checking: the name of something."""
    type = given.typed.type
    if isinstance(type, ConstantType) and isinstance(type.value, str):
        return type.value
    raise TcalcError(
        "type",
        f"{function} takes the name of {what} as text, and {names.called(given.node)} is {kind_of(type)}",
        given.node.span,
    )


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
