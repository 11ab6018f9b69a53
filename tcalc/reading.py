"""The files that a session's programs load."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tcalc import memory
from tcalc.errors import TcalcError
from tcalc.settings import Settings
from tcalc.types.tensor import UNKNOWN_TYPE, Type

if TYPE_CHECKING:
    from tcalc.files import ArrayData, Arrays, Layout

#: Bytes that are read from standard input at once.
PIECE = 1 << 20
#: A file that was changed so many nanoseconds ago may be changed again with nothing to tell it by.
RECENT = 2 * 10**9


class Reading:
    """Reads files under a session's settings; standard input is read once and kept.

    `held` counts the bytes that the session's variables take.
    """

    def __init__(self, settings: Settings, held: Callable[[], int] = lambda: 0) -> None:
        self._settings, self._held = settings, held
        #: How a door offers standard input, where its program comes from elsewhere: the next bytes, so many at most.
        self.standard_input: Callable[[int], bytes] | None = None
        self._kept: bytes | None = None
        #: The types of files by path and part, and what the files were like: the type of a table takes reading it.
        self._types: dict[tuple[str, str | None], tuple[object, Type]] = {}

    def header(self, path: str, part: str | None = None) -> Type:
        """The type of what is in a file: a tensor, a tuple of several, or the one of them that is named."""
        if self._settings.safe:
            raise TcalcError("io", "load reads a file, which --safe forbids")
        if path == "-":
            return self.array(path, part).type
        from tcalc import files

        before = _state(path)
        known = self._types.get((path, part))
        if known is not None and known[0] == before:
            return known[1]
        limit = self._room() if path.lower().endswith(".json") else None  # json is read whole for its type
        found = files.header(path, part=part, default_float=self._settings.default_float, limit=limit)
        if before is not None:
            self._types[path, part] = (before, found)
        return found

    def header_or_unknown(self, path: str, part: str | None = None) -> Type:
        """The same before anything runs: a file that is not there yet may be there by then."""
        from tcalc import files

        try:
            return self.header(path, part)
        except files.MissingFile:
            return UNKNOWN_TYPE

    def layout(self, path: str, part: str | None = None) -> Layout:
        """How a file, or standard input, lies on the disk."""
        from tcalc import files

        if path != "-":
            return files.layout(path, part=part, default_float=self._settings.default_float)
        self.array(path)
        assert self._kept is not None
        return files.layout_of(self._kept, part=part, default_float=self._settings.default_float)

    def array(self, path: str, part: str | None = None, tick: Callable[[], None] | None = None) -> ArrayData | Arrays:
        """The numbers in a file. `tick` is called every now and then; what it raises ends the reading."""
        from tcalc import files

        default_float, limit = self._settings.default_float, self._room()
        if path != "-":
            return files.read(path, part=part, default_float=default_float, limit=limit, tick=tick)
        if self._kept is None:
            self._kept = self._all_of_standard_input(limit)
        return files.read_of(self._kept, "-", part=part, default_float=default_float, limit=limit)

    def _room(self) -> int:
        """The bytes that a file's numbers may take."""
        return memory.room(self._settings.memory, self._held())

    def _all_of_standard_input(self, limit: int) -> bytes:
        """Standard input up to its end, which may not come."""
        if self.standard_input is None:
            raise TcalcError("io", "standard input is not there to be loaded: the program itself comes from it")
        pieces: list[bytes] = []
        length = 0
        while piece := self.standard_input(PIECE):
            pieces.append(piece)
            length += len(piece)
            if length > limit:
                raise TcalcError("memory", f"standard input holds more than {memory.readable(limit)}, which are free")
        return b"".join(pieces)


def _state(path: str) -> object:
    """What tells whether a file is what it was, None where that cannot be told."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    if time.time_ns() - found.st_ctime_ns <= RECENT:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
