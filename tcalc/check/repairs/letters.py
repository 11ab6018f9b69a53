"""Repairs of an einsum: a letter that was mistyped, or forgotten in the output."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tcalc.check.repairs.changes import Change, Fault, with_argument, with_function
from tcalc.syntax import nodes

#: Longer equations are not searched.
LONGEST = 40
FRESH = "ijklmnpq"


def other_letter(fault: Fault) -> Iterator[Change]:
    """One letter of an equation replaced; letters that stand there once are the likelier mistakes."""
    return _respelled(fault, _other)


def no_letter_alone(fault: Fault) -> Iterator[Change]:
    """An equation that sums no letter of one operand alone: another letter, or that letter in the output."""
    return _respelled(fault, _kept)


def _respelled(fault: Fault, others: Callable[[nodes.Text], Iterator[tuple[int, nodes.Text]]]) -> Iterator[Change]:
    node = fault.node
    if not isinstance(node, nodes.Call):
        return
    if isinstance(node.function, nodes.Text):
        for cost, text in others(node.function):
            yield Change(node, with_function(node, text), cost)
    elif node.arguments and isinstance(node.arguments[0].value, nodes.Text) and _is_einsum(node.function):
        for cost, text in others(node.arguments[0].value):
            yield Change(node, with_argument(node, 0, text), cost)


def _is_einsum(function: nodes.Expr) -> bool:
    return isinstance(function, nodes.Name | nodes.Attribute) and function.name == "einsum"


def _other(equation: nodes.Text) -> Iterator[tuple[int, nodes.Text]]:
    text = equation.value
    if len(text) > LONGEST:
        return
    odd = _alone(text)
    used = dict.fromkeys(letter for letter in text if letter.isalpha())
    fresh = next((letter for letter in FRESH if letter not in used), "")
    for place, letter in enumerate(text):
        if not letter.isalpha():
            continue
        for other in (*used, fresh):
            if other and other != letter:
                changed = text[:place] + other + text[place + 1 :]
                if _alone(changed) <= odd:
                    yield _oddness(changed), nodes.Text(equation.span, changed)


def _kept(equation: nodes.Text) -> Iterator[tuple[int, nodes.Text]]:
    text = equation.value
    if _alone(text) > 1:
        yield from [(cost, other) for cost, other in _other(equation) if not _alone(other.value)]
    left, _, right = text.partition("->")
    added = "".join([letter for letter in left if letter.isalpha() and left.count(letter) == 1 and letter not in right])
    yield 9, nodes.Text(equation.span, text + added)


def _alone(text: str) -> int:
    """How many letters are summed away though they stand once."""
    left, _, right = text.partition("->")
    return sum(left.count(letter) == 1 and letter not in right for letter in set(left) if letter.isalpha())


def _oddness(text: str) -> int:
    """How unlikely an equation is: letters summed alone, letters that stand twice in one part or everywhere."""
    left, _, right = text.partition("->")
    twice = sum(part.count(letter) > 1 for part in left.split(",") for letter in set(part) if letter.isalpha())
    everywhere = sum(left.count(letter) > 1 and letter in right for letter in set(right) if letter.isalpha())
    return 1 + 2 * _alone(text) + 3 * twice + everywhere
