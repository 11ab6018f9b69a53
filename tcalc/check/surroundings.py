"""What a check asks of whoever wants it, besides the names in sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcalc.check.past import Memory
    from tcalc.check.typed import Apply
    from tcalc.types.dtypes import DType
    from tcalc.types.tensor import Type


class Surroundings:
    """What a check asks of whoever wants it, besides the names in sight.

    `default_float` is the dtype of a number with a point. `evaluating` says that parts whose shape data decide will be
    computed, so that they are collected. `header` gives the type of what is in a file, or of one tensor in it by its
    name, `storable` raises where a value of some type cannot be saved under a path. `infer` gives the type of a call
    that only torch knows. `device` is where tensors live. `memory` knows what variables were computed by, for
    derivatives. `brief` says that a program has so many errors that nobody reads which names are near an unknown one,
    or what fits a hole.
    """

    __slots__ = ("brief", "default_float", "device", "evaluating", "header", "infer", "memory", "storable")

    def __init__(
        self,
        default_float: DType,
        *,
        evaluating: bool = False,
        header: Callable[[str, str | None], Type] | None = None,
        infer: Callable[[Apply], Type] | None = None,
        device: str = "cpu",
        storable: Callable[[str, Type], None] | None = None,
        memory: Memory | None = None,
        brief: bool = False,
    ) -> None:
        self.default_float, self.evaluating, self.header, self.infer = default_float, evaluating, header, infer
        self.device, self.storable, self.memory, self.brief = device, storable, memory, brief
