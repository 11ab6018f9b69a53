"""LaTeX as a book prints it: brackets where a product would be another one, rows and columns, units and norms."""

from __future__ import annotations

import pytest

from tests.contract.driver import Calculator
from tests.show.test_formulas import said

NAMES = """
A = [[1., 2., 3.], [4., 5., 6.]]
X = 2 * eye(3)
w = [0.5, -1., 2.]
x1 = [1., 2., 3.]
b = [1., 2.]
s = 3.
y = [2, 0]
"""


@pytest.fixture(scope="module")
def calculator() -> Calculator:
    calculator = Calculator(notes=False)
    assert not calculator.run(NAMES).errors
    return calculator


@pytest.mark.parametrize(
    ("derivative", "expected"),
    [
        ("grad[w](norm(A @ w - b)^2)", r"2 A^{\top} \left(A w - b\right)"),
        # a product of elements within a product of matrices stands in brackets
        (
            "grad[w](sum(tanh(A @ w)^2))",
            r"2 A^{\top} \left(\tanh\left(A w\right) \odot \left(1 - \tanh\left(A w\right)^{2}\right)\right)",
        ),
        # rows and columns that are multiplied are diagonal matrices
        ("jacobian[w](tanh(A @ w))", r"\operatorname{diag}\left(1 - \tanh\left(A w\right)^{2}\right) A"),
        ("jacobian[w](X @ tanh(X @ w))", r"X \operatorname{diag}\left(1 - \tanh\left(X w\right)^{2}\right) X"),
        # vectors are columns
        ("grad[w](log(w @ X @ X.T @ w))", r"\frac{2 X X^{\top} w}{w^{\top} X X^{\top} w}"),
        ("grad[w](exp(-w @ x1))", r"-\exp\left(-w^{\top} x_{1}\right) x_{1}"),
        ("grad[X](w @ X @ x1)", r"w x_{1}^{\top}"),
        ("grad[X](w @ inv(X) @ x1)", r"-X^{-\top} w \left(X^{-1} x_{1}\right)^{\top}"),
        (
            "grad[w](sum((w[:, None] - x1[None, :])^2))",
            r"2 \left(w \mathbf{1}^{\top} - \mathbf{1} x_{1}^{\top}\right) \mathbf{1}",
        ),
        # sums are products with ones
        ("grad[w](sum(A @ w))", r"A^{\top} \mathbf{1}"),
        ("grad[w](sum(w @ X))", r"X \mathbf{1}"),
        ("grad[X](sum(X))", r"\mathbf{1} \mathbf{1}^{\top}"),
        # unit vectors, norms, small numbers
        ("grad[w](w[0] * w[2])", r"w_{2} e_{0} + w_{0} e_{2}"),
        ("grad[w](x1[1] * w[1])", r"\left(x_{1}\right)_{1} e_{1}"),
        ("grad[X](norm(X))", r"\frac{X}{\left\lVert X \right\rVert_{F}}"),
        ("grad[X](linalg.norm(X))", r"\frac{X}{\left\lVert X \right\rVert_{F}}"),
        ("grad[w](norm(w))", r"\frac{w}{\left\lVert w \right\rVert}"),
        ('grad[X](norm(X, "nuc") * s)', r"\operatorname{vjp}_{X}\left(\left\lVert X \right\rVert_{*}, s\right)"),
        ("grad[s](logdet(s * X) * s)", None),
        ("grad[s](1e-12 * s^2)", r"2 \cdot 10^{-12} s"),
        ("grad[s](1e-12 * s)", r"10^{-12}"),
        ("grad[s](s^(1 / 3))", r"\frac{1}{3 s^{\frac{2}{3}}}"),
        ("grad[w](-sum(log(w)) / s)", r"-\frac{1}{s w}"),
        # functions are raised without brackets around them
        ("grad[s](sin(s) * cos(s))", r"\cos\left(s\right)^{2} - \sin\left(s\right)^{2}"),
        # a scalar that has a name is no vector
        (
            "hessian[w](sqrt(1 + w @ w))",
            r"\frac{I}{\sqrt{1 + w^{\top} w}} - \frac{w w^{\top}}{\left(1 + w^{\top} w\right)^{1.5}}",
        ),
        ("jacobian[w](w * (w @ x1))", r"w x_{1}^{\top} + \left(w^{\top} x_{1}\right) I"),
    ],
)
def test_as_a_book_has_it(calculator: Calculator, derivative: str, expected: str | None) -> None:
    got = said(calculator, f":latex {derivative}")
    if expected is None:
        assert r"\log \det\left(s X\right)" in got
    else:
        assert got == expected


def test_no_second_index_and_no_builtins_in_the_way(calculator: Calculator) -> None:
    other = Calculator(notes=False)
    assert not other.run("inv = [[2., 1.], [0., 3.]]\npi = [1., 2.]").errors
    assert said(other, ":latex grad[inv](torch.logdet(inv))") == r"\mathit{inv}^{-\top}"
    got = said(calculator, ":latex grad[w](sum(max[0](w)[0]))")
    assert "}_{1}_{" not in got and "_{0}_{1}" not in got
