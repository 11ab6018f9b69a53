"""Repairs of a dtype, and of what is called though it is none, or not called though it is a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from tcalc import library
from tcalc.check.names import is_torch
from tcalc.check.repairs.changes import Change, Fault, attribute, binary, called, name, with_argument, with_function
from tcalc.syntax import nodes
from tcalc.types import dtypes

#: The cost of what is meant for sure, though an error stands deeper.
SURE = -20
#: Functions that take numbers in one list.
OF_A_LIST = frozenset(["tensor", "asarray"])
#: A greater whole number was hardly meant where it stands with a point.
MOST_WHOLE = 1e6
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
        if isinstance(operand.value, float) and operand.value.is_integer() and operand.value < MOST_WHOLE:
            yield 0, nodes.Number(operand.span, int(operand.value))
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


def plain_argument(fault: Fault) -> Iterator[Change]:
    """An integer that was written as a float, a dtype as text, True as 1: `ones(3.0, dtype="float64")`."""
    node = fault.node
    if not isinstance(node, nodes.Call):
        return
    for position, argument in enumerate(node.arguments):
        value = argument.value
        if isinstance(value, nodes.Number) and isinstance(value.value, float) and value.value.is_integer():
            whole = nodes.Number(value.span, int(value.value))
            yield Change(node, with_argument(node, position, whole), 0)
        if isinstance(value, nodes.Number) and value.value in (0, 1) and "True or False" in fault.error.message:
            yield Change(node, with_argument(node, position, nodes.Constant(value.span, value.value == 1)), 0)
        if isinstance(value, nodes.Text) and dtypes.lookup(value.value.removeprefix("torch.")) is not None:
            dtype = name(value.value.removeprefix("torch."), value.span)
            yield Change(node, with_argument(node, position, dtype), 0)


def numpys_transpose(fault: Fault) -> Iterator[Change]:
    """`x.transpose()` to `x.T`, `x.transpose(0, 2, 1)` to `x.permute(0, 2, 1)`."""
    node = fault.node
    if isinstance(node, nodes.Call) and isinstance(node.function, nodes.Attribute):
        function = node.function
        if function.name == "transpose" and not node.arguments:
            yield Change(node, attribute(function.value, "T"), 0)
        elif function.name == "transpose":
            permute = nodes.Attribute(function.span, function.value, "permute", function.name_span)
            yield Change(node, with_function(node, permute), 0)


def part_of_a_tuple(fault: Fault) -> Iterator[Change]:
    """What a tuple that stands where a tensor is wanted may have been meant for.

    `max[1](A) * 2` to `max[1](A)[0] * 2`, `x.shape == (2, 3)` to `x.shape == [2, 3]`.
    """
    if "is a tuple" in fault.error.message:
        for mark in fault.error.marks:
            for operand, with_operand in _operands(fault.node):
                if operand.span.start != mark.span.start or operand.span.end != mark.span.end:
                    continue
                if isinstance(operand, nodes.TupleOf):
                    yield Change(fault.node, with_operand(nodes.ListOf(operand.span, operand.items)), 0)
                else:
                    first = nodes.Index(operand.span, operand, (nodes.Number(operand.span, 0),))
                    yield Change(fault.node, with_operand(first), 0)


def other_call(fault: Fault) -> Iterator[Change]:
    """`x.T()` to `x.T`, `x.sum` to `x.sum()`, `cat(a, b)` to `cat([a, b])`, `max(x)` to `torch.max(x)`."""
    node = fault.node
    if isinstance(node, nodes.Name) and node.name in fault.known:
        row = library.row(node.name)
        full = "" if row is None else row.full_name(node.name)
        if full:
            yield Change(node, name(full, node.span), 0)
    function = node.function if isinstance(node, nodes.Call) and len(node.arguments) > 1 else None
    if isinstance(function, nodes.Name) or (isinstance(function, nodes.Attribute) and is_torch(function)):
        assert isinstance(node, nodes.Call)
        row = library.row(function.name)
        taken = row is not None and (row.sequence or row.name in OF_A_LIST)
        if taken and all(each.name is None for each in node.arguments):
            listed = nodes.ListOf(node.span, tuple([each.value for each in node.arguments]))
            yield Change(node, called(function, [listed]), 0)
    if isinstance(node, nodes.Call) and not node.arguments and isinstance(node.function, nodes.Attribute):
        yield Change(node, node.function, 0)
    if isinstance(node, nodes.Attribute) or (
        isinstance(node, nodes.Index) and fault.error.kind == "uncalled"  # `x.sum[batch]`
    ):
        yield Change(node, called(node, []), 0)
