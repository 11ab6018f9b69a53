"""Definitions as Python has them, in tcalc's own form: `def f(x): return x + 1` is `f(x) = x + 1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.source import Source
from tcalc.syntax.mended import statements_of

if TYPE_CHECKING:
    from lark import Token


def definition(text: str) -> str:
    """The definition that a text begins with, in one line; empty where it is none that only binds and returns.

    Its steps become those of a `let`. Annotations of Python's are left out: they are no types here.
    """
    source = Source(text)
    lines = statements_of(source)
    head = lines[0] if lines else None
    if not isinstance(head, list) or [each.type for each in head[:3]] != ["DEF", "NAME", "LPAR"]:
        return ""
    close = _closer(head, 2)
    colon = next((place for place in range(close, len(head)) if head[place].type == "COLON"), 0) if close else 0
    if not colon:
        return ""
    steps: list[tuple[str, str]] = []
    for line in [head[colon + 1 :], *lines[1:]]:
        if isinstance(line, TcalcError):
            return ""
        kinds = [each.type for each in line]
        if set(kinds) <= {"TEXT"}:  # a docstring
            continue
        if kinds[0] == "RETURN" and kinds[1:]:
            parameters = _parameters(source, head[3:close])
            return f"{head[1]}({', '.join(parameters)}) = {_bound(steps, _value(source, line[1:]))}"
        if kinds[:2] != ["NAME", "ASSIGN"] or not kinds[2:]:
            return ""
        steps.append((str(line[0]), _value(source, line[2:])))
    return ""


def _bound(steps: list[tuple[str, str]], value: str) -> str:
    """A value behind the steps that lead to it; a name that is bound anew begins another `let`."""
    written, names = "", set[str]()
    for name, step in steps:
        anew = not written or name in names
        names = {name} if anew else names | {name}
        written += f"{' in ' if written else ''}let {name} = {step}" if anew else f", {name} = {step}"
    return f"{written} in {value}" if written else value


def _parameters(source: Source, tokens: list[Token]) -> list[str]:
    """The parameters between the brackets, each with its default."""
    found: list[str] = []
    for part in _apart(tokens):
        assign = next((place for place, each in enumerate(part) if each.type == "ASSIGN"), None)
        default = "" if assign is None else f"={_text(source, part[assign + 1 :])}"
        found.append(f"{part[0]}{default}")
    return found


def _value(source: Source, tokens: list[Token]) -> str:
    """An expression's text; several values are a tuple."""
    text = _text(source, tokens)
    return f"({text})" if len(_apart(tokens)) > 1 else text


def _text(source: Source, tokens: list[Token]) -> str:
    """The text of some tokens in one line."""
    if not tokens:
        return ""
    return " ".join(source.text[tokens[0].start_pos : tokens[-1].end_pos].split())


def _apart(tokens: list[Token]) -> list[list[Token]]:
    """Tokens cut at the commas outside of brackets."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.type in ("LPAR", "LSQB")) - (token.type in ("RPAR", "RSQB"))
        if token.type == "COMMA" and not depth:
            found.append([])
        else:
            found[-1].append(token)
    return [part for part in found if part]


def _closer(tokens: list[Token], opener: int) -> int:
    """The index of the bracket that closes another; 0 where none does."""
    depth = 0
    for place in range(opener, len(tokens)):
        depth += (tokens[place].type in ("LPAR", "LSQB")) - (tokens[place].type in ("RPAR", "RSQB"))
        if not depth:
            return place
    return 0
