"""Limits: nesting, runs and digits are refused in words; nothing recurses, and large texts take seconds at most."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tcalc.errors import TcalcError
from tcalc.syntax import nodes

Outcomes = Callable[[str], list[Any]]

NESTED = {
    "brackets": lambda n: "(" * n + "1" + ")" * n,
    "lists": lambda n: "[" * n + "1" + "]" * n,
    "indexes": lambda n: "x[" * n + "1" + "]" * n,
    "calls in calls": lambda n: "f(" * n + "1" + ")" * n,
    "signs": lambda n: "-" * n + "x",
    "nots": lambda n: "not " * n + "x",
    "powers": lambda n: "^".join(["2"] * (n + 1)),
    "arrows": lambda n: "x -> " * n + "x",
    "lambdas": lambda n: "lambda: " * n + "x",
    "calls of calls": lambda n: "f" + "()" * n,
    "attributes": lambda n: "x" + ".T" * n,
    "pipes": lambda n: "x" + " |> f" * n,
    "choices": lambda n: "1 if a else " * n + "1",
    "lets": lambda n: "let a = 1 in " * n + "a",
    "lets in lets": lambda n: "let a = " * n + "1" + " in a" * n,
    "types": lambda n: "x: " + "(" * n + "f32" + ")" * n + " = 1",
}


@pytest.mark.parametrize("name", NESTED)
def test_nesting(name: str, outcomes: Outcomes) -> None:
    (fits,) = outcomes(NESTED[name](200))
    assert isinstance(fits, nodes.Statement), fits.message
    start = time.process_time()
    for depth in (201, 10_000):
        (refused,) = outcomes(NESTED[name](depth))
        assert isinstance(refused, TcalcError)
        assert (refused.code, refused.message) == ("limit", "nesting deeper than 200")
        assert refused.span is not None and len(refused.span.text) <= 3
    assert time.process_time() - start < 3


def test_unclosed_nesting(outcomes: Outcomes) -> None:
    (refused,) = outcomes("(" * 10_000)
    assert refused.code == "limit" and refused.span.column == 201


def test_run(outcomes: Outcomes) -> None:
    (fits,) = outcomes("+".join(["a"] * 10_001))
    assert fits.value.depth == 2
    terms, node = 1, fits.value
    while isinstance(node, nodes.Binary):
        assert isinstance(node.right, nodes.Name)
        terms, node = terms + 1, node.left
    assert terms == 10_001
    for operator in ("+", " and ", " < "):
        (refused,) = outcomes(operator.join(["a"] * 10_002))
        assert (refused.code, refused.message) == ("limit", "a run of more than 10,000 operators")
    (refused, after) = outcomes("+".join(["a"] * 100_000) + "\nb")
    assert refused.code == "limit" and isinstance(after, nodes.Show)


def test_long_list(outcomes: Outcomes) -> None:
    start = time.process_time()
    (found,) = outcomes("[" + "1.5, " * 100_000 + "]")
    assert len(found.value.items) == 100_000
    assert time.process_time() - start < 10  # 1 s where this was written


def test_long_line(outcomes: Outcomes) -> None:
    start = time.process_time()
    for text in ("x" * 10**6, "'" + "x" * 10**6 + "'", "#" * 10**6, " " * 10**6, "\\" * 10**5, "'" * 10**5 + "x"):
        assert len(outcomes(text)) <= 1
    assert time.process_time() - start < 10


def test_many_unclosed_brackets_are_not_read_again_and_again(outcomes: Outcomes) -> None:
    start = time.process_time()
    found = outcomes("x = [1, 2\n" * 20_000)
    assert all(isinstance(one, TcalcError) for one in found)
    assert time.process_time() - start < 10


def test_digits(outcomes: Outcomes) -> None:
    (fits,) = outcomes("9" * 4300)
    assert fits.value.value == 10**4300 - 1
    (refused,) = outcomes("9" * 4301)
    assert (refused.code, refused.message) == ("value", "a number of 4,301 digits; at most 4,300 are read")
    (refused,) = outcomes("9" * 10**6)
    assert refused.code == "value"
    (fits,) = outcomes("_".join("9" * 4300))
    assert fits.value.value == 10**4300 - 1
