"""Checked and compiled expressions, kept by their text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.bindings import Binding, Bindings
from tcalc.check.checked import Checked
from tcalc.check.dependence import remembered, varied
from tcalc.check.scope import Variable
from tcalc.interrupt import Ticket
from tcalc.source import Source, Span
from tcalc.syntax import nodes
from tcalc.types.tensor import TensorType, Type

if TYPE_CHECKING:
    from tcalc.backend.engine import Plan

#: So many are kept; values never are.
MOST_PROGRAMS = 2048


class Program:
    """A statement checked and compiled, with what it depends on of the names that it was checked under.

    `types` are those of its results once it has run, where no data decide them.
    """

    __slots__ = (
        "beginnings",
        "checked",
        "derivatives",
        "draws",
        "effect",
        "peak",
        "plan",
        "static",
        "types",
        "variables",
        "versions",
    )

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
        #: The names that it was checked under, with what was known of them.
        self.variables: dict[str, Variable | None] = {}
        #: The names whose past it looks into, with the number of what they were bound to.
        self.versions: dict[str, int | None] = {}
        #: Those that its derivatives are by, where such a past may go back to what they were bound to then.
        self.beginnings: dict[str, int | None] = {}

    def remember(self, bindings: Bindings) -> None:
        """Take note of what it depends on: of what was known of its names, and of what its derivatives look into."""
        self.variables = {name: bindings.lookup(name) for name in self.checked.used}
        if self.checked.derives:
            looked_into = remembered(self.checked.values)
            names = looked_into or self.checked.used  # or whether one is a leaf was asked
            self.versions = {name: _number(bindings.get(name)) for name in names}
            if any(self.versions[name] is not None for name in looked_into):
                self.beginnings = {name: bindings.number(name) for name in varied(self.checked.values)}

    def fits(self, bindings: Bindings) -> bool:
        """Whether as much is known of the names that it was checked under, and its derivatives find the same past."""
        for name, known in self.variables.items():
            binding = bindings.get(name)
            now = None if binding is None else binding.variable
            if now is not known and (now is None or known is None or not _is_alike(now, known)):
                return False
        for name, number in self.versions.items():
            if _number(bindings.get(name)) != number:
                return False
        for name, number in self.beginnings.items():  # noqa: SIM110  # a generator takes as long as all of this
            if bindings.number(name) != number:
                return False
        return True

    def placed(self, source: Source) -> nodes.Statement:
        """Its statement as one of another source of the same text, by which its places are told from now on.

        What a run binds or raises must have that source: this one's is moved by the next run.
        """
        statement = self.checked.statement
        own = statement.span.source
        if own.first_line == source.first_line and own.name == source.name:
            return statement  # where lines have no numbers of their own
        own.name, own.first_line = source.name, source.first_line
        return _in(source, statement)


def _in(source: Source, statement: nodes.Statement) -> nodes.Show:
    """An expression as a statement of another source of the same text."""
    assert isinstance(statement, nodes.Show)
    return nodes.Show(Span(source, statement.span.start, statement.span.end), statement.silent, statement.value)


def _is_alike(now: Variable, known: Variable) -> bool:
    """Whether the same is known of two variables; of wide integers, which hardly wrap, not which they are."""
    type = now.type
    if type is not known.type and type != known.type:
        return False
    narrow = isinstance(type, TensorType) and type.dtype.bits < 64
    return (
        now.rounding == known.rounding
        and now.names_axes == known.names_axes
        and (not narrow or [*now.integers] == [*known.integers])
    )


def _number(binding: Binding | None) -> int | None:
    """The number of a variable that is a leaf or was computed from others; of all other variables the same."""
    return binding.number if binding is not None and (binding.past is not None or binding.marked) else None


class Programs(dict[str, Program]):
    """Programs by their text; apart from them the one of a text that will probably be run next."""

    def __init__(self) -> None:
        super().__init__()
        self._foreseen: tuple[str, Program] | None = None

    def keep(self, text: str, span: Span, program: Program, ticket: Ticket) -> None:
        """Keep the program of an expression for its text, if that is all of the text and the program lasts."""
        is_shown = isinstance(program.checked.statement, nodes.Show) and not program.checked.notes
        if is_shown and lasts(ticket) and text.strip(" \t\n;") == span.text.strip(" \t\n;"):
            self._keep(text, program)
            own = span.source
            ticket.statement = _in(Source(own.text, own.name, own.first_line), program.checked.statement)

    def foresee(self, text: str, program: Program) -> None:
        """Have a program at hand, in the place of the one before it, which was not run."""
        self._foreseen = text, program

    def at_hand(self, text: str) -> Program | None:
        """The program of a text, which is one whole statement then, whether it still fits or not."""
        foreseen = self._foreseen
        return foreseen[1] if foreseen is not None and foreseen[0] == text else self.get(text)

    def found(self, source: Source, bindings: Bindings) -> Program | None:
        """The program of a text, if it still fits."""
        foreseen, self._foreseen = self._foreseen, None
        if foreseen is not None and foreseen[0] == source.text:
            self._keep(*foreseen)
        program = self.get(source.text)
        return program if program is not None and program.fits(bindings) else None

    def _keep(self, text: str, program: Program) -> None:
        if len(self) >= MOST_PROGRAMS:
            self.pop(next(iter(self)), None)
        self[text] = program


def lasts(ticket: Ticket) -> bool:
    """Whether no files and no other data decided what the program of a run is."""
    return not ticket.headers and not ticket.settled
