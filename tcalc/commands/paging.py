"""The command that shows a result whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tcalc.outcomes import Paged
from tcalc.source import Span
from tcalc.syntax.nodes import LATEST

if TYPE_CHECKING:
    from tcalc.bindings import Binding
    from tcalc.commands.command import Answer
    from tcalc.commands.desk import Desk
    from tcalc.session import Session
    from tcalc.show.palette import Style
    from tcalc.source import Source

MORE = """
  The last result, or what was bound last, with all its numbers, up to a million,
  in $PAGER or less; q leaves that. :more A shows A.
"""


def more(session: Session, source: Source, desk: Desk) -> Answer:
    """The last result in the pager, or the value of a name."""
    if source.text:
        if session.lookup(source.text) is None:
            raise session.words.unknown(source.text, Span(source, 0, len(source.text)), session.names())
        shown = [session.bindings[source.text]]
    else:
        shown = _last(session)
    if not shown:
        return ["there is no result yet"]
    data = [("" if _is_result(each.name) else each.name, session.data(each.name)) for each in shown]

    def lines(style: Style, width: int) -> Iterator[str]:
        from tcalc.show.paged import value_lines

        for name, value in data:
            yield from value_lines(name, value, style, width)

    return [Paged(lines)]


def _last(session: Session) -> list[Binding]:
    """What the statement bound that bound something last."""
    bound = {session.bindings[name].number: session.bindings[name] for name in session.names()}
    if not bound:
        return []
    newest = bound[max(bound)]
    same = [each for each in bound.values() if each.statement is newest.statement]
    return sorted(same if newest.statement is not None else [newest], key=lambda each: each.number)


def _is_result(name: str) -> bool:
    """Whether a name is one of the shell's own for results: `_`, `_1`."""
    return name in LATEST or name.lstrip("_").isdecimal()
