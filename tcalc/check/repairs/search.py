"""Repairs of a statement that does not check: changes that are tried out, and shown where the checker takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from tcalc.check.checker import Checker, Poisoned
from tcalc.check.functions import UserFunction
from tcalc.check.parameters import for_all_sizes
from tcalc.check.repairs.changes import Change, Fault
from tcalc.check.repairs.families import FAMILIES
from tcalc.check.scope import Overlay, Variable
from tcalc.check.statements import check_statement
from tcalc.errors import Repair, TcalcError
from tcalc.source import Source, Span
from tcalc.syntax import nodes
from tcalc.syntax.parser import parse_statements
from tcalc.syntax.unparse import unparse
from tcalc.syntax.walk import around, calls
from tcalc.types.mismatch import Undetermined
from tcalc.types.tensor import FunctionType, TensorType, TupleType, Type

if TYPE_CHECKING:
    from tcalc.check.checked import Checked
    from tcalc.check.scope import Scope
    from tcalc.check.surroundings import Surroundings

#: How many are shown, and how many changes are tried for them.
MOST_SHOWN = 3
MOST_TRIED = 150
#: Where none helps: how many are tried as the first of two, and how many of these are followed.
MOST_TRIED_FIRST, MOST_FOLLOWED = 12, 3
#: How many expressions around the fault are changed, and what each step outwards costs.
MOST_AROUND, STEP = 3, 4
#: What costs so much more than the best one is not offered beside it.
FARTHEST = 3
#: A statement longer than this is shown by its changed part alone.
LONGEST = 72


def repairs(
    error: TcalcError, statement: nodes.Statement, scope: Scope, surroundings: Surroundings, further: int = 1
) -> list[Repair]:
    """Repairs of a statement, best first; each was checked in the place of the statement.

    They are looked for at the place of the error, or, where that is in a function defined elsewhere, at the calls.
    Where none helps, two that help together, or as many as `further` and one.
    """
    if error.code not in FAMILIES:
        return []
    if not error.kind and check_changed(statement.span.text, statement, scope, surroundings) is not None:
        return []  # it came up while running, and nothing is known of it
    elsewhere = error.span is not None and not statement.span.holds(error.span)
    found: list[tuple[tuple[int, int], Repair]] = []
    seen: set[str] = set()
    kinds: set[tuple[int, str]] = set()
    for tried, change in enumerate(_changes(error, statement, scope, surroundings)):
        if tried >= MOST_TRIED:
            break
        if elsewhere and change.kind.endswith("widened"):
            continue  # an axis more at the call of what has too few inside is hardly meant
        whole = changed(statement, change)
        kind = (id(change.old), change.kind)
        if whole in seen or kind in kinds:
            continue
        seen.add(whole)
        checked = check_changed(whole, statement, _with_given(scope, change), surroundings)
        if checked is not None:
            if change.kind:
                kinds.add(kind)
            condition = ", ".join([f"with {name}: {type}" for name, type in change.given])
            repair = Repair(shown(statement, change, whole), type_text(statement, checked), condition, whole)
            found.append(((change.cost, _rank(_type(checked))), repair))
    if not found and further:
        return _in_steps(error, statement, scope, surroundings, further)
    found.sort(key=lambda each: each[0])
    return [repair for (cost, _), repair in found[:MOST_SHOWN] if cost <= found[0][0][0] + FARTHEST]


def _in_steps(
    error: TcalcError, statement: nodes.Statement, scope: Scope, surroundings: Surroundings, further: int
) -> list[Repair]:
    """A repair of what is wrong after another one, or none: `relu(x @ W) @ V` to `relu(x @ W.T) @ V.T`."""
    type_of = type_in(_inside(statement, scope, surroundings), surroundings)
    followed = 0
    for change in islice(_changes(error, statement, scope, surroundings), MOST_TRIED_FIRST):
        if change.given or change.also or not isinstance(change.new, nodes.Expr):
            continue
        if error.code not in ("name", "type") and type_of(change.new) is None:
            continue  # it helps nothing by itself
        whole = changed(statement, change)
        parsed = _parsed(Source(whole, statement.span.source.name, statement.span.line))
        then = None if parsed is None else _refused(parsed, scope, surroundings)
        if parsed is None or then is None or then.code not in ("shape", "name") or len(whole) > LONGEST:
            continue
        found = repairs(then, parsed, scope, surroundings, further - 1)
        if found:
            return found[:1]
        followed += 1
        if followed >= MOST_FOLLOWED:
            break
    return []


def _refused(statement: nodes.Statement, scope: Scope, surroundings: Surroundings) -> TcalcError | None:
    """What is wrong with a statement."""
    try:
        check_statement(statement, scope, surroundings)
    except TcalcError as error:
        return error
    except (Poisoned, RecursionError):
        pass
    return None


def _changes(
    error: TcalcError, statement: nodes.Statement, scope: Scope, surroundings: Surroundings
) -> Iterator[Change]:
    """What may be tried, the likelier first."""
    families = FAMILIES.get(error.code, ())
    known = scope.names()
    type_of = type_in(_inside(statement, scope, surroundings), surroundings)
    changes: list[Change] = []
    for step, node in enumerate(_faults(error, statement)):
        for family in families:
            for change in family(Fault(statement, node, error, known, type_of)):
                change.cost += step * STEP
                changes.append(change)
    changes.sort(key=lambda change: change.cost)
    yield from changes


def _inside(statement: nodes.Statement, scope: Scope, surroundings: Surroundings) -> Scope:
    """The names in sight in a statement: in the body of a definition its parameters too."""
    if not isinstance(statement, nodes.Define):
        return scope
    function = UserFunction("", statement.parameters, None, statement.body, {}, statement.span)
    try:
        parameters, _ = for_all_sizes(Checker(scope, surroundings), function)
    except TcalcError:
        return scope
    inside = Overlay(scope)
    for name, typed in parameters.items():
        inside.bind(name, Variable(typed.type))
    return inside


def type_in(scope: Scope, surroundings: Surroundings) -> Callable[[nodes.Expr], TensorType | None]:
    """What gives the type of an expression, or None where it is no tensor or has no type by itself."""

    def type_of(node: nodes.Expr) -> TensorType | None:
        try:
            type = Checker(scope, surroundings).check(node).type
        except (TcalcError, Poisoned, Undetermined, RecursionError):
            return None
        return type if isinstance(type, TensorType) else None

    return type_of


def _faults(error: TcalcError, statement: nodes.Statement) -> list[nodes.Expr]:
    span = error.span
    if span is None:
        return []
    place = statement.span
    if span.source is place.source and place.start <= span.start and span.end <= place.end:
        return places(statement, span)[:MOST_AROUND]
    every: list[nodes.Expr] = list(calls(statement))
    return every[:MOST_AROUND]


def places(statement: nodes.Statement, span: Span) -> list[nodes.Expr]:
    """The expressions at and around a place, the innermost first; of a whole `x -= y` its right side."""
    found = around(statement, span)
    return [statement.value] if not found and isinstance(statement, nodes.Update) else found


def changed(statement: nodes.Statement, change: Change) -> str:
    """The statement's text with the change in it; all else stays as it was written."""
    bare = _with(statement, change, False)
    if not isinstance(change.new, nodes.Expr):
        return bare  # a type
    text = change.old.span.text
    written = text.startswith("(") and text.endswith(")") and not unparse(change.old).startswith("(")
    written = written and not isinstance(change.new, nodes.Call)  # a call needs none
    if not written and not change.also and _binds_as_well(change):
        return bare
    bracketed = _with(statement, change, True)
    return bare if not written and _tree(bare) == _tree(bracketed) else bracketed


def _binds_as_well(change: Change) -> bool:
    """Whether what is new certainly stands there without brackets: what binds tightest, and the same operator."""
    old, new = change.old, change.new
    if isinstance(old, nodes.Binary) and isinstance(new, nodes.Binary):
        return old.operator == new.operator
    return isinstance(new, nodes.Call | nodes.Name | nodes.Attribute | nodes.Index)


def _with(statement: nodes.Statement, change: Change, bracketed: bool) -> str:
    """The statement's text with what is new at each place of a change."""
    text, begin = statement.span.text, statement.span.start
    for old, new in sorted([(change.old, change.new), *change.also], key=lambda each: -each[0].span.start):
        start, written = old.span.start - begin, unparse(new)
        text = text[:start] + (f"({written})" if bracketed else written) + text[start + len(old.span.text) :]
    return text


def _tree(text: str) -> str:
    """What a statement's text stands for, however it is bracketed; the text itself where it is none."""
    parsed = _parsed(Source(text))
    return text if parsed is None else unparse(parsed)


def _parsed(source: Source) -> nodes.Statement | None:
    """The one statement that a text is."""
    parsed = list(parse_statements(source))
    return None if len(parsed) != 1 or isinstance(parsed[0], TcalcError) else parsed[0]


def _with_given(scope: Scope, change: Change) -> Scope:
    """The names in sight, and those that the user has to supply."""
    if not change.given:
        return scope
    with_given = Overlay(scope)
    for name, type in change.given:
        with_given.bind(name, Variable(type))
    return with_given


def check_changed(text: str, statement: nodes.Statement, scope: Scope, surroundings: Surroundings) -> Checked | None:
    """The changed statement, checked; None where it does not check."""
    parsed = _parsed(Source(text, statement.span.source.name, statement.span.line))
    if parsed is None:
        return None
    try:
        return check_statement(parsed, scope, surroundings)
    except (TcalcError, Poisoned, RecursionError):
        return None


def _type(checked: Checked) -> Type | None:
    """The type that a statement's value has, None for a function's; what is taken apart is a tuple."""
    if isinstance(checked.statement, nodes.Unpack):
        return TupleType(tuple([each.type for each in checked.values]))
    return checked.values[-1].type if checked.values else None


def type_text(statement: nodes.Statement, checked: Checked) -> str:
    """The type that a repair shows: an annotated function's is what it says that it gives."""
    if isinstance(statement, nodes.Define) and statement.result is not None:
        told = checked.statement  # the result may be what was changed
        return told.result.span.text if isinstance(told, nodes.Define) and told.result is not None else ""
    type = _type(checked)
    nothing = type is None or isinstance(type, FunctionType) or checked.action == "gradients"
    return "" if nothing else str(type)


def _rank(type: Type | None) -> int:
    return len(type.axes) if isinstance(type, TensorType) else 0


def shown(statement: nodes.Statement, change: Change, whole: str) -> str:
    """The changed expression of a statement; where that is long, the changed part alone."""
    text = whole.rstrip("; \t")
    body = None if isinstance(statement, nodes.Update) else _body(statement)
    if body is not None and body.span.start <= change.old.span.start and change.old.span.end <= body.span.end:
        after = statement.span.end - body.span.end
        text = whole[body.span.start - statement.span.start : len(whole) - after]
    if len(text) <= LONGEST and "\n" not in text:
        return text
    if isinstance(statement, nodes.Define) and change.old is statement.result:
        return f"{statement.name.name}(...): {unparse(change.new)} = ..."
    for call in calls(statement):
        if call.function is change.old and isinstance(change.new, nodes.Expr):  # its name alone would say little
            return unparse(nodes.Call(call.span, change.new, call.arguments))
    return unparse(change.new)


def _body(statement: nodes.Statement) -> nodes.Expr | None:
    if isinstance(statement, nodes.Define):
        return statement.body
    if isinstance(statement, nodes.Show | nodes.Bind | nodes.Unpack | nodes.Update):
        return statement.value
    return None
