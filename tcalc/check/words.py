"""What names mean, for help and completion: the same look-ups as the checker's, without an expression around them."""

from __future__ import annotations

from collections.abc import Sequence

from tcalc import library
from tcalc.check import errors
from tcalc.check.functions import UserFunction
from tcalc.check.names import CONSTANTS, ELSEWHERE, ROOTS, SPACES
from tcalc.check.near import nearest
from tcalc.check.scope import Scope
from tcalc.errors import TcalcError
from tcalc.library import reachable
from tcalc.library.builtin import Builtin
from tcalc.source import Span
from tcalc.types import dtypes
from tcalc.types.tensor import FunctionType


class Words:
    """The names that can be written in a scope."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def load(self) -> None:
        """Read the library now and not at the first question."""
        library.rows()

    def meant(self, name: str) -> list[Builtin]:
        """The functions that a name, a dotted name of torch's, or an operator means where nothing hides it.

        An operator that stands before its operand as well as between two means both; a name after another, which is
        none of torch's, is a method's.
        """
        name = "^" if name == "**" else name
        rows = [row for symbol, row in library.operators().items() if symbol in (name, f"{name}x")]
        if rows or not name:
            return rows
        prefix, _, last = name.rpartition(".")
        if not prefix:
            found = library.row(name) or reachable.find(name)
        elif prefix in SPACES:
            found = library.row(last, SPACES[prefix]) or reachable.find(last, (SPACES[prefix],))
        else:
            found = library.row(last) or reachable.find(last, reachable.METHODS)
        return [] if found is None else [found]

    def rows(self) -> list[str]:
        """The bare names of the library, sorted."""
        return sorted(set(library.names()))

    def families(self) -> list[tuple[str, str, list[Builtin]]]:
        """The library in the order in which it is learned: each family's name, sentence and rows."""
        return library.families()

    def without_row(self) -> list[Builtin]:
        """torch's functions that work without a row, where no row has their name."""
        return [row for row in reachable.functions() if library.row(row.name) is None]

    def in_space(self, prefix: str) -> list[str]:
        """The functions in one of torch's modules, `torch.linalg`, sorted; none for torch itself and what is none."""
        space = SPACES.get(prefix, "")
        return sorted({*library.names(space), *reachable.names((space,))}) if space else []

    def near(self, name: str, known: Sequence[str]) -> list[str]:
        """At most two of the known names that look like `name`."""
        return nearest(name, known)

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
            space = SPACES[head]
            return sorted({*library.names(space), *reachable.names((space,)), *deeper} - {"Tensor"})
        return sorted(set(library.names("")))

    def remark(self, name: str) -> str:
        """A few words on a name: a variable's type, a row's sentence."""
        variable = self._scope.lookup(name)
        if variable is not None:
            return str(variable.type)
        rows = self.meant(name)
        return rows[0].doc if rows else ""

    def parameters(self, name: str) -> tuple[str, list[str], str] | None:
        """What a function is called, its parameters as they are declared, and its result; None of what is none."""
        variable = self._scope.lookup(name)
        if variable is not None:
            function = variable.type.function if isinstance(variable.type, FunctionType) else None
            if not isinstance(function, UserFunction):
                return None
            return name, [each.span.text for each in function.parameters], ""
        rows = self.meant(name)
        if not rows:
            return None
        inside, _, result = rows[0].forms[0].text.rpartition(" -> ")
        return rows[0].name, _apart(inside.strip()[1:-1]), result

    def unknown(self, name: str, span: Span, known: Sequence[str]) -> TcalcError:
        """The error for a name that is none of these."""
        if name in ELSEWHERE:
            return TcalcError("name", f"there is no {name}: {ELSEWHERE[name]}", span)
        return errors.unknown_name(name, span, known)


def _is_attribute(name: str) -> bool:
    row = library.row(name)
    return row is not None and row.attribute


def _apart(text: str) -> list[str]:
    """The parameters of a signature: its text cut at the commas outside of brackets."""
    found, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character in "[(":
            depth += 1
        elif character in "])":
            depth -= 1
        elif character == "," and not depth:
            found.append(text[start:place].strip())
            start = place + 1
    return [*found, text[start:].strip()] if text.strip() else []
