"""A place in a statement that is being typed: what is in sight there, and what may stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.check import autograd
from tcalc.check.arguments import WANTED
from tcalc.check.checked import HIDDEN
from tcalc.check.checker import Checker, Poisoned
from tcalc.check.holes import INDEX, VARIABLE, Unfilled
from tcalc.check.statements import CHECKS, fault_with
from tcalc.errors import TcalcError
from tcalc.syntax import nodes
from tcalc.types.mismatch import Undetermined
from tcalc.types.tensor import FunctionType, TupleType

if TYPE_CHECKING:
    from tcalc.check.scope import Scope
    from tcalc.check.surroundings import Surroundings
    from tcalc.types.tensor import Type

#: Names that stand for values, and are none that a program can bind.
CONSTANTS = {"True": True, "False": False, "None": None}


#: So many axes are told by their numbers.
MOST_AXES = 6


class Spot:
    """The hole in a statement, at `place`; its `kind` is what must stand there where that is no tensor.

    `is_reached` says whether the checker comes to it: not behind an error, nor in a function that it checks at calls.
    """

    def __init__(self, statement: nodes.Statement, place: int, scope: Scope, surroundings: Surroundings) -> None:
        self._statement = autograd.statement(statement) or statement
        self._scope, self._surroundings = scope, surroundings
        self._surroundings.brief = True
        self._hole = self._met(place)
        self._fits: dict[object, bool] = {}
        self.is_reached = self._hole is not None
        self.kind = "" if self._hole is None else self._hole.kind
        self.wants_dtype, self.in_index = self.kind == WANTED["dtype"], self.kind.startswith(INDEX)

    def _met(self, place: int) -> Unfilled | None:
        try:
            CHECKS[self._statement.__class__](Checker(self._scope, self._surroundings), self._statement)
        except Unfilled as hole:
            return hole.with_traceback(None) if hole.node.span.start == place else None
        except (TcalcError, Poisoned, Undetermined, RecursionError):
            pass
        return None

    def in_sight(self) -> dict[str, Type]:
        """The names that may be written there with their types, the nearest first."""
        locals = self._hole.locals if self._hole is not None else {}
        found = {name: locals[name].type for name in reversed(locals)}
        for name in reversed(self._scope.names()):
            variable = self._scope.lookup(name)
            if variable is not None:
                found.setdefault(name, variable.type)
        return {name: type for name, type in found.items() if HIDDEN not in name and name.isidentifier()}

    def fits(self, name: str, type: Type | None = None) -> bool:
        """Whether the statement checks with a name there. Of names of one type, one is tried."""
        if self._hole is None:
            return False
        key: object = name if type is None or self.kind == VARIABLE else type
        if key not in self._fits:
            span = self._hole.node.span
            filling = nodes.Constant(span, CONSTANTS[name]) if name in CONSTANTS else nodes.Name(span, name)
            # Of a call that lacks arguments it is not looked into what they are; most that are lacking are tensors.
            goes_on = not isinstance(type, FunctionType | TupleType)
            self._fits[key] = self._checks_with(self._hole.node, filling, goes_on)
        return self._fits[key]

    def axes(self) -> list[int]:
        """The axes that may stand there by their numbers, where one is wanted: the first ones, and the last as -1."""
        if self._hole is None or "axis" not in self.kind:
            return []
        span = self._hole.node.span
        found: list[int] = []
        for number in range(MOST_AXES):
            if not self._checks_with(self._hole.node, nodes.Number(span, number)):
                break
            found.append(number)
        return [*found, -1] if found else []

    def fits_part(self, local: str, name: str, called: bool = False) -> bool:
        """Whether the statement checks with `local.name` there, or with a call of that."""
        if self._hole is None:
            return False
        span = self._hole.node.span
        part: nodes.Expr = nodes.Attribute(span, nodes.Name(span, local), name, span)
        if called:
            part = nodes.Call(span, part, ())
        return self._checks_with(self._hole.node, part)

    def _checks_with(self, hole: nodes.Expr, filling: nodes.Expr, goes_on: bool = True) -> bool:
        return fault_with(self._statement, Checker(self._scope, self._surroundings), hole, filling, goes_on) is None
