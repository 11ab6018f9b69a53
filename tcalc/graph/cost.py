"""What a graph costs, from its types alone.

What `vmap` maps is computed for all elements at once; what does not depend on the element is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tcalc.graph.graph import (
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
    Point,
    Probe,
    Pullback,
    Repeat,
    nodes_of,
)
from tcalc.graph.lower import FILE
from tcalc.library.flops import EACH
from tcalc.types import size as sizes
from tcalc.types.counts import greatest
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, TensorType, TupleType, Type

#: The maps that a value depends on the elements of, each by how deep it lies, with how many elements there are.
Maps = frozenset[tuple[int, Size]]
ONCE: Maps = frozenset()
#: Those of the inputs of a block, by their numbers; none where it says nothing.
Mapped = Mapping[object, Maps]
UNMAPPED: Mapped = {}


def _maps_of(graph: Graph, given: Mapped, around: Maps) -> dict[int, Maps]:
    """The maps that each node of a block depends on, by its identity. What is drawn differs for each element of all."""
    found: dict[int, Maps] = {}
    for node in graph.nodes if around else ():
        own = given.get(node.name, ONCE) if isinstance(node, Input) else around if node.effect else ONCE
        found[id(node)] = own.union(*[found[id(each)] for each in node.inputs]) if node.inputs else own
    return found


def _seen(node: Node, maps: Mapping[int, Maps], around: Maps) -> tuple[Sequence[Maps], Maps]:
    """The maps that a node's inputs and itself depend on; none where there are none around."""
    if not around:
        return (ONCE,) * len(node.inputs), ONCE
    return [maps[id(each)] for each in node.inputs], maps[id(node)]


def _times(maps: Maps) -> Size:
    """How often something is computed, or how many there are of it, at once."""
    count: Size = 1
    for _, turns in maps:
        count = sizes.mul(count, turns)
    return count


def _below(node: Node, around: Maps) -> Maps:
    """All maps around a node's blocks, from those around itself."""
    return around | {(len(around), node.turns)} if isinstance(node, Repeat) and node.kind == "vmap" else around


def _inside(node: Node, inputs: Sequence[Maps], around: Maps) -> Mapped:
    """The maps that the inputs of a node's blocks depend on, from those of its own inputs."""
    if isinstance(node, Branch):
        return dict(enumerate(inputs[1:]))
    found = list(inputs)
    if isinstance(node, Repeat):
        if node.kind == "vmap":
            own = _below(node, around) - around
            found[: node.sequences] = [each | own for each in inputs[: node.sequences]]
        else:  # a state may become what anything is that goes in
            found[: node.states] = [ONCE.union(*inputs)] * node.states
    return dict(enumerate(found))


# Operations


def flops(node: Node) -> Size:
    """How many floating-point operations running a node takes; see `library.flops`. Loops count all their turns."""
    return _flops(node, [ONCE] * len(node.inputs), ONCE, ONCE)


def total_flops(graph: Graph) -> Size:
    """The floating-point operations of a graph."""
    return _total(graph, UNMAPPED, ONCE)


def _total(graph: Graph, given: Mapped, around: Maps) -> Size:
    maps = _maps_of(graph, given, around)
    total: Size = 0
    for node in graph.nodes:
        total = sizes.add(total, _flops(node, *_seen(node, maps, around), around))
    return total


def _flops(node: Node, inputs: Sequence[Maps], own: Maps, around: Maps) -> Size:
    if isinstance(node, Input | Number | Data | Part | Point | Conversion) or is_view(node):
        return 0
    given = _inside(node, inputs, around) if own or isinstance(node, Repeat) else UNMAPPED
    if isinstance(node, Repeat):
        each = _total(node.body, given, _below(node, around))
        return each if node.kind == "vmap" else sizes.mul(node.turns, each)
    if isinstance(node, Fused):
        return _total(node.body, given, around)
    if isinstance(node, Branch):
        counts = [_total(each, given, around) for each in (node.then, node.otherwise)]
        return sizes.add(*counts) if around else greatest(counts)
    if isinstance(node, Pullback):
        return sizes.mul(_backwards(node), _total(node.body, given, around))
    if isinstance(node, Probe):
        return sizes.mul(_times(own), sizes.mul(_evaluations(node), _total(node.body, UNMAPPED, ONCE)))
    return sizes.mul(_times(own), _once(node))


def _once(node: Node) -> Size:
    """The operations of a node that has no blocks."""
    shapes = [_shape(each.type) for each in node.inputs]
    result = node.type.items[0] if isinstance(node.type, TupleType) and node.type.items else node.type
    counted = node.row.flops if isinstance(node, Operation) else None
    of_complex = any(_is_complex(each.type) for each in node.inputs or (node,))
    options = node.options if isinstance(node, Operation) else {}
    return (counted or EACH)(shapes, _shape(result), options, of_complex)


def _backwards(node: Pullback) -> int:
    """How often as much as forwards: once more, and again for each operand of an operation, which have two."""
    (end,) = nodes_of(node.body.results)
    return 2 if len(node.wanted) == 1 and isinstance(end, Operation) else 3


def _evaluations(node: Probe) -> Size:
    """How often a scalar is computed with its gradient: at each step of `minimize`, at two points for each number."""
    steps = node.options.get("steps")
    if isinstance(steps, int):
        return steps + 1
    count: Size = 1
    for each in node.inputs[: node.points]:
        count = sizes.add(count, sizes.mul(2, each.type.numel if isinstance(each.type, TensorType) else 1))
    return count


def _shape(type: Type) -> tuple[Size, ...]:
    if isinstance(type, TensorType) and all(isinstance(axis, Axis) for axis in type.axes):
        return type.shape
    return ()


def _is_complex(type: Type) -> bool:
    return isinstance(type, TensorType) and type.dtype.kind == "complex"


def is_view(node: Node) -> bool:
    """Whether a node's value lies in its operand's memory. What is picked by indices, or by a mask, is a copy."""
    return isinstance(node, Operation) and node.row.view and (node.row.name != "getitem" or len(node.inputs) == 1)


def work(graph: Graph) -> int:
    """How many numbers the graph's kernels touch, turns of loops included. An operation counts one at least."""
    total = 0
    for node in graph.nodes:
        if isinstance(node, Input | Number | Part) or (isinstance(node, Operation) and node.row.view):
            continue
        if isinstance(node, Repeat):
            total += max(node.count, 0) * max(work(node.body), 1)
        elif isinstance(node, Branch):
            total += max(work(node.then), work(node.otherwise))
        else:
            total += max([numel(each.type) for each in (node, *node.inputs)])
    return total


def numel(type: Type) -> int:
    """How many numbers a value holds, 1 where that is not known."""
    if isinstance(type, TensorType):
        count = type.numel
        return count if isinstance(count, int) else 1
    if isinstance(type, TupleType):
        return sum(numel(item) for item in type.items)
    return 1


# Bytes


def nbytes(type: Type) -> int:
    """Bytes that a value takes; sizes that are not known count nothing."""
    if isinstance(type, TensorType):
        count = type.numel
        return count * type.dtype.itemsize if isinstance(count, int) else 0
    if isinstance(type, TupleType):
        return sum(nbytes(item) for item in type.items)
    return 0


#: What takes no memory, and what has blocks of its own; a union would be made anew at each look.
THERE = (Input, Number, Part)
BLOCKS = (Repeat, Branch, Fused)


class Weight:
    """How bytes are counted: those of a type, and the most of several counts."""

    __slots__ = ("most", "of")

    def __init__(self, of: Callable[[Type], Size], most: Callable[[Sequence[Size]], Size]) -> None:
        self.of, self.most = of, most


def peak_bytes(graph: Graph) -> int:
    """The most bytes that are held at once while the graph runs, results included, inputs not."""
    count = peak(graph, NUMBERS)
    assert isinstance(count, int)  # of numbers alone
    return count


def peak(graph: Graph, weight: Weight) -> Size:
    """The same, counted otherwise."""
    return _held(graph, weight, UNMAPPED, ONCE)[0]


def _held(graph: Graph, weight: Weight, given: Mapped, around: Maps) -> tuple[Size, Size]:
    """The most bytes that a block holds at once, and those that it leaves behind, its results."""
    maps = _maps_of(graph, given, around)
    held: Size = 0
    peaks: list[Size] = [0]
    stays: dict[int, Size] = {}
    freed = freed_after(graph)
    for position, node in enumerate(graph.nodes):
        during, stays[id(node)] = _memory(node, *_seen(node, maps, around), weight, around)
        peaks.append(sizes.add(held, during))
        held = sizes.add(held, stays[id(node)])
        for key in freed.get(position, ()):
            held = sizes.sub(held, stays[key])
    return weight.most(peaks), held


def _memory(node: Node, inputs: Sequence[Maps], maps: Maps, weight: Weight, around: Maps) -> tuple[Size, Size]:
    """Bytes that running a node takes, and those that are still taken then: none for views and what exists already."""
    if isinstance(node, Input) and node.name.__class__ is str and node.name.startswith(FILE):
        own = weight.of(node.type)
        return own, own
    if isinstance(node, THERE) or is_view(node):
        return 0, 0
    own = weight.of(node.type)
    if maps:
        own = sizes.mul(_times(maps), own)
    if not isinstance(node, BLOCKS):
        return (sizes.add(own, _stretched(node, inputs, maps, weight)) if maps else own), own
    given = _inside(node, inputs, around) if maps or isinstance(node, Repeat) else UNMAPPED
    if isinstance(node, Fused):
        rest = own if node.donor is None else 0
        whole = 0 if node.cut else _held(node.body, weight, given, around)[0]
        return weight.most([rest, sizes.sub(whole, own) if node.donor is not None else whole]), rest
    if isinstance(node, Branch):
        blocks = [_held(each, weight, given, around) for each in (node.then, node.otherwise)]
        if around:  # both are computed, and each element taken from its own
            return sizes.add(own, sizes.add(blocks[0][0], blocks[1][0])), own
        return weight.most([own, *[most for most, _ in blocks]]), weight.most([own, *[left for _, left in blocks]])
    most, left = _held(node.body, weight, given, _below(node, around))
    if node.kind == "vmap":
        return weight.most([own, most]), weight.most([own, left])
    if node.kind == "scan":  # what the turns give lies there until it is put side by side
        return sizes.add(own, weight.most([most, own])), own
    return sizes.add(own, most), weight.most([own, left])


#: Which operands torch maps by copying them for each element that they do not depend on: the places of those, and from
#: how many axes on.
COPIED: dict[str, tuple[tuple[int, ...], int]] = {
    **dict.fromkeys(
        "solve solve_triangular cholesky_solve triangular_solve lu_solve ldl_solve".split(), ((0, 1, 2), 2)
    ),
    "bmm": ((0, 1), 3),
    "baddbmm": ((1, 2), 3),
    "cdist": ((0, 1), 3),
    "matmul": ((1,), 3),
}


def _stretched(node: Node, inputs: Sequence[Maps], maps: Maps, weight: Weight) -> Size:
    """Bytes of the operands that are copied for each element of a map."""
    total: Size = 0
    if isinstance(node, Operation) and node.row.name in COPIED:
        places, rank = COPIED[node.row.name]
        for place, (each, own) in enumerate(zip(node.inputs, inputs, strict=True)):
            if own != maps and place in places and len(_shape(each.type)) >= rank:
                total = sizes.add(total, sizes.mul(_times(maps), weight.of(each.type)))
    return total


def _most(counts: Sequence[Size]) -> Size:
    return max([each for each in counts if isinstance(each, int)])


NUMBERS = Weight(nbytes, _most)


def _shared(node: Node) -> Node | None:
    """The operand whose memory a node's value lies in; None where it has its own."""
    if isinstance(node, Fused):
        return None if node.donor is None else node.inputs[node.donor]
    if isinstance(node, Part) or (is_view(node) and node.inputs):
        return node.inputs[0]
    return None


def freed_after(graph: Graph) -> dict[int, list[int]]:
    """By the position of a node, whose memory is given back after it ran: nodes by their identity.

    A view keeps what it shows alive.
    """
    last: dict[int, int] = {}
    owner: dict[int, Node] = {}
    for position, node in enumerate(graph.nodes):
        shared = _shared(node)
        owner[id(node)] = node if shared is None else owner.get(id(shared), node)
        for each in (*node.inputs, node):
            last[id(owner[id(each)])] = position
    kept = {id(owner[id(node)]) for node in nodes_of(graph.results)}
    freed: dict[int, list[int]] = {}
    for key, position in last.items():
        if key not in kept:
            freed.setdefault(position, []).append(key)
    return freed
