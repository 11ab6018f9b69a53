"""Axes in another order, and elements in other places of the same axes."""

from __future__ import annotations

from tcalc.library.builtin import Builtin, Form, Vjp
from tcalc.library.flops import NOTHING
from tcalc.library.rules import integer, like, listed, ranked, several, tensor
from tcalc.library.vjps import Called, rank_of, shape_of
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Pack, Type


def transposed(match: Match) -> Type:
    """With two axes exchanged."""
    x = tensor(match)
    if not x.axes:
        return like(match, ())
    one, other = normal_axis(integer(match, "dim0"), x), normal_axis(integer(match, "dim1"), x)
    low, high = sorted((one, other))
    if any(isinstance(axis, Pack) for axis in (x.axes[low], x.axes[high])):
        raise Undetermined
    axes = list(x.axes)
    axes[one], axes[other] = axes[other], axes[one]
    return like(match, tuple(axes))


def permuted(match: Match) -> Type:
    """With its axes in another order."""
    axes, x = ranked(match), tensor(match)
    order = [normal_axis(each, x) if isinstance(each, int) else 0 for each in several(match["dims"])]
    if sorted(order) != list(range(len(axes))):
        kind = "count" if len(order) < len(axes) else ""
        raise Mismatch("shape", f"permute names every axis of {{0}} ({x}) once", Place("x"), depth=3, kind=kind)
    return like(match, tuple([axes[i] for i in order]))


def moved(match: Match) -> Type:
    """With some axes moved to other places."""
    axes, x = ranked(match), tensor(match)
    source = [normal_axis(each, x) for each in several(match["source"]) if isinstance(each, int)]
    target = [normal_axis(each, x) for each in several(match["destination"]) if isinstance(each, int)]
    if len(source) != len(target) or len(set(source)) != len(source) or len(set(target)) != len(target):
        raise Mismatch("shape", "movedim takes as many places as axes, each once", depth=3)
    order = [i for i in range(len(axes)) if i not in source]
    for place, axis in sorted(zip(target, source, strict=True)):
        order.insert(place, axis)
    return like(match, tuple([axes[i] for i in order]))


def flipped(match: Match) -> Type:
    """The same shape; the axes must exist."""
    x = tensor(match)
    seen = [normal_axis(each, x) for each in several(match["dims"]) if isinstance(each, int)]
    if len(set(seen)) != len(seen):
        raise Mismatch("shape", "an axis is named twice", depth=3)
    return like(match, x.axes)


def rolled(match: Match) -> Type:
    """The same shape; each axis is moved by its own shift."""
    x, shifts, dims = tensor(match), several(match["shifts"]), several(match["dims"])
    for each in dims:
        if isinstance(each, int):
            normal_axis(each, x)
    if len(shifts) != len(dims):
        sentence = f"roll takes as many shifts as axes: ({listed(list(shifts))}) and ({listed(list(dims))})"
        raise Mismatch("shape", sentence, depth=3)
    return like(match, x.axes)


def diagonal(match: Match) -> Type:
    """The diagonal of two axes, as a new last axis."""
    return like(match, diagonal_axes(match))


def diagonal_axes(match: Match) -> Axes:
    """The axes that are left, and then that of the diagonal."""
    axes, x = ranked(match), tensor(match)
    if len(axes) < 2:
        raise Mismatch("shape", f"{{0}} is {x}; a diagonal needs two axes", Place("x"), depth=3)
    offset = integer(match, "offset")
    one, other = normal_axis(integer(match, "dim1"), x), normal_axis(integer(match, "dim2"), x)
    if one == other:
        raise Mismatch("shape", "a diagonal needs two different axes", depth=3)
    rows, columns = axes[one].size, axes[other].size
    if offset == 0 and sizes.same(rows, columns):
        length: Size = rows
    else:
        down = sizes.add(rows, min(offset, 0))
        across = sizes.sub(columns, max(offset, 0))
        length = sizes.maximum(sizes.minimum(down, across), 0)
    rest = [axis for i, axis in enumerate(axes) if i not in (one, other)]
    return (*rest, Axis(length))


def _permuted_back(call: Called) -> Vjp:
    rank = rank_of(call)
    order = [each % rank for each in call["dims"]]
    return {"x": f"permute(g, {[order.index(axis) for axis in range(rank)]})"} if rank else {"x": "g"}


def _rolled_back(call: Called) -> Vjp:
    shifts, dims = call["shifts"], call.get("dims")
    back = tuple([-each for each in shifts]) if isinstance(shifts, tuple) else -shifts
    return {"x": f"roll(g, {back})" if dims is None else f"roll(g, {back}, {dims})"}


def _onto_diagonals(call: Called) -> Vjp | None:
    """Of square matrices in the last two axes; the diagonals of others are not all of what diag_embed makes."""
    shape, rank = shape_of(call), rank_of(call)
    places = [call[name] % rank for name in ("dim1", "dim2")]
    square = places == [rank - 2, rank - 1] and shape[-1] == shape[-2] and abs(call["offset"]) <= shape[-1]
    return {"x": "diag_embed(g, offset)"} if square else None


TURNED = [
    Builtin(
        "transpose",
        [Form("(x: any[*s], dim0: axis, dim1: axis) -> any[...]", transposed, vjp={"x": "transpose(g, dim0, dim1)"})],
        aliases=("swapaxes", "swapdims"),
        view=True,
        over=("dim0", "dim1"),
        doc="x with two axes exchanged.",
        example="transpose([[1, 2, 3]], 0, 1)  #=> [[1], [2], [3]]",
    ),
    Builtin(
        "t",
        [
            Form("(x: any[n]) -> any[n]", vjp={"x": "g"}),
            Form("(x: any[n, m]) -> any[m, n]", vjp={"x": "g.T"}),
            Form("(x: any[]) -> any[]", vjp={"x": "g"}),
        ],
        view=True,
        doc="The transpose of a matrix; a vector stays as it is.",
        example="t([[1, 2, 3]])  #=> [[1], [2], [3]]",
    ),
    Builtin(
        "T",
        [Form("(x: any[n, m]) -> any[m, n]", vjp={"x": "g.T"})],
        torch="kernel:transposed",
        attribute=True,
        view=True,
        doc="The transpose of a matrix; of more axes, mT.",
        example="[[1, 2, 3]].T  #=> [[1], [2], [3]]",
        hints={"shape": "x.T is of a matrix; x.mT exchanges the last two axes of any tensor"},
    ),
    Builtin(
        "mT",
        [Form("(x: any[*b, n, m]) -> any[*b, m, n]", vjp={"x": "g.mT"})],
        torch="kernel:transposed",
        attribute=True,
        view=True,
        doc="x with the last two axes exchanged.",
        example="ones(5, 2, 3).mT.shape  #=> [5, 3, 2]",
    ),
    Builtin(
        "H",
        [Form("(x: any[n, m]) -> any[m, n]", vjp={"x": "g.T"})],
        torch="kernel:adjoint",
        attribute=True,
        view=True,
        doc="The conjugate transpose of a matrix.",
        example="[[1, 2], [3, 4]].H  #=> [[1, 3], [2, 4]]",
    ),
    Builtin(
        "mH",
        [Form("(x: any[*b, n, m]) -> any[*b, m, n]", vjp={"x": "g.mT"})],
        torch="kernel:adjoint",
        attribute=True,
        view=True,
        doc="The conjugate transpose of the matrices in the last two axes.",
        example="ones(5, 2, 3).mH.shape  #=> [5, 3, 2]",
    ),
    Builtin(
        "permute",
        [Form("(x: any[*s], *dims: axis) -> any[...]", permuted, vjp=_permuted_back)],
        view=True,
        over=("dims",),
        doc="x with its axes in another order.",
        example="ones(2, 3, 4).permute(2, 0, 1).shape  #=> [4, 2, 3]",
    ),
    Builtin(
        "movedim",
        [
            Form(
                "(x: any[*s], source: axes, destination: axes) -> any[...]",
                moved,
                vjp={"x": "movedim(g, destination, source)"},
            )
        ],
        aliases=("moveaxis",),
        view=True,
        over=("source", "destination"),
        doc="x with some axes moved to other places, the others in their order.",
        example="ones(2, 3, 4).movedim(0, 2).shape  #=> [3, 4, 2]",
    ),
]

MOVED = [
    Builtin(
        "flip",
        [Form("(x: any[*s], *dims: axis) -> any[...]", flipped, vjp={"x": "flip(g, dims)"})],
        over=("dims",),
        flops=NOTHING,
        doc="x with the order along the axes given reversed.",
        example="flip([1, 2, 3], [0])  #=> [3, 2, 1]",
    ),
    Builtin(
        "diagonal",
        [
            Form(
                "(x: any[*s], offset: int = 0, dim1: axis = 0, dim2: axis = 1) -> any[...]",
                diagonal,
                vjp=_onto_diagonals,
            )
        ],
        view=True,
        over=("dim1", "dim2"),
        spaces=("", "linalg"),
        doc="The diagonal of two axes, as a new last axis.",
        example="diagonal([[1, 2], [3, 4]])  #=> [1, 4]",
    ),
    Builtin(
        "roll",
        [
            Form("(x: any[*s], shifts: int) -> any[*s]", vjp=_rolled_back),
            Form("(x: any[*l, n, *r], shifts: int, dims: axis(n)) -> any[*l, n, *r]", vjp=_rolled_back),
            Form("(x: any[*s], shifts: sizes, dims: axes) -> any[...]", rolled, vjp=_rolled_back),
        ],
        over=("dims",),
        hints={"type": "several shifts need as many axes: roll(x, (1, 1), dims=(0, 1))"},
        flops=NOTHING,
        doc="x with its elements shifted along some axes, or all in a row; those pushed out come in on the other side.",
        example="roll([1, 2, 3], 1)  #=> [3, 1, 2]",
    ),
]
