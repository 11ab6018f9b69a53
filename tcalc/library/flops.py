"""How many floating-point operations rows take, from the shapes of their operands and results; sizes may be names.

A multiplication and an addition count one each, and so does a comparison; those of integers count as well. What only
makes or moves numbers takes none. Products count twice what they multiply, a Fourier transform of n points 5 n log2 n,
sorting n numbers n log2 n; factorisations their leading terms (`factorings.py`). Any other row takes one operation for
each element that it reads or makes. Of complex numbers a multiplication takes six, a product four times as many as of
real ones, an addition and all else twice as many.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tcalc.types import size as sizes
from tcalc.types.counts import greatest
from tcalc.types.polynomial import make
from tcalc.types.size import Size

Shape = Sequence[Size]
#: A number from the operands' shapes, the result's (of several the first), and the options.
Count = Callable[[Sequence[Shape], Shape, Mapping[str, Any]], Size]

#: How many operations on real numbers one is on complex numbers: an addition, a multiplication, and one of each.
ADDING, MULTIPLYING, BOTH = 2, 6, 4


class Flops:
    """What a row takes: `count` divided by `over`, and of complex numbers so many times as much as `complex` says."""

    __slots__ = ("complex", "count", "over")

    def __init__(self, count: Count, complex: int = BOTH, over: int = 1) -> None:
        self.count, self.complex, self.over = count, complex, over

    def __call__(
        self, operands: Sequence[Shape], result: Shape, options: Mapping[str, Any], of_complex: bool = False
    ) -> Size:
        """The operations of one call."""
        count = self.count(operands, result, options)
        return divided(sizes.mul(self.complex, count) if of_complex else count, self.over)


class Added(Flops):
    """What takes several kinds of operations, one after the other."""

    __slots__ = ("parts",)

    def __init__(self, *parts: Flops) -> None:
        self.parts = parts

    def __call__(
        self, operands: Sequence[Shape], result: Shape, options: Mapping[str, Any], of_complex: bool = False
    ) -> Size:
        return total([part(operands, result, options, of_complex) for part in self.parts])


def product(*factors: Size) -> Size:
    """Several sizes multiplied."""
    made: Size = 1
    for each in factors:
        made = sizes.mul(made, each)
    return made


def total(parts: Iterable[Size]) -> Size:
    """Several sizes added up."""
    made: Size = 0
    for each in parts:
        made = sizes.add(made, each)
    return made


def divided(count: Size, by: int) -> Size:
    """A count in parts, rounded; of a polynomial what is taken away is divided for itself, which reads better."""
    if not isinstance(count, sizes.Poly) or by == 1:
        return sizes.floordiv(count, by)
    more, less = [make({term: abs(k) for term, k in count.terms.items() if (k > 0) == sign}) for sign in (True, False)]
    return sizes.sub(sizes.floordiv(more, by), sizes.floordiv(less, by))


def elements(shape: Shape) -> Size:
    """How many elements a tensor of a shape has."""
    return product(*shape)


def joined(one: Size, other: Size) -> Size:
    """The size of an axis that two are broadcast to."""
    return other if one == 1 else one


def times_log(factor: int, size: Size) -> Size:
    """`factor * n * log2(n)`, rounded; of a name the logarithm stands there as another name, `log2(n)`."""
    if isinstance(size, int):
        return round(factor * size * math.log2(size)) if size > 1 else 0
    return size if size is sizes.UNKNOWN else product(factor, size, sizes.symbol(f"log2({sizes.text(size)})"))


# Element by element


def _none(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    return 0


def _each(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    counts = [elements(shape) for shape in (*operands, result)]
    return sizes.UNKNOWN if sizes.UNKNOWN in counts else greatest(counts)


def each_of(place: int) -> Flops:
    """One operation for each element of one operand."""
    return Flops(lambda operands, result, options: elements(operands[place]), ADDING)


def each_time(option: str) -> Flops:
    """One operation for each element of the result, as often as an option says."""
    return Flops(lambda operands, result, options: product(options[option], elements(result)), ADDING)


#: What makes numbers that need no computing, or moves them.
NOTHING = Flops(_none)
#: One operation for each element that is read or made: what a row without a count of its own takes.
EACH = Flops(_each, ADDING)
#: The same, of a multiplication.
MULTIPLIED = Flops(_each, MULTIPLYING)


def _rows_added(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    return product(*operands[0], operands[1][-1])


#: A row of the second operand for each element of the first, and their sums.
rows_added = Flops(_rows_added, ADDING)


# Products


def _contraction(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    return product(2, operands[0][-1], elements(result))


def _contraction_added(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    return product(2, operands[1][-1], elements(result))


def _batches_added(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    return product(2, operands[1][0], operands[1][-1], elements(result))


def _bias(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    return elements(result) if len(operands) > 2 else 0


def _added_to(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    return elements(result)


#: Two tensors multiplied over the first one's last axis: `2*n*k*m` of matrices.
contraction = Flops(_contraction)
#: The same of the second and third operand, added to the first; of addbmm, which adds up those of a batch, too.
contraction_added = Added(Flops(_contraction_added), Flops(_added_to, ADDING))
batches_added = Added(Flops(_batches_added), Flops(_added_to, ADDING))
#: The same of the first and second, and a third one added where it is given.
with_bias = Added(contraction, Flops(_bias, ADDING))


def _dots(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    a, b = operands
    rank = max(len(a), len(b))
    one, other = [(*[1] * (rank - len(shape)), *shape)[options.get("dim", -1)] for shape in (a, b)]
    return product(2, joined(one, other), elements(result))


def _over_axes(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    a, b = operands
    dims = options.get("dims", 2)
    left, right = dims if isinstance(dims, tuple) else (range(len(a) - dims, len(a)), range(dims))
    inner = [joined(a[one], b[other]) for one, other in zip(left, right, strict=True)]
    return product(2, *inner, elements(result))


def _in_chain(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    """Of all orders the one that is the least work."""
    bounds = [operands[0][0] if len(operands[0]) == 2 else 1, *[shape[-1] for shape in operands[:-1]]]
    bounds += [operands[-1][-1] if len(operands[-1]) == 2 else 1]
    count = len(operands)
    least: dict[tuple[int, int], Size] = {(place, place): 0 for place in range(count)}
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            ways = [
                total(
                    [least[first, cut], least[cut + 1, last], product(bounds[first], bounds[cut + 1], bounds[last + 1])]
                )
                for cut in range(first, last)
            ]
            best = ways[0]
            for way in ways[1:]:
                best = sizes.minimum(best, way)
            # what cannot be said in names is counted from the left
            least[first, last] = ways[-1] if best is sizes.UNKNOWN else best
    return product(2, least[0, count - 1])


def _crossed(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    return product(3, elements(result))


def _bilinear(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    """Each output is x1 @ W @ x2."""
    n, m = operands[2][1:]
    return product(2, elements(result), sizes.add(product(n, m), m))


def _attention(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    """Two products, and of each score a scaling and its part of the softmax."""
    query, key, _ = operands[:3]
    scores = product(*result[:-1], key[-2])
    return total([product(2, scores, query[-1]), product(2, scores), product(2, scores, result[-1])])


def _distances(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    """Of each pair and coordinate a difference, a power and an addition."""
    return product(3, elements(result), operands[0][-1])


def _diagonal(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    n, m = operands[0]
    return sizes.minimum(n, m)


dots = Flops(_dots)
over_axes = Flops(_over_axes)
in_chain = Flops(_in_chain)
crossed = Flops(_crossed)
bilinear = Added(
    Flops(_bilinear), Flops(lambda operands, result, options: _bias(operands[1:], result, options), ADDING)
)
attention = Flops(_attention)
distances = Flops(_distances)
diagonal = Flops(_diagonal, ADDING)


# Windows


def _convolved(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    return product(2, elements(result), *operands[1][1:])


def _convolved_back(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    return product(2, elements(operands[0]), *operands[1][1:])


#: Each result is a sum over the channels of a group and the kernel; of the transpose each operand is spread over those.
convolved = Added(Flops(_convolved), Flops(_bias, ADDING))
convolved_back = Added(Flops(_convolved_back), Flops(_bias, ADDING))


def pooled(axes: int) -> Flops:
    """Each result is of the elements in a window along so many axes."""

    def count(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
        kernel = options["kernel_size"]
        several = kernel if isinstance(kernel, tuple) else (kernel,)
        return product(*several * (axes if len(several) == 1 else 1), elements(result))

    return Flops(count, ADDING)


# Fourier transforms


def _along(axes: Iterable[int], shape: Shape) -> Size:
    """Transforms of `shape` along some axes, of complex numbers."""
    parts = []
    for axis in axes:
        others = list(shape)
        size = others.pop(axis)
        parts.append(product(times_log(5, size), *others))
    return total(parts)


def _points(shape: Shape, options: Mapping[str, Any]) -> tuple[list[int], Shape]:
    """The axes that are transformed, and the shape with as many points as are asked for."""
    wanted = options.get("s", options.get("n"))
    numbers = None if wanted is None else wanted if isinstance(wanted, tuple) else (wanted,)
    dim = options.get("dim")
    if dim is None:
        dim = tuple(range(-len(numbers), 0)) if numbers is not None else tuple(range(len(shape)))
    axes = list(dim) if isinstance(dim, tuple) else [dim]
    points = list(shape)
    for axis, number in zip(axes, numbers or (), strict=False):
        points[axis] = points[axis] if number == -1 else number
    return axes, points


def _of_result(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    return _along(_points(result, options)[0], result)


def _of_operand(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    return _along(*_points(operands[0], options))


#: 5 n log2 n of n complex numbers, and half of that of real ones, whose spectrum is half known.
transform = Flops(_of_result, complex=2, over=2)
#: Of real numbers to half a spectrum, and back.
to_half = Flops(_of_operand, over=2)
from_half = Flops(_of_result, complex=1, over=2)


def _framed(place: int) -> Flops:
    """A transform of real numbers for each frame of a spectrogram: the result, or the operand."""

    def count(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
        *batch, _, frames = (result, *operands)[place]
        return product(times_log(5, options["n_fft"]), *batch, frames)

    return Flops(count, complex=1, over=2)


to_frames, from_frames = _framed(0), _framed(1)


# Order


def _along_axis(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
    """Sorting along an axis, or of all elements; parts along it are compared element by element."""
    others, dim = list(operands[0]), options.get("dim")
    if dim is None or not others:
        return times_log(1, elements(others))
    size = others.pop(dim)
    return product(times_log(1, size), *others)


def searched(values: int, among: int) -> Flops:
    """Each of the values is looked for by halving what it may be among."""

    def count(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
        size = operands[among][-1] if operands[among] else 1
        steps: Size = size.bit_length() if isinstance(size, int) else sizes.symbol(f"log2({sizes.text(size)})")
        return product(elements(operands[values]), steps)

    return Flops(count)


ordered = Flops(_along_axis)
#: Along the first axis alone.
ordered_first = Flops(lambda operands, result, options: _along_axis(operands, result, {"dim": 0}))
