"""Why a signature does not fit its arguments: facts about parameters and axes, worded once the arguments are known."""

from __future__ import annotations

from tcalc.types import size as sizes
from tcalc.types.tensor import Axis, Type


class Place:
    """An argument, named by its parameter, and one of its axes where that is the point.

    A list of tensors is one parameter; `item` then says which of them.
    """

    __slots__ = ("axis", "item", "parameter")

    def __init__(self, parameter: str, axis: Axis | None = None, item: int | None = None) -> None:
        self.parameter, self.axis, self.item = parameter, axis, item


class Mismatch(Exception):
    """A call that does not fit.

    `sentence` is a format string in which `{0}` stands for the argument at the first of `places` ("A", "the left
    side") and `{0s}` for its possessive ("A's"). `depth` tells how far matching came: of several forms that do
    not fit, the one that came furthest is the one to report. `kind` is that of the error: see `TcalcError`.
    """

    def __init__(
        self,
        code: str,
        sentence: str,
        *places: Place,
        depth: int = 2,
        notes: tuple[str, ...] = (),
        kind: str = "",
    ) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.places, self.depth, self.notes = code, sentence, places, depth, notes
        self.kind = kind


class WrongRank(Mismatch):
    """An argument with too few axes, or too many.

    `wanted` are the numbers of axes that it may have, each with whether it may have more.
    """

    def __init__(self, type: Type, place: Place, wanted: frozenset[tuple[int, bool]]) -> None:
        super().__init__("shape", f"{{0}} is {type}, but must have {_wanted(wanted)}", place)
        self.type, self.place, self.wanted = type, place, wanted

    def met(self, other: WrongRank) -> WrongRank:
        """What both forms say of an argument, where both speak of the same."""
        one, another = self.place, other.place
        if (one.parameter, one.item) != (another.parameter, another.item):
            return self
        return WrongRank(self.type, one, self.wanted | other.wanted)


def _wanted(counts: frozenset[tuple[int, bool]]) -> str:
    """`1 axis`, `0, 1 or 2 axes`, `at least 2 axes`, `1 or at least 3 axes`"""
    open_from = min([count for count, more in counts if more], default=None)
    exact = sorted({count for count, more in counts if not more and (open_from is None or count < open_from)})
    while open_from is not None and exact[-1:] == [open_from - 1]:
        open_from = exact.pop()
    words = [*map(str, exact), *([f"at least {open_from}"] if open_from is not None else [])]
    last = exact[-1] if open_from is None else open_from
    some = f"{', '.join(words[:-1])} or {words[-1]}" if words[1:] else words[0]
    return f"{some} {'axis' if last == 1 else 'axes'}"


class Undetermined(Exception):
    """The shape cannot be told before values or sizes are known: the result's type is unknown."""


def which_axis(position: int, rank: int) -> str:
    """An axis in words: "last axis", "first axis", "axis 1", "only axis"."""
    if rank == 1:
        return "only axis"
    if position in (-1, rank - 1):
        return "last axis"
    return "first axis" if position == 0 else f"axis {position}"


def sizes_meet(
    left: Place, left_position: int, left_rank: int, right: Place, right_position: int, right_rank: int
) -> Mismatch:
    """Two axes that must match and do not: by label where the sizes agree, else by size."""
    assert left.axis is not None and right.axis is not None
    one, other = left.axis, right.axis
    clash = None not in (one.label, other.label) and one.label != other.label
    if sizes.agree(one.size, other.size) or (clash and 1 in (one.size, other.size)):
        both = f" (both are {sizes.text(one.size)})" if sizes.agree(one.size, other.size) else ""
        # deeper than a wrong dtype: another form of the function is not what was meant
        return Mismatch("label", f"{one.label} meets {other.label}{both}", left, right, depth=6)
    if not (isinstance(one.size, int) and isinstance(other.size, int)):
        return Mismatch("shape", f"{sizes.text(one.size)} meets {sizes.text(other.size)}", left, right, depth=4)
    first, second = which_axis(left_position, left_rank), which_axis(right_position, right_rank)
    if second.endswith(" axis"):
        second = second.removesuffix(" axis")
        second = "" if second == "only" else f" {second}"
    else:
        second = " " + second
    sentence = f"{{0s}} {first} is {one.size}, {{1s}}{second or ' only axis'} is {other.size}"
    return Mismatch("shape", sentence, left, right, depth=4)


def missing_axis(parameter: str, axis: int, type: Type, rank: int, depth: int = 3, item: int | None = None) -> Mismatch:
    """`sum[2]` of a matrix."""
    sentence = f"there is no axis {axis}: {{0}} is {type}, which has {ranks(rank)}"
    return Mismatch("shape", sentence, Place(parameter, None, item), depth=depth)


def ranks(rank: int) -> str:
    """The axes that there are, in words."""
    if rank < 2:
        return "1 axis (0, or -1)" if rank else "no axes"
    return f"{rank} axes (0 to {rank - 1}, or -1 to -{rank})"
