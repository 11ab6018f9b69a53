"""What stands beside a tensor's type: the range and distribution of a large one, NaN and infinities of any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.show.columns import brief, figure
from tcalc.text.rows import count, known_shape

if TYPE_CHECKING:
    from tcalc.show.palette import Style
    from tcalc.types.data import Statistics, TensorData

#: Up to here a tensor without statistics is searched for NaN and infinities.
SEARCHED = 10_000


def figures(data: TensorData, style: Style) -> list[str]:
    """The parts of the line of figures; none where there is nothing to say."""
    total = count(known_shape(data.type))
    if total == 0:
        return [style.paint("dim", "empty")]
    kind = data.type.dtype.kind
    statistics = data.statistics()
    if statistics is not None:
        if kind == "bool":
            return _split(statistics)
        return _distribution(statistics, kind != "float", style)
    if kind not in ("float", "complex") or total > SEARCHED:
        return []
    missing = infinite = 0
    for value in data.numbers(0, total):
        if value != value:
            missing += 1
        elif value - value != 0.0:
            infinite += 1
    return _odd_ones(missing, infinite, style)


def _split(statistics: Statistics) -> list[str]:
    """How many bools are true and how many false."""
    false, true = statistics.bins
    if not false or not true:
        return [f"all {bool(true)}"]
    return [f"{true} True  {false} False"]


def _distribution(statistics: Statistics, whole: bool, style: Style) -> list[str]:
    odd = _odd_ones(statistics.missing, statistics.infinite, style)
    if not statistics.bins:
        return odd
    least, greatest = brief(statistics.least, whole), brief(statistics.greatest, whole)
    if statistics.least == statistics.greatest:
        return [f"all {least.removesuffix('.0').replace('-', style.minus)}", *odd]
    most = max(statistics.bins) or 1
    sparks = "".join([style.sparks[round(7 * held / most)] for held in statistics.bins])
    about = style.prose("≈") if statistics.sampled else ""
    numbers = [least, greatest, about + figure(statistics.mean), about + figure(statistics.std)]
    least, greatest, mean, std = [text.replace("-", style.minus) for text in numbers]
    return [f"{least} {style.paint('type', sparks)} {greatest}", f"mean {mean}  std {std}", *odd]


def _odd_ones(missing: int, infinite: int, style: Style) -> list[str]:
    counts = [f"{number} {word}" for number, word in ((missing, "NaN"), (infinite, "Inf")) if number]
    return [style.paint("odd", "  ".join(counts))] if counts else []
