"""What a text that is being typed will give, as far as it stands: nothing is run, and torch is not asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tcalc.check.checker import Poisoned
from tcalc.check.names import missing
from tcalc.check.statements import check_statement
from tcalc.errors import TcalcError
from tcalc.foreseen import Foreseen
from tcalc.graph.compiled import Compiled
from tcalc.graph.cost import peak_bytes, total_flops
from tcalc.source import Source, Span
from tcalc.syntax import nodes
from tcalc.syntax.mended import Mended, mended
from tcalc.types.tensor import TensorType, TupleType, Type

if TYPE_CHECKING:
    from tcalc.check.checked import Checked
    from tcalc.check.spots import Spot
    from tcalc.check.surroundings import Surroundings

#: Fewer operations, or bytes, are not worth telling.
MANY, LARGE = 1_000_000, 64_000_000
#: How the sentence begins of a hole of which nothing is known.
EMPTY = ("? may be anything", "? must be filled in", "? must be [?", "nothing ")
#: The sentence of a hole of which only names are known that fit.
LIKE = "? must be like one of these"


class Glance:
    """What there is to say of a text's last statement.

    `types` are those of what it gives or binds, each with its name or "". `flops` and `bytes` are told where they are
    many. `wanted` says what must come where an operand is missing; `is_name` that a name at the end is unknown.
    `missing` are names in the body of a function that nothing has yet. `error` is what is wrong, at its `span`.
    """

    __slots__ = ("bytes", "error", "flops", "is_name", "missing", "types", "wanted")

    def __init__(self) -> None:
        self.types: list[tuple[str, Type]] = []
        self.flops = self.bytes = 0
        self.wanted = ""
        self.is_name = False
        self.missing: list[str] = []
        self.error: TcalcError | None = None

    @property
    def span(self) -> Span | None:
        """Where something is wrong, None where nothing is or it has no place: of an operation the operand at fault."""
        place = None if self.error is None else self.error.span
        if self.error is None or place is None or len(self.error.marks) != 1:
            return place
        (mark,) = self.error.marks
        return mark.span if place.holds(mark.span) else place


def glance(source: Source, foreseen: Foreseen, surroundings: Callable[[], Surroundings]) -> Glance | None:
    """What will come of the last statement of a text, those before it foreseen; None of no statement.

    Where one before it is wrong, that is what is told: the last one will not be run.
    """
    found: Glance | None = None
    wrong: Glance | None = None
    for each in mended(source):
        if wrong is None and found is not None and found.error is not None:
            wrong = found
        found = Glance()
        parsed = each.statement
        if isinstance(parsed, TcalcError):
            _blame(found, parsed, source, each)
            foreseen.unbind(parsed.unbound)
            continue
        try:
            asked = surroundings()
            # What an error says of a hole is of use; near names take milliseconds.
            asked.brief = not each.is_mended and "?" not in parsed.span.text
            checked = check_statement(parsed, foreseen.scope, asked)
        except TcalcError as error:
            if each.with_argument is not None:
                asked = surroundings()
                error = _of_argument(each.with_argument, foreseen, asked) or error
            _blame(found, error, source, each)
            foreseen.spoil(parsed)
        except (Poisoned, RecursionError):
            foreseen.spoil(parsed)
        else:
            _tell(found, checked)
            function = parsed if isinstance(parsed, nodes.Define) else getattr(parsed, "value", None)
            if isinstance(function, nodes.Define | nodes.Lambda):
                found.missing = missing(function, foreseen.scope)
            foreseen.enter(checked)
        awaited = each.awaited
        if awaited is not None and found.error is None and not (found.wanted and each.added[0] == "?"):
            found.types, found.wanted = [], f"must go on with {awaited} …" if awaited else ""
    return wrong or found


def _of_argument(statement: nodes.Statement, foreseen: Foreseen, asked: Surroundings) -> TcalcError | None:
    """What must stand in a bracket that was just opened, where it must not be empty."""
    try:
        check_statement(statement, foreseen.scope, asked)
    except TcalcError as error:
        return error
    except (Poisoned, RecursionError):
        pass
    return None


def spot(source: Source, place: int, foreseen: Foreseen, surroundings: Callable[[], Surroundings]) -> Spot | None:
    """The hole at a place of a text, the statements before it foreseen; None where nothing can be read there."""
    from tcalc.check.spots import Spot

    for each in mended(source):
        parsed = each.statement
        if isinstance(parsed, TcalcError):
            foreseen.unbind(parsed.unbound)
        elif parsed.span.end >= place:
            return Spot(parsed, place, foreseen.scope, surroundings())
        else:
            try:
                foreseen.enter(check_statement(parsed, foreseen.scope, surroundings()))
            except (TcalcError, Poisoned, RecursionError):
                foreseen.spoil(parsed)
    return None


def _blame(found: Glance, error: TcalcError, source: Source, said: Mended) -> None:
    """What is wrong. At the end of a text that is not whole, or in a name there, it may come right, and is but told."""
    text = source.text.rstrip()
    span = error.span
    if _is_new(error, said.statement, len(text)):
        return
    is_at_end = span is not None and span.end >= len(text.removesuffix("."))
    is_last_word = span is not None and span.end == len(source.text) and span.text.isidentifier()
    is_uncalled = error.kind == "uncalled" and span is not None and text[span.end : span.end + 1] in ("", "[")
    if is_uncalled or (is_at_end and (said.is_mended or error.code == "name" or is_last_word)):
        found.wanted = "" if _says_nothing(error, text, said) else _shown(error)
        found.is_name = error.code == "name"
    else:
        found.error = error


def _is_new(error: TcalcError, statement: object, end: int) -> bool:
    """Whether a name that nothing has stands where one may be bound yet: before an `=` that is still to come."""
    if error.code != "name" or error.span is None or not isinstance(statement, nodes.Show) or statement.span.end < end:
        return False
    target = statement.value
    names = target.items if isinstance(target, nodes.TupleOf) else (target,)
    names = (target.function,) if isinstance(target, nodes.Call) else names
    places = [(each.span.start, each.span.end) for each in names if isinstance(each, nodes.Name)]
    return (error.span.start, error.span.end) in places


def _says_nothing(error: TcalcError, text: str, said: Mended) -> bool:
    """Whether an error at the end tells nothing of what must come: that this is not all is known."""
    if not said.is_mended:
        return False
    is_opened = said.with_argument is not None and not error.message.startswith("?")
    ends_in_dot = text.endswith(".") and error.code == "name"
    goes_on = error.kind == "count" or (error.kind == "row" and not text.endswith("]"))
    return said.in_text or is_opened or ends_in_dot or goes_on or error.message.startswith(EMPTY)


def _shown(error: TcalcError) -> str:
    """An error's sentence; of a hole of which no more is known, the first name that fits."""
    return error.notes[0] if error.message == LIKE and error.notes else error.message


def _tell(found: Glance, checked: Checked) -> None:
    if checked.action == "show":
        found.types = [("", value.type) for value in checked.values]
    elif checked.action == "bind":
        found.types = [(name, variable.type) for name, variable in checked.variables]
    if checked.pending or any(not _is_settled(value.type) for value in checked.values):
        return
    try:
        graph = Compiled(checked).lowered
    except TcalcError:  # of what can only be run, the gradient by what has no name any more
        return
    if graph is not None:
        flops, held = total_flops(graph), peak_bytes(graph)
        found.flops = flops if isinstance(flops, int) and flops >= MANY else 0
        found.bytes = held if held >= LARGE else 0


def _is_settled(type: Type) -> bool:
    """Whether something is known of a type that there is to compute, all of it."""
    if isinstance(type, TupleType):
        return all(map(_is_settled, type.items))
    return isinstance(type, TensorType) and type.is_settled
