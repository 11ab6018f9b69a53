"""What a program will have done before some statement of it runs, as far as that can be told without running it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tcalc.check.checked import Checked
from tcalc.check.past import Version, is_marked
from tcalc.check.saving import path_of
from tcalc.check.scope import Overlay, Scope, Variable
from tcalc.check.statements import introduced, poisoned
from tcalc.errors import TcalcError
from tcalc.graph.graph import Graph
from tcalc.graph.lower import FILE, file_of
from tcalc.recall import pasts
from tcalc.saving import Promised
from tcalc.syntax import nodes
from tcalc.syntax.nodes import LATEST
from tcalc.types.tensor import POISON, TupleType, Type


class Foreseen:
    """The names that a program binds and the files that it saves, over the names that there are."""

    def __init__(self, below: Scope, bindings: Mapping[str, Version]) -> None:
        self.scope = Overlay(below)
        self._below = bindings
        #: The names that it binds, as a derivative asks for them; they have no values yet.
        self.versions: dict[str, Version] = {}
        self.promised = Promised()

    def enter(self, checked: Checked) -> None:
        """A statement was checked, and will have run."""
        variables = checked.variables
        if checked.action == "show" and not checked.silent and checked.values:
            variables = [(name, Variable(checked.values[-1].type)) for name in LATEST]
        self._remember(checked, variables)
        for name, variable in variables:
            self.scope.bind(name, variable)
        if checked.action == "save":
            self.promised.enter(checked.saved[0], _type_saved(checked), checked.saved[1])

    def _remember(self, checked: Checked, variables: Sequence[tuple[str, Variable]]) -> None:
        """What the names will have been computed by."""
        found = pasts(checked, self._version, None)
        of = dict(zip(checked.targets, zip(checked.values, found, strict=True), strict=True))
        for name, variable in variables:
            typed, past = of.get(name, (None, found[-1] if found else None))
            marked = typed is not None and is_marked(typed)
            before = self._version(name)
            if isinstance(checked.statement, nodes.Update) and before is not None and before.marked:
                marked, past = True, None  # a leaf moved is a leaf
            self.versions[name] = Version(name, variable.type, None, checked.statement.span, past, marked)

    def _version(self, name: str) -> Version | None:
        known = self.versions.get(name)
        return known if known is not None else self._below.get(name)

    def spoil(self, statement: nodes.Statement) -> None:
        """A statement has an error: what uses its names or files has none of its own."""
        self.unbind(poisoned(statement))
        self.unbind([name for name in introduced(statement) if self.scope.lookup(name) is None])
        path = path_of(statement)
        if path is not None:
            self.promised.enter(path)

    def unbind(self, names: Sequence[str]) -> None:
        """Names whose definition has an error."""
        for name in names:
            self.scope.bind(name, Variable(POISON))

    def refuse_reading(self, graph: Graph) -> None:
        """An error where a graph reads what its own program is to write first."""
        for node in graph.inputs:
            if str(node.name).startswith(FILE):
                path, part = file_of(str(node.name))
                if self.promised.find(path, part) is not None:
                    raise TcalcError("io", f"what {path} will hold is not known before this program has run", node.span)


def _type_saved(checked: Checked) -> Type:
    """The type of what a statement saves."""
    types = tuple([value.type for value in checked.values])
    return types[0] if len(types) == 1 else TupleType(types, checked.saved[1])
