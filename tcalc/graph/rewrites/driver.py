"""The rewrites applied to a graph."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.graph.derivatives.formulas import Unformulated
from tcalc.graph.graph import Graph, Node, Operation, replaced
from tcalc.graph.rewrites.table import CHAINS, LOCAL, Rewrite
from tcalc.graph.rewrites.work import Work
from tcalc.types.dtypes import DType

#: A rewrite that was taken, with the node that it was of and the one that took its place.
Fired = tuple[Rewrite, Node, Node]
#: Rows that some rewrite is about.
ABOUT = frozenset(name for each in (*LOCAL, *CHAINS) for name in each.rows)
#: So often one node is rewritten.
MOST_ROUNDS = 8


def improved(graph: Graph, default_float: DType) -> tuple[Graph, list[Fired]]:
    """A graph of the same results with less work, and the rewrites that made it so, in order."""
    fired: list[Fired] = []
    if not any(isinstance(node, Operation) and node.row.name in ABOUT for node in graph.nodes):
        return graph, fired
    for rewrites in (LOCAL, CHAINS):
        graph = _applied(graph, rewrites, default_float, fired)
    return graph, fired


def _applied(graph: Graph, rewrites: Sequence[Rewrite], default_float: DType, fired: list[Fired]) -> Graph:
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
        if found is not made:
            changed = True
            work.stands_for(found, made)
        now[id(node)] = found
    if not changed:
        return graph
    return Graph(replaced(graph.results, now), tuple([now[id(each)] for each in graph.effects]))


def _rewritten(work: Work, node: Node, rewrites: Sequence[Rewrite], fired: list[Fired]) -> Node:
    for _ in range(MOST_ROUNDS):
        if not isinstance(node, Operation) or node.row.name not in ABOUT:
            return node
        for rewrite in rewrites:
            found = _tried(work, node, rewrite) if node.row.name in rewrite.rows else None
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
