"""Values that are no numbers: text, dtypes, None, `...`."""

from __future__ import annotations

from tcalc.show.visible import visible
from tcalc.types.dtypes import DType
from tcalc.types.tensor import ConstantType, Type


def type_text(type: Type) -> str:
    """The value that a type says: a constant's own text, `function` for a function."""
    return constant_text(type.value) if isinstance(type, ConstantType) else str(type)


def type_json(type: Type, name: str = "") -> str:
    """The object of such a value; `name` where it is a tuple's named part."""
    from tcalc.show.jsonlines import quoted

    text = constant_json(type.value) if isinstance(type, ConstantType) else f'{{"type": "{type}"}}'
    return f'{{"name": {quoted(name)}, {text[1:]}' if name else text


def constant_text(value: object) -> str:
    """The value as it would be written: `"text"`, `f32`, `None`, `...`, `1:3`."""
    if isinstance(value, str):
        return '"' + visible(value.replace("\\", "\\\\").replace('"', '\\"')) + '"'
    if isinstance(value, DType):
        return value.name
    if isinstance(value, slice):
        ends = [value.start, value.stop] if value.step is None else [value.start, value.stop, value.step]
        return ":".join(["" if end is None else str(end) for end in ends])
    return "..." if value is Ellipsis else str(value)


def constant_json(value: object) -> str:
    """The object of a line of JSON: `{"type": "text", "value": "a"}`; a dtype is named as torch names it."""
    from tcalc.show.jsonlines import quoted

    if isinstance(value, str):
        return f'{{"type": "text", "value": {quoted(value)}}}'
    if isinstance(value, DType):
        return f'{{"type": "dtype", "value": "{value.torch_name}"}}'
    if value is None:
        return '{"type": "None", "value": null}'
    return f'{{"type": "{type(value).__name__}", "value": {quoted(constant_text(value))}}}'
