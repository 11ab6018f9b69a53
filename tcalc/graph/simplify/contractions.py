"""Einsum's contractions by the names that they have as products of vectors and matrices."""

from __future__ import annotations

from tcalc.graph.graph import Node, Operation
from tcalc.graph.simplify.algebra import Algebra, rank, shape
from tcalc.graph.simplify.matrices import ONE, matmul, outer, split, turned
from tcalc.graph.simplify.products import Product, multiplied, product_of
from tcalc.library.einsum import DOTS, read

Letters = tuple[str, ...]


def contracted(algebra: Algebra, node: Operation) -> Node:
    """The rule of `einsum`: scalars stand outside, and what is a sum or a product of matrices is written so."""
    equation = read(node.options["equation"])
    scale = Product(ONE, {})
    letters: list[Letters] = []
    operands: list[Node] = []
    for own, each in zip(equation.inputs, node.inputs, strict=True):
        factor, rest = (product_of(algebra, each), each) if rank(each) == 0 else split(algebra, each)
        scale = scale * factor
        if rank(each):
            letters.append(tuple(own))
            operands.append(rest)
    result = tuple(equation.output)
    if any(DOTS in part for part in (*letters, result)):
        return node
    found = _named(algebra, letters, operands, result, node)
    if found is None and len(operands) < len(node.inputs) and operands:
        text = ",".join(map("".join, letters)) + "->" + "".join(result)
        names = [f"x{place}" for place in range(len(operands))]
        given = dict(zip(names, operands, strict=True))
        found = algebra.make(f"einsum(equation, {', '.join(names)})", node.span, equation=text, **given)
    if found is None:
        return node
    return multiplied(algebra, scale * Product(ONE, {found: ONE}), node)


def _named(
    algebra: Algebra, letters: list[Letters], operands: list[Node], result: Letters, node: Operation
) -> Node | None:
    """As a product or a view that has a name, None where it has none."""
    if any(len(set(part)) != len(part) or len(part) > 2 for part in (*letters, result)):
        return None
    if len(operands) == 1:
        ((own,), (x,)) = letters, operands
        if own == result:
            return x
        return turned(algebra, x) if own == result[::-1] else None
    if len(operands) != 2:
        return None
    (a, b), (x, y) = letters, operands
    if a == b == result and shape(x) == shape(y):
        return algebra.make("x * y", node.span, x=x, y=y)
    shared = set(a) & set(b)
    if len(a) == len(b) == 1 and not shared:
        if set(result) != {*a, *b}:
            return None  # one of them is summed
        return outer(algebra, x, y, node) if result == (*a, *b) else outer(algebra, y, x, node)
    if len(shared) != 1 or set(result) != set(a) ^ set(b):
        return None
    (letter,) = shared
    if a[-1] != letter:
        x, a = turned(algebra, x), a[::-1]
    if b[0] != letter:
        y, b = turned(algebra, y), b[::-1]
    if result and result[0] != a[0] and len(a) > 1:  # the other way round
        x, y = turned(algebra, y), turned(algebra, x)
    return matmul(algebra, x, y, node)
