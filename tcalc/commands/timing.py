"""The command that tells how long a statement takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.errors import TcalcError, counted
from tcalc.source import Source, Span

if TYPE_CHECKING:
    from tcalc.commands.command import Answer
    from tcalc.commands.desk import Desk
    from tcalc.session import Session

TIME = """
  It is run for a second, three times at least; `:time 20 A @ B` is twenty times.
  The median, the quartiles around it (half of the runs lie between them), and the
  number of runs. It was checked, compiled and run once before, which is not
  counted. What is quick is told beside what a call of torch takes by itself,
  however small. Nothing is shown or bound, and random numbers are drawn as if it
  had not been. Ctrl-C ends it, and tells what is known so far.
"""

#: Below so many seconds the time of a call by itself is told too.
QUICK = 50e-6
MOST_RUNS = 1_000_000


def time(session: Session, source: Source, desk: Desk) -> Answer:
    """How long a statement takes."""
    number, statement = _numbered(source)
    found = session.timed(statement, desk.ticket, number)
    if found is None:
        return ["nothing runs here: it is known while checking"]
    line = f"{duration(found.median)}   {duration(found.low)} to {duration(found.high)}   {counted(found.runs, 'run')}"
    if found.median >= QUICK:
        return [line]
    return [line, f"a call of torch takes {duration(found.own)} by itself"]


def _numbered(source: Source) -> tuple[int | None, Source]:
    """The number of runs, where one is told, and the statement."""
    start, rest = behind_number(source.text)
    if not start:
        return None, source
    word = source.text[:start].rstrip()
    number = int(word) if len(word) < 9 else 0
    if not 1 <= number <= MOST_RUNS:
        raise TcalcError("value", f"the number of runs is from 1 to {MOST_RUNS}", Span(source, 0, len(word)))
    return number, Source(rest, source.name, source.first_line)


def behind_number(text: str) -> tuple[int, str]:
    """Where the statement begins behind a number of runs, and itself: `20 A @ B`, but `20 - A` is all one statement."""
    word, _, rest = text.partition(" ")
    rest = rest.lstrip()
    if not word.isdecimal() or not rest or not (rest[0].isalnum() or rest[0] in "_([\"'"):
        return 0, text
    if rest.split(None, 1)[0] in ("if", "or", "and", "in", "not"):
        return 0, text
    return len(text) - len(rest), rest


def duration(seconds: float) -> str:
    """A time in three digits: `1.23 µs`, `450 ns`, `2.10 s`."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= 0.9995 * size:
            return f"{_three(seconds / size)} {unit}"
    return f"{_three(seconds / 1e-9)} ns"


def _three(number: float) -> str:
    return f"{number:.{2 if number < 9.995 else 1 if number < 99.95 else 0}f}"
