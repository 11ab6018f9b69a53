"""The shortest decimal text that reads back to the same number in its dtype, without numpy.

A value may be more exact than its dtype (a static 1/3 of type f32); it is rounded to the dtype first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import Struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcalc.types.dtypes import DType

_F32 = Struct("f")
_F16 = Struct("e")
_U32 = Struct("I")
#: Below this every whole number is a float of 24 bits, with a text of its own.
_WHOLE = 2.0**24


def number_text(value: complex, dtype: DType) -> str:
    """One number: `3`, `True`, `0.1`, `1e20`, `-inf`, `nan`; a complex one as `1.0-2.0j`."""
    return number_texts((value,), dtype)[0]


def number_texts(values: Sequence[complex], dtype: DType) -> list[str]:
    """The texts of many numbers of one dtype, about 1 µs each in f32."""
    write = _WRITERS.get(dtype.name)
    if write is not None:
        return write(values)
    return [joined(real, imaginary) for real, imaginary in zip(*part_texts(values, dtype), strict=True)]


def part_texts(values: Sequence[complex], dtype: DType) -> tuple[list[str], list[str]]:
    """The texts of the real and the imaginary parts of complex numbers."""
    write = _f32_texts if dtype.name == "c64" else _f64_texts
    return write([value.real for value in values]), write([value.imag for value in values])


def joined(real: str, imaginary: str) -> str:
    """A complex number from the texts of its parts."""
    return f"{real}{imaginary}j" if imaginary[0] == "-" else f"{real}+{imaginary}j"


def _f32_texts(values: Sequence[float]) -> list[str]:
    # Seven digits settle a third of all floats, eight nearly all others. Six tell any two normal floats apart; seven do
    # not always, so that where six would do, the nearest text of seven can end in 1 or 9 instead of 0.
    pack, unpack = _F32.pack, _F32.unpack
    texts = []
    for value in values:
        if value % 1.0 == 0.0 and -_WHOLE < value < _WHOLE:
            texts.append(f"{value:.1f}")
            continue
        text = f"{value:.7g}"
        try:
            if unpack(pack(float(text)))[0] == value:
                if text[-1] in "19" or "e" in text:
                    text = _shorter(text, value)
            else:
                text = f"{value:.8g}"
                if unpack(pack(float(text)))[0] != value:
                    text = _awkward_f32(value)
        except OverflowError:
            text = _awkward_f32(value)
        texts.append(text if "." in text and "e" not in text else _tidy(text))
    return texts


def _shorter(text: str, value: float) -> str:
    """The text of seven digits, or one with fewer."""
    return _shortest(value, round_f32, 6) if round_f32(float(f"{value:.6g}")) == value else text


def _awkward_f32(value: float) -> str:
    """Nine digits, NaN, the edge of the range, or a value that is not yet rounded to f32."""
    rounded = round_f32(value)
    return _shortest(rounded, round_f32, 9) or f"{rounded:.9g}"


def _shortest(value: float, rounded: Callable[[float], float], most: int) -> str:
    """The text with the fewest digits, up to `most`, that `rounded` takes back to `value`; "" where there is none.

    Of the texts with so many digits only the nearest is tried, which costs three powers of two in f32 one digit.
    """
    for digits in range(1, most + 1):
        text = f"{value:.{digits}g}"
        if rounded(float(text)) == value:
            return text
    return ""


def _f64_texts(values: Sequence[float]) -> list[str]:
    return [text if "e" not in text else _tidy(text) for text in map(repr, map(float, values))]


def _small_float_texts(rounded: Callable[[float], float]) -> Callable[[Sequence[float]], list[str]]:
    """The writer of a dtype of 16 bits, which has so few values that each is worked out once."""
    known: dict[str, str] = {}

    def write(values: Sequence[float]) -> list[str]:
        texts = []
        for value in values:
            # By its text, since -0.0 and 0.0 are one key of a dictionary.
            key = f"{value:.9g}"
            text = known.get(key)
            if text is None:
                exact = rounded(value)
                text = _tidy(_shortest(exact, rounded, 5) or f"{exact:.5g}")
                if len(known) < 65536:
                    known[key] = text
            texts.append(text)
        return texts

    return write


def _tidy(text: str) -> str:
    """`1e+20` as `1e20`, `1e-05` as `1e-5`, and a point where a float would read as an integer."""
    mantissa, mark, exponent = text.partition("e")
    if mark:
        return f"{mantissa}e{int(exponent)}"
    return text if "." in text or "n" in text else text + ".0"


def round_f32(value: float) -> float:
    """The nearest f32, infinity past the greatest."""
    try:
        rounded: float = _F32.unpack(_F32.pack(value))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    return rounded


def round_f16(value: float) -> float:
    """The nearest f16, by way of f32 as torch goes."""
    try:
        rounded: float = _F16.unpack(_F16.pack(round_f32(value)))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    return rounded


def round_bf16(value: float) -> float:
    """The nearest bf16, the upper half of an f32, by way of f32 as torch goes; ties to even."""
    if value != value:
        return value
    bits: int = _U32.unpack(_F32.pack(round_f32(value)))[0]
    bits = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
    rounded: float = _F32.unpack(_U32.pack(bits))[0]
    return rounded


def _int_texts(values: Sequence[int]) -> list[str]:
    return [str(int(value)) for value in values]


def _bool_texts(values: Sequence[bool]) -> list[str]:
    return ["True" if value else "False" for value in values]


_WRITERS: dict[str, Callable[..., list[str]]] = {
    "bool": _bool_texts,
    "u8": _int_texts,
    "i8": _int_texts,
    "i16": _int_texts,
    "i32": _int_texts,
    "i64": _int_texts,
    "f16": _small_float_texts(round_f16),
    "bf16": _small_float_texts(round_bf16),
    "f32": _f32_texts,
    "f64": _f64_texts,
}
