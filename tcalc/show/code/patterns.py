"""Patterns of einops as reshaping, moving, reducing and expanding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.graph.patterns import arrangement
from tcalc.show.code import operands as operands_of
from tcalc.show.code.text import ATOM, Text, dtype_text, option_text

if TYPE_CHECKING:
    from tcalc.graph.graph import Operation
    from tcalc.show.code.calls import Writer
    from tcalc.show.code.listing import Listing


def pattern(function: str) -> Writer:
    """A pattern of einops as reshaping, moving, reducing and expanding."""

    def write(listing: Listing, node: Operation, operands: list[Text]) -> Text:
        shape = operands_of.sizes(node.inputs[0])
        if shape is None:  # inside of a loop
            raise TcalcError("type", "data decides a size here, and torch code needs to know it", node.span)
        lengths = node.options.get("lengths", ())
        assert isinstance(lengths, tuple)
        steps = arrangement(str(node.options["pattern"]), function, shape, lengths)
        text = operands[0]
        reduction = str(node.options.get("reduction", ""))
        exact = operands_of.is_exact(node.inputs[0])
        if reduction == "mean" and exact:
            text = then(text, f"to({dtype_text(listing.context.default_float)})")
        if steps.split != shape:
            text = then(text, f"reshape({_arguments(steps.split)})")
        if steps.order != tuple(range(len(steps.order))):
            text = then(text, f"permute({_arguments(steps.order)})")
        gone = tuple(range(steps.kept, len(steps.order)))
        sizes = tuple([steps.split[place] for place in steps.order[: steps.kept]])
        if gone:
            text = _reduced(text, reduction, gone)
        elif reduction and getattr(node.type, "dtype", None) is not getattr(node.inputs[0].type, "dtype", None):
            text = then(text, f"to({option_text(getattr(node.type, 'dtype', None))})")
        if steps.new:
            ones = tuple([1 if place in steps.new else size for place, size in enumerate(steps.spread)])
            text = then(text, f"reshape({_arguments(ones)})") if ones != sizes else text
            text = then(text, f"expand({_arguments(steps.spread)})") if ones != steps.spread else text
            sizes = steps.spread
        if steps.merged != sizes:
            text = then(text, f"reshape({_arguments(steps.merged)})")
        return text

    return write


def then(text: Text, method: str) -> Text:
    return Text(f"{text.within(ATOM)}.{method}")


def _arguments(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) or "()"


def _reduced(text: Text, reduction: str, axes: tuple[int, ...]) -> Text:
    if reduction == "prod":  # torch has it over one axis only
        for axis in reversed(axes):
            text = then(text, f"prod(dim={axis})")
        return text
    name = {"max": "amax", "min": "amin"}.get(reduction, reduction)
    return then(text, f"{name}(dim={axes[0] if len(axes) == 1 else axes})")
