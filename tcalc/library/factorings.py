"""How many operations solving, inverting and decomposing matrices takes: the leading terms.

They are those of Golub and Van Loan, Matrix Computations: of LU, QR and Cholesky what finding the factors takes, and of
the singular value decomposition those of R-SVD, which begins with a QR. k is the smaller of a matrix's two sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tcalc.library.flops import EACH, Flops, Shape, elements, product, total
from tcalc.types import size as sizes
from tcalc.types.size import Size

Options = Mapping[str, Any]


def cubic(numerator: int, denominator: int = 1) -> Flops:
    """So many times n³ for each matrix [*b, n, n]."""

    def count(operands: Sequence[Shape], result: Shape, options: Options) -> Size:
        *batch, n, _ = operands[0]
        return product(numerator, *batch, n, n, n)

    return Flops(count, over=denominator)


def squared(times: int, matrix: int = 0) -> Flops:
    """So many times n² for each column of the result: solves with one of the operands, which is triangular."""
    return Flops(lambda operands, result, options: product(times, operands[matrix][-1], elements(result)))


def _rectangular(count: Callable[[Size, Size, Size, Options], Size]) -> Callable[..., Size]:
    """A count for each matrix [*b, n, m] from its sizes, the smaller of them, and the options."""

    def counted(operands: Sequence[Shape], result: Shape, options: Options) -> Size:
        *batch, n, m = operands[0]
        return product(*batch, count(n, m, sizes.minimum(n, m), options))

    return counted


def _sum(*terms: tuple[int, Size, Size, Size]) -> Size:
    return total([product(*each) for each in terms])


def _solved(operands: Sequence[Shape], result: Shape, options: Options) -> Size:
    """A factorisation, 2n³/3, and two triangular solves for each right-hand side, 2n²."""
    *batch, n, _ = operands[0]
    return sizes.add(product(2, *batch, n, n, n), product(6, n, elements(result)))


def _least_squares(operands: Sequence[Shape], result: Shape, options: Options) -> Size:
    """A QR, and for each right-hand side Q.T times it, and a triangular solve."""
    *batch, n, m = operands[0]
    k = sizes.minimum(n, m)
    columns = result[-1] if len(operands[1]) == len(operands[0]) else 1
    return product(*batch, _sum((6, n, m, k), (-2, k, k, k), (12, n, m, columns), (-3, k, k, columns)))


def _eliminated(n: Size, m: Size, k: Size, options: Options) -> Size:
    return _sum((3, n, m, k), (-1, k, k, k))


def _reflections(n: Size, m: Size, k: Size, options: Options) -> Size:
    return _sum((6, n, m, k), (-2, k, k, k))


def _singular(n: Size, m: Size, k: Size, options: Options) -> Size:
    if options.get("hermitian"):
        return sizes.floordiv(product(4, k, k, k), 3)
    return _sum((2, n, m, k), (2, k, k, k))


def _decomposed(n: Size, m: Size, k: Size, options: Options) -> Size:
    if options.get("full_matrices", True):
        return _sum((4, n, m, sizes.maximum(n, m)), (22, k, k, k))
    return _thin(n, m, k)


def _thin(n: Size, m: Size, k: Size) -> Size:
    return _sum((6, n, m, k), (20, k, k, k))


def _inverted(n: Size, m: Size, k: Size, options: Options) -> Size:
    """The decomposition, of a Hermitian matrix into eigenvectors, and the product of its parts."""
    parts = product(9, k, k, k) if options.get("hermitian") else _thin(n, m, k)
    return sizes.add(parts, product(2, n, m, k))


def _conditioned(n: Size, m: Size, k: Size, options: Options) -> Size:
    return _singular(n, m, k, {}) if options.get("p") in (None, 2, -2) else product(2, n, n, n)


def _by_squaring(operands: Sequence[Shape], result: Shape, options: Options) -> Size:
    """Squares, and products of those that the exponent is the sum of; of a negative one the inverse's."""
    *batch, n, _ = operands[0]
    exponent = options["n"]
    times = max(abs(exponent).bit_length() + abs(exponent).bit_count() - 2, 0)
    return product(2 * (times + (exponent < 0)), *batch, n, n, n)


def normed(option: str, of_matrices: bool) -> Flops:
    """A norm: one operation for each element, but of singular values those of finding them.

    `of_matrices` says whether a number is a matrix norm's order, where it is over two axes.
    """

    def count(operands: Sequence[Shape], result: Shape, options: Options) -> Size:
        order, dim, (shape, *_) = options.get(option), options.get("dim"), operands
        axes = tuple(range(len(shape))) if dim is None else dim if isinstance(dim, tuple) else (dim,)
        if len(axes) != 2 or (order != "nuc" and not (of_matrices and order in (2, -2))):
            return EACH(operands, result, options)
        n, m = [shape[axis] for axis in axes]
        chosen = {axis % len(shape) for axis in axes}
        batch = [size for axis, size in enumerate(shape) if axis not in chosen]
        return product(*batch, _singular(n, m, sizes.minimum(n, m), {}))

    return Flops(count)


def _turned_to_square(operands: Sequence[Shape], result: Shape, options: Options) -> Size:
    n = elements(operands[0][: options.get("ind", 2)])
    return product(2, n, n, n)


def _solved_square(operands: Sequence[Shape], result: Shape, options: Options) -> Size:
    n = elements(result)
    return sizes.add(product(2, n, n, n), product(6, n, n))


def _reflected(operands: Sequence[Shape], result: Shape, options: Options) -> Size:
    """k reflections gathered into the first columns of their product."""
    n, m, k = operands[0][-2], operands[0][-1], operands[1][-1]
    batch = operands[0][:-2]
    return product(*batch, _sum((12, n, m, k), (-6, n, k, k), (-6, m, k, k), (4, k, k, k)))


def _covered(operands: Sequence[Shape], result: Shape, options: Options) -> Size:
    """Centred, and each variable times each."""
    *rows, m = operands[0] if operands[0] else (1,)
    n = elements(rows)
    return sizes.add(product(2, n, n, m), product(2, n, m))


solving = Flops(_solved, over=3)
least_squares = Flops(_least_squares, over=3)
#: LU, 2/3 n³ of square matrices, and QR, 4/3 n³, whose Q is left as reflections.
lu = Flops(_rectangular(_eliminated), over=3)
qr = Flops(_rectangular(_reflections), over=3)
singular = Flops(_rectangular(_singular))
decomposed = Flops(_rectangular(_decomposed))
inverted = Flops(_rectangular(_inverted))
conditioned = Flops(_rectangular(_conditioned))
by_squaring = Flops(_by_squaring)
turned_to_square = Flops(_turned_to_square)
solved_square = Flops(_solved_square, over=3)
reflected = Flops(_reflected, over=3)
#: k reflections of all columns of a matrix.
reflecting = Flops(lambda operands, result, options: product(4, operands[1][-1], elements(result)))
covered = Flops(_covered)
