"""Repairs that change an operand's axes, or take the operation that was meant."""

from __future__ import annotations

from collections.abc import Iterator

from tcalc.check.repairs.changes import (
    Change,
    Fault,
    attribute,
    binary,
    called,
    indexed,
    name,
    renamed,
    with_argument,
    with_function,
)
from tcalc.syntax import nodes

#: Operations that people take for each other, each with what it may have been meant for.
OPERATORS = {"@": ("*",), "*": ("@",)}
FUNCTIONS = {
    "bmm": ("matmul",),
    "mm": ("matmul",),
    "mv": ("matmul",),
    "dot": ("matmul", "vecdot", "outer"),
    "vdot": ("matmul",),
    "inner": ("matmul",),
    "matmul": ("mul",),
    "mul": ("matmul",),
    "cat": ("stack", "hstack"),
    "stack": ("cat",),
    "vstack": ("hstack", "cat"),
    "hstack": ("vstack",),
}
REDUCTIONS = frozenset(
    "sum mean prod std var amax amin max min norm logsumexp median quantile any all argmax argmin".split()
)
#: How many axes an operand is given a new one among.
MOST_AXES = 3


def on_operators(fault: Fault) -> Iterator[Change]:
    """Either operand of an operator turned or widened, and the other product."""
    node = fault.node
    if not isinstance(node, nodes.Binary):
        return
    product = node.operator == "@"
    labels = fault.error.code == "label"  # the left side's axes come first
    for other in OPERATORS.get(node.operator, ()):
        meant = other == "@" and _are_matrices(fault, node)
        yield Change(node, binary(node, node.left, node.right, other), 0 if meant else 3)
    for cost, right, kind in variants(node.right, product):
        if product and kind == "widened":
            continue  # a product of one axis more is hardly meant
        yield Change(node, binary(node, node.left, right), cost + labels, kind and f"right {kind}")
    for cost, left, kind in variants(node.left, product):
        if product and kind == "widened":
            continue
        yield Change(node, binary(node, left, node.right), cost + product, kind and f"left {kind}")


def _are_matrices(fault: Fault, node: nodes.Binary) -> bool:
    """Whether both operands have two axes."""
    types = fault.type_of(node.left), fault.type_of(node.right)
    return all(type is not None and type.rank == 2 for type in types)


def on_choices(fault: Fault) -> Iterator[Change]:
    """A choice by a condition of many values, made element by element: `where(c, a, b)`."""
    node = fault.node
    if isinstance(node, nodes.If):
        where = called(name("where", node.span), [node.condition, node.then, node.otherwise])
        yield Change(node, where, 0)


def on_comparisons(fault: Fault) -> Iterator[Change]:
    """Either side of a comparison widened."""
    node = fault.node
    if not isinstance(node, nodes.Compare) or len(node.links) != 1:
        return
    ((operator, right),) = node.links
    for cost, new, _ in variants(right, False):
        yield Change(node, nodes.Compare(node.span, node.first, ((operator, new),)), cost)
    for cost, new, _ in variants(node.first, False):
        yield Change(node, nodes.Compare(node.span, new, ((operator, right),)), cost)


def on_calls(fault: Fault) -> Iterator[Change]:
    """Any argument of a call turned or widened, and functions that are taken for each other."""
    node = fault.node
    if not isinstance(node, nodes.Call):
        return
    function = node.function
    word = function.name if isinstance(function, nodes.Name | nodes.Attribute) else ""
    for other in FUNCTIONS.get(word, ()):
        yield Change(node, with_function(node, renamed(function, other)), 2)
    if isinstance(function, nodes.Attribute):
        for cost, value, kind in variants(function.value, True):
            receiver = nodes.Attribute(function.span, value, function.name, function.name_span)
            yield Change(node, with_function(node, receiver), cost + 1, kind)
    for position in reversed(range(min(len(node.arguments), MOST_AXES))):
        argument = node.arguments[position].value
        for cost, value, kind in variants(argument, True):
            new = with_argument(node, position, value)
            yield Change(node, new, cost + 1, kind and f"{position} {kind}")
        if isinstance(argument, nodes.ListOf | nodes.TupleOf):
            for cost, items, kind in _in_list(argument.items):
                listed = type(argument)(argument.span, items)
                yield Change(node, with_argument(node, position, listed), cost + 1, kind)


def _in_list(items: tuple[nodes.Expr, ...]) -> Iterator[tuple[int, tuple[nodes.Expr, ...], str]]:
    """One of a few tensors that are to be joined turned or widened, the last first."""
    for place in reversed(range(min(len(items), MOST_AXES))):
        for cost, value, kind in variants(items[place], True):
            yield cost, (*items[:place], value, *items[place + 1 :]), kind and f"item {place} {kind}"


def variants(operand: nodes.Expr, product: bool) -> Iterator[tuple[int, nodes.Expr, str]]:
    """Ways in which an operand's axes may have been meant, each with its cost and kind.

    In a product a transpose is likelier than a new axis, elsewhere it is the other way round.
    """
    if isinstance(operand, nodes.Text | nodes.Constant | nodes.Lambda) or _is_number(operand):
        return
    if isinstance(operand, nodes.Attribute) and operand.name in ("T", "mT"):
        yield 1, operand.value, ""
    if isinstance(operand, nodes.Call):
        kept = _kept(operand)
        if kept is not None:
            yield 0, kept, ""
    if isinstance(operand, nodes.ListOf):
        if not operand.items:
            return
    else:
        yield (1 if product else 4), attribute(operand, "T"), "turned"
        yield (2 if product else 5), attribute(operand, "mT"), "turned"
    for before in range(MOST_AXES):
        every: list[nodes.Expr] = [nodes.Slice(operand.span, None, None, None)] * before
        widened = indexed(operand, [*every, nodes.Constant(operand.span, None)])
        yield (5 if product else 1) + (before != 1) + (before == 0), widened, "widened" if product else ""


def _is_number(node: nodes.Expr) -> bool:
    return isinstance(node.operand if isinstance(node, nodes.Unary) else node, nodes.Number)


def _kept(call: nodes.Call) -> nodes.Expr | None:
    """A reduction that keeps its axis: `sum[1, keepdim](x)`, `x.sum(1, keepdim=True)`."""
    function = call.function
    if isinstance(function, nodes.Index) and _is_reduction(function.value):
        if any(isinstance(item, nodes.Name) and item.name.startswith("keepdim") for item in function.items):
            return None
        return with_function(call, indexed(function.value, [*function.items, name("keepdim", function.span)]))
    if _is_reduction(function) and not any((each.name or "").startswith("keepdim") for each in call.arguments):
        keep = nodes.Argument(call.span, "keepdim", nodes.Constant(call.span, True))
        return nodes.Call(call.span, function, (*call.arguments, keep))
    return None


def _is_reduction(function: nodes.Expr) -> bool:
    return isinstance(function, nodes.Name | nodes.Attribute) and function.name in REDUCTIONS
