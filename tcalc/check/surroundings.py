"""What a check asks of whoever wants it, besides the names in sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcalc.types.dtypes import DType
    from tcalc.types.tensor import Type


class Surroundings:
    """What a check asks of whoever wants it, besides the names in sight.

    `default_float` is the dtype of a number with a point. `evaluating` says that parts whose shape data decide will be
    computed, so that they are collected. `header` gives the type of the tensor in a file.
    """

    __slots__ = ("default_float", "evaluating", "header")

    def __init__(
        self, default_float: DType, *, evaluating: bool = False, header: Callable[[str], Type] | None = None
    ) -> None:
        self.default_float, self.evaluating, self.header = default_float, evaluating, header
