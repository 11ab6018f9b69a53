"""Linear functions of a vector as the matrices that they are: Jacobians and Hessians without a loop."""

from __future__ import annotations

from tcalc.graph.graph import Node, Operation, ordered
from tcalc.graph.simplify.algebra import Algebra, rank, row_of, shape
from tcalc.graph.simplify.linear import is_over_all
from tcalc.graph.simplify.matrices import ONE, columns, diagonal_of, is_identity, matmul, outer, turned
from tcalc.graph.simplify.products import Product, multiplied, product_of
from tcalc.graph.simplify.sums import Terms, added, terms_of


def matrix_of(algebra: Algebra, node: Node, vector: Node) -> Node | None:
    """The matrix whose product with a vector a node is, `[*node.shape, *vector.shape]`; None where it is not seen.

    The node must be linear in the vector; both have one axis or none. Raises Unformulated.
    """
    if rank(node) > 1 or rank(vector) > 1:
        return None
    return _Map(algebra, vector, ordered((node,))).of(node)


class _Map:
    """The matrices of some nodes, by which they depend on one vector."""

    def __init__(self, algebra: Algebra, vector: Node, order: list[Node]) -> None:
        self.algebra, self.vector = algebra, vector
        self.touched = {id(vector)}
        for node in order:
            if any(id(each) in self.touched for each in node.inputs):
                self.touched.add(id(node))

    def of(self, node: Node) -> Node | None:
        """See `matrix_of`."""
        if node is self.vector:
            return self._identity(node)
        if id(node) not in self.touched or rank(node) > 1 or not isinstance(node, Operation):
            return None
        name = row_of(node)
        if name in ("add", "sub"):
            return self._sum(node)
        if name == "matmul":
            return self._matmul(node)
        if name == "sum" and rank(node) == 0 and is_over_all(node):
            inner = self.of(node.inputs[0])
            if inner is None or rank(inner) != 2:
                return None
            return self.algebra.make("sum(x, 0)", node.span, x=inner)
        return self._product(node)

    def _identity(self, node: Node) -> Node:
        if rank(node) == 0:
            return self.algebra.make("ones(())", node.span)
        return self.algebra.make("eye(n)", node.span, n=(shape(node) or (0,))[0])

    def _sum(self, node: Operation) -> Node | None:
        terms = terms_of(self.algebra, node)
        found: Terms = {}
        like: Node | None = None
        for key, coefficient in terms.items():
            if key is None or shape(key) != shape(node) or (id(key) not in self.touched and not self._sees(key)):
                return None
            matrix = self.of(key)
            if matrix is None:
                return None
            like = matrix
            found[matrix] = found.get(matrix, 0) + coefficient
        return None if like is None else added(self.algebra, found, like)

    def _sees(self, node: Node) -> bool:
        """Whether a node that was made meanwhile depends on the vector."""
        if id(node) not in self.touched and any(self._sees(each) for each in node.inputs):
            self.touched.add(id(node))
        return id(node) in self.touched

    def _matmul(self, node: Operation) -> Node | None:
        one, other = node.inputs
        if self._sees(one) == self._sees(other):
            return None
        if rank(one) == rank(other) == 1:
            fixed, moving = (other, one) if self._sees(one) else (one, other)
            inner = self.of(moving)
            if inner is None or rank(inner) != 2:
                return None
            like = self.algebra.make("x @ a", node.span, x=fixed, a=inner)
            return matmul(self.algebra, turned(self.algebra, inner), fixed, like)
        made = columns(self.algebra, node)
        fixed, moving = made.inputs
        if rank(fixed) != 2 or rank(moving) != 1 or self._sees(fixed):
            return None
        inner = self.of(moving)
        if inner is None or rank(inner) != 2:
            return None
        if is_identity(inner):
            return fixed
        diagonal = diagonal_of(inner)
        like = self.algebra.make("a @ b", node.span, a=fixed, b=inner)
        if diagonal is not None:
            return multiplied(self.algebra, product_of(self.algebra, fixed) * product_of(self.algebra, diagonal), like)
        return matmul(self.algebra, fixed, inner, like)

    def _product(self, node: Operation) -> Node | None:
        product = product_of(self.algebra, node)
        moving = [each for each in product.factors if self._sees(each)]
        if len(moving) != 1 or moving[0] is node or product.factors[moving[0]] != 1:
            return None
        if any(rank(each) for each in product.limits):
            return None
        (factor,) = moving
        rest = product.without(factor)
        if row_of(factor) in ("add", "sub") and rest.factors:
            return self._distributed(rest, factor, node)
        inner = self.of(factor)
        if inner is None:
            return None
        scalars = {each: exponent for each, exponent in rest.factors.items() if rank(each) == 0}
        vectors = {each: exponent for each, exponent in rest.factors.items() if rank(each) == 1}
        if len(scalars) + len(vectors) != len(rest.factors):
            return None
        scale = Product(product.coefficient, scalars, product.limits)
        if not vectors:
            if rank(factor) != rank(node):
                return None
            return multiplied(self.algebra, scale * product_of(self.algebra, inner), inner)
        vector = multiplied(self.algebra, Product(ONE, vectors), node)
        if rank(factor) == 0:  # a number that depends on it, times a vector
            if rank(inner) != 1:
                return multiplied(self.algebra, scale * product_of(self.algebra, vector), node)
            like = self.algebra.make("outer(a, b)", node.span, a=vector, b=inner)
            return multiplied(self.algebra, scale * Product(ONE, {outer(self.algebra, vector, inner, like): ONE}), like)
        if shape(factor) != shape(node) or rank(inner) != 2:
            return None
        if is_identity(inner):
            made = self.algebra.make("diag(x)", node.span, x=vector)
        else:
            made = self.algebra.make("unsqueeze(x, -1) * a", node.span, x=vector, a=inner)
        return multiplied(self.algebra, scale * Product(ONE, {made: ONE}), made)

    def _distributed(self, product: Product, factor: Node, node: Operation) -> Node | None:
        """A product with a sum, as the sum of its products with each term."""
        terms: Terms = {}
        matrix: Node | None = None
        for key, coefficient in terms_of(self.algebra, factor).items():
            if key is None:
                return None
            part = multiplied(self.algebra, product * product_of(self.algebra, key), node)
            matrix = self.of(part) if self._sees(part) else None
            if matrix is None:
                return None
            terms[matrix] = terms.get(matrix, 0) + coefficient
        return added(self.algebra, terms, matrix) if matrix is not None else None
