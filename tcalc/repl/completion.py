"""What Tab offers: names that fit before the cursor, with a word on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.repl.offers.candidate import Candidate, fitting
from tcalc.repl.offers.names import named
from tcalc.repl.offers.place import Place
from tcalc.repl.offers.receiver import after_dot
from tcalc.repl.offers.signs import signs
from tcalc.repl.offers.texts import files, in_text
from tcalc.settings import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tcalc.check.words import Words
    from tcalc.session import Session


#: How long it is tried with what a line checks.
SECONDS = 0.02


def candidates(session: Session, before: str, after: str = "", seconds: float = SECONDS) -> list[Candidate]:
    """What fits between two texts, in the order in which to offer it. Nothing is run, and torch is not loaded."""
    from tcalc.commands import COMMANDS, is_command
    from tcalc.commands.options import parted

    words = session.words
    if before.startswith("?") and before[1:] and before[1:] == _last_word(before):
        return _subjects(session, before[1:])
    if is_command(before):
        word, blank, rest = before.lstrip()[1:].partition(" ")
        if not blank:
            return fitting(word, [(each.name, each.doc) for each in COMMANDS.values()])
        command = COMMANDS.get(word)
        if command is None or not command.takes:
            return []
        if command.takes == "names":
            return fitting(_last_word(rest), _with_remarks(words, words.bound()))
        if command.takes == "codes":
            from tcalc.show.codes import CODES

            return fitting(rest, [(code.name, code.heading) for code in CODES.values()])
        if command.takes in SWITCHES:
            return fitting(rest, [(word, "") for word in SWITCHES[command.takes].values])
        if command.takes == "settings":
            name, blank, value = rest.partition(" ")
            if blank:
                switch = SWITCHES.get(name)
                return fitting(value, [(word, "") for word in switch.values] if switch is not None else [])
            return fitting(name, [(switch.name, switch.doc) for switch in SWITCHES.values()])
        if command.takes == "words":
            return _subjects(session, rest)
        if command.takes == "files":
            return files(session, rest, (), ".tc")
        if command.takes != "expression":
            return []
        behind = parted(rest, command.option)[1]
        if behind is not None:
            return files(session, behind, ())
        last = rest.rpartition(" ")[2]
        if last.startswith("-") and command.option.startswith(last):
            return fitting(last, [(command.option, "draws to a file")])
        before = command.expression(rest)[1]
    return _in_program(session, before, after, seconds)


def _in_program(session: Session, before: str, after: str, seconds: float) -> list[Candidate]:
    """What fits in a program."""
    place = Place(before, after)
    if place.text is not None:
        return in_text(session, place)
    found = signs(before)
    if found or not place.is_open:
        return found
    if place.tokens and place.tokens[-1].type == "DOT":
        return after_dot(session, place, seconds)
    return named(session, place, seconds)


def _subjects(session: Session, typed: str) -> list[Candidate]:
    """What `:help` knows, dotted or not."""
    from tcalc.asking import subjects
    from tcalc.commands import COMMANDS

    head, dot, tail = typed.rpartition(".")
    if dot:
        return fitting(tail, _with_remarks(session.words, session.words.after_dot(head)))
    return fitting(typed, subjects(session, COMMANDS))


def _last_word(text: str) -> str:
    """The name, dotted or not, that a text ends in; empty after anything else."""
    start = len(text)
    while start and (text[start - 1].isalnum() or text[start - 1] in "_."):
        start -= 1
    word = text[start:]
    return "" if word[:1].isdigit() else word


def _with_remarks(words: Words, names: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((name, words.remark(name)) for name in names)
