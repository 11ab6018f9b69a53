"""What checking a statement finds out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.check.dependence import changes, mentions
from tcalc.check.scope import Variable, fixed_here
from tcalc.errors import shortened
from tcalc.types.tensor import Origin, Type

if TYPE_CHECKING:
    from tcalc.check.checker import Key
    from tcalc.check.typed import Typed
    from tcalc.errors import Note
    from tcalc.syntax import nodes

#: Names that begin with this are a session's own: no program can write them.
HIDDEN = "\N{MIDDLE DOT}"


class Checked:
    """A checked statement.

    `action` is "show" (the values are results), "bind" (they go to `targets`), "save" (they go to a file: `saved` is
    its path, and their names there), "seed", "leave", "gradients" (what `backward` and its kin do) or "nothing".
    `variables` are the names bound, in order, with their types; a name without a value (`rows` of `[rows, cols]`) has a
    static type. `values` are the expressions to compute, `targets[i]` the name that value i goes to, or None.
    """

    __slots__ = (
        "_origins",
        "action",
        "derives",
        "notes",
        "pending",
        "saved",
        "silent",
        "statement",
        "targets",
        "used",
        "values",
        "variables",
    )

    def __init__(self, statement: nodes.Statement, action: str, values: tuple[Typed, ...] = ()) -> None:
        self.statement = statement
        self.silent = statement.silent
        self.action = action
        self.values = values
        self.targets: tuple[str | None, ...] = (None,) * len(values)
        self.variables: list[tuple[str, Variable]] = []
        self.saved: tuple[str, tuple[str, ...]] = ("", ())
        self.notes: list[Note] = []
        #: Whether there is a derivative in it.
        self.derives = False
        #: Names looked at, with the types they had.
        self.used: dict[str, Type | None] = {}
        #: Parts to be computed before the statement can be checked whole.
        self.pending: list[tuple[Key, Typed]] = []
        self._origins: tuple[tuple[bool, bool], ...] | None = None

    @property
    def origins(self) -> tuple[tuple[bool, bool], ...]:
        """Of each value whether it changes with a variable of the session, and whether it mentions one.

        Found out once: a statement that is run again is asked again.
        """
        if self._origins is None:
            self._origins = tuple([(changes(each), mentions(each)) for each in self.values])
        return self._origins


def origin_of(statement: nodes.Statement, name: str) -> Origin:
    """A statement as where a name got what it is."""
    return Origin(name, shortened(statement.span.text), statement.span.line)


def fixed_by(statement: nodes.Statement, name: str, type: Type) -> Type:
    """The type with a statement as where its sizes were fixed."""
    return fixed_here(type, origin_of(statement, name))
