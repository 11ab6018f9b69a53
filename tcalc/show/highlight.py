"""What each part of a text is, for colouring: one table from the grammar's terminals to roles, refined by what stands
around a name or a bracket.

The editor and the Pygments lexer are built on it. Text that is no token has no part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.source import Source
from tcalc.syntax.newlines import PAIR, UNFINISHED
from tcalc.syntax.parser import engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from lark import Token

#: The role of each of the grammar's terminals; empty for what shows nothing. A NAME's is refined to "builtin", "type",
#: "constant", "definition" or "argument", a bracket's to "axis" or "stray", a comment's to "expected".
ROLES = {
    **dict.fromkeys(
        "LET IN IF ELSE LAMBDA AND OR NOT IMPORT FROM AS FOR DEF WHILE WITH CLASS RETURN".split(), "keyword"
    ),
    **dict.fromkeys("TRUE YES FALSE NO NONE".split(), "constant"),
    **dict.fromkeys("UPDATE OPERATOR STAR SIGN TILDE PIPE ARROW ASSIGN".split(), "operator"),
    **dict.fromkeys("COLON COMMA DOT ELLIPSIS SEMICOLON CONTINUATION".split(), "punctuation"),
    **dict.fromkeys("LPAR RPAR LSQB RSQB".split(), "bracket"),
    "NAME": "variable",
    "NUMBER": "number",
    "TEXT": "text",
    "UNCLOSED_TEXT": "unclosed",
    "HOLE": "hole",
    "COMMENT": "comment",
    "NEWLINE": "",
    "BLANK": "",
}

#: The role of a name by what it is: see `check.words.Words.kind`.
KINDS = {
    "builtin": "builtin",
    "module": "builtin",
    "function": "function",
    "dtype": "type",
    "constant": "constant",
    "variable": "variable",
    "": "variable",
}

#: A part of a text: its role, where it begins and where it ends.
Part = tuple[str, int, int]


def _unknown(name: str) -> str:
    return ""


class Highlighted:
    """The parts of a text in their order. `partner` leads from each bracket's place to its other's, -1 for none."""

    __slots__ = ("partner", "parts")

    def __init__(self, parts: list[Part], partner: dict[int, int]) -> None:
        self.parts, self.partner = parts, partner


def highlighted(text: str, kind: Callable[[str], str] = _unknown, start: int = 0) -> Highlighted:
    """What the parts of a text are from `start` on. `kind` tells what a name is, also a dotted one: see KINDS."""
    from tcalc.syntax.lexer import Tokens

    tokens = Tokens(engine().words, Source(text)).part(start, len(text))
    reading = _Reading([*tokens.readable()], kind)
    for place in range(len(reading.tokens)):
        reading.take(place)
    reading.end_statement()
    parts = [
        (role, token.start_pos or 0, token.end_pos or 0)
        for token, role in zip(reading.tokens, reading.roles, strict=True)
        if role
    ]
    return Highlighted(parts, reading.partner)


class _Reading:
    """Goes through the tokens once. `open` holds the places of brackets and lets that are open, the innermost last."""

    __slots__ = ("_hidden", "_kind", "_level", "_pending", "_within", "open", "partner", "roles", "tokens")

    def __init__(self, tokens: list[Token], kind: Callable[[str], str]) -> None:
        self.tokens, self._kind = tokens, kind
        self.roles = [ROLES[token.type] for token in tokens]
        self.partner: dict[int, int] = {}
        self.open: list[int] = []
        #: What the text binds hides what the library has: from the next statement on, or within this one.
        self._hidden: set[str] = set()
        self._pending: set[str] = set()
        self._within: set[str] = set()
        #: The names that an `=` would bind, by how many brackets and lets are open; None once it has come.
        self._level: dict[int, list[int] | None] = {0: []}

    def end_statement(self) -> None:
        """What comes next begins a statement."""
        self._mark_alone()
        self._hidden |= self._pending
        self._pending.clear()
        self._within.clear()
        self._level = {0: []}

    def _mark_alone(self) -> None:
        for place in self.open:
            if self.tokens[place].type != "LET":
                self.partner[self.tokens[place].start_pos or 0] = -1
        self.open.clear()

    def take(self, place: int) -> None:
        """Read the token at a place."""
        kind = self.tokens[place].type
        if kind == "NAME":
            self._name(place)
        elif kind in ("LPAR", "LSQB", "LET"):
            before = self.roles[place - 1] if place else ""
            if kind == "LSQB" and before in ("builtin", "function", "type") and self._touches(place):
                self.roles[place] = "axis"
            self.open.append(place)
            if kind == "LET":
                self._level[len(self.open)] = []
        elif kind in PAIR:
            self._close(place)
        elif kind == "IN":
            if self.open and self.tokens[self.open[-1]].type == "LET":
                self.open.pop()
        elif kind in ("ASSIGN", "UPDATE"):
            self._assign(place)
        elif kind == "ARROW":
            self._arrow(place)
        elif kind == "COMMA":
            if self._innermost() == "LET":
                self._level[len(self.open)] = []
        elif kind == "COLON":
            found = self._level.get(len(self.open))
            if found is not None and self._innermost() in ("", "LET"):
                self._level[len(self.open)] = [*found, -1]
        elif kind == "SEMICOLON":
            if not any(self.tokens[each].type != "LET" for each in self.open):
                self.end_statement()
        elif kind == "NEWLINE":
            if not self.open and not self._is_unfinished(place):
                self.end_statement()
        elif kind == "COMMENT" and self.tokens[place].startswith("#=>"):
            self.roles[place] = "expected"

    def _innermost(self) -> str:
        return self.tokens[self.open[-1]].type if self.open else ""

    def _touches(self, place: int) -> bool:
        return place > 0 and self.tokens[place - 1].end_pos == self.tokens[place].start_pos

    def _is_unfinished(self, place: int) -> bool:
        """Whether the last token before a newline cannot end a statement; comments do not count."""
        while place > 0:
            place -= 1
            if self.tokens[place].type != "COMMENT":
                return self.tokens[place].type in UNFINISHED
        return False

    def _name(self, place: int) -> None:
        name = str(self.tokens[place])
        if place and self.tokens[place - 1].type == "DOT":
            self.roles[place] = KINDS[self._kind(self._dotted(place))]
            if self.roles[place] in ("function", "constant"):
                self.roles[place] = "variable"
            return
        if name not in self._hidden and name not in self._within:
            self.roles[place] = KINDS[self._kind(name)]
        heads = self._level.get(len(self.open))
        if heads is not None and -1 not in heads and self._innermost() in ("", "LET"):
            heads.append(place)

    def _dotted(self, place: int) -> str:
        """A name with what stands before its dots: `torch.linalg.inv`; `x.inv` where that is no plain name."""
        parts = [str(self.tokens[place])]
        while place > 1 and self.tokens[place - 1].type == "DOT":
            place -= 2
            if self.tokens[place].type != "NAME":
                return f"x.{parts[0]}"
            parts.append(str(self.tokens[place]))
        root = parts[-1]
        if root in self._hidden or root in self._within or self._kind(root) in ("variable", "function"):
            return f"x.{parts[0]}"
        return ".".join(reversed(parts))

    def _close(self, place: int) -> None:
        token = self.tokens[place]
        while self._innermost() == "LET":
            self.open.pop()
        if not self.open:
            self.roles[place] = "stray"
            self.partner[token.start_pos or 0] = -1
            return
        first = self.open.pop()
        opener = self.tokens[first]
        if opener.type != PAIR[token.type]:
            self.roles[first] = self.roles[place] = "stray"
            self.partner[opener.start_pos or 0] = self.partner[token.start_pos or 0] = -1
            return
        if self.roles[first] == "axis":
            self.roles[place] = "axis"
        self.partner[opener.start_pos or 0] = token.start_pos or 0
        self.partner[token.start_pos or 0] = opener.start_pos or 0

    def _assign(self, place: int) -> None:
        if self._innermost() in ("LPAR", "LSQB"):
            if self.tokens[place - 1].type == "NAME":
                self.roles[place - 1] = "argument"
            return
        depth = len(self.open)
        for head in self._level.get(depth) or ():
            if head < 0:
                continue
            self.roles[head] = "definition"
            (self._within if depth else self._pending).add(str(self.tokens[head]))
            if self.tokens[head + 1].type == "LPAR":
                self._parameters(head + 1)
        self._level[depth] = None

    def _arrow(self, place: int) -> None:
        """The names before `->` are its parameters."""
        if not place:
            return
        if self.tokens[place - 1].type == "NAME":
            self._parameter(place - 1)
        elif self.tokens[place - 1].type == "RPAR":
            first = self.partner.get(self.tokens[place - 1].start_pos or 0, -1)
            at = place - 1
            while at >= 0 and self.tokens[at].start_pos != first:
                at -= 1
            if at >= 0:
                self._parameters(at)

    def _parameters(self, opener: int) -> None:
        """The names that stand first between the commas of a bracket are parameters."""
        depth = 0
        for place in range(opener, len(self.tokens)):
            kind = self.tokens[place].type
            if kind in ("LPAR", "LSQB"):
                depth += 1
            elif kind in PAIR:
                depth -= 1
                if not depth:
                    return
            elif kind == "NAME" and depth == 1 and self.tokens[place - 1].type in ("LPAR", "COMMA", "STAR"):
                self._parameter(place)

    def _parameter(self, place: int) -> None:
        self.roles[place] = "argument"
        self._within.add(str(self.tokens[place]))
