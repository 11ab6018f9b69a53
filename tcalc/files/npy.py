"""NumPy's npy format, versions 1 to 3: a magic string, a header that is a Python dict literal, and raw elements.

The format is described in numpy.lib.format. The header is read by a scanner of the few literals that a header has,
never evaluated, and nothing is unpickled: arrays of Python objects are refused.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tcalc.files.data import ArrayData
from tcalc.files.errors import amount, bad_file, cell, too_large
from tcalc.types.dtypes import BOOL, C64, C128, F16, F32, F64, I8, I16, I32, I64, U8
from tcalc.types.tensor import shaped

if TYPE_CHECKING:
    from array import array

    from tcalc.files.data import Input
    from tcalc.types.tensor import TensorType

MAGIC = b"\x93NUMPY"

#: Longer headers are an attack, or belong to records of very many fields.
_LONGEST_HEADER = 65536

_MOST_AXES = 64
_MOST_BYTES = 2**63 - 1

#: numpy's kind and width: the dtype, and the machine words that an element is made of.
_ELEMENTS = {
    "b1": (BOOL, "B", 1),
    "u1": (U8, "B", 1),
    "i1": (I8, "B", 1),
    "i2": (I16, "H", 1),
    "i4": (I32, "I", 1),
    "i8": (I64, "Q", 1),
    "u2": (I32, "H", 1),  # tcalc has no wider unsigned dtype: widened to the next that holds every value
    "u4": (I64, "I", 1),
    "f2": (F16, "H", 1),
    "f4": (F32, "I", 1),
    "f8": (F64, "Q", 1),
    "c8": (C64, "I", 2),
    "c16": (C128, "Q", 2),
}

_REFUSED = {
    "u8": "unsigned 64-bit integers, which do not all fit i64: save x.astype('int64')",
    "f12": "extended-precision numbers, which torch does not have: save x.astype('float64')",
    "f16": "extended-precision numbers, which torch does not have: save x.astype('float64')",
    "c24": "extended-precision numbers, which torch does not have: save x.astype('complex128')",
    "c32": "extended-precision numbers, which torch does not have: save x.astype('complex128')",
    "O": "Python objects, which can run programs and are never read",
    "U": "text, not numbers",
    "S": "text, not numbers",
    "a": "text, not numbers",
    "M": "dates, not numbers: save x.astype('int64')",
    "m": "times, not numbers: save x.astype('int64')",
    "V": "raw bytes, not numbers",
    "[": "records, not numbers: save one field of them",
    "(": "records, not numbers: save one field of them",
}

#: Every byte of a bool to 0 or 1: torch takes any other for a fault of its own.
_TRUTH = bytes([0]) + bytes([1]) * 255


class _Layout:
    """How the elements lie in the file."""

    __slots__ = ("dtype", "element", "fortran", "shape", "start", "swapped", "word", "words")

    def __init__(self, descr: str, fortran: bool, shape: tuple[int, ...], start: int) -> None:
        self.element = descr.lstrip("<>=|")
        self.dtype, self.word, self.words = _ELEMENTS[self.element]
        self.swapped = descr[0] == (">" if sys.byteorder == "little" else "<")
        self.fortran, self.shape, self.start = fortran, shape, start

    @property
    def count(self) -> int:
        """The number of elements."""
        count = 1
        for size in self.shape:
            count *= size
        return count

    @property
    def bytes(self) -> int:
        """The bytes that the elements take in the file."""
        return self.count * int(self.element[1:])


def header(source: Input) -> TensorType:
    """dtype and shape as the file's header says, once the file is as long as that needs."""
    layout = _layout(source)
    return shaped(layout.dtype, *layout.shape)


def read(source: Input) -> ArrayData:
    """The elements in C order; u16 and u32 are widened, Fortran order is undone."""
    from array import array

    layout = _layout(source)
    words = array(layout.word, [0]) * (layout.count * layout.words)
    source.file.seek(layout.start)
    if source.file.readinto(memoryview(words).cast("B")) < layout.bytes:
        raise bad_file(source.name, "was cut short while it was read")
    if layout.swapped:
        words.byteswap()
    if layout.fortran:
        words = _transposed(words, layout.shape, layout.words)
    buffer: array[int] | bytearray = words
    if layout.element == "b1":
        buffer = bytearray(words.tobytes().translate(_TRUTH))
    elif layout.element in ("u2", "u4"):
        buffer = array("i" if layout.element == "u2" else "q", words)
    return ArrayData(shaped(layout.dtype, *layout.shape), layout.dtype, layout.shape, buffer)


def _layout(source: Input) -> _Layout:
    """The header, held against the length of the file and the limit on memory."""
    name = source.name
    text, start = _header_text(source)
    try:
        fields = _Scanner(text).fields()
        descr, fortran, shape = fields["descr"], fields["fortran_order"], fields["shape"]
    except (ValueError, KeyError):
        raise bad_file(name, "has a damaged header") from None
    if not (isinstance(descr, str) and isinstance(fortran, bool) and isinstance(shape, tuple)):
        raise bad_file(name, "has a damaged header")
    element = descr.lstrip("<>=|")
    if element not in _ELEMENTS or len(descr) > len(element) + 1:
        why = _REFUSED.get(element) or _REFUSED.get(element[:1])
        raise bad_file(name, f"holds {why}" if why else f"holds an unknown dtype, {cell(descr)}")
    if len(shape) > _MOST_AXES:
        raise bad_file(name, f"has {len(shape)} axes, more than {_MOST_AXES}")
    span = int(element[1:])
    for size in shape:  # an axis of 0 does not excuse the others: strides are computed from them all
        span *= max(size, 1)
    if span > _MOST_BYTES or min(shape, default=0) < 0:
        raise bad_file(name, f"has a shape that no tensor has, {cell(str(list(shape)))}")
    layout = _Layout(descr, fortran, shape, start)
    if layout.bytes > source.size - start:
        holds, there = shaped(layout.dtype, *shape), amount(max(source.size - start, 0))
        raise bad_file(name, f"is cut short: its header says {holds}, {amount(layout.bytes)}, and {there} follow")
    needed = layout.count * layout.dtype.itemsize
    if source.limit is not None and needed > source.limit:
        raise too_large(name, str(shaped(layout.dtype, *shape)), needed, source.limit)
    return layout


def _header_text(source: Input) -> tuple[str, int]:
    """The header's text, and the offset of the first element."""
    start = source.file.read(8)
    if not start.startswith(MAGIC) or len(start) < 8:
        raise bad_file(source.name, "is no npy file: its first bytes are not those of one" if start else "is empty")
    version = start[6]
    if version not in (1, 2, 3):
        raise bad_file(source.name, f"is an npy file of version {version}.{start[7]}; 1 to 3 are read")
    width = 2 if version == 1 else 4
    length = int.from_bytes(source.file.read(width), "little")
    if length > _LONGEST_HEADER:
        raise bad_file(source.name, f"has a header of {amount(length)}; {amount(_LONGEST_HEADER)} are read")
    data = source.file.read(length)
    if len(data) < length:
        raise bad_file(source.name, "is cut short in its header")
    try:
        return data.decode("utf-8" if version == 3 else "latin-1"), 8 + width + length
    except UnicodeDecodeError:
        raise bad_file(source.name, "has a damaged header") from None


class _Scanner:
    """Reads the one dict that a header is: text, booleans and tuples of integers. Raises ValueError on all else."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def fields(self) -> dict[str, object]:
        """The whole header. A dtype that is a list of fields is given as "[", unread to the end."""
        found: dict[str, object] = {}
        self.expect("{")
        while not self.take("}"):
            key = self.quoted()
            self.expect(":")
            if key == "descr" and self.peek() in ("[", "("):
                return {"fortran_order": False, "shape": (), "descr": self.peek()}
            found[key] = self.value()
            if not self.take(","):
                self.expect("}")
                break
        if self.peek():
            raise ValueError
        return found

    def value(self) -> object:
        if self.peek() in ("'", '"'):
            return self.quoted()
        if self.take("("):
            return self.sizes()
        if self.take("True"):
            return True
        self.expect("False")
        return False

    def sizes(self) -> tuple[int, ...]:
        sizes: list[int] = []
        while not self.take(")"):
            sizes.append(self.integer())
            if not self.take(","):
                self.expect(")")
                break
        return tuple(sizes)

    def integer(self) -> int:
        sign = -1 if self.take("-") else 1
        start = self.at
        while self.text[self.at : self.at + 1] in tuple("0123456789"):
            self.at += 1
        size = int(self.text[start : self.at])  # a ValueError too where there are thousands of digits
        self.take("L")  # how Python 2 wrote a long integer
        return sign * size

    def quoted(self) -> str:
        mark = "'" if self.peek() == "'" else '"'
        self.expect(mark)
        end = self.text.index(mark, self.at)
        text, self.at = self.text[self.at : end], end + 1
        return text

    def peek(self) -> str:
        """The next character that is no space, "" at the end."""
        while self.text[self.at : self.at + 1] in (" ", "\n", "\t"):
            self.at += 1
        return self.text[self.at : self.at + 1]

    def take(self, word: str) -> bool:
        self.peek()
        if not self.text.startswith(word, self.at):
            return False
        self.at += len(word)
        return True

    def expect(self, word: str) -> None:
        if not self.take(word):
            raise ValueError


def _transposed(words: array[int], shape: tuple[int, ...], parts: int = 1) -> array[int]:
    """Elements of `parts` words each, from Fortran order (first axis fastest) into C order (last axis fastest).

    The copying is done in runs along the longer of the first and the last axis, one slice assignment each, so that
    the loop in Python is the short one.
    """
    shape = tuple(size for size in shape if size != 1)
    if len(shape) < 2 or 0 in shape:
        return words
    if parts > 1:
        result = words[:]
        for part in range(parts):
            result[part::parts] = _transposed(words[part::parts], shape)
        return result
    result = words[:]
    along_first = shape[0] >= shape[-1]
    run = shape[0] if along_first else shape[-1]
    step = len(words) // run
    # The other axes in the order of the side that is walked through without a stride, its fastest axis first.
    others = shape[1:] if along_first else shape[:-1][::-1]
    stride = 1
    offsets = [0]
    # The place of each run on the strided side: mixed-radix counting, with the axes' strides there.
    strides: list[int] = []
    for size in reversed(others):
        strides.insert(0, stride)
        stride *= size
    for size, stride in zip(others, strides, strict=True):
        offsets = [offset + index * stride for index in range(size) for offset in offsets]
    for number, offset in enumerate(offsets):
        if along_first:
            result[offset::step] = words[number * run : (number + 1) * run]
        else:
            result[number * run : (number + 1) * run] = words[offset::step]
    return result
