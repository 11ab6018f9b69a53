"""Runs the tables that lark made of the grammar.

lark's own loop looks each rule up by its name and its parts; here a state's actions are laid out once, when the parser
first comes to it, with what a rule calls beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lark.parsers.lalr_analysis import Shift

if TYPE_CHECKING:
    from lark import Lark, Token

#: What a state does at a kind of token, or goes to after a rule: a state to enter, or a rule to reduce (what it calls,
#: how many values it takes, its name).
Action = int | tuple[Callable[[list[Any]], Any], int, str]


class Stopped(Exception):
    """The parser came to a token that does not fit; `state` is the number of the state it was in."""

    def __init__(self, token: Token, state: int) -> None:
        super().__init__(token.type)
        self.token, self.state = token, state


class Tables:
    """A grammar's tables and the rules' callbacks."""

    __slots__ = ("_callbacks", "_rows", "_states", "_table")

    def __init__(self, lark: Lark) -> None:
        parser: Any = lark.parser.parser.parser  # lark's LALR parser, in its two wrappings
        self._table, self._callbacks = parser.parse_table, parser.callbacks
        self._states = self._table.states
        self._rows: dict[int, dict[str, Action]] = {}

    def parse(self, tokens: Sequence[Token], end: Token, start: str) -> Any:
        """What the rules make of some tokens, `end` behind them. Raises Stopped, and what the rules raise."""
        rows = self._rows
        last = self._table.end_states[start]
        state: int = self._table.start_states[start]
        states: list[int] = [state]
        values: list[Any] = []
        for token in (*tokens, end):
            kind = token.type
            while True:
                row = rows.get(state)
                if row is None:
                    row = self._laid_out(state)
                action = row.get(kind)
                if action is None:
                    raise Stopped(token, state)
                if action.__class__ is int:
                    state = action
                    states.append(state)
                    values.append(token)
                    break
                call, size, name = action  # type: ignore[misc]  # no int by the test before
                if size:
                    taken = values[-size:]
                    del states[-size:], values[-size:]
                else:
                    taken = []
                values.append(call(taken))
                row = rows.get(states[-1])
                if row is None:
                    row = self._laid_out(states[-1])
                state = row[name]  # type: ignore[assignment]  # behind a rule there is only a state to enter
                states.append(state)
                if state == last and token is end:
                    return values[-1]
        raise AssertionError("the end was shifted")

    def _laid_out(self, state: int) -> dict[str, Action]:
        """The actions of a state by what comes."""
        row: dict[str, Action] = {}
        for name, (action, argument) in self._states[state].items():
            if action is Shift:
                row[name] = argument
            else:
                row[name] = (self._callbacks[argument], len(argument.expansion), argument.origin.name)
        self._rows[state] = row
        return row
