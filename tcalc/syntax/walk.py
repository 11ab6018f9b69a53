"""Walks over trees: what is right below a node, what holds a place, which calls there are."""

from __future__ import annotations

from collections.abc import Iterator

from tcalc.source import Span
from tcalc.syntax.nodes import Call, Expr, Node


def children(node: Node) -> Iterator[Node]:
    """The nodes right below one."""
    for part in _parts(node):
        if isinstance(part, Node):
            yield part
        elif isinstance(part, tuple):
            for item in part:
                if isinstance(item, Node):
                    yield item
                elif isinstance(item, tuple):
                    yield from [each for each in item if isinstance(each, Node)]


def _parts(node: Node) -> list[object]:
    return [getattr(node, name) for name in type(node).__slots__]


def around(root: Node, span: Span) -> list[Expr]:
    """The expressions that hold a place, the innermost first."""
    found: list[Expr] = []
    node: Node | None = root
    while node is not None:
        if isinstance(node, Expr):
            found.append(node)
        node = next((each for each in children(node) if each.span.holds(span)), None)
    return found[::-1]


def within(root: Node) -> Iterator[Node]:
    """A node and all below it, from left to right."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(list(children(node))))


def calls(root: Node) -> Iterator[Call]:
    """All calls in a tree, from left to right."""
    return (node for node in within(root) if isinstance(node, Call))
