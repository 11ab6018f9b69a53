"""Trees as nested tuples, so that a test can compare and show them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tcalc.errors import TcalcError
from tcalc.source import Source
from tcalc.syntax.nodes import Node
from tcalc.syntax.parser import parse_expression, parse_statements

PLACES = {"span", "depth", "operator_span", "name_span"}


def plain(value: Any) -> Any:
    """A node as (class name, fields …) without places."""
    if isinstance(value, Node):
        slots = [slot for kind in type(value).__mro__ for slot in getattr(kind, "__slots__", ())]
        return (type(value).__name__, *(plain(getattr(value, slot)) for slot in sorted(set(slots) - PLACES)))
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, (int, float, complex)):
        return (type(value).__name__, repr(value))  # True is not 1, and 1 is not 1.0
    return value


@pytest.fixture(scope="session")
def sketch() -> Callable[[Any], Any]:
    """Node to nested tuples."""
    return plain


@pytest.fixture(scope="session")
def outcomes() -> Callable[[str], list[Any]]:
    """Text to its statements and errors."""

    def read(text: str) -> list[Any]:
        return list(parse_statements(Source(text)))

    return read


@pytest.fixture(scope="session")
def fault() -> Callable[[str], TcalcError]:
    """Text to the one error that it is."""

    def read(text: str) -> TcalcError:
        found = [outcome for outcome in parse_statements(Source(text)) if isinstance(outcome, TcalcError)]
        assert len(found) == 1, (text, found)
        return found[0]

    return read


@pytest.fixture(scope="session")
def expression() -> Callable[[str], Any]:
    """Text to the expression that it is."""

    def read(text: str) -> Any:
        return parse_expression(Source(text))

    return read
