"""Commands that draw numbers: curves, histograms, heat maps, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tcalc.commands.options import apart, file_behind
from tcalc.errors import TcalcError
from tcalc.outcomes import Plotted
from tcalc.source import Source, Span
from tcalc.syntax import nodes
from tcalc.types.data import ConstantData, Data, TupleData

if TYPE_CHECKING:
    from tcalc.commands.command import Answer
    from tcalc.commands.desk import Desk
    from tcalc.session import Session
    from tcalc.show.plots.charts import Chart
    from tcalc.types.data import TensorData

#: Of more numbers than this every so many-th is drawn; a terminal shows some hundred places side by side.
MOST = 1 << 17
#: Numbers are read so many at a time.
PIECE = 1 << 16

PLOT = """
  :plot sin(linspace(0, 6, 100))
  x = linspace(-1, 1, 50)
  :plot x x^2
  :plot x stack([x, x^2]) --out powers.svg
  One vector over its indices, or a second over a first; a matrix as a curve for
  each of its rows. What is not finite interrupts the line. Of very many numbers
  every so many-th is drawn. --out FILE draws to a .png or .svg instead, with
  matplotlib, where that is installed.
"""
HIST = """
  :hist randn(10000)
  How many of all elements lie in each of equal steps. --out FILE as in :help plot
"""
HEAT = """
  :heat outer(sin(linspace(0, 6, 60)), cos(linspace(0, 6, 60)))
  A matrix by the size of its elements, from the least to the greatest; letters
  where there is no colour. --out FILE as in :help plot
"""
IMAGE = """
  :image rand(12, 40, 3)
  Red, green and blue from 0 to 1, of u8 to 255: [height, width, 3], or as torch
  has it [3, height, width]. [height, width] is grey. --out FILE as in :help plot
"""


def plot(session: Session, source: Source, desk: Desk) -> Answer:
    """Curves."""
    source, path = _asked(session, source)
    return _shown(session, _curves(session, source, desk), path, source, desk)


def hist(session: Session, source: Source, desk: Desk) -> Answer:
    """A histogram."""
    from tcalc.show.plots.charts import Histogram

    source, path = _asked(session, source)
    values, names = _values(session, source, desk)
    data = _one(values, source)
    return _shown(session, Histogram(data, *names), path, source, desk)


def heat(session: Session, source: Source, desk: Desk) -> Answer:
    """A matrix in colours."""
    from tcalc.show.plots.charts import HeatMap

    source, path = _asked(session, source)
    data = _one(_values(session, source, desk)[0], source)
    return _shown(session, HeatMap(_rows(data, source, "a heat map is of a matrix", desk)), path, source, desk)


def image(session: Session, source: Source, desk: Desk) -> Answer:
    """A picture."""
    from tcalc.show.plots.charts import Picture

    source, path = _asked(session, source)
    data = _one(_values(session, source, desk)[0], source)
    height, width, step, next_colour = _laid_out(data, source)
    whole = 255 if data.type.dtype.name == "u8" else 1
    flat = [_byte(value / whole) for value in _numbers(data, desk)]
    pixels = [
        [
            (flat[at], flat[at + next_colour], flat[at + 2 * next_colour])
            for at in range(row * width * step, (row + 1) * width * step, step)
        ]
        for row in range(height)
    ]
    return _shown(session, Picture(pixels), path, source, desk)


def _laid_out(data: TensorData, source: Source) -> tuple[int, int, int, int]:
    """An image's height and width, and how far it is to the next pixel and to the next of a pixel's three colours."""
    sizes = _sizes(data)
    if len(sizes) == 2:
        return sizes[0], sizes[1], 1, 0
    if len(sizes) == 3 and sizes[2] in (1, 3):
        return sizes[0], sizes[1], sizes[2], int(sizes[2] == 3)
    if len(sizes) == 3 and sizes[0] in (1, 3):
        return sizes[1], sizes[2], 1, sizes[1] * sizes[2] * (sizes[0] == 3)
    shapes = "[height, width, 3], [3, height, width] or [height, width]"
    raise _wrong(source, f"this is {data.type}; an image is {shapes}, from 0 to 1")


def _curves(session: Session, source: Source, desk: Desk) -> Chart:
    from tcalc.show.plots.charts import Curves

    source = Source(apart(source.text), source.name, source.first_line)
    values, names = _values(session, source, desk)
    if len(values) > 2:
        raise _wrong(source, "a plot is of one vector, or of a second over a first")
    *first, last = [_tensor(each, source) for each in values]
    if len(last.type.axes) > 2 or any(len(each.type.axes) > 1 for each in first):
        raise _wrong(source, f"this is {last.type}; a plot is of a vector, or of a matrix's rows")
    sizes = _sizes(last)
    rows, count = (sizes[0], sizes[1]) if len(sizes) == 2 else (1, sizes[0] if sizes else 1)
    if first and (_sizes(first[0]) or [1]) != [count]:
        raise _wrong(source, f"{first[0].type} and {last.type} are not as long")
    across, up = names if first else ("", *names)
    if rows == 1:
        xs = _thinned(first[0], count, desk) if first else [float(i) for i in range(0, count, _step(count))]
        return Curves([(xs, _thinned(last, count, desk))], (across, up))
    xs = _numbers(first[0], desk) if first else [float(i) for i in range(count)]
    ys = _numbers(last, desk)
    return Curves([(xs, ys[row * count : (row + 1) * count]) for row in range(rows)], (across, up))


def two(text: str) -> tuple[int, str]:
    """What a plot is of, read as one expression: see `Command`."""
    return 0, apart(text)


def _asked(session: Session, source: Source) -> tuple[Source, str]:
    """What is to be drawn, and the file to draw it to; "" for the terminal."""
    expression, path = file_behind(source, "--out")
    if path:
        from tcalc.show.plots.files import format_of, is_there

        refused = ""
        if format_of(path) is None:
            refused = "a plot is drawn to a file that ends in .png or .svg"
        elif session.settings.safe:
            refused = "this writes a file, which --safe forbids"
        elif not is_there():
            refused = "a plot in a file needs matplotlib, which is not installed: pip install matplotlib"
        if refused:
            start = source.text.rindex(path)
            raise TcalcError("io", refused, Span(source, start, start + len(path)))
    return expression, path


def _shown(session: Session, chart: Chart, path: str, source: Source, desk: Desk) -> Answer:
    """A chart on the terminal, or in a file where one is named."""
    if not path:
        return [Plotted(chart.lines)]
    from tcalc.show.plots.files import drawn

    try:
        content = drawn(chart, path)
    except (ValueError, OverflowError) as reason:
        raise _wrong(source, f"matplotlib cannot draw this: {reason}") from None
    session.save_bytes(path, content, desk.ticket)
    return [f"saved to {path}"]


def _byte(value: float) -> int:
    return min(255, max(0, round(255 * min(1.0, max(0.0, value))))) if value == value else 0


def _values(session: Session, source: Source, desk: Desk) -> tuple[list[Data], list[str]]:
    """The values of what stands behind a command, and how they are written; nothing is bound."""
    from tcalc.syntax.parser import whole

    statement = whole(source, "statement")
    if not isinstance(statement, nodes.Show):
        raise TcalcError("type", "this is no expression: it has no values to draw", statement.span)
    expression = statement.value
    _, values, types = session.computed(statement, desk.ticket)
    found = [session.data_of(value, type) for value, type in zip(values, types, strict=True)]
    if len(found) == 1 and isinstance(found[0], TupleData):
        found = list(found[0].items)
    written = expression.items if isinstance(expression, nodes.TupleOf) else [expression]
    names = [" ".join(each.span.text.split()) for each in written]
    return found, names if len(names) == len(found) else [""] * len(found)


def _one(values: Sequence[Data], source: Source) -> TensorData:
    if len(values) != 1:
        raise _wrong(source, "this takes one tensor")
    return _tensor(values[0], source)


def _tensor(data: Data, source: Source) -> TensorData:
    if isinstance(data, ConstantData | TupleData):
        raise _wrong(source, "only tensors can be drawn")
    if data.type.dtype.kind == "complex":
        raise _wrong(
            source, f"this is {data.type}, and complex numbers have no order: abs(z) and angle(z) can be drawn"
        )
    return data


def _wrong(source: Source, message: str) -> TcalcError:
    return TcalcError("type", message, Span(source, 0, len(source.text)))


def _sizes(data: TensorData) -> list[int]:
    return [int(str(size)) for size in data.type.shape]


def _count(data: TensorData) -> int:
    count: Any = 1
    for size in _sizes(data):
        count *= size
    return int(count)


def _rows(data: TensorData, source: Source, told: str, desk: Desk) -> list[list[float]]:
    sizes = _sizes(data)
    if len(sizes) != 2:
        raise _wrong(source, f"this is {data.type}; {told}")
    flat = _numbers(data, desk)
    return [flat[row * sizes[1] : (row + 1) * sizes[1]] for row in range(sizes[0])]


def _numbers(data: TensorData, desk: Desk) -> list[float]:
    """All numbers; of too many an error."""
    count = _count(data)
    if count > 8 * MOST:
        raise TcalcError("limit", f"{count} numbers are too many to draw: x[::10, ::10] takes every tenth")
    return _read(data, count, 1, desk)


def _step(count: int) -> int:
    return max(1, -(-count // MOST))


def _thinned(data: TensorData, count: int, desk: Desk) -> list[float]:
    return _read(data, count, _step(count), desk)


def _read(data: TensorData, count: int, step: int, desk: Desk) -> list[float]:
    found: list[float] = []
    for start in range(0, count, PIECE * step):
        desk.ticket.look()
        piece = data.numbers(start, min(count, start + PIECE * step), step)
        found += [float(value) for value in piece]  # type: ignore[arg-type]  # none is complex
    return found
