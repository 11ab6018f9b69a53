"""A small plan as one chain of calls, for whoever runs it again and again: nothing is watched, freed or explained.

What goes wrong here is run again by the plan itself, which says what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from tcalc.backend.plan import Plan
from tcalc.backend.values import TORCH
from tcalc.graph.graph import Conversion, Data, Input, Node, Number, Operation
from tcalc.types.dtypes import DType
from tcalc.types.tensor import TensorType


class Held(Protocol):
    """What holds the value of a name."""

    value: Any


class Quick:
    """Runs a plan that has one tensor for a result. It must be `is_quick`."""

    __slots__ = ("_dtype", "_initial", "_inputs", "_result", "_steps")

    def __init__(self, plan: Plan, inputs: Sequence[Held], default_float: DType) -> None:
        self._steps, self._initial, places, self._result = plan.bare()
        self._inputs = list(zip(places, inputs, strict=True))
        self._dtype = TORCH[default_float]

    def run(self) -> Tensor | None:
        """The result, which shares no memory with anything.

        None where it may share some, where torch is set up in some way of its own, and where something goes wrong.
        """
        if (
            torch.get_default_dtype() is not self._dtype
            or torch._C._len_torch_function_stack()
            or torch.is_autocast_enabled("cpu")
        ):
            return None
        registers = self._initial.copy()
        for place, held in self._inputs:
            registers[place] = held.value
        recording = torch.is_grad_enabled()
        if recording:
            torch._C._set_grad_enabled(False)
        try:
            for step in self._steps:
                step(registers)
        except Exception:  # the plan will say what it is
            return None
        finally:
            if recording:
                torch._C._set_grad_enabled(True)
        result: Tensor = registers[self._result]
        if result._is_view():
            return None
        for _, held in self._inputs:
            if held.value is result:
                return None
        return result


def is_quick(plan: Plan) -> bool:
    """Whether a plan is of plain operations on the numbers of its operands, and makes a fresh tensor."""
    return bool(plan.nodes) and all(map(_is_plain, plan.nodes)) and _is_fresh(plan.nodes[-1]) and plan.has_one_result


def _is_plain(node: Node) -> bool:
    if isinstance(node, Input | Number | Data | Conversion):
        return isinstance(node.type, TensorType)
    return isinstance(node, Operation) and not node.effect and not node.row.inferred


def _is_fresh(result: Node) -> bool:
    if not isinstance(result, Operation) or result.row.view or not isinstance(result.type, TensorType):
        return False
    return result.type.dtype.kind != "complex"  # which may be conjugated or negated by a flag alone
