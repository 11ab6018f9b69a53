"""What generated calls were of, so that a test can say what none of them had."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.library.builtin import Form
from tcalc.types import dtypes
from tcalc.types.dtypes import DType
from tests.library.generated import WORDS, Case


class Seen:
    """What the cases of one form were of; `missing` says what a form takes and no case had.

    A refused case counts for the sizes that it was tried with: a function may refuse what is empty.
    """

    def __init__(self, form: Form, among: Sequence[DType] = dtypes.DTYPES) -> None:
        self.tensors = [each for each in form.signature.parameters if each.kind in ("tensor", "tensors")]
        words = [each for each in self.tensors if each.kind == "tensor" and each.word in WORDS]
        usable = [dtype for dtype in WORDS[words[0].word] if dtype in among] if words else []
        #: The kinds of dtype that the first tensor takes: `bool`, `int`, `float`, `complex`.
        self.kinds = {dtype.kind for dtype in usable}
        self.signatures: set[str] = set()
        self.shapes: set[object] = set()
        self.empty = self.scalar = False
        self.patterns = {len(each.axes) for each in self.tensors if each.kind == "tensor"}
        self.free = any(each.kind == "tensors" or each.packs for each in self.tensors)

    def add(self, case: Case) -> None:
        """A case that was tried."""
        self.empty = self.empty or any(0 in type.shape for type in case.types())
        self.scalar = self.scalar or any(not type.axes for type in case.types())

    def refuse(self, case: Case) -> None:
        """A case that was refused for a dtype."""
        self.kinds -= {type.dtype.kind for type in case.types()[:1]}

    def accept(self, case: Case) -> None:
        """A case that was computed."""
        self.signatures.add(repr(case))
        self.shapes.add(tuple([type.shape for type in case.types()]))
        self.kinds -= {type.dtype.kind for type in case.types()[:1]}

    def missing(self) -> str:
        """What no case had, nothing where all was there."""
        lacks = [f"a first tensor of {kind}" for kind in sorted(self.kinds)]
        if len(self.signatures) < 6:
            lacks.append(f"as many as 6 calls that differ ({len(self.signatures)})")
        if self.free and len(self.shapes) < 8:
            lacks.append(f"as many as 8 shapes ({len(self.shapes)})")
        if (self.free or self.patterns - {0}) and not self.empty:
            lacks.append("an empty tensor")
        ranks = [len(each.axes) - each.packs for each in self.tensors if each.kind == "tensor"]
        if self.tensors and (not ranks or min(ranks) == 0) and not self.scalar:
            lacks.append("a scalar")
        return f"no case had {', nor '.join(lacks)}: see hints.py" if lacks else ""
