"""Cuts the tokens of a text into statements.

A newline ends a statement unless a bracket is open, a `let` waits for its `in`, or the line ends in what cannot end
an expression. No LALR grammar can say that, so it is said here; and as this knows the brackets that are open, it also
reports them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.source import Source, Span
from tcalc.syntax import errors

if TYPE_CHECKING:
    from lark import Token

    from tcalc.syntax.lexer import Tokens

PAIR = {"RPAR": "LPAR", "RSQB": "LSQB"}

#: What the cutter itself looks at; any other token goes straight to the statement.
NOTED = frozenset("NEWLINE COMMENT CONTINUATION SEMICOLON UNCLOSED_TEXT LPAR RPAR LSQB RSQB LET IN".split())

#: A line that ends in one of these goes on below.
UNFINISHED = frozenset("SIGN STAR OPERATOR AND OR NOT TILDE PIPE ARROW ASSIGN UPDATE IN IF ELSE".split())

#: Reading goes on below an unclosed bracket this often, and further only while little is read again.
SECOND_CHANCES = 3
PATIENCE = 200_000

#: What a line binds is looked for in so many characters of it.
LINE = 1000


class Layout:
    """What is open at some point of a text: brackets, lets that wait for their `in`, an unfinished line.

    `open` holds the tokens of brackets and lets, the innermost last; `depth` counts the brackets among them.
    """

    __slots__ = ("continued", "depth", "last", "open")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin a statement."""
        self.open: list[Token] = []
        self.depth = 0
        self.last = ""
        self.continued = False

    def goes_on(self) -> bool:
        """Whether a newline here does not end the statement."""
        return bool(self.open or self.continued or self.last in UNFINISHED)

    def waiting(self, source: Source) -> Token | None:
        """What to report as left open: of the first line that leaves something open, the last such thing."""
        if not self.open:
            return None
        line_end = source.text.find("\n", start(self.open[0]))
        on_line = [token for token in self.open if line_end < 0 or start(token) < line_end]
        return on_line[-1]

    def take(self, token: Token, source: Source) -> TcalcError | None:
        """Note a bracket, a `let` or an `in`; the answer is what is wrong with it."""
        kind = token.type
        if kind == "LET":
            self.open.append(token)
        elif kind == "IN":
            if self.open and self.open[-1].type == "LET":
                self.open.pop()
        elif kind in PAIR:
            return self.close(token, source)
        else:
            self.open.append(token)
            self.depth += 1
            if self.depth > errors.DEEPEST:
                return errors.too_deep(at(source, token))
        return None

    def close(self, token: Token, source: Source) -> TcalcError | None:
        """Close a bracket, and the lets in it."""
        stack = self.open
        while stack and stack[-1].type == "LET":
            stack.pop()
        if not stack:
            return errors.never_opened(at(source, token))
        opener = stack.pop()
        self.depth -= 1
        if opener.type == PAIR[token.type]:
            return None
        fault = errors.closed_by_another(at(source, opener), at(source, token))
        while stack and opener.type != PAIR[token.type]:
            opener = stack.pop()  # a bracket further out that fits is the one that was meant
        self.depth = sum(other.type != "LET" for other in stack)
        return fault

    def read(self, tokens: Tokens) -> bool:
        """Go through a text. True if nothing is open at its end, or something in its last statement is wrong."""
        self.continued = False
        wrong = False
        while True:
            try:
                token = tokens.next()
            except TcalcError:
                wrong = True
                continue
            if token is None:
                return wrong or not self.goes_on()
            kind = token.type
            self.continued = False
            if kind == "NEWLINE":
                if not self.goes_on():
                    self.clear()
                    wrong = False
            elif kind == "CONTINUATION":
                self.continued = token.endswith("\n") or tokens.place == tokens.slice.end
                wrong = wrong or not self.continued
            elif kind == "SEMICOLON":
                if not self.depth:
                    wrong = wrong or bool(self.open)
                    self.clear()
            elif kind == "UNCLOSED_TEXT":
                wrong = True
            elif kind != "COMMENT":
                self.last = kind
                if kind in NOTED and self.take(token, tokens.source) is not None:
                    wrong = True


class Cutter:
    """The statements of a text as lists of tokens, one at each call of `cut`.

    `comments` are the comments passed so far, each with the offset at which its statement begins (-1 before all).
    """

    def __init__(self, tokens: Tokens) -> None:
        self.source = tokens.source
        self.tokens = tokens
        self.layout = Layout()
        self.reread = 0  # characters
        self.resumed = 0  # times
        self.comments: list[tuple[Token, int]] = []
        self.owner = -1

    def cut(self) -> list[Token] | None:
        """The next statement's tokens (its semicolon last), or None at the end. Raises what is wrong with them."""
        tokens: list[Token] = []
        layout = self.layout
        layout.clear()
        while True:
            try:
                token = self.tokens.next()
            except TcalcError as stray:
                if not tokens and stray.span is not None:
                    self.owner = stray.span.start
                self.skip_line(tokens)
                raise
            if token is None:
                waiting = layout.waiting(self.source)
                if waiting is not None:
                    self.ended(tokens)
                    self.resume_below(waiting, tokens)
                    raise self.left_open(waiting)
                return self.ended(tokens) or None
            kind = token.type
            layout.continued = False
            if kind not in NOTED:
                tokens.append(token)
                layout.last = kind
                continue
            if kind == "NEWLINE":
                if tokens and not layout.goes_on():
                    return self.ended(tokens)
                continue
            if kind == "COMMENT":
                self.note(token, tokens)
                continue
            fault: TcalcError | None = None
            if kind == "SEMICOLON":
                tokens.append(token)
                if not layout.depth:
                    if layout.open:
                        fault = errors.let_without_in(at(self.source, layout.open[-1]))
                        layout.clear()
                    else:
                        return self.ended(tokens)
            elif kind == "CONTINUATION":
                layout.continued = token.endswith("\n")
                if not layout.continued:
                    fault = errors.stray_backslash(at(self.source, token))
            elif kind == "UNCLOSED_TEXT":
                glued = tokens and tokens[-1].end_pos == token.start_pos and tokens[-1].type in ("NAME", "RPAR", "RSQB")
                fault = errors.unclosed_text(at(self.source, token), text_of(tokens[-1]) if glued else "")
            else:
                tokens.append(token)
                layout.last = kind
                fault = layout.take(token, self.source)
            if fault is not None:
                if not tokens:
                    self.owner = start(token)
                self.skip_line(tokens)
                raise fault

    def first_line(self) -> list[Token]:
        """The tokens on the first line of the statement that `cut` found wrong, without what is none."""
        first = max(self.owner, 0)
        end = self.source.text.find("\n", first, first + LINE)
        return [*self.tokens.part(first, min(first + LINE, len(self.source.text)) if end < 0 else end).readable()]

    def ended(self, tokens: list[Token]) -> list[Token]:
        """The tokens of a statement; comments from here on are its own."""
        if tokens and tokens[0].type != "SEMICOLON":
            self.owner = start(tokens[0])
        return tokens

    def note(self, comment: Token, tokens: list[Token]) -> None:
        """Keep a comment that stands in or below a statement."""
        self.comments.append((comment, start(tokens[0]) if tokens else self.owner))

    def skip_line(self, tokens: list[Token] | None = None) -> None:
        """Pass the rest of a logical line in which something is wrong; `tokens` are those of its statement."""
        layout = self.layout
        self.ended(tokens or [])
        for token in self.tokens.readable():
            if token.type == "NEWLINE" and not layout.open:
                return
            if token.type == "COMMENT":
                self.note(token, [])
            elif token.type in ("LPAR", "RPAR", "LSQB", "RSQB", "LET", "IN"):
                layout.take(token, self.source)
        waiting = layout.waiting(self.source)
        if waiting is not None:
            self.resume_below(waiting, tokens or [])

    def skip_block(self, tokens: list[Token]) -> list[str]:
        """Pass the indented lines below a statement of Python's that ends in a colon: they belong to its error.

        Gives the names that stand first on those lines, which they seem to bind.
        """
        text = self.source.text
        first = start(tokens[0])
        indent = first - text.rfind("\n", 0, first) - 1
        place = text.rfind("\n", 0, self.tokens.place) + 1
        names: list[str] = []
        while first < place < len(text):
            end = text.find("\n", place)
            line = text[place : end if end >= 0 else len(text)]
            if line.strip() and len(line) - len(line.lstrip(" \t")) <= indent:
                break
            names.extend([word for word in line.split()[:1] if word.isidentifier()])
            place = end + 1 if end >= 0 else len(text)
        self.tokens.place = max(place, self.tokens.place)
        return names

    def left_open(self, waiting: Token) -> TcalcError:
        """The error for what the end of the text left open."""
        place = at(self.source, waiting)
        return errors.let_without_in(place) if waiting.type == "LET" else errors.never_closed(place)

    def resume_below(self, waiting: Token, tokens: list[Token]) -> None:
        """Go back to where the statement after an unclosed one seems to begin.

        That is the next line below the one that was left open which is not indented further than the statement and
        does not begin with a closing bracket. Each such step reads the rest once more, so there is a bound to it.
        """
        text = self.source.text
        first = tokens[0] if tokens else waiting
        indent = start(first) - text.rfind("\n", 0, start(first)) - 1
        place = text.find("\n", start(waiting))
        while place >= 0:
            place += 1
            line = text[place : place + indent + 1]
            if line.strip(" \t\r\n") and line.strip(" \t")[0] not in ")]#\r\n":
                break
            place = text.find("\n", place)
        if place < 0:
            return
        self.resumed += 1
        self.reread += len(text) - place
        if self.resumed <= SECOND_CHANCES or self.reread <= PATIENCE:
            self.tokens.place = place


def start(token: Token) -> int:
    """Where a token begins."""
    return token.start_pos or 0


def text_of(token: Token) -> str:
    """A name as it stands; what a bracket closes is too long to repeat."""
    return str(token.value) if token.type == "NAME" else "(…)"


def at(source: Source, token: Token) -> Span:
    """A token's place."""
    return Span(source, start(token), token.end_pos or 0)
