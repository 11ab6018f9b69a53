"""Text of a tree, read again, is the same tree; and the text is the one a person would write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcalc.source import Source, Span
from tcalc.syntax import nodes
from tcalc.syntax.climb import POWER
from tcalc.syntax.parser import parse_expression, parse_signature, parse_statements, parse_type
from tcalc.syntax.unparse import unparse

#: hypothesis spells out nested strategies at length, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

HERE = Span(Source(""), 0, 0)
NAMES = st.sampled_from(["a", "b", "x", "π", "größe", "_", "sum", "T"])
COMPARISONS = ["==", "!=", "<", "<=", ">", ">="]
BINARY = [operator for operator in POWER if operator not in COMPARISONS and operator != "**"]


def make(kind: Any, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(lambda *values: kind(HERE, *values), *parts)


def tuples(items: st.SearchStrategy[Any], least: int = 0, unique: Any = None) -> st.SearchStrategy[Any]:
    return st.lists(items, min_size=least, max_size=3, unique_by=unique).map(tuple)


def parameter(name: str, annotation: Any = None, default: Any = None, starred: bool = False) -> nodes.Parameter:
    return nodes.Parameter(HERE, name, annotation, default, starred)


NAME = make(nodes.Name, NAMES)
NUMBER = make(
    nodes.Number,
    st.one_of(
        st.integers(0, 10**30),
        st.floats(0, allow_nan=False),
        st.floats(0, allow_nan=False).map(lambda size: complex(0.0, size)),
    ),
)
LEAVES = st.one_of(
    NAME,
    NUMBER,
    make(nodes.Constant, st.sampled_from([True, False, None, ...])),
    make(nodes.Text, st.text(max_size=8)),
    st.builds(lambda: nodes.Hole(HERE)),
)
LOCAL_NAMES = tuples(NAMES.map(parameter), unique=lambda part: part.name)


def arguments(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    named = st.tuples(NAMES, inner).map(lambda pair: nodes.Argument(HERE, *pair))
    positional = inner.map(lambda value: nodes.Argument(HERE, None, value))
    parts = st.tuples(tuples(positional), tuples(named, unique=lambda part: part.name))
    return parts.map(lambda pair: (*pair[0], *pair[1]))


def items(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    part = st.one_of(st.none(), inner)
    option = st.tuples(NAMES, inner).map(lambda pair: nodes.Argument(HERE, *pair))
    return tuples(st.one_of(inner, make(nodes.Slice, part, part, part), option), least=1)


def bigger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    operator = st.sampled_from(BINARY)
    return st.one_of(
        make(nodes.ListOf, tuples(inner)),
        make(nodes.TupleOf, tuples(inner)),
        make(nodes.Unary, st.sampled_from(["-", "+", "~", "not"]), inner),
        make(nodes.Binary, operator, st.just(HERE), inner, inner, st.just(1)),
        make(nodes.Compare, inner, tuples(st.tuples(st.sampled_from(COMPARISONS), inner), least=1)),
        make(nodes.If, inner, inner, inner),
        make(nodes.Let, tuples(st.tuples(NAME, inner), least=1), inner),
        make(nodes.Lambda, LOCAL_NAMES, inner),
        make(nodes.Pipe, inner, inner),
        make(nodes.Call, inner, arguments(inner)),
        make(nodes.Index, inner, items(inner)),
        make(nodes.Attribute, inner, NAMES, st.just(HERE)),
    )


EXPRESSIONS = st.recursive(LEAVES, bigger, max_leaves=12)
SIZES = st.recursive(
    st.one_of(NAME, make(nodes.Number, st.integers(0, 99))),
    lambda inner: st.one_of(
        make(nodes.Binary, st.sampled_from(["+", "-", "*", "//", "%"]), st.just(HERE), inner, inner, st.just(1)),
        make(nodes.Call, st.just(nodes.Name(HERE, "min")), arguments(inner)),
    ),
    max_leaves=4,
)
AXES = tuples(
    st.one_of(
        make(nodes.AxisExpr, st.one_of(st.none(), NAMES), st.one_of(SIZES, st.builds(lambda: nodes.Hole(HERE)))),
        make(nodes.PackExpr, st.one_of(NAMES, st.just("..."))),
    )
)
WORDS = st.sampled_from(["f32", "num", "any", "torch.float32", "wide"])
TENSORS = st.one_of(
    make(nodes.TypeExpr, st.one_of(st.none(), WORDS), AXES),
    make(nodes.TypeExpr, WORDS, st.none()),
    make(nodes.TypeExpr, st.just("axis"), st.none(), st.tuples(SIZES)),
)
TYPES = st.one_of(
    TENSORS,
    tuples(st.tuples(st.one_of(st.none(), NAMES), TENSORS)).map(
        lambda parts: nodes.TypeExpr(HERE, "tuple", None, items=parts)
    ),
)
PARAMETERS = st.builds(parameter, NAMES, st.one_of(st.none(), TYPES), st.one_of(st.none(), EXPRESSIONS))
# A parameter without a default stands before those with one.
PARAMETER_LISTS = tuples(PARAMETERS, unique=lambda part: part.name).map(
    lambda parts: tuple(sorted(parts, key=lambda part: part.default is not None))
)
PLACES = st.recursive(
    NAME,
    lambda inner: st.one_of(
        make(nodes.Index, inner, items(EXPRESSIONS)), make(nodes.Attribute, inner, NAMES, st.just(HERE))
    ),
    max_leaves=3,
)
SILENT = st.booleans()
STATEMENTS = st.one_of(
    make(nodes.Show, SILENT, EXPRESSIONS),
    make(nodes.Bind, SILENT, NAME, st.one_of(st.none(), TYPES), EXPRESSIONS),
    make(nodes.Unpack, SILENT, tuples(NAME, least=1), EXPRESSIONS),
    make(nodes.Update, SILENT, PLACES, st.sampled_from(["+", "-", "*", "/", "//", "^", "@", "%"]), EXPRESSIONS),
    make(nodes.Update, SILENT, PLACES.filter(lambda p: not isinstance(p, nodes.Name)), st.just(""), EXPRESSIONS),
    make(nodes.Define, SILENT, NAME, PARAMETER_LISTS, st.one_of(st.none(), TYPES), EXPRESSIONS),
)


@given(EXPRESSIONS)
def test_expression_comes_back(sketch: Callable[[Any], Any], tree: nodes.Expr) -> None:
    text = unparse(tree)
    assert sketch(parse_expression(Source(text))) == sketch(tree), text


@given(TYPES)
def test_type_comes_back(sketch: Callable[[Any], Any], tree: nodes.TypeExpr) -> None:
    text = unparse(tree)
    assert sketch(parse_type(Source(text))) == sketch(tree), text


@given(STATEMENTS)
def test_statement_comes_back(sketch: Callable[[Any], Any], tree: nodes.Statement) -> None:
    text = unparse(tree)
    (found,) = parse_statements(Source(text))
    assert not isinstance(found, Exception), (text, found)
    assert sketch(found) == sketch(tree), text


@pytest.mark.parametrize(
    "text",
    [
        "2 * A.T @ (A @ w - [1, 2])",
        "norm(A @ x - b)^2",
        "(a + b) * (b - c)",
        "a - (b - c) - -d",
        "(-2)^2^-x",
        "-x^2",
        "not a and (not b or c) == d",
        "a < b <= (c < d)",
        "(x |> f) + 1",
        "a if b else c if d else e",
        "(a if b else c) if d else e",
        "let s = a + b, d = a - b in s * d",
        "(q, k) -> q @ k.mT / sqrt(d)",
        "x[1, (1, 2), ::2, a:, :b, ..., None, keepdim=True]",
        '"ij,jk->ik"(A, B)',
        "(2).T + 0.5",
        "x: f32[batch=2*n + 1, *b, ?, n=?] = 2j",
        "f(x: [n], p: int = 2, q=3): (values: f32[], indices: i64[2]) = x;",
        "A[0].grad @= 3",
        "q, = f(1)",
        "import torch.nn.functional as F",
    ],
)
def test_text_a_person_would_write(text: str) -> None:
    (found,) = parse_statements(Source(text))
    assert not isinstance(found, Exception), found
    assert unparse(found) == text


@pytest.mark.parametrize(
    "text",
    [
        "(a: num[*c, n, k], b: num[k]) -> num[*c, n]",
        "(x: num[*l, n, *r], dim: axis(n) = -1, keepdim: flag = False) -> (values: num[*l, *r], indices: i64[*l, *r])",
        "(*xs: any[*s]) -> wide[...]",
        "(f: function, n: text, p=2) -> axes",
        "() -> f32",
    ],
)
def test_signature_comes_back(text: str) -> None:
    assert unparse(parse_signature(Source(text))) == text


def test_long_run_has_no_recursion() -> None:
    text = " + ".join(["a"] * 10_001)
    assert unparse(parse_expression(Source(text))) == text
