"""The prompt before the line editor: drawn at once, while the library that edits lines (100 ms) is being loaded.

Until that reads keys, what is typed must neither be echoed nor translated nor end the process: it waits in the
terminal's own queue as raw bytes, and is edited like anything else afterwards.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def prompt_drawn(prompt: str) -> Iterator[None]:
    """Draw `prompt`, and keep the terminal quiet until the block ends; the cursor is at the line's start then."""
    try:
        import termios

        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
    except (ImportError, OSError, ValueError, termios.error):
        yield
        return
    quiet = termios.tcgetattr(descriptor)
    quiet[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON)
    quiet[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    quiet[6][termios.VMIN] = 1
    try:
        termios.tcsetattr(descriptor, termios.TCSANOW, quiet)
        sys.stdout.write(prompt)
        sys.stdout.flush()
        yield
        sys.stdout.write("\r")
        sys.stdout.flush()
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
