"""What the statements of one program compute alike: the first computes it, and it is held for those after it.

What they have in common is found in their graphs before the first one runs. A value is held only where that is no work
more for the statement that computes it: of `A @ B @ v` and `A @ B @ w` neither makes `A @ B`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tcalc.graph.compiled import Compiled
from tcalc.graph.cost import flops, nbytes, total_flops
from tcalc.graph.graph import Graph, Input, Node, nodes_of, replaced
from tcalc.graph.numbers import Numbers
from tcalc.syntax.nodes import LATEST, Statement

#: What takes fewer operations is computed again.
LEAST = 100_000
SHARED = "shared:"


class Sharing:
    """The computations that statements of a program have in common, and the values that are held of them."""

    def __init__(self) -> None:
        self._numbers = Numbers()
        #: For each statement that was foreseen its place, and by which statements the names in it were bound.
        self._places: dict[int, tuple[int, Mapping[str, int]]] = {}
        #: The place of the last statement that needs a computation of one before it.
        self._last: dict[int, int] = {}
        self._first: dict[int, int] = {}
        self._bound: dict[str, int] = {}
        self._held: dict[int, tuple[Node, Any]] = {}
        self._asked: list[tuple[int, Node]] = []

    @property
    def is_of_use(self) -> bool:
        """Whether there is anything in common."""
        return bool(self._last)

    @property
    def held(self) -> int:
        """The bytes that are held."""
        return sum([nbytes(node.type) for node, _ in self._held.values()])

    def foresee(self, compiled: Compiled) -> None:
        """Take note of the next statement."""
        place, checked = len(self._places), compiled.checked
        self._places[id(checked.statement)] = place, {**self._bound}
        if compiled.graph is not None:
            self._note(compiled.graph, place)
        names = [name for name, _ in checked.variables]
        self._bound.update(dict.fromkeys([*names, *LATEST], place))

    def _note(self, graph: Graph, place: int) -> None:
        numbers = self._numbered(graph, self._bound)
        waiting, seen = [*graph.effects, *nodes_of(graph.results)], set[int]()
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            number = numbers.get(id(node))
            if number is not None and _takes_time(node) and self._first.setdefault(number, place) != place:
                self._last[number] = place
            else:
                waiting.extend(node.inputs)

    def _numbered(self, graph: Graph, bound: Mapping[str, int]) -> dict[int, int]:
        """The number of each computation of a graph, where names were bound by some statements."""

        def input_of(node: Input) -> object:
            name = str(node.name)
            if name.startswith(SHARED):
                return int(name.removeprefix(SHARED))
            return (
                ("name", name, bound.get(name)) if name.isidentifier() else None
            )  # a file, or what was computed ahead

        return self._numbers.given(graph, input_of)

    def rewritten(self, graph: Graph, statement: Statement, rewrite: Callable[[Graph], Graph]) -> Graph:
        """The graph that a statement is run as: what is held is taken, and what will be needed is a result too."""
        self._asked = []
        if id(statement) not in self._places:
            return rewrite(graph)
        place, bound = self._places[id(statement)]
        self._held = {number: each for number, each in self._held.items() if self._last[number] >= place}
        graph = self._with_held(graph, bound)
        found = rewrite(graph)
        for number, node in self._wanted(graph, bound, place).items():
            more = Graph((*graph.results, node), graph.effects)
            attempt = rewrite(more)
            if _is_as_cheap(attempt, found):
                graph, found = more, attempt
                self._asked.append((number, node))
        return found

    def _wanted(self, graph: Graph, bound: Mapping[str, int], place: int) -> dict[int, Node]:
        """What a later statement needs too, and is not held yet."""
        wanted: dict[int, Node] = {}
        numbers = self._numbered(graph, bound)
        for node in graph.nodes:
            number = numbers.get(id(node), -1)
            if self._last.get(number, 0) > place and number not in self._held:
                wanted.setdefault(number, node)
        return wanted

    def _with_held(self, graph: Graph, bound: Mapping[str, int]) -> Graph:
        if not self._held:
            return graph
        numbers = self._numbered(graph, bound)
        now: dict[int, Node] = {}
        for node in graph.nodes:
            number = numbers.get(id(node), -1)
            if number in self._held:
                now[id(node)] = Input(node.span, node.type, f"{SHARED}{number}")
            else:
                now[id(node)] = node.with_inputs(tuple([now[id(each)] for each in node.inputs]))
        return Graph(replaced(graph.results, now), tuple([now[id(each)] for each in graph.effects]))

    def keep(self, values: Sequence[Any]) -> None:
        """Hold what a run gave besides the results of its statement."""
        for (number, node), value in zip(self._asked, values, strict=True):
            self._held[number] = node, value

    def value(self, name: str) -> Any:
        """The value of an input that is held."""
        return self._held[int(name.removeprefix(SHARED))][1]


def _is_as_cheap(one: Graph, other: Graph) -> bool:
    count, most = total_flops(one), total_flops(other)
    return isinstance(count, int) and isinstance(most, int) and count <= most


def _takes_time(node: Node) -> bool:
    count = flops(node)
    return isinstance(count, int) and count >= LEAST
