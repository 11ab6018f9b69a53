"""Matrices that are triangular by how they are made, and products with them in blocks."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from tcalc.graph.graph import Fused, Node, Operation
from tcalc.graph.rewrites.work import Work, is_matrix_product
from tcalc.graph.simplify.algebra import TRANSPOSES, is_real, rank, row_of, shape
from tcalc.graph.simplify.matrices import is_identity

#: Which half of a square matrix may hold something; of a diagonal one neither need.
Half = Literal["upper", "lower", "diagonal"]

#: Products of smaller matrices are not cut into blocks, nor those with fewer columns.
LARGE, MANY = 512, 64
#: So many rows of blocks: three eighths of the work are zeros in four.
BLOCKS = 4


#: So far back it is looked how a matrix is made: what is needed twice is looked at twice.
DEEPEST = 8


def half(node: Node, depth: int = DEEPEST) -> Half | None:
    """The half of a matrix that may hold something but zeros, by how it is made; None where that may be all of it."""
    if not depth:
        return None
    sizes = shape(node)
    if sizes is None or len(sizes) != 2 or sizes[0] != sizes[1]:
        return None
    if isinstance(node, Fused):
        (end,) = node.body.results
        return half(node.inputs[0], depth - 1) if isinstance(end, Node) and row_of(end) == "diagonal_scatter" else None
    if not isinstance(node, Operation):
        return None
    name = row_of(node)
    if is_identity(node) or (name == "diag" and rank(node.inputs[0]) == 1 and not node.options.get("diagonal")):
        return "diagonal"
    if name == "triu" and int(str(node.options.get("diagonal", 0))) >= 0:
        return "upper"
    if name == "tril" and int(str(node.options.get("diagonal", 0))) <= 0:
        return "lower"
    if name == "diagonal_scatter" and not node.options.get("offset"):
        return half(node.inputs[0], depth - 1)
    if name in TRANSPOSES:
        found = half(node.inputs[0], depth - 1)
        return found if found in (None, "diagonal") else "lower" if found == "upper" else "upper"
    if name == "neg":
        return half(node.inputs[0], depth - 1)
    if name == "mul":  # zeros stay, whatever they are multiplied with
        return next(filter(None, [half(each, depth - 1) for each in node.inputs]), None)
    if name == "div" and not rank(node.inputs[1]):
        return half(node.inputs[0], depth - 1)
    if name in ("add", "sub", "matmul") and len(node.inputs) == 2 and all(shape(each) == sizes for each in node.inputs):
        return _both(half(node.inputs[0], depth - 1), half(node.inputs[1], depth - 1))
    return None


def _both(one: Half | None, other: Half | None) -> Half | None:
    if one == "diagonal":
        return other
    return one if other in ("diagonal", one) else None


def triangular_product(work: Work, node: Operation) -> Node | None:
    """`triu(A) @ B` in rows of blocks: what is known to be zero is not multiplied, with inf neither."""
    if not is_matrix_product(node) or not is_real(node):
        return None
    a, b = node.inputs
    which, sizes = half(a), shape(b) or ()
    if which not in ("upper", "lower") or len(sizes) != 2 or sizes[0] < LARGE or sizes[1] < MANY:
        return None
    n, rows = sizes[0], []
    edges = [n * place // BLOCKS for place in range(BLOCKS + 1)]
    for start, stop in pairwise(edges):
        kept = f"{start}:" if which == "upper" else f":{stop}"
        rows.append(f"a[{start}:{stop}, {kept}] @ b[{kept}]")
    return work.algebra.make(f"cat([{', '.join(rows)}])", node.span, a=a, b=b)


def block_product(work: Work, node: Operation) -> Node | None:
    """`block_diag(B, C) @ A` is each block times its rows of A. Where A holds inf, 0 * inf is not computed."""
    if not is_matrix_product(node):
        return None
    a, b = node.inputs
    if row_of(a) != "block_diag" or not work.is_needed_once(a) or rank(b) == 0:
        return None
    if not all(rank(each) == 2 and 0 not in (shape(each) or (0,)) for each in a.inputs):
        return None
    given: dict[str, object] = {"b": b}
    rows, start = [], 0
    for place, block in enumerate(a.inputs):
        given[f"x{place}"] = block
        stop = start + (shape(block) or (0, 0))[1]
        rows.append(f"x{place} @ b[{start}:{stop}]")
        start = stop
    return work.algebra.make(f"cat([{', '.join(rows)}])", node.span, **given)
