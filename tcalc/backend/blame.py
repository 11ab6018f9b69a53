"""Where NaN comes from: a run that is watched step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from tcalc.graph.graph import Input, Node, Operation
from tcalc.interrupt import Blamed, Ticket

Registers = list[Any]


def holds_nan(value: object) -> bool:
    """Whether a value has NaN anywhere."""
    if isinstance(value, Tensor):
        return (value.is_floating_point() or value.is_complex()) and bool(torch.isnan(value).any())
    if isinstance(value, tuple | list):
        return any(map(holds_nan, value))
    return isinstance(value, float | complex) and value != value


class Watch:
    """Looks at what each step of a run gives.

    Of the results with NaN it follows the first back to a step that had none among its operands: NaN that went nowhere
    (`where(x > 0, log(x), 0)`) is nobody's fault. A loop's or a choice's body is watched too, and its step blamed.
    """

    def __init__(self, nodes: Sequence[Node], registers: Registers, ticket: Ticket) -> None:
        self._nodes, self._registers, self._ticket = nodes, registers, ticket
        self._number = {id(node): register for register, node in enumerate(nodes)}
        self._around = ticket.blamed
        ticket.blamed = Blamed()
        #: The registers that hold NaN, each with the operand that it has it from, or with who made it.
        self._from: dict[int, int] = {}
        self._made: dict[int, Blamed] = {}
        for register, node in enumerate(nodes):
            if not node.inputs and holds_nan(registers[register]):
                self._made[register] = _blamed(node)

    def look(self, register: int) -> None:
        """A step wrote its register."""
        within, self._ticket.blamed = self._ticket.blamed, Blamed()
        value = self._registers[register]
        if not holds_nan(value):
            return
        node = self._nodes[register]
        operands = [self._number[id(each)] for each in node.inputs]
        source = next((each for each in operands if each in self._from or each in self._made), None)
        if source is not None:
            self._from[register] = source
        elif within is not None and within.span is not None:
            self._made[register] = within
        else:
            self._made[register] = _blamed(node, _remark(node, [self._registers[each] for each in operands], value))

    def end(self, results: object) -> None:
        """The run is over; `results` are the registers of what it gives."""
        blamed = self._ticket.blamed = self._around
        assert blamed is not None
        register = self._first(results)
        if register is None or blamed.span is not None:
            return
        while register in self._from:
            register = self._from[register]
        node = self._nodes[register]
        if isinstance(node, Input) and isinstance(node.name, int):
            return  # it came from outside of the body
        found = self._made[register]
        for name in Blamed.__slots__:
            setattr(blamed, name, getattr(found, name))

    def _first(self, results: object) -> int | None:
        if isinstance(results, tuple):
            return next((found for each in results if (found := self._first(each)) is not None), None)
        return results if isinstance(results, int) and (results in self._from or results in self._made) else None


def _blamed(node: Node, remark: str = "") -> Blamed:
    written = node.written if isinstance(node, Operation) else None
    calls = written.calls(node.span) if written is not None else ()
    return Blamed(node.span, str(node.type), remark, not node.inputs, calls)


def _remark(node: Node, operands: Sequence[object], value: object) -> str:
    """Where the first NaN is and, of an operation that goes element by element, what it was made of."""
    if not isinstance(value, Tensor):
        return ""
    flat = int(torch.isnan(value).flatten().nonzero()[0])
    index = tuple(int(each) for each in torch.unravel_index(torch.tensor(flat), value.shape)) if value.dim() else ()
    place = f"at [{', '.join(map(str, index))}]" if index else ""
    if not isinstance(node, Operation) or not _goes_by_element(node.form.text):
        return place
    made_of = []
    for operand in operands:
        tensor = operand if isinstance(operand, Tensor) else torch.tensor(operand)
        made_of.append(f"{torch.broadcast_to(tensor, value.shape)[index].item():.6g}")
    return f"{place} of {' and '.join(made_of)}".strip()


def _goes_by_element(signature: str) -> bool:
    """Whether all tensors of a signature have one pack for their axes."""
    shapes = {part.partition("]")[0] for part in signature.split("[")[1:]}
    return len(shapes) == 1 and all(shape.startswith("*") and "," not in shape for shape in shapes)
