"""Statements made ready to run: checked, what decides their shapes computed ahead, lowered, rewritten and planned.

The programs of expressions are kept, and made before Enter where somebody types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.check.checker import Poisoned
from tcalc.check.statements import check_statement
from tcalc.check.typed import Literal, Reference, Settled
from tcalc.errors import TcalcError
from tcalc.graph.compiled import Compiled
from tcalc.graph.cost import numel
from tcalc.graph.lower import lower
from tcalc.graph.rewrite import rewrite
from tcalc.interrupt import Ticket
from tcalc.outcomes import Left, Outcome
from tcalc.programs import Program, Programs, lasts
from tcalc.sharing import SHARED, Sharing
from tcalc.syntax import nodes
from tcalc.syntax.parser import whole
from tcalc.syntax.repeats import have_common_work
from tcalc.types.tensor import TensorType, needs_settling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tcalc.allowance import Allowance
    from tcalc.bindings import Bindings
    from tcalc.check.checked import Checked
    from tcalc.check.checker import Key
    from tcalc.check.typed import Typed
    from tcalc.checking import Checking
    from tcalc.draws import Draws
    from tcalc.foreseen import Foreseen
    from tcalc.graph.graph import Graph
    from tcalc.graph.planned import Planned
    from tcalc.running import Running
    from tcalc.settings import Settings
    from tcalc.source import Source

#: How often a statement is checked again because data decided a shape.
MOST_ROUNDS = 1000
SETTLED = "settled:"


class Preparing:
    """Makes statements ready to run, under the names and the settings of a session."""

    def __init__(
        self,
        bindings: Bindings,
        settings: Settings,
        checking: Checking,
        running: Running,
        draws: Draws,
        allowance: Allowance,
    ) -> None:
        self._bindings, self._settings, self._draws, self._allowance = bindings, settings, draws, allowance
        self._checking, self._running = checking, running
        #: What was made ready, for as long as the settings stay.
        self.programs = Programs()

    def load(self) -> None:
        """Load what is needed where a graph is run, before there is one."""
        from tcalc.graph import planned  # noqa: F401
        from tcalc.graph.rewrites import fusion  # noqa: F401

    def both(self, graph: Graph) -> Planned:
        """A graph as it is written and as it is run."""
        from tcalc.graph.planned import planned  # no program of numbers alone asks

        return planned(graph, self._settings.default_float, self._settings.rewrites)

    def rewritten(self, graph: Graph) -> Graph:
        """The graph that is run."""
        return self.both(graph).run

    def prepared(self, statement: nodes.Statement, ticket: Ticket, sharing: Sharing | None) -> Program:
        """A statement checked and compiled, what decides its shapes computed ahead."""
        return self.program(self.compiled(statement, ticket, sharing=sharing))

    def program(self, compiled: Compiled) -> Program:
        """A compiled statement as torch runs it."""
        checked, graph = compiled.checked, compiled.graph
        if graph is None:
            program = Program(checked, None, compiled.known, 0, False, derivatives=(None,) * len(compiled.known))
            program.remember(self._bindings)
            return program
        if self._settings.rewrites and not self._settings.strict:
            from tcalc.graph.rewrites.fusion import fused

            graph = fused(graph)
        lengths = [numel(each.type) for each, known in zip(checked.values, compiled.known, strict=True) if not known]
        shown = sum(lengths) if checked.action == "show" else 0
        peak = self._allowance.refuse_too_large(graph, checked.statement.span, shown)
        draws, derivatives = compiled.draws, compiled.derivatives
        plan = self._running.engine.Plan(graph)
        program = Program(checked, plan, compiled.known, peak, graph.effect, draws, derivatives)
        program.remember(self._bindings)
        return program

    def compiled(
        self,
        statement: nodes.Statement,
        ticket: Ticket,
        foreseen: Foreseen | None = None,
        sharing: Sharing | None = None,
    ) -> Compiled:
        """A statement checked and lowered, what decides its shapes computed ahead.

        `sharing` knows what it has in common with the statements after it.
        """
        checked, ahead = self.checked(statement, ticket, foreseen)
        rewritten = self.rewritten
        if sharing is not None:

            def rewritten(graph: Graph) -> Graph:
                found = sharing.rewritten(graph, statement, self.rewritten)
                names = [name for name in map(str, [each.name for each in found.inputs]) if name.startswith(SHARED)]
                ticket.settled.update({name: sharing.value(name) for name in names})
                return found

        compiled = Compiled(checked, ahead, keeps_draws=foreseen is None, rewritten=rewritten)
        if foreseen is not None and compiled.graph is not None:
            foreseen.refuse_reading(compiled.graph)
        return compiled

    def ahead(self, source: Source) -> None:
        """Keep the program of a text that will probably be run next, if it is one expression that is all there is.

        Nothing may be told, read or run before it. Another thread than the one that runs may call this: what it finds
        is dropped where names or settings change meanwhile.
        """
        programs, revision = self.programs, self._bindings.revision
        kept = programs.at_hand(source.text)
        if kept is not None and kept.fits(self._bindings):
            return
        ticket = Ticket()
        try:
            statement: nodes.Statement = whole(source, "statement")
            if not isinstance(statement, nodes.Show):
                return
            checked = check_statement(statement, self._bindings, self._checking.surroundings(True, ticket))
            if checked.pending or checked.notes or checked.action != "show":
                return
            program = self.program(Compiled(checked, rewritten=self.rewritten))
        except (TcalcError, Poisoned, RecursionError):
            return  # it is told where the statement is run
        if lasts(ticket) and self._bindings.revision == revision:
            programs.foresee(source.text, program)

    def checked(
        self, statement: nodes.Statement, ticket: Ticket, foreseen: Foreseen | None = None
    ) -> tuple[Checked, list[tuple[str | None, Graph]]]:
        """A statement checked, and what was computed ahead: each graph with the name that its result goes by."""
        surroundings = self._checking.surroundings(True, ticket, foreseen)
        settled: dict[Key, Typed] = {}
        ahead: list[tuple[str | None, Graph]] = []
        for _ in range(MOST_ROUNDS):
            checked = check_statement(statement, self._bindings, surroundings, settled)
            if not checked.pending:
                break
            key, typed = checked.pending[0]
            graph = self.rewritten(lower([typed]))
            if foreseen is not None:
                foreseen.refuse_reading(graph)
            settled[key] = found = self._settle(typed, graph, ticket, len(settled))
            ahead.append((found.name if isinstance(found, Reference) else None, graph))
        return checked, ahead

    def _settle(self, typed: Typed, graph: Graph, ticket: Ticket, number: int) -> Typed:
        """A part of a statement computed ahead: what stands for it when the statement is checked again."""
        try:
            (value,) = self._running.once(graph, typed.span, ticket)
        except TcalcError as error:
            raise self._running.retold(error, [typed], typed.span, ticket) from None
        type = self._running.engine.type_of(value, typed.type)
        if isinstance(type, TensorType) and not type.axes and not needs_settling(typed.type):
            static = value.item()
            return Literal(typed.span, TensorType(type.dtype, (), static), static)
        name = f"{SETTLED}{number}"
        ticket.settled[name] = value
        return Settled(typed.span, type, name, typed)

    def whole(
        self,
        statements: Sequence[nodes.Statement],
        ticket: Ticket,
        perform: Callable[[Program, Ticket], Iterator[Outcome]],
    ) -> list[Compiled]:
        """See `Session.whole`; `perform` runs a program and commits what it binds."""
        found: list[Compiled] = []
        for compiled in self._before_running(statements, self.rewritten):
            if compiled is None:
                return list(self._while_running(statements, ticket, perform))
            found.append(compiled)
        return found

    def _while_running(
        self,
        statements: Sequence[nodes.Statement],
        ticket: Ticket,
        perform: Callable[[Program, Ticket], Iterator[Outcome]],
    ) -> Iterator[Compiled]:
        """Statements compiled up to one that leaves, each of them run then, but that no file is written."""
        foreseen = self._checking.foreseen()
        for statement in statements:
            ticket.begin(statement)
            try:
                compiled = self.compiled(statement, ticket, foreseen)
                yield compiled
                if compiled.checked.action == "save":
                    foreseen.enter(compiled.checked)
                    continue
                for outcome in perform(self.program(compiled), ticket):
                    if isinstance(outcome, Left):
                        return
            finally:
                self._draws.end(ticket)

    def _before_running(
        self, statements: Sequence[nodes.Statement], rewritten: Callable[[Graph], Graph]
    ) -> Iterator[Compiled | None]:
        """The statements of a checked program, up to one that leaves, or to one of which data decide a shape: None."""
        foreseen = self._checking.foreseen()
        for statement in statements:
            surroundings = self._checking.surroundings(True, foreseen=foreseen)
            checked = check_statement(statement, foreseen.scope, surroundings)
            if checked.pending or any(type is not None and needs_settling(type) for type in checked.used.values()):
                yield None
                return
            yield Compiled(checked, rewritten=rewritten)
            foreseen.enter(checked)
            if checked.action == "leave":
                return

    def shared(self, statements: Sequence[nodes.Statement]) -> Sharing | None:
        """What the statements of a program have in common, where that is worth holding."""
        if not have_common_work(statements) or self._settings.strict or not self._settings.rewrites:
            return None
        sharing = Sharing()
        try:
            for compiled in self._before_running(statements, rewrite):
                if compiled is None:
                    break
                sharing.foresee(compiled)
        except (TcalcError, Poisoned, RecursionError):
            pass  # it is told where the statement is run
        return sharing if sharing.is_of_use else None
