"""Repairs of what is odd: a change that checks, and that nothing of the kind is noted about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tcalc.check.odd import transposed_batches
from tcalc.check.repairs.changes import (
    Change,
    Fault,
    binary,
    called,
    name,
    renamed,
    with_argument,
    with_function,
)
from tcalc.check.repairs.conversions import bracketed_mask
from tcalc.check.repairs.families import Family
from tcalc.check.repairs.letters import no_letter_alone
from tcalc.check.repairs.operands import on_alike, on_calls, on_comparisons, on_operators, on_updates
from tcalc.check.repairs.search import changed, check_changed, places, shown, type_in, type_text
from tcalc.errors import Repair, TcalcError
from tcalc.syntax import nodes
from tcalc.types import dtypes

if TYPE_CHECKING:
    from tcalc.check.scope import Scope
    from tcalc.check.surroundings import Surroundings
    from tcalc.errors import Note

#: How many changes are tried.
MOST_TRIED = 40


def note_repairs(note: Note, statement: nodes.Statement, scope: Scope, surroundings: Surroundings) -> list[Repair]:
    """What was likely meant by what a note is about: one program that was checked, or none."""
    families = FAMILIES.get(note.kind, ())
    found = places(statement, note.span)[:1] if families else []
    if not found or note.span.text not in (found[0].span.text, statement.span.text):
        return []  # it is about another statement, in which a function was defined
    error = TcalcError("shape", note.message, note.span)
    error.kind = note.kind
    fault = Fault(statement, found[0], error, (), type_in(scope, surroundings))
    changes = [change for family in families for change in family(fault)]
    changes.sort(key=lambda change: change.cost)
    for change in changes[:MOST_TRIED]:
        if note.kind == "growth" and not _keeps_a_shape(fault, change):
            continue
        whole = changed(statement, change)
        checked = check_changed(whole, statement, scope, surroundings)
        if checked is not None and all(other.kind not in (note.kind, "number") for other in checked.notes):
            return [Repair(shown(statement, change, whole), type_text(statement, checked), "", whole)]
    return []


def _keeps_a_shape(fault: Fault, change: Change) -> bool:
    """Whether a change gives the shape of one operand, and so makes that of the other: then not both grow."""
    assert isinstance(change.new, nodes.Expr)
    before, after = fault.type_of(fault.node), fault.type_of(change.new)
    if before is None or after is None:  # a local name is in it: an axis more is likely, a transpose is not
        return not isinstance(change.new, nodes.Call)
    if not before.axes and isinstance(change.new, nodes.Call):  # a loss: what it is of cannot be seen from outside
        return len(set(_shapes(fault, change.new))) == 1
    return after.outline in _shapes(fault, fault.node)


def _shapes(fault: Fault, node: nodes.Expr) -> list[str]:
    """The shapes of an operation's operands."""
    operands: list[nodes.Expr] = []
    if fault.of_update is not None:
        operands = [fault.of_update.target, fault.of_update.value]
    elif isinstance(node, nodes.Binary):
        operands = [node.left, node.right]
    elif isinstance(node, nodes.Compare):
        operands = [node.first, *[right for _, right in node.links]]
    elif isinstance(node, nodes.Call):
        operands = [argument.value for argument in node.arguments]
        if isinstance(node.function, nodes.Attribute):
            operands.insert(0, node.function.value)
    return [type.outline for each in operands if (type := fault.type_of(each)) is not None]


def nearly_equal(fault: Fault) -> Iterator[Change]:
    """`a == b` to `isclose(a, b)`, `a.eq(b)` to `a.isclose(b)`."""
    node = fault.node
    if isinstance(node, nodes.Compare) and len(node.links) == 1:
        ((operator, right),) = node.links
        differs = operator == "!="
        close = called(name("isclose", node.span), [node.first, right])
    elif isinstance(node, nodes.Call) and isinstance(node.function, nodes.Name | nodes.Attribute):
        function = node.function
        differs = function.name in ("ne", "not_equal")
        close = with_function(node, renamed(function, "isclose"))
    else:
        return
    yield Change(node, nodes.Unary(node.span, "~", close) if differs else close, 0)


def in_wider_dtype(fault: Fault) -> Iterator[Change]:
    """An operand in a dtype that holds more: `i32(a) - b`."""
    node = fault.node
    for cost, dtype in enumerate(("i32", "i64", "f64")):
        if isinstance(node, nodes.Binary):
            yield Change(node, binary(node, _in_dtype(node.left, dtype), node.right), 2 * cost)
            yield Change(node, binary(node, node.left, _in_dtype(node.right, dtype)), 2 * cost + 1)
        elif isinstance(node, nodes.Unary):
            yield Change(node, nodes.Unary(node.span, node.operator, _in_dtype(node.operand, dtype)), 2 * cost)
        elif isinstance(node, nodes.Call) and len(node.arguments) == 1 and not _is_dtype(node.function):
            yield Change(node, with_argument(node, 0, _in_dtype(node.arguments[0].value, dtype)), 2 * cost)


def of_matrices(fault: Fault) -> Iterator[Change]:
    """`k.T` to `k.mT`, wherever a function transposes the matrices of a batch."""
    assert isinstance(fault.statement, nodes.Define)
    (node, new), *also = [(each, renamed(each, "mT")) for each in transposed_batches(fault.statement)]
    yield Change(node, new, 0, also=also)


def _is_dtype(function: nodes.Expr) -> bool:
    return isinstance(function, nodes.Name | nodes.Attribute) and dtypes.lookup(function.name) is not None


def _in_dtype(operand: nodes.Expr, dtype: str) -> nodes.Expr:
    return called(name(dtype, operand.span), [operand])


FAMILIES: dict[str, tuple[Family, ...]] = {
    "growth": (on_operators, on_comparisons, on_calls, on_updates, on_alike),
    "equality": (nearly_equal,),
    "letter": (no_letter_alone,),
    "wrap": (in_wider_dtype,),
    "mask": (bracketed_mask,),
    "batch": (of_matrices,),
}
