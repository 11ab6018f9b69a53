"""What a graph costs, from its types alone."""

from __future__ import annotations

from tcalc.graph.graph import Branch, Data, Fused, Graph, Input, Node, Number, Operation, Part, Point, Repeat, nodes_of
from tcalc.graph.lower import FILE
from tcalc.library.flops import elements
from tcalc.types import size as sizes
from tcalc.types.counts import greatest
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, TensorType, TupleType, Type


def nbytes(type: Type) -> int:
    """Bytes that a value takes; sizes that are not known count nothing."""
    if isinstance(type, TensorType):
        count = type.numel
        return count * type.dtype.itemsize if isinstance(count, int) else 0
    if isinstance(type, TupleType):
        return sum(nbytes(item) for item in type.items)
    return 0


def fresh_bytes(node: Node) -> int:
    """Bytes that running a node allocates: none for views, parts and what exists already."""
    if isinstance(node, Input) and str(node.name).startswith(FILE):
        return nbytes(node.type)
    if isinstance(node, Input | Number | Part) or (isinstance(node, Operation) and node.row.view):
        return 0
    own = nbytes(node.type)
    if isinstance(node, Fused):
        between = 0 if node.cut else max(0, peak_bytes(node.body) - own)
        return between + (own if node.donor is None else 0)
    if isinstance(node, Branch):
        return own + max(peak_bytes(node.then), peak_bytes(node.otherwise))
    if isinstance(node, Repeat):  # a map computes all elements at once
        return own + peak_bytes(node.body) * (max(node.count, 0) if node.kind == "vmap" else 1)
    return own


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


def flops(node: Node) -> Size:
    """How many floating-point operations running a node takes; see `library.flops`. Loops count all their turns."""
    if isinstance(node, Input | Number | Data | Part | Point) or (isinstance(node, Operation) and node.row.view):
        return 0
    if isinstance(node, Repeat):
        return sizes.mul(node.turns, total_flops(node.body))
    if isinstance(node, Fused):
        return total_flops(node.body)
    if isinstance(node, Branch):
        return greatest([total_flops(node.then), total_flops(node.otherwise)])
    shapes = [_shape(each.type) for each in node.inputs]
    result = node.type.items[0] if isinstance(node.type, TupleType) and node.type.items else node.type
    if isinstance(node, Operation) and node.row.flops is not None:
        return node.row.flops(shapes, _shape(result), node.options)
    counts = [elements(each) for each in (*shapes, _shape(result))]
    known = [each for each in counts if isinstance(each, int)]
    if len(known) == len(counts):
        return max(known)
    return counts[-1] if sizes.UNKNOWN in counts else greatest(counts)


def total_flops(graph: Graph) -> Size:
    """The floating-point operations of a graph."""
    total: Size = 0
    for node in graph.nodes:
        total = sizes.add(total, flops(node))
    return total


def _shape(type: Type) -> tuple[Size, ...]:
    if isinstance(type, TensorType) and all(isinstance(axis, Axis) for axis in type.axes):
        return type.shape
    return ()


def numel(type: Type) -> int:
    """How many numbers a value holds, 1 where that is not known."""
    if isinstance(type, TensorType):
        count = type.numel
        return count if isinstance(count, int) else 1
    if isinstance(type, TupleType):
        return sum(numel(item) for item in type.items)
    return 1


def _shared(node: Node) -> Node | None:
    """The operand whose memory a node's value lies in; None where it has its own."""
    if isinstance(node, Fused):
        return None if node.donor is None else node.inputs[node.donor]
    if isinstance(node, Part) or (isinstance(node, Operation) and node.row.view and node.inputs):
        return node.inputs[0]
    return None


def peak_bytes(graph: Graph) -> int:
    """The most bytes that are held at once while the graph runs, results included, inputs not."""
    held = peak = 0
    size: dict[int, int] = {}
    freed = freed_after(graph)
    for position, node in enumerate(graph.nodes):
        size[id(node)] = fresh_bytes(node)
        held += size[id(node)]
        peak = max(peak, held)
        for key in freed.get(position, ()):
            held -= size[key]
    return peak


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
