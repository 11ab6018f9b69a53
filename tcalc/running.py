"""Plans run under the names of a session as they stand: the values they take, what they give, how they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tcalc.errors import TcalcError
from tcalc.graph.lower import FILE, file_of
from tcalc.interrupt import Blamed
from tcalc.strict import made_nan, refuse_static_nan
from tcalc.types.data import ConstantData, Data, StaticData, TupleData
from tcalc.types.tensor import TensorType, TupleType, Type, UnknownType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcalc.allowance import Allowance
    from tcalc.backend.engine import Plan
    from tcalc.bindings import Bindings
    from tcalc.check.typed import Typed
    from tcalc.draws import Draws
    from tcalc.graph.graph import Graph
    from tcalc.interrupt import Ticket
    from tcalc.late import LateEngine
    from tcalc.programs import Program
    from tcalc.reading import Reading
    from tcalc.settings import Settings
    from tcalc.sharing import Sharing
    from tcalc.source import Span


class Running:
    """Runs plans. No name changes by that; the random numbers do, and whoever calls settles them at the end."""

    def __init__(
        self,
        bindings: Bindings,
        settings: Settings,
        reading: Reading,
        late: LateEngine,
        draws: Draws,
        allowance: Allowance,
    ) -> None:
        self._bindings, self._settings, self._reading, self._late = bindings, settings, reading, late
        self._draws, self._allowance = draws, allowance

    @property
    def engine(self) -> Any:
        """torch, loaded and set up when the first tensor is needed."""
        return self._late.get()

    def computed(self, program: Program, ticket: Ticket, sharing: Sharing | None = None) -> list[Any]:
        """The values of a program's expressions, None for those that their types carry."""
        plan = program.plan
        if self._settings.strict:
            refuse_static_nan(program.checked)
        if plan is None:
            return [None] * len(program.static)
        engine = self._late.get()  # even where nothing draws: a kept program has not had torch set up for this run
        span = program.checked.statement.span
        if program.effect:
            self._draws.begin(ticket, engine)
        ticket.peak = program.peak
        self._allowance.refuse_peak(program.peak, span)
        try:
            found = self._results(plan, program.effect, span, ticket)
        except TcalcError as error:
            computed = [each for each, known in zip(program.checked.values, program.static, strict=True) if not known]
            raise self.retold(error, computed, span, ticket) from None
        if len(found) == len(program.static) and not program.draws:  # nothing is known, and nothing else was asked for
            return list(found)
        results = iter(found)
        values = [None if known else next(results) for known in program.static]
        ticket.drawn = dict(zip(program.draws, results, strict=False))  # what is shared comes after
        if sharing is not None:
            sharing.keep([*results])
        return values

    def types(self, program: Program, values: Sequence[Any]) -> list[Type]:
        """The types of a program's results; kept where they are the same at each run."""
        declared = [typed.type for typed in program.checked.values]
        types = [
            type if value is None else self.engine.type_of(value, type)
            for value, type in zip(values, declared, strict=True)
        ]
        if all(a is b for a, b in zip(types, declared, strict=True)):
            program.types = types
        return types

    def once(self, graph: Graph, span: Span, ticket: Ticket) -> tuple[Any, ...]:
        """What a graph gives that is run this one time."""
        ticket.peak = self._allowance.refuse_too_large(graph, span)
        engine = self.engine
        plan = engine.Plan(graph)
        if graph.effect:
            self._draws.begin(ticket, engine)
        found: tuple[Any, ...] = plan.run(self.values(plan, span, ticket), ticket)
        return found

    def retold(self, error: TcalcError, values: Sequence[Typed], span: Span, ticket: Ticket) -> TcalcError:
        """An error of some values in the words of what was written."""
        from tcalc.retold import retold

        def run(graph: Graph) -> object:
            return self._results(self.engine.Plan(graph), False, span, ticket)

        return retold(error, values, span, self._settings, self._allowance, run)

    def _results(self, plan: Plan, draws: bool, span: Span, ticket: Ticket) -> tuple[Any, ...]:
        """What a plan gives under the names as they stand; an error where NaN is one and that holds any."""
        values = self.values(plan, span, ticket)
        if self._settings.strict:
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

    def values(self, plan: Plan, span: Span, ticket: Ticket) -> list[Any]:
        """The values that a plan takes: variables, files, and parts computed ahead."""
        values: list[Any] = []
        for name in plan.names:
            assert isinstance(name, str)
            binding = self._bindings.get(name)
            if binding is not None:
                values.append(self._bindings.value(binding, self.engine) if binding.value is None else binding.value)
            elif name.startswith(FILE):
                if name not in ticket.loaded:
                    ticket.loaded[name] = self._loaded(name, span, ticket)
                values.append(ticket.loaded[name])
            else:
                values.append(ticket.settled[name])
        return values

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
