"""A cotangent made to fit what it is of: broadcasting summed back, in one place for all formulas."""

from __future__ import annotations

from tcalc.graph.derivatives.formulas import Unformulated, formula
from tcalc.graph.graph import Conversion, Node
from tcalc.types import dtypes
from tcalc.types.dtypes import DType
from tcalc.types.tensor import Axis, TensorType


def fitted(cotangent: Node, of: Node, default_float: DType) -> Node:
    """A cotangent in the shape of what it is of, and in its dtype where that is floating.

    Axes that broadcasting made or stretched are summed; where the cotangent is the same along some, it is expanded.
    """
    found, wanted = shape_of(cotangent), shape_of(of)
    span = cotangent.span
    if found != wanted:
        extra = len(found) - len(wanted)
        if extra > 0:
            dims = tuple(range(extra))
            cotangent = formula("sum(g, dims)", {"g": cotangent, "dims": dims}, span, default_float)
            found = found[extra:]
        stretched = tuple(
            [
                place
                for place, (size, target) in enumerate(zip(found[::-1], wanted[::-1], strict=False))
                if size != target and target == 1
            ]
        )
        if stretched:
            dims = tuple(sorted(len(found) - 1 - place for place in stretched))
            cotangent = formula("sum(g, dims, keepdim=True)", {"g": cotangent, "dims": dims}, span, default_float)
            found = shape_of(cotangent)
        if found != wanted:
            given: dict[str, object] = {"g": cotangent, "shape": wanted}
            cotangent = formula("expand(g, shape)", given, span, default_float)
    type = of.type
    assert isinstance(type, TensorType)
    return in_dtype(cotangent, dtypes.float_of(type.dtype, default_float))


def in_dtype(node: Node, dtype: DType) -> Node:
    """The same numbers in a dtype; of complex ones the real part, where it is a real dtype."""
    type = node.type
    assert isinstance(type, TensorType)
    if type.dtype is dtype:
        return node
    if type.dtype.kind == "complex" and dtype.kind != "complex":
        node = formula("real(g)", {"g": node}, node.span, dtype)
        return in_dtype(node, dtype)
    return Conversion(node.span, TensorType(dtype, type.axes), node, dtype)


def shape_of(node: Node) -> tuple[int, ...]:
    """The sizes of a node. Raises Unformulated where one is not known."""
    type = node.type
    assert isinstance(type, TensorType)
    known: list[int] = []
    for axis in type.axes:
        if not isinstance(axis, Axis) or not isinstance(axis.size, int):
            raise Unformulated("a size is not known while checking")
        known.append(axis.size)
    return tuple(known)
