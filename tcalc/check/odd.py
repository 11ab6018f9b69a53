"""What is odd, though nothing is wrong: notes on a call that checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc import library
from tcalc.check import names
from tcalc.check.rounding import CHOOSING, EXACT, HARDLY_ZERO, ROUNDED, WHOLE, Roundings, is_float, is_whole
from tcalc.library import einsum
from tcalc.syntax import nodes
from tcalc.syntax.walk import within
from tcalc.types.tensor import Axis, TensorType, Type, static_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tcalc.check.arguments import Given
    from tcalc.check.checker import Checker
    from tcalc.check.typed import Typed
    from tcalc.library.builtin import Builtin
    from tcalc.types.broadcast import Spread

#: Rows that ask whether numbers are the same (`equal` wants all of them to the last bit, and says so), and rows that
#: only lay out numbers anew.
EQUALITIES = frozenset(["eq", "ne"])
RESHAPES = frozenset(["reshape", "flatten", "unflatten"])
#: Two known numbers nearer to each other than this part of them are meant to be equal.
NEAR = 1e-9


def growth(
    checker: Checker,
    node: nodes.Expr,
    row: Builtin,
    spread: Spread,
    given: Mapping[str, Sequence[Given]],
    result: Type,
) -> None:
    """A note where both operands of a broadcast grew, unless an axis was made for it in the same statement."""
    if len(spread.grew) < 2 or not isinstance(result, TensorType):
        return
    operands = [each[0] for name, each in given.items() if (name, None) in spread.grew]
    if len(operands) < 2 or any(names.makes_axes(each.node) for each in operands):
        return
    types = [each.typed.type for each in operands]
    pair = frozenset(type.outline for type in types if isinstance(type, TensorType))
    if pair in checker.told:
        return  # `where(y > t, y, t)`: one cause
    checker.told.add(pair)
    grown = TensorType(result.dtype, spread.axes)  # a loss has its mean afterwards
    counts = [type.numel for type in types if isinstance(type, TensorType)]
    largest = max([count for count in counts if isinstance(count, int)], default=0)
    times = grown.numel // largest if isinstance(grown.numel, int) and largest else 0
    much = f", {times} × as many numbers" if times > 1 else ""
    sign = row.operator.replace("-", "−")
    between = f" {sign} " if sign else " and "
    checker.note(f"both sides grew, {between.join(map(str, types))} → {grown}{much}", node.span, "growth")


def hidden(checker: Checker, node: nodes.Name) -> None:
    """A note where a name of the library is bound for the first time."""
    row = library.row(node.name)
    if row is None or row.attribute or checker.scope.lookup(node.name) is not None:
        return
    full = row.full_name(node.name)
    still = f"; {full} still means it" if full else ""
    checker.note(f"{node.name} now hides the builtin{still}", node.span, "hidden")


def transposes(checker: Checker, statement: nodes.Define) -> None:
    """A note where the matrices of a batch, by their declaration, are transposed as one matrix is."""
    found = transposed_batches(statement)
    if found:
        place, name = found[0].span, found[0].value.span.text
        checker.note(f"{place.text} is of a matrix: no call will check where {name} has more axes", place, "batch")


def transposed_batches(statement: nodes.Define) -> list[nodes.Attribute]:
    """Each `x.T` of a function whose parameter is declared `x: [*b, m, n]`."""
    batches = [each.name for each in statement.parameters if each.annotation is not None and _is_batch(each.annotation)]
    return [
        node
        for node in (within(statement.body) if batches else ())
        if isinstance(node, nodes.Attribute) and node.name == "T" and getattr(node.value, "name", None) in batches
    ]


def _is_batch(annotation: nodes.TypeExpr) -> bool:
    axes = annotation.axes or ()
    packs = [isinstance(axis, nodes.PackExpr) for axis in axes]
    return len(axes) > 2 and any(packs) and not any(packs[-2:])


def equality(checker: Checker, node: nodes.Expr, row: Builtin, given: Mapping[str, Sequence[Given]]) -> None:
    """A note where floats are compared that were rounded on their way."""
    sides = [each[0].typed for each in given.values()]
    if len(sides) != 2 or not _is_seldom_meant(checker, sides):
        return
    checker.note(
        f"floats are rounded, so {row.operator} after arithmetic is seldom what is meant", node.span, "equality"
    )


def _is_seldom_meant(checker: Checker, sides: Sequence[Typed]) -> bool:
    one, other = [static_value(side.type) for side in sides]
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one != other and abs(one - other) <= NEAR * max(abs(one), abs(other))
    roundings = Roundings(checker.scope, dict(checker.bound))
    rounded = max(map(roundings.of, sides))
    if rounded == EXACT or any(isinstance(each, float) and each - each != 0 for each in (one, other)):
        return False  # infinite is infinite
    if rounded < ROUNDED and any(is_whole(side) or not is_float(side.type) for side in sides):
        return False  # `x - y == 0` says what it means, and a sum of ones is a whole number
    rows = set(map(roundings.row, sides))
    if 0 in (one, other):
        return not rows.isdisjoint(HARDLY_ZERO)  # a norm is zero where the vector is
    return rows.isdisjoint(CHOOSING | WHOLE)  # `x == max(x)`, `x == round(x)`


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
    had = [axis for axis in before.axes if isinstance(axis, Axis) and axis.label is not None and axis.size != 1]
    kept = {axis.label for axis in after.axes if isinstance(axis, Axis)}
    lost = [axis for axis in had if axis.label not in kept]
    if not lost:
        return
    words = [str(axis.label) for axis in lost]
    listed = f"{', '.join(words[:-1])} and {words[-1]}" if words[1:] else words[0]
    which = f"this reshape loses the label{'s' if words[1:] else ''} {listed}"
    if which in checker.told:
        return
    checker.told.add(which)
    bare = [axis for axis in after.axes if isinstance(axis, Axis) and axis.label is None]
    if words[1:] and sorted([str(axis.size) for axis in lost]) == sorted([str(axis.size) for axis in bare]):
        checker.note(f"{which}, and swaps no axes; transpose and permute do", node.span, "label")
        return
    named = _named(after, words, bare)
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
