"""What a session's statements are checked under, and what is said of them: notes, and what may have been meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.check.checker import Poisoned
from tcalc.check.statements import check_statement
from tcalc.check.surroundings import Surroundings
from tcalc.errors import TcalcError
from tcalc.foreseen import Foreseen
from tcalc.graph.lower import alone
from tcalc.outcomes import Failed, Noted, Outcome
from tcalc.recall import Recall
from tcalc.syntax.parser import parse_statements

if TYPE_CHECKING:
    from tcalc.bindings import Bindings
    from tcalc.check.checked import Checked
    from tcalc.check.scope import Scope
    from tcalc.check.typed import Apply
    from tcalc.interrupt import Ticket
    from tcalc.late import LateEngine
    from tcalc.reading import Reading
    from tcalc.saving import Saving
    from tcalc.settings import Settings
    from tcalc.source import Source
    from tcalc.syntax import nodes
    from tcalc.telling import Telling
    from tcalc.types.tensor import Type

#: With more errors than this, those that follow come without repairs and near names: these take milliseconds to find.
MOST_REPAIRED = 100


class Checking:
    """Checks statements under the names, the settings and the files of a session. Nothing is run."""

    def __init__(
        self, bindings: Bindings, settings: Settings, reading: Reading, saving: Saving, late: LateEngine
    ) -> None:
        self._bindings, self._settings, self._late = bindings, settings, late
        self._reading, self._saving = reading, saving

    def surroundings(
        self, evaluating: bool = False, ticket: Ticket | None = None, foreseen: Foreseen | None = None
    ) -> Surroundings:
        """What a check may ask. Where nothing runs, a file may still be missing, or promised by a statement before."""
        settings = self._settings

        def header(path: str, part: str | None) -> Type:
            found = None
            if foreseen is not None and not settings.safe:
                found = foreseen.promised.find(path, part)
            if found is None:
                found = (self._reading.header if evaluating else self._reading.header_or_unknown)(path, part)
            if ticket is not None:
                ticket.headers[path, part] = found
            return found

        return Surroundings(
            settings.default_float,
            evaluating=evaluating,
            header=header,
            infer=self._inferred if evaluating else None,
            device=settings.device,
            storable=self._saving.check,
            memory=Recall(
                self._bindings,
                ticket if foreseen is None else None,
                self._late.get,
                None if foreseen is None or ticket is not None else foreseen.versions,
            ),
        )

    def _inferred(self, call: Apply) -> Type:
        """The type of a call that only torch knows."""
        found: Type = self._late.get().infer(alone(call))
        return found

    def looked_at(self, statement: nodes.Statement) -> Checked:
        """A statement checked for somebody who asks for types, and wants to see them though torch be loaded for it."""
        surroundings = self.surroundings()
        surroundings.infer = self._inferred
        return check_statement(statement, self._bindings, surroundings)

    def foreseen(self) -> Foreseen:
        """What a program will have done before any statement of it runs: nothing yet."""
        return Foreseen(self._bindings, self._bindings)

    def program(
        self, source: Source, telling: Telling, ticket: Ticket | None = None
    ) -> tuple[list[nodes.Statement], list[Outcome]]:
        """See `Session.check`."""
        foreseen = self.foreseen()
        statements: list[nodes.Statement] = []
        outcomes: list[Outcome] = []
        for parsed in parse_statements(source):
            if ticket is not None:
                ticket.look()
            if isinstance(parsed, TcalcError):
                self.offer_repairs(parsed, None, foreseen)
                outcomes.append(Failed(parsed))
                foreseen.unbind(parsed.unbound)
                continue
            try:
                surroundings = self.surroundings(foreseen=foreseen)
                surroundings.brief = len(outcomes) >= MOST_REPAIRED
                checked = check_statement(parsed, foreseen.scope, surroundings)
            except TcalcError as error:
                if not surroundings.brief:
                    self.offer_repairs(error, parsed, foreseen)
                outcomes.append(Failed(error.with_traceback(None), parsed))  # which would hold all that was checked
            except Poisoned:
                pass
            except RecursionError:
                outcomes.append(Failed(too_deep(parsed), parsed))
            else:
                statements.append(parsed)
                outcomes.extend(self.noted(checked, foreseen.scope, telling, not surroundings.brief))
                foreseen.enter(checked)
                continue
            foreseen.spoil(parsed)
        return statements, outcomes

    def offer_repairs(
        self, error: TcalcError, statement: nodes.Statement | None, foreseen: Foreseen | None = None
    ) -> None:
        """What may have been meant by a statement that does not check, or by what is none."""
        if statement is None and (error.span is None or error.span.text != "def"):
            return
        from tcalc.check.repairs import definition_repairs, repairs  # nothing that runs needs it

        surroundings = self.surroundings(foreseen=foreseen)
        surroundings.brief = True  # what the errors of trials say is not read
        scope = self._bindings if foreseen is None else foreseen.scope
        if statement is None:
            error.repairs += definition_repairs(error, scope, surroundings)
        else:
            error.repairs += repairs(error, statement, scope, surroundings)

    def noted(self, checked: Checked, scope: Scope, telling: Telling, repaired: bool = True) -> list[Noted]:
        """The notes on a statement, where they are wanted, each with what may have been meant."""
        notes = telling.news(checked)
        if not notes or not self._settings.notes:
            return []
        from tcalc.check.repairs import note_repairs

        for note in notes if repaired else ():
            note.repairs += note_repairs(note, checked.statement, scope, self.surroundings())
        return [Noted(note) for note in notes]


def too_deep(statement: nodes.Statement) -> TcalcError:
    """The error for a statement that the checker cannot follow."""
    return TcalcError("limit", "nesting deeper than can be followed", statement.span)
