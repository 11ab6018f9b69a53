"""The names that an expression can see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tcalc.types.tensor import Axis, Origin, Pack, TensorType, TupleType, Type


class Variable:
    """What is known of a session variable: its type, and whether an annotation bound it, so that it names axes.

    `rounding` says how its floats were rounded: see `check.rounding`. `origin` is the definition. `integers` are those
    that it holds, where the program says so: see `check.wrapping`.
    """

    __slots__ = ("integers", "names_axes", "origin", "rounding", "type")

    def __init__(
        self,
        type: Type,
        names_axes: bool = False,
        rounding: int = 0,
        origin: Origin | None = None,
        integers: Sequence[int] = (),
    ) -> None:
        self.type, self.names_axes, self.rounding, self.origin = type, names_axes, rounding, origin
        self.integers = integers


class Scope(Protocol):
    """The session's names."""

    def lookup(self, name: str) -> Variable | None:
        """The variable of that name, or None."""

    def names(self) -> list[str]:
        """All names, for suggestions."""


class Overlay:
    """A scope with names on top of another: the variables that a script's earlier lines will have bound."""

    __slots__ = ("below", "own")

    def __init__(self, below: Scope) -> None:
        self.below = below
        self.own: dict[str, Variable | None] = {}

    def lookup(self, name: str) -> Variable | None:
        """See `Scope.lookup`."""
        return self.own[name] if name in self.own else self.below.lookup(name)

    def names(self) -> list[str]:
        """See `Scope.names`."""
        return [*(name for name in self.below.names() if name not in self.own), *(k for k, v in self.own.items() if v)]

    def bind(self, name: str, variable: Variable) -> None:
        """Define a name."""
        self.own[name] = variable


def fixed_here(type: Type, origin: Origin) -> Type:
    """The type with `origin` as the place where its sizes were fixed, behind which stand the origins they had."""
    if isinstance(type, TensorType):
        if not type.axes:
            return type
        axes: list[Axis | Pack] = []
        for axis in type.axes:
            if isinstance(axis, Pack):
                axes.append(axis)
            else:
                parent = axis.origin
                while (  # of many `A[0] = v` the last and the first are told
                    parent is not None
                    and parent.parent is not None
                    and parent.name == parent.parent.name == origin.name
                ):
                    parent = parent.parent
                chained = Origin(origin.name, origin.text, origin.line, parent) if parent is not None else origin
                axes.append(Axis(axis.size, axis.label, chained))
        return TensorType(type.dtype, tuple(axes), type.static)
    if isinstance(type, TupleType):
        return TupleType(tuple([fixed_here(item, origin) for item in type.items]), type.names)
    return type
