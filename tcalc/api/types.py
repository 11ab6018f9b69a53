"""The types of values from Python, told by their attributes alone: without torch, and without NumPy for its arrays."""

from __future__ import annotations

from typing import Any

from tcalc.errors import TcalcError
from tcalc.types import dtypes
from tcalc.types.dtypes import DType
from tcalc.types.tensor import NONE_TYPE, Axis, ConstantType, TensorType, TupleType, Type

#: What torch and NumPy have and tcalc does not: the dtype that holds all of its numbers.
WIDENED = {"uint16": dtypes.I32, "uint32": dtypes.I64}
#: A list that is nested deeper is no tensor.
DEEPEST = 64


def type_of(name: str, value: Any, default_float: DType) -> Type:
    """A value's type. A number is static, a list a tensor, and text, None and dtypes are what they are in a program.

    Raises TcalcError where tcalc cannot take it.
    """
    if value is None:
        return NONE_TYPE
    if isinstance(value, str):
        return ConstantType(value)
    if isinstance(value, tuple):
        types = tuple([type_of(f"{name}[{place}]", each, default_float) for place, each in enumerate(value)])
        fields = _field_names(value)
        return TupleType(types, fields if len(fields) == len(types) else ())
    if isinstance(value, list):
        return _list_type(name, value, default_float)
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return TensorType(_dtype(name, value.dtype), tuple([Axis(int(size)) for size in value.shape]))
    if isinstance(value, bool | int | float | complex):
        return _number_type(name, value, default_float)
    if hasattr(value, "__array__"):
        import numpy as np

        return type_of(name, np.asarray(value), default_float)
    dtype = dtypes.lookup(str(value)) if str(value).startswith("torch.") else None
    if dtype is not None:
        return ConstantType(dtype)
    raise TcalcError(
        "type", f"{name} is {described(value)}: tcalc takes tensors, arrays, numbers, lists of numbers, tuples and text"
    )


def described(value: object) -> str:
    """The class of a value in a sentence: "a set"."""
    kind = type(value).__name__
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"


def _dtype(name: str, dtype: Any) -> DType:
    text = str(getattr(dtype, "name", dtype)).removeprefix("torch.")
    found = WIDENED.get(text) or dtypes.lookup(text)
    if found is None:
        raise TcalcError("dtype", f"{name} has the dtype {text}, which tcalc does not have")
    return found


def _number_type(name: str, value: complex, default_float: DType) -> TensorType:
    if isinstance(value, bool):
        return TensorType(dtypes.BOOL, (), value)
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise TcalcError("value", f"{name} does not fit 64 bits")
        return TensorType(dtypes.I64, (), int(value))
    if isinstance(value, float):
        return TensorType(default_float, (), float(value))
    return TensorType(dtypes.complex_of(default_float), (), complex(value))


def _list_type(name: str, value: list[Any], default_float: DType) -> TensorType:
    found: set[type] = set()
    shape = _shape(name, value, found, 0)
    if complex in found:
        dtype = dtypes.complex_of(default_float)
    elif float in found or not found:
        dtype = default_float
    else:
        dtype = dtypes.I64 if int in found else dtypes.BOOL
    return TensorType(dtype, tuple([Axis(size) for size in shape]))


def _shape(name: str, value: list[Any], found: set[type], depth: int) -> tuple[int, ...]:
    """The shape of a nested list; the kinds of its numbers are added to `found`."""
    if depth >= DEEPEST:
        raise TcalcError("limit", f"{name} is a list nested deeper than {DEEPEST}")
    shapes: set[tuple[int, ...]] = set()
    for each in value:
        if isinstance(each, list | tuple):
            shapes.add(_shape(name, list(each), found, depth + 1))
            continue
        shapes.add(())
        kind = next((kind for kind in (bool, int, float, complex) if isinstance(each, kind)), None)
        if kind is None:
            hint = "; a tuple keeps tensors side by side" if hasattr(each, "shape") else ""
            raise TcalcError("type", f"{name} is a list of numbers with {described(each)} among them{hint}")
        if kind is int and not -(2**63) <= each < 2**63:
            raise TcalcError("value", f"{name} has an integer that does not fit 64 bits")
        found.add(kind)
    if len(shapes) > 1:
        raise TcalcError("shape", f"the lists in {name} are not of one shape")
    return (len(value), *(shapes.pop() if shapes else ()))


def _field_names(value: tuple[Any, ...]) -> tuple[str, ...]:
    """The names of a tuple's parts: a named tuple's, those of what torch's functions give, ours."""
    for attribute in ("_fields", "__match_args__", "names"):
        names = getattr(value, attribute, None)
        if isinstance(names, tuple) and names:
            return names
    return ()
