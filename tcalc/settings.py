"""What a session is set to."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.types import dtypes
from tcalc.types.dtypes import DType


class Settings:
    """What a session is set to."""

    __slots__ = ("arguments", "default_float", "device", "memory", "safe", "seed", "threads")

    def __init__(
        self,
        default_float: DType = dtypes.F32,
        *,
        device: str = "cpu",
        memory: int | None = None,
        seed: int | None = None,
        threads: int | None = None,
        safe: bool = False,
        arguments: Sequence[str] | None = None,
    ) -> None:
        self.default_float = default_float
        self.device = device
        #: Bytes that variables, results and temporaries may take; None leaves it to the machine.
        self.memory = memory
        self.seed = seed
        self.threads = threads
        self.safe = safe
        #: A script's arguments, its `args`.
        self.arguments = arguments
