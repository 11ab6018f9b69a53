"""What `--strict` says of results that hold NaN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.errors import Mark, TcalcError, shortened
from tcalc.types.tensor import TupleType, static_value

if TYPE_CHECKING:
    from tcalc.check.checked import Checked
    from tcalc.interrupt import Blamed
    from tcalc.source import Span
    from tcalc.types.tensor import Type

FORBIDDEN = "which --strict forbids"


def made_nan(blamed: Blamed, statement: Span) -> TcalcError:
    """The error for a result with NaN, at the step that made it; where none was found, at the statement."""
    span = blamed.span or statement
    verb = "gives" if not blamed.given else "holds" if "[" in blamed.type else "is"
    marks = [Mark(span, blamed.type, f"NaN {blamed.remark}" if blamed.remark else "")] if blamed.span else []
    message = f"{shortened(span.text)} {verb} NaN, {FORBIDDEN}"
    error = TcalcError("value", message, span, marks=marks, notes=blamed.calls)
    error.kind = "nan" if blamed.given else ""
    return error


def refuse_static_nan(checked: Checked) -> None:
    """An error where a value that is known while checking is NaN."""
    for typed in checked.values:
        if _has_nan(typed.type):
            raise TcalcError("value", f"{shortened(typed.span.text)} is NaN, {FORBIDDEN}", typed.span)


def _has_nan(type: Type) -> bool:
    if isinstance(type, TupleType):
        return any(map(_has_nan, type.items))
    static = static_value(type)
    return isinstance(static, float | complex) and static != static
