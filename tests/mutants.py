"""Programs made by breaking the project's own, and what must hold of every one of them.

`python tests/mutants.py [COUNT] [--seed N]` (`make fuzz`) makes and runs COUNT of them over two processes and prints
each one that fails; `--only K` makes and runs the K-th of a seed. The suite runs a seeded part of them.

A mutant is a few statements of an example, a page or the error corpus, with what they need before them, and one to five
changes: of a token, of a character, of a line. It gives a result, or an error with a place in it, in one sentence that
can be drawn at any width; each repair that is offered type-checks and is not the program as it stood; a statement that
fails changes no names; none takes seconds, and none much memory.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from unicodedata import category

from breeding import ROOT, Breeder

from tcalc.doors import guarded
from tcalc.errors import EXIT_STATUS, Note, Repair, TcalcError
from tcalc.outcomes import Failed, Left, Noted
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.show.diagnostics import error_text, note_text
from tcalc.show.jsonlines import error_json, note_json
from tcalc.show.palette import PLAIN, Style
from tcalc.source import Source, Span
from tcalc.syntax.parser import parse_statements

DATA = ("examples/data", "tests/errors/io/data", "tests/errors/io/data.csv")

#: A program may hold so many bytes of tensors, and the process may grow by so many kilobytes while it runs.
MEMORY, GROWTH = 64 * 2**20, 300 * 2**10
#: Seconds of processor time that one program may take, checked whole and then run, and after how many it is ended.
SLOW, ENDLESS = 4.0, 30.0

TERMINAL = Style(colour=True, unicode=True)


# What must hold


class Broken(AssertionError):
    """Something that must hold does not."""


def require(holds: object, what: str) -> None:
    """Raise Broken unless something holds."""
    if not holds:
        raise Broken(what)


def fresh() -> Session:
    """A session for one program."""
    return Session(Settings(memory=MEMORY, seed=1, arguments=["one", "2"]))


def examine(text: str) -> None:
    """Check a program whole, then run it statement by statement. Raises what is wrong with what comes of it."""
    source = Source(text, "mutant.tc")
    session = fresh()
    _, outcomes = session.check(source)
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            holds_of_error(outcome.error, source)
            if outcome.statement is not None:
                holds_of_repairs(outcome.error.repairs, source, outcome.statement.span)
        elif isinstance(outcome, Noted):
            holds_of_note(outcome.note)
    session = fresh()
    for parsed in parse_statements(source):
        if isinstance(parsed, TcalcError):
            holds_of_error(parsed, source)
            continue
        before = dict(session.bindings)
        for outcome in guarded(session.execute(parsed)):
            if isinstance(outcome, Left):
                return
            if isinstance(outcome, Failed):
                holds_of_error(outcome.error, source)
                require(dict(session.bindings) == before, "a statement that failed changed a name")


def holds_of_error(error: TcalcError, source: Source) -> None:
    """What must hold of every error."""
    require(error.code in EXIT_STATUS, f"no code: {error.code}")
    require(error.code != "internal", f"{error.message} {error.notes}")
    require(error.span is not None, f"no place: {error.message}")
    assert error.span is not None
    for span in (error.span, *(mark.span for mark in error.marks)):
        require(0 <= span.start <= span.end <= len(span.source.text), f"{error.message}: no place at {span.start}")
    require(error.span.source is source, f"{error.message}: a place in another text")
    for said in (error.message, *(mark.type for mark in error.marks), *(mark.fixed for mark in error.marks)):
        require(is_line(said), f"more than a plain line: {said!r}")
    require(len(error.message) <= 700, f"a long sentence: {error.message!r}")
    drawn: list[str] = []
    for width in (40, 80, 200):
        drawn.append(error_text(error, PLAIN, width=width, located=True))
        drawn.append(error_text(error, TERMINAL, width=width))
    for text in drawn:
        require(all(letter == "\n" or printed(letter) for letter in text.replace("\x1b[", "")), f"drawn: {text!r}")
    facts = json.loads(error_json(error))["error"]
    require(facts["message"] == error.message and facts["line"] >= 1 and facts["column"] >= 1, f"json: {facts}")


def holds_of_note(note: Note) -> None:
    """What must hold of every note."""
    require(is_line(note.message), f"more than a plain line: {note.message!r}")
    for width in (40, 80, 200):
        note_text(note, TERMINAL, width=width)
    json.loads(note_json(note))


def is_line(text: str) -> bool:
    """Whether a text is one line; what else a terminal would obey is escaped when it is drawn."""
    return not any(letter in "\n\r\v\f\x1b\0" for letter in text)


def printed(letter: str) -> bool:
    """Whether a terminal shows a character, and does nothing else with it."""
    return (letter.isascii() and letter.isprintable()) or category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def holds_of_repairs(repairs: Sequence[Repair], source: Source, place: Span) -> None:
    """A repair in the place of its statement type-checks, and is not what stood there."""
    for repair in repairs:
        require(repair.whole != place.text, f"a repair that changes nothing: {repair.whole!r}")
        given, (name, _, type) = "", repair.condition.removeprefix("with ").partition(": ")
        if name:
            given = f"{name}: {type} = zeros({type[type.find('[') :] if '[' in type else '()'})\n"
        before = source.text[: place.start] + given
        mended = Source(before + repair.whole + source.text[place.end :])
        for outcome in fresh().check(mended)[1]:
            if isinstance(outcome, Failed) and outcome.statement is not None:
                inside = len(before) <= outcome.statement.span.start < len(before) + len(repair.whole)
                require(not inside, f"the repair {repair.whole!r} does not check: {outcome.error.message}")


# Running many


def fault(text: str) -> str:
    """What is wrong with a program, empty where nothing is."""
    begin, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        examine(text)
    except Broken as found:
        return str(found)
    except Endless:
        return f"takes more than {ENDLESS:.0f} s"
    except Exception as bug:
        trace = bug.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
        return f"{bug.__class__.__name__} at {where}: {bug}"
    taken, grown = time.process_time() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    if taken > SLOW:
        return f"takes {taken:.1f} s"
    return f"takes {grown >> 10} MB" if grown > GROWTH else ""


class Endless(BaseException):
    """A program takes too long; nothing that handles errors may hold this up."""


def _ended(number: int, frame: FrameType | None) -> None:
    raise Endless


@contextlib.contextmanager
def workplace() -> Iterator[None]:
    """A folder of its own with the data of the examples: a mutant may save what it likes."""
    with tempfile.TemporaryDirectory() as folder:
        for name in DATA:
            target = Path(folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, target)
        with contextlib.chdir(folder):
            yield


def run_part(part: tuple[int, range]) -> tuple[int, list[tuple[int, str, str]]]:
    """Make and run some mutants of a seed: how many, and number, text and fault of those that fail."""
    seed, numbers = part
    breeder, found = _breeder(), []
    _ = fresh().engine  # torch, loaded before memory is measured
    signal.signal(signal.SIGVTALRM, _ended)
    with workplace():
        for number in numbers:
            text = breeder.mutant(seed, number)
            signal.setitimer(signal.ITIMER_VIRTUAL, ENDLESS)
            what = fault(text)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            if what:
                found.append((number, text, what))
    return len(numbers), found


_kept: list[Breeder] = []


def _breeder() -> Breeder:
    """The one of this process."""
    if not _kept:
        _kept.append(Breeder())
    return _kept[0]


def main() -> int:
    """1 where a mutant fails."""
    options = argparse.ArgumentParser(description="Run programs made by breaking the project's own.")
    options.add_argument("count", nargs="?", type=int, default=100_000, help="how many (100000)")
    options.add_argument("--seed", type=int, default=0, help="which ones (0)")
    options.add_argument("--only", type=int, metavar="K", help="the K-th alone, printed")
    options.add_argument("--processes", type=int, default=2, help="how many at a time (2)")
    given = options.parse_args()
    if given.only is not None:
        print(_breeder().mutant(given.seed, given.only).encode("utf-8", "backslashreplace").decode())
        _, found = run_part((given.seed, range(given.only, given.only + 1)))
        return told(given.seed, found)
    from rich.console import Console
    from rich.progress import Progress

    failed, size = 0, 100
    parts = [(given.seed, range(at, min(at + size, given.count))) for at in range(0, given.count, size)]
    context = multiprocessing.get_context("spawn")
    with (
        Progress(console=Console(stderr=True)) as progress,
        context.Pool(given.processes, maxtasksperchild=100) as pool,
    ):
        task = progress.add_task("mutants", total=given.count)
        for count, found in pool.imap_unordered(run_part, parts):
            progress.advance(task, count)
            failed += told(given.seed, found)
    print(f"{given.count} programs, {failed} of them with a fault", file=sys.stderr)
    return 1 if failed else 0


def told(seed: int, found: Sequence[tuple[int, str, str]]) -> int:
    """Print the programs that fail; how many."""
    for each in found:
        print(described(seed, *each), flush=True)
    return len(found)


def described(seed: int, number: int, text: str, what: str) -> str:
    """A program that fails: how to make it again, what is wrong, and its text."""
    return f"--seed {seed} --only {number}: {what}\n{text}\n".encode("utf-8", "backslashreplace").decode()


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)
