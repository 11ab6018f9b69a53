"""Repairs of what a definition declares."""

from __future__ import annotations

from collections.abc import Iterator

from tcalc.check.repairs.changes import Change, Fault
from tcalc.source import Source
from tcalc.syntax import nodes
from tcalc.syntax.parser import parse_statements


def result(fault: Fault) -> Iterator[Change]:
    """The type that the body has, where another is declared: `f(x: [n]): [n] = x[1:]` to `f(x: [n]): [n - 1] = …`."""
    statement, error = fault.statement, fault.error
    if error.kind != "declared" or not isinstance(statement, nodes.Define) or fault.node is not statement.body:
        return
    if statement.result is None or not error.marks:
        return
    (told,) = parse_statements(Source(f"f(): {error.marks[0].type} = 1"))
    if isinstance(told, nodes.Define) and told.result is not None:
        yield Change(statement.result, told.result, 3)
