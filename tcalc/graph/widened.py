"""A graph in double precision: every float an f64, every complex number a c128."""

from __future__ import annotations

from tcalc.graph.graph import Branch, Conversion, Data, Graph, Node, Operation, Pullback, Repeat
from tcalc.types.dtypes import C128, F64, DType
from tcalc.types.tensor import TensorType, TupleType, Type


def widened(graph: Graph) -> Graph:
    """The same graph on wider numbers: conversions, literals and what is made from nothing are as wide."""
    now: dict[int, Node] = {}
    for node in graph.nodes:
        other = node.with_inputs(tuple([now[id(each)] for each in node.inputs]))
        other.type = _type(node.type)
        if isinstance(other, Conversion | Data):
            other.dtype = _dtype(other.dtype)
        elif isinstance(other, Operation):
            other.options = _options(other)
        elif isinstance(other, Pullback | Repeat):
            other.body = widened(other.body)
        elif isinstance(other, Branch):
            other.then, other.otherwise = widened(other.then), widened(other.otherwise)
        now[id(node)] = other
    return Graph(_results(graph.results, now), tuple([now[id(each)] for each in graph.effects]))


def _results(results: tuple[object, ...], now: dict[int, Node]) -> tuple[object, ...]:
    return tuple(
        [
            _results(each, now) if isinstance(each, tuple) else now[id(each)] if isinstance(each, Node) else each
            for each in results
        ]
    )


def _options(node: Operation) -> dict[str, object]:
    """The options with wide dtypes; one for a call that would take the usual float."""
    options = {name: _dtype(value) if isinstance(value, DType) else value for name, value in node.options.items()}
    makes = any(each.name == "dtype" for each in node.form.signature.parameters)
    type = node.type
    if makes and options.get("dtype") is None and isinstance(type, TensorType) and type.dtype in (F64, C128):
        options["dtype"] = type.dtype
    return options


def _dtype(dtype: DType) -> DType:
    return {"float": F64, "complex": C128}.get(dtype.kind, dtype)


def _type(type: Type) -> Type:
    if isinstance(type, TupleType):
        return TupleType(tuple([_type(item) for item in type.items]), type.names)
    if isinstance(type, TensorType):
        return TensorType(_dtype(type.dtype), type.axes, type.static)
    return type
