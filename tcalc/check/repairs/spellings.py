"""Repairs of a name: what was meant, in torch's spelling, NumPy's, or with a slip of the finger."""

from __future__ import annotations

from collections.abc import Iterator

from tcalc import library
from tcalc.check.binding import OPTIONS
from tcalc.check.names import CONSTANTS, ELSEWHERE, IN_PLACE, ROOTS, SPELLINGS, dotted
from tcalc.check.near import nearest
from tcalc.check.repairs.changes import Change, Fault, name
from tcalc.library import reachable
from tcalc.syntax import nodes
from tcalc.syntax.walk import within
from tcalc.types import dtypes

#: What torch calls otherwise, where its own function of that name does something else or less.
NUMPYS = {"dot": ("matmul",), "transpose": ("permute",), "identity": ("eye",), "random": ("rand",)}
#: torch's and NumPy's functions that write one array.
WRITERS = ("save", "savetxt")


def near_name(fault: Fault) -> Iterator[Change]:
    """The names near one that nothing has."""
    node = fault.node
    if isinstance(node, nodes.Name):
        for cost, word in enumerate(_near(node.name, fault)):
            yield Change(node, name(word, node.span), 1 + cost)
    elif isinstance(node, nodes.Attribute):
        path = dotted(node)
        if node.name.endswith("_") and not node.name.startswith("_"):
            return  # it would work in place: no slip of the finger
        for cost, word in enumerate(_near(node.name, fault)):
            yield Change(node, _renamed(node, word), 1 + cost, word)
        if path is not None and path.partition(".")[0] in ROOTS:  # `np.concatenate`: functions have no prefix
            near = [] if library.row(node.name) is not None else _near(node.name, fault)
            also = [(each, name(SPELLINGS.get(each.name, each.name), each.span)) for each in _prefixed(fault, node)]
            for word in (node.name, *NUMPYS.get(node.name, ()), *near):
                yield Change(node, name(word, node.span), 3, word, also=also)
    elif isinstance(node, nodes.Call) and isinstance(node.function, nodes.Attribute):
        yield from _out_of_place(node, node.function)


def _prefixed(fault: Fault, node: nodes.Attribute) -> list[nodes.Attribute]:
    """The other names in a statement that stand behind NumPy's prefix."""
    every = [each for each in within(fault.statement) if isinstance(each, nodes.Attribute) and each is not node]
    inner = [id(each.value) for each in (*every, node)]
    dotted_names = [each for each in every if id(each) not in inner]
    return [each for each in dotted_names if (dotted(each) or "").partition(".")[0] in ("np", "numpy")]


def _out_of_place(node: nodes.Call, method: nodes.Attribute) -> Iterator[Change]:
    """`x.add_(1)` to `x.add(1)`: what works in place elsewhere gives a value here."""
    word = method.name
    out_of_place = library.row(word.rstrip("_")) or reachable.find(word.rstrip("_"), reachable.METHODS)
    if word.endswith("_") and not word.startswith("_") and word not in IN_PLACE and out_of_place is not None:
        function = _renamed(method, word.rstrip("_"))
        yield Change(node, nodes.Call(node.span, function, node.arguments), 1)


def _renamed(node: nodes.Attribute, word: str) -> nodes.Attribute:
    return nodes.Attribute(node.span, node.value, word, node.name_span)


def _near(word: str, fault: Fault) -> list[str]:
    """What a word may have been meant for, the likelier first."""
    of_torch = [dtype.torch_name for dtype in dtypes.DTYPES]
    known = [*fault.known, *CONSTANTS, *of_torch, *library.names(), *reachable.names()]
    spelled = [SPELLINGS[word]] if word in SPELLINGS else []
    lowered = [word.lower()] if word.lower() != word and word.lower() in known else []
    near = nearest(word, known)
    if word in ELSEWHERE:  # no slip of the finger: the error says what to write
        near, lowered = [each for each in near if each in ELSEWHERE[word]], []
    return list(dict.fromkeys([*spelled, *lowered, *near]))


def file_last(fault: Fault) -> Iterator[Change]:
    """`save("x.npy", x)`, which is NumPy's order, to `save(x, "x.npy")`."""
    node = fault.node
    if not isinstance(node, nodes.Call) or (dotted(node.function) or "").rpartition(".")[2] not in WRITERS:
        return
    if [isinstance(each.value, nodes.Text) for each in node.arguments] == [True, False]:
        yield Change(node, nodes.Call(node.span, name("save", node.function.span), node.arguments[::-1]), 0)


def near_option(fault: Fault) -> Iterator[Change]:
    """The option that was meant: `keepdms=True`."""
    node = fault.node
    if not isinstance(node, nodes.Call):
        return
    function = node.function.value if isinstance(node.function, nodes.Index) else node.function
    row = library.row(function.name) if isinstance(function, nodes.Name | nodes.Attribute) else None
    if row is None:
        return
    known = list(dict.fromkeys(name for form in row.forms for name in form.signature.names))
    for position, argument in enumerate(node.arguments):
        if argument.name is None or argument.name in known:
            continue
        meant = [word for word in OPTIONS.get(argument.name, ()) if word in known]
        for cost, word in enumerate(dict.fromkeys([*meant, *nearest(argument.name, known)])):
            given = list(node.arguments)
            given[position] = nodes.Argument(argument.span, word, argument.value)
            yield Change(node, nodes.Call(node.span, node.function, tuple(given)), 1 + cost)
        rest = (*node.arguments[:position], *node.arguments[position + 1 :])
        yield Change(node, nodes.Call(node.span, node.function, rest), 6)
