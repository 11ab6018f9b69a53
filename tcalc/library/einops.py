"""einops: axes rearranged, reduced and repeated by a pattern such as `"b (h d) -> b h d"`.

The types come from a reading of our own; at run time the einops library computes, with a cache of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from tcalc.errors import counted
from tcalc.library.builtin import Builtin, ByAutograd, Form, Rule
from tcalc.library.flops import NOTHING
from tcalc.library.rules import assumed_equal, divided, new_size, tensor
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes
from tcalc.types.dtypes import DType
from tcalc.types.facts import simplify
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined, which_axis
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Pack, TensorType, Type

DOTS = "..."
REDUCTIONS = ("sum", "mean", "max", "min", "prod", "any", "all")

#: What stands for one axis: names and numbers that are multiplied, `1` being none; or `...`, alone or among others.
Group = tuple["str | int", ...]


class Pattern:
    """A pattern taken apart: on each side a group for each axis, and the names in them."""

    __slots__ = ("left", "left_names", "right", "right_names", "text")

    def __init__(self, text: str, left: tuple[Group, ...], right: tuple[Group, ...]) -> None:
        self.text, self.left, self.right = text, left, right
        self.left_names, self.right_names = _names(left), _names(right)


def _names(groups: tuple[Group, ...]) -> tuple[str, ...]:
    return tuple([name for group in groups for name in group if isinstance(name, str) and name != DOTS])


def _wrong(sentence: str, code: str = "shape", depth: int = 3) -> Mismatch:
    return Mismatch(code, sentence, Place("pattern"), depth=depth)


@lru_cache(maxsize=512)
def read(text: str, function: str) -> Pattern:
    """Take a pattern apart, as `rearrange`, `reduce` or `repeat` has it; a Mismatch where it is none."""
    if text.count("->") != 1:
        raise _wrong(f"a pattern has one -> between its sides, and {text!r} has {text.count('->') or 'none'}")
    left, right = [_side(side, text) for side in text.split("->")]
    pattern = Pattern(text, left, right)
    if any(DOTS in group and len(group) > 1 for group in left):
        raise _wrong(f"... stands in brackets only on the right, and in {text!r} on the left")
    if any(DOTS in group for group in right) and (DOTS,) not in left:
        raise _wrong(f"... stands on the right of {text!r} alone")
    gone = [name for name in pattern.left_names if name not in pattern.right_names]
    new = [name for name in pattern.right_names if name not in pattern.left_names]
    if gone and function != "reduce":
        raise _wrong(f"{_stand(gone)} only on the left of {text!r}; reduce takes axes away")
    if (DOTS,) in left and not any(DOTS in group for group in right) and function != "reduce":
        raise _wrong(f"... stands only on the left of {text!r}; reduce takes axes away")
    if new and function != "repeat":
        raise _wrong(f"{_stand(new)} only on the right of {text!r}; repeat makes axes")
    for groups, allowed in ((left, "reduce"), (right, "repeat")):
        number = next((entry for group in groups for entry in group if isinstance(entry, int) and entry > 1), None)
        if number is not None and function != allowed:
            raise _wrong(f"{function} takes no number but 1 there, and {text!r} has {number}; name the axis")
    return pattern


def _side(side: str, text: str) -> tuple[Group, ...]:
    """One side's groups."""
    groups: list[Group] = []
    inner: list[str | int] | None = None
    seen: set[str | int] = set()
    for word in _words(side, text):
        if word == "(":
            if inner is not None:
                raise _wrong(f"brackets stand in brackets in {text!r}")
            inner = []
        elif word == ")":
            if inner is None:
                raise _wrong(f"a bracket is closed that was not opened in {text!r}")
            groups.append(tuple(inner) if inner != [DOTS] else (DOTS, 1))  # what it stands for as one axis
            inner = None
        else:
            entry = _entry(word, text)
            if isinstance(entry, str) and entry in seen:
                raise _wrong(f"{entry} stands twice on one side of {text!r}")
            seen.add(entry)
            if inner is not None:
                inner += [] if entry == 1 else [entry]
            else:
                groups.append(() if entry == 1 else (entry,))
    if inner is not None:
        raise _wrong(f"a bracket is not closed in {text!r}")
    return tuple(groups)


def _words(side: str, text: str) -> list[str]:
    """Names, numbers, brackets and `...`, in order."""
    words: list[str] = []
    word = ""
    rest = side
    while rest:
        char = rest[0]
        dots = rest.startswith(DOTS)
        if dots or char.isalnum() or char == "_":  # as in einops, `...a` is one word, and a wrong one
            taken = 3 if dots else 1
            word, rest = word + rest[:taken], rest[taken:]
            continue
        if word:
            words.append(word)
            word = ""
        if char in "()":
            words.append(char)
        elif char != " ":
            raise _wrong(f"a pattern is made of names, 1, ..., brackets and spaces, and {text!r} has {char!r}")
        rest = rest[1:]
    return [*words, word] if word else words


def _entry(word: str, text: str) -> str | int:
    if word == DOTS:
        return word
    if word.isdecimal():
        number = int(word)
        if number == 0:
            raise _wrong(f"an axis of size 0 has to be named, and {text!r} has a 0")
        return number
    if not word.isidentifier() or word[0] == "_" or word[-1] == "_":
        raise _wrong(f"{word} is no name for an axis in {text!r}")
    return word


# Types


def by_pattern(function: str) -> Rule:
    """The rule of `rearrange` and `repeat`."""

    def rule(match: Match) -> Type:
        return TensorType(match.result_dtype("any"), _arranged(match, function))

    return rule


def reduced(match: Match) -> Type:
    """The rule of `reduce`: axes that are not on the right are gone."""
    reduction, dtype = match["reduction"], match.result_dtype("any")
    if reduction not in REDUCTIONS:
        raise Mismatch("value", f"reduction is one of {', '.join(REDUCTIONS)}, and not {reduction!r}", depth=5)
    return TensorType(_reduced_dtype(match, str(reduction), dtype), _arranged(match, "reduce"))


def _reduced_dtype(match: Match, reduction: str, dtype: DType) -> DType:
    """As torch's function of that name has it; integers have a mean."""
    if reduction in ("max", "min") and dtype.kind == "complex":
        sentence = f"{{0}} is {tensor(match, 'tensor')}, and complex numbers have no {reduction}"
        raise Mismatch("dtype", sentence, Place("tensor"), depth=5)
    if reduction in ("any", "all"):
        return dtypes.U8 if dtype is dtypes.U8 else dtypes.BOOL
    if reduction in ("sum", "prod"):
        return dtypes.wide_of(dtype)
    return dtypes.float_of(dtype, match.default_float) if reduction == "mean" else dtype


class _Reading:
    """A pattern beside a tensor: the sizes of its names, and the axes that pass through untouched."""

    __slots__ = ("match", "middle", "pattern", "sizes", "untouched")

    def __init__(self, match: Match, pattern: Pattern) -> None:
        self.match, self.pattern = match, pattern
        self.sizes: dict[str, Size] = {}
        #: By their group, the tensor's own axes.
        self.untouched: dict[Group, Axis] = {}
        #: What `...` stands for.
        self.middle: tuple[Axis | Pack, ...] = ()

    def given(self, lengths: tuple[tuple[str, Size], ...]) -> None:
        """The sizes that the call gives."""
        known = {*self.pattern.left_names, *self.pattern.right_names}
        for name, size in lengths:
            if name not in known:
                raise _wrong(f"{name} is given, and {self.pattern.text!r} has no {name}")
            self.sizes[name] = new_size(self.match, size, name)

    def left(self, type: TensorType) -> None:
        """Let the tensor's axes say the sizes of the names on the left."""
        groups, axes = self.pattern.left, type.axes
        dots = (DOTS,) in groups
        fixed = len(groups) - dots
        rank = type.rank
        if rank is None and not dots:
            raise Undetermined
        if rank is not None and (rank < fixed or (not dots and rank != fixed)):
            wanted = f"{'at least ' if dots else ''}{counted(fixed, 'axis', 'axes')}"
            sentence = f"{self.pattern.text!r} is of {wanted}, and {{0}} is {type}"
            raise Mismatch("shape", sentence, Place("tensor"), Place("pattern"), depth=3)
        before = groups.index((DOTS,)) if dots else fixed
        after = fixed - before
        self.middle = axes[before : len(axes) - after]
        for group, position in [
            *zip(groups[:before], range(before), strict=True),
            *zip(groups[before + dots :], range(len(axes) - after, len(axes)), strict=True),
        ]:
            axis = axes[position] if before <= len(axes) - after else None
            if not isinstance(axis, Axis):
                raise Undetermined  # a pack stands for it
            self._split(group, axis, which_axis(position, len(axes)))

    def _split(self, group: Group, axis: Axis, where: str) -> None:
        """One axis as the product of a group's names."""
        missing = [entry for entry in group if isinstance(entry, str) and entry not in self.sizes]
        known = self._product([entry for entry in group if entry not in missing])
        place, has = Place("tensor", axis), f"{{0s}} {where} is {sizes.text(axis.size)}"
        if len(missing) > 1:
            sentence = f"{has}, and {_shown(group)} could split it in many ways: give a size, as {missing[0]}=2"
            raise Mismatch("shape", sentence, place, depth=4)
        if missing:
            size = divided(self.match, axis.size, known)
            if size is None:
                sentence = f"{has}, and {self._told(group)} needs a multiple of {sizes.text(known)}"
                raise Mismatch("shape", sentence, place, depth=4)
            self.sizes[missing[0]] = size
        elif not sizes.agree(known, axis.size) and not assumed_equal(self.match, axis.size, known):
            told = self._told(group)
            told = f"{told} is {sizes.text(known)}" if len(group) > 1 else f"the pattern has {told} there"
            raise Mismatch("shape", f"{has}, and {told}", place, depth=4)
        elif axis.size is sizes.UNKNOWN:
            axis = axis.resized(known)
        self.untouched[group] = axis

    def _product(self, entries: Iterable[str | int]) -> Size:
        """The size of an axis that is made of these."""
        total: Size = 1
        for entry in entries:
            total = sizes.mul(total, self.sizes[entry] if isinstance(entry, str) else entry)
        return total if self.match.facts is None else simplify(total, self.match.facts)

    def _told(self, group: Group) -> str:
        """A group with the sizes that were given: "(b c) with c=2", "c=2", "1"."""
        given = ", ".join([f"{entry}={sizes.text(self.sizes[entry])}" for entry in group if entry in self.sizes])
        if len(group) == 1 and given:
            return given
        return f"{_shown(group)} with {given}" if given else _shown(group)

    def right(self) -> Axes:
        """The axes of the result."""
        axes: list[Axis | Pack] = []
        for group in self.pattern.right:
            if group == (DOTS,):
                axes.extend(self.middle)
            elif group and group in self.untouched:
                axes.append(self.untouched[group])
            else:
                new = [name for name in _names((group,)) if name not in self.sizes]
                if new:
                    raise _wrong(f"{new[0]} is new in {self.pattern.text!r}: give it a size, as {new[0]}=2")
                size = self._product([entry for entry in group if entry != DOTS])
                for axis in self.middle if DOTS in group else ():
                    if isinstance(axis, Pack):
                        raise Undetermined
                    size = sizes.mul(size, axis.size)
                axes.append(Axis(size))
        return tuple(axes)

    def refuse_empty(self, reduction: str) -> None:
        """Nothing has no largest element: every axis that is reduced must have elements."""
        gone = [name for name in self.pattern.left_names if name not in self.pattern.right_names]
        dropped = () if any(DOTS in group for group in self.pattern.right) else self.middle
        lengths = [self.sizes[name] for name in gone] + [axis.size for axis in dropped if isinstance(axis, Axis)]
        if 0 in lengths:
            sentence = f"{{0}} is {tensor(self.match, 'tensor')}: there is no {reduction} of no elements"
            raise Mismatch("shape", sentence, Place("tensor"), depth=5)


def _shown(group: Group) -> str:
    """A group as it is written."""
    return str(group[0]) if len(group) == 1 else f"({' '.join(map(str, group))})" if group else "1"


def _stand(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]} stand" if len(names) > 1 else f"{names[0]} stands"


def _arranged(match: Match, function: str) -> Axes:
    """The axes that a pattern makes of the tensor's."""
    text, lengths = match["pattern"], match["lengths"]
    assert isinstance(text, str) and isinstance(lengths, tuple)
    reading = _Reading(match, read(text, function))
    reading.given(lengths)
    reading.left(tensor(match, "tensor"))
    if match.arguments.get("reduction") in ("max", "min"):
        reading.refuse_empty(str(match["reduction"]))
    return reading.right()


#: The row `repeat` has it too.
BY_PATTERN = ByAutograd("reads a pattern")

ROWS = [
    Builtin(
        "rearrange",
        [
            Form(
                "(tensor: any[*s], pattern: text, lengths: keywords) -> any[...]",
                by_pattern("rearrange"),
                vjp=BY_PATTERN,
            )
        ],
        torch="kernel:rearrange",
        over=(),
        flops=NOTHING,
        doc="einops: axes moved, split and merged by a pattern, in which brackets stand for one axis.",
        example='rearrange([1, 2, 3, 4], "(a b) -> b a", a=2)  #=> [[1, 3], [2, 4]]',
    ),
    Builtin(
        "reduce",
        [
            Form(
                "(tensor: any[*s], pattern: text, reduction: text, lengths: keywords) -> any[...]",
                reduced,
                vjp=BY_PATTERN,
            )
        ],
        torch="kernel:reduce",
        over=(),
        doc=f"einops: as rearrange, and axes that the right side lacks are reduced: {', '.join(REDUCTIONS)}.",
        example='reduce([1, 2, 3, 4], "(a b) -> a", "sum", b=2)  #=> [3, 7]',
    ),
]
