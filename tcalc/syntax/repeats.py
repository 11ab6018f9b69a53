"""Whether statements have something in common that takes time: the same product or call of the same names."""

from __future__ import annotations

from collections.abc import Iterable

from tcalc.source import Span
from tcalc.syntax.nodes import Binary, Call, Name, Node, Statement
from tcalc.syntax.walk import children, within


def have_common_work(statements: Iterable[Statement]) -> bool:
    """Whether a product or a call that mentions a name stands in two statements, as far as their texts tell."""
    numbers: dict[object, int] = {}
    seen: dict[int, int] = {}
    for place, statement in enumerate(statements):
        # By the identity of a node its number, which equal ones share, and whether a name stands in it.
        known: dict[int, tuple[int, bool]] = {}
        for node in reversed(list(within(statement))):
            parts = [_part(getattr(node, name), known) for name in type(node).__slots__]
            number = numbers.setdefault((type(node), *parts), len(numbers))
            inside = node.arguments if isinstance(node, Call) else children(node)
            named = isinstance(node, Name) or any(known[id(each)][1] for each in inside)
            known[id(node)] = number, named
            takes_time = isinstance(node, Call) or (isinstance(node, Binary) and node.operator == "@")
            if takes_time and named and seen.setdefault(number, place) != place:
                return True
    return False


def _part(part: object, known: dict[int, tuple[int, bool]]) -> object:
    if isinstance(part, Node):
        return known[id(part)][0]
    if isinstance(part, tuple):
        return tuple([_part(each, known) for each in part])
    return None if isinstance(part, Span) else (type(part), repr(part))
