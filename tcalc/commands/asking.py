"""Commands that answer questions: help, what has to do with a word, what an error means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.commands.command import unknown
from tcalc.source import Span

if TYPE_CHECKING:
    from tcalc.commands.command import Answer, Command
    from tcalc.commands.desk import Desk
    from tcalc.session import Session
    from tcalc.source import Source


def help_(session: Session, source: Source, desk: Desk) -> Answer:
    """What a name, an operator, a command or a form of the language is, or how to get on."""
    from tcalc import asking  # not before somebody asks

    if not source.text:
        return ["\n".join(asking.overview(_commands()))]
    return asking.explained(session, source, _commands())


def apropos(session: Session, source: Source, desk: Desk) -> Answer:
    """What has to do with some words."""
    from tcalc import asking

    return asking.about(session, source, _commands())


def error(session: Session, source: Source, desk: Desk) -> Answer:
    """What leads to an error of some code, and what to write instead."""
    from tcalc.show.codes import CODES, code_list, code_page

    if not source.text:
        return ["\n".join(code_list())]
    name = source.text.removeprefix("error[").rstrip("]")
    if name not in CODES:
        raise unknown(session, source.text, Span(source, 0, len(source.text)), CODES, ":error lists the codes")
    return ["\n".join(code_page(CODES[name]))]


def _commands() -> dict[str, Command]:
    from tcalc.commands.table import COMMANDS  # which holds this file's

    return COMMANDS
