"""`--strict`: a result that holds NaN is an error, at the step that made it, and the statement changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from contract.driver import Calculator, Ran, rows, run, step, tcalc


def refused(program: str, *says: str) -> Ran:
    """A program whose last statement alone is refused, for NaN; the same program runs where NaN is allowed."""
    ran = step(program, strict=True)
    assert ran.codes == ["value"], (ran.codes, ran.said, ran.results)
    assert "which --strict forbids" in ran.said
    for words in says:
        assert words in ran.said, f"{words!r} is not in\n{ran.said}"
    assert not step(program).errors
    return ran


@pytest.mark.parametrize(
    ("program", "says"),
    rows(
        ("log([2., -1.])", ["log([2., -1.]) gives NaN", "f32[2]   NaN at [1] of -1"]),
        ("tensor(0.) / 0", ["tensor(0.) / 0 gives NaN", "f32   NaN of 0 and 0"]),
        ("x = [inf]\nx - x", ["x - x gives NaN", "NaN at [0] of inf and inf"]),
        ("sqrt(-1.)", ["sqrt(-1.) gives NaN", "NaN of -1"]),
        ("eye(2) * inf", ["f32[2, 2]   NaN at [0, 1] of 0 and inf"]),
        ("exp(log([-1.]) + 1)", ["log([-1.]) gives NaN"]),
        ("[-1.] |> log |> exp", ["[-1.] |> log gives NaN"]),
        ("[-1.].log().exp()", ["[-1.].log() gives NaN"]),
        ("f16([-1.]).log()", ["f16[1]   NaN at [0] of -1"]),
        ("f64([-1.]).log()", ["f64[1]   NaN at [0] of -1"]),
        ("tensor([]).mean()", ["tensor([]).mean() gives NaN"]),
        ("zeros(0, 2).mean(0)", ["f32[2]   NaN at [0]"]),
        ("std([5.])", ["std([5.]) gives NaN"]),
        ("softmax[0]([-inf, -inf])", ["softmax[0]([-inf, -inf]) gives NaN", "f32[2]   NaN at [0]"]),
        ("[inf, 0.] @ [0., 1.]", ["[inf, 0.] @ [0., 1.] gives NaN"]),
        ('"i,i->"([inf], [0.])', ["gives NaN"]),
        ("let y = log([-1.]) in y + y", ["log([-1.]) gives NaN"]),
        ("log([-1.]) if tensor(True) else [1.]", ["log([-1.]) gives NaN"]),
        ("[log(-1.), 2]", ["log(-1.) gives NaN"]),
        ("max[0](log([-1., 2.]))", ["log([-1., 2.]) gives NaN"]),
        ("log([-1., 2.])[tensor([True, False])]", ["log([-1., 2.]) gives NaN"]),
    ),
)
def test_the_step_that_made_it_is_named(program: str, says: list[str]) -> None:
    refused(program, *says)


@pytest.mark.parametrize(
    ("program", "says"),
    rows(
        ("nan", ["nan is NaN"]),
        ("-nan", ["-nan is NaN"]),
        ("0 / 0", ["0 / 0 is NaN"]),
        ("inf - inf", ["inf - inf is NaN"]),
        ("nan + 1j", ["nan + 1j is NaN"]),
        ("(1., nan)", ["(1., nan) is NaN"]),
        ("x = nan", ["nan is NaN"]),
        ("tensor(nan)", ["nan is NaN"]),
        ("ones(2) * nan", ["nan is NaN"]),
        ("ones(2) + inf * 0", ["inf * 0 is NaN"]),
        ("[1., nan]", ["[1., nan] holds NaN"]),
        ("[1j, nan * 1j]", ["[1j, nan * 1j] holds NaN", "c64[2]"]),
        ("complex(tensor(nan), tensor(1.))", ["nan is NaN"]),
        ("eye(2) @ [nan, 1.]", ["[nan, 1.] holds NaN"]),
    ),
)
def test_a_value_that_has_it_from_the_start_is_named(program: str, says: list[str]) -> None:
    refused(program, *says)


@pytest.mark.parametrize(
    ("program", "says"),
    rows(
        ("vmap(x -> x / sum(x))([[1., 1.], [0., 0.]])", ["x / sum(x) gives NaN", "f32[2]   NaN at [0] of 0 and 0"]),
        ("vmap(x -> vmap(y -> log(y))(x))([[1., -3.]])", ["log(y) gives NaN", "NaN of -3"]),
        ("iterate(x -> sqrt(x) - 1, 4., 6)", ["sqrt(x) gives NaN", "NaN of -1"]),
        ("fold((s, x) -> s / x, 0., [1., 0., 2.])", ["s / x gives NaN", "NaN of 0 and 0"]),
        ("scan((s, x) -> (s - x, log(s)), 1., [1., 2., 3.])", ["log(s) gives NaN", "NaN of -2"]),
        ("scan((s, x) -> (s * x, s), 1., [inf, 0.])", ["s * x gives NaN", "NaN of inf and 0"]),
        ("fold((s, x) -> s + x, nan, [1., 2.])", ["nan is NaN"]),
    ),
)
def test_in_a_loop_the_first_turn_that_made_it(program: str, says: list[str]) -> None:
    refused(program, *says)


def test_in_a_function_the_place_and_the_calls() -> None:
    ran = refused(
        "f(x) = log(x)\ng(x) = f(x) + f(x - 3)\ng([1., 2.])",
        "<input>:1  f(x) = log(x)",
        "NaN at [0] of -2",
        "in f, called on line 2: f(x - 3)",
        "in g, called on line 3: g([1., 2.])",
    )
    assert [mark.span.text for mark in ran.errors[0].marks] == ["log(x)"]


def test_an_annotated_function_too() -> None:
    refused("f(x: [n]): [n] = x / sum(x)\nf(zeros(2))", "x / sum(x) gives NaN", "in f, called on line 2: f(zeros(2))")


@pytest.mark.parametrize(
    "program",
    [
        "where(isnan(log([-1., 1.])), 0., 1.)",
        "where([-1., 4.] > 0, log([-1., 4.]), 0.)",
        "nansum(log([-1., 1.]))",
        "nanmean([1., nan])",
        "nan_to_num(log([-1.]))",
        "isnan(nan)",
        "nan != nan",
        "[nan, 1.] > 0",
        "argmax([nan, 1.])",
        "log([-1., 1.])[1:]",
        "[1.] if tensor(True) else log([-1.])",
        "1 if nan > 0 else 2",
        "inf",
        "[inf, -inf]",
        "tensor([])",
        "log(0.)",
        "vmap(x -> where(x > 0, log(x), 0.))([-1., 1.])",
        "f(x) = log(x)\nsum(nan_to_num(f([-1.])))",
        "tensor([1, 2]) // 2",
        "[True, False]",
        '"text"',
    ],
)
def test_nan_on_the_way_and_infinities_are_allowed(program: str) -> None:
    strict, free = step(program, strict=True), step(program)
    assert not strict.errors, strict.said
    assert strict.texts == free.texts


@pytest.mark.parametrize(
    ("statement", "says"),
    rows(
        ("y = log(-x)", "log(-x) gives NaN"),
        ("y = log(-x);", "log(-x) gives NaN"),
        ("log(-x);", "log(-x) gives NaN"),
        ("a, b = (log(-x), 1)", "log(-x) gives NaN"),
        ("print(log(-x))", "log(-x) gives NaN"),
        ("x[0] = nan", "nan is NaN"),
        ("x -= inf * x", "x -= inf * x"),
        ("x[0] /= 0 * x[0] - x[0] * 0", ""),
        ("x = x * nan", "nan is NaN"),
    ),
)
def test_a_refused_statement_binds_nothing(statement: str, says: str) -> None:
    calculator = Calculator(strict=True)
    calculator.step("x = [1., 2.]")
    if statement.startswith("x -="):
        calculator.step("x = [inf, 2.]")
    before, names = calculator.step("x").texts, calculator.session.names()
    ran = calculator.step(statement)
    if "0 * x[0]" in statement:
        assert not ran.errors  # 1 / 0 is no NaN
        return
    assert ran.codes == ["value"] and says in ran.said
    assert calculator.step("x").texts == before and calculator.session.names() == names


def test_nothing_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "y.npy"
    np.save(path, np.ones(1))
    ran = step(f'save(log([-1.]), "{path}")', strict=True)
    assert "log([-1.]) gives NaN" in ran.said
    assert np.load(path).tolist() == [1.0]


def test_what_a_file_holds(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.array([1.0, np.nan], dtype=np.float32))
    ran = refused(f'mean(load("{path}"))', "holds NaN", "f32[2]")
    assert [repair.text for repair in ran.errors[0].repairs] == [f'nanmean(load("{path}"))']
    assert step(f'nanmean(load("{path}"))', strict=True).values[0].item() == 1.0


@pytest.mark.parametrize("name", ["mean", "sum", "median"])
def test_a_twin_that_leaves_nan_out_is_offered(name: str) -> None:
    ran = refused(f"{name}([1., nan])", f"nan{name}([1., nan])")
    assert not step(ran.errors[0].repairs[0].text, strict=True).errors


def test_no_twin_where_the_step_made_it() -> None:
    assert not refused("mean(log([1., -1.]))", "log([1., -1.]) gives NaN").errors[0].repairs


def test_random_numbers_are_put_back() -> None:
    calculator = Calculator(strict=True)
    drawn = calculator.step("torch.manual_seed(3)\nrand(2)").texts
    calculator.step("torch.manual_seed(3)")
    assert "gives NaN" in calculator.step("log(rand(4) - 2)").said
    assert calculator.step("rand(2)").texts == drawn


def test_the_numbers_told_are_those_that_were_drawn() -> None:
    drawn = run("torch.manual_seed(5)\nrandn(1)").values[-1].item()
    text = "log(-abs(randn(1)))"
    assert f"NaN at [0] of {-abs(drawn):.6g}" in step(f"torch.manual_seed(5)\n{text}", strict=True).said


def test_the_same_text_again_is_refused_again() -> None:
    calculator = Calculator(strict=True)
    for _ in range(3):
        assert "log([-1.]) gives NaN" in calculator.step("log([-1.])").said


def test_the_switch_is_looked_at_for_each_statement() -> None:
    calculator = Calculator()
    assert calculator.step("log([-1.])").texts == ["[nan]"]
    calculator.session.settings.strict = True
    assert calculator.step("log([-1.])").codes == ["value"]
    calculator.session.settings.strict = False
    assert calculator.step("log([-1.])").texts == ["[nan]"]


def test_a_check_alone_refuses_nothing() -> None:
    assert not Calculator(strict=True).check("x = nan\nlog([-1.])").errors


def test_the_command_line() -> None:
    done = tcalc("--strict", "--json", "-e", "f(x) = log(x)", "-e", "f([-1.])")
    assert done.returncode == 1 and not done.stdout
    error = json.loads(done.stderr)["error"]
    assert error["message"] == "log(x) gives NaN, which --strict forbids"
    assert (error["line"], error["column"]) == (1, 8)
    assert error["notes"] == ["log(x): f32[1], NaN at [0] of -1", "in f, called on line 2: f([-1.])"]
