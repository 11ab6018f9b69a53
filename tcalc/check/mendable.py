"""Errors that are none where the text goes on: what is missing would stand behind a hole."""

from __future__ import annotations

from tcalc.errors import TcalcError
from tcalc.syntax import nodes
from tcalc.syntax.walk import within


def may_be_mended(error: TcalcError, hole: nodes.Expr, statement: nodes.Statement) -> bool:
    """Whether all that is wrong is what comes behind a hole: `x.sum[?]` is not called yet, `softmax(?` has no axis."""
    if error.kind == "uncalled":
        indexed = [node for node in within(statement) if isinstance(node, nodes.Index) and hole in node.items]
        return any(isinstance(node.value, nodes.Attribute) and node.value.name_span is error.span for node in indexed)
    if error.kind not in ("count", "row"):
        return False
    blamed = [node for node in within(statement) if node.span is error.span and isinstance(node, nodes.Expr)]
    return any(_ends_in(_last(node) if error.kind == "row" else node, hole) for node in blamed)


def _ends_in(node: nodes.Expr | None, hole: nodes.Expr) -> bool:
    """Whether the last argument or item is a hole, or ends in it."""
    last = _last(node)
    return last is not None and (last is hole or _ends_in(last, hole))


def _last(node: nodes.Expr | None) -> nodes.Expr | None:
    """The last argument or item."""
    if isinstance(node, nodes.Call) and node.arguments:
        return node.arguments[-1].value
    if isinstance(node, nodes.ListOf | nodes.TupleOf) and node.items:
        return node.items[-1]
    return None
