"""What a session is set to."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.types import dtypes
from tcalc.types.dtypes import DType


class Switch:
    """A setting that may be changed while a session goes on: a slot of Settings, what it does, its values by word.

    `page` is what help says besides, line by line; empty where that is all.
    """

    __slots__ = ("doc", "name", "page", "values")

    def __init__(self, name: str, doc: str, page: str = "", **others: str) -> None:
        self.name, self.doc, self.page = name, doc, page.strip("\n")
        self.values: dict[str, bool | str] = {"on": True, "off": False, **others}

    def word(self, value: bool | str) -> str:
        """How a value is written."""
        return next(word for word, each in self.values.items() if each == value)


REWRITES = """
  A product of several matrices is ordered by their sizes, and what is not asked
  for is not computed: trace(A @ B) becomes sum(A * B.T). :plan e shows what is
  rewritten in e, and :set rewrites off runs all as it is written; for a program
  `tcalc --plan` and `tcalc --rewrites off` do so. :help plan
  more in docs/compiler.md
"""

SWITCHES: dict[str, Switch] = {
    switch.name: switch
    for switch in (
        Switch("notes", "Notes on what is odd, though nothing is wrong."),
        Switch("rewrites", "Saves work by algebra; fast: also where digits may be lost.", REWRITES, fast="fast"),
        Switch("strict", "A result that holds NaN is an error."),
    )
}


class Settings:
    """What a session is set to."""

    __slots__ = (
        "arguments",
        "default_float",
        "device",
        "memory",
        "notes",
        "rewrites",
        "safe",
        "seed",
        "strict",
        "threads",
    )

    def __init__(
        self,
        default_float: DType = dtypes.F32,
        *,
        device: str = "cpu",
        memory: int | None = None,
        seed: int | None = None,
        threads: int | None = None,
        safe: bool = False,
        notes: bool = True,
        strict: bool = False,
        rewrites: bool | str = True,
        arguments: Sequence[str] | None = None,
    ) -> None:
        self.default_float = default_float
        self.device = device
        #: Bytes that variables, results and temporaries may take; None leaves it to the machine.
        self.memory = memory
        self.seed = seed
        self.threads = threads
        self.safe = safe
        #: Whether notes are told.
        self.notes = notes
        #: Whether a result that holds NaN is an error.
        self.strict = strict
        #: Whether algebra saves work; "fast" where it may lose digits too.
        self.rewrites = rewrites
        #: A script's arguments, its `args`.
        self.arguments = arguments
