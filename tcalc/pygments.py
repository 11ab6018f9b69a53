"""The language for Pygments, by the tokens of its own grammar: programs, and what stands on the shell's screen.

Pygments finds both by the entry points of this package; the program itself never imports this.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pygments.lexer import Lexer, do_insertions  # type: ignore[import-untyped]  # it has no types
from pygments.token import Token  # type: ignore[import-untyped]

from tcalc.repl.parts import parts
from tcalc.repl.transcript import CONTINUATION, PROMPT, WRAPPED
from tcalc.session import Session

if TYPE_CHECKING:
    from tcalc.check.words import Words

#: Pygments' word for each role: see `show.highlight.ROLES`.
TOKENS: dict[str, Any] = {
    "keyword": Token.Keyword,
    "command": Token.Keyword.Pseudo,
    "constant": Token.Name.Builtin.Pseudo,
    "operator": Token.Operator,
    "punctuation": Token.Punctuation,
    "bracket": Token.Punctuation,
    "axis": Token.Punctuation,
    "variable": Token.Name,
    "function": Token.Name,
    "builtin": Token.Name.Builtin,
    "type": Token.Keyword.Type,
    "definition": Token.Name.Variable,
    "argument": Token.Name.Attribute,
    "number": Token.Number,
    "text": Token.String,
    "hole": Token.Generic.Emph,
    "comment": Token.Comment,
    "expected": Token.Comment.Special,
    "unclosed": Token.Error,
    "stray": Token.Error,
}

#: A piece of a text as Pygments wants it: where it begins, what it is, and itself.
Piece = tuple[int, Any, str]


class TcalcLexer(Lexer):  # type: ignore[misc]
    """Programs."""

    name = "tcalc"
    aliases = ("tcalc",)
    filenames = ("*.tc",)
    mimetypes = ("text/x-tcalc",)

    def get_tokens_unprocessed(self, text: str) -> Iterator[Piece]:
        """See Pygments."""
        return _pieces(text)


class TcalcSessionLexer(Lexer):  # type: ignore[misc]
    """What stands on the shell's screen: prompts, what was typed there, and what came of it."""

    name = "tcalc session"
    aliases = ("tcalc-session", "tcalcon")
    filenames = ()

    def get_tokens_unprocessed(self, text: str) -> Iterator[Piece]:
        """See Pygments."""
        start = place = 0  # where what was typed last begins, with its prompts, and where it ends
        typed = ""
        prompts: list[tuple[int, list[Piece]]] = []  # where they stand in it
        for line in text.splitlines(keepends=True):
            begins = line.startswith(PROMPT.rstrip())
            prompt = PROMPT if begins else WRAPPED if line.startswith(WRAPPED) else CONTINUATION
            prompt = prompt if line.startswith(prompt) else prompt.rstrip()
            goes_on = bool(prompts) and line.startswith(prompt)
            if not goes_on:
                yield from _typed(typed, prompts, start)
                start, typed, prompts = place, "", []
            if begins or goes_on:
                prompts.append((len(typed), [(0, Token.Generic.Prompt, prompt)]))
                typed += line.removeprefix(prompt)
            else:
                yield place, Token.Generic.Error if line.startswith("error[") else Token.Generic.Output, line
            place += len(line)
        yield from _typed(typed, prompts, start)


@lru_cache(maxsize=1)
def _words() -> Words:
    return Session().words


def _typed(text: str, prompts: list[tuple[int, list[Piece]]], start: int) -> Iterator[Piece]:
    """What was typed, with its prompts where they stood."""
    for place, kind, piece in do_insertions(prompts, _pieces(text)):
        yield start + place, kind, piece


def _pieces(text: str) -> Iterator[Piece]:
    """The parts of a text, and what is between them: blanks, or what is no token."""

    def between(first: int, end: int) -> Iterator[Piece]:
        if first < end:
            yield first, Token.Text.Whitespace if text[first:end].isspace() else Token.Text, text[first:end]

    place = 0
    for role, first, end in parts(text, _words().kind).parts:
        yield from between(place, first)
        yield first, TOKENS[role], text[first:end]
        place = end
    yield from between(place, len(text))
