"""Arguments as the checker hands them on, and those that must be known while checking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.check.typed import Literal, Several, Typed
from tcalc.syntax import nodes
from tcalc.types import size as sizes
from tcalc.types.dtypes import DType
from tcalc.types.mismatch import Mismatch, Place, Undetermined
from tcalc.types.signature import Parameter
from tcalc.types.tensor import (
    ConstantType,
    FunctionType,
    TensorType,
    TupleType,
    Type,
    UnknownType,
    kind_of,
    static_size,
    static_value,
)

if TYPE_CHECKING:
    from tcalc.check.checker import Checker


#: Arguments that are no tensors, by their kind in a signature.
WANTED = {
    "int": "an integer",
    "axis": "an axis: an integer",
    "axes": "an axis or several",
    "sizes": "an integer or several",
    "lists": "an integer or two lists of axes",
    "flag": "True or False",
    "number": "a number",
    "text": "text",
    "dtype": "a dtype",
    "function": "a function",
}


class Given:
    """A checked argument: its keyword or None, its typed form, and the node it comes from."""

    __slots__ = ("name", "node", "typed")

    def __init__(self, name: str | None, typed: Typed, node: nodes.Expr) -> None:
        self.name, self.typed, self.node = name, typed, node


def static_argument(checker: Checker, parameter: Parameter, given: Given, item: int | None = None) -> object:
    """The plain value of an argument that must be known while checking."""
    kind, name, typed = parameter.kind, parameter.name, given.typed
    if kind == "keywords":  # one of them
        kind, name = "int", given.name or name
    type = typed.type
    if kind == "value":
        return typed
    if kind == "lists":
        lists = static_lists(typed)
        if lists is not None:
            return lists
    if isinstance(type, ConstantType):
        value = type.value
        if value is None and (parameter.default is not None or kind == "axes"):
            return None
        if kind == "text" and isinstance(value, str):
            return value
        if kind == "dtype" and isinstance(value, DType):
            return value
    elif kind == "function":
        if isinstance(type, FunctionType):
            return type.function
    elif isinstance(type, TensorType):
        static = type.static
        if kind in ("int", "axis") and (size := static_size(type)) is not None:
            return size
        if kind == "flag" and isinstance(static, bool):
            return static
        if kind == "number" and isinstance(static, bool | int | float):
            return static
        if kind in ("axes", "sizes"):
            if isinstance(static, int | sizes.Poly) and not isinstance(static, bool):
                return static
            listed = static_list(typed)
            if listed is not None:
                return listed
        can_wait = checker.conditional == 0 and checker.facts is None
        if is_open(kind, type) and can_wait:
            checker.settle(given.node, typed)
            if kind == "int":
                return sizes.UNKNOWN
            raise Undetermined
    elif kind in ("axes", "sizes"):
        listed = static_list(typed)
        if listed is not None:
            return listed
    elif isinstance(type, UnknownType):
        checker.settle(given.node, typed)
        raise Undetermined
    wanted = WANTED[kind] + (" known while checking" if is_open(kind, type) else "")
    depth = 2 if kind == "flag" else 1  # only the form that was meant has this option
    sentence = f"{name} must be {wanted}, and {{0}} is {kind_of(type)}"
    raise Mismatch("type", sentence, Place(parameter.name, None, item), depth=depth)


def is_open(kind: str, type: Type) -> bool:
    """Whether a value whose type this is may be what an argument must be, an integer or a number, once it is known."""
    if not isinstance(type, TensorType) or type.axes or type.static is not None:
        return False
    dtype = type.dtype
    return dtype.rank < 3 if kind == "number" else kind == "int" and dtype.rank < 2 and dtype.kind != "bool"


def static_list(typed: Typed) -> tuple[int, ...] | None:
    """The integers of `(2, 3)`, `[0, 1]` or `x.shape`, None where they are not known."""
    type = typed.type
    values: tuple[object, ...]
    if isinstance(type, TensorType):
        if type.static == () or (isinstance(type.static, tuple) and len(type.axes) == 1):
            values = type.static
        elif isinstance(typed, Literal) and isinstance(typed.value, tuple) and len(type.axes) == 1:
            values = typed.value
        else:
            return None
    elif isinstance(type, TupleType):
        values = tuple([static_value(item) for item in type.items])
    else:
        return None
    if all(isinstance(value, int | sizes.Poly) and not isinstance(value, bool) for value in values):
        return values  # type: ignore[return-value]  # integers by the test before
    return None


def static_lists(typed: Typed) -> tuple[tuple[int, ...], ...] | None:
    """The integers of `([0, 1], [1, 2])`, None where they are not known."""
    parts: list[object] = []
    if isinstance(typed, Several):
        parts = [static_list(item) for item in typed.items]
    elif isinstance(typed, Literal) and isinstance(typed.value, tuple):
        parts = [
            part if isinstance(part, tuple) and all(isinstance(n, int) for n in part) else None for part in typed.value
        ]
    elif isinstance(typed.type, TupleType):
        parts = [static_value(item) for item in typed.type.items]
    if not parts or not all(isinstance(part, tuple) for part in parts):
        return None
    return tuple(parts)  # type: ignore[arg-type]  # tuples by the test before


def default_value(node: nodes.Expr) -> object:
    """The value of a default in a row's signature."""
    if isinstance(node, nodes.Number | nodes.Constant | nodes.Text):
        return node.value
    if isinstance(node, nodes.Unary) and isinstance(node.operand, nodes.Number):
        return -node.operand.value
    if isinstance(node, nodes.TupleOf):
        return tuple([default_value(item) for item in node.items])
    if isinstance(node, nodes.Name) and node.name in ("inf",):
        return float("inf")
    raise AssertionError(node.span.text)
