"""What stands behind a command's name besides an expression: `--out FILE`, and a second expression."""

from __future__ import annotations

from tcalc.errors import TcalcError
from tcalc.source import Source, Span


def parted(text: str, option: str) -> tuple[str, str | None]:
    """What stands before an option, and what behind it; None where it is not there."""
    if not option:
        return text, None
    before, found, behind = text.rpartition(option)
    if not found or (before and not before[-1].isspace()) or (behind and not behind[0].isspace()):
        return text, None
    return before, behind.lstrip()


def file_behind(source: Source, option: str) -> tuple[Source, str]:
    """What stands before an option, and the file that it names; all and "" where it is not there.

    Raises TcalcError where a file is missing.
    """
    before, behind = parted(source.text, option)
    if behind is None:
        return source, ""
    if not before.strip():
        raise TcalcError("type", f"{option} FILE stands behind the expression", Span(source, 0, len(source.text)))
    path = behind.strip().strip("\"'")
    if not path:
        raise TcalcError("type", f"{option} needs the name of a file", Span(source, len(before), len(source.text)))
    return Source(before.rstrip(), source.name, source.first_line), path


def apart(text: str) -> str:
    """The text with a comma for the blank between two expressions: where one operand follows another, out of brackets.

    `x sin(x)` are two, and `[1, 2] [3, 4]`; `x -y` is a difference and `x [1]` an element, as in any program.
    """
    from tcalc.syntax.mended import LEAVES, tokens_of
    from tcalc.syntax.newlines import PAIR

    found, depth, last, end, is_list = text, 0, "", 0, False
    for token in tokens_of(Source(text)):
        kind, start = token.type, int(token.start_pos or 0)
        follows = last in LEAVES or last in PAIR
        begins = kind in LEAVES or (kind == "LSQB" and is_list and last == "RSQB")
        if not depth and kind == "LSQB":
            is_list = not follows or (begins and end < start)
        if not depth and begins and follows and end < start:
            found = f"{found[:end]},{found[end + 1 :]}"
        depth += (kind in PAIR.values()) - (kind in PAIR)
        last, end = kind, int(token.end_pos or 0)
    return found
