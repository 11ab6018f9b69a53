"""Checked and compiled statements, kept by their text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.bindings import Bindings
from tcalc.check.checked import Checked
from tcalc.interrupt import Ticket
from tcalc.source import Span
from tcalc.types.tensor import Type

if TYPE_CHECKING:
    from tcalc.backend.engine import Plan

#: So many are kept; values never are.
MOST_PROGRAMS = 2048


class Program:
    """A statement checked and compiled, with the types of the names that it was checked under.

    `types` are those of its results once it has run, where no data decide them.
    """

    __slots__ = ("checked", "draws", "effect", "peak", "plan", "static", "types")

    def __init__(
        self,
        checked: Checked,
        plan: Plan | None,
        static: Sequence[bool],
        peak: int,
        effect: bool,
        draws: Sequence[int] = (),
    ) -> None:
        self.checked, self.plan, self.static, self.peak, self.effect = checked, plan, static, peak, effect
        #: The calls whose random tensors the plan gives after its results, by their identity.
        self.draws = draws
        self.types: list[Type] | None = None

    def fits(self, bindings: Bindings) -> bool:
        """Whether the names that it was checked under still have the same types."""
        for name, type in self.checked.used.items():
            binding = bindings.get(name)
            now = None if binding is None else binding.variable.type
            if now is not type and now != type:
                return False
            if self.checked.derives and binding is not None and binding.past is not None:
                return False  # what it was computed by may be another than it was
        return True


class Programs(dict[str, Program]):
    """Programs by their text."""

    def keep(self, text: str, span: Span, program: Program, ticket: Ticket) -> None:
        """Keep a program for its text, if that is all of the text and the program lasts."""
        if not lasts(ticket) or text.strip(" \t\n;") != span.text.strip(" \t\n;"):
            return
        if len(self) >= MOST_PROGRAMS:
            self.pop(next(iter(self)), None)
        self[text] = program


def lasts(ticket: Ticket) -> bool:
    """Whether no files and no other data decided what the program of a run is."""
    return not ticket.headers and not ticket.settled
