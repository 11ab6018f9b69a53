"""What a session remembers of how its variables were computed, for derivatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tcalc.bindings import Binding, Bindings
from tcalc.check.checked import Checked
from tcalc.check.past import GRADIENT, Past, Version
from tcalc.errors import TcalcError
from tcalc.interrupt import Ticket

PAST = "past:"


class Recall:
    """See `check.past.Memory`. Values of the past are inputs of the run that a ticket is of.

    `foreseen` are the versions that a program will have bound, which have no values yet. Without a ticket nothing is
    run: only what has a name now can be an input.
    """

    def __init__(
        self,
        bindings: Bindings,
        ticket: Ticket | None,
        engine: Callable[[], Any],
        foreseen: Mapping[str, Version] | None = None,
    ) -> None:
        self._bindings, self._ticket, self._engine = bindings, ticket, engine
        self._foreseen: Mapping[str, Version] = foreseen or {}

    def version(self, name: str) -> Version | None:
        """See `check.past.Memory`."""
        return self._foreseen.get(name) or self._bindings.get(name)

    def value(self, version: Version) -> Any:
        """See `check.past.Memory`."""
        if not isinstance(version, Binding):
            raise _nameless(version.name)
        return self._bindings.value(version, self._engine())

    def gradient(self, name: str) -> Any:
        """See `check.past.Memory`."""
        version = self.version(name)
        if version is not None and version.gradient is not None and self._ticket is not None:
            self._ticket.settled[GRADIENT + name] = version.gradient  # for the past of what is computed by it
        return None if version is None else version.gradient

    def kept(self, value: Any) -> str:
        """See `check.past.Memory`."""
        if self._ticket is None:
            raise _nameless("it")
        name = f"{PAST}{len(self._ticket.settled)}"
        self._ticket.settled[name] = value
        return name


def _nameless(name: str) -> TcalcError:
    return TcalcError("grad", f"this needs what {name} was before, which has no name any more: it can only be run")


def pasts(checked: Checked, version: Callable[[str], Version | None], ticket: Ticket | None) -> list[Past | None]:
    """What each of a statement's values was computed by, None for one that uses no variable.

    One that does not change with any that it uses (`detach(x)`) has a past of no variables: it is no leaf.
    """
    found: list[Past | None] = []
    given: dict[str, Any] | None = None
    drawn = {} if ticket is None else ticket.drawn
    for typed, (changes, mentions) in zip(checked.values, checked.origins, strict=True):
        if not changes:
            found.append(Past(typed, {}, {}) if mentions else None)
            continue
        if given is None:
            given = {} if ticket is None else {**ticket.settled, **ticket.loaded}
            for name in checked.used:
                bound = version(name)
                if bound is not None:
                    given[name] = bound
        found.append(Past(typed, given, drawn))
    return found
