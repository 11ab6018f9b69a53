"""`tcalc.evaluate`: an expression of Python's own tensors and arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tcalc.api.errors import public
from tcalc.api.expressions import expression_of, one, require_name, require_text, value_of
from tcalc.api.types import type_of
from tcalc.errors import TcalcError
from tcalc.interrupt import Ticket
from tcalc.late import GuestEngine
from tcalc.session import Session as Inside
from tcalc.settings import Settings
from tcalc.types.dtypes import F32

if TYPE_CHECKING:
    from tcalc.allowance import Allowance
    from tcalc.api.results import Value
    from tcalc.programs import Program
    from tcalc.syntax import nodes
    from tcalc.types.tensor import Type

#: Programs kept, by their text and the types of the names; values are never kept.
MOST_PROGRAMS = 1024


class Kept:
    """An expression compiled for names of certain types, and the device that they are on."""

    __slots__ = ("allowance", "device", "program", "statement")

    def __init__(self, statement: nodes.Show, program: Program, device: str, allowance: Allowance) -> None:
        self.statement, self.program, self.device, self.allowance = statement, program, device, allowance


_kept: dict[tuple[object, ...], Kept] = {}


def evaluate(text: str, /, **names: Any) -> Value:
    """The value of one expression under the names given: `evaluate("A @ B @ v", A=A, B=B, v=v)`.

    A name is a tensor, a NumPy array or whatever has `__array__`, a number, a nested list of numbers, a tuple of
    those, text, a dtype or None. Numbers are static: exact, without a dtype of their own, sizes where a size is
    wanted. Names are given one by one and never taken from the caller's own, so that the text cannot reach what it
    was not handed.

    The value is a tensor, of rank 0 for a number; a tuple where the expression gives one, with names where torch's
    has them; text or a dtype. It shares no memory with what was given and carries no derivatives, since those
    are written in the text; what was given is not changed. Tensors are computed where they are, all on one device.
    The default float is f32 (Session has others), and random numbers are torch's.

    The same text with the same types is checked once. Another number is another type: give one that changes at each
    call as a tensor. Raises Error.
    """
    try:
        return _evaluated(require_text(text), names)
    except Exception as fault:
        raise public(fault) from None


def _evaluated(text: str, names: dict[str, Any]) -> Any:
    from tcalc.backend import given

    key: list[object] = [text]
    values: dict[str, Any] = {}
    types: dict[str, Type] = {}
    given.refuse_transformed(names.values())
    plain = given.PLAIN
    for name, value in names.items():
        if value.__class__ not in plain:
            type = types[name] = type_of(name, value, F32)
            value = given.tensor_of(name, value, type)
            if value.__class__ not in plain:
                values[name] = value
                key += (name, type, given.device_of({name: value}))
                continue
        values[name] = value
        key += (name, value.dtype, value.shape, value.device, value.layout)
    where = tuple(key)
    kept = _kept.get(where)
    if kept is None:
        return _first(text, values, types, where)
    try:
        return _again(kept, values)
    except TcalcError:
        if kept.program.effect:
            raise
    return _first(text, values, types, where)  # what it says may be of what was rewritten


def _first(text: str, values: dict[str, Any], types: dict[str, Type], where: tuple[object, ...]) -> Any:
    """Check and compile an expression, keep it where no data decide what it is, and compute it."""
    from tcalc.backend import given

    statement = expression_of(text)
    device = given.device_of(values)
    settings = Settings(F32, device=device)
    engine = GuestEngine(settings)
    inside = Inside(settings, engine)
    for name, value in values.items():
        require_name(name)
        if name not in types:
            types[name] = type_of(name, value, F32)
            values[name] = value = given.tensor_of(name, value, types[name])
        inside.bind(name, types[name], value)
    try:
        program, results, found = inside.computed(statement, Ticket())
        value = value_of(statement, one(statement, results), one(statement, found), values.values())
    finally:
        inside.put_back()
        engine.leave()
    inside.reset()  # what is kept asks the allowance, which knows these names: it must not hold their values
    if program is not None:
        if len(_kept) >= MOST_PROGRAMS:
            _kept.pop(next(iter(_kept), ()), None)
        _kept[where] = Kept(statement, program, device, inside.allowance)
    return value


def _again(kept: Kept, values: dict[str, Any]) -> Any:
    """Compute an expression under other values of the same types."""
    from tcalc.backend.guest import Conditions

    program, statement = kept.program, kept.statement
    type = (program.types or [each.type for each in program.checked.values])[0]
    plan = program.plan
    if plan is None:
        return value_of(statement, None, type)
    kept.allowance.refuse_peak(program.peak, statement.span)
    conditions = Conditions(F32, kept.device)
    try:
        conditions.enter()
        run = conditions.drawing(plan.run) if program.effect else plan.run
        (result,) = run([values[str(name)] for name in plan.names])
        return value_of(statement, result, type, values.values(), plan.constants)
    finally:
        conditions.leave()
