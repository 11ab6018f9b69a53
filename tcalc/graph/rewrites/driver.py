"""The rewrites applied to a graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tcalc.graph.derivatives.formulas import Unformulated
from tcalc.graph.graph import Graph, Node, Operation, replaced
from tcalc.graph.rewrites.table import CHAINS, LOCAL, Rewrite
from tcalc.graph.rewrites.work import Work
from tcalc.types.dtypes import DType

#: A rewrite that was taken, with the node that it was of and the one that took its place.
Fired = tuple[Rewrite, Node, Node]
#: The rewrites of each row.
ByRow = Mapping[str, Sequence[Rewrite]]


def _by_row(rewrites: Sequence[Rewrite]) -> ByRow:
    return {row: [each for each in rewrites if row in each.rows] for each in rewrites for row in each.rows}


#: The rewrites in two goes: first single operations, then whole products.
GOES = (_by_row(LOCAL), _by_row(CHAINS))
#: So often one node is rewritten.
MOST_ROUNDS = 8


def improved(graph: Graph, default_float: DType) -> tuple[Graph, list[Fired]]:
    """A graph of the same results with less work, and the rewrites that made it so, in order."""
    fired: list[Fired] = []
    for rewrites in GOES:
        counts = Counter([node.row.name for node in graph.nodes if isinstance(node, Operation)])
        if "einsum" in counts:
            counts["matmul"] += counts["einsum"]  # which it becomes
        possible = {
            row: [each for each in rewrites[row] if each.may_concern(counts)] for row in counts.keys() & rewrites
        }
        if any(possible.values()):
            graph = _applied(graph, possible, default_float, fired)
    return graph, fired


def _applied(graph: Graph, rewrites: ByRow, default_float: DType, fired: list[Fired]) -> Graph:
    work = Work(graph, default_float)
    now: dict[int, Node] = {}
    changed = False
    for node in graph.nodes:
        inputs = tuple([now[id(each)] for each in node.inputs])
        made = node
        if any(a is not b for a, b in zip(inputs, node.inputs, strict=True)):
            made = node.with_inputs(inputs)
            work.stands_for(made, node)
        found = _rewritten(work, made, rewrites, fired)
        changed = changed or found is not made
        now[id(node)] = found
    if not changed:
        return graph
    return Graph(replaced(graph.results, now), tuple([now[id(each)] for each in graph.effects]))


def _rewritten(work: Work, node: Node, rewrites: ByRow, fired: list[Fired]) -> Node:
    for _ in range(MOST_ROUNDS):
        if not isinstance(node, Operation):
            return node
        for rewrite in rewrites.get(node.row.name, ()):
            found = _tried(work, node, rewrite)
            if found is not None and found is not node:
                fired.append((rewrite, node, found))
                work.stands_for(found, node)
                node = found
                break
        else:
            return node
    return node


def _tried(work: Work, node: Operation, rewrite: Rewrite) -> Node | None:
    try:
        return rewrite.rule(work, node)
    except Unformulated:
        return None
