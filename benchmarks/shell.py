"""The shell in a terminal: how long after a key its letter, the line below or the result stands on the screen.

The terminal is read here, in Python, so that what is told is a little more than a person waits.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence

from rows import Row

ROWS, COLUMNS = 30, 220
PROMPT = "tcalc>"
#: Seconds between two keys, as a quick typist has them, and those after which nothing is waited for.
BETWEEN, PATIENCE = 0.03, 30.0
#: What is typed while torch is loaded.
TYPED = "w = [1., 2., 3.] * (4 + 5 * (6 - 7)) - [8., 9., 1.] / 2 + [3., 4., 5.]"
#: A line of 200 characters, but for its last ones.
LONG = "A @ B + " * 24
#: Operands and a result of nine elements: the operation itself takes some microseconds.
SMALL = "A @ B + {number}"


class Screen:
    """A shell in a terminal, and what it shows."""

    def __init__(self, command: str, home: str) -> None:
        import pexpect  # type: ignore[import-untyped]  # it has no types
        import pyte

        self._timeout = pexpect.TIMEOUT
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        surroundings = {**os.environ, "TERM": "xterm-256color", "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
        self._shell = pexpect.spawn(command, [], dimensions=(ROWS, COLUMNS), env=surroundings)
        self._shell.delaybeforesend = None
        self.waited(lambda: self.line() == PROMPT)

    def close(self) -> None:
        """End the shell."""
        self._shell.close(force=True)

    def line(self, below: int = 0) -> str:
        """The line that the cursor is on, or one below it; above it where that is negative."""
        return self._row(self._screen.cursor.y + below)

    def last(self) -> str:
        """The last line of the screen."""
        return self._row(ROWS - 1)

    def _row(self, number: int) -> str:
        cells = self._screen.buffer[number]  # its `display` draws all of them, which takes longer than the shell
        return "".join([cells[column].data for column in range(COLUMNS)]).rstrip()

    def press(self, keys: str, is_there: Callable[[], bool]) -> float:
        """Seconds from some keys until something is on the screen."""
        start = time.perf_counter()
        self._shell.send(keys)
        self.waited(is_there)
        return time.perf_counter() - start

    def waited(self, is_there: Callable[[], bool]) -> None:
        """Read until something is on the screen."""
        end = time.perf_counter() + PATIENCE
        while not is_there():
            if time.perf_counter() > end:
                raise SystemExit("the shell does not answer:\n" + "\n".join(self._screen.display))
            self.rest(PATIENCE, once=True)

    def rest(self, seconds: float, *, once: bool = False) -> None:
        """Read what comes for some seconds; `once` ends with what comes first."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            try:
                self._stream.feed(self._shell.read_nonblocking(65536, timeout=left))
            except self._timeout:
                return
            if once:
                return

    def typed(self, text: str) -> list[float]:
        """Seconds until each letter of a text stands behind the prompt, typed one after another."""
        before, found = self.line(), []
        for end in range(1, len(text) + 1):
            shown = f"{before} {text[:end]}".rstrip()
            found.append(self.press(text[end - 1], lambda shown=shown: self.line().startswith(shown)))
            self.rest(BETWEEN)
        return found


def slowest(times: Sequence[float]) -> float:
    """What 95 of 100 keep below."""
    return statistics.quantiles(times, n=20)[-1]


def shell(command: str, quick: bool) -> list[Row]:
    """Keys, the line below, the menu of completion, and Enter."""
    loading: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(2 if quick else 6):
            screen = Screen(command, home)
            loading += screen.typed(TYPED)
            screen.close()
        screen = Screen(command, home)

        def entered(text: str, below: str) -> float:
            screen.press(text, lambda: screen.line() == f"{PROMPT} {text}")
            screen.rest(0.1)  # else the last letter is waited for too
            took = screen.press("\r", lambda: below in (screen.line(-1), screen.line(-2)))
            screen.waited(lambda: screen.line() == PROMPT)
            return took

        entered("A = ones(3, 3)", "A: f32[3, 3]")
        entered("B = A * 2", "B: f32[3, 3]")
        numbers = range(10, 30 if quick else 70)  # of two digits, as is 6 + 10
        enter = [entered(SMALL.format(number=number), "  ".join(["", *[str(6 + number)] * 3])) for number in numbers]

        screen.press(LONG, lambda: LONG.rstrip() in screen.line() and screen.last().strip() != "")
        screen.rest(1)
        keys, below = [], []
        for number in range(20 if quick else 60):
            told = screen.last()
            letter = "B" if number % 2 == 0 else "\x7f"
            typed = f"{PROMPT} {LONG}{'B' if number % 2 == 0 else ''}".rstrip()
            start = time.perf_counter()
            keys.append(screen.press(letter, lambda typed=typed: screen.line() == typed))
            screen.waited(lambda told=told: screen.last() not in (told, ""))
            below.append(time.perf_counter() - start)
            screen.rest(BETWEEN)
        screen.press("\x03", lambda: screen.line() == PROMPT)
        menus = []
        for _ in range(10 if quick else 30):
            screen.press("A @ B.s", lambda: screen.line().startswith(f"{PROMPT} A @ B.s"))
            screen.rest(0.2)
            menus.append(screen.press("\t", lambda: "sqrt" in screen.line(1)))
            screen.press("\x03", lambda: screen.line() == PROMPT)
        screen.close()
    return [
        _row("a key while torch is loaded: 95 of 100 stand there within", slowest(loading), 0.03),
        _row("a key on a line of 200 characters: 95 of 100 within", slowest(keys), 0.02),
        _row("the line below it tells the new type: 95 of 100 within", slowest(below), 0),
        _row("the menu at `Tab`: 95 of 100 within", slowest(menus), 0.05),
        _row(
            f"from Enter to the result, `{SMALL.format(number=1)}` of 3×3: the median", statistics.median(enter), 0.005
        ),
    ]


def _row(what: str, took: float, most: float) -> Row:
    return Row(f"in the shell: {what}", f"≤ {most * 1000:.0f} ms" if most else "", took, 0, "", took <= most)
