"""List literals: `[[1, 2], [3, 4]]` and `[row1, row2]` are one construct."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc import library
from tcalc.check import clashes
from tcalc.check.typed import Apply, Literal, Typed, converted
from tcalc.errors import Mark, TcalcError
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, meet
from tcalc.types.dtypes import DType
from tcalc.types.match import tier
from tcalc.types.mismatch import Mismatch, Undetermined
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Pack, TensorType, UnknownType, kind_of

if TYPE_CHECKING:
    from tcalc.check.checker import Checker

#: Lists of integers up to this length keep their values in the type, so that they serve as sizes and axes.
LONGEST_STATIC = 16

_KINDS = {bool: 0, int: 1, float: 2, complex: 3}


def literal(checker: Checker, node: nodes.ListOf) -> Typed:
    """The typed form of a list literal."""
    data = _Data(checker)
    value = data.read(node)
    if value is not None:
        return data.finish(node, value)
    return _stacked(checker, node)


class _Data:
    """A nest of number literals, read without a typed node for each number."""

    __slots__ = ("checker", "depth", "kind", "shape")

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.kind = -1
        self.shape: list[int | None] = []
        #: The level on which numbers were found.
        self.depth: int | None = None

    def read(self, node: nodes.ListOf, level: int = 0) -> tuple[object, ...] | None:
        """The numbers as nested tuples, None where something else stands among them or the nest is ragged."""
        items = node.items
        if level == len(self.shape):
            self.shape.append(len(items))
        elif self.shape[level] != len(items):
            return None
        values: list[object] = []
        kind = self.kind
        for item in items:
            if item.__class__ is nodes.Number:
                value: object = item.value
            elif item.__class__ is nodes.ListOf:
                value = None if self.depth is not None and self.depth <= level else self.read(item, level + 1)
                if value is None:
                    return None
                values.append(value)
                continue
            elif item.__class__ is nodes.Unary and item.operator == "-" and item.operand.__class__ is nodes.Number:
                value = -item.operand.value
            elif item.__class__ is nodes.Constant and isinstance(item.value, bool):
                value = item.value
            else:
                return None
            if level + 1 < len(self.shape):
                return None
            number_kind = _KINDS[value.__class__]
            if number_kind == 1 and not -(2**63) <= value < 2**63:  # type: ignore[operator]  # an int by its kind
                self.checker.static_type(value, item.span)
            kind = max(kind, number_kind)
            values.append(value)
        self.kind = max(kind, self.kind)
        if level + 1 < len(self.shape) and any(not isinstance(value, tuple) for value in values):
            return None
        if values and not isinstance(values[-1], tuple):
            self.depth = level
        return tuple(values)

    def finish(self, node: nodes.ListOf, value: tuple[object, ...]) -> Literal:
        """The literal with its type."""
        floating = self.checker.default_float
        dtype = {
            -1: floating,
            0: dtypes.BOOL,
            1: dtypes.I64,
            2: floating,
            3: dtypes.complex_of(floating),
        }[self.kind]
        axes = tuple([Axis(size) for size in self.shape if size is not None])
        static = value if self.kind == 1 and len(axes) == 1 and len(value) <= LONGEST_STATIC else None
        return Literal(node.span, TensorType(dtype, axes, static), value)


def _stacked(checker: Checker, node: nodes.ListOf) -> Typed:
    """A list of tensors of one shape, stacked along a new first axis."""
    items = [checker.check(item) for item in node.items]
    constant = _constant(checker, node, items)
    if constant is not None:
        return constant
    axes: Axes | None = None
    operands: list[tuple[DType, int]] = []
    for position, (item, each) in enumerate(zip(items, node.items, strict=True)):
        checker.settled_part(each, item)
        if isinstance(item.type, UnknownType):
            checker.settle(each, item)
            raise Undetermined
        if not isinstance(item.type, TensorType):
            raise TcalcError("type", f"a list holds tensors, and item {position} is {kind_of(item.type)}", item.span)
        operands.append((item.type.dtype, tier(item.type)))
        try:
            joined = item.type.axes if axes is None else _same(axes, item.type.axes)
        except Mismatch as mismatch:
            marks = _marks(node.items[0], items[0], each, item)
            raise TcalcError(mismatch.code, mismatch.sentence, node.span, marks=marks) from None
        if joined is None:
            first = items[0].type
            error = TcalcError(
                "shape",
                f"a list stacks tensors of one shape, and item 0 is {first}, item {position} {item.type}",
                node.span,
                marks=_marks(node.items[0], items[0], each, item),
            )
            error.kind = "row"
            raise error
        axes = joined
    assert axes is not None
    dtype = dtypes.result_type(operands, checker.default_float)
    statics = [item.type.static for item in items if isinstance(item.type, TensorType)]
    whole = len(items) <= LONGEST_STATIC and all(
        isinstance(value, int | sizes.Poly) and not isinstance(value, bool) for value in statics
    )
    type = TensorType(dtype, (Axis(len(items)), *axes), tuple(statics) if whole else None)
    row = library.row("stack")
    assert row is not None
    stacked = tuple([converted(item, dtype) for item in items])
    return Apply(node.span, type, row, row.forms[0], (stacked,), {"dim": 0}, ("tensors",))


def _marks(first: nodes.Expr, one: Typed, node: nodes.Expr, other: Typed) -> list[Mark]:
    """The first item and another one that is unlike it."""
    assert isinstance(one.type, TensorType) and isinstance(other.type, TensorType)
    return clashes.marks((first.span, one.type), (node.span, other.type))


def _constant(checker: Checker, node: nodes.ListOf, items: list[Typed]) -> Literal | None:
    """The list as data, where no variable stands in it: `[nan, 1]`, `[-0.5 + 2j, 1]`. Exact in any dtype."""
    values: list[object] = []
    operands: list[tuple[DType, int]] = []
    shape: tuple[Size, ...] | None = None
    for item in items:
        type = item.type
        if not isinstance(type, TensorType) or not _is_constant(item):
            return None
        mine = type.shape
        if shape is not None and mine != shape:
            return None
        shape = mine
        operands.append((type.dtype, tier(type)))
        values.append(item.value if isinstance(item, Literal) else type.static)
    assert shape is not None
    dtype = dtypes.result_type(operands, checker.default_float)
    axes = (Axis(len(items)), *(Axis(size) for size in shape))
    static = tuple(values) if len(axes) == 1 and dtype is dtypes.I64 and len(values) <= LONGEST_STATIC else None
    return Literal(node.span, TensorType(dtype, axes, static), tuple(values))


def _is_constant(item: Typed) -> bool:
    """Whether an item is made of literals alone."""
    if isinstance(item, Literal):
        return True
    if isinstance(item, Apply) and isinstance(item.type, TensorType) and item.type.is_static_number:
        return not isinstance(item.type.static, sizes.Poly) and all(
            not isinstance(operand, tuple) and _is_constant(operand) for operand in item.operands
        )
    return False


def _same(one: Axes, other: Axes) -> Axes | None:
    """Axes that both shapes agree on, None where they differ."""
    if len(one) != len(other):
        return None
    joined: list[Axis | Pack] = []
    for mine, theirs in zip(one, other, strict=True):
        if isinstance(mine, Pack) or isinstance(theirs, Pack):
            if str(mine) != str(theirs):
                raise Undetermined
            joined.append(mine)
            continue
        axis = meet(mine, theirs)
        if axis is None:
            if sizes.agree(mine.size, theirs.size):
                raise Mismatch("label", clashes.sentence(mine, theirs))
            return None
        joined.append(axis)
    return tuple(joined)
