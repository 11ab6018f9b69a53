"""Running a whole program: a script or the `-e` texts at once, a pipe statement by statement."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tcalc.errors import TcalcError, internal_error
from tcalc.interrupt import Abandoned, Ticket
from tcalc.outcomes import Failed, Left, Noted, Outcome
from tcalc.printer import Printer
from tcalc.session import Session
from tcalc.source import Source

if TYPE_CHECKING:
    from typing import BinaryIO

#: How long a program may be, in characters.
LONGEST_PROGRAM = 64 * 1024 * 1024


def run_program(
    session: Session, source: Source, printer: Printer, ticket: Ticket, *, keep_going: bool = False
) -> None:
    """Check a program whole, then run it, stopping at its first error."""
    statements, outcomes = session.check(source)
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    for each in failed:
        printer.print(each)
    if failed and not keep_going:
        return
    session.share(statements)
    try:
        for statement in statements:
            for outcome in guarded(session.execute(statement, ticket)):
                printer.print(outcome)
                if isinstance(outcome, Left) or (isinstance(outcome, Failed) and not keep_going):
                    return
    finally:
        session.share(())


def check_program(session: Session, source: Source, printer: Printer) -> None:
    """Check a program and run nothing."""
    _, outcomes = session.check(source)
    for outcome in outcomes:
        if isinstance(outcome, Failed | Noted):
            printer.print(outcome)


def emit_program(session: Session, source: Source, printer: Printer, ticket: Ticket) -> None:
    """Print a program as Python that imports torch alone. Nothing is printed of one with an error."""
    from tcalc.show.code import Conditions, program_text

    statements, outcomes = session.check(source)
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    settings = session.settings
    conditions = Conditions(settings.default_float, settings.device, settings.seed, settings.threads)
    if not failed:
        try:
            compiled = session.whole(statements, ticket)
            printer.text(program_text(compiled, conditions, session.kernel_sources, session.layout))
        except TcalcError as error:
            failed = [Failed(error)]
    for each in failed:
        printer.print(each)


def plan_program(session: Session, source: Source, printer: Printer, ticket: Ticket) -> None:
    """Print what each statement of a program is run as, and what that takes. Of one with an error only that."""
    from tcalc.show.folded import PIPED
    from tcalc.show.plans import Reader, program_text, step_json, steps_of

    statements, outcomes = session.check(source)
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    if not failed:
        try:
            compiled = session.whole(statements, ticket)
            steps = steps_of(compiled, session.plan_of)
            names = {name for each in compiled for name in each.checked.targets if name is not None}
            reader = Reader(session.settings.default_float, {*session.names(), *names}, session.kernel_sources)
            if printer.json:
                printer.text("".join([f"{step_json(step, reader)}\n" for step in steps]))
            else:
                printer.text(program_text(steps, reader, printer.width if printer.terminal else PIPED))
        except TcalcError as error:
            failed = [Failed(error)]
    for failure in failed:
        printer.print(failure)


def run_pipe(
    session: Session, stream: BinaryIO, printer: Printer, name: str, ticket: Ticket, *, keep_going: bool = False
) -> None:
    """Run statements as they arrive. What is printed is handed on before the next line is waited for."""
    from tcalc.syntax.parser import Assembler

    lines = Lines(stream, printer)
    assembler: Assembler | None = None
    number = 1
    block: int | None = None
    while True:
        line = lines.next()
        if not line:
            return
        first, text = number, line
        number += 1
        if block is not None and (not line.strip() or _indent(line) > block):
            continue  # it belongs to a statement of Python's that was refused
        block = None
        if not session.knows(line.rstrip("\r\n")):
            if assembler is None:
                assembler = Assembler()
            parts = [line]
            while not assembler.feed(line):
                line = lines.next()
                if not line:
                    break
                number += 1
                parts.append(line)
            text = "".join(parts)
        source = Source(text.rstrip("\r\n"), name, first)
        for outcome in guarded(session.run(source, ticket)):
            printer.print(outcome)
            if isinstance(outcome, Left) or (isinstance(outcome, Failed) and not keep_going):
                return
            if isinstance(outcome, Failed) and outcome.error.code == "syntax" and text.rstrip().endswith(":"):
                block = _indent(text)


def guarded(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """The outcomes, with a bug of tcalc's own as one of them: an `internal` error that asks for a report."""
    try:
        yield from outcomes
    except (KeyboardInterrupt, SystemExit, Abandoned):
        raise
    except Exception as bug:
        yield Failed(internal_error(bug))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


class Lines:
    """The lines of a stream as text. Output is flushed before a read that may wait."""

    def __init__(self, stream: BinaryIO, printer: Printer) -> None:
        self._stream = stream
        self._printer = printer
        self._lines: list[bytes] = []
        self._rest = b""
        self._ended = False

    def next(self) -> str:
        """The next line with its newline, empty at the end."""
        while not self._lines and not self._ended:
            self._printer.flush()
            piece = self._stream.read1(1 << 16)  # type: ignore[attr-defined]  # standard input is a buffered reader
            if not piece:
                self._ended = True
                if self._rest:
                    self._lines.append(self._rest)
                break
            if b"\n" not in piece:
                self._rest += piece
                continue
            parts = (self._rest + piece).split(b"\n")
            self._rest = parts.pop()
            parts.reverse()
            self._lines = [part + b"\n" for part in parts]
        if not self._lines:
            return ""
        return decoded(self._lines.pop())


def decoded(data: bytes) -> str:
    """Bytes as text; those that are no UTF-8 become lone surrogates, which the parser refuses at their place."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


def read_script(path: str) -> bytes:
    """The bytes of a script. Raises OSError."""
    with open(path, "rb") as file:
        data = file.read(LONGEST_PROGRAM + 1)
    if len(data) > LONGEST_PROGRAM:
        raise OSError(f"longer than {LONGEST_PROGRAM} bytes")
    return data


def standard_input_is_there() -> bool:
    """Whether there is a standard input that is no terminal."""
    try:
        return sys.stdin is not None and not sys.stdin.isatty()
    except ValueError:
        return False
