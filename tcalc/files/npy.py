"""NumPy's npy format, versions 1 to 3: a magic string, a header that is a Python dict literal, and raw elements.

The format is described in numpy.lib.format. The header is read by a scanner of the few literals that a header has,
never evaluated, and nothing is unpickled: arrays of Python objects are refused.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tcalc.files.data import ArrayData, Layout, Placed, Unfit
from tcalc.files.elements import ELEMENTS, buffer_of, check_room, check_shape, is_swapped, raw_pieces, read_words
from tcalc.files.errors import amount, bad_file, cell
from tcalc.text.rows import count, known_shape
from tcalc.types.dtypes import BF16
from tcalc.types.tensor import shaped

if TYPE_CHECKING:
    from array import array

    from tcalc.files.data import Input, Parts, Sink
    from tcalc.types.dtypes import DType
    from tcalc.types.tensor import TensorType

MAGIC = b"\x93NUMPY"
#: The elements begin at a multiple of this.
_ALIGNED = 64

#: An npy file holds one tensor, which has no name.
NAMED = False

#: Longer headers are an attack, or belong to records of very many fields.
_LONGEST_HEADER = 65536

#: How numpy calls a dtype, and what it has besides that is widened.
_KINDS = {element.dtype: kind for kind, element in ELEMENTS.items() if not element.wide and element.dtype is not BF16}
_WIDENED = frozenset(kind for kind, element in ELEMENTS.items() if element.wide)

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


class _Layout:
    """How the elements lie in the file."""

    __slots__ = ("descr", "element", "fortran", "shape", "start", "swapped")

    def __init__(self, descr: str, fortran: bool, shape: tuple[int, ...], start: int) -> None:
        self.descr, self.element = descr, ELEMENTS[_plain(descr)]
        self.swapped = is_swapped(descr[0])
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
        return self.count * self.element.size

    @property
    def type(self) -> TensorType:
        """The type of the tensor."""
        return shaped(self.element.dtype, *self.shape)


def header(source: Input) -> TensorType:
    """dtype and shape as the file's header says, once the file is as long as that needs."""
    return _layout(source).type


def read(source: Input) -> ArrayData:
    """The elements in C order; u16 and u32 are widened, Fortran order is undone."""
    layout = _layout(source)
    words = read_words(source, layout.start, layout.count, layout.element, layout.swapped)
    if layout.fortran:
        words = _transposed(words, layout.shape, layout.element.words)
    return ArrayData(layout.type, layout.element.dtype, layout.shape, buffer_of(words, layout.element))


def layout(source: Input) -> Layout:
    """Where the elements lie."""
    found = _layout(source)
    placed = Placed(
        "", found.descr, found.element.dtype, found.shape, found.start, found.start + found.bytes, found.fortran
    )
    return Layout("npy", found.type, [placed])


def unfit(type: TensorType) -> Unfit | None:
    """numpy has no bf16."""
    return Unfit("dtype", "hold bf16") if type.dtype is BF16 else None


def write(sink: Sink, parts: Parts, default_float: DType) -> None:
    """One tensor in version 1.0, in the machine's byte order."""
    ((_, data),) = parts
    shape = known_shape(data.type)
    kind = _KINDS[data.type.dtype]
    order = "|" if kind[1:] == "1" else "<" if sys.byteorder == "little" else ">"
    text = f"{{'descr': '{order}{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    padding = -(len(MAGIC) + 4 + len(text) + 1) % _ALIGNED
    header = (text + " " * padding + "\n").encode("ascii")
    sink.write(MAGIC + bytes([1, 0]) + len(header).to_bytes(2, "little") + header)
    for piece in raw_pieces(data, count(shape)):
        sink.write(piece)


def _plain(descr: str) -> str:
    """A dtype without its byte order."""
    return descr.lstrip("<>=|")


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
    element = _plain(descr)
    if (element not in _KINDS.values() and element not in _WIDENED) or len(descr) > len(element) + 1:
        why = _REFUSED.get(element) or _REFUSED.get(element[:1])
        raise bad_file(name, f"holds {why}" if why else f"holds an unknown dtype, {cell(descr)}")
    check_shape(name, shape, 8 * ELEMENTS[element].size)
    layout = _Layout(descr, fortran, shape, start)
    if layout.bytes > source.size - start:
        there = amount(max(source.size - start, 0))
        raise bad_file(name, f"is cut short: its header says {layout.type}, {amount(layout.bytes)}, and {there} follow")
    check_room(source, layout.element.dtype, shape)
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
