"""The rewrite driver: named functions from graph to graph, run in order."""

from __future__ import annotations

from collections.abc import Callable

from tcalc.graph.graph import Graph, Node, replaced

Rewrite = Callable[[Graph], Graph]


def rewrite(graph: Graph) -> Graph:
    """The graph that is run."""
    for each in REWRITES:
        graph = each(graph)
    return graph


def common_subexpressions(graph: Graph) -> Graph:
    """Two nodes that compute the same become one.

    Identity: f(x) is f(x). Saves every repeated operation. Exact: the same kernel runs on the same operands. What draws
    random numbers is left alone.
    """
    if len(graph.nodes) < 2:
        return graph
    kept: dict[object, Node] = {}
    now: dict[int, Node] = {}
    for node in graph.nodes:
        inputs = tuple([now.get(id(each), each) for each in node.inputs])
        current = node if inputs == node.inputs else node.with_inputs(inputs)
        if not node.effect:
            key = (node.__class__, node.signature(), tuple([id(each) for each in inputs]))
            current = kept.setdefault(key, current)
        if current is not node:
            now[id(node)] = current
    if not now:
        return graph
    effects = tuple([now.get(id(each), each) for each in graph.effects])
    return Graph(replaced(graph.results, now), effects)


REWRITES: tuple[Rewrite, ...] = (common_subexpressions,)
