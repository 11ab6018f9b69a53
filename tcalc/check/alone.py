"""What is called for what it does and gives no value: it stands alone on a line."""

from __future__ import annotations

from tcalc.errors import TcalcError
from tcalc.source import Span

#: The functions, each with what it does.
ALONE = {
    "print": "shows its arguments",
    "save": "writes a file",
    "manual_seed": "starts the random numbers anew",
    "exit": "leaves",
    "quit": "leaves",
}


def refused(name: str, span: Span) -> TcalcError:
    """One of them inside of an expression."""
    return TcalcError("type", f"{name} {ALONE[name]} and gives no value: it stands alone on a line", span)
