"""Checked and compiled statements, kept by their text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.bindings import Binding, Bindings
from tcalc.check.checked import Checked
from tcalc.check.dependence import remembered
from tcalc.interrupt import Ticket
from tcalc.source import Source, Span
from tcalc.types.tensor import Type

if TYPE_CHECKING:
    from tcalc.backend.engine import Plan

#: So many are kept; values never are.
MOST_PROGRAMS = 2048


class Program:
    """A statement checked and compiled, with the types of the names that it was checked under.

    `types` are those of its results once it has run, where no data decide them.
    """

    __slots__ = ("checked", "derivatives", "draws", "effect", "peak", "plan", "static", "types", "versions")

    def __init__(
        self,
        checked: Checked,
        plan: Plan | None,
        static: Sequence[bool],
        peak: int,
        effect: bool,
        draws: Sequence[int] = (),
        derivatives: Sequence[object] = (),
    ) -> None:
        self.checked, self.plan, self.static, self.peak, self.effect = checked, plan, static, peak, effect
        #: The calls whose random tensors the plan gives after its results, by their identity.
        self.draws = draws
        #: The graphs of those values that are derivatives: see `Compiled.derivatives`.
        self.derivatives = derivatives
        self.types: list[Type] | None = None
        #: The names whose past it looks into, with the number of what they were bound to.
        self.versions: dict[str, int | None] = {}

    def remember(self, bindings: Bindings) -> None:
        """Take note of what derivatives in it depend on besides the types of names."""
        if self.checked.derives:
            names = remembered(self.checked.values) or self.checked.used  # or whether one is a leaf was asked
            self.versions = {name: _number(bindings.get(name)) for name in names}

    def fits(self, bindings: Bindings) -> bool:
        """Whether the names that it was checked under still have the same types."""
        for name, type in self.checked.used.items():
            binding = bindings.get(name)
            now = None if binding is None else binding.variable.type
            if now is not type and now != type:
                return False
        for name, number in self.versions.items():  # noqa: SIM110  # a generator takes as long as all of this
            if _number(bindings.get(name)) != number:
                return False
        return True


def _number(binding: Binding | None) -> int | None:
    """The number of a variable that is a leaf or was computed from others; of all other variables the same."""
    return binding.number if binding is not None and (binding.past is not None or binding.marked) else None


class Programs(dict[str, Program]):
    """Programs by their text; apart from them the one of a text that will probably be run next."""

    def __init__(self) -> None:
        super().__init__()
        self._foreseen: tuple[str, Program] | None = None

    def keep(self, text: str, span: Span, program: Program, ticket: Ticket) -> None:
        """Keep a program for its text, if that is all of the text and the program lasts."""
        if lasts(ticket) and text.strip(" \t\n;") == span.text.strip(" \t\n;"):
            self._keep(text, program)

    def foresee(self, text: str, program: Program) -> None:
        """Have a program at hand, in the place of the one before it, which was not run."""
        self._foreseen = text, program

    def is_at_hand(self, text: str) -> bool:
        """Whether there is a program of a text, which is one whole statement then."""
        foreseen = self._foreseen
        return text in self or (foreseen is not None and foreseen[0] == text)

    def found(self, source: Source, bindings: Bindings) -> Program | None:
        """The program of a text, if the names still have their types. What it tells of places is of where it is now."""
        program = self.get(source.text)
        foreseen, self._foreseen = self._foreseen, None
        if program is None and foreseen is not None and foreseen[0] == source.text:
            program = foreseen[1]
            self._keep(source.text, program)
        if program is None or not program.fits(bindings):
            return None
        program.checked.statement.span.source.move(source)
        return program

    def _keep(self, text: str, program: Program) -> None:
        if len(self) >= MOST_PROGRAMS:
            self.pop(next(iter(self)), None)
        self[text] = program


def lasts(ticket: Ticket) -> bool:
    """Whether no files and no other data decided what the program of a run is."""
    return not ticket.headers and not ticket.settled
