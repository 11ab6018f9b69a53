"""Several tensors made one, and one made several."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tcalc.library.builtin import Builtin, Form, Rule, Vjp, VjpRule
from tcalc.library.flops import NOTHING
from tcalc.library.rules import integer
from tcalc.library.vjps import Called, rank_of, shape_of
from tcalc.types import size as sizes
from tcalc.types.broadcast import meet
from tcalc.types.dtypes import F32
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined, missing_axis, ranks, sizes_meet
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Pack, TensorType, TupleType, Type, shaped

#: More slices than this are not taken apart one by one.
MOST_PARTS = 10_000


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
    rank, dim = len(items[0].axes), integer(match, "dim")
    if not rank:
        raise Mismatch("shape", "a scalar has no axis to join along; use stack", Place("tensors", None, 0), depth=3)
    if not -rank <= dim < rank:
        raise missing_axis("tensors", dim, items[0], rank, item=0)
    return TensorType(match.promoted("T"), _met(items, items, dim % rank))


def _met(items: Sequence[TensorType], shown: Sequence[TensorType], along: int | None) -> tuple[Axis, ...]:
    """The axes that all items have, their sizes added up along one; `shown` are the items as they were given."""
    axes: list[Axis] = list(items[0].axes)  # type: ignore[arg-type]  # axes by the test in _items
    for position, item in enumerate(items[1:], 1):
        if len(item.axes) != len(axes):
            raise Mismatch(
                "shape",
                f"{{0}} is {shown[0]}, and {{1}} is {shown[position]}",
                Place("tensors", None, 0),
                Place("tensors", None, position),
                depth=3,
            )
        for i, (mine, theirs) in enumerate(zip(axes, item.axes, strict=True)):
            assert isinstance(theirs, Axis)
            places = (Place("tensors", mine, 0), Place("tensors", theirs, position))
            if i == along:
                axes[i] = _added(mine, theirs, places)
                continue
            merged = meet(mine, theirs)
            if merged is None:
                raise sizes_meet(places[0], i, len(axes), places[1], i, len(axes))
            axes[i] = merged
    return tuple(axes)


def _added(mine: Axis, theirs: Axis, places: tuple[Place, Place]) -> Axis:
    """One axis behind the other: they have one label, if any."""
    if mine.label is not None and theirs.label is not None and mine.label != theirs.label:
        raise Mismatch("label", f"{mine.label} meets {theirs.label}", *places, depth=4)
    return Axis(sizes.add(mine.size, theirs.size), mine.label or theirs.label)


def with_rank(type: TensorType, rank: int) -> TensorType:
    """As `atleast_1d` … `atleast_3d`: a vector becomes a row, a matrix gets an axis behind it."""
    axes = type.axes
    if rank > 1 and len(axes) < 2:
        axes = (*[Axis(1)] * (2 - len(axes)), *axes)
    return type.with_axes((*axes, *[Axis(1)] * (rank - len(axes))))


def beside(least: int, along: int) -> Rule:
    """The rule of hstack, vstack and dstack: at least so many axes, then joined along one of them (or the only one)."""

    def rule(match: Match) -> Type:
        items = _items(match)
        raised = [with_rank(item, least) for item in items]
        return TensorType(match.promoted("T"), _met(raised, items, min(along, len(raised[0].axes) - 1)))

    return rule


def as_columns(match: Match) -> Type:
    """Scalars and vectors are columns of a matrix; the rest is hstack."""
    items = _items(match)
    columns = [item.with_axes((*with_rank(item, 1).axes, Axis(1))) if len(item.axes) < 2 else item for item in items]
    return TensorType(match.promoted("T"), _met(columns, items, 1))


def on_diagonal(match: Match) -> Type:
    """Matrices one behind the other along both axes; a vector is a row."""
    items = _items(match)
    both: list[Axis] = []
    for position, item in enumerate(items):
        if len(item.axes) > 2:
            sentence = f"block_diag is of matrices, and item {position} is {item}"
            raise Mismatch("shape", sentence, Place("tensors", None, position), depth=3)
        places = (Place("tensors", None, 0), Place("tensors", None, position))
        mine: tuple[Axis, ...] = with_rank(item, 2).axes  # type: ignore[assignment]  # axes by the test in _items
        both = [_added(one, other, places) for one, other in zip(both, mine, strict=True)] if both else list(mine)
    return TensorType(match.promoted("T"), tuple(both))


def gridded(match: Match) -> Type:
    """Each vector along an axis of its own, repeated along the others'."""
    items, indexing = _items(match), match["indexing"]
    if indexing not in ("ij", "xy"):
        raise Mismatch("value", f'indexing is "ij" or "xy", and not "{indexing}"', depth=5)
    axes = list(_vectors(items, "meshgrid", 0))
    if indexing == "xy":
        axes[:2] = axes[1::-1]
    return TupleType((TensorType(match.promoted("T"), tuple(axes)),) * len(items))


def combined(match: Match) -> Type:
    """All choices of an element from each vector, a row each; of one vector itself."""
    items = _items(match)
    axes = _vectors(items, "cartesian_prod", 1)
    if len(items) == 1:
        return TensorType(match.promoted("T"), axes)
    count: Size = 1
    for axis in axes:
        count = sizes.mul(count, axis.size)
    return TensorType(match.promoted("T"), (Axis(count), Axis(len(items))))


def _vectors(items: Sequence[TensorType], name: str, least: int) -> tuple[Axis, ...]:
    """The one axis of each; where a scalar is taken, it counts as a vector of one."""
    for position, item in enumerate(items):
        if not least <= len(item.axes) <= 1:
            sentence = f"{name} is of vectors, and item {position} is {item}"
            raise Mismatch("shape", sentence, Place("tensors", None, position), depth=3)
    return tuple([axis for item in items for axis in item.axes or (Axis(1),)])  # type: ignore[misc]  # as in _items


def stacked(match: Match) -> Type:
    """Side by side along a new axis; all shapes agree."""
    items, dim = _items(match), integer(match, "dim")
    axes = _met(items, items, None)
    if not -len(axes) - 1 <= dim <= len(axes):
        rank = len(axes) + 1
        sentence = f"there is no axis {dim}: {{0}} is {items[0]}, and the stack has {ranks(rank)}"
        raise Mismatch("shape", sentence, Place("tensors", None, 0), depth=3)
    at = dim if dim >= 0 else len(axes) + 1 + dim
    return TensorType(match.promoted("T"), (*axes[:at], Axis(len(items)), *axes[at:]))


def apart(match: Match) -> Type:
    """The slices along an axis, without it."""
    x = match["x"]
    assert isinstance(x, TensorType)
    dim = normal_axis(integer(match, "dim"), x)
    axis = x.axes[dim]
    assert isinstance(axis, Axis)
    if not isinstance(axis.size, int) or axis.size > MOST_PARTS:
        raise Undetermined
    return TupleType((TensorType(x.dtype, (*x.axes[:dim], *x.axes[dim + 1 :])),) * axis.size)


def _cut_apart(call: Called) -> Vjp:
    """Each tensor's own stretch of the axis."""
    dim = call["dim"]
    found, start = {}, 0
    for place in range(len(call["tensors"])):
        length = shape_of(call, f"tensors{place}")[dim]
        found[f"tensors{place}"] = f"narrow(g, {dim}, {start}, {length})"
        start += length
    return found


def _unstacked(call: Called) -> Vjp:
    return {f"tensors{place}": f"select(g, {call['dim']}, {place})" for place in range(len(call["tensors"]))}


def _put_together(rank: int, along: int) -> VjpRule:
    """Each tensor's own stretch of the axis that they are joined along, with at least so many axes."""

    def rule(call: Called) -> Vjp:
        shapes = [shape_of(call, f"tensors{place}") for place in range(len(call["tensors"]))]
        raised: list[tuple[Any, ...]] = [with_rank(shaped(F32, *shape), rank).shape for shape in shapes]
        dim = min(along, len(raised[0]) - 1)
        return _stretches(dim, shapes, [each[dim] for each in raised])

    return rule


def _columns(call: Called) -> Vjp:
    shapes = [shape_of(call, f"tensors{place}") for place in range(len(call["tensors"]))]
    return _stretches(1, shapes, [shape[1] if len(shape) > 1 else 1 for shape in shapes])


def _stretches(dim: int, shapes: Sequence[Sequence[int]], lengths: Sequence[int]) -> Vjp:
    """Pieces of an axis, each in its tensor's shape."""
    found, start = {}, 0
    for place, length in enumerate(lengths):
        found[f"tensors{place}"] = f"reshape(narrow(g, {dim}, {start}, {length}), {list(shapes[place])})"
        start += length
    return found


def _blocks(call: Called) -> Vjp:
    found, row, column = {}, 0, 0
    for place in range(len(call["tensors"])):
        shape = shape_of(call, f"tensors{place}")
        n, m = (1,) * (2 - len(shape)) + tuple(shape)
        block = f"narrow(narrow(g, 0, {row}, {n}), 1, {column}, {m})"
        found[f"tensors{place}"] = f"reshape({block}, {list(shape)})"
        row, column = row + n, column + m
    return found


def _grid(call: Called) -> Vjp:
    """Each vector was repeated along the axes of the others."""
    count = len(call["tensors"])
    found = {}
    for place in range(count):
        axis = 1 - place if call["indexing"] == "xy" and place < 2 <= count else place
        others = [i for i in range(count) if i != axis]
        own = f"sum(g{place}, {others})" if others else f"g{place}"
        found[f"tensors{place}"] = f"reshape({own}, {list(shape_of(call, f'tensors{place}'))})"
    return {place: text for place, text in found.items() if f"g{place.removeprefix('tensors')}" in call}


def _choices(call: Called) -> Vjp:
    """A column for each vector, which was repeated along the axes of the others."""
    count = len(call["tensors"])
    if count == 1:
        return {"tensors0": "g"}
    sizes = [math.prod(shape_of(call, f"tensors{place}")) for place in range(count)]
    return {
        f"tensors{place}": f"sum(reshape(select(g, 1, {place}), {sizes}), {[i for i in range(count) if i != place]})"
        for place in range(count)
    }


def _slices(call: Called) -> Vjp:
    """Slices that nothing came of are zeros."""
    dim, shape = call["dim"] % rank_of(call), list(shape_of(call))
    zeros = f"zeros({[*shape[:dim], *shape[dim:][1:]]})"
    return {"x": f"stack([{', '.join([f'g{i}' if f'g{i}' in call else zeros for i in range(shape[dim])])}], {dim})"}


ROWS = [
    Builtin(
        "cat",
        [Form("(tensors: tensors, dim: axis = 0) -> T[...]", joined, vjp=_cut_apart)],
        aliases=("concat", "concatenate"),
        sequence=True,
        flops=NOTHING,
        doc="Tensors one behind the other along an axis (0), whose sizes may differ.",
        example="cat([[1, 2], [3]])  #=> [1, 2, 3]",
    ),
    Builtin(
        "stack",
        [Form("(tensors: tensors, dim: axis = 0) -> T[...]", stacked, vjp=_unstacked)],
        sequence=True,
        flops=NOTHING,
        doc="Tensors of one shape side by side along a new axis (0).",
        example="stack([[1, 2], [3, 4]], 1)  #=> [[1, 3], [2, 4]]",
    ),
    *[
        Builtin(
            name,
            [Form("(tensors: tensors) -> T[...]", rule, vjp=vjp)],
            sequence=True,
            flops=NOTHING,
            doc=doc,
            example=example,
        )
        for name, rule, vjp, doc, example in (
            (
                "hstack",
                beside(1, 1),
                _put_together(1, 1),
                "Tensors side by side: vectors one behind the other, all others along axis 1.",
                "hstack([[1, 2], [3]])  #=> [1, 2, 3]",
            ),
            (
                "vstack",
                beside(2, 0),
                _put_together(2, 0),
                "Tensors one below the other along axis 0, each vector a row.",
                "vstack([[1, 2], [[3, 4], [5, 6]]])  #=> [[1, 2], [3, 4], [5, 6]]",
            ),
            (
                "dstack",
                beside(3, 2),
                _put_together(3, 2),
                "Tensors one behind the other along axis 2.",
                "dstack([[1, 2], [3, 4]])  #=> [[[1, 3], [2, 4]]]",
            ),
            (
                "column_stack",
                as_columns,
                _columns,
                "Tensors side by side along axis 1, each vector a column.",
                "column_stack([[1, 2], [3, 4]])  #=> [[1, 3], [2, 4]]",
            ),
        )
    ],
    Builtin(
        "block_diag",
        [Form("(*tensors: tensors) -> T[...]", on_diagonal, vjp=_blocks)],
        torch="kernel:block_diag",
        sequence=True,
        flops=NOTHING,
        doc="A matrix of zeros with some matrices along its diagonal.",
        example="block_diag([[1]], [[2, 3]])  #=> [[1, 0, 0], [0, 2, 3]]",
    ),
    Builtin(
        "cartesian_prod",
        [Form("(*tensors: tensors) -> T[...]", combined, vjp=_choices)],
        torch="kernel:cartesian_prod",
        sequence=True,
        flops=NOTHING,
        doc="All choices of one element from each vector, a row each.",
        example="cartesian_prod([1, 2], [3, 4])  #=> [[1, 3], [1, 4], [2, 3], [2, 4]]",
    ),
    Builtin(
        "meshgrid",
        [Form('(*tensors: tensors, indexing: text = "ij") -> T[...]', gridded, vjp=_grid)],
        view=True,
        sequence=True,
        doc='Each vector along an axis of its own and repeated along the others\'; "xy" exchanges the first two axes.',
        example="meshgrid([1, 2], [3, 4])  #=> ([[1, 1], [2, 2]], [[3, 4], [3, 4]])",
    ),
    Builtin(
        "unbind",
        [Form("(x: any[*s], dim: axis = 0) -> any[...]", apart, vjp=_slices)],
        view=True,
        doc="The slices along an axis, as a tuple.",
        example="unbind([[1, 2], [3, 4]])[1]  #=> [3, 4]",
    ),
]
