"""Errors in a statement: one sentence that shows tcalc's way, and the place that it is about."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcalc.errors import TcalcError
from tcalc.source import Source
from tcalc.syntax import mistakes
from tcalc.syntax.parser import engine, parse_expression, parse_signature, parse_statements, parse_type

TYPE = "after : stands a type: f32[2, 3], [n, m], int"
SIZES = "between a type's brackets stand sizes: f32[2, n, batch=32, *b, ?]"
COMPARE = "= binds a name or an argument; to compare, write =="
LOOPS = "tcalc has no loops: use vmap, scan, fold or iterate"
CHOICE = "a choice is an expression: a if c else b"
LET = "let names values and ends in in: let a = 1, b = 2 in a + b"


@pytest.mark.parametrize(
    ("text", "sentence", "place"),
    [
        # operators and operands
        ("1 + * 2", "between + and * an expression is missing", "*"),
        ("1 +", "after + an expression is missing", "+"),
        ("x =", "after = an expression is missing", "="),
        ("x |>", "after |> an expression is missing", "|>"),
        ("x.", "after . a name is missing", "."),
        ("5 5", "between 5 and 5 an operator is missing", "5"),
        ("(a) b", "between ) and b an operator is missing", "b"),
        ("[1 2]", "between 1 and 2 an operator or a comma is missing", "2"),
        ("f(x y)", "between x and y an operator or a comma is missing", "y"),
        ("* 2", "* cannot begin a statement", "*"),
        ("f(1, , 2)", "an argument is missing before the comma", ","),
        ("[1, , 2]", "an element is missing before the comma", ","),
        ("x[]", "between the brackets stands an index or an axis: x[0], x[:, 1], sum[0](x)", "]"),
        ("x[1:2:3:4]", "an index has one : for a range and a second for its step: x[1:10:2]", ":"),
        ("1 + not x", "not binds looser than +: put brackets around it", "not"),
        ("1 + let a = 1 in a", "put brackets around let …", "let"),
        ("a if b", "a choice needs its else: a if c else b", "b"),
        # brackets and quotes
        ("sum([1, 2", "this [ is never closed", "["),
        ("f(x", "this ( is never closed", "("),
        ("(1, 2]", "this ( is closed by a ]", "("),
        ("x]", "this ] closes nothing", "]"),
        ('"abc', 'this " opens a text that its line never closes', '"'),
        ("'abc", "this ' opens a text that its line never closes", "'"),
        (r'"a\qb"', r"\q is no escape; a backslash itself is \\", r"\q"),
        (r'"\ud800"', r"\ud800 is no character", r"\ud800"),
        # characters
        ("x = 1 $ 2", "$ means nothing here", "$"),
        ("a − b", "− (U+2212) is not read: write -", "−"),
        ("x²", "² is not read: write ^2", "²"),
        ("“a”", '“ (U+201C) is not read: write "', "“"),
        ("{1: 2}", "tcalc has no { }: [ ] makes a list, ( ) a tuple", "{"),
        ("x\0", "NUL (U+0000) means nothing here", "\0"),
        ("x\f", "form feed (U+000C) means nothing here", "\f"),
        ("x\r y", "carriage return (U+000D) means nothing here", "\r"),
        ("x\u00a0= 1", "no-break space (U+00A0) means nothing here", "\u00a0"),
        ("\ud800", "half of a character (U+D800) means nothing here", "\ud800"),
        ("'\ud800'", "a text cannot hold half of a character (U+D800)", "\ud800"),
        ("'\0'", "a text cannot hold NUL (U+0000)", "\0"),
        # numbers
        ("2x", "write 2*x", "x"),
        ("2 x", "write 2*x", "x"),
        ("3.T", "put brackets around the number: (3).T", "T"),
        ("0xFF", "whole numbers are written in decimal", "xFF"),
        ("1__0", "an _ stands only between two digits", "__0"),
        ("2(3 + 4)", "a number cannot be called: write 2 * (…)", "2("),
        # other languages
        ("for i in range(3): x", LOOPS, "for"),
        ("while True:", LOOPS, "while"),
        ("def f(x, y): return x + y", "a function is written f(x, y) = x + y", "def"),
        ("def f(x):", "a function is written f(x) = …", "def"),
        ("class A:", "tcalc has no classes: functions and tuples hold what belongs together", "class"),
        ("return x", "a function's value is what stands after its =: f(x) = …", "return"),
        ("try:", "tcalc has no try: a statement that fails changes nothing", ":"),
        ("if x > 0: y = 1", CHOICE, "if"),
        ("else:", CHOICE, "else"),
        ("[x for x in y]", "tcalc has no comprehensions: write vmap(x -> …)(xs)", "for"),
        ('f"a {x}"', "tcalc has no f-strings: print(a, b) shows values", '"a {x}"'),
        ("x++", "tcalc has no ++: write x += 1", "+"),
        ("a ? b : c", "a choice is written b if a else c", "?"),
        ("sum?", "? stands for an expression to be found; for help, write :help sum", "?"),
        ("a && b", "write and", "&"),
        ("a || b", "write or", "|"),
        ("!a", "! is not an operator: write not", "!"),
        ("a => a + 1", "write >= to compare, -> for a function", ">"),
        ("a === b", "write ==", "="),
        ("a := 2", "write = to bind a name", "="),
        ("A'", "the transpose is written A.T", "'"),
        ("A' * B'", "the transpose is written A.T", "' * B'"),
        ("A .* B", "* already works element by element: write it without the dot", "*"),
        ("A \\ b", "a \\ stands only at the end of a line; the solution of A x = b is solve(A, b)", "\\"),
        ("[1, 2; 3, 4]", "rows stand in brackets of their own: [[1, 2], [3, 4]]", ";"),
        ("sin x", "an operator is missing, or brackets: sin(x)", "x"),
        ("x is None", "to compare, write ==", "is"),
        ("x in y", "in only ends a let; whether an element is there says any(x == a)", "in"),
        ("@torch.no_grad()", "tcalc has no decorators", "@"),
        ("if = 3", "if is a word of the language and cannot be a name", "if"),
        ("lambda = 0.1", "lambda is a word of the language and cannot be a name", "="),
        ("f(*xs)", "a tuple is not spread over arguments: write them one by one", "*"),
        # equals
        ("a if b = c else d", COMPARE, "="),
        ("(a = 1)", COMPARE, "="),
        ("a = b = 1", "one statement binds once; to compare, write ==", "="),
        ("2 = x", "2 is no name that could be bound; to compare, write ==", "2"),
        ("a == b = c", "= binds a name; to compare, write ==", "="),
        ("x + 1 = 2", "only a name, a place of one or an attribute can be bound; to compare, write ==", "x + 1"),
        ("[q, r] = qr(A)", "a result comes apart without brackets: q, r = …", "[q, r]"),
        ("q, A[0] = 1, 2", "a tuple comes apart into names: q, r = …", "A[0]"),
        ("f(a.b=1)", "before = stands a parameter's name; to compare, write ==", "="),
        ("f(x) += 1", "only a name, a place of one or an attribute can be bound; to compare, write ==", "f(x)"),
        # definitions, arguments, lets
        ("f(1) = 2", "a parameter is a name", "1"),
        ("f(x, x) = 1", "the parameter x comes twice", "x"),
        ("(x, x) -> 1", "the parameter x comes twice", "x"),
        ("f(x: int=1, y: int) = 2", "y needs a default too, for it comes after one that has", "y: int"),
        ("f(x=1, 2)", "an argument without = comes before those with one", "2"),
        ("f(x=1, x=2)", "x is given twice", "x=2"),
        ("x.f(a) = 2", "a function is defined as f(x) = …, with a name alone before the brackets", "x.f"),
        (
            "f(x: int)",
            "a type stands only in a definition, f(x: [n]) = …; an argument by name is given with =",
            "x: int",
        ),
        ("1 -> 2", "before -> stand the names of parameters: x -> …, (x, y) -> …", "1"),
        ("f(x) -> y", "a result's type stands after a colon, its value after =: f(x): f32 = …", "->"),
        ("let q in 2", LET, "in"),
        (
            "let q, r = qr(A) in q",
            "let binds one name at a time: let p = e, a = p[0], b = p[1] in a + b",
            ",",
        ),
        ("f = x => x", "a function is written with ->: x -> x + 1", "="),
        ("5!", "! is not an operator: a factorial is prod(arange(1, n + 1))", "!"),
        ("let f(x) = x in f(2)", "let binds names: let f = x -> … in …", "f(x)"),
        (
            "let x = 3",
            "this let never gets its in: write let a = 1 in a + 1, or without let to bind for good",
            "let",
        ),
        ("lambda (x): x", "lambda's parameters are names, then comes a colon: lambda x, y: x + y", "("),
        # types and imports
        ("x: f32", "a type needs its value: x: f32[2] = …", "f32"),
        ("x: = 3", TYPE, "="),
        ("x: 3 = 2", TYPE, "3"),
        ("x: f32[2:3] = 1", SIZES, ":"),
        ("x: f32[,] = 1", SIZES, ","),
        ("a, b: f32 = 2", "a type stands only behind one name or a function's parameters", ":"),
        ("import 3", "a module is a name: import torch", "3"),
    ],
)
def test_sentence_and_place(text: str, sentence: str, place: str, fault: Callable[[str], TcalcError]) -> None:
    error = fault(text)
    assert error.span is not None
    assert (error.code, error.message, error.span.text) == ("syntax", sentence, place)


def test_mismatch_marks_both_brackets(fault: Callable[[str], TcalcError]) -> None:
    assert [mark.span.text for mark in fault("f(a[1))").marks] == ["[", ")"]


def test_whole_texts() -> None:
    for read in (parse_expression, parse_type, parse_signature):
        with pytest.raises(TcalcError, match="there is no expression"):
            read(Source("  # nothing\n"))
    with pytest.raises(TcalcError, match="more than one expression"):
        parse_expression(Source("a\nb"))
    with pytest.raises(TcalcError, match="after a, ; does not fit"):
        parse_expression(Source("a;"))
    with pytest.raises(TcalcError, match="a type stands only in a definition"):
        parse_expression(Source("f(x: int)"))


ALPHABET = st.text(
    st.sampled_from("ab1. \t\n\r\\'\"()[]{},;:=+-*/^|&~<>!?@#%_$π²\u0301\0\ufeff\ud800") | st.characters(), max_size=40
)
TOKENS = st.lists(
    st.sampled_from(
        "let in if else lambda and or not True None import from as for def return x f32 1 2. 'a' ( ) [ ] , : ; = == += "
        "-> |> + - * ** ^ ^^ @ . ... ? ~ \n #=> \\\n < |".split(" ")
    ),
    max_size=25,
).map(" ".join)


@given(st.one_of(ALPHABET, TOKENS))
def test_any_text_gives_statements_or_sentences(text: str) -> None:
    """Whatever is typed, an error has a plain sentence and a place inside the text."""
    for outcome in parse_statements(Source(text)):
        if isinstance(outcome, TcalcError):
            assert outcome.code in ("syntax", "limit", "value")
            assert outcome.span is not None
            assert 0 <= outcome.span.start <= outcome.span.end <= len(text)
            words = outcome.message.replace("(", " ").split()
            assert not {"RPAR", "LSQB", "$END", "NAME", "SIGN", "OPERATOR", "TEXT", "NUMBER"} & set(words) - set(
                text.split()
            )
            assert outcome.message.isprintable() and not outcome.message.removesuffix("...").endswith(".")


def test_every_example_is_a_mistake() -> None:
    for sentence, examples in mistakes.EXAMPLES.items():
        for example in examples:
            assert engine().stop(example) is not None, (sentence, example)


def test_examples_are_read_once_and_quickly() -> None:
    list(parse_statements(Source("x: 3 = 2")))
    mistakes._known.clear()
    times = []
    for _ in range(2):
        start = time.perf_counter()
        list(parse_statements(Source("x: 3 = 2")))
        times.append(time.perf_counter() - start)
    assert times[0] < 0.05 and times[1] < 0.005  # 3 ms and 0.1 ms where this was written
