"""What is run for somebody who looks on: nothing is bound or written, and the random state is put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tcalc.graph.derivatives.traced import traced
from tcalc.graph.graph import Graph, Node
from tcalc.graph.rewrite import rewrite
from tcalc.looking import expression
from tcalc.recall import Recall
from tcalc.syntax.parser import whole
from tcalc.timing import timed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tcalc.bindings import Bindings
    from tcalc.draws import Draws
    from tcalc.graph.derivatives.traced import Traced
    from tcalc.interrupt import Ticket
    from tcalc.late import LateEngine
    from tcalc.preparing import Preparing
    from tcalc.running import Running
    from tcalc.settings import Settings
    from tcalc.source import Source
    from tcalc.syntax import nodes
    from tcalc.timing import Timing


class Drawing(Protocol):
    """What is shown of what an expression is computed by: see `show.graphs.Drawing`."""

    def graph(self) -> Graph:
        """The graph that computes what is shown."""

    def fill(self, values: Sequence[Any]) -> None:
        """Take what it gave, as plain data."""


D = TypeVar("D", bound=Drawing)


class Trying:
    """Runs statements to see how that goes. Its methods are those of `Session`."""

    def __init__(
        self,
        bindings: Bindings,
        settings: Settings,
        preparing: Preparing,
        running: Running,
        late: LateEngine,
        draws: Draws,
    ) -> None:
        self._bindings, self._settings, self._preparing, self._running = bindings, settings, preparing, running
        self._late, self._draws = late, draws

    def timed(self, source: Source, ticket: Ticket, number: int | None) -> Timing | None:
        """See `Session.timed`."""
        statement: nodes.Statement = whole(source, "statement")
        ticket.begin(statement)
        try:
            program = self._preparing.program(self._preparing.compiled(statement, ticket))
            self._running.computed(program, ticket)  # what happens once, and whatever is wrong with it
            plan, engine = program.plan, self._late.get()
            if plan is None:
                return None
            values, work = self._running.values(plan, statement.span, ticket), plan.run

            def run() -> None:
                work(values, ticket)
                if self._settings.device != "cpu":
                    engine.wait()

            found = timed(run, ticket, number)
            own = None if ticket.abandoned else timed(engine.smallest_call(), ticket, 1000)
            if found is not None and own is not None:
                found.own = own.median
            return found
        finally:
            self._draws.end(ticket)

    def traced(self, source: Source, drawn: Callable[[str, Traced], D], ticket: Ticket) -> D:
        """See `Session.traced`."""
        statement = expression(source, "value")
        ticket.begin(statement)
        try:
            checked, _ = self._preparing.checked(statement, ticket)
            memory = Recall(self._bindings, ticket, self._late.get)
            found = traced(checked.values[0], memory, self._settings.default_float)
            drawing = drawn(statement.value.span.text, found)
            declared = drawing.graph()
            values = self._running.once(rewrite(declared), statement.span, ticket)
            types = [node.type for node in declared.results if isinstance(node, Node)]
            engine, data_of = self._late.get(), self._running.data_of
            pairs = zip(values, types, strict=True)
            drawing.fill([data_of(value, engine.type_of(value, type)) for value, type in pairs])
        finally:
            self._draws.end(ticket)
        return drawing
