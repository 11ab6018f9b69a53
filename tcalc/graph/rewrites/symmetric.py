"""Products of a matrix and its own transpose, which are symmetric: half of their blocks are computed."""

from __future__ import annotations

from itertools import pairwise

from tcalc.graph.graph import Node, Operation
from tcalc.graph.rewrites.work import Work, is_matrix_product
from tcalc.graph.simplify.algebra import TRANSPOSES, is_real, rank, row_of, shape

#: Smaller results are not cut into blocks, nor sums of fewer products.
LARGE, DEEP = 512, 64
#: So many blocks along an axis: of four times four, ten are computed.
BLOCKS = 4


def symmetric_product(work: Work, node: Operation) -> Node | None:
    """`A @ A.T` by columns of blocks, from the diagonal on down; those above it are transposes of these."""
    if not is_matrix_product(node) or not is_real(node) or any(rank(each) != 2 for each in node.inputs):
        return None
    a, b = node.inputs
    if not ((row_of(b) in TRANSPOSES and b.inputs[0] is a) or (row_of(a) in TRANSPOSES and a.inputs[0] is b)):
        return None
    n, k = shape(a) or (0, 0)
    if n < LARGE or k < DEEP:
        return None
    edges = [n * place // BLOCKS for place in range(BLOCKS + 1)]
    columns: list[str] = []
    names: list[str] = []
    for place, (start, stop) in enumerate(pairwise(edges)):
        above = [f"c{j}[{start - edges[j]}:{stop - edges[j]}].T" for j in range(place)]
        names.append(f"let c{place} = a[{start}:] @ b[:, {start}:{stop}] in ")
        columns.append(f"cat([{', '.join([*above, f'c{place}'])}])" if above else f"c{place}")
    return work.algebra.make(f"{''.join(names)}cat([{', '.join(columns)}], 1)", node.span, a=a, b=b)
