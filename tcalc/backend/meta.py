"""What torch says of a call before it is computed: its functions on meta tensors, which have a shape and no data."""

from __future__ import annotations

import torch

from tcalc.backend import faults
from tcalc.backend.plan import Plan
from tcalc.backend.values import TORCH, type_of
from tcalc.errors import TcalcError
from tcalc.graph.graph import Graph, Input
from tcalc.types.tensor import UNKNOWN_TYPE, TensorType, Type


def infer(graph: Graph) -> Type:
    """The type of a graph's one result; `UNKNOWN_TYPE` where only computing it can tell.

    Raises TcalcError where torch does not take such operands: without a sentence, torch's own words are its notes.
    """
    types = {node.name: node.type for node in graph.nodes if isinstance(node, Input)}
    plan = Plan(graph, mapped=True)  # whose errors are torch's own
    try:
        with torch.device("meta"):
            (value,) = plan.run([_meta(types[name]) for name in plan.names])
    except NotImplementedError:
        return UNKNOWN_TYPE
    except faults.CAUGHT as error:
        first = (str(error).strip().splitlines() or [""])[0]
        if "meta" in first.lower():  # it looked at the data
            return UNKNOWN_TYPE
        raise TcalcError("type", "", notes=[f"torch says: {first}"] if first else []) from None
    return type_of(value, UNKNOWN_TYPE)


def _meta(type: Type) -> torch.Tensor:
    assert isinstance(type, TensorType)
    sizes = [size for size in type.shape if isinstance(size, int)]
    return torch.empty(sizes, dtype=TORCH[type.dtype], device="meta")
