"""What stands above a matrix of a tensor: where it lies, and which labels run down and across."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.text.rows import known_shape
from tcalc.types.tensor import Axis

if TYPE_CHECKING:
    from tcalc.show.palette import Style
    from tcalc.types.data import TensorData


def head(data: TensorData, block: int, style: Style) -> str:
    """The head of the matrix with some number; empty where there is nothing to say."""
    shape = known_shape(data.type)
    if len(shape) < 2:
        return ""
    directions = _directions(data, style) if not block else ""  # they are the same for all
    if len(shape) == 2:
        return directions
    place = _place(data, block, shape[:-2], style)
    return f"{place}   {directions}" if directions else place


def _place(data: TensorData, block: int, shape: Sequence[int], style: Style) -> str:
    """Where a block lies: `[0, 1]`, and where its axes have labels `batch 0, head 1`."""
    index = []
    for size in reversed(shape):
        index.append(str(block % size))
        block //= size
    index.reverse()
    labels = _labels(data)[: len(shape)]
    if not any(labels):
        return f"[{', '.join(index)}]"
    told = [f"{style.safe(label)} {at}" if label else f"[{at}]" for label, at in zip(labels, index, strict=True)]
    return ", ".join(told)


def _directions(data: TensorData, style: Style) -> str:
    """Which labels run down and across a matrix; empty where it has none."""
    down, across = _labels(data)[-2:]
    marks = ("{} ↓", "{} →", " ") if style.unicode else ("rows {}", "columns {}", ", ")
    told = [mark.format(style.safe(label)) for mark, label in zip(marks, (down, across), strict=False) if label]
    return marks[2].join(told)


def _labels(data: TensorData) -> list[str | None]:
    return [axis.label if isinstance(axis, Axis) else None for axis in data.type.axes]
