"""Closed forms as one would write them: each is what is expected, word for word, and gives the derivative's value."""

from __future__ import annotations

import pytest
import torch

from tcalc.show.formulas import formula_now, formula_text
from tcalc.source import Source
from tests.contract.driver import Calculator

NAMES = """
A = [[1., 2., 3.], [4., 5., 6.]]
X = [[2., 1., 0.], [-1., 3., 1.], [0.5, 0., 2.]]
w = [0.5, -1., 2.]
v = [0.7, 0.2, 0.1]
b = [1., 2.]
s = 3.
k = 3
whole = [1, 2, 3]
labels = [2, 0, 1]
h: f16 = 3
d: f64[3] = w
t = [1., -2., 0.5]
mask = w > 0
"""
FORMS = [
    # numbers
    ("grad[s](s * 1e30)", "1e+30"),
    ("grad[s](s^(1 / 3))", "1 / (3 * s^(2 / 3))"),
    ("grad[w](sum(w * 123456789012))", "123456789012 * ones(3)"),
    ("grad[w](sum(1e-7 * w^2))", "2e-07 * w"),
    ("grad[s](s^2 * 3.141592653589793)", "2 * pi * s"),
    ("grad[w](sum((w * 2e-3)^3))", "2.4e-08 * w^2"),
    ("grad[w](sum(w^3) / 1e12)", "3e-12 * w^2"),
    # what is known while checking keeps its name, and its dtype is its own affair
    ("grad[s](sin(s) * cos(s))", "cos(s)^2 - sin(s)^2"),
    ("grad[s](log(s) / s)", "(1 - log(s)) / s^2"),
    ("grad[s](2^s)", "2^s * log(2)"),
    ("grad[k](k^2 * s)", "6 * s"),
    ("grad[k](k^2)", "6.0"),
    ("grad[whole](sum(whole * w))", "w"),
    ("grad[w](sum(whole * w))", "f32(whole)"),
    ("grad[w](sum([1, 2, 3] * w))", "[1.0, 2.0, 3.0]"),
    ("grad[d](sum(d^3))", "3 * d^2"),
    ("grad[X](sum(X / (2 + X.T.T^2)))", "1 / (2 + X.T.T^2) - 2 * X^2 / (2 + X.T.T^2)^2"),
    ("grad[X](sum((X + X.T.T) * exp(X.T.T)))", "exp(X.T.T) * (X + X.T.T + 2)"),
    ("grad[h](h^2 / 2)", "h"),
    ("grad[h](1 - h)", "f16(-1.0)"),
    # conditions that are known
    ("grad[w](cross_entropy(w, 1))", "softmax[0](w) - one_hot(1, 3)"),
    (
        "grad[X](cross_entropy(X, labels))",
        "let t = labels != -100 in where(t[:, None], (softmax[1](X) - one_hot(where(t, labels, 0), 3)) / sum(t), 0)",
    ),
    # sums
    ("grad[w](w @ X @ w / (w @ w))", "(X @ w + X.T @ w) / (w @ w) - 2 * w @ X @ w * w / (w @ w)^2"),
    ("hessian[w](w @ X @ w)", "X + X.T"),
    ("grad[X](norm(X @ X.T - eye(3))^2)", "4 * (X @ X.T - eye(3)) @ X"),
    ("grad[X](sum(X @ X))", "outer(sum[0](X), ones(3)) + outer(ones(3), sum[1](X))"),
    ("grad[w](sum(A @ w))", "sum[0](A)"),
    ("grad[w](sum(outer(w, w)))", "2 * sum(w) * ones(3)"),
    ("grad[b](sum(b[:, None] * A))", "sum[1](A)"),
    (
        "hessian[w](sum(exp(w) * tanh(w)))",
        "diag(exp(w) * (tanh(w) + (1 - 2 * tanh(w)) * (1 - tanh(w)^2) + 1 - tanh(w)^2))",
    ),
    # rows that are linear, and rows that take others back
    ("grad[w](sum(cat([w, w^2])^2))", "4 * w^3 + 2 * w"),
    ("grad[X](sum(triu(X, 1)^2))", "2 * triu(X, 1)"),
    ("grad[X](sum(diag(X)))", "eye(3)"),
    ("grad[X](sum(diagonal(X)^2))", "2 * diag_embed(diagonal(X))"),
    ('grad[w](sum("i,i->i"(w, w)))', "2 * w"),
    ("jacobian[w](X @ tanh(X @ w))", "(1 - tanh(X @ w)^2) * X @ X"),
    # by autograd: of what has a name no other is made
    ("grad[w](prod(w))", "vjp[w](prod(w), 1)"),
    ("grad[w](prod(w * v))", "(let t = w * v in vjp[t](prod(t), 1)) * v"),
    ("grad[t](prod(t)^2)", "vjp[t](prod(t), 2 * prod(t))"),
]


@pytest.fixture(scope="module")
def calculator() -> Calculator:
    calculator = Calculator(notes=False)
    ran = calculator.run(NAMES)
    assert not ran.errors, ran.said
    return calculator


def formula(calculator: Calculator, text: str) -> str:
    ((_, closed),) = calculator.session.closed(Source(text))
    return formula_text(closed)


def same(calculator: Calculator, derivative: str, shown: str) -> None:
    ran = calculator.step(f"{derivative}\n{shown}")
    assert not ran.errors, ran.said
    expected, got = [torch.as_tensor(value) for value in ran.values]
    assert got.dtype is expected.dtype and got.shape == expected.shape, shown
    assert torch.allclose(got, expected, rtol=1e-4), shown


@pytest.mark.parametrize(("derivative", "expected"), FORMS, ids=[text for text, _ in FORMS])
def test_the_form(calculator: Calculator, derivative: str, expected: str) -> None:
    shown = formula(calculator, derivative)
    same(calculator, derivative, shown)
    assert shown == expected


@pytest.mark.parametrize(
    "derivative",
    [
        "grad[w](sum(w^inf))",
        "grad[w](sum(w * inf))",
        "grad[w](sum(w * nan))",
        "grad[w](sum(w / 0))",
        "grad[w](sum((-0.0) * w))",
        "grad[w](sum((1e30 * w)^3))",
        "grad[w](sum((1e-30 * w)^3))",
        "grad[w](sum(w * 9223372036854775807))",
        "grad[w](sum(w" + " / 3" * 60 + "))",
        "grad[w](sum((2 * w)^60) * 1e-10)",
        "grad[w](sum(w^0))",
        "grad[w](sum((-1)^w))",
        "grad[w](sum(w * sqrt(-1 * s)))",
    ],
)
def test_numbers_that_leave_their_dtype(calculator: Calculator, derivative: str) -> None:
    """What a formula says is what the derivative is, infinities and all."""
    ran = calculator.step(f"{derivative}\n{formula(calculator, derivative)}")
    assert not ran.errors, ran.said
    expected, got = [torch.as_tensor(value) for value in ran.values]
    assert torch.allclose(got.expand_as(expected), expected, rtol=1e-4, equal_nan=True)


def test_what_is_pulled_back_by_a_name_does_not_meet_what_was_computed_from_it(calculator: Calculator) -> None:
    """`vjp[w](f(w, t1), g)` with a `t1` made of w would be the derivative by both."""
    wide = "sin(w * v) * cos(w * v) + exp(w * v)"
    derivative = f"grad[w](cosine_similarity(w, detach({wide}), dim=0) * sum(({wide}) * ({wide})))"
    same(calculator, derivative, formula(calculator, derivative))


HIDING = """
sum = 3.
inv = [[2., 1.], [0., 3.]]
pi = [5., 1.]
inf = 2.
diag = [1., 2.]
vjp = [3., 4.]
linalg = [1., 1.]
t = [0.5, 0.25]
softmax(x) = x
"""


@pytest.mark.parametrize(
    ("derivative", "expected"),
    [
        ("grad[inv](torch.logdet(inv))", "torch.linalg.inv(inv).T"),
        ("grad[pi](torch.sum(torch.sin(3.141592653589793 * pi)))", "torch.pi * cos(torch.pi * pi)"),
        ("grad[pi](sum * torch.sum(pi^2))", "2 * sum * pi"),
        ("grad[diag](torch.logsumexp(diag, 0))", "torch.softmax[0](diag)"),
        ("jacobian[diag](diag^2)", "2 * torch.diag(diag)"),
        ("grad[vjp](torch.prod(vjp))", "torch.vjp[vjp](prod(vjp), 1)"),
        ("grad[linalg](torch.linalg.norm(linalg))", "linalg / torch.linalg.norm(linalg)"),
        ("grad[t](torch.prod(t * t))", "2 * (let u = t * t in torch.vjp[u](prod(u), 1)) * t"),
        ("grad[t](torch.sum(t * torch.inf))", "torch.inf * ones(2)"),
    ],
)
def test_names_that_hide_builtins(derivative: str, expected: str) -> None:
    calculator = Calculator(notes=False)
    assert not calculator.run(HIDING).errors
    shown = formula(calculator, derivative)
    assert shown == expected
    same(calculator, derivative, shown)


def test_at_numbers_in_the_program_autograd_goes_back_too() -> None:
    ran = Calculator().step("grad(x -> let y = conv1d(x, ones(1, 1, 2)) in sum(y * y))([[[1., 2., 3.]]])")
    assert not ran.errors, ran.said
    assert ran.texts == ["[[[6.0, 16.0, 10.0]]]"]


UNDER_DATA = """
Z = [[0.3, -1.2, 0.8], [2., 0.1, -0.4], [0.2, 0.2, 0.9], [1.1, -0.7, 0.]]
W = [[0.5, -0.3, 1.], [1.2, 0.4, -0.6]]
X = [[1., 2.], [-0.5, 0.3], [0.8, -1.1], [0., 2.]]
static = [0, 2, 1, 1]
computed = argmax[1](X @ W)
some = [0, -100, 1, 1]
one_left = where(computed == 2, -100, computed)
none = zeros(0, dtype=i64)
empty = zeros(0, 3)
"""
NOW = [
    ("grad[Z](cross_entropy(Z, static))", "(softmax[1](Z) - one_hot(static, 3)) / 4   where static holds no -100"),
    (
        "grad[Z](cross_entropy(Z, computed))",
        "(softmax[1](Z) - one_hot(computed, 3)) / 4   where computed holds no -100",
    ),
    (
        'grad[Z](cross_entropy(Z, computed, reduction="sum"))',
        "softmax[1](Z) - one_hot(computed, 3)   where computed holds no -100",
    ),
    (
        "grad[W](cross_entropy(X @ W, computed))",
        "X.T @ (softmax[1](X @ W) - one_hot(computed, 3)) / 4   where computed holds no -100",
    ),
    (
        "grad[Z](cross_entropy(Z, computed, ignore_index=7))",
        "(softmax[1](Z) - one_hot(computed, 3)) / 4   where computed holds no 7",
    ),
    ("grad[Z](nll_loss(Z, computed))", "f32(-one_hot(computed, 3)) / 4   where computed holds no -100"),
    ("grad[X](sum(where((computed != 9)[:, None], X, 0)))", ""),
    ("grad[W](cross_entropy(X @ W, computed) + sum(W^2) / 2)", None),
    ("grad[Z](cross_entropy(Z, computed) + cross_entropy(Z, static))", None),
    # what is there stays told
    ("grad[Z](cross_entropy(Z, some))", ""),
    ("grad[Z](cross_entropy(Z, one_left))", ""),
    ("grad[Z](cross_entropy(Z, computed, ignore_index=1))", ""),
    ("grad[Z](sum(Z^2))", ""),
    ("grad[empty](cross_entropy(empty, none))", ""),
    # nor is anything assumed where nothing is gained by it
    ("grad[X](sum(where(computed != 9, X[:, 0], 0)))", ""),
]


@pytest.mark.parametrize(("derivative", "expected"), NOW, ids=[each for each, _ in NOW])
def test_under_what_the_names_hold_now(derivative: str, expected: str | None) -> None:
    """`None` where any formula will do that is right, "" where nothing is assumed."""
    calculator = Calculator()
    calculator.run(UNDER_DATA)
    ((_, closed),) = calculator.session.closed(Source(derivative))
    shown = formula_now(closed)
    if expected == "":
        assert shown == formula_text(closed)
    elif expected is not None:
        assert shown == expected
    else:
        assert "   where " in shown and len(shown) < len(formula_text(closed))
    same(calculator, derivative, shown.partition("   where ")[0])
