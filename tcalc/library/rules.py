"""What several rules of the library share: reading arguments, choosing axes, and what a reduction leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tcalc.library.builtin import Rule
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, meet
from tcalc.types.facts import simplify
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined, sizes_meet
from tcalc.types.polynomial import operations
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Pack, TensorType, Type


def tensor(match: Match, name: str = "x") -> TensorType:
    """The type of a tensor argument."""
    type = match[name]
    assert isinstance(type, TensorType), name
    return type


def given(match: Match, name: str) -> bool:
    """Whether an optional argument was given."""
    return match.arguments.get(name) is not None


def several(value: object) -> tuple[Size, ...]:
    """The sizes of an option that is one or a tuple of them."""
    return value if isinstance(value, tuple) else (value,)


def listed(wanted: Sequence[Size]) -> str:
    """Sizes as one writes them beside each other."""
    return ", ".join(sizes.text(size) for size in wanted)


def integer(match: Match, name: str) -> int:
    """An option that is an integer; a size of a definition leaves the result open."""
    value = match[name]
    if not isinstance(value, int):
        raise Undetermined
    return value


def ranked(match: Match, name: str = "x") -> tuple[Axis, ...]:
    """The axes of a tensor argument where all are known."""
    axes = tensor(match, name).axes
    if any(isinstance(axis, Pack) for axis in axes):
        raise Undetermined
    return axes  # type: ignore[return-value]  # no packs by the test before


def like(match: Match, axes: Axes) -> TensorType:
    """The elements of an argument of any dtype, with other axes."""
    return TensorType(match.result_dtype("any"), axes)


def assumed(match: Match, size: Size, least: Size) -> bool:
    """Whether a size is at least another; in a definition it is then assumed of the calls."""
    if match.facts is not None:
        return match.facts.assume_at_least(size, least)
    difference = sizes.sub(size, least)
    return not isinstance(difference, int) or difference >= 0


def divided(match: Match, size: Size, by: Size) -> Size | None:
    """The size in `by` equal parts, None where that leaves a rest. A definition assumes that it does not."""
    if by == 0:
        return None
    if isinstance(size, int) and isinstance(by, int):
        return None if size % by else size // by
    facts = match.facts
    if facts is None:
        return sizes.floordiv(size, by)
    return simplify(sizes.floordiv(size, by, facts), facts) if facts.assume_divisible(size, by) else None


def assumed_equal(match: Match, one: Size, other: Size) -> bool:
    """Whether sizes of a definition agree if its divisions come out even (`n * (d // 8) * 8` is `n * d`)."""
    if match.facts is None:
        return False
    for size in (one, other):
        for operation in operations(size, "//"):
            dividend, divisor = operation.operands
            match.facts.assume_divisible(dividend, divisor)
    return sizes.agree(simplify(one, match.facts), simplify(other, match.facts))


def one_label(axes: Axes, name: str, others: Axes, other: str) -> None:
    """Axes that a rule found to be of one size are of one label too."""
    for i, (one, two) in enumerate(zip(axes, others, strict=True)):
        if isinstance(one, Axis) and isinstance(two, Axis) and meet(one, two) is None:
            raise sizes_meet(Place(name, one), i, len(axes), Place(other, two), i, len(others))


def by_axes(axes: Callable[[Match], Axes]) -> Rule:
    """The rule of a result that is written `[...]`: its axes are computed, the rest stands in the signature."""

    def rule(match: Match) -> Type:
        return match.result(match.signature.result, axes(match))

    return rule


def new_size(match: Match, value: object, name: str) -> Size:
    """An argument as the size of a new axis."""
    assert isinstance(value, int | sizes.Poly | sizes.Unknown), value
    if isinstance(value, int) and value < 0:
        place = (Place(name),) if name in match.signature.names else ()
        raise Mismatch("shape", f"a size cannot be negative, and {name} is {value}", *place, depth=3)
    return value


def chosen_axes(match: Match, name: str = "x", option: str = "dim") -> tuple[int, ...] | None:
    """The positions of the axes that an `axis` or `axes` option names, None where it names none: all of them.

    An empty tuple means all, as in torch.
    """
    dims = match.arguments.get(option)
    if dims is None or dims == ():
        return None
    type = tensor(match, name)
    positions: list[int] = []
    for dim in dims if isinstance(dims, tuple) else (dims,):
        if not isinstance(dim, int):  # a size of a definition
            raise Undetermined
        position = normal_axis(dim, type, name)
        if position in positions:
            raise Mismatch("shape", f"{option} names axis {position} twice", Place(name), depth=3)
        positions.append(position)
    return tuple(positions)


def without(match: Match, positions: tuple[int, ...] | None, name: str = "x") -> Axes:
    """The axes that are left where some are reduced; with keepdim those are 1 and keep their labels."""
    axes = tensor(match, name).axes
    if match.arguments.get("keepdim"):
        if positions is None and any(isinstance(axis, Pack) for axis in axes):
            raise Undetermined
        return tuple(
            [
                Axis(1, axis.label) if isinstance(axis, Axis) and (positions is None or i in positions) else axis
                for i, axis in enumerate(axes)
            ]
        )
    return () if positions is None else tuple([axis for i, axis in enumerate(axes) if i not in positions])


def reduced(match: Match) -> Axes:
    """The axes that a reduction of `x` over `dim` leaves."""
    return without(match, chosen_axes(match))


def refuse_empty(match: Match, positions: tuple[int, ...] | None, what: str, name: str = "x") -> None:
    """Nothing has no largest element: every reduced axis must have elements."""
    type = tensor(match, name)
    for i, axis in enumerate(type.axes):
        if isinstance(axis, Axis) and axis.size == 0 and (positions is None or i in positions):
            raise Mismatch("shape", f"{{0}} is {type}: there is no {what} of no elements", Place(name, axis), depth=5)
