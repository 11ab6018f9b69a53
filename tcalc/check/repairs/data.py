"""Repairs of a statement that checks, and whose data cannot be computed with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tcalc.check.repairs.changes import Change, Fault, attribute, called, name, with_function
from tcalc.syntax import nodes

#: Functions that have a twin which takes what they do not, by the kind of error.
TWINS = {
    "singular": {"inv": "pinv", "inverse": "pinverse", "solve": "lstsq"},
    "logits": {"binary_cross_entropy": "binary_cross_entropy_with_logits"},
    "nan": {"mean": "nanmean", "sum": "nansum", "median": "nanmedian"},
}


def by_kind(fault: Fault) -> Iterator[Change]:
    """What may have been meant, by the kind of the error."""
    yield from FOUND.get(fault.error.kind, _nothing)(fault)


def _nothing(fault: Fault) -> Iterator[Change]:
    return iter(())


def _twin(fault: Fault) -> Iterator[Change]:
    """`pinv(A)` for `inv(A)`, `lstsq(A, b).solution` for `solve(A, b)`, `nanmean(x)` for `mean(x)`."""
    node = fault.node
    if not isinstance(node, nodes.Call):
        return
    over = node.function if isinstance(node.function, nodes.Index) else None
    function = over.value if over is not None else node.function
    word = function.name if isinstance(function, nodes.Name | nodes.Attribute) else ""
    twin = TWINS[fault.error.kind].get(word)
    if twin is None:
        return
    if isinstance(function, nodes.Attribute):
        other: nodes.Expr = nodes.Attribute(function.span, function.value, twin, function.name_span)
    else:
        other = name(twin, function.span)
    if twin == "lstsq":
        yield Change(node, attribute(with_function(node, other), "solution"), 0)
    else:
        yield Change(function, other, 0)  # the arguments stay as they are written


def _floating(fault: Fault) -> Iterator[Change]:
    """`f32(a)^b`"""
    node = fault.node
    if isinstance(node, nodes.Binary):
        yield Change(node.left, called(name("f32", node.left.span), [node.left]), 0)


def _with_replacement(fault: Fault) -> Iterator[Change]:
    """`multinomial(w, 5, replacement=True)`"""
    node = fault.node
    if isinstance(node, nodes.Call) and all(each.name != "replacement" for each in node.arguments):
        drawn_again = nodes.Argument(node.span, "replacement", nodes.Constant(node.span, True))
        yield Change(node, nodes.Call(node.span, node.function, (*node.arguments, drawn_again)), 0)


FOUND: dict[str, Callable[[Fault], Iterator[Change]]] = {
    **dict.fromkeys(TWINS, _twin),
    "power": _floating,
    "replacement": _with_replacement,
}
