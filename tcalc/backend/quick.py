"""A small plan as one chain of calls, for whoever runs it again and again: nothing is watched, freed or explained.

What goes wrong here is run again by the plan itself, which says what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, get_default_dtype
from torch._C import _is_any_autocast_enabled as is_any_autocast_enabled
from torch._C import _len_torch_function_stack as len_torch_function_stack

from tcalc.backend.calls import called
from tcalc.backend.plan import Plan, Step, takes_operands_alone
from tcalc.backend.values import TORCH
from tcalc.graph.graph import (
    Branch,
    Conversion,
    Data,
    Fused,
    Input,
    Node,
    Number,
    Operation,
    Part,
    Pullback,
    Repeat,
)
from tcalc.graph.simplify.algebra import tensor_type
from tcalc.types.dtypes import DType
from tcalc.types.tensor import TensorType


class Held(Protocol):
    """What holds the value of a name."""

    value: Any


class Names(Protocol):
    """What names are bound to; `revision` changes with it."""

    revision: int

    def get(self, name: str) -> Held | None:
        """What a name is bound to."""


class Quick:
    """Runs a plan that has one tensor for a result, under the names that it was made for. It must be `is_quick`."""

    __slots__ = (
        "_alone",
        "_bound",
        "_dtype",
        "_initial",
        "_inputs",
        "_is_fresh",
        "_last",
        "_names",
        "_program",
        "_result",
        "_revision",
    )

    def __init__(self, plan: Plan, names: Names, used: Iterable[str], default_float: DType) -> None:
        steps, self._initial, places, self._result = plan.bare()
        self._program = [_instruction(plan, step) for step in steps]
        self._names, self._revision = names, names.revision
        #: What its program depends on, as it was bound then.
        self._bound = {name: names.get(name) for name in used}
        held = [(place, names.get(str(name))) for place, name in zip(places, plan.names, strict=True)]
        self._inputs = [(place, each) for place, each in held if each is not None]
        self._dtype, self._last = TORCH[default_float], plan.nodes[-1]
        #: Of a plan that is one call, that and what holds its operands: it needs no registers.
        self._alone = _single(plan, dict(zip(plan.names, [each for _, each in held], strict=True)), self._initial)
        #: Whether the result is no view, no constant and none of the inputs: types settle that, so one run tells.
        self._is_fresh: bool | None = None

    def run(self) -> Tensor | None:
        """The result, which shares no memory with anything.

        None where names are bound to something else now, where torch is set up in some way of its own, and where
        something goes wrong. Whether torch records gradients makes no difference: nothing here requires any.
        """
        if self._names.revision != self._revision and not self._is_still_bound():
            return None
        if get_default_dtype() is not self._dtype or len_torch_function_stack() or is_any_autocast_enabled():
            return None
        try:
            if self._alone is not None:
                kernel, operands = self._alone
                result: Tensor = kernel(*[each.value for each in operands])
            else:
                registers = self._initial.copy()
                for place, held in self._inputs:
                    registers[place] = held.value
                for kernel, out, left, right in self._program:
                    if right is not None:
                        registers[out] = kernel(registers[left], registers[right])
                    elif out is not None:
                        registers[out] = kernel(registers[left])
                    else:
                        kernel(registers)
                result = registers[self._result]
        except Exception:  # the plan will say what it is
            return None
        if self._is_fresh is None:
            others = [*self._initial, *[held.value for _, held in self._inputs]]
            self._is_fresh = not result._is_view() and all(each is not result for each in others)
        return result if self._is_fresh else result.clone()

    def shortest(self, otherwise: Callable[[], Any]) -> Callable[[], Any] | None:
        """The same as one function, of a plan that is one of torch's functions on two tensors of floats; else None.

        Where `run` would give None it gives what `otherwise` does. The default dtype and the device that tensors are
        made on change nothing of such a call; autocast does of some, and shows in the dtype of the result.
        """
        node = self._last
        if self._alone is None or not self._is_fresh or not isinstance(self._alone[0], type(torch.mm)):
            return None
        types = [each.type for each in (node, *node.inputs)]
        if len(types) != 3 or not all(isinstance(each, TensorType) and each.dtype.kind == "float" for each in types):
            return None
        kernel, (one, other) = self._alone
        names, revision, dtype = self._names, self._revision, TORCH[tensor_type(node).dtype]

        def run() -> Any:
            nonlocal revision
            if names.revision != revision:
                if not self._is_still_bound():
                    return otherwise()
                revision = self._revision
            try:
                return kernel(one.value, other.value)
            except Exception:
                return otherwise()

        def watched() -> Any:
            nonlocal revision  # once more, as a call of the other one would be felt
            if names.revision != revision:
                if not self._is_still_bound():
                    return otherwise()
                revision = self._revision
            try:
                result = kernel(one.value, other.value)
            except Exception:
                return otherwise()
            return result if result.dtype is dtype else otherwise()

        try:
            with torch.autocast(one.value.device.type, cache_enabled=False):
                return run if kernel(one.value, other.value).dtype is dtype else watched
        except Exception:  # that it cannot be tried says nothing
            return watched

    def _is_still_bound(self) -> bool:
        revision = self._names.revision
        if any(self._names.get(name) is not held for name, held in self._bound.items()):
            return False
        self._revision = revision
        return True


def _instruction(plan: Plan, step: Step) -> tuple[Callable[..., Any], Any, Any, Any]:
    """A kernel, the register of its result and those of its operands, of which the second may be missing.

    Of any other step that itself, which sees to its registers.
    """
    call = plan.call(step)
    if call is None or len(call[1]) not in (1, 2):
        return step, None, None, None
    node, inputs = call
    return called(node, False), plan.register(step), inputs[0], inputs[1] if len(inputs) == 2 else None


class Kept:
    """A value that stays."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def _single(
    plan: Plan, held: Mapping[str | int, Held | None], initial: Sequence[Any]
) -> tuple[Callable[..., Any], list[Held]] | None:
    """The one call that a plan is, and what holds its operands; None where it is more, or has lists of operands."""
    *before, last = plan.nodes
    if not isinstance(last, Operation) or any(not isinstance(each, Input | Number | Data) for each in before):
        return None
    if not takes_operands_alone(last):
        return None
    places = {id(each): place for place, each in enumerate(plan.nodes)}
    operands: list[Held] = []
    for each in last.inputs:
        found = held.get(each.name) if isinstance(each, Input) else Kept(initial[places[id(each)]])
        if found is None:
            return None
        operands.append(found)
    return called(last, False), operands


def is_quick(plan: Plan) -> bool:
    """Whether a plan draws no random numbers and asks torch for nothing while it runs, and makes one tensor."""
    return bool(plan.nodes) and all(map(_is_plain, plan.nodes)) and _is_made(plan.nodes[-1]) and plan.has_one_result


def _is_plain(node: Node) -> bool:
    if isinstance(node, Operation):
        return not node.effect and not node.row.inferred
    return (
        isinstance(node, Input | Number | Data | Conversion | Part | Pullback | Repeat | Branch | Fused)
        and not node.effect
    )


def _is_made(result: Node) -> bool:
    if not isinstance(result.type, TensorType) or not isinstance(result, Input | Operation | Conversion | Part | Fused):
        return False
    return result.type.dtype.kind != "complex"  # which may be conjugated or negated by a flag alone
