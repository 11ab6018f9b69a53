"""Many elements made one: sums, means, extremes; over all axes, or over those given."""

from __future__ import annotations

from collections.abc import Callable

from tcalc.library.builtin import STEP, Builtin, ByAutograd, Fold, Form, Rule, Vjp, VjpRule
from tcalc.library.flops import MULTIPLIED, ordered
from tcalc.library.rules import by_axes, chosen_axes, reduced, refuse_empty, tensor, without
from tcalc.library.vjps import Called, axes_of, count, kept, larger, of_parts, over_axes, picked
from tcalc.types import dtypes
from tcalc.types.broadcast import Axes
from tcalc.types.dtypes import DType
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, missing_axis
from tcalc.types.tensor import TensorType, Type

REDUCED = by_axes(reduced)


def _nonempty(what: str) -> Callable[[Match], Axes]:
    """The axes that are left by a reduction that has no answer for no elements."""

    def axes(match: Match) -> Axes:
        positions = chosen_axes(match)
        refuse_empty(match, positions, what)
        return without(match, positions)

    return axes


def _truth(match: Match) -> Type:
    """`all` and `any` of u8 are u8, as torch has it."""
    x = tensor(match)
    if match.arguments.get("dim") == ():
        raise Mismatch("shape", "dim names no axis", depth=3)
    return TensorType(dtypes.U8 if x.dtype is dtypes.U8 else dtypes.BOOL, reduced(match))


def _named_axes(match: Match) -> Axes:
    """As `reduced`, where torch wants at least one axis named."""
    if match.arguments.get("dim") in ((), None):
        raise Mismatch("shape", "dim names no axis", depth=3)
    return reduced(match)


def _elementwise(match: Match) -> Type:
    """`max(A, 5)` asks for axis 5, as in torch; only of two static numbers is the second a number."""
    a, b = tensor(match, "a"), tensor(match, "b")
    if a.static is None and isinstance(b.static, int) and not isinstance(b.static, bool):
        rank = a.rank
        assert rank is not None  # the form with an axis would have been undetermined
        raise missing_axis("a", b.static, a, rank)
    return match.result(match.signature.result)


def _several_quantiles(match: Match) -> Axes:
    """The axis of q stands first."""
    return (match.axis("m"), *_quantile(match))


def _quantile(match: Match) -> Axes:
    positions = chosen_axes(match)
    refuse_empty(match, None, "quantile")
    q = match["q"]
    if isinstance(q, int | float) and not 0 <= q <= 1:
        raise Mismatch("value", f"q is {q}, and must lie between 0 and 1", Place("q"), depth=5)
    return without(match, positions)


def _total(
    name: str, word: str, result: str, vjp: VjpRule | None, doc: str, example: str, rule: Rule = REDUCED
) -> Builtin:
    """A reduction over any axes, in a dtype of the user's choice."""
    signature = f"(x: {word}[*s], dim: axes = None, keepdim: flag = False, dtype: dtype = None) -> {result}[...]"
    return Builtin(name, [Form(signature, rule, vjp=vjp)], torch=f"kernel:{name}", doc=doc, example=example)


def _softmax(call: Called) -> Vjp:
    """What is summed, each over the sum of all: over one axis the softmax."""
    axes = axes_of(call)
    each = f"softmax(x, {axes[0]})" if len(axes) == 1 else f"exp(x - {kept(call, 'out')})"
    return {"x": f"{kept(call)} * {each}"}


def _deviations(call: Called) -> tuple[str, str, float]:
    """The cotangent in shape, the deviations from the mean, and what the sum of their squares is divided by."""
    axes = axes_of(call)
    less = call.get("correction", 1) if "correction" in call else int(bool(call.get("unbiased", True)))
    listed = f"({', '.join(map(str, axes))},)" if axes else "None"
    return kept(call), f"(x - mean(x, {listed}, keepdim=True))", count(call) - less


def _variance(call: Called) -> Vjp:
    g, deviations, freedom = _deviations(call)
    return {"x": f"{g} * 2 * {deviations} / {freedom}"}


def _deviation(call: Called) -> Vjp:
    """Where nothing deviates it is 0, as torch has it."""
    g, deviations, freedom = _deviations(call)
    out = kept(call, "out")
    return {"x": f"{g} * where({out} == 0, 0, {deviations} / ({freedom} * {out}))"}


def _spreads(name: str, doc: str, example: str, result: str = "real[{}]", vjp: VjpRule | None = None) -> Builtin:
    """Variance and standard deviation, with torch's two ways to say what to divide by."""
    before, between = "(x: F[*s], dim: axes = None", f"keepdim: flag = False) -> {result.replace('{}', '...')}"
    return Builtin(
        name,
        [
            Form(f"{before}, correction: number = 1, {between}", REDUCED, vjp=vjp),
            Form(f"{before}, unbiased: flag = True, {between}", REDUCED, vjp=vjp),
            Form(f"(x: F[*s], unbiased: flag) -> {result.replace('{}', '')}", vjp=vjp),
        ],
        torch=f"kernel:{name}",
        doc=doc,
        example=example,
    )


#: Elements that are equal to the one that is given share its cotangent, as torch has it.
_EXTREME = over_axes("G * (x == OUT) / sum(x == OUT)")
_EXTREME_OVER_AXES = over_axes("G * (x == OUT) / sum(x == OUT, D, keepdim=True)")


def _extremes(name: str, what: str, fold: Fold, example: str) -> Builtin:
    rule = by_axes(_nonempty(f"{what} element"))
    return Builtin(
        name,
        [
            Form("(x: order[*s]) -> order[...]", rule, vjp=_EXTREME),
            Form(
                "(x: order[*s], dim: axis(n), keepdim: flag = False) -> (values: order[...], indices: i64[...])",
                rule,
                vjp=picked,
            ),
            Form(
                "(a: order[*s], b: order[*s]) -> order[*s]",
                _elementwise,
                fold=fold,
                vjp=larger(">" if name == "max" else "<"),
            ),
        ],
        doc=f"The {what} element, nan if there is one; over an axis also its index, the first of equals;"
        f" of two tensors, {name}imum.",
        example=example,
    )


def _places(name: str, what: str, example: str) -> Builtin:
    return Builtin(
        name,
        [
            Form(
                "(x: real[*s], dim: axis(n) = None, keepdim: flag = False) -> i64[...]",
                by_axes(_nonempty(f"{what} element")),
                vjp=STEP,
            )
        ],
        doc=f"Index of the {what} element (or of the first nan) along an axis, or of all read row by row;"
        " the first of equals.",
        example=example,
    )


def _middle(name: str, doc: str, example: str) -> Builtin:
    rule = by_axes(_nonempty("median"))
    return Builtin(
        name,
        [
            Form("(x: real[*s]) -> real[]", vjp=_EXTREME),
            Form(
                "(x: real[*s], dim: axis(n), keepdim: flag = False) -> (values: real[...], indices: i64[...])",
                rule,
                vjp=picked,
            ),
        ],
        doc=doc,
        example=example,
    )


def _real_total(match: Match) -> Type:
    """`nansum` and `nanmean` have no complex dtype."""
    dtype = match.arguments.get("dtype")
    if isinstance(dtype, DType) and dtype.kind == "complex":
        raise Mismatch("dtype", f"the result is real, which {dtype} is not", depth=5)
    return REDUCED(match)


_PRODUCT = ByAutograd("what divides by x is wrong where x is 0")
_QUANTILE = ByAutograd("interpolates between neighbours in the sorted order")

ROWS = [
    _total(
        "sum",
        "any",
        "wide",
        over_axes("G"),
        "Sum of the elements, over all axes or those given; of bools and integers an i64, of nothing 0.",
        "sum[0]([[1, 2], [3, 4]])  #=> [4, 6]",
    ),
    _total(
        "nansum",
        "order",
        "wide",
        over_axes("G * (not isnan(x))"),
        "Sum of the elements that are not nan; of nothing 0.",
        "nansum([1., nan, 2.])  #=> 3.0",
        _real_total,
    ),
    _total(
        "mean",
        "F",
        "F",
        over_axes("G / N"),
        "Mean (average) of the elements, over all axes or those given; of integers a float, of nothing nan.",
        "mean([1, 2])  #=> 1.5",
    ),
    _total(
        "nanmean",
        "R",
        "R",
        over_axes("G * (not isnan(x)) / sum(not isnan(x), D, keepdim=True)"),
        "Mean of the elements that are not nan; of nothing nan.",
        "nanmean([1., nan, 2.])  #=> 1.5",
    ),
    Builtin(
        "prod",
        [
            Form("(x: any[*s], dtype: dtype = None) -> wide[]", vjp=_PRODUCT),
            Form(
                "(x: any[*s], dim: axis(n), keepdim: flag = False, dtype: dtype = None) -> wide[...]",
                REDUCED,
                vjp=_PRODUCT,
            ),
        ],
        flops=MULTIPLIED,
        doc="Product of the elements, over all axes or one; of nothing 1.",
        example="prod([2, 3, 4])  #=> 24",
    ),
    _spreads(
        "var",
        "Variance: the sum of squared deviations from the mean, over the number of elements less correction (1).",
        "var([1., 2., 3.])  #=> 1.0",
        vjp=_variance,
    ),
    _spreads(
        "std",
        "Standard deviation, the square root of var; correction=0 divides by the number of elements.",
        "std([1., 2., 3.])  #=> 1.0",
        vjp=_deviation,
    ),
    *[
        _spreads(
            f"{name}_mean",
            f"{what} and mean, as a tuple.",
            f"{name}_mean([1., 2., 3.])  #=> (1.0, 2.0)",
            "(real[{}], F[{}])",
            of_parts(spread, over_axes("G / N")),
        )
        for name, what, spread in (("var", "Variance", _variance), ("std", "Standard deviation", _deviation))
    ],
    _extremes("max", "largest", max, "max[0]([3, 1, 2])  #=> (3, 0)"),
    _extremes("min", "smallest", min, "min[0]([3, 1, 2])  #=> (1, 1)"),
    *[
        Builtin(
            name,
            [
                Form(
                    "(x: order[*s], dim: axes = None, keepdim: flag = False) -> order[...]",
                    by_axes(_nonempty(f"{what} element")),
                    vjp=_EXTREME_OVER_AXES,
                )
            ],
            doc=f"The {what} element, over all axes or those given; nan if there is one.",
            example=example,
        )
        for name, what, example in (
            ("amax", "largest", "amax[1]([[1, 5], [4, 2]])  #=> [5, 4]"),
            ("amin", "smallest", "amin[1]([[1, 5], [4, 2]])  #=> [1, 2]"),
        )
    ],
    Builtin(
        "aminmax",
        [
            Form(
                "(x: order[*s], dim: axis(n) = None, keepdim: flag = False) -> (min: order[...], max: order[...])",
                by_axes(_nonempty("smallest and largest element")),
                vjp=of_parts(_EXTREME_OVER_AXES, _EXTREME_OVER_AXES),
            )
        ],
        doc="The smallest and the largest element, over all axes or one; both nan if there is one.",
        example="aminmax([3, 1, 2])  #=> (1, 3)",
    ),
    _places("argmax", "largest", "argmax([3, 7, 5])  #=> 1"),
    _places("argmin", "smallest", "argmin([3, 7, 5])  #=> 0"),
    *[
        Builtin(
            name,
            [Form("(x: any[*s], dim: axes = None, keepdim: flag = False) -> bool[...]", _truth, vjp=STEP)],
            doc=doc,
            example=example,
        )
        for name, doc, example in (
            (
                "all",
                "Whether all elements are true (not zero); of nothing True.",
                "all[1]([[1, 0], [1, 1]])  #=> [False, True]",
            ),
            (
                "any",
                "Whether any element is true (not zero); of nothing False.",
                "any[1]([[0, 0], [1, 0]])  #=> [False, True]",
            ),
        )
    ],
    Builtin(
        "count_nonzero",
        [Form("(x: any[*s], dim: axes = None) -> i64[...]", REDUCED, vjp=STEP)],
        doc="How many elements are not zero; nan is not.",
        example="count_nonzero([0, 3, 0, 5])  #=> 2",
    ),
    _middle(
        "median",
        "The middle element, the lower of two, nan if there is one; over an axis also its index.",
        "median([3, 1, 2])  #=> 2",
    ),
    _middle(
        "nanmedian",
        "The middle one of the elements that are not nan, the lower of two; of nothing nan.",
        "nanmedian([3., nan, 1.])  #=> 1.0",
    ),
    Builtin(
        "quantile",
        [
            Form(
                '(x: R[*s], q: number, dim: axis(n) = None, keepdim: flag = False, interpolation: text = "linear")'
                " -> R[...]",
                by_axes(_quantile),
                vjp=_QUANTILE,
            ),
            Form(
                '(x: R[*s], q: R[m], dim: axis(n) = None, keepdim: flag = False, interpolation: text = "linear")'
                " -> R[...]",
                by_axes(_several_quantiles),
                vjp=_QUANTILE,
            ),
        ],
        torch="kernel:quantile",
        flops=ordered,
        doc="The number below which the fraction q of the elements lies, interpolated; nan if there is one.",
        example="quantile([1., 2., 3., 4.], 0.5)  #=> 2.5",
    ),
    Builtin(
        "logsumexp",
        [Form("(x: F[*s], dim: axes, keepdim: flag = False) -> F[...]", by_axes(_named_axes), vjp=_softmax)],
        spaces=("", "special"),
        doc="log(sum(exp(x))) over some axes, without overflow.",
        example="logsumexp[0]([0., 0.])  #=> 0.6931472",
    ),
]
