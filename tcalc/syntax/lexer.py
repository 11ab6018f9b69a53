"""Text to tokens, by the terminals of the grammar.

Tokens do not depend on the parser's state, so that cutting, highlighting and parsing agree on them and a keyword is
reserved everywhere. lark's scanner finds them; its own loop also counts lines, which spans do not need.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from lark import Token  # this module is loaded when the first text is read, and lark with it
from lark.utils import TextSlice

from tcalc.errors import TcalcError
from tcalc.syntax.errors import stray_character

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lark import Lark
    from lark.lexer import Scanner

    from tcalc.source import Source


class Words:
    """The terminals of the grammar: a scanner for tokens, and the keywords with their types."""

    __slots__ = ("keywords", "scanner")

    def __init__(self, lark: Lark) -> None:
        self.scanner: Scanner = lark.parser.lexer.scanner
        self.keywords = {
            terminal.pattern.value: terminal.name
            for terminal in lark.terminals
            if terminal.pattern.type == "str" and terminal.pattern.value.isalpha()
        }


class Tokens:
    """The tokens of a text, one at each call of `next`; `place` is where the next one is looked for."""

    __slots__ = ("keywords", "match", "place", "slice", "source")

    def __init__(self, words: Words, source: Source) -> None:
        self.source = source
        self.slice = TextSlice(source.text, 0, len(source.text))
        self.place = 1 if source.text.startswith("\ufeff") else 0
        self.match = words.scanner.match
        self.keywords = words.keywords

    def part(self, first: int, end: int) -> Tokens:
        """The tokens of a part of the same text, from its beginning."""
        part = copy(self)
        part.slice, part.place = TextSlice(self.source.text, first, end), first
        return part

    def next(self) -> Token | None:
        """The next token, None at the end. Raises at a character that begins none, and passes it."""
        end = self.slice.end
        place = self.place
        while place < end:
            found = self.match(self.slice, place)
            if found is None:
                self.place = place + 1
                raise stray_character(self.source, place)
            start = place
            value, kind = found
            place += len(value)
            if kind != "BLANK":
                self.place = place
                if kind == "NAME":
                    kind = self.keywords.get(value, kind)
                return Token(kind, value, start, None, None, None, None, place)
        self.place = place
        return None

    def readable(self) -> Iterator[Token]:
        """The tokens from here on, without the characters that begin none."""
        while True:
            try:
                token = self.next()
            except TcalcError:
                continue
            if token is None:
                return
            yield token
