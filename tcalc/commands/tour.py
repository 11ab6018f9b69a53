"""The command that leads through the tour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.outcomes import Failed, Fitted, Offered, Outcome
from tcalc.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcalc.commands.command import Answer
    from tcalc.commands.desk import Desk
    from tcalc.session import Session

DEMO = """
  Each stop says a sentence and puts something on the line, to be run or changed.
  Enter on an empty line goes to the next. :demo 3 goes to the third, :demo restart
  to the first, :demo stop ends the tour. It binds a few names.
"""


def demo(session: Session, source: Source, desk: Desk) -> Answer:
    """The next stop of the tour, or another one."""
    from tcalc.show.tour import END, HOW, TOUR

    if source.text == "stop":
        desk.stop = 0
        return []
    number = _number(source, desk.stop, len(TOUR))
    if number > len(TOUR):
        desk.stop = 0
        return [Fitted(lambda width: _told(END, width))]
    if not _prepare(session, number, desk):
        told = (
            "the stops before this one bind names that are bound to something else here; :demo restart binds them anew"
        )
        raise TcalcError("value", told, _all(source))
    desk.stop = number
    stop = TOUR[number - 1]
    answer: list[Outcome | str] = [Fitted(lambda width: _told(HOW, width))] if number == 1 else []
    sentence = f"{number}/{len(TOUR)}  {stop.sentence}"
    return [*answer, Fitted(lambda width: _told([sentence], width)), Offered(stop.text)]


def _number(source: Source, now: int, last: int) -> int:
    """The stop that is asked for; one more than the last is the end."""
    if not source.text:
        return now + 1
    if source.text == "restart":
        return 1
    if source.text.isdecimal() and len(source.text) < 4 and 1 <= int(source.text) <= last:
        return int(source.text)
    raise TcalcError("value", f"the tour has stops 1 to {last}; restart and stop are understood too", _all(source))


def _all(source: Source) -> Span:
    return Span(source, 0, len(source.text))


def _prepare(session: Session, number: int, desk: Desk) -> bool:
    """Bind what the stops before one bind and somebody who leapt over them has not; False where it does not check."""
    from tcalc.show.tour import TOUR

    leapt = [stop for stop in TOUR[: number - 1] if any(session.lookup(name) is None for name in stop.binds)]
    source = Source("\n".join([stop.text for stop in leapt]), "<demo>")
    if any(isinstance(each, Failed) for each in session.check(source, desk.ticket)[1]):
        return False
    for _ in session.run(source, desk.ticket):
        pass
    return True


def _told(paragraphs: Sequence[str], width: int) -> str:
    """Paragraphs in lines that are not longer than a page is wide."""
    import textwrap

    from tcalc.show.help import WIDTH

    return "\n".join([line for each in paragraphs for line in textwrap.wrap(each, min(width - 1, WIDTH))])
