"""The simplest form of what derivatives give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from tcalc.graph.derivatives.formulas import Unformulated
from tcalc.graph.graph import Node, Operation, Point, ordered
from tcalc.graph.simplify import contractions, linear, matrices
from tcalc.graph.simplify.algebra import TRANSPOSES, Algebra, is_real, number_of, shape, tensor_type, truth
from tcalc.graph.simplify.maps import matrix_of
from tcalc.graph.simplify.matrices import turned
from tcalc.graph.simplify.products import Product, in_type, multiplied, product_of
from tcalc.graph.simplify.sums import added, terms_of
from tcalc.types.dtypes import DType

Rule = Callable[[Algebra, Operation], Node]


def simplified(
    results: Sequence[Node], written: Iterable[Node], default_float: DType, points: Sequence[Node] = ()
) -> list[Node]:
    """Each result in its simplest form: of the same value, shape and dtype.

    What is `written` stays as it is, with all that it was made of; `points` give way to what they are points of.
    Identities hold for real numbers: rounding may differ in the last digits, and where a quotient had no value but a
    limit, that is given.
    """
    return _all(Algebra(written, default_float), results, points)


def jacobian_of(pulled: Node, cotangent: Node, written: Iterable[Node], default_float: DType) -> Node | None:
    """The Jacobian `[*result, *variable]` of a vector by a vector, from what its pullback makes of a cotangent.

    None where that is not seen to be a matrix times the cotangent. Raises Unformulated.
    """
    algebra = Algebra(written, default_float)
    (simple,) = _all(algebra, [pulled])
    matrix = matrix_of(algebra, simple, algebra.one(cotangent))
    return None if matrix is None else turned(algebra, matrix)


def _all(algebra: Algebra, results: Sequence[Node], points: Sequence[Node] = ()) -> list[Node]:
    now: dict[int, Node] = {}
    for node in ordered(tuple(results)):
        if isinstance(node, Point):  # a derivative is by itself, and by no copy of it
            now[id(node)] = now[id(node.inputs[0])] if any(node is each for each in points) else algebra.kept(node)
            continue
        inputs = tuple([now[id(each)] for each in node.inputs])
        made = node.with_inputs(inputs) if inputs != node.inputs else node
        own = id(node) in algebra.written
        if own:
            algebra.written.add(id(made))
        made = algebra.one(made)
        now[id(node)] = made if own else _ruled(algebra, made)
    return [now[id(each)] for each in results]


def _ruled(algebra: Algebra, node: Node) -> Node:
    if not isinstance(node, Operation):
        return node
    if node.row.name == "pow" and number_of(node.inputs[1]) == 1 and shape(node) == shape(node.inputs[0]):
        return in_type(algebra, node.inputs[0], tensor_type(node))  # of whole numbers too
    if not is_real(node):
        return _chosen(node) if node.row.name == "where" and len(node.inputs) == 3 else node
    if 0 not in (shape(node) or ()) and any(0 in (shape(each) or ()) for each in node.inputs):
        # of nothing: whatever a mean of it was divided by, 0 is not multiplied by that
        return multiplied(algebra, Product(Fraction(0), {}), node) if node.row.name in SUMS else node
    rule = RULES.get(node.row.name) or (linear.view if node.row.view else None)
    if rule is None:
        return node
    try:
        return rule(algebra, node)
    except Unformulated:
        return node


def _chosen(node: Operation) -> Node:
    """Of whole numbers, what a condition that is known chooses."""
    known = truth(node.inputs[0])
    if known is None:
        return node
    chosen = node.inputs[1 if known else 2]
    same = shape(chosen) == shape(node) and tensor_type(chosen).dtype is tensor_type(node).dtype
    return chosen if same else node


def _product(algebra: Algebra, node: Operation) -> Node:
    return multiplied(algebra, product_of(algebra, node), node)


def _sum(algebra: Algebra, node: Operation) -> Node:
    return added(algebra, terms_of(algebra, node), node) if len(node.inputs) == 2 and not node.options else node


#: Rows that are 0 where they have nothing to add up.
SUMS = ("sum", "matmul", "einsum")
RULES: dict[str, Rule] = {
    **dict.fromkeys(("mul", "div", "neg", "pow", "square", "sqrt", "rsqrt", "reciprocal"), _product),
    **dict.fromkeys(("add", "sub"), _sum),
    **dict.fromkeys(TRANSPOSES, matrices.turned_rule),
    "matmul": matrices.matmul_rule,
    "outer": matrices.outer_rule,
    "einsum": contractions.contracted,
    "inv": matrices.inverse_rule,
    "diag": matrices.diagonal_rule,
    "exp": linear.softmax_of_log,
    "mean": linear.averaged,
    **dict.fromkeys(("solve", "tril", "triu", "diag_embed", "flip", "roll", "pad", "cumsum"), linear.last_operand),
    "narrow": linear.narrowed,
    "sum": linear.summed,
    "where": linear.chosen,
}
