"""Tables of numbers as text: csv with commas, semicolons or tabs, and maybe a head row.

The result has rank 2, also for one row or one column. Whole numbers alone are i64, else the default float; `nan`,
`inf` and empty fields are floats. A first row with a field that is no number is the head row and is left out, as
are blank lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.files.data import AT_ONCE, ArrayData, Layout, Unfit
from tcalc.files.errors import amount, bad_file, bad_line, cell, too_large
from tcalc.text.numbers import number_texts
from tcalc.text.rows import known_shape
from tcalc.types.dtypes import F64, I64, promote
from tcalc.types.tensor import shaped

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterator
    from io import TextIOWrapper
    from typing import NoReturn, Protocol, TypeVar

    from tcalc.errors import TcalcError
    from tcalc.files.data import Input, Parts, Sink
    from tcalc.types.dtypes import DType
    from tcalc.types.tensor import TensorType

    Result = TypeVar("Result")

    class Reader(Protocol):
        """What csv.reader gives; its class has no public name."""

        line_num: int

        def __iter__(self) -> Iterator[list[str]]: ...

        def __next__(self) -> list[str]: ...


#: A csv holds one tensor, which has no name.
NAMED = False

#: What may stand between columns. The comma last: it may be a decimal one.
_MARKS = "\t;,"

#: What other programs write for a missing number: an error, but no sign of a head row.
_MISSING = ("na", "n/a", "null", "none", "missing", "?", "-", ".")

#: The longest line, in characters. A row is a list of texts before it is numbers: so many bytes for a character.
_LONGEST_LINE = 64_000_000
_EXPANDED = 32


def header(source: Input) -> TensorType:
    """The type, known once every field has been read; none is kept."""
    return _opened(source, lambda table: table.read(False).type)


def read(source: Input) -> ArrayData:
    """Numbers and type. Floats are held as f64, whatever the default float is."""
    return _opened(source, lambda table: table.read(True))


def layout(source: Input) -> Layout:
    """What stands between the columns, and whether there is a head row."""
    return _opened(source, lambda table: Layout("csv", table.read(False).type, (), table.mark, bool(table.head)))


def unfit(type: TensorType) -> Unfit | None:
    """A table has numbers, and no more than two axes."""
    if type.dtype.kind == "complex":
        return Unfit("dtype", f"hold {type.dtype}")
    if len(type.axes) > 2:
        return Unfit("shape", f"hold more than two axes, and this is {type}")
    if 0 in type.shape:
        return Unfit("shape", f"be without a number, and this is {type}")
    return None


def write(sink: Sink, parts: Parts, default_float: DType) -> None:
    """A matrix row by row; a vector as a column. Bools are 1 and 0, which are numbers."""
    ((_, data),) = parts
    shape, dtype = known_shape(data.type), data.type.dtype
    width = shape[1] if len(shape) == 2 else 1
    total = (shape[0] if shape else 1) * width
    if dtype.kind == "float":
        dtype = promote(dtype, default_float)  # all the digits of the dtype which they will be loaded as
    elif dtype.kind == "bool":
        dtype = I64
    step = AT_ONCE // 4
    for start in range(0, total, step):
        stop = min(start + step, total)
        texts = number_texts(data.numbers(start, stop), dtype)
        marks = ["\n" if place % width == 0 else "," for place in range(start + 1, stop + 1)]
        sink.write("".join([part for pair in zip(texts, marks, strict=True) for part in pair]).encode("ascii"))


def _opened(source: Input, action: Callable[[_Table], Result]) -> Result:
    """What `action` makes of the table, with what can be wrong with a text as errors about the file."""
    import csv
    import io

    mark = _mark(source)
    text = io.TextIOWrapper(source.file, encoding="utf-8-sig")
    try:
        return action(_Table(source, text, mark))
    except UnicodeDecodeError:
        raise _undecodable(source) from None
    except csv.Error as error:
        raise _broken(source, text, mark, str(error)) from None
    finally:
        text.detach()  # else it closes the file, which is its opener's to do


class _Table:
    """What the first lines say: the mark between columns, the number of columns, whether there is a head row."""

    __slots__ = ("head", "mark", "source", "text", "width")

    def __init__(self, source: Input, text: TextIOWrapper, mark: str) -> None:
        self.source, self.text, self.mark = source, text, mark
        self.head: list[str] = []
        first = 0
        for line, row in _numbered(source, text, mark):
            if first:
                break
            first, self.width = line, len(row)
            if any(_number(text) is None and text.strip().lower() not in _MISSING for text in row):
                self.head = row
        else:
            if not first:
                raise bad_file(source.name, "has no numbers" if source.size else "is empty")
            if self.head:
                raise bad_file(source.name, f"has no row of numbers, only {cell(mark.join(self.head))}")

    def read(self, keep: bool) -> ArrayData:
        """The whole table; only its type where the numbers are not to be kept."""
        found = self.integers(keep)
        whole = found is not None
        count, values = found or self.floats(keep)
        held = I64 if whole else F64
        shape = (count // self.width, self.width)
        return ArrayData(shaped(held if whole else self.source.default_float, *shape), held, shape, values)

    def integers(self, keep: bool) -> tuple[int, array[int]] | None:
        """How many fields there are, and all as i64; None where one is no whole number."""
        from array import array

        count, values = 0, array("q")
        for fields in self.fields():
            if not _is_plain(fields):
                return None
            try:
                numbers = array("q", list(map(int, fields)))
            except ValueError:
                return None
            except OverflowError:
                self.refuse_wide()
                return None
            count += len(numbers)
            if keep:
                self.check_limit(count)
                values.extend(numbers)
        return count, values

    def floats(self, keep: bool) -> tuple[int, array[float]]:
        """How many fields there are, and all as f64."""
        from array import array

        count, values = 0, array("d")
        for fields in self.fields():
            try:
                if not _is_plain(fields):
                    raise ValueError
                numbers = array("d", list(map(float, fields)))
            except ValueError:  # an empty field, or a fault
                numbers = array("d")
                for text in fields:
                    number = _number(text)
                    if number is None:
                        self.refuse()
                    numbers.append(number)
            count += len(numbers)
            if keep:
                self.check_limit(count)
                values.extend(numbers)
        return count, values

    def fields(self) -> Iterator[list[str]]:
        """The fields after the head row, many rows at a time."""
        from itertools import chain, islice

        rows = filter(None, _reader(self.source, self.text, self.mark))
        headed = bool(self.head)
        while chunk := list(islice(rows, max(1, AT_ONCE // self.width))):
            self.source.tick()
            if self.width == 1 or set(map(len, chunk)) != {self.width}:
                chunk = [row for row in chunk if not _is_blank(row)]
                if set(map(len, chunk)) - {self.width}:
                    self.refuse()
            if headed and chunk:
                headed = False
                del chunk[0]
            yield list(chain.from_iterable(chunk))

    def refuse(self) -> NoReturn:
        """Raises for the first row that has another number of fields, or a field that is no number."""
        name, first = self.source.name, 0
        rows = _numbered(self.source, self.text, self.mark)
        for number, (line, row) in enumerate(rows, 0 if self.head else 1):
            first = first or line
            if len(row) != self.width:
                raise bad_line(name, line, f"{_fields(len(row))}, where line {first} has {self.width}")
            for column, text in enumerate(row if number else (), 1):
                if _number(text) is None:
                    title = f" ({cell(self.head[column - 1])})" if self.head else ""
                    fault = f"column {column}{title} has {cell(text)}, which is no number"
                    raise bad_line(name, line, fault, self.notes(row if number == 1 else [], text))
        raise bad_file(name, "was changed while it was read")

    def refuse_wide(self) -> None:
        """Raises for the first number outside i64, unless other fields make the table one of floats."""
        wide: tuple[int, int, str] | None = None
        rows = _numbered(self.source, self.text, self.mark)
        if self.head:
            next(rows)
        for line, row in rows:
            for column, text in enumerate(row, 1):
                try:
                    outside = not -(2**63) <= int(text) < 2**63
                except ValueError:
                    return
                if outside and wide is None:
                    wide = line, column, text
        if wide is not None:
            line, column, text = wide
            note = "with a decimal point in it, the table is read as floats"
            raise bad_line(self.source.name, line, f"column {column} has {cell(text)}, which does not fit i64", [note])

    def notes(self, row: list[str], text: str) -> list[str]:
        """What to do about a field that is no number; `row` is its row where that is the first one."""
        if text.strip().lower() in _MISSING:
            return ["a missing number is an empty field, or nan"]
        if _number(text.replace(",", ".")) is not None:
            return ["decimals are written with a point"]
        if len(text.split()) > 1 and all(_number(part) is not None for part in text.split()):
            return ["columns are told apart by a comma, a semicolon or a tab"]
        kept = [index for index, other in enumerate(row, 1) if _number(other) is not None]
        if not kept:
            return []
        import shlex

        mark = {"\t": "", ";": " -d';'", ",": " -d,"}[self.mark]
        file = "" if self.source.name == "-" else " " + shlex.quote(self.source.name)
        return [f'cut{mark} -f{_ranges(kept)}{file} leaves out what is text here; load("-") reads what comes of it']

    def check_limit(self, count: int) -> None:
        limit = self.source.limit
        if limit is not None and 8 * count > limit:
            raise too_large(self.source.name, f"{count} numbers or more", 8 * count, limit)


def _reader(source: Input, text: TextIOWrapper, mark: str) -> Reader:
    """The rows from the first on; blank lines are empty ones."""
    import csv

    text.seek(0)
    return csv.reader(_lines(source, text), delimiter=mark, strict=True)


def _lines(source: Input, text: TextIOWrapper) -> Iterator[str]:
    """The lines, none of which is so long that a row of it would not fit into memory."""
    longest = _LONGEST_LINE if source.limit is None else min(_LONGEST_LINE, max(source.limit // _EXPANDED, AT_ONCE))
    number = 0
    while line := text.readline(longest):
        number += 1
        if len(line) == longest and not line.endswith("\n"):
            raise bad_line(source.name, number, f"longer than {amount(longest)}, and so no row of a table")
        yield line


def _numbered(source: Input, text: TextIOWrapper, mark: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line it starts in."""
    reader = _reader(source, text, mark)
    line = 1
    for row in reader:
        if not _is_blank(row):
            yield line, row
        line = reader.line_num + 1


def _broken(source: Input, text: TextIOWrapper, mark: str, fault: str) -> TcalcError:
    """The error of the row that the csv module can't read; `fault` is what it says."""
    import csv

    name = source.name
    line, reader = 1, _reader(source, text, mark)
    try:
        for _ in reader:
            line = reader.line_num + 1
    except csv.Error:
        pass
    if "limit" in fault:
        return bad_line(name, line, f"a field of more than {csv.field_size_limit()} characters")
    return bad_line(name, line, "a quote that is not closed, or has text right after it")


def _undecodable(source: Input) -> TcalcError:
    """The error of the first byte that is not UTF-8."""
    source.file.seek(0)
    data = source.file.read()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        notes = ["it begins as UTF-16 does: save it as UTF-8"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else []
        fault = f"is not UTF-8 text: byte {error.start} is 0x{data[error.start]:02x}"
        return bad_file(source.name, fault, notes)
    return bad_file(source.name, "was changed while it was read")


def _mark(source: Input) -> str:
    """What stands between the columns: the mark that gives some of the first lines one number of columns."""
    source.file.seek(0)
    text = source.file.read(AT_ONCE).decode("utf-8", "replace").replace("\r", "\n")
    lines = [line for line in text.split("\n") if line.strip()][:20]
    for mark in _MARKS:
        counts = {line.count(mark) for line in lines[1:] or lines}
        if len(counts) == 1 and counts != {0}:
            return mark
    return max(reversed(_MARKS), key=text.count)


def _number(text: str) -> float | None:
    """A field's value, None where it is no number: `nan` where it is empty, and no underscores, as Python allows."""
    if not text or text.isspace():
        return float("nan")
    try:
        return float(text) if text.isascii() and "_" not in text else None
    except ValueError:
        return None


def _is_plain(fields: list[str]) -> bool:
    """Whether none has what only Python takes for part of a number: underscores, digits of other scripts."""
    text = "".join(fields)
    return text.isascii() and "_" not in text


def _is_blank(row: list[str]) -> bool:
    return not row or (len(row) == 1 and row[0].isspace())


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _ranges(columns: list[int]) -> str:
    """Ascending numbers as `cut` has them: 1-4,6."""
    parts: list[tuple[int, int]] = []
    for column in columns:
        if parts and parts[-1][1] == column - 1:
            parts[-1] = parts[-1][0], column
        else:
            parts.append((column, column))
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)
