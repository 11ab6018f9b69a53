"""Einsum as products: in which order several operands are contracted, and by what.

A letter is an axis. Of two operands it is a batch where both have it and the result too, inner where both have it and
the result has not, and free where one of them has it alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from tcalc.graph.graph import Node, Operation
from tcalc.graph.rewrites.work import Work, flops_of, is_floating
from tcalc.graph.simplify.algebra import shape, tensor_type
from tcalc.library.einsum import DOTS, read

#: An axis by its letter; those of dots by numbers, which are counted from the last.
Letter = str
Letters = tuple[Letter, ...]
#: The sizes of all letters.
Sizes = dict[Letter, int]


class Term:
    """A tensor with a letter for each of its axes."""

    __slots__ = ("letters", "node")

    def __init__(self, node: Node, letters: Iterable[Letter]) -> None:
        self.node, self.letters = node, tuple(letters)


def contracted_einsum(work: Work, node: Operation) -> Node | None:
    """`"ij,jk,k->i"(A, B, x)` is `A @ (B @ x)`: pair by pair in the order of least work, each pair one product.

    The order is opt_einsum's, for the sizes at hand. torch searches one at each call.
    """
    if not node.inputs or not is_floating(node) or len({tensor_type(each).dtype for each in node.inputs}) != 1:
        return None
    equation = read(str(node.options["equation"]))
    dots = [len(shape(x) or ()) + 1 - len(own) for own, x in zip(equation.inputs, node.inputs, strict=True)]
    terms = [Term(x, _spelled(own, n)) for own, x, n in zip(equation.inputs, node.inputs, dots, strict=True)]
    result = _spelled(
        equation.output, max([n for n, own in zip(dots, equation.inputs, strict=True) if DOTS in own] or [0])
    )
    sizes = _sizes(terms)
    if sizes is None:
        return None
    terms = [_alone(work, each) for each in terms]
    for pair in _path(terms, result, sizes):
        chosen = [terms[place] for place in pair]
        terms = [each for place, each in enumerate(terms) if place not in pair]
        while len(chosen) > 1:
            *chosen, one, other = chosen
            kept = {letter for each in (*terms, *chosen) for letter in each.letters} | set(result)
            wanted = result if not terms and not chosen else ()
            chosen.append(_pair(work, one, other, kept, wanted, sizes))
        terms.append(chosen[0])
    (last,) = terms
    made = _ordered(work, _summed(work, last, set(result)), result)
    return made if flops_of((made,), node.inputs) <= flops_of((node,), node.inputs) else None


def _spelled(letters: Sequence[str], dots: int) -> Letters:
    """Letters with numbers in the place of dots, 0 for the last of these axes."""
    found: list[str] = []
    for each in letters:
        found += [str(place) for place in reversed(range(dots))] if each == DOTS else [each]
    return tuple(found)


def _sizes(terms: Sequence[Term]) -> Sizes | None:
    """The sizes of all letters; None where one is not known, is 0, or meets another one, which is then broadcast."""
    sizes: Sizes = {}
    for each in terms:
        own = shape(each.node)
        if own is None or 0 in own:
            return None
        for letter, size in zip(each.letters, own, strict=True):
            if sizes.setdefault(letter, size) != size:
                return None
    return sizes


def _path(terms: Sequence[Term], result: Letters, sizes: Sizes) -> Sequence[tuple[int, ...]]:
    """Which terms are contracted first, by their places; what they give comes last."""
    if len(terms) == 1:
        return []
    if len(terms) == 2:
        return [(0, 1)]
    from opt_einsum import contract_path  # type: ignore[import-untyped]  # it has no types; torch has loaded it

    symbols = {letter: chr(ord("a") + place) for place, letter in enumerate(sizes)}
    spelled = ["".join([symbols[letter] for letter in letters]) for letters in (*[t.letters for t in terms], result)]
    equation = f"{','.join(spelled[:-1])}->{spelled[-1]}"
    shapes = [tuple([sizes[letter] for letter in each.letters]) for each in terms]
    path: Sequence[tuple[int, ...]] = contract_path(equation, *shapes, shapes=True)[0]
    return path


# One term


def _alone(work: Work, term: Term) -> Term:
    """A term whose letters differ: where one stands twice, the diagonal."""
    letters, node = list(term.letters), term.node
    for letter in dict.fromkeys(letters):
        while letters.count(letter) > 1:
            one = letters.index(letter)
            other = letters.index(letter, one + 1)
            node = work.algebra.make("diagonal(x, 0, one, other)", node.span, x=node, one=one, other=other)
            letters = [*letters[:one], *letters[one + 1 : other], *letters[other + 1 :], letter]
    return Term(node, letters)


def _summed(work: Work, term: Term, kept: Iterable[Letter]) -> Term:
    """The sum over the letters that nobody else needs."""
    kept = set(kept)
    gone = tuple([place for place, letter in enumerate(term.letters) if letter not in kept])
    if not gone:
        return term
    text = "sum(x)" if len(gone) == len(term.letters) else "sum(x, dims)"
    made = work.algebra.make(text, term.node.span, x=term.node, dims=gone)
    return Term(made, [letter for letter in term.letters if letter in kept])


def _ordered(work: Work, term: Term, letters: Letters) -> Node:
    """The axes in an order."""
    if term.letters == letters:
        return term.node
    if len(letters) == 2:
        return work.algebra.make("x.T", term.node.span, x=term.node)
    dims = tuple([term.letters.index(letter) for letter in letters])
    return work.algebra.make("permute(x, dims)", term.node.span, x=term.node, dims=dims)


def _shaped(work: Work, node: Node, sizes: Sequence[int]) -> Node:
    """The same numbers with other axes."""
    if shape(node) == tuple(sizes):
        return node
    return work.algebra.make("reshape(x, sizes)", node.span, x=node, sizes=tuple(sizes))


# Two terms


def _pair(work: Work, one: Term, other: Term, kept: set[Letter], wanted: Letters, sizes: Sizes) -> Term:
    """The contraction of two terms over the letters that are not kept; its axes are as wanted if that costs nothing."""
    one, other = _summed(work, one, kept | set(other.letters)), _summed(work, other, kept | set(one.letters))
    shared = [letter for letter in one.letters if letter in other.letters]
    inner = tuple([letter for letter in shared if letter not in kept])
    if not inner:
        return _elements(work, one, other, wanted, sizes)
    batch = tuple([letter for letter in shared if letter in kept])
    left = tuple([letter for letter in one.letters if letter not in shared])
    right = tuple([letter for letter in other.letters if letter not in shared])
    if left and right and wanted[-len(left) :] == left:  # the other way round nothing is turned afterwards
        one, other, left, right = other, one, right, left
    if batch:
        return _batched(work, one, other, batch, left, inner, right, sizes)
    if not left and not right and len(inner) > 1 and one.letters != other.letters:
        turned = _ordered(work, other, one.letters)
        return Term(work.algebra.make("sum(a * b)", one.node.span, a=one.node, b=turned), ())
    inner = _least_copied(one, other, left, inner, right, sizes)
    a, b = _matrix(work, one, left, inner, sizes), _matrix(work, other, inner, right, sizes)
    made = work.algebra.make("a @ b", one.node.span, a=a, b=b)
    return Term(_shaped(work, made, [sizes[letter] for letter in (*left, *right)]), (*left, *right))


def _elements(work: Work, one: Term, other: Term, wanted: Letters, sizes: Sizes) -> Term:
    """The product of two terms element by element, each stretched along the letters of the other alone."""
    own = (*one.letters, *[letter for letter in other.letters if letter not in one.letters])
    letters = wanted if set(wanted) == set(own) else own
    a, b = [_stretched(work, each, letters, sizes) for each in (one, other)]
    return Term(work.algebra.make("a * b", one.node.span, a=a, b=b), letters)


def _stretched(work: Work, term: Term, letters: Letters, sizes: Sizes) -> Node:
    """A term as it is broadcast against all letters: its own in their order, with axes of size 1 between them."""
    own = tuple([letter for letter in letters if letter in term.letters])
    node = _ordered(work, term, own)
    from_first = letters[letters.index(own[0]) :] if own else ()
    return _shaped(work, node, [sizes[letter] if letter in own else 1 for letter in from_first])


def _least_copied(one: Term, other: Term, left: Letters, inner: Letters, right: Letters, sizes: Sizes) -> Letters:
    """The order of the inner letters, as the one or the other has them, in which fewer numbers have to be moved."""
    orders = [tuple([letter for letter in each.letters if letter in inner]) for each in (one, other)]

    def moved(order: Letters) -> int:
        pairs = ((one, left), (other, right))
        return sum(
            math.prod([sizes[letter] for letter in term.letters])
            for term, free in pairs
            if term.letters not in ((*free, *order), (*order, *free))
        )

    return min(orders, key=moved)


def _matrix(work: Work, term: Term, rows: Letters, columns: Letters, sizes: Sizes) -> Node:
    """A term as a matrix of two groups of letters, or as a vector where one of them is empty."""
    groups = [group for group in (rows, columns) if group]
    merged = [math.prod([sizes[letter] for letter in group]) for group in groups]
    if term.letters == (*columns, *rows) and rows and columns:
        made = _shaped(work, term.node, merged[::-1])
        return work.algebra.make("x.T", made.span, x=made)
    return _shaped(work, _ordered(work, term, (*rows, *columns)), merged)


def _batched(
    work: Work, one: Term, other: Term, batch: Letters, left: Letters, inner: Letters, right: Letters, sizes: Sizes
) -> Term:
    """A product of matrices for each element of the batch."""
    if _is_better_summed(one, other, batch, left, inner, right, sizes):
        return _multiplied_and_summed(work, one, other, inner, sizes)
    spread = _spread(one, other, batch, left, inner, right, sizes)
    if spread:
        # What the first has before the batch is a batch, too, which the other is stretched along.
        batch, left = (*spread, *batch), tuple([letter for letter in left if letter not in spread])
    a = _matrices(work, one, batch, left, inner, sizes)
    b = _matrices(work, other, tuple([letter for letter in batch if letter not in spread]), inner, right, sizes)
    made = work.algebra.make("a @ b", one.node.span, a=a, b=b)
    letters = (*batch, *left, *right)
    return Term(_shaped(work, made, [sizes[letter] for letter in letters]), letters)


#: Above so many elements no product is made whole only to be summed.
MOST_MADE = 1 << 26
#: From so many elements on, a sum along adjacent numbers is faster than a product of a matrix and a vector.
LONG = 16
#: With more rows and columns than this the product of matrices is the faster one, however they lie.
NARROW = 4


def _is_better_summed(
    one: Term, other: Term, batch: Letters, left: Letters, inner: Letters, right: Letters, sizes: Sizes
) -> bool:
    """Whether BLAS is at a loss: many products of a vector, or of matrices whose elements lie far apart.

    Operands are taken to lie row by row.
    """
    each, rows, columns, deep = [math.prod([sizes[x] for x in group]) for group in (batch, left, right, inner)]
    if each * rows * columns * deep > MOST_MADE:
        return False
    if not left and not right:
        return True
    last = {one.letters[-1], other.letters[-1]}
    if last <= set(batch):
        return min(rows, columns) <= NARROW
    return last <= set(inner) and min(rows, columns) == 1 and deep >= LONG


def _multiplied_and_summed(work: Work, one: Term, other: Term, inner: Letters, sizes: Sizes) -> Term:
    """All products of elements, then their sums; the letter that is last in memory stays last."""
    if len(one.letters) < len(other.letters):
        one, other = other, one
    missing = [letter for letter in other.letters if letter not in one.letters]
    order = (*one.letters[:-1], *missing, one.letters[-1])
    made = _elements(work, one, other, order, sizes)
    return _summed(work, made, set(order) - set(inner))


#: Up to so many elements, copies cost less than another call.
FEW = 1 << 14


def _spread(
    one: Term, other: Term, batch: Letters, left: Letters, inner: Letters, right: Letters, sizes: Sizes
) -> Letters:
    """The free letters that stand before the batch, where stretching the other term copies no more than moving this."""
    place = one.letters.index(batch[0])
    before = one.letters[:place]
    rest = tuple([letter for letter in left if letter not in before])
    if not before or len(rest) > 1 or one.letters[place:] not in ((*batch, *rest, *inner), (*batch, *inner, *rest)):
        return ()
    copies = math.prod([sizes[letter] for letter in (*before, *other.letters)])
    return before if copies <= min(FEW, math.prod([sizes[letter] for letter in one.letters])) else ()


def _matrices(work: Work, term: Term, batch: Letters, rows: Letters, columns: Letters, sizes: Sizes) -> Node:
    """A term as matrices of two groups of letters, an empty one of size 1."""
    outer = [sizes[letter] for letter in batch]
    merged = [math.prod([sizes[letter] for letter in group]) for group in (rows, columns)]
    if term.letters == (*batch, *columns, *rows) and rows and columns:
        made = _shaped(work, term.node, [*outer, *merged[::-1]])
        return work.algebra.make("x.mT", made.span, x=made)
    return _shaped(work, _ordered(work, term, (*batch, *rows, *columns)), [*outer, *merged])
