"""Tables with a column of expressions, which are folded to the width that there is."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.show.visible import cells, character_cells, clipped, visible

GAP = "   "
#: Where no terminal says how wide it is.
PIPED = 120
#: A narrower column of expressions is none: they stand below their names.
NARROW = 24
#: An expression takes so many lines at most, beside its name fewer.
MOST_LINES, MOST_BESIDE = 6, 2
#: What is folded is indented so far.
INDENT = "  "


class Line:
    """A line of a table: a name, an expression, numbers, which stand flush right, and a remark."""

    __slots__ = ("name", "numbers", "remark", "text")

    def __init__(self, name: str, text: str, numbers: Sequence[str], remark: str = "") -> None:
        self.name, self.text, self.numbers, self.remark = name, on_one_line(text), numbers, remark


def on_one_line(text: str) -> str:
    """A text of the program's with single spaces, safe to print."""
    return visible(" ".join(text.split()))


def table(lines: Sequence[Line], width: int) -> list[str]:
    """The table; where its columns do not fit, the expressions stand below the names."""
    numbers = numbered(lines)
    tails = [GAP.join([*row, each.remark]).rstrip() for row, each in zip(numbers, lines, strict=True)]
    names = max([cells(each.name) for each in lines], default=0)
    tail = max(map(cells, tails), default=0)
    widest = max([cells(each.text) for each in lines], default=0)
    room = min(widest, width - names - tail - 2 * len(GAP))
    if room < min(widest, NARROW) or any(len(folded(each.text, room)) > MOST_BESIDE for each in lines):
        return _below(lines, names, tails if names + len(GAP) + tail <= width else [], width)
    found: list[str] = []
    for each, end, before in zip(lines, tails, _before(lines), strict=True):
        first, *rest = shown(each.text, before, room)
        found.append(GAP.join([set_left(each.name, names), set_left(first, room), end]).rstrip())
        found += [" " * names + GAP + line for line in rest]
    return found


def _below(lines: Sequence[Line], names: int, tails: Sequence[str], width: int) -> list[str]:
    """Names, numbers behind them where there is room, and expressions; else the numbers come last."""
    found: list[str] = []
    for place, (each, before) in enumerate(zip(lines, _before(lines), strict=True)):
        indent = " " * (len(each.name) - len(each.name.lstrip())) + INDENT
        found.append(GAP.join([set_left(each.name, names), tails[place]]).rstrip() if tails else each.name)
        if each.text:
            found += [indent + line for line in shown(each.text, before, max(1, width - len(indent)))]
        end = "  ".join([*numbered(lines)[place], each.remark])
        if end.strip() and not tails:
            found.append(INDENT + end.rstrip())
    return found


def _before(lines: Sequence[Line]) -> list[str]:
    """For each line the expression in the one before it."""
    return ["", *[each.text for each in lines]][: len(lines)]


def numbered(lines: Sequence[Line]) -> list[list[str]]:
    """The numbers of each line as wide as their columns."""
    count = max([len(each.numbers) for each in lines], default=0)
    rows = [[*each.numbers, *[""] * (count - len(each.numbers))] for each in lines]
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    return [[" " * (size - cells(text)) + text for text, size in zip(row, widths, strict=True)] for row in rows]


def set_left(text: str, size: int) -> str:
    """A text with spaces behind it, so wide."""
    return text + " " * (size - cells(text))


def shown(text: str, before: str, room: int, most: int = MOST_LINES) -> list[str]:
    """A text on some lines; of a longer one those where it differs from what it was before."""
    lines = folded(text, room)
    if len(lines) <= most:
        return lines
    same = next((place for place, pair in enumerate(zip(text, before)) if pair[0] != pair[1]), 0)  # noqa: B905
    if before and same > (most - 2) * room:
        start = text.rfind(" ", 0, max(1, same - room // 2)) + 1
        lines = folded(f"… {text[start:]}", room)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{clipped(lines[most - 1], max(0, room - 2), '')} …"]
    return lines


def folded(text: str, room: int) -> list[str]:
    """A text in lines so wide, broken at spaces: behind a comma rather than elsewhere, and before an operator."""
    lines: list[str] = []
    indent = ""
    while cells(text) > room - len(indent):
        at = _break(text, _end(text, room - len(indent)))
        lines.append(indent + text[:at].rstrip())
        text = text[at:].lstrip()
        indent = INDENT if room > 2 * len(INDENT) else ""
    return [*lines, indent + text] if text or not lines else lines


def _break(text: str, most: int) -> int:
    """Where a text is broken that has so many characters at most: in as few brackets as may be, and not too early."""
    best, least, depth = most, 2 * len(text), 0
    for place, character in enumerate(text[: most + 1]):
        depth += (character in "([{") - (character in ")]}")
        if character != " " or not place or _is_sign(text, place):
            continue
        worse = 2 * depth + (text[place - 1] != ",")
        if worse <= least or best < most // 2:
            best, least = place, worse
    return best


def _is_sign(text: str, place: int) -> bool:
    """Whether what stands before a place is an operator with spaces around it."""
    word = text[text.rfind(" ", 0, place) + 1 : place]
    return 0 < len(word) < 3 and not any(map(_is_of_a_word, word))


def _end(text: str, room: int) -> int:
    """How many characters fit, one at least."""
    taken = 0
    for place, character in enumerate(text):
        taken += character_cells(character)
        if taken > room:
            return max(1, place)
    return len(text)


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or character in "_()[]{}\"'.,"
