"""Which notes are told: each once, and that a name hides a builtin once for the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcalc.check.checked import Checked
    from tcalc.errors import Note
    from tcalc.source import Source


class Telling:
    """What was told of; `before` is the telling that this one goes on from."""

    __slots__ = ("_hidden", "_places")

    def __init__(self, before: Telling | None = None) -> None:
        #: Where something odd in a function was told of.
        self._places: set[tuple[Source, int, str]] = set()
        #: The names that were told to hide a builtin.
        self._hidden: set[str] = set() if before is None else set(before._hidden)

    def news(self, checked: Checked) -> list[Note]:
        """The notes on a statement that are to be told.

        What is odd in a function is told once, and not at each call; so is `max = 3`, however often it is bound anew.
        """
        found = []
        for note in checked.notes:
            place = (note.span.source, note.span.start, note.message)
            if place in self._places or (note.kind == "hidden" and note.span.text in self._hidden):
                continue
            found.append(note)
            if note.kind == "hidden":
                self._hidden.add(note.span.text)
            if not checked.statement.span.holds(note.span):
                self._places.add(place)
        return found
