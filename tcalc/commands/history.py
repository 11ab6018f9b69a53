"""Commands about what was typed before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.outcomes import Offered, Verbatim
from tcalc.source import Span

if TYPE_CHECKING:
    from tcalc.commands.command import Answer
    from tcalc.commands.desk import Desk
    from tcalc.session import Session
    from tcalc.source import Source

HISTORY = """
  A number says how many of the last, a word what must be in them; the numbers in
  front count from the oldest that is kept. Up and Ctrl-R put them on the line.
"""
#: So many are told where nobody says how many.
RECENT = 20


def history(session: Session, source: Source, desk: Desk) -> Answer:
    """What was typed, in this shell and those before, newest last."""
    texts = list(enumerate(desk.history(), 1))
    word = source.text
    if word.isdecimal() and len(word) < 10:
        if not int(word):
            raise TcalcError("value", "the number of statements is 1 or more", Span(source, 0, len(word)))
        found = texts[-int(word) :]
    elif word:
        found = [(number, text) for number, text in texts if word in text and not text.startswith(":history")]
        if not found:
            raise TcalcError("name", f"nothing that was typed has {word} in it", Span(source, 0, len(word)))
    else:
        found = texts[-RECENT:]
    wide = len(str(found[-1][0])) if found else 0
    gap = "\n" + " " * (wide + 2)
    return (
        [Verbatim("\n".join([f"{number:{wide}}  {text.replace(chr(10), gap)}" for number, text in found]))]
        if found
        else ["nothing was typed yet"]
    )


def fix(session: Session, source: Source, desk: Desk) -> Answer:
    """A repair that the last statement was offered, on the line."""
    offered = session.offered
    if not offered:
        return ["the last statement was offered no repair" if session.has_failed else "there is nothing to repair"]
    number = int(source.text) if source.text.isdecimal() and len(source.text) < 3 else 0 if source.text else 1
    if not 1 <= number <= len(offered):
        many = f"{len(offered)} are" if offered[1:] else "one is"
        span = Span(source, 0, len(source.text))
        raise TcalcError("value", f"there is no repair {source.text}; {many} offered", span)
    return [Offered(offered[number - 1].whole)]
