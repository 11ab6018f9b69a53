"""`:gradcheck`: a line that says how far a gradient is from finite differences, and where."""

from __future__ import annotations

import pytest

from tcalc.commands import run_command
from tcalc.errors import TcalcError
from tcalc.show.gradchecks import verdict
from tcalc.source import Source
from tcalc.types.data import Data, StaticData, TupleData
from tcalc.types.dtypes import F64, I64
from tcalc.types.tensor import Axis, TensorType
from tests.contract.driver import Calculator

NAMES = "A = [[1., 2., 0.], [0., 1., 3.]];\nw = [0.5, -1., 2.];\nz = [1., 0., -1.];\ns = 2.;\nk = 0.;\n"


@pytest.fixture(scope="module")
def calculator() -> Calculator:
    calculator = Calculator()
    calculator.step(NAMES + "loss = norm(A @ w - [1., 2.])^2")
    return calculator


def said(calculator: Calculator, expression: str) -> list[str]:
    return [str(line) for line in run_command(calculator.session, Source(f":gradcheck {expression}"))]


@pytest.mark.parametrize(
    ("expression", "places"),
    [
        ("s^3", {""}),
        ("s * detach(s) * randn()", {""}),
        ("sum(exp(w))", {", at [0]", ", at [1]", ", at [2]"}),
        ("norm(A)^2", {f", at [{i}, {j}]" for i in range(2) for j in range(3)}),
        ("sum(exp(w)) * s", {", at s", *[f", at w[{i}]" for i in range(3)]}),
        ("loss", {*[f", at w[{i}]" for i in range(3)], *[f", at A[{i}, {j}]" for i in range(2) for j in range(3)]}),
    ],
)
def test_agreement_is_one_line(calculator: Calculator, expression: str, places: set[str]) -> None:
    (line,) = said(calculator, expression)
    begin, _, rest = line.partition("largest difference ")
    assert begin == "finite differences agree: "
    number, comma, place = rest.partition(",")
    assert float(number) < 1e-6 and comma + place in places


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        ("sum(relu(z))", ["the function has a bend at z[1]: its slope is 0 before and 1 after; the gradient says 0"]),
        ("abs(k)", ["the function has a bend at k: its slope is -1 before and 1 after; the gradient says 0"]),
        (
            "abs(k) * sum(abs(z)) + s",
            ["the function has a bend at k: its slope is -2 before and 2 after; the gradient says 0"],
        ),
        ("log(s) + sqrt(k)", ["finite differences disagree at k: the gradient is inf, they say nan"]),
    ],
)
def test_disagreement_says_what_both_say(calculator: Calculator, expression: str, lines: list[str]) -> None:
    assert said(calculator, expression) == lines


@pytest.mark.parametrize(
    ("expression", "code", "says"),
    [
        ("w", "grad", "a gradient is of a scalar"),
        ("1 + 2", "grad", "depends on no floating variable"),
        ("x = 3", "type", "this is no expression"),
        ("fold((a, t) -> a + t * randn(), 0., w)", "grad", "draws random numbers"),
        ("", "type", ":gradcheck needs an expression"),
    ],
)
def test_what_cannot_be_checked(calculator: Calculator, expression: str, code: str, says: str) -> None:
    with pytest.raises(TcalcError, match=says.replace("(", "\\(")) as caught:
        said(calculator, expression)
    assert caught.value.code == code


def test_nothing_is_bound_or_shown_last(calculator: Calculator) -> None:
    calculator.step("7")
    said(calculator, "loss")
    assert calculator.step("_").values[0].item() == 7


def made(difference: float, index: tuple[int, ...], gradient: float, finite: float) -> Data:
    """What `gradcheck` gives of a variable."""
    number = [StaticData(TensorType(F64, (), each)) for each in (difference, gradient, finite)]
    vectors = [
        StaticData(TensorType(dtype, (Axis(len(each)),), each)) for dtype, each in ((I64, index), (F64, (finite,) * 2))
    ]
    return TupleData([number[0], vectors[0], number[1], number[2], vectors[1]])


def test_of_several_each_that_is_wrong_has_a_line() -> None:
    wrong = [("a", made(1.0, (0,), 2.0, 3.0)), ("b", made(1e-9, (1,), 1.0, 1.0)), ("c", made(0.25, (), 1.0, 1.25))]
    assert verdict(wrong) == [
        "finite differences disagree at a[0]: the gradient is 2, they say 3, 1.0 apart",
        "finite differences disagree at c: the gradient is 1, they say 1.25, 0.25 apart",
    ]


def test_a_small_difference_of_large_slopes_is_none() -> None:
    (line,) = verdict([("a", made(1e-3, (4,), 1e6, 1e6 + 1e-3))])
    assert line == "finite differences agree: largest difference 0.0010, at [4]"
