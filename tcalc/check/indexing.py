"""Indexing: `x[1, ::2, None, idx]`, torch's rules over sizes that may be symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc import library
from tcalc.check import clashes, errors, functions, names
from tcalc.check.holes import INDEX, Unfilled
from tcalc.check.typed import Apply, Literal, Static, Typed, Use, item_of
from tcalc.errors import Mark, TcalcError, counted
from tcalc.library.indexing import TENSOR, SliceItem, TensorItem
from tcalc.source import Span
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, broadcast, meet
from tcalc.types.facts import Facts, at_least, simplify
from tcalc.types.mismatch import Mismatch, Undetermined
from tcalc.types.size import Size
from tcalc.types.tensor import (
    Axis,
    ConstantType,
    FunctionType,
    Pack,
    TensorType,
    TupleType,
    UnknownType,
    kind_of,
    needs_settling,
    static_size,
    static_value,
)
from tcalc.types.written import Argument, Written

if TYPE_CHECKING:
    from tcalc.check.checker import Checker


def index(checker: Checker, node: nodes.Index) -> Typed:
    """The typed form of `value[items]`."""
    if isinstance(node.value, nodes.Name | nodes.Attribute):
        function = _row(checker, node)
        if function is not None:
            return function
    try:
        value = checker.check(node.value)
    except TcalcError as error:
        if error.kind == "uncalled" and isinstance(node.value, nodes.Attribute) and error.span is node.value.name_span:
            raise _uncalled(checker, node, node.value) from None
        raise
    if isinstance(value.type, TupleType):
        return _part(checker, node, value)
    if isinstance(value.type, UnknownType):
        checker.settle(node.value, value)
        raise Undetermined
    if not isinstance(value.type, TensorType):
        raise TcalcError("type", f"{names.called(node.value)} is {kind_of(value.type)}, which has no parts", node.span)
    if needs_settling(value.type):
        checker.settle(node.value, value)
    items, operands, type = read(checker, node, value)
    row = library.row("getitem", "hidden")
    assert row is not None
    static = value.type.static
    if isinstance(static, tuple) and len(items) == 1 and isinstance(items[0], int) and len(value.type.axes) == 1:
        type = checker.static_type(static[items[0]], node.span)
    elif isinstance(static, tuple) and len(items) == 1 and isinstance(items[0], SliceItem) and len(type.axes) == 1:
        start, stop, step = items[0].start, items[0].stop, items[0].step
        if all(isinstance(bound, int | None) for bound in (start, stop, step)):
            type = TensorType(type.dtype, type.axes, static[start:stop:step])
    parameters = names_of(operands, "x")
    written = Written([("x", node.value.span, value.type), *places_of(operands)], checker.inside)
    return Apply(node.span, type, row, row.forms[0], (value, *operands), {"items": items}, parameters, written)


def _uncalled(checker: Checker, node: nodes.Index, method: nodes.Attribute) -> TcalcError:
    """What is wrong with `x.sum[batch]`: what is in the brackets, or else that it is not called."""
    try:
        checker.check(nodes.Call(node.span, node, ()))
    except TcalcError as error:
        if error.kind != "count":
            return error.with_traceback(None)
    return names.uncalled(method, node)


def names_of(index: tuple[Typed, ...], *before: str) -> tuple[str, ...]:
    """The parameters of an indexing's operands: some by name, then the index tensors."""
    return (*before, *("index",) * len(index))


def places_of(index: tuple[Typed, ...]) -> list[Argument]:
    """Where an indexing's index tensors stand."""
    return [("index", each.span, each.type) for each in index]


def _row(checker: Checker, node: nodes.Index) -> Typed | None:
    """`sum[0]` as a value: a function with what it works over."""
    if isinstance(node.value, nodes.Name) and checker.lookup(node.value.name, node.value.span) is not None:
        return None
    name = names.dotted(node.value)
    if name is None or (isinstance(node.value, nodes.Attribute) and names.torch_name(checker, node.value) is None):
        return None
    if isinstance(node.value, nodes.Name) and library.row(name) is None:
        return None
    function = functions.resolve(checker, node)
    return Static(node.span, FunctionType(function))


def _part(checker: Checker, node: nodes.Index, value: Typed) -> Typed:
    """One part of a tuple."""
    assert isinstance(value.type, TupleType)
    count = len(value.type.items)
    position: object = None
    if len(node.items) == 1 and isinstance(node.items[0], nodes.Expr) and not isinstance(node.items[0], nodes.Slice):
        item = checker.check(node.items[0])
        position = static_value(item.type)
        name = item.type.value if isinstance(item.type, ConstantType) else None
        if isinstance(name, str):  # a file's tensors are often called what no attribute can be
            if name not in value.type.names:
                raise names.unknown_part(node.value, value.type, name, item.span)
            position = value.type.names.index(name)
    if not isinstance(position, int) or isinstance(position, bool):
        raise TcalcError(
            "type", f"a tuple's part is taken by an integer known while checking: {node.value.span.text}[0]", node.span
        )
    if not -count <= position < count:
        raise TcalcError(
            "shape",
            f"{names.called(node.value)} has {counted(count, 'part')}, and no part {position}",
            node.span,
        )
    return item_of(value, position % count, node.span)


Item = int | None | SliceItem | TensorItem | object


def read(checker: Checker, node: nodes.Index, value: Typed) -> tuple[tuple[Item, ...], tuple[Typed, ...], TensorType]:
    """The items as plain data, the index tensors among them, and the result's type."""
    type = value.type
    assert isinstance(type, TensorType)
    parts: list[tuple[Item, Typed | None, Span]] = []
    for item in _flat(node.items):
        if checker.is_open(item):
            raise Unfilled(checker, item, (), _wanted(type, parts))
        parts.append(_item(checker, item))
    if checker.facts is not None:
        checker.facts.place = node.span
    consumed = sum(_consumes(item, typed) for item, typed, _ in parts)
    if type.rank is None:
        _refuse_packs(type, parts)
    elif consumed > type.rank:
        raise TcalcError(
            "shape",
            f"{counted(consumed, 'index', 'indices')} for {names.called(node.value)}, which has"
            f" {counted(type.rank, 'axis', 'axes') if type.rank else 'no axes'}",
            node.span,
            marks=[Mark(node.value.span, str(type))],
            notes=["or is a comma missing between two lists?"] if isinstance(node.value, nodes.ListOf) else [],
        )
    if not any(item is Ellipsis for item, _, _ in parts):
        parts.append((Ellipsis, None, node.span))
    return _walk(checker, node, type, parts, consumed)


def _wanted(type: TensorType, before: Sequence[tuple[Item, Typed | None, Span]]) -> str:
    """What a hole among the items must be, behind some of them."""
    position = sum(_consumes(item, typed) for item, typed, _ in before)
    is_counted = position < len(type.axes) and all(item is not Ellipsis for item, *_ in before)
    axis = type.axes[position] if is_counted else None
    size = axis.size if isinstance(axis, Axis) and isinstance(axis.size, int) else 0
    return f"{INDEX} from 0 to {size - 1}, a slice or a mask" if size > 1 else f"{INDEX}, a slice or a mask"


def _walk(
    checker: Checker, node: nodes.Index, type: TensorType, parts: list[tuple[Item, Typed | None, Span]], consumed: int
) -> tuple[tuple[Item, ...], tuple[Typed, ...], TensorType]:
    axes: list[Axis | Pack] = []
    tensors: list[Typed] = []
    #: Where the index tensors' own axes go: where the first stands, or first of all when something stands between.
    place: int | None = None
    kept = len(type.axes) - consumed
    spread: Axes = ()
    position = 0
    for item, typed, span in parts:
        if item is Ellipsis:
            axes.extend(type.axes[position : position + kept])
            position += kept
        elif item is None:
            axes.append(Axis(1))
        elif typed is not None:
            assert isinstance(typed.type, TensorType)
            if place is None:
                place = len(axes)
            consumes = _consumes(item, typed)
            mine: Axes = typed.type.axes
            if typed.type.dtype is dtypes.BOOL:
                _fit_mask(node, type, typed, position)
                mine = (Axis(sizes.UNKNOWN),)
            mine = tuple([axis if isinstance(axis, Pack) else Axis(axis.size) for axis in mine])
            spread = _joined(node, spread, mine) if tensors else mine
            tensors.append(typed)
            position += consumes
        else:
            axis = type.axes[position]
            assert isinstance(axis, Axis)
            position += 1
            if isinstance(item, SliceItem):
                axes.append(axis.resized(sliced(axis.size, item, checker.facts)))
            elif isinstance(item, int):
                _check_range(checker, node, type, item, axis, position - 1, span)
    if place is not None:
        at = 0 if _separated(parts, kept) else place
        axes[at:at] = spread
    items = tuple([item for item, _, _ in parts])
    if items and items[-1] is Ellipsis and sum(item is Ellipsis for item in items) == 1 and len(items) > 1:
        items = items[:-1] if parts[-1][2] is node.span else items
    return items, tuple(tensors), TensorType(type.dtype, tuple(axes))


def _separated(parts: list[tuple[Item, Typed | None, Span]], kept: int) -> bool:
    """Whether a slice, None or `...` stands between index tensors.

    Integers are selected first and do not count, nor does a `...` that stands for no axes: `kept` is how many.
    """
    between = [part for part in parts if part[1] is not None or not isinstance(part[0], int)]
    kinds = [typed is not None for item, typed, _ in between if item is not Ellipsis or kept]
    if True not in kinds:
        return False
    first, last = kinds.index(True), len(kinds) - 1 - kinds[::-1].index(True)
    return not all(kinds[first : last + 1])


def _flat(items: tuple[nodes.Expr | nodes.Argument, ...]) -> list[nodes.Expr]:
    flat: list[nodes.Expr] = []
    for item in items:
        if isinstance(item, nodes.Argument):
            raise TcalcError("type", f"an index has no option {item.name}; to compare, write ==", item.span)
        if isinstance(item, nodes.TupleOf) and len(items) == 1:
            flat.extend(item.items)
        else:
            flat.append(item)
    return flat


def _item(checker: Checker, node: nodes.Expr) -> tuple[Item, Typed | None, Span]:
    """An item as plain data, and the tensor where it is one."""
    if isinstance(node, nodes.Slice):
        bounds = [None if part is None else _bound(checker, part) for part in (node.start, node.stop, node.step)]
        step = bounds[2]
        if isinstance(step, int) and step <= 0:
            raise TcalcError(
                "value", f"a slice steps forward, and the step is {step}; flip(x, [0]) turns an axis round", node.span
            )
        return SliceItem(*bounds), None, node.span  # type: ignore[arg-type]  # sizes of a definition are never lowered
    if isinstance(node, nodes.Constant) and (node.value is None or node.value is Ellipsis):
        return node.value, None, node.span
    typed = checker.check(node)
    type = typed.type
    if isinstance(type, ConstantType) and (type.value is None or type.value is Ellipsis):
        return type.value, None, node.span
    if isinstance(type, UnknownType):
        checker.settle(node, typed)
        raise Undetermined
    if not isinstance(type, TensorType):
        raise TcalcError(
            "type",
            f"an index is an integer, a slice or a tensor, and {names.called(node)} is {kind_of(type)}",
            node.span,
        )
    static = type.static
    if isinstance(static, int | sizes.Poly) and not isinstance(static, bool):
        return static, None, node.span
    if type.dtype.rank > 1 and not (isinstance(typed, Literal) and typed.value == ()):
        raise TcalcError(
            "dtype",
            f"an index is of integers or bools, and {names.called(node)} is {type}",
            node.span,
            marks=[Mark(node.span, str(type))],
        )
    if needs_settling(type):
        checker.settle(node, typed)
    if isinstance(typed, Use):
        typed = Use(node.span, type, typed.local)  # its own span is where the local was bound
    return TENSOR, typed, node.span


def _bound(checker: Checker, node: nodes.Expr) -> Size | None:
    typed = checker.check(node)
    type = typed.type
    if isinstance(type, ConstantType) and type.value is None:
        return None
    if isinstance(type, TensorType):
        size = static_size(type)
        if size is not None:
            return size
        if type.static is None and not type.axes and type.dtype.rank == 1:
            if checker.conditional and checker.facts is None:
                known = f"{names.called(node)} is computed in each turn; a bound must be known while checking"
                raise TcalcError("type", known, node.span)
            checker.settle(node, typed)
            return sizes.UNKNOWN
    raise TcalcError("type", f"a slice's bound is an integer, and {names.called(node)} is {kind_of(type)}", node.span)


def _consumes(item: Item, typed: Typed | None) -> int:
    """How many of the value's axes an item takes up."""
    if item is None or item is Ellipsis:
        return 0
    if typed is not None and isinstance(typed.type, TensorType) and typed.type.dtype is dtypes.BOOL:
        return len(typed.type.axes)
    return 1


def _refuse_packs(type: TensorType, parts: list[tuple[Item, Typed | None, Span]]) -> None:
    """Indices into axes that a pack stands for cannot be told."""
    seen = [item for item, _, _ in parts]
    before = seen.index(Ellipsis) if Ellipsis in seen else len(seen)
    first = next(i for i, axis in enumerate(type.axes) if isinstance(axis, Pack))
    last = len(type.axes) - 1 - next(i for i, axis in enumerate(reversed(type.axes)) if isinstance(axis, Pack))
    leading = sum(_consumes(item, typed) for item, typed, _ in parts[:before])
    trailing = sum(_consumes(item, typed) for item, typed, _ in parts[before + 1 :])
    if leading > first or trailing > len(type.axes) - 1 - last:
        raise Undetermined


def _fit_mask(node: nodes.Index, type: TensorType, mask: Typed, position: int) -> None:
    assert isinstance(mask.type, TensorType)
    for offset, axis in enumerate(mask.type.axes):
        mine = type.axes[position + offset]
        if isinstance(mine, Pack) or isinstance(axis, Pack):
            raise Undetermined
        if not sizes.agree(mine.size, axis.size):
            raise TcalcError(
                "shape",
                f"the mask is {mask.type}, and {names.axis_of(node.value, position + offset)} "
                f"is {sizes.text(mine.size)}",
                mask.span,
                marks=[
                    Mark(node.value.span, str(type), errors.fixed(mine)),
                    Mark(mask.span, str(mask.type), errors.fixed(axis)),
                ],
            )
        if meet(mine, axis) is None:
            raise clashes.label_error(node.span, (node.value.span, type), (mask.span, mask.type), mine, axis)


def _joined(node: nodes.Index, one: Axes, other: Axes) -> Axes:
    try:
        return broadcast(one, other, "0", "1")
    except Mismatch:
        texts = [f"[{', '.join(map(str, axes))}]" for axes in (one, other)]
        raise TcalcError(
            "shape", f"index tensors must have one shape, and these are {texts[0]} and {texts[1]}", node.span
        ) from None


def _check_range(
    checker: Checker, node: nodes.Index, type: TensorType, item: int, axis: Axis, position: int, span: Span
) -> None:
    if not isinstance(axis.size, int) or not isinstance(item, int):
        if checker.facts is not None and isinstance(item, int) and isinstance(axis.size, sizes.Poly):
            checker.facts.assume_at_least(axis.size, item + 1 if item >= 0 else -item)
        return
    if not -axis.size <= item < axis.size:
        span_of = f"{counted(axis.size, 'element')}, {f'0 to {axis.size - 1}' if axis.size > 1 else '0'}"
        raise TcalcError(
            "shape",
            f"there is no index {item}: {names.axis_of(node.value, position)} "
            f"has {span_of if axis.size else 'no elements'}",
            span,
            marks=[Mark(node.value.span, str(type), errors.fixed(axis))],
        )


def sliced(size: Size, item: SliceItem, facts: Facts | None) -> Size:
    """How many elements `start:stop:step` keeps of `size`.

    In a definition, bounds are assumed to lie inside (`x[1:]` assumes n ≥ 1), so that the result reads `n - 1`.
    """
    start, stop, step = item.start, item.stop, item.step or 1
    if isinstance(size, int) and all(isinstance(part, int | None) for part in (start, stop, step)):
        return len(range(*slice(start, stop, step).indices(size)))
    if sizes.UNKNOWN in (size, start, stop, step):
        return sizes.UNKNOWN
    first = _clipped(size, 0 if start is None else start, facts)
    last = size if stop is None else _clipped(size, stop, facts)
    length = sizes.sub(last, first)
    if facts is not None and not at_least(length, 0, facts):
        if start is not None and stop is not None:
            facts.assume_at_least(length, 0)
        length = simplify(length, facts)
    if step == 1:
        return length
    return sizes.floordiv(sizes.add(length, sizes.sub(step, 1)), step)


def _clipped(size: Size, bound: Size, facts: Facts | None) -> Size:
    if isinstance(bound, int) and bound < 0:
        if facts is not None:
            facts.assume_at_least(size, -bound)
        return sizes.add(size, bound)
    if facts is not None and not at_least(size, bound, facts):
        facts.assume_at_least(size, bound)
    return bound
