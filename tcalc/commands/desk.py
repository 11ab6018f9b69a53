"""What a command may ask of the shell that it is typed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.interrupt import Ticket

if TYPE_CHECKING:
    from collections.abc import Callable


class Desk:
    """What a shell has for its commands; by itself that of no shell.

    `ticket` is the run that is waited for. `history` gives what was typed, oldest first.
    """

    __slots__ = ("history", "stop", "ticket")

    def __init__(self, history: Callable[[], list[str]] = list) -> None:
        self.ticket = Ticket()
        self.history = history
        #: Where the tour is: the number of the stop shown last, 0 where there is none.
        self.stop = 0
