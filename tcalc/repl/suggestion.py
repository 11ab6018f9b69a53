"""The grey rest of a line: what it probably becomes. Right or Ctrl-E takes it.

It is looked for on a thread of prompt-toolkit's; keys do not wait for it. Of a very long text there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion, ThreadedAutoSuggest

from tcalc.repl.lexing import MOST

if TYPE_CHECKING:
    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.document import Document

    from tcalc.repl.loading import Loading
    from tcalc.session import Session

#: So much must be typed of a line, and of a name.
LEAST = 2
#: So many entries of the history are checked, and so many are looked at.
MOST_CHECKED, MOST_ENTRIES = 3, 20_000
#: How long it is tried with which names a line checks.
SECONDS = 0.01


def suggestions(session: Session, loading: Loading) -> AutoSuggest:
    """What suggests the rest of a line."""
    return ThreadedAutoSuggest(_Suggestions(session, loading))


class _Suggestions(AutoSuggest):
    def __init__(self, session: Session, loading: Loading) -> None:
        self._session, self._loading = session, loading

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        """See prompt-toolkit."""
        text = document.text
        if not document.is_cursor_at_the_end or len(text) > MOST or len(text.strip()) < LEAST:
            return None
        if not self._loading.language.is_set():
            return None
        try:
            rest = suggested(self._session, text, reversed(buffer.history.get_strings()))
        except Exception:  # nothing grey is better than a shell that stops
            return None
        return Suggestion(rest) if rest else None


def suggested(session: Session, text: str, entries: Iterable[str]) -> str:
    """The rest of the newest entry that begins as a text does and checks, or else of the likeliest name; or nothing."""
    alike = (each for each in islice(entries, MOST_ENTRIES) if each.startswith(text) and each != text)
    for entry in islice(dict.fromkeys(alike), MOST_CHECKED):
        rest = entry[len(text) :].partition("\n")[0]
        if rest.strip() and _checks(session, entry):
            return rest
    return _rest_of_name(session, text)


def _checks(session: Session, entry: str) -> bool:
    """Whether an entry would still run, as far as can be told."""
    from tcalc.commands import is_command
    from tcalc.source import Source

    if is_command(entry):
        return True
    found = session.glance(Source(entry))
    return found is not None and found.error is None and not found.wanted


def _rest_of_name(session: Session, text: str) -> str:
    """The rest of the first candidate for the name at the end of a text, unless that is a name itself."""
    from tcalc.repl.completion import candidates
    from tcalc.repl.offers.place import is_of_name

    if not all(map(is_of_name, text[-LEAST:])):
        return ""
    found = candidates(session, text, seconds=SECONDS)
    if not found:
        return ""
    first = found[0]
    typed = text[len(text) - first.length :]
    if first.length < LEAST or not first.text.startswith(typed) or any(each.text == typed for each in found):
        return ""
    return first.text[len(typed) :]
