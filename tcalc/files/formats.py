"""The formats, by the ending of a file's name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tcalc.files import csv, json, npy, safetensors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from tcalc.files.data import ArrayData, Arrays, Input, Layout, Parts, Sink, Unfit
    from tcalc.types.dtypes import DType
    from tcalc.types.tensor import TensorType, Type

    class Format(Protocol):
        """What a module of this folder offers; `source` stands at its first byte.

        `NAMED` says whether a file may hold several tensors, which then have names.
        """

        NAMED: bool

        def header(self, source: Input) -> Type:
            """The type alone, with as little reading as the format allows."""

        def read(self, source: Input) -> ArrayData | Arrays:
            """Type and numbers."""

        def layout(self, source: Input) -> Layout:
            """Where in the file they lie."""

        def unfit(self, type: TensorType) -> Unfit | None:
            """Why a tensor cannot be stored so, None where it can; unknown sizes are no reason."""

        def write(self, sink: Sink, parts: Parts, default_float: DType) -> None:
            """Store tensors that fit, which have different names.

            `default_float` is the dtype that numbers without one are loaded as.
            """


#: Every ending that is read and written, with its format.
FORMATS: dict[str, Format] = {".npy": npy, ".safetensors": safetensors, ".csv": csv, ".json": json}

#: Endings that people try, and why they are not read.
REFUSED = dict.fromkeys((".pt", ".pth", ".pkl", ".pickle"), "is a pickle, which can run programs and is never read")


def ending(path: str) -> str:
    """The ending that tells the format."""
    return os.path.splitext(path)[1].lower()


def one_of(endings: Sequence[str] | dict[str, Format]) -> str:
    """Endings in a sentence: `.npy, .csv or .json`."""
    *before, last = endings
    return f"{', '.join(before)} or {last}" if before else last
