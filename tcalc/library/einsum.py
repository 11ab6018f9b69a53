"""The type of an einsum: letters to axes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from tcalc.errors import counted
from tcalc.types import dtypes
from tcalc.types.broadcast import Spread, meet, stretch
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined, sizes_meet, which_axis
from tcalc.types.tensor import Axis, Pack, TensorType, Type

DOTS = "..."


class Equation:
    """An einsum string taken apart: for each operand its letters, `...` among them, and the output's."""

    __slots__ = ("inputs", "output")

    def __init__(self, inputs: tuple[tuple[str, ...], ...], output: tuple[str, ...]) -> None:
        self.inputs, self.output = inputs, output


@lru_cache(maxsize=512)
def read(text: str) -> Equation:
    """Take an einsum string apart; a Mismatch where it is none."""
    left, arrow, right = text.partition("->")
    inputs = tuple([_letters(part, text) for part in left.split(",")])
    if arrow:
        output = _letters(right, text)
        if len(set(output)) != len(output):
            twice = next(letter for letter in output if output.count(letter) > 1)
            raise Mismatch("shape", f"{twice} stands twice in the output of {text!r}", Place("equation"), depth=3)
        return Equation(inputs, output)
    counts: dict[str, int] = {}
    for part in inputs:
        for letter in part:
            counts[letter] = counts.get(letter, 0) + 1
    once = sorted(letter for letter, count in counts.items() if count == 1 and letter != DOTS)
    return Equation(inputs, ((DOTS,) if DOTS in counts else ()) + tuple(once))


def _letters(part: str, text: str) -> tuple[str, ...]:
    letters: list[str] = []
    rest = part.replace(" ", "")
    while rest:
        if rest.startswith(DOTS):
            if DOTS in letters:
                raise Mismatch("shape", f"... stands twice in one part of {text!r}", Place("equation"), depth=3)
            letters.append(DOTS)
            rest = rest[3:]
        elif rest[0].isascii() and rest[0].isalpha():
            letters.append(rest[0])
            rest = rest[1:]
        else:
            raise Mismatch(
                "shape",
                f"einsum's letters are a to z and A to Z, and {text!r} has {rest[0]!r}",
                Place("equation"),
                depth=3,
            )
    return tuple(letters)


class _Brought:
    """The axis that a letter stands for, and where it was brought from."""

    __slots__ = ("axis", "place", "position", "rank")

    def __init__(self, axis: Axis, place: Place, position: int, rank: int) -> None:
        self.axis, self.place, self.position, self.rank = axis, place, position, rank


def _joined(letter: str, one: _Brought, other: _Brought, agree: Callable[[Axis, Axis], Axis | None]) -> _Brought:
    """What a letter stands for that was brought twice."""
    axis = agree(one.axis, other.axis)
    if axis is None:
        raise _clash(letter, one.place, one.position, one.rank, other.place, other.position, other.rank)
    return _Brought(axis, one.place if axis.size == one.axis.size else other.place, one.position, one.rank)


def _miscounted(text: str, equation: Equation, given: int) -> Mismatch:
    parts = len(equation.inputs)
    sentence = f"{text!r} has {counted(parts, 'part')} on the left, and {counted(given, 'tensor')} given"
    kind = "count" if given < parts else ""
    return Mismatch("type", sentence, Place("equation"), depth=5, kind=kind)  # the sentence says it all


def contracted(match: Match) -> Type:
    """The axes of the output's letters; a letter has one size throughout (torch lets 1 stand for any)."""
    text, operands = match["equation"], match["operands"]
    assert isinstance(text, str) and isinstance(operands, tuple)
    equation = read(text)
    if len(equation.inputs) < len(operands):
        raise _miscounted(text, equation, len(operands))
    known: dict[str, _Brought] = {}
    dots: Spread | None = None
    for item, (letters, type) in enumerate(zip(equation.inputs, operands, strict=False)):
        assert isinstance(type, TensorType)
        if any(isinstance(axis, Pack) for axis in type.axes):
            raise Undetermined
        axes = _lettered(letters, type, item)
        if DOTS in letters:
            at = letters.index(DOTS)
            middle = type.axes[at : len(type.axes) - (len(letters) - 1 - at)]
            if dots is None:
                dots = Spread(middle, "operands", item)
            else:
                dots.join(middle, "operands", item)
        own: dict[str, _Brought] = {}
        for letter, position in axes:
            axis = type.axes[position]
            assert isinstance(axis, Axis)
            brought = _Brought(axis, Place("operands", axis, item), position, len(type.axes))
            if letter in own:  # a diagonal: torch lets no 1 stand for another size here
                own[letter] = _joined(letter, own[letter], brought, meet)
            else:
                own[letter] = brought
        for letter, brought in own.items():
            known[letter] = _joined(letter, known[letter], brought, stretch) if letter in known else brought
    if len(equation.inputs) > len(operands):  # those that are given fit
        raise _miscounted(text, equation, len(operands))
    result: list[Axis | Pack] = []
    for letter in equation.output:
        if letter == DOTS:
            result.extend(dots.axes if dots is not None else ())
        elif letter in known:
            result.append(known[letter].axis)
        else:
            have = ", ".join(known) or "none"
            raise Mismatch(
                "shape",
                f"no operand has the letter {letter} of the output; their letters are {have}",
                Place("equation"),
                depth=4,
            )
    dtype = match.promoted("T")
    return TensorType(dtypes.I64 if dtype in EXACT and widens(text, dtype is dtypes.BOOL) else dtype, tuple(result))


#: Dtypes that a sum makes wider.
EXACT = (dtypes.BOOL, dtypes.U8, dtypes.I8, dtypes.I16, dtypes.I32)


def widens(text: str, logical: bool) -> bool:
    """Whether an einsum of bools (`logical`) or integers is i64: where a letter of one operand alone is summed, as
    `sum` has it; of bools where any letter is, as `@` has it. torch's own dtype depends on which sizes are 1.
    """
    equation = read(text)
    summed = [letter for part in equation.inputs for letter in set(part) if letter not in equation.output]
    return any(logical or summed.count(letter) == 1 for letter in summed)


def _lettered(letters: tuple[str, ...], type: TensorType, item: int) -> list[tuple[str, int]]:
    """Each letter with the axis it stands for."""
    fixed = len(letters) - (DOTS in letters)
    rank = len(type.axes)
    if rank < fixed or (DOTS not in letters and rank != fixed):
        wanted = f"{''.join(letters)!r} names {fixed} {'axis' if fixed == 1 else 'axes'}"
        raise Mismatch("shape", f"{wanted}, and {{0}} is {type}", Place("operands", None, item), depth=3)
    if DOTS not in letters:
        return [(letter, position) for position, letter in enumerate(letters)]
    at = letters.index(DOTS)
    after = len(letters) - 1 - at
    return [(letter, i) for i, letter in enumerate(letters[:at])] + [
        (letter, rank - after + i) for i, letter in enumerate(letters[at + 1 :])
    ]


def _clash(
    letter: str, one: Place, position: int, rank: int, other: Place, other_position: int, other_rank: int
) -> Mismatch:
    plain = sizes_meet(one, position, rank, other, other_position, other_rank)
    if plain.code == "label" or "meets" in plain.sentence:
        return Mismatch(plain.code, f"the letter {letter}: {plain.sentence}", one, other, depth=4)
    assert one.axis is not None and other.axis is not None
    sentence = (
        f"the letter {letter} is {one.axis.size} in {{0}} ({which_axis(position, rank)}) "
        f"and {other.axis.size} in {{1}} ({which_axis(other_position, other_rank)})"
    )
    return Mismatch("shape", sentence, one, other, depth=4)
