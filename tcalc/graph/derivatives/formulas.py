"""Formulas of derivatives, written in the language itself, as nodes on the operands that they are about."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from tcalc.check.checker import Checker
from tcalc.check.scope import Overlay, Scope, Variable
from tcalc.check.surroundings import Surroundings
from tcalc.check.typed import Literal, Local, Several, Static, Typed, Use
from tcalc.graph.graph import Input, Node, Number, ordered
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
    key = _key(text, given, default_float)
    pattern = None if key is None else _patterns.get(key)
    if pattern is None:
        pattern = _Pattern(text, given, default_float)
        if key is not None:
            if len(_patterns) >= MOST_PATTERNS:
                _patterns.clear()
            _patterns[key] = pattern
    return pattern.filled(given, span)


class _Pattern:
    """A formula on operands of some types: the graph, with inputs where the operands go."""

    __slots__ = ("_order", "_result")

    def __init__(self, text: str, given: Mapping[str, object], default_float: DType) -> None:
        place = Span(Source(text, "<formula>"), 0, len(text))
        checker = Checker(NOTHING, Surroundings(default_float))
        lowering = Lowering(None)
        for name, value in given.items():
            if isinstance(value, Node) and not isinstance(value, Number):
                local = Local(name, plain(value.type))
                lowering.locals[local] = Input(place, local.type, name)
                checker.locals[name] = Use(place, local.type, local)
            else:
                checker.locals[name] = _known(value.value if isinstance(value, Number) else value, place, checker)
        typed = checker.check(_parsed(text))
        if isinstance(typed.type, UnknownType):
            raise Unformulated(text)
        self._result = lowering.node(typed)
        self._order = ordered((self._result,))

    def filled(self, given: Mapping[str, object], span: Span) -> Node:
        """The graph on operands."""
        made: dict[int, Node] = {}
        for node in self._order:
            if isinstance(node, Input):
                operand = given[str(node.name)]
                assert isinstance(operand, Node)
                made[id(node)] = operand
            else:
                made[id(node)] = new = node.with_inputs(tuple([made[id(each)] for each in node.inputs]))
                new.span = span
        return made[id(self._result)]


#: Formulas that were read, by their text and what they are on. They are forgotten all at once.
_patterns: dict[object, _Pattern] = {}
MOST_PATTERNS = 4096


def _key(text: str, given: Mapping[str, object], default_float: DType) -> object:
    """What a pattern depends on; None where a size is not known."""
    parts: list[object] = [text, default_float]
    for name, value in given.items():
        if isinstance(value, Node) and not isinstance(value, Number):
            type = value.type
            if not isinstance(type, TensorType):
                return None
            shape = type.shape
            if any(size.__class__ is not int for size in shape):
                return None
            parts.append((name, type.dtype, shape))
        else:
            known = value.value if isinstance(value, Number) else value
            parts.append((name, known.__class__, repr(known)))
    return tuple(parts)


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
