"""The checker's errors in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tcalc.check.near import nearest
from tcalc.errors import Mark, TcalcError
from tcalc.source import Span
from tcalc.types import size as sizes
from tcalc.types.mismatch import Mismatch, Place
from tcalc.types.tensor import Axis, ConstantType, FunctionType, Origin, Type

#: A chain of definitions longer than this is told without its middle.
MOST_PARENTS = 4

#: An argument as errors need it: where it stands, its type, and what to call it.
Named = tuple[Span, Type, str]


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
    error = TcalcError(mismatch.code, sentence, span, marks=marks, notes=mismatch.notes)
    error.kind = mismatch.kind
    return error


def fixed(*axes: Axis) -> str:
    """Where axes of one argument got their sizes: "4: B = ones(4, 3), line 2", and what they came through."""
    found: dict[str, list[str]] = {}
    for axis in axes:
        if axis.origin is not None:
            found.setdefault(chain(axis.origin), []).append(sizes.text(axis.size))
    return "; ".join([f"{' and '.join(dict.fromkeys(texts))}: {origin}" for origin, texts in found.items()])


def chain(origin: Origin) -> str:
    """`B = C.T, line 4, from C, line 3`; of a long chain the beginning and the end."""
    parents: list[str] = []
    parent = origin.parent
    while parent is not None:
        parents.append(f", from {parent.name}, line {parent.line}")
        parent = parent.parent
    if len(parents) > MOST_PARENTS:
        parents = [*parents[: MOST_PARENTS - 2], ", …", parents[-1]]
    return f"{origin.text}, line {origin.line}{''.join(parents)}"


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
    error = TcalcError(
        "type", f"{name} takes {wanted}, and {given} {'is' if given == 1 else 'are'} given{missing}", span
    )
    error.kind = "count"
    return error
