"""What of a line is drawn while it is typed: its hidden characters as escapes, and of a very long line a part.

prompt-toolkit itself shows control characters (`^[`); it would hand the terminal what reverses the direction of
writing, and what shows nothing. A line is wrapped and drawn anew at each key, character by character, which of a
million of them takes seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from prompt_toolkit.application import get_app
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput

from tcalc.show.visible import visible_character

if TYPE_CHECKING:
    from prompt_toolkit.formatted_text import StyleAndTextTuples

#: Of a line of more characters so many are drawn around the cursor, from a multiple of `STEP` on.
LONGEST, STEP = 4000, 1000


class OnScreen(Processor):
    """Draws a line. It comes after the processors that count the line's own characters."""

    def __init__(self, ellipsis: str) -> None:
        self._ellipsis = ellipsis

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """See prompt-toolkit."""
        fragments: StyleAndTextTuples = transformation_input.fragments
        length = sum([len(text) for _, text, *_ in fragments])
        first, end = _part(transformation_input, length)
        if first == 0 and end == length and all(_is_plain(text) for _, text, *_ in fragments):
            return Transformation(fragments)
        drawn: StyleAndTextTuples = [("class:live.dim", self._ellipsis)] if first else []
        column = len(self._ellipsis) if first else 0
        #: Where each character of the part begins, and where the last one ends.
        columns = []
        place = 0
        for style, text, *_ in fragments:
            for character in text[max(0, first - place) : max(0, end - place)]:
                told = _told(character)
                drawn.append((style if told == character else f"{style} class:control-character", told))
                columns.append(column)
                column += len(told)
            place += len(text)
        columns.append(column)
        if end < length:
            drawn.append(("class:live.dim", self._ellipsis))

        def to_display(place: int) -> int:
            return columns[min(max(0, place - first), len(columns) - 1)] + max(0, place - length)

        def to_source(column: int) -> int:
            return min(length, first + max(0, bisect_right(columns, column) - 1))

        return Transformation(drawn, to_display, to_source)


def _part(asked: TransformationInput, length: int) -> tuple[int, int]:
    """From where to where a line is drawn."""
    if length <= LONGEST:
        return 0, length
    document = asked.document
    is_here = asked.lineno == document.cursor_position_row and not get_app().is_done
    cursor = document.cursor_position_col if is_here else 0
    first = max(0, cursor // STEP - 1) * STEP
    return first, min(length, first + 3 * STEP)


def _is_plain(text: str) -> bool:
    return text.isascii() or all(_told(character) == character for character in text)


def _told(character: str) -> str:
    """A character as it is drawn; prompt-toolkit sees to control characters."""
    return character if character < "\xa0" else visible_character(character)
