"""The prompt before the line editor: drawn at once, while the library that edits lines (100 ms) is being loaded.

Until that reads keys, what is typed must neither be echoed nor translated nor end the process: it waits in the
terminal's own queue as raw bytes, and is edited like anything else afterwards.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tcalc.repl.tty import changed


@contextmanager
def prompt_drawn(prompt: str) -> Iterator[None]:
    """Draw `prompt`, and keep the terminal quiet until the block ends; the cursor is at the line's start then."""
    with changed(_quiet) as is_terminal:
        if not is_terminal:
            yield
            return
        sys.stdout.write(prompt)
        sys.stdout.flush()
        yield
        sys.stdout.write("\r")
        sys.stdout.flush()


def _quiet(attributes: list[Any]) -> None:
    import termios

    attributes[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON)
    attributes[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    attributes[6][termios.VMIN] = 1
