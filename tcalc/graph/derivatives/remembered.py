"""Session variables that were computed by what a derivative is by."""

from __future__ import annotations

from typing import Any

from tcalc.check import typed as t
from tcalc.check.dependence import names_of
from tcalc.check.past import GRADIENT, Memory, Past, Version, reached
from tcalc.errors import TcalcError
from tcalc.graph.derivatives.smooth import Points, Smooth, Versions
from tcalc.graph.lower import Lowering


def points_of(body: t.Typed, by: Points, base: Lowering, memory: Memory) -> tuple[Points, Versions]:
    """What stands for the session's variables in a body that were computed by variables that a derivative is by.

    Also for all versions that lie between, by their number.
    Raises TcalcError where one was computed by what such a variable was before, or no longer knows by what.
    """
    names = {name for name in by if isinstance(name, str)}
    ends = {name: memory.version(name) for name in names}
    found = {version.number: by[name] for name, version in ends.items() if version is not None}
    present = {name: memory.version(name) for name in names_of(body, base.binding) - names}
    versions = reached([each for each in present.values() if each is not None], ends, body.span)
    for version in sorted(versions, key=lambda each: each.number):
        past = version.past
        assert past is not None and past.typed is not None
        points: dict[t.Local | str, object] = {
            name: found[each.number] for name, each in past.given.items() if _number(each) in found
        }
        if not points:
            continue
        lowering = _Remembered(base, points, found, past, memory)
        if lowering.touches(past.typed):
            expression = t.retyped(past.typed, version.type)  # data have decided its shape by now
            lowering.touched[id(expression)] = True
            found[version.number] = lowering.lower(expression)
    points = {name: found[each.number] for name, each in present.items() if each is not None and each.number in found}
    return points, found


def _number(given: object) -> int:
    return given.number if isinstance(given, Version) else -1


class Then:
    """The session's variables as they were where a past was; see `check.past.Memory`."""

    def __init__(self, past: Past, now: Memory) -> None:
        self._past, self._now = past, now
        self.value, self.kept = now.value, now.kept

    def version(self, name: str) -> Version | None:
        """See `check.past.Memory`."""
        found = self._past.given.get(name)
        return found if isinstance(found, Version) else None

    def gradient(self, name: str) -> Any:
        """See `check.past.Memory`."""
        return self._past.given.get(GRADIENT + name)


class _Remembered(Smooth):
    """Lowers what a variable was computed by, under the names as they were then.

    A derivative around this one may be by what that was computed by: what stands for it there stands for it here.
    """

    __slots__ = ("memory", "past")

    def __init__(self, base: Lowering, points: Points, versions: Versions, past: Past, memory: Memory) -> None:
        around = {name: base.known(each) for name, each in past.given.items() if isinstance(each, Version)}
        known: dict[t.Local | str, object] = {name: each for name, each in around.items() if each is not None}
        super().__init__(base, {**known, **points}, versions)
        self.past, self.memory = past, memory
        assert past.typed is not None
        for call in past.draws_in():
            if self.touches(call) and not call.row.masks:
                raise TcalcError("grad", "what was drawn here has no derivative by what it was drawn from", call.span)
            self.drawn[id(call)] = base.outside(call, memory.kept(past.draws[id(call)]))

    def lower(self, typed: t.Typed) -> object:
        """See `Lowering.lower`."""
        return Lowering.lower(self, typed)

    def recalled(self, typed: t.Derivative) -> Memory | None:
        """See `Lowering.recalled`."""
        return Then(self.past, self.memory)

    def elsewhere(self, typed: t.Typed) -> bool:
        """See `Lowering.elsewhere`."""
        return False

    def binding(self, local: t.Local) -> t.Typed | None:
        """See `Lowering.binding`."""
        return self.bound_to.get(local)

    def refuse_draw(self, typed: t.Apply) -> None:
        """See `Lowering.refuse_draw`."""
        raise TcalcError("grad", "the random numbers that this drew are not known any more", typed.span)

    def local(self, local: t.Local) -> object:
        """See `Lowering.local`."""
        return Lowering.local(self, local)

    def input(self, typed: t.Typed, name: str) -> object:
        """See `Lowering.input`."""
        if name in self.points:
            return self.points[name]
        given = self.past.given[name]
        if isinstance(given, Version):
            if self.memory.version(name) is given:
                return self.base.input(typed, name)
            given = self.memory.value(given)
        return self.base.outside(typed, self.memory.kept(given))
