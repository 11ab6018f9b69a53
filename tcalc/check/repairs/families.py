"""Which changes are tried for an error of which code."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tcalc.check.repairs import axes, conversions, data, gradients, letters, operands, spellings
from tcalc.check.repairs.changes import Change, Fault

Family = Callable[[Fault], Iterator[Change]]

FAMILIES: dict[str, tuple[Family, ...]] = {
    "shape": (
        operands.on_operators,
        operands.on_comparisons,
        operands.on_choices,
        operands.on_calls,
        operands.on_updates,
        operands.on_alike,
        axes.other_axis,
        axes.fitting_sizes,
        letters.other_letter,
    ),
    "label": (operands.on_operators, operands.on_calls, axes.near_label, letters.other_letter),
    "name": (spellings.near_name,),
    "type": (spellings.near_option, conversions.other_call, axes.missing_axis, axes.bare_label),
    "dtype": (conversions.other_dtype, conversions.other_operator, conversions.bracketed_mask),
    "grad": (gradients.of_a_scalar,),
    "value": (data.by_kind,),
}
