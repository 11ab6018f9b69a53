"""Repairs of a dtype, and of what is called though it is none, or not called though it is a function."""

from __future__ import annotations

from collections.abc import Iterator

from tcalc.check.repairs.changes import Change, Fault, binary, called, name, with_argument, with_function
from tcalc.syntax import nodes

#: Dtypes that operands are converted to, the likelier first.
TRIED = ("i64", "f32", "bool", "f64")


def other_dtype(fault: Fault) -> Iterator[Change]:
    """An operand in another dtype: `x[i64(where)]`, `i64(mask) << 1`."""
    node = fault.node
    for cost, word in enumerate(TRIED):
        if isinstance(node, nodes.Call):
            for position, argument in enumerate(node.arguments):
                yield Change(node, with_argument(node, position, _converted(argument.value, word)), 2 + cost)
            if isinstance(node.function, nodes.Attribute):
                function = node.function
                receiver = _converted(function.value, word)
                new = nodes.Attribute(function.span, receiver, function.name, function.name_span)
                yield Change(node, with_function(node, new), 2 + cost)
        elif isinstance(node, nodes.Binary):
            yield Change(node, binary(node, _converted(node.left, word), node.right), 2 + cost)
            yield Change(node, binary(node, node.left, _converted(node.right, word)), 2 + cost)
            both = binary(node, _converted(node.left, word), _converted(node.right, word))
            yield Change(node, both, 4 + cost)
        elif isinstance(node, nodes.Unary):
            yield Change(node, nodes.Unary(node.span, node.operator, _converted(node.operand, word)), 2 + cost)
        elif isinstance(node, nodes.Index):
            for position, item in enumerate(node.items):
                if isinstance(item, nodes.Expr):
                    items = (*node.items[:position], _converted(item, word), *node.items[position + 1 :])
                    yield Change(node, nodes.Index(node.span, node.value, items), 2 + cost)


def _converted(node: nodes.Expr, word: str) -> nodes.Expr:
    return called(name(word, node.span), [node])


def other_operator(fault: Fault) -> Iterator[Change]:
    """`^^` where `^` is between bools, `~` for a minus on one."""
    node = fault.node
    if isinstance(node, nodes.Binary) and node.operator == "^":
        yield Change(node, binary(node, node.left, node.right, "^^"), 0)
    if isinstance(node, nodes.Binary) and node.operator == "-":
        yield Change(node, binary(node, node.left, node.right, "^^"), 1)
    if isinstance(node, nodes.Unary) and node.operator == "-":
        yield Change(node, nodes.Unary(node.span, "~", node.operand), 0)


def other_call(fault: Fault) -> Iterator[Change]:
    """`x.T()` to `x.T`, `x.sum` to `x.sum()`."""
    node = fault.node
    if isinstance(node, nodes.Call) and not node.arguments:
        yield Change(node, node.function, 0)
    if isinstance(node, nodes.Attribute):
        yield Change(node, called(node, []), 0)
