"""Shapes after another tensor's, axes made up to a number, elements repeated, matrices turned."""

from __future__ import annotations

from collections.abc import Callable

from tcalc.library.builtin import Builtin, ByAutograd, Form, Rule, Vjp
from tcalc.library.flops import NOTHING
from tcalc.library.joining import with_rank
from tcalc.library.rules import assumed_equal, tensor
from tcalc.library.vjps import Called, shape_of
from tcalc.types import size as sizes
from tcalc.types.broadcast import Spread
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined, which_axis
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Pack, TensorType, Type


def _broadcast(match: Match) -> Type:
    """The other's shape, which x must broadcast to."""
    x, other = tensor(match), tensor(match, "other")
    spread = Spread(other.axes, "other")
    spread.join(x.axes, "x")
    if len(spread.axes) != len(other.axes) or not all(
        isinstance(one, Pack) or isinstance(two, Pack) or sizes.agree(one.size, two.size)
        for one, two in zip(spread.axes, other.axes, strict=True)
    ):
        sentence = f"{{0}} is {x}, which does not broadcast to {other}"
        raise Mismatch("shape", sentence, Place("x"), Place("other"), depth=3)
    return TensorType(x.dtype, spread.axes)


def _reshaped(match: Match) -> Type:
    """The other's shape, which has as many elements as x."""
    x, other = tensor(match), tensor(match, "other")
    if any(isinstance(axis, Pack) for axis in (*x.axes, *other.axes)):
        raise Undetermined
    has, gives = x.numel, other.numel
    if not sizes.agree(has, gives) and not assumed_equal(match, has, gives):
        sentence = f"{{0}} has {sizes.text(has)} elements ({x}), and {{1}} has {sizes.text(gives)} ({other})"
        raise Mismatch("shape", sentence, Place("x"), Place("other"), depth=3)
    return TensorType(x.dtype, other.axes)


def _raised(rank: int) -> Rule:
    """At least so many axes."""

    def rule(match: Match) -> Type:
        x = tensor(match)
        if x.rank is None:
            raise Undetermined
        return with_rank(x, rank)

    return rule


def _repeats(count: Callable[[Match, Size], Size]) -> Rule:
    """Along an axis, or of all elements in one row, so many of them as `count` says of how many there were."""

    def rule(match: Match) -> Type:
        x, dim = tensor(match), match["dim"]
        if dim is None:
            return TensorType(x.dtype, (Axis(count(match, x.numel)),))
        if not isinstance(dim, int):  # a size of a definition
            raise Undetermined
        if x.rank == 0:
            return TensorType(x.dtype, (Axis(count(match, 1)),))
        position = normal_axis(dim, x)
        axis = x.axes[position]
        if isinstance(axis, Pack):
            raise Undetermined
        new = axis.resized(count(match, axis.size))
        return TensorType(x.dtype, (*x.axes[:position], new, *x.axes[position + 1 :]))

    return rule


def _each_as_often(match: Match, size: Size) -> Size:
    repeats = match["repeats"]
    assert isinstance(repeats, int | sizes.Poly | sizes.Unknown)
    if isinstance(repeats, int) and repeats < 0:
        raise Mismatch("value", f"how often cannot be negative: {repeats}", Place("repeats"), depth=4)
    return sizes.mul(size, repeats)


def _each_its_own(match: Match, size: Size) -> Size:
    """Data decide how many."""
    times = tensor(match, "repeats").shape[0]
    if times != 1 and not sizes.agree(times, size):
        sentence = f"{{0}} has {sizes.text(times)} numbers, and there are {sizes.text(size)} to repeat"
        raise Mismatch("shape", sentence, Place("repeats"), depth=4)
    return sizes.UNKNOWN


def _turned(match: Match) -> Type:
    """A quarter turn of two axes exchanges their sizes."""
    x, k, dims = tensor(match), match["k"], match["dims"]
    if not isinstance(k, int) or any(isinstance(axis, Pack) for axis in x.axes):
        raise Undetermined
    places = tuple([normal_axis(dim, x) for dim in dims]) if isinstance(dims, tuple) else ()
    if len(places) != 2 or places[0] == places[1]:
        raise Mismatch("shape", "rot90 turns two different axes", Place("x"), depth=3)
    axes = list(x.axes)
    if k % 2:
        axes[places[0]], axes[places[1]] = axes[places[1]], axes[places[0]]
    return TensorType(x.dtype, tuple(axes))


def _on_diagonals(match: Match) -> Type:
    """The last axis becomes the diagonal of two new ones."""
    x, offset = tensor(match), match["offset"]
    if not x.axes:
        raise Mismatch("shape", f"{{0}} is {x}, and needs an axis", Place("x"), depth=3)
    last = x.axes[-1]
    if isinstance(last, Pack) or not isinstance(offset, int):
        raise Undetermined
    both = Axis(sizes.add(last.size, abs(offset)))
    rank = len(x.axes) + 1
    places = []
    for name in ("dim1", "dim2"):
        dim = match[name]
        if not isinstance(dim, int) or any(isinstance(axis, Pack) for axis in x.axes):
            raise Undetermined
        if not -rank <= dim < rank:
            raise Mismatch("shape", f"there is no {which_axis(dim, rank)} of {rank}", Place("x"), depth=3)
        places.append(dim % rank)
    if places[0] == places[1]:
        raise Mismatch("shape", "a diagonal needs two different axes", Place("x"), depth=3)
    rest = iter(x.axes[:-1])
    return TensorType(x.dtype, tuple([both if i in places else next(rest) for i in range(rank)]))


def _mirror(name: str, axes: str, doc: str, example: str) -> Builtin:
    form = Form(f"(x: any[{axes}]) -> any[{axes}]", vjp={"x": f"{name}(g)"})
    return Builtin(name, [form], flops=NOTHING, doc=doc, example=example)


def _repeats_added(call: Called) -> Vjp:
    """What an element became lies side by side."""
    shape, dim, repeats = list(shape_of(call)), call.get("dim"), call["repeats"]
    at = len(shape) if dim is None or not shape else dim % len(shape) + 1
    return {"x": f"sum(reshape(g, {[*shape[:at], repeats, *shape[at:]]}), {at})"}


ROWS = [
    Builtin(
        "expand_as",
        [Form("(x: T[*s], other: any[*o]) -> T[...]", _broadcast, vjp={"x": "g"})],
        torch="kernel:expand_as",
        view=True,
        over=(),
        doc="Broadcast to another tensor's shape.",
        example="[1, 2].expand_as(zeros(2, 2))  #=> [[1, 2], [1, 2]]",
    ),
    *[
        Builtin(
            name,
            [Form("(x: T[*s], other: any[*o]) -> T[...]", _reshaped, vjp={"x": "reshape(g, x.shape)"})],
            torch="kernel:reshape_as",
            view=True,
            over=(),
            doc="The same elements in another tensor's shape.",
            example=f"[1, 2].{name}(zeros(2, 1))  #=> [[1], [2]]",
        )
        for name in ("reshape_as", "view_as")
    ],
    *[
        Builtin(
            f"atleast_{rank}d",
            [Form("(x: any[*s]) -> any[...]", _raised(rank), vjp={"x": "reshape(g, x.shape)"})],
            view=True,
            over=(),
            doc=f"With axes of size 1 before or behind, where there are fewer than {rank}.",
            example=f"atleast_{rank}d(5)  #=> {'[' * rank}5{']' * rank}",
        )
        for rank in (1, 2, 3)
    ],
    Builtin(
        "repeat_interleave",
        [
            Form(
                "(x: any[*s], repeats: int, dim: axis = None) -> any[...]",
                _repeats(_each_as_often),
                vjp=_repeats_added,
            ),
            Form(
                "(x: any[*s], repeats: i64[n], dim: axis = None) -> any[...]",
                _repeats(_each_its_own),
                vjp=ByAutograd("data decide what is added up"),
            ),
        ],
        torch="kernel:repeat_interleave",
        flops=NOTHING,
        doc="Each element so often, or each as often as a vector says, along an axis or of all in one row.",
        example="repeat_interleave([1, 2], 2)  #=> [1, 1, 2, 2]",
    ),
    _mirror("flipud", "n, *s", "With the order along the first axis reversed.", "flipud([[1], [2]])  #=> [[2], [1]]"),
    _mirror("fliplr", "n, m, *s", "With the order along axis 1 reversed.", "fliplr([[1, 2]])  #=> [[2, 1]]"),
    Builtin(
        "rot90",
        [Form("(x: any[*s], k: int = 1, dims: axes = (0, 1)) -> any[...]", _turned, vjp={"x": "rot90(g, -k, dims)"})],
        over=("dims",),
        flops=NOTHING,
        doc="Turned by k quarter turns, from the first of two axes towards the second.",
        example="rot90([[1, 2], [3, 4]])  #=> [[2, 4], [1, 3]]",
    ),
    Builtin(
        "diag_embed",
        [
            Form(
                "(x: any[*s], offset: int = 0, dim1: int = -2, dim2: int = -1) -> any[...]",
                _on_diagonals,
                vjp={"x": "diagonal(g, offset, dim1, dim2)"},
            )
        ],
        over=(),
        flops=NOTHING,
        doc="Matrices with the last axis of x on their diagonals, or as far right of them as offset says.",
        example="diag_embed([1, 2])  #=> [[1, 0], [0, 2]]",
    ),
]
