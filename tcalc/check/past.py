"""What session variables were computed by, and how a derivative sees through that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any, Protocol

from tcalc.check import typed as t
from tcalc.check.dependence import names_of
from tcalc.errors import TcalcError
from tcalc.source import Span
from tcalc.types.tensor import TensorType, Type

#: A variable that was computed in more steps, one after another, no longer knows how.
MOST_STEPS = 1000

#: Why it is not known any more how something was computed by a name.
TOO_LONG = f"more than {MOST_STEPS} steps ago, which is no longer known"
A_RESULT = "and is an earlier result by now, of which nothing but the value is kept"

#: How what `backward` had gathered for a variable is called among what a past was given: this and the name.
GRADIENT = "grad:"
NOBODY: frozenset[str] = frozenset()

#: What versions are counted by.
NUMBERS = count()


class Version:
    """A variable as it was bound once. A version is computed by such with smaller numbers alone.

    `span` is the statement that bound it, None where none did, and `past` what it was computed by, None where it is a
    beginning. A `marked` one was made with `requires_grad=True`; `gradient` is what `backward` gathered for it.
    """

    __slots__ = ("gradient", "marked", "name", "number", "past", "span", "type", "value")

    def __init__(
        self, name: str, type: Type, value: Any, span: Span | None, past: Past | None, marked: bool = False
    ) -> None:
        self.name, self.type, self.value, self.span, self.past = name, type, value, span, past
        self.marked = marked
        self.gradient: Any = None
        self.number = next(NUMBERS)

    @property
    def line(self) -> int:
        """The line that bound it."""
        return 0 if self.span is None else self.span.line


class Past:
    """What a version was computed by: an expression, and what the names in it were then.

    `given` are versions, or bare values: of files, and of parts computed ahead. `draws` are the random tensors of the
    expression, by the identity of the call. Where all that became too long, `typed` is None and `names` are those that
    it went back to.
    """

    __slots__ = ("draws", "given", "lost", "names", "steps", "typed")

    def __init__(self, typed: t.Typed, given: Mapping[str, Any], draws: Mapping[int, Any]) -> None:
        self.typed: t.Typed | None = typed
        self.given, self.draws = given, draws
        self.names: frozenset[str] = NOBODY
        self.lost = TOO_LONG
        steps: int = 1
        for each in given.values():
            past = each.past if isinstance(each, Version) else None
            if past is not None and past.steps >= steps:
                steps = past.steps + 1
        self.steps: int = steps
        if steps > MOST_STEPS:
            self._forget()

    def _forget(self) -> None:
        names = set(self.names)
        for version in _versions(self):
            names.add(version.name)
            if version.past is not None:
                names |= version.past.names
        self.typed, self.given, self.draws, self.names, self.steps = None, {}, {}, frozenset(names), 0

    def values(self) -> Iterator[tuple[Type, Any]]:
        """The values that it holds, with their types, each version's once."""
        for version in _versions(self):
            if version.value is not None:
                yield version.type, version.value

    def let_go(self) -> Past:
        """The same without what it holds: the names that it went back to are known, and nothing else."""
        past = Past.__new__(Past)
        past.typed, past.given, past.draws, past.names, past.steps = self.typed, self.given, self.draws, self.names, 0
        past._forget()
        past.lost = self.lost if self.typed is None else A_RESULT
        return past

    def draws_in(self) -> list[t.Apply]:
        """The calls that drew its random tensors."""
        found: list[t.Apply] = []
        seen: set[int] = set()
        stack = [] if self.typed is None else [self.typed]
        while stack and self.draws:
            each = stack.pop()
            if id(each) not in seen:
                seen.add(id(each))
                if id(each) in self.draws and isinstance(each, t.Apply):
                    found.append(each)
                stack.extend(t.inside(each))
        return found

    def smooth(self) -> list[Version]:
        """The versions that the expression changes with."""
        if self.typed is None:
            return []
        found = [self.given.get(name) for name in names_of(self.typed)]
        return [each for each in found if isinstance(each, Version)]


def reached(present: Iterable[Version], by: Mapping[str, Version | None], span: Span) -> list[Version]:
    """The versions with a past that some versions go back to, down to those that a derivative is by.

    Raises TcalcError where one was computed by what such a variable was before, or no longer knows by what.
    """
    ends = {each.number for each in by.values() if each is not None}
    seen: dict[int, Version] = {}
    stack = [(each, each) for each in present]
    while stack:
        version, asked = stack.pop()
        past = version.past
        if past is None or version.number in seen or version.number in ends:
            continue
        for name in sorted(past.names & set(by)):
            raise TcalcError(
                "grad",
                f"{(asked if past.lost is TOO_LONG else version).name} was computed by {name} {past.lost}",
                span,
            )
        if past.typed is None:
            continue
        seen[version.number] = version
        for each in past.smooth():
            if each.name in by and each.number not in ends:
                raise _earlier(asked, version, each, by[each.name], span)
            stack.append((each, asked))
    return list(seen.values())


def _earlier(asked: Version, version: Version, was: Version, now: Version | None, span: Span) -> TcalcError:
    """A variable was computed by what one that the derivative is by was before."""
    since = "" if now is None else f", which line {now.line} bound anew"
    through = "" if version is asked else f", through {version.name}"
    return TcalcError(
        "grad",
        f"{asked.name} was computed by an earlier {was.name}{through}{since}",
        span,
        notes=[f"line {version.line}, run once more, computes {version.name} by what {was.name} is now"],
    )


def leaves(present: Iterable[Version]) -> list[Version]:
    """What some versions go back to, in the order it was bound: those marked, and where there are none, the floating
    ones that no variable was used for.
    """
    seen: dict[int, Version] = {}
    stack = list(present)
    while stack:
        version = stack.pop()
        if version.number not in seen:
            seen[version.number] = version
            if version.past is not None and not version.marked:
                stack.extend(version.past.smooth())
    found = sorted(seen.values(), key=lambda each: each.number)
    beginnings = [each for each in found if each.past is None and _is_floating(each.type)]
    return [each for each in found if each.marked] or beginnings


def is_marked(typed: t.Typed) -> bool:
    """Whether an expression makes a leaf: it says `requires_grad=True`."""
    while isinstance(typed, t.Convert | t.Bound):
        typed = typed.operand if isinstance(typed, t.Convert) else typed.body
    return isinstance(typed, t.Apply) and typed.options.get("requires_grad") is True


def _is_floating(type: Type) -> bool:
    return isinstance(type, TensorType) and type.dtype.kind in ("float", "complex")


class Memory(Protocol):
    """The session's variables, as a derivative asks for them."""

    def version(self, name: str) -> Version | None:
        """A variable as it is now."""

    def value(self, version: Version) -> Any:
        """A version's value as a tensor, or a tuple of such."""

    def gradient(self, name: str) -> Any:
        """What `backward` gathered for a variable, None where nothing did."""

    def kept(self, value: Any) -> str:
        """The name by which a value of the past is an input of the graph."""


def _versions(past: Past) -> Iterator[Version]:
    """All versions that a past goes back to, each once."""
    stack = [past]
    seen: set[int] = set()
    while stack:
        for each in stack.pop().given.values():
            if isinstance(each, Version) and each.number not in seen:
                seen.add(each.number)
                yield each
                if each.past is not None:
                    stack.append(each.past)
