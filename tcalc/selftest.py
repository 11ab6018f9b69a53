"""`tcalc --test`: programs that say in `#=>` comments what they print."""

from __future__ import annotations

import math

from tcalc.doors import guarded
from tcalc.errors import TcalcError
from tcalc.outcomes import Failed, Left, Outcome, Shown
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.show.plain import plain_text
from tcalc.source import Source
from tcalc.syntax.nodes import Statement
from tcalc.syntax.parser import Expectation, expectations, parse_statements

TOLERANCE = 1e-5
_MARKS = str.maketrans({mark: f" {mark} " for mark in "[](),"})


class Verdict:
    """One statement's expectation held against what it gave. `said` is what it printed, `wanted` the `#=>` lines."""

    __slots__ = ("line", "said", "wanted")

    def __init__(self, line: int, wanted: str, said: str) -> None:
        self.line, self.wanted, self.said = line, wanted, said

    @property
    def holds(self) -> bool:
        """Whether it printed what was expected, floats within 1e-5."""
        if self.wanted.startswith("error") and self.said.startswith("error"):
            return self.said.startswith(self.wanted)
        return same_text(self.said, self.wanted)


class Report:
    """What testing one program found. `updated` is its text with the expectations as they are now."""

    __slots__ = ("source", "updated", "verdicts")

    def __init__(self, source: Source, verdicts: list[Verdict], updated: str) -> None:
        self.source, self.verdicts, self.updated = source, verdicts, updated

    @property
    def failures(self) -> list[Verdict]:
        """What did not hold."""
        return [verdict for verdict in self.verdicts if not verdict.holds]


def test_program(source: Source, settings: Settings) -> Report:
    """Run a program and hold what it prints against its `#=>` comments.

    A result without an expectation, an expectation without a result and an unexpected error fail.
    """
    session = Session(settings)
    wanted: dict[int, list[Expectation]] = {}
    for expectation in expectations(source):
        wanted.setdefault(expectation.owner, []).append(expectation)
    verdicts = [Verdict(each.line, each.text, "") for each in wanted.pop(-1, [])]
    changes: list[tuple[Statement | None, list[Expectation], str]] = []
    for parsed in parse_statements(source):
        outcomes: list[Outcome] = (
            [Failed(parsed)] if isinstance(parsed, TcalcError) else list(guarded(session.execute(parsed)))
        )
        span = parsed.span
        # A syntax error's place may lie inside of its statement; all expectations before it are taken by now.
        start = span.start if span is not None and not isinstance(parsed, TcalcError) else 0
        lines = _taken(wanted, start, span.end if span is not None else start)
        said = "\n".join([text for outcome in outcomes if (text := _said(outcome, settings)) is not None])
        text = "\n".join([line.text for line in lines])
        if said or text:
            verdicts.append(Verdict(span.line if span is not None else 1, text, said))
        if not isinstance(parsed, TcalcError):
            changes.append((parsed, lines, said))
        if any(isinstance(outcome, Left) for outcome in outcomes):
            break
    for rest in wanted.values():
        verdicts.extend([Verdict(each.line, each.text, "") for each in rest])
    return Report(source, verdicts, _rewritten(source, changes))


def _taken(wanted: dict[int, list[Expectation]], start: int, end: int) -> list[Expectation]:
    """The expectations whose statement begins in a range."""
    found = [key for key in wanted if start <= key < max(end, start + 1)]
    return [line for key in found for line in wanted.pop(key)]


def _said(outcome: Outcome, settings: Settings) -> str | None:
    if isinstance(outcome, Failed):
        return f"error[{outcome.error.code}]: {outcome.error.message}"
    if isinstance(outcome, Shown):
        return plain_text(outcome.data, settings.default_float)
    return None


def same_text(said: str, wanted: str) -> bool:
    """Whether two printed values agree: white space aside, floats within 1e-5."""
    one, other = said.translate(_MARKS).split(), wanted.translate(_MARKS).split()
    return len(one) == len(other) and all(map(_same_word, one, other))


def _same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        left, right = complex(one), complex(other)
    except ValueError:
        return False
    if left != left or right != right:
        return left != left and right != right
    return abs(left - right) <= TOLERANCE * max(1.0, abs(left)) or (math.isinf(abs(left)) and left == right)


def _rewritten(source: Source, changes: list[tuple[Statement | None, list[Expectation], str]]) -> str:
    """The program with every expectation as it is now: behind a short statement, below a long one."""
    text = source.text
    for statement, lines, said in reversed(changes):
        if statement is None:
            continue
        for line in reversed(lines):
            start = line.span.start
            begin = text.rfind("\n", 0, start) + 1
            alone = not text[begin:start].strip()
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            if alone:
                text = text[:begin] + text[end + 1 :]
            else:
                text = text[:start].rstrip() + text[end:]
        if said:
            end = text.find("\n", statement.span.end)
            end = len(text) if end < 0 else end
            parts = said.split("\n")
            commented = "#" in text[statement.span.end : end]
            if len(parts) == 1 and not commented and end - text.rfind("\n", 0, end) + len(said) < 110:
                text = f"{text[:end]}  #=> {said}{text[end:]}"
            else:
                text = text[:end] + "".join(f"\n#=> {part}" for part in parts) + text[end:]
    return text
