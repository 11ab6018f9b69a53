"""Counts of what there is of something: sizes of which the greatest is asked for, all names in them being 1 or more."""

from __future__ import annotations

from collections.abc import Iterable

from tcalc.types import size as sizes
from tcalc.types.polynomial import Operation, Poly, Size, names


def greatest(counts: Iterable[Size]) -> Size:
    """The greatest of some counts; `max(…)` of those that are the greatest for some sizes and not for others."""
    kept: list[Size] = []
    for each in [operand for count in counts for operand in sizes.operands_of("max", count)]:
        if not any(_is_at_least(other, each) for other in kept):
            kept = [other for other in kept if not _is_at_least(each, other)] + [each]
    first, *rest = kept
    for each in rest:
        first = sizes.maximum(first, each)
    return first


def _is_at_least(one: Size, other: Size) -> bool:
    """Whether one is never smaller, as far as that shows: for names of 1 and what is above, no term is negative."""
    rest = sizes.sub(one, other)
    if isinstance(rest, Poly) and not any(isinstance(atom, Operation) for term in rest.terms for atom in term):
        rest = sizes.substitute(rest, {name: sizes.add(sizes.symbol(name), 1) for name in names(rest)})
    return min(rest.terms.values()) >= 0 if isinstance(rest, Poly) else isinstance(rest, int) and rest >= 0
