"""What of a text of several statements was not run, because one of them failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tcalc.commands import is_command
from tcalc.errors import TcalcError
from tcalc.outcomes import Failed, Outcome
from tcalc.source import Source


class Run:
    """What comes of a text's statements, up to the first that fails."""

    __slots__ = ("_failed", "_outcomes", "_source")

    def __init__(self, outcomes: Iterable[Outcome | str], source: Source) -> None:
        self._outcomes, self._source = outcomes, source
        self._failed: Failed | None = None

    def __iter__(self) -> Iterator[Outcome | str]:
        for outcome in self._outcomes:
            if isinstance(outcome, Failed):
                self._failed = outcome
            yield outcome
            if self._failed is not None:
                return

    @property
    def failed(self) -> bool:
        """Whether one did."""
        return self._failed is not None

    def left(self) -> int:
        """How many statements stand behind the one that failed."""
        return 0 if self._failed is None or is_command(self._source.text) else _behind(self._source, self._failed)


def not_run(left: int, further: Iterable[str] = ()) -> str:
    """That so many statements were not run, and those of further texts; nothing where there are none."""
    from tcalc.syntax.parser import parse_statements

    for text in further:
        left += 1 if is_command(text) else sum(1 for _ in parse_statements(Source(text)))
    if not left:
        return ""
    return "1 statement after it was not run" if left == 1 else f"{left} statements after it were not run"


def _behind(source: Source, failed: Failed) -> int:
    from tcalc.syntax.parser import parse_statements

    statements = parse_statements(source)
    for each in statements:
        if failed.statement is None:
            found = isinstance(each, TcalcError)
        else:
            found = not isinstance(each, TcalcError) and each.span.start >= failed.statement.span.start
        if found:
            break
    return sum(1 for _ in statements)
