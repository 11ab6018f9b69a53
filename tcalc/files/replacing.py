"""Writing a file so that there is always a whole one: the old one or the new one, never a part of either.

The new file is written beside the old one, in the same folder, and takes its place in one step once all of it is on
the disk. On Linux it has no name until then, so that nothing of it is left however the program ends; elsewhere it has a
name that nobody else has, and who gives up removes it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress

from tcalc.errors import TcalcError
from tcalc.files.errors import bad_file, quoted, system_error
from tcalc.files.load import what_it_is

#: A file without a name, where the system has such.
_NAMELESS = getattr(os, "O_TMPFILE", 0)
_HERE = "/proc/self/fd"


class Replacement:
    """A file being written, to take the place of the one at `path` or to be the first there.

    `write` and `finish` call `tick` first, and what it raises ends the writing. All raise TcalcError `io`.
    """

    def __init__(self, path: str, tick: Callable[[], None]) -> None:
        self._path, self._tick = path, tick
        #: Where a file has its name besides, until it is in its place.
        self._beside = ""
        try:
            self._target = os.path.realpath(path)  # a link stays one: what it leads to is replaced
            old = _old(path, self._target)
            self._folder = os.path.dirname(self._target)
            self._descriptor = self._opened()
        except OSError as error:
            raise self._error(error) from None
        except ValueError:  # what Python says of a path with a zero byte in it
            raise bad_file(path, "is no name for a file") from None
        if old is not None:
            self._take_after(old)

    def _opened(self) -> int:
        """A new file in the folder: without a name, or with one that is not there yet."""
        flags = os.O_WRONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        if _NAMELESS and os.path.isdir(_HERE):
            try:
                return os.open(self._folder, flags | _NAMELESS, 0o666)
            except OSError:
                pass  # a file system that has none; what else is wrong comes again below
        self._beside = self._name()
        return os.open(self._beside, flags | os.O_CREAT | os.O_EXCL, 0o666)

    def _name(self) -> str:
        return os.path.join(self._folder, f".tcalc-{os.urandom(8).hex()}")

    def _take_after(self, old: os.stat_result) -> None:
        """The mode of the file that was there, and its owner where that may be."""
        if os.name != "posix":
            return
        try:
            now = os.fstat(self._descriptor)
            if (now.st_uid, now.st_gid) != (old.st_uid, old.st_gid):
                os.fchown(self._descriptor, old.st_uid, old.st_gid)
        except OSError:
            pass
        try:
            os.fchmod(self._descriptor, stat.S_IMODE(old.st_mode) & 0o777)
        except OSError as error:
            self.close()
            raise self._error(error) from None

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes at the end."""
        rest = memoryview(data)
        try:
            while len(rest):
                self._tick()
                rest = rest[os.write(self._descriptor, rest[: 1 << 22]) :]
        except OSError as error:
            raise self._error(error) from None

    def finish(self) -> None:
        """Have all of it on the disk."""
        self._tick()
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise self._error(error) from None

    def commit(self) -> None:
        """Put it in its place."""
        try:
            if not self._beside:
                beside = self._name()
                folder = os.open(self._folder, os.O_PATH)
                try:  # only with a folder given does the system follow the link that /proc has
                    os.link(f"{_HERE}/{self._descriptor}", beside, dst_dir_fd=folder, follow_symlinks=True)
                finally:
                    os.close(folder)
                self._beside = beside
            os.replace(self._beside, self._target)
            self._beside = ""
        except OSError as error:
            raise self._error(error) from None
        finally:
            self.close()

    def discard(self) -> None:
        """Leave nothing behind; may be called at any time and from any thread, and again."""
        beside, self._beside = self._beside, ""
        if beside:
            with suppress(OSError):
                os.unlink(beside)

    def close(self) -> None:
        """Nothing more is written. What is not in its place by now is gone."""
        self.discard()
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with suppress(OSError):
                os.close(descriptor)

    def _error(self, error: OSError) -> TcalcError:
        if isinstance(error, FileNotFoundError) and not os.path.isdir(os.path.dirname(os.path.realpath(self._path))):
            folder = os.path.dirname(self._path) or "."
            return TcalcError("io", f"{quoted(self._path)} can't be written: there is no folder {quoted(folder)}")
        return system_error(self._path, error, writing=True)


def _old(path: str, target: str) -> os.stat_result | None:
    """The regular file that is there and may be written, None where there is none."""
    try:
        old = os.stat(path)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(old.st_mode):
        raise bad_file(path, what_it_is(old.st_mode))
    if not os.access(target, os.W_OK):
        raise PermissionError(13, "")
    return old
