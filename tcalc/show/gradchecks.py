"""What `gradcheck` found, in a line or two: how far a gradient is from finite differences, and where."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.graph.graph import AGREED
from tcalc.show.columns import brief, scalar_text
from tcalc.show.visible import visible
from tcalc.types.data import Data, TupleData
from tcalc.types.dtypes import F64


class Verdict:
    """What was found for one variable: where the two are furthest apart, and what they say there."""

    def __init__(self, name: str, found: TupleData) -> None:
        difference, index, gradient, finite, sides = [_numbers(item) for item in found.items]
        self.name, self.index = name, tuple(int(each) for each in index)
        self.difference, self.gradient, self.finite = difference[0], gradient[0], finite[0]
        self.before, self.after = sides

    @property
    def bent(self) -> bool:
        """Whether the slopes before and after differ."""
        return self.before != self.after and self.before == self.before and self.after == self.after

    @property
    def apart(self) -> float:
        """The difference in terms of the slope; infinite where one of the two is no number."""
        if self.difference != self.difference:
            return float("inf")
        return self.difference / max(1.0, abs(self.finite))

    def place(self, alone: bool) -> str:
        """`w[2]`, `s`; of the only variable without its name where that is enough: `[2]`."""
        index = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        return index if alone and index else visible(self.name) + index


def verdict(found: Sequence[tuple[str, Data]]) -> list[str]:
    """The lines that are said of some variables, by their names."""
    each = [Verdict(name, data) for name, data in found if isinstance(data, TupleData)]
    lines = [_against(one) for one in each if one.apart > AGREED or one.bent]
    if lines or not each:
        return lines
    worst = max(each, key=lambda one: one.apart)
    at = "" if len(each) == 1 and not worst.index else f", at {worst.place(len(each) == 1)}"
    return [f"finite differences agree: largest difference {brief(worst.difference, False)}{at}"]


def _against(one: Verdict) -> str:
    place, gradient = one.place(False), _shown(one.gradient)
    if one.bent:
        slopes = f"its slope is {_shown(one.before)} before and {_shown(one.after)} after"
        return f"the function has a bend at {place}: {slopes}; the gradient says {gradient}"
    apart = "" if one.difference != one.difference else f", {brief(one.difference, False)} apart"
    return f"finite differences disagree at {place}: the gradient is {gradient}, they say {_shown(one.finite)}{apart}"


def _shown(value: float) -> str:
    """A slope as far as differences know it."""
    rounded = float(f"{value:.6g}")
    return scalar_text(0.0 if abs(rounded) < AGREED / 10 else rounded, F64)


def _numbers(data: Data) -> Sequence[float]:
    numbers: Sequence[float] = data.numbers(0, 100)  # type: ignore[union-attr, assignment]  # tensors of reals, by the type of gradcheck
    return numbers
