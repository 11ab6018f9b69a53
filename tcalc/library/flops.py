"""How many floating-point operations rows take, from the shapes of their operands and results; sizes may be names.

A multiplication and an addition count one each. Factorisations count their leading terms, as in Golub and Van Loan,
Matrix Computations; a row without such a count takes one operation for each element that it reads or makes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tcalc.types import size as sizes
from tcalc.types.size import Size

Shape = Sequence[Size]
#: Operations from the operands' shapes, the result's (of several the first), and the options.
Flops = Callable[[Sequence[Shape], Shape, Mapping[str, Any]], Size]


def product(*factors: Size) -> Size:
    """Several sizes multiplied."""
    total: Size = 1
    for each in factors:
        total = sizes.mul(total, each)
    return total


def elements(shape: Shape) -> Size:
    """How many elements a tensor of a shape has."""
    return product(*shape)


def contraction(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    """Two tensors multiplied over the first one's last axis: `2*n*k*m` of matrices."""
    return product(2, operands[0][-1], elements(result)) if operands[0] else 1


def contraction_added(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    """The same of the second and third operand, added to the first: addmm."""
    return sizes.add(product(2, operands[1][-1], elements(result)), elements(result))


def of_letters(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    """einsum as one loop over all letters, with a multiplication for each operand."""
    from tcalc.library.einsum import DOTS, read

    letters: dict[str, Size] = {}
    parts = read(options["equation"]).inputs
    for own, shape in zip(parts, operands, strict=False):
        if DOTS not in own:
            letters.update(zip(own, shape, strict=False))
    return product(max(len(operands), 1), *letters.values())


def cubic(numerator: int, denominator: int = 1) -> Flops:
    """A count of so many times n³ for each matrix [*b, n, n]."""

    def count(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
        *batch, n, m = operands[0]
        return sizes.floordiv(product(numerator, *batch, n, n, m), denominator)

    return count


def solving(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    """A factorisation, 2n³/3, and two triangular solves for each right-hand side, 2n²."""
    *batch, n, _ = operands[0]
    return sizes.add(sizes.floordiv(product(2, *batch, n, n, n), 3), product(2, n, elements(result)))
