"""From a flat run of operands and operators to a tree: precedence climbing with two stacks and no recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.source import Source, Span
from tcalc.syntax.errors import DEEPEST, syntax, too_deep
from tcalc.syntax.nodes import Binary, Compare, Expr, Unary

if TYPE_CHECKING:
    from lark import Token

#: Binding power of the operators between two operands, loosest first.
POWER = {
    "or": 1,
    "and": 2,
    "==": 4,
    "!=": 4,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "|": 5,
    "&": 6,
    "^^": 7,
    "+": 8,
    "-": 8,
    "*": 9,
    "/": 9,
    "//": 9,
    "%": 9,
    "@": 9,
    "^": 11,
    "**": 11,
}
COMPARISON = 4
RAISING = 11

#: Binding power of the operators before an operand.
PREFIX_POWER = {"not": 3, "+": 10, "-": 10, "~": 10}


def climb(source: Source, run: list[Expr | Token]) -> Expr:
    """The tree of a run such as `- a * b + c`, given as operands and operator tokens in their order.

    Raises `limit` above 200 nested operators, `syntax` for a `not` that an operator to its left binds tighter
    (`1 + not x`).
    """
    operands: list[Expr] = []
    waiting: list[tuple[int, Token, bool]] = []  # binding power, operator, stands before its operand
    after_operand = False
    for part in run:
        if isinstance(part, Expr):
            operands.append(part)
            after_operand = True
        elif after_operand:
            power = POWER[part]
            # `^` associates to the right and a comparison chains: neither takes an equal on its left.
            floor = power + 1 if power in (RAISING, COMPARISON) else power
            while waiting and waiting[-1][0] >= floor:
                reduce(source, operands, waiting)
            waiting.append((power, part, False))
            after_operand = False
        else:
            power = PREFIX_POWER[part]
            if power == 3 and waiting and waiting[-1][0] > 3:
                raise syntax(
                    f"not binds looser than {waiting[-1][1]}: put brackets around it",
                    Span(source, part.start_pos or 0, part.end_pos or 0),
                )
            waiting.append((power, part, True))
    while waiting:
        reduce(source, operands, waiting)
    return operands[0]


def reduce(source: Source, operands: list[Expr], waiting: list[tuple[int, Token, bool]]) -> None:
    """Replace the last waiting operator and its operands by their node."""
    power, token, before = waiting.pop()
    right = operands.pop()
    node: Expr
    if before:
        node = Unary(Span(source, token.start_pos or 0, right.span.end), str(token.value), right)
    elif power == COMPARISON:
        links = [(str(token.value), right)]
        while waiting and waiting[-1][0] == COMPARISON:
            links.append((str(waiting.pop()[1].value), operands.pop()))
        first = operands.pop()
        links.reverse()
        node = Compare(Span(source, first.span.start, right.span.end), first, tuple(links))
    else:
        left = operands.pop()
        operator = "^" if token.value == "**" else str(token.value)
        node = binary(source, operator, token, left, right, power)
    if node.depth > DEEPEST + 1:
        raise too_deep(Span(source, token.start_pos or 0, token.end_pos or 0))
    operands.append(node)


def binary(source: Source, operator: str, token: Token, left: Expr, right: Expr, power: int) -> Binary:
    """A Binary whose depth counts a left-leaning run of one binding power once."""
    depth = left.depth
    if not (isinstance(left, Binary) and power != RAISING and POWER[left.operator] == power):
        depth += 1
    span = Span(source, left.span.start, right.span.end)
    place = Span(source, token.start_pos or 0, token.end_pos or 0)
    return Binary(span, operator, place, left, right, max(depth, right.depth + 1))
