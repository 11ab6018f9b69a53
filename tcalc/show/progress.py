"""A progress bar for loops that last: on standard error, where that is a terminal, and gone when the loop ends."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tcalc.interrupt import Ticket, Turns

#: A loop that lasts less, in seconds, needs no bar.
PATIENCE = 1.0
#: What the terminal writes behind the bar at Ctrl-C: it must not begin a new line.
ECHO = "^C^C"


class ProgressBar:
    """Shows how far the outermost loop is. Any thread may clear it, before it writes to the terminal."""

    def __init__(self, *, colour: bool = True) -> None:
        self._colour = colour
        self._lock = threading.Lock()
        self._turns: Turns | None = None
        self._bar: Any = None
        self._task: Any = None

    def look(self, ticket: Ticket) -> None:
        """Draw what the loop at hand has done by now; clear the bar where there is none."""
        turns = ticket.turns
        with self._lock:
            if turns is not self._turns:
                self._clear()
            if turns is None or monotonic() - turns.began < PATIENCE:
                return
            if turns is not self._turns:
                self._begin(turns)
            if self._bar is not None:
                self._bar.update(self._task, completed=turns.done, refresh=True)

    def clear(self) -> None:
        """Take the bar away."""
        with self._lock:
            self._clear()

    def _begin(self, turns: Turns) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._turns = turns
        console = Console(stderr=True, no_color=not self._colour)
        if not console.is_terminal or console.is_dumb_terminal:
            return
        console.width = max(1, console.width - len(ECHO))
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=console,
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._bar.add_task(turns.kind, total=turns.count)
        self._bar.start()

    def _clear(self) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._turns = None
