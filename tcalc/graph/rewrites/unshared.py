"""Products that several nodes need, and that none may need in the end: `trace(A @ B) + sum(A @ B)`.

What is computed once for all who need it is whole for each of them, and no rewrite takes it apart. So each is given a
product of its own, to see what becomes of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from tcalc.graph.graph import Graph, Node, Operation, nodes_of, replaced
from tcalc.graph.numbers import Numbers
from tcalc.graph.rewrites.work import is_matrix_product
from tcalc.graph.simplify.algebra import rank

#: More products are left as they are.
MOST = 8


def shared_products(graph: Graph) -> list[Node]:
    """The products of matrices that several nodes need, and that are no results themselves."""
    products: dict[int, Node] = {
        id(node): node for node in graph.nodes if isinstance(node, Operation) and _is_whole_product(node)
    }
    if not products:
        return []
    kept = {id(node) for node in nodes_of(graph.results)}
    users = Counter([id(each) for node in graph.nodes for each in node.inputs if id(each) in products])
    found = [products[each] for each, count in users.items() if count > 1 and each not in kept]
    return found if len(found) <= MOST else []


def _is_whole_product(node: Node) -> bool:
    return is_matrix_product(node) and rank(node) == 2


def still_made(products: Sequence[Node], graph: Graph, apart: Graph) -> list[Node]:
    """Which of some products of a graph are computed, by somebody, in what was made of it."""
    if not any(map(_is_whole_product, apart.nodes)):
        return []
    numbers = Numbers()
    before, after = numbers.given(graph), {*numbers.given(apart).values()}
    return [each for each in products if before.get(id(each)) in after]


def unshared(graph: Graph, products: Collection[Node]) -> Graph:
    """The same graph, where each who needs one of some products has its own."""
    apart = {id(node) for node in products}
    now: dict[int, Node] = {}

    def given(node: Node) -> tuple[Node, ...]:
        """The inputs of a node, of products copies that it has for itself."""
        return tuple([own(each) if id(each) in apart else now.get(id(each), each) for each in node.inputs])

    def own(node: Node) -> Node:
        return node.with_inputs(given(node))

    for node in graph.nodes:
        inputs = given(node)
        if inputs != node.inputs:
            now[id(node)] = node.with_inputs(inputs)
    return Graph(replaced(graph.results, now), tuple([now[id(each)] for each in graph.effects]))
