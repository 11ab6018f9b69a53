"""Chains of element-wise operations, piece by piece: what is between two of them stays in the processor's caches."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from tcalc.backend.loops import Compile, Registers, Step
from tcalc.backend.values import TORCH
from tcalc.graph.graph import Fused, Input, Node, Number, Operation, ordered
from tcalc.graph.rewrites.fusion import BINARY, UNARY, summed
from tcalc.interrupt import Abandoned, Ticket
from tcalc.types.tensor import TensorType

#: Elements of a piece.
PIECE = 1 << 18
#: Bytes from which memory is asked for anew each time (glibc's greatest threshold for that), page by page.
MAPPED = 1 << 25

#: A kernel that writes its result where it is told.
Kernel = Callable[..., Any]
#: A kernel, its operands, and the slot of its result. An operand is a number, or the place of a piece: those of the
#: inputs come first, the slots after them.
Instruction = tuple[Kernel, tuple["Place | float", ...], int]


#: How operands are cut: their pieces, those of one place together, and those of a tensor of the result's shape.
Cut = Callable[[Sequence[Tensor], Tensor], tuple[Iterable[tuple[Any, ...]], Sequence[Tensor]]]


class Place(int):
    """The place of a piece among all."""


def fused_step(node: Fused, register: int, inputs: list[int], compile: Compile) -> Step:
    """The step of a chain; `compile` makes the plan that runs it at once where it cannot be cut."""
    (end,) = node.body.results
    assert isinstance(end, Node)
    if isinstance(end, Operation) and end.row.name == "diagonal_scatter":
        return _onto_diagonal(end, register, inputs)
    last = summed(end)
    assert isinstance(last.type, TensorType)
    shape, dtype = tuple([int(str(size)) for size in last.type.shape]), TORCH[last.type.dtype]
    instructions, slots = _instructions(last, len(inputs), node.donor is not None)
    whole = compile(node.body, False)
    donor = node.donor
    size = PIECE if node.cut else max(PIECE, math.prod(shape))

    def step(registers: Registers) -> None:
        values: list[Tensor] = [registers[place] for place in inputs]
        cut = _cut(values, shape, size)
        if cut is None:
            registers[register] = whole.run([values[int(name)] for name in whole.names], registers[-1])[0]
            return
        if last is not end:
            registers[register] = _added(instructions, slots, cut, values, shape, registers[-1])
            return
        result = None if donor is None else values[donor]
        if result is None or not result.is_contiguous():
            result = _room(shape, dtype, values[0].device)
        parts, pieces = cut(values, result) if node.cut else ([tuple(values)], [result])
        for _ in _run(instructions, slots, parts, pieces, registers[-1]):
            pass
        registers[register] = result

    return step


def _room(shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """A tensor to be written. A large one lies in memory of NumPy's, in huge pages: others take half the time."""
    nbytes = math.prod(shape) * dtype.itemsize
    if nbytes < MAPPED or device.type != "cpu":
        return torch.empty(shape, dtype=dtype, device=device)
    import numpy

    storage = torch.from_numpy(numpy.empty(nbytes, numpy.uint8)).untyped_storage()
    room: Tensor = torch.empty(0, dtype=dtype).set_(storage, 0, shape)  # type: ignore[call-overload]  # torch's own stub
    return room


def _onto_diagonal(node: Operation, register: int, inputs: list[int]) -> Step:
    """The step that puts a diagonal into a matrix where it lies."""
    matrix, source = inputs
    options: dict[str, Any] = node.options

    def step(registers: Registers) -> None:
        result: Tensor = registers[matrix]
        result.diagonal(**options).copy_(registers[source])
        registers[register] = result

    return step


def _added(
    instructions: Sequence[Instruction],
    slots: int,
    cut: Cut,
    values: Sequence[Tensor],
    shape: tuple[int, ...],
    ticket: Ticket | None,
) -> Tensor:
    """The sum of what a chain gives: each piece's by torch's own sum, and then theirs."""
    model = next(value for value in values if value.shape == shape)
    parts, likes = cut(values, model)
    room = torch.empty_like(likes[0])
    pieces = [room[: len(each)] for each in likes]
    return torch.stack([piece.sum() for piece in _run(instructions, slots, parts, pieces, ticket)]).sum()


def _run(
    instructions: Sequence[Instruction],
    slots: int,
    parts: Iterable[tuple[Any, ...]],
    pieces: Sequence[Tensor],
    ticket: Ticket | None,
) -> Iterator[Tensor]:
    """All instructions on one piece after another; the result's own pieces are the first slot."""
    whole = [torch.empty_like(pieces[0]) for _ in range(slots - 1)]
    for part, piece in zip(parts, pieces, strict=True):
        if ticket is not None and ticket.abandoned:
            raise Abandoned
        rest = whole if len(piece) == len(pieces[0]) else [each[: len(piece)] for each in whole]
        places = (*part, piece, *rest)
        for kernel, operands, slot in instructions:
            kernel(*[places[each] if each.__class__ is Place else each for each in operands], out=places[slot])
        yield piece


# How tensors are cut


def _cut(values: Sequence[Tensor], shape: tuple[int, ...], size: int) -> Cut | None:
    """How operands are cut: as flat arrays, or along the first axis where some are stretched.

    None where one does not lie row by row, as torch would have the result then.
    """
    whole = [value for value in values if value.shape == shape]
    if not whole or not all(value.is_contiguous() for value in whole):
        return None
    if all(value.shape == shape or not value.dim() for value in values):
        return partial(_flat, size)
    return partial(_along_rows, size) if math.prod(shape[1:]) <= size else None


def _flat(size: int, values: Sequence[Tensor], result: Tensor) -> tuple[Iterable[tuple[Any, ...]], Sequence[Tensor]]:
    pieces = _split(result.view(-1), size)
    columns = [_split(value.view(-1), size) if value.dim() else [value] * len(pieces) for value in values]
    return zip(*columns, strict=True), pieces


def _along_rows(
    size: int, values: Sequence[Tensor], result: Tensor
) -> tuple[Iterable[tuple[Any, ...]], Sequence[Tensor]]:
    """An operand that has no such axis, or one element there, is the same for all pieces."""
    rows = max(1, size // max(1, math.prod(result.shape[1:])))
    pieces = _split(result, rows)
    columns = [
        [value] * len(pieces)
        if value.dim() < result.dim() or value.shape[0] != result.shape[0]
        else _split(value, rows)
        for value in values
    ]
    return zip(*columns, strict=True), pieces


def _split(value: Tensor, size: int) -> Sequence[Tensor]:
    pieces: Sequence[Tensor] = value.split(size)  # type: ignore[no-untyped-call]  # it has no types
    return pieces


# What is run on each piece


def _instructions(result: Node, inputs: int, has_donor: bool) -> tuple[list[Instruction], int]:
    """The kernels of a chain in order, and how many slots they need.

    From the last one back: a result's slot is free for what it is made from. Where the result takes a donor's memory,
    nothing is written there before the donor was read.
    """
    slot_of = {id(result): 0}
    free: list[int] = []
    count = 1
    found: list[list[Instruction]] = []
    for node in reversed(ordered((result,))):
        if not isinstance(node, Operation):
            continue
        slot = slot_of[id(node)]
        if slot or not has_donor:
            free.append(slot)
        operands: list[Place | float] = []
        for each in node.inputs:
            if isinstance(each, Input):
                operands.append(Place(int(each.name)))
            elif isinstance(each, Number):
                assert isinstance(each.value, int | float)
                operands.append(each.value)
            else:
                if id(each) not in slot_of:
                    slot_of[id(each)] = free.pop() if free else count
                    count = max(count, slot_of[id(each)] + 1)
                operands.append(Place(inputs + slot_of[id(each)]))
        found.append(_spelled(node, operands, inputs + slot))
    return [each for group in reversed(found) for each in group], count


def _spelled(node: Operation, operands: list[Place | float], slot: int) -> list[Instruction]:
    """An operation as the calls that torch's operators make."""
    name = node.row.name
    if len(operands) == 2 and not isinstance(operands[0], Place):
        number, x = operands
        if name in ("add", "mul", "maximum", "minimum"):
            return [(KERNELS[name], (x, number), slot)]
        if name == "div":
            return [(torch.reciprocal, (x,), slot), (torch.mul, (Place(slot), number), slot)]
        return [(_subtracted_from, (number, x), slot)]
    return [(KERNELS[name], tuple(operands), slot)]


def _subtracted_from(number: float, x: Tensor, out: Tensor) -> Tensor:
    """torch wants a tensor on the left."""
    return torch.sub(torch.tensor(number, dtype=x.dtype), x, out=out)


#: The kernels that take `out`, by rows; they are those that the rows' own calls end in.
KERNELS: dict[str, Kernel] = {name: getattr(torch, name) for name in UNARY | BINARY}
