"""Products and contractions."""

from __future__ import annotations

from itertools import pairwise

from tcalc.errors import counted
from tcalc.library.builtin import Builtin, Form
from tcalc.library.einsum import contracted
from tcalc.library.rules import by_axes, tensor
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, meet, stretch
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined, sizes_meet
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Pack, TensorType, Type


def crossed(match: Match) -> Type:
    """The Kronecker product: sizes multiply, axis by axis from the right."""
    a, b = match["a"], match["b"]
    assert isinstance(a, TensorType) and isinstance(b, TensorType)
    if any(isinstance(axis, Pack) for axis in (*a.axes, *b.axes)):
        raise Undetermined
    rank = max(len(a.axes), len(b.axes))
    one: list[Size] = [*[1] * (rank - len(a.axes)), *a.shape]
    other: list[Size] = [*[1] * (rank - len(b.axes)), *b.shape]
    return TensorType(match.result_dtype("T"), tuple([Axis(sizes.mul(m, n)) for m, n in zip(one, other, strict=True)]))


def chained(match: Match) -> Type:
    """Matrices multiplied one after the other; the first may be a row, the last a column."""
    items = match["tensors"]
    assert isinstance(items, tuple)
    if len(items) < 2:
        raise Mismatch(
            "shape", f"multi_dot is of at least 2 tensors, and {counted(len(items), 'is', 'are')} given", depth=3
        )
    if any(isinstance(axis, Pack) for item in items for axis in item.axes):
        raise Undetermined
    for position, item in enumerate(items):
        least = 1 if position in (0, len(items) - 1) else 2
        if not least <= len(item.axes) <= 2:
            sentence = f"item {position} is {item}, and must be a matrix{'' if least == 2 else ' or a vector'}"
            raise Mismatch("shape", sentence, Place("tensors", None, position), depth=3)
    if match.promoted("T").rank == 0:
        raise Mismatch("dtype", f"item 0 is {items[0]}, but must be numbers", Place("tensors", None, 0), depth=5)
    for position, (one, other) in enumerate(pairwise(items)):
        if meet(one.axes[-1], other.axes[0]) is None:
            left, right = Place("tensors", one.axes[-1], position), Place("tensors", other.axes[0], position + 1)
            raise sizes_meet(left, len(one.axes) - 1, len(one.axes), right, 0, len(other.axes))
    return TensorType(match.promoted("T"), (*items[0].axes[:-1], *items[-1].axes[1:]))


def contracted_over(match: Match) -> Axes:
    """The axes that are not summed over: those of a, then those of b."""
    a, b = tensor(match, "a"), tensor(match, "b")
    if a.rank is None or b.rank is None:
        raise Undetermined
    dims = match["dims"]
    if isinstance(dims, int):
        if not 0 <= dims <= min(a.rank, b.rank):
            sentence = f"dims is {dims}, and {{0}} is {a}, {{1}} {b}"
            raise Mismatch("shape", sentence, Place("a"), Place("b"), depth=3)
        dims = (tuple(range(a.rank - dims, a.rank)), tuple(range(dims)))
    if not isinstance(dims, tuple):
        raise Undetermined
    if len(dims) != 2 or len(dims[0]) != len(dims[1]):
        raise Mismatch("shape", "dims names as many axes of the one as of the other, in two lists", depth=3)
    left, right = [normal_axis(dim, a, "a") for dim in dims[0]], [normal_axis(dim, b, "b") for dim in dims[1]]
    for name, positions in (("a", left), ("b", right)):
        if len(set(positions)) != len(positions):
            raise Mismatch("shape", "dims names an axis of {0} twice", Place(name), depth=3)
    for one, other in zip(left, right, strict=True):
        mine, theirs = a.axes[one], b.axes[other]
        assert isinstance(mine, Axis) and isinstance(theirs, Axis)
        if stretch(mine, theirs) is None:
            raise sizes_meet(Place("a", mine), one, a.rank, Place("b", theirs), other, b.rank)
    kept = [axis for i, axis in enumerate(a.axes) if i not in left]
    return (*kept, *[axis for i, axis in enumerate(b.axes) if i not in right])


ROWS = [
    Builtin(
        "matmul",
        [
            Form("(a: N[k], b: N[k]) -> N[]"),
            Form("(a: N[*c, n, k], b: N[k]) -> N[*c, n]"),
            Form("(a: N[k], b: N[*c, k, m]) -> N[*c, m]"),
            Form("(a: N[*c, n, k], b: N[*c, k, m]) -> N[*c, n, m]"),
        ],
        operator="@",
        spaces=("", "linalg"),
        doc="Matrix product, over any number of leading axes.",
        example="[[1, 2]] @ [[3], [4]]  #=> [[11]]",
        hints={"type": "* multiplies element by element, and by a number"},
    ),
    Builtin(
        "mm",
        [Form("(a: N[n, k], b: N[k, m]) -> N[n, m]")],
        doc="Product of two matrices.",
        example="mm([[1, 2]], [[3], [4]])  #=> [[11]]",
    ),
    Builtin(
        "mv",
        [Form("(a: N[n, k], b: N[k]) -> N[n]")],
        doc="Product of a matrix and a vector.",
        example="mv([[1, 2], [3, 4]], [1, 1])  #=> [3, 7]",
    ),
    Builtin(
        "bmm",
        [Form("(a: N[b, n, k], c: N[b, k, m]) -> N[b, n, m]")],
        doc="Products of two batches of matrices, one by one.",
        example="bmm(ones(2, 1, 3), ones(2, 3, 1))  #=> [[[3.0]], [[3.0]]]",
    ),
    Builtin(
        "dot",
        [Form("(a: N[n], b: N[n]) -> N[]")],
        aliases=("inner",),
        doc="Product of two vectors.",
        example="dot([1, 2], [3, 4])  #=> 11",
    ),
    Builtin(
        "outer",
        [Form("(a: any[n], b: any[m]) -> any[n, m]")],
        aliases=("ger",),
        doc="All products of two vectors' elements.",
        example="outer([1, 2], [3, 4])  #=> [[3, 4], [6, 8]]",
    ),
    Builtin(
        "einsum",
        [Form("(equation: text, *operands: T[...]) -> T[...]", contracted)],
        torch="kernel:einsum",
        over=(),
        doc='A sum of products, by letters: `einsum("ij,jk->ik", A, B)`; a string that is called is the same.',
        example='einsum("ij,j->i", [[1, 2], [3, 4]], [1, 1])  #=> [3, 7]',
    ),
    Builtin(
        "trace",
        [Form("(x: num[n, m]) -> wide[]")],
        doc="The sum of the diagonal.",
        example="trace([[1, 2], [3, 4]])  #=> 5",
    ),
    Builtin(
        "kron",
        [Form("(a: T[*a], b: T[*b]) -> T[...]", crossed)],
        doc="Kronecker product.",
        example="kron([1, 2], [1, 10])  #=> [1, 10, 2, 20]",
    ),
    Builtin(
        "tensordot",
        [
            Form("(a: N[*a], b: N[*b], dims: int = 2) -> N[...]", by_axes(contracted_over)),
            Form("(a: N[*a], b: N[*b], dims: lists) -> N[...]", by_axes(contracted_over)),
        ],
        over=(),
        doc="Sums of products over the last axes of a and the first of b, or over those in two lists.",
        example="tensordot([[1, 2], [3, 4]], [1, 1], ([0], [0]))  #=> [4, 6]",
    ),
    Builtin(
        "multi_dot",
        [Form("(tensors: tensors) -> T[...]", chained)],
        torch="linalg.multi_dot",
        spaces=("linalg",),
        aliases=("chain_matmul",),
        sequence=True,
        doc="The product of several matrices, in the order that is the least work.",
        example="multi_dot([[[1, 2]], [[3], [4]], [[2]]])  #=> [[22]]",
    ),
]
