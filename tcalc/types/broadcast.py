"""torch's broadcasting, over sizes that may be symbols, with labels."""

from __future__ import annotations

from tcalc.types import size as sizes
from tcalc.types.mismatch import Place, Undetermined, sizes_meet
from tcalc.types.tensor import Axis, Pack

Axes = tuple[Axis | Pack, ...]


def meet(one: Axis, other: Axis) -> Axis | None:
    """The axis that two axes make where they must be equal, None where they clash.

    Sizes are judged first, labels second; labelled and unlabelled match.
    """
    if not (one.size == other.size or sizes.agree(one.size, other.size)):
        return None
    if one.label is not None and other.label is not None and one.label != other.label:
        return None
    settled = other if one.size is sizes.UNKNOWN else one
    label = one.label or other.label
    alias = one.alias or other.alias
    if settled.label == label and settled.alias == alias:
        return settled
    return Axis(settled.size, label, settled.origin, alias)


def stretch(one: Axis, other: Axis) -> Axis | None:
    """As `meet`, but a size of 1 takes the other's size. A named size is never taken to be 1."""
    if one.size == 1 and other.size != 1:
        one, other = other, one
    elif other.size != 1 or one.size == 1:
        return meet(one, other)
    # `other` is 1 here and `one` is not
    if one.label is not None and other.label is not None and one.label != other.label:
        return None
    return one if one.label is not None or other.label is None else Axis(one.size, other.label, one.origin, one.alias)


class Spread:
    """What several operands broadcast to, and which of them brought each axis (for blame).

    `behind` is how many more axes an operand has behind these: they count where an axis is named by its place.
    """

    __slots__ = ("axes", "behind", "brought", "first", "grew")

    def __init__(self, axes: Axes, parameter: str, item: int | None = None, behind: int = 0) -> None:
        self.axes = axes
        self.behind = behind
        self.first = (parameter, item)
        self.brought = [self.first] * len(axes)
        #: Operands of which an axis was stretched or made, beyond scalars.
        self.grew: set[tuple[str, int | None]] = set()

    def join(self, axes: Axes, parameter: str, item: int | None = None, behind: int = 0) -> None:
        """Broadcast with one more operand; `sizes_meet` where that fails."""
        mine, theirs = self.axes, axes
        key = (parameter, item)
        joined: list[Axis | Pack] = []
        brought: list[tuple[str, int | None]] = []
        long = max(len(mine), len(theirs))
        for back in range(1, long + 1):
            one = mine[-back] if back <= len(mine) else None
            other = theirs[-back] if back <= len(theirs) else None
            if one is None or other is None:
                kept = one if one is not None else other
                assert kept is not None
                if isinstance(kept, Axis) and kept.size != 1:
                    self._mark_grown(key if other is None else None, axes if other is None else mine)
                joined.append(kept)
                brought.append(self.brought[-back] if one is not None else key)
                continue
            if isinstance(one, Pack) or isinstance(other, Pack):
                same = isinstance(one, Pack) and isinstance(other, Pack) and one.name == other.name
                if not same or back != len(mine) or back != len(theirs):
                    raise Undetermined
                joined.append(one)
                brought.append(key)
                continue
            axis = stretch(one, other)
            if axis is None:
                place = Place(*_with_axis(self.brought[-back], one))
                ranks = len(mine) + self.behind, len(theirs) + behind
                other_place = Place(parameter, other, item)
                raise sizes_meet(place, len(mine) - back, ranks[0], other_place, len(theirs) - back, ranks[1])
            if one.size == 1 and axis.size != 1:
                self._mark_grown(None, mine)
            elif other.size == 1 and axis.size != 1:
                self._mark_grown(key, axes)
            joined.append(axis)
            brought.append(key if axis is other else self.brought[-back])
        self.axes = tuple(reversed(joined))
        self.brought = brought[::-1]

    def _mark_grown(self, key: tuple[str, int | None] | None, axes: Axes) -> None:
        """Remember that an operand grew; a scalar always does, and surprises nobody."""
        if axes:
            self.grew.add(key if key is not None else self.first)


def _with_axis(key: tuple[str, int | None], axis: Axis) -> tuple[str, Axis, int | None]:
    return key[0], axis, key[1]


def broadcast(left: Axes, right: Axes, left_name: str, right_name: str) -> Axes:
    """The axes that two operands broadcast to."""
    spread = Spread(left, left_name)
    spread.join(right, right_name)
    return spread.axes
