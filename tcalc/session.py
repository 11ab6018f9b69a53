"""A session: names, what they are bound to, settings. The one place with state.

A statement is a transaction: it is checked, its memory is predicted, it runs, and only then do names change. A
statement that fails changes nothing, not even the state of the random numbers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeVar

from tcalc import minima
from tcalc.allowance import Allowance
from tcalc.bindings import Binding, Bindings
from tcalc.check.checked import HIDDEN, Checked
from tcalc.check.checker import Poisoned
from tcalc.check.scope import Variable
from tcalc.checking import Checking, too_deep
from tcalc.draws import Draws
from tcalc.errors import Note, Repair, TcalcError
from tcalc.graph.compiled import Closed, Compiled
from tcalc.graph.graph import Graph
from tcalc.interrupt import Ticket
from tcalc.late import LateEngine, device_is_there, kernel_sources
from tcalc.outcomes import Bound, Failed, Left, Noted, Outcome, Saved, Shown
from tcalc.preparing import Preparing
from tcalc.programs import Program, Programs, lasts
from tcalc.reading import Reading
from tcalc.recall import pasts
from tcalc.running import Running
from tcalc.saving import Saving
from tcalc.settings import SWITCHES, Settings, Value
from tcalc.sharing import Sharing
from tcalc.source import Source
from tcalc.syntax import nodes
from tcalc.syntax.parser import engine as load_parser
from tcalc.syntax.parser import parse_statements
from tcalc.telling import Telling
from tcalc.types.data import Data, TupleData
from tcalc.types.tensor import ConstantType, TensorType, TupleType, Type

if TYPE_CHECKING:
    from tcalc.check.spots import Spot
    from tcalc.check.words import Words
    from tcalc.costing import Costs
    from tcalc.glances import Glance
    from tcalc.graph.derivatives.traced import Traced
    from tcalc.graph.planned import Planned
    from tcalc.journal import Journal
    from tcalc.looking import Looking
    from tcalc.steps import Step
    from tcalc.timing import Timing
    from tcalc.trying import Drawing, Trying

D = TypeVar("D", bound="Drawing")


class Session:
    """Names, history and settings; runs programs statement by statement."""

    def __init__(self, settings: Settings | None = None, engine: LateEngine | None = None) -> None:
        self.settings = settings or Settings()
        self.bindings = Bindings()
        #: Held while names change, and while a run is given up; never for long.
        self._lock = threading.Lock()
        self._draws = Draws(self._lock)
        self._reading = Reading(self.settings, self.bindings.held)
        self._late = late = engine or LateEngine(self.settings)
        self._saving = Saving(self.settings, self._lock, late)
        #: The repairs that the program run last was offered, as they are numbered, and whether it failed.
        self.offered: list[Repair] = []
        self._telling = Telling()
        self.has_failed = False
        #: What the statements of the program at hand have in common, where that is worth holding.
        self._sharing: Sharing | None = None
        self.allowance = Allowance(self.settings, self._bytes_held)
        #: What was run, where somebody will want to know: see `record`.
        self.journal: Journal | None = None
        names = self.bindings
        self._checking = Checking(names, self.settings, self._reading, self._saving, late)
        self._running = Running(names, self.settings, self._reading, late, self._draws, self.allowance)
        self._preparing = Preparing(names, self.settings, self._checking, self._running, self._draws, self.allowance)
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
        self._preparing.programs = Programs()
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
        self._preparing.programs = Programs()
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
        return self.bindings.lookup(name)

    def names(self) -> list[str]:
        """See `check.scope.Scope`."""
        return self.bindings.names()

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

    def check(self, source: Source, ticket: Ticket | None = None) -> tuple[list[nodes.Statement], list[Outcome]]:
        """The statements of a whole program that can be run, its errors and notes in order. Nothing is run.

        What depends on one with an error cannot be run either, and is not reported again. Raises Abandoned.
        """
        return self._checking.program(source, Telling(self._telling), ticket)

    # Looking without running

    @property
    def _looking(self) -> Looking:
        from tcalc.looking import Looking  # a program that runs does not ask

        return Looking(self.bindings, self.settings, self._checking, self._preparing)

    def type_of(self, source: Source) -> tuple[Type, list[Note]]:
        """The type of what a statement shows or binds, without running it."""
        return self._looking.type_of(source)

    def type_of_statement(self, statement: nodes.Statement) -> tuple[Type, list[Note]]:
        """The same of one that was read already."""
        return self._looking.type_of_statement(statement)

    def steps(self, source: Source) -> tuple[list[Step], TcalcError | None]:
        """The steps of an expression as far as they check, and why the whole of it does not. Nothing is run."""
        found, error = self._looking.steps(source)
        if error is not None:
            self._failed(error)
        return found, error

    def glance(self, source: Source) -> Glance | None:
        """What will come of a text that is still being typed: see `glances.Glance`. Nothing is run."""
        return self._looking.glance(source)

    def spot(self, source: Source, place: int) -> Spot | None:
        """What may stand where a text that is still being typed has a hole: see `check.spots.Spot`. Nothing is run."""
        return self._looking.spot(source, place)

    def compiled(self, source: Source) -> tuple[Checked, Graph]:
        """The one statement that a text is, checked, and the graph that it is run as. Nothing is run."""
        return self._looking.compiled(source)

    def planned(self, source: Source) -> Planned:
        """The graph of a statement as it is written and as it is run. Nothing is run."""
        return self._looking.planned(source)

    def plan_of(self, compiled: Compiled) -> Planned:
        """The same of one that is compiled; a graph of nothing where nothing runs."""
        return self._looking.plan_of(compiled)

    def costs(self, source: Source) -> Costs | None:
        """What a statement takes as it is written; None where nothing runs."""
        return self._looking.costs(source)

    def closed(self, source: Source) -> list[tuple[str, Closed]]:
        """The graph of a derivative, or of each of several with what it is by. Nothing is run.

        An expression that is no derivative stands for its gradient by all its leaves.
        """
        return self._looking.closed(source)

    def kernel_sources(self, taken: set[str]) -> Any:
        """The kernels that are more than a torch name, as Python: see `backend.sources.Sources`."""
        return kernel_sources(taken)

    # Whole programs

    def whole(self, statements: Sequence[nodes.Statement], ticket: Ticket) -> list[Compiled]:
        """The statements of a checked program as they would be run, up to one that leaves. Raises TcalcError.

        Nothing is run as long as no data decide a shape; where some do, the program is run as far as it goes.
        """
        return self._preparing.whole(statements, ticket, self._perform)

    def share(self, statements: Sequence[nodes.Statement]) -> None:
        """The statements that will be executed next: what they have in common is computed once. None: all are done."""
        self._sharing = self._preparing.shared(statements)

    # Running

    def run(self, source: Source, ticket: Ticket | None = None) -> Iterator[Outcome]:
        """Run a program statement by statement, each as it is read; stops at nothing."""
        ticket = ticket or Ticket()
        self.offered, self.has_failed = [], False
        program = self._preparing.programs.found(source, self.bindings)
        if program is not None:
            yield from self._executed(program.placed(source), ticket, None, program)
            return
        single = True
        for parsed in parse_statements(source):
            if isinstance(parsed, TcalcError):
                self._checking.offer_repairs(parsed, None)
                yield self._failed(parsed)
                single = False
                continue
            yield from self._executed(parsed, ticket, source.text if single else None)
            single = False

    def prepare(self, source: Source) -> None:
        """Make ready what will probably be run next, if torch is there: see `Preparing.ahead`."""
        if self.has_torch:
            self._preparing.ahead(source)

    def knows(self, text: str) -> bool:
        """Whether a text was run before, or made ready, and is a whole statement."""
        return self._preparing.programs.at_hand(text) is not None

    def execute(self, statement: nodes.Statement, ticket: Ticket | None = None) -> Iterator[Outcome]:
        """Run one statement."""
        self.offered, self.has_failed = [], False
        yield from self._executed(statement, ticket or Ticket(), None)

    def _executed(
        self, statement: nodes.Statement, ticket: Ticket, text: str | None, kept: Program | None = None
    ) -> Iterator[Outcome]:
        """Run one statement; its program is kept under `text`, where that is no more than the statement."""
        ticket.begin(statement)
        try:
            program = kept or self._preparing.prepared(statement, ticket, self._sharing)
            if text is not None:
                self._preparing.programs.keep(text, statement.span, program, ticket)
            yield from self._perform(program, ticket)
        except TcalcError as error:
            own = statement if kept is None else kept.checked.statement
            self._checking.offer_repairs(error, own)
            error.move(own.span.source, (ticket.statement or statement).span.source)
            yield self._failed(error, statement)
        except Poisoned:
            return
        except RecursionError:
            yield self._failed(too_deep(statement), statement)
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
            fitting = program if program is not None and program.fits(self.bindings) else None
            now = fitting or self._preparing.prepared(statement, ticket, self._sharing)
            if now.checked.action != "show":
                raise TcalcError("type", "this is no expression: it has no value", statement.span)
            values = self._running.computed(now, ticket, self._sharing)
            types = now.types or self._running.types(now, values)
            if ticket.drawn_from is not None and self.journal is not None:
                self.journal.enter_unknown([], True, self.seed)
            ticket.drawn_from = None
        finally:
            self._draws.end(ticket)
        return (now if fitting or lasts(ticket) else None), values, types

    @property
    def _trying(self) -> Trying:
        from tcalc.trying import Trying  # the shell alone asks

        return Trying(self.bindings, self.settings, self._preparing, self._running, self._late, self._draws)

    def timed(self, source: Source, ticket: Ticket, number: int | None = None) -> Timing | None:
        """How long a statement takes, by so many runs where a number is told; None where nothing runs.

        What happens once is not counted. Nothing is bound or written, and the random state is put back.
        """
        return self._trying.timed(source, ticket, number)

    def gradchecked(self, source: Source, ticket: Ticket | None = None) -> list[tuple[str, Data]]:
        """What `gradcheck` finds by each leaf of an expression, with its name."""
        from tcalc.looking import called, expression

        call = called("gradcheck", expression(source, "gradient").value)
        _, values, types = self.computed(call, ticket or Ticket())
        if not isinstance(types[0], TupleType):
            raise TcalcError("grad", "this is a function, and only a value has a gradient to check", call.value.span)
        data = self.data_of(values[0], types[0])
        assert isinstance(data, TupleData)
        return list(zip(data.names, data.items, strict=True))

    def traced(self, source: Source, drawn: Callable[[str, Traced], D], ticket: Ticket | None = None) -> D:
        """What an expression is computed by, as `drawn` makes a drawing of its text and that; filled with values.

        Nothing is bound, and the random state is put back.
        """
        return self._trying.traced(source, drawn, ticket or Ticket())

    def put_back(self) -> None:
        """Put the random numbers back at once where a statement failed; else that waits for the next draw."""
        if self._draws.is_pending:
            self._draws.put_back(self.engine)

    def _perform(self, program: Program, ticket: Ticket) -> Iterator[Outcome]:
        """Run a program and commit what it binds."""
        checked = program.checked
        if checked.notes:
            for noted in self._checking.noted(checked, self.bindings, self._telling):
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
        values = self._running.computed(program, ticket, self._sharing)
        types = program.types or self._running.types(program, values)
        if checked.action == "save":
            yield self._save(checked, values, types, ticket)
            return
        with self._lock:
            ticket.look()
            past = pasts(checked, self.bindings.get, ticket)
            self.bindings.commit(checked, values, types, self._late.get, past, ticket.statement)
            if self.journal is not None:
                self._entered(checked, ticket)
            ticket.drawn_from = None
        if checked.silent:
            return
        if ticket.minima and self.settings.notes:
            yield from map(Noted, minima.told(ticket.minima))
        data_of = self._running.data_of
        if checked.action == "show":
            # Of most sessions results have no number.
            bound = self.bindings
            names = repeat("") if bound.results is None else bound.numbered(types)
            for value, type, derivative, number in zip(values, types, program.derivatives, names, strict=False):
                closed = None
                if derivative is not None:
                    closed = Closed(derivative, self.settings.default_float, bound.keys(), bound.differs)
                yield Shown(type, data_of(value, type), closed, number)
            return
        for name, value, type in zip(checked.targets, values, types, strict=True):
            if name is not None and not name.startswith(HIDDEN):
                yield Bound(name, type, data_of(value, type))

    def _gather(self, program: Program, ticket: Ticket) -> None:
        """What `backward` adds to the gradients of the leaves, and what sets them back."""
        checked = program.checked
        values = self._running.computed(program, ticket, self._sharing)
        with self._lock:
            ticket.look()
            self.bindings.gather(checked, values)
            self._entered(checked, ticket)
            ticket.drawn_from = None

    def _entered(self, checked: Checked, ticket: Ticket) -> None:
        """A statement has done what it does."""
        if self.journal is not None:
            self.journal.enter(checked, ticket.drawn_from is not None, self.settings, self.seed)

    def data_of(self, value: Any, type: Type) -> Data:
        """A value as plain data."""
        return self._running.data_of(value, type)

    # Files

    def offer_standard_input(self, read: Callable[[int], bytes]) -> None:
        """Let `load("-")` read standard input; a door does so whose program comes from elsewhere.

        `read` gives the next bytes, at most so many, and none at the end.
        """
        self._reading.standard_input = read

    def layout(self, path: str, part: str | None = None) -> Any:
        """How a file lies on the disk: see `files.data.Layout`."""
        return self._reading.layout(path, part)

    def _save(self, checked: Checked, values: Sequence[Any], types: Sequence[Type], ticket: Ticket) -> Outcome:
        """Write a file and put it in its place. Until then what was there is untouched."""
        path, names = checked.saved

        def done() -> None:
            self._entered(checked, ticket)
            ticket.drawn_from = None

        try:
            return Saved(path, self._saving.save(path, names, values, types, ticket, done))
        except TcalcError as error:
            error.span = error.span or checked.statement.span
            raise

    def save_names(self, path: str, names: Sequence[str], ticket: Ticket) -> Outcome:
        """Write the values of some names, each under its own. Raises TcalcError."""
        bindings = [self.bindings[name] for name in names]
        values = [self.bindings.value(each, self.engine) for each in bindings]
        types = [each.variable.type for each in bindings]
        return Saved(path, self._saving.save(path, names, values, types, ticket))

    def save_bytes(self, path: str, content: bytes, ticket: Ticket | None = None) -> None:
        """Write a file in the place of the one that is there. Raises TcalcError."""
        self._saving.save_bytes(path, content, ticket or Ticket())

    # What is loaded late

    @property
    def words(self) -> Words:
        """What names mean, for help and completion."""
        from tcalc.check.words import Words

        return Words(self)

    def load_language(self) -> None:
        """Load what reading, checking and planning a statement needs, before there is one."""
        load_parser()
        self.words.load()
        self._preparing.load()

    @property
    def has_torch(self) -> bool:
        """Whether torch is loaded and set up."""
        return self._late.is_loaded

    @property
    def engine(self) -> Any:
        """torch, loaded and set up when the first tensor is needed."""
        return self._late.get()
