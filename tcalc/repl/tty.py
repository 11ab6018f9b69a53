"""How the terminal treats what is typed while no line is edited.

By itself it writes each key, so that what is typed ahead of a running statement would stand among its output, and once
more on the next line, where the editor shows what waited for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def changed(change: Callable[[list[Any]], None]) -> Iterator[bool]:
    """The terminal's attributes, as termios has them, changed until the block ends; whether there are any."""
    try:
        import termios
    except ImportError:
        yield False
        return
    try:
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        now = termios.tcgetattr(descriptor)
        change(now)
        termios.tcsetattr(descriptor, termios.TCSANOW, now)
    except (OSError, ValueError, termios.error):
        yield False
        return
    try:
        yield True
    finally:
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(descriptor, termios.TCSANOW, before)


@contextmanager
def unechoed() -> Iterator[None]:
    """Nothing typed is written until the block ends, but what the line editor shows."""
    with changed(lambda attributes: _echo(attributes, False)):
        yield


@contextmanager
def echoed() -> Iterator[None]:
    """Until the block ends another program has the terminal, as such programs expect it."""
    with changed(lambda attributes: _echo(attributes, True)):
        yield


def _echo(attributes: list[Any], wanted: bool) -> None:
    import termios

    attributes[3] = attributes[3] | termios.ECHO if wanted else attributes[3] & ~termios.ECHO
