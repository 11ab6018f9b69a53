"""Tensors as Python that saves them, in the formats that tcalc saves."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import splitext
from typing import TYPE_CHECKING

from tcalc.show.code.text import ATOM, Text, string_text, tuple_of

if TYPE_CHECKING:
    from tcalc.show.code.listing import Listing

NPY = '''\
def {name}(x, path):
    """A tensor as an npy file."""
    kinds = {torch.bool: "|b1", torch.uint8: "|u1", torch.int8: "|i1", torch.int16: "<i2", torch.int32: "<i4"}
    kinds |= {torch.int64: "<i8", torch.float16: "<f2", torch.float32: "<f4", torch.float64: "<f8"}
    kinds |= {torch.complex64: "<c8", torch.complex128: "<c16"}
    header = f"{{'descr': '{kinds[x.dtype]}', 'fortran_order': False, 'shape': {tuple(x.shape)}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\\n"
    with open(path, "wb") as file:
        file.write(b"\\x93NUMPY\\x01\\x00" + len(header).to_bytes(2, "little") + header.encode())
        file.write(bytes(x.cpu().reshape(-1).contiguous().view(torch.uint8).tolist()))'''

SAFETENSORS = '''\
def {name}(tensors, path):
    """Tensors by their names as a safetensors file; the widest elements come first."""
    kinds = {torch.bool: "BOOL", torch.uint8: "U8", torch.int8: "I8", torch.int16: "I16", torch.int32: "I32"}
    kinds |= {torch.int64: "I64", torch.float16: "F16", torch.bfloat16: "BF16", torch.float32: "F32"}
    kinds |= {torch.float64: "F64", torch.complex64: "C64"}
    places, pieces, start = {}, [], 0
    for name, x in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        pieces.append(bytes(x.cpu().reshape(-1).contiguous().view(torch.uint8).tolist()))
        places[name] = [start, start + len(pieces[-1])]
        start = places[name][1]
    header = {
        name: {"dtype": kinds[x.dtype], "shape": list(x.shape), "data_offsets": places[name]}
        for name, x in tensors.items()
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + b"".join(pieces))'''

CSV = '''\
def {name}(x, path):
    """A vector as a column, a matrix row by row."""
    x = x.to(torch.int64) if x.dtype is torch.bool else x
    with open(path, "w") as file:
        for row in x.reshape(-1, x.shape[1] if x.ndim == 2 else 1).tolist():
            file.write(",".join(map(str, row)) + "\\n")'''

JSON = '''\
def {name}(value, path):
    """Numbers as lists."""
    with open(path, "w") as file:
        file.write(json.dumps(value) + "\\n")'''


def save(listing: Listing, path: str, names: Sequence[str], texts: Sequence[Text], loaded: bool) -> None:
    """Lines that write tensors to a file under their names; where that is loaded again, they are kept for it."""
    context = listing.context
    values = list(texts)
    if loaded:
        for place, (name, text) in enumerate(zip(names, texts, strict=True)):
            values[place] = Text(listing.fresh("saved"))
            context.taken.add(values[place].text)
            listing.emit(f"{values[place].text} = {text.text}")
            context.saved[path, name] = values[place]
        context.saved[path, None] = values[0] if len(values) == 1 else tuple_of(values)
    ending = splitext(path)[1].lower()
    entries = ", ".join([f"{string_text(name)}: {value.text}" for name, value in zip(names, values, strict=True)])
    if ending == ".npy":
        given = f"{context.function('save_npy', NPY)}({values[0].text}"
    elif ending == ".csv":
        given = f"{context.function('save_csv', CSV)}({values[0].text}"
    elif ending == ".safetensors":
        context.imports.add("json")
        given = f"{context.function('save_safetensors', SAFETENSORS)}({{{entries}}}"
    else:
        context.imports.add("json")
        lists = ", ".join([f"{string_text(n)}: {v.within(ATOM)}.tolist()" for n, v in zip(names, values, strict=True)])
        what = f"{values[0].within(ATOM)}.tolist()" if len(values) == 1 else f"{{{lists}}}"
        given = f"{context.function('save_json', JSON)}({what}"
    listing.emit(f"{given}, {string_text(path)})")
