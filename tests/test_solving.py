"""Linear systems are solved by what their matrix is: the same solutions, errors and NaN as torch's own solver gives."""

from __future__ import annotations

import pytest
import torch

from tcalc.source import Source
from tests.contract.driver import Calculator

NAMES = """
torch.manual_seed(0)
A = randn(300, 300)
U = triu(A) + 20 * eye(300)
L = U.T
S = A @ A.T + eye(300)
N = S - 500 * eye(300)
b = randn(300)
B = randn(300, 3)
"""


@pytest.fixture(scope="module")
def calculator() -> Calculator:
    calculator = Calculator(dtype="f64", notes=False)
    assert not calculator.run(NAMES).errors
    return calculator


def value(calculator: Calculator, text: str) -> torch.Tensor:
    ran = calculator.session.run(Source(text))
    assert [type(each).__name__ for each in ran] == ["Shown"], text
    found = calculator.session.bindings["_"].value
    assert isinstance(found, torch.Tensor)
    return found


@pytest.mark.parametrize("right", ["b", "B"])
@pytest.mark.parametrize(
    "matrix",
    ["A", "U", "L", "S", "N", "-U", "U.T", "triu(A) + 20 * eye(300)", "tril(A) * 2 - 30 * eye(300)", "S + c64(0)"],
)
def test_the_same_solution(calculator: Calculator, matrix: str, right: str) -> None:
    if "c64" in matrix:
        matrix, right = "complex(S, A)", f"complex({right}, {right})"
    M, y = value(calculator, matrix), value(calculator, right)
    for text in (f"solve({matrix}, {right})", f"inv({matrix}) @ {right}"):
        assert torch.allclose(value(calculator, text), torch.linalg.solve(M, y), rtol=1e-7, atol=1e-9), text


def test_it_is_as_accurate(calculator: Calculator) -> None:
    """The residual is no larger than that of torch's solver."""
    for name in ("U", "S", "N"):
        M, b = value(calculator, name), value(calculator, "b")
        mine, theirs = [(M @ x - b).norm() for x in (value(calculator, f"solve({name}, b)"), torch.linalg.solve(M, b))]
        assert mine <= 4 * theirs


@pytest.mark.parametrize(
    "matrix", ["triu(A, 1)", "U * (arange(300) != 7)", "let u = U in u * (arange(300) != 7)", "ones(300, 300)"]
)
def test_what_has_no_solution_says_so(calculator: Calculator, matrix: str) -> None:
    (error,) = calculator.step(f"solve({matrix}, b)").errors
    assert error.code == "value" and "singular" in error.message


def test_a_matrix_that_only_looks_definite_is_solved(calculator: Calculator) -> None:
    text = "let M = S * (1 - eye(300)) + eye(300) in norm(M @ solve(M, b) - b)"
    assert float(value(calculator, text)) < 1e-6


def test_nan_stays(calculator: Calculator) -> None:
    assert bool(value(calculator, "isnan(solve(U * nan, b))").all())


def test_under_vmap(calculator: Calculator) -> None:
    stacked = value(calculator, "vmap(c -> solve(U * c, b))(arange(1., 4.))")
    one = value(calculator, "solve(U, b)")
    assert torch.allclose(stacked, torch.stack([one, one / 2, one / 3]), rtol=1e-9)
