"""Elements picked by index tensors or by a mask, and put back."""

from __future__ import annotations

from tcalc.library.builtin import STEP, Builtin, ByAutograd, Form, Vjp, VjpRule
from tcalc.library.flops import NOTHING, each_of, ordered, searched
from tcalc.library.orders import diagonal_axes
from tcalc.library.rules import by_axes, chosen_axes, one_label, tensor
from tcalc.library.vjps import Called, padded, rank_of, same_shape, shape_of
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, Spread
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined, which_axis
from tcalc.types.tensor import Axis, Pack, TensorType, TupleType, Type

#: What becomes of the elements that meet in one place.
REDUCING = ("sum", "prod", "mean", "amax", "amin")


def _one_axis(match: Match) -> int:
    positions = chosen_axes(match)
    assert positions is not None
    return positions[0]


def _within(match: Match, inner: str, outer: str, free: int | None) -> None:
    """As many axes, and none but `free` longer: gather and scatter never broadcast."""
    one, other = tensor(match, inner), tensor(match, outer)
    if one.rank is None or other.rank is None:
        raise Undetermined
    if one.rank != other.rank:
        sentence = f"{{0}} is {one}, {{1}} {other}: they must have as many axes"
        raise Mismatch("shape", sentence, Place(inner), Place(outer), depth=3)
    for i, (mine, its) in enumerate(zip(one.shape, other.shape, strict=True)):
        if i != free and isinstance(mine, int) and isinstance(its, int) and mine > its:
            where = which_axis(i, one.rank)
            sentence = f"{{0s}} {where} is {mine}, longer than {{1s}}, which is {its}"
            raise Mismatch("shape", sentence, Place(inner), Place(outer), depth=4)


def _gathered(match: Match) -> Axes:
    _within(match, "index", "x", _one_axis(match))
    return tensor(match, "index").axes


def _scattered(match: Match) -> Axes:
    _within(match, "index", "x", _one_axis(match))
    if tensor(match, "src").axes:
        _within(match, "index", "src", None)
    return tensor(match).axes


def _taken_along(match: Match) -> Axes:
    """Broadcast but for the axis, where the indices say how many; of no axis, of the elements row by row."""
    x, indices = tensor(match), tensor(match, "indices")
    if match.arguments.get("dim") is None:
        return (Axis(indices.numel),)
    position = _one_axis(match)
    if x.rank is None or indices.rank is None:
        raise Undetermined
    if x.rank != indices.rank:
        sentence = f"{{0}} is {indices}, {{1}} {x}: they must have as many axes"
        raise Mismatch("shape", sentence, Place("indices"), Place("x"), depth=3)
    spread = Spread((*x.axes[:position], Axis(1), *x.axes[position + 1 :]), "x")
    spread.join(indices.axes, "indices")
    return (*spread.axes[:position], indices.axes[position], *spread.axes[position + 1 :])


def _scatter_reduced(match: Match) -> Axes:
    reduce = match["reduce"]
    if reduce not in REDUCING:
        raise Mismatch("value", f"reduce is one of {', '.join(REDUCING)}, and not {reduce}", depth=5)
    if reduce in ("amax", "amin") and match.promoted("T").kind == "complex":
        raise Mismatch("dtype", f"{{0}} is {tensor(match)}, and complex numbers have no order", Place("x"), depth=5)
    if reduce == "mean" and match.promoted("T").rank == 0:
        raise Mismatch("dtype", f"{{0}} is {tensor(match)}, and bools have no mean", Place("x"), depth=5)
    return _scattered(match)


def _added(match: Match) -> Axes:
    """`source` is x but along the axis, where it has one part for each index."""
    position, x, source = _one_axis(match), tensor(match), tensor(match, "source")
    count = tensor(match, "index").axes[0]
    wanted = (*x.axes[:position], count, *x.axes[position + 1 :])
    _must_be(match, "source", wanted)
    others = (*source.axes[:position], count, *source.axes[position + 1 :])  # index tensors drop labels
    one_label(others, "source", wanted, "x")
    return x.axes


def _must_be(match: Match, name: str, wanted: Axes) -> None:
    """A parameter has axes of just these sizes."""
    given = tensor(match, name)
    if given.rank is None or any(isinstance(axis, Pack) for axis in wanted):
        raise Undetermined
    fits = len(wanted) == given.rank and all(
        isinstance(one, Axis) and isinstance(other, Axis) and sizes.agree(one.size, other.size)
        for one, other in zip(wanted, given.axes, strict=True)
    )
    if not fits:
        needed = ", ".join([str(sizes.text(axis.size)) for axis in wanted if not isinstance(axis, Pack)])
        raise Mismatch("shape", f"{{0}} is {given}, and must be [{needed}]", Place(name), depth=4)


def _with_diagonal(match: Match) -> Axes:
    """x's axes; `src` is its diagonal."""
    wanted = diagonal_axes(match)
    _must_be(match, "src", wanted)
    one_label(tensor(match, "src").axes, "src", wanted, "x")
    return tensor(match).axes


def _different(match: Match) -> Type:
    """The different elements, and where asked for, which of them each is and how often there is each."""
    x, dim = tensor(match), match["dim"]
    axes, places = _unknown(match), x.axes
    if isinstance(dim, int):
        position = normal_axis(dim, x)
        if any(isinstance(axis, Axis) and axis.size == 0 for i, axis in enumerate(x.axes) if i != position):
            raise Mismatch("shape", f"{{0}} is {x}: its slices have no elements", Place("x"), depth=4)
        axes, places = (*x.axes[:position], *axes, *x.axes[position + 1 :]), (x.axes[position],)
    found = [TensorType(match.result_dtype("order"), axes)]
    if match["return_inverse"]:
        found.append(TensorType(dtypes.I64, places))
    if match["return_counts"]:
        found.append(TensorType(dtypes.I64, _unknown(match)))
    return found[0] if len(found) == 1 else TupleType(tuple(found))


def _counted(match: Match) -> Type:
    """torch adds up weights of f32 as such, all others as f64; of no elements it counts none."""
    weights = match["weights"]
    dtype = dtypes.I64
    if isinstance(weights, TensorType) and match.axis("n").size != 0:
        dtype = dtypes.F32 if weights.dtype is dtypes.F32 else dtypes.F64
    return TensorType(dtype, _unknown(match))


def _unknown(match: Match) -> Axes:
    """Data decide how many."""
    return (Axis(sizes.UNKNOWN),)


def _gathered_along(call: Called) -> Vjp | None:
    """Where no index stands for several places; without an axis the elements lie in a row."""
    if call.get("dim") is None:
        return {"x": _TAKEN}
    same = rank_of(call) and same_shape(call, "x", "indices", but=call["dim"])
    return {"x": "scatter_add(zeros(x.shape), dim, indices, g)"} if same else None


def _put(x: str) -> VjpRule:
    """Of a scatter: of src those elements count for which there are indices."""

    def rule(call: Called) -> Vjp:
        index, src = shape_of(call, "index"), shape_of(call, "src")
        more = [size - used for size, used in zip(src, index, strict=True)] if src else []
        return {"x": x, "src": padded("gather(g, dim, index)", [0] * len(more), more)}

    return rule


_TAKEN = "reshape(index_add(zeros(numel(x)), 0, flatten(indices), flatten(g)), x.shape)"
_COUNTED: Vjp = {"weights": "index_select(g, 0, x)"}

ROWS = [
    Builtin(
        "gather",
        [
            Form(
                "(x: T[*s], dim: axis, index: i64[*i]) -> T[...]",
                by_axes(_gathered),
                vjp={"x": "scatter_add(zeros(x.shape), dim, index, g)"},
            )
        ],
        torch="kernel:gather",
        flops=NOTHING,
        doc="Along an axis, the element that each entry of an index tensor names, in the index's shape.",
        example="gather([[1, 2], [3, 4]], 1, [[0, 0], [1, 0]])  #=> [[1, 1], [4, 3]]",
    ),
    Builtin(
        "take_along_dim",
        [Form("(x: T[*s], indices: i64[*i], dim: axis = None) -> T[...]", by_axes(_taken_along), vjp=_gathered_along)],
        flops=NOTHING,
        doc="Along an axis, the elements that indices name, as argsort gives them.",
        example="take_along_dim([30, 10, 20], [1, 2, 0], 0)  #=> [10, 20, 30]",
    ),
    Builtin(
        "take",
        [Form("(x: T[*s], index: i64[*i]) -> T[*i]", vjp={"x": _TAKEN.replace("indices", "index")})],
        flops=NOTHING,
        doc="The elements at these indices, counted row by row through all axes.",
        example="take([[1, 2], [3, 4]], [0, 3])  #=> [1, 4]",
    ),
    Builtin(
        "index_select",
        [
            Form(
                "(x: T[*l, n, *r], dim: axis(n), index: i64[m]) -> T[*l, m, *r]",
                vjp={"x": "index_add(zeros(x.shape), dim, index, g)"},
            )
        ],
        torch="kernel:index_select",
        flops=NOTHING,
        doc="Along an axis, the parts that an index vector names.",
        example="index_select([[1, 2], [3, 4]], 1, [1])  #=> [[2], [4]]",
    ),
    *[
        Builtin(
            name,
            [Form("(x: T[*s], dim: axis, index: i64[*i], src: T[*v]) -> T[...]", by_axes(_scattered), vjp=vjp)],
            torch=f"kernel:{name}",
            flops=flops,
            doc=doc,
            example=example,
        )
        for name, flops, vjp, doc, example in (
            (
                "scatter",
                NOTHING,
                _put("scatter(g, dim, index, 0)"),
                "x with the elements of src put where an index tensor says along an axis, either of two that meet.",
                "scatter(zeros(3), 0, [2, 0], [5., 7.])  #=> [7.0, 0.0, 5.0]",
            ),
            (
                "scatter_add",
                each_of(1),
                _put("g"),
                "x with the elements of src added where an index tensor says along an axis.",
                "scatter_add(zeros(2), 0, [1, 1, 0], [1., 2., 4.])  #=> [4.0, 3.0]",
            ),
        )
    ],
    Builtin(
        "diagonal_scatter",
        [
            Form(
                "(x: T[*s], src: T[*v], offset: int = 0, dim1: axis = 0, dim2: axis = 1) -> T[...]",
                by_axes(_with_diagonal),
                vjp={
                    "x": "diagonal_scatter(g, zeros(src.shape), offset, dim1, dim2)",
                    "src": "diagonal(g, offset, dim1, dim2)",
                },
            )
        ],
        over=("dim1", "dim2"),
        flops=NOTHING,
        doc="x with src as its diagonal of two axes.",
        example="diagonal_scatter(zeros(2, 2), [1., 2.])  #=> [[1.0, 0.0], [0.0, 2.0]]",
    ),
    Builtin(
        "scatter_reduce",
        [
            Form(
                "(x: T[*s], dim: axis, index: i64[*i], src: T[*v], reduce: text, include_self: flag = True) -> T[...]",
                by_axes(_scatter_reduced),
                vjp=ByAutograd("depends on what meets in one place"),
            )
        ],
        torch="kernel:scatter_reduce",
        flops=each_of(1),
        doc="x with elements of src at the places that index names along an axis: their sum, prod, mean, amax or amin.",
        example='scatter_reduce(zeros(2), 0, [1, 1, 0], [1., 2., 4.], "amax")  #=> [4.0, 2.0]',
    ),
    Builtin(
        "index_add",
        [
            Form(
                "(x: T[*s], dim: axis, index: i64[m], source: T[*v]) -> T[...]",
                by_axes(_added),
                vjp={"x": "g", "source": "index_select(g, dim, index)"},
            )
        ],
        torch="kernel:index_add",
        flops=each_of(2),
        doc="x with parts of source added where an index vector says along an axis.",
        example="index_add(zeros(2), 0, [1, 1], [1., 2.])  #=> [0.0, 3.0]",
    ),
    Builtin(
        "masked_fill",
        [
            Form(
                "(x: any[*s], mask: bool[*s], value: any[]) -> any[*s]",
                vjp={"x": "where(mask, 0, g)", "value": "where(mask, g, 0)"},
            )
        ],
        torch="kernel:masked_fill",
        flops=NOTHING,
        doc="x, with one value wherever the mask is true.",
        example="masked_fill([1., 2.], [True, False], -inf)  #=> [-inf, 2.0]",
    ),
    Builtin(
        "searchsorted",
        [Form("(sorted_sequence: real[n], values: real[*s], right: flag = False) -> i64[*s]", vjp=STEP)],
        torch="kernel:searchsorted",
        flops=searched(1, 0),
        doc="The index at which each value keeps a vector sorted: before its equals, or after them with right=True.",
        example="searchsorted([1, 3, 5], [0, 3, 9])  #=> [0, 1, 3]",
    ),
    Builtin(
        "bucketize",
        [Form("(x: real[*s], boundaries: real[n], right: flag = False) -> i64[*s]", vjp=STEP)],
        torch="kernel:bucketize",
        flops=searched(0, 1),
        doc="The index of the first boundary at or above each element; with right=True, above it.",
        example="bucketize([0, 3, 9], [1, 3, 5])  #=> [0, 1, 3]",
    ),
    Builtin(
        "bincount",
        [Form("(x: int[n], weights: real[n] = None, minlength: int = 0) -> real[...]", _counted, vjp=_COUNTED)],
        flops=each_of(0),
        doc="How often each integer from 0 on occurs in a vector, or what the weights of each add up to.",
        example="bincount([0, 2, 2])  #=> [1, 0, 2]",
    ),
    Builtin(
        "unique",
        [
            Form(
                "(x: order[*s], sorted: flag = True, return_inverse: flag = False, return_counts: flag = False,"
                " dim: axis = None) -> order[...]",
                _different,
                vjp=ByAutograd("torch has none: equal elements become one"),
            )
        ],
        flops=ordered,
        doc="The different elements as an ascending vector, or the slices along dim; every nan is different.",
        example="unique([3, 1, 3])  #=> [1, 3]",
    ),
]
