"""A session: names, what they are bound to, settings. The one place with state.

A statement is a transaction: it is checked, its memory is predicted, it runs, and only then do names change. A
statement that fails changes nothing, not even the state of the random numbers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tcalc.allowance import Allowance
from tcalc.check.checked import HIDDEN, Checked
from tcalc.check.checker import Key, Poisoned
from tcalc.check.scope import Overlay, Variable
from tcalc.check.statements import check_statement, poisoned
from tcalc.check.surroundings import Surroundings
from tcalc.check.typed import Literal, Reference, Static, Typed
from tcalc.draws import Draws
from tcalc.errors import Note, TcalcError
from tcalc.graph.cost import nbytes, numel
from tcalc.graph.graph import Graph
from tcalc.graph.lower import FILE, NO_DERIVATIVES, lower
from tcalc.graph.rewrite import rewrite
from tcalc.interrupt import Abandoned, Ticket
from tcalc.late import LateEngine
from tcalc.outcomes import Bound, Failed, Left, Noted, Outcome, Shown
from tcalc.reading import Reading
from tcalc.settings import Settings
from tcalc.source import Source, Span
from tcalc.syntax import nodes
from tcalc.syntax.parser import engine as load_parser
from tcalc.syntax.parser import parse_statements, whole
from tcalc.types.data import ConstantData, Data, StaticData, TupleData
from tcalc.types.tensor import (
    POISON,
    UNKNOWN_TYPE,
    ConstantType,
    FunctionType,
    TensorType,
    TupleType,
    Type,
    UnknownType,
    is_known,
    needs_settling,
)

if TYPE_CHECKING:
    from tcalc.backend.engine import Plan
    from tcalc.check.words import Words

#: Checked and compiled statements kept by their text; values are never kept.
MOST_PROGRAMS = 2048
#: How often a statement is checked again because data decided a shape.
MOST_ROUNDS = 1000
SETTLED = "settled:"


class Binding:
    """A session variable: its type, its value (None where the type carries it), and the statement that made it."""

    __slots__ = ("statement", "value", "variable")

    def __init__(self, variable: Variable, value: Any, statement: nodes.Statement | None) -> None:
        self.variable, self.value, self.statement = variable, value, statement


class Program:
    """A statement checked and compiled, with the types of the names that it was checked under.

    `types` are those of its results once it has run, where no data decide them.
    """

    __slots__ = ("checked", "effect", "peak", "plan", "static", "types")

    def __init__(self, checked: Checked, plan: Plan | None, static: Sequence[bool], peak: int, effect: bool) -> None:
        self.checked, self.plan, self.static, self.peak, self.effect = checked, plan, static, peak, effect
        self.types: list[Type] | None = None


class Session:
    """Names, history and settings; runs programs statement by statement."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.bindings: dict[str, Binding] = {}
        self._programs: dict[str, Program] = {}
        self._reading = Reading(self.settings)
        self._late = LateEngine(self.settings)
        #: Held while names change, and while a run is given up; never for long.
        self._lock = threading.Lock()
        self._draws = Draws(self._lock)
        self.allowance = Allowance(self.settings, self._held)
        self.reset()

    # Names

    def reset(self) -> None:
        """Forget all names."""
        self.bindings.clear()
        self._programs.clear()
        if self.settings.arguments is not None:
            items = tuple([ConstantType(text) for text in self.settings.arguments])
            self.bindings["args"] = Binding(Variable(TupleType(items)), None, None)

    def lookup(self, name: str) -> Variable | None:
        """See `check.scope.Scope`."""
        binding = self.bindings.get(name)
        return None if binding is None else binding.variable

    def names(self) -> list[str]:
        """See `check.scope.Scope`."""
        return [name for name in self.bindings if not name.startswith(HIDDEN)]

    def forget(self, name: str) -> bool:
        """Remove a name; whether there was one."""
        return self.bindings.pop(name, None) is not None

    def data(self, name: str) -> Data:
        """A variable's value as plain data."""
        binding = self.bindings[name]
        return self._data(binding.value, binding.variable.type)

    # Checking

    def check(self, source: Source) -> tuple[list[nodes.Statement], list[Outcome]]:
        """The statements of a whole program that can be run, its errors and notes in order. Nothing is run.

        What depends on a statement with an error cannot be run either, and is not reported again.
        """
        scope = Overlay(self)
        statements: list[nodes.Statement] = []
        outcomes: list[Outcome] = []
        for parsed in parse_statements(source):
            if isinstance(parsed, TcalcError):
                outcomes.append(Failed(parsed))
                for name in parsed.unbound:
                    scope.bind(name, Variable(POISON))
                continue
            try:
                checked = check_statement(parsed, scope, self._surroundings())
            except TcalcError as error:
                outcomes.append(Failed(error, parsed))
            except Poisoned:
                pass
            except RecursionError:
                outcomes.append(Failed(_too_deep(parsed), parsed))
            else:
                statements.append(parsed)
                outcomes.extend([Noted(note) for note in checked.notes])
                for name, variable in checked.variables:
                    scope.bind(name, variable)
                if checked.action == "show" and not checked.silent and checked.values:
                    for name in ("_", "ans"):
                        scope.bind(name, Variable(checked.values[-1].type))
                continue
            for name in poisoned(parsed):
                scope.bind(name, Variable(POISON))
        return statements, outcomes

    def type_of(self, source: Source) -> tuple[Type, list[Note]]:
        """The type of an expression, without running it."""
        from tcalc.syntax.parser import parse_expression

        expression = parse_expression(source)
        checked = check_statement(nodes.Show(expression.span, False, expression), self, self._surroundings())
        return (checked.values[0].type if checked.values else UNKNOWN_TYPE), checked.notes

    def compiled(self, source: Source) -> tuple[Checked, Graph]:
        """The one statement that a text is, checked, and the graph that it is run as. Nothing is run."""
        statement: nodes.Statement = whole(source, "statement")
        checked = check_statement(statement, self, self._surroundings(True))
        if checked.pending:
            waits = checked.pending[0][1]
            raise TcalcError("type", "data decides a shape here: what runs is settled while it runs", waits.span)
        return checked, rewrite(lower(checked.values))

    def _surroundings(self, evaluating: bool = False) -> Surroundings:
        """What a check may ask. Where nothing runs, a file may still be missing."""
        header = self._reading.header if evaluating else self._reading.header_or_unknown
        return Surroundings(self.settings.default_float, evaluating=evaluating, header=header)

    # Running

    def run(self, source: Source, ticket: Ticket | None = None) -> Iterator[Outcome]:
        """Run a program statement by statement, each as it is read; stops at nothing."""
        ticket = ticket or Ticket()
        program = self._programs.get(source.text)
        if program is not None and self._fits(program):
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
                yield Failed(parsed)
                single = False
                continue
            yield from self.execute(parsed, ticket, source.text if single else None)
            single = False

    def knows(self, text: str) -> bool:
        """Whether a text was run before and is a whole statement."""
        return text in self._programs

    def execute(
        self, statement: nodes.Statement, ticket: Ticket | None = None, text: str | None = None
    ) -> Iterator[Outcome]:
        """Run one statement. `text` is the whole text, where it stands there alone: the program is kept under it."""
        ticket = ticket or Ticket()
        ticket.begin(statement)
        try:
            program = self._prepare(statement, ticket)
            if text is not None and isinstance(statement, nodes.Show) and not program.checked.notes:
                self._keep(text, statement.span, program, ticket)
            yield from self._perform(program, ticket)
        except TcalcError as error:
            yield Failed(error, statement)
        except Poisoned:
            return
        except RecursionError:
            yield Failed(_too_deep(statement), statement)
        finally:
            self._draws.end(ticket)

    def abandon(self, ticket: Ticket) -> None:
        """Nobody waits for a run any more: from now on it changes nothing, though it may go on for a while."""
        with self._lock:
            ticket.abandoned = True
            self._draws.abandon(ticket)

    def _keep(self, text: str, span: Span, program: Program, ticket: Ticket) -> None:
        """Keep a program for its text, unless files or other data decide what it is."""
        files = program.plan is not None and any(str(name).startswith(FILE) for name in program.plan.names)
        if files or ticket.settled or text.strip(" \t\n;") != span.text.strip(" \t\n;"):
            return
        if len(self._programs) >= MOST_PROGRAMS:
            self._programs.pop(next(iter(self._programs)), None)
        self._programs[text] = program

    def _fits(self, program: Program) -> bool:
        """Whether the names that a program was checked under still have the same types."""
        bindings = self.bindings
        for name, type in program.checked.used.items():
            binding = bindings.get(name)
            now = None if binding is None else binding.variable.type
            if now is not type and now != type:
                return False
        return True

    def _prepare(self, statement: nodes.Statement, ticket: Ticket) -> Program:
        """Check and compile a statement, computing ahead what decides its shapes."""
        surroundings = self._surroundings(True)
        settled: dict[Key, Typed] = {}
        for _ in range(MOST_ROUNDS):
            checked = check_statement(statement, self, surroundings, settled)
            if not checked.pending:
                break
            key, typed = checked.pending[0]
            settled[key] = self._settle(typed, ticket, len(settled))
        static = [is_known(value.type) or isinstance(value, Static) for value in checked.values]
        computed = [value for value, known in zip(checked.values, static, strict=True) if not known]
        if not computed or checked.action not in ("show", "bind"):
            return Program(checked, None, static, 0, False)
        graph = rewrite(lower(computed))
        shown = sum([numel(value.type) for value in computed]) if checked.action == "show" else 0
        peak = self.allowance.refuse_too_large(graph, statement.span, shown)
        return Program(checked, self.engine.Plan(graph), static, peak, graph.effect)

    def _settle(self, typed: Typed, ticket: Ticket, number: int) -> Typed:
        """A part of a statement computed ahead: what stands for it when the statement is checked again."""
        graph = rewrite(lower([typed]))
        ticket.peak = self.allowance.refuse_too_large(graph, typed.span)
        plan = self.engine.Plan(graph)
        if graph.effect:
            self._draws.begin(ticket, self.engine)
        (value,) = plan.run(self._values(plan, typed.span, ticket), ticket)
        type = self.engine.type_of(value, typed.type)
        if isinstance(type, TensorType) and not type.axes and not needs_settling(typed.type):
            static = value.item()
            return Literal(typed.span, TensorType(type.dtype, (), static), static)
        name = f"{SETTLED}{number}"
        ticket.settled[name] = value
        return Reference(typed.span, type, name)

    def _perform(self, program: Program, ticket: Ticket) -> Iterator[Outcome]:
        """Run a program and commit what it binds."""
        checked = program.checked
        for note in checked.notes:
            yield Noted(note)
        if checked.action == "nothing":
            return
        if checked.action == "gradients":
            raise TcalcError("grad", NO_DERIVATIVES, checked.statement.span)
        if checked.action == "leave":
            yield Left()
            return
        if checked.action == "seed":
            static = checked.values[0].type
            assert isinstance(static, TensorType) and isinstance(static.static, int)
            self._draws.seed(static.static, ticket, self.engine)
            return
        values = self._computed(program, ticket)
        types = program.types or self._types(program, values)
        with self._lock:
            if ticket.abandoned:
                raise Abandoned
            self._commit(checked, values, types)
            ticket.drawn_from = None
        if checked.silent:
            return
        if checked.action == "show":
            for value, type in zip(values, types, strict=True):
                yield Shown(type, self._data(value, type))
            return
        for name, value, type in zip(checked.targets, values, types, strict=True):
            if name is not None and not name.startswith(HIDDEN):
                yield Bound(name, type, self._data(value, type))

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
        if plan is None:
            return [None] * len(program.static)
        if program.effect:
            self._draws.begin(ticket, self.engine)
        ticket.peak = program.peak
        self.allowance.refuse_peak(program.peak, program.checked.statement.span)
        results = iter(plan.run(self._values(plan, program.checked.statement.span, ticket), ticket))
        return [None if known else next(results) for known in program.static]

    def _commit(self, checked: Checked, values: list[Any], types: list[Type]) -> None:
        statement = checked.statement
        if checked.action == "show":
            if not checked.silent and values and not isinstance(types[-1], FunctionType):
                last = Binding(Variable(types[-1]), values[-1], statement)
                self.bindings["_"] = self.bindings["ans"] = last
            return
        found = dict(zip(checked.targets, zip(values, types, strict=True), strict=True))
        for name, variable in checked.variables:
            value, type = found.get(name, (None, variable.type))
            if value is not None and not isinstance(variable.type, UnknownType):
                type = self.engine.type_of(value, variable.type)
            elif value is None:
                type = variable.type
            self.bindings[name] = Binding(Variable(type, variable.names_axes), value, statement)

    def _held(self) -> int:
        """The bytes that variables take."""
        values = {id(each.value): each.variable.type for each in self.bindings.values() if each.value is not None}
        return sum(map(nbytes, values.values()))

    def _values(self, plan: Plan, span: Span, ticket: Ticket) -> list[Any]:
        """The values that a plan takes: variables, files, and parts computed ahead."""
        values: list[Any] = []
        for name in plan.names:
            assert isinstance(name, str)
            binding = self.bindings.get(name)
            if binding is not None:
                values.append(self._value(name) if binding.value is None else binding.value)
            elif name.startswith(FILE):
                values.append(self._loaded(name.removeprefix(FILE), span))
            else:
                values.append(ticket.settled[name])
        return values

    def _value(self, name: str) -> Any:
        binding = self.bindings[name]
        if binding.value is None:
            assert isinstance(binding.variable.type, TensorType)
            binding.value = self.engine.tensor(binding.variable.type.static, binding.variable.type.dtype)
        return binding.value

    def _data(self, value: Any, type: Type) -> Data:
        """A value as plain data."""
        if isinstance(type, TupleType) and (value is None or isinstance(value, tuple)):
            values = value if value is not None else (None,) * len(type.items)
            return TupleData([self._data(v, item) for v, item in zip(values, type.items, strict=True)], type.names)
        if value is not None:
            found: Data = self.engine.data(value, type)
            return found
        if isinstance(type, TensorType):
            return StaticData(type)
        return ConstantData(type)

    # Files

    def offer_standard_input(self, read: Callable[[], bytes]) -> None:
        """Let `load("-")` read standard input; a door does so whose program comes from elsewhere."""
        self._reading.standard_input = read

    def header(self, path: str) -> Type:
        """The type of the tensor in a file."""
        return self._reading.header(path)

    def _loaded(self, path: str, span: Span) -> Any:
        try:
            return self.engine.from_array(self._reading.array(path))
        except TcalcError as error:
            error.span = error.span or span
            raise

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
