"""The files that a session's programs save."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tcalc.errors import TcalcError
from tcalc.settings import Settings
from tcalc.types.tensor import UNKNOWN_TYPE, TupleType, Type

if TYPE_CHECKING:
    from tcalc.files.replacing import Replacement
    from tcalc.interrupt import Ticket
    from tcalc.late import LateEngine


def nothing() -> None:
    """Do nothing."""


class Saving:
    """Writes files under a session's settings. `names` is the session's lock, held while names change."""

    def __init__(self, settings: Settings, names: threading.Lock, late: LateEngine) -> None:
        self._settings, self._lock, self._late = settings, names, late

    def check(self, path: str, type: Type) -> None:
        """Raises TcalcError where a value of some type cannot be saved under a path. Nothing is touched."""
        if self._settings.safe:
            raise TcalcError("io", "save writes a file, which --safe forbids")
        from tcalc.files import save

        save.check_path(path)
        save.check_type(path, type)

    def save(
        self,
        path: str,
        names: Sequence[str],
        values: Sequence[Any],
        types: Sequence[Type],
        ticket: Ticket,
        done: Callable[[], None] = nothing,
    ) -> Type:
        """Write values, each under its name; the type of them all. `done` is called as the file takes its place."""
        type = types[0] if len(types) == 1 else TupleType(tuple(types), tuple(names))
        self.check(path, type)
        from tcalc.files import save

        data = self._late.get().data
        parts = [(name, data(*each)) for name, *each in zip(names, values, types, strict=True)]
        self._replace(path, lambda file: save.write(file, path, parts, self._settings.default_float), ticket, done)
        return type

    def save_bytes(self, path: str, content: bytes, ticket: Ticket) -> None:
        """Write a file of another kind."""
        if self._settings.safe:
            raise TcalcError("io", "this writes a file, which --safe forbids")

        def write(file: Replacement) -> None:
            file.write(content)
            file.finish()

        self._replace(path, write, ticket)

    def _replace(
        self,
        path: str,
        write: Callable[[Replacement], None],
        ticket: Ticket,
        done: Callable[[], None] = nothing,
    ) -> None:
        """Put a file in its place once it is written. Until then what was there is untouched."""
        from tcalc.files.replacing import Replacement

        ticket.saving = replacement = Replacement(path, ticket.look)
        try:
            write(replacement)
            with self._lock:
                ticket.look()
                replacement.commit()
                done()
        finally:
            ticket.saving = None
            replacement.close()


class Promised:
    """What a program will have saved before some statement of it runs: what is on the disk now says nothing of that."""

    def __init__(self) -> None:
        self._types: dict[str, Type] = {}

    def enter(self, path: str, type: Type = UNKNOWN_TYPE, names: Sequence[str] = ()) -> None:
        """A value of some type will be saved under a path."""
        from tcalc.files import save

        self._types[_one_name(path)] = save.type_kept(path, type, names)

    def find(self, path: str, part: str | None) -> Type | None:
        """The type of what a path will hold, None where nothing is saved there."""
        found = self._types.get(_one_name(path)) if self._types else None
        if part is None or found is None:
            return found
        named = isinstance(found, TupleType) and part in found.names
        return found.items[found.names.index(part)] if isinstance(found, TupleType) and named else UNKNOWN_TYPE


def _one_name(path: str) -> str:
    """The one of a file's names that leads through no links."""
    try:
        return os.path.realpath(path)
    except ValueError:  # a zero byte
        return path
