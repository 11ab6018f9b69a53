"""Loops and choices as expressions of the language, and what the numbered inputs of their blocks are called."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from tcalc.graph.graph import Branch, Graph, Input, Node, Probe, Repeat, replaced
from tcalc.graph.lower import FILE
from tcalc.graph.simplify.algebra import row_of
from tcalc.show.expressions import NOWHERE, NoFormula, argument, call, name
from tcalc.syntax import nodes as n
from tcalc.syntax.walk import within
from tcalc.types.tensor import TupleType, Type

#: Writes a block whose inputs are these expressions.
Body = Callable[[Graph, Sequence[n.Expr]], n.Expr]


def choice(node: Branch, inputs: Sequence[n.Expr], body: Body) -> n.Expr:
    """`a if c else b`"""
    condition, *outside = inputs
    return n.If(NOWHERE, condition, body(node.then, outside), body(node.otherwise, outside))


def loop(node: Repeat, inputs: Sequence[n.Expr], body: Body) -> n.Expr:
    """`vmap(x -> e)(xs)`, `fold((s, x) -> e, init, xs)` and the like. Raises NoFormula."""
    both = node.states + node.sequences
    outside = inputs[both:]
    own = parameters(node, {each.name for tree in outside for each in within(tree) if isinstance(each, n.Name)})
    inner = body(node.body, [*map(name, own), *outside])
    function = n.Lambda(NOWHERE, tuple([n.Parameter(NOWHERE, each, None, None) for each in own]), inner)
    if node.kind == "vmap":
        return n.Call(NOWHERE, _mapped(node, function), tuple([argument(None, each) for each in inputs[:both]]))
    if node.states != 1 or node.sequences > 1 or isinstance(_state(node), TupleType):
        raise NoFormula("a loop of several states has none")
    last = [n.Number(NOWHERE, node.count)] if node.kind == "iterate" else []
    return call(name(node.kind), [function, *inputs[:both], *last])


def _mapped(node: Repeat, function: n.Expr) -> n.Expr:
    if len(set(node.axes)) > 1:
        raise NoFormula("a map over several axes has none")
    over = (n.Number(NOWHERE, node.axes[0]),) if node.axes[0] else ()
    return call(n.Index(NOWHERE, name("vmap"), over) if over else name("vmap"), [function])


def _state(node: Repeat) -> Type:
    return node.type.items[0] if node.kind == "scan" and isinstance(node.type, TupleType) else node.type


def parameters(node: Repeat, taken: Collection[str]) -> list[str]:
    """What the parameters of a loop's function are called: as in the program, where nothing else is."""
    both = node.states + node.sequences
    called = {each.name: each.called for each in node.body.inputs}
    used = {*taken, *_functions(node.body)}
    found: list[str] = []
    for place in range(both):
        wanted = called.get(place) or ("s" if place < node.states else "x")
        names = [wanted, *[f"{wanted}{number}" for number in range(1, len(used) + both + 1)]]
        found.append(next(each for each in names if each not in used))
        used.add(found[-1])
    return found


def _functions(graph: Graph) -> set[str]:
    """The names of what a graph calls, in its blocks too."""
    found = set(map(row_of, graph.nodes))
    return found.union(*[_functions(body) for node in graph.nodes for body, *_ in _blocks(node)])


class Known(NamedTuple):
    """What an input of a block stands for.

    `made` is what computes it outside of the block, where that is no name; `repeats` whether the block runs many times.
    """

    name: str
    made: Node | None
    repeats: bool


class Names:
    """What the inputs of the blocks in some graphs are called, by their identity."""

    def __init__(self, graphs: Sequence[Graph] = ()) -> None:
        self._known: dict[int, Known] = {}
        self._made: dict[int, str] = {}
        for graph in graphs:
            self._taken = {str(each.name) for each in graph.inputs}
            self._enter(graph, False)

    def renamed(self, graph: Graph) -> tuple[Graph, list[Known]]:
        """A graph of a block under the names that hold outside of it, and what is known of them."""
        known = {id(each): self._known[id(each)] for each in graph.inputs if id(each) in self._known}
        if not known:
            return graph, []
        now: dict[int, Node] = {}
        for node in graph.nodes:
            if id(node) in known:
                now[id(node)] = Input(node.span, node.type, known[id(node)].name)
            else:
                inputs = tuple([now[id(each)] for each in node.inputs])
                now[id(node)] = node.with_inputs(inputs) if inputs != node.inputs else node
        return Graph(replaced(graph.results, now), tuple([now[id(each)] for each in graph.effects])), [*known.values()]

    def _enter(self, graph: Graph, repeats: bool) -> None:
        for node in graph.nodes:
            turns = repeats or isinstance(node, Repeat | Probe)
            for body, own, outside in _blocks(node):
                stands = {place: self._outside(each, turns) for place, each in enumerate(outside)}
                taken = {each.name for place, each in stands.items() if place >= own}
                if isinstance(node, Repeat):
                    stands |= {place: Known(each, None, True) for place, each in enumerate(parameters(node, taken))}
                self._known |= {id(each): stands[int(each.name)] for each in body.inputs}
                self._enter(body, turns)

    def _outside(self, node: Node, repeats: bool) -> Known:
        if isinstance(node, Input):
            if isinstance(node.name, str) and node.name.isidentifier():
                return Known(node.name, None, repeats)
            if id(node) in self._known:
                return self._known[id(node)]._replace(repeats=repeats)
        if id(node) not in self._made:
            names = ("t", "u", "v", *[f"t{number}" for number in range(1, len(self._taken) + 2)])
            self._made[id(node)] = next(each for each in names if each not in self._taken)
            self._taken.add(self._made[id(node)])
        is_value = isinstance(node, Input) and not str(node.name).startswith(FILE)
        return Known(self._made[id(node)], None if is_value else node, repeats)


def _blocks(node: Node) -> Iterator[tuple[Graph, int, Sequence[Node]]]:
    """The blocks of a node, how many of their inputs are their own, and what all of these are outside."""
    if isinstance(node, Branch):
        yield node.then, 0, node.inputs[1:]
        yield node.otherwise, 0, node.inputs[1:]
    elif isinstance(node, Repeat):
        yield node.body, node.states + node.sequences, node.inputs
    elif isinstance(node, Probe):
        yield node.body, 0, node.inputs
