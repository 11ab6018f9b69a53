"""What a rewrite sees: the graph being made, and who needs what."""

from __future__ import annotations

from collections.abc import Iterable

from tcalc.graph.cost import flops
from tcalc.graph.graph import Graph, Node, nodes_of
from tcalc.graph.simplify.algebra import Algebra, rank, row_of, shape, tensor_type
from tcalc.types.dtypes import DType


class Work:
    """A graph under way. Nodes are made through `algebra`, so that equal ones are one."""

    def __init__(self, graph: Graph, default_float: DType) -> None:
        self.algebra = Algebra((), default_float)
        self._users: dict[int, list[Node]] = {}
        self._kept = {id(node) for node in nodes_of(graph.results)}
        self._alive: list[Node] = []
        self.count(graph.nodes)

    def count(self, nodes: Iterable[Node]) -> None:
        """Take note of who needs what among some nodes."""
        for node in nodes:
            for each in node.inputs:
                self._users.setdefault(id(each), []).append(node)

    def stands_for(self, made: Node, node: Node) -> None:
        """A node that took another's place has its users."""
        if made is not node:
            self._alive.append(made)
            self._users.setdefault(id(made), []).extend(self._users.get(id(node), ()))
            if id(node) in self._kept:
                self._kept.add(id(made))

    def users(self, node: Node) -> list[Node]:
        """Who needs a node, once for each operand; nobody is known of one that was made meanwhile."""
        return self._users.get(id(node), [])

    def is_needed_once(self, node: Node) -> bool:
        """Whether nobody sees a node but the one who is looked at: its value need not be had whole."""
        return id(node) not in self._kept and len(self.users(node)) <= 1


def is_matrix_product(node: Node) -> bool:
    """Whether a node multiplies vectors and matrices of one floating dtype, of known sizes."""
    if row_of(node) not in ("matmul", "mm", "mv"):
        return False
    return (
        is_plain(node)
        and all(map(is_plain, node.inputs))
        and len({tensor_type(each).dtype for each in node.inputs}) == 1
    )


def is_floating(node: Node) -> bool:
    """Whether a node is a tensor of floating or complex numbers, of known sizes."""
    return shape(node) is not None and tensor_type(node).dtype.kind in ("float", "complex")


def is_plain(node: Node) -> bool:
    """Whether a node is a scalar, vector or matrix of floating numbers, of known sizes."""
    return is_floating(node) and rank(node) <= 2


def flops_of(result: Node, operands: Iterable[Node]) -> int:
    """The floating-point operations that make a node from some others, all sizes known."""
    seen = {id(each) for each in operands}
    waiting, total = [result], 0
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            count = flops(node)
            assert isinstance(count, int)
            total += count
            waiting.extend(node.inputs)
    return total
