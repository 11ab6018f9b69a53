"""Outcomes as a script, a pipe and `-e` print them: results on standard output, errors and notes on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tcalc.errors import EXIT_STATUS, Note, TcalcError
from tcalc.outcomes import Failed, Noted, Outcome, Shown
from tcalc.show.palette import PLAIN, Style
from tcalc.show.plain import plain_chunks
from tcalc.show.remarks import remarks
from tcalc.types.data import ConstantData, Data, TupleData
from tcalc.types.dtypes import DType

if TYPE_CHECKING:
    from typing import BinaryIO

    from tcalc.show.progress import ProgressBar

#: Text is handed to the system in pieces of about this many bytes.
BUFFER = 1 << 16
#: On a terminal, results of more numbers than this are summarised.
WHOLE_ON_TERMINAL = 1000


class OutputFailed(Exception):
    """Standard output cannot be written. `gone` where its reader went away."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(str(reason))
        self.gone = isinstance(reason, BrokenPipeError)
        self.reason = reason.strerror or str(reason)


class Printer:
    """Prints outcomes and remembers the exit status of the first error."""

    def __init__(
        self,
        output: BinaryIO,
        default_float: DType,
        *,
        json: bool = False,
        style: Style = PLAIN,
        terminal: bool = False,
        width: int = 80,
        bar: ProgressBar | None = None,
    ) -> None:
        self._output = output
        self._pending: list[str] = []
        self._size = 0
        self.default_float = default_float
        self.json = json
        #: How errors and notes are drawn.
        self.style = style
        #: Whether results go to a terminal, where long ones are summarised.
        self.terminal = terminal
        self.width = width
        #: The progress bar that may stand on the terminal; it makes way for what is printed.
        self.bar = bar
        self.status = 0

    def print(self, outcome: Outcome) -> None:
        """Print one outcome; bindings are silent."""
        if isinstance(outcome, Shown):
            self._result(outcome)
        elif isinstance(outcome, Failed):
            self.error(outcome.error)
        elif isinstance(outcome, Noted):
            self._note(outcome.note)
        if self.terminal:
            self.flush()  # somebody watches

    def error(self, error: TcalcError) -> None:
        """Print an error on standard error, after the results before it."""
        if self.status == 0:
            self.status = EXIT_STATUS[error.code]
        if self.json:
            from tcalc.show.jsonlines import error_json

            self._complain(error_json(error))
        else:
            from tcalc.show.diagnostics import error_text

            self._complain(error_text(error, self.style, width=self.width, located=True))

    def _note(self, note: Note) -> None:
        if self.json:
            from tcalc.show.jsonlines import note_json

            self._complain(note_json(note))
        else:
            from tcalc.show.diagnostics import note_text

            self._complain(note_text(note, self.style, width=self.width, located=True))

    def _complain(self, text: str) -> None:
        self.flush()
        if self.bar is not None:
            self.bar.clear()
        complain(text)

    def _result(self, outcome: Shown) -> None:
        data = outcome.data
        if self.json:
            from tcalc.show.jsonlines import json_chunks

            self._write(json_chunks(data, remarks=remarks(outcome.closed)))
        elif self.terminal and _count(data) > WHOLE_ON_TERMINAL:
            from tcalc.show.terminal import value_text

            self._write([value_text(data, self.style, width=self.width)])
        else:
            self._write(plain_chunks(data, self.default_float))

    def text(self, text: str) -> None:
        """Print some lines, each with its end, on standard output."""
        self._pending.append(text)

    def _write(self, pieces: Iterable[str]) -> None:
        for piece in pieces:
            self._pending.append(piece)
            self._size += len(piece)
            if self._size > BUFFER:
                self.flush()
        self._pending.append("\n")
        self._size += 1

    def flush(self) -> None:
        """Hand everything to the system. Raises OutputFailed."""
        if not self._pending:
            return
        if self.bar is not None:
            self.bar.clear()
        text = "".join(self._pending)
        self._pending.clear()
        self._size = 0
        try:
            self._output.write(text.encode("utf-8", "backslashreplace"))
            self._output.flush()
        except OSError as reason:
            _silence(self._output)
            raise OutputFailed(reason) from None


def complain(text: str) -> None:
    """Say something on standard error. If nobody reads there, the exit status still tells."""
    try:
        if sys.stderr is not None:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
    except (OSError, ValueError):
        pass


def _silence(output: BinaryIO) -> None:
    """Point the stream at nothing, so that its own flush at the end does not complain once more."""
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, output.fileno())
        os.close(nothing)
    except (OSError, ValueError):
        pass


def _count(data: Data) -> int:
    if isinstance(data, TupleData):
        return sum(_count(item) for item in data.items)
    if isinstance(data, ConstantData):
        return 0
    count = data.type.numel
    return count if isinstance(count, int) else 0
