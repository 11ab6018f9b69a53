"""Pieces of Python: how tightly they bind, and how numbers, tensors of numbers and options are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcalc.types.dtypes import F32, F64, I64, DType, complex_of, lookup

#: A line gets no longer by putting one more call into it than this.
WIDEST = 88
#: How much of a tensor's numbers a listing repeats.
LONGEST_DATA = 48

#: How tightly a conditional expression, a comparison, a sign, a power, and a call bind.
CHOICE, COMPARISON, SIGN, POWER, ATOM = 0, 1, 7, 8, 9
#: Python's operators for torch's functions of two tensors, with how tightly they bind.
INFIX = {
    "lt": ("<", COMPARISON),
    "le": ("<=", COMPARISON),
    "gt": (">", COMPARISON),
    "ge": (">=", COMPARISON),
    "eq": ("==", COMPARISON),
    "ne": ("!=", COMPARISON),
    "bitwise_or": ("|", 2),
    "bitwise_xor": ("^", 3),
    "bitwise_and": ("&", 4),
    "add": ("+", 5),
    "sub": ("-", 5),
    "mul": ("*", 6),
    "div": ("/", 6),
    "floor_divide": ("//", 6),
    "remainder": ("%", 6),
    "matmul": ("@", 6),
    "pow": ("**", POWER),
}


class Text:
    """A piece of Python, and how tightly its outermost operator binds."""

    __slots__ = ("parts", "strength", "text")

    def __init__(self, text: str, strength: int = ATOM, parts: tuple[Text, ...] = ()) -> None:
        #: The parts of a tuple that was never made one.
        self.text, self.strength, self.parts = text, strength, parts

    def within(self, strength: int) -> str:
        """The text as an operand of an operator that binds this tightly."""
        return self.text if self.strength >= strength else f"({self.text})"


def tuple_of(parts: Sequence[Text]) -> Text:
    """A tuple."""
    return Text(f"({', '.join([part.text for part in parts])}{',' * (len(parts) == 1)})", ATOM, tuple(parts))


def infix(symbol: str, strength: int, left: Text, right: Text) -> Text:
    """Two operands of an operator. Powers group to the right; comparisons, which Python would chain, not at all."""
    first = left.within(strength + (strength in (COMPARISON, POWER)))
    return Text(f"{first} {symbol} {right.within(strength + (strength != POWER))}", strength)


def number_text(value: object) -> Text:
    """A Python number."""
    if isinstance(value, complex):
        parts = (value.real, value.imag)
        if any(part - part != 0 or str(part) == "-0.0" for part in parts):
            return Text(f"complex({number_text(value.real).text}, {number_text(value.imag).text})")
    if isinstance(value, float) and value - value != 0:
        sign = "-" if value < 0 else ""
        return Text(f"{sign}torch.{'nan' if value != value else 'inf'}", SIGN if sign else ATOM)
    text = repr(value)
    return Text(text, SIGN if text.startswith("-") else ATOM)


def string_text(value: str) -> str:
    """A Python string."""
    return f'"{value}"' if value.isascii() and value.isprintable() and not {'"', "\\"} & set(value) else repr(value)


def dtype_text(dtype: DType) -> str:
    """`torch.float32`"""
    return f"torch.{dtype.torch_name}"


def option_text(value: object) -> str:
    """An option of a call."""
    if isinstance(value, DType):
        return dtype_text(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(option_text, value))}{',' * (len(value) == 1)})"
    return string_text(value) if isinstance(value, str) else number_text(value).text


# Tensors of numbers


def tensor_text(value: object, dtype: DType, default_float: DType = F32, room: int | None = LONGEST_DATA) -> str:
    """A number or nested tuples of numbers as a tensor.

    `room` is how much of it is repeated; None for all of it, in lines.
    """
    if dtype is default_float:
        value = _floating(value)
    numbers = _listed(value, room)
    if room is None and isinstance(value, tuple) and len(numbers) > WIDEST:
        numbers = f"\n    {''.join(_laid_out(value, 4))},\n"
    elif isinstance(value, complex) and numbers[0] == "(":
        numbers = numbers[1:-1]
    found = _found(value, default_float)
    if found is dtype:
        return f"torch.tensor({numbers})"
    if _fits(value, dtype):
        return f"torch.tensor({numbers}{'' if numbers[-1] == chr(10) else ', '}{_keyword(numbers, dtype)})"
    return f"torch.tensor({numbers}).to({dtype_text(dtype)})"


def _floating(value: object) -> object:
    """Integers that are to be floats written as such."""
    if isinstance(value, tuple):
        return tuple([_floating(item) for item in value])
    exact = value.__class__ is int and abs(value) < 2**53
    return float(value) if exact else value  # type: ignore[arg-type]  # likewise


def _keyword(numbers: str, dtype: DType) -> str:
    text = f"dtype={dtype_text(dtype)}"
    return f"    {text},\n" if numbers[-1] == "\n" else text


def _found(value: object, default_float: DType) -> DType | None:
    """The dtype that torch.tensor finds by itself for numbers, None where that is one nobody wants."""
    kinds = set(map(type, numbers_of(value)))
    if complex in kinds:
        return complex_of(default_float) if default_float in (F32, F64) else None
    if float in kinds or not kinds:
        return default_float
    return I64 if int in kinds else lookup("bool")


def numbers_of(value: object) -> Iterator[object]:
    """The numbers in nested tuples."""
    if isinstance(value, tuple):
        for item in value:
            yield from numbers_of(item)
    else:
        yield value


def _fits(value: object, dtype: DType) -> bool:
    """Whether torch.tensor takes the numbers for this dtype; others are converted afterwards, and wrap."""
    if dtype.kind == "complex":
        return True
    if dtype.kind in ("float", "bool"):
        return not any(isinstance(number, complex) for number in numbers_of(value))
    least, greatest = (0, 255) if dtype.kind == "uint" else (-(2 ** (dtype.bits - 1)), 2 ** (dtype.bits - 1) - 1)
    return all(isinstance(number, int) and least <= number <= greatest for number in numbers_of(value))


def _listed(value: object, room: int | None) -> str:
    """Nested numbers as a list, cut where they get long."""
    if not isinstance(value, tuple):
        return number_text(value).text
    texts: list[str] = []
    for item in value:
        if room is not None and room <= 0:
            texts.append("…")
            break
        texts.append(_listed(item, room))
        if room is not None:
            room -= len(texts[-1]) + 2
    return f"[{', '.join(texts)}]"


def _laid_out(value: object, indent: int) -> Iterator[str]:
    """Nested numbers as a list over several lines, whole."""
    assert isinstance(value, tuple)
    inside = "\n" + " " * (indent + 4)
    yield "["
    if value and isinstance(value[0], tuple):
        for item in value:
            yield inside
            line = _listed(item, None)
            if len(line) > WIDEST:
                yield from _laid_out(item, indent + 4)
            else:
                yield line
            yield ","
    else:
        width = 0
        for position, number in enumerate(value):
            text = number_text(number).text + ","
            width += len(text) + 1
            if not position or width > WIDEST:
                yield inside
                width = len(text)
            else:
                yield " "
            yield text
    yield "\n" + " " * indent + "]"
