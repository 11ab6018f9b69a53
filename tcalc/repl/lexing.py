"""The colours of the line that is typed, and its brackets: prompt-toolkit's side of `show.highlight`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.application import get_app
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.lexers import Lexer

from tcalc.repl.parts import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from prompt_toolkit.document import Document
    from prompt_toolkit.formatted_text import StyleAndTextTuples

    from tcalc.repl.loading import Loading
    from tcalc.session import Session
    from tcalc.show.highlight import Highlighted

#: A text of more characters is not read whole at each key, but so many lines at a time, and as many before them.
MOST = 10_000
LINES = 50
#: So many of these are kept.
KEPT = 20


class Colouring(Lexer):
    """Colours the line by the language's own tokens. Plain while the language is still being loaded."""

    def __init__(self, session: Session, loading: Loading) -> None:
        self._session, self._loading = session, loading
        self._kinds: dict[str, str] = {}
        self._read: tuple[str, Highlighted | None] = "", None
        self._pieces: dict[str, list[StyleAndTextTuples]] = {}
        self._times = 0

    def begin(self) -> None:
        """A new line begins: names may have changed what they are."""
        self._kinds.clear()
        self._pieces.clear()
        self._read = "", None
        self._times += 1

    def invalidation_hash(self) -> Hashable:
        """See prompt-toolkit: lines that were coloured before something else is known are coloured again."""
        return self._times, self._loading.language.is_set()

    def kind(self, name: str) -> str:
        """What a name is in the session: see `Words.kind`."""
        found = self._kinds.get(name)
        if found is None:
            found = self._kinds[name] = self._session.words.kind(name)
        return found

    def of(self, text: str) -> Highlighted | None:
        """The parts of a text and its brackets; None where it is too long to read it whole, or too early."""
        if len(text) > MOST or not self._loading.language.is_set():
            return None
        if self._read[0] != text or self._read[1] is None:
            self._read = text, parts(text, self.kind)
        return self._read[1]

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """See prompt-toolkit."""
        lines = document.lines
        if not self._loading.language.is_set():
            return lambda row: [("", lines[row])] if row < len(lines) else []
        whole = self.of(document.text)
        if whole is not None:
            coloured = _by_line(document.text, whole)
            return lambda row: coloured[row] if row < len(coloured) else []

        def line(row: int) -> StyleAndTextTuples:
            if row >= len(lines):
                return []
            piece = row // LINES
            first = max(0, (piece - 1) * LINES)
            return self._piece("\n".join(lines[first : (piece + 1) * LINES]))[row - first]

        return line

    def _piece(self, text: str) -> list[StyleAndTextTuples]:
        """The lines of a piece of a text: what a bracket without another is, is not known here."""
        found = self._pieces.get(text)
        if found is None:
            if len(self._pieces) >= KEPT:
                self._pieces.clear()
            found = self._pieces[text] = self._new_piece(text)
        return found

    def _new_piece(self, text: str) -> list[StyleAndTextTuples]:
        if len(text) > 2 * MOST:
            return [[("", each)] for each in text.split("\n")]
        from tcalc.show.highlight import Highlighted, highlighted

        found = highlighted(text, self.kind).parts
        known = [("bracket" if role == "stray" else role, first, end) for role, first, end in found]
        return _by_line(text, Highlighted(known, {}))


def _by_line(text: str, found: Highlighted) -> list[StyleAndTextTuples]:
    """A text's lines, each as its parts with their roles."""
    lines: list[StyleAndTextTuples] = [[]]
    place = 0

    def add(role: str, end: int) -> None:
        first, *others = text[place:end].split("\n")
        if first:
            lines[-1].append((role, first))
        lines.extend([(role, each)] if each else [] for each in others)

    for role, start, end in found.parts:
        if start > place:
            add("", start)
            place = start
        add(f"class:code.{role}", end)
        place = end
    add("", len(text))
    return lines


class Brackets(Processor):
    """Marks the bracket at the cursor and the one that it belongs to, or that it belongs to none."""

    def __init__(self, colouring: Colouring) -> None:
        self._colouring = colouring
        self._found: tuple[Hashable, dict[int, str]] = None, {}

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """See prompt-toolkit."""
        fragments: StyleAndTextTuples = transformation_input.fragments
        document, row = transformation_input.document, transformation_input.lineno
        if get_app().is_done:
            return Transformation(fragments)
        here = document.text, document.cursor_position
        known = here, self._colouring.invalidation_hash()
        if self._found[0] != known:
            self._found = known, self.marks(*here)
        marks = self._found[1]
        if not marks:
            return Transformation(fragments)
        before = document.translate_row_col_to_index(row, 0)
        exploded = explode_text_fragments(fragments)
        for place, look in marks.items():
            if 0 <= place - before < len(exploded):
                style, text, *_ = exploded[place - before]
                exploded[place - before] = f"{style} class:{look}", text
        return Transformation(exploded)

    def marks(self, text: str, cursor: int) -> dict[int, str]:
        """The looks of brackets by their places. An open bracket directly before the cursor is still being filled."""
        found = self._colouring.of(text)
        if found is None:
            return {}
        other = found.partner.get(cursor)
        if other is None:
            cursor -= 1
            other = found.partner.get(cursor)
            if other is None or text[cursor] in "([":
                return {}
        return {cursor: "bracket.alone"} if other < 0 else {cursor: "bracket.pair", other: "bracket.pair"}
