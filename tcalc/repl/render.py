"""Outcomes as the shell shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tcalc.outcomes import (
    Bound,
    Drawn,
    Failed,
    Fitted,
    Left,
    Noted,
    Offered,
    Outcome,
    Paged,
    Plotted,
    Saved,
    Shown,
    Verbatim,
)
from tcalc.show.broken import broken
from tcalc.show.constants import constant_text
from tcalc.show.diagnostics import error_text, note_text
from tcalc.show.remarks import remarks
from tcalc.show.terminal import binding_text, value_text
from tcalc.show.visible import visible
from tcalc.types.tensor import ConstantType, Type

if TYPE_CHECKING:
    from tcalc.settings import Settings
    from tcalc.show.palette import Style


class Reply:
    """One thing to print, empty for nothing.

    `leaves` where the shell ends; `offered` goes on the next line; `paged` are lines for the pager.
    """

    __slots__ = ("failed", "leaves", "offered", "paged", "text")

    def __init__(
        self,
        text: str,
        *,
        leaves: bool = False,
        failed: bool = False,
        offered: str = "",
        paged: Iterator[str] | None = None,
    ) -> None:
        self.text, self.leaves, self.failed, self.offered, self.paged = text, leaves, failed, offered, paged


def replies(
    outcomes: Iterable[Outcome | str],
    style: Style,
    width: int,
    hint: str = "",
    *,
    height: int = 24,
    settings: Settings | None = None,
) -> Iterator[Reply]:
    """What to print, as it comes, up to the first error; a note stands below the result that it is about.

    `hint` says how to get at repairs; they are numbered through a text. `settings` say how results are shown.
    """
    notes: list[Reply] = []
    offered = 0
    for outcome in outcomes:
        if isinstance(outcome, Noted):
            notes.append(Reply(note_text(outcome.note, style, width=width, hint=hint, first=offered + 1)))
            offered += len(outcome.note.repairs)
            continue
        if isinstance(outcome, Shown) and outcome.data:
            reply = Reply(_result(outcome, style, width, height, settings))
        elif isinstance(outcome, Plotted):
            reply = Reply("\n".join(outcome.drawn(style, width, height)))
        else:
            reply = _reply(outcome, style, width, hint, offered + 1)
        if reply.failed:
            yield from notes  # on what was silent before it, or on itself
        yield reply
        if reply.failed or reply.leaves:
            return
        yield from notes
        notes.clear()
    yield from notes


def _reply(outcome: Outcome | str, style: Style, width: int, hint: str, first: int) -> Reply:
    if isinstance(outcome, str):
        lines = [style.prose(line) for line in outcome.split("\n")]
        if style.terminal and not isinstance(outcome, Verbatim):
            lines = [part for line in lines for part in broken(line, width)]
        return Reply("\n".join(lines))
    if isinstance(outcome, Shown):
        return Reply(_constant(outcome.type))
    if isinstance(outcome, Bound):
        if outcome.data is not None:
            return Reply(binding_text(outcome.name, outcome.data, style, width=width))
        return Reply(f"{style.paint('name', visible(outcome.name))}: {_typed_constant(outcome.type, style)}")
    if isinstance(outcome, Saved):
        return Reply(f"saved {style.paint('type', visible(str(outcome.type)))} to {visible(outcome.path)}")
    if isinstance(outcome, Drawn):
        from tcalc.show.graphs import tree_text  # not before somebody asks

        return Reply(tree_text(outcome.drawing, style, width=width))
    if isinstance(outcome, Fitted):
        return _reply(outcome.laid(width), style, width, hint, first)
    if isinstance(outcome, Paged):
        return Reply("", paged=outcome.lines(style, width))
    if isinstance(outcome, Left):
        return Reply("", leaves=True)
    if isinstance(outcome, Offered):
        return Reply("", offered=outcome.text)
    assert isinstance(outcome, Failed)
    return Reply(error_text(outcome.error, style, width=width, hint=hint, first=first), failed=True)


def _result(outcome: Shown, style: Style, width: int, height: int, settings: Settings | None) -> str:
    return value_text(
        outcome.data,
        style,
        width=width,
        height=height,
        remarks=remarks(outcome.closed, now=True),
        heat=settings is not None and settings.heat,
        number=outcome.name if settings is not None and settings.numbers else "",
    )


def _constant(type: Type) -> str:
    return constant_text(type.value) if isinstance(type, ConstantType) else str(type)


def _typed_constant(type: Type, style: Style) -> str:
    text = style.paint("type", str(type))
    return f"{text} = {constant_text(type.value)}" if isinstance(type, ConstantType) else text
