"""Opening a file to read: by ending, or by the first bytes where there is no name."""

from __future__ import annotations

import io
import os
import stat
from typing import TYPE_CHECKING

from tcalc.files import npy, safetensors
from tcalc.files.data import Input
from tcalc.files.errors import MissingFile, bad_file, system_error, too_large
from tcalc.files.formats import FORMATS, REFUSED, ending, one_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import BufferedReader
    from typing import TypeVar

    from tcalc.files.data import ArrayData, Arrays, Layout
    from tcalc.files.formats import Format
    from tcalc.types.dtypes import DType
    from tcalc.types.tensor import Type

    Result = TypeVar("Result")


def header(path: str, *, part: str | None = None, default_float: DType | None = None, limit: int | None = None) -> Type:
    """The type of the tensor in a file, or of the tuple of its tensors, without reading more than that takes.

    `part` is the name of one of several tensors. `default_float` (f32 where None) is the dtype of a csv with a decimal
    point in it, `limit` the most bytes that the numbers may take. Raises TcalcError `io` (MissingFile where there is
    none), `memory`, and `name` for an unknown part, without a span.
    """
    return _opened(path, part, default_float, limit, None, lambda form, source: form.header(source))


def read(
    path: str,
    *,
    part: str | None = None,
    default_float: DType | None = None,
    limit: int | None = None,
    tick: Callable[[], None] | None = None,
) -> ArrayData | Arrays:
    """The numbers of a file. As `header`; the two can differ where the file was changed in between.

    `tick` is called every now and then, and what it raises ends the reading.
    """
    return _opened(path, part, default_float, limit, tick, lambda form, source: form.read(source))


def layout(path: str, *, part: str | None = None, default_float: DType | None = None) -> Layout:
    """The format of a file, its type, and where in it the elements lie. As `header`."""
    return _opened(path, part, default_float, None, None, lambda form, source: form.layout(source))


def header_of(data: bytes, name: str = "-", *, default_float: DType | None = None, limit: int | None = None) -> Type:
    """As `header`, of bytes in memory; the format is told by the first of them."""
    source = Input(io.BytesIO(data), len(data), name, default_float, limit)
    return _guarded(source, lambda: _format_of(data).header(source))


def read_of(
    data: bytes,
    name: str = "-",
    *,
    part: str | None = None,
    default_float: DType | None = None,
    limit: int | None = None,
) -> ArrayData | Arrays:
    """As `read`, of bytes in memory."""
    source = Input(io.BytesIO(data), len(data), name, default_float, limit, part)
    form = _format_of(data)
    _check_part(form, source)
    return _guarded(source, lambda: form.read(source))


def layout_of(data: bytes, name: str = "-", *, part: str | None = None, default_float: DType | None = None) -> Layout:
    """As `layout`, of bytes in memory."""
    source = Input(io.BytesIO(data), len(data), name, default_float, None, part)
    form = _format_of(data)
    _check_part(form, source)
    return _guarded(source, lambda: form.layout(source))


def _opened(
    path: str,
    part: str | None,
    default_float: DType | None,
    limit: int | None,
    tick: Callable[[], None] | None,
    action: Callable[[Format, Input], Result],
) -> Result:
    """The result of `action` on the file at `path`, which must be a regular one of a known format."""
    with _open(path) as file:
        source = Input(file, os.fstat(file.fileno()).st_size, path, default_float, limit, part, tick)
        form = FORMATS[ending(path)]
        _check_part(form, source)
        return _guarded(source, lambda: action(form, source))


def _check_part(form: Format, source: Input) -> None:
    if source.part is not None and not form.NAMED:
        raise bad_file(source.name, "holds one tensor, which has no name")


def _open(path: str) -> BufferedReader:
    try:
        _check_regular(path, os.stat(path).st_mode)
        if ending(path) not in FORMATS:
            raise bad_file(path, REFUSED.get(ending(path), f"does not end in {one_of(FORMATS)}"))
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
    if not stat.S_ISREG(mode):
        folder = stat.S_ISDIR(mode)
        raise bad_file(path, what_it_is(mode), () if folder else ['load("-") reads standard input'])


def what_it_is(mode: int) -> str:
    """What stands where a regular file should."""
    if stat.S_ISDIR(mode):
        return "is a folder"
    kind = "a named pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
    return f"is {kind}, not a regular file"


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
        start, last = os.path.splitext(other)
        if last.lower() in FORMATS:
            stems.setdefault(start, other)
    return [os.path.join(folder, stems[near]) for near in difflib.get_close_matches(stem, stems, 2)]


def _format_of(data: bytes) -> Format:
    if data.startswith(npy.MAGIC):
        return npy
    if safetensors.is_safetensors(data):
        return safetensors
    json_begins = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")
    return FORMATS[".json" if json_begins else ".csv"]
