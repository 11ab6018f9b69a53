"""Repairs of an axis that is not there, and of sizes that do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcalc import library
from tcalc.check.names import is_torch
from tcalc.check.near import nearest
from tcalc.check.repairs.changes import (
    Change,
    Fault,
    indexed,
    integer,
    integer_of,
    name,
    with_argument,
    with_function,
)
from tcalc.syntax import nodes
from tcalc.types.tensor import Axis

#: Axes that are tried in the place of one that is not there, where nothing is known of the operand.
TRIED = (-1, 0, 1, 2, -2)
#: Functions that exchange two axes: with one alone nothing is left to name.
EXCHANGES = frozenset(["transpose", "swapaxes", "swapdims", "movedim", "moveaxis"])
RESHAPES = frozenset(["reshape", "view", "unflatten"])


def other_axis(fault: Fault) -> Iterator[Change]:
    """Another axis: `sum[2](A)` to `sum[-1](A)`, also as `dim=` or as a bare argument."""
    node = fault.node
    if isinstance(node, nodes.Pipe) and isinstance(node.function, nodes.Index):
        for cost, over in _other_items(node.function, _tried(fault, node.value)):
            yield Change(node.function, over, cost)
    if not isinstance(node, nodes.Call) or _word(node) in RESHAPES:
        return
    tried = _tried(fault, _operand(node))
    if isinstance(node.function, nodes.Index):
        for cost, over in _other_items(node.function, tried):
            yield Change(node, with_function(node, over), cost)
    for position, argument in enumerate(node.arguments):
        if not _names_axes(node, position):
            continue
        if isinstance(argument.value, nodes.TupleOf | nodes.ListOf):
            for cost, listed in _other_listed(argument.value, tried):
                yield Change(node, with_argument(node, position, listed), cost)
        axis = integer_of(argument.value)
        if axis is None or (len(tried) == 1 and _word(node) in EXCHANGES):
            continue
        for cost, other in enumerate(tried):
            if other != axis:
                yield Change(node, with_argument(node, position, integer(other, argument.span)), cost)


def missing_axis(fault: Fault) -> Iterator[Change]:
    """The last axis, where a function needs to be told: `softmax(x)` to `softmax[-1](x)`."""
    node = fault.node
    if isinstance(node, nodes.Call) and isinstance(node.function, nodes.Name | nodes.Attribute):
        over = indexed(node.function, [integer(-1, node.function.span)])
        yield Change(node, with_function(node, over), 2)


def bare_label(fault: Fault) -> Iterator[Change]:
    """A label as an argument: `x.mean(dim="batch")`, `x.mean(batch)` to `x.mean[batch]()`."""
    node = fault.node
    if not isinstance(node, nodes.Call) or isinstance(node.function, nodes.Index):
        return
    for position, argument in enumerate(node.arguments):
        label = ""
        if isinstance(argument.value, nodes.Text) and argument.value.value.isidentifier():
            label = argument.value.value
        elif (
            isinstance(argument.value, nodes.Name) and fault.error.span == argument.value.span
        ):  # there is no such name
            label = argument.value.name
        if label:
            over = indexed(node.function, [name(label, argument.span)])
            rest = (*node.arguments[:position], *node.arguments[position + 1 :])
            yield Change(node, nodes.Call(node.span, over, rest), 0)


def _word(call: nodes.Call) -> str:
    """The name of the function that is called."""
    return call.function.name if isinstance(call.function, nodes.Name | nodes.Attribute) else ""


def _names_axes(call: nodes.Call, position: int) -> bool:
    """Whether an argument may say over what a function works; how many elements `topk` takes is no axis."""
    row = library.row(_word(call))
    argument = call.arguments[position]
    if row is None or not row.over:
        return True
    if argument.name is not None:
        return argument.name not in row.forms[0].signature.names or argument.name in row.over
    method = isinstance(call.function, nodes.Attribute) and not is_torch(call.function)
    parameters = row.forms[0].signature.parameters[position + method :]
    return not parameters or parameters[0].name in row.over or parameters[0].kind == "tensor"


def _operand(call: nodes.Call) -> nodes.Expr | None:
    """What a call works on: its receiver, or its first argument."""
    function = call.function.value if isinstance(call.function, nodes.Index) else call.function
    if isinstance(function, nodes.Attribute) and not is_torch(function):
        return function.value
    return call.arguments[0].value if call.arguments else None


def _tried(fault: Fault, operand: nodes.Expr | None) -> Sequence[int]:
    """The axes that there are: the last first, then from the first on."""
    stacked = 0
    if isinstance(operand, nodes.ListOf | nodes.TupleOf) and operand.items:
        stacked = isinstance(fault.node, nodes.Call) and _word(fault.node) == "stack"
        operand = operand.items[0]
    type = None if operand is None else fault.type_of(operand)
    rank = None if type is None or type.rank is None else type.rank + stacked
    return TRIED if rank is None else (-1, *range(rank - 1)) if rank else ()


def _other_items(over: nodes.Index, tried: Sequence[int]) -> Iterator[tuple[int, nodes.Index]]:
    for position, item in enumerate(over.items):
        axis = integer_of(item)
        if axis is None:
            continue
        for cost, other in enumerate(tried):
            if other != axis:
                items = [*over.items[:position], integer(other, item.span), *over.items[position + 1 :]]
                yield cost, indexed(over.value, items)


def _other_listed(
    listed: nodes.TupleOf | nodes.ListOf, tried: Sequence[int]
) -> Iterator[tuple[int, nodes.TupleOf | nodes.ListOf]]:
    """One of several axes replaced by one that none of them is."""
    rank = len(tried)
    axes = [axis for item in listed.items if (axis := integer_of(item)) is not None]
    named = [axis % rank for axis in axes if -rank <= axis < rank]
    if len(axes) < len(listed.items):
        return
    for position in range(len(axes)):
        for cost, other in enumerate(tried):
            if other % rank not in named:
                yield cost, type(listed)(listed.span, _replaced(listed.items, position, integer(other, listed.span)))


def all_axes(fault: Fault) -> Iterator[Change]:
    """What a permutation or a repetition says of the axes that it leaves out.

    `x.permute(1, 0)` to `x.permute(1, 0, 2)`, `x.repeat(2)` to `x.repeat(2, 1)` and `x.repeat(1, 2)`.
    """
    node = fault.node
    if not isinstance(node, nodes.Call) or _word(node) not in ("permute", "repeat"):
        return
    type = fault.type_of(_operand(node) or node)
    named = [integer_of(each.value) for each in node.arguments]
    rank = None if type is None else type.rank
    if _word(node) == "repeat":
        once = [nodes.Argument(node.span, None, integer(1, node.span))] * ((rank or 0) - len(named))
        if once:
            yield Change(node, nodes.Call(node.span, node.function, (*node.arguments, *once)), 1)
            yield Change(node, nodes.Call(node.span, node.function, (*once, *node.arguments)), 2)
        return
    if rank is None or any(axis is None or not -rank <= axis < rank for axis in named):
        return
    missing = sorted(set(range(rank)) - {axis % rank for axis in named if axis is not None})
    added = [nodes.Argument(node.span, None, integer(axis, node.span)) for axis in missing]
    yield Change(node, nodes.Call(node.span, node.function, (*node.arguments, *added)), 1)


def fitting_sizes(fault: Fault) -> Iterator[Change]:
    """Sizes that fit: one of a reshape's left to be worked out, the last first."""
    node = fault.node
    if not isinstance(node, nodes.Call):
        return
    function = node.function
    if not isinstance(function, nodes.Name | nodes.Attribute) or function.name not in RESHAPES:
        return
    for position in reversed(range(len(node.arguments))):
        argument = node.arguments[position]
        if isinstance(argument.value, nodes.ListOf | nodes.TupleOf):
            listed = argument.value
            for place in reversed(range(len(listed.items))):
                items = _replaced(listed.items, place, integer(-1, listed.span))
                new = type(listed)(listed.span, items)
                yield Change(node, with_argument(node, position, new), 1)
        elif integer_of(argument.value) != -1 and (position or isinstance(function, nodes.Attribute)):
            yield Change(node, with_argument(node, position, integer(-1, argument.span)), 1)


def _replaced(items: Sequence[nodes.Expr], place: int, new: nodes.Expr) -> tuple[nodes.Expr, ...]:
    return (*items[:place], new, *items[place + 1 :])


def near_label(fault: Fault) -> Iterator[Change]:
    """A label that was meant, or else its axis by number; of a label of several axes the last one's first."""
    node = fault.node
    if not isinstance(node, nodes.Call) or not isinstance(node.function, nodes.Index):
        return
    operand, over = _operand(node), node.function
    type = None if operand is None else fault.type_of(operand)
    if type is None:
        return
    labelled = [axis.label if isinstance(axis, Axis) else None for axis in type.axes]
    labels = list(dict.fromkeys([label for label in labelled if label is not None]))
    for position, item in enumerate(over.items):
        if not isinstance(item, nodes.Name) or labelled.count(item.name) == 1:
            continue
        same = [axis for axis in _tried(fault, operand) if labelled[axis] == item.name]
        near = [] if same else nearest(item.name, labels) or labels
        others: list[nodes.Expr] = [name(word, item.span) for word in near]
        others += [integer(axis, item.span) for axis in (same if labels else _tried(fault, operand))]
        for cost, other in enumerate(others):
            items = [*over.items[:position], other, *over.items[position + 1 :]]
            yield Change(node, with_function(node, indexed(over.value, items)), 1 + cost)
