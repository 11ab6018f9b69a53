"""What a session's programs give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tcalc.show.plain import plain_text
from tcalc.types import dtypes
from tcalc.types.data import ConstantData, Data, TupleData
from tcalc.types.dtypes import DType
from tcalc.types.tensor import FunctionType, Type

if TYPE_CHECKING:
    from torch import Tensor

    #: A tensor, a tuple of values, text, a dtype or None. Nearly always it is a tensor, so nobody is made to ask.
    Value = Tensor | Any

#: How many numbers the text of a result shows.
SHOWN = 16
#: What stands for a value that was not asked for yet.
_UNREAD: Any = object()


class Result:
    """A result of a program: of an expression, whose `name` is None, or of a name that was bound.

    `type` is the type as text, `f32[2, 3]`; `notes` are remarks on the statement, one sentence each.
    """

    __module__ = "tcalc"
    __slots__ = ("_data", "_default_float", "_value", "name", "notes", "type")

    name: str | None
    type: str
    notes: list[str]

    def __init__(
        self, name: str | None, type: Type, data: Data, notes: Sequence[str], default_float: DType = dtypes.F32
    ) -> None:
        self.name, self.type, self.notes = name, str(type), list(notes)
        self._data, self._default_float = data, default_float
        self._value = _UNREAD

    @property
    def value(self) -> Value:
        """The value: a tensor that shares no memory with the session, a tuple, text, a dtype; None for a function."""
        if self._value is _UNREAD:
            from tcalc.backend.given import python_data

            self._value = python_data(self._data)
        return self._value

    def __repr__(self) -> str:
        head = f"{self.name}: {self.type}" if self.name is not None else self.type
        if _count(self._data) > SHOWN or _is_function(self._data):
            return f"<{head}>"
        return f"<{head} = {plain_text(self._data, self._default_float)}>"


def _count(data: Data) -> int:
    if isinstance(data, TupleData):
        return sum(map(_count, data.items))
    if isinstance(data, ConstantData):
        return 1
    count = data.type.numel
    return count if isinstance(count, int) else SHOWN + 1


def _is_function(data: Data) -> bool:
    return isinstance(data, ConstantData) and isinstance(data.type, FunctionType)
