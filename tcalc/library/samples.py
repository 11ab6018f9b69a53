"""Numbers that were sampled: differences, areas, covariances, histograms."""

from __future__ import annotations

from tcalc.library.builtin import LONG, STEP, Builtin, ByAutograd, Form, Vjp
from tcalc.library.factorings import covered
from tcalc.library.flops import each_time
from tcalc.library.rules import assumed, by_axes, chosen_axes, given, tensor
from tcalc.library.vjps import Called, padded, rank_of, shape_of
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, Spread, meet
from tcalc.types.facts import simplify
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined, sizes_meet
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, TensorType, Type


def _place(match: Match, name: str = "x") -> int:
    positions = chosen_axes(match, name)
    assert positions is not None
    return positions[0]


def _differed(match: Match) -> Type:
    """Of no difference x itself, as torch has it, whatever is put before and behind."""
    axes = _differences(match)
    x = tensor(match)
    dtype = match.result_dtype("any")
    if match["n"] == 0 and not (dtype.kind == "complex" and x.dtype in (dtypes.F16, dtypes.BF16)):
        dtype = x.dtype
    return TensorType(dtype, axes if match["n"] != 0 else x.axes)


def _differences(match: Match) -> Axes:
    """An element less along the axis for each time, after what is put before and behind."""
    position, n = _place(match), match["n"]
    assert isinstance(n, int | sizes.Poly | sizes.Unknown)
    if not assumed(match, n, 0):
        raise Mismatch("value", f"n is at least 0, and not {sizes.text(n)}", depth=4)
    axes = list(tensor(match).axes)
    axis = axes[position]
    assert isinstance(axis, Axis)
    size: Size = axis.size
    for name in ("prepend", "append"):
        if given(match, name):
            size = sizes.add(size, _joined(match, name, position))
    size = sizes.maximum(sizes.sub(size, n), 0)
    axes[position] = axis.resized(simplify(size, match.facts) if match.facts is not None else size)
    return tuple(axes)


def _joined(match: Match, name: str, position: int) -> Size:
    """The length of what is put before or behind, which is as x in all other axes."""
    x, other = tensor(match), tensor(match, name)
    if x.rank is None or other.rank is None:
        raise Undetermined
    if x.rank != other.rank:
        sentence = f"{{0}} is {other}, {{1}} {x}: they must have as many axes"
        raise Mismatch("shape", sentence, Place(name), Place("x"), depth=4)
    for i, (mine, theirs) in enumerate(zip(x.axes, other.axes, strict=True)):
        assert isinstance(mine, Axis) and isinstance(theirs, Axis)
        if i != position and meet(mine, theirs) is None:
            raise sizes_meet(Place("x", mine), i, x.rank, Place(name, theirs), i, x.rank)
    return other.shape[position]


def _area(match: Match) -> Axes:
    """The axis is gone; x holds a place for each sample along it."""
    position = _place(match, "y")
    y = tensor(match, "y")
    if not given(match, "x"):
        return (*y.axes[:position], *y.axes[position + 1 :])
    x = tensor(match)
    if x.rank is None or y.rank is None:
        raise Undetermined
    back = position - y.rank
    along = x.axes[0] if x.rank == 1 else x.axes[back] if x.rank == y.rank else None
    if along is None:
        sentence = f"{{0}} is {x}, and must be a vector, or have as many axes as {{1}}"
        raise Mismatch("shape", sentence, Place("x"), Place("y"), depth=4)
    axis = y.axes[position]
    assert isinstance(axis, Axis) and isinstance(along, Axis)
    if meet(axis, along) is None:
        raise sizes_meet(
            Place("x", along), x.rank + (back if x.rank > 1 else -1), x.rank, Place("y", axis), position, y.rank
        )
    spread = Spread((*y.axes[:position], *y.axes[position + 1 :]), "y")
    if x.rank > 1:
        spread.join((*x.axes[:position], *x.axes[position + 1 :]), "x")
    return spread.axes


def _covariance(match: Match) -> Axes:
    """Variables are rows, observations columns. One variable has one variance, without axes."""
    x = tensor(match)
    if x.rank is None:
        raise Undetermined
    if x.rank > 2:
        raise Mismatch("shape", f"{{0}} is {x}, and must be a matrix, each row a variable", Place("x"), depth=3)
    observed = x.axes[-1] if x.axes else Axis(1)
    for name in ("fweights", "aweights"):
        if given(match, name):
            weights = tensor(match, name).axes[0]
            assert isinstance(weights, Axis) and isinstance(observed, Axis)
            if meet(observed, weights) is None:
                raise sizes_meet(Place("x", observed), x.rank - 1, x.rank, Place(name, weights), 0, 1)
    if given(match, "aweights") and tensor(match, "aweights").dtype.kind == "complex":
        raise Mismatch(
            "dtype", f"{{0}} is {tensor(match, 'aweights')}, and weights are real", Place("aweights"), depth=5
        )
    if x.rank < 2 or x.shape[0] == 1:
        return ()
    if x.shape[0] is sizes.UNKNOWN:
        raise Undetermined
    return (x.axes[0], x.axes[0])


def _histogram(match: Match) -> Axes:
    bins, least, greatest = match["bins"], match["min"], match["max"]
    assert isinstance(bins, int | sizes.Poly | sizes.Unknown)
    if not assumed(match, bins, 1):
        raise Mismatch("value", f"bins is at least 1, and not {sizes.text(bins)}", Place("bins"), depth=5)
    if not isinstance(least, int | float) or not isinstance(greatest, int | float):
        raise Mismatch("dtype", "min and max must be real", depth=5)
    if not greatest - least >= 0 or greatest - least == float("inf"):
        raise Mismatch("value", f"a histogram from {least} to {greatest} has no bins", Place("max"), depth=5)
    return (Axis(bins),)


def _counted(match: Match) -> Type:
    if not assumed(match, match["bins"], 1):  # type: ignore[arg-type]  # a size
        raise Mismatch("value", f"bins is at least 1, and not {match['bins']}", Place("bins"), depth=5)
    return match.result(match.signature.result)


def _summed_back(call: Called) -> Vjp | None:
    """The differences of what is 0 outside, with the other sign."""
    if call["n"] != 1 or call.get("prepend") is not None or call.get("append") is not None:
        return None
    rank, shape = rank_of(call), shape_of(call)
    around = [int(axis == call["dim"] % rank) for axis in range(rank)]
    return {"x": f"-diff({padded('g', around, around)}, 1, dim)"} if shape[call["dim"]] else None


ROWS = [
    Builtin(
        "diff",
        [
            Form(
                "(x: any[*s], n: int = 1, dim: axis = -1, prepend: any[*p] = None, append: any[*q] = None) -> any[...]",
                _differed,
                vjp=_summed_back,
            )
        ],
        torch="kernel:diff",
        flops=each_time("n"),
        doc="Each element less the one before it, along an axis.",
        example="diff([1, 4, 9])  #=> [3, 5]",
    ),
    Builtin(
        "trapezoid",
        [
            Form("(y: F[*s], x: F[*t], dim: axis = -1) -> F[...]", by_axes(_area), vjp=LONG),
            Form("(y: F[*s], dx: number = 1, dim: axis = -1) -> F[...]", by_axes(_area), vjp=LONG),
        ],
        aliases=("trapz",),
        torch="kernel:trapezoid",
        doc="The area under samples y at the places x, or dx apart, by the trapezoidal rule.",
        example="trapezoid([0., 1., 4.])  #=> 3.0",
    ),
    Builtin(
        "cov",
        [
            Form(
                "(x: F[*s], correction: int = 1, fweights: int[m] = None, aweights: F[m] = None) -> F[...]",
                by_axes(_covariance),
                vjp=LONG,
            )
        ],
        torch="kernel:cov",
        over=(),
        flops=covered,
        doc="Covariance matrix of rows of observations; divides by their number less correction (1).",
        example="cov([[1., 2.], [2., 6.]])  #=> [[0.5, 2.0], [2.0, 8.0]]",
    ),
    Builtin(
        "corrcoef",
        [Form("(x: F[*s]) -> F[...]", by_axes(_covariance), vjp=LONG)],
        over=(),
        flops=covered,
        doc="Correlation matrix of rows of observations; nan for a row that is constant.",
        example="corrcoef([[1., 2.], [2., 6.]])  #=> [[1.0, 1.0], [1.0, 1.0]]",
    ),
    Builtin(
        "histc",
        [
            Form(
                "(x: R[*s], bins: int = 100, min: number = 0, max: number = 0) -> R[...]", by_axes(_histogram), vjp=STEP
            )
        ],
        over=(),
        doc="How many elements fall into each of bins equal parts from min to max, or from the least to the greatest.",
        example="histc([1., 2., 1.5], 2, 1, 2)  #=> [1.0, 2.0]",
    ),
    Builtin(
        "histogram",
        [
            Form(
                "(x: R[*s], bins: int = 100, density: flag = False) -> (hist: R[bins], bin_edges: R[bins + 1])",
                _counted,
                vjp=ByAutograd("torch has none: its edges move with the data"),
            )
        ],
        torch="kernel:histogram",
        over=(),
        doc="As histc, with the edges of the parts; as a density, which has an area of 1, if so asked.",
        example="histogram([1., 2., 1.5], 2)  #=> ([1.0, 2.0], [1.0, 1.5, 2.0])",
    ),
]
