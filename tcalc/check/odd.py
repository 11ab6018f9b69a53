"""What is odd, though nothing is wrong: notes on a call that checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.library import einsum
from tcalc.syntax import nodes
from tcalc.types.tensor import Axis, TensorType, Type

if TYPE_CHECKING:
    from tcalc.check.arguments import Given
    from tcalc.check.checker import Checker

#: Operators whose floating results are rounded.
ROUNDING = frozenset(["+", "-", "*", "/", "**", "^", "@"])
#: Two known numbers nearer to each other than this part of them are meant to be equal.
NEAR = 1e-9


def equality(checker: Checker, node: nodes.Compare, operator: str, left: Given, right: Given) -> None:
    """A note on `==` or `!=` where one side was computed in floats in the same expression."""
    if not (_is_rounded(left) or _is_rounded(right)):
        return
    one, other = _static(left), _static(right)
    if isinstance(one, int | float) and isinstance(other, int | float):
        if one == other or abs(one - other) > NEAR * max(abs(one), abs(other)):
            return
    elif any(isinstance(each, int) or (isinstance(each, float) and each.is_integer()) for each in (one, other)):
        return  # `x - y == 0` says what it means
    checker.note(f"floats are rounded, so {operator} after arithmetic is seldom what is meant", node.span, "equality")


def _is_rounded(given: Given) -> bool:
    node, type = given.node, given.typed.type
    return (
        isinstance(node, nodes.Binary)
        and node.operator in ROUNDING
        and isinstance(type, TensorType)
        and type.dtype.kind in ("float", "complex")
    )


def _static(given: Given) -> object:
    type = given.typed.type
    return type.static if isinstance(type, TensorType) else None


def letters(checker: Checker, node: nodes.Expr, text: object) -> None:
    """A note on a letter that one operand alone has and that the output lacks, where the output has others."""
    if not isinstance(text, str) or "->" not in text:
        return  # without an arrow no letter that stands once is summed
    equation = einsum.read(text)
    if len(equation.inputs) < 2 or not equation.output:
        return
    every = [letter for part in equation.inputs for letter in part]
    alone = [letter for letter in every if every.count(letter) == 1 and letter not in (*equation.output, einsum.DOTS)]
    if not alone:
        return
    which = f"{', '.join(alone[:-1])} and {alone[-1]} stand" if alone[1:] else f"{alone[0]} stands"
    summed = "they are" if alone[1:] else "it is"
    checker.note(f"{which} in one operand alone and not behind ->, so {summed} summed away", node.span, "letter")


def labels(checker: Checker, node: nodes.Expr, before: object, after: Type) -> None:
    """A note on a reshape that loses a label, with a type that would name the new axes."""
    if checker.path or not isinstance(before, TensorType) or not isinstance(after, TensorType):
        return
    had = [axis for axis in before.axes if isinstance(axis, Axis) and axis.label is not None]
    kept = {axis.label for axis in after.axes if isinstance(axis, Axis)}
    lost = [axis for axis in had if axis.label not in kept]
    if not lost:
        return
    names = [str(axis.label) for axis in lost]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0]
    which = f"this reshape loses the label{'s' if names[1:] else ''} {listed}"
    bare = [axis for axis in after.axes if isinstance(axis, Axis) and axis.label is None]
    if names[1:] and sorted([str(axis.size) for axis in lost]) == sorted([str(axis.size) for axis in bare]):
        checker.note(f"{which}, and swaps no axes; transpose and permute do", node.span, "label")
        return
    named = _named(after, names, bare)
    checker.note(f"{which}{named and f'; a type names the new axes: y: {named} = …'}", node.span, "label")


def _named(after: TensorType, lost: list[str], bare: list[Axis]) -> str:
    """A type with labels for the axes that have none, made of those lost; empty where none suggests itself."""
    if not bare or (bare[1:] and lost[1:]):
        return ""
    labels = iter(f"{lost[0]}{number}" for number in range(1, len(bare) + 1)) if bare[1:] else iter(["_".join(lost)])
    axes = [
        Axis(axis.size, next(labels)) if isinstance(axis, Axis) and axis.label is None else axis for axis in after.axes
    ]
    return str(TensorType(after.dtype, tuple(axes)))
