"""A tensor taken apart along one axis."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.library.builtin import Builtin, ByAutograd, Form, Vjp
from tcalc.library.rules import assumed, assumed_equal, by_axes, divided, several, tensor
from tcalc.library.vjps import Called, padded, rank_of, shape_of
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes
from tcalc.types.facts import simplify
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined, which_axis
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, TensorType, TupleType, Type

#: A tuple of more parts than this is refused.
MOST_PARTS = 10_000


class _Chosen:
    """The axis that is taken apart."""

    __slots__ = ("axis", "has", "match", "place", "position", "x")

    def __init__(self, match: Match, option: str = "dim") -> None:
        self.match, self.x = match, tensor(match)
        dim = match[option]
        if not isinstance(dim, int):  # a size of a definition
            raise Undetermined
        self.position = normal_axis(dim, self.x)
        axis = self.x.axes[self.position]
        assert isinstance(axis, Axis)
        self.axis, self.place = axis, Place("x", axis)
        #: The beginning of a sentence about it.
        self.has = f"{{0s}} {which_axis(self.position, len(self.x.axes))} is {sizes.text(axis.size)}"

    def refuse(self, code: str, sentence: str) -> Mismatch:
        """That the axis is not what the call wants."""
        return Mismatch(code, f"{self.has}, {sentence}", self.place, depth=4)

    def replaced(self, *axes: Axis) -> Axes:
        """All axes, with others in this one's place."""
        return (*self.x.axes[: self.position], *axes, *self.x.axes[self.position + 1 :])

    def bounded(self, count: int) -> int:
        """How many parts, where that is not too many."""
        if count > MOST_PARTS:
            raise Mismatch("limit", f"{count} parts are too many for a tuple", self.place, depth=5)
        return count

    def parts(self, lengths: Sequence[Size]) -> Type:
        """The parts of these lengths, one behind the other."""
        dtype = self.match.result_dtype("any")
        return TupleType(tuple([TensorType(dtype, self.replaced(self.axis.resized(size))) for size in lengths]))


def _size(match: Match, name: str, least: int) -> Size:
    value = match[name]
    assert isinstance(value, int | sizes.Poly | sizes.Unknown)
    if not assumed(match, value, least):
        raise Mismatch("value", f"{name} is at least {least}, and not {sizes.text(value)}", depth=4)
    if isinstance(value, sizes.Unknown):
        raise Undetermined
    return value


def _split(match: Match) -> Type:
    """Parts of one size, the last perhaps shorter, or of the sizes given."""
    chosen, wanted = _Chosen(match), match["split_size_or_sections"]
    if not isinstance(wanted, tuple):
        return _in_parts_of(chosen, _size(match, "split_size_or_sections", 0))
    total: Size = 0
    for size in wanted:
        if not assumed(match, size, 0):
            raise Mismatch("value", f"a part has at least 0 elements, and not {sizes.text(size)}", depth=4)
        total = sizes.add(total, size)
    if not sizes.agree(total, chosen.axis.size) and not assumed_equal(match, total, chosen.axis.size):
        raise chosen.refuse("shape", f"and the parts add up to {sizes.text(total)}")
    return chosen.parts(wanted)


def _in_parts_of(chosen: _Chosen, size: Size) -> Type:
    total = chosen.axis.size
    if isinstance(total, int) and isinstance(size, int):
        if size == 0 and total:
            raise chosen.refuse("value", "and parts of 0 never make it up")
        count = chosen.bounded(max(-(-total // size), 1) if size else 1)
        return chosen.parts([size] * (count - 1) + [total - size * (count - 1)])
    quotient = sizes.floordiv(total, size) if size != 0 else sizes.UNKNOWN
    if not isinstance(quotient, int) or quotient < 1 or not sizes.same(sizes.mul(quotient, size), total):
        raise Undetermined
    return chosen.parts([size] * quotient)


def _chunked(match: Match) -> Type:
    """At most so many parts, of one size but for the last; in a definition, of one size."""
    chosen, chunks = _Chosen(match), _size(match, "chunks", 1)
    total = chosen.axis.size
    if isinstance(total, int) and isinstance(chunks, int):
        if total == 0:
            return chosen.parts([0] * chosen.bounded(chunks))
        return _in_parts_of(chosen, -(-total // chunks))
    if not isinstance(chunks, int) or match.facts is None or chunks > MOST_PARTS:
        raise Undetermined
    size = divided(match, total, chunks)
    if size is None:
        raise chosen.refuse("shape", f"which {chunks} does not divide")
    return chosen.parts([size] * chunks)


def _narrowed(match: Match) -> Axes:
    """`length` elements from `start` on, which may count from the end."""
    chosen, start, length = _Chosen(match), match["start"], _size(match, "length", 0)
    assert isinstance(start, int | sizes.Poly | sizes.Unknown)
    if isinstance(start, int) and start < 0:
        if not assumed(match, chosen.axis.size, -start):
            raise chosen.refuse("shape", f"and start is {start}")
        start = sizes.add(chosen.axis.size, start)
    if not assumed(match, start, 0) or not assumed(match, chosen.axis.size, sizes.add(start, length)):
        told = f"and {sizes.text(length)} elements from {sizes.text(start)} on go beyond it"
        raise chosen.refuse("shape", told)
    return chosen.replaced(chosen.axis.resized(length))


def _unfolded(match: Match) -> Axes:
    """All windows of a size along the axis, their elements along a new last axis."""
    chosen = _Chosen(match, "dimension")
    size, step = _size(match, "size", 0), _size(match, "step", 1)
    if not assumed(match, chosen.axis.size, size):
        raise chosen.refuse("shape", f"shorter than {sizes.text(size)}")
    count = sizes.add(sizes.floordiv(sizes.sub(chosen.axis.size, size), step), 1)
    if match.facts is not None:
        count = simplify(count, match.facts)
    return (*chosen.replaced(chosen.axis.resized(count)), Axis(size))


def _unflattened(match: Match) -> Axes:
    """One axis as several; one size may be -1."""
    chosen, wanted = _Chosen(match), list(several(match["sizes"]))
    if not wanted:
        raise chosen.refuse("shape", "and no sizes are given")
    open_at = [i for i, size in enumerate(wanted) if size == -1]
    if len(open_at) > 1:
        raise Mismatch("shape", "only one size may be -1", depth=3)
    known: Size = 1
    for i, size in enumerate(wanted):
        if i not in open_at:
            if not assumed(match, size, 0):
                raise Mismatch("shape", f"a size cannot be negative, and here is {sizes.text(size)}", depth=3)
            known = sizes.mul(known, size)
    if open_at:
        missing = divided(match, chosen.axis.size, known)
        if missing is None:
            raise chosen.refuse("shape", f"which {sizes.text(known)} does not divide")
        wanted[open_at[0]] = missing
    elif not sizes.agree(known, chosen.axis.size) and not assumed_equal(match, known, chosen.axis.size):
        raise chosen.refuse("shape", f"and the sizes make {sizes.text(known)}")
    return chosen.replaced(*[Axis(size) for size in wanted])


def _selected(match: Match) -> Axes:
    chosen, index = _Chosen(match), match["index"]
    if isinstance(index, int) and isinstance(chosen.axis.size, int):
        if not -chosen.axis.size <= index < chosen.axis.size:
            raise chosen.refuse("shape", f"and there is no element {index}")
    elif not assumed(match, chosen.axis.size, index + 1 if isinstance(index, int) and index >= 0 else 1):
        raise chosen.refuse("shape", "and has no such element")
    return chosen.replaced()


def _one_behind_the_other(call: Called) -> Vjp:
    """Parts that nothing came of are zeros."""
    type = call["out"].type
    assert isinstance(type, TupleType)
    parts = []
    for number, part in enumerate(type.items):
        assert isinstance(part, TensorType)
        parts.append(f"g{number}" if f"g{number}" in call else f"zeros({list(part.shape)})")
    return {"x": f"cat([{', '.join(parts)}], {call['dim']})"}


def _along_with_zeros(call: Called, text: str, start: int, length: int) -> Vjp:
    """A stretch of the axis, with zeros around it."""
    shape, dim = shape_of(call), call["dim"] % rank_of(call)
    before = [start % shape[dim] if i == dim and start < 0 else start if i == dim else 0 for i in range(len(shape))]
    after = [shape[dim] - before[dim] - length if i == dim else 0 for i in range(len(shape))]
    return {"x": padded(text, before, after)}


def _widened(call: Called) -> Vjp:
    return _along_with_zeros(call, "g", call["start"], call["length"])


def _among_zeros(call: Called) -> Vjp:
    return _along_with_zeros(call, f"unsqueeze(g, {call['dim'] % rank_of(call)})", call["index"], 1)


ROWS = [
    Builtin(
        "split",
        [
            Form(
                "(x: any[*s], split_size_or_sections: sizes, dim: axis = 0) -> any[...]",
                _split,
                vjp=_one_behind_the_other,
            )
        ],
        view=True,
        doc="Parts of one size along an axis (0), the last one shorter where it must be, or of several sizes; a tuple.",
        example="split([1, 2, 3], 2)  #=> ([1, 2], [3])",
    ),
    Builtin(
        "chunk",
        [Form("(x: any[*s], chunks: int, dim: axis = 0) -> any[...]", _chunked, vjp=_one_behind_the_other)],
        view=True,
        doc="At most so many parts of equal size along an axis (0), the last one shorter where it must be; a tuple.",
        example="chunk([1, 2, 3], 2)  #=> ([1, 2], [3])",
    ),
    Builtin(
        "narrow",
        [Form("(x: any[*s], dim: axis, start: int, length: int) -> any[...]", by_axes(_narrowed), vjp=_widened)],
        view=True,
        doc="So many parts along an axis (length), from an index on (start).",
        example="narrow([1, 2, 3, 4], 0, 1, 2)  #=> [2, 3]",
    ),
    Builtin(
        "select",
        [Form("(x: any[*s], dim: axis, index: int) -> any[...]", by_axes(_selected), vjp=_among_zeros)],
        view=True,
        doc="The part at one index of an axis, without that axis.",
        example="select([[1, 2], [3, 4]], 1, 0)  #=> [1, 3]",
    ),
    Builtin(
        "unfold",
        [
            Form(
                "(x: any[*s], dimension: axis, size: int, step: int) -> any[...]",
                by_axes(_unfolded),
                vjp=ByAutograd("windows overlap"),
            )
        ],
        torch="kernel:unfold",
        view=True,
        over=("dimension",),
        doc="All windows of a size along an axis, a step apart, their elements along a new last axis.",
        example="[1, 2, 3, 4].unfold(0, 2, 1)  #=> [[1, 2], [2, 3], [3, 4]]",
    ),
    Builtin(
        "unflatten",
        [
            Form(
                "(x: any[*s], dim: axis, *sizes: int) -> any[...]",
                by_axes(_unflattened),
                vjp={"x": "reshape(g, x.shape)"},
            )
        ],
        torch="kernel:unflatten",
        view=True,
        doc="x with one axis split into several; -1 stands for the size that fits.",
        example="unflatten([1, 2, 3, 4], 0, (2, -1))  #=> [[1, 2], [3, 4]]",
    ),
]
