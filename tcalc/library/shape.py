"""Elements moved without being changed: new shapes, other orders of axes, copies."""

from __future__ import annotations

from tcalc.library.builtin import Builtin, Form, Vjp, VjpRule
from tcalc.library.einops import BY_PATTERN, by_pattern
from tcalc.library.flops import NOTHING
from tcalc.library.rules import assumed_equal
from tcalc.library.vjps import Called, rank_of, shape_of
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, Spread
from tcalc.types.facts import simplify
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined, missing_axis
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Pack, TensorType, Type


def _x(match: Match) -> TensorType:
    x = match["x"]
    assert isinstance(x, TensorType)
    return x


def _ranked(match: Match) -> tuple[Axis, ...]:
    """The operand's axes where all are known."""
    axes = _x(match).axes
    if any(isinstance(axis, Pack) for axis in axes):
        raise Undetermined
    return axes  # type: ignore[return-value]  # no packs by the test before


def _like(match: Match, axes: Axes) -> TensorType:
    return TensorType(match.result_dtype("any"), axes)


def _ints(value: object) -> tuple[Size, ...]:
    return value if isinstance(value, tuple) else (value,)


def reshaped(match: Match) -> Type:
    """As many elements in another shape; one size may be -1. Untouched leading and trailing axes keep their labels."""
    x, wanted = _x(match), list(_ints(match["shape"]))
    if any(isinstance(axis, Pack) for axis in x.axes):
        raise Undetermined
    total = x.numel
    open_at = [i for i, size in enumerate(wanted) if size == -1]
    if len(open_at) > 1:
        raise Mismatch("shape", "only one size may be -1", depth=3)
    if any(isinstance(size, int) and size < -1 for size in wanted):
        raise Mismatch("shape", f"a size cannot be negative: ({_listed(wanted)})", depth=3)
    known: Size = 1
    for size in wanted:
        if size != -1:
            known = sizes.mul(known, size)
    if open_at:
        wanted[open_at[0]] = _filled(match, x, total, known)
    elif not sizes.agree(total, known) and not assumed_equal(match, total, known):
        has, gives = sizes.text(total), sizes.text(known)
        sentence = f"{{0}} has {has} elements ({x}), and ({_listed(wanted)}) has {gives}"
        raise Mismatch("shape", sentence, Place("x"), depth=3)
    return _like(match, _relabelled(x.axes, wanted))


def _filled(match: Match, x: TensorType, total: Size, known: Size) -> Size:
    """The size that -1 stands for. In a definition the sizes are assumed to divide."""
    if known == 0 and total == 0:
        raise Mismatch("shape", f"{{0}} is empty ({x}), so -1 could be any size", Place("x"), depth=3)
    if known == 0 or (isinstance(total, int) and isinstance(known, int) and total % known):
        sentence = f"{{0}} has {sizes.text(total)} elements ({x}), which {sizes.text(known)} does not divide"
        raise Mismatch("shape", sentence, Place("x"), depth=3)
    if match.facts is None:
        return sizes.floordiv(total, known)
    match.facts.assume_divisible(total, known)
    return simplify(sizes.floordiv(total, known, match.facts), match.facts)


def _listed(wanted: list[Size]) -> str:
    return ", ".join(sizes.text(size) for size in wanted)


def _relabelled(axes: Axes, wanted: list[Size]) -> Axes:
    """The new axes; those before the first and after the last changed size keep label and origin."""
    result = [Axis(size) for size in wanted]
    for i in range(min(len(axes), len(wanted))):
        axis = axes[i]
        if not isinstance(axis, Axis) or not sizes.same(axis.size, wanted[i]):
            break
        result[i] = axis
    for i in range(1, min(len(axes), len(wanted)) + 1):
        axis = axes[-i]
        if not isinstance(axis, Axis) or not sizes.same(axis.size, wanted[-i]):
            break
        result[-i] = axis
    return tuple(result)


def flattened(match: Match) -> Type:
    """Axes `start_dim` to `end_dim` in one."""
    axes, x = _ranked(match), _x(match)
    if not axes:
        return _like(match, (Axis(1),))
    first, last = normal_axis(_int(match, "start_dim"), x), normal_axis(_int(match, "end_dim"), x)
    if first > last:
        raise Mismatch("shape", f"flatten goes from axis {first} to axis {last}, which comes before it", depth=3)
    if first == last:
        return _like(match, axes)
    count: Size = 1
    for axis in axes[first : last + 1]:
        count = sizes.mul(count, axis.size)
    return _like(match, (*axes[:first], Axis(count), *axes[last + 1 :]))


def _int(match: Match, name: str) -> int:
    value = match[name]
    if not isinstance(value, int):
        raise Undetermined
    return value


def squeezed(match: Match) -> Type:
    """Without its axes of size 1, or without those named."""
    axes, x = _ranked(match), _x(match)
    dim = match["dim"]
    if dim is None:
        if any(not isinstance(axis.size, int) for axis in axes):
            raise Undetermined
        return _like(match, tuple([axis for axis in axes if axis.size != 1]))
    chosen = {normal_axis(each, x) for each in _ints(dim) if isinstance(each, int)} if axes else set()
    if any(axes[i].size is sizes.UNKNOWN for i in chosen):
        raise Undetermined
    return _like(match, tuple([axis for i, axis in enumerate(axes) if i not in chosen or axis.size != 1]))


def unsqueezed(match: Match) -> Type:
    """With a new axis of size 1."""
    axes, dim = _x(match).axes, _int(match, "dim")
    rank = len(axes)
    if not -rank - 1 <= dim <= rank:
        raise missing_axis("x", dim, _x(match), rank)
    if any(isinstance(axis, Pack) for axis in (axes[:dim] if dim >= 0 else axes[rank + 1 + dim :])):
        raise Undetermined
    at = dim if dim >= 0 else rank + 1 + dim
    return _like(match, (*axes[:at], Axis(1), *axes[at:]))


def transposed(match: Match) -> Type:
    """With two axes exchanged."""
    x = _x(match)
    if not x.axes:
        return _like(match, ())
    one, other = normal_axis(_int(match, "dim0"), x), normal_axis(_int(match, "dim1"), x)
    low, high = sorted((one, other))
    if any(isinstance(axis, Pack) for axis in (x.axes[low], x.axes[high])):
        raise Undetermined
    axes = list(x.axes)
    axes[one], axes[other] = axes[other], axes[one]
    return _like(match, tuple(axes))


def permuted(match: Match) -> Type:
    """With its axes in another order."""
    axes, x = _ranked(match), _x(match)
    order = [normal_axis(each, x) if isinstance(each, int) else 0 for each in _ints(match["dims"])]
    if sorted(order) != list(range(len(axes))):
        raise Mismatch("shape", f"permute names every axis of {{0}} ({x}) once", Place("x"), depth=3)
    return _like(match, tuple([axes[i] for i in order]))


def moved(match: Match) -> Type:
    """With some axes moved to other places."""
    axes, x = _ranked(match), _x(match)
    source = [normal_axis(each, x) for each in _ints(match["source"]) if isinstance(each, int)]
    target = [normal_axis(each, x) for each in _ints(match["destination"]) if isinstance(each, int)]
    if len(source) != len(target) or len(set(source)) != len(source) or len(set(target)) != len(target):
        raise Mismatch("shape", "movedim takes as many places as axes, each once", depth=3)
    order = [i for i in range(len(axes)) if i not in source]
    for place, axis in sorted(zip(target, source, strict=True)):
        order.insert(place, axis)
    return _like(match, tuple([axes[i] for i in order]))


def expanded(match: Match) -> Type:
    """Broadcast to a shape; -1 keeps a size."""
    axes, x = _ranked(match), _x(match)
    wanted = list(_ints(match["shape"]))
    ahead = len(wanted) - len(axes)
    if ahead < 0:
        raise Mismatch("shape", f"{{0}} is {x}, which has more axes than ({_listed(wanted)})", Place("x"), depth=3)
    result: list[Axis] = []
    for i, size in enumerate(wanted):
        old = axes[i - ahead] if i >= ahead else None
        if size == -1:
            if old is None:
                raise Mismatch("shape", "a new axis needs a size, not -1", depth=3)
            result.append(old)
        elif old is None or (old.size == 1 and size != 1):
            result.append(Axis(size, old.label if old is not None else None))
        elif sizes.agree(old.size, size):
            result.append(old)
        else:
            raise Mismatch(
                "shape",
                f"{{0s}} axis {i - ahead} is {sizes.text(old.size)} and cannot grow to {sizes.text(size)}: only 1 can",
                Place("x", old),
                depth=3,
            )
    return _like(match, tuple(result))


def _times(match: Match, name: str) -> list[Size]:
    """How often along each axis: natural numbers."""
    times = list(_ints(match[name]))
    if any(isinstance(count, int) and count < 0 for count in times):
        raise Mismatch("shape", f"how often cannot be negative: ({_listed(times)})", depth=3)
    return times


def repeated(match: Match) -> Type:
    """Copies side by side, so many along each axis."""
    axes, x = _ranked(match), _x(match)
    times = _times(match, "repeats")
    ahead = len(times) - len(axes)
    if ahead < 0:
        raise Mismatch("shape", f"{{0}} is {x}: repeat needs a number for each axis", Place("x"), depth=3)
    result = [
        Axis(count) if i < ahead else axes[i - ahead].resized(sizes.mul(axes[i - ahead].size, count))
        for i, count in enumerate(times)
    ]
    return _like(match, tuple(result))


def tiled(match: Match) -> Type:
    """As repeat, with missing numbers taken as 1."""
    axes, times = _ranked(match), _times(match, "dims")
    times = [1] * (len(axes) - len(times)) + times
    ahead = len(times) - len(axes)
    result = [
        Axis(count) if i < ahead else axes[i - ahead].resized(sizes.mul(axes[i - ahead].size, count))
        for i, count in enumerate(times)
    ]
    return _like(match, tuple(result))


def flipped(match: Match) -> Type:
    """The same shape; the axes must exist."""
    x = _x(match)
    seen = [normal_axis(each, x) for each in _ints(match["dims"]) if isinstance(each, int)]
    if len(set(seen)) != len(seen):
        raise Mismatch("shape", "an axis is named twice", depth=3)
    return _like(match, x.axes)


def rolled(match: Match) -> Type:
    """The same shape; each axis is moved by its own shift."""
    x, shifts, dims = _x(match), _ints(match["shifts"]), _ints(match["dims"])
    for each in dims:
        if isinstance(each, int):
            normal_axis(each, x)
    if len(shifts) != len(dims):
        sentence = f"roll takes as many shifts as axes: ({_listed(list(shifts))}) and ({_listed(list(dims))})"
        raise Mismatch("shape", sentence, depth=3)
    return _like(match, x.axes)


def diagonal(match: Match) -> Type:
    """The diagonal of two axes, as a new last axis."""
    return _like(match, diagonal_axes(match))


def diagonal_axes(match: Match) -> Axes:
    """The axes that are left, and then that of the diagonal."""
    axes, x = _ranked(match), _x(match)
    if len(axes) < 2:
        raise Mismatch("shape", f"{{0}} is {x}; a diagonal needs two axes", Place("x"), depth=3)
    offset = _int(match, "offset")
    one, other = normal_axis(_int(match, "dim1"), x), normal_axis(_int(match, "dim2"), x)
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


def broadcasted(match: Match) -> Type:
    """Broadcast to a shape."""
    x, wanted = _x(match), _ints(match["shape"])
    spread = Spread(tuple([Axis(size) for size in wanted]), "shape")
    spread.join(x.axes, "x")
    if len(spread.axes) != len(wanted) or any(
        isinstance(axis, Axis) and not sizes.agree(axis.size, size)
        for axis, size in zip(spread.axes, wanted, strict=False)
    ):
        raise Mismatch(
            "shape", f"{{0}} is {x}, which does not broadcast to ({_listed(list(wanted))})", Place("x"), depth=3
        )
    return _like(match, spread.axes)


def _permuted_back(call: Called) -> Vjp:
    rank = rank_of(call)
    order = [each % rank for each in call["dims"]]
    return {"x": f"permute(g, {[order.index(axis) for axis in range(rank)]})"} if rank else {"x": "g"}


def _rolled_back(call: Called) -> Vjp:
    shifts, dims = call["shifts"], call.get("dims")
    back = tuple([-each for each in shifts]) if isinstance(shifts, tuple) else -shifts
    return {"x": f"roll(g, {back})" if dims is None else f"roll(g, {back}, {dims})"}


def _copies_added(option: str) -> VjpRule:
    """Each axis as the copies and what is copied, and summed over the copies."""

    def rule(call: Called) -> Vjp:
        shape, times = shape_of(call), tuple(call[option])
        rank = max(len(shape), len(times))
        shape = (*(1,) * (rank - len(shape)), *shape)
        times = (*(1,) * (rank - len(times)), *times)
        if not rank:
            return {"x": "g"}
        apart = [each for pair in zip(times, shape, strict=True) for each in pair]
        return {"x": f"sum(reshape(g, {apart}), {tuple(range(0, 2 * rank, 2))})"}

    return rule


def _onto_diagonals(call: Called) -> Vjp | None:
    """Of square matrices in the last two axes; the diagonals of others are not all of what diag_embed makes."""
    shape, rank = shape_of(call), rank_of(call)
    places = [call[name] % rank for name in ("dim1", "dim2")]
    square = places == [rank - 2, rank - 1] and shape[-1] == shape[-2] and abs(call["offset"]) <= shape[-1]
    return {"x": "diag_embed(g, offset)"} if square else None


ROWS = [
    Builtin(
        "reshape",
        [Form("(x: any[*s], *shape: int) -> any[...]", reshaped, vjp={"x": "reshape(g, x.shape)"})],
        aliases=("view",),
        view=True,
        doc="The same elements in another shape; -1 stands for the size that fits.",
        example="arange(6).reshape(2, -1)  #=> [[0, 1, 2], [3, 4, 5]]",
    ),
    Builtin(
        "flatten",
        [
            Form(
                "(x: any[*s], start_dim: axis = 0, end_dim: axis = -1) -> any[...]",
                flattened,
                vjp={"x": "reshape(g, x.shape)"},
            )
        ],
        aliases=("ravel",),
        view=True,
        over=("start_dim", "end_dim"),
        doc="x with neighbouring axes made one, from start_dim to end_dim; all of them, if none are named.",
        example="flatten([[1, 2], [3, 4]])  #=> [1, 2, 3, 4]",
    ),
    Builtin(
        "squeeze",
        [Form("(x: any[*s], dim: axes = None) -> any[...]", squeezed, vjp={"x": "reshape(g, x.shape)"})],
        view=True,
        doc="x without its axes of size 1: all, or those given; a longer axis stays.",
        example="squeeze([[[1, 2]]])  #=> [1, 2]",
    ),
    Builtin(
        "unsqueeze",
        [Form("(x: any[*s], dim: axis) -> any[...]", unsqueezed, vjp={"x": "reshape(g, x.shape)"})],
        view=True,
        doc="x with a new axis of size 1 at that place.",
        example="unsqueeze([1, 2], 1)  #=> [[1], [2]]",
    ),
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
    Builtin(
        "expand",
        [Form("(x: any[*s], *shape: int) -> any[...]", expanded, vjp={"x": "g"})],
        torch="kernel:expand",
        view=True,
        doc="x broadcast to a shape; -1 keeps a size.",
        example="[[1], [2]].expand(-1, 3)  #=> [[1, 1, 1], [2, 2, 2]]",
    ),
    Builtin(
        "broadcast_to",
        [Form("(x: any[*s], *shape: int) -> any[...]", broadcasted, vjp={"x": "g"})],
        torch="kernel:expand",
        view=True,
        doc="x broadcast to a shape.",
        example="broadcast_to([1, 2], (2, 2))  #=> [[1, 2], [1, 2]]",
    ),
    Builtin(
        "repeat",
        [
            Form("(x: any[*s], *repeats: int) -> any[...]", repeated, vjp=_copies_added("repeats")),
            Form(
                "(tensor: any[*s], pattern: text, lengths: keywords) -> any[...]", by_pattern("repeat"), vjp=BY_PATTERN
            ),
        ],
        torch="kernel:repeat",
        flops=NOTHING,
        doc='Copies side by side, so many along each axis; with a pattern, einops\' `repeat(x, "n -> n k", k=3)`.',
        example="[1, 2].repeat(2)  #=> [1, 2, 1, 2]",
    ),
    Builtin(
        "tile",
        [Form("(x: any[*s], *dims: int) -> any[...]", tiled, vjp=_copies_added("dims"))],
        torch="kernel:tile",
        flops=NOTHING,
        doc="Copies side by side, with missing numbers taken as 1.",
        example="tile([[1, 2]], 2)  #=> [[1, 2, 1, 2]]",
    ),
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
