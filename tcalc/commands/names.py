"""Commands about the names of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.outcomes import Bound, Left, Noted, Outcome
from tcalc.source import Span
from tcalc.syntax.nodes import LATEST

if TYPE_CHECKING:
    from tcalc.commands.command import Answer
    from tcalc.commands.desk import Desk
    from tcalc.session import Session
    from tcalc.source import Source


def type_(session: Session, source: Source, desk: Desk) -> Answer:
    """The type of an expression, or of what a statement binds."""
    type, notes = session.type_of(source)
    return [str(type), *map(Noted, notes)]


def vars_(session: Session, source: Source, desk: Desk) -> Answer:
    """All names that are bound."""
    answer: list[Outcome | str] = [
        Bound(name, session.bindings[name].variable.type, session.data(name))
        for name in session.names()
        if name not in LATEST
    ]
    return answer or ["no names are bound"]


def del_(session: Session, source: Source, desk: Desk) -> Answer:
    """Forget some names; none of them where one is unknown."""
    words = source.text.replace(",", " ").split()
    for word in words:
        if session.lookup(word) is None:
            start = source.text.index(word)
            raise session.words.unknown(word, Span(source, start, start + len(word)), session.names())
    for word in words:
        session.forget(word)
    return []


def reset(session: Session, source: Source, desk: Desk) -> Answer:
    """Forget all names."""
    session.reset()
    return []


def quit_(session: Session, source: Source, desk: Desk) -> Answer:
    """Leave."""
    return [Left()]
