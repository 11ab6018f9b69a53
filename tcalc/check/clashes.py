"""Two operands whose axes must be one and are not: what clashes, and what to show of each."""

from __future__ import annotations

from tcalc.check import errors
from tcalc.errors import Mark, TcalcError
from tcalc.source import Span
from tcalc.types import size as sizes
from tcalc.types.broadcast import meet
from tcalc.types.tensor import Axis, TensorType

#: An operand: where it stands, and its type.
Operand = tuple[Span, TensorType]


def sentence(one: Axis, other: Axis) -> str:
    """Two labels that meet: "time meets chan (both are 3)"."""
    return f"{one.label} meets {other.label} (both are {sizes.text(one.size)})"


def label_error(span: Span, one: Operand, other: Operand, first: Axis, second: Axis) -> TcalcError:
    """Axes of one size, `first` of one operand and `second` of the other, under two labels."""
    marks = [Mark(one[0], str(one[1]), errors.fixed(first)), Mark(other[0], str(other[1]), errors.fixed(second))]
    return TcalcError("label", sentence(first, second), span, marks=marks)


def clash(one: TensorType, other: TensorType) -> tuple[Axis, Axis] | None:
    """The first axes that clash, counted from the end as in broadcasting: by size, else by label."""
    found: tuple[Axis, Axis] | None = None
    for mine, theirs in zip(one.axes[::-1], other.axes[::-1], strict=False):
        if not isinstance(mine, Axis) or not isinstance(theirs, Axis) or meet(mine, theirs) is not None:
            continue
        if not sizes.agree(mine.size, theirs.size) and 1 not in (mine.size, theirs.size):
            return mine, theirs
        found = found or (mine, theirs)
    return found


def marks(one: Operand, other: Operand) -> list[Mark]:
    """Both operands with their types, and where the axes that clash got their sizes."""
    axes = clash(one[1].unstatic(), other[1].unstatic())
    fixed = ("", "") if axes is None else (errors.fixed(axes[0]), errors.fixed(axes[1]))
    return [Mark(span, str(type.unstatic()), text) for (span, type), text in zip((one, other), fixed, strict=True)]
