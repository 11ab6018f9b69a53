"""The line below the prompt: what is being typed, told before Enter.

A thread of its own checks the newest text; keys never wait for it. What it says of an older text is not shown. Of a
text of more than 10,000 characters, which was pasted, it says nothing: that would keep a processor busy at each key.
When no key comes for a moment, it makes the text ready to be run, which Enter then need not wait for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments

from tcalc.repl.lexing import MOST
from tcalc.show.visible import cells, clipped, visible

if TYPE_CHECKING:
    from prompt_toolkit.formatted_text import StyleAndTextTuples

    from tcalc.repl.loading import Loading
    from tcalc.repl.offers.place import Place
    from tcalc.repl.signatures import Signature
    from tcalc.session import Session
    from tcalc.show.glimpse import Glimpse
    from tcalc.show.palette import Style
    from tcalc.source import Source

#: So many seconds after the last key a text is made ready to be run: a quick typist's next key comes before.
PAUSE = 0.05
#: Between what a text gives and the signature beside it.
GAP = 3


class Said:
    """What there is to say of a text with the cursor at some place."""

    __slots__ = ("glimpse", "signature", "text")

    def __init__(self, text: str, glimpse: Glimpse, signature: Signature | None) -> None:
        self.text, self.glimpse, self.signature = text, glimpse, signature


class Live:
    """Says what a text will give as it is typed. `changed` is called, from another thread, when there is news."""

    def __init__(self, session: Session, loading: Loading, changed: Callable[[], None]) -> None:
        self._session, self._loading, self._changed = session, loading, changed
        self._wanted: tuple[str, int] | None = None
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._said: Said | None = None

    def ask(self, text: str, cursor: int) -> None:
        """The text is this now, and the cursor stands there."""
        with self._news:
            self._wanted = text, cursor
            self._news.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="live", daemon=True)
            self._thread.start()

    def of(self, text: str) -> Said | None:
        """What was said of a text, if it was of this one."""
        said = self._said
        return said if said is not None and said.text == text else None

    def _serve(self) -> None:
        self._loading.language.wait()
        done: tuple[str, int] | None = None
        while True:
            with self._news:
                while self._wanted == done or self._wanted is None:
                    self._news.wait()
                text, cursor = done = self._wanted
            began = monotonic()
            try:
                self._said = said(self._session, text, cursor)
            except Exception:  # a line of which nothing is told is better than a shell that stops
                self._said = None
            with suppress(RuntimeError):  # the line was left meanwhile: there is nothing to draw it on
                self._changed()
            if monotonic() - began > PAUSE:  # what takes long to check takes longer to plan
                continue
            with self._news:
                is_last = self._wanted == done and not self._news.wait(PAUSE)
            if is_last:
                with suppress(Exception):  # it is told where it is run
                    prepare(self._session, text)


def prepare(session: Session, text: str) -> None:
    """Make a text ready to be run, if it is a line of the language."""
    from tcalc.commands import is_command, meant
    from tcalc.source import Source

    text = meant(session, text)
    if "\n" not in text and len(text) <= MOST and not is_command(text):
        session.prepare(Source(text))


def said(session: Session, text: str, cursor: int) -> Said:
    """What there is to say of a text; nothing of a very long one."""
    from tcalc.commands import meant
    from tcalc.repl.signatures import signature_at
    from tcalc.show.glimpse import Glimpse

    if len(text) > MOST:
        return Said(text, Glimpse("", "dim"), None)
    asked, start = meant(session, text), 0
    if "\n" in text:
        from tcalc.commands import is_command
        from tcalc.repl.mixed import pieces, without_commands

        first, last = pieces(text)[-1]
        start = sum(len(each) + 1 for each in text.split("\n")[:first]) if is_command(last) else 0
        asked = last if is_command(last) else without_commands(text)
    before, source, usage = _asked(asked)
    before += start
    if source is None:
        return Said(text, Glimpse(usage, "dim"), None)
    found = _glimpsed(session, source)
    if found.wrong is not None:
        found.wrong = found.wrong[0] + before, found.wrong[1] + before
    return Said(text, found, signature_at(session, source.text, cursor - before))


def _glimpsed(session: Session, source: Source) -> Glimpse:
    """What a text gives as far as it stands; of a name that others begin with, what stands before it."""
    from tcalc.repl.completion import candidates
    from tcalc.repl.offers.place import Place
    from tcalc.show.glimpse import Glimpse, glimpse
    from tcalc.source import Source

    glance = session.glance(source)
    found = glimpse(glance)
    if source.text.endswith("."):
        return _received(session, Place(source.text, "")) or found
    if glance is None or (found.role not in ("note", "error") and not glance.missing):
        return found
    place = Place(source.text, "")
    if not place.word or not place.is_open or place.text is not None:
        return found
    whole = f"{place.head.rpartition(' ')[2]}{place.word}" if place.head.endswith(".") else place.word
    if session.words.is_module(whole):
        return Glimpse()
    others = [each.text for each in candidates(session, source.text, seconds=0.0) if each.text != place.word]
    if glance.missing:
        glance.missing = [name for name in glance.missing if name != place.word or not others]
        return glimpse(glance)
    if f"{place.word}=" in others:
        return Glimpse()
    if glance.is_name and others:
        return _received(session, place) or Glimpse()
    if session.words.kind(place.word) in ("builtin", "function") and not place.head.endswith("."):
        called = glimpse(session.glance(Source(f"{source.text}(", source.name)))
        return found if called.role == "error" else called
    return found


def _received(session: Session, place: Place) -> Glimpse | None:
    """What stands before a dot, with its type; None where that is not known."""
    from tcalc.errors import shortened
    from tcalc.repl.offers.receiver import receiver
    from tcalc.show.glimpse import Glimpse

    operand = place.operand(len(place.tokens) - 2) if place.head.endswith(".") else None
    type = None if operand is None else receiver(session, place, operand)[1]
    return None if operand is None or type is None else Glimpse(f"{shortened(operand.text)}: {type}", "dim")


def _asked(text: str) -> tuple[int, Source | None, str]:
    """What there is to look at, and where it begins: a program, or a command's expression; of others their usage."""
    from tcalc.commands import COMMANDS, is_command
    from tcalc.source import Source

    if not is_command(text):
        return 0, Source(text), ""
    name, blank, rest = text.lstrip()[1:].partition(" ")
    command = COMMANDS.get(name)
    if command is None:
        return 0, None, ""
    if command.takes == "expression" and blank and rest.strip():
        start, expression = command.expression(rest)
        return len(text) - len(rest) + start, Source(expression), ""
    return 0, None, f"{command.usage}   {command.doc}"


def line(told: Said | None, style: Style, width: int) -> StyleAndTextTuples:
    """The line below the prompt: what comes of the text on the left, the signature of the call on the right."""
    if told is None:
        return [("", "")]
    text = " " + style.prose(told.glimpse.text)
    left = clipped(text, width - 1, style.ellipsis) if told.glimpse.text else ""
    if left and not cells(left[-1]):
        left += " "  # prompt-toolkit draws a mark that ends a line twice: on its letter, and alone behind it
    parts: list[tuple[str, str]] = []
    if told.signature is not None:
        parts = _fitted(told.signature, width - 1 - cells(left) - GAP)
        if not parts and told.glimpse.role == "note":  # of an argument that is missing the signature says as much
            parts = _fitted(told.signature, (width - 1) // 2)
            used = sum([cells(part) for _, part in parts])
            left = clipped(text, width - 1 - used - GAP, style.ellipsis) if parts else left
    shown: StyleAndTextTuples = [(f"class:live.{told.glimpse.role}", left)]
    if parts:
        used = sum([cells(part) for _, part in parts])
        shown += [("", " " * (width - 1 - cells(left) - used)), *parts]
    return shown


def _fitted(signature: Signature, room: int) -> list[tuple[str, str]]:
    """A signature in so many cells: whole, or the parameter that is being written with what fits around it."""
    before, current, after = map(visible, (signature.before, signature.current, signature.after))
    name = before.partition("(")[0]
    for first, last in ((before, after), (f"{name}(… ", after), (before, ", …)"), (f"{name}(… ", ", …)")):
        if cells(first) + cells(current) + cells(last) <= room:
            return [("class:live.dim", first), ("class:live.current", current), ("class:live.dim", last)]
    return []


class Underlined(Processor):
    """Underlines what is wrong on the line."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """See prompt-toolkit."""
        fragments: StyleAndTextTuples = transformation_input.fragments
        document, row = transformation_input.document, transformation_input.lineno
        told = self._live.of(document.text)
        if told is None or told.glimpse.wrong is None:
            return Transformation(fragments)
        before = document.translate_row_col_to_index(row, 0)
        first, end = (place - before for place in told.glimpse.wrong)
        exploded = explode_text_fragments(fragments)
        for place in range(max(0, first), min(end, len(exploded))):
            exploded[place] = (f"{exploded[place][0]} class:wrong", exploded[place][1])
        return Transformation(exploded)
