"""The shell: read, run on the evaluator's thread, print."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from tcalc.commands import is_command, meant, run_command
from tcalc.commands.desk import Desk
from tcalc.errors import TcalcError
from tcalc.evaluator import Evaluator, Interrupted
from tcalc.outcomes import Failed, Outcome
from tcalc.repl import history
from tcalc.repl.banner import banner
from tcalc.repl.early import prompt_drawn
from tcalc.repl.loading import Loading
from tcalc.repl.transcript import CONTINUATION, PROMPT
from tcalc.repl.tty import unechoed
from tcalc.show.broken import broken
from tcalc.show.progress import ProgressBar
from tcalc.source import Source

if TYPE_CHECKING:
    from tcalc.config import Config
    from tcalc.errors import Repair
    from tcalc.interrupt import Ticket
    from tcalc.repl.render import Reply
    from tcalc.session import Session
    from tcalc.show.palette import Style


#: After so many bugs in a row, without a text between them, the shell ends.
MOST_FAILURES = 3


class TerminalGone(Exception):
    """Nothing can be read from the terminal, or written to it: there is nobody to tell. `status` is the exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Reader(Protocol):
    """Where the shell gets its texts from."""

    #: The repairs that the last statement was offered, and how to get at them.
    repairs: list[Repair]
    repair_hint: str

    def read(self) -> str:
        """The next text. Raises EOFError at the end, KeyboardInterrupt where what was typed is dropped."""

    def offer(self, text: str) -> None:
        """Put a text on the next line, as if it had been typed there."""


def run(session: Session, style: Style, config: Config | None = None) -> int:
    """The shell on this process's terminal, until it is left; the exit status."""
    loading = Loading(session, config.init if config is not None else "")
    file = history.HistoryFile(history.path())
    file.warnings += config.warnings if config is not None else []
    shell = Shell(session, style, file, loading)
    try:
        shell.print(banner(session.settings, style, columns()))
        if os.environ.get("TERM") in ("dumb", "unknown"):
            loading.start()
            return shell.loop(PlainReader())
        with unechoed():
            with prompt_drawn(PROMPT):
                from tcalc.repl.editor import Editor

                reader = Editor(session, style, file, loading, shell.warn)
            return shell.loop(reader)
    except TerminalGone as gone:
        return gone.status


def columns() -> int:
    """The terminal's width in cells; 80 where there is none."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def rows() -> int:
    """The terminal's height in lines; 24 where there is none."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).lines or 24
    except (OSError, ValueError):
        return 24


class Shell:
    """Runs what a reader gives, and prints to standard output. No exception of a statement's leaves it."""

    def __init__(self, session: Session, style: Style, file: history.HistoryFile, loading: Loading) -> None:
        self.session, self.style = session, style
        self.evaluator = Evaluator(session, ProgressBar(colour=style.colour))
        self._history, self._loading = file, loading
        self._line = 1
        self._typed: list[str] = []
        self._before = file.size()
        self.desk = Desk(lambda: [*file.entries(self._before), *self._typed])
        session.record()
        session.number_results()

    def loop(self, reader: Reader) -> int:
        """Read and run until the reader ends or a statement leaves; the exit status. Raises TerminalGone."""
        failures = 0
        while failures < MOST_FAILURES:
            self.warn()
            try:
                text = reader.read()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return 0
            except OSError as reason:
                raise TerminalGone(2) from reason
            except Exception as bug:
                failures += 1
                self._report(bug)
                continue
            failures = 0
            try:
                if self.submit(text, reader):
                    return 0
            except TerminalGone:
                raise
            except KeyboardInterrupt:
                self.print("")
            except Exception as bug:
                self._report(bug)
        return 1

    def submit(self, text: str, reader: Reader) -> bool:
        """Run a text and print what comes of it; whether it leaves the shell."""
        if not text.strip():
            if not self.desk.stop:
                return False
            text = ":demo"  # which goes on
        else:
            self._typed.append(text)
            text = meant(self.session, text)
        source = Source(text, "<shell>", self._line)
        if "\n" in text or not is_command(text):
            self._line += text.rstrip().count("\n") + 1
        try:
            for reply in self.evaluator.stream(lambda ticket: self._replies(source, ticket, reader.repair_hint)):
                if reply.leaves:
                    return True
                if reply.text:
                    self.print(reply.text)
                if reply.paged is not None:
                    self._page(reply.paged)
                if reply.offered:
                    reader.offer(reply.offered)
        except Interrupted as interrupted:
            # The terminal has written ^C; this stands over it.
            self.print("\r" + "\n".join(broken(self.style.prose(interrupted.message), columns())))
        reader.repairs = self.session.offered
        return False

    def _page(self, lines: Iterator[str]) -> None:
        from tcalc.repl.pager import page

        page(lines, rows() - 1, self.print)

    def _report(self, bug: Exception) -> None:
        """Show a bug of tcalc's own as an error."""
        from tcalc.errors import internal_error
        from tcalc.repl.render import replies

        for reply in replies([Failed(internal_error(bug))], self.style, columns()):
            self.print(reply.text)

    def _replies(self, source: Source, ticket: Ticket, hint: str) -> Iterator[Reply]:
        """On the evaluator's thread: run a text and lay out what comes of it, which may need torch too."""
        from tcalc.repl.mixed import pieces
        from tcalc.repl.render import Reply, replies  # not before the prompt, which does not need it
        from tcalc.repl.unrun import Run, not_run

        self._loading.wait()
        settings = self.session.settings
        parts = pieces(source.text)
        for place, (first, text) in enumerate(parts, 1):
            part = Source(text, source.name, source.first_line + first)
            run = Run(self._outcomes(part, ticket), part)
            yield from replies(run, self.style, columns(), hint, height=rows(), settings=settings)
            if run.failed:
                yield Reply(self.style.prose(not_run(run.left(), [text for _, text in parts[place:]])))
                return

    def _outcomes(self, source: Source, ticket: Ticket) -> Iterable[Outcome | str]:
        if not is_command(source.text):
            return self.session.run(source, ticket)
        try:
            return run_command(self.session, source, self.desk.of(ticket))
        except TcalcError as error:
            return [Failed(error)]

    def warn(self) -> None:
        """Print what went wrong with the user's files since this was last asked for."""
        self._history.warnings += self._loading.warnings
        self._loading.warnings.clear()
        for warning in self._history.warnings:
            lines = "\n".join(broken(f"note: {self.style.prose(warning)}", columns()))
            self.print(self.style.paint("note", "note") + lines.removeprefix("note"))
        self._history.warnings.clear()

    def print(self, text: str) -> None:
        """Write a line to the terminal. Raises TerminalGone."""
        try:
            try:
                sys.stdout.write(text + "\n")
            except UnicodeEncodeError:
                encoding = sys.stdout.encoding
                sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
            sys.stdout.flush()
        except OSError as reason:
            raise TerminalGone(141 if isinstance(reason, BrokenPipeError) else 2) from reason


class PlainReader:
    """Reads lines as they come, for a terminal on which nothing can be moved."""

    repair_hint = ":fix runs it"

    def __init__(self) -> None:
        self.repairs: list[Repair] = []
        self._offered = ""

    def offer(self, text: str) -> None:
        """See `Reader.offer`: here nothing can be changed on a line, so it is shown as typed, and run."""
        self._offered = text

    def read(self) -> str:
        """See `Reader.read`."""
        from tcalc.syntax.parser import is_complete

        if self._offered:
            text, self._offered = self._offered, ""
            print(PROMPT + text.replace("\n", "\n" + CONTINUATION))
            return text
        try:
            text = input(PROMPT)
            while not is_command(text) and not is_complete(text):
                text += "\n" + input(CONTINUATION)
        except (EOFError, KeyboardInterrupt):
            print()
            raise
        return text
