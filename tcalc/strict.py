"""What `--strict` says of results that hold NaN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.check.errors import shortened
from tcalc.errors import Mark, TcalcError
from tcalc.types.tensor import static_value

if TYPE_CHECKING:
    from tcalc.check.checked import Checked
    from tcalc.interrupt import Blamed
    from tcalc.source import Span

FORBIDDEN = "which --strict forbids"


def made_nan(blamed: Blamed, statement: Span) -> TcalcError:
    """The error for a result with NaN, at the step that made it; where none was found, at the statement."""
    span = blamed.span or statement
    verb = "holds" if blamed.given else "gives"
    marks = [Mark(span, blamed.type, f"NaN {blamed.remark}" if blamed.remark else "")] if blamed.span else []
    return TcalcError("value", f"{shortened(span.text)} {verb} NaN, {FORBIDDEN}", span, marks=marks)


def refuse_static_nan(checked: Checked) -> None:
    """An error where a value that is known while checking is NaN."""
    for typed in checked.values:
        value = static_value(typed.type)
        if isinstance(value, float) and value != value:
            raise TcalcError("value", f"{shortened(typed.span.text)} is NaN, {FORBIDDEN}", typed.span)
