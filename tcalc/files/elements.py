"""Elements as they lie in binary files: which bytes an element has, and reading and writing runs of them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tcalc.files.data import AT_ONCE, MOST_AXES, MOST_BYTES
from tcalc.files.errors import bad_file, cell, too_large
from tcalc.types.dtypes import BF16, BOOL, C64, C128, F16, F32, F64, I8, I16, I32, I64, U8
from tcalc.types.tensor import shaped

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

    from tcalc.files.data import Input
    from tcalc.types.data import Storable
    from tcalc.types.dtypes import DType

#: Every byte of a bool to 0 or 1: torch takes any other for a fault of its own.
_TRUTH = bytes([0]) + bytes([1]) * 255


class Element:
    """An element in a file: the dtype it is loaded as, and the machine words that it is made of.

    `wide` is the word that it is widened to, where no dtype is as it is in the file.
    """

    __slots__ = ("dtype", "size", "wide", "word", "words")

    def __init__(self, dtype: DType, word: str, words: int = 1, wide: str = "") -> None:
        self.dtype, self.word, self.words, self.wide = dtype, word, words, wide
        self.size = {"B": 1, "H": 2, "I": 4, "Q": 8}[word] * words


#: By kind and width, as numpy has them.
ELEMENTS = {
    "b1": Element(BOOL, "B"),
    "u1": Element(U8, "B"),
    "i1": Element(I8, "B"),
    "i2": Element(I16, "H"),
    "i4": Element(I32, "I"),
    "i8": Element(I64, "Q"),
    "u2": Element(I32, "H", wide="i"),  # tcalc has no wider unsigned dtype: the next that holds every value
    "u4": Element(I64, "I", wide="q"),
    "f2": Element(F16, "H"),
    "bf2": Element(BF16, "H"),
    "f4": Element(F32, "I"),
    "f8": Element(F64, "Q"),
    "c8": Element(C64, "I", 2),
    "c16": Element(C128, "Q", 2),
}


def read_words(source: Input, start: int, count: int, element: Element, swapped: bool) -> array[int]:
    """The machine words of `count` elements that begin at `start`."""
    from array import array

    words = array(element.word, [0]) * (count * element.words)
    source.file.seek(start)
    view = memoryview(words).cast("B")
    step = 64 * AT_ONCE
    for at in range(0, len(view), step):
        source.tick()
        if source.file.readinto(view[at : at + step]) < len(view[at : at + step]):
            raise bad_file(source.name, "was cut short while it was read")
    if swapped:
        words.byteswap()
    return words


def buffer_of(words: array[int], element: Element) -> array[int] | bytearray:
    """Words as the elements of the dtype that they are loaded as."""
    from array import array

    if element.dtype is BOOL:
        return bytearray(words.tobytes().translate(_TRUTH))
    return array(element.wide, words) if element.wide else words


def raw_pieces(data: Storable, count: int) -> Iterator[memoryview]:
    """All elements as they lie in memory, a piece at a time."""
    step = 16 * AT_ONCE
    for start in range(0, count, step):
        yield data.raw(start, min(start + step, count))


def is_swapped(order: str) -> bool:
    """Whether a byte order (`<`, `>`) is not the machine's."""
    return order == (">" if sys.byteorder == "little" else "<")


def check_shape(name: str, shape: tuple[int, ...], bits: int) -> None:
    """Raises unless a tensor can have the shape; `bits` is the width of an element."""
    if len(shape) > MOST_AXES:
        raise bad_file(name, f"has {len(shape)} axes, more than {MOST_AXES}")
    span = bits
    for size in shape:  # an axis of 0 does not excuse the others: strides are computed from them all
        span *= max(size, 1)
    if span > 8 * MOST_BYTES or min(shape, default=0) < 0:
        raise bad_file(name, f"has a shape that no tensor has, {cell(str(list(shape)))}")


def check_room(source: Input, dtype: DType, shape: tuple[int, ...]) -> None:
    """Raises where a tensor of a file does not fit into memory."""
    needed = dtype.itemsize
    for size in shape:
        needed *= size
    if source.limit is not None and needed > source.limit:
        raise too_large(source.name, str(shaped(dtype, *shape)), needed, source.limit)
