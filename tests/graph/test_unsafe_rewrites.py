"""Rewrites that may lose digits: off by default, on where they are asked for, gone when they are turned off."""

from __future__ import annotations

import pytest
import torch

from tcalc.commands import run_command
from tcalc.errors import TcalcError
from tcalc.graph.cost import total_flops
from tcalc.source import Source
from tests.contract.driver import Calculator, tcalc, torch_left_alone

NAMES = """
manual_seed(3)
A = randn(30, 30)
B = randn(30, 30)
H = randn(2, 30)
K = randn(30, 2)
x = randn(30)
X = randn(30, 30)
"""

#: Statements, and whether they are distributed.
CASES = [
    ("(A - H.T @ H) @ x", True),
    ("(H.T @ H - A) @ x", True),
    ("(A + H.T @ H) @ x", True),
    ("x @ (A - H.T @ H)", True),
    ("(A - H.T @ H - K @ H) @ x", True),
    ("(A - (B - H.T @ H)) @ x", True),
    ("(A - (B + H.T @ H)) @ x", True),
    ("(eye(30) - K @ H) @ X", True),
    ("X @ (eye(30) - K @ H)", True),
    ("(K @ H - eye(30)) @ x", True),
    ("(A - 2 * H.T @ H) @ x", True),
    ("(A + B) @ x", False),
    ("let M = A - H.T @ H in M @ x + M[0]", False),
    ("let P = H.T @ H in (A - P) @ x + P[0]", True),
    ("let P = H.T @ H in (A - P) @ x + sum[1](exp(P))", False),
    # Two products of matrices instead of one, and none of them is thin.
    ("(A - B @ A) @ X", False),
]


def calculator(rewrites: bool | str) -> Calculator:
    found = Calculator(dtype="f64", rewrites=rewrites)
    assert not found.run(NAMES).errors
    return found


@pytest.fixture(scope="module")
def calculators() -> dict[object, Calculator]:
    return {each: calculator(each) for each in (True, False, "fast")}


@pytest.mark.parametrize(("text", "is_distributed"), CASES)
def test_it_is_taken_where_it_is_asked_for(
    calculators: dict[object, Calculator], text: str, is_distributed: bool
) -> None:
    taken = {
        setting: [rewrite.name for rewrite, *_ in each.session.planned(Source(text)).fired]
        for setting, each in calculators.items()
    }
    assert ("distribute" in taken["fast"]) == is_distributed
    assert "distribute" not in taken[True] and not taken[False]
    plan = calculators["fast"].session.planned(Source(text))
    counts = [int(str(total_flops(each))) for each in (plan.shared, plan.run)]
    assert counts[1] < counts[0] if is_distributed else counts[1] <= counts[0]
    got, want = [calculators[each].step(text).values[0] for each in ("fast", False)]
    torch.testing.assert_close(got, want, rtol=1e-10, atol=1e-10)


def test_what_is_lost() -> None:
    """Terms of a million whose sum is 1: the matrices are subtracted exactly, the products are rounded."""
    program = "H = 1000 * ones(1, 20)\nA = H.T @ H + eye(20)\nx = 1 / arange(1., 21.)"
    results = []
    for setting in (True, "fast"):
        found = Calculator(rewrites=setting)
        results.append(found.run(f"{program}\n(A - H.T @ H) @ x - x").values[-1].abs().max())
    assert results[0] == 0 and results[1] > 1e-3


def test_a_kept_program_does_not_outlive_the_setting() -> None:
    """The same text after the setting has changed runs as the setting says."""
    found = Calculator()
    session = found.session
    found.run("H = 1000 * ones(1, 20)\nA = H.T @ H + eye(20)\nx = 1 / arange(1., 21.)")
    text = "(A - H.T @ H) @ x - x"

    def errs() -> bool:
        errors = [found.step(text).values[0].abs().max() > 1e-3 for _ in range(3)]
        assert len(set(map(bool, errors))) == 1 and session.knows(text)
        return bool(errors[0])

    answers = []
    for word in ("on", "fast", "off", "fast", "on"):
        with torch_left_alone():
            assert run_command(session, Source(f":set rewrites {word}")) == []
        assert not session.knows(text)
        answers.append(errs())
    assert answers == [False, True, False, True, False]


def test_the_setting_is_shown() -> None:
    session = Calculator().session
    for word in ("fast", "off", "on"):
        run_command(session, Source(f":set rewrites {word}"))
        (line,) = run_command(session, Source(":set rewrites"))
        assert isinstance(line, str) and line.split()[:2] == ["rewrites", word]
    with pytest.raises(TcalcError, match="rewrites is on, off or fast"):
        run_command(session, Source(":set rewrites faster"))
    with pytest.raises(TcalcError, match="notes is on or off"):
        run_command(session, Source(":set notes fast"))


def test_the_option_is_the_setting() -> None:
    lines = ["H = 1000 * ones(1, 20)", "A = H.T @ H + eye(20)", "x = 1 / arange(1., 21.)", "(A - H.T @ H) @ x == x"]
    program = [part for line in lines for part in ("-e", line)]
    said = [tcalc("--rewrites", word, *program).stdout for word in ("on", "off", "fast")]
    assert "False" not in said[0] + said[1] and "False" in said[2]
