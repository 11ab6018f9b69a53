"""A change to a program: one expression for another, and small ways to build the other one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tcalc.errors import TcalcError
from tcalc.source import Span
from tcalc.syntax import nodes
from tcalc.types.tensor import TensorType


class Change:
    """`new` in the place of `old`. The smaller its `cost`, the likelier it was meant.

    Of changes with one `kind` that is not empty (`x.T` and `x.mT`) only the first that checks is offered. `given` are
    names that the user has to supply, with their types. `also` are further places that change with it, each with
    what comes there. A definition's annotation changes into another one.
    """

    __slots__ = ("also", "cost", "given", "kind", "new", "old")

    def __init__(
        self,
        old: nodes.Expr | nodes.TypeExpr,
        new: nodes.Expr | nodes.TypeExpr,
        cost: int,
        kind: str = "",
        given: Sequence[tuple[str, TensorType]] = (),
        also: Sequence[tuple[nodes.Expr, nodes.Expr]] = (),
    ) -> None:
        self.old, self.new, self.cost, self.kind, self.given, self.also = old, new, cost, kind, given, also


class Fault:
    """Where changes may help: an expression at or around the place of an error.

    `known` are the names in scope, `type_of` gives the type of an expression, or None where it has none by itself.
    """

    __slots__ = ("error", "known", "node", "statement", "type_of")

    def __init__(
        self,
        statement: nodes.Statement,
        node: nodes.Expr,
        error: TcalcError,
        known: Sequence[str],
        type_of: Callable[[nodes.Expr], TensorType | None],
    ) -> None:
        self.statement, self.node, self.error = statement, node, error
        self.known, self.type_of = known, type_of

    @property
    def of_update(self) -> nodes.Update | None:
        """`x -= y` where the fault is between the two."""
        statement, span = self.statement, self.error.span
        whole = span is not None and span.text == statement.span.text
        return statement if whole and isinstance(statement, nodes.Update) else None


# Building


def name(word: str, span: Span) -> nodes.Name:
    """A name."""
    return nodes.Name(span, word)


def attribute(value: nodes.Expr, word: str) -> nodes.Attribute:
    """`value.word`"""
    return nodes.Attribute(value.span, value, word, value.span)


def renamed(function: nodes.Expr, word: str) -> nodes.Expr:
    """A function of another name, in the same place: `x.word`, `torch.word`, `word`."""
    if isinstance(function, nodes.Attribute):
        return nodes.Attribute(function.span, function.value, word, function.name_span)
    return name(word, function.span)


def indexed(value: nodes.Expr, items: Sequence[nodes.Expr | nodes.Argument]) -> nodes.Index:
    """`value[items]`"""
    return nodes.Index(value.span, value, tuple(items))


def called(function: nodes.Expr, arguments: Sequence[nodes.Expr]) -> nodes.Call:
    """`function(arguments)`"""
    return nodes.Call(function.span, function, tuple([nodes.Argument(each.span, None, each) for each in arguments]))


def integer(value: int, span: Span) -> nodes.Expr:
    """An integer, with its minus."""
    number = nodes.Number(span, abs(value))
    return nodes.Unary(span, "-", number) if value < 0 else number


def integer_of(node: nodes.Node) -> int | None:
    """The integer that stands there."""
    if isinstance(node, nodes.Unary) and node.operator == "-":
        inner = integer_of(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, nodes.Number) and isinstance(node.value, int) else None


def binary(node: nodes.Binary, left: nodes.Expr, right: nodes.Expr, operator: str = "") -> nodes.Binary:
    """The same operation on other operands, or another one."""
    return nodes.Binary(node.span, operator or node.operator, node.operator_span, left, right, node.depth)


def with_argument(node: nodes.Call, position: int, value: nodes.Expr) -> nodes.Call:
    """A call with another argument."""
    given = list(node.arguments)
    given[position] = nodes.Argument(given[position].span, given[position].name, value)
    return nodes.Call(node.span, node.function, tuple(given))


def with_function(node: nodes.Call, function: nodes.Expr) -> nodes.Call:
    """A call of another function."""
    return nodes.Call(node.span, function, node.arguments)
