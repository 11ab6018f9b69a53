"""The checker's errors in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tcalc.check.near import nearest
from tcalc.errors import Mark, TcalcError
from tcalc.source import Span
from tcalc.types import size as sizes
from tcalc.types.mismatch import Mismatch, Place
from tcalc.types.tensor import Axis, ConstantType, FunctionType, Origin, Type

#: An argument as errors need it: where it stands, its type, and what to call it.
Named = tuple[Span, Type, str]

LONGEST_DEFINITION = 40


def misfit(span: Span, mismatch: Mismatch, find: Callable[[Place], Named | None]) -> TcalcError:
    """A call that does not fit, in the names of its arguments."""
    words: list[str] = []
    marks: list[Mark] = []
    for place in mismatch.places:
        named = find(place)
        if named is None:
            words.append(place.parameter)
            continue
        words.append(named[2])
        said = "" if isinstance(named[1], ConstantType | FunctionType) else str(named[1])  # the sentence says it
        marks.append(Mark(named[0], said, "" if place.axis is None else fixed(place.axis)))
    sentence = mismatch.sentence
    for index, word in enumerate(words):
        sentence = sentence.replace(f"{{{index}s}}", word + "'s").replace(f"{{{index}}}", word)
    return TcalcError(mismatch.code, sentence, span, marks=marks, notes=mismatch.notes)


def fixed(axis: Axis) -> str:
    """Where an axis got its size: "4: B = ones(4, 3), line 2", and what it came through."""
    if axis.origin is None:
        return ""
    text = f"{sizes.text(axis.size)}: {origin_text(axis.origin)}"
    seen = axis.origin.name
    parent = axis.origin.parent
    while parent is not None:
        if parent.name != seen:  # an update keeps the name: only where it came from another one is news
            text += f", from {parent.name}, line {parent.line}"
        seen, parent = parent.name, parent.parent
    return text


def origin_text(origin: Origin) -> str:
    """`B = ones(4, 3), line 2`"""
    return f"{origin.text}, line {origin.line}"


def shortened(text: str) -> str:
    """A definition's text in one line that is not long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_DEFINITION else line[: LONGEST_DEFINITION - 2].rstrip() + " …"


def unknown_name(name: str, span: Span, known: Sequence[str], spellings: Mapping[str, str] = {}) -> TcalcError:
    """A name that nothing has, with the names near it."""
    if name in spellings:
        return TcalcError("name", f"there is no {name}; tcalc's is {spellings[name]}", span)
    near = nearest(name, known)
    if not near:
        return TcalcError("name", f"there is no {name}", span)
    return TcalcError("name", f"there is no {name}; did you mean {' or '.join(near)}?", span)


def wrong_count(name: str, least: int, most: int, given: int, span: Span, missing: str = "") -> TcalcError:
    """A call with too few or too many arguments; `missing` says which is left out."""
    if least == most:
        wanted = f"{least} argument{'' if least == 1 else 's'}"
    elif most >= 10**6:
        wanted = f"at least {least} argument{'' if least == 1 else 's'}"
    else:
        wanted = f"{least} to {most} arguments"
    return TcalcError(
        "type", f"{name} takes {wanted}, and {given} {'is' if given == 1 else 'are'} given{missing}", span
    )
