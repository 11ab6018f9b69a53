"""What was typed, kept from one shell to the next: a file of lines, each a JSON string, that several shells may share.

An entry is one write at the end of the file, under a lock, so that entries of any length from any number of shells
stay whole. Nothing is ever taken away; only the newest part is read.
"""

from __future__ import annotations

import json
import os
import stat

#: How many bytes of the end are read.
RECENT = 1 << 20
#: A text of more characters, which was pasted, is not kept: it would leave little of what is read to the others.
LONGEST = 1 << 17


def path() -> str:
    """`$XDG_STATE_HOME/tcalc/history`, by default in `~/.local/state`."""
    base = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(base, "tcalc", "history")


class HistoryFile:
    """The file at `path`. What goes wrong is a line in `warnings`, never an exception."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.warnings: list[str] = []
        self._works = True

    def size(self) -> int:
        """How many bytes there are, 0 where there is no file."""
        try:
            return os.stat(self.path).st_size
        except OSError:
            return 0

    def entries(self, end: int | None = None) -> list[str]:
        """The entries, oldest first; of so many bytes where `end` is told."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        except FileNotFoundError:
            return []
        except OSError as reason:
            self._give_up("read", reason)
            return []
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                self._give_up("read", OSError(0, "it is no regular file"))
                return []
            size = os.lseek(descriptor, 0, os.SEEK_END)
            size = size if end is None else min(size, end)
            start = os.lseek(descriptor, max(0, size - RECENT), os.SEEK_SET)
            with open(descriptor, "rb", closefd=False) as file:
                lines = file.read(size - start).split(b"\n")
        except OSError as reason:
            self._give_up("read", reason)
            return []
        finally:
            os.close(descriptor)
        found = [entry for entry in map(_entry, lines[1:] if start else lines) if entry != ""]
        whole = [entry for entry in found if entry is not None]
        damaged = len(found) - len(whole)
        if damaged and end is None:  # else it was told before
            lines_are = "line is" if damaged == 1 else "lines are"
            self.warnings.append(f"{damaged} {lines_are} damaged in {self.path}; the others are there")
        return whole

    def add(self, entry: str) -> None:
        """Append an entry, unless it is very long."""
        if not self._works or len(entry) > LONGEST:
            return
        try:
            descriptor = self._opened()
        except OSError as reason:
            self._give_up("written", reason)
            return
        try:
            self._append(descriptor, json.dumps(entry).encode() + b"\n")
        except OSError as reason:
            self._give_up("written", reason)
        finally:
            os.close(descriptor)

    def _opened(self) -> int:
        """The file to write to, made where there is none yet."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK
        try:
            return os.open(self.path, flags, 0o600)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            return os.open(self.path, flags, 0o600)

    def _append(self, descriptor: int, line: bytes) -> None:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is no regular file")
        if status.st_mode & 0o077 and status.st_uid == os.getuid():
            os.fchmod(descriptor, 0o600)
        _lock(descriptor)  # closing the file gives it back
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # somebody's last write was cut short
        while line:
            line = line[os.write(descriptor, line) :]

    def _give_up(self, done: str, reason: OSError) -> None:
        if self._works:
            self.warnings.append(f"the history cannot be {done}: {self.path}: {reason.strerror or reason}")
        self._works = False


def _entry(line: bytes) -> str | None:
    """The entry that a line holds, empty for an empty line, None for a damaged one."""
    if not line:
        return ""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, str) else None


def _lock(descriptor: int) -> None:
    """Wait for the other shells that are writing."""
    try:
        import fcntl
    except ImportError:  # not there on Windows, where O_APPEND has to do
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX)
