"""The wording of what can be wrong with a file. No span: the files room does not see the program."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from tcalc.errors import TcalcError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAIN = {
    errno.EACCES: "may not be read: permission denied",
    errno.EPERM: "may not be read: permission denied",
    errno.ELOOP: "is a link that leads back to itself",
    errno.ENAMETOOLONG: "is too long a name for a file",
    errno.ENOTDIR: "has a file where a folder should be",
    errno.EMFILE: "can't be opened: too many files are open",
    errno.EIO: "can't be read: the disk reports a fault",
}

_WRITING = {
    errno.EACCES: "may not be written: permission denied",
    errno.EPERM: "may not be written: permission denied",
    errno.EROFS: "can't be written: the disk is read-only",
    errno.ENOSPC: "can't be written: the disk is full",
    errno.EDQUOT: "can't be written: your part of the disk is full",
    errno.EFBIG: "can't be written: it would be larger than a file may be",
    errno.EIO: "can't be written: the disk reports a fault",
}

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


class MissingFile(TcalcError):
    """There is no such file (yet); `near` are paths beside it that look like it."""

    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        notes = [f"{quoted(path)} is there" for path in near]
        super().__init__("io", f"there is no file {quoted(name)}", notes=notes)
        self.near = tuple(near)


def bad_file(name: str, fault: str, notes: Sequence[str] = ()) -> TcalcError:
    """`fault` is what the file does or is: "is a folder"."""
    return TcalcError("io", f"{quoted(name)} {fault}", notes=notes)


def bad_line(name: str, line: int, fault: str, notes: Sequence[str] = ()) -> TcalcError:
    """A fault in one line of a text."""
    return TcalcError("io", f"{quoted(name)}, line {line}: {fault}", notes=notes)


def system_error(name: str, error: OSError, writing: bool = False) -> TcalcError:
    """What the operating system said, in plain words."""
    fault = (writing and _WRITING.get(error.errno or 0)) or _PLAIN.get(error.errno or 0)
    if not fault:
        fault = f"can't be {'written' if writing else 'read'}: {(error.strerror or 'unknown fault').lower()}"
    return bad_file(name, fault)


def too_large(name: str, holds: str, needed: int, limit: int | None) -> TcalcError:
    """`holds` is the file's type, or what else takes the memory; `needed` and `limit` in bytes."""
    limited = "than can be had" if limit is None else f"than the limit of {amount(limit)}"
    return TcalcError("memory", f"{quoted(name)} holds {holds}, {amount(needed)}: more {limited}")


def no_part(name: str, part: str, names: Sequence[str]) -> TcalcError:
    """A file of several tensors that has none of that name."""
    import difflib  # 5 ms, only in this error

    near = difflib.get_close_matches(part, names[:1000], n=2, cutoff=0.6)
    hint = f"; did you mean {' or '.join(map(cell, near))}?" if near else ""
    notes = [f"it holds {', '.join(map(cell, names))}"] if not near and len(names) <= 8 else []
    return TcalcError("name", f"{quoted(name)} holds no tensor {cell(part)}{hint}", notes=notes)


def quoted(name: str) -> str:
    """A file's name, as it is where it is plain, else quoted and escaped."""
    if name == "-":
        return "standard input"
    return name if name and name.isprintable() and " " not in name else repr(name)


def cell(text: str) -> str:
    """A piece of a file in quotes: escaped, and cut where it is long."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def amount(count: int) -> str:
    """Bytes in a unit that fits: 1.5 MB."""
    size, power = float(count), 0
    while size >= 999.5 and power < len(_UNITS) - 1:
        size, power = size / 1000, power + 1
    return f"{size:.3g} {_UNITS[power]}"
