"""Repairs of what a window slides over: axes in another order, and a batch and channels that were left out."""

from __future__ import annotations

from collections.abc import Iterator

from tcalc.check.names import is_torch
from tcalc.check.repairs.changes import Change, Fault, attribute, called, indexed, integer, with_argument
from tcalc.syntax import nodes

#: Along how many axes a window slides, by the end of the function's name.
SLIDING = {"1d": 1, "2d": 2, "3d": 3}


def channels(fault: Fault) -> Iterator[Change]:
    """Channels that stand last are put where torch has them; a bare image gets a batch and a channel.

    `conv2d(x, w)` to `conv2d(x.permute(0, 3, 1, 2), w)`, `conv2d(image, kernel)` to
    `conv2d(image[None, None], kernel[None, None])`.
    """
    node = fault.node
    function = node.function if isinstance(node, nodes.Call) and node.arguments else None
    if not isinstance(function, nodes.Name) and not (isinstance(function, nodes.Attribute) and is_torch(function)):
        return
    assert isinstance(node, nodes.Call)
    count = SLIDING.get(function.name[-2:])
    if count is None:
        return
    ranks = [None if (type := fault.type_of(each.value)) is None else type.rank for each in node.arguments[:2]]
    image = node.arguments[0].value
    if ranks[0] == count + 2 and count > 1:
        order = [integer(axis, image.span) for axis in (0, count + 1, *range(1, count + 1))]
        yield Change(node, with_argument(node, 0, called(attribute(image, "permute"), order)), 0)
    if ranks == [count, count]:
        both = with_argument(node, 0, _widened(image))
        yield Change(node, with_argument(both, 1, _widened(node.arguments[1].value)), 0)
    elif ranks[0] == count:
        yield Change(node, with_argument(node, 0, _widened(image)), 1)


def _widened(operand: nodes.Expr) -> nodes.Expr:
    """`x[None, None]`"""
    return indexed(operand, [nodes.Constant(operand.span, None)] * 2)
