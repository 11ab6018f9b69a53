"""Elements found by a mask. An index itself, `x[1, :, None]`, is part of the language.

The types of `x[…]` and `A[…] = v` are the checker's own work: an index is syntax, not an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tcalc.library.builtin import STEP, Builtin, ByAutograd, Form, Vjp
from tcalc.library.flops import NOTHING, each_of
from tcalc.library.vjps import Called, padded, rank_of, shape_of
from tcalc.types import size as sizes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined
from tcalc.types.tensor import Axis, TensorType, TupleType, Type


class SliceItem:
    """A slice with its bounds known: what the kernel is handed."""

    __slots__ = ("start", "step", "stop")

    def __init__(self, start: int | None, stop: int | None, step: int | None) -> None:
        self.start, self.stop, self.step = start, stop, step

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SliceItem) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return f"{self.start}:{self.stop}:{self.step}"


class TensorItem:
    """A place in an index that the next operand fills. Like the other items it is plain data for the kernel."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "tensor"


TENSOR = TensorItem()


def found(match: Match) -> Type:
    """How many elements are not zero is decided by data."""
    x = match["x"]
    assert isinstance(x, TensorType)
    if x.rank == 0:
        raise Mismatch("shape", f"{{0}} is {x}; nonzero needs an axis", Place("x"))
    return TensorType(
        match.result_dtype("i64"), (Axis(sizes.UNKNOWN), Axis(sizes.UNKNOWN if x.rank is None else x.rank))
    )


def found_as_tuple(match: Match) -> Type:
    """The indices along each axis apart, where that is asked for."""
    return found_by_axis(match) if match["as_tuple"] else found(match)


def found_by_axis(match: Match) -> Type:
    """The indices of the elements that are not zero, a vector for each axis; a scalar counts as a vector of one."""
    (x,) = (type for type in match.arguments.values() if isinstance(type, TensorType))
    if x.rank is None:
        raise Undetermined
    return TupleType((TensorType(match.result_dtype("i64"), (Axis(sizes.UNKNOWN),)),) * max(x.rank, 1))


def chosen(match: Match) -> Type:
    """How many elements a mask chooses is decided by data."""
    return TensorType(match.result_dtype("any"), (Axis(sizes.UNKNOWN),))


def _put_back(call: Called) -> Vjp | None:
    """Among zeros; what one vector of indices took is added up where it was."""
    shape, items = shape_of(call), _spread(call)
    if items is None:
        return None
    tensors = [axis for axis, item in enumerate(item for item in items if item is not None) if item is TENSOR]
    if tensors:
        index, (axis, *others) = call["index"].type, tensors
        if others or None in items or not all(item is TENSOR or _is_whole(item) for item in items):
            return None
        if not isinstance(index, TensorType) or index.dtype.rank != 1 or not shape[axis]:
            return None
        rank = len(index.axes)
        part = "g" if rank == 1 else f"unsqueeze(g, {axis})" if not rank else f"flatten(g, {axis}, {axis + rank - 1})"
        return {"x": f"index_add(zeros(x.shape), {axis}, flatten(index) % {shape[axis]}, {part})"}
    bounds = _bounds([item for item in items if item is not None], shape)
    if bounds is None:
        return None
    part, place, ints = "g", 0, 0
    for item in items:
        if item is None:
            part = f"squeeze({part}, {place})"
            continue
        if isinstance(item, int):
            ints += 1
            part = f"unsqueeze({part}, {place})"
        place += 1
    return {"x": padded(part, *_around(bounds, shape))}


def _replaced(call: Called) -> Vjp | None:
    """The new part has the cotangent of what it became; the old one has none."""
    shape, items = shape_of(call), _spread(call)
    if items is None:
        return None
    if any(item is TENSOR for item in items):
        index = call["index"].type
        whole = isinstance(index, TensorType) and not index.dtype.rank and len(items) == 1 == _count(call)
        if whole and len(index.axes) == len(shape):
            value = "where(index, g, 0)" if not rank_of(call, "value") else None
            return {"x": "where(index, 0, g)", "value": value}
        single = _count(call) == 1 and isinstance(index, TensorType) and index.dtype.rank == 1
        return {"x": None, "value": f"g[{_written(items)}]"} if single else None
    value = f"g[{_written(items)}]" if items else "g"
    bounds = _bounds([item for item in items if item is not None], shape)
    if bounds is None:
        return {"x": None, "value": value}
    ones = f"ones({[stop - start for start, stop in bounds]}, dtype=bool)"
    there = padded(ones, *_around(bounds, shape))
    return {"x": f"where({there}, 0, g)", "value": value}


def _count(call: Called) -> int:
    return sum(item is TENSOR for item in call["items"])


def _spread(call: Called) -> list[Any] | None:
    """The items with what is left out: an item for each axis, and None for a new one. None where that is not plain."""
    items, rank = list(call["items"]), rank_of(call)
    if any(isinstance(item, bool) for item in items):
        return None
    taken = 0
    for item in items:
        if item is TENSOR:
            type = call["index"].type
            assert isinstance(type, TensorType)
            taken += 1 if type.dtype.rank else len(type.axes)
        else:
            taken += item is not None and item is not Ellipsis
    missing = [SliceItem(None, None, None)] * (rank - taken)
    at = items.index(Ellipsis) if Ellipsis in items else len(items)
    return [*items[:at], *missing, *items[at + 1 :]]


def _is_whole(item: object) -> bool:
    return isinstance(item, SliceItem) and repr(item) in ("None:None:None", "None:None:1")


def _bounds(items: Sequence[Any], shape: Sequence[Any]) -> list[tuple[int, int]] | None:
    """Where the part begins and ends along each axis; None where it leaves some out in between."""
    found = []
    for item, size in zip(items, shape, strict=True):
        if isinstance(item, SliceItem):
            start, stop, step = slice(item.start, item.stop, item.step).indices(size)
            if step != 1:
                return None
            found.append((start, max(start, stop)))
        else:
            found.append((item % size, item % size + 1))
    return found


def _around(bounds: Sequence[tuple[int, int]], shape: Sequence[Any]) -> tuple[list[int], list[int]]:
    """How much lies before a part, and how much after it, along each axis."""
    return [start for start, _ in bounds], [size - stop for size, (_, stop) in zip(shape, bounds, strict=True)]


def _written(items: Sequence[Any]) -> str:
    """An index as it is written."""
    return ", ".join([_item_text(item) for item in items])


def _item_text(item: object) -> str:
    if isinstance(item, SliceItem):
        text = ":".join(["" if bound is None else str(bound) for bound in (item.start, item.stop)])
        return text if item.step in (None, 1) else f"{text}:{item.step}"
    return "index" if item is TENSOR else str(item)


ROWS = [
    Builtin(
        "getitem",
        [Form("(x: any[*s]) -> any[...]", vjp=_put_back)],
        torch="kernel:getitem",
        view=True,
        spaces=("hidden",),
        flops=NOTHING,
        doc="A part of a tensor: `x[1, ::2, None, idx]`.",
        example="[[1, 2], [3, 4]][:, 0]  #=> [1, 3]",
    ),
    Builtin(
        "setitem",
        [Form("(x: any[*s], value: any[*v]) -> any[*s]", vjp=_replaced)],
        torch="kernel:setitem",
        spaces=("hidden",),
        flops=NOTHING,
        doc="A copy with a part replaced: what `A[0] = v` binds.",
        example="zeros(2)  #=> [0.0, 0.0]",
    ),
    Builtin(
        "nonzero",
        [
            Form("(x: any[*s]) -> i64[...]", found, vjp=STEP),
            Form("(x: any[*s], as_tuple: flag) -> i64[...]", found_as_tuple, vjp=STEP),
        ],
        flops=each_of(0),
        doc="The indices of the elements that are not zero, one row each.",
        example="nonzero([0, 3, 0, 5])  #=> [[1], [3]]",
    ),
    Builtin(
        "masked_select",
        [Form("(x: any[*s], mask: bool[*s]) -> any[...]", chosen, vjp=ByAutograd("data decide what is taken"))],
        flops=NOTHING,
        doc="The elements where the mask is true, as a vector.",
        example="masked_select([1, 2, 3], [True, False, True])  #=> [1, 3]",
    ),
]
