"""What a statement may take: bytes of memory, and numbers to work through."""

from __future__ import annotations

from collections.abc import Callable

from tcalc import memory
from tcalc.errors import TcalcError
from tcalc.graph.cost import peak_bytes, work
from tcalc.graph.graph import Graph
from tcalc.settings import Settings
from tcalc.source import Span

#: How many numbers one statement may work through: a quarter of an hour of it at least.
MOST_WORK = 10**12


class Allowance:
    """Judges graphs before they run. `held` counts the bytes that a session's variables take."""

    def __init__(self, settings: Settings, held: Callable[[], int]) -> None:
        self._settings, self._held = settings, held
        #: Predicted bytes of operations that were left behind and still run.
        self.left_behind: list[int] = []

    def refuse_too_large(self, graph: Graph, span: Span, shown: int = 0) -> int:
        """The predicted peak in bytes; an error where it does not fit, or would never end.

        `shown` is how many numbers are printed: a view may be long that takes no memory.
        """
        peak = peak_bytes(graph)
        self.refuse_peak(peak, span)
        touched = work(graph) + shown
        if touched > MOST_WORK:
            raise TcalcError("limit", f"this would work through {touched:.1e} numbers, which would not end", span)
        return peak

    def refuse_peak(self, peak: int, span: Span) -> None:
        """An error where a predicted peak does not fit into what is free."""
        if peak <= (memory.SMALL if self._settings.memory is None else 0):
            return
        busy = sum(self.left_behind)
        left = memory.room(self._settings.memory, self._held()) - busy
        if peak > left:
            needs, free = memory.readable(peak), memory.readable(max(left, 0))
            raise TcalcError(
                "memory",
                f"this needs {needs}, and {free} are free",
                span,
                notes=[f"{memory.readable(busy)} are held by operations left behind"] if busy else [],
            )
