"""The call that the cursor stands in: what it takes, and which parameter is being written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.source import Source
from tcalc.syntax.mended import tokens_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lark import Token

    from tcalc.session import Session


class Signature:
    """What a function takes: text in three parts, of which the middle one is the parameter being written, or empty."""

    __slots__ = ("after", "before", "current")

    def __init__(self, before: str, current: str, after: str) -> None:
        self.before, self.current, self.after = before, current, after

    @property
    def text(self) -> str:
        """All of it."""
        return self.before + self.current + self.after


class _Open:
    """A bracket that is open before the cursor: what is called there, and how far its arguments are."""

    __slots__ = ("commas", "keyword", "name", "opener")

    def __init__(self, opener: str, name: str) -> None:
        self.opener, self.name = opener, name
        self.commas, self.keyword = 0, ""


def signature_at(session: Session, text: str, cursor: int) -> Signature | None:
    """The signature of the innermost call that a place is in, if its function is known."""
    for opened in reversed(_opened([token for token in tokens_of(Source(text)) if (token.end_pos or 0) <= cursor])):
        if opened.name and opened.opener == "(":
            return _signature(session, opened)
    return None


def _opened(tokens: Sequence[Token]) -> list[_Open]:
    """The brackets that are open behind some tokens, the innermost last."""
    stack: list[_Open] = []
    name = closed = ""
    for place, token in enumerate(tokens):
        kind = token.type
        if kind in ("LPAR", "LSQB"):
            stack.append(_Open(str(token), name or closed))
            name = closed = ""
        elif kind in ("RPAR", "RSQB"):
            last = stack.pop() if stack else None
            # `softmax[0](` calls softmax
            name, closed = "", last.name if last is not None and kind == "RSQB" else ""
        elif kind == "NAME":
            dotted = place > 1 and tokens[place - 1].type == "DOT" and tokens[place - 2].type == "NAME" and name
            name, closed = f"{name}.{token}" if dotted else str(token), ""
        elif kind == "DOT":
            name = name or "x"  # a method of whatever stands before
        else:
            if stack and kind == "COMMA":
                stack[-1].commas += 1
                stack[-1].keyword = ""
            elif stack and kind == "ASSIGN":
                stack[-1].keyword = name
            name = closed = ""
    return stack


def _signature(session: Session, opened: _Open) -> Signature | None:
    name = opened.name
    head = name.partition(".")[0]
    is_method = "." in name and (head == "x" or session.lookup(head) is not None)
    found = session.words.parameters(name, is_method)
    return None if found is None else _marked(*found, opened)


def _marked(name: str, parameters: Sequence[str], result: str, opened: _Open) -> Signature:
    shown = [each for each in parameters if each != "*"]
    current = next((each for each in shown if opened.keyword and each.lstrip("*").startswith(opened.keyword)), "")
    if not current and not opened.keyword and shown:
        place = min(opened.commas, len(shown) - 1)
        current = shown[place] if place == opened.commas or shown[-1].startswith("*") else ""
    tail = f") -> {result}" if result else ")"
    if not current:
        return Signature(f"{name}({', '.join(shown)}{tail}", "", "")
    at = shown.index(current)
    before = "".join([f"{each}, " for each in shown[:at]])
    after = "".join([f", {each}" for each in shown[at + 1 :]])
    return Signature(f"{name}({before}", current, f"{after}{tail}")
