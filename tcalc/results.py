"""What a shell showed, by number: `_1`, `_2` and so on, as long as that takes little memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from tcalc.bindings import Binding, Bindings
from tcalc.check.names import RESULTS_KEPT
from tcalc.graph.cost import nbytes

#: Results before the last take no more bytes together, nor more than such a share of what the session may take.
ROOM, SHARE = 64 << 20, 8
#: What a result was computed by is kept with it up to so many bytes.
SMALL = 1 << 18


class Results:
    """Names for the last results, among a session's bindings.

    The last one is what `_` is. Of those before it, what they were computed by is let go of where it is large, and a
    part of a larger tensor becomes a tensor of its own.
    """

    def __init__(self, bindings: Bindings, engine: Callable[[], Any], memory: int | None = None) -> None:
        self._bindings, self._engine = bindings, engine
        self._room = ROOM if memory is None else min(ROOM, memory // SHARE)
        self._number = 0
        self._sizes: deque[tuple[str, int]] = deque()
        #: The bytes that all but the last take.
        self.held = 0

    @property
    def last(self) -> str:
        """The name of the last result."""
        return f"_{self._number}"

    def names(self) -> list[str]:
        """Those of all results that are kept, the newest first."""
        found = [self.last, *[name for name, _ in reversed(self._sizes)]]
        return [name for name in found if name in self._bindings]

    def clear(self) -> None:
        """Forget all; the next is the first again."""
        self._number, self.held = 0, 0
        self._sizes.clear()

    def add(self, result: Binding) -> tuple[dict[str, Binding], list[str]]:
        """What names are bound to with a new result, and which are free then."""
        new: dict[str, Binding] = {}
        free: list[str] = []
        before = self._bindings.get(self.last)
        if before is not None:
            size = 0 if before.value is None else nbytes(before.type)
            if size <= self._room:
                new[self.last], more = self._kept(before)
                size += more
                self._sizes.append((self.last, size))
                self.held += size
            else:
                free.append(self.last)
        while self._sizes and (len(self._sizes) >= RESULTS_KEPT or self.held > self._room):
            name, size = self._sizes.popleft()
            self.held -= size
            new.pop(name, None)
            free.append(name)
        self._number += 1
        new[self.last] = result
        return new, free

    def _kept(self, result: Binding) -> tuple[Binding, int]:
        """What is kept of a result that is the last no more, and the bytes of what it was computed by."""
        value = None if result.value is None else self._engine().compact(result.value)
        past, size = result.past, 0
        if past is not None:
            size = sum([nbytes(type) for type, _ in past.values()])
            if size > SMALL:
                past, size = past.let_go(), 0
        kept = Binding(self.last, result.variable, value, result.statement, past)
        kept.number = result.number  # to a derivative it is the same
        return kept, size
