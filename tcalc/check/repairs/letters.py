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


def other_order(fault: Fault) -> Iterator[Change]:
    """Two letters that change places in every operand: `"bhqd,bhkd->bhqk"` to `"bqhd,bkhd->bhqk"`."""
    return _respelled(fault, _swapped)


def further_axes(fault: Fault) -> Iterator[Change]:
    """Axes that no letter names: `"ij->ji"` to `"...ij->...ji"`."""
    return _respelled(fault, _with_dots)


def with_commas(fault: Fault) -> Iterator[Change]:
    """`"ij jk->ik"` to `"ij,jk->ik"`."""
    return _respelled(fault, _with_commas)


def equation_first(fault: Fault) -> Iterator[Change]:
    """`einsum(A, B, "ij,jk->ik")` to `einsum("ij,jk->ik", A, B)`."""
    node = fault.node
    if isinstance(node, nodes.Call) and _is_einsum(node.function):
        equations = [each for each in node.arguments if isinstance(each.value, nodes.Text)]
        others = [each for each in node.arguments if each not in equations]
        if len(equations) == 1 and all(each.name is None for each in node.arguments):
            yield Change(node, nodes.Call(node.span, node.function, (*equations, *others)), 0)


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


def _swapped(equation: nodes.Text) -> Iterator[tuple[int, nodes.Text]]:
    left, arrow, right = equation.value.replace(" ", "").partition("->")
    if len(left) > LONGEST or "." in left:
        return
    parts = left.split(",")
    for far in range(1, max(map(len, parts))):
        for near in range(far):
            new = [_with_swapped(part, near, far) for part in parts]
            yield 3 + far - near, nodes.Text(equation.span, ",".join(new) + arrow + right)


def _with_swapped(part: str, near: int, far: int) -> str:
    if far >= len(part):
        return part
    return part[:near] + part[far] + part[near + 1 : far] + part[near] + part[far + 1 :]


def _with_dots(equation: nodes.Text) -> Iterator[tuple[int, nodes.Text]]:
    left, arrow, right = equation.value.replace(" ", "").partition("->")
    if arrow and "." not in left:
        parts = [f"...{part}" for part in left.split(",")]
        yield 3, nodes.Text(equation.span, f"{','.join(parts)}->...{right}")


def _with_commas(equation: nodes.Text) -> Iterator[tuple[int, nodes.Text]]:
    left, arrow, right = equation.value.partition("->")
    if "," not in left and len(left.split()) > 1:
        yield 0, nodes.Text(equation.span, ",".join(left.split()) + arrow + right)


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
