"""Chains of products of batches of matrices, ordered as those of matrices are."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tcalc.graph.graph import Node, Operation
from tcalc.graph.rewrites.chains import WORTH, best_order
from tcalc.graph.rewrites.work import Work, is_floating
from tcalc.graph.simplify.algebra import Shape, rank, row_of, shape, tensor_type


def ordered_batch(work: Work, node: Operation) -> Node | None:
    """`Q @ K.mT @ V` is `Q @ (K.mT @ V)` where that is less work, for each of a batch of matrices.

    Factors are of the batch's shape, or single matrices; the last may be a vector.
    """
    if not _multiplies(node) or _is_inner(work, node):
        return None
    operands = _operands(work, node)
    batch, rows = _batch(operands), [shape(each) or () for each in operands]
    if len(operands) < 3 or batch is None:
        return None
    sizes = [rows[0][-2], *[own[-1] for own in rows if len(own) > 1]]
    vector = operands[-1] if rank(operands[-1]) == 1 else None
    if vector is not None:
        operands[-1] = work.algebra.make("unsqueeze(v, 1)", vector.span, v=vector)
        sizes.append(1)
    count = math.prod(batch)
    order, least = best_order(sizes, [count if rank(each) > 2 else 1 for each in operands])
    if least >= (1 - WORTH) * _written(work, node):
        return None
    made = _built(work, operands, order, node)
    return made if vector is None else work.algebra.make("squeeze(x, -1)", node.span, x=made)


def _multiplies(node: Node) -> bool:
    """Whether a node is a product of matrices of which one is a batch, all of one floating dtype and of known sizes."""
    if row_of(node) not in ("matmul", "bmm"):
        return False
    one, other = node.inputs
    if max(rank(one), rank(other)) < 3 or rank(one) == 1 or tensor_type(one).dtype is not tensor_type(other).dtype:
        return False
    return all(is_floating(each) for each in (node, one, other))


def _is_plain(node: Node) -> bool:
    return row_of(node) in ("matmul", "mm") and all(is_floating(each) and rank(each) == 2 for each in node.inputs)


def _is_inner(work: Work, node: Node) -> bool:
    """Whether a product is a factor of another one, with which it will be ordered."""
    return work.is_needed_once(node) and any(map(_multiplies, work.users(node))) and _keeps(node)


def _keeps(node: Node) -> bool:
    """Whether a product can be opened: as many matrices stand on both sides, and no vector took an axis away."""
    return rank(node.inputs[-1]) > 1


def _opens(work: Work, node: Node) -> bool:
    """Whether a factor is a product of factors of the chain."""
    return work.is_needed_once(node) and (_multiplies(node) or _is_plain(node)) and _keeps(node)


def _operands(work: Work, node: Node) -> list[Node]:
    """The factors of a product, from left to right."""
    return [inner for each in node.inputs for inner in (_operands(work, each) if _opens(work, each) else [each])]


def _batch(operands: Sequence[Node]) -> Shape | None:
    """The shape of the batches, where those of all operands are alike."""
    found = {(shape(each) or ())[:-2] for each in operands if rank(each) > 2}
    return found.pop() if len(found) == 1 else None


def _written(work: Work, node: Node) -> int:
    """The multiplications of a chain as it is written."""
    own = math.prod(shape(node) or ()) * (shape(node.inputs[0]) or (1,))[-1]
    return own + sum([_written(work, each) for each in node.inputs if _opens(work, each)])


def _built(work: Work, operands: Sequence[Node], order: object, node: Node) -> Node:
    if isinstance(order, int):
        return operands[order]
    assert isinstance(order, tuple)
    one, other = [_built(work, operands, each, node) for each in order]
    return work.algebra.make("a @ b", node.span, a=one, b=other)
