"""Numbers for reading: five or so significant digits, the decimal points of one tensor under each other.

What would show as zero beside the others stands there as `1.2e-16`; where none is larger, all have their digits,
`1.2346e-16`, as very large numbers have. A tensor of whole numbers has no points at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import TYPE_CHECKING

from tcalc.text.numbers import joined, number_text, number_texts, part_texts

if TYPE_CHECKING:
    from tcalc.types.dtypes import DType

_LEAST, _GREATEST = 1e-5, 1e6
#: Up to here whole numbers are written out.
_WHOLE = 1e9


def scalar_text(value: complex, dtype: DType) -> str:
    """One number in full, a whole float without its `.0`: `61.25`, `10`, `1-2j`."""
    if dtype.kind == "complex":
        real, imaginary = part_texts((value,), dtype)
        return joined(real[0].removesuffix(".0"), imaginary[0].removesuffix(".0"))
    return number_text(value, dtype).removesuffix(".0")


def column_texts(values: Sequence[complex], dtype: DType) -> list[str]:
    """The texts of the numbers that stand in one table; flush right, their decimal points meet."""
    if dtype.kind == "complex":
        real = _float_texts([value.real for value in values], dtype)
        imaginary = _float_texts([value.imag for value in values], dtype)
        return [joined(re, im) for re, im in zip(real, imaginary, strict=True)]
    if dtype.kind == "float":
        return _float_texts([value.real for value in values], dtype)
    return number_texts(values, dtype)


def table_texts(values: Sequence[complex], dtype: DType, columns: int) -> list[str]:
    """The same for a table of so many columns, row by row, those of a column equally wide.

    Where its columns differ so much that a number would need an exponent, each has as many places as it needs.
    """
    texts = column_texts(values, dtype)
    if dtype.kind == "float" and any("e-" in text for text in texts):
        apart = list(texts)
        for column in range(columns):
            apart[column::columns] = column_texts(values[column::columns], dtype)
        if _exponents(apart) < _exponents(texts):
            texts = apart
    for column in range(columns):
        lines = texts[column::columns]
        if dtype.kind == "complex" and len(values) > columns:
            lines = _at_their_signs(lines)
        width = max(map(len, lines), default=0)
        texts[column::columns] = [text.rjust(width) for text in lines]
    return texts


def _exponents(texts: Sequence[str]) -> int:
    return sum(1 for text in texts if "e" in text)


def _at_their_signs(texts: Sequence[str]) -> list[str]:
    """Complex numbers, the signs between their parts under each other."""
    parts = [_parts(text) for text in texts]
    before, behind = [max(map(len, side)) for side in zip(*parts, strict=True)]
    return [real.rjust(before) + imaginary.ljust(behind) for real, imaginary in parts]


def _parts(text: str) -> tuple[str, str]:
    """A complex number's text cut before the sign of its imaginary part."""
    sign = max(place for place, mark in enumerate(text) if mark in "+-" and place and text[place - 1] != "e")
    return text[:sign], text[sign:]


def _float_texts(values: Sequence[float], dtype: DType) -> list[str]:
    finite = [value for value in values if value - value == 0.0]
    if all(value % 1.0 == 0.0 and -_WHOLE < value < _WHOLE for value in finite):
        return [f"{value:.0f}" for value in values]
    ordinary = [value for value in finite if _LEAST <= abs(value) < _GREATEST]
    decimals = _decimals(ordinary, dtype)
    return [_one(value, decimals, dtype, 1 if ordinary else 4) for value in values]


def _decimals(values: Sequence[float], dtype: DType) -> int:
    """How many places: what the greatest needs for five digits, and not more than any of them has."""
    if not values:
        return 1
    magnitude = floor(log10(max(map(abs, values))))
    most = max(4 - magnitude, 1) if magnitude >= 0 else max(3 - magnitude, 4)
    # The parts of a complex number are written as f64: too many places do no harm here.
    texts = [f"{value:.8g}" if dtype.kind == "complex" else number_text(value, dtype) for value in values]
    needed = max(most if "e" in text else len(text.partition(".")[2]) for text in texts)
    return max(1, min(most, needed))


def _one(value: float, decimals: int, dtype: DType | None = None, tiny: int = 1) -> str:
    """A number with so many places; one that they would show as zero with `tiny` of them, and an exponent."""
    size = abs(value)
    if size != 0.0 and size - size == 0.0 and (size >= _GREATEST or size < 0.5 * 10.0**-decimals):
        mantissa, _, exponent = f"{value:.{4 if size > 1 else tiny}e}".partition("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
        # A narrow float has fewer digits than that.
        shortest = number_text(value, dtype) if dtype is not None and dtype.bits < 32 else text
        return shortest if "e" in shortest and len(shortest) < len(text) else text
    return f"{value:.{decimals}f}"


def brief(value: float, whole: bool) -> str:
    """An end of a range in two digits or a little more: `-4.1`, `0.15`, `250`, `1.2e7`."""
    size = abs(value)
    if whole or size == 0.0:
        return f"{value:.0f}" if size < _WHOLE else _one(value, 1)
    if not 1e-3 <= size < 1e5:
        return _short_exponent(f"{value:.1e}")
    return f"{value:.{max(0, 1 - floor(log10(size)))}f}"


def figure(value: float) -> str:
    """A mean or a deviation to three places: `0.003`, `1.001`, `1.2e7`."""
    size = abs(value)
    if size == 0.0 or size - size != 0.0:
        return f"{value:.0f}"
    return f"{value:.3f}" if 1e-3 <= size < 1e4 else _short_exponent(f"{value:.2e}")


def _short_exponent(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}"
