"""Nodes made the block of a loop."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.graph.graph import Data, Graph, Input, Node, Number, ordered


def enclosed(results: Sequence[Node], parameters: Sequence[Input]) -> tuple[Graph, list[Node]]:
    """The block that computes results from its parameters, and the nodes that it takes from outside, in order.

    Whatever does not depend on a parameter is computed outside, once.
    """
    inner = {id(each) for each in parameters}
    order = ordered(tuple(results))
    for node in order:
        if any(id(each) in inner for each in node.inputs):
            inner.add(id(node))
    outside: dict[int, tuple[Node, Input]] = {}
    made: dict[int, Node] = {id(each): each for each in parameters}

    def taken(node: Node) -> Node:
        if isinstance(node, Number | Data):
            return node
        if id(node) not in outside:
            outside[id(node)] = node, Input(node.span, node.type, len(parameters) + len(outside))
        return outside[id(node)][1]

    for node in order:
        if id(node) in inner and id(node) not in made:
            made[id(node)] = node.with_inputs(tuple([made.get(id(each)) or taken(each) for each in node.inputs]))
    found = tuple([made[id(each)] if id(each) in inner else taken(each) for each in results])
    return Graph(found), [node for node, _ in outside.values()]
