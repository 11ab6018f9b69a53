"""Products and contractions."""

from __future__ import annotations

from tcalc.library.builtin import Builtin, Form
from tcalc.library.einsum import contracted
from tcalc.types import size as sizes
from tcalc.types.match import Match
from tcalc.types.mismatch import Undetermined
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
]
