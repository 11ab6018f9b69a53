"""Where the next line of a statement begins, and what is open on the line before the cursor."""

from __future__ import annotations

from tcalc.source import Source

#: How much further in a line stands that goes on.
STEP = 2
#: Below a bracket that stands further in than this, a line begins as if nothing stood behind it.
DEEPEST = 40


def indent(before: str) -> str:
    """The blanks that a line begins with below a text.

    Inside of a bracket it stands under what stands first there; below a `let`, under that; else a step further in.
    """
    from tcalc.syntax.mended import tokens_of
    from tcalc.syntax.newlines import PAIR, UNFINISHED

    opened: list[tuple[str, int, int]] = []  # the kind, its place, and where what follows it on its line begins
    first, last, goes_on = -1, "", False
    for token in tokens_of(Source(before)):
        kind, start = token.type, token.start_pos or 0
        if kind == "COMMENT":
            continue
        if kind in ("NEWLINE", "SEMICOLON"):
            if not opened and last not in UNFINISHED and not goes_on:
                first, last = -1, ""
            goes_on = False
            continue
        if opened and opened[-1][2] < 0 and "\n" not in before[opened[-1][1] : start]:
            opened[-1] = (*opened[-1][:2], start)
        goes_on = kind == "CONTINUATION"
        if goes_on:
            continue
        if first < 0:
            first = start
        last = kind
        if kind in ("LPAR", "LSQB", "LET"):
            opened.append((kind, start, -1))
        elif kind == "IN" and opened and opened[-1][0] == "LET":
            opened.pop()
        elif kind in PAIR:
            while opened and opened[-1][0] == "LET":
                opened.pop()
            if opened:
                opened.pop()
    if opened:
        kind, place, inside = opened[-1]
        under = place if kind == "LET" else inside
        if under >= 0 and _column(before, under) <= DEEPEST:
            return " " * _column(before, under)
        return " " * (_margin(before, place) + STEP)
    return " " * (_margin(before, first) + STEP) if first >= 0 and (last in UNFINISHED or goes_on) else ""


def _column(text: str, place: int) -> int:
    return place - text.rfind("\n", 0, place) - 1


def _margin(text: str, place: int) -> int:
    """How far in the line of a place begins."""
    line = text[place - _column(text, place) : place]
    return len(line) - len(line.lstrip(" "))


def open_text(line: str) -> str:
    """What is open at a line's end, in which a bracket is none: the quote of a text, `#` of a comment, or nothing."""
    from tcalc.syntax.mended import tokens_of

    tokens = list(tokens_of(Source(line)))
    return str(tokens[-1])[0] if tokens and tokens[-1].type in ("UNCLOSED_TEXT", "COMMENT") else ""
