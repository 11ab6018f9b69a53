"""Text that is still being typed, as a whole statement: open brackets are closed, and a missing operand is a hole.

What is put in has no width, so that places are those of the text as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.source import Source
from tcalc.syntax.newlines import PAIR, Layout
from tcalc.syntax.parser import engine

if TYPE_CHECKING:
    from lark import Token

    from tcalc.syntax.nodes import Statement

#: What is put in at most.
MOST = 400
#: What is left out at the end, for nothing can be put in behind it: `x.`, `f(x:`
DROPPED = frozenset(["DOT", "COLON"])
#: Tokens that an operand may be, besides brackets.
LEAVES = frozenset("NAME NUMBER TEXT HOLE TRUE FALSE YES NO NONE".split())
#: What closes which bracket.
CLOSES = {opener: closer for closer, opener in PAIR.items()}
#: The texts of what is put in.
TEXTS = {"RPAR": ")", "RSQB": "]", "HOLE": "?", "IN": "in", "ELSE": "else", "COLON": ":", "ASSIGN": "="}


def mended(source: Source) -> Iterator[tuple[Statement | TcalcError, bool]]:
    """The statements of a text, and whether anything was put in or left out to make each whole.

    One that cannot be mended is its TcalcError, as is one in the middle that is not whole.
    """
    statements = statements_of(source)
    for place, tokens in enumerate(statements):
        if isinstance(tokens, TcalcError):
            yield tokens, False
        elif place < len(statements) - 1:
            yield _parsed(tokens, source), False
        else:
            yield _last(tokens, source)


def _last(tokens: list[Token], source: Source) -> tuple[Statement | TcalcError, bool]:
    """The statement that is being typed: what it may be meant as, the first that is one."""
    whole = _whole(tokens)
    found = _parsed(whole, source)
    if isinstance(found, TcalcError):
        place = int(tokens[-1].end_pos or 0)
        defined = _parsed([*whole, _put_in("ASSIGN", place), _put_in("HOLE", place)], source)  # `f(x: [n]`
        if not isinstance(defined, TcalcError):
            return defined, True
    return found, whole is not tokens


def _parsed(tokens: list[Token], source: Source) -> Statement | TcalcError:
    try:
        found: Statement = engine().parse(tokens, source, "statement")
    except TcalcError as error:
        return error
    return found


def tokens_of(source: Source) -> Iterator[Token]:
    """The tokens of a text, without those that are none."""
    from tcalc.syntax.lexer import Tokens

    return Tokens(engine().words, source).readable()


def statements_of(source: Source) -> list[list[Token] | TcalcError]:
    """The tokens of each statement; what is wrong with one that holds a stray character in its place."""
    from tcalc.syntax.lexer import Tokens

    tokens, layout = Tokens(engine().words, source), Layout()
    found: list[list[Token] | TcalcError] = []
    now: list[Token] = []
    wrong: TcalcError | None = None

    def end() -> None:
        nonlocal now, wrong
        if now or wrong:
            found.append(wrong or now)
        now, wrong = [], None
        layout.clear()

    while True:
        try:
            token = tokens.next()
        except TcalcError as error:
            wrong = wrong or error
            continue
        if token is None:
            end()
            return found
        kind = token.type
        if kind == "NEWLINE":
            if not layout.goes_on():
                end()
        elif kind == "SEMICOLON" and not layout.depth:
            end()
        elif kind == "UNCLOSED_TEXT":
            now.append(_token(token, "TEXT", _closed(str(token.value))))
            layout.last = "TEXT"
        elif kind not in ("COMMENT", "CONTINUATION"):
            layout.last = kind
            if kind in CLOSES or kind in PAIR or kind in ("LET", "IN"):
                wrong = wrong or layout.take(token, source)
            now.append(token)


def _closed(text: str) -> str:
    """An open text with its quote behind it; not with an escape before that, which would take it in."""
    begun = text.rstrip("\\")
    return text[: len(text) - (len(text) - len(begun)) % 2] + text[0]


def _token(like: Token, kind: str, value: str) -> Token:
    from lark import Token

    return Token(kind, value, like.start_pos, None, None, None, None, like.end_pos)


def _whole(tokens: list[Token]) -> list[Token]:
    """The tokens with what is missing; the same list where nothing is, or nothing helps."""
    found = _completed(tokens)
    if found is None and len(tokens) > 1 and tokens[-1].type in DROPPED:
        return _completed(tokens[:-1]) or tokens
    return tokens if found is None or len(found) == len(tokens) else found


def _completed(tokens: list[Token]) -> list[Token] | None:
    """Some tokens with holes where an operand is missing, and with what they need to end; None where that is more."""
    reader = engine().reader("statement")
    found: list[Token] = []
    opened: list[str] = []
    for token in tokens:
        if not reader.takes(token):
            hole = _put_in("HOLE", int(token.start_pos or 0))
            if not (reader.feed(hole) and reader.takes(token)):
                return None
            found.append(hole)
        reader.feed(token)
        found.append(token)
        if token.type in CLOSES:
            opened.append(CLOSES[token.type])
        elif token.type in PAIR and opened:
            opened.pop()
    place = int(tokens[-1].end_pos or 0)
    if opened and tokens[-1].type == "COMMA":  # a comma may end a list, but who types one goes on
        hole = _put_in("HOLE", place)
        if reader.takes(hole) and reader.feed(hole):
            found.append(hole)
    while not reader.takes(_put_in("$END", place)):
        kinds = [*opened[-1:], "HOLE", "IN", "ELSE", "ASSIGN", "COLON"]
        kind = next((kind for kind in kinds if reader.takes(_put_in(kind, place))), None)
        if kind is None or len(found) - len(tokens) > MOST:
            return None
        reader.feed(_put_in(kind, place))
        found.append(_put_in(kind, place))
        if kind in PAIR:
            opened.pop()
    return found


def _put_in(kind: str, place: int) -> Token:
    from lark import Token

    return Token(kind, TEXTS.get(kind, ""), place, None, None, None, None, place)
