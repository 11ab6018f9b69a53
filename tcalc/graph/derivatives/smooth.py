"""Lowering of what is differentiated: everything that the variables touch is computed from them, known or not."""

from __future__ import annotations

from collections.abc import Mapping

from tcalc.check import typed as t
from tcalc.check.dependence import smooth_parts
from tcalc.check.past import Memory, Version
from tcalc.errors import TcalcError
from tcalc.graph.lower import LOWERINGS, Lowering
from tcalc.types.tensor import TensorType

#: What stands for a variable, local or of the session: what is computed from the points that a derivative is taken at.
Points = Mapping[t.Local | str, object]
#: The same of the session's variables as they were bound once, by their number.
Versions = Mapping[int, object]


def by_name(lowering: Lowering, typed: t.Typed) -> object:
    """What a variable of the session is, though its numbers be known: its name is to be read in a formula.

    A whole number stands for itself: it is an exponent or a count.
    """
    if isinstance(typed, t.Reference) and not isinstance(typed, t.Settled) and isinstance(typed.type, TensorType):
        type = typed.type
        if type.static is not None and (type.axes or type.dtype.kind == "float"):
            return lowering.input(typed, typed.name)
    return lowering.lower(typed)


class Smooth(Lowering):
    """Lowers an expression into the block of another lowering, with points in the place of some variables.

    What does not touch them is that block's own. What does is lowered anew, also where it was bound before (`let y =
    x^2 in grad[x](y)`), and where its value is known while checking: a derivative is of the expression.
    """

    __slots__ = ("base", "points", "touched", "versions")

    def __init__(self, base: Lowering, points: Points, versions: Versions | None = None) -> None:
        super().__init__(base.outer)
        self.base, self.points = base, points
        self.versions: Versions = versions or {}
        self.effects, self.captured, self.inputs, self.count = base.effects, base.captured, base.inputs, base.count
        self.draws, self.keeps_draws = base.draws, True
        self.touched: dict[int, bool] = {}

    def lower(self, typed: t.Typed) -> object:
        """See `Lowering.lower`."""
        if not self.touches(typed):
            return by_name(self.base, typed)
        known = self.done.get(id(typed))
        if known is None:
            known = self.done[id(typed)] = LOWERINGS[typed.__class__](self, typed)
        return known

    def touches(self, typed: t.Typed) -> bool:
        """See `Lowering.touches`."""
        stack: list[tuple[t.Typed, bool]] = [(typed, False)]
        while stack:
            each, ready = stack.pop()
            if id(each) in self.touched:
                continue
            parts = self._parts(each)
            if ready:
                self.touched[id(each)] = self._is_point(each) or any(self.touched.get(id(one), False) for one in parts)
            else:
                stack.append((each, True))
                stack.extend([(one, False) for one in parts])
        return self.touched[id(typed)]

    def _is_point(self, typed: t.Typed) -> bool:
        if isinstance(typed, t.Use):
            return typed.local in self.points
        return isinstance(typed, t.Reference) and typed.name in self.points

    def _parts(self, typed: t.Typed) -> tuple[t.Typed, ...]:
        if isinstance(typed, t.Bound):
            self.bound_to.update(typed.bindings)
        return smooth_parts(typed, lambda local: None if local in self.points else self.binding(local))

    def elsewhere(self, typed: t.Typed) -> bool:
        """See `Lowering.elsewhere`."""
        return not self.touches(typed)

    def bind(self, local: t.Local, value: t.Typed) -> None:
        """See `Lowering.bind`: what is lowered by the other block may use what does not touch the variables."""
        super().bind(local, value)
        if self.elsewhere(value):
            self.base.bind(local, value)

    def outside(self, typed: t.Typed, name: str) -> object:
        """See `Lowering.outside`."""
        return self.base.outside(typed, name)

    def recalled(self, typed: t.Derivative) -> Memory | None:
        """See `Lowering.recalled`."""
        return self.base.recalled(typed)

    def known(self, version: Version) -> object:
        """See `Lowering.known`."""
        found = self.versions.get(version.number)
        return self.base.known(version) if found is None else found

    def refuse_draw(self, typed: t.Apply) -> None:
        """See `Lowering.refuse_draw`."""
        if id(typed) in self.base.done:
            raise TcalcError("grad", "this was drawn before, outside of the derivative: bind it by itself", typed.span)

    def binding(self, local: t.Local) -> t.Typed | None:
        """See `Lowering.binding`."""
        return self.bound_to[local] if local in self.bound_to else self.base.binding(local)

    def local(self, local: t.Local) -> object:
        """See `Lowering.local`."""
        if local in self.points:
            return self.points[local]
        if local not in self.locals:
            value = self.binding(local)
            if value is None or not self.touches(value):
                return self.base.local(local)
            self.locals[local] = self.lower(value)
        return self.locals[local]

    def input(self, typed: t.Typed, name: str) -> object:
        """See `Lowering.input`."""
        return self.points[name] if name in self.points else self.base.input(typed, name)
