"""A terminal in which the shell runs: a pseudo-terminal, and a screen that is compared as text."""

from __future__ import annotations

import os
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

#: Seconds after which a test gives up; no time is compared with anything.
PATIENCE = 60


class Terminal:
    """A shell in a terminal of `rows` by `columns`; its history lies in `state`."""

    def __init__(self, state: Path, *arguments: str, columns: int = 80, rows: int = 24, **environment: str) -> None:
        self.screen = pyte.Screen(columns, rows)
        #: The screen at the first prompt, where a test keeps it.
        self.banner: list[str] = []
        self.stream = pyte.ByteStream(self.screen)
        kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "LINES")}
        terminal = {"TERM": "xterm", "XDG_STATE_HOME": str(state), "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
        terminal["XDG_CONFIG_HOME"] = str(state)
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "tcalc", *arguments],
            env={**kept, **terminal, **environment},
            dimensions=(rows, columns),
            timeout=PATIENCE,
        )
        self.child.delaybeforesend = None

    def send(self, keys: str) -> None:
        """Press some keys."""
        self.child.send(keys)

    def lines(self) -> list[str]:
        """The screen's lines without blanks at their ends, up to the last that is not empty."""
        text = "\n".join([line.rstrip() for line in self.screen.display])
        return text.rstrip("\n").split("\n")

    def wait(self, condition: Callable[[list[str]], bool]) -> list[str]:
        """The screen's lines, once they fulfil a condition."""
        deadline = time.monotonic() + PATIENCE
        while not condition(self.lines()):
            assert time.monotonic() < deadline, "\n".join(self.lines())
            try:
                self.stream.feed(self.child.read_nonblocking(65536, timeout=0.2))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                assert condition(self.lines()), "\n".join(self.lines())
        return self.lines()

    def wait_for_prompt(self, number: int) -> list[str]:
        """The screen's lines, once it shows that many prompts and the last is empty."""
        return self.wait(lambda lines: sum(map(_is_prompt, lines)) >= number and lines[-1] == "tcalc>")

    def run(self, text: str) -> list[str]:
        """Type a line at an empty prompt; what stands below it when the next prompt is there."""
        self.wait(lambda lines: lines[-1] == "tcalc>")
        before = sum(map(_is_prompt, self.lines()))
        self.send(text + "\r")
        lines = self.wait_for_prompt(before + 1)
        typed = max(place for place, line in enumerate(lines[:-1]) if _is_prompt(line))
        return lines[typed + 1 : -1]

    def see(self, *keys: str, lines: list[str]) -> None:
        """On an empty screen, press keys; the screen is such in the end."""
        self.clear()
        for each in keys:
            self.send(each)
        try:
            self.wait(lambda shown: shown == lines)
        except AssertionError:
            assert self.lines() == lines
            raise

    def is_read_by_line(self) -> bool:
        """Whether the line editor, to which Ctrl-C is a key, has handed the terminal back: a statement runs."""
        return bool(termios.tcgetattr(self.child.fileno())[3] & termios.ICANON)

    def clear(self) -> None:
        """Drop what is on the line, and all that is on the screen."""
        if self.lines()[-1] != "tcalc>":
            self.send("\x03")
            self.wait(lambda lines: lines[-1] == "tcalc>")
        self.send("\x0c")
        self.wait(lambda lines: lines == ["tcalc>"])

    def marked(self, row: int, look: str = "underscore") -> str:
        """What has a look in a row: `underscore`, `bold`, or the name of a colour; blanks between are kept."""
        cells = [self.screen.buffer[row][column] for column in range(self.screen.columns)]
        has = [getattr(cell, look) if look in ("underscore", "bold") else cell.fg == look for cell in cells]
        return "".join([cell.data if holds else " " for cell, holds in zip(cells, has, strict=True)]).strip()

    def end(self) -> int:
        """Wait for the shell's end; its exit status."""
        try:
            while True:
                self.stream.feed(self.child.read_nonblocking(65536, timeout=PATIENCE))
        except pexpect.EOF:
            pass
        self.child.wait()
        assert self.child.signalstatus is None
        status = self.child.exitstatus
        assert status is not None
        return int(status)


def _is_prompt(line: str) -> bool:
    return line.startswith("tcalc>")
