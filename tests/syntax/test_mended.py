"""Text that is still being typed is read as what it may become: brackets closed, missing operands as holes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcalc.errors import TcalcError
from tcalc.source import Source
from tcalc.syntax.mended import mended
from tcalc.syntax.parser import parse_statements
from tcalc.syntax.unparse import unparse

CASES = {
    "A @ ": "A @ ?",
    "sum(A": "sum(A)",
    "f(a,": "f(a, ?)",
    "x.": "x",
    "A + (B.": "A + B",
    "y: ": "y: [] = ?",
    "f(x:": "f(x: []) = ?",
    "A[1:": "A[1:]",
    "let a = 3": "let a = 3 in ?",
    "let a = 3 in": "let a = 3 in ?",
    "A + (B @ [1, 2": "A + B @ [1, 2]",
    "x if c": "x if c else ?",
    '"ij,jk->ik"(A': '"ij,jk->ik"(A)',
    '"ij,jk': '"ij,jk"',
    '"half an escape\\': '"half an escape"',
    "x = ": "x = ?",
    "x +=": "x += ?",
    "f(x: [n]) = x +": "f(x: [n]) = x + ?",
    "f(x: [n": "f(x: [n]) = ?",
    "A: [2,": "A: [2, ?] = ?",
    "(1, , 2)": "(1, ?, 2)",
    "1 +* 2": "1 + ? * 2",
    "x -> ": "x -> ?",
    "lambda x": "x -> ?",
    "x |> ": "x |> ?",
    "scan((h, v) -> (h + v, ": "scan((h, v) -> (h + v, ?))",
    "[[1, 2], [3": "[[1, 2], [3]]",
    "not": "not ?",
    "-": "-?",
    "x[": "x[?]",
}


@pytest.mark.parametrize(("text", "meant"), CASES.items())
def test_what_is_meant(text: str, meant: str) -> None:
    (found,) = mended(Source(text))
    assert not isinstance(found.statement, TcalcError)
    assert unparse(found.statement) == meant


@pytest.mark.parametrize("text", ["1 + 2", "x = [1, 2]", "f(x: [n]): [n] = x + 1", "let a = 1 in a", "sum[0](A)", "?"])
def test_what_is_whole_is_left_alone(text: str) -> None:
    (found,) = mended(Source(text))
    assert not found.is_mended and not found.added and not isinstance(found.statement, TcalcError)
    (parsed,) = parse_statements(Source(text))
    assert unparse(found.statement) == unparse(parsed)  # type: ignore[arg-type]  # it is no error


def test_several_statements() -> None:
    found = list(mended(Source("a = 1; b = (2\n+ 3)\nc = a +")))
    assert [unparse(each.statement) for each in found] == ["a = 1", "b = 2 + 3", "c = a + ?"]  # type: ignore[arg-type]
    assert [each.is_mended for each in found] == [False, False, True]


def test_places_are_those_of_the_text() -> None:
    (found,) = mended(Source("A @ (B + "))
    assert not isinstance(found.statement, TcalcError)
    assert (found.statement.span.start, found.statement.span.end) == (0, 8)


@pytest.mark.parametrize("text", ["a ) b", "§", "1 2", "import", "x = = 3", "f(]"])
def test_what_cannot_be_mended_is_its_error(text: str) -> None:
    *_, found = mended(Source(text))
    assert isinstance(found.statement, TcalcError) and found.statement.code == "syntax"


@pytest.mark.parametrize(
    ("text", "awaited"),
    [
        ("let a = 1", "in"),
        ("1 if True", "else"),
        ("y: f32[2]", "="),
        ("f(x: [n])", "="),
        ("lambda x", ":"),
        ("y: f32[2", ""),
        ("f(x: [n", ""),
        ("y: ", ""),
        ("let a = (1", ""),
        ("1 if ", ""),
        ("A + ", None),
        ("f(x", None),
        ("A + (B.", None),
        ("x = 1", None),
    ],
)
def test_the_word_that_must_come(text: str, awaited: str | None) -> None:
    (found,) = mended(Source(text))
    assert not isinstance(found.statement, TcalcError)
    assert found.awaited == awaited


@pytest.mark.parametrize(
    ("text", "meant"), [("f(", "f(?)"), ("A + [", "A + [?]"), ("(", "?"), ("f(a", None), ("x[", None)]
)
def test_a_bracket_that_was_just_opened_may_hold_something(text: str, meant: str | None) -> None:
    (found,) = mended(Source(text))
    assert (None if found.with_argument is None else unparse(found.with_argument)) == meant


@pytest.mark.parametrize("text", ["let ", "let a = 1, ", "import", "from torch import", "import torch as ", "2e"])
def test_what_more_text_may_mend(text: str) -> None:
    (found,) = mended(Source(text))
    assert isinstance(found.statement, TcalcError) and found.is_mended


@settings(max_examples=300)
@given(st.text(alphabet="aA1.[](),:=@+-*<>|?\"' \nletinif", max_size=30))
def test_any_text_is_read(text: str) -> None:
    for found in mended(Source(text)):
        assert isinstance(found.statement, TcalcError) or unparse(found.statement)


@pytest.mark.parametrize("text", [text for text in CASES.values() if "?" not in text])
def test_every_beginning_of_a_text_is_read(text: str) -> None:
    for end in range(len(text) + 1):
        found = [each.statement for each in mended(Source(text[:end]))]
        assert all(isinstance(each, TcalcError) or unparse(each) for each in found)
