"""A graph compiled to a list of steps over registers, and its running."""

from __future__ import annotations

import operator
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

import torch

from tcalc.backend import faults
from tcalc.backend.blame import Watch, holds_nan
from tcalc.backend.calls import called
from tcalc.backend.fused import fused_step
from tcalc.backend.loops import loop_step
from tcalc.backend.probes import probe_step
from tcalc.backend.pullback import pullback_step, taped, taped_step
from tcalc.backend.values import TORCH, tensor
from tcalc.graph.cost import nbytes
from tcalc.graph.graph import (
    ABSENT,
    ALONE,
    Branch,
    Conversion,
    Data,
    Fused,
    Graph,
    Input,
    Node,
    Number,
    Operation,
    Part,
    Probe,
    Pullback,
    Repeat,
    nodes_of,
    weak_numbers,
)
from tcalc.interrupt import Abandoned, Ticket
from tcalc.types.tensor import TensorType

Registers = list[Any]
Step = Callable[[Registers], None]


#: Of a plan of so many nodes, tensors of so many bytes are left until the run ends.
FEW, MOST_LEFT = 1000, 4096


class Plan:
    """A compiled graph.

    `names` are the session variables it takes, in order. Constants stand in their registers from the start; they are
    never changed, because no kernel works in place on an operand. A `mapped` graph runs under vmap, where a choice
    computes both branches and takes each element from its own.
    """

    __slots__ = (
        "_initial",
        "_mapped",
        "_nodes",
        "_number",
        "_only",
        "_places",
        "_program",
        "_results",
        "_taped",
        "_written",
        "constants",
        "names",
    )

    def __init__(self, graph: Graph, mapped: bool = False) -> None:
        self._number = number = {id(node): register for register, node in enumerate(graph.nodes)}
        self._mapped = mapped
        tapes = {} if mapped else taped(graph)
        #: The registers of what is recorded for a pullback.
        self._taped = {number[key] for key in tapes}
        slots = {id(pull): len(graph.nodes) + place for place, pull in enumerate(tapes.values())}
        #: One for each node, then the tapes that pullbacks go back by, and the ticket of the run in the last, where the
        #: plans inside of loops find it.
        self._initial: Registers = [None] * (len(graph.nodes) + len(slots) + 1)
        self.names: list[str | int] = []
        self._places: list[int] = []
        steps: list[Step] = []
        self._nodes = graph.nodes
        #: The register that a step writes, which is its node's number.
        self._written: dict[Step, int] = {}
        self._results = tuple([_places(result, number) for result in graph.results])
        #: The register of the only result, where it is a tensor.
        self._only = only if len(self._results) == 1 and isinstance(only := self._results[0], int) else None
        kept = {id(node) for node in nodes_of(graph.results)}
        last: dict[int, int] = {}
        weak = weak_numbers(graph)
        known = {id(node) for node in graph.nodes if isinstance(node, Number | Data)}
        for register, node in enumerate(graph.nodes):
            if isinstance(node, Input):
                self.names.append(node.name)
                self._places.append(register)
            elif isinstance(node, Number):
                assert isinstance(node.type, TensorType)
                value = node.value if id(node) in weak else tensor(node.value, node.type.dtype)
                self._initial[register] = value
            elif isinstance(node, Data):
                self._initial[register] = tensor(node.value, node.dtype)
            elif (
                id(node) not in tapes  # which a pullback waits for
                and _is_constant(node, known)
                and _made(node, register, [number[id(e)] for e in node.inputs], self._initial)
            ):
                known.add(id(node))
            else:
                for each in node.inputs:
                    last[number[id(each)]] = len(steps)
                inputs = [number[id(each)] for each in node.inputs]
                if id(node) in tapes:
                    pull = tapes[id(node)]
                    step = taped_step(pull, register, inputs, slots[id(pull)], Plan)
                elif id(node) in slots:
                    assert isinstance(node, Pullback)
                    step = pullback_step(node, register, inputs, mapped, Plan, slots[id(node)])
                else:
                    step = _step(node, register, inputs, mapped)
                steps.append(step)
                self._written[step] = register
        dead: list[tuple[int, ...]] = [()] * len(steps)
        constant = {place for place, value in enumerate(self._initial) if value is not None}
        forever = constant | {number[key] for key in kept if key in number}
        few = len(graph.nodes) <= FEW
        for register, position in last.items():
            if register not in forever and not (few and _is_small(graph.nodes[register], MOST_LEFT)):
                dead[position] += (register,)
        #: Whether it keeps tensors from run to run, which a result may share memory with.
        self.constants = any(isinstance(self._initial[place], torch.Tensor) for place in constant) or any(
            isinstance(node, Branch | Repeat) for node in graph.nodes
        )
        #: The steps, each with the large registers that nobody needs any more after it.
        self._program = list(zip(steps, dead, strict=True))

    @property
    def nodes(self) -> Sequence[Node]:
        """The graph's nodes, in the order in which they run."""
        return self._nodes

    @property
    def has_one_result(self) -> bool:
        """Whether the last node is all that it gives."""
        return self._results == (len(self._nodes) - 1,)

    def register(self, step: Step) -> int:
        """The register that a step writes."""
        return self._written[step]

    def call(self, step: Step) -> tuple[Operation, list[int]] | None:
        """The operation that a step is a call of, and the registers of its operands, where each is an argument."""
        register = self._written[step]
        node = self._nodes[register]
        if not isinstance(node, Operation) or register in self._taped or not takes_operands_alone(node):
            return None
        return node, [self._number[id(each)] for each in node.inputs]

    def bare(self) -> tuple[list[Step], Registers, list[int], int]:
        """The steps, the registers as they are before them, those of the names, and that of the only result."""
        assert self._only is not None
        return [step for step, _ in self._program], self._initial, self._places, self._only

    def run(self, values: Sequence[Any], ticket: Ticket | None = None) -> tuple[Any, ...]:
        """The results for the values of `names`."""
        registers = self._initial.copy()
        for place, value in zip(self._places, values, strict=True):
            registers[place] = value
        registers[-1] = ticket
        step: Step | None = None
        watch = None
        if ticket is not None and ticket.blamed is not None and not self._mapped:
            watch = Watch(self._nodes, registers, ticket)
        try:
            if ticket is None:
                for step, dead in self._program:
                    step(registers)
                    for register in dead:
                        registers[register] = None
            else:
                for step, dead in self._program:
                    step(registers)
                    if watch is not None:
                        watch.look(self._written[step])
                    if ticket.abandoned:
                        raise Abandoned
                    for register in dead:
                        registers[register] = None
        except Exception as error:
            # Whoever maps sees what torch said, and may go another way.
            if self._mapped or isinstance(error, Abandoned):
                raise
            assert step is not None  # nothing else can fail here
            node = self._nodes[self._written[step]]
            operands = [registers[self._number[id(each)]] for each in node.inputs]
            raise faults.explained(error, node, operands) from None
        if watch is not None:
            watch.end(self._results)
        if self._only is not None:
            return (registers[self._only],)
        return tuple([registers[r] if r.__class__ is int else _collect(r, registers) for r in self._results])


def _places(result: object, number: Mapping[int, int]) -> object:
    if isinstance(result, tuple):
        return tuple([_places(item, number) for item in result])
    return number[id(result)] if isinstance(result, Node) else None


def _collect(result: object, registers: Registers) -> Any:
    if isinstance(result, tuple):
        return tuple([_collect(item, registers) for item in result])
    return registers[result] if isinstance(result, int) else None


def _step(node: Node, register: int, inputs: list[int], mapped: bool) -> Step:
    if isinstance(node, Operation):
        return _operation_step(node, register, inputs, mapped)
    if isinstance(node, Conversion):
        return _conversion_step(TORCH[node.dtype], register, inputs[0])
    if isinstance(node, Part):
        return _part_step(node.index, register, inputs[0])
    if isinstance(node, Pullback):
        return pullback_step(node, register, inputs, mapped, Plan)
    if isinstance(node, Fused):
        return fused_step(node, register, inputs, Plan)
    if isinstance(node, Probe):
        return probe_step(node, register, inputs, Plan)
    if isinstance(node, Branch):
        return _branch_step(node, register, inputs, mapped)
    assert isinstance(node, Repeat)
    return loop_step(node, register, inputs, mapped, Plan)


#: Bytes up to which what is made from constants alone (`arange(3) + 1`) is made once, and kept.
MOST_KEPT = 1 << 16


def _is_constant(node: Node, known: Container[int]) -> bool:
    """Whether an operation gives the same small tensor each time."""
    if not isinstance(node, Operation) or not all(id(each) in known for each in node.inputs):
        return False
    return not node.effect and not node.row.inferred and _is_small(node, MOST_KEPT)


def _is_small(node: Node, most: int) -> bool:
    """Whether a node is a tensor of so many bytes at most."""
    return isinstance(node.type, TensorType) and isinstance(node.type.numel, int) and nbytes(node.type) <= most


def _made(node: Node, register: int, inputs: list[int], registers: Registers) -> bool:
    """Whether a constant could be made; if not, its step will say why. NaN is made anew, so that its step is found."""
    try:
        _step(node, register, inputs, False)(registers)
    except Exception:
        return False
    if holds_nan(registers[register]):
        registers[register] = None
        return False
    return True


def takes_operands_alone(node: Operation) -> bool:
    """Whether each operand is an argument by its place: none is one of a list, left out, or given by name."""
    return all(count == ALONE for _, count in node.slots) and not node.by_name


def _operation_step(node: Operation, register: int, inputs: list[int], mapped: bool) -> Step:
    kernel = called(node, mapped)
    counts, named = [count for _, count in node.slots], node.by_name
    if takes_operands_alone(node):
        if len(inputs) == 1:
            (only,) = inputs

            def unary(registers: Registers) -> None:
                registers[register] = kernel(registers[only])

            return unary
        if len(inputs) == 2:
            left, right = inputs

            def binary(registers: Registers) -> None:
                registers[register] = kernel(registers[left], registers[right])

            return binary
        if inputs:
            operands = operator.itemgetter(*inputs)

            def plain(registers: Registers) -> None:
                registers[register] = kernel(*operands(registers))

            return plain
    places = len(counts) - len(named)

    def general(registers: Registers) -> None:
        rest = iter(inputs)
        arguments: list[Any] = []
        for count in counts:
            if count == ALONE:
                arguments.append(registers[next(rest)])
            elif count == ABSENT:
                arguments.append(None)
            else:
                arguments.append([registers[next(rest)] for _ in range(count)])
        by_name = zip(named, arguments[places:], strict=True)
        registers[register] = kernel(*arguments[:places], **dict(by_name))

    return general


def _conversion_step(dtype: torch.dtype, register: int, operand: int) -> Step:
    def convert(registers: Registers) -> None:
        registers[register] = registers[operand].to(dtype)

    return convert


def _part_step(index: int, register: int, operand: int) -> Step:
    def part(registers: Registers) -> None:
        registers[register] = registers[operand][index]

    return part


def _branch_step(node: Branch, register: int, inputs: list[int], mapped: bool) -> Step:
    then, otherwise = Plan(node.then, mapped), Plan(node.otherwise, mapped)
    condition, outside = inputs[0], inputs[1:]

    def both(registers: Registers) -> None:
        values = [registers[place] for place in outside]
        results = [plan.run([values[int(name)] for name in plan.names])[0] for plan in (then, otherwise)]
        registers[register] = _chosen(registers[condition], *results)

    if mapped:
        return both

    def branch(registers: Registers) -> None:
        chosen = then if bool(registers[condition]) else otherwise
        values = [registers[place] for place in outside]
        registers[register] = chosen.run([values[int(name)] for name in chosen.names], registers[-1])[0]

    return branch


def _chosen(condition: Any, then: Any, otherwise: Any) -> Any:
    if isinstance(then, tuple):
        return tuple([_chosen(condition, a, b) for a, b in zip(then, otherwise, strict=True)])
    return torch.where(condition.bool(), then, otherwise)
