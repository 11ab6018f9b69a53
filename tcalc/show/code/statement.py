"""A graph as the torch code that it runs: `torch.mv(A, x) + c`, line by line where a value is used twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.graph.graph import Number, Part
from tcalc.graph.lower import FILE
from tcalc.show.code.listing import Context, Listing
from tcalc.show.code.text import WIDEST, Text
from tcalc.types.tensor import TupleType

if TYPE_CHECKING:
    from typing import Protocol

    from tcalc.graph.graph import Graph
    from tcalc.types.dtypes import DType

    class Helpers(Protocol):
        """Functions that code calls which are no torch functions: our own kernels."""

        def name(self, kernel: str) -> str:
            """What the function is called that is this kernel."""

        def texts(self) -> list[str]:
            """The functions named so far, and what they call, each as a piece of Python."""


def code_text(
    graph: Graph, targets: Sequence[str | None], taken: Sequence[str], helpers: Helpers, default_float: DType
) -> str:
    """The code of a graph, whose results are bound to `targets` where those are names.

    `taken` are names that a value in between must not have. Functions that the code calls stand before it.
    """
    names = {node.name: Text(str(node.name)) for node in graph.inputs if not str(node.name).startswith(FILE)}
    functions, lines = code_lines(graph, targets, taken, names, helpers, default_float)
    return "\n".join([*[f"{text}\n" for text in functions], *lines])


def code_lines(
    graph: Graph,
    targets: Sequence[str | None],
    taken: Sequence[str],
    names: dict[str | int, Text],
    helpers: Helpers,
    default_float: DType,
) -> tuple[list[str], list[str]]:
    """The functions that a graph's code calls, and the code, in which inputs are called as in `names`."""
    context = Context({*taken}, helpers.name, default_float)
    listing = Listing(context, names)
    bound = [*targets, *[None] * (len(graph.results) - len(targets))]
    if any(bound):
        assign(listing, graph, bound)
    else:
        for result, text in zip(graph.results, listing.block(graph), strict=True):
            listing.emit(listing.number(result).text if isinstance(result, Number) else text.text)
    return [*helpers.texts(), *context.functions()], listing.lines


def assign(listing: Listing, graph: Graph, targets: Sequence[str | None]) -> None:
    """Bind a graph's results to names, all at once; None where nobody wants one."""
    listing.wanted = targets[0] if len(targets) == 1 else None
    texts = listing.block(graph)
    if _are_parts_of_the_last(listing, graph, texts):
        names = ", ".join([name or "_" for name in targets])
        listing.lines[-1] = f"{names} = {listing.lines[-1].partition(' = ')[2]}"
        return
    wanted = [
        (name, listing.number(result) if isinstance(result, Number) else text)
        for name, text, result in zip(targets, texts, graph.results, strict=True)
        if name and name != text.text
    ]
    if len(wanted) > 1 and sum([len(text.text) for _, text in wanted]) > WIDEST:
        wanted = [(name, listing.named(text)) for name, text in wanted]
    if wanted:
        listing.emit(f"{', '.join([name for name, _ in wanted])} = {', '.join([text.text for _, text in wanted])}")


def _are_parts_of_the_last(listing: Listing, graph: Graph, texts: Sequence[Text]) -> bool:
    """Whether the results are the parts of a tuple that the last line makes."""
    name, equals, _ = (listing.lines[-1] if listing.lines else "").partition(" = ")
    if not equals or not name.isidentifier() or len(texts) < 2:
        return False
    made = [node.type for node in graph.nodes if listing.texts[id(node)].text == name]
    whole = made[0] if made else None
    return (
        isinstance(whole, TupleType)
        and len(whole.items) == len(texts)
        and all(isinstance(node, Part) and node.index == place for place, node in enumerate(graph.results))
        and all(text.text.startswith((f"{name}.", f"{name}[")) for text in texts)
    )
