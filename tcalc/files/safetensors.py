"""The safetensors format: the length of a header, the header (JSON: dtype, shape and place by name), raw elements.

The header is read here and not by the package of that name, whose readers want NumPy or torch even for a shape, read
the whole file where they do not, and say what is wrong in their own words. What it refuses is refused here too:
tensors that overlap, leave holes, or do not end where the file does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tcalc.files.data import ArrayData, Arrays, Layout, Placed, Unfit
from tcalc.files.elements import ELEMENTS, Element, buffer_of, check_shape, is_swapped, raw_pieces, read_words
from tcalc.files.errors import amount, bad_file, cell, no_part, too_large
from tcalc.files.json import Twice, once
from tcalc.text.rows import count, known_shape
from tcalc.types.dtypes import C128
from tcalc.types.tensor import TupleType, shaped

if TYPE_CHECKING:
    from tcalc.files.data import Input, Parts, Sink
    from tcalc.types.dtypes import DType
    from tcalc.types.tensor import TensorType, Type

#: The tensors have names.
NAMED = True

#: The header begins behind its own length.
_START = 8
#: Longer headers are an attack: this is enough for 50,000 tensors.
_LONGEST_HEADER = 8_000_000
#: Text about the file, not a tensor.
_ABOUT = "__metadata__"

_ELEMENTS = {
    "BOOL": ELEMENTS["b1"],
    "U8": ELEMENTS["u1"],
    "I8": ELEMENTS["i1"],
    "I16": ELEMENTS["i2"],
    "I32": ELEMENTS["i4"],
    "I64": ELEMENTS["i8"],
    "U16": ELEMENTS["u2"],
    "U32": ELEMENTS["u4"],
    "F16": ELEMENTS["f2"],
    "BF16": ELEMENTS["bf2"],
    "F32": ELEMENTS["f4"],
    "F64": ELEMENTS["f8"],
    "C64": ELEMENTS["c8"],
}
_KINDS = {element.dtype: kind for kind, element in _ELEMENTS.items() if not element.wide}

#: What the format has and tcalc does not, with the bits of an element: their neighbours in the file can be read.
_FOREIGN = {
    "U64": 64,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "F4": 4,
}


class _Entry:
    """One tensor of the header; its bytes are counted from the first behind the header."""

    __slots__ = ("begin", "end", "kind", "name", "shape")

    def __init__(self, name: str, kind: str, shape: tuple[int, ...], begin: int, end: int) -> None:
        self.name, self.kind, self.shape, self.begin, self.end = name, kind, shape, begin, end

    @property
    def element(self) -> Element:
        return _ELEMENTS[self.kind]

    @property
    def type(self) -> TensorType:
        return shaped(self.element.dtype, *self.shape)


def is_safetensors(data: bytes) -> bool:
    """Whether bytes begin as such a file does: no text does, since the length would be astronomical."""
    return data[_START : _START + 1] == b"{" and int.from_bytes(data[:_START], "little") <= len(data) - _START


def header(source: Input) -> Type:
    """The type of the tensor, of the one asked for, or a tuple of all, in the order of the header."""
    _, entries = _asked_for(source)
    if len(entries) == 1:
        return entries[0].type
    return TupleType(tuple([each.type for each in entries]), tuple([each.name for each in entries]))


def read(source: Input) -> ArrayData | Arrays:
    """The elements of the tensors that `header` tells of."""
    start, entries = _asked_for(source)
    needed = sum(count(each.shape) * each.element.dtype.itemsize for each in entries)
    if source.limit is not None and needed > source.limit:
        holds = str(entries[0].type) if len(entries) == 1 else f"{len(entries)} tensors"
        raise too_large(source.name, holds, needed, source.limit)
    arrays = []
    for each in entries:
        words = read_words(source, start + each.begin, count(each.shape), each.element, is_swapped("<"))
        arrays.append(ArrayData(each.type, each.element.dtype, each.shape, buffer_of(words, each.element)))
    return arrays[0] if len(arrays) == 1 else Arrays([each.name for each in entries], arrays)


def layout(source: Input) -> Layout:
    """Where the tensors lie."""
    start, entries = _asked_for(source)
    placed = [
        Placed(each.name, each.kind, each.element.dtype, each.shape, start + each.begin, start + each.end)
        for each in entries
    ]
    source.file.seek(0)
    return Layout("safetensors", header(source), placed)


def unfit(type: TensorType) -> Unfit | None:
    """The format has one complex dtype."""
    return Unfit("dtype", "hold c128") if type.dtype is C128 else None


def write(sink: Sink, parts: Parts, default_float: DType) -> None:
    """Tensors with their names. The widest elements come first, so that all are aligned."""
    import json

    placed = sorted(parts, key=lambda part: -part[1].type.dtype.itemsize)
    begin, begins = 0, {}
    for name, data in placed:
        begins[name] = begin
        begin += count(known_shape(data.type)) * data.type.dtype.itemsize
    entries = {}
    for name, data in parts:
        shape, dtype = known_shape(data.type), data.type.dtype
        end = begins[name] + count(shape) * dtype.itemsize
        entries[name] = {"dtype": _KINDS[dtype], "shape": shape, "data_offsets": [begins[name], end]}
    text = json.dumps(entries, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % _START)
    sink.write(len(text).to_bytes(_START, "little") + text)
    for _, data in placed:
        for piece in raw_pieces(data, count(known_shape(data.type))):
            sink.write(_little(piece, _ELEMENTS[_KINDS[data.type.dtype]]))


def _little(piece: memoryview, element: Element) -> bytes | memoryview:
    """Elements in the byte order of the format."""
    if not is_swapped("<"):
        return piece
    from array import array

    words = array(element.word, piece.tobytes())
    words.byteswap()
    return words.tobytes()


def _asked_for(source: Input) -> tuple[int, list[_Entry]]:
    """Where the elements begin, and the tensors that are to be read."""
    start, entries = _entries(source)
    if source.part is not None:
        named = [each for each in entries if each.name == source.part]
        if not named:
            raise no_part(source.name, source.part, [each.name for each in entries])
        entries = named
    for each in entries:
        if each.kind in _FOREIGN:
            which = "" if len(entries) == 1 else f" in {cell(each.name)}"
            raise bad_file(source.name, f"holds {each.kind}{which}, a dtype that tcalc does not have")
    return start, entries


def _entries(source: Input) -> tuple[int, list[_Entry]]:
    """The header's tensors, held against each other and against the length of the file."""
    name = source.name
    length = int.from_bytes(source.file.read(_START), "little")
    if source.size < _START:
        raise bad_file(name, "is cut short in its header" if source.size else "is empty")
    if length > source.size - _START:
        raise bad_file(name, f"is cut short in its header, or no safetensors file: {amount(length)} should follow")
    if length > _LONGEST_HEADER:
        raise bad_file(name, f"has a header of {amount(length)}; {amount(_LONGEST_HEADER)} are read")
    found = _parsed(name, source.file.read(length))
    entries = [_entry(name, key, fields) for key, fields in found.items() if key != _ABOUT]
    if not entries:
        raise bad_file(name, "holds no tensors")
    at = 0
    for each in sorted(entries, key=lambda entry: (entry.begin, entry.end)):
        if each.begin != at:
            fault = "leaves a hole before" if each.begin > at else "overlaps another tensor with"
            raise bad_file(name, f"has a damaged header: it {fault} {cell(each.name)}")
        at = each.end
    there = source.size - _START - length
    if at != there:
        fault = "is cut short" if at > there else "goes on after its last tensor"
        raise bad_file(name, f"{fault}: its header says {amount(at)}, and {amount(there)} follow")
    return _START + length, entries


def _parsed(name: str, data: bytes) -> dict[str, Any]:
    """The header as JSON, in which no key stands twice."""
    import json

    try:
        text = data.decode("utf-8")
        if not text.startswith("{"):
            raise ValueError
        found = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise bad_file(name, "is no safetensors file: its header is not JSON") from None
    except Twice as twice:
        raise bad_file(name, f"has a damaged header: {cell(str(twice))} is in it twice") from None
    assert isinstance(found, dict)
    return found


def _entry(name: str, key: str, fields: object) -> _Entry:
    """One tensor of the header, whose size must be that of its shape."""
    damaged = bad_file(name, f"has a damaged header: what it says of {cell(key)} makes no sense")
    if not isinstance(fields, dict) or fields.keys() != {"dtype", "shape", "data_offsets"}:
        raise damaged
    kind, shape, offsets = fields["dtype"], fields["shape"], fields["data_offsets"]
    if not (isinstance(kind, str) and _are_counts(shape) and _are_counts(offsets) and len(offsets) == 2):
        raise damaged
    if kind not in _ELEMENTS and kind not in _FOREIGN:
        raise bad_file(name, f"holds an unknown dtype, {cell(kind)}")
    bits = _FOREIGN[kind] if kind in _FOREIGN else 8 * _ELEMENTS[kind].size
    check_shape(name, tuple(shape), bits)
    if count(shape) * bits != 8 * (offsets[1] - offsets[0]):
        raise damaged
    return _Entry(key, kind, tuple(shape), offsets[0], offsets[1])


def _are_counts(value: object) -> bool:
    """Whether it is a list of whole numbers that are not negative."""
    return isinstance(value, list) and all(each.__class__ is int and each >= 0 for each in value)
