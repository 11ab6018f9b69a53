"""The files that a session's programs save."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.settings import Settings
from tcalc.types.tensor import UNKNOWN_TYPE, TupleType, Type

if TYPE_CHECKING:
    from tcalc.files.data import Parts
    from tcalc.files.replacing import Replacement


class Saving:
    """Writes files under a session's settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def check(self, path: str, type: Type) -> None:
        """Raises TcalcError where a value of some type cannot be saved under a path. Nothing is touched."""
        if self._settings.safe:
            raise TcalcError("io", "save writes a file, which --safe forbids")
        from tcalc.files import save

        save.check_path(path)
        save.check_type(path, type)

    def begin(self, path: str, tick: Callable[[], None]) -> Replacement:
        """A file that will take the place of the one at a path. What `tick` raises ends the writing."""
        from tcalc.files.replacing import Replacement

        return Replacement(path, tick)

    def write(self, replacement: Replacement, path: str, parts: Parts) -> None:
        """All of a file; what was there stays until the replacement takes its place."""
        from tcalc.files import save

        save.write(replacement, path, parts, self._settings.default_float)


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
