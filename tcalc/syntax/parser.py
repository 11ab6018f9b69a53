"""Text to syntax trees, one statement at a time.

lark and its tables are loaded when the first text is parsed, not when this module is imported.
"""

from __future__ import annotations

import os
from copy import copy
from threading import RLock
from typing import TYPE_CHECKING, Any

from tcalc.errors import TcalcError
from tcalc.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lark import Lark, Token
    from lark.parsers.lalr_parser_state import ParserState

    from tcalc.syntax.build import Builder
    from tcalc.syntax.newlines import Cutter
    from tcalc.syntax.nodes import Expr, Signature, Statement, TypeExpr


class Engine:
    """lark with its tables, and the builder that it calls. One text at a time: `lock` is held while one is read."""

    def __init__(self) -> None:
        from lark import Token, UnexpectedToken

        from tcalc.syntax.build import Builder
        from tcalc.syntax.lexer import Tokens, Words
        from tcalc.syntax.newlines import Cutter
        from tcalc.syntax.tables import STARTS, load

        # kept, so that no statement looks them up anew
        self._token, self._unexpected = Token, UnexpectedToken
        self._cutter: Callable[[Source], Cutter] = lambda source: Cutter(Tokens(self.words, source))
        self.lock = RLock()
        self.builder: Builder = Builder()
        self.lark: Lark = load(self.builder)
        #: Parsers that have read nothing yet: a copy costs a tenth of a new one.
        self._begun: dict[str, ParserState[int]] = {
            start: self.lark.parse_interactive(start=start).parser_state for start in STARTS
        }
        self.words = Words(self.lark)

    def cutter(self, source: Source) -> Cutter:
        """The statements of a text as tokens."""
        return self._cutter(source)

    def parse(self, tokens: list[Token], source: Source, start: str) -> Any:
        """The tree of some tokens. Raises TcalcError."""
        with self.lock:
            self.builder.begin(source)
            end = tokens[-1].end_pos if tokens else len(source.text)
            try:
                return self._fed(tokens, self._token("$END", "", end, end_pos=end), start)
            except self._unexpected as fault:
                from tcalc.syntax.mistakes import explain

                raise explain(self, fault, tokens, source) from None

    def _fed(self, tokens: list[Token], end: Token, start: str) -> Any:
        """What the rules make of some tokens, `end` behind them. Raises UnexpectedToken, and what the rules raise."""
        feed = self._begun[start].copy(deepcopy_values=False).feed_token
        for token in tokens:
            feed(token)
        return feed(end, True)

    def reader(self, start: str) -> Reader:
        """A parser that is asked, token by token, what it would take."""
        return Reader(self._begun[start], self._unexpected)

    def stop(self, text: str) -> tuple[int, str] | None:
        """The parser's state and the kind of token where it stops at a bad statement, None if it does not stop."""
        source = Source(text)
        with self.lock:
            self.builder.begin(source)
            try:
                self._fed(self.cutter(source).cut() or [], self._token("$END", ""), "statement")
            except self._unexpected as fault:
                return fault.state.position, fault.token.type
            except TcalcError:
                return None
        return None


class Reader:
    """Reads tokens one by one and says which it would take: the grammar alone, without making a tree of them."""

    def __init__(self, begun: ParserState[int], unexpected: type[Exception]) -> None:
        conf = copy(begun.parse_conf)
        conf.callbacks = {}
        self._state = type(begun)(conf, begun.lexer)
        self._unexpected = unexpected

    def takes(self, token: Token) -> bool:
        """Whether a token can come next."""
        if token.type not in self._state.parse_conf.states[self._state.position]:
            return False
        return self._fed(self._state.copy(deepcopy_values=False), token)

    def feed(self, token: Token) -> bool:
        """Read a token; False where it cannot come next."""
        return self._fed(self._state, token)

    def _fed(self, state: ParserState[int], token: Token) -> bool:
        try:
            state.feed_token(token, token.type == "$END")
        except self._unexpected:
            return False
        return True


class Assembler:
    """Joins lines to whole statements, reading each line once."""

    def __init__(self) -> None:
        from tcalc.syntax.newlines import Layout

        self.layout = Layout()

    def feed(self, text: str) -> bool:
        """Take the next line (or lines). True if no statement is open after it; the next line then begins anew.

        What is wrong in itself (a stray character, a quote or a bracket that does not match) counts as whole: more
        lines would not mend it.
        """
        from tcalc.syntax.lexer import Tokens

        whole = self.layout.read(Tokens(engine().words, Source(text)))
        if whole:
            self.layout.clear()
        return whole


def is_complete(text: str) -> bool:
    r"""Whether the text's last statement is whole.

    It is not while a bracket is open, a `let` waits for its `in`, or the last line ends in a binary operator, `=`,
    `->`, `|>`, `\`, or a word that something must follow (`in`, `if`, `else`, `not`).
    """
    return Assembler().feed(text)


_engine: Engine | None = None
_engine_lock = RLock()


def engine() -> Engine:
    """The one engine of this process, made when first asked for."""
    global _engine
    if _engine is None:
        with _engine_lock:
            if _engine is None:
                _engine = Engine()
    return _engine


def _anew() -> None:
    """In a process that was forked nobody is parsing, though somebody may have been."""
    global _engine, _engine_lock
    _engine, _engine_lock = None, RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_anew)


def parse_statements(source: Source) -> Iterator[Statement | TcalcError]:
    """The statements of a text in their order, each parsed when it is asked for.

    An ill-formed statement gives its TcalcError (`syntax`, `limit`, or `value` for a number too long to read) in its
    place; the next one is then that of the next logical line.
    """
    parser = engine()
    cutter = parser.cutter(source)
    while True:
        try:
            tokens = cutter.cut()
        except TcalcError as error:
            error.unbound = bound_by(cutter.first_line())
            yield error
            continue
        if tokens is None:
            return
        if len(tokens) == 1 and tokens[0].type == "SEMICOLON":
            continue
        try:
            statement = parser.parse(tokens, source, "statement")
        except TcalcError as error:
            if tokens[-1].type == "SEMICOLON":
                cutter.layout.clear()
                cutter.skip_line()
            error.unbound = bound_by(tokens)
            if tokens[-1].type == "COLON":
                error.unbound += cutter.skip_block(tokens)
            yield error
        else:
            yield statement


def bound_by(tokens: list[Token]) -> list[str]:
    """The names that a statement seems to bind, without characters that no name has.

    They stand before its `=`, outside of brackets; Python's definitions name what they bind.
    """
    if len(tokens) > 1 and tokens[0].value in ("def", "class"):
        return [str(tokens[1].value)]
    names: list[str] = []
    depth = 0
    for token in tokens:
        kind = token.type
        if kind == "ASSIGN" and depth == 0:
            return names[:1] if len(tokens) > 1 and tokens[1].type == "LPAR" else names
        if kind in ("LPAR", "LSQB"):
            depth += 1
        elif kind in ("RPAR", "RSQB"):
            depth -= 1
        elif kind == "NAME" and depth == 0:
            names.append("".join([letter for letter in token.value if f"a{letter}".isidentifier()]))
    return []


def parse_expression(source: Source) -> Expr:
    """The one expression that a text is. Raises TcalcError."""
    expression: Expr = whole(source, "expression")
    return expression


def parse_type(source: Source) -> TypeExpr:
    """The one type that a text is, as it is written in an annotation. Raises TcalcError."""
    written: TypeExpr = whole(source, "type")
    return written


def parse_signature(source: Source) -> Signature:
    """The one signature that a text is: `(a: num[n], b: num[n]) -> num`. Raises TcalcError."""
    signature: Signature = whole(source, "signature")
    return signature


class Expectation:
    """A `#=>` comment: its text, its line and place, and `owner`, the offset at which its statement begins.

    It belongs to the statement on whose line it ends or which it stands below; `owner` is -1 above the first.
    """

    __slots__ = ("line", "owner", "span", "text")

    def __init__(self, source: Source, comment: Token, owner: int) -> None:
        self.span = Span(source, comment.start_pos or 0, comment.end_pos or 0)
        self.line = self.span.line
        self.text = str(comment.value)[3:].strip()
        self.owner = owner


def expectations(source: Source) -> list[Expectation]:
    """The `#=>` comments of a script in their order, as the lexer finds them: one in a text is none."""
    cutter = engine().cutter(source)
    while True:
        try:
            if cutter.cut() is None:
                break
        except TcalcError:
            continue
    return [Expectation(source, comment, owner) for comment, owner in cutter.comments if comment.startswith("#=>")]


def keywords() -> list[str]:
    """The reserved words, sorted."""
    return sorted(engine().words.keywords)


def whole(source: Source, start: str) -> Any:
    """A text that is one of `start` and nothing more."""
    parser = engine()
    cutter = parser.cutter(source)
    tokens = cutter.cut()
    node = parser.parse(tokens or [], source, start)
    more = cutter.cut()
    if more is not None:
        place = Span(source, more[0].start_pos or 0, more[-1].end_pos or 0)
        raise TcalcError("syntax", "there is more than one expression", place)
    return node
