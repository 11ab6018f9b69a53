"""Formulas as the shell, JSON and the commands show them; and every row, written from its graph, says the same."""

from __future__ import annotations

import io
import json

import pytest
import torch

from tcalc import library
from tcalc.commands import run_command
from tcalc.errors import TcalcError
from tcalc.graph.compiled import Closed
from tcalc.library.builtin import Builtin
from tcalc.printer import Printer
from tcalc.repl.render import replies
from tcalc.show.expressions import NoFormula
from tcalc.show.formulas import formula_text
from tcalc.show.palette import PLAIN
from tcalc.source import Source
from tcalc.types.dtypes import F32
from tcalc.types.tensor import is_known
from tests.contract.driver import Calculator, torch_left_alone

#: Rows whose examples are loops or probes, which are no expressions of operations.
NO_FORMULA = {"vmap", "scan", "fold", "iterate", "minimize", "gradcheck"}


@pytest.fixture(scope="module")
def calculator() -> Calculator:
    return Calculator()


NAMES = """
A = [[1., 2., 3.], [4., 5., 6.]]
w = [0.5, -1., 2.]
b = [1., 2.]
X = 2 * eye(3)
s = 3.
loss = norm(A @ w - b)^2
f(v) = sum(v^2)
L: [rows=3] = [1., 2., 3.]
E = zeros(0)
"""


@pytest.fixture(scope="module")
def named() -> Calculator:
    calculator = Calculator()
    assert not calculator.run(NAMES).errors
    return calculator


def said(calculator: Calculator, command: str) -> str:
    with torch_left_alone():
        return "\n".join([each for each in run_command(calculator.session, Source(command)) if isinstance(each, str)])


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (":formula grad[w](loss)", "2 * A.T @ (A @ w - b)"),
        (":formula loss", "A: 2 * outer(A @ w - b, w)\nw: 2 * A.T @ (A @ w - b)\nb: -2 * (A @ w - b)"),
        (":formula grad[w, b](loss)", "w: 2 * A.T @ (A @ w - b)\nb: -2 * (A @ w - b)"),
        (":formula grad[s](s^3)", "3 * s^2"),
        (":formula grad[s](s * f(w))", "sum(w^2)"),
        (":formula grad(f)(w)", "2 * w"),
        (":formula grad[L](sum(L^2))", "2 * L"),
        (":formula grad[w](norm(w - [1., 2., 3.])^2)", "2 * (w - [1, 2, 3])"),
        (":formula grad[w](norm(w - [1.5, 2., 3.])^2)", "2 * (w - [1.5, 2, 3])"),
        (":formula let u = A @ w in grad[u](u @ u)", "2 * A @ w"),
        (":formula grad[w](grad[w](sum(w^3)) @ w)", "9 * w^2"),
        (":formula grad[w](sum(cumprod[0](w)))", "vjp[w](cumprod[0](w), ones(3))"),
        (":formula grad[w](fold((a, x) -> a * x, 1., w))", "no closed form: a loop or a choice has none"),
        (":formula grad[w](sum(w * randn(3)))", "no closed form: it draws random numbers"),
        (":formula grad[E](sum(E^2))", "2 * E"),
        (":latex grad[w](loss)", r"2 A^{\top} \left(A w - b\right)"),
        (":latex grad[X](logdet(X))", r"X^{-\top}"),
        (
            ":latex grad[w](w @ w / norm(w))",
            r"\frac{2 w}{\left\lVert w \right\rVert} - "
            r"\frac{\left(w^{\top} w\right) w}{\left\lVert w \right\rVert^{3}}",
        ),
        (
            ":latex hessian[w](logsumexp[0](w))",
            r"\operatorname{diag}\left(\operatorname{softmax}\left(w\right)\right)"
            r" - \operatorname{softmax}\left(w\right) \operatorname{softmax}\left(w\right)^{\top}",
        ),
        (":latex grad[w](sum(relu(w)))", r"\mathbb{1}\left[w > 0\right]"),
        (":latex grad[w](sum(w * exp(-w)))", r"\exp\left(-w\right) \odot \left(1 - w\right)"),
        (":latex loss", None),
    ],
)
def test_commands(named: Calculator, command: str, expected: str | None) -> None:
    got = said(named, command)
    if expected is None:
        assert got.splitlines()[2] == r"b: -2 \left(A w - b\right)"
    else:
        assert got == expected


def test_a_formula_stands_beside_the_value(named: Calculator) -> None:
    with torch_left_alone():
        outcomes = list(named.session.run(Source("grad[w](loss)\ngrad[w, s](s * f(w))\ngrad[s](s^2)\nw + 1")))
    shown = "\n".join([reply.text for reply in replies(outcomes, PLAIN, 80)])
    assert (
        shown
        == """\
f32[3]   2 * A.T @ (A @ w - b)
  63  84  105
w: f32[3]   3  -6  12   2 * s * w
s: f32      5.25        sum(w^2)
6   f32   2 * s
f32[3]
  1.5  0.0  3.0"""
    )


def test_json_has_the_formula(named: Calculator) -> None:
    output = io.BytesIO()
    printer = Printer(output, F32, json=True, style=PLAIN, terminal=False, width=80, bar=None)
    with torch_left_alone():
        for outcome in named.session.run(Source("grad[w](loss)\ngrad[w, b](loss)\nw")):
            printer.print(outcome)
    printer.flush()
    one, two, none = [json.loads(line) for line in output.getvalue().decode().splitlines()]
    assert one["formula"] == "2 * A.T @ (A @ w - b)"
    assert [item["formula"] for item in two["items"]] == ["2 * A.T @ (A @ w - b)", "-2 * (A @ w - b)"]
    assert "formula" not in two and "formula" not in none


def test_what_was_bound_before_has_no_formula() -> None:
    calculator = Calculator()
    calculator.run("b = [1., 2.]\nx = [3., 4.]\ny = sum((x - b)^2)\nb = [0., 0.]")
    ran = calculator.step("grad[x](y)")
    assert ran.texts == ["[4.0, 4.0]"]
    with torch_left_alone():
        (outcome,) = calculator.session.run(Source("grad[x](y)"))
    assert [reply.text for reply in replies([outcome], PLAIN, 80)] == ["f32[2]\n  4  4"]


def test_what_is_long_gets_names(named: Calculator) -> None:
    text = said(named, ":formula grad[w](norm(sigmoid(A @ w - b) - softmax[0](A @ w - b))^2)")
    assert text.startswith("let t = ") and text.count("sigmoid(") == 1
    value = named.step(f"grad[w](norm(sigmoid(A @ w - b) - softmax[0](A @ w - b))^2)\n{text}").values
    assert torch.allclose(*value, atol=1e-6)


#: What a session may call its variables and thereby hide; "linalg" hides only what stands in it.
BUILTINS = frozenset(
    [row.name for row in library.rows() if row.full_name() and "." not in row.name] + ["pi", "inf", "nan", "linalg"]
)


@pytest.fixture(scope="module")
def hiding() -> Calculator:
    """A session in which every builtin's name is a number."""
    calculator = Calculator(notes=False)
    ran = calculator.run("\n".join(f"{name} = 1" for name in sorted(BUILTINS)))
    assert not ran.errors, ran.said
    return calculator


@pytest.mark.parametrize("hidden", [frozenset[str](), BUILTINS], ids=["as usual", "where all names are hidden"])
@pytest.mark.parametrize("row", [row for row in library.rows() if not row.random], ids=lambda row: row.name)
def test_a_row_is_written_as_it_is_read(
    calculator: Calculator, hiding: Calculator, row: Builtin, hidden: frozenset[str]
) -> None:
    text = row.example.partition("#=>")[0].strip()
    checked, graph = calculator.session.compiled(Source(text))
    if not graph.nodes:
        assert is_known(checked.values[0].type), "nothing runs, and nothing is known"
        return
    result = graph.results[0]
    if row.name in NO_FORMULA:
        with pytest.raises(NoFormula):
            formula_text(Closed(result, F32, hidden))
        return
    for place, part in enumerate(result if isinstance(result, tuple) else (result,)):
        ran = (hiding if hidden else calculator).step(formula_text(Closed(part, F32, hidden)))
        assert not ran.errors, ran.said
        expected = calculator.step(text).values[0]
        if isinstance(result, tuple):
            expected = expected[place]
        pairs = (
            zip(expected, ran.values[0], strict=True) if isinstance(expected, tuple) else [(expected, ran.values[0])]
        )
        for want, got in pairs:
            assert torch.equal(torch.nan_to_num(got), torch.nan_to_num(want)) and got.shape == want.shape


@pytest.mark.parametrize("text", ["f", "grad(f)", "v -> v @ v", "sum"])
def test_a_function_has_a_formula_at_a_value(named: Calculator, text: str) -> None:
    with pytest.raises(TcalcError, match="its derivative at a value has one"):
        said(named, f":formula {text}")
