"""Repairs that change an operand's axes, or take the operation that was meant."""

from __future__ import annotations

from collections.abc import Iterator

from tcalc import library
from tcalc.check.names import is_torch
from tcalc.check.repairs import axes
from tcalc.check.repairs.changes import (
    Change,
    Fault,
    attribute,
    binary,
    called,
    indexed,
    integer,
    integer_of,
    name,
    renamed,
    with_argument,
    with_function,
)
from tcalc.syntax import nodes
from tcalc.syntax.walk import within

#: Operations that people take for each other, each with what it may have been meant for.
OPERATORS = {"@": ("*",), "*": ("@",)}
FUNCTIONS = {
    "bmm": ("matmul",),
    "mm": ("matmul",),
    "mv": ("matmul",),
    "dot": ("matmul", "vecdot", "outer"),
    "vdot": ("matmul",),
    "inner": ("matmul",),
    "matmul": ("mul",),
    "mul": ("matmul",),
    "cat": ("stack", "hstack"),
    "stack": ("cat",),
    "vstack": ("hstack", "cat"),
    "hstack": ("vstack",),
}
REDUCTIONS = frozenset(
    "sum mean prod std var amax amin max min norm logsumexp median quantile any all argmax argmin".split()
)
TRANSPOSES = frozenset(["transpose", "swapaxes", "swapdims", "t"])
#: How many axes an operand is given a new one among.
MOST_AXES = 3


def on_operators(fault: Fault) -> Iterator[Change]:
    """Either operand of an operator turned or widened, and the other product."""
    node = fault.node
    if not isinstance(node, nodes.Binary):
        return
    product = node.operator == "@"
    labels = fault.error.code == "label"  # the left side's axes come first
    for other in OPERATORS.get(node.operator, ()):
        meant = other == "@" and _are_matrices(fault, node)
        yield Change(node, binary(node, node.left, node.right, other), 0 if meant else 3)
    for cost, right, kind in variants(node.right, product):
        if product and kind == "widened":
            continue  # a product of one axis more is hardly meant
        cost += labels + _excess(fault, node.right, right, node.left)
        yield Change(node, binary(node, node.left, right), cost, kind and f"right {kind}")
    for cost, left, kind in variants(node.left, product):
        if product and kind == "widened":
            continue
        cost += product + _excess(fault, node.left, left, node.right)
        yield Change(node, binary(node, left, node.right), cost, kind and f"left {kind}")


def _excess(fault: Fault, operand: nodes.Expr, new: nodes.Expr, other: nodes.Expr) -> int:
    """What it costs to give the operand that has more axes, or as many, yet another one; of vectors it may be meant."""
    kept = isinstance(operand, nodes.Call) and isinstance(new, nodes.Call) and _kept(operand) is not None
    if not kept and (not isinstance(new, nodes.Index) or new.value is not operand):
        return 0
    types = fault.type_of(operand), fault.type_of(other)
    one, two = [None if type is None else type.rank for type in types]
    if not isinstance(new, nodes.Index):
        return 2 if one is not None and two is not None and one >= two else 0
    added = sum(isinstance(item, nodes.Constant) for item in new.items)
    return 1 + 4 * added if one is not None and two is not None and one + added > max(two, 2) else 0


def _are_matrices(fault: Fault, node: nodes.Binary) -> bool:
    """Whether both operands have two axes."""
    types = fault.type_of(node.left), fault.type_of(node.right)
    return all(type is not None and type.rank == 2 for type in types)


def last_two_axes(fault: Fault) -> Iterator[Change]:
    """`x.T` of more axes than two to `x.mT`."""
    node = fault.node
    if isinstance(node, nodes.Attribute) and node.name == "T":
        yield Change(node, attribute(node.value, "mT"), 0)


def on_choices(fault: Fault) -> Iterator[Change]:
    """A choice by a condition of many values, made element by element: `where(c, a, b)`."""
    node = fault.node
    if isinstance(node, nodes.If):
        where = called(name("where", node.span), [node.condition, node.then, node.otherwise])
        yield Change(node, where, 0)


def on_comparisons(fault: Fault) -> Iterator[Change]:
    """Either side of a comparison widened."""
    node = fault.node
    if not isinstance(node, nodes.Compare) or len(node.links) != 1:
        return
    ((operator, right),) = node.links
    for cost, new, _ in variants(right, False):
        cost += _excess(fault, right, new, node.first)
        yield Change(node, nodes.Compare(node.span, node.first, ((operator, new),)), cost)
    for cost, new, _ in variants(node.first, False):
        cost += _excess(fault, node.first, new, right)
        yield Change(node, nodes.Compare(node.span, new, ((operator, right),)), cost)


def on_updates(fault: Fault) -> Iterator[Change]:
    """The right side of `x -= y` turned or widened."""
    update = fault.of_update
    if update is not None:
        for cost, new, kind in variants(update.value, False):
            if not _excess(fault, update.value, new, update.target):
                yield Change(update.value, new, cost, kind)


def on_reductions(fault: Fault) -> Iterator[Change]:
    """A reduction among the operands over another axis: `x.sum(0) + y` to `x.sum(-1) + y`."""
    for operand, _ in _operands(fault.node):
        function = operand.function if isinstance(operand, nodes.Call) else operand
        if _is_reduction(function.value if isinstance(function, nodes.Index) else function):
            inner = Fault(fault.statement, operand, fault.error, fault.known, fault.type_of)
            for change in axes.other_axis(inner):
                change.cost = 1
                yield change


def on_alike(fault: Fault) -> Iterator[Change]:
    """An operand changed together with what has its shape elsewhere in the statement.

    `(x - m) / m` to `(x - m[:, None]) / m[:, None]`, also with `s` for the second `m`, and
    `(x - x.mean(1)) / x.std(1)` to `(x - x.mean(1, keepdim=True)) / x.std(1, keepdim=True)`.
    """
    every = list(within(fault.statement))
    for operand, other in _operands(fault.node):
        kept = _kept(operand) if isinstance(operand, nodes.Call) else None
        if isinstance(operand, nodes.Call) and kept is not None:
            calls = [each for each in every if isinstance(each, nodes.Call) and _are_alike(fault, operand, each)]
            pairs = [(call, new) for call in calls if (new := _kept(call)) is not None]
            if pairs:
                yield Change(operand, kept, 1, also=pairs)
        if not isinstance(operand, nodes.Name):
            continue
        names = [each for each in every if isinstance(each, nodes.Name) and each is not operand]
        same = [each for each in names if each.name == operand.name]
        alike = [each for each in names if each in same or _are_alike(fault, operand, each)]
        for number, (cost, new, kind) in enumerate(variants(operand, False)):
            if _excess(fault, operand, new, other):
                continue
            for step, mates in enumerate((same, alike), 1):
                if mates and (step == 1 or (len(mates) > len(same) and isinstance(new, nodes.Index))):
                    also = [(mate, list(variants(mate, False))[number][1]) for mate in mates]
                    yield Change(operand, new, cost + step, kind, also=also)


def _are_alike(fault: Fault, one: nodes.Expr, other: nodes.Expr) -> bool:
    """Whether two expressions are tensors of one shape."""
    if one is other:
        return False
    first, second = fault.type_of(one), fault.type_of(other)
    return first is not None and second is not None and first.outline == second.outline


def _operands(node: nodes.Expr) -> list[tuple[nodes.Expr, nodes.Expr]]:
    """The operands of an operator or a call, the last first, each with another one."""
    if isinstance(node, nodes.Binary):
        both = [node.right, node.left]
    elif isinstance(node, nodes.Compare):
        both = [node.links[0][1], node.first]
    else:
        both = [each.value for each in node.arguments[::-1]] if isinstance(node, nodes.Call) else []
    return [(each, both[place - 1]) for place, each in enumerate(both)] if len(both) > 1 else []


def on_calls(fault: Fault) -> Iterator[Change]:
    """Any argument of a call turned or widened, and functions that are taken for each other."""
    node = fault.node
    if not isinstance(node, nodes.Call):
        return
    function = node.function
    word = function.name if isinstance(function, nodes.Name | nodes.Attribute) else ""
    for other in FUNCTIONS.get(word, ()):
        yield Change(node, with_function(node, renamed(function, other)), 3 if other == "mul" else 2)
    product = not _is_elementwise(word)
    for position in reversed(range(min(len(node.arguments), MOST_AXES))):
        argument = node.arguments[position].value
        others = [each.value for each in node.arguments if each.value is not argument]
        for cost, value, kind in (*_squeezed(fault, argument), *variants(argument, product)):
            if product or not others or not all(_excess(fault, argument, value, each) for each in others):
                new = with_argument(node, position, value)
                yield Change(node, new, cost + 1, kind and f"{position} {kind}")
        if isinstance(argument, nodes.ListOf | nodes.TupleOf):
            for cost, items, kind in _in_list(argument.items):
                listed = type(argument)(argument.span, items)
                yield Change(node, with_argument(node, position, listed), cost + 1, kind)
    if isinstance(function, nodes.Attribute):
        for cost, value, kind in (*_squeezed(fault, function.value), *variants(function.value, True)):
            receiver = nodes.Attribute(function.span, value, function.name, function.name_span)
            yield Change(node, with_function(node, receiver), cost + 1, kind)


def _is_elementwise(word: str) -> bool:
    """Whether a function broadcasts all of its tensors: a new axis is then likelier meant than a transpose."""
    row = library.row(word)
    tensors = [] if row is None else [each for each in row.forms[0].signature.parameters if each.kind == "tensor"]
    return len(tensors) > 1 and all(len(each.axes) == each.packs == 1 for each in tensors)


def _squeezed(fault: Fault, operand: nodes.Expr) -> Iterator[tuple[int, nodes.Expr, str]]:
    """An operand without an axis of one element, the last first: `y.squeeze(1)`.

    Where both operands grew, to widen the other one keeps more.
    """
    type = None if fault.error.kind == "growth" else fault.type_of(operand)
    for position in reversed(range(len(type.axes) if type is not None and type.rank is not None else 0)):
        if type is not None and getattr(type.axes[position], "size", None) == 1:
            place = integer(position, operand.span)
            yield 0, called(attribute(operand, "squeeze"), [place]), ""


def _in_list(items: tuple[nodes.Expr, ...]) -> Iterator[tuple[int, tuple[nodes.Expr, ...], str]]:
    """One of a few tensors that are to be joined turned or widened, the last first."""
    for place in reversed(range(min(len(items), MOST_AXES))):
        for cost, value, kind in variants(items[place], True):
            yield cost, (*items[:place], value, *items[place + 1 :]), kind and f"item {place} {kind}"


def variants(operand: nodes.Expr, product: bool) -> Iterator[tuple[int, nodes.Expr, str]]:
    """Ways in which an operand's axes may have been meant, each with its cost and kind.

    In a product a transpose is likelier than a new axis, elsewhere it is the other way round.
    """
    if isinstance(operand, nodes.Text | nodes.Constant | nodes.Lambda) or _is_number(operand):
        return
    before_it, turned = _turned(operand)
    if isinstance(operand, nodes.Call):
        kept = _kept(operand)
        if kept is not None:
            yield 0, kept, ""
        if before_it is not None and not turned:
            yield 1, _last_two(before_it), "turned"
        flattened = _flattened(operand)
        if flattened is not None:
            yield 0, flattened, ""
    if before_it is not None:
        yield 1, before_it, "turned"
    if isinstance(operand, nodes.ListOf):
        if not operand.items:
            return
    elif not turned:
        yield (1 if product else 4), attribute(operand, "T"), "turned"
        yield (2 if product else 5), attribute(operand, "mT"), "turned"
    for before in range(MOST_AXES):
        every: list[nodes.Expr] = [nodes.Slice(operand.span, None, None, None)] * before
        widened = indexed(operand, [*every, nodes.Constant(operand.span, None)])
        yield (5 if product else 1) + (before != 1) + (before == 0), widened, "widened" if product else ""
        if before and not product:
            yield 1 + before, indexed(operand, [*every, *[nodes.Constant(operand.span, None)] * 2]), ""


def _turned(operand: nodes.Expr) -> tuple[nodes.Expr | None, bool]:
    """What an operand is the transpose of, None where it is none, and whether the last two axes change places."""
    if isinstance(operand, nodes.Attribute):
        turned = operand.name in ("T", "mT")
        return (operand.value if turned else None), turned
    if not isinstance(operand, nodes.Call):
        return None, False
    over, places = operand.function, [each.value for each in operand.arguments]
    if isinstance(over, nodes.Index):
        places = [*places, *[each for each in over.items if isinstance(each, nodes.Expr)]]
        over = over.value
    if not isinstance(over, nodes.Name | nodes.Attribute) or over.name not in TRANSPOSES:
        return None, False
    if isinstance(over, nodes.Attribute) and not is_torch(over):
        places = [over.value, *places]
    if not places:
        return None, False
    axes = sorted([axis for each in places[1:] if (axis := integer_of(each)) is not None])
    return places[0], over.name == "t" or axes == [-2, -1]


def _last_two(operand: nodes.Expr) -> nodes.Expr:
    """`x.transpose(-2, -1)`"""
    return called(attribute(operand, "transpose"), [integer(place, operand.span) for place in (-2, -1)])


def _flattened(operand: nodes.Call) -> nodes.Expr | None:
    """`x.flatten(1)`, which keeps the batch's axis, for `x.flatten()`."""
    function, one = operand.function, nodes.Argument(operand.span, None, integer(1, operand.span))
    if not isinstance(function, nodes.Name | nodes.Attribute) or function.name != "flatten":
        return None
    method = isinstance(function, nodes.Attribute) and not is_torch(function)
    if len(operand.arguments) != (0 if method else 1):
        return None
    return nodes.Call(operand.span, function, (*operand.arguments, one))


def _is_number(node: nodes.Expr) -> bool:
    return isinstance(node.operand if isinstance(node, nodes.Unary) else node, nodes.Number)


def _kept(call: nodes.Call) -> nodes.Expr | None:
    """A reduction that keeps its axis: `sum[1, keepdim](x)`, `x.sum(1, keepdim=True)`."""
    function = call.function
    if isinstance(function, nodes.Index) and _is_reduction(function.value):
        if any(isinstance(item, nodes.Name) and item.name.startswith("keepdim") for item in function.items):
            return None
        return with_function(call, indexed(function.value, [*function.items, name("keepdim", function.span)]))
    if _is_reduction(function) and not any((each.name or "").startswith("keepdim") for each in call.arguments):
        keep = nodes.Argument(call.span, "keepdim", nodes.Constant(call.span, True))
        return nodes.Call(call.span, function, (*call.arguments, keep))
    return None


def _is_reduction(function: nodes.Expr) -> bool:
    return isinstance(function, nodes.Name | nodes.Attribute) and function.name in REDUCTIONS
