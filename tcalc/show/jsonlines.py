"""Values, errors and notes as JSON, one object a line.

Numbers are the shortest that round-trip in their dtype, as in plain output; NaN and the infinities, which JSON lacks,
are texts; a complex number is `[re, im]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.text.numbers import number_texts, part_texts
from tcalc.text.rows import PIECE, bracketed, count, json_breaks, known_shape, pieces
from tcalc.types.data import ConstantData, Data, TupleData

if TYPE_CHECKING:
    from tcalc.errors import Mark, Note, Repair, TcalcError
    from tcalc.source import Span
    from tcalc.types.dtypes import DType

_WORDS = {"True": "true", "False": "false", "nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}


#: More empty lists than this are written as one.
MOST_EMPTY = 1_000_000


def json_text(data: Data) -> str:
    """The object of a value as one string; for a large one see `json_chunks`."""
    return "".join(json_chunks(data))


def json_chunks(data: Data, name: str = "", remarks: Sequence[str] = ()) -> Iterator[str]:
    """The object of a value in pieces that make one line together, without the newline.

    `{"type": "f32[2]", "dtype": "float32", "shape": [2], "value": [1.0, 2.0]}`; a tuple has `items`, and an item that
    has a name begins with it. A derivative that has a closed form ends with it, `"formula": "2 * x"`; `remarks` are
    those of the value, or of a tuple's items.
    """
    opening = f'{{"name": {quoted(name)}, "type": ' if name else '{"type": '
    if isinstance(data, TupleData):
        yield f'{opening}{quoted(type_text(data))}, "items": ['
        for place, item in enumerate(data.items):
            if place:
                yield ", "
            own = remarks[place : place + 1]
            yield from json_chunks(item, data.names[place] if place < len(data.names) else "", own)
        yield "]}"
        return
    if isinstance(data, ConstantData):
        from tcalc.show.constants import type_json

        yield type_json(data.type, name)
        return
    shape, dtype = known_shape(data.type), data.type.dtype
    yield f'{opening}{quoted(type_text(data))}, "dtype": "{dtype.torch_name}", "shape": {list(shape)}, "value": '
    if not shape:
        yield _texts(data.numbers(0, 1), dtype)[0]
    elif count(shape):
        yield from bracketed((_texts(piece, dtype) for piece in pieces(data)), shape, json_breaks(len(shape)))
    else:
        yield from _empty(shape)
    yield f', "formula": {quoted(remarks[0])}}}' if remarks and remarks[0] else "}"


def type_text(data: Data) -> str:
    """The type of a value: `f32[batch=2]`, `(f32[2], i64[2])`."""
    if not isinstance(data, TupleData):
        return str(data.type)
    return f"({', '.join(map(type_text, data.items))}{',' if len(data.items) == 1 else ''})"


def error_json(error: TcalcError) -> str:
    """`{"error": {…}}`: code, message, line and column (null where no text is at fault), notes, repairs.

    The notes begin with the operands: `B: f32[4, 3], 4 from B = ones(4, 3), line 2`.
    """
    import json

    facts = {
        "code": error.code,
        "message": error.message,
        **_place(error.span),
        "notes": error_notes(error),
        "repairs": list(map(_repair, error.repairs)),
    }
    return _harmless(json.dumps({"error": facts}))


def error_notes(error: TcalcError) -> list[str]:
    """The operands, each with where its size came from, then the error's notes."""
    return [*map(_operand, error.marks), *error.notes]


def note_json(note: Note) -> str:
    """`{"note": {…}}`: message, line, column, repairs, and the facts that it has."""
    import json

    facts = {"message": note.message, **_place(note.span), "repairs": list(map(_repair, note.repairs)), **note.facts}
    return _harmless(json.dumps({"note": facts}))


def quoted(text: str) -> str:
    """A JSON string, in ASCII."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    import json

    return _harmless(json.dumps(text))


def _harmless(text: str) -> str:
    # json escapes every control character but this one.
    return text.replace("\x7f", "\\u007f")


def _place(span: Span | None) -> dict[str, int | None]:
    if span is None:
        return {"line": None, "column": None}
    line, column = span.source.position(span.start)
    return {"line": line, "column": column}


def _operand(mark: Mark) -> str:
    text = mark.span.text
    if mark.type:
        text = f"{text}: {mark.type}"
    size, colon, origin = mark.fixed.partition(": ")
    fixed = f"{size} from {origin}" if colon else mark.fixed
    return f"{text}, {fixed}" if fixed else text


def _repair(repair: Repair) -> dict[str, str]:
    facts = {"text": repair.text, "type": repair.type}
    return {**facts, "condition": repair.condition} if repair.condition else facts


def _texts(piece: Sequence[complex], dtype: DType) -> list[str]:
    if dtype.kind == "complex":
        real, imaginary = part_texts(piece, dtype)
        return [f"[{_WORDS.get(re, re)}, {_WORDS.get(im, im)}]" for re, im in zip(real, imaginary, strict=True)]
    texts = number_texts(piece, dtype)
    return [_WORDS.get(text, text) for text in texts] if dtype.kind in ("bool", "float") else texts


def _empty(shape: tuple[int, ...]) -> Iterator[str]:
    """Nested lists down to the first axis of size 0; `shape` says the rest, also where the lists would be too many."""
    outer = shape[: shape.index(0)]
    if count(outer) > MOST_EMPTY:
        return iter(("[]",))
    total = count(outer)
    if not outer:
        return iter(("[]",))
    texts = (["[]"] * min(PIECE, total - start) for start in range(0, total, PIECE))
    return bracketed(texts, outer, json_breaks(len(outer)))
