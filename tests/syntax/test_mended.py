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
    ((statement, _),) = mended(Source(text))
    assert not isinstance(statement, TcalcError)
    assert unparse(statement) == meant


@pytest.mark.parametrize("text", ["1 + 2", "x = [1, 2]", "f(x: [n]): [n] = x + 1", "let a = 1 in a", "sum[0](A)", "?"])
def test_what_is_whole_is_left_alone(text: str) -> None:
    ((statement, is_mended),) = mended(Source(text))
    assert not is_mended and not isinstance(statement, TcalcError)
    (parsed,) = parse_statements(Source(text))
    assert unparse(statement) == unparse(parsed)  # type: ignore[arg-type]  # it is no error


def test_several_statements() -> None:
    found = list(mended(Source("a = 1; b = (2\n+ 3)\nc = a +")))
    assert [unparse(each) for each, _ in found] == ["a = 1", "b = 2 + 3", "c = a + ?"]  # type: ignore[arg-type]
    assert [is_mended for _, is_mended in found] == [False, False, True]


def test_places_are_those_of_the_text() -> None:
    ((statement, _),) = mended(Source("A @ (B + "))
    assert not isinstance(statement, TcalcError)
    assert (statement.span.start, statement.span.end) == (0, 8)


@pytest.mark.parametrize("text", ["a ) b", "§", "1 2", "import", "x = = 3", "f(]"])
def test_what_cannot_be_mended_is_its_error(text: str) -> None:
    *_, (found, _) = mended(Source(text))
    assert isinstance(found, TcalcError) and found.code == "syntax"


@settings(max_examples=300)
@given(st.text(alphabet="aA1.[](),:=@+-*<>|?\"' \nletinif", max_size=30))
def test_any_text_is_read(text: str) -> None:
    for found, _ in mended(Source(text)):
        assert isinstance(found, TcalcError) or unparse(found)


@pytest.mark.parametrize("text", [text for text in CASES.values() if "?" not in text])
def test_every_beginning_of_a_text_is_read(text: str) -> None:
    for end in range(len(text) + 1):
        assert all(isinstance(each, TcalcError) or unparse(each) for each, _ in mended(Source(text[:end])))
