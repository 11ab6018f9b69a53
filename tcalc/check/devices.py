"""What a pasted program says of devices: it is read, and changes nothing, since tensors live where `--device` says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.check import errors
from tcalc.check.arguments import Given
from tcalc.check.functions import Function
from tcalc.check.typed import Static, Typed
from tcalc.errors import TcalcError
from tcalc.syntax import nodes
from tcalc.types.tensor import ConstantType, Type

if TYPE_CHECKING:
    from tcalc.check.checker import Checker


class Device(Function):
    """`torch.device("cpu")`: the device's name."""

    __slots__ = ()

    def call(self, checker: Checker, node: nodes.Expr, given: Sequence[Given], expected: Type | None) -> Typed:
        if len(given) != 1:
            raise errors.wrong_count("device", 1, 1, len(given), node.span)
        type = given[0].typed.type
        if not isinstance(type, ConstantType) or not isinstance(type.value, str):
            raise TcalcError("type", 'a device is named by text: torch.device("cpu")', given[0].node.span)
        return Static(node.span, type)


class Available(Function):
    """`torch.cuda.is_available()`: whether tensors live there."""

    __slots__ = ()

    def call(self, checker: Checker, node: nodes.Expr, given: Sequence[Given], expected: Type | None) -> Typed:
        return checker.static_number(checker.surroundings.device.startswith(self.name), node.span)


#: What is called in such programs, by torch's names.
FUNCTIONS: dict[str, Function] = {
    "torch.device": Device("device"),
    "torch.cuda.is_available": Available("cuda"),
    "torch.backends.mps.is_available": Available("mps"),
}


def attribute(checker: Checker, node: nodes.Attribute) -> Typed:
    """`x.device`, `x.is_cuda`."""
    here = checker.surroundings.device
    if node.name == "device":
        return Static(node.span, ConstantType(here))
    return checker.static_number(here.startswith("cuda"), node.span)
