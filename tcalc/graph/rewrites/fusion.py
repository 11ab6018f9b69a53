"""Large tensors element by element: chains of operations become one node, which needs no memory for what is between.

The numbers are the same to the last digit: each element goes through the same kernels. What torch makes whole between
two operations has to be written to memory and read again, and of large tensors that is what takes the time.
"""

from __future__ import annotations

from collections.abc import Mapping

from tcalc.graph.cost import nbytes
from tcalc.graph.graph import Fused, Graph, Input, Node, Number, Operation, nodes_of, replaced
from tcalc.graph.simplify.algebra import rank, row_of, shape, tensor_type

#: From so many bytes on the operations of a chain write over each other's results.
MEDIUM = 1 << 20
#: From so many bytes on they run by pieces. Up to there what is freed is soon used again, and lies in a cache; beyond,
#: memory comes from the system each time, which takes longer than an addition.
LARGE = 1 << 25
#: Rows of one operand. Not `sigmoid`, `cosh` and their like: torch computes the last few
#: elements of an array otherwise than those before, and a piece has other last ones.
UNARY = frozenset(
    "neg abs exp expm1 log log1p log2 log10 sqrt rsqrt square reciprocal sin cos tan tanh asin acos "
    "atan asinh acosh erf erfc floor ceil trunc sign".split()
)
#: Rows of two; `pow` with an exponent that is a number.
BINARY = frozenset("add sub mul div pow maximum minimum".split())
#: Rows whose result is a tensor of its own, which may be written over where nobody needs it any more.
FRESH = UNARY | BINARY | {"matmul", "mm"}
#: The same of rows that are no part of a chain.
MADE = FRESH | {"triu", "tril"}


def fused(graph: Graph, large: int = LARGE) -> Graph:
    """The same graph with chains of element-wise operations as one node each; those of `large` bytes are cut."""
    if not any(_is_large(node, MEDIUM) or row_of(node) == "diagonal_scatter" for node in graph.nodes):
        return graph
    users: dict[int, list[Node]] = {}
    for node in graph.nodes:
        for each in node.inputs:
            users.setdefault(id(each), []).append(node)
    kept = {id(node) for node in nodes_of(graph.results)}
    roots = _roots(graph, users, kept, large)
    now: dict[int, Node] = {}
    for node in graph.nodes:
        root = roots.get(id(node))
        if root is node:
            made = _chain(node, [each for each in graph.nodes if roots.get(id(each)) is node], now, users, kept)
            if made is not None:
                made.cut = nbytes(summed(node).type) >= large
                now[id(node)] = made
                continue
        inputs = tuple([now[id(each)] for each in node.inputs])
        if isinstance(node, Operation) and _may_write_diagonal(node, users, kept):
            ends = tuple([Input(each.span, each.type, place) for place, each in enumerate(inputs)])
            now[id(node)] = Fused(node.span, node.type, Graph((node.with_inputs(ends),)), inputs, 0, cut=False)
            continue
        now[id(node)] = node.with_inputs(inputs) if inputs != node.inputs else node
    return Graph(replaced(graph.results, now), tuple([now[id(each)] for each in graph.effects]))


def _may_write_diagonal(node: Operation, users: Mapping[int, list[Node]], kept: set[int]) -> bool:
    """Whether a diagonal can be put into a matrix where it lies: nobody else needs that, but for what is put there."""
    if node.row.name != "diagonal_scatter" or not _is_real(node):
        return False
    x, src = node.inputs
    if id(x) in kept or row_of(x) not in MADE or not _alike(x, node):
        return False
    others = [each for each in users[id(x)] if each is not node]
    own = [
        each for each in src.inputs if row_of(each) == "diagonal" and users[id(each)] == [src] and id(each) not in kept
    ]
    return row_of(src) in ("add", "sub") and all(any(each is one for one in own) for each in others)


def _is_real(node: Node) -> bool:
    return tensor_type(node).dtype.kind == "float" and shape(node) is not None


def _is_whole_sum(node: Node, large: int) -> bool:
    """Whether a node adds up all elements of a chain: by pieces that is as accurate, and its last digits may differ."""
    if row_of(node) != "sum" or not isinstance(node, Operation) or set(node.options) - {"keepdim"}:
        return False
    (x,) = node.inputs
    return rank(node) == 0 and _is_large(x, large)


def _roots(graph: Graph, users: Mapping[int, list[Node]], kept: set[int], large: int) -> dict[int, Node]:
    """For each operation that can be fused the last one of its chain: that of all who need it, if it is one."""
    roots: dict[int, Node] = {}
    for node in reversed(graph.nodes):
        if _is_whole_sum(node, large):
            roots[id(node)] = node
        elif _is_large(node, MEDIUM):
            ends = {id(roots.get(id(user))): roots.get(id(user)) for user in users.get(id(node), ())}
            (end,) = ends.values() if len(ends) == 1 else (None,)
            inner = id(node) not in kept and end is not None and _alike(node, summed(end))
            roots[id(node)] = end if inner and end is not None else node
    return roots


def summed(end: Node) -> Node:
    """What the last operation of a chain adds up, where that is a sum; else that operation itself."""
    return end.inputs[0] if row_of(end) == "sum" else end


def _alike(one: Node, other: Node) -> bool:
    return shape(one) == shape(other) and tensor_type(one).dtype is tensor_type(other).dtype


def _is_large(node: Node, large: int) -> bool:
    """Whether a node can be computed piece by piece, and should be."""
    if not isinstance(node, Operation) or node.row.name not in UNARY | BINARY or node.options:
        return False
    sizes = shape(node)
    if sizes is None or nbytes(node.type) < large or tensor_type(node).dtype.name not in ("f32", "f64"):
        return False
    if not all(_fits(each, node) for each in node.inputs):
        return False
    if node.row.name == "pow":
        return isinstance(node.inputs[1], Number) and not isinstance(node.inputs[0], Number)
    return not all(isinstance(each, Number) for each in node.inputs)


def _fits(operand: Node, node: Node) -> bool:
    """Whether an operand is a number, a scalar, or a tensor of the result's dtype."""
    sizes = shape(operand)
    if sizes is None or tensor_type(operand).dtype.kind == "complex":
        return False
    return not sizes or tensor_type(operand).dtype is tensor_type(node).dtype


def _chain(
    root: Node, members: list[Node], now: Mapping[int, Node], users: Mapping[int, list[Node]], kept: set[int]
) -> Fused | None:
    """The node that a chain becomes; None of one operation that makes its result anyway."""
    own = {id(each) for each in members}
    inside: dict[int, Node] = {}
    outside: list[Node] = []
    for node in members:
        operands: list[Node] = []
        for each in node.inputs:
            if isinstance(each, Number) and isinstance(node, Operation) and node.row.scalars:
                operands.append(each)
                continue
            if id(each) not in own and id(each) not in inside:
                inside[id(each)] = Input(each.span, each.type, len(outside))
                outside.append(each)
            operands.append(inside[id(each)])
        inside[id(node)] = node.with_inputs(tuple(operands))
    donors = [
        place
        for place, each in enumerate(outside)
        if id(each) not in kept
        and row_of(root) != "sum"
        and _alike(each, root)
        and all(id(user) in own for user in users[id(each)])
        and (row_of(each) in FRESH or isinstance(now[id(each)], Fused))
    ]
    if len(members) < 2 and not donors:
        return None
    inputs = tuple([now[id(each)] for each in outside])
    return Fused(root.span, root.type, Graph((inside[id(root)],)), inputs, donors[0] if donors else None)
