"""How a running statement learns that nobody waits for it any more."""

from __future__ import annotations


class Abandoned(Exception):
    """The statement was interrupted: its result is dropped."""


class Ticket:
    """What one run of a statement is known by. Whoever waits for it sets `abandoned`; the plan looks at it between steps."""

    __slots__ = ("abandoned",)

    def __init__(self) -> None:
        self.abandoned = False
