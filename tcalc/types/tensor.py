"""What the checker knows about a value: its type, and the static value that a type may carry along."""

from __future__ import annotations

from tcalc.types import size as sizes
from tcalc.types.dtypes import ANY, DType
from tcalc.types.size import Size


class Origin:
    """Where a size was fixed: by the definition of `name` on `line`, shown as `text`.

    `parent` is the definition that the size came through: after `A = ones(2, 3)` and `B = A.T`, B's axes have an
    origin B whose parent is A.
    """

    __slots__ = ("line", "name", "parent", "text")

    def __init__(self, name: str, text: str, line: int, parent: Origin | None = None) -> None:
        self.name, self.text, self.line, self.parent = name, text, line, parent


class Axis:
    """One axis: its size, an optional label, and where the size was fixed.

    `alias` is what a function's own annotation calls it, for use inside that function alone: it is no part of the type.
    """

    __slots__ = ("alias", "label", "origin", "size")

    def __init__(
        self, size: Size, label: str | None = None, origin: Origin | None = None, alias: str | None = None
    ) -> None:
        self.size, self.label, self.origin, self.alias = size, label, origin, alias

    def resized(self, size: Size) -> Axis:
        """This axis with another size: same label, and no origin where the size is a new one."""
        return self if sizes.same(size, self.size) else Axis(size, self.label, None, self.alias)

    def known_as(self, alias: str | None) -> Axis:
        """The same axis under another alias."""
        return self if alias == self.alias else Axis(self.size, self.label, self.origin, alias)

    def __str__(self) -> str:
        text = sizes.text(self.size)
        return text if self.label is None else self.label if self.label == text else f"{self.label}={text}"


class Pack:
    """Zero or more axes at once, while a definition is checked for all shapes: `*b`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return "*" + self.name


class Type:
    """The type of any value. Two types are equal where a program cannot tell them apart; origins do not count."""

    __slots__ = ()

    def key(self) -> object:
        """What equality and hashing go by."""
        return self

    def __eq__(self, other: object) -> bool:
        return self is other or (type(self) is type(other) and self.key() == other.key())

    def __hash__(self) -> int:
        return hash(self.key())


#: What a type may carry along: a number, a size of a definition being checked, or (nested) tuples of those.
Static = object


#: Stands for sizes that nobody asked for yet; no tensor has such.
NOT_ASKED = (-1,)


class TensorType(Type):
    """dtype and axes. `static` is the value where it is known while checking, else None.

    A static number is weak: it takes the dtype of the tensor it meets.
    """

    __slots__ = ("_key", "_known", "axes", "dtype", "static")

    def __init__(self, dtype: DType, axes: tuple[Axis | Pack, ...] = (), static: Static = None) -> None:
        self.dtype, self.axes, self.static = dtype, axes, static
        self._key: tuple[object, ...] | None = None
        self._known: tuple[int, ...] | None = NOT_ASKED

    @property
    def rank(self) -> int | None:
        """How many axes, or None where a pack stands for some."""
        for axis in self.axes:
            if isinstance(axis, Pack):
                return None
        return len(self.axes)

    @property
    def is_static_number(self) -> bool:
        """Whether it is a number known while checking."""
        return self.static is not None and not isinstance(self.static, tuple)

    @property
    def shape(self) -> tuple[Size, ...]:
        """The sizes; only where there is no pack."""
        return tuple([axis.size for axis in self.axes])  # type: ignore[union-attr]  # the caller has no packs

    @property
    def known_shape(self) -> tuple[int, ...] | None:
        """The sizes where all of them are known integers; else None."""
        if self._known is NOT_ASKED:
            found = tuple([axis.size for axis in self.axes if isinstance(axis, Axis) and isinstance(axis.size, int)])
            self._known = found if len(found) == len(self.axes) else None
        return self._known

    @property
    def outline(self) -> str:
        """The sizes and packs as text, without labels: what two types of one shape have in common."""
        return ", ".join([str(axis) if isinstance(axis, Pack) else sizes.text(axis.size) for axis in self.axes])

    @property
    def numel(self) -> Size:
        """The number of elements, UNKNOWN with a pack."""
        count: Size = 1
        for axis in self.axes:
            count = sizes.mul(count, sizes.UNKNOWN if isinstance(axis, Pack) else axis.size)
        return count

    @property
    def is_settled(self) -> bool:
        """Whether every size is a known integer, and the dtype known."""
        for axis in self.axes:
            if axis.__class__ is Pack or axis.size.__class__ is not int:  # type: ignore[union-attr]  # Pack told first
                return False
        return self.dtype is not ANY

    def unstatic(self) -> TensorType:
        """The same dtype and axes without the value."""
        return self if self.static is None else TensorType(self.dtype, self.axes)

    def with_axes(self, axes: tuple[Axis | Pack, ...]) -> TensorType:
        """The same dtype over other axes."""
        return TensorType(self.dtype, axes)

    def key(self) -> tuple[object, ...]:
        if self._key is None:
            parts: list[object] = [self.dtype]
            for axis in self.axes:
                parts.append((axis.name,) if isinstance(axis, Pack) else axis.size)
                parts.append(None if isinstance(axis, Pack) else axis.label)
            if self.static is not None:  # by repr: -0.0 is not 0.0, True is not 1, and nan is nan
                parts.append(repr(self.static))
            self._key = tuple(parts)
        return self._key

    def __str__(self) -> str:
        if not self.axes and self.dtype is not ANY:
            return str(self.dtype)
        return f"{self.dtype}[{', '.join(map(str, self.axes))}]"


class TupleType(Type):
    """Several values side by side; `names` where they have them (`max[1](A)` gives values and indices)."""

    __slots__ = ("items", "names")

    def __init__(self, items: tuple[Type, ...], names: tuple[str, ...] = ()) -> None:
        self.items, self.names = items, names

    def key(self) -> tuple[object, ...]:
        return (self.items, self.names)

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))}{',' if len(self.items) == 1 else ''})"


class ConstantType(Type):
    """A value that exists only while checking: text, None, a DType, Ellipsis, or a slice of static numbers."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def key(self) -> tuple[object, ...]:
        return (self.value.__class__, self.value)

    def __str__(self) -> str:
        if isinstance(self.value, str):
            return "text"
        return {DType: "dtype", type(None): "None"}.get(type(self.value), type(self.value).__name__)


class FunctionType(Type):
    """A function value. What it does is known while checking (`function`, the check room's), so calls are inlined."""

    __slots__ = ("function",)

    def __init__(self, function: object) -> None:
        self.function = function

    def key(self) -> tuple[object, ...]:
        return (self.function,)

    def __str__(self) -> str:
        return "function"


class UnknownType(Type):
    """Not known before it is computed: a file not there yet, a function that has no row. It agrees with anything."""

    __slots__ = ()

    def key(self) -> tuple[object, ...]:
        return ()

    def __str__(self) -> str:
        return "?"


class PoisonType(Type):
    """What stands for a value whose definition had an error, so that one mistake is reported once."""

    __slots__ = ()

    def key(self) -> tuple[object, ...]:
        return ()

    def __str__(self) -> str:
        return "?"


UNKNOWN_TYPE = UnknownType()
POISON = PoisonType()
NONE_TYPE = ConstantType(None)


def shaped(dtype: DType, *shape: Size) -> TensorType:
    """A tensor type from sizes alone."""
    return TensorType(dtype, tuple([Axis(size) for size in shape]))


def static_value(type: Type) -> object:
    """The value a type carries along, or None."""
    return type.static if type.__class__ is TensorType else None


def static_integer(type: Type) -> int | None:
    """The integer that a type carries along, where it does and it is no bool."""
    static = static_value(type)
    return static if static.__class__ is int else None


def static_size(type: Type) -> Size | None:
    """The size that a type carries along: an integer, or a polynomial over the sizes of a definition."""
    static = static_value(type)
    return static if static.__class__ is int or isinstance(static, sizes.Poly) else None


def is_known(type: Type) -> bool:
    """Whether a type carries its value along, so that nothing is computed; the size `n` of a definition is no value."""
    if type.__class__ is TensorType:
        return type.static is not None and type.static.__class__ is not sizes.Poly
    if isinstance(type, TupleType):
        return bool(type.items) and all(is_known(item) for item in type.items)
    return isinstance(type, FunctionType | ConstantType)


def needs_settling(type: Type) -> bool:
    """Whether data decide the shape, so that nothing can be said of what uses it."""
    if isinstance(type, UnknownType):
        return True
    if isinstance(type, TensorType):
        return any(axis.__class__ is Axis and axis.size is sizes.UNKNOWN for axis in type.axes)
    return isinstance(type, TupleType) and any(needs_settling(item) for item in type.items)


def kind_of(type: Type) -> str:
    """A type in a sentence: "a tuple (f32[2], i64[2])", "text", "f32[3]"."""
    if isinstance(type, TupleType):
        return f"a tuple {type}"
    if isinstance(type, FunctionType):
        return "a function"
    return str(type)
