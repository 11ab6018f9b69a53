"""Tensors made of sizes and numbers, random ones among them, or in the shape of another."""

from __future__ import annotations

import math
from collections.abc import Callable

from tcalc.library.builtin import STEP, TYPE_ALONE, Builtin, Form, Rule, Vjp
from tcalc.library.flops import EACH, NOTHING, Flops
from tcalc.library.rules import by_axes, new_size, tensor
from tcalc.library.vjps import Called, shape_of
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes
from tcalc.types.dtypes import DType
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, TensorType, Type

#: What a row that makes a tensor takes besides.
MADE = "dtype: dtype = None, requires_grad: flag = False"


def _shape(match: Match) -> Axes:
    """The sizes in `size`: one, several, or a list of them."""
    value = match["size"]
    return tuple([Axis(new_size(match, size, "size")) for size in (value if isinstance(value, tuple) else (value,))])


SHAPE = by_axes(_shape)


def _square(match: Match) -> Axes:
    n = new_size(match, match["n"], "n")
    m = match.arguments.get("m")
    return (Axis(n), Axis(n if m is None else new_size(match, m, "m")))


def _count(match: Match, name: str) -> Axes:
    return (Axis(new_size(match, match[name], name)),)


def _range_of_sizes(match: Match) -> Axes:
    """ceil((end - start) / step) integers; a symbolic length is taken to be at least 0."""
    start, end, step = [match.arguments.get(name, default) for name, default in RANGE]
    assert isinstance(start, int | sizes.Poly | sizes.Unknown) and isinstance(end, int | sizes.Poly | sizes.Unknown)
    if not isinstance(step, int):
        raise Undetermined
    if step == 0:
        raise Mismatch("value", "step is 0, so the range never ends", Place("step"), depth=5)
    length: Size = sizes.sub(end, start)
    if isinstance(length, int) and length * step < 0:
        raise _never(start, end, step)
    length = sizes.neg(sizes.floordiv(sizes.neg(length), step)) if step != 1 else length
    return (Axis(length),)


def _range_of_numbers(match: Match) -> Axes:
    """As torch counts: in double precision, in integers for an i64 range; the end is left out."""
    numbers: list[int | float] = []
    for name, default in RANGE:
        number = match.arguments.get(name, default)
        if not isinstance(number, int | float):
            raise Mismatch("dtype", f"a range is of real numbers, and {name} is not", Place(name), depth=5)
        numbers.append(number)
    start, end, step = numbers
    if not math.isfinite(start) or not math.isfinite(end) or math.isnan(step):
        raise Mismatch("value", f"a range from {start} to {end} has no length", depth=5)
    if (end - start) * step < 0:
        raise _never(start, end, step)
    if match.arguments.get("dtype") is dtypes.I64 and math.isfinite(step):
        start, end, step = int(start), int(end), int(step)
    if step == 0:
        raise Mismatch("value", "step is 0, so the range never ends", Place("step"), depth=5)
    return (Axis(math.ceil((end - start) / step)),)


RANGE: tuple[tuple[str, int], ...] = (("start", 0), ("end", 0), ("step", 1))


def _never(start: object, end: object, step: object) -> Mismatch:
    return Mismatch("value", f"a range from {start} to {end} never gets there in steps of {step}", depth=5)


def _real_range(axes: Callable[[Match], Axes]) -> Rule:
    """torch has ranges of real numbers alone."""

    def rule(match: Match) -> Type:
        dtype = match.arguments.get("dtype")
        if isinstance(dtype, DType) and dtype.rank not in (1, 2):
            raise Mismatch("dtype", f"a range is of real numbers, and not {dtype}", depth=5)
        return match.result(match.signature.result, axes(match))

    return rule


def _like_first(match: Match) -> Type:
    """Shaped as x, of x's dtype unless another is asked for."""
    return TensorType(_dtype_like_first(match), tensor(match).axes)


def _new(match: Match) -> Type:
    """Of other sizes, in x's dtype unless another is asked for."""
    return TensorType(_dtype_like_first(match), _shape(match))


def _new_tensor(match: Match) -> Type:
    return TensorType(_dtype_like_first(match), tensor(match, "data").axes)


def _dtype_like_first(match: Match) -> DType:
    dtype = match.arguments.get("dtype")
    return dtype if isinstance(dtype, DType) else tensor(match).dtype


def _filled(match: Match) -> Type:
    return match.result(match.signature.result, _shape(match))


def _diagonal_of(match: Match) -> Axes:
    """The length of a matrix's diagonal, `diagonal` places right of the main one."""
    n, m, shift = match.axis("n").size, match.axis("m").size, match["diagonal"]
    if not isinstance(shift, int):
        raise Undetermined
    rows, columns = (n, sizes.sub(m, shift)) if shift >= 0 else (sizes.add(n, shift), m)
    length = sizes.minimum(rows, columns)
    return (Axis(sizes.maximum(length, 0) if shift else length),)


def _matrix_of(match: Match) -> Axes:
    """A square matrix that has room for the diagonal."""
    shift = match["diagonal"]
    if not isinstance(shift, int):
        raise Undetermined
    size = sizes.add(match.axis("n").size, abs(shift))
    return (Axis(size), Axis(size))


def _classes(match: Match) -> Axes:
    """One more axis, of the number of classes: that of the largest index where none is given."""
    count = match["num_classes"]
    size = sizes.UNKNOWN if count == -1 else new_size(match, count, "num_classes")
    return (*tensor(match).axes, Axis(size))


def _between(match: Match) -> None:
    """Integers are drawn from low up to, but not including, high."""
    low, high = match.arguments.get("low", 0), match["high"]
    if isinstance(low, int) and isinstance(high, int) and low >= high:
        raise Mismatch("value", f"there is no integer from {low} up to, but not including, {high}", depth=5)


def _drawn_integers(match: Match) -> Axes:
    _between(match)
    return _shape(match)


def _drawn_like(match: Match) -> Type:
    _between(match)
    return _like_first(match)


def _made(random: bool) -> Flops:
    """What numbers take that are drawn, or that are only put there."""
    return EACH if random else NOTHING


def _sized(name: str, doc: str, example: str, *, random: bool = False, torch: str = "") -> Builtin:
    form = Form(f"(*size: int, {MADE}) -> {'F' if random else 'default'}[...]", SHAPE)
    return Builtin(name, [form], torch=torch, flops=_made(random), doc=doc, example=example, random=random)


def _like(name: str, doc: str, example: str, *, word: str = "any", random: bool = False, torch: str = "") -> Builtin:
    form = Form(f"(x: {word}[*s], {MADE}) -> {word}[*s]", vjp=TYPE_ALONE)
    return Builtin(name, [form], torch=torch, flops=_made(random), doc=doc, example=example, random=random)


def _spaced(name: str, more: str, doc: str, example: str) -> Builtin:
    form = Form(f"(start: number, end: number, steps: int{more}, {MADE}) -> default[...]", _steps)
    return Builtin(name, [form], flops=EACH if more else NOTHING, doc=doc, example=example)


_steps: Rule = by_axes(lambda match: _count(match, "steps"))


def _onto_diagonal(call: Called) -> Vjp | None:
    """Of a square matrix; the diagonal of another is not all of what diag makes."""
    n, m = shape_of(call)
    return {"x": "diag(g, diagonal)"} if n == m and abs(call["diagonal"]) <= n else None


ROWS = [
    Builtin(
        "tensor",
        [Form(f"(data: any[*s], {MADE}) -> any[*s]", vjp={"data": "g"})],
        torch="kernel:tensor",
        flops=NOTHING,
        doc="A tensor of these numbers.",
        example="tensor([1, 2], dtype=f64)  #=> f64([1.0, 2.0])",
    ),
    Builtin(
        "as_tensor",
        [Form("(data: any[*s], dtype: dtype = None) -> any[*s]", vjp={"data": "g"})],
        torch="kernel:tensor",
        aliases=("asarray",),
        flops=NOTHING,
        doc="A tensor of these numbers.",
        example="as_tensor([1, 2])  #=> [1, 2]",
    ),
    _sized("zeros", "Zeros, of the sizes given.", "zeros(2, 3)  #=> [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]"),
    _sized(
        "empty",
        "Zeros, of the sizes given: there are no numbers that nobody wrote.",
        "empty(2)  #=> [0.0, 0.0]",
        torch="zeros",
    ),
    _sized("ones", "Ones, of the sizes given.", "ones(2)  #=> [1.0, 1.0]"),
    _sized(
        "rand", "Random numbers, uniform from 0 up to, but not including, 1.", "numel(rand(2, 3))  #=> 6", random=True
    ),
    _sized("randn", "Random numbers, normal with mean 0 and variance 1.", "numel(randn(2, 3))  #=> 6", random=True),
    Builtin(
        "full",
        [Form(f"(size: axes, fill_value: any[], {MADE}) -> any[...]", _filled, vjp={"fill_value": "g"})],
        torch="kernel:full",
        flops=NOTHING,
        doc="One number everywhere, of the sizes given.",
        example="full((2, 2), 7)  #=> [[7, 7], [7, 7]]",
    ),
    Builtin(
        "eye",
        [Form(f"(n: int, m: int = None, {MADE}) -> default[...]", by_axes(_square))],
        flops=NOTHING,
        doc="Identity matrix of n rows; with m columns, ones on the main diagonal.",
        example="eye(2)  #=> [[1.0, 0.0], [0.0, 1.0]]",
    ),
    Builtin(
        "arange",
        [
            Form(f"(end: int, {MADE}) -> i64[...]", _real_range(_range_of_sizes)),
            Form(f"(start: int, end: int, step: int = 1, {MADE}) -> i64[...]", _real_range(_range_of_sizes)),
            Form(f"(end: number, {MADE}) -> default[...]", _real_range(_range_of_numbers)),
            Form(
                f"(start: number, end: number, step: number = 1, {MADE}) -> default[...]",
                _real_range(_range_of_numbers),
            ),
        ],
        flops=NOTHING,
        doc="Numbers from start (0) up to, but not including, end, step (1) apart; integers where these are.",
        example="arange(1, 10, 3)  #=> [1, 4, 7]",
    ),
    _spaced(
        "linspace",
        "",
        "So many numbers (steps) from start to end, both included, evenly apart.",
        "linspace(0, 1, 3)  #=> [0.0, 0.5, 1.0]",
    ),
    _spaced(
        "logspace",
        ", base: number = 10.0",
        "Powers of base (10) whose exponents go from start to end, both included, evenly apart.",
        "logspace(0, 2, 3)  #=> [1.0, 10.0, 100.0]",
    ),
    Builtin(
        "randint",
        [
            Form(f"(high: int, size: axes, {MADE}) -> i64[...]", by_axes(_drawn_integers)),
            Form(f"(low: int, high: int, size: axes, {MADE}) -> i64[...]", by_axes(_drawn_integers)),
        ],
        torch="kernel:randint",
        random=True,
        doc="Random integers from low (0) up to, but not including, high.",
        example="randint(3, 4, (2,))  #=> [3, 3]",
    ),
    Builtin(
        "randperm",
        [Form(f"(n: int, {MADE}) -> i64[...]", by_axes(lambda match: _count(match, "n")))],
        random=True,
        doc="The integers below n in random order.",
        example="sort(randperm(3)).values  #=> [0, 1, 2]",
    ),
    Builtin(
        "bernoulli",
        [Form("(p: R[*s]) -> R[*s]", vjp=STEP)],
        random=True,
        doc="1 with the probability that each element gives, else 0.",
        example="bernoulli([0., 1.])  #=> [0.0, 1.0]",
    ),
    Builtin(
        "normal",
        [
            Form("(mean: R[*s], std: R[*s] = 1.0) -> R[*s]"),
            Form(f"(mean: number, std: number, size: axes, {MADE}) -> F[...]", SHAPE),
        ],
        torch="kernel:normal",
        random=True,
        doc="Random numbers, normal with a mean and a standard deviation for each.",
        example="normal([1., 2.], [0., 0.])  #=> [1.0, 2.0]",
    ),
    _like("zeros_like", "Zeros in the shape of x.", "zeros_like([1, 2])  #=> [0, 0]"),
    _like("empty_like", "Zeros in the shape of x.", "empty_like([1, 2])  #=> [0, 0]", torch="kernel:empty_like"),
    _like("ones_like", "Ones in the shape of x.", "ones_like([1, 2])  #=> [1, 1]"),
    _like(
        "rand_like",
        "Random numbers, uniform between 0 and 1, in the shape of x.",
        "numel(rand_like([1., 2.]))  #=> 2",
        word="F",
        random=True,
    ),
    _like(
        "randn_like",
        "Random numbers, normal with mean 0 and variance 1, in the shape of x.",
        "numel(randn_like([1., 2.]))  #=> 2",
        word="F",
        random=True,
    ),
    Builtin(
        "full_like",
        [Form(f"(x: any[*s], fill_value: any[], {MADE}) -> any[...]", _like_first, vjp={"fill_value": "g"})],
        torch="kernel:full_like",
        scalars=True,
        flops=NOTHING,
        doc="One number everywhere, in the shape and dtype of x.",
        example="full_like([1., 2.], 7)  #=> [7.0, 7.0]",
    ),
    *[
        Builtin(
            f"new_{name}",
            [Form(f"(x: any[*s], *size: int, {MADE}) -> any[...]", _new, vjp=TYPE_ALONE)],
            torch=f"kernel:new_{kernel}",
            flops=NOTHING,
            doc=f"{doc}, of the sizes given and in the dtype of x.",
            example=f"[1, 2].new_{name}(2)  #=> {shown}",
        )
        for name, kernel, doc, shown in (
            ("zeros", "zeros", "Zeros", "[0, 0]"),
            ("ones", "ones", "Ones", "[1, 1]"),
            ("empty", "zeros", "Zeros", "[0, 0]"),
        )
    ],
    Builtin(
        "new_full",
        [Form(f"(x: T[*s], size: axes, fill_value: any[], {MADE}) -> any[...]", _new, vjp={"fill_value": "g"})],
        torch="kernel:new_full",
        flops=NOTHING,
        doc="One number everywhere, of the sizes given and in the dtype of x.",
        example="[1, 2].new_full((2,), 7)  #=> [7, 7]",
    ),
    Builtin(
        "new_tensor",
        [Form(f"(x: T[*s], data: any[*d], {MADE}) -> any[...]", _new_tensor, vjp={"data": "g"})],
        torch="kernel:new_tensor",
        flops=NOTHING,
        doc="These numbers, in the dtype of x.",
        example="[1., 2.].new_tensor([7])  #=> [7.0]",
    ),
    Builtin(
        "randint_like",
        [
            Form("(x: real[*s], high: int, dtype: dtype = None) -> real[...]", _drawn_like),
            Form("(x: real[*s], low: int, high: int, dtype: dtype = None) -> real[...]", _drawn_like),
        ],
        random=True,
        doc="Random integers from low (0) up to, but not including, high, in the shape and dtype of x.",
        example="randint_like([0, 0], 3, 4)  #=> [3, 3]",
    ),
    *[
        Builtin(
            name,
            [Form("(x: any[*b, n, m], diagonal: int = 0) -> any[*b, n, m]", vjp={"x": f"{name}(g, diagonal)"})],
            flops=NOTHING,
            doc=f"The matrix with zeros {where} its diagonal, or {where} the one so many columns to its right.",
            example=f"{name}([[1, 2], [3, 4]])  #=> {shown}",
        )
        for name, where, shown in (("tril", "above", "[[1, 0], [3, 4]]"), ("triu", "below", "[[1, 2], [0, 4]]"))
    ],
    Builtin(
        "diag",
        [
            Form("(x: any[n], diagonal: int = 0) -> any[...]", by_axes(_matrix_of), vjp={"x": "diag(g, diagonal)"}),
            Form("(x: any[n, m], diagonal: int = 0) -> any[...]", by_axes(_diagonal_of), vjp=_onto_diagonal),
        ],
        flops=NOTHING,
        doc="A matrix with these numbers on its diagonal; of a matrix its diagonal.",
        example="diag([1, 2])  #=> [[1, 0], [0, 2]]",
    ),
    Builtin(
        "one_hot",
        [Form("(x: i64[*s], num_classes: int = -1) -> i64[...]", by_axes(_classes), vjp=STEP)],
        torch="nn.functional.one_hot",
        spaces=("nn.functional",),
        flops=NOTHING,
        doc="Zeros with a 1 at each index on a new last axis, num_classes long or as long as the largest index needs.",
        example="one_hot([0, 2], 3)  #=> [[1, 0, 0], [0, 0, 1]]",
    ),
]
