"""Axes whose size was given by a name: where that name got it, for blame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tcalc.syntax import nodes
from tcalc.types.tensor import Axis, Origin, TensorType, static_integer

if TYPE_CHECKING:
    from tcalc.check.arguments import Given
    from tcalc.check.checker import Checker

#: Parameters that say how long new axes are.
PARAMETERS = frozenset(["size", "shape", "n", "m", "end"])


def fixed_by_names(checker: Checker, given: Mapping[str, Sequence[Given]], type: TensorType) -> TensorType:
    """The type of a call, its new axes with the definitions of the variables that say their sizes: `ones(n, m)`."""
    if all(isinstance(axis, Axis) and axis.origin is not None for axis in type.axes):
        return type
    origins = dict(_origins(checker, given))
    if not origins:
        return type
    axes = [
        Axis(axis.size, axis.label, origins[axis.size], axis.alias)
        if isinstance(axis, Axis) and axis.origin is None and axis.size in origins
        else axis
        for axis in type.axes
    ]
    return TensorType(type.dtype, tuple(axes), type.static)


def _origins(checker: Checker, given: Mapping[str, Sequence[Given]]) -> Iterator[tuple[object, Origin]]:
    """The sizes that variables are, each with where the variable was defined."""
    for parameter in PARAMETERS & given.keys():
        for each in given[parameter]:
            for node in each.node.items if isinstance(each.node, nodes.ListOf | nodes.TupleOf) else (each.node,):
                if not isinstance(node, nodes.Name) or node.name in checker.locals:
                    continue
                variable = checker.scope.lookup(node.name)
                if variable is not None and variable.origin is not None:
                    size = static_integer(variable.type)
                    if size is not None:
                        yield size, variable.origin
