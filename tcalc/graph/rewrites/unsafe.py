"""What saves work and may lose digits: off unless somebody asks for it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tcalc.graph.graph import Node, Operation
from tcalc.graph.rewrites.work import Work, flops_of, is_matrix_product
from tcalc.graph.simplify.algebra import is_real, rank, row_of, shape, tensor_type
from tcalc.graph.simplify.matrices import is_identity

#: A sum of more matrices is left alone.
MOST_TERMS = 16


def distributed_product(work: Work, node: Operation) -> Node | None:
    """`(A - H.T @ H) @ x` is `A @ x - H.T @ (H @ x)`: no product of matrices is made where x is a vector, or thin.

    The sum of the matrices is rounded once, before it meets x; of the terms each is rounded, and where they are large
    and their sum is small that is what remains.
    """
    if not is_matrix_product(node):
        return None
    for place, whole in enumerate(node.inputs):
        other = node.inputs[1 - place]
        if row_of(whole) not in ("add", "sub") or rank(whole) != 2 or not work.is_needed_once(whole):
            continue
        terms = _terms(work, whole, "+")
        factors = [each for _, term in terms for each in _factors(work, term)]
        if len(factors) == len(terms) or len(terms) > MOST_TERMS:
            continue
        apart = [is_identity(term) or len(_factors(work, term)) > 1 for _, term in terms]
        plain = [each for each, alone in zip(terms, apart, strict=True) if not alone]
        products = [
            (sign, _times(work, term, other, from_left=place == 1))
            for (sign, term), alone in zip(terms, apart, strict=True)
            if alone
        ]
        if plain:
            products.insert(0, ("+", _times(work, _sum(work, plain), other, from_left=place == 1)))
        made, operands = _sum(work, products), [other, *factors]
        if flops_of([made], operands) < flops_of([node], operands):
            return made
    return None


def _sum(work: Work, terms: Sequence[tuple[str, Node]]) -> Node:
    """Terms with their signs, added from the left."""
    (sign, made), *rest = terms
    if sign == "-":
        made = work.algebra.make("-a", made.span, a=made)
    for sign, term in rest:
        made = work.algebra.make(f"a {sign} b", term.span, a=made, b=term)
    return made


def _terms(work: Work, node: Node, sign: str) -> list[tuple[str, Node]]:
    """The matrices that are added, each with its sign."""
    if row_of(node) not in ("add", "sub") or not isinstance(node, Operation) or not work.is_needed_once(node):
        return [(sign, node)]
    if node.options or len(node.inputs) != 2 or any(_kind(each) != _kind(node) for each in node.inputs):
        return [(sign, node)]
    one, other = node.inputs
    turned = sign if row_of(node) == "add" else "-" if sign == "+" else "+"
    return [*_terms(work, one, sign), *_terms(work, other, turned)]


def _kind(node: Node) -> object:
    return shape(node), tensor_type(node).dtype


def _factors(work: Work, term: Node) -> tuple[Node, ...]:
    """The two matrices that a term is a product of, which nobody else needs; else itself."""
    return term.inputs if is_matrix_product(term) and work.is_needed_once(term) else (term,)


def _times(work: Work, term: Node, other: Node, *, from_left: bool) -> Node:
    """A term times what the sum is multiplied by, or that times it."""
    if is_identity(term):
        return other
    made = other
    factors = _factors(work, term)
    for each in factors if from_left else reversed(factors):
        made = work.algebra.make("a @ b" if from_left else "b @ a", term.span, a=made, b=each)
    return made


def dotted_sum(work: Work, node: Operation) -> Node | None:
    """`sum(A * B)` is a dot product of all elements: BLAS adds them up in a row, torch's sum in pairs."""
    (x,) = node.inputs
    if rank(node) or set(node.options) - {"keepdim"} or row_of(x) != "mul" or not work.is_needed_once(x):
        return None
    a, b = x.inputs
    if not is_real(node) or shape(a) != shape(b) or tensor_type(a).dtype is not tensor_type(b).dtype:
        return None
    count = math.prod(shape(a) or (0,))
    return work.algebra.make("reshape(a, n) @ reshape(b, n)", node.span, a=a, b=b, n=count) if count else None
