"""What a command may ask of the shell that it is typed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.interrupt import Ticket

if TYPE_CHECKING:
    from collections.abc import Callable


class Tour:
    """Where the tour is: `stop` is the number of the stop shown last, 0 where there is none."""

    __slots__ = ("stop",)

    def __init__(self) -> None:
        self.stop = 0


class Desk:
    """What a shell has for its commands; by itself that of no shell.

    `history` gives what was typed, oldest first. `ticket` is that of the command: one that was interrupted goes on for
    a while beside the next, and must not take that one's for its own.
    """

    __slots__ = ("history", "ticket", "tour")

    def __init__(self, history: Callable[[], list[str]] = list) -> None:
        self.history = history
        self.ticket = Ticket()
        self.tour = Tour()

    def of(self, ticket: Ticket) -> Desk:
        """The same for a command with this ticket."""
        desk = Desk(self.history)
        desk.ticket, desk.tour = ticket, self.tour
        return desk

    @property
    def stop(self) -> int:
        """See `Tour`."""
        return self.tour.stop

    @stop.setter
    def stop(self, number: int) -> None:
        self.tour.stop = number
