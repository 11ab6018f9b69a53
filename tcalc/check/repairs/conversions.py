"""Repairs of a dtype, and of what is called though it is none, or not called though it is a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from tcalc import library
from tcalc.check.names import full_name, is_torch
from tcalc.check.repairs.changes import Change, Fault, attribute, binary, called, name, with_argument, with_function
from tcalc.syntax import nodes

#: The cost of what is meant for sure, though an error stands deeper.
SURE = -20
#: Dtypes that operands are converted to, with what each costs; bool loses most.
TRIED = {"i64": 0, "f32": 1, "f64": 3, "bool": 4}


def other_dtype(fault: Fault) -> Iterator[Change]:
    """An operand in another dtype: `x[i64(where)]`, `i64(mask) & 1`; of complex numbers the real part."""
    for operand, with_operand in _operands(fault.node):
        for cost, new in _converted(fault, operand):
            yield Change(fault.node, with_operand(new), 2 + cost)
    node = fault.node
    if isinstance(node, nodes.Binary):
        for (cost, left), (_, right) in zip(_converted(fault, node.left), _converted(fault, node.right), strict=False):
            yield Change(node, binary(node, left, right), 4 + cost)


#: An operand, and what makes the same expression of another one.
Place = tuple[nodes.Expr, Callable[[nodes.Expr], nodes.Expr]]


def _operands(node: nodes.Expr) -> Iterator[Place]:
    """The operands of an expression, each with what puts another one in its place."""
    if isinstance(node, nodes.Call):
        for position, argument in enumerate(node.arguments):
            yield argument.value, partial(with_argument, node, position)
        if isinstance(node.function, nodes.Attribute) and not is_torch(node.function):
            yield node.function.value, partial(_with_receiver, node, node.function)
    elif isinstance(node, nodes.Binary):
        yield node.left, lambda new: binary(node, new, node.right)
        yield node.right, lambda new: binary(node, node.left, new)
    elif isinstance(node, nodes.Unary):
        yield node.operand, lambda new: nodes.Unary(node.span, node.operator, new)
    elif isinstance(node, nodes.Compare) and len(node.links) == 1:
        ((operator, right),) = node.links
        yield node.first, lambda new: nodes.Compare(node.span, new, ((operator, right),))
        yield right, lambda new: nodes.Compare(node.span, node.first, ((operator, new),))
    elif isinstance(node, nodes.Index):
        for position, item in enumerate(node.items):
            if isinstance(item, nodes.Expr):
                yield item, partial(_with_item, node, position)


def _with_receiver(node: nodes.Call, function: nodes.Attribute, receiver: nodes.Expr) -> nodes.Call:
    return with_function(node, nodes.Attribute(function.span, receiver, function.name, function.name_span))


def _with_item(node: nodes.Index, position: int, item: nodes.Expr) -> nodes.Index:
    return nodes.Index(node.span, node.value, (*node.items[:position], item, *node.items[position + 1 :]))


def _converted(fault: Fault, operand: nodes.Expr) -> Iterator[tuple[int, nodes.Expr]]:
    """An operand in other dtypes, the likelier first. A conversion that drops an imaginary part is not offered."""
    type = fault.type_of(operand)
    if type is not None and type.dtype.kind == "complex":
        yield 0, attribute(operand, "real")
        yield 1, called(name("abs", operand.span), [operand])
        return
    if isinstance(operand, nodes.Number) and not isinstance(operand.value, int):
        return  # nobody writes 0.5 to have it cut off
    for word, cost in TRIED.items():
        yield cost, called(name(word, operand.span), [operand])


def bracketed_mask(fault: Fault) -> Iterator[Change]:
    """`x > 0 & x < 2` to `(x > 0) & (x < 2)`."""
    node = fault.node
    if not isinstance(node, nodes.Compare) or len(node.links) != 2:
        return
    (first, middle), (second, last) = node.links
    if isinstance(middle, nodes.Binary) and middle.operator in ("&", "|", "^^"):
        left = nodes.Compare(node.span, node.first, ((first, middle.left),))
        right = nodes.Compare(node.span, middle.right, ((second, last),))
        yield Change(node, binary(middle, left, right), SURE)


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
    """`x.T()` to `x.T`, `x.sum` to `x.sum()`, `cat(a, b)` to `cat([a, b])`, `max(x)` to `torch.max(x)`."""
    node = fault.node
    if isinstance(node, nodes.Name) and node.name in fault.known:
        row = library.row(node.name)
        full = "" if row is None else full_name(row, node.name)
        if full:
            yield Change(node, name(full, node.span), 0)
    if isinstance(node, nodes.Call) and len(node.arguments) > 1 and isinstance(node.function, nodes.Name):
        row = library.row(node.function.name)
        if row is not None and row.sequence and all(each.name is None for each in node.arguments):
            listed = nodes.ListOf(node.span, tuple([each.value for each in node.arguments]))
            yield Change(node, called(node.function, [listed]), 0)
    if isinstance(node, nodes.Call) and not node.arguments and isinstance(node.function, nodes.Attribute):
        yield Change(node, node.function, 0)
    if isinstance(node, nodes.Attribute):
        yield Change(node, called(node, []), 0)
