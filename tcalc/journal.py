"""What a session ran, and which of it makes the names that there are: what a script is written from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.check.checked import Checked
from tcalc.syntax import nodes
from tcalc.syntax.nodes import LATEST
from tcalc.types.tensor import ConstantType, FunctionType

if TYPE_CHECKING:
    from tcalc.bindings import Bindings
    from tcalc.settings import Settings
    from tcalc.source import Span


class Entry:
    """Something that was run.

    `span` is its text, None where that is not known or must not be run again. It bound `binds` and looked at `uses`;
    `absent` are names that it looked for and that were not bound. `drew` where it drew random numbers, `seeds` where
    it started them anew, `gathers` where it changed gradients. `conditions` are the settings that decide its value,
    None where none do. `value` is the text of what it bound, by itself.
    """

    __slots__ = ("absent", "binds", "conditions", "drew", "gathers", "seeds", "shown", "span", "uses", "value")

    def __init__(self, span: Span | None, binds: Sequence[str], drew: bool = False) -> None:
        self.span, self.binds, self.drew = span, tuple(binds), drew
        self.uses: tuple[str, ...] = ()
        self.absent: tuple[str, ...] = ()
        self.seeds = self.gathers = self.shown = False
        self.conditions: tuple[str, str] | None = None
        self.value = ""


class Journal:
    """What a session ran, in order."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        #: Where the random numbers started that were drawn before any statement started them; None where none were.
        self.seed: int | None = None
        self._has_seed = False

    def enter(self, checked: Checked, drew: bool, settings: Settings, seed: Callable[[], int]) -> None:
        """A statement was run."""
        statement, action = checked.statement, checked.action
        if action == "show":
            binds: tuple[str, ...] = () if checked.silent or not checked.values else LATEST
        else:
            binds = tuple([name for name, _ in checked.variables])
        entry = Entry(None if action == "save" else statement.span, binds, drew)
        entry.uses = tuple([name for name, type in checked.used.items() if type is not None])
        entry.absent = tuple([name for name, type in checked.used.items() if type is None])
        if isinstance(statement, nodes.Bind | nodes.Unpack):
            entry.value = statement.value.span.text
        if isinstance(statement, nodes.Update):
            entry.uses += (_root(statement.target),)
        entry.shown, entry.seeds, entry.gathers = action == "show", action == "seed", action == "gradients"
        if not all(isinstance(each.type, FunctionType | ConstantType) for each in checked.values):
            entry.conditions = settings.default_float.name, settings.device
        self._add(entry, seed)

    def enter_unknown(self, binds: Sequence[str], drew: bool, seed: Callable[[], int]) -> None:
        """Names were bound, or random numbers drawn, by no statement."""
        self._add(Entry(None, binds, drew), seed)

    def _add(self, entry: Entry, seed: Callable[[], int]) -> None:
        if entry.drew and not self._has_seed:
            self.seed = seed()
        self._has_seed = self._has_seed or entry.drew or entry.seeds
        self.entries.append(entry)


def _root(target: nodes.Expr) -> str:
    """The name in `A`, `A[0][1]`, `w.grad`."""
    while isinstance(target, nodes.Index | nodes.Attribute):
        target = target.value
    return target.name if isinstance(target, nodes.Name) else ""


class Line:
    """A line of a script: a statement's text, or where that is "" names whose values are written instead."""

    __slots__ = ("names", "place", "silent", "text")

    def __init__(self, place: int, text: str, names: Sequence[str] = (), silent: bool = False) -> None:
        self.place, self.text, self.names, self.silent = place, text, tuple(names), silent


class Story:
    """How the names of a session came to be, as far as it can be told by statements.

    `refused` are entries that no script can have, by their number.
    """

    def __init__(self, journal: Journal, bindings: Bindings, settings: Settings) -> None:
        self._entries, self._seed = journal.entries, journal.seed
        self._conditions = settings.default_float.name, settings.device
        #: The names that there are, each with the number of what bound it; -1 where that is not known.
        self.present: dict[str, int] = {}
        #: Of each entry what bound the names that it uses, and the one whose random numbers precede its own.
        self._sources: list[list[tuple[str, int]]] = []
        self._drawn_after: list[int | None] = []
        self._follow(bindings)
        self.refused = {place for place, each in enumerate(self._entries) if self._is_foreign(place, each)}
        self._known: dict[int, bool] = {}

    def _follow(self, bindings: Bindings) -> None:
        last: dict[str, int] = {}
        drawn: int | None = None
        for place, entry in enumerate(self._entries):
            self._sources.append([(name, last.get(name, -1)) for name in entry.uses])
            self._drawn_after.append(drawn if entry.drew else None)
            if entry.drew or entry.seeds:
                drawn = place
            last.update(dict.fromkeys(entry.binds, place))
        self.present = {name: last.get(name, -1) for name in bindings.names() if name not in LATEST}

    def _is_foreign(self, place: int, entry: Entry) -> bool:
        """Whether running a statement again would be something else than it was."""
        return (
            entry.span is None
            or (entry.conditions is not None and entry.conditions != self._conditions)
            # Where the numbers of another device started nobody can tell.
            or (entry.drew and self._drawn_after[place] is None and self._conditions[1] != "cpu")
        )

    def _can_run(self, place: int) -> bool:
        """Whether a statement can be run in a script, with all that it needs."""
        waiting = [place]
        while waiting:
            each = waiting[-1]
            if each in self._known:
                waiting.pop()
                continue
            needs = [*self._needs(each)]
            unknown = [other for other, _ in needs if other >= 0 and other not in self._known]
            if unknown and each not in self.refused:
                waiting += unknown
                continue
            self._known[each] = each not in self.refused and all(
                (other >= 0 and self._known[other]) or (name != "" and self.present.get(name) == other)
                for other, name in needs
            )
        return self._known[place]

    def _needs(self, place: int) -> Iterator[tuple[int, str]]:
        """What must have run before an entry, with the name that it takes from there."""
        for name, source in self._sources[place]:
            yield source, name
        after = self._drawn_after[place]
        if after is not None:
            yield after, ""

    def lines(self) -> list[Line]:
        """The statements that make the names that there are, in their order, and the names whose values are written."""
        while True:
            self._known = {}
            kept = self._kept()
            clash = self._clash(kept)
            if clash is None:
                break
            self.refused.add(clash)
        taken = {source for place in kept for source in self._sources[place]}
        needed = {name for name, _ in taken}
        lines = []
        for place in kept:
            entry = self._entries[place]
            assert entry.span is not None
            stays = any((name, place) in taken or self.present.get(name) == place for name in entry.binds)
            if entry.value and not stays:  # for its random numbers alone
                lines.append(Line(place, entry.value, (), True))
            else:
                lines.append(Line(place, entry.span.text, entry.binds, entry.shown and not needed & set(LATEST)))
        by_value: dict[int, list[str]] = {}
        for name, place in self.present.items():
            if place not in kept:
                by_value.setdefault(place, []).append(name)
        lines += [Line(place, "", names) for place, names in by_value.items()]
        return sorted(lines, key=lambda line: line.place)

    def _kept(self) -> set[int]:
        """The entries that a script has."""
        gathering = [place for place, each in enumerate(self._entries) if each.gathers and self._can_run(place)]
        if not any(self._sources[place] for place in gathering):
            gathering = []
        waiting = [place for place in self.present.values() if place >= 0 and self._can_run(place)] + gathering
        kept: set[int] = set()
        while waiting:
            place = waiting.pop()
            if place not in kept:
                kept.add(place)
                waiting += [other for other, _ in self._needs(place) if other >= 0 and self._can_run(other)]
        return kept

    def _clash(self, kept: set[int]) -> int | None:
        """An entry that would find a name bound where there was none."""
        bound: set[str] = set()
        for place in range(-1, len(self._entries)):
            if place in kept:
                if bound & set(self._entries[place].absent):
                    return place
                bound |= set(self._entries[place].binds)
            bound |= {name for name, source in self.present.items() if source == place}
        return None

    def seed(self, lines: Sequence[Line]) -> int | None:
        """Where a script must start the random numbers, None where none are drawn or a statement starts them."""
        drawing = [each.place for each in lines if each.text and self._entries[each.place].drew]
        return self._seed if any(self._drawn_after[place] is None for place in drawing) else None
