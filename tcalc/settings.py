"""What a session is set to."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.types import dtypes
from tcalc.types.dtypes import DType


class Switch:
    """A setting that is on or off, and may be changed while a session goes on: a slot of Settings, and what it does."""

    __slots__ = ("doc", "name")

    def __init__(self, name: str, doc: str) -> None:
        self.name, self.doc = name, doc


SWITCHES: dict[str, Switch] = {
    switch.name: switch
    for switch in (
        Switch("notes", "Notes on what is odd, though nothing is wrong."),
        Switch("rewrites", "Products in another order, or in part, where that saves work."),
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
        rewrites: bool = True,
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
        #: Whether algebra saves work.
        self.rewrites = rewrites
        #: A script's arguments, its `args`.
        self.arguments = arguments
