"""Products that several nodes need, and that none may need in the end: `trace(A @ B) + sum(A @ B)`.

What is computed once for all who need it is whole for each of them, and no rewrite takes it apart. So each is given a
product of its own, to see what becomes of it.
"""

from __future__ import annotations

from collections.abc import Collection

from tcalc.graph.graph import Graph, Node, nodes_of, replaced
from tcalc.graph.rewrites.work import is_matrix_product
from tcalc.graph.simplify.algebra import rank

#: More products are left as they are.
MOST = 8


def shared_products(graph: Graph) -> list[Node]:
    """The products of matrices that several nodes need, and that are no results themselves."""
    users: dict[int, int] = {}
    for node in graph.nodes:
        for each in node.inputs:
            users[id(each)] = users.get(id(each), 0) + 1
    kept = {id(node) for node in nodes_of(graph.results)}
    found = [
        node
        for node in graph.nodes
        if users.get(id(node), 0) > 1 and id(node) not in kept and is_matrix_product(node) and rank(node) == 2
    ]
    return found if len(found) <= MOST else []


def unshared(graph: Graph, products: Collection[Node]) -> Graph:
    """The same graph, where each who needs one of some products has its own."""
    apart = {id(node) for node in products}
    now: dict[int, Node] = {}

    def own(node: Node) -> Node:
        """A copy of a product, and of the products that it is made of."""
        return node.with_inputs(tuple([own(each) if id(each) in apart else now[id(each)] for each in node.inputs]))

    for node in graph.nodes:
        inputs = tuple([own(each) if id(each) in apart else now[id(each)] for each in node.inputs])
        now[id(node)] = node if inputs == node.inputs else node.with_inputs(inputs)
    return Graph(replaced(graph.results, now), tuple([now[id(each)] for each in graph.effects]))
