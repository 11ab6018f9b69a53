"""What a function costs for all sizes: polynomials in the names of its sizes."""

from __future__ import annotations

from tcalc.graph.cost import freed_after, total_flops
from tcalc.graph.graph import Branch, Graph, Input, Node, Number, Operation, Part, Repeat
from tcalc.types import size as sizes
from tcalc.types.counts import greatest
from tcalc.types.dtypes import ANY, DType
from tcalc.types.size import Size
from tcalc.types.tensor import Pack, TensorType, TupleType, Type


def costs(graph: Graph, default_float: DType) -> tuple[Size, Size]:
    """The floating-point operations of a graph and the most bytes that it holds at once, inputs not counted.

    A parameter of no certain dtype is of the default float.
    """
    return total_flops(graph), _peak(graph, default_float)


def packs(graph: Graph) -> list[str]:
    """The packs that stand for any number of axes in what a graph computes."""
    types = [node.type for node in graph.nodes]
    found = [axis.name for type in types for part in _tensors(type) for axis in part.axes if isinstance(axis, Pack)]
    return list(dict.fromkeys(found))


def _tensors(type: Type) -> list[TensorType]:
    if isinstance(type, TupleType):
        return [part for item in type.items for part in _tensors(item)]
    return [type] if isinstance(type, TensorType) else []


def _bytes(type: Type, default_float: DType) -> Size:
    total: Size = 0
    for part in _tensors(type):
        dtype = default_float if part.dtype is ANY else part.dtype
        total = sizes.add(total, sizes.mul(part.numel, dtype.itemsize))
    return total


def _fresh(node: Node, default_float: DType) -> Size:
    """Bytes that running a node allocates, as `cost.fresh_bytes`."""
    if isinstance(node, Input | Number | Part) or (isinstance(node, Operation) and node.row.view):
        return 0
    own = _bytes(node.type, default_float)
    if isinstance(node, Branch):
        return sizes.add(own, greatest([_peak(each, default_float) for each in (node.then, node.otherwise)]))
    if isinstance(node, Repeat):
        at_once = node.turns if node.kind == "vmap" else 1
        return sizes.add(own, sizes.mul(_peak(node.body, default_float), at_once))
    return own


def _peak(graph: Graph, default_float: DType) -> Size:
    held: Size = 0
    peaks: list[Size] = [0]
    size: dict[int, Size] = {}
    freed = freed_after(graph)
    for position, node in enumerate(graph.nodes):
        size[id(node)] = _fresh(node, default_float)
        held = sizes.add(held, size[id(node)])
        peaks.append(held)
        for key in freed.get(position, ()):
            held = sizes.sub(held, size[key])
    return greatest(peaks)
