"""Where statements end: newlines, open lines, recovery after errors, completeness, expectations."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcalc.errors import TcalcError
from tcalc.source import Source
from tcalc.syntax.parser import Assembler, expectations, is_complete, parse_statements
from tcalc.syntax.unparse import unparse

Outcomes = Callable[[str], list[Any]]

#: One statement each, over several lines.
OPEN = [
    "[1,\n2,\n\n # comment (\n3]",
    "f(\n1\n)",
    "let a = 1,\n    b = 2\nin a + b",
    "let a = 1 in\na",
    "a +\n\n# comment\nb",
    "a and\nb",
    "not\na",
    "x =\n1",
    "x +=\n1",
    "x ->\nx",
    "x |>\nf",
    "a \\\n+ b",
    "a \\  \r\n+ b",
    "a if b else\nc",
    "x: [n,\nm] = 1",
    "let a = [\nlet b = 1\nin b] in a",
    "a ^\nb",
]


@pytest.mark.parametrize("text", OPEN)
def test_line_goes_on(text: str, outcomes: Outcomes) -> None:
    found = outcomes(text + "\nlast")
    assert [isinstance(one, TcalcError) for one in found] == [False, False], found
    assert found[0].span.text == text.strip()


@pytest.mark.parametrize("text", OPEN)
def test_open_line_is_not_complete(text: str) -> None:
    lines = text.split("\n")
    assert is_complete(text)
    assert not is_complete(lines[0])
    assembler = Assembler()
    assert [assembler.feed(line) for line in lines] == [False] * (len(lines) - 1) + [True]
    assert assembler.feed("x")


@pytest.mark.parametrize(
    "text", ["", "a", "# +", "a # +", "'['", "(1]", "]", "[$", "'a", "a\n\n", "x;", "f(x)  ", "let a = 1; b", "a \\ b"]
)
def test_complete(text: str) -> None:
    assert is_complete(text)


@pytest.mark.parametrize("text", ["1 +", "[", "a\n[", "let x = 1", "x \\", "a + # why", "x =", "f(a, [b]", "a\nb *\n"])
def test_not_complete(text: str) -> None:
    assert not is_complete(text)


def test_assembler_reads_each_line_once() -> None:
    assembler = Assembler()
    start = time.process_time()
    assert not assembler.feed("x = [")
    for _ in range(5000):
        assert not assembler.feed("1, 2, 3,")
    assert assembler.feed("]")
    assert time.process_time() - start < 5


@given(st.lists(st.sampled_from([*OPEN, "a", "b = 1", "", "# c", "f(x) = x;"]), max_size=6))
def test_statements_are_those_of_their_lines(parts: list[str]) -> None:
    """Joining texts by newlines joins their statements, and no statement knows of its neighbours."""
    alone = [unparse(one) for part in parts for one in read(part)]
    assert [unparse(one) for one in read("\n".join(parts))] == alone


def read(text: str) -> list[Any]:
    """The statements of a text that is well-formed."""
    found = list(parse_statements(Source(text)))
    assert not any(isinstance(one, TcalcError) for one in found), found
    return found


def test_error_stands_in_its_place(outcomes: Outcomes) -> None:
    found = outcomes("a = 1\nb = * 2\nc = 3\nd = $; e = 4\nf = 5; g = +; h = 6\ni = 7")
    assert [one.message if isinstance(one, TcalcError) else unparse(one) for one in found] == [
        "a = 1",
        "between = and * an expression is missing",
        "c = 3",
        "$ means nothing here",
        "f = 5;",
        "between + and ; an expression is missing",
        "i = 7",
    ]


@pytest.mark.parametrize(
    ("text", "opener", "after"),
    [
        ("x = [1, 2\ny = 3\nz = 4", "[", ["y = 3", "z = 4"]),
        ("x = f([1,\n      2)\ny = 3", "[", ["y = 3"]),
        ("x = [[1, 2],\n     [3, 4]\ny = 3", "[", ["y = 3"]),
        ("x = (\n  1\n  2\ny = 3\n", "(", ["y = 3"]),
        ("x = let a = 1\ny = 3", "let", ["y = 3"]),
        ("sum([1, 2", "[", []),
    ],
)
def test_reading_goes_on_below_what_was_never_closed(
    text: str, opener: str, after: list[str], outcomes: Outcomes
) -> None:
    first, *rest = outcomes(text)
    assert isinstance(first, TcalcError) and first.span is not None
    assert first.span.text == opener and first.span.line == 1
    assert [unparse(one) for one in rest] == after


def test_statements_come_one_by_one() -> None:
    statements = parse_statements(Source("a = 1\n" * 100_000))
    start = time.process_time()
    assert unparse(next(statements)) == "a = 1"  # type: ignore[arg-type]
    assert time.process_time() - start < 0.5


def test_line_ends_and_blanks(outcomes: Outcomes) -> None:
    found = outcomes("\ufeffx = 1\r\n\r\n\ty = [1,\r\n2]\r\n# c\r\nz # d\r\n")
    assert [unparse(one) for one in found] == ["x = 1", "y = [1, 2]", "z"]
    assert [one.span.line for one in found] == [1, 3, 6]


def test_expectations() -> None:
    text = (
        '#=> before all\n1 + 1  #=> 2\n"#=> a text"\n#=> "#=> a text"\n#=>   goes on\n# no\n\n'
        "x = [1,  #=> inside\n2]\n$ #=> error\n#=> more\na; b #=> of b\n[ #=> open\n"
    )
    owners = {-1: "", **{text.index(part): part for part in ("1 + 1", '"#=> a text"', "x = ", "$", "b #", "[ #")}}
    found = [(one.line, one.text, owners[one.owner]) for one in expectations(Source(text))]
    assert found == [
        (1, "before all", ""),
        (2, "2", "1 + 1"),
        (4, '"#=> a text"', '"#=> a text"'),
        (5, "goes on", '"#=> a text"'),
        (8, "inside", "x = "),
        (10, "error", "$"),
        (11, "more", "$"),
        (12, "of b", "b #"),
        (13, "open", "[ #"),
    ]
