"""How many operations an einsum takes: two operands at a time, from the left, as torch has it without opt_einsum."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tcalc.library.einsum import DOTS, read
from tcalc.library.flops import ADDING, MULTIPLYING, Added, Flops, Shape, joined, product, total
from tcalc.types.size import Size


class _Steps:
    """The elements that pairs are multiplied to and summed over, only multiplied to, and that are only summed."""

    __slots__ = ("contracted", "multiplied", "sizes", "summed")

    def __init__(self, equation: str, operands: Sequence[Shape]) -> None:
        self.sizes: dict[str, Size] = {}
        self.contracted: list[Size] = []
        self.multiplied: list[Size] = []
        self.summed: list[Size] = []
        parts = read(equation)
        terms = [self._spelled(own, shape) for own, shape in zip(parts.inputs, operands, strict=True)]
        result = {letter for letter in parts.output if letter != DOTS}
        result |= {letter for term in terms for letter in term if letter.isdigit() and DOTS in parts.output}
        made, *rest = terms
        for place, term in enumerate(rest):
            needed = result.union(*rest[place + 1 :])
            made, term = self._alone(made, needed | term), self._alone(term, needed | made)
            inner = made & term - needed
            (self.contracted if inner else self.multiplied).append(self._elements(made | term))
            made = (made | term) - inner
        self._alone(made, result)

    def _spelled(self, letters: Sequence[str], shape: Shape) -> set[str]:
        """The letters of an operand, numbers for the axes that dots stand for; their sizes are noted."""
        dots = len(shape) + 1 - len(letters)
        found: list[str] = []
        for letter in letters:
            found += [str(place) for place in reversed(range(dots))] if letter == DOTS else [letter]
        for letter, size in zip(found, shape, strict=True):
            self.sizes[letter] = joined(self.sizes.get(letter, 1), size)
        return set(found)

    def _elements(self, letters: set[str]) -> Size:
        return product(*[self.sizes[letter] for letter in letters])

    def _alone(self, letters: set[str], needed: set[str]) -> set[str]:
        """What is left of a term when what nobody else needs is summed."""
        if not letters <= needed:
            self.summed.append(self._elements(letters))
        return letters & needed


def _of(chosen: Callable[[_Steps], list[Size]], times: int) -> Callable[..., Size]:
    def count(operands: Sequence[Shape], result: Shape, options: Mapping[str, Any]) -> Size:
        return product(times, total(chosen(_Steps(options["equation"], operands))))

    return count


of_letters = Added(
    Flops(_of(lambda steps: steps.contracted, 2)),
    Flops(_of(lambda steps: steps.multiplied, 1), MULTIPLYING),
    Flops(_of(lambda steps: steps.summed, 1), ADDING),
)
