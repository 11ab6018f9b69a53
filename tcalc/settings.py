"""What a session is set to."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.types import dtypes
from tcalc.types.dtypes import DType

#: What a setting may be.
Value = bool | str | DType


class Switch:
    """A setting that may be changed while a session goes on: what it does, its values by word.

    `slot` is where it stands in Settings, under its own name unless another is told. `page` is what help says besides,
    line by line; empty where that is all.
    """

    __slots__ = ("doc", "name", "page", "slot", "values")

    def __init__(self, name: str, doc: str, page: str = "", **others: str) -> None:
        self.name, self.slot, self.doc, self.page = name, name, doc, page.strip("\n")
        self.values: dict[str, Value] = {"on": True, "off": False, **others}

    def word(self, value: Value) -> str:
        """How a value is written."""
        return next((word for word, each in self.values.items() if each == value), str(value))

    def value(self, word: str) -> Value | None:
        """What a word stands for, None where it is no value."""
        return self.values.get(word)


class Choice(Switch):
    """A setting that is one of several words."""

    __slots__ = ()

    def __init__(self, name: str, doc: str, *words: str) -> None:
        super().__init__(name, doc)
        self.values = {word: word for word in words}


class Float(Switch):
    """The default float."""

    __slots__ = ()

    def __init__(self, name: str, doc: str, page: str) -> None:
        super().__init__(name, doc, page)
        self.slot = "default_float"
        self.values = {dtype.name: dtype for dtype in (dtypes.F32, dtypes.F64, dtypes.F16, dtypes.BF16)}

    def value(self, word: str) -> Value | None:
        """See `Switch.value`: by torch's names too."""
        dtype = dtypes.lookup(word)
        return dtype if dtype in self.values.values() else None


class Device(Switch):
    """Where tensors are made. Whether a device is there only torch knows."""

    __slots__ = ()

    def __init__(self, name: str, doc: str, page: str) -> None:
        super().__init__(name, doc, page)
        self.values = {kind: kind for kind in ("cpu", "cuda")}

    def value(self, word: str) -> Value | None:
        """See `Switch.value`: a kind of device, one of several by its number, as `cuda:1`."""
        kind, colon, number = word.partition(":")
        known = kind in ("cpu", "cuda", "mps", "xpu") and (not colon or number.isdecimal())
        return word if known else None


REWRITES = """
  A product of several matrices is ordered by their sizes, and what is not asked
  for is not computed: trace(A @ B) becomes sum(A * B.T). :plan e shows what is
  rewritten in e, and :set rewrites off runs all as it is written; for a program
  `tcalc --plan` and `tcalc --rewrites off` do so. :help plan
  more in docs/compiler.md
"""

DTYPE = """
  What follows is of this dtype where nothing says otherwise; what is bound stays
  as it is. :dtype f64 is short for :set dtype f64, `tcalc --dtype f64` begins so.
"""
DEVICE = """
  What follows is made there; what is bound stays where it is. :device cuda is
  short for :set device cuda, `tcalc --device cuda` begins so.
"""

NUMBERS = """
  [1., 2.] * 2
  _1 + 1
  In the shell the first result is _1, the next _2, and the last _ and ans; the
  last 100 are kept, those before the last as long as they take 64 MB together.
"""

#: How far algebra may go, by word.
REWRITING: dict[str, bool | str] = {"on": True, "off": False, "fast": "fast"}

SWITCHES: dict[str, Switch] = {
    switch.name: switch
    for switch in (
        Float("dtype", "The default float: the dtype of 0.5, ones(2), randn(2).", DTYPE),
        Device("device", "Where tensors are made.", DEVICE),
        Switch("notes", "Notes on what is odd, though nothing is wrong."),
        Switch("rewrites", "Saves work by algebra; fast: also where digits may be lost.", REWRITES, fast="fast"),
        Switch("strict", "A result that holds NaN is an error."),
        Choice("keys", "Whose keys edit the line: those of emacs, or vi's.", "emacs", "vi"),
        Switch("autoclose", "Brackets and quotes close themselves as one types."),
        Switch("heat", "Numbers are coloured by their values."),
        Switch("numbers", "Results show their names, _1, _2 and so on.", NUMBERS),
    )
}


class Settings:
    """What a session is set to."""

    __slots__ = (
        "arguments",
        "autoclose",
        "default_float",
        "device",
        "heat",
        "keys",
        "memory",
        "notes",
        "numbers",
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
        #: Whose keys edit the line in the shell, "emacs" or "vi", and whether brackets close themselves there.
        self.keys, self.autoclose = "emacs", False
        #: How the shell shows results: whether numbers are coloured by value, and whether `_1` stands beside the first.
        self.heat = self.numbers = False
        #: A script's arguments, its `args`.
        self.arguments = arguments
