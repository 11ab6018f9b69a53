"""einops' patterns as reshaping, moving and reducing: what a pattern does to a tensor of known sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from tcalc.library.einops import DOTS, Group, read


class Arrangement:
    """The steps of a pattern, each done where it changes something.

    split    the sizes of the axes once those that stand for several are split
    order    where each axis then comes from; those that are reduced are last
    kept     how many are not reduced
    new      positions at which axes are made, in the order of the result
    spread   the sizes with those axes
    merged   the sizes of the result
    """

    __slots__ = ("kept", "merged", "new", "order", "split", "spread")

    def __init__(
        self,
        split: tuple[int, ...],
        order: tuple[int, ...],
        kept: int,
        new: tuple[int, ...],
        spread: tuple[int, ...],
        merged: tuple[int, ...],
    ) -> None:
        self.split, self.order, self.kept = split, order, kept
        self.new, self.spread, self.merged = new, spread, merged


def arrangement(text: str, function: str, shape: Sequence[int], lengths: Sequence[tuple[str, int]] = ()) -> Arrangement:
    """What `rearrange`, `reduce` or `repeat` does with a checked pattern to a tensor of this shape."""
    pattern = read(text, function)
    middle = tuple([f"{DOTS}{place}" for place in range(len(shape) - len(pattern.left) + ((DOTS,) in pattern.left))])
    left, right = _named(pattern.left, middle, "left"), _named(pattern.right, middle, "right")
    sizes = {name: int(name.rpartition(" ")[2]) for group in (*left, *right) for name in group if " " in name}
    sizes |= dict(lengths)
    for group, size in zip(left, shape, strict=True):
        known = prod([sizes[name] for name in group if name in sizes])
        sizes |= {name: size // known if known else 0 for name in group if name not in sizes}
    before = [name for group in left for name in group]
    after = [name for group in right for name in group]
    kept = [name for name in after if name in before]
    gone = [name for name in before if name not in after]
    return Arrangement(
        _sizes(before, sizes),
        tuple([before.index(name) for name in (*kept, *gone)]),
        len(kept),
        tuple([place for place, name in enumerate(after) if name not in before]),
        _sizes(after, sizes),
        tuple([prod([sizes[name] for name in group]) for group in right]),
    )


def _named(groups: Sequence[Group], middle: Sequence[str], side: str) -> list[list[str]]:
    """Each axis as the names that it is the product of: `...` as what it stands for, a number as a name of its own."""
    found: list[list[str]] = []
    for place, group in enumerate(groups):
        if group == (DOTS,):
            found.extend([[name] for name in middle])
            continue
        names: list[str] = []
        for entry in group:
            if entry == 1:
                continue
            names += middle if entry == DOTS else [entry if isinstance(entry, str) else f"{side}{place} {entry}"]
        found.append(names)
    return found


def _sizes(names: Sequence[str], sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple([sizes[name] for name in names])
