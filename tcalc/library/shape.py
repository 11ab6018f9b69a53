"""Elements moved without being changed: new shapes, other orders of axes, copies."""

from __future__ import annotations

from tcalc.library.builtin import Builtin, Form, Vjp, VjpRule
from tcalc.library.einops import BY_PATTERN, by_pattern
from tcalc.library.flops import NOTHING
from tcalc.library.orders import MOVED, TURNED
from tcalc.library.rules import assumed_equal, integer, like, listed, ranked, several, tensor
from tcalc.library.vjps import Called, shape_of
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, Spread
from tcalc.types.facts import simplify
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined, missing_axis
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Pack, TensorType, Type


def reshaped(match: Match) -> Type:
    """As many elements in another shape; one size may be -1. Untouched leading and trailing axes keep their labels."""
    x, wanted = tensor(match), list(several(match["shape"]))
    if any(isinstance(axis, Pack) for axis in x.axes):
        raise Undetermined
    total = x.numel
    open_at = [i for i, size in enumerate(wanted) if size == -1]
    if len(open_at) > 1:
        raise Mismatch("shape", "only one size may be -1", depth=3)
    if any(isinstance(size, int) and size < -1 for size in wanted):
        raise Mismatch("shape", f"a size cannot be negative: ({listed(wanted)})", depth=3)
    known: Size = 1
    for size in wanted:
        if size != -1:
            known = sizes.mul(known, size)
    if open_at:
        wanted[open_at[0]] = _filled(match, x, total, known)
    elif not sizes.agree(total, known) and not assumed_equal(match, total, known):
        has, gives = sizes.text(total), sizes.text(known)
        sentence = f"{{0}} has {has} elements ({x}), and ({listed(wanted)}) has {gives}"
        raise Mismatch("shape", sentence, Place("x"), depth=3, kind="count")
    return like(match, _relabelled(x.axes, wanted))


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
    axes, x = ranked(match), tensor(match)
    if not axes:
        return like(match, (Axis(1),))
    first, last = normal_axis(integer(match, "start_dim"), x), normal_axis(integer(match, "end_dim"), x)
    if first > last:
        raise Mismatch("shape", f"flatten goes from axis {first} to axis {last}, which comes before it", depth=3)
    if first == last:
        return like(match, axes)
    count: Size = 1
    for axis in axes[first : last + 1]:
        count = sizes.mul(count, axis.size)
    return like(match, (*axes[:first], Axis(count), *axes[last + 1 :]))


def squeezed(match: Match) -> Type:
    """Without its axes of size 1, or without those named."""
    axes, x = ranked(match), tensor(match)
    dim = match["dim"]
    if dim is None:
        if any(not isinstance(axis.size, int) for axis in axes):
            raise Undetermined
        return like(match, tuple([axis for axis in axes if axis.size != 1]))
    chosen = {normal_axis(each, x) for each in several(dim) if isinstance(each, int)} if axes else set()
    if any(axes[i].size is sizes.UNKNOWN for i in chosen):
        raise Undetermined
    return like(match, tuple([axis for i, axis in enumerate(axes) if i not in chosen or axis.size != 1]))


def unsqueezed(match: Match) -> Type:
    """With a new axis of size 1."""
    axes, dim = tensor(match).axes, integer(match, "dim")
    rank = len(axes)
    if not -rank - 1 <= dim <= rank:
        raise missing_axis("x", dim, tensor(match), rank)
    if any(isinstance(axis, Pack) for axis in (axes[:dim] if dim >= 0 else axes[rank + 1 + dim :])):
        raise Undetermined
    at = dim if dim >= 0 else rank + 1 + dim
    return like(match, (*axes[:at], Axis(1), *axes[at:]))


def expanded(match: Match) -> Type:
    """Broadcast to a shape; -1 keeps a size."""
    axes, x = ranked(match), tensor(match)
    wanted = list(several(match["shape"]))
    ahead = len(wanted) - len(axes)
    if ahead < 0:
        raise Mismatch(
            "shape", f"{{0}} is {x}, which has more axes than ({listed(wanted)})", Place("x"), depth=3, kind="count"
        )
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
    return like(match, tuple(result))


def _times(match: Match, name: str) -> list[Size]:
    """How often along each axis: natural numbers."""
    times = list(several(match[name]))
    if any(isinstance(count, int) and count < 0 for count in times):
        raise Mismatch("shape", f"how often cannot be negative: ({listed(times)})", depth=3)
    return times


def repeated(match: Match) -> Type:
    """Copies side by side, so many along each axis."""
    axes, x = ranked(match), tensor(match)
    times = _times(match, "repeats")
    ahead = len(times) - len(axes)
    if ahead < 0:
        raise Mismatch("shape", f"{{0}} is {x}: repeat needs a number for each axis", Place("x"), depth=3)
    result = [
        Axis(count) if i < ahead else axes[i - ahead].resized(sizes.mul(axes[i - ahead].size, count))
        for i, count in enumerate(times)
    ]
    return like(match, tuple(result))


def tiled(match: Match) -> Type:
    """As repeat, with missing numbers taken as 1."""
    axes, times = ranked(match), _times(match, "dims")
    times = [1] * (len(axes) - len(times)) + times
    ahead = len(times) - len(axes)
    result = [
        Axis(count) if i < ahead else axes[i - ahead].resized(sizes.mul(axes[i - ahead].size, count))
        for i, count in enumerate(times)
    ]
    return like(match, tuple(result))


def broadcasted(match: Match) -> Type:
    """Broadcast to a shape."""
    x, wanted = tensor(match), several(match["shape"])
    spread = Spread(tuple([Axis(size) for size in wanted]), "shape")
    spread.join(x.axes, "x")
    if len(spread.axes) != len(wanted) or any(
        isinstance(axis, Axis) and not sizes.agree(axis.size, size)
        for axis, size in zip(spread.axes, wanted, strict=False)
    ):
        raise Mismatch(
            "shape", f"{{0}} is {x}, which does not broadcast to ({listed(list(wanted))})", Place("x"), depth=3
        )
    return like(match, spread.axes)


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


SHAPES = [
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
]

COPIES = [
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
]

ROWS = [*SHAPES, *TURNED, *COPIES, *MOVED]
