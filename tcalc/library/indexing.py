"""Elements found by a mask. An index itself, `x[1, :, None]`, is part of the language.

The types of `x[…]` and `A[…] = v` are the checker's own work: an index is syntax, not an argument.
"""

from __future__ import annotations

from tcalc.library.builtin import Builtin, Form
from tcalc.types import size as sizes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined
from tcalc.types.tensor import Axis, TensorType, TupleType, Type


class SliceItem:
    """A slice with its bounds known: what the kernel is handed."""

    __slots__ = ("start", "step", "stop")

    def __init__(self, start: int | None, stop: int | None, step: int | None) -> None:
        self.start, self.stop, self.step = start, stop, step

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SliceItem) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return f"{self.start}:{self.stop}:{self.step}"


class TensorItem:
    """A place in an index that the next operand fills. Like the other items it is plain data for the kernel."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "tensor"


TENSOR = TensorItem()


def found(match: Match) -> Type:
    """How many elements are not zero is decided by data."""
    x = match["x"]
    assert isinstance(x, TensorType)
    if x.rank == 0:
        raise Mismatch("shape", f"{{0}} is {x}; nonzero needs an axis", Place("x"))
    return TensorType(
        match.result_dtype("i64"), (Axis(sizes.UNKNOWN), Axis(sizes.UNKNOWN if x.rank is None else x.rank))
    )


def found_as_tuple(match: Match) -> Type:
    """The indices along each axis apart, where that is asked for."""
    return found_by_axis(match) if match["as_tuple"] else found(match)


def found_by_axis(match: Match) -> Type:
    """The indices of the elements that are not zero, a vector for each axis; a scalar counts as a vector of one."""
    (x,) = (type for type in match.arguments.values() if isinstance(type, TensorType))
    if x.rank is None:
        raise Undetermined
    return TupleType((TensorType(match.result_dtype("i64"), (Axis(sizes.UNKNOWN),)),) * max(x.rank, 1))


def chosen(match: Match) -> Type:
    """How many elements a mask chooses is decided by data."""
    return TensorType(match.result_dtype("any"), (Axis(sizes.UNKNOWN),))


ROWS = [
    Builtin(
        "getitem",
        [Form("(x: any[*s]) -> any[...]")],
        torch="kernel:getitem",
        view=True,
        spaces=("hidden",),
        doc="A part of a tensor: `x[1, ::2, None, idx]`.",
        example="[[1, 2], [3, 4]][:, 0]  #=> [1, 3]",
    ),
    Builtin(
        "setitem",
        [Form("(x: any[*s], value: any[*v]) -> any[*s]")],
        torch="kernel:setitem",
        spaces=("hidden",),
        doc="A copy with a part replaced: what `A[0] = v` binds.",
        example="zeros(2)  #=> [0.0, 0.0]",
    ),
    Builtin(
        "nonzero",
        [
            Form("(x: any[*s]) -> i64[...]", found),
            Form("(x: any[*s], as_tuple: flag) -> i64[...]", found_as_tuple),
        ],
        doc="The indices of the elements that are not zero, one row each.",
        example="nonzero([0, 3, 0, 5])  #=> [[1], [3]]",
    ),
    Builtin(
        "masked_select",
        [Form("(x: any[*s], mask: bool[*s]) -> any[...]", chosen)],
        doc="The elements where the mask is true, as a vector.",
        example="masked_select([1, 2, 3], [True, False, True])  #=> [1, 3]",
    ),
]
