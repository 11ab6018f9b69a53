"""Where the cursor stands: the word before it, the tokens of its statement, the bracket that it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.source import Source
from tcalc.syntax.mended import LEAVES, statements_of
from tcalc.syntax.parser import engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lark import Token

    from tcalc.syntax.parser import Reader

CLOSERS = {"RPAR": "LPAR", "RSQB": "LSQB"}
OPENERS = frozenset(CLOSERS.values())


class Operand:
    """An operand that tokens from `first` to the last hold: `A`, `f(x)[0].T`, `[1, 2]`."""

    __slots__ = ("first", "start", "text")

    def __init__(self, first: int, start: int, text: str) -> None:
        self.first, self.start, self.text = first, start, text


class Bracket:
    """The innermost bracket that is open at the cursor.

    `callee` is the dotted name of what stands before it, of a method the last part alone, whose `receiver` is that
    operand; `start` is where all of it begins. `given` counts the arguments without a keyword, `keywords` are the
    others'; `begins` says that an argument begins at the cursor.
    """

    __slots__ = ("begins", "callee", "given", "index", "keywords", "kind", "receiver", "start")

    def __init__(self, kind: str, index: int) -> None:
        self.kind, self.index = kind, index
        self.callee, self.receiver, self.start = "", "", 0
        self.given, self.keywords, self.begins = 0, set[str](), True


class Place:
    """A place in a text. `word` is what is written of a name there, `head` all before, `after` all behind that name.

    `tokens` are those of the statement before the word. `text` is what is written of a string there, None outside of
    strings, and `tokens` are then those before the string.
    """

    def __init__(self, before: str, after: str) -> None:
        start = len(before)
        while start and is_of_name(before[start - 1]):
            start -= 1
        self.word, self.head = before[start:], before[:start]
        end = 0
        while end < len(after) and is_of_name(after[end]):
            end += 1
        self.after = after[end:]
        self.text: str | None = None
        #: Whether something can be offered: in no comment, number, or line that cannot be read.
        self.is_open = False
        self.tokens: list[Token] = []
        self._reader: Reader | None = None
        whole = f"{self.head}x"
        statements = statements_of(Source(whole))
        last = statements[-1] if statements else None
        if not isinstance(last, list) or last[-1].end_pos != len(whole):
            return
        self.tokens = last[:-1]
        if last[-1].type == "TEXT":
            self.is_open, self.text = True, before[int(last[-1].start_pos or 0) + 1 :]
        elif last[-1].type == "NAME":
            self.is_open = not self.word[:1].isdigit()

    def takes(self, kind: str) -> bool:
        """Whether a token of some kind may stand here; any may where the text before cannot be read."""
        from lark import Token

        if self._reader is None:
            reader = engine().reader("statement")
            if not all(map(reader.feed, self.tokens)):
                return True
            self._reader = reader
        return self._reader.takes(Token(kind, ""))

    def operand(self, last: int) -> Operand | None:
        """The operand that ends with the token at an index, None where none does."""
        tokens, place = self.tokens, last
        while place >= 0:
            kind = tokens[place].type
            if kind in CLOSERS:
                opener = _opener(tokens, place)
                if opener is None:
                    return None
                place = opener
                if place and (tokens[place - 1].type in LEAVES or tokens[place - 1].type in CLOSERS):
                    place -= 1
                    continue
            elif kind not in LEAVES:
                return None
            elif place > 1 and kind == "NAME" and tokens[place - 1].type == "DOT":
                place -= 2
                continue
            start = int(tokens[place].start_pos or 0)
            return Operand(place, start, self.head[start : tokens[last].end_pos])
        return None

    def bracket(self) -> Bracket | None:
        """The innermost bracket that is open."""
        stack: list[Bracket] = []
        for index, token in enumerate(self.tokens):
            kind = token.type
            if kind in OPENERS:
                if stack:
                    stack[-1].begins = False
                stack.append(Bracket(kind, index))
            elif kind in CLOSERS:
                if stack:
                    stack.pop()
            elif stack and kind == "COMMA":
                last = stack[-1]
                last.given += not last.begins and last.given >= 0
                last.begins = True
            elif stack and kind == "ASSIGN":
                stack[-1].keywords.add(str(self.tokens[index - 1]))
                stack[-1].given -= 1
            elif stack:
                stack[-1].begins = False
        if not stack:
            return None
        self._call(stack[-1])
        return stack[-1]

    def _call(self, bracket: Bracket) -> None:
        """Tell what is called, or looked into, at a bracket."""
        tokens, last = self.tokens, bracket.index - 1
        if last >= 0 and tokens[last].type == "RSQB" and bracket.kind == "LPAR":  # `sum[0](`
            last = (_opener(tokens, last) or 0) - 1
        if last < 0 or tokens[last].type != "NAME":
            return
        bracket.callee, bracket.start = str(tokens[last]), int(tokens[last].start_pos or 0)
        if last > 1 and tokens[last - 1].type == "DOT":
            receiver = self.operand(last - 2)
            if receiver is not None:
                bracket.receiver, bracket.start = receiver.text, receiver.start


def is_of_name(character: str) -> bool:
    """Whether a character may be one of a name."""
    return character.isalnum() or character == "_" or ord(character) > 127


def _opener(tokens: Sequence[Token], closer: int) -> int | None:
    """The index of the bracket that another one closes."""
    depth = 0
    for place in range(closer, -1, -1):
        kind = tokens[place].type
        depth += (kind in CLOSERS) - (kind in OPENERS)
        if not depth:
            return place
    return None
