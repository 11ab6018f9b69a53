"""A session: names, what they are bound to, settings. The one place with state.

A statement is a transaction: it is checked, its memory is predicted, it runs, and only then do names change. A
statement that fails changes nothing, not even the state of the random numbers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tcalc import minima
from tcalc.allowance import Allowance
from tcalc.bindings import Binding, Bindings
from tcalc.check.checked import HIDDEN, Checked
from tcalc.check.checker import Key, Poisoned
from tcalc.check.scope import Scope, Variable
from tcalc.check.statements import check_statement
from tcalc.check.surroundings import Surroundings
from tcalc.check.typed import Apply, Literal, Reference, Settled, Typed
from tcalc.draws import Draws
from tcalc.errors import Note, Repair, TcalcError
from tcalc.foreseen import Foreseen
from tcalc.graph.compiled import Closed, Compiled, is_derivative
from tcalc.graph.cost import numel
from tcalc.graph.graph import Graph, Node
from tcalc.graph.lower import FILE, alone, file_of, lower
from tcalc.graph.planned import Planned, planned
from tcalc.graph.rewrite import rewrite
from tcalc.graph.rewrites.fusion import fused
from tcalc.interrupt import Blamed, Ticket
from tcalc.late import LateEngine, device_is_there, kernel_sources
from tcalc.outcomes import Bound, Failed, Left, Noted, Outcome, Saved, Shown
from tcalc.programs import Program, Programs, lasts
from tcalc.reading import Reading
from tcalc.recall import Recall, pasts
from tcalc.saving import Saving
from tcalc.settings import SWITCHES, Settings, Value
from tcalc.sharing import SHARED, Sharing
from tcalc.source import Source, Span
from tcalc.strict import made_nan, refuse_static_nan
from tcalc.syntax import nodes
from tcalc.syntax.parser import engine as load_parser
from tcalc.syntax.parser import parse_statements, whole
from tcalc.syntax.repeats import have_common_work
from tcalc.telling import Telling
from tcalc.types.data import ConstantData, Data, StaticData, TupleData
from tcalc.types.tensor import (
    UNKNOWN_TYPE,
    ConstantType,
    FunctionType,
    TensorType,
    TupleType,
    Type,
    UnknownType,
    needs_settling,
)

if TYPE_CHECKING:
    from tcalc.backend.engine import Plan
    from tcalc.check.spots import Spot
    from tcalc.check.words import Words
    from tcalc.costing import Costs
    from tcalc.glances import Glance
    from tcalc.graph.derivatives.traced import Traced
    from tcalc.journal import Journal
    from tcalc.steps import Step
    from tcalc.timing import Timing

#: How often a statement is checked again because data decided a shape.
MOST_ROUNDS = 1000
#: With more errors than this, those that follow come without repairs and near names: these take milliseconds to find.
MOST_REPAIRED = 100
SETTLED = "settled:"


class Drawing(Protocol):
    """What is shown of what an expression is computed by: see `show.graphs.Drawing`."""

    def graph(self) -> Graph:
        """The graph that computes what is shown."""

    def fill(self, values: Sequence[Any]) -> None:
        """Take what it gave, as plain data."""


D = TypeVar("D", bound=Drawing)


class Session:
    """Names, history and settings; runs programs statement by statement."""

    def __init__(self, settings: Settings | None = None, engine: LateEngine | None = None) -> None:
        self.settings = settings or Settings()
        self.bindings = Bindings()
        self._programs = Programs()
        self._reading = Reading(self.settings, self.bindings.held)
        self._saving = Saving(self.settings)
        self._late = engine or LateEngine(self.settings)
        #: Held while names change, and while a run is given up; never for long.
        self._lock = threading.Lock()
        self._draws = Draws(self._lock)
        #: The repairs that the program run last was offered, as they are numbered, and whether it failed.
        self.offered: list[Repair] = []
        self._telling = Telling()
        self.has_failed = False
        #: What the statements of the program at hand have in common, where that is worth holding.
        self._sharing: Sharing | None = None
        self.allowance = Allowance(self.settings, self._bytes_held)
        #: What was run, where somebody will want to know: see `record`.
        self.journal: Journal | None = None
        self.reset()

    def record(self) -> None:
        """From now on keep what is run, so that it can be saved as a script."""
        from tcalc.journal import Journal  # a shell alone asks

        self.journal = Journal()

    def results(self) -> dict[str, Type]:
        """The types of the results that have a number, by name, the newest first."""
        found = [] if self.bindings.results is None else self.bindings.results.names()
        return {name: self.bindings[name].variable.type for name in found}

    def number_results(self) -> None:
        """From now on results have names by their number, `_1` and so on."""
        from tcalc.results import Results  # a shell alone asks

        self.bindings.results = Results(self.bindings, self._late.get, self.settings.memory)

    # Names

    def reset(self) -> None:
        """Forget all names."""
        self.bindings.clear()
        self._programs.clear()
        if self.settings.arguments is not None:
            items = tuple([ConstantType(text) for text in self.settings.arguments])
            self.bindings["args"] = Binding("args", Variable(TupleType(items)), None)

    def change(self, setting: str, value: Value) -> None:
        """Change a setting: see `settings.SWITCHES`. What was compiled under the old one is not run again.

        Raises TcalcError for a device that torch has not.
        """
        if setting == "device" and value != "cpu" and not device_is_there(str(value)):
            raise TcalcError("value", f"torch finds no device {value} here")
        setattr(self.settings, SWITCHES[setting].slot, value)
        self._programs.clear()
        if setting in ("dtype", "device"):
            self._late.set_up_anew()

    def seed(self) -> int:
        """The number that the random numbers were last started at."""
        if self.has_torch or self.settings.seed is None:
            number: int = self.engine.initial_seed()
            return number if number < 2**63 else number - 2**64  # which torch takes for the same
        return self.settings.seed

    def lookup(self, name: str) -> Variable | None:
        """See `check.scope.Scope`."""
        return self.bindings.variable(name)

    def names(self) -> list[str]:
        """See `check.scope.Scope`."""
        return self.bindings.listed()

    def bind(self, name: str, type: Type, value: Any = None) -> None:
        """Bind a name to a value that no statement made; None where the type carries it."""
        self.bindings[name] = Binding(name, Variable(type), value)
        if self.journal is not None:
            self.journal.enter_unknown([name], False, self.seed)

    def forget(self, name: str) -> bool:
        """Remove a name; whether there was one."""
        return self.bindings.forget(name)

    def _bytes_held(self) -> int:
        return self.bindings.held() + (0 if self._sharing is None else self._sharing.held)

    def data(self, name: str) -> Data:
        """A variable's value as plain data."""
        binding = self.bindings[name]
        return self.data_of(binding.value, binding.variable.type)

    # Checking

    def check(self, source: Source) -> tuple[list[nodes.Statement], list[Outcome]]:
        """The statements of a whole program that can be run, its errors and notes in order. Nothing is run.

        What depends on a statement with an error cannot be run either, and is not reported again.
        """
        foreseen = Foreseen(self, self.bindings)
        statements: list[nodes.Statement] = []
        outcomes: list[Outcome] = []
        telling = Telling(self._telling)
        for parsed in parse_statements(source):
            if isinstance(parsed, TcalcError):
                outcomes.append(Failed(parsed))
                foreseen.unbind(parsed.unbound)
                continue
            try:
                surroundings = self._surroundings(foreseen=foreseen)
                surroundings.brief = len(outcomes) >= MOST_REPAIRED
                checked = check_statement(parsed, foreseen.scope, surroundings)
            except TcalcError as error:
                if not surroundings.brief:
                    self._offer_repairs(error, parsed, foreseen.scope, foreseen)
                outcomes.append(Failed(error.with_traceback(None), parsed))  # which would hold all that was checked
            except Poisoned:
                pass
            except RecursionError:
                outcomes.append(Failed(_too_deep(parsed), parsed))
            else:
                statements.append(parsed)
                outcomes.extend(self._noted(checked, foreseen.scope, telling, not surroundings.brief))
                foreseen.enter(checked)
                continue
            foreseen.spoil(parsed)
        return statements, outcomes

    def _offer_repairs(
        self, error: TcalcError, statement: nodes.Statement, scope: Scope, foreseen: Foreseen | None = None
    ) -> None:
        """What may have been meant by a statement that does not check."""
        from tcalc.check.repairs import repairs  # nothing that runs needs it

        surroundings = self._surroundings(foreseen=foreseen)
        surroundings.brief = True  # what the errors of trials say is not read
        error.repairs += repairs(error, statement, scope, surroundings)

    def _noted(self, checked: Checked, scope: Scope, telling: Telling, repaired: bool = True) -> list[Noted]:
        """The notes on a statement, where they are wanted, each with what may have been meant."""
        notes = telling.news(checked)
        if not notes or not self.settings.notes:
            return []
        from tcalc.check.repairs import note_repairs

        for note in notes if repaired else ():
            note.repairs += note_repairs(note, checked.statement, scope, self._surroundings())
        return [Noted(note) for note in notes]

    def type_of(self, source: Source) -> tuple[Type, list[Note]]:
        """The type of an expression, without running it."""
        from tcalc.syntax.parser import parse_expression

        expression = parse_expression(source)
        return self.type_of_statement(nodes.Show(expression.span, False, expression))

    def type_of_statement(self, statement: nodes.Show) -> tuple[Type, list[Note]]:
        """The same of one that was read already."""
        checked = self._looked_at(statement)
        notes = checked.notes if self.settings.notes else []
        return (checked.values[0].type if checked.values else UNKNOWN_TYPE), notes

    def _looked_at(self, statement: nodes.Statement) -> Checked:
        """A statement checked for somebody who asks for types, and wants to see them though torch be loaded for it."""
        surroundings = self._surroundings()
        surroundings.infer = self._inferred
        return check_statement(statement, self, surroundings)

    def steps(self, source: Source) -> tuple[list[Step], TcalcError | None]:
        """The steps of an expression as far as they check, and why the whole of it does not. Nothing is run."""
        from tcalc.steps import Steps  # the shell alone asks

        statement: nodes.Statement = whole(source, "statement")
        root = getattr(statement, "value", None)
        if not isinstance(root, nodes.Expr):
            raise TcalcError("type", "this is no expression: it has no steps", statement.span)
        steps = Steps(lambda part: self._looked_at(nodes.Show(part.span, False, part)), self.bindings)
        found = [*steps.of(root)]
        try:
            self._looked_at(statement)
        except TcalcError as error:
            self._offer_repairs(error, statement, self)
            self._failed(error, statement)
            return found, error
        return found, None

    def glance(self, source: Source) -> Glance | None:
        """What will come of a text that is still being typed: see `glances.Glance`. Nothing is run."""
        from tcalc.glances import glance  # the shell alone asks

        foreseen = Foreseen(self, self.bindings)
        return glance(source, foreseen, lambda: self._surroundings(foreseen=foreseen))

    def spot(self, source: Source, place: int) -> Spot | None:
        """What may stand where a text that is still being typed has a hole: see `check.spots.Spot`. Nothing is run."""
        from tcalc.glances import spot  # the shell alone asks

        foreseen = Foreseen(self, self.bindings)
        return spot(source, place, foreseen, lambda: self._surroundings(foreseen=foreseen))

    def compiled(self, source: Source) -> tuple[Checked, Graph]:
        """The one statement that a text is, checked, and the graph that it is run as. Nothing is run."""
        checked, graph = self._lowered(source)
        return checked, self._rewritten(graph)

    def planned(self, source: Source) -> Planned:
        """The graph of a statement as it is written and as it is run. Nothing is run."""
        checked, _ = self._lowered(source)
        return self.plan_of(Compiled(checked))

    def plan_of(self, compiled: Compiled) -> Planned:
        """The same of one that is compiled; a graph of nothing where nothing runs."""
        return self._both(compiled.lowered or Graph(()))

    def costs(self, source: Source) -> Costs | None:
        """What a statement takes as it is written; None where nothing runs."""
        from tcalc.costing import statement_costs  # nothing that runs needs it

        return statement_costs(self._lowered(source)[0], self, self._surroundings(True))

    def _lowered(self, source: Source) -> tuple[Checked, Graph]:
        statement: nodes.Statement = whole(source, "statement")
        checked = check_statement(statement, self, self._surroundings(True))
        if checked.pending:
            waits = checked.pending[0][1]
            raise TcalcError("type", "data decides a shape here: what runs is settled while it runs", waits.span)
        return checked, lower(checked.values)

    def _rewritten(self, graph: Graph) -> Graph:
        """The graph that is run."""
        return self._both(graph).run

    def _both(self, graph: Graph) -> Planned:
        return planned(graph, self.settings.default_float, self.settings.rewrites)

    def closed(self, source: Source) -> list[tuple[str, Closed]]:
        """The graph of a derivative, or of each of several with what it is by. Nothing is run.

        An expression that is no derivative stands for its gradient by all its leaves.
        """
        statement: nodes.Statement = whole(source, "statement")
        if not isinstance(statement, nodes.Show):
            raise TcalcError("type", "this is no expression: it has no derivative", statement.span)
        checked = check_statement(statement, self, self._surroundings(True))
        if not checked.values or not is_derivative(checked.values[0]):
            span = statement.value.span
            grad = nodes.Call(span, nodes.Name(span, "grad"), (nodes.Argument(span, None, statement.value),))
            checked = check_statement(nodes.Show(span, False, grad), self, self._surroundings(True))
        typed = checked.values[0]
        if isinstance(typed.type, FunctionType):
            told = "a function has no formula; its derivative at a value has one: grad(f)(x)"
            raise TcalcError("grad", told, typed.span)
        if checked.pending:
            raise TcalcError("grad", "data decides a shape here: its derivative can only be run", typed.span)
        (result,) = Compiled(checked).derivatives
        names = typed.type.names if isinstance(typed.type, TupleType) else ()
        results = result if isinstance(result, tuple) else (result,)
        return [(names[place] if place < len(names) else "", self._closed(each)) for place, each in enumerate(results)]

    def _closed(self, result: object) -> Closed:
        return Closed(result, self.settings.default_float, self.bindings.keys())

    def whole(self, statements: Sequence[nodes.Statement], ticket: Ticket) -> list[Compiled]:
        """The statements of a checked program as they would be run, up to one that leaves. Raises TcalcError.

        Nothing is run as long as no data decide a shape; where some do, the program is run as far as it goes.
        """
        found: list[Compiled] = []
        for compiled in self._before_running(statements, self._rewritten):
            if compiled is None:
                return list(self._while_running(statements, ticket))
            found.append(compiled)
        return found

    def _before_running(
        self, statements: Sequence[nodes.Statement], rewritten: Callable[[Graph], Graph]
    ) -> Iterator[Compiled | None]:
        """The statements of a checked program, up to one that leaves, or to one of which data decide a shape: None."""
        foreseen = Foreseen(self, self.bindings)
        for statement in statements:
            checked = check_statement(statement, foreseen.scope, self._surroundings(True, foreseen=foreseen))
            if checked.pending or any(type is not None and needs_settling(type) for type in checked.used.values()):
                yield None
                return
            yield Compiled(checked, rewritten=rewritten)
            foreseen.enter(checked)
            if checked.action == "leave":
                return

    def share(self, statements: Sequence[nodes.Statement]) -> None:
        """The statements that will be executed next: what they have in common is computed once. None: all are done."""
        self._sharing = None
        if not have_common_work(statements) or self.settings.strict or not self.settings.rewrites:
            return
        sharing = Sharing()
        try:
            for compiled in self._before_running(statements, rewrite):
                if compiled is None:
                    break
                sharing.foresee(compiled)
        except (TcalcError, Poisoned, RecursionError):
            pass  # it is told where the statement is run
        if sharing.is_of_use:
            self._sharing = sharing

    def _while_running(self, statements: Sequence[nodes.Statement], ticket: Ticket) -> Iterator[Compiled]:
        """The same, each statement run once it is compiled, but that no file is written."""
        foreseen = Foreseen(self, self.bindings)
        for statement in statements:
            ticket.begin(statement)
            try:
                compiled = self._compiled(statement, ticket, foreseen)
                yield compiled
                if compiled.checked.action == "save":
                    foreseen.enter(compiled.checked)
                    continue
                for outcome in self._perform(self._planned(compiled), ticket):
                    if isinstance(outcome, Left):
                        return
            finally:
                self._draws.end(ticket)

    def kernel_sources(self, taken: set[str]) -> Any:
        """The kernels that are more than a torch name, as Python: see `backend.sources.Sources`."""
        return kernel_sources(taken)

    def _surroundings(
        self, evaluating: bool = False, ticket: Ticket | None = None, foreseen: Foreseen | None = None
    ) -> Surroundings:
        """What a check may ask. Where nothing runs, a file may still be missing, or promised by a statement before."""

        def header(path: str, part: str | None) -> Type:
            found = None
            if foreseen is not None and not self.settings.safe:
                found = foreseen.promised.find(path, part)
            if found is None:
                found = (self._reading.header if evaluating else self._reading.header_or_unknown)(path, part)
            if ticket is not None:
                ticket.headers[path, part] = found
            return found

        infer = self._inferred if evaluating else None
        default_float, device = self.settings.default_float, self.settings.device
        return Surroundings(
            default_float,
            evaluating=evaluating,
            header=header,
            infer=infer,
            device=device,
            storable=self._saving.check,
            memory=Recall(
                self.bindings,
                ticket if foreseen is None else None,
                self._late.get,
                None if foreseen is None or ticket is not None else foreseen.versions,
            ),
        )

    def _inferred(self, call: Apply) -> Type:
        """The type of a call that only torch knows."""
        found: Type = self.engine.infer(alone(call))
        return found

    # Running

    def run(self, source: Source, ticket: Ticket | None = None) -> Iterator[Outcome]:
        """Run a program statement by statement, each as it is read; stops at nothing."""
        ticket = ticket or Ticket()
        self.offered, self.has_failed = [], False
        program = self._programs.get(source.text)
        if program is not None and program.fits(self.bindings):
            ticket.begin(program.checked.statement)
            try:
                yield from self._perform(program, ticket)
                return
            except TcalcError:
                self._programs.pop(source.text, None)  # run it afresh, so that the error has this text's lines
            finally:
                self._draws.end(ticket)
        single = True
        for parsed in parse_statements(source):
            if isinstance(parsed, TcalcError):
                yield self._failed(parsed)
                single = False
                continue
            yield from self._executed(parsed, ticket, source.text if single else None)
            single = False

    def knows(self, text: str) -> bool:
        """Whether a text was run before and is a whole statement."""
        return text in self._programs

    def execute(self, statement: nodes.Statement, ticket: Ticket | None = None) -> Iterator[Outcome]:
        """Run one statement."""
        self.offered, self.has_failed = [], False
        yield from self._executed(statement, ticket or Ticket(), None)

    def _executed(self, statement: nodes.Statement, ticket: Ticket, text: str | None) -> Iterator[Outcome]:
        """Run one statement; its program is kept under `text`, where that is no more than the statement."""
        ticket.begin(statement)
        try:
            program = self._prepare(statement, ticket)
            if text is not None and isinstance(statement, nodes.Show) and not program.checked.notes:
                self._programs.keep(text, statement.span, program, ticket)
            yield from self._perform(program, ticket)
        except TcalcError as error:
            self._offer_repairs(error, statement, self)
            yield self._failed(error, statement)
        except Poisoned:
            return
        except RecursionError:
            yield self._failed(_too_deep(statement), statement)
        finally:
            self._draws.end(ticket)

    def _failed(self, error: TcalcError, statement: nodes.Statement | None = None) -> Failed:
        """A statement failed: what is offered for it can be taken, beside what the notes before it offered."""
        self.offered, self.has_failed = [*self.offered, *error.repairs], True
        return Failed(error, statement)

    def abandon(self, ticket: Ticket) -> None:
        """Nobody waits for a run any more: from now on it changes nothing, though it may go on for a while."""
        with self._lock:
            ticket.abandoned = True
            self._draws.abandon(ticket)
            if ticket.saving is not None:
                ticket.saving.discard()

    def computed(
        self, statement: nodes.Statement, ticket: Ticket, program: Program | None = None
    ) -> tuple[Program | None, list[Any], list[Type]]:
        """The values of an expression statement, their types, and its program; nothing is bound.

        A value is None where its type carries it. The program may be handed in again: it serves where the names that it
        uses have the types that they had. It is None where files or other data decide what it is.
        """
        ticket.begin(statement)
        try:
            fits = program is not None and program.fits(self.bindings)
            now = program if program is not None and fits else self._prepare(statement, ticket)
            if now.checked.action != "show":
                raise TcalcError("type", "this is no expression: it has no value", statement.span)
            values = self._computed(now, ticket)
            types = now.types or self._types(now, values)
            if ticket.drawn_from is not None and self.journal is not None:
                self.journal.enter_unknown([], True, self.seed)
            ticket.drawn_from = None
        finally:
            self._draws.end(ticket)
        return (now if fits or lasts(ticket) else None), values, types

    def timed(self, source: Source, ticket: Ticket, number: int | None = None) -> Timing | None:
        """How long a statement takes, by so many runs where a number is told; None where nothing runs.

        What happens once is not counted. Nothing is bound or written, and the random state is put back.
        """
        from tcalc.timing import timed  # the shell alone asks

        statement: nodes.Statement = whole(source, "statement")
        ticket.begin(statement)
        try:
            program = self._prepare(statement, ticket)
            self._computed(program, ticket)  # what happens once, and whatever is wrong with it
            plan, engine = program.plan, self.engine
            if plan is None:
                return None
            values, work = self._values(plan, statement.span, ticket), plan.run

            def run() -> None:
                work(values, ticket)
                if self.settings.device != "cpu":
                    engine.wait()

            found = timed(run, ticket, number)
            own = None if ticket.abandoned else timed(engine.smallest_call(), ticket, 1000)
            if found is not None and own is not None:
                found.own = own.median
            return found
        finally:
            self._draws.end(ticket)

    def gradchecked(self, source: Source, ticket: Ticket | None = None) -> list[tuple[str, Data]]:
        """What `gradcheck` finds by each leaf of an expression, with its name."""
        statement: nodes.Statement = whole(source, "statement")
        if not isinstance(statement, nodes.Show):
            raise TcalcError("type", "this is no expression: it has no gradient", statement.span)
        span = statement.value.span
        call = nodes.Call(span, nodes.Name(span, "gradcheck"), (nodes.Argument(span, None, statement.value),))
        _, values, types = self.computed(nodes.Show(span, False, call), ticket or Ticket())
        data = self.data_of(values[0], types[0])
        assert isinstance(data, TupleData)
        return list(zip(data.names, data.items, strict=True))

    def traced(self, source: Source, drawn: Callable[[str, Traced], D], ticket: Ticket | None = None) -> D:
        """What an expression is computed by, as `drawn` makes a drawing of its text and that; filled with values.

        Nothing is bound, and the random state is put back.
        """
        from tcalc.graph.derivatives.traced import traced

        statement: nodes.Statement = whole(source, "statement")
        if not isinstance(statement, nodes.Show):
            raise TcalcError("type", "this is no expression: it has no value", statement.span)
        ticket = ticket or Ticket()
        ticket.begin(statement)
        try:
            checked, _ = self._checked(statement, ticket)
            memory = Recall(self.bindings, ticket, self._late.get)
            drawing = drawn(statement.value.span.text, traced(checked.values[0], memory, self.settings.default_float))
            declared = drawing.graph()
            graph = rewrite(declared)
            ticket.peak = self.allowance.refuse_too_large(graph, statement.span)
            plan = self.engine.Plan(graph)
            if graph.effect:
                self._draws.begin(ticket, self.engine)
            values = plan.run(self._values(plan, statement.span, ticket), ticket)
            types = [node.type for node in declared.results if isinstance(node, Node)]
            found = zip(values, types, strict=True)
            drawing.fill([self.data_of(value, self.engine.type_of(value, type)) for value, type in found])
        finally:
            self._draws.end(ticket)
        return drawing

    def save_bytes(self, path: str, content: bytes, ticket: Ticket | None = None) -> None:
        """Write a file in the place of the one that is there. Raises TcalcError."""
        ticket = ticket or Ticket()
        if self.settings.safe:
            raise TcalcError("io", "this writes a file, which --safe forbids")
        ticket.saving = replacement = self._saving.begin(path, ticket.look)
        try:
            replacement.write(content)
            replacement.finish()
            with self._lock:
                ticket.look()
                replacement.commit()
        finally:
            ticket.saving = None
            replacement.close()

    def put_back(self) -> None:
        """Put the random numbers back at once where a statement failed; else that waits for the next draw."""
        if self._draws.is_pending:
            self._draws.put_back(self.engine)

    def _prepare(self, statement: nodes.Statement, ticket: Ticket) -> Program:
        """Check and compile a statement, computing ahead what decides its shapes."""
        return self._planned(self._compiled(statement, ticket))

    def _compiled(self, statement: nodes.Statement, ticket: Ticket, foreseen: Foreseen | None = None) -> Compiled:
        """A statement checked and lowered, what decides its shapes computed ahead."""
        checked, ahead = self._checked(statement, ticket, foreseen)
        rewritten, sharing = self._rewritten, self._sharing
        if sharing is not None:

            def rewritten(graph: Graph) -> Graph:
                found = sharing.rewritten(graph, statement, self._rewritten)
                names = [name for name in map(str, [each.name for each in found.inputs]) if name.startswith(SHARED)]
                ticket.settled.update({name: sharing.value(name) for name in names})
                return found

        compiled = Compiled(checked, ahead, keeps_draws=foreseen is None, rewritten=rewritten)
        if foreseen is not None and compiled.graph is not None:
            foreseen.refuse_reading(compiled.graph)
        return compiled

    def _checked(
        self, statement: nodes.Statement, ticket: Ticket, foreseen: Foreseen | None = None
    ) -> tuple[Checked, list[tuple[str | None, Graph]]]:
        """A statement checked, and what was computed ahead: each graph with the name that its result goes by."""
        surroundings = self._surroundings(True, ticket, foreseen)
        settled: dict[Key, Typed] = {}
        ahead: list[tuple[str | None, Graph]] = []
        for _ in range(MOST_ROUNDS):
            checked = check_statement(statement, self, surroundings, settled)
            if not checked.pending:
                break
            key, typed = checked.pending[0]
            graph = self._rewritten(lower([typed]))
            if foreseen is not None:
                foreseen.refuse_reading(graph)
            settled[key] = found = self._settle(typed, graph, ticket, len(settled))
            ahead.append((found.name if isinstance(found, Reference) else None, graph))
        return checked, ahead

    def _planned(self, compiled: Compiled) -> Program:
        """A compiled statement as torch runs it."""
        checked, graph = compiled.checked, compiled.graph
        if graph is None:
            program = Program(checked, None, compiled.known, 0, False)
            program.remember(self.bindings)
            return program
        graph = graph if self.settings.strict or not self.settings.rewrites else fused(graph)
        lengths = [numel(each.type) for each, known in zip(checked.values, compiled.known, strict=True) if not known]
        shown = sum(lengths) if checked.action == "show" else 0
        peak = self.allowance.refuse_too_large(graph, checked.statement.span, shown)
        draws, derivatives = compiled.draws, compiled.derivatives
        program = Program(checked, self.engine.Plan(graph), compiled.known, peak, graph.effect, draws, derivatives)
        program.remember(self.bindings)
        return program

    def _settle(self, typed: Typed, graph: Graph, ticket: Ticket, number: int) -> Typed:
        """A part of a statement computed ahead: what stands for it when the statement is checked again."""
        ticket.peak = self.allowance.refuse_too_large(graph, typed.span)
        plan = self.engine.Plan(graph)
        if graph.effect:
            self._draws.begin(ticket, self.engine)
        try:
            (value,) = plan.run(self._values(plan, typed.span, ticket), ticket)
        except TcalcError as error:
            raise self._retold(error, [typed], typed.span, ticket) from None
        type = self.engine.type_of(value, typed.type)
        if isinstance(type, TensorType) and not type.axes and not needs_settling(typed.type):
            static = value.item()
            return Literal(typed.span, TensorType(type.dtype, (), static), static)
        name = f"{SETTLED}{number}"
        ticket.settled[name] = value
        return Settled(typed.span, type, name, typed)

    def _perform(self, program: Program, ticket: Ticket) -> Iterator[Outcome]:
        """Run a program and commit what it binds."""
        checked = program.checked
        if checked.notes:
            for noted in self._noted(checked, self, self._telling):
                self.offered = [*self.offered, *noted.note.repairs]
                yield noted
        if checked.action == "nothing":
            return
        if checked.action == "gradients":
            self._gather(program, ticket)
            return
        if checked.action == "leave":
            yield Left()
            return
        if checked.action == "seed":
            static = checked.values[0].type
            assert isinstance(static, TensorType) and isinstance(static.static, int)
            self._draws.seed(static.static, ticket, self.engine)
            self._entered(checked, ticket)
            return
        values = self._computed(program, ticket)
        types = program.types or self._types(program, values)
        if checked.action == "save":
            yield self._save(checked, values, types, ticket)
            return
        with self._lock:
            ticket.look()
            self.bindings.commit(checked, values, types, self._late.get, pasts(checked, self.bindings.get, ticket))
            self._entered(checked, ticket)
            ticket.drawn_from = None
        if checked.silent:
            return
        if ticket.minima and self.settings.notes:
            yield from map(Noted, minima.told(ticket.minima))
        if checked.action == "show":
            derivatives = program.derivatives if any(program.derivatives) else (None,) * len(types)
            numbers = self.bindings.numbered(types)
            for value, type, derivative, number in zip(values, types, derivatives, numbers, strict=True):
                closed = None if derivative is None else self._closed(derivative)
                yield Shown(type, self.data_of(value, type), closed, number)
            return
        for name, value, type in zip(checked.targets, values, types, strict=True):
            if name is not None and not name.startswith(HIDDEN):
                yield Bound(name, type, self.data_of(value, type))

    def _gather(self, program: Program, ticket: Ticket) -> None:
        """What `backward` adds to the gradients of the leaves, and what sets them back."""
        checked = program.checked
        values = self._computed(program, ticket)
        with self._lock:
            ticket.look()
            self.bindings.gather(checked, values)
            self._entered(checked, ticket)
            ticket.drawn_from = None

    def _entered(self, checked: Checked, ticket: Ticket) -> None:
        """A statement has done what it does."""
        if self.journal is not None:
            self.journal.enter(checked, ticket.drawn_from is not None, self.settings, self.seed)

    def _types(self, program: Program, values: list[Any]) -> list[Type]:
        """The types of a program's results; kept where they are the same at each run."""
        declared = [typed.type for typed in program.checked.values]
        types = [
            type if value is None else self.engine.type_of(value, type)
            for value, type in zip(values, declared, strict=True)
        ]
        if all(a is b for a, b in zip(types, declared, strict=True)):
            program.types = types
        return types

    def _computed(self, program: Program, ticket: Ticket) -> list[Any]:
        """The values of a program's expressions, None for those that their types carry."""
        plan = program.plan
        if self.settings.strict:
            refuse_static_nan(program.checked)
        if plan is None:
            return [None] * len(program.static)
        engine = self.engine  # even where nothing draws: a kept program has not had torch set up for this run
        if program.effect:
            self._draws.begin(ticket, engine)
        ticket.peak = program.peak
        self.allowance.refuse_peak(program.peak, program.checked.statement.span)
        try:
            found = self._results(plan, program.effect, program.checked.statement.span, ticket)
        except TcalcError as error:
            computed = [each for each, known in zip(program.checked.values, program.static, strict=True) if not known]
            raise self._retold(error, computed, program.checked.statement.span, ticket) from None
        if len(found) == len(program.static) and not program.draws:  # nothing is known, and nothing else was asked for
            return list(found)
        results = iter(found)
        values = [None if known else next(results) for known in program.static]
        ticket.drawn = dict(zip(program.draws, results, strict=False))  # what is shared comes after
        if self._sharing is not None:
            self._sharing.keep([*results])
        return values

    def _retold(self, error: TcalcError, values: Sequence[Typed], span: Span, ticket: Ticket) -> TcalcError:
        """An error of some values in the words of what was written."""
        from tcalc.retold import retold

        def run(graph: Graph) -> object:
            return self._results(self.engine.Plan(graph), False, span, ticket)

        return retold(error, values, span, self.settings, self.allowance, run)

    def _results(self, plan: Plan, draws: bool, span: Span, ticket: Ticket) -> tuple[Any, ...]:
        """What a plan gives under the names as they stand; an error where NaN is one and that holds any."""
        values = self._values(plan, span, ticket)
        if self.settings.strict:
            return self._without_nan(plan, values, draws, span, ticket)
        found: tuple[Any, ...] = plan.run(values, ticket)
        return found

    def _without_nan(self, plan: Plan, values: list[Any], draws: bool, span: Span, ticket: Ticket) -> tuple[Any, ...]:
        """What a plan gives; an error where that holds NaN, at the step that made it.

        Such a plan is run a second time, and watched.
        """
        state = self.engine.random_state() if draws else None
        results: tuple[Any, ...] = plan.run(values, ticket)
        if not self.engine.holds_nan(results):
            return results
        del results
        if state is not None:
            self.engine.restore(state)
        blamed = ticket.blamed = Blamed()
        try:
            plan.run(values, ticket)
        finally:
            ticket.blamed = None
        raise made_nan(blamed, span)

    def _values(self, plan: Plan, span: Span, ticket: Ticket) -> list[Any]:
        """The values that a plan takes: variables, files, and parts computed ahead."""
        values: list[Any] = []
        for name in plan.names:
            assert isinstance(name, str)
            binding = self.bindings.get(name)
            if binding is not None:
                values.append(self.bindings.value(binding, self.engine) if binding.value is None else binding.value)
            elif name.startswith(FILE):
                if name not in ticket.loaded:
                    ticket.loaded[name] = self._loaded(name, span, ticket)
                values.append(ticket.loaded[name])
            else:
                values.append(ticket.settled[name])
        return values

    def data_of(self, value: Any, type: Type) -> Data:
        """A value as plain data."""
        if isinstance(type, TupleType) and (value is None or isinstance(value, tuple)):
            values = value if value is not None else (None,) * len(type.items)
            return TupleData([self.data_of(v, item) for v, item in zip(values, type.items, strict=True)], type.names)
        if value is not None:
            found: Data = self.engine.data(value, type)
            return found
        if isinstance(type, TensorType):
            return StaticData(type)
        return ConstantData(type)

    # Files

    def offer_standard_input(self, read: Callable[[int], bytes]) -> None:
        """Let `load("-")` read standard input; a door does so whose program comes from elsewhere.

        `read` gives the next bytes, at most so many, and none at the end.
        """
        self._reading.standard_input = read

    def layout(self, path: str, part: str | None = None) -> Any:
        """How a file lies on the disk: see `files.data.Layout`."""
        return self._reading.layout(path, part)

    def _loaded(self, input: str, span: Span, ticket: Ticket) -> Any:
        path, part = file_of(input)
        try:
            array = self._reading.array(path, part, ticket.look)
            told = ticket.headers.get((path, part), array.type)
            if told != array.type and not isinstance(told, UnknownType):
                raise TcalcError("io", f"{path} was changed while it was loaded: it held {told}, and now {array.type}")
            return self.engine.from_array(array)
        except TcalcError as error:
            error.span = error.span or span
            raise

    def _save(self, checked: Checked, values: Sequence[Any], types: Sequence[Type], ticket: Ticket) -> Outcome:
        """Write a file and put it in its place. Until then what was there is untouched."""
        path, names = checked.saved

        def done() -> None:
            self._entered(checked, ticket)
            ticket.drawn_from = None

        try:
            return self._stored(path, names, values, types, ticket, done)
        except TcalcError as error:
            error.span = error.span or checked.statement.span
            raise

    def save_names(self, path: str, names: Sequence[str], ticket: Ticket) -> Outcome:
        """Write the values of some names, each under its own. Raises TcalcError."""
        bindings = [self.bindings[name] for name in names]
        values = [self.bindings.value(each, self.engine) for each in bindings]
        return self._stored(path, names, values, [each.variable.type for each in bindings], ticket, lambda: None)

    def _stored(
        self,
        path: str,
        names: Sequence[str],
        values: Sequence[Any],
        types: Sequence[Type],
        ticket: Ticket,
        done: Callable[[], None],
    ) -> Outcome:
        """Values written to a file; `done` is called at the moment it takes its place."""
        type = types[0] if len(types) == 1 else TupleType(tuple(types), tuple(names))
        self._saving.check(path, type)
        parts = [(name, self.engine.data(*each)) for name, *each in zip(names, values, types, strict=True)]
        ticket.saving = replacement = self._saving.begin(path, ticket.look)
        try:
            self._saving.write(replacement, path, parts)
            with self._lock:
                ticket.look()
                replacement.commit()
                done()
        finally:
            ticket.saving = None
            replacement.close()
        return Saved(path, type)

    # What is loaded late

    @property
    def words(self) -> Words:
        """What names mean, for help and completion."""
        from tcalc.check.words import Words

        return Words(self)

    def load_language(self) -> None:
        """Load what reading and checking a statement needs, before there is one."""
        load_parser()
        self.words.load()

    @property
    def has_torch(self) -> bool:
        """Whether torch is loaded and set up."""
        return self._late.is_loaded

    @property
    def engine(self) -> Any:
        """torch, loaded and set up when the first tensor is needed."""
        return self._late.get()


def _too_deep(statement: nodes.Statement) -> TcalcError:
    return TcalcError("limit", "nesting deeper than can be followed", statement.span)
