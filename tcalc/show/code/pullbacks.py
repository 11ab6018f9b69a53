"""Cotangents by torch's autograd, as Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.graph.graph import WHOLE, Probe, Pullback
from tcalc.show.code.text import ATOM, WIDEST, Text, tuple_of

if TYPE_CHECKING:
    from tcalc.show.code.listing import Listing


def pullback(listing: Listing, node: Pullback) -> Text:
    """What `torch.func.vjp` gives for an operation: a tuple, an item for each wanted operand."""
    takes = len(node.inputs) - len(node.parts)
    given = [listing.named(listing.operand(each)) for each in node.inputs]
    points = {place: Text(listing.fresh("x")) for place in node.wanted}
    inner = listing.inner([points.get(place, text) for place, text in enumerate(given[:takes])])
    whole = inner.block(node.body)[0]
    parts = [whole if part == WHOLE else _part(inner, whole, part) for part in node.parts]
    result = parts[0] if len(parts) == 1 else tuple_of(parts)
    parameters = ", ".join([each.text for each in points.values()])
    function = f"lambda {parameters}: {result.text}"
    if inner.lines or len(function) > WIDEST:
        function = listing.fresh("f")
        listing.emit(f"def {function}({parameters}):")
        listing.lines += inner.lines
        listing.emit(f"    return {result.text}")
        listing.lines.append("")
    pull = listing.fresh("pull")
    operands = ", ".join([given[place].text for place in node.wanted])
    listing.emit(f"{pull} = torch.func.vjp({function}, {operands})[1]")
    cotangents = given[takes:]
    names = [Text(listing.fresh("t")) for _ in node.wanted]
    one = cotangents[0] if len(cotangents) == 1 else tuple_of(cotangents)
    listing.emit(f"{', '.join([each.text for each in names])}{',' * (len(names) == 1)} = {pull}({one.text})")
    return tuple_of(names)


def _part(listing: Listing, whole: Text, part: int) -> Text:
    return whole.parts[part] if whole.parts else Text(f"{listing.named(whole).within(ATOM)}[{part}]")


def probe(listing: Listing, node: Probe) -> Text:
    """`minimize` and `gradcheck` are loops of their own."""
    raise TcalcError("grad", f"{node.kind} is no single call of torch's, and is not written out", node.span)
