"""Random numbers as part of the transaction: what a failed statement drew is drawn again by the next one."""

from __future__ import annotations

import threading
from typing import Any

from tcalc.interrupt import Abandoned, Ticket


class Draws:
    """Keeps the state that torch's random numbers go back to when a statement fails or is given up.

    `names` is the session's lock, held while names change and while a run is given up. The state is put back before
    the next draw, not at once: an operation that was left behind may be drawing still, and torch's generator is only
    free when it ends.
    """

    def __init__(self, names: threading.Lock) -> None:
        self._names = names
        #: Held by the run that puts the numbers back.
        self._drawing = threading.Lock()
        #: The state to go back to before the next draw.
        self._undrawn: Any = None

    def begin(self, ticket: Ticket, engine: Any) -> None:
        """Before a statement draws: go back where the one before it failed, and keep the state."""
        with self._drawing:
            undrawn = self._undrawn
            if undrawn is not None:
                engine.restore(undrawn)
            state = engine.random_state() if undrawn is None else undrawn
            with self._names:
                if ticket.abandoned:
                    raise Abandoned
                self._undrawn = None
                if ticket.drawn_from is None:
                    ticket.drawn_from = state

    def end(self, ticket: Ticket) -> None:
        """At the end of a statement: what it drew and did not commit will be drawn again."""
        if ticket.drawn_from is not None:
            with self._names:
                if not ticket.abandoned:  # else whoever gave it up has seen to this, and others may draw by now
                    self._undrawn = ticket.drawn_from
                ticket.drawn_from = None

    def abandon(self, ticket: Ticket) -> None:
        """A run was given up; the caller holds the session's lock."""
        if ticket.drawn_from is not None:
            self._undrawn = ticket.drawn_from

    def put_back(self, engine: Any) -> None:
        """Go back at once where a statement failed: somebody else draws next."""
        with self._drawing, self._names:
            if self._undrawn is not None:
                engine.restore(self._undrawn)
                self._undrawn = None

    @property
    def is_pending(self) -> bool:
        """Whether the next draw will go back first."""
        return self._undrawn is not None

    def seed(self, number: int, ticket: Ticket, engine: Any) -> None:
        """Start the numbers anew."""
        with self._drawing:
            with self._names:
                if ticket.abandoned:
                    raise Abandoned
                self._undrawn = None
            engine.seed(number)
