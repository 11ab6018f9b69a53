"""What the derivatives of several rows share: text of formulas, made from how a row is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tcalc.library.builtin import Flat, Vjp, VjpRule
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


def picked(call: Called) -> Vjp:
    """The rule of what gives some elements along an axis and their indices: they go back where they were."""
    g, indices = "g0", "out1"
    if not call.get("keepdim", True):
        g, indices = f"unsqueeze(g0, {call['dim']})", f"unsqueeze(out1, {call['dim']})"
    if "g0" not in call:
        return {}
    if not rank_of(call):
        return {"x": "g0"}
    return {"x": f"scatter_add(zeros(x.shape), {call['dim']}, {indices}, {g})"}


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


def of_parts(*parts: str | Flat | VjpRule | None, by: str = "x") -> VjpRule:
    """The rule of a form whose result has several parts: for each the formula of what it alone gives to an operand.

    In each, `g` and `out` are that part's. Of one that is Flat nothing comes; of one that is None autograd finds it.
    """

    def rule(call: Called) -> Vjp | None:
        terms: list[str] = []
        for number, part in enumerate(parts):
            if f"g{number}" not in call or isinstance(part, Flat):
                continue
            found = part(call) if callable(part) else {by: part}
            text = found and found[by]
            if not text:
                return None
            terms.append(f"let g = g{number}, out = out{number} in {text}")
        return {by: " + ".join([f"({term})" for term in terms])} if terms else {}

    return rule


def same_shape(call: Called, *names: str, but: int | None = None) -> bool:
    """Whether operands have the same sizes, those along one axis aside."""
    shapes = [list(shape_of(call, name)) for name in names]
    for shape in shapes:
        if but is not None and shape:
            shape[but] = 0
    return all(shape == shapes[0] for shape in shapes)


def padded(text: str, before: Sequence[int], after: Sequence[int]) -> str:
    """A formula with so many zeros before and after, along each axis."""
    while before and not before[0] and not after[0]:
        before, after = before[1:], after[1:]
    if not before:
        return text
    pairs = [str(count) for pair in zip(reversed(before), reversed(after), strict=True) for count in pair]
    return f"pad({text}, ({', '.join(pairs)}))"
