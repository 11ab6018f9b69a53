"""Common subexpressions: what is computed twice is computed once, and random draws are not."""

from __future__ import annotations

import pytest

from tcalc.check.statements import check_statement
from tcalc.check.surroundings import Surroundings
from tcalc.graph.graph import Graph, Operation
from tcalc.graph.lower import lower
from tcalc.graph.rewrite import common_subexpressions
from tcalc.session import Session
from tcalc.source import Source
from tcalc.syntax.parser import parse_statements
from tcalc.types import dtypes


def lowered(text: str, before: str = "A = ones(3, 3)\nv = ones(3)\n") -> Graph:
    """The graph of an expression as written."""
    session = Session()
    for _ in session.run(Source(before)):
        pass
    (statement,) = parse_statements(Source(text))
    return lower(check_statement(statement, session, Surroundings(dtypes.F32)).values)


def names(graph: Graph) -> list[str]:
    """The rows of a graph's operations, in running order."""
    return [node.row.name for node in graph.nodes if isinstance(node, Operation)]


def test_a_repeated_product_is_computed_once() -> None:
    graph = lowered("A.T @ A + A.T @ A")
    assert names(graph).count("matmul") == 2
    rewritten = common_subexpressions(graph)
    assert names(rewritten) == ["T", "matmul", "add"]
    (result,) = rewritten.results
    assert isinstance(result, Operation)
    assert result.inputs[0] is result.inputs[1]


@pytest.mark.parametrize(
    "text",
    ["rand(3) + rand(3)", "randn(2, 2) @ randn(2, 2)", "let f = x -> rand(2) + x in f(1) * f(1)"],
)
def test_random_draws_are_never_merged(text: str) -> None:
    graph = lowered(text)
    draws = [name for name in names(graph) if name.startswith("rand")]
    assert len(draws) == 2
    assert [name for name in names(common_subexpressions(graph)) if name.startswith("rand")] == draws


def test_a_draw_that_is_named_is_drawn_once() -> None:
    assert names(common_subexpressions(lowered("let r = rand(3) in r + r"))).count("rand") == 1


@pytest.mark.parametrize(
    "text",
    [
        "sum[0](A) + sum[1](A)",
        "full((2,), 0.0) + full((2,), -0.0)",
        "A[0] + A[1]",
        "softmax[0](A) + softmax[1](A)",
        "zeros(3) + zeros(3, dtype=i64)",
    ],
)
def test_other_options_are_another_operation(text: str) -> None:
    graph = lowered(text)
    assert len(names(common_subexpressions(graph))) == len(names(graph))


def test_equal_numbers_in_other_places_stay_what_they_are() -> None:
    graph = common_subexpressions(lowered("v * 1 + v * 1.0"))
    assert names(graph).count("mul") == 2


def test_nothing_to_merge_gives_the_same_graph() -> None:
    graph = lowered("A @ v + 1")
    assert common_subexpressions(graph) is graph


def test_an_expression_in_two_places_is_one_node_even_when_it_draws() -> None:
    session = Session()
    (statement,) = parse_statements(Source("a, b = rand(2)"))
    graph = lower(check_statement(statement, session, Surroundings(dtypes.F32)).values)
    assert names(graph).count("rand") == 1
