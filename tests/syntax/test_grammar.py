"""The grammar itself: LALR without a conflict, no two terminals for one text, every keyword reserved everywhere."""

from __future__ import annotations

import os
import time

import pytest
from lark import Lark

from tcalc.errors import TcalcError
from tcalc.source import Source
from tcalc.syntax import tables
from tcalc.syntax.parser import keywords, parse_expression, parse_signature, parse_statements, parse_type

KEYWORDS = (
    "let in if else lambda and or not True False true false None import from as for def while with class return"
).split()


def test_grammar_has_no_conflict_that_lark_would_settle_silently() -> None:
    with open(os.path.join(tables.folder(), "tcalc.lark"), encoding="utf-8") as file:
        grammar = file.read()
    start = time.process_time()
    Lark(grammar, parser="lalr", lexer="basic", strict=True, start=tables.STARTS, keep_all_tokens=True)
    assert time.process_time() - start < 10  # a wide character class makes interegular take minutes


def test_keywords_come_from_the_grammar() -> None:
    assert keywords() == sorted(KEYWORDS)


@pytest.mark.parametrize("word", KEYWORDS)
@pytest.mark.parametrize(
    "form",
    [
        "{} = 1",
        "{}: f32 = 1",
        "{} += 1",
        "{}, a = 1, 2",
        "a, {} = 1, 2",
        "{}(x) = 1",
        "f({}) = 1",
        "f(a, {}: [n]) = 1",
        "f({}=2) = 1",
        "f({}=2)",
        "let {} = 1 in 2",
        "let a = 1, {} = 2 in 3",
        "{} -> 1",
        "(a, {}) -> 1",
        "lambda {}: 1",
        "lambda a, {}: 1",
        "x.{}",
        "x.{} = None",
        "x: {}[2] = 1",
        "x: f32[{}=2] = 1",
        "x: f32[*{}] = 1",
        "import {}",
        "import a as {}",
        "from a import {}",
    ],
)
def test_keyword_is_no_name_anywhere(word: str, form: str) -> None:
    found = list(parse_statements(Source(form.format(word))))
    assert len(found) == 1
    assert isinstance(found[0], TcalcError), (form.format(word), found)
    assert found[0].code == "syntax"


@pytest.mark.parametrize("word", KEYWORDS)
def test_keyword_is_no_name_in_signatures(word: str) -> None:
    with pytest.raises(TcalcError, match=r"\w"):
        parse_signature(Source(f"({word}: num[n]) -> num"))
    with pytest.raises(TcalcError, match=r"\w"):
        parse_type(Source(f"{word}[2]"))


@pytest.mark.parametrize("word", ["letter", "inside", "iffy", "lambda_", "Trueish", "nota", "_", "for_", "importlib"])
def test_name_may_begin_like_a_keyword(word: str) -> None:
    node = parse_expression(Source(word))
    assert node.span.text == word and type(node).__name__ == "Name"
