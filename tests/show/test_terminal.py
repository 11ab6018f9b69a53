"""What a terminal shows of values: the layout read by eye, and lines that fit."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcalc.show.palette import PLAIN, Style
from tcalc.show.terminal import binding_text, value_text
from tcalc.types.data import StaticData, Statistics, TupleData
from tcalc.types.dtypes import I64
from tcalc.types.tensor import TensorType
from tests.show.show_values import Held

UNICODE = Style(unicode=True)
NAN, INF = math.nan, math.inf
BELL = Statistics(-4.1, 4.0, 0.003, 1.001, [2, 16, 50, 90, 52, 16, 1], 0, 0)


def shown(data: Held | TupleData, *remarks: str, style: Style = UNICODE, width: int = 80, height: int = 24) -> str:
    return "\n" + value_text(data, style, width=width, height=height, remarks=remarks)


def waves(*shape: int) -> Held:
    return Held([math.sin(place) for place in range(math.prod(shape))], "f64", *shape)


SCALARS = [
    (Held([61.25], "f32"), "61.25   f32"),
    (Held([10.0], "f32"), "10   f32"),
    (Held([1 / 3], "f32"), "0.33333334   f32"),
    (Held([1024], "i64"), "1024   i64"),
    (Held([True], "bool"), "True   bool"),
    (Held([1 - 2.5j], "c64"), "1-2.5j   c64"),
    (Held([NAN], "f64"), "nan   f64"),
]


@pytest.mark.parametrize(("data", "text"), SCALARS, ids=[text for _, text in SCALARS])
def test_scalars(data: Held, text: str) -> None:
    assert value_text(data, UNICODE) == text


ROWS = [
    ([14.0, 32.0], "14  32"),
    ([0.5, -1.0, 2.0], "0.5  -1.0  2.0"),
    ([0.0312, -0.0921, 0.004], "0.0312  -0.0921  0.0040"),
    ([math.pi, 100 * math.e], "3.14  271.83"),
    ([1234.5678, 0.001], "1234.6  0.001"),
    ([1234.5678, 1e-6], "1234.6  1e-6"),
    ([1.0, 1.1102230246251565e-16, 0.0], "1.0  1.1e-16  0.0"),
    ([1e20, 1.5, 3e-7], "1e20  1.5  3e-7"),
    ([1e-7, 2.5e-7], "1e-7  2.5e-7"),
    ([12345678.9, 1.0], "1.2346e7  1.0"),
    ([123456789.0, -1.0], "123456789  -1"),
]


@pytest.mark.parametrize(("numbers", "text"), ROWS, ids=[text for _, text in ROWS])
def test_rows_of_floats(numbers: list[float], text: str) -> None:
    assert value_text(Held(numbers, "f64", len(numbers)), UNICODE).splitlines()[1] == "  " + text


def test_a_matrix() -> None:
    assert (
        shown(Held([14.0, 32.0, 5.0, 177.0], "f32", 2, 2))
        == """
f32[2, 2]
  14   32
   5  177"""
    )


def test_a_remark_beside_the_type() -> None:
    assert (
        shown(Held([63.0, 84.0, 105.0], "f32", 3), "2 * A.T @ (A @ w - [1, 2])")
        == """
f32[3]   2 * A.T @ (A @ w - [1, 2])
  63  84  105"""
    )


def test_nan_and_infinities_are_counted() -> None:
    data = Held([1.0, NAN, -INF, 2.5], "f32", 2, 2)
    assert (
        shown(data)
        == """
f32[2, 2]   1 NaN  1 Inf
   1.0  nan
  -inf  2.5"""
    )
    assert "\x1b[1;33mnan\x1b[0m" in value_text(data, Style(colour=True))


def test_bools_and_complex_numbers() -> None:
    assert (
        shown(Held([True, False], "bool", 2, 1))
        == """
bool[2, 1]
   True
  False"""
    )
    assert (
        shown(Held([1 + 2j, 0.5 - 1.25j], "c64", 2))
        == """
c64[2]
  1.0+2.00j  0.5-1.25j"""
    )


def test_empty() -> None:
    assert value_text(Held([], "f32", 0, 3), UNICODE) == "f32[0, 3]   empty"


def test_labels_and_figures() -> None:
    data = Held([0.25] * 24, "f32", 4, 6, labels=["batch", "feat"], figures=BELL)
    assert binding_text("X", data, UNICODE) == "X: f32[batch=4, feat=6]   −4.1 ▁▂▅█▅▂▁ 4.0   mean 0.003  std 1.001"
    assert binding_text("X", data, PLAIN) == "X: f32[batch=4, feat=6]   -4.1 _.=#=._ 4.0   mean 0.003  std 1.001"
    data.figures = Statistics(0, 250, 3.5, 12345.0, [1, 0], 2, 1)
    assert binding_text("X", data, UNICODE).partition("   ")[2] == ("0 █▁ 250   mean 3.500  std 1.23e4   2 NaN  1 Inf")
    data.figures = Statistics(NAN, NAN, NAN, NAN, [], 24, 0)
    assert binding_text("X", data, UNICODE) == "X: f32[batch=4, feat=6]   24 NaN"


def test_a_long_row_keeps_its_ends() -> None:
    assert (
        shown(waves(64), width=60)
        == """
f64[64]
  0.0000  0.8415  0.9093  …  -0.9661  -0.7392  0.1674"""
    )
    assert (
        shown(waves(64), style=PLAIN, width=40)
        == """
f64[64]
  0.0000  0.8415  ...  -0.7392  0.1674"""
    )


def test_a_large_matrix_keeps_its_edges() -> None:
    data = Held(list(range(100 * 40)), "i64", 100, 40)
    assert (
        shown(data, width=40)
        == """
i64[100, 40]
     0     1     2  …    37    38    39
    40    41    42  …    77    78    79
    80    81    82  …   117   118   119
  …
  3880  3881  3882  …  3917  3918  3919
  3920  3921  3922  …  3957  3958  3959
  3960  3961  3962  …  3997  3998  3999"""
    )


def test_higher_ranks_are_matrices_under_their_index() -> None:
    assert (
        shown(Held(list(range(12)), "i64", 3, 1, 2, 2))
        == """
i64[3, 1, 2, 2]
  [0, 0]
   0   1
   2   3
  [1, 0]
   4   5
   6   7
  [2, 0]
   8   9
  10  11"""
    )
    assert shown(Held(list(range(40)), "i64", 20, 1, 2)).splitlines()[2:] == [
        *["  [0]", "   0   1", "  [1]", "   2   3", "  …", "  [18]", "  36  37", "  [19]", "  38  39"]
    ]


def test_tuples() -> None:
    both = TupleData([Held([3.0, 6.0], "f32", 2), Held([2, 2], "i64", 2)], ["values", "indices"])
    assert (
        shown(both)
        == """
values: f32[2]    3  6
indices: i64[2]   2  2"""
    )
    assert binding_text("m", both, UNICODE) == "m: (f32[2], i64[2])"
    mixed = TupleData([Held([1, 2, 3, 4], "i64", 2, 2), Held([0.5], "f32"), both])
    assert (
        shown(mixed, "2 * x", "3 * y")
        == """
i64[2, 2]   2 * x
  1  2
  3  4
f32         3 * y
  0.5
(f32[2], i64[2])
  values: f32[2]    3  6
  indices: i64[2]   2  2"""
    )
    assert value_text(TupleData([]), UNICODE) == "()"


def test_gradients_have_their_formulas_beside_their_names() -> None:
    of_scalars = TupleData([Held([2.0], "f32"), Held([-14.25], "f32")], ["a", "bias"])
    assert (
        shown(of_scalars, "b - c", "a + b")
        == """
a: f32      2        b - c
bias: f32   -14.25   a + b"""
    )
    mixed = TupleData([Held([3.5, -7.0], "f32", 2, 1), Held([63.0, 84.0], "f32", 2)], ["A", "w"])
    formulas = ("2 * outer(A @ w - [1, 2], w)", "2 * A.T @ (A @ w - [1, 2])")
    assert (
        shown(mixed, *formulas)
        == """
A: f32[2, 1]   2 * outer(A @ w - [1, 2], w)
   3.5
  -7.0
w: f32[2]      2 * A.T @ (A @ w - [1, 2])
  63  84"""
    )
    assert (
        shown(mixed, *formulas, width=30)
        == """
A: f32[2, 1]
    2 * outer(A @ w - [1, 2],
      w)
   3.5
  -7.0
w: f32[2]
    2 * A.T @ (A @ w - [1, 2])
  63  84"""
    )


def test_what_is_too_wide_for_the_line_of_the_type_stands_below() -> None:
    data = Held([0.25] * 24, "f32", 24, labels=["batch"], figures=BELL)
    assert (
        shown(data, width=40)
        == """
f32[batch=24]   −4.1 ▁▂▅█▅▂▁ 4.0
    mean 0.003  std 1.001
  0.25  0.25  0.25  …  0.25  0.25  0.25"""
    )
    assert binding_text("X", data, UNICODE, width=30).splitlines() == [
        "X: f32[batch=24]",
        "    −4.1 ▁▂▅█▅▂▁ 4.0",
        "    mean 0.003  std 1.001",
    ]
    both = TupleData([Held([0.5] * 5, "f32", 5), Held([2], "i64")], ["values", "place"])
    assert (
        shown(both, width=30)
        == """
values: f32[5]
  0.5  0.5  0.5  0.5  0.5
place: i64       2"""
    )


def test_a_low_terminal_shows_fewer_rows() -> None:
    data = Held(list(range(12)), "i64", 12, 1)
    assert len(shown(data).splitlines()) == 14
    assert (
        shown(data, height=12)
        == """
i64[12, 1]
   0
   1
   2
  …
   9
  10
  11"""
    )
    blocks = Held(list(range(6 * 20)), "i64", 6, 20, 1)
    lines = shown(blocks).splitlines()[2:]
    assert [line for line in lines if "[" in line] == ["  [0]", "  [1]", "  [4]", "  [5]"]
    assert len(lines) == 4 * (1 + 7) + 1


def test_a_tuple_of_many_keeps_its_ends() -> None:
    many = TupleData([Held([place], "i64") for place in range(100)])
    assert (
        shown(many)
        == """
i64   0
i64   1
i64   2
i64   3
i64   4
…   100 items
i64   95
i64   96
i64   97
i64   98
i64   99"""
    )


def test_columns_of_different_sizes_have_places_of_their_own() -> None:
    assert (
        shown(Held([1234.5, 0.0012, 17.25, 0.0344], "f64", 2, 2))
        == """
f64[2, 2]
  1234.5  0.0012
    17.2  0.0344"""
    )
    # What an exponent would be needed for all the same changes nothing.
    assert (
        shown(Held([1.0, 1e-17, -1e-17, 1.0], "f64", 2, 2))
        == """
f64[2, 2]
     1.0  1e-17
  -1e-17    1.0"""
    )


def test_complex_numbers_stand_at_their_signs() -> None:
    assert (
        shown(Held([1 + 20j, 0.5j, -10 - 2j, 3 + 0j], "c64", 2, 2))
        == """
c64[2, 2]
    1+20.0j  0+0.5j
  -10-2.0j   3+0.0j"""
    )


def test_figures_say_what_they_are_of() -> None:
    data = Held([1.0] * 100, "f32", 100, figures=Statistics(1.0, 1.0, 1.0, 0.0, [100], 0, 0))
    assert shown(data).splitlines()[1] == "f32[100]   all 1"
    data = Held([True] * 100, "bool", 100, figures=Statistics(0, 1, 0.25, 0.43, [75, 25], 0, 0))
    assert shown(data).splitlines()[1] == "bool[100]   25 True  75 False"
    data.figures = Statistics(0, 1, 1.0, 0.0, [0, 100], 0, 0)
    assert shown(data).splitlines()[1] == "bool[100]   all True"
    data = Held([0.0] * 100, "f32", 100, figures=Statistics(-4.1, 4.0, 0.003, INF, [2, 90, 2], 0, 1, True))
    assert shown(data).splitlines()[1] == "f32[100]   −4.1 ▁█▁ 4.0   mean ≈0.003  std ≈inf   1 Inf"
    assert shown(data, style=PLAIN).splitlines()[1] == "f32[100]   -4.1 _#_ 4.0   mean ~0.003  std ~inf   1 Inf"


def test_the_number_of_a_result_ends_the_first_line() -> None:
    row = Held([1.0, 2.0], "f32", 2)
    assert value_text(row, UNICODE, width=20, number="_3") == "f32[2]            _3\n  1  2"
    assert (
        value_text(row, Style(colour=True), width=12, number="_3")
        == "\x1b[36mf32[2]\x1b[0m    \x1b[2m_3\x1b[0m\n  1  2"
    )
    assert value_text(row, UNICODE, width=10, number="_33") == "       _33\nf32[2]\n  1  2"


def test_bindings() -> None:
    assert binding_text("A", waves(2, 3), UNICODE) == "A: f64[2, 3]"
    assert binding_text("loss", Held([61.25], "f32"), UNICODE) == "loss: f32 = 61.25"
    assert binding_text("n", StaticData(TensorType(I64, (), 3)), UNICODE) == "n: i64 = 3"
    assert binding_text("x\x1b", Held([1], "i64"), UNICODE) == "x\\x1b: i64 = 1"
    assert binding_text("n", Held([1], "i64"), Style(colour=True)) == "\x1b[1mn\x1b[0m: \x1b[36mi64\x1b[0m = 1"


@given(st.lists(st.integers(0, 30), min_size=1, max_size=3), st.integers(24, 100), st.floats(-1e9, 1e9))
def test_lines_fit_the_terminal(shape: list[int], width: int, scale: float) -> None:
    values = [math.sin(place) * scale for place in range(math.prod(shape))]
    for line in value_text(Held(values, "f64", *shape), UNICODE, width=width).splitlines():
        assert len(line) <= width


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=9))
def test_what_is_shown_is_near_the_value_and_never_zero_for_something(values: list[float]) -> None:
    texts = value_text(Held(values, "f64", len(values)), UNICODE, width=400).splitlines()[1].split()
    greatest = max(abs(value) for value in values)
    for value, text in zip(values, texts, strict=True):
        assert math.isclose(float(text), value, rel_tol=0.1, abs_tol=1e-4 * min(greatest, 1e6))
        assert (float(text) == 0.0) == (value == 0.0)
