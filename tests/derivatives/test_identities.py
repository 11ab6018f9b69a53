"""Formulas of derivatives: each is the derivative, and no longer than what a book has for it.

`identities.txt` pairs derivatives with closed forms from books. Both the formula that is shown and the book's are
evaluated in f64 and compared with the derivative's value.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tcalc.show.formulas import formula_text
from tcalc.source import Source
from tests.contract.driver import Calculator

FILE = Path(__file__).with_name("identities.txt")
#: A formula may have this many characters more than the book's.
SLACK = 12
#: All together may be this many times as long.
RATIO = 1.02

VARIABLES = """
torch.manual_seed(3)
x = rand(3) + 0.5
a = randn(3)
d = randn(3)
y = softmax[0](randn(3))
b = randn(4)
c = randn(4)
s = rand(()) + 0.5
A = randn(4, 3)
W = randn(4, 3)
B = randn(3, 3)
C = randn(3, 3)
D = randn(3, 3)
X = randn(3, 3) / 4 + 2 * eye(3)
S = B @ B.T + eye(3)
Z = randn(5, 3)
"""


def identities() -> list[tuple[str, str]]:
    found = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text:
            derivative, _, book = text.partition(" | ")
            found.append((derivative, book))
    return found


@pytest.fixture(scope="module")
def calculator() -> Calculator:
    calculator = Calculator(dtype="f64")
    ran = calculator.run(VARIABLES)
    assert not ran.errors, ran.said
    return calculator


def value(calculator: Calculator, text: str) -> torch.Tensor:
    ran = calculator.step(text)
    assert not ran.errors, ran.said
    return torch.as_tensor(ran.values[0])


def formula(calculator: Calculator, text: str) -> str:
    ((_, closed),) = calculator.session.closed(Source(text))
    return formula_text(closed)


@pytest.mark.parametrize(("derivative", "book"), identities(), ids=[text for text, _ in identities()])
def test_the_formula_is_the_derivative_and_as_short_as_in_a_book(
    calculator: Calculator, derivative: str, book: str
) -> None:
    shown = formula(calculator, derivative)
    expected = value(calculator, derivative)
    for text in (book, shown):
        got = value(calculator, text)
        assert got.shape == expected.shape, text
        assert torch.allclose(got, expected, rtol=1e-9, atol=1e-9), f"{derivative} is not {text}"
    assert len(shown) <= len(book) + SLACK, shown


def test_all_formulas_together_are_as_short_as_in_a_book(calculator: Calculator) -> None:
    shown = sum(len(formula(calculator, derivative)) for derivative, _ in identities())
    assert shown <= RATIO * sum(len(book) for _, book in identities())


def test_the_corpus_is_large() -> None:
    assert len({derivative for derivative, _ in identities()}) >= 200
