"""What the Python interface raises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.errors import TcalcError, internal_error
from tcalc.show.diagnostics import error_text
from tcalc.show.jsonlines import error_notes
from tcalc.show.palette import PLAIN
from tcalc.source import Span

if TYPE_CHECKING:
    from tcalc.api.results import Result

#: What a text from Python is called in messages.
NAME = "<text>"


class Error(Exception):
    """What is wrong with a text, or what went wrong as it ran. `str()` is all that the command line would print.

    `code` is one of `syntax name type shape dtype label grad value memory limit io internal`; `message` is one
    sentence; `line` and `column` count from 1 and are None where no text is at fault; `notes` say what the operands
    are and where each size came from; `repairs` are texts that were checked, each with its type. `results` are those
    of the statements before the one that failed, for `Session.run`.
    """

    __module__ = "tcalc"

    code: str
    message: str
    line: int | None
    column: int | None
    notes: list[str]
    repairs: list[tuple[str, str]]
    results: list[Result]

    def __init__(
        self,
        code: str,
        message: str,
        line: int | None = None,
        column: int | None = None,
        notes: Sequence[str] = (),
        repairs: Sequence[tuple[str, str]] = (),
        text: str = "",
    ) -> None:
        notes, repairs = list(notes), list(repairs)
        super().__init__(code, message, line, column, notes, repairs, text)
        self.code, self.message, self.line, self.column = code, message, line, column
        self.notes, self.repairs = notes, repairs
        self.results = []
        self._text = text

    def __str__(self) -> str:
        return self._text or f"error[{self.code}]: {self.message}"


class MissingName(Error, KeyError):
    """A session has no such name; a KeyError too, as of any mapping."""

    __module__ = "tcalc"
    __qualname__ = "Error"


def public(fault: BaseException) -> BaseException:
    """An error from inside as callers know it; what is no error of tcalc's, such as an interrupt, as it is."""
    if isinstance(fault, Error) or not isinstance(fault, Exception):
        return fault
    if isinstance(fault, RecursionError):
        fault = TcalcError("limit", "nesting deeper than can be followed")
    elif isinstance(fault, MemoryError):
        fault = TcalcError("memory", "there is not enough memory")
    elif not isinstance(fault, TcalcError):
        fault = internal_error(fault)
    return _error(fault)


def missing_name(name: object) -> Error:
    """A name that a session does not have."""
    return MissingName("name", f"there is no {name} in this session")


def _error(fault: TcalcError) -> Error:
    line, column = (None, None) if fault.span is None else _place(fault.span)
    return Error(
        fault.code,
        fault.message,
        line,
        column,
        error_notes(fault),
        [(repair.text, repair.type) for repair in fault.repairs],
        error_text(fault, PLAIN, located=True),
    )


def _place(span: Span) -> tuple[int, int]:
    return span.source.position(span.start)
