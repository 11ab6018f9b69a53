"""Systems of linear equations: determinants, inverses, solutions."""

from __future__ import annotations

from tcalc.library.builtin import LONG, STEP, Builtin, Form, Vjp
from tcalc.library.factorings import cubic, inverted, least_squares, solving, squared
from tcalc.library.rules import by_axes, one_label, tensor
from tcalc.library.vjps import Called, of_parts
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, Spread, meet
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined, sizes_meet
from tcalc.types.tensor import Axis, Pack, TupleType, Type

LINALG = ("linalg",)
BOTH = ("", "linalg")


def matrix_axes(match: Match, name: str = "A") -> tuple[Axis, Axis]:
    """The matrix's own axes, with their labels."""
    row, column = tensor(match, name).axes[-2:]
    assert isinstance(row, Axis) and isinstance(column, Axis)
    return row, column


def _turned(match: Match) -> Axes:
    """An inverse goes back: its rows are the columns, its columns the rows."""
    row, column = matrix_axes(match)
    square_if_hermitian(match)
    return (*match.pack("b"), column, row)


def square_if_hermitian(match: Match) -> None:
    row, column = matrix_axes(match)
    if match.arguments.get("hermitian") and not sizes.agree(row.size, column.size):
        raise Mismatch("shape", f"{{0}} is {tensor(match, 'A')}: a Hermitian matrix is square", Place("A"), depth=5)


def _is_vectors(match: Match) -> bool:
    """torch takes B for one vector for each matrix where its shape is exactly A's without the last axis."""
    a, b = tensor(match, "A").axes[:-1], tensor(match, "B").axes
    if len(a) != len(b):
        if any(isinstance(axis, Pack) for axis in (*a, *b)) and _packs(a) != _packs(b):
            raise Undetermined
        return False
    for one, other in zip(a, b, strict=True):
        if isinstance(one, Pack) or isinstance(other, Pack):
            if str(one) != str(other):
                raise Undetermined
        elif not sizes.agree(one.size, other.size):
            return False
        elif sizes.UNKNOWN in (one.size, other.size):
            raise Undetermined
    return True


def _packs(axes: Axes) -> list[str]:
    return [axis.name for axis in axes if isinstance(axis, Pack)]


def _vectors(match: Match) -> Axes:
    """The axes of A @ x for vectors x: B must be one for each matrix, or (for `solve`) one for all."""
    a, b = tensor(match, "A"), tensor(match, "B")
    if len(b.axes) == 1 or len(a.axes) == len(b.axes) + 1:
        row, other = a.axes[-2], b.axes[-1]
        if isinstance(row, Axis) and isinstance(other, Axis) and meet(row, other) is None and len(b.axes) == 1:
            raise sizes_meet(Place("A", row), len(a.axes) - 2, len(a.axes), Place("B", other), 0, 1)
    if not _is_vectors(match):
        raise Mismatch("shape", "{0} is not one vector for each matrix of {1}", Place("B"), Place("A"), depth=1)
    one_label(b.axes, "B", a.axes[:-1], "A")
    return (*a.axes[:-2], matrix_axes(match)[1])


def _solved_vectors(match: Match) -> Axes:
    b = tensor(match, "B")
    if len(b.axes) == 1 and len(tensor(match, "A").axes) > 2:
        row, other = tensor(match, "A").axes[-2], b.axes[0]
        assert isinstance(row, Axis)
        if isinstance(other, Axis) and meet(row, other) is not None:
            return (*tensor(match, "A").axes[:-2], matrix_axes(match)[1])
    return _vectors(match)


def _solved(match: Match) -> Axes:
    a, b = tensor(match, "A").axes, tensor(match, "B").axes
    if _is_vectors(match):
        raise Mismatch("shape", "{0} is one vector for each matrix of {1}", Place("B"), Place("A"), depth=1)
    spread = Spread(a[:-2], "A")
    spread.join(b[:-2], "B")
    return (*spread.axes, matrix_axes(match)[1], b[-1])


def _least_squares(match: Match) -> Type:
    """Without a driver of one's own torch gives neither residuals nor singular values."""
    a, b = tensor(match, "A"), tensor(match, "B")
    if "k" not in match.names:
        solution = _vectors(match)
    elif len(a.axes) == len(b.axes) and not _is_vectors(match):
        solution = _solved(match)
    else:
        raise Mismatch("shape", "{0} is not one matrix for each matrix of {1}", Place("B"), Place("A"), depth=3)
    items = match.signature.result.items
    parts = [
        match.result(item, axes) for (_, item), axes in zip(items, (solution, (), match.pack("a"), ()), strict=True)
    ]
    return TupleType(tuple(parts), tuple([name or "" for name, _ in items]))


def _solved_triangular(call: Called) -> Vjp:
    """Only the half of A that is read has a derivative; of ones on the diagonal not that either."""
    kept, off = ("triu", 1) if call["upper"] else ("tril", -1)
    back = "solve_triangular(A.mT, g, not upper, unitriangular)"
    return {"A": f"-{kept}({back} @ out.mT, {off if call['unitriangular'] else 0})", "B": back}


SOLVING = [
    Builtin(
        "det",
        [Form("(A: L[*b, n, n]) -> L[*b]", vjp={"A": "unsqueeze(unsqueeze(g * out, -1), -1) * inv(A).mT"})],
        spaces=BOTH,
        flops=cubic(2, 3),
        doc="Determinant.",
        example="det([[1., 2.], [3., 4.]])  #=> -2.0",
    ),
    Builtin(
        "slogdet",
        [
            Form(
                "(A: L[*b, n, n]) -> (sign: L[*b], logabsdet: real[*b])",
                vjp=of_parts(STEP, "unsqueeze(unsqueeze(g, -1), -1) * inv(A).mT", by="A"),
            )
        ],
        spaces=BOTH,
        flops=cubic(2, 3),
        doc="Sign of the determinant, and the logarithm of its magnitude; 0 and -inf where it is 0.",
        example="slogdet([[1., 0.], [0., 1.]])  #=> (1.0, 0.0)",
    ),
    Builtin(
        "logdet",
        [Form("(A: L[*b, n, n]) -> L[*b]", vjp={"A": "unsqueeze(unsqueeze(g, -1), -1) * inv(A).mT"})],
        flops=cubic(2, 3),
        doc="Logarithm of the determinant; -inf where that is 0, nan where it is negative.",
        example="logdet([[e, 0.], [0., 1.]])  #=> 1.0",
    ),
    Builtin(
        "inv",
        [Form("(A: L[*b, n, n]) -> L[...]", by_axes(_turned), vjp={"A": "-out.mT @ g @ out.mT"})],
        torch="linalg.inv",
        spaces=LINALG,
        aliases=("inverse",),
        flops=cubic(2),
        doc="Inverse matrix; a singular one is an error.",
        example="inv([[2., 0.], [0., 4.]])  #=> [[0.5, 0.0], [0.0, 0.25]]",
    ),
    Builtin(
        "pinv",
        [
            Form(
                "(A: L[*b, n, m], atol: number = None, rtol: number = None, hermitian: flag = False) -> L[...]",
                by_axes(_turned),
                vjp=LONG,
            )
        ],
        torch="linalg.pinv",
        spaces=LINALG,
        aliases=("pinverse",),
        flops=inverted,
        doc="Moore-Penrose pseudo-inverse; singular values below a tolerance count as 0.",
        example="pinv([[2., 0.], [0., 0.]])  #=> [[0.5, 0.0], [0.0, 0.0]]",
    ),
    Builtin(
        "solve",
        [
            Form(
                "(A: L[*a, n, n], B: L[*c]) -> L[...]",
                by_axes(_solved_vectors),
                vjp={"A": "-unsqueeze(solve(A.mT, g), -1) * unsqueeze(out, -2)", "B": "solve(A.mT, g)"},
            ),
            Form(
                "(A: L[*a, n, n], B: L[*c, n, k]) -> L[...]",
                by_axes(_solved),
                vjp={"A": "-solve(A.mT, g) @ out.mT", "B": "solve(A.mT, g)"},
            ),
        ],
        torch="linalg.solve",
        spaces=LINALG,
        hints={"shape": "a matrix that is not square: lstsq(A, b)"},
        flops=solving,
        doc="X such that A @ X is B; a singular A is an error.",
        example="solve([[2., 0.], [0., 4.]], [1., 2.])  #=> [0.5, 0.5]",
    ),
    Builtin(
        "solve_triangular",
        [
            Form(
                "(A: L[*a, n, n], B: L[*c, n, k], upper: flag, unitriangular: flag = False) -> L[...]",
                by_axes(_solved),
                vjp=_solved_triangular,
            )
        ],
        torch="linalg.solve_triangular",
        spaces=LINALG,
        flops=squared(1),
        doc="X such that A @ X is B, for a triangular A; its other half is not read.",
        example="solve_triangular([[2., 0.], [1., 1.]], [[2.], [3.]], upper=False)  #=> [[1.0], [2.0]]",
    ),
    Builtin(
        "lstsq",
        [
            Form(
                f"(A: L[*a, m, n], B: {b}, rcond: number = None)"
                " -> (solution: L[...], residuals: real[0], rank: i64[...], singular_values: real[0])",
                _least_squares,
                vjp=LONG,
            )
            for b in ("L[*c]", "L[*c, m, k]")
        ],
        torch="kernel:lstsq",
        spaces=LINALG,
        flops=least_squares,
        doc="Least squares: the X for which norm(A @ X - B) is least, with what else LAPACK tells.",
        example="lstsq([[1.], [1.]], [[1.], [3.]]).solution  #=> [[2.0]]",
    ),
]
