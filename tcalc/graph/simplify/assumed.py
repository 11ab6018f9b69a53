"""A derivative in its simplest form where data are known not to hold what it makes exceptions for.

`cross_entropy(x, y)` leaves out the elements whose class is `ignore_index`. Where y holds none of them, its gradient by
x is no more than `(softmax[1](x) - one_hot(y, c)) / n`.
"""

from __future__ import annotations

from collections.abc import Callable

from tcalc.graph.derivatives.formulas import formula
from tcalc.graph.graph import Input, Node, Number, Operation, ordered
from tcalc.graph.simplify.algebra import row_of, tensor_type
from tcalc.graph.simplify.simplify import simplified
from tcalc.types.dtypes import BOOL, DType
from tcalc.types.tensor import TensorType

#: Whether what a name is bound to holds no such integer.
Differs = Callable[[str, int], bool]


def assumed(result: Node, differs: Differs, default_float: DType) -> tuple[Node, list[tuple[str, int]]]:
    """A result under what is known of the integers in it, and of which names it is assumed that they lack which."""
    order = ordered((result,))
    masks = {id(node): lacked for node in order if (lacked := _lacked(node)) is not None}
    lacks = [lacked for lacked in dict.fromkeys(masks.values()) if differs(*lacked)]
    if not lacks:
        return result, []
    now: dict[int, Node] = {}
    for node in order:
        if masks.get(id(node)) in lacks:
            now[id(node)] = _true(node, default_float)
        elif row_of(node) == "sum" and not tensor_type(node).axes and masks.get(id(node.inputs[0])) in lacks:
            count = tensor_type(node.inputs[0]).numel
            now[id(node)] = Number(node.span, TensorType(tensor_type(node).dtype, (), count), count)
        elif any(id(each) in now for each in node.inputs):
            now[id(node)] = node.with_inputs(tuple([now.get(id(each), each) for each in node.inputs]))
    written = [node for node in order if id(node) not in now]
    (simple,) = simplified([now[id(result)]], written, default_float)
    return simple, lacks


def _lacked(node: Node) -> tuple[str, int] | None:
    """The name and the integer of a mask `name != integer` whose shape is known, and not empty."""
    if not isinstance(node, Operation) or node.row.name != "ne" or len(node.inputs) != 2:
        return None
    name, number = node.inputs
    if not isinstance(name, Input) or not isinstance(name.name, str) or not isinstance(number, Number):
        return None
    shape, value = tensor_type(node).known_shape, number.value
    if shape is None or 0 in shape or shape != tensor_type(name).known_shape:
        return None
    return (name.name, value) if isinstance(value, int) and not isinstance(value, bool) else None


def _true(node: Node, default_float: DType) -> Node:
    """A mask that is true everywhere."""
    true = Number(node.span, TensorType(BOOL, (), True), True)
    shape = tensor_type(node).known_shape
    return formula("expand(x, shape)", {"x": true, "shape": shape}, node.span, default_float) if shape else true
