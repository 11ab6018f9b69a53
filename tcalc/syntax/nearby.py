"""The tokens around the place where the parser stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.source import Source, Span

if TYPE_CHECKING:
    from lark import Token

#: Tokens that can end an operand, begin one, or ask for one after them.
ENDS = frozenset("NAME NUMBER TEXT HOLE ELLIPSIS TRUE YES FALSE NO NONE RPAR RSQB".split())
STARTS = frozenset("NAME NUMBER TEXT HOLE ELLIPSIS TRUE YES FALSE NO NONE LPAR LSQB NOT TILDE LET LAMBDA".split())
OPENS = frozenset("COMMA DOT COLON IN IF ELSE LET LAMBDA LPAR LSQB".split())
OPERATORS = OPENS | frozenset("SIGN STAR OPERATOR AND OR NOT TILDE PIPE ARROW ASSIGN UPDATE".split())

#: How much of a token a sentence repeats.
WIDEST = 24


class Nearby:
    """The token that did not fit, and its neighbours; None where there are none."""

    __slots__ = ("index", "source", "token", "tokens")

    def __init__(self, source: Source, tokens: list[Token], token: Token) -> None:
        self.source = source
        self.tokens = tokens
        self.token = token
        self.index = len(tokens)
        if token.type != "$END":
            self.index = next(index for index, other in enumerate(tokens) if other is token)

    def at(self, steps: int) -> Token | None:
        """The token that many steps from the one that did not fit."""
        index = self.index + steps
        return self.tokens[index] if 0 <= index < len(self.tokens) else None

    @property
    def before(self) -> Token | None:
        """The token before."""
        return self.at(-1)

    def kind(self, steps: int) -> str:
        """The kind of the token that many steps away, or nothing."""
        token = self.token if steps == 0 else self.at(steps)
        return token.type if token is not None else ""

    def glued(self) -> bool:
        """Whether no blank stands before the token."""
        return self.before is not None and self.before.end_pos == self.token.start_pos

    def in_brackets(self) -> str:
        """The kind of the innermost bracket around the token, or nothing."""
        open_brackets: list[str] = []
        for token in self.tokens[: self.index]:
            if token.type in ("LPAR", "LSQB"):
                open_brackets.append(token.type)
            elif token.type in ("RPAR", "RSQB") and open_brackets:
                open_brackets.pop()
        return open_brackets[-1] if open_brackets else ""

    def name(self, token: Token) -> str:
        """A token as a sentence calls it."""
        if token.type == "$END":
            return "the end"
        return shortened(str(token.value), WIDEST)

    def span(self, token: Token) -> Span:
        """A token's place; for the end of the text, that of the last character."""
        end = token.end_pos or 0
        start = token.start_pos or 0
        return Span(self.source, start if start < end else max(end - 1, 0), end)

    def text(self, first: Token, last: Token) -> str:
        """What the source holds from one token to another, on one line and shortened."""
        text = " ".join(self.source.text[first.start_pos : last.end_pos].split())
        return shortened(text, 2 * WIDEST)


def shortened(text: str, width: int) -> str:
    """A text cut to a width."""
    return text if len(text) <= width else text[: width - 1] + "…"
