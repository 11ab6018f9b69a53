"""JSON: a number, or lists of numbers as deep as the tensor has axes."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from tcalc.files.data import ArrayData, Input
from tcalc.files.errors import bad_file, cell, too_large
from tcalc.types.dtypes import BOOL, F64, I64
from tcalc.types.tensor import TensorType, shaped

if TYPE_CHECKING:
    from tcalc.errors import TcalcError

#: What may stand for a number that JSON cannot write; tcalc's own output spells them so.
SPELLED = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def header(source: Input) -> TensorType:
    """The type, from reading it whole."""
    return read(source).type


def read(source: Input) -> ArrayData:
    """The numbers. Integers alone are i64, bools alone bool, anything else the default float."""
    if source.limit is not None and source.size > source.limit:
        raise too_large(source.name, "text", source.size, source.limit)
    import json

    try:
        value = json.loads(source.file.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise bad_file(source.name, f"is not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise bad_file(source.name, "is nested too deep") from None
    except ValueError as error:
        raise bad_file(source.name, f"is not JSON: {error}") from None
    shape: list[int] = []
    level = [value]
    while level and isinstance(level[0], list):
        length = len(level[0])
        level = _one_deeper(source, level, length, len(shape))
        shape.append(length)
    return _array(source, level, tuple(shape))


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


def _array(source: Input, numbers: list[Any], shape: tuple[int, ...]) -> ArrayData:
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
        return bad_file(source.name, "holds an object; a tensor is numbers in lists")
    what = "a list" if isinstance(value, list) else cell(str(value))
    return bad_file(source.name, f"holds {what} where a number or a list of them should be")
