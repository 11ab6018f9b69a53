"""What Tab offers: names that fit before the cursor, with a word on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.settings import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tcalc.check.words import Words
    from tcalc.session import Session


class Candidate:
    """A text that may stand instead of the last `length` characters, and what it is."""

    __slots__ = ("length", "remark", "text")

    def __init__(self, text: str, length: int, remark: str) -> None:
        self.text, self.length, self.remark = text, length, remark


def candidates(session: Session, before: str) -> list[Candidate]:
    """What fits at the end of `before`, in the order in which to offer it."""
    from tcalc.commands import COMMANDS, is_command
    from tcalc.syntax.parser import keywords

    words = session.words
    if before.startswith("?") and before[1:] and before[1:] == _last_word(before):
        return _subjects(session, before[1:])
    if is_command(before):
        word, blank, rest = before.lstrip()[1:].partition(" ")
        if not blank:
            return _fitting(word, [(each.name, each.doc) for each in COMMANDS.values()])
        command = COMMANDS.get(word)
        if command is None or not command.takes:
            return []
        if command.takes == "names":
            return _fitting(_last_word(rest), _with_remarks(words, words.bound()))
        if command.takes == "codes":
            from tcalc.show.codes import CODES

            return _fitting(rest, [(code.name, code.heading) for code in CODES.values()])
        if command.takes == "settings":
            name, blank, value = rest.partition(" ")
            if blank:
                switch = SWITCHES.get(name)
                return _fitting(value, [(word, "") for word in switch.values] if switch is not None else [])
            return _fitting(name, [(switch.name, switch.doc) for switch in SWITCHES.values()])
        if command.takes == "words":
            return _subjects(session, rest)
    word = _last_word(before)
    head, dot, tail = word.rpartition(".")
    if dot:
        return _fitting(tail, _with_remarks(words, words.after_dot(head)))
    return _fitting(word, _with_remarks(words, [*words.starts(), *keywords()])) if word else []


def _subjects(session: Session, typed: str) -> list[Candidate]:
    """What `:help` knows, dotted or not."""
    from tcalc.asking import subjects
    from tcalc.commands import COMMANDS

    head, dot, tail = typed.rpartition(".")
    if dot:
        return _fitting(tail, _with_remarks(session.words, session.words.after_dot(head)))
    return _fitting(typed, subjects(session, COMMANDS))


def _fitting(word: str, offers: Iterable[tuple[str, str]]) -> list[Candidate]:
    seen: set[str] = set()
    found = []
    for text, remark in offers:
        if text.startswith(word) and text not in seen:
            seen.add(text)
            found.append(Candidate(text, len(word), remark))
    return found


def _last_word(text: str) -> str:
    """The name, dotted or not, that a text ends in; empty after anything else."""
    start = len(text)
    while start and (text[start - 1].isalnum() or text[start - 1] in "_."):
        start -= 1
    word = text[start:]
    return "" if word[:1].isdigit() else word


def _with_remarks(words: Words, names: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((name, words.remark(name)) for name in names)
