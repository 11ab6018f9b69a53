"""What a function costs for all sizes: polynomials in the names of its sizes."""

from __future__ import annotations

from collections.abc import Iterable

from tcalc.graph.cost import Weight, peak, total_flops
from tcalc.graph.graph import Graph
from tcalc.types import size as sizes
from tcalc.types.counts import greatest
from tcalc.types.dtypes import ANY, DType
from tcalc.types.size import Size
from tcalc.types.tensor import Pack, TensorType, TupleType, Type


def costs(graph: Graph, default_float: DType) -> tuple[Size, Size]:
    """The floating-point operations of a graph and the most bytes that it holds at once, inputs not counted.

    A parameter of no certain dtype is of the default float.
    """

    def nbytes(type: Type) -> Size:
        total: Size = 0
        for part in _tensors(type):
            dtype = default_float if part.dtype is ANY else part.dtype
            total = sizes.add(total, sizes.mul(part.numel, dtype.itemsize))
        return total

    return total_flops(graph), peak(graph, Weight(nbytes, _greatest))


def _greatest(counts: Iterable[Size]) -> Size:
    several = list(counts)
    return sizes.UNKNOWN if sizes.UNKNOWN in several else greatest(several)


def packs(types: Iterable[Type]) -> list[str]:
    """The packs that stand for any number of axes in some types."""
    found = [axis.name for type in types for part in _tensors(type) for axis in part.axes if isinstance(axis, Pack)]
    return list(dict.fromkeys(found))


def _tensors(type: Type) -> list[TensorType]:
    if isinstance(type, TupleType):
        return [part for item in type.items for part in _tensors(item)]
    return [type] if isinstance(type, TensorType) else []
