"""A tensor in a word or two: a number, a short list, or the range of a large one with its distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.show.columns import brief, column_texts
from tcalc.text.rows import bracketed, count, json_breaks, known_shape
from tcalc.types.data import ConstantData, TupleData

if TYPE_CHECKING:
    from tcalc.show.palette import Style
    from tcalc.types.data import Data

#: A tensor of so many numbers is shown whole.
MOST_NUMBERS = 6
#: So many numbers of a tensor without figures of its own are looked at.
_MOST_READ = 20_000
_BINS = 8


def value_word(data: Data | None, style: Style, most: int = MOST_NUMBERS) -> str:
    """The word for a value, of up to so many numbers all of them; empty where there is none."""
    if data is None or isinstance(data, TupleData | ConstantData):
        return ""
    shape, dtype = known_shape(data.type), data.type.dtype
    total = count(shape)
    if not total:
        return "empty"
    if total <= max(most, 1) and len(shape) <= 2:
        texts = column_texts(data.numbers(0, total), dtype)
        return "".join(bracketed([texts], shape, json_breaks(len(shape)))) if shape else texts[0]
    if dtype.kind == "complex":
        return ""
    if dtype.kind == "bool":
        numbers = data.numbers(0, min(total, _MOST_READ))
        return f"{sum(map(bool, numbers))} of {total}" if total <= _MOST_READ else ""
    statistics = data.statistics()
    if statistics is not None:
        return _range(statistics.least, statistics.greatest, statistics.bins, dtype.kind != "float", style) + _odd(
            statistics.missing, statistics.infinite
        )
    read = [float(each.real) for each in data.numbers(0, min(total, _MOST_READ))]
    finite = [each for each in read if each - each == 0.0]
    missing = sum(1 for each in read if each != each)
    odd = _odd(missing, len(read) - len(finite) - missing)
    if not finite:
        return odd.strip()
    least, greatest = min(finite), max(finite)
    return _range(least, greatest, _binned(finite, least, greatest), dtype.kind != "float", style) + odd


def _binned(numbers: Sequence[float], least: float, greatest: float) -> list[int]:
    if len(numbers) <= _BINS:
        return []
    bins = [0] * _BINS
    width = (greatest - least) / _BINS
    if not 0 < width < float("inf"):
        return [len(numbers)]
    for each in numbers:
        bins[min(int((each - least) / width), _BINS - 1)] += 1
    return bins


def _range(least: float, greatest: float, bins: Sequence[int], whole: bool, style: Style) -> str:
    ends = [brief(each, whole).replace("-", style.minus) for each in (least, greatest)]
    if least == greatest:
        return f"all {ends[0]}"
    if ends[0] == ends[1]:
        return f"{style.prose('≈')} {ends[0]}"
    if not bins:
        return f"{ends[0]} {style.ellipsis} {ends[1]}"
    most = max(bins) or 1
    return f"{ends[0]} {''.join([style.sparks[round(7 * held / most)] for held in bins])} {ends[1]}"


def _odd(missing: int, infinite: int) -> str:
    return "".join([f"  {number} {word}" for number, word in ((missing, "NaN"), (infinite, "Inf")) if number])
