"""Text that is still being typed, as a whole statement: open brackets are closed, and a missing operand is a hole.

What is put in has no width, so that places are those of the text as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.source import Source
from tcalc.syntax import nodes
from tcalc.syntax.newlines import PAIR, Layout
from tcalc.syntax.parser import engine

if TYPE_CHECKING:
    from lark import Token

    from tcalc.syntax.nodes import Statement

#: What is put in at most.
MOST = 400
#: Tokens that an operand may be, besides brackets.
LEAVES = frozenset("NAME NUMBER TEXT HOLE TRUE FALSE YES NO NONE".split())
#: What closes which bracket.
CLOSES = {opener: closer for closer, opener in PAIR.items()}
#: The texts of what is put in.
TEXTS = {"LSQB": "[", "RPAR": ")", "RSQB": "]", "HOLE": "?", "IN": "in", "ELSE": "else", "COLON": ":", "ASSIGN": "="}
#: Those that are words of a statement, besides brackets and operands.
AWAITED = frozenset([TEXTS[kind] for kind in ("IN", "ELSE", "COLON", "ASSIGN")])


class Mended:
    """A statement, or what is wrong with one that cannot be mended.

    `is_mended` says whether anything was put in or left out to make it whole, `added` are the texts put in at the end:
    `]`, `=`, `?`. `with_argument` is what it may be meant as instead, where a bracket was just opened: `f(?)`.
    `in_text` says that it ends in a text that is not closed.
    """

    __slots__ = ("added", "in_text", "is_mended", "statement", "with_argument")

    def __init__(
        self,
        statement: Statement | TcalcError,
        is_mended: bool = False,
        added: Sequence[str] = (),
        with_argument: Statement | None = None,
    ) -> None:
        self.statement, self.is_mended, self.added = statement, is_mended, tuple(added)
        self.with_argument = with_argument
        self.in_text = False

    @property
    def awaited(self) -> str | None:
        """The word that must come next, `in`; empty where something else comes before it, None where no word must."""
        words = [text for text in self.added if text in AWAITED]
        return None if not words else words[0] if words[0] == self.added[0] else ""


def mended(source: Source) -> Iterator[Mended]:
    """The statements of a text, the last as what it may become; one in the middle that is not whole is its error."""
    statements = statements_of(source)
    for place, tokens in enumerate(statements):
        if isinstance(tokens, TcalcError):
            yield Mended(tokens)
        elif place < len(statements) - 1:
            yield Mended(_parsed(tokens, source))
        else:
            found = _last(tokens, source)
            last = tokens[-1]
            found.in_text = int(last.end_pos or 0) - int(last.start_pos or 0) < len(last)  # its quote was put in
            yield found


def _last(tokens: list[Token], source: Source) -> Mended:
    """The statement that is being typed: what it may be meant as, the first that is one."""
    whole, added = _whole(tokens)
    found = _parsed(whole, source)
    if isinstance(found, TcalcError) and tokens[-1].type == "COMMA":  # `f(x, dim=0,`, where no operand may follow
        closed = _completed(tokens, hole=False)
        ended = found if closed is None else _parsed(closed, source)
        if not isinstance(ended, TcalcError):
            return Mended(ended, True, added)
    if isinstance(found, TcalcError):
        bound = [_put_in(kind, int(tokens[-1].end_pos or 0)) for kind in ("ASSIGN", "HOLE")]
        defined = _parsed([*whole, *bound], source)  # `f(x: [n]`
        if not isinstance(defined, TcalcError):
            return Mended(defined, True, [*added, *map(str, bound)])
        return Mended(found, _is_begun(tokens))
    if tokens[-1].type in CLOSES:
        filled = _completed(tokens, hole=True)
        argued = None if filled is None or len(filled) == len(whole) else _parsed(filled, source)
        if isinstance(argued, nodes.Statement):
            return Mended(found, True, added, argued)
    return Mended(found, whole is not tokens, added)


def _is_begun(tokens: list[Token]) -> bool:
    """Whether more text may make a statement of what cannot be mended: an import, names of a `let`, `2e`."""
    last = tokens[-1]
    of_number = len(tokens) > 1 and tokens[-2].type == "NUMBER" and tokens[-2].end_pos == last.start_pos
    return (
        tokens[0].type in ("IMPORT", "FROM")
        or last.type == "LET"
        or (last.type == "COMMA" and any(each.type == "LET" for each in tokens))
        or (of_number and last.type == "NAME" and str(last) in "eE")
    )


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


def _whole(tokens: list[Token]) -> tuple[list[Token], list[str]]:
    """The tokens with what is missing, and the texts put in at the end; the same list if nothing is, or nothing helps.

    A dot at the end is left out, for no name can be put in behind it. Behind a colon stands some type.
    """
    read = tokens
    found = _completed(read)
    if found is None and len(tokens) > 1 and tokens[-1].type == "DOT":
        read = tokens[:-1]
        found = _completed(read)
    elif found is None and len(tokens) > 1 and tokens[-1].type == "COLON":
        place = int(tokens[-1].end_pos or 0)
        read = [*tokens, _put_in("LSQB", place), _put_in("RSQB", place)]
        found = _completed(read)
    if found is None or (read is tokens and len(found) == len(tokens)):
        return tokens, []
    last = int(read[-1].end_pos or 0)
    return found, [str(each) for each in found if each.start_pos == each.end_pos == last]


def _completed(tokens: list[Token], hole: bool | None = None) -> list[Token] | None:
    """Some tokens with holes where an operand is missing, and with what they need to end; None where that is more.

    Before the first token none is missing: what cannot begin a statement is wrong whatever comes behind it.
    `hole` says whether one is put at the end of what is open, where nothing need stand: left out, behind a comma, for
    who types one goes on.
    """
    reader = engine().reader("statement")
    found: list[Token] = []
    opened: list[str] = []
    for token in tokens:
        if not reader.takes(token):
            missing = _put_in("HOLE", int(token.start_pos or 0))
            if not found or not (reader.feed(missing) and reader.takes(token)):
                return None
            found.append(missing)
        reader.feed(token)
        found.append(token)
        if token.type in CLOSES:
            opened.append(CLOSES[token.type])
        elif token.type in PAIR and opened:
            opened.pop()
    place = int(tokens[-1].end_pos or 0)
    if opened and (tokens[-1].type == "COMMA" if hole is None else hole):
        last = _put_in("HOLE", place)
        if reader.takes(last) and reader.feed(last):
            found.append(last)
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
