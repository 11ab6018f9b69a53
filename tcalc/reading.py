"""The files that a session's programs load."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tcalc import memory
from tcalc.errors import TcalcError
from tcalc.settings import Settings
from tcalc.types.tensor import UNKNOWN_TYPE, Type

if TYPE_CHECKING:
    from tcalc.files import ArrayData


class Reading:
    """Reads files under a session's settings; standard input is read once and kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        #: How a door offers standard input, where its program comes from elsewhere.
        self.standard_input: Callable[[], bytes] | None = None
        self._kept: ArrayData | None = None

    def header(self, path: str) -> Type:
        """The type of the tensor in a file."""
        if self._settings.safe:
            raise TcalcError("io", f"--safe forbids to load {path}")
        if path == "-":
            return self.array(path).type
        from tcalc import files

        return files.header(path, default_float=self._settings.default_float)

    def header_or_unknown(self, path: str) -> Type:
        """The same before anything runs: a file that is not there yet may be there by then."""
        from tcalc import files

        try:
            return self.header(path)
        except files.MissingFile:
            return UNKNOWN_TYPE

    def array(self, path: str) -> ArrayData:
        """The numbers in a file."""
        from tcalc import files

        settings = self._settings
        if path != "-":
            return files.read(path, default_float=settings.default_float, limit=memory.room(settings.memory, 0))
        if self._kept is None:
            if self.standard_input is None:
                raise TcalcError("io", "standard input is not there to be loaded: the program itself comes from it")
            self._kept = files.read_of(self.standard_input(), "-", default_float=settings.default_float)
        return self._kept
