"""Formulas of derivatives, written in the language itself, as nodes on the operands that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from tcalc.check.checker import Checker
from tcalc.check.scope import Overlay, Scope, Variable
from tcalc.check.surroundings import Surroundings
from tcalc.check.typed import Literal, Local, Several, Static, Typed, Use
from tcalc.graph.graph import Node, Number
from tcalc.graph.lower import Lowering
from tcalc.source import Source, Span
from tcalc.syntax import nodes
from tcalc.syntax.parser import parse_expression
from tcalc.types.dtypes import DType
from tcalc.types.tensor import Axis, ConstantType, TensorType, TupleType, Type, UnknownType


class Unformulated(Exception):
    """A formula does not say what is wanted of it: something in it is not known while checking."""


class _Nothing:
    """The scope of a formula: it sees its operands alone."""

    def lookup(self, name: str) -> Variable | None:
        """See `check.scope.Scope`."""
        return None

    def names(self) -> list[str]:
        """See `check.scope.Scope`."""
        return []


NOTHING: Scope = Overlay(_Nothing())


@lru_cache(maxsize=1024)
def _parsed(text: str) -> nodes.Expr:
    return parse_expression(Source(text, "<formula>"))


def formula(text: str, given: Mapping[str, object], span: Span, default_float: DType) -> Node:
    """The node that a formula is, on nodes and plain values by the names that stand for them in it.

    What it makes stands at `span` in the user's program. Raises Unformulated.
    """
    checker = Checker(NOTHING, Surroundings(default_float))
    lowering = Lowering(None)
    for name, value in given.items():
        if isinstance(value, Node) and not isinstance(value, Number):
            local = Local(name, plain(value.type))
            lowering.locals[local] = value
            checker.locals[name] = Use(span, local.type, local)
        else:
            checker.locals[name] = _known(value.value if isinstance(value, Number) else value, span, checker)
    typed = checker.check(_parsed(text))
    if isinstance(typed.type, UnknownType):
        raise Unformulated(text)
    result = lowering.node(typed)
    old = {id(each) for each in given.values()}
    for node in _made(result, old):
        node.span = span
    return result


def _made(result: Node, old: set[int]) -> Iterator[Node]:
    """The nodes that a formula made: those between its result and its operands."""
    stack, seen = [result], set(old)
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            stack.extend(node.inputs)


def plain(type: Type) -> Type:
    """A type without labels, values known while checking, and where its sizes come from: formulas are about shapes."""
    if isinstance(type, TupleType):
        return TupleType(tuple([plain(item) for item in type.items]), type.names)
    assert isinstance(type, TensorType)
    return TensorType(type.dtype, tuple([Axis(axis.size) if isinstance(axis, Axis) else axis for axis in type.axes]))


def _known(value: object, span: Span, checker: Checker) -> Typed:
    """A plain value, an option of a call, as an expression."""
    if isinstance(value, bool | int | float | complex):
        return Literal(span, checker.static_type(value, span), value)
    if isinstance(value, tuple):
        items = tuple([_known(item, span, checker) for item in value])
        return Several(span, TupleType(tuple([item.type for item in items])), items)
    return Static(span, ConstantType(value))
