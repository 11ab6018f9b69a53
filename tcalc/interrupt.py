"""How a running statement learns that nobody waits for it any more, and what it must not leave in others' way."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcalc.source import Span
    from tcalc.syntax.nodes import Statement


class Abandoned(Exception):
    """The statement was interrupted: its result is dropped."""


class Turns:
    """How far a loop is: its kind (`scan`), the turns that are done, of how many, and when it began (monotonic)."""

    __slots__ = ("began", "count", "done", "kind")

    def __init__(self, kind: str, count: int) -> None:
        self.kind, self.count = kind, count
        self.done = 0
        self.began = monotonic()


class Minimum:
    """How a `minimize` went: the steps that it took, and the loss and the norm of its gradient at the end.

    `stopped` where it took as many steps as it may.
    """

    __slots__ = ("gradient", "loss", "method", "span", "steps", "stopped")

    def __init__(self, span: Span, method: str, steps: int, loss: float, gradient: float, stopped: bool) -> None:
        self.span, self.method, self.steps = span, method, steps
        self.loss, self.gradient, self.stopped = loss, gradient, stopped


class Blamed:
    """A step that made NaN of operands that had none: its place, its type, and what it was given there.

    `span` is None as long as no step did. `given` where it is no step, but a value that has NaN from the start.
    `calls` are the calls of the user's functions that led to the step.
    """

    __slots__ = ("calls", "given", "remark", "span", "type")

    def __init__(
        self,
        span: Span | None = None,
        type: str = "",
        remark: str = "",
        given: bool = False,
        calls: Sequence[str] = (),
    ) -> None:
        self.span, self.type, self.remark, self.given, self.calls = span, type, remark, given, calls


class Ticket:
    """One run of a program, as those who do it and those who wait for it know it.

    What a run keeps while it goes on stands here and not in the session, because a run that was left behind goes on
    for a while beside the next one.
    """

    __slots__ = (
        "abandoned",
        "blamed",
        "drawn",
        "drawn_from",
        "headers",
        "loaded",
        "minima",
        "peak",
        "saving",
        "settled",
        "statement",
        "turns",
    )

    def __init__(self) -> None:
        #: Set by who waited, through `Session.abandon`; the plan looks at it between steps.
        self.abandoned = False
        #: The statement at hand, and the bytes that it is predicted to take at most.
        self.statement: Statement | None = None
        self.peak = 0
        #: Values computed ahead, because they decide a shape.
        self.settled: dict[str, Any] = {}
        #: The types of files that the statement was checked under, by path and the name of a tensor.
        self.headers: dict[tuple[str, str | None], Any] = {}
        #: The tensors that the statement at hand took from files, by the name of the input.
        self.loaded: dict[str, Any] = {}
        #: A file being written, to be discarded where nobody waits for it any more.
        self.saving: Any = None
        #: The state of the random numbers before the statement drew any, None as long as it has not.
        self.drawn_from: Any = None
        #: The random tensors of the statement at hand that a derivative may want, by the identity of the call.
        self.drawn: dict[int, Any] = {}
        #: How each `minimize` of the statement at hand went.
        self.minima: list[Minimum] = []
        #: The outermost loop that is running, for whoever waits to show.
        self.turns: Turns | None = None
        #: Where the first NaN was made, as a run finds out that is watched for it; None where nobody watches.
        self.blamed: Blamed | None = None

    def begin(self, statement: Statement) -> None:
        """The next statement is at hand."""
        is_first, self.statement, self.peak = self.statement is None, statement, 0
        if is_first:
            return
        self.settled, self.loaded, self.headers, self.drawn = {}, {}, {}, {}
        self.turns, self.minima = None, []

    def look(self) -> None:
        """Raises Abandoned where nobody waits any more."""
        if self.abandoned:
            raise Abandoned
