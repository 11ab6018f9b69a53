"""Errors and notes as text: the line at fault, its operands underlined, where each size came from, the repairs.

error[shape]: A's last axis is 3, B's first is 4
  A @ B
  ─   ─
  │   f32[4, 3]   4: B = ones(4, 3), line 2
  f32[2, 3]       3: A = [[1., 2., 3.], …], line 1
  1  A @ B.T → f32[2, 4]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.show.excerpt import Excerpt
from tcalc.show.visible import cells, clipped

if TYPE_CHECKING:
    from tcalc.errors import Mark, Note, Repair, TcalcError
    from tcalc.show.palette import Style
    from tcalc.source import Span

_INDENT = "  "
#: Where less room than this is left beside `script.tc:3`, that has a line of its own.
LEAST_ROOM = 20
#: A terminal narrower than this is taken to be as wide.
MOST_NARROW = 16
#: By how many cells a line is cut shorter, so that a type fits below what stands at its end.
SHORTER = (6, 12, 18)
#: A text that may be cut short rather than go on a line of its own, in cells.
LEAST_TOLD = 24


def error_text(
    error: TcalcError, style: Style, *, width: int = 80, located: bool = False, hint: str = "", first: int = 1
) -> str:
    """An error as lines without a newline at the end.

    `width` is the terminal's, in cells. `located` puts `<stdin>:1` before the source line, as is needed where the line
    was not just typed. `hint` stands to the right of the first repair, whose number is `first`.
    """
    first_line, *others = _broken(f"error[{error.code}]: {style.prose(error.message)}", width, style)
    kind = f"error[{error.code}]"
    lines = [style.paint("error", kind) + first_line.removeprefix(kind), *others]
    lines += _places(error.span, error.marks, style, width, located)
    lines += _repairs(error.repairs, style, width, hint, first)
    for note in error.notes:
        for line in note.split("\n"):
            lines += _broken(_INDENT + style.prose(line), width, style)
    return "\n".join(lines)


def note_text(
    note: Note, style: Style, *, width: int = 80, located: bool = False, hint: str = "", first: int = 1
) -> str:
    """A note: one line with its repair where both fit, without a newline at the end.

    `hint` and `first` are as an error's.
    """
    first_line, *others = _broken(f"note: {style.prose(note.message)}", width, style)
    line = style.paint("note", "note") + first_line.removeprefix("note")
    lines = [line, *others, *(_places(note.span, (), style, width, located) if located else ())]
    if len(note.repairs) == 1 and first == 1 and not located:
        repair = note.repairs[0]
        if cells(f"note: {style.prose(note.message)}.  {_repair(repair, style)}") <= width:
            return f"{line}.  {_painted(repair, style)}"
    lines += _repairs(note.repairs, style, width, hint, first)
    return "\n".join(lines)


def _broken(line: str, width: int, style: Style) -> list[str]:
    """A sentence in lines that a terminal of that width shows whole, broken between words; elsewhere it is one line."""
    if not style.terminal or cells(line) <= width:
        return [line]
    lines: list[str] = []
    for word in line.removeprefix(_INDENT).split(" "):
        longer = f"{lines[-1]} {word}" if lines else line[: len(line) - len(line.lstrip())] + word
        if not lines or cells(longer) <= width:
            lines[-1:] = [longer]
        else:
            lines.append(_INDENT + word)
    return lines


class _Place:
    """A range of one source line, from `start` up to `end` in it; a span of several lines is cut to its first.

    `to_line` is the line on which such a span ends, else 0.
    """

    __slots__ = ("end", "line", "line_start", "mark", "source", "start", "to_line")

    def __init__(self, span: Span, mark: Mark | None) -> None:
        self.source, self.mark = span.source, mark
        text, start, end = span.source.text, span.start, max(span.start, span.end)
        if start >= end and not text[start : start + 1].strip() and not span.source.line_at(start)[1].strip():
            # The end of the input, behind the last newline: point behind the last word instead.
            start = end = len(text[:start].rstrip()) or start
        self.line_start, self.line = span.source.line_at(start)
        self.start = start - self.line_start
        self.end = min(end - self.line_start, len(self.line))
        # The newline that a span may end with is no further line.
        last = max(start, start + len(text[start:end].rstrip()) - 1)
        self.to_line = span.source.position(last)[0] if last > self.line_start + len(self.line) else 0


def _places(span: Span | None, marks: Sequence[Mark], style: Style, width: int, located: bool) -> Iterator[str]:
    """The lines at fault, the error's own first, each with what is underlined in it."""
    groups: dict[tuple[int, int], list[_Place]] = {}
    if span is not None:
        own = _Place(span, None)
        if not located and not marks and span.text.strip() == span.source.text.strip() and not own.to_line:
            return  # it stands right above, and all of it is meant
        groups[id(own.source), own.line_start] = [own]
    for mark in marks:
        place = _Place(mark.span, mark)
        group = groups.setdefault((id(place.source), place.line_start), [])
        if group and group[0].mark is None:
            group.clear()  # the operands say it more closely
        group.append(place)
    for number, group in enumerate(groups.values()):
        yield from _excerpt(group, style, width, _origin(group[0], style, located, number > 0), located)


def _origin(place: _Place, style: Style, located: bool, elsewhere: bool) -> str:
    """Where a source line stands, said before it: `script.tc:3`, or `line 3` of what was typed."""
    if not located and not elsewhere:
        return ""
    line = place.source.position(place.line_start)[0]
    return f"{style.safe(place.source.name)}:{line}" if located else f"line {line}"


def _excerpt(places: list[_Place], style: Style, width: int, origin: str, located: bool) -> Iterator[str]:
    """A source line, its underlines, and a line for each label, the rightmost first."""
    places.sort(key=lambda place: (place.start, place.end))
    margin = len(_INDENT) + (cells(origin) + 2 if origin else 0)
    if origin and width - margin < LEAST_ROOM:
        yield _INDENT + style.paint("dim", origin)
        margin, origin = len(_INDENT), ""
    room = max(MOST_NARROW, width - margin)
    # Where a file or a log may be listening, a long line is better than a lost word.
    told = room if style.terminal or not located else 10_000
    excerpt = _cut(places, room, told, style)
    yield (_INDENT + style.paint("dim", origin) + "  " if origin else _INDENT) + excerpt.text
    columns = [excerpt.column(place.start) for place in places]
    underline = [" "] * (excerpt.width + 1)
    for place, column in zip(places, columns, strict=True):
        stop = max(column + 1, excerpt.column(place.end))
        underline[column:stop] = style.line * (stop - column)
    drawn = "".join(underline).rstrip()
    to_line = max(place.to_line for place in places)
    goes_on = f"{style.ellipsis} to line {to_line}" if to_line else ""
    if goes_on and len(drawn) + 1 + len(goes_on) <= room:
        drawn, goes_on = f"{drawn} {goes_on}", ""
    yield " " * margin + style.paint("mark", drawn)
    if goes_on:
        yield " " * margin + style.paint("mark", goes_on)
    yield from _labels(places, columns, style, margin, told)


def _cut(places: list[_Place], room: int, told: int, style: Style) -> Excerpt:
    """The line as far as there is room; cut shorter, and so further left, where types do not fit `told` cells below."""
    ranges = [(place.start, place.end) for place in places]
    types = [cells(style.prose(place.mark.type)) if place.mark is not None else 0 for place in places]
    for less in (0, *SHORTER):
        excerpt = Excerpt(places[0].line, ranges, max(MOST_NARROW, room - less), style)
        bars = [-1, *[excerpt.column(place.start) for place in places[:-1]]]
        if all(bar + 1 + type <= told for bar, type in zip(bars, types, strict=True)):
            break
    return excerpt


def _labels(places: list[_Place], columns: list[int], style: Style, margin: int, width: int) -> Iterator[str]:
    labels = []
    for place, column in zip(places, columns, strict=True):
        if place.mark is not None and (place.mark.type or place.mark.fixed):
            labels.append((column, style.prose(place.mark.type), style.prose(place.mark.fixed)))
    aligned = max([column + cells(type) for column, type, fixed in labels if type and fixed], default=0) + 3
    while labels:
        column, type, fixed = labels.pop()
        line, at = " " * margin, 0
        for bar in sorted({other for other, _, _ in labels if other < column}):
            line += " " * (bar - at) + style.paint("mark", style.bar)
            at = bar + 1
        if type:
            start, type = _fitted(type, column, at, width, style)
            begun = line + " " * (start - at) + style.paint("type", type)
            behind = max(aligned, start + cells(type) + 3)
            if not fixed or behind + min(cells(fixed), LEAST_TOLD) <= width:
                gap = " " * (behind - start - cells(type)) if fixed else ""
                yield begun + gap + clipped(fixed, max(1, width - behind), style.ellipsis)
                continue
            yield begun
        start, fixed = _fitted(fixed, column, at, width, style)
        yield line + " " * (start - at) + fixed


def _fitted(text: str, column: int, least: int, width: int, style: Style) -> tuple[int, str]:
    """Where a label begins: below its place, or further left, behind the bars, where it would not fit."""
    column = max(min(column, least + 1), min(column, width - cells(text)))
    return column, clipped(text, max(1, width - column), style.ellipsis)


def _repairs(repairs: Sequence[Repair], style: Style, width: int, hint: str, first: int = 1) -> Iterator[str]:
    for number, repair in enumerate(repairs, first):
        head = f"{_INDENT}{number}  "
        line, used = head, cells(head)
        for text, painted in _pieces(repair, style):
            gap = "" if used == cells(head) else " "
            if gap and style.terminal and used + 1 + cells(text) > width:
                yield line
                line, used, gap = " " * cells(head), cells(head), ""
            line, used = line + gap + painted, used + len(gap) + cells(text)
        if hint and number == 1:
            room = min(width, 79) - used - cells(hint)
            if room >= 3:
                line += " " * room + style.paint("dim", hint)
        yield line


def _repair(repair: Repair, style: Style) -> str:
    return " ".join([text for text, _ in _pieces(repair, style)])


def _painted(repair: Repair, style: Style) -> str:
    return " ".join([painted for _, painted in _pieces(repair, style)])


def _pieces(repair: Repair, style: Style) -> list[tuple[str, str]]:
    """What is told of a repair, between which a line may break: plain, and painted."""
    text, type = style.safe(repair.text), style.prose(repair.type)
    pieces = [(text, style.paint("repair", text))]
    if repair.condition:
        condition = _condition(repair, style)
        pieces.append((condition, condition))
    if type:
        pieces.append((f"{style.arrow} {type}", f"{style.arrow} {style.paint('type', type)}"))
    return pieces


def _condition(repair: Repair, style: Style) -> str:
    """`with v: f32[2]` as it stands; a bare fact as `if n = m`."""
    introduced = repair.condition.split(" ")[0] in ("with", "if", "when", "where", "for")
    return f"{'' if introduced else 'if '}{style.prose(repair.condition)}"
