"""Calls of torch's functions that have no row: what comes out is asked of torch, where it may be loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.check.typed import Apply, Typed
from tcalc.errors import Mark, TcalcError
from tcalc.types.dtypes import DType
from tcalc.types.tensor import UNKNOWN_TYPE, TensorType, Type

if TYPE_CHECKING:
    from tcalc.check.checker import Checker


def call(checker: Checker, applied: Apply) -> Apply:
    """The call with the type that torch gives it; without one while torch must not be loaded, or sizes are unknown."""
    applied.type = _type(checker, applied)
    return applied


def _type(checker: Checker, applied: Apply) -> Type:
    infer = checker.surroundings.infer
    if infer is None or checker.facts is not None:
        return UNKNOWN_TYPE
    found: Type = UNKNOWN_TYPE
    if _is_settled(applied):
        try:
            found = infer(applied)
        except TcalcError as error:
            raise _refused(applied, error) from None
    if found is UNKNOWN_TYPE and checker.evaluating and checker.conditional and not checker.pending:
        name = f"torch.{applied.row.torch}"
        nowhere = "it cannot stand in a loop, a choice or a derivative"
        raise TcalcError("type", f"only computing {name} tells its type: {nowhere}", applied.span)
    return found


def _operands(applied: Apply) -> list[Typed]:
    flat: list[Typed] = []
    for each in applied.operands:
        flat.extend(each if isinstance(each, tuple) else (each,))
    return [each for each in flat if isinstance(each.type, TensorType)]


def _is_settled(applied: Apply) -> bool:
    """Whether every operand has known sizes, and every option a known value."""
    types = [each.type for each in _operands(applied)]
    return all(isinstance(type, TensorType) and type.is_settled for type in types) and all(
        _is_plain(value) for value in applied.options.values()
    )


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, int | float | str | DType)


def _refused(applied: Apply, error: TcalcError) -> TcalcError:
    """What torch refused, with the operands as it saw them."""
    if error.message:
        error.span = error.span or applied.span
        return error
    operands = _operands(applied)
    types = [str(each.type) for each in operands]
    given = f" {' and '.join(types)}" if 0 < len(types) < 4 else " these arguments"
    marks = [Mark(each.span, type) for each, type in zip(operands, types, strict=True) if each.span.text]
    return TcalcError(
        error.code, f"torch.{applied.row.torch} does not take{given}", applied.span, marks=marks, notes=error.notes
    )
