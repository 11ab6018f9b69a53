"""rearrange, reduce and repeat: what einops makes of generated patterns is what is declared, computed and refused."""

from __future__ import annotations

from typing import Any

import einops
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tcalc import library
from tcalc.backend.kernels import find
from tcalc.library.builtin import Form
from tcalc.types import dtypes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch
from tcalc.types.tensor import TensorType, Type, shaped
from tests.contract.driver import assert_fails, assert_gives, rows, run
from tests.library.generated import torch_dtype

REDUCTIONS = ("sum", "mean", "max", "min", "prod", "any", "all")
ORACLES: dict[str, Any] = {"rearrange": einops.rearrange, "reduce": einops.reduce, "repeat": einops.repeat}


class Case:
    """A call: the tensor's sizes, the pattern, and the sizes given by name."""

    def __init__(self, shape: list[int], pattern: str, lengths: dict[str, int]) -> None:
        self.shape, self.pattern, self.lengths = shape, pattern, lengths

    def __repr__(self) -> str:
        return f"{self.shape} {self.pattern!r} {self.lengths}"


def form(function: str) -> Form:
    """The form that takes a pattern."""
    row = library.row(function)
    assert row is not None
    return next(each for each in row.forms if each.signature.keywords)


def declared(function: str, case: Case, dtype: dtypes.DType = dtypes.F32, **options: Any) -> Type:
    """The type that the row declares."""
    chosen = form(function)
    arguments = {
        "tensor": shaped(dtype, *case.shape),
        "pattern": case.pattern,
        "lengths": tuple(case.lengths.items()),
        **options,
    }
    match = Match(chosen.signature, arguments, dtypes.F32)
    match.fit()
    assert chosen.rule is not None
    return chosen.rule(match)


def computed(function: str, case: Case, x: torch.Tensor, **options: Any) -> torch.Tensor:
    """What the row's kernel makes of it."""
    row = library.row(function)
    assert row is not None
    result: torch.Tensor = find(row.torch)(x, pattern=case.pattern, lengths=tuple(case.lengths.items()), **options)
    return result


def grouped(draw: st.DrawFn, names: list[str]) -> list[list[str]]:
    """Neighbours put together here and there."""
    groups: list[list[str]] = []
    for name in names:
        if groups and draw(st.booleans()):
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups


def written(draw: st.DrawFn, groups: list[list[str]]) -> str:
    """A side as text, with a 1 or some space where they change nothing."""
    words = []
    for group in groups:
        bracketed = len(group) > 1 or (group != ["..."] and draw(st.integers(0, 4)) == 0)
        words.append(f"({' '.join(group)})" if bracketed else group[0])
    return draw(st.sampled_from((" ", "  "))).join(words)


@st.composite
def cases(draw: st.DrawFn, function: str) -> Case:
    """Patterns that are right."""
    sizes = {name: draw(st.integers(0 if draw(st.booleans()) else 1, 3)) for name in "abcde"[: draw(st.integers(0, 5))]}
    left = grouped(draw, list(sizes))
    lengths: dict[str, int] = {}
    shape: list[int] = []
    for group in left:
        size = 1
        for name in group:
            size *= sizes[name]
        shape.append(size)
        open_name = draw(st.sampled_from([*group, None])) if len(group) > 1 else group[0]
        lengths |= {name: sizes[name] for name in group if name != open_name}
        others = [lengths[name] for name in group if name in lengths]
        assume(0 not in others)
    right = draw(st.permutations(list(sizes)))
    if function == "reduce":
        right = [name for name in right if draw(st.booleans())]
    if function == "repeat":
        for name in "pq"[: draw(st.integers(0, 2))]:
            lengths[name] = draw(st.integers(0, 3))
            right.insert(draw(st.integers(0, len(right))), name)
        if draw(st.booleans()):
            right.insert(draw(st.integers(0, len(right))), "2")
    groups = grouped(draw, right)
    if draw(st.booleans()):
        place = draw(st.integers(0, len(left)))
        middle = [draw(st.integers(1, 3)) for _ in range(draw(st.integers(0, 2)))]
        left.insert(place, ["..."])
        shape[place:place] = middle
        if function != "reduce" or draw(st.booleans()):
            if groups and draw(st.integers(0, 3)) == 0:
                groups[draw(st.integers(0, len(groups) - 1))].append("...")
            else:
                groups.insert(draw(st.integers(0, len(groups))), ["..."])
    if draw(st.integers(0, 3)) == 0:
        place = draw(st.integers(0, len(left)))
        left.insert(place, ["1"])
        at = sum(len(shape) - len(left) + 1 if group == ["..."] else 1 for group in left[:place])
        at = place if ["..."] not in left[:place] else len(shape) - (len(left) - 1 - place)
        shape.insert(at, 1)
    if draw(st.integers(0, 3)) == 0:
        groups.insert(draw(st.integers(0, len(groups))), ["1"])
    return Case(shape, f"{written(draw, left)} -> {written(draw, groups)}", lengths)


@pytest.mark.parametrize("function", ["rearrange", "repeat"])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_right_pattern_is_einops(function: str, data: st.DataObject) -> None:
    case = data.draw(cases(function))
    x = torch.randn(case.shape)
    want = ORACLES[function](x, case.pattern, **case.lengths)
    type = declared(function, case)
    assert isinstance(type, TensorType)
    assert type.shape == tuple(want.shape)
    assert torch.equal(computed(function, case, x), want)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_right_reduction_is_einops(data: st.DataObject) -> None:
    case, reduction = data.draw(cases("reduce")), data.draw(st.sampled_from(REDUCTIONS))
    dtype = data.draw(st.sampled_from(dtypes.DTYPES))
    x = (torch.rand(case.shape, dtype=torch.float64) * 3).to(torch_dtype(dtype))
    try:
        type = declared("reduce", case, dtype, reduction=reduction)
    except Mismatch as refusal:
        assert (dtype.kind == "complex" and refusal.code == "dtype") or "no elements" in refusal.sentence
        assert reduction in ("max", "min")
        return
    got = computed("reduce", case, x, reduction=reduction)
    assert isinstance(type, TensorType)
    assert (type.shape, torch_dtype(type.dtype)) == (tuple(got.shape), got.dtype)
    exact = reduction == "mean" and not (x.is_floating_point() or x.is_complex())
    if reduction == "mean" and x.is_complex():  # einops has no mean of complex numbers: part by part
        parts = [einops.reduce(part, case.pattern, reduction, **case.lengths) for part in (x.real, x.imag)]
        want = torch.complex(*parts)
    else:
        want = einops.reduce(x.float() if exact else x, case.pattern, reduction, **case.lengths)
    torch.testing.assert_close(got, want.to(got.dtype), equal_nan=True, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("function", ["rearrange", "reduce", "repeat"])
@given(data=st.data())
@settings(max_examples=100, deadline=None)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_einops_refuses_what_is_refused(function: str, data: st.DataObject) -> None:
    """A right call with a mistake in it: a character, a size, an axis."""
    case = data.draw(cases(function))
    what = data.draw(st.sampled_from(("delete", "insert", "lengths", "shape")))
    if what in ("delete", "insert"):
        place = data.draw(st.integers(0, len(case.pattern)))
        new = "" if what == "delete" else data.draw(st.sampled_from(" ()1.a_c2,>-0f"))
        case.pattern = case.pattern[:place] + new + case.pattern[place + (what == "delete") :]
    elif what == "lengths":
        case.lengths[data.draw(st.sampled_from("abcpqx"))] = data.draw(st.integers(1, 4))
    else:
        case.shape.append(data.draw(st.integers(1, 3)))
        case.shape = case.shape[data.draw(st.integers(0, 1)) :]
    options = {"reduction": "sum"} if function == "reduce" else {}
    try:
        want = ORACLES[function](torch.zeros(case.shape), case.pattern, **options, **case.lengths)
    except (einops.EinopsError, ZeroDivisionError, ValueError):
        with pytest.raises(Mismatch):
            declared(function, case, **options)
    else:
        type = declared(function, case, **options)
        assert isinstance(type, TensorType) and type.shape == tuple(want.shape)


X = "x: [batch=2, time=3, chan=4] = ones(2, 3, 4)\n"


@pytest.mark.parametrize(
    ("call", "type"),
    rows(
        ('rearrange(x, "b t c -> c t b")', "f32[chan=4, time=3, batch=2]"),
        ('rearrange(x, "b t (h d) -> b t h d", h=2)', "f32[batch=2, time=3, 2, 2]"),
        ('rearrange(x, "b t c -> (b t) c")', "f32[6, chan=4]"),
        ('rearrange(x, "b (t) c -> c (t) b")', "f32[chan=4, time=3, batch=2]"),
        ('rearrange(x, "b t (h d) -> (h d) t b", h=2)', "f32[chan=4, time=3, batch=2]"),
        ('rearrange(x, "b ... -> ... b")', "f32[time=3, chan=4, batch=2]"),
        ('reduce(x, "b t c -> b c", "max")', "f32[batch=2, chan=4]"),
        ('reduce(x, "b t c -> b 1 c", "sum")', "f32[batch=2, 1, chan=4]"),
        ('repeat(x, "b t c -> b r t c", r=5)', "f32[batch=2, 5, time=3, chan=4]"),
        ('repeat(x, "b t c -> b (r t) c", r=5)', "f32[batch=2, 15, chan=4]"),
    ),
)
def test_labels_of_axes_that_pass_through(call: str, type: str) -> None:
    assert run(X + call).types == [type]


@pytest.mark.parametrize(
    ("call", "code", "says"),
    rows(
        ('rearrange(x, "b (t c) -> b t c", t=2)', "shape", ["x", "f32[batch=2, time=3, chan=4]", "2 axes"]),
        ('rearrange(x, "b t (h d) -> b t h d", h=3)', "shape", ["last axis is 4", "(h d) with h=3", "multiple of 3"]),
        ('rearrange(x, "b t (h d) -> b t h d", h=3, d=2)', "shape", ["last axis is 4", "h=3, d=2 is 6"]),
        ('rearrange(x, "b t (h d) -> b t h d")', "shape", ["last axis is 4", "(h d)", "h=2"]),
        ('rearrange(x, "b t c -> b t")', "shape", ["c stands only on the left", "reduce"]),
        ('rearrange(x, "b t c -> b t c k")', "shape", ["k stands only on the right", "repeat"]),
        ('rearrange(x, "b t c -> c t b", q=1)', "shape", ["has no q"]),
        ('rearrange(x, "b t b -> b t")', "shape", ["b stands twice"]),
        ('rearrange(x, "b t c")', "shape", ["->"]),
        ('rearrange(x, "b t, c -> b t c")', "shape", ["','"]),
        ('rearrange(x, "b t 1 -> b t")', "shape", ["last axis is 4", "1"]),
        ('repeat(x, "b t c -> b t c k")', "shape", ["k", "k=2"]),
        ('reduce(x, "b t c -> b", "average")', "value", ["mean", "average"]),
        ('reduce(x[:0], "b t c -> t c", "max")', "shape", ["no max of no elements"]),
        ('reduce(c64(x), "b t c -> t c", "min")', "dtype", ["no min"]),
        ('rearrange(x, "b t c -> b t c", 2)', "type", ["2 arguments"]),
        ('rearrange(x, "b t c -> b t c", b="2")', "type", ["b must be an integer"]),
        ("rearrange(x, 2)", "type", ["pattern must be text"]),
    ),
)
def test_mistakes_are_told_in_the_patterns_own_letters(call: str, code: str, says: list[str]) -> None:
    assert_fails(X + call, code, *says)


def test_definitions_are_checked_for_all_sizes() -> None:
    heads = 'heads(x: [*b, n, d], h: int): [*b, h, n, d // h] = rearrange(x, "... n (h e) -> ... h n e", h=h)\n'
    assert_gives(heads + "heads(ones(2, 5, 8), 4).shape", None, [2, 4, 5, 2])
    assert_fails(heads + "heads(ones(2, 5, 8), 3)", "shape", "d divisible by h", "8", "3")
    pool = 'pool(x: [n, h]): [n, h // 2] = reduce(x, "n (h 2) -> n h", "mean")\n'
    assert_gives(pool + "pool([[1., 3., 5., 7.]])", "f32[1, 2]", [[2.0, 6.0]])
    assert_fails(pool + "pool(ones(1, 3))", "shape", "h divisible by 2")
    there_and_back = (
        'f(x: [n, d]): [n, d] = x |> (y -> rearrange(y, "n (a b) -> a n b", a=4)) '
        '|> (y -> rearrange(y, "a n b -> n (a b)"))\n'
    )
    assert_gives(there_and_back + "f(ones(2, 8)).shape", None, [2, 8])
    assert_fails('f(x: [n, d]) = rearrange(x, "n d e -> e d n")', "shape", "3 axes", "[n, d]")


def test_sizes_that_are_computed() -> None:
    assert_gives('k = sum([1, 1])\nrearrange(arange(6), "(a b) -> a b", a=k)', "i64[2, 3]", [[0, 1, 2], [3, 4, 5]])


def test_dots_alone_in_brackets_are_one_axis() -> None:
    assert_gives('rearrange(arange(12).reshape(2, 2, 3), "a ... -> (...) a").shape', None, [6, 2])
    assert_gives('reduce(ones(2, 2, 3), "a ... -> (...)", "sum")', "f32[6]", [2.0] * 6)
    assert_fails('rearrange(ones(2, 3), "(...) -> ...")', "shape", "in brackets only on the right")


def test_repeat_keeps_both_its_meanings() -> None:
    assert_gives('repeat([1, 2], "n -> n k", k=2)', "i64[2, 2]", [[1, 1], [2, 2]])
    assert_gives('[1, 2].repeat("n -> (k n)", k=2)', "i64[4]", [1, 2, 1, 2])
    assert_gives("[1, 2].repeat(2, 1)", "i64[2, 2]", [[1, 2], [1, 2]])


def test_a_name_of_an_axis_may_be_that_of_a_parameter_elsewhere() -> None:
    assert_gives('rearrange(arange(6), "(x lengths) -> lengths x", x=2, lengths=3).shape', None, [3, 2])


def test_a_pattern_under_vmap() -> None:
    assert_gives('vmap(m -> reduce(m, "a b -> b", "sum"))(ones(5, 2, 3)).shape', None, [5, 3])
    assert_gives('vmap(m -> rearrange(m, "a b -> b a"))(arange(4).reshape(1, 2, 2))', None, [[[0, 2], [1, 3]]])
