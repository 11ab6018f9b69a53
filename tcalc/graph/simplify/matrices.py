"""Products of matrices: scalars stand before them, transposes inside, and the identity goes."""

from __future__ import annotations

from fractions import Fraction

from tcalc.graph.graph import Node, Operation
from tcalc.graph.simplify.algebra import TRANSPOSES, Algebra, is_real, rank, row_of, shape
from tcalc.graph.simplify.products import Product, multiplied, product_of
from tcalc.source import Span

ONE = Fraction(1)


def split(algebra: Algebra, node: Node) -> tuple[Product, Node]:
    """A tensor as what is a scalar in it, times the rest, which has the tensor's shape."""
    product = product_of(algebra, node)
    scalars = {each: exponent for each, exponent in product.factors.items() if rank(each) == 0}
    limits = tuple([each for each in product.limits if rank(each) == 0])
    if product.coefficient == 1 and not scalars and not limits:
        return Product(ONE, {}), node
    rest = {each: exponent for each, exponent in product.factors.items() if each not in scalars}
    left = tuple([each for each in product.limits if each not in limits])
    return Product(product.coefficient, scalars, limits), multiplied(algebra, Product(ONE, rest, left), node)


def turned(algebra: Algebra, node: Node) -> Node:
    """The transpose of a matrix, or of those in the last two axes."""
    if rank(node) < 2:
        return node
    name = row_of(node)
    if name in TRANSPOSES and is_real(node):
        return node.inputs[0]
    if is_symmetric(algebra, node):
        return node
    if name == "matmul" and all(rank(each) >= 2 for each in node.inputs):
        one, other = node.inputs
        return matmul(algebra, turned(algebra, other), turned(algebra, one), _swapped(algebra, node))
    if name == "outer":
        one, other = node.inputs
        return algebra.make("outer(b, a)", node.span, a=one, b=other)
    if name in ("add", "sub") and id(node) not in algebra.written and is_real(node):
        from tcalc.graph.simplify.sums import Terms, added, terms_of  # sums turn products of matrices in their turn

        terms = terms_of(algebra, node)
        if all(key is not None and rank(key) == rank(node) for key in terms):
            turning: Terms = {}
            for key, value in terms.items():
                if key is not None:
                    made = turned(algebra, key)
                    turning[made] = turning.get(made, Fraction(0)) + value
            return added(algebra, turning, _swapped(algebra, node))
    product = product_of(algebra, node)
    if not product.factors:
        return multiplied(algebra, product, _swapped(algebra, node))
    if product.coefficient != 1 or len(product.factors) > 1:
        factors = product.factors
        if id(node) not in algebra.written and all(rank(each) in (0, 1, rank(node)) for each in factors):
            across = product.with_factors(lambda each: _across(algebra, each))
            limits = tuple([turned(algebra, each) for each in product.limits])
            return multiplied(algebra, Product(across.coefficient, across.factors, limits), _swapped(algebra, node))
        scale, rest = split(algebra, node)
        return multiplied(algebra, scale * Product(ONE, {_swapped(algebra, rest): ONE}), _swapped(algebra, node))
    return _swapped(algebra, node)


def _across(algebra: Algebra, factor: Node) -> Node:
    """A factor of a matrix as one of its transpose: what goes along the rows goes down the columns."""
    if rank(factor) == 1:
        return algebra.make("unsqueeze(x, -1)", factor.span, x=factor)
    if row_of(factor) == "unsqueeze" and rank(factor) == 2 and (shape(factor) or ())[1:] == (1,) and is_real(factor):
        return factor.inputs[0]
    return turned(algebra, factor)


def _swapped(algebra: Algebra, node: Node) -> Node:
    return algebra.make("x.T" if rank(node) == 2 else "x.mT", node.span, x=node)


def _is_square(node: Node) -> bool:
    sizes = shape(node)
    return sizes is not None and len(sizes) == 2 and sizes[0] == sizes[1]


def is_symmetric(algebra: Algebra, node: Node) -> bool:
    """Whether a matrix is known to be its own transpose."""
    name = row_of(node)
    if name == "inv":
        return is_symmetric(algebra, node.inputs[0])
    if name == "matmul" and rank(node) == 2:
        one, other = node.inputs
        return _are_turned(one, other)
    if name in ("add", "sub") and all(rank(each) == 2 for each in node.inputs):
        return all(is_symmetric(algebra, each) for each in node.inputs) or _are_turned(*node.inputs)
    return is_identity(node) or diagonal_of(node) is not None


def _are_turned(one: Node, other: Node) -> bool:
    """Whether one of two matrices is the transpose of the other."""
    pairs = ((one, other), (other, one))
    return any(row_of(a) in TRANSPOSES and is_real(a) and a.inputs[0] is b for a, b in pairs)


def _are_inverse(one: Node, other: Node) -> bool:
    """Whether one of two matrices is the inverse of the other."""
    if row_of(one) in TRANSPOSES and row_of(other) in TRANSPOSES and is_real(one):
        one, other = one.inputs[0], other.inputs[0]
    return any(row_of(a) == "inv" and a.inputs[0] is b for a, b in ((one, other), (other, one)))


def columns(algebra: Algebra, node: Node) -> Node:
    """`x @ A` of a vector and a matrix as `A.T @ x`."""
    if row_of(node) == "matmul" and [rank(each) for each in node.inputs] == [1, 2]:
        x, matrix = node.inputs
        return algebra.make("a @ x", node.span, a=turned(algebra, matrix), x=columns(algebra, x))
    return node


def diagonal_of(node: Node) -> Node | None:
    """The diagonal of a matrix that has nothing else; None of others."""
    if not isinstance(node, Operation) or row_of(node) != "diag" or rank(node.inputs[0]) != 1:
        return None
    return None if node.options.get("diagonal") else node.inputs[0]


def is_identity(node: Node) -> bool:
    """Whether a node is the identity matrix."""
    return row_of(node) == "eye" and _is_square(node)


def matmul(algebra: Algebra, a: Node, b: Node, like: Node) -> Node:
    """`a @ b`, in the shape and the dtype of another node. Raises Unformulated."""
    scale, one = split(algebra, a)
    more, other = split(algebra, b)
    return multiplied(algebra, scale * more * Product(ONE, {_multiplied(algebra, one, other, like): ONE}), like)


def _multiplied(algebra: Algebra, a: Node, b: Node, like: Node) -> Node:
    span = like.span
    if rank(a) <= 2 and rank(b) <= 2:
        if is_identity(a):
            return b
        if is_identity(b):
            return a
        if rank(a) == rank(b) == 2 and _are_inverse(a, b):
            return algebra.make("eye(n)", span, n=(shape(a) or (0,))[0])
        found = _of_ones(algebra, a, b, like) or _of_outer(algebra, a, b, like)
        if found is not None:
            return found
        if row_of(a) == "matmul" and rank(a) == 2 and rank(b) == 1 and id(a) not in algebra.written:
            inner = algebra.make("a @ b", span, a=a.inputs[1], b=b)
            return matmul(algebra, a.inputs[0], matmul(algebra, a.inputs[1], b, inner), like)
    return algebra.make("a @ b", span, a=a, b=b)


def _of_ones(algebra: Algebra, a: Node, b: Node, like: Node) -> Node | None:
    """A product with ones is a sum; with a matrix of them, beside itself as often as there are rows or columns."""
    first = _is_ones(algebra, a)
    ones, x, axis = (a, b, 0) if first else (b, a, rank(a) - 1)
    if not _is_ones(algebra, ones):
        return None
    summed = total(algebra, x, axis, like.span)
    if rank(ones) == 1:
        return summed
    size = (shape(ones) or (0,))[0 if first else -1]
    beside = algebra.make("ones(n)", like.span, n=size)
    if rank(x) == 1:
        return algebra.make("s * x", like.span, s=summed, x=beside)
    one, other = (beside, summed) if first else (summed, beside)
    return algebra.make("outer(a, b)", like.span, a=one, b=other)


def total(algebra: Algebra, x: Node, axis: int, span: Span) -> Node:
    """The sum along one axis of a vector or a matrix, which need not be transposed for that."""
    if rank(x) == 2 and row_of(x) in TRANSPOSES and is_real(x):
        return total(algebra, x.inputs[0], 1 - axis, span)
    return algebra.make("sum(x, d)", span, x=x, d=axis) if rank(x) == 2 else algebra.make("sum(x)", span, x=x)


def _is_ones(algebra: Algebra, node: Node) -> bool:
    product = product_of(algebra, node)
    return product.coefficient == 1 and not product.factors and not product.limits


def _of_outer(algebra: Algebra, a: Node, b: Node, like: Node) -> Node | None:
    """`outer(u, v) @ b` is `outer(u, b.T @ v)`, and of a vector `(v @ b) * u`."""
    span = like.span
    if row_of(a) == "outer" and id(a) not in algebra.written:
        u, v = a.inputs
        if rank(b) == 1:
            inner = algebra.make("v @ b", span, v=v, b=b)
            return multiplied(algebra, Product(ONE, {inner: ONE, u: ONE}), like)
        shaped = algebra.make("b.T @ v", span, v=v, b=b)
        return outer(algebra, u, matmul(algebra, turned(algebra, b), v, shaped), like)
    if row_of(b) == "outer" and id(b) not in algebra.written and rank(a) == 2:
        u, v = b.inputs
        return outer(algebra, matmul(algebra, a, u, algebra.make("a @ u", span, a=a, u=u)), v, like)
    return None


def outer(algebra: Algebra, a: Node, b: Node, like: Node) -> Node:
    """`outer(a, b)`, in the dtype of another node. Raises Unformulated."""
    scale, one = split(algebra, a)
    more, other = split(algebra, b)
    made = algebra.make("outer(a, b)", like.span, a=columns(algebra, one), b=columns(algebra, other))
    return multiplied(algebra, scale * more * Product(ONE, {made: ONE}), like)


def inverse_rule(algebra: Algebra, node: Operation) -> Node:
    """The rule of `inv`."""
    (x,) = node.inputs
    return x.inputs[0] if row_of(x) == "inv" else node


def diagonal_rule(algebra: Algebra, node: Operation) -> Node:
    """The rule of `diag`: of `outer(u, v)` it is `u * v`, and of ones the identity."""
    scale, rest = split(algebra, node.inputs[0])
    if rank(rest) == 1 and _is_ones(algebra, rest) and not node.options.get("diagonal"):
        identity = algebra.make("eye(n)", node.span, n=(shape(rest) or (0,))[0])
        return multiplied(algebra, scale * Product(ONE, {identity: ONE}), node)
    if row_of(rest) == "outer" and not node.options.get("diagonal") and _is_square(rest):
        one, other = rest.inputs
        return multiplied(algebra, scale * product_of(algebra, one) * product_of(algebra, other), node)
    if rest is node.inputs[0]:
        return node
    return multiplied(algebra, scale * Product(ONE, {algebra.one(node.with_inputs((rest,))): ONE}), node)


def turned_rule(algebra: Algebra, node: Operation) -> Node:
    """The rule of rows that transpose."""
    return turned(algebra, node.inputs[0])


def matmul_rule(algebra: Algebra, node: Operation) -> Node:
    """The rule of `@`."""
    one, other = node.inputs
    return matmul(algebra, one, other, node)


def outer_rule(algebra: Algebra, node: Operation) -> Node:
    """The rule of `outer`."""
    one, other = node.inputs
    return outer(algebra, one, other, node)
