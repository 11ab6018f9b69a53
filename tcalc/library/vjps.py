"""What the derivatives of several rows share: text of formulas, made from how a row is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tcalc.library.builtin import Vjp, VjpRule
from tcalc.types.tensor import TensorType

#: The operands, as graph nodes, and the options of a call, by the names of the parameters.
Called = Mapping[str, Any]


def formulas(lines: str) -> dict[str, Vjp]:
    """The cotangents of rows with one differentiable operand, x, from lines `name | cotangent`."""
    pairs = [line.split(" | ") for line in lines.strip().splitlines()]
    return {name: {"x": formula} for name, formula in pairs}


def rank_of(call: Called, name: str = "x") -> int:
    """How many axes an operand has."""
    type = call[name].type
    assert isinstance(type, TensorType)
    return len(type.axes)


def shape_of(call: Called, name: str = "x") -> tuple[Any, ...]:
    """An operand's sizes."""
    type = call[name].type
    assert isinstance(type, TensorType)
    return type.shape


def axes_of(call: Called, option: str = "dim", name: str = "x") -> tuple[int, ...]:
    """The axes that an option names, counted from 0, in order; all of them where it names none."""
    rank, chosen = rank_of(call, name), call.get(option)
    if chosen is None or chosen == ():
        return tuple(range(rank))
    listed = chosen if isinstance(chosen, tuple) else (chosen,)
    return tuple(sorted(each % rank for each in listed)) if rank else ()


def kept(call: Called, text: str = "g", name: str = "x", option: str = "dim") -> str:
    """A formula in the shape of what was reduced, with axes of size 1 where axes are gone."""
    if call.get("keepdim") or call.get(option) in (None, ()):
        return text
    for axis in axes_of(call, option, name):
        text = f"unsqueeze({text}, {axis})"
    return text


def count(call: Called, name: str = "x", option: str = "dim") -> int:
    """How many elements one of a reduction is made of."""
    shape, total = shape_of(call, name), 1
    for axis in axes_of(call, option, name):
        total *= shape[axis]
    return total


def over_axes(formula: str) -> VjpRule:
    """The rule of a reduction of x: in the formula `G` and `OUT` are kept in shape, `N` is how many elements.

    `D` are the axes, for sums that keep them: `sum(x, D, keepdim=True)`.
    """

    def rule(call: Called) -> Vjp:
        text = formula.replace("OUT", kept(call, "out")).replace("G", kept(call))
        return {"x": text.replace("N", str(count(call))).replace("D", _listed(axes_of(call)))}

    return rule


def along(formula: str) -> VjpRule:
    """The rule of a function over one axis of x, `D` in the formula."""
    return lambda call: {"x": formula.replace("D", str(call["dim"]))}


def _listed(axes: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, axes))}{',' if len(axes) == 1 else ''})"


def of_x(formula: Callable[[Called], str]) -> VjpRule:
    """The rule of a row whose only differentiable operand is x."""
    return lambda call: {"x": formula(call)}


def larger(operator: str) -> Vjp:
    """Of the larger of two, or with `<` the smaller: equals share the cotangent, as torch has it."""
    return {name: f"g * where(a == b, 0.5, {name} {operator} {other})" for name, other in (("a", "b"), ("b", "a"))}
