"""Nested brackets around a flat run of texts, in pieces, so that no tensor is ever one string."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcalc.types.data import TensorData
    from tcalc.types.tensor import TensorType

#: How many elements are read and written at once.
PIECE = 65536


def known_shape(type: TensorType) -> tuple[int, ...]:
    """The sizes of a value's type, which are all integers."""
    shape = []
    for size in type.shape:
        assert isinstance(size, int), "a value has known sizes"
        shape.append(size)
    return tuple(shape)


def count(shape: Sequence[int]) -> int:
    """The number of elements."""
    product = 1
    for size in shape:
        product *= size
    return product


def pieces(data: TensorData) -> Iterator[Sequence[complex]]:
    """All elements in row-major order, at most PIECE at a time."""
    total = count(known_shape(data.type))
    for start in range(0, total, PIECE):
        yield data.numbers(start, min(start + PIECE, total))


def plain_breaks(rank: int, indent: int) -> list[str]:
    """What stands between two elements where so many axes begin anew: rows under each other, below their bracket."""
    return [", ", *["]" * axes + ",\n" + " " * (indent + rank - axes) + "[" * axes for axes in range(1, rank)]]


def json_breaks(rank: int) -> list[str]:
    """The same on one line."""
    return ["]" * axes + ", " + "[" * axes for axes in range(rank)]


def bracketed(texts: Iterable[list[str]], shape: Sequence[int], breaks: Sequence[str]) -> Iterator[str]:
    """The elements of a tensor of this shape, rank at least 1 and no size 0, with brackets; a string for each piece."""
    rank, row = len(shape), shape[-1]
    # From how many elements on each further axis begins anew, innermost first.
    spans = [count(shape[axis:]) for axis in range(rank - 1, 0, -1)]
    position = 0
    yield "[" * rank
    for piece in texts:
        parts = []
        taken = 0
        while taken < len(piece):
            into_row = position % row
            if into_row:
                parts.append(", ")
            elif position:
                axes = 0
                while axes < rank - 1 and position % spans[axes] == 0:
                    axes += 1
                parts.append(breaks[axes])
            run = piece[taken : taken + row - into_row]
            parts.append(", ".join(run))
            taken += len(run)
            position += len(run)
        yield "".join(parts)
    yield "]" * rank
