"""Opening a file to read: by ending, or by the first bytes where there is no name."""

from __future__ import annotations

import io
import os
import stat
from typing import TYPE_CHECKING

from tcalc.files import csv, json, npy
from tcalc.files.data import Input
from tcalc.files.errors import MissingFile, bad_file, system_error, too_large

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import BufferedReader
    from typing import Protocol, TypeVar

    from tcalc.files.data import ArrayData
    from tcalc.types.dtypes import DType
    from tcalc.types.tensor import TensorType

    class Format(Protocol):
        """What a module of this folder offers; `source` stands at its first byte."""

        def header(self, source: Input) -> TensorType:
            """The type alone, with as little reading as the format allows."""

        def read(self, source: Input) -> ArrayData:
            """Type and numbers."""

    Result = TypeVar("Result")

#: Every ending that is read, with its format.
FORMATS: dict[str, Format] = {".csv": csv, ".npy": npy, ".json": json}

#: Endings that people try, and why they are not read.
_REFUSED = dict.fromkeys((".pt", ".pth", ".pkl", ".pickle"), "is a pickle, which can run programs and is never read")


def header(path: str, *, default_float: DType | None = None, limit: int | None = None) -> TensorType:
    """The type of the tensor in a file, without reading more than that takes.

    `default_float` (f32 where None) is the dtype of a csv with a decimal point in it, `limit` the most bytes that
    the numbers may take. Raises TcalcError `io` (MissingFile where there is none) and `memory`, without a span.
    """
    return _opened(path, default_float, limit, lambda form, source: form.header(source))


def read(path: str, *, default_float: DType | None = None, limit: int | None = None) -> ArrayData:
    """The numbers of a file. As `header`; the two can differ where the file was changed in between."""
    return _opened(path, default_float, limit, lambda form, source: form.read(source))


def header_of(
    data: bytes, name: str = "-", *, default_float: DType | None = None, limit: int | None = None
) -> TensorType:
    """As `header`, of bytes in memory; the format is told by the first of them."""
    source = Input(io.BytesIO(data), len(data), name, default_float, limit)
    return _guarded(source, lambda: _format_of(data).header(source))


def read_of(data: bytes, name: str = "-", *, default_float: DType | None = None, limit: int | None = None) -> ArrayData:
    """As `read`, of bytes in memory."""
    source = Input(io.BytesIO(data), len(data), name, default_float, limit)
    return _guarded(source, lambda: _format_of(data).read(source))


def _opened(
    path: str, default_float: DType | None, limit: int | None, action: Callable[[Format, Input], Result]
) -> Result:
    """The result of `action` on the file at `path`, which must be a regular one of a known format."""
    with _open(path) as file:
        source = Input(file, os.fstat(file.fileno()).st_size, path, default_float, limit)
        return _guarded(source, lambda: action(FORMATS[_ending(path)], source))


def _open(path: str) -> BufferedReader:
    try:
        _check_regular(path, os.stat(path).st_mode)
        if _ending(path) not in FORMATS:
            raise bad_file(path, _REFUSED.get(_ending(path), f"does not end in {' or '.join(FORMATS)}"))
        # Another file may stand there by now. Non-blocking, so that a pipe without a writer does not wait.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise MissingFile(path, _near(path)) from None
    except OSError as error:
        raise system_error(path, error) from None
    except ValueError:  # what Python says of a path with a zero byte or half a surrogate pair in it
        raise bad_file(path, "is no name for a file") from None
    try:
        _check_regular(path, os.fstat(descriptor).st_mode)
    except BaseException:
        os.close(descriptor)
        raise
    return open(descriptor, "rb")


def _ending(path: str) -> str:
    return os.path.splitext(path)[1].lower()


def _guarded(source: Input, action: Callable[[], Result]) -> Result:
    """The result of `action`, with what the system and the allocator say turned into errors about the file."""
    try:
        return action()
    except OSError as error:
        raise system_error(source.name, error) from None
    except MemoryError:
        raise too_large(source.name, "too many numbers", source.size, None) from None


def _check_regular(path: str, mode: int) -> None:
    """Raises unless it is a file that ends: a pipe or a device may wait or go on forever."""
    if stat.S_ISDIR(mode):
        raise bad_file(path, "is a folder")
    if not stat.S_ISREG(mode):
        kind = "a named pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
        raise bad_file(path, f"is {kind}, not a regular file", ['load("-") reads standard input'])


def _near(path: str) -> list[str]:
    """Readable paths in the same folder whose names, but for the ending, look like that of `path`."""
    import difflib  # 5 ms, only in this error

    folder, name = os.path.split(path)
    stem = os.path.splitext(name)[0]
    try:
        with os.scandir(folder or ".") as entries:
            names = [entry.name for entry, _ in zip(entries, range(1000), strict=False)]
    except (OSError, ValueError):
        return []
    stems: dict[str, str] = {}
    for other in sorted(names):
        start, ending = os.path.splitext(other)
        if ending.lower() in FORMATS:
            stems.setdefault(start, other)
    return [os.path.join(folder, stems[near]) for near in difflib.get_close_matches(stem, stems, 2)]


def _format_of(data: bytes) -> Format:
    if data.startswith(npy.MAGIC):
        return npy
    return json if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{") else csv
