"""Answers to holes: what was put in the place of a `?` and checked with the whole statement, and the names that fit.

What the neighbours say of a hole (`holes`) is the first guess. It is held against the statement, and made closer by it:
an axis whose size is open may have any where a strange one checks, else the one size in sight with which it checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from tcalc.check.checked import HIDDEN
from tcalc.check.holes import VARIABLE, unanswered
from tcalc.check.typed import Literal, Local, Static, Typed, Use
from tcalc.errors import TcalcError
from tcalc.syntax import nodes
from tcalc.syntax.nodes import LATEST
from tcalc.syntax.walk import within
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import meet
from tcalc.types.dtypes import ANY, DType
from tcalc.types.size import Size
from tcalc.types.tensor import (
    UNKNOWN_TYPE,
    Axis,
    ConstantType,
    Pack,
    PoisonType,
    TensorType,
    TupleType,
    Type,
    static_integer,
)

if TYPE_CHECKING:
    from tcalc.check.holes import Unfilled
    from tcalc.check.scope import Scope

#: What may stand in the place of a hole.
Filling = nodes.Expr | Typed


class Fault(Protocol):
    """Why the statement does not check with something in it, None where it does. `left` is for how many tries."""

    left: int

    def __call__(self, filling: Filling | None, place: nodes.Expr | None = None) -> Exception | None:
        """Without a filling the hole may be anything; with a place, that expression is changed and not the hole."""


MOST_NAMES, MOST_SEEN_NAMES = 5, 200
MOST_TYPES, MOST_AXES = 3, 4
#: Names that every program has, and no repair offers.
UNTOLD = (*LATEST, "args")
#: A size that no axis has by chance.
STRANGE = 211
#: Sizes and axes that are tried besides those in sight.
SMALL = range(9)
#: Dtypes so unlike that what takes them all takes any.
UNLIKE = (dtypes.BOOL, dtypes.I64, dtypes.F32, dtypes.C64)
#: What is not held against the statement: there are too many of each to try.
OPEN = ("text", "a function", VARIABLE)
#: Text that is tried: no file, and one that can be written.
TEXTS = ("", "x.npy")


def answered(
    statement: nodes.Statement, unfilled: Unfilled, scope: Scope, default_float: DType, fault: Fault
) -> TcalcError:
    """What a hole in a statement must be, as an error. `fault` tries what may be there.

    Where nothing may, something else is wrong with the statement, and that is the error, if it can be told.
    """
    answer = _Answer(unfilled, scope, default_float, fault)
    message = answer.message()
    if fault.left < 0:  # what was found is not all that there may be
        return unanswered(unfilled)
    names = answer.names() if answer.is_telling else []
    if message is None and names:
        message = "must be like one of these"
    if message is not None:
        return TcalcError("type", f"? {message}", unfilled.span, notes=[*names, *unfilled.notes])
    other = fault(None)
    if isinstance(other, TcalcError) and other.span is not None and other.span.text != unfilled.node.span.text:
        return other
    for node, shorter in _without(statement, unfilled.node):
        other = fault(shorter, node)
        if isinstance(other, TcalcError) and other.code != "type":  # else it is missed
            return other
    nothing = unfilled.nothing or TcalcError("type", "nothing fits in the place of ?", unfilled.span)
    nothing.notes += unfilled.notes
    return nothing


def _without(statement: nodes.Statement, hole: nodes.Expr) -> Iterator[tuple[nodes.Expr, nodes.Expr]]:
    """The call or the sequence that a hole is an item of, and what it is without it."""
    for node in within(statement):
        if isinstance(node, nodes.Call) and any(each.value is hole for each in node.arguments):
            rest = [each for each in node.arguments if each.value is not hole]
            yield node, nodes.Call(node.span, node.function, tuple(rest))
        elif isinstance(node, nodes.TupleOf | nodes.ListOf) and hole in node.items:
            yield node, node.__class__(node.span, tuple([each for each in node.items if each is not hole]))


class _Answer:
    """What is found out about one hole."""

    def __init__(self, unfilled: Unfilled, scope: Scope, default_float: DType, fault: Fault) -> None:
        self.unfilled, self.scope, self.default_float = unfilled, scope, default_float
        self.fault = fault
        self.span = unfilled.node.span
        self.types: list[TensorType] = []
        #: All shapes that will do, those too that the message leaves out, and whether what broadcasts to them does.
        self._shapes: list[TensorType] = []
        self._spreads = False
        #: Whether it says enough of the hole for names to be worth telling.
        self.is_telling = True

    def message(self) -> str | None:
        """`must be f32[3]`; None where nothing fits."""
        if self.unfilled.kind:
            if self.unfilled.kind not in OPEN and not any(self.fits(each) for each in self._constants()):
                return None
            integers = self._integers()
            kind = self.unfilled.kind.partition(":")[0] if integers else self.unfilled.kind
            labels = [label for label in self.unfilled.labels if self.fits(nodes.Name(self.span, label))]
            return f"must be {kind}{integers}" + (f", or its label {' or '.join(labels)}" if labels else "")
        if not self.unfilled.types and self._anything():
            self.is_telling = False
            return "may be anything here"
        if (found := self._from_neighbours() or self._tried()) is not None:
            return found
        integers = self._integers()
        if integers or any(self.fits(self._number(n)) for n in (STRANGE, -1, *SMALL)):
            return f"must be an integer{integers}"
        return self._other()

    def fits(self, filling: Filling) -> bool:
        """Whether the statement checks with that in it."""
        return self.fault.left >= 0 and self.fault(filling) is None

    def _takes(self, type: Type) -> bool:
        return self.fits(Use(self.span, type, Local("?", type)))

    # Tensors

    def _anything(self) -> bool:
        return (
            self.fits(Static(self.span, ConstantType("")))
            and self._takes(TensorType(self.default_float))
            and self.fits(self._function(1))
        )

    def _from_neighbours(self) -> str | None:
        """What the operands beside it ask for, as far as the statement takes it."""
        self.types = [self._closer(type) for type in self.unfilled.types if self._takes(type)]
        if not self.types:
            return None
        self._shapes = self.types
        first = self.types[0]
        strange = (Axis(STRANGE),)
        if not first.axes and all(self._takes(TensorType(each, strange)) for each in UNLIKE):  # `1 + ?`
            self.is_telling = False
            return "may be a tensor of any shape"
        spreads = first.axes and self._takes(first.with_axes(())) and self._takes(first.with_axes(first.axes[1:]))
        return self._must_be(bool(spreads))

    def _tried(self) -> str | None:
        """The shapes that the statement takes, in the first dtype that it takes, and further ones as integers."""
        found: list[TensorType] = []
        for dtype in self._dtypes():
            unknown = Axis(sizes.UNKNOWN)
            tried = [TensorType(dtype, (unknown,) * rank) for rank in range(MOST_AXES + 1)]
            mine = [self._closer(type) for type in tried if self._takes(type)]
            if len(mine) == len(tried) and not any(_is_fixed(axis) for type in mine for axis in type.axes):
                self.is_telling = dtype not in (ANY, self.default_float)
                self.types = self._shapes = mine
                return f"may be {dtype if self.is_telling else 'a tensor'} of any shape"
            before = [_shape(type) for type in found]
            found += [type for type in mine if _shape(type) not in before]
            if found and dtype is not self.default_float:
                break
        if not found:
            return None
        if not found[-1].axes and all(self._takes(TensorType(dtype)) for dtype in UNLIKE):
            self.types = self._shapes = [TensorType(ANY)]
            return "must be a number"
        spreads = len(found) > 1 and not found[0].axes
        self._shapes = found
        self.types = [type for type in found if not _is_grown(type, found)]
        if spreads:
            self.types = [type for type in self.types if not any(_is_end(type, other) for other in self.types)]
        return self._must_be(spreads)

    def _dtypes(self) -> list[DType]:
        if self.unfilled.for_all_sizes:
            return [ANY]
        told = [type.dtype for type in self.unfilled.types if type.dtype is not ANY]
        complex_ = dtypes.complex_of(self.default_float)
        return [*dict.fromkeys([self.default_float, *told, dtypes.I64, dtypes.BOOL, complex_])]

    def _closer(self, type: TensorType) -> TensorType:
        """The type with the sizes that its open axes must have."""
        for position, axis in enumerate(type.axes):
            if isinstance(axis, Pack) or axis.size is not sizes.UNKNOWN:
                continue
            if self._takes(_with_size(type, position, STRANGE)):
                continue
            closer = [each for size in self._sizes() if self._takes(each := _with_size(type, position, size))]
            if closer and (len(closer) == 1 or _shape(closer[1]) == _shape(_with_size(type, position, 1))):
                type = closer[0]  # the one size that will do, or may be broadcast
        return type

    def _sizes(self) -> Iterator[Size]:
        """Sizes in sight, the nearest first, then small ones; 1, which broadcasts, last of all."""
        seen: set[str] = {"1", sizes.text(sizes.UNKNOWN)}
        for type in [*self.unfilled.types, *(type for _, type in self._in_sight())]:
            found = [axis.size for axis in type.axes if isinstance(axis, Axis)] if isinstance(type, TensorType) else []
            static = static_integer(type)
            for size in [*found, *([] if static is None or static < 0 else [static])]:
                if sizes.text(size) not in seen:
                    seen.add(sizes.text(size))
                    yield size
        yield from [size for size in SMALL if str(size) not in seen]
        yield 1

    def _must_be(self, spreads: bool) -> str:
        self._spreads = spreads
        texts = list(dict.fromkeys(map(str, self.types)))[:MOST_TYPES]
        return f"must be {' or '.join(texts)}" + (", or broadcast to it" if spreads else "")

    # What is no tensor

    def _integers(self) -> str:
        """The few integers that will do: ": 0 or 1"; nothing where many will, or none."""
        if self.unfilled.kind and "axis" not in self.unfilled.kind:
            return ""
        found: list[int] = []
        for n in SMALL:
            if self.fits(self._number(n)):
                found.append(n)
            elif found and self.unfilled.kind:
                break  # axes have no gaps
        return f": {' or '.join(map(str, found))}" if found and len(found) < len(SMALL) // 2 else ""

    def _other(self) -> str | None:
        if any(self.fits(Static(self.span, ConstantType(text))) for text in TEXTS):
            return "must be text"
        if self.fits(self._function(1)) or self.fits(self._function(2)):
            return "must be a function"
        if self.fits(Static(self.span, ConstantType(self.default_float))):
            return "must be a dtype"
        for count in range(1, MOST_AXES + 1):
            if self.fits(Static(self.span, TupleType((UNKNOWN_TYPE,) * count))):
                return f"must be a tuple of {count}"
        return None

    def _number(self, value: int) -> Literal:
        return Literal(self.span, TensorType(dtypes.I64, (), value), value)

    def _constants(self) -> Iterator[Filling]:
        """What an argument may be that is no tensor."""
        yield from [self._number(n) for n in (STRANGE, -1, *SMALL)]
        yield Literal(self.span, TensorType(dtypes.BOOL, (), True), True)
        yield from [Static(self.span, ConstantType(each)) for each in (*TEXTS, self.default_float)]
        yield from [self._function(count) for count in range(1, 5)]

    def _function(self, count: int) -> nodes.Lambda:
        """A function that gives anything."""
        span = self.span
        parameters = [nodes.Parameter(span, f"?{i}", None, None) for i in range(count)]
        return nodes.Lambda(span, tuple(parameters), nodes.Hole(span))

    # Names

    def _in_sight(self) -> Iterator[tuple[str, Type]]:
        """The names in sight and their types, the nearest first."""
        local = self.unfilled.locals
        for name in reversed(local):
            yield name, local[name].type
        for name in reversed(self.scope.names()):
            variable = self.scope.lookup(name)
            if variable is None or isinstance(variable.type, PoisonType):
                continue
            if name not in local and name not in UNTOLD and HIDDEN not in name:
                yield name, variable.type

    def names(self) -> list[str]:
        """`W: f32[3, 10] fits`: those of just the shape, those that broadcast to it, scalars."""
        found: list[tuple[int, str]] = []
        for tried, (name, type) in enumerate(self._in_sight()):
            if tried == MOST_SEEN_NAMES or sum(rank == 0 for rank, _ in found) == MOST_NAMES:
                break
            if self._is_of_dtype(type) and self._is_of_shape(type) and self.fits(nodes.Name(self.span, name)):
                just = any(_same_shape(type, wanted) for wanted in self.types)
                found.append((0 if just else 1 if getattr(type, "axes", ()) else 2, f"{name}: {type} fits"))
        found.sort(key=lambda each: each[0])
        return [text for _, text in found[:MOST_NAMES]]

    def _is_of_dtype(self, type: Type) -> bool:
        """Whether a name has a dtype that was told; a static number takes the one of what it meets."""
        if not isinstance(type, TensorType) or not self.types or type.dtype is ANY:
            return True
        told = [wanted.dtype for wanted in self.types]
        weak = type.is_static_number and any(type.dtype.rank <= dtype.rank for dtype in told)
        return weak or ANY in told or type.dtype in told

    def _is_of_shape(self, type: Type) -> bool:
        """Whether a name may have one of the shapes that were told; only then it is tried."""
        if not isinstance(type, TensorType) or not self._shapes:
            return True
        return any(
            _same_shape(type, wanted) or (self._spreads and _may_spread(type, wanted)) for wanted in self._shapes
        )


def _with_size(type: TensorType, position: int, size: Size) -> TensorType:
    axes = type.axes
    return type.with_axes((*axes[:position], Axis(size), *axes[position + 1 :]))


def _is_fixed(axis: Axis | Pack) -> bool:
    return isinstance(axis, Pack) or axis.size is not sizes.UNKNOWN


def _shape(type: TensorType) -> list[str]:
    return [str(axis) for axis in type.axes]


def _is_grown(type: TensorType, found: Sequence[TensorType]) -> bool:
    """Whether a type has but more axes of any size before those of another that fits, which has such itself."""
    if not type.axes or _is_fixed(type.axes[0]):
        return False
    shapes = [_shape(other) for other in found]
    less = _shape(type)[1:]
    return less in shapes and (not less or less[1:] in shapes)


def _is_end(type: TensorType, other: TensorType) -> bool:
    """Whether a type is what another one ends with, so that it broadcasts to it."""
    shape, whole = _shape(type), _shape(other)
    return len(shape) < len(whole) and whole[len(whole) - len(shape) :] == shape


def _may_spread(type: TensorType, wanted: TensorType) -> bool:
    """Whether a type may broadcast to another one."""
    pairs = zip(type.axes[::-1], wanted.axes[::-1], strict=False)
    return len(type.axes) <= len(wanted.axes) and all(
        isinstance(a, Pack) or isinstance(b, Pack) or a.size == 1 or meet(a, b) is not None for a, b in pairs
    )


def _same_shape(type: Type, wanted: TensorType) -> bool:
    return (
        isinstance(type, TensorType)
        and len(type.axes) == len(wanted.axes)
        and all(
            isinstance(a, Axis) and isinstance(b, Axis) and meet(a, b) is not None
            for a, b in zip(type.axes, wanted.axes, strict=True)
        )
    )
