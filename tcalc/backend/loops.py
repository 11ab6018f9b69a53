"""Loops: `vmap`, `scan`, `fold`, `iterate`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, repeat
from typing import Any, Protocol

import torch
from torch import Tensor

from tcalc.backend import faults
from tcalc.errors import TcalcError
from tcalc.graph.graph import Graph, Node, Repeat, nodes_of
from tcalc.interrupt import Ticket, Turns
from tcalc.types.tensor import TensorType, TupleType

#: So many elements of a sequence are made at once.
MOST_AT_ONCE = 1000
#: With more elements than this, a `vmap` is not run one by one to find out which makes NaN.
MOST_WATCHED = 10_000

Registers = list[Any]
Step = Callable[[Registers], None]


class Body(Protocol):
    """A loop's body, compiled. `names` are the numbers of the values that it takes."""

    names: list[str | int]

    def run(self, values: Sequence[Any], ticket: Ticket | None = None) -> tuple[Any, ...]:
        """See `plan.Plan.run`."""


Compile = Callable[[Graph, bool], Body]


class _Loop:
    """What the steps of all loops share."""

    def __init__(self, node: Repeat, inputs: list[int], body: Body) -> None:
        self.node, self.inputs, self.body = node, inputs, body
        self.wanted = [int(name) for name in body.names]
        #: Whether no data decide the shapes of what the body gives.
        self.is_fixed = all(_is_known(each) for each in nodes_of(node.body.results))
        self._wants_all = self.wanted == list(range(len(inputs)))

    def values(self, registers: Registers) -> tuple[list[Any], list[Any], list[Any]]:
        """The states, the sequences, and what the body sees from outside."""
        values = [registers[place] for place in self.inputs]
        states, both = self.node.states, self.node.states + self.node.sequences
        return values[:states], values[states:both], values[both:]

    def turn(self, registers: Registers, values: Sequence[Any]) -> Any:
        """The body once."""
        wanted = values if self._wants_all else [values[place] for place in self.wanted]
        return self.body.run(wanted, registers[-1])[0]


def loop_step(node: Repeat, register: int, inputs: list[int], mapped: bool, compile: Compile) -> Step:
    """The step of a loop; `compile` makes a plan of its body."""
    if node.kind == "vmap":
        together = _Loop(node, inputs, compile(node.body, True))
        one_by_one = _Loop(node, inputs, compile(node.body, mapped))
        return lambda registers: registers.__setitem__(register, _mapped(together, one_by_one, registers))
    turns = _Loop(node, inputs, compile(node.body, mapped))
    return lambda registers: registers.__setitem__(register, _folded(turns, registers))


def _mapped(together: _Loop, one_by_one: _Loop, registers: Registers) -> Any:
    """All elements at once by torch's vmap; one after the other where that cannot be batched."""
    node = together.node
    _, sequences, outside = together.values(registers)
    if not node.count:
        return _emptied(one_by_one.turn(registers, [*_zeros(sequences, node.axes), *outside]))
    if not _is_watched(node, registers):
        mapped = torch.vmap(
            lambda *elements: together.turn(registers, [*elements, *outside]),
            in_dims=node.axes,
            randomness="different",
        )
        try:
            return mapped(*sequences)
        except faults.CAUGHT:
            pass
    elements = _elements(sequences, node.axes, node.count)
    turns = [one_by_one.turn(registers, [*each, *outside]) for each in _told(node, registers, elements)]
    return _stack(turns)


def _is_watched(node: Repeat, registers: Registers) -> bool:
    """Whether the turns are looked at one by one for what makes NaN: not where they would draw other numbers then."""
    ticket: Ticket | None = registers[-1]
    return ticket is not None and ticket.blamed is not None and not node.effect and node.count <= MOST_WATCHED


def _folded(loop: _Loop, registers: Registers) -> Any:
    """Turn by turn, the state handed on."""
    node = loop.node
    state, sequences, outside = loop.values(registers)
    shapes = [part.shape for part in state]
    scans = node.kind == "scan"
    result = node.type.items[0] if scans and isinstance(node.type, TupleType) else node.type
    several = isinstance(result, TupleType)
    outs: list[Any] = []
    turns = repeat(()) if not sequences else _elements(sequences, node.axes, node.count)
    for elements in _told(node, registers, turns):
        after = loop.turn(registers, [*state, *elements, *outside])
        if scans:
            after, out = after
            outs.append(out)
        state = list(after) if several else [after]
        if not loop.is_fixed and [part.shape for part in state] != shapes:
            now = ", ".join(str(list(part.shape)) for part in state)
            was = ", ".join(str(list(shape)) for shape in shapes)
            raise TcalcError("shape", f"a state's shape is fixed: it was {was} and became {now}", node.span)
    last = tuple(state) if several else state[0]
    if not scans:
        return last
    if outs:
        return last, _stack(outs)
    _, out = loop.turn(registers, [*state, *_zeros(sequences, node.axes), *outside])
    return last, _emptied(out)


def _is_known(result: Node) -> bool:
    """Whether no data decide the shape of a result."""
    return isinstance(result.type, TensorType) and isinstance(result.type.numel, int)


def _told(node: Repeat, registers: Registers, turns: Iterator[Any]) -> Iterator[Any]:
    """The turns of a loop; whoever waits for the outermost one is told how far it is."""
    ticket: Ticket | None = registers[-1]
    if ticket is None or ticket.turns is not None or node.count <= 1:
        return islice(turns, node.count)
    return _counted(node, ticket, turns)


def _counted(node: Repeat, ticket: Ticket, turns: Iterator[Any]) -> Iterator[Any]:
    ticket.turns = counter = Turns(node.kind, node.count)
    for done, turn in zip(range(node.count), turns, strict=False):
        counter.done = done
        yield turn
    ticket.turns = None


def _elements(sequences: Sequence[Tensor], axes: Sequence[int], count: int) -> Iterator[list[Tensor]]:
    """The elements, made one at a time: a list of very many would take more than the sequence."""
    if count <= MOST_AT_ONCE:  # one step on autograd's tape, and not one for each
        parts = [sequence.unbind(axis) for sequence, axis in zip(sequences, axes, strict=True)]
        yield from [list(each) for each in zip(*parts, strict=True)]
        return
    for index in range(count):
        yield [sequence.select(axis, index) for sequence, axis in zip(sequences, axes, strict=True)]


def _zeros(sequences: Sequence[Tensor], axes: Sequence[int]) -> list[Tensor]:
    """An element of each of some empty sequences, to learn from it the shape of what no turn gave."""
    return [
        torch.zeros([size for i, size in enumerate(sequence.shape) if i != axis], dtype=sequence.dtype)
        for sequence, axis in zip(sequences, axes, strict=True)
    ]


def _emptied(one: Any) -> Any:
    if isinstance(one, tuple):
        return tuple([_emptied(item) for item in one])
    return one.new_zeros((0, *one.shape))


def _stack(parts: Sequence[Any]) -> Any:
    """Outputs of the turns side by side."""
    if parts and isinstance(parts[0], tuple):
        return tuple([_stack(items) for items in zip(*parts, strict=True)])
    if any(part.shape != parts[0].shape for part in parts):
        raise ValueError(faults.DIFFERENT_SHAPES)
    return torch.stack(list(parts))
