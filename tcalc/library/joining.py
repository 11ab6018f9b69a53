"""Rows that put tensors together, and one that takes them apart."""

from __future__ import annotations

from tcalc.library.builtin import Builtin, Form
from tcalc.types import size as sizes
from tcalc.types.broadcast import meet
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined, missing_axis, sizes_meet
from tcalc.types.tensor import Axis, Pack, TensorType, TupleType, Type

#: More slices than this are not taken apart one by one.
MOST_PARTS = 10_000


def _dim(match: Match) -> int:
    dim = match["dim"]
    if not isinstance(dim, int):
        raise Undetermined
    return dim


def _items(match: Match) -> tuple[TensorType, ...]:
    items = match["tensors"]
    assert isinstance(items, tuple)
    if not items:
        raise Mismatch("shape", "it needs at least one tensor", depth=3)
    if any(isinstance(axis, Pack) for item in items for axis in item.axes):
        raise Undetermined
    return items


def joined(match: Match) -> Type:
    """One behind the other along an axis; the other sizes agree."""
    items = _items(match)
    first = items[0]
    dim = normal_axis(_dim(match), first, "tensors") if first.axes else None
    if dim is None:
        raise Mismatch("shape", "a scalar has no axis to join along; use stack", Place("tensors", None, 0), depth=3)
    axes = list(first.axes)
    for position, item in enumerate(items[1:], 1):
        if len(item.axes) != len(axes):
            raise Mismatch(
                "shape",
                f"item 0 is {first}, and item {position} is {item}",
                Place("tensors", None, 0),
                Place("tensors", None, position),
                depth=3,
            )
        for i, (mine, theirs) in enumerate(zip(axes, item.axes, strict=True)):
            assert isinstance(mine, Axis) and isinstance(theirs, Axis)
            if i == dim:
                if mine.label is not None and theirs.label is not None and mine.label != theirs.label:
                    places = (Place("tensors", mine, 0), Place("tensors", theirs, position))
                    raise Mismatch("label", f"{mine.label} meets {theirs.label}", *places, depth=4)
                axes[i] = Axis(sizes.add(mine.size, theirs.size), mine.label or theirs.label)
                continue
            merged = meet(mine, theirs)
            if merged is None:
                raise sizes_meet(
                    Place("tensors", mine, 0), i, len(axes), Place("tensors", theirs, position), i, len(axes)
                )
            axes[i] = merged
    return TensorType(match.promoted("T"), tuple(axes))


def _agreed(match: Match) -> tuple[Axis, ...]:
    """The one shape that all of a list's tensors have."""
    items = _items(match)
    axes = list(items[0].axes)
    for position, item in enumerate(items[1:], 1):
        if len(item.axes) != len(axes):
            raise Mismatch(
                "shape",
                f"item 0 is {items[0]}, and item {position} is {item}",
                Place("tensors", None, 0),
                Place("tensors", None, position),
                depth=3,
            )
        for i, (mine, theirs) in enumerate(zip(axes, item.axes, strict=True)):
            assert isinstance(mine, Axis) and isinstance(theirs, Axis)
            merged = meet(mine, theirs)
            if merged is None:
                raise sizes_meet(
                    Place("tensors", mine, 0), i, len(axes), Place("tensors", theirs, position), i, len(axes)
                )
            axes[i] = merged
    return tuple(axes)  # type: ignore[arg-type]  # axes by the test in _items


def stacked(match: Match) -> Type:
    """Side by side along a new axis; all shapes agree."""
    axes, dim = _agreed(match), _dim(match)
    items = _items(match)
    if not -len(axes) - 1 <= dim <= len(axes):
        raise missing_axis("tensors", dim, items[0], len(axes) + 1)
    at = dim if dim >= 0 else len(axes) + 1 + dim
    return TensorType(match.promoted("T"), (*axes[:at], Axis(len(items)), *axes[at:]))


def apart(match: Match) -> Type:
    """The slices along an axis, without it."""
    x = match["x"]
    assert isinstance(x, TensorType)
    dim = normal_axis(_dim(match), x)
    axis = x.axes[dim]
    assert isinstance(axis, Axis)
    if not isinstance(axis.size, int) or axis.size > MOST_PARTS:
        raise Undetermined
    return TupleType((TensorType(x.dtype, (*x.axes[:dim], *x.axes[dim + 1 :])),) * axis.size)


ROWS = [
    Builtin(
        "cat",
        [Form("(tensors: tensors, dim: axis = 0) -> T[...]", joined)],
        aliases=("concat", "concatenate"),
        sequence=True,
        doc="Tensors one behind the other along an axis.",
        example="cat([[1, 2], [3]])  #=> [1, 2, 3]",
    ),
    Builtin(
        "stack",
        [Form("(tensors: tensors, dim: axis = 0) -> T[...]", stacked)],
        sequence=True,
        doc="Tensors of one shape side by side along a new axis.",
        example="stack([[1, 2], [3, 4]], 1)  #=> [[1, 3], [2, 4]]",
    ),
    Builtin(
        "unbind",
        [Form("(x: any[*s], dim: axis = 0) -> any[...]", apart)],
        view=True,
        doc="The slices along an axis, as a tuple.",
        example="unbind([[1, 2], [3, 4]])[1]  #=> [3, 4]",
    ),
]
