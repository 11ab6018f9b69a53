"""Expressions: what tcalc shares with Python has the tree that Python's own parser gives; the rest is spelled out."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcalc.source import Source
from tcalc.syntax import nodes
from tcalc.syntax.parser import parse_expression, parse_statements
from tcalc.syntax.unparse import unparse

#: hypothesis spells out nested strategies at length, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.MatMult: "@",
    ast.Pow: "^",
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.And: "and",
    ast.Or: "or",
    ast.UAdd: "+",
    ast.USub: "-",
    ast.Invert: "~",
    ast.Not: "not",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def pythons(node: ast.expr) -> Any:
    """A tree of Python's parser as nested tuples."""
    match node:
        case ast.Constant():
            return repr(node.value)
        case ast.Name():
            return node.id
        case ast.BinOp():
            return (OPERATORS[type(node.op)], pythons(node.left), pythons(node.right))
        case ast.BoolOp():
            return (OPERATORS[type(node.op)], *(pythons(value) for value in node.values))
        case ast.UnaryOp():
            return ("unary", OPERATORS[type(node.op)], pythons(node.operand))
        case ast.Compare():
            links = [
                (OPERATORS[type(op)], pythons(right)) for op, right in zip(node.ops, node.comparators, strict=True)
            ]
            return ("compare", pythons(node.left), *links)
        case ast.IfExp():
            return ("if", pythons(node.body), pythons(node.test), pythons(node.orelse))
        case ast.Lambda():
            return ("lambda", [a.arg for a in node.args.args], pythons(node.body))
        case ast.Call():
            keywords = [(k.arg, pythons(k.value)) for k in node.keywords]
            return ("call", pythons(node.func), [(None, pythons(a)) for a in node.args] + keywords)
        case ast.Attribute():
            return ("attribute", pythons(node.value), node.attr)
        case ast.List():
            return ["list", *(pythons(item) for item in node.elts)]
        case ast.Tuple():
            return ["tuple", *(pythons(item) for item in node.elts)]
        case ast.Subscript():
            items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return ("index", pythons(node.value), [pythons(item) for item in items])
        case ast.Slice():
            return ("slice", *(part and pythons(part) for part in (node.lower, node.upper, node.step)))
    raise AssertionError(ast.dump(node))


def ours(node: Any) -> Any:
    """A tree of tcalc's parser as the same tuples."""
    match node:
        case nodes.Number() | nodes.Constant() | nodes.Text():
            return repr(node.value)
        case nodes.Name():
            return node.name
        case nodes.Binary(operator="and" | "or"):
            left, right = ours(node.left), ours(node.right)
            flat = isinstance(node.left, nodes.Binary) and node.left.operator == node.operator
            bracketed = node.left.span.text.startswith("(") and node.left.span.text.endswith(")")
            return (*left, right) if flat and not bracketed else (node.operator, left, right)
        case nodes.Binary():
            return (node.operator, ours(node.left), ours(node.right))
        case nodes.Unary():
            return ("unary", node.operator, ours(node.operand))
        case nodes.Compare():
            return ("compare", ours(node.first), *((operator, ours(operand)) for operator, operand in node.links))
        case nodes.If():
            return ("if", ours(node.then), ours(node.condition), ours(node.otherwise))
        case nodes.Lambda():
            return ("lambda", [parameter.name for parameter in node.parameters], ours(node.body))
        case nodes.Call():
            return ("call", ours(node.function), [(a.name, ours(a.value)) for a in node.arguments])
        case nodes.Attribute():
            return ("attribute", ours(node.value), node.name)
        case nodes.ListOf():
            return ["list", *(ours(item) for item in node.items)]
        case nodes.TupleOf():
            return ["tuple", *(ours(item) for item in node.items)]
        case nodes.Index():
            items = node.items
            if len(items) == 1 and isinstance(items[0], nodes.TupleOf):
                items = items[0].items  # Python makes no difference between x[1, 2] and x[(1, 2)]
            return ("index", ours(node.value), [ours(item) for item in items])
        case nodes.Slice():
            return ("slice", *(part and ours(part) for part in (node.start, node.stop, node.step)))
    raise AssertionError(node)


ATOMS = st.sampled_from(["a", "b", "x", "1", "2.5", "60.", ".5", "1e-3", "2j", "1_000", "True", "None", "'t'"])
BINARY = st.sampled_from(
    ["+", "-", "*", "/", "//", "%", "@", "**", "|", "&", "and", "or", "==", "!=", "<", "<=", ">", ">="]
)


def bigger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One step from expressions to larger ones, mostly without brackets, so that precedence decides."""
    several = st.lists(inner, min_size=1, max_size=3).map(", ".join)
    base = st.one_of(st.sampled_from(["a", "f", "x"]), inner.map("({})".format))
    return st.one_of(
        st.builds("{} {} {}".format, inner, BINARY, inner),
        st.builds("{}{}".format, st.sampled_from(["-", "+", "~", "not "]), inner),
        st.builds("{} if {} else {}".format, inner, inner, inner),
        st.builds("lambda x, y: {}".format, inner),
        st.builds("{}({})".format, base, several),
        st.builds("{}(k={})".format, base, inner),
        st.builds("{}[{}]".format, base, several),
        st.builds("{}[{}:{}, ::{}, :]".format, base, inner, inner, inner),
        st.builds("{}.T".format, base),
        st.builds("[{}]".format, several),
        st.builds("({},)".format, inner),
        st.builds("({})".format, inner),
    )


@given(st.recursive(ATOMS, bigger, max_leaves=12))
def test_tree_is_pythons(text: str) -> None:
    """Whatever Python reads, tcalc reads alike."""
    try:
        expected = pythons(ast.parse(text, mode="eval").body)
    except SyntaxError:
        return
    assert ours(parse_expression(Source(text))) == expected, text


@pytest.mark.parametrize(
    ("text", "explicit"),
    [
        ("-2^2", "-(2^2)"),
        ("2^3^2", "2^(3^2)"),
        ("2^-x^2", "2^(-(x^2))"),
        ("-x @ y", "(-x) @ y"),
        ("a | b & c ^^ d + e", "a | (b & (c ^^ (d + e)))"),
        ("a ^^ b & c", "(a ^^ b) & c"),
        ("not a == b and c", "(not (a == b)) and c"),
        ("a * b / c // d % e @ f", "((((a * b) / c) // d) % e) @ f"),
        ("a if b else c |> f", "(a if b else c) |> f"),
        ("x |> f |> g", "(x |> f) |> g"),
        ("x -> x |> f", "x -> (x |> f)"),
        ("x |> y -> y + 1 |> f", "x |> (y -> ((y + 1) |> f))"),
        ("a if b else x -> x + 1", "a if b else (x -> (x + 1))"),
        ("let a = 1 in a |> f", "let a = 1 in (a |> f)"),
        ("let a = x -> x, b = a in b", "let a = (x -> x), b = a in b"),
        ("let a = let b = 1 in b in a", "let a = (let b = 1 in b) in a"),
        ("x -> y -> x", "x -> (y -> x)"),
        ("f[0](x).T[1]", "((f[0])(x).T)[1]"),
        ("(x)", "x"),
        ("2 ** 3", "2 ^ 3"),
        ("lambda: 1", "() -> 1"),
        ("lambda x, y: x", "(x, y) -> x"),
        ("true", "True"),
        ("[1, 2,]", "[1, 2]"),
        ("f(1, k=2,)", "f(1, k=2)"),
        ("x[1,]", "x[1]"),
        ("(1, 2,)", "(1, 2)"),
    ],
)
def test_tree_of_what_python_lacks(text: str, explicit: str, sketch: Callable[[Any], Any]) -> None:
    assert sketch(parse_expression(Source(text))) == sketch(parse_expression(Source(explicit)))


@pytest.mark.parametrize(
    ("text", "value"),
    [("1_000", 1000), ("2.5e-3", 0.0025), ("60.", 60.0), (".5", 0.5), ("2j", 2j), ("1e3", 1000.0), ("1_0.5_0", 10.5)],
)
def test_numbers(text: str, value: complex) -> None:
    node = parse_expression(Source(text))
    assert isinstance(node, nodes.Number)
    assert node.value == value and type(node.value) is type(value)


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        (r'"a\n\t\\\"\'"', "a\n\t\\\"'"),
        (r"'it\'s'", "it's"),
        (r'"\x41é\U0001F600\0"', "Aé😀\0"),
        ('"π → 😀"', "π → 😀"),
        ('"#=> no comment"', "#=> no comment"),
        ('"tab\there"', "tab\there"),
    ],
)
def test_text(literal: str, text: str) -> None:
    node = parse_expression(Source(literal))
    assert isinstance(node, nodes.Text) and node.value == text


def test_index_of_two_is_not_an_index_of_a_tuple(expression: Callable[[str], Any]) -> None:
    assert len(expression("x[1, 2]").items) == 2
    (item,) = expression("x[(1, 2)]").items
    assert isinstance(item, nodes.TupleOf)


def test_options_in_an_index(expression: Callable[[str], Any]) -> None:
    axis, keepdim, order = expression("sum[0, keepdim, ord=2]").items
    assert isinstance(axis, nodes.Number) and isinstance(keepdim, nodes.Name)
    assert isinstance(order, nodes.Argument) and order.name == "ord"


@pytest.mark.parametrize("text", ["π", "größe", "नाम", "x_1", "変数", "Å"])
def test_names_are_unicode(text: str, expression: Callable[[str], Any]) -> None:
    import unicodedata

    for form in ("NFC", "NFD"):
        node = expression(unicodedata.normalize(form, text))  # type: ignore[arg-type]
        assert isinstance(node, nodes.Name) and node.name == unicodedata.normalize("NFC", text)


def test_spans_cover_what_they_name(expression: Callable[[str], Any]) -> None:
    node = expression("  (a + b) * f(x, k=y[1:2])[0].T")
    assert node.span.text == "(a + b) * f(x, k=y[1:2])[0].T"
    assert node.operator_span.text == "*"
    assert node.left.span.text == "(a + b)"
    assert node.left.operator_span.text == "+"
    assert node.right.name_span.text == "T"
    call = node.right.value.value
    assert [argument.span.text for argument in call.arguments] == ["x", "k=y[1:2]"]
    assert call.arguments[1].value.items[0].span.text == "1:2"


def test_depth_counts_a_run_once(expression: Callable[[str], Any]) -> None:
    assert expression("a").depth == 1
    assert expression("a + b - c + d").depth == 2
    assert expression("a + b * c").depth == 3
    assert expression("a^b^c").depth == 3
    assert expression("--a").depth == 3
    assert expression("a and b and c").depth == 2


def test_call_on_a_number_needs_an_operator(expression: Callable[[str], Any]) -> None:
    assert unparse(expression("(2)(3)")) == "(2)(3)"


def test_statements_do_not_share_state(outcomes: Callable[[str], list[Any]]) -> None:
    """Two texts that are read in turns do not mix: each node knows its own source."""
    first, second = parse_statements(Source("a\nb", "one")), parse_statements(Source("c\nd", "two"))
    turns = [next(first), next(second), next(first), next(second)]
    names = [(turn.span.source.name, turn.span.text) for turn in turns if isinstance(turn, nodes.Statement)]
    assert names == [("one", "a"), ("two", "c"), ("one", "b"), ("two", "d")]
