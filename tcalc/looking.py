"""What a session tells of a statement without running it: its type, its steps, its graph, its costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.check.statements import check_statement
from tcalc.errors import TcalcError
from tcalc.graph.compiled import Closed, Compiled, is_derivative
from tcalc.graph.graph import Graph
from tcalc.graph.lower import lower
from tcalc.syntax import nodes
from tcalc.syntax.parser import whole
from tcalc.types.tensor import UNKNOWN_TYPE, FunctionType, TupleType, Type

if TYPE_CHECKING:
    from tcalc.bindings import Bindings
    from tcalc.check.checked import Checked
    from tcalc.check.spots import Spot
    from tcalc.checking import Checking
    from tcalc.costing import Costs
    from tcalc.errors import Note
    from tcalc.glances import Glance
    from tcalc.graph.planned import Planned
    from tcalc.preparing import Preparing
    from tcalc.settings import Settings
    from tcalc.source import Source
    from tcalc.steps import Step


class Looking:
    """Looks at statements under the names and the settings of a session. Its methods are those of `Session`."""

    def __init__(self, bindings: Bindings, settings: Settings, checking: Checking, preparing: Preparing) -> None:
        self._bindings, self._settings, self._checking, self._preparing = bindings, settings, checking, preparing

    def type_of(self, source: Source) -> tuple[Type, list[Note]]:
        """See `Session.type_of`."""
        return self.type_of_statement(whole(source, "statement"))

    def type_of_statement(self, statement: nodes.Statement) -> tuple[Type, list[Note]]:
        """See `Session.type_of_statement`."""
        checked = self._checking.looked_at(statement)
        types = [each.type for each in checked.values]
        if checked.action == "bind":
            types = [variable.type for _, variable in checked.variables]
        notes = checked.notes if self._settings.notes else []
        return (types[0] if len(types) == 1 else TupleType(tuple(types)) if types else UNKNOWN_TYPE), notes

    def steps(self, source: Source) -> tuple[list[Step], TcalcError | None]:
        """See `Session.steps`."""
        from tcalc.steps import Steps

        statement: nodes.Statement = whole(source, "statement")
        root = getattr(statement, "value", None)
        if not isinstance(root, nodes.Expr):
            raise TcalcError("type", "this is no expression: it has no steps", statement.span)
        looked_at = self._checking.looked_at
        found = [*Steps(lambda part: looked_at(nodes.Show(part.span, False, part)), self._bindings).of(root)]
        try:
            looked_at(statement)
        except TcalcError as error:
            self._checking.offer_repairs(error, statement)
            return found, error
        return found, None

    def glance(self, source: Source) -> Glance | None:
        """See `Session.glance`."""
        from tcalc.glances import glance

        foreseen = self._checking.foreseen()
        return glance(source, foreseen, lambda: self._checking.surroundings(foreseen=foreseen))

    def spot(self, source: Source, place: int) -> Spot | None:
        """See `Session.spot`."""
        from tcalc.glances import spot

        foreseen = self._checking.foreseen()
        return spot(source, place, foreseen, lambda: self._checking.surroundings(foreseen=foreseen))

    def compiled(self, source: Source) -> tuple[Checked, Graph]:
        """See `Session.compiled`."""
        checked, graph = self.lowered(source)
        return checked, self._preparing.rewritten(graph)

    def planned(self, source: Source) -> Planned:
        """See `Session.planned`."""
        checked, _ = self.lowered(source)
        return self.plan_of(Compiled(checked))

    def plan_of(self, compiled: Compiled) -> Planned:
        """See `Session.plan_of`."""
        return self._preparing.both(compiled.lowered or Graph(()))

    def costs(self, source: Source) -> Costs | None:
        """See `Session.costs`."""
        from tcalc.costing import statement_costs

        return statement_costs(self.lowered(source)[0], self._bindings, self._checking.surroundings(True))

    def lowered(self, source: Source) -> tuple[Checked, Graph]:
        """The one statement that a text is, checked, and its graph as it is written."""
        checked = self._checked(whole(source, "statement"))
        if checked.pending:
            waits = checked.pending[0][1]
            raise TcalcError("type", "data decides a shape here: what runs is settled while it runs", waits.span)
        return checked, lower(checked.values)

    def _checked(self, statement: nodes.Statement) -> Checked:
        """A statement checked as one that will run."""
        return check_statement(statement, self._bindings, self._checking.surroundings(True))

    def closed(self, source: Source) -> list[tuple[str, Closed]]:
        """See `Session.closed`."""
        statement = expression(source, "derivative")
        checked = self._checked(statement)
        if not checked.values or not is_derivative(checked.values[0]):
            checked = self._checked(called("grad", statement.value))
        typed = checked.values[0]
        if isinstance(typed.type, FunctionType):
            told = "a function has no formula; its derivative at a value has one: grad(f)(x)"
            raise TcalcError("grad", told, typed.span)
        if checked.pending:
            raise TcalcError("grad", "data decides a shape here: its derivative can only be run", typed.span)
        (result,) = Compiled(checked).derivatives
        names = typed.type.names if isinstance(typed.type, TupleType) else ()
        results = result if isinstance(result, tuple) else (result,)
        default_float, bound = self._settings.default_float, self._bindings
        return [
            (names[place] if place < len(names) else "", Closed(each, default_float, bound.keys(), bound.differs))
            for place, each in enumerate(results)
        ]


def expression(source: Source, wanted: str) -> nodes.Show:
    """The one expression that a text is, of which something is wanted that no other statement has."""
    statement: nodes.Statement = whole(source, "statement")
    if not isinstance(statement, nodes.Show):
        raise TcalcError("type", f"this is no expression: it has no {wanted}", statement.span)
    return statement


def called(function: str, argument: nodes.Expr) -> nodes.Show:
    """A function called on an expression."""
    span = argument.span
    call = nodes.Call(span, nodes.Name(span, function), (nodes.Argument(span, None, argument),))
    return nodes.Show(span, False, call)
