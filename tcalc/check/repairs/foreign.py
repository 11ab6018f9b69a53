"""Repairs of what is no statement here, but is one in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.check.checker import Poisoned
from tcalc.check.statements import check_statement
from tcalc.errors import Repair, TcalcError
from tcalc.source import Source
from tcalc.syntax.parser import parse_statements
from tcalc.syntax.rewritten import definition

if TYPE_CHECKING:
    from tcalc.check.scope import Scope
    from tcalc.check.surroundings import Surroundings

#: A longer definition is shown by its beginning.
LONGEST = 72


def definition_repairs(error: TcalcError, scope: Scope, surroundings: Surroundings) -> list[Repair]:
    """`f(x) = x + 1` for `def f(x): return x + 1`, where the checker takes it."""
    if error.span is None:
        return []
    text = definition(error.span.source.text[error.span.start :])
    parsed = list(parse_statements(Source(text)))
    if len(parsed) != 1 or isinstance(parsed[0], TcalcError):
        return []
    try:
        check_statement(parsed[0], scope, surroundings)
    except (TcalcError, Poisoned, RecursionError):
        return []
    return [Repair(text if len(text) <= LONGEST else f"{text[: LONGEST - 4].rstrip()} ...", "", whole=text)]
