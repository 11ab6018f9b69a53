"""A value whole, in a form that reads back to the same tensor: what tcalc prints where no terminal listens.

Bare literals give the default float, i64, bool, and the complex dtype of the default float; any other dtype is a call
(`f64([0.5])`), since a static number reaches it unrounded. Labels are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.show.constants import type_text as constant_text
from tcalc.text.numbers import number_texts, part_texts
from tcalc.text.rows import bracketed, known_shape, pieces, plain_breaks
from tcalc.types.data import ConstantData, Data, TupleData
from tcalc.types.tensor import TensorType

if TYPE_CHECKING:
    from tcalc.types.data import TensorData
    from tcalc.types.dtypes import DType

_I64_LEAST = -(2**63)


def plain_text(data: Data, default_float: DType) -> str:
    """The whole value as one string; for a large one see `plain_chunks`."""
    return "".join(plain_chunks(data, default_float))


def plain_chunks(data: Data, default_float: DType, indent: int = 0) -> Iterator[str]:
    """The value in pieces that make one text together, without a newline at the end.

    `indent` is the column where it begins: further rows stand below their opening bracket.
    """
    if isinstance(data, TupleData):
        yield from _tuple(data, default_float, indent)
        return
    if isinstance(data, ConstantData):
        yield constant_text(data.type)
        return
    dtype, shape = data.type.dtype, known_shape(data.type)
    if 0 in shape:
        yield _empty(dtype, shape, default_float)
    elif dtype.kind == "complex":
        yield from _complex(data, shape, default_float, indent)
    elif dtype is default_float or dtype.name in ("i64", "bool"):
        yield from _numbers(data, shape, indent)
    else:
        yield dtype.name + "("
        yield from _numbers(data, shape, indent + len(dtype.name) + 1)
        yield ")"


def _tuple(data: TupleData, default_float: DType, indent: int) -> Iterator[str]:
    # Where an item takes several lines, each begins on its own.
    tall = any(
        isinstance(item, TupleData) or (isinstance(item.type, TensorType) and len(item.type.axes) > 1)
        for item in data.items
    )
    between = ",\n" + " " * (indent + 1) if tall else ", "
    yield "("
    for place, item in enumerate(data.items):
        if place:
            yield between
        yield from plain_chunks(item, default_float, indent + 1)
    yield ",)" if len(data.items) == 1 else ")"


def _empty(dtype: DType, shape: tuple[int, ...], default_float: DType) -> str:
    if dtype is not default_float:
        return f"zeros({', '.join(map(str, shape))}, dtype={dtype.name})"
    return "[]" if shape == (0,) else f"zeros({', '.join(map(str, shape))})"


def _numbers(data: TensorData, shape: tuple[int, ...], indent: int) -> Iterator[str]:
    """A real tensor as a literal."""
    yield from _laid_out(_real_texts(data), shape, indent)


def _laid_out(texts: Iterator[list[str]], shape: tuple[int, ...], indent: int) -> Iterator[str]:
    if not shape:
        yield next(texts)[0]
    else:
        yield from bracketed(texts, shape, plain_breaks(len(shape), indent))


def _real_texts(data: TensorData) -> Iterator[list[str]]:
    dtype = data.type.dtype
    for piece in pieces(data):
        texts = number_texts(piece, dtype)
        if dtype.name == "i64" and _I64_LEAST in piece:
            # Its digits alone, before the minus, are more than an i64.
            least = str(_I64_LEAST)
            texts = [f"{_I64_LEAST + 1} - 1" if text == least else text for text in texts]
        yield texts


def _complex(data: TensorData, shape: tuple[int, ...], default_float: DType, indent: int) -> Iterator[str]:
    """`[1.0+2.0j]` where adding the parts is exact; infinities, NaN and -0.0 need `complex([1.0], [nan])`.

    Only the default complex dtype is added up: `0.1+0.2j` has the default width before a call could widen it.
    """
    parts = "f32" if data.type.dtype.name == "c64" else "f64"
    bare = parts == default_float.name or (parts == "f32" and default_float.name in ("f16", "bf16"))
    if bare and all(map(_adds_up, pieces(data))):
        dtype = data.type.dtype
        yield from _laid_out((number_texts(piece, dtype) for piece in pieces(data)), shape, indent)
        return
    opening, closing = ("", "") if parts == default_float.name else (parts + "(", ")")
    inner = indent + len("complex(" + opening)
    yield "complex(" + opening
    yield from _laid_out(_parts(data, 0), shape, inner)
    yield closing + (",\n" + " " * (indent + len("complex(")) if len(shape) > 1 else ", ") + opening
    yield from _laid_out(_parts(data, 1), shape, inner)
    yield closing + ")"


def _parts(data: TensorData, which: int) -> Iterator[list[str]]:
    for piece in pieces(data):
        yield part_texts(piece, data.type.dtype)[which]


def _adds_up(piece: Sequence[complex]) -> bool:
    """Whether every number is the sum of its parts: both finite, neither -0.0."""
    for value in piece:
        for part in (value.real, value.imag):
            if part - part != 0.0 or (part == 0.0 and str(part)[0] == "-"):
                return False
    return True
