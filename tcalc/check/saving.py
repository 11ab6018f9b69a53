"""`save(x, "y.npy")`: a statement that writes a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.check import errors, names
from tcalc.check.arguments import Given
from tcalc.check.checked import Checked
from tcalc.check.special import as_text
from tcalc.check.typed import Typed, item_of
from tcalc.errors import TcalcError
from tcalc.syntax import nodes
from tcalc.types.tensor import TupleType, UnknownType

if TYPE_CHECKING:
    from tcalc.check.checker import Checker


def arguments(checker: Checker | None, node: nodes.Expr) -> tuple[nodes.Argument, ...] | None:
    """What is to be saved and where, of `save(x, p)`, `x.save(p)` and `x |> save(p)`; None for anything else.

    Without a checker, no name is taken to be bound.
    """
    before: tuple[nodes.Argument, ...] = ()
    if isinstance(node, nodes.Pipe):
        before, node = (nodes.Argument(node.value.span, None, node.value),), node.function
    if not isinstance(node, nodes.Call):
        return None
    function = node.function
    if isinstance(function, nodes.Name):
        if function.name != "save" or (checker is not None and checker.scope.lookup("save") is not None):
            return None
    elif isinstance(function, nodes.Attribute) and function.name == "save" and not before:
        path = names.dotted(function.value)
        if path in ("np", "numpy") and (checker is None or checker.scope.lookup(path) is None):
            return None
        if path is None or path.partition(".")[0] != "torch":
            before = (nodes.Argument(function.value.span, None, function.value),)
        elif path != "torch":
            return None
    else:
        return None
    return (*before, *node.arguments)


def check(checker: Checker, statement: nodes.Show, given: Sequence[nodes.Argument]) -> Checked:
    """A statement that saves a value: tensors by their types, and a path known while checking."""
    if len(given) != 2:
        raise errors.wrong_count("save", 2, 2, len(given), statement.value.span)
    if any(each.name is not None for each in given):
        raise TcalcError("type", 'save takes a value and a file: save(x, "y.npy")', statement.value.span)
    node, place = given[0].value, given[1].value
    value = checker.check(node)
    path = as_text(Given(None, checker.check(place), place), "save", "a file")
    if checker.surroundings.storable is not None:
        try:
            checker.surroundings.storable(path, value.type)
        except TcalcError as error:
            error.span = error.span or (place if error.code == "io" else node).span
            raise
    if isinstance(value.type, UnknownType):
        checker.settle(node, value)
    checked = Checked(statement, "save", _parts(value))
    checked.saved = (path, _names(node, value))
    return checked


def path_of(statement: nodes.Statement) -> str | None:
    """The file that a statement would have saved, as far as its text says so."""
    given = arguments(None, statement.value) if isinstance(statement, nodes.Show) else None
    last = given[-1].value if given else None
    return last.value if isinstance(last, nodes.Text) else None


def _parts(value: Typed) -> tuple[Typed, ...]:
    if not isinstance(value.type, TupleType):
        return (value,)
    return tuple([item_of(value, place, value.span) for place in range(len(value.type.items))])


def _names(node: nodes.Expr, value: Typed) -> tuple[str, ...]:
    """What the tensors are called in the file: by their variables, by the names they have, or by their places."""
    if not isinstance(value.type, TupleType):
        return (node.name if isinstance(node, nodes.Name) else "0",)
    places = tuple([str(place) for place in range(len(value.type.items))])
    if value.type.names:
        return value.type.names
    if not isinstance(node, nodes.TupleOf):
        return places
    own = [item.name if isinstance(item, nodes.Name) else place for item, place in zip(node.items, places, strict=True)]
    return tuple(own) if len(set(own)) == len(own) else places
