"""JSON: a number, or lists of numbers as deep as the tensor has axes; several of those in an object, by name."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from tcalc.files.data import AT_ONCE, MOST_AXES, ArrayData, Arrays, Layout, Unfit
from tcalc.files.errors import bad_file, cell, no_part, too_large
from tcalc.text.numbers import number_texts
from tcalc.text.rows import bracketed, count, json_breaks, known_shape
from tcalc.types.dtypes import BOOL, F64, I64, promote
from tcalc.types.tensor import shaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tcalc.errors import TcalcError
    from tcalc.files.data import Input, Parts, Sink
    from tcalc.types.data import Storable
    from tcalc.types.dtypes import DType
    from tcalc.types.tensor import TensorType, Type

#: The tensors of an object have names.
NAMED = True

#: What may stand for a number that JSON cannot write; tcalc's own output spells them so.
SPELLED = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_WRITTEN = {"True": "true", "False": "false", "nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}

#: Bytes that Python takes for a number beside its text, and for a list or an object.
_NUMBER, _LIST = 48, 80


def header(source: Input) -> Type:
    """The type, from reading it whole."""
    return read(source).type


def read(source: Input) -> ArrayData | Arrays:
    """The numbers. Integers alone are i64, bools alone bool, anything else the default float."""
    keys, values = _asked_for(source)
    arrays = [_array(source, value) for value in values]
    return arrays[0] if len(arrays) == 1 else Arrays(keys, arrays)


def layout(source: Input) -> Layout:
    """Text has no places, but what is loaded may have names."""
    keys, values = _asked_for(source)
    arrays = [_array(source, value) for value in values]
    type = arrays[0].type if len(arrays) == 1 else Arrays(keys, arrays).type
    return Layout("json", type, keys=keys)


def _asked_for(source: Input) -> tuple[list[str], list[Any]]:
    """The values that are tensors, and their names where an object has them."""
    value = _parsed(source)
    if not isinstance(value, dict):
        if source.part is not None:
            raise bad_file(source.name, "holds one tensor, which has no name")
        return [], [value]
    if not value:
        raise bad_file(source.name, "holds no numbers")
    if source.part is None:
        return list(value), list(value.values())
    if source.part not in value:
        raise no_part(source.name, source.part, list(value))
    return [source.part], [value[source.part]]


def unfit(type: TensorType) -> Unfit | None:
    """What lists of numbers cannot tell."""
    if type.dtype.kind == "complex":
        return Unfit("dtype", f"hold {type.dtype}")
    if 0 in type.shape[:-1]:
        return Unfit("shape", f"tell {type} from {shaped(type.dtype, *type.shape[: type.shape.index(0) + 1])}")
    return None


def write(sink: Sink, parts: Parts, default_float: DType) -> None:
    """One tensor as lists, several as an object of them."""
    import json

    if len(parts) == 1:
        _write_tensor(sink, parts[0][1], default_float)
    else:
        for place, (name, data) in enumerate(parts):
            sink.write(f"{', ' if place else '{'}{json.dumps(name)}: ".encode("ascii"))
            _write_tensor(sink, data, default_float)
        sink.write(b"}")
    sink.write(b"\n")


def _write_tensor(sink: Sink, data: Storable, default_float: DType) -> None:
    shape = known_shape(data.type)
    texts = _texts(data, count(shape), default_float)
    if not shape:
        sink.write(next(texts)[0].encode("ascii"))
        return
    if shape[-1] == 0:  # the last axis: lists with nothing in them
        outer = count(shape[:-1])
        texts = (["[]"] * min(AT_ONCE, outer - start) for start in range(0, outer, AT_ONCE))
        shape = shape[:-1]
        if not shape:
            sink.write(b"[]")
            return
    for text in bracketed(texts, shape, json_breaks(len(shape))):
        sink.write(text.encode("ascii"))


def _texts(data: Storable, total: int, default_float: DType) -> Iterator[list[str]]:
    """The numbers, with all the digits that the dtype needs which they will be loaded as."""
    dtype = data.type.dtype
    if dtype.kind == "float":
        dtype = promote(dtype, default_float)
    for start in range(0, total, AT_ONCE // 4):
        texts = number_texts(data.numbers(start, min(start + AT_ONCE // 4, total)), dtype)
        yield [_WRITTEN.get(text, text) for text in texts] if dtype.kind in ("bool", "float") else texts


def _parsed(source: Input) -> Any:
    """The document, once it is known to fit: Python's numbers take many times the bytes of their text."""
    import json

    data = _whole(source)
    items = data.count(b",") + 1
    lists = data.count(b"[") + data.count(b"{")
    needed = 2 * len(data) + items * _NUMBER + lists * _LIST
    if source.limit is not None and needed > source.limit:
        raise too_large(source.name, f"{items} numbers as text", needed, source.limit)
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=once)
    except UnicodeDecodeError as error:
        raise bad_file(source.name, f"is not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise bad_file(source.name, "is nested too deep") from None
    except json.JSONDecodeError as error:
        raise bad_file(source.name, f"is not JSON: {error}") from None
    except Twice as twice:
        raise bad_file(source.name, f"has {cell(str(twice))} in it twice") from None
    except ValueError:  # what Python says of thousands of digits
        raise bad_file(source.name, "holds an integer of thousands of digits") from None


def _whole(source: Input) -> bytes:
    if source.limit is not None and source.size > source.limit:
        raise too_large(source.name, "text", source.size, source.limit)
    return source.file.read()


class Twice(Exception):
    """A key that stands twice in one object."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, in which no key may stand twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Twice(key)
            seen.add(key)
    return found


def _array(source: Input, value: Any) -> ArrayData:
    """Numbers, or lists of them, as one tensor."""
    shape: list[int] = []
    level = [value]
    while level and isinstance(level[0], list):
        if len(shape) == MOST_AXES:
            raise bad_file(source.name, f"is nested deeper than the {MOST_AXES} axes that a tensor may have")
        length = len(level[0])
        level = _one_deeper(source, level, length, len(shape))
        shape.append(length)
        source.tick()
    return _of_numbers(source, level, tuple(shape))


def _one_deeper(source: Input, level: list[Any], length: int, axis: int) -> list[Any]:
    """The items of all lists of one level, which must have one length."""
    deeper: list[Any] = []
    for each in level:
        if not isinstance(each, list):
            raise _odd(source, each)
        if len(each) != length:
            lengths = f"{length} and of {len(each)}"
            raise bad_file(source.name, f"is ragged: lists of {lengths} items stand side by side, {axis} deep")
        deeper.extend(each)
    return deeper


def _of_numbers(source: Input, numbers: list[Any], shape: tuple[int, ...]) -> ArrayData:
    kinds = {number.__class__ for number in numbers}
    if kinds == {bool}:
        return ArrayData(shaped(BOOL, *shape), BOOL, shape, bytearray(numbers))
    if kinds == {int} and all(-(2**63) <= number < 2**63 for number in numbers):
        return ArrayData(shaped(I64, *shape), I64, shape, array("q", numbers))
    values = array("d")
    for number in numbers:
        if isinstance(number, str):
            if number not in SPELLED:
                raise _odd(source, number)
            number = SPELLED[number]
        if not isinstance(number, bool | int | float):
            raise _odd(source, number)
        try:
            values.append(number)
        except OverflowError:
            raise bad_file(source.name, f"holds {cell(str(number))}, which no float holds") from None
    return ArrayData(shaped(source.default_float, *shape), F64, shape, values)


def _odd(source: Input, value: object) -> TcalcError:
    """Something that is no number, or a number beside a list."""
    if isinstance(value, dict):
        return bad_file(source.name, "holds an object where a number or a list of them should be")
    what = "a list" if isinstance(value, list) else cell(str(value))
    return bad_file(source.name, f"holds {what} where a number or a list of them should be")
