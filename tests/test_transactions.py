"""A statement is a transaction: what fails changes nothing, not even the random numbers."""

from __future__ import annotations

import pytest
import torch

from tcalc.outcomes import Failed, Outcome, Shown
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source


def run(session: Session, text: str) -> list[Outcome]:
    """All outcomes of a program."""
    return list(session.run(Source(text)))


def value(session: Session, text: str) -> list[float]:
    """The numbers of an expression."""
    (shown,) = run(session, text)
    assert isinstance(shown, Shown)
    assert shown.data is not None
    return list(shown.data.numbers(0, 100))  # type: ignore[union-attr]  # not a tuple in these tests


@pytest.mark.parametrize(
    "failing",
    [
        "x = zeros(2) + zeros(3)",  # found by the check
        "x = inv(zeros(2, 2))",  # found by torch
        "x[5] = 1",
        "x, y = (1, 2, 3)",
        "x: f32[3] = [1, 2]",
        "x += zeros(7)",
        "x = zeros(10^12)",
        "x(a: [n], b: [m]): [n] = a + b",
    ],
)
def test_a_name_keeps_its_value(failing: str) -> None:
    session = Session()
    run(session, "x = [1., 2.]")
    before = dict(session.bindings)
    (outcome,) = run(session, failing)
    assert isinstance(outcome, Failed)
    assert session.bindings == before
    assert value(session, "x") == [1.0, 2.0]


def test_the_random_numbers_stay_where_they_were() -> None:
    session = Session(Settings(seed=7))
    torch.manual_seed(7)
    first, second = torch.rand(3), torch.rand(3)
    assert value(session, "rand(3)") == first.tolist()
    (outcome,) = run(session, "inv(0 * rand(2, 2))")
    assert isinstance(outcome, Failed)
    assert value(session, "rand(3)") == second.tolist()


def test_a_repeated_text_sees_new_values_of_the_same_types() -> None:
    session = Session()
    run(session, "x = ones(2)")
    assert value(session, "x + 1") == [2.0, 2.0]
    run(session, "x = 2 * ones(2)")
    assert value(session, "x + 1") == [3.0, 3.0]


def test_a_repeated_text_is_checked_again_under_new_types() -> None:
    session = Session()
    run(session, "x = ones(2)")
    assert value(session, "x + 1") == [2.0, 2.0]
    run(session, "x = ones(3)")
    assert value(session, "x + 1") == [2.0, 2.0, 2.0]
    run(session, "x = 5")
    assert value(session, "x + 1") == [6]
    session.forget("x")
    (outcome,) = run(session, "x + 1")
    assert isinstance(outcome, Failed)
    assert outcome.error.code == "name"


def test_a_function_is_the_one_of_the_moment() -> None:
    session = Session()
    run(session, "f(x) = x + k\nk = ones(1)")
    assert value(session, "f(ones(1))") == [2.0]
    run(session, "k = 10 * ones(1)")
    assert value(session, "f(ones(1))") == [11.0]
    run(session, "f(x) = x * k")
    assert value(session, "f(ones(1))") == [10.0]


def test_an_error_of_a_repeated_text_has_the_new_line() -> None:
    session = Session()
    run(session, "A = eye(2)")
    list(session.run(Source("inv(A)", "<stdin>", 2)))
    run(session, "A = 0 * eye(2)")
    (outcome,) = session.run(Source("inv(A)", "<stdin>", 40))
    assert isinstance(outcome, Failed)
    assert outcome.error.span is not None
    assert outcome.error.span.line == 40


def test_values_are_never_shared_with_an_update() -> None:
    session = Session()
    run(session, "A = zeros(2)\nB = A\nC = A.reshape(2, 1)\nA[0] = 5")
    assert value(session, "A") == [5.0, 0.0]
    assert value(session, "B") == [0.0, 0.0]
    assert value(session, "C") == [0.0, 0.0]


def test_a_literal_is_not_changed_through_a_name() -> None:
    session = Session()
    for _ in range(2):  # the second time from the kept program
        run(session, "A = [1, 2]\nA[0] = 9")
    assert value(session, "[1, 2]") == [1, 2]
