"""Which changes are tried for an error of which code."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tcalc.check.repairs import (
    axes,
    conversions,
    convolutions,
    data,
    declarations,
    gradients,
    letters,
    operands,
    spellings,
)
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
        operands.on_reductions,
        operands.last_two_axes,
        convolutions.channels,
        declarations.result,
        axes.other_axis,
        axes.fitting_sizes,
        axes.all_axes,
        letters.other_letter,
        letters.other_order,
        letters.further_axes,
    ),
    "label": (operands.on_operators, operands.on_calls, axes.near_label, letters.other_letter),
    "name": (spellings.near_name, spellings.file_last, axes.bare_label),
    "type": (
        spellings.near_option,
        spellings.file_last,
        conversions.other_call,
        conversions.part_of_a_tuple,
        conversions.numpys_transpose,
        conversions.plain_argument,
        axes.missing_axis,
        axes.bare_label,
        letters.with_commas,
        letters.equation_first,
    ),
    "dtype": (conversions.other_dtype, conversions.other_operator, conversions.bracketed_mask),
    "grad": (gradients.of_a_scalar,),
    "value": (data.by_kind,),
}
