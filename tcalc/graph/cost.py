"""What a graph costs, from its types alone."""

from __future__ import annotations

from tcalc.graph.graph import Branch, Graph, Input, Node, Number, Operation, Part, Repeat, nodes_of
from tcalc.graph.lower import FILE
from tcalc.types.tensor import TensorType, TupleType, Type


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


def numel(type: Type) -> int:
    """How many numbers a value holds, 1 where that is not known."""
    if isinstance(type, TensorType):
        count = type.numel
        return count if isinstance(count, int) else 1
    if isinstance(type, TupleType):
        return sum(numel(item) for item in type.items)
    return 1


def peak_bytes(graph: Graph) -> int:
    """The most bytes that are held at once while the graph runs, results included, inputs not.

    A view keeps what it shows alive.
    """
    last: dict[int, int] = {}
    owner: dict[int, Node] = {}
    for position, node in enumerate(graph.nodes):
        shares = isinstance(node, Part) or (isinstance(node, Operation) and node.row.view)
        owner[id(node)] = owner.get(id(node.inputs[0]), node) if shares and node.inputs else node
        for each in (*node.inputs, node):
            last[id(owner[id(each)])] = position
    kept = {id(owner[id(node)]) for node in nodes_of(graph.results)}
    held = peak = 0
    size: dict[int, int] = {}
    freed: dict[int, list[int]] = {}
    for key, position in last.items():
        if key not in kept:
            freed.setdefault(position, []).append(key)
    for position, node in enumerate(graph.nodes):
        size[id(node)] = fresh_bytes(node)
        held += size[id(node)]
        peak = max(peak, held)
        for key in freed.get(position, ()):
            held -= size[key]
    return peak
