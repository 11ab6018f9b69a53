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
from tcalc.types.dtypes import BOOL, I64, DType
from tcalc.types.tensor import TensorType

#: Whether what a name is bound to holds no such integer.
Differs = Callable[[str, int], bool]


def assumed(result: Node, differs: Differs, default_float: DType) -> tuple[Node, list[tuple[str, int]]]:
    """A result under what is known of the integers in it, and of which names it is assumed that they lack which."""
    found: dict[tuple[str, int], bool] = {}
    now: dict[int, Node] = {}
    masks: set[int] = set()
    touched: set[int] = set()
    order = ordered((result,))
    for node in order:
        lacked = _lacked(node)
        if lacked is not None and found.setdefault(lacked, differs(*lacked)):
            now[id(node)] = _true(node, default_float)
            masks.add(id(node))
        elif row_of(node) == "sum" and not tensor_type(node).axes and id(node.inputs[0]) in masks:
            count = tensor_type(node.inputs[0]).numel
            now[id(node)] = Number(node.span, TensorType(I64, (), count), count)
        elif any(id(each) in now for each in node.inputs):
            made = node.with_inputs(tuple([now.get(id(each), each) for each in node.inputs]))
            now[id(node)] = made
            touched.add(id(node))
    if not masks:
        return result, []
    written = [node for node in order if id(node) not in now]
    (simple,) = simplified([now[id(result)]], written, default_float)
    return simple, [lacked for lacked, holds in found.items() if holds]


def _lacked(node: Node) -> tuple[str, int] | None:
    """The name and the integer of a mask `name != integer`."""
    if not isinstance(node, Operation) or node.row.name != "ne" or len(node.inputs) != 2:
        return None
    name, number = node.inputs
    if not isinstance(name, Input) or not isinstance(name.name, str) or not isinstance(number, Number):
        return None
    shape = tensor_type(node).known_shape
    is_whole = isinstance(number.value, int) and not isinstance(number.value, bool)
    return (name.name, int(str(number.value))) if is_whole and shape == tensor_type(name).known_shape else None


def _true(node: Node, default_float: DType) -> Node:
    """A mask that is true everywhere."""
    true = Number(node.span, TensorType(BOOL, (), True), True)
    shape = tensor_type(node).known_shape
    return formula("expand(x, shape)", {"x": true, "shape": shape}, node.span, default_float) if shape else true
