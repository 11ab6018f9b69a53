"""Files as Python that reads them: with torch, and the standard library's csv and json."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tcalc.show.code.text import Text, dtype_text, string_text, tuple_of
from tcalc.types.tensor import TensorType, TupleType

if TYPE_CHECKING:
    from collections.abc import Callable

    from tcalc.files.data import Layout, Placed
    from tcalc.show.code.listing import Listing


#: What torch calls the dtypes of npy and safetensors that tcalc widens, or reads as bytes.
STORED = {"b1": "uint8", "BOOL": "uint8", "u2": "uint16", "U16": "uint16", "u4": "uint32", "U32": "uint32"}
#: Where standard input is read as bytes, once.
STANDARD_INPUT = "sys.stdin.buffer.read()"


def read(listing: Listing, path: str, layout: Layout, name: str) -> Text:
    """Lines that read a file, and what stands for its tensor, or its tensors, then. One tensor is called `name`."""
    return READERS[layout.format](listing, path, layout, name)


def _opened(listing: Listing, path: str, text: bool) -> tuple[Listing, str]:
    """A listing whose lines may read from a file, by this name."""
    if path == "-":
        listing.context.imports.add("sys")
        return listing, "sys.stdin" if text else "sys.stdin.buffer"
    how = ', encoding="utf-8-sig"' if text else ', "rb"'
    listing.emit(f"with open({string_text(path)}{how}) as file:")
    return listing.inner([]), "file"


def _binary(listing: Listing, path: str, layout: Layout, name: str) -> Text:
    """npy and safetensors: the bytes of each tensor at their place."""
    single = isinstance(layout.type, TensorType)
    names = [name if single else listing.fresh("t") for _ in layout.tensors]
    inner, file = _opened(listing, path, text=False)
    data = ""
    if path == "-":
        data = listing.fresh("data")
        listing.emit(f"{data} = {STANDARD_INPUT}")
    for own, placed in zip(names, layout.tensors, strict=True):
        length = placed.stop - placed.start
        if not data:
            inner.emit(f"{file}.seek({placed.start})")
        taken = f"{data}[{placed.start}:{placed.stop}]" if data else f"{file}.read({length})"
        inner.emit(f"{own} = {_elements(f'bytearray({taken})', placed)}")
    if inner is not listing:
        listing.lines += inner.lines
    texts = [Text(own) for own in names]
    return texts[0] if single else tuple_of(texts)


def _elements(data: str, placed: Placed) -> str:
    """The tensor whose elements some bytes are."""
    stored = placed.stored.lstrip("<>=|")
    dtype = f"torch.{STORED.get(stored, placed.dtype.torch_name)}"
    sizes = ", ".join(map(str, placed.shape)) or "()"
    if placed.start == placed.stop:
        return f"torch.zeros({sizes}, dtype={dtype_text(placed.dtype)})"
    if placed.stored[0] == (">" if sys.byteorder == "little" else "<"):
        width = placed.dtype.itemsize // (2 if placed.dtype.kind == "complex" else 1)
        width = {"u2": 2, "u4": 4}.get(stored, width)
        flipped = f"torch.frombuffer({data}, dtype=torch.uint8).reshape(-1, {width}).flip(1)"
        text = f"{flipped}.reshape(-1).view({dtype})"
    else:
        text = f"torch.frombuffer({data}, dtype={dtype})"
    if placed.fortran and len(placed.shape) > 1:
        turned = ", ".join(map(str, reversed(placed.shape)))
        text += f".reshape({turned}).permute({', '.join(map(str, reversed(range(len(placed.shape)))))})"
    else:
        text += f".reshape({sizes})"
    if placed.dtype.kind == "bool":
        return f"{text} != 0"
    return text if dtype == dtype_text(placed.dtype) else f"{text}.to({dtype_text(placed.dtype)})"


def _csv(listing: Listing, path: str, layout: Layout, name: str) -> Text:
    """Rows of fields."""
    assert isinstance(layout.type, TensorType)
    listing.context.imports.add("csv")
    rows = listing.fresh("rows")
    wide = layout.type.shape[1] != 1
    inner, file = _opened(listing, path, text=True)
    mark = f", delimiter={string_text(layout.mark)}" if layout.mark != "," else ""
    filled = "len(row) > 1" if wide else "row and not row[0].isspace()"
    inner.emit(f"{rows} = [row for row in csv.reader({file}{mark}) if {filled}]")
    if inner is not listing:
        listing.lines += inner.lines
    whole = layout.type.dtype.kind == "int"
    number = "int(field)" if whole else 'float(field.strip() or "nan")'
    body = f"{rows}[1:]" if layout.head else rows
    dtype = "" if whole or layout.type.dtype is listing.context.default_float else f", {_dtype(layout.type)}"
    listing.emit(f"{name} = torch.tensor([[{number} for field in row] for row in {body}]{dtype})")
    return Text(name)


def _dtype(type: TensorType) -> str:
    return f"dtype={dtype_text(type.dtype)}"


def _json(listing: Listing, path: str, layout: Layout, name: str) -> Text:
    """Numbers in lists, or an object of several. NaN and the infinities may be spelled as text, which float reads."""
    listing.context.imports.add("json")
    inner, file = _opened(listing, path, text=True)
    document = f"json.load({file})"
    if len(layout.keys) > 1:
        inner.emit(f"{(whole := listing.fresh('document'))} = {document}")
        document = whole
    types = layout.type.items if isinstance(layout.type, TupleType) else (layout.type,)
    names = [name if len(types) == 1 else listing.fresh("t") for _ in types]
    for own, type, place in zip(names, types, [f"[{string_text(key)}]" for key in layout.keys] or [""], strict=True):
        assert isinstance(type, TensorType)
        numbers, dtype = document + place, ""
        if type.dtype.kind == "float":
            numbers = _floats(numbers, len(type.axes))
            dtype = "" if type.dtype is listing.context.default_float else f", {_dtype(type)}"
        inner.emit(f"{own} = torch.tensor({numbers}{dtype})")
    if inner is not listing:
        listing.lines += inner.lines
    texts = [Text(own) for own in names]
    return texts[0] if len(texts) == 1 else tuple_of(texts)


def _floats(numbers: str, depth: int) -> str:
    """Numbers in nested lists as floats."""
    if not depth:
        return f"float({numbers})"
    item = ("number", "row", "table")[min(depth - 1, 2)] + (str(depth) if depth > 3 else "")
    return f"[{_floats(item, depth - 1)} for {item} in {numbers}]"


READERS: dict[str, Callable[[Listing, str, Layout, str], Text]] = {
    "npy": _binary,
    "safetensors": _binary,
    "csv": _csv,
    "json": _json,
}
