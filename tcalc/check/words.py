"""What names mean, for help and completion: the same look-ups as the checker's, without an expression around them."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc import library
from tcalc.check import errors
from tcalc.check.names import CONSTANTS, ROOTS, SPACES
from tcalc.check.scope import Scope
from tcalc.errors import TcalcError
from tcalc.library.builtin import Builtin
from tcalc.source import Span
from tcalc.types import dtypes


class Words:
    """The names that can be written in a scope."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def load(self) -> None:
        """Read the library now and not at the first question."""
        library.rows()

    def row(self, name: str) -> Builtin | None:
        """The row that a name, a dotted name of torch's, or an operator means where nothing hides it."""
        if name in library.operators():
            return library.operator(name)
        prefix, _, last = name.rpartition(".")
        if not prefix:
            return library.row(name)
        return library.row(last, SPACES[prefix]) if prefix in SPACES else None

    def rows(self) -> list[str]:
        """The bare names of the library, sorted."""
        return sorted(set(library.names()))

    def bound(self) -> list[str]:
        """The names that the program bound, sorted."""
        return sorted(name for name in self._scope.names() if name not in ("_", "ans"))

    def starts(self) -> list[str]:
        """What an expression may begin with: bound names first, then what is predefined."""
        bound = self.bound()
        callable_rows = (name for name in library.names() if not _is_attribute(name))
        others = {*callable_rows, *CONSTANTS, *ROOTS, *(dtype.name for dtype in dtypes.DTYPES)}
        return [*bound, *sorted(others.difference(bound))]

    def after_dot(self, head: str) -> list[str]:
        """What may stand after `head.`: the functions of a space of torch's, or what is called on a tensor."""
        if head in SPACES and self._scope.lookup(head.partition(".")[0]) is None:
            deeper = {space[len(head) + 1 :].partition(".")[0] for space in SPACES if space.startswith(f"{head}.")}
            return sorted({*library.names(SPACES[head]), *deeper} - {"Tensor"})
        return sorted(set(library.names("")))

    def remark(self, name: str) -> str:
        """A few words on a name: a variable's type, a row's sentence."""
        variable = self._scope.lookup(name)
        if variable is not None:
            return str(variable.type)
        row = library.row(name)
        return row.doc if row is not None else ""

    def unknown(self, name: str, span: Span, known: Sequence[str]) -> TcalcError:
        """The error for a name that is none of these."""
        return errors.unknown_name(name, span, known)


def _is_attribute(name: str) -> bool:
    row = library.row(name)
    return row is not None and row.attribute
