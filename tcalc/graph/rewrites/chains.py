"""Chains of products: in which order they cost the least."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tcalc.graph.graph import Node, Operation
from tcalc.graph.rewrites.work import Work, is_plain
from tcalc.graph.simplify.algebra import TRANSPOSES, is_real, number_of, rank, row_of, shape, tensor_type

#: An order of a chain: the place of an operand, or two orders that are multiplied.
Order = "int | tuple[Order, Order]"
#: Longer chains are ordered piece by piece.
MOST_AT_ONCE = 40
#: Longer ones are not multiplied from one end on.
MOST_IN_A_ROW = 256
#: Another order is taken where it saves this part of the work at least.
WORTH = 0.05


def ordered_chain(work: Work, node: Operation) -> Node | None:
    """`A @ B @ v` is `A @ (B @ v)`: the order of least work, by dynamic programming over the sizes.

    Scalars inside stand before the product, transposes of products go inside. A chain that mirrors itself is half
    computed, and multiplied by itself.
    """
    if id(node) in work.ordered or not work.multiplies(node) or _is_inner(work, node):
        return None
    scalars: list[Node] = []
    operands = _operands(work, node, scalars, top=True)
    if len(operands) < 3 and not scalars:
        return None
    sizes = _sizes(operands)
    order, least = best_order(sizes)
    scaled, smallest = _smallest(operands, node)
    least += len(scalars) * smallest
    half = len(operands) // 2
    if _is_mirrored(operands):
        right, once = best_order(sizes[half:])
        squared = once + sizes[half] * sizes[-1] ** 2
        if squared < (1 - WORTH) * _written(work, node) and squared <= least:
            made = _built(work, operands[half:], right, node)
            made = work.algebra.make("r @ r" if rank(made) == 1 else "r.T @ r", node.span, r=made)
            work.count((made, *made.inputs))  # so that the half, which is needed twice, is not taken apart again
            return _scaled(work, made, scalars)
    if least >= (1 - WORTH) * _written(work, node):
        work.ordered[id(node)] = node
        return None
    if scaled is not None:
        operands[scaled] = _scaled(work, operands[scaled], scalars)
    made = _built(work, operands, order, node)
    work.ordered[id(made)] = made
    return made if scaled is not None else _scaled(work, made, scalars)


def _smallest(operands: Sequence[Node], node: Node) -> tuple[int | None, int]:
    """Where a product is scaled with the fewest multiplications, and with how many: an operand, or None, the result."""
    counts = [_count(each) for each in operands]
    place = min(range(len(counts)), key=counts.__getitem__)
    return (place, counts[place]) if counts[place] < _count(node) else (None, _count(node))


def _scaled(work: Work, node: Node, scalars: Sequence[Node]) -> Node:
    for each in scalars:
        node = work.algebra.make("s * x", node.span, s=each, x=node)
    return node


def _is_mirrored(operands: Sequence[Node]) -> bool:
    """Whether the left half of a chain is the transpose of the right one: `x @ A.T @ A @ x` is `(A @ x) @ (A @ x)`."""
    pairs = zip(operands, reversed(operands), strict=True)
    return len(operands) % 2 == 0 and all(_turned(one) == _turned(other, True) for one, other in pairs)


def _turned(node: Node, once_more: bool = False) -> tuple[int, bool]:
    """The matrix that a factor is, and whether it is turned; a vector is the same either way."""
    if rank(node) == 1:
        return id(node), False
    if row_of(node) in TRANSPOSES and is_real(node):
        return id(node.inputs[0]), not once_more
    return id(node), once_more


def _is_inner(work: Work, node: Node) -> bool:
    """Whether a product is a factor of another one, with which it will be ordered."""
    while work.is_needed_once(node) and work.users(node):
        (user,) = work.users(node)
        if work.multiplies(user):
            return True
        if row_of(user) not in TRANSPOSES and not _is_scaling(user, node):
            return False
        node = user
    return False


def _is_scaling(user: Node, node: Node) -> bool:
    """Whether a node is another one, times a scalar."""
    if row_of(user) != "mul" or not is_plain(user) or tensor_type(user).dtype.bits < 32:
        return False
    others = [each for each in user.inputs if each is not node]
    return len(others) == 1 and rank(others[0]) == 0 and _is_weak(others[0], node)


def _is_weak(scalar: Node, node: Node) -> bool:
    """Whether a scalar leaves the dtype of a tensor as it is."""
    return number_of(scalar) is not None or tensor_type(scalar).dtype is tensor_type(node).dtype


def _operands(work: Work, node: Node, scalars: list[Node], top: bool = False, turned: bool = False) -> list[Node]:
    """The factors of a product, from left to right; of its transpose where it is `turned`."""
    if top or work.is_needed_once(node):
        if work.multiplies(node) and (not turned or rank(node) == 2) and _keeps_shape(node, turned):
            left, right = node.inputs[::-1] if turned else node.inputs
            first = _factors(work, left, scalars, turned, -1)
            return [*first, *_factors(work, right, scalars, turned, 0)]
        if row_of(node) in TRANSPOSES and rank(node) == 2 and is_real(node) and _has_product(work, node.inputs[0]):
            return _operands(work, node.inputs[0], scalars, turned=not turned)
        if row_of(node) == "mul" and not top and tensor_type(node).dtype.bits >= 32:  # of half floats, many overflow
            for scalar, inner in (node.inputs, node.inputs[::-1]):
                if rank(scalar) == 0 and rank(inner) and is_plain(inner) and _is_weak(scalar, inner):
                    scalars.append(scalar)
                    return _operands(work, inner, scalars, turned=turned)
        if (
            row_of(node) == "outer"
            and is_plain(node)
            and all(tensor_type(e).dtype is tensor_type(node).dtype for e in node.inputs)
        ):
            column, row = node.inputs[::-1] if turned else node.inputs
            return [_column(work, column), _row(work, row)]
    if not turned or rank(node) != 2:
        return [node]
    if row_of(node) in TRANSPOSES and is_real(node):
        return [node.inputs[0]]
    return [work.turned(node)]


def _factors(work: Work, node: Node, scalars: list[Node], turned: bool, inner: int) -> list[Node]:
    """The factors of an operand of a product, whose `inner` one, first or last, meets the other operand.

    That must be a matrix: in `x @ (y @ A)` the bracket is a vector, and cannot be opened.
    """
    own: list[Node] = []
    found = _operands(work, node, own, turned=turned)
    if len(found) > 1 and rank(found[inner]) != 2:
        return [node]
    scalars += own
    return found


def _keeps_shape(node: Node, turned: bool) -> bool:
    """Whether the factors of a product are matrices where its transpose is taken apart."""
    return not turned or all(rank(each) == 2 for each in node.inputs)


def _has_product(work: Work, node: Node) -> bool:
    return work.is_needed_once(node) and work.multiplies(node) and rank(node) == 2


def _column(work: Work, x: Node) -> Node:
    return work.algebra.make("unsqueeze(x, 1)", x.span, x=x)


def _row(work: Work, x: Node) -> Node:
    return work.algebra.make("unsqueeze(x, 0)", x.span, x=x)


def _sizes(operands: Sequence[Node]) -> list[int]:
    """The sizes between which each operand maps: a vector is a row in the first place, a column in the last."""
    found: list[int] = []
    for place, each in enumerate(operands):
        own = shape(each) or ()
        if len(own) == 2:
            pair = own
        else:
            pair = (1, own[0]) if place == 0 and len(operands) > 1 else (own[0], 1)
        found += pair if not found else pair[1:]
    return found


def _written(work: Work, node: Node) -> int:
    """The multiplications of a chain as it is written."""
    if not work.multiplies(node):
        if row_of(node) in TRANSPOSES or (row_of(node) == "mul" and any(rank(each) == 0 for each in node.inputs)):
            own = 0 if row_of(node) in TRANSPOSES else _count(node)
            return own + sum(_written(work, each) for each in node.inputs if rank(each))
        return _count(node) if row_of(node) == "outer" else 0
    one, other = node.inputs
    inner = (shape(one) or (1,))[-1]
    return _count(node) * inner + sum(_written(work, each) for each in (one, other) if work.is_needed_once(each))


def _count(node: Node) -> int:
    total = 1
    for size in shape(node) or ():
        total *= size
    return total


def best_order(sizes: Sequence[int], batches: Sequence[int] = ()) -> tuple[object, int]:
    """The order of least work of matrices of sizes `sizes[i], sizes[i + 1]`, and the multiplications that it takes.

    `batches` says how many matrices each factor is, of one number wherever that is not 1.
    """
    count = len(sizes) - 1
    if count > MOST_AT_ONCE and not batches:
        return _pieces(sizes)
    cost = [[0] * count for _ in range(count)]
    split = [[0] * count for _ in range(count)]
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            best, place = None, first
            ends = sizes[first] * sizes[last + 1] * (max(batches[first : last + 1]) if batches else 1)
            row = cost[first]
            for middle in range(first, last):
                total = row[middle] + cost[middle + 1][last] + ends * sizes[middle + 1]
                if best is None or total <= best:  # of equals the one that groups from the left
                    best, place = total, middle
            row[last], split[first][last] = best or 0, place

    def order(first: int, last: int) -> object:
        if first == last:
            return first
        middle = split[first][last]
        return order(first, middle), order(middle + 1, last)

    return order(0, count - 1), cost[0][count - 1]


def _pieces(sizes: Sequence[int]) -> tuple[object, int]:
    """A long chain: where the sizes between are smallest it is cut, and each piece is ordered by itself.

    Or it is multiplied from one end on, where there a vector may stand.
    """
    count = len(sizes) - 1
    cut = min(range(1, count), key=lambda place: (sizes[place], abs(2 * place - count)))
    (left, first), (right, second) = best_order(sizes[: cut + 1]), best_order(sizes[cut:])
    found: list[tuple[object, int]] = [
        ((left, _shifted(right, cut)), first + second + sizes[0] * sizes[cut] * sizes[-1])
    ]
    if count <= MOST_IN_A_ROW:
        steps = [one * other for one, other in pairwise(sizes)]
        one: object = 0
        other: object = count - 1
        for place in range(1, count):
            one, other = (one, place), (count - 1 - place, other)
        found += [(one, sum(steps[1:]) * sizes[0]), (other, sum(steps[:-1]) * sizes[-1])]
    return min(found, key=lambda each: each[1])


def _shifted(order: object, by: int) -> object:
    return order + by if isinstance(order, int) else tuple([_shifted(each, by) for each in order])  # type: ignore[attr-defined]  # an Order


def _built(work: Work, operands: Sequence[Node], order: object, node: Node) -> Node:
    if isinstance(order, int):
        return operands[order]
    assert isinstance(order, tuple)
    one, other = [_built(work, operands, each, node) for each in order]
    return _scaled_vector(work, one, other, node) or work.product(one, other, node.span)


def _scaled_vector(work: Work, column: Node, row: Node, node: Node) -> Node | None:
    """`outer(x, y) @ v` is x times the number `y @ v`, which need not be an axis of size 1."""
    inner = row.inputs[0] if work.multiplies(row) and rank(row) == 1 else None
    if row_of(column) != "unsqueeze" or inner is None or row_of(inner) != "unsqueeze" or shape(row) != (1,):
        return None
    x, y, v = column.inputs[0], inner.inputs[0], row.inputs[1]
    if rank(x) != 1 or rank(y) != 1 or shape(y) != shape(v):
        return None
    return work.algebra.make("x * s", node.span, x=x, s=work.product(y, v, node.span))
