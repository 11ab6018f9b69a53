"""Linear algebra: solving, inverting, decomposing; for matrices in the last two axes of a tensor.

torch refuses half-width floats here; they are computed, and come out, as f32.
"""

from __future__ import annotations

from tcalc.library.builtin import COMPLEX, LONG, STEP, Builtin, ByAutograd, Form, Vjp
from tcalc.library.factorings import by_squaring, conditioned, cubic, decomposed, lu, qr, singular
from tcalc.library.rules import by_axes, tensor
from tcalc.library.solving import BOTH, LINALG, SOLVING, matrix_axes, square_if_hermitian
from tcalc.library.vjps import Called, of_parts
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined
from tcalc.types.tensor import Axis, TupleType, Type


def _leading(match: Match) -> Axes:
    square_if_hermitian(match)
    return match.pack("b")


def _kept(match: Match) -> Axes:
    return tensor(match, "A").axes


def _rows_kept(match: Match) -> Axes:
    """A factor's rows are the matrix's; its columns are its own."""
    row, column = matrix_axes(match)
    return (*match.pack("b"), row, Axis(column.size))


def _smaller(match: Match) -> Axis:
    row, column = matrix_axes(match)
    return Axis(sizes.minimum(row.size, column.size))


def _singular_values(match: Match) -> Axes:
    return (*match.pack("b"), _smaller(match))


def _parts(match: Match, *axes: Axes) -> Type:
    """A named tuple whose parts have these axes, after the leading ones."""
    items = match.signature.result.items
    parts = [match.result(item, (*match.pack("b"), *part)) for (_, item), part in zip(items, axes, strict=True)]
    return TupleType(tuple(parts), tuple([name or "" for name, _ in items]))


def _svd(match: Match) -> Type:
    row, column = matrix_axes(match)
    k = _smaller(match)
    full = match["full_matrices"]
    return _parts(match, (row, Axis(row.size) if full else k), (k,), (Axis(column.size) if full else k, column))


def _qr(match: Match) -> Type:
    row, column = matrix_axes(match)
    k, mode = _smaller(match), match["mode"]
    if mode == "complete":
        k = Axis(row.size)
    elif mode == "r":
        parts = _parts(match, (), (k, column))
        assert isinstance(parts, TupleType)
        return TupleType((match.result(match.signature.result.items[0][1], (Axis(0),)), parts.items[1]), parts.names)
    elif mode != "reduced":
        raise Mismatch("value", 'mode is "reduced", "complete" or "r"', Place("mode"), depth=5)
    return _parts(match, (row, k), (k, column))


def _lu(match: Match) -> Type:
    row, column = matrix_axes(match)
    k = _smaller(match)
    return _parts(match, (row, Axis(row.size)), (Axis(row.size), k), (k, column))


def _eigen(match: Match) -> Type:
    row, column = matrix_axes(match)
    own = Axis(column.size)
    return _parts(match, (own,), (row, own))


def _powered(match: Match) -> Axes:
    n = match["n"]
    if isinstance(n, int) and n < 0 and match.signature.parameters[0].word == "num":
        raise Mismatch("value", "a negative power is an inverse's", Place("n"), depth=1)
    if not isinstance(n, int):
        raise Undetermined
    return _kept(match)


def _condition(match: Match) -> Axes:
    p = match.arguments.get("p")
    row, column = matrix_axes(match)
    if p not in (None, 2, -2) and not sizes.agree(row.size, column.size):
        raise Mismatch(
            "shape", f"{{0}} is {tensor(match, 'A')}, and only a square matrix has a condition number for p = {p}",
            Place("A"), depth=5,
        )  # fmt: skip
    return match.pack("b")


def _values_alone(call: Called) -> Vjp | None:
    """Of the singular values; what torch has for the vectors would be long."""
    thin = "let d = svd(A, full_matrices=False) in d.U * unsqueeze(g1, -2) @ d.Vh"
    return None if "g0" in call or "g2" in call else {"A": thin}


def _factored(call: Called) -> Vjp:
    """Symmetric, as torch has it: both halves of A stand for the one that is read."""
    factor, g = ("out.mT", "g.mT") if call["upper"] else ("out", "g")
    return {"A": f"let L = {factor}, S = inv(L), P = tril(L.mT @ {g}) in S.mT @ (P + tril(P, -1).mT) @ S / 2"}


def _product_rule(call: Called) -> Vjp | None:
    """Each of a few factors in its turn."""
    n = call["n"]
    if not 0 < n <= 3:
        return {} if n == 0 else None
    left = ["".join(["A.mT @ "] * k) for k in range(n)]
    right = ["".join([" @ A.mT"] * k) for k in range(n)]
    return {"A": " + ".join([f"{left[k]}g{right[n - 1 - k]}" for k in range(n)])}


ROWS = [
    *SOLVING,
    Builtin(
        "qr",
        [Form('(A: L[*b, n, m], mode: text = "reduced") -> (Q: L[...], R: L[...])', _qr, vjp=LONG)],
        torch="linalg.qr",
        spaces=LINALG,
        flops=qr,
        doc="A = Q @ R, with orthonormal columns in Q and an upper triangular R.",
        example="qr([[2., 0.], [0., 3.]]).R  #=> [[2.0, 0.0], [0.0, 3.0]]",
    ),
    Builtin(
        "lu",
        [Form("(A: L[*b, n, m]) -> (P: L[...], L: L[...], U: L[...])", _lu, vjp=LONG)],
        torch="linalg.lu",
        spaces=LINALG,
        flops=lu,
        doc="A = P @ L @ U: a permutation, a lower and an upper triangular matrix.",
        example="lu([[2., 1.], [1., 1.]]).U  #=> [[2.0, 1.0], [0.0, 0.5]]",
    ),
    Builtin(
        "svd",
        [
            Form(
                "(A: L[*b, n, m], full_matrices: flag = True) -> (U: L[...], S: real[...], Vh: L[...])",
                _svd,
                vjp=_values_alone,
            )
        ],
        torch="linalg.svd",
        spaces=LINALG,
        flops=decomposed,
        doc="Singular value decomposition A = U @ diag(S) @ Vh, largest first; thin with full_matrices=False.",
        example="svd([[2., 0.], [0., 3.]]).S  #=> [3.0, 2.0]",
    ),
    Builtin(
        "svdvals",
        [
            Form(
                "(A: L[*b, n, m]) -> real[...]",
                by_axes(_singular_values),
                vjp={"A": "let d = svd(A, full_matrices=False) in d.U * unsqueeze(g, -2) @ d.Vh"},
            )
        ],
        torch="linalg.svdvals",
        spaces=LINALG,
        flops=singular,
        doc="Singular values, the largest first.",
        example="svdvals([[2., 0.], [0., 3.]])  #=> [3.0, 2.0]",
    ),
    Builtin(
        "eig",
        [Form("(A: L[*b, n, n]) -> (eigenvalues: complex[...], eigenvectors: complex[...])", _eigen, vjp=COMPLEX)],
        torch="kernel:eig",
        spaces=LINALG,
        flops=cubic(25),
        doc="Eigenvalues, in no order, and eigenvectors (columns) of norm 1; complex always.",
        example="eig([[2., 0.], [0., 3.]]).eigenvalues  #=> [2.0+0.0j, 3.0+0.0j]",
    ),
    Builtin(
        "eigvals",
        [Form("(A: L[*b, n, n]) -> complex[...]", by_axes(_singular_values), vjp=COMPLEX)],
        torch="kernel:eigvals",
        spaces=LINALG,
        flops=cubic(10),
        doc="Eigenvalues, complex always, in no order.",
        example="eigvals([[2., 0.], [0., 3.]])  #=> [2.0+0.0j, 3.0+0.0j]",
    ),
    Builtin(
        "eigh",
        [
            Form(
                '(A: L[*b, n, n], UPLO: text = "L") -> (eigenvalues: real[...], eigenvectors: L[...])',
                _eigen,
                vjp=of_parts("out1 * unsqueeze(g, -2) @ out1.mT", None, by="A"),
            )
        ],
        torch="linalg.eigh",
        spaces=LINALG,
        flops=cubic(9),
        doc="Ascending eigenvalues and eigenvectors (columns) of a Hermitian matrix; only its lower half is read.",
        example="eigh([[2., 0.], [0., 3.]]).eigenvalues  #=> [2.0, 3.0]",
    ),
    Builtin(
        "eigvalsh",
        [
            Form(
                '(A: L[*b, n, n], UPLO: text = "L") -> real[...]',
                by_axes(_singular_values),
                vjp={"A": "let V = eigh(A, UPLO).eigenvectors in V * unsqueeze(g, -2) @ V.mT"},
            )
        ],
        torch="linalg.eigvalsh",
        spaces=LINALG,
        flops=cubic(4, 3),
        doc="Ascending eigenvalues of a Hermitian (or real symmetric) matrix; only its lower half is read.",
        example="eigvalsh([[2., 0.], [0., 3.]])  #=> [2.0, 3.0]",
    ),
    Builtin(
        "cholesky",
        [Form("(A: L[*b, n, n], upper: flag = False) -> L[...]", by_axes(_rows_kept), vjp=_factored)],
        torch="linalg.cholesky",
        spaces=LINALG,
        flops=cubic(1, 3),
        doc="The lower triangular L with L @ L.H = A, for a positive definite A, of which only the lower half is read.",
        example="cholesky([[4., 0.], [0., 9.]])  #=> [[2.0, 0.0], [0.0, 3.0]]",
    ),
    Builtin(
        "matrix_rank",
        [
            Form(
                "(A: L[*b, n, m], atol: number = None, rtol: number = None, hermitian: flag = False) -> i64[...]",
                by_axes(_leading),
                vjp=STEP,
            )
        ],
        torch="linalg.matrix_rank",
        spaces=LINALG,
        flops=singular,
        doc="Rank: how many singular values are not nearly 0.",
        example="matrix_rank([[1., 2.], [2., 4.]])  #=> 1",
    ),
    Builtin(
        "matrix_power",
        [
            Form("(A: num[*b, m, m], n: int) -> num[...]", by_axes(_powered), vjp=_product_rule),
            Form("(A: L[*b, m, m], n: int) -> L[...]", by_axes(_powered), vjp=_product_rule),
        ],
        torch="linalg.matrix_power",
        spaces=BOTH,
        flops=by_squaring,
        doc="A matrix multiplied by itself n times; a negative power is one of the inverse.",
        example="matrix_power([[1, 1], [0, 1]], 3)  #=> [[1, 3], [0, 1]]",
    ),
    Builtin(
        "matrix_exp",
        [Form("(A: L[*b, n, n]) -> L[...]", by_axes(_kept), vjp=ByAutograd("an integral has the formula"))],
        torch="kernel:matrix_exp",
        spaces=BOTH,
        flops=cubic(20),
        doc="Exponential of a matrix, by its power series.",
        example="matrix_exp([[0., 1.], [0., 0.]])  #=> [[1.0, 1.0], [0.0, 1.0]]",
    ),
    Builtin(
        "cond",
        [
            Form("(A: L[*b, n, m], p: number = None) -> real[...]", by_axes(_condition), vjp=LONG),
            Form("(A: L[*b, n, m], p: text) -> real[...]", by_axes(_condition), vjp=LONG),
        ],
        torch="linalg.cond",
        spaces=LINALG,
        flops=conditioned,
        doc="Condition number: the norm of A times that of its inverse, by which solving may magnify an error.",
        example="cond([[4., 0.], [0., 2.]])  #=> 2.0",
    ),
]
