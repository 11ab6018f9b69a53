"""What a rewrite sees: the graph being made, and who needs what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tcalc.graph.cost import flops
from tcalc.graph.derivatives.formulas import formula
from tcalc.graph.graph import Graph, Node, nodes_of
from tcalc.graph.simplify.algebra import Algebra, rank, row_of, shape, tensor_type
from tcalc.source import Span
from tcalc.types.dtypes import DType
from tcalc.types.tensor import Axis, TensorType


class Work:
    """A graph under way. Nodes are made through `algebra`, so that equal ones are one."""

    def __init__(self, graph: Graph, default_float: DType, ordered: dict[int, Node]) -> None:
        self.algebra = Algebra((), default_float)
        self._users: dict[int, list[Node]] = {}
        self._kept = {id(node) for node in nodes_of(graph.results)}
        self._alive: list[Node] = []
        #: The products that are known to stand in the best order, by their identity.
        self.ordered = ordered
        #: Which nodes multiply matrices, each kept, so that its identity stays its own.
        self._products: dict[int, tuple[Node, bool]] = {}
        self.count(graph.nodes)

    def multiplies(self, node: Node) -> bool:
        """`is_matrix_product`, found out once for each node."""
        known = self._products.get(id(node))
        if known is None:
            known = self._products[id(node)] = node, is_matrix_product(node)
        return known[1]

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

    def product(self, a: Node, b: Node, span: Span) -> Node:
        """`a @ b` of matrices and vectors."""
        one, other = shape(a) or (), shape(b) or ()
        return _filled(self, "a @ b", span, (a, b), (*one[:-1], *other[1:]))

    def turned(self, x: Node) -> Node:
        """The transpose of a matrix."""
        return _filled(self, "a.T", x.span, (x,), (shape(x) or ())[::-1])

    def times(self, a: Node, b: Node) -> Node:
        """`a * b` of two tensors of one shape."""
        return _filled(self, "a * b", a.span, (a, b), shape(a) or ())

    def total(self, x: Node, span: Span) -> Node:
        """The sum of all elements."""
        return _filled(self, "sum(a)", span, (x,), ())

    def is_needed_once(self, node: Node) -> bool:
        """Whether nobody sees a node but the one who is looked at: its value need not be had whole."""
        return id(node) not in self._kept and len(self.users(node)) <= 1


#: Products and transposes by how many axes their operands have, and their dtype: what is made of other sizes is a copy.
_TEMPLATES: dict[object, Node] = {}


def _filled(work: Work, text: str, span: Span, operands: tuple[Node, ...], sizes: Sequence[int]) -> Node:
    """A formula of a and b on tensors, whose shape is known beforehand: it need not be checked for each size."""
    dtype = tensor_type(operands[0]).dtype
    key = (text, dtype, *[len(tensor_type(each).axes) for each in operands])
    template = _TEMPLATES.get(key)
    if template is None:
        template = _TEMPLATES[key] = formula(text, dict(zip("ab", operands, strict=False)), span, work.algebra.float)
    made = template.with_inputs(operands)
    made.span, made.type = span, TensorType(dtype, tuple([Axis(size) for size in sizes]))
    return work.algebra.one(made)


def is_matrix_product(node: Node) -> bool:
    """Whether a node multiplies vectors and matrices of one floating dtype, of known sizes."""
    if row_of(node) not in ("matmul", "mm", "mv"):
        return False
    dtype = None
    for each in (*node.inputs, node):
        type = each.type
        if not isinstance(type, TensorType) or len(type.axes) > 2 or type.known_shape is None:
            return False
        if dtype is None:
            dtype = type.dtype
        elif type.dtype is not dtype:
            return False
    return dtype is not None and dtype.kind in ("float", "complex")


def is_floating(node: Node) -> bool:
    """Whether a node is a tensor of floating or complex numbers, of known sizes."""
    return shape(node) is not None and tensor_type(node).dtype.kind in ("float", "complex")


def is_plain(node: Node) -> bool:
    """Whether a node is a scalar, vector or matrix of floating numbers, of known sizes."""
    return is_floating(node) and rank(node) <= 2


def flops_of(results: Iterable[Node], operands: Iterable[Node]) -> int:
    """The floating-point operations that make some nodes from others; where a size is not known it counts nothing."""
    seen = {id(each) for each in operands}
    waiting, total = list(results), 0
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            count = flops(node)
            total += count if isinstance(count, int) else 0
            waiting.extend(node.inputs)
    return total
