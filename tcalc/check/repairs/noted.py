"""Repairs of what is odd: a change that checks, and that nothing of the kind is noted about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tcalc.check.repairs.changes import Change, Fault, around, called, name
from tcalc.check.repairs.families import Family
from tcalc.check.repairs.letters import no_letter_alone
from tcalc.check.repairs.operands import on_calls, on_comparisons, on_operators
from tcalc.check.repairs.search import changed, check_changed, shown, type_in, type_text
from tcalc.errors import Repair, TcalcError
from tcalc.syntax import nodes

if TYPE_CHECKING:
    from tcalc.check.scope import Scope
    from tcalc.check.surroundings import Surroundings
    from tcalc.errors import Note

#: How many changes are tried.
MOST_TRIED = 40


def note_repairs(note: Note, statement: nodes.Statement, scope: Scope, surroundings: Surroundings) -> list[Repair]:
    """What was likely meant by what a note is about: one program that was checked, or none."""
    families = FAMILIES.get(note.kind, ())
    found = around(statement, note.span)[:1] if families else []
    if not found or found[0].span.text != note.span.text:
        return []  # it is about another statement, in which a function was defined
    fault = Fault(found[0], TcalcError("shape", note.message, note.span), (), type_in(scope, surroundings))
    changes = [change for family in families for change in family(fault)]
    changes.sort(key=lambda change: change.cost)
    for change in changes[:MOST_TRIED]:
        if note.kind == "growth" and not _is_smaller(fault, change):
            continue
        whole = changed(statement, change)
        checked = check_changed(whole, statement, scope, surroundings)
        if checked is not None and all(other.kind != note.kind for other in checked.notes):
            return [Repair(shown(statement, change, whole), type_text(statement, checked), "", whole)]
    return []


def _is_smaller(fault: Fault, change: Change) -> bool:
    """Whether a change makes fewer numbers in no more axes: then not both operands grow."""
    before, after = fault.type_of(fault.node), fault.type_of(change.new)
    if before is None or after is None:
        return False
    if not before.axes and isinstance(change.new, nodes.Call):  # a loss: what it is of cannot be seen from outside
        shapes = {str(type.shape) for each in change.new.arguments if (type := fault.type_of(each.value)) is not None}
        return len(shapes) == 1
    counts = before.numel, after.numel
    smaller = isinstance(counts[0], int) and isinstance(counts[1], int) and counts[1] < counts[0]
    return smaller and len(after.axes) <= len(before.axes)


def nearly_equal(fault: Fault) -> Iterator[Change]:
    """`a == b` to `isclose(a, b)`."""
    node = fault.node
    if not isinstance(node, nodes.Compare) or len(node.links) != 1:
        return
    ((operator, right),) = node.links
    close: nodes.Expr = called(name("isclose", node.span), [node.first, right])
    if operator == "!=":
        close = nodes.Unary(node.span, "~", close)
    yield Change(node, close, 0)


FAMILIES: dict[str, tuple[Family, ...]] = {
    "growth": (on_operators, on_comparisons, on_calls),
    "equality": (nearly_equal,),
    "letter": (no_letter_alone,),
}
