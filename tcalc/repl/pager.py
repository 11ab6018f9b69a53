"""The user's pager."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator

from tcalc.repl.tty import echoed
from tcalc.show.visible import visible

#: The pager of those who name none.
LESS = ["less", "-RS"]
#: Where there is no pager, so many lines are printed.
MOST_PRINTED = 2000


def page(lines: Iterator[str], rows: int, write: Callable[[str], None]) -> None:
    """Show lines in `$PAGER`, or in less; what fits on the screen, and where there is no pager, is written at once."""
    first: list[str] = []
    for line in lines:
        first.append(line)
        if len(first) >= rows:
            break
    else:
        write("\n".join(first))
        return
    command = _command()
    if command and not shutil.which(command[0]):
        if command is not LESS:
            write(f"note: $PAGER is {visible(command[0])}, which is not there")
        command = []
    with echoed():
        shown = bool(command) and _paged(command, first, lines, write)
    if not shown:
        _printed(first, lines, write)


def _command() -> list[str]:
    """The pager's command, empty where nothing can be paged."""
    if os.environ.get("TERM") in ("dumb", "unknown") or not _is_terminal():
        return []
    import shlex

    try:
        return shlex.split(os.environ.get("PAGER", "")) or LESS
    except ValueError:  # a quote that is not closed
        return LESS


def _is_terminal() -> bool:
    try:
        return sys.stdout.isatty()
    except ValueError:
        return False


def _paged(command: list[str], first: list[str], lines: Iterator[str], write: Callable[[str], None]) -> bool:
    """Whether the pager showed the lines. It may be left before it has seen all; Ctrl-C is a key of its own."""
    import subprocess

    # Not SIG_IGN, which the pager would inherit: one that has no key for Ctrl-C could not be stopped then.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        environment = {"LESS": "-R", "LESSCHARSET": "utf-8", **os.environ}
        try:
            pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
        except OSError:
            return False
        assert pager.stdin is not None
        try:
            for part in (first, lines):
                for line in part:
                    pager.stdin.write(f"{line}\n".encode("utf-8", "backslashreplace"))
            pager.stdin.close()
        except OSError:  # it was left
            pass
        status = pager.wait()
        if status == -signal.SIGINT:
            write("")  # below the ^C
        elif status > 0:
            write(f"the pager {visible(command[0])} ended with {status}")
        return True
    finally:
        signal.signal(signal.SIGINT, before)


def _printed(first: list[str], lines: Iterator[str], write: Callable[[str], None]) -> None:
    number = 0
    for part in (first, lines):
        for line in part:
            if number == MOST_PRINTED:
                write(f"the first {MOST_PRINTED} lines; there is no pager to show more")
                return
            write(line)
            number += 1
