"""Statements: each form gives its node, and what the grammar only covers is narrowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tcalc.source import Source
from tcalc.syntax import nodes
from tcalc.syntax.parser import parse_signature, parse_type
from tcalc.syntax.unparse import unparse

Outcomes = Callable[[str], list[Any]]


def test_bind(outcomes: Outcomes) -> None:
    (found,) = outcomes("x: f32[batch=2] = [1, 1]")
    assert isinstance(found, nodes.Bind)
    assert (found.target.name, unparse(found.annotation), unparse(found.value)) == ("x", "f32[batch=2]", "[1, 1]")
    assert found.span.text == "x: f32[batch=2] = [1, 1]" and not found.silent


def test_unpack(outcomes: Outcomes) -> None:
    for text in ("q, _, r = f(A)", "(q, _, r) = f(A)"):
        (found,) = outcomes(text)
        assert isinstance(found, nodes.Unpack)
        assert [target.name for target in found.targets] == ["q", "_", "r"]


def test_row_is_a_tuple(outcomes: Outcomes) -> None:
    for text in ("A.mean(), 2", "A.mean(), 2,", "(A.mean(), 2)"):
        (found,) = outcomes(text)
        assert isinstance(found, nodes.Show) and isinstance(found.value, nodes.TupleOf)
        assert unparse(found.value) == "(A.mean(), 2)"
    (one,) = outcomes("A,")
    assert unparse(one) == "(A,)"
    (swap,) = outcomes("a, b = b, a")
    assert unparse(swap) == "a, b = (b, a)"


def test_define(outcomes: Outcomes) -> None:
    (found,) = outcomes("outer(x: [n], y: f32[*b, m] = 0, p=2): [n, m] = x[:, None] * y")
    assert isinstance(found, nodes.Define)
    assert found.name.name == "outer" and unparse(found.result) == "[n, m]"
    x, y, p = found.parameters
    assert (x.name, unparse(x.annotation), x.default) == ("x", "[n]", None)
    assert (y.name, unparse(y.annotation), unparse(y.default)) == ("y", "f32[*b, m]", "0")
    assert (p.name, p.annotation, unparse(p.default)) == ("p", None, "2")
    assert not any(parameter.starred for parameter in found.parameters)
    (bare,) = outcomes("f() = 3")
    assert isinstance(bare, nodes.Define) and bare.parameters == () and bare.result is None


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("A[0,1] = 7", ""),
        ("w.grad = None", ""),
        ("A += v", "+"),
        ("A[1] -= 2", "-"),
        ("A *= 2", "*"),
        ("A /= 2", "/"),
        ("A //= 2", "//"),
        ("A %= 2", "%"),
        ("A @= B", "@"),
        ("A **= 2", "^"),
        ("A ^= 2", "^"),
        ("A[0][1] += 2", "+"),
        ("w.data -= lr * w.grad", "-"),
    ],
)
def test_update(text: str, operator: str, outcomes: Outcomes) -> None:
    (found,) = outcomes(text)
    assert isinstance(found, nodes.Update)
    assert found.operator == operator and found.target.span.text == text.split(" ")[0]


def test_semicolons(outcomes: Outcomes) -> None:
    found = outcomes("a = 2.; b = 3; a + b;\nc;; d\n;")
    assert [(unparse(one), one.silent) for one in found] == [
        ("a = 2.0;", True),
        ("b = 3;", True),
        ("a + b;", True),
        ("c;", True),
        ("d", False),
    ]
    assert [one.span.text for one in found] == ["a = 2.", "b = 3", "a + b", "c", "d"]


@pytest.mark.parametrize(
    "text",
    [
        "import torch",
        "import torch.nn.functional as F",
        "import torch, numpy as np",
        "from torch import nn",
        "from torch import nn as n, optim",
        "from torch import (nn, optim,)",
        "from torch import *",
    ],
)
def test_import(text: str, outcomes: Outcomes) -> None:
    (found,) = outcomes(text)
    assert isinstance(found, nodes.Import) and found.span.text == text


def test_types() -> None:
    plain = parse_type(Source("torch.float32"))
    assert (plain.word, plain.axes) == ("torch.float32", None)
    assert parse_type(Source("f32[]")).axes == ()
    assert parse_type(Source("[]")).word is None
    axes = parse_type(Source("num[batch=2, n, *b, ?, 2*n + 1, c=?, ...]")).axes
    assert axes is not None
    assert [type(axis).__name__ for axis in axes] == ["AxisExpr"] * 2 + ["PackExpr"] + ["AxisExpr"] * 3 + ["PackExpr"]
    assert [getattr(axis, "label", None) for axis in axes] == ["batch", None, None, None, None, "c", None]
    assert [axis.name for axis in axes if isinstance(axis, nodes.PackExpr)] == ["b", "..."]
    pair = parse_type(Source("(values: f32[2], i64[2])"))
    assert pair.word == "tuple" and [name for name, _ in pair.items] == ["values", None]
    axis = parse_type(Source("axis(n)"))
    assert axis.word == "axis" and axis.axes is None and [unparse(part) for part in axis.arguments] == ["n"]


def test_signature() -> None:
    found = parse_signature(Source("(*xs: any[*s], dim: axis(n) = -1, p=2) -> wide[...]"))
    assert [(part.name, part.starred) for part in found.parameters] == [("xs", True), ("dim", False), ("p", False)]
    assert unparse(found.parameters[1].default) == "-1"
    assert found.result.word == "wide"


def test_lambda_parameters(outcomes: Outcomes) -> None:
    for text in ("(x, y) -> x", "lambda x, y: x"):
        (found,) = outcomes(text)
        assert [parameter.name for parameter in found.value.parameters] == ["x", "y"]
    (found,) = outcomes("() -> 1")
    assert found.value.parameters == ()
