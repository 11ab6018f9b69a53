"""A statement that is ready to be run, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from tcalc.check.dependence import changes
from tcalc.check.typed import Bound, Derivative, Static, Typed
from tcalc.graph.graph import Graph
from tcalc.graph.lower import lower, lowered_with_draws
from tcalc.graph.rewrite import rewrite
from tcalc.types.tensor import is_known

if TYPE_CHECKING:
    from tcalc.check.checked import Checked
    from tcalc.types.dtypes import DType


class Closed:
    """The graph of a derivative, whose closed form may be shown beside its value; of several, a tuple.

    `names` are the session's, which may hide those of builtins. `differs` says whether what a name is bound to now
    holds no such integer.
    """

    __slots__ = ("default_float", "differs", "names", "result")

    def __init__(
        self,
        result: object,
        default_float: DType,
        names: Collection[str] = (),
        differs: Callable[[str, int], bool] | None = None,
    ) -> None:
        self.result, self.default_float, self.names, self.differs = result, default_float, names, differs


class Compiled:
    """A checked statement and what it is run as.

    `known` says which of its values are carried by their types, so that nothing is computed; the others are the
    results of `graph`, which is None where there are none. `ahead` is what was computed before the statement could be
    checked whole: each graph with the name that its result goes by, or None where that is a number by now.
    """

    __slots__ = ("ahead", "checked", "draws", "graph", "known", "lowered", "written")

    def __init__(
        self,
        checked: Checked,
        ahead: Sequence[tuple[str | None, Graph]] = (),
        *,
        keeps_draws: bool = False,
        rewritten: Callable[[Graph], Graph] = rewrite,
    ) -> None:
        self.checked, self.ahead = checked, ahead
        kept = checked.action == "save"  # a file holds what is known as well
        self.known = [not kept and (is_known(value.type) or isinstance(value, Static)) for value in checked.values]
        computed = [value for value, known in zip(checked.values, self.known, strict=True) if not known]
        gathers = [each for each in computed if isinstance(each, Derivative) and each.kind == "backward"]
        runs = bool(computed) and (checked.action in ("show", "bind", "save") or bool(gathers))
        #: The calls whose random tensors the graph gives too, after its results: a derivative must not draw them anew.
        self.draws: tuple[int, ...] = ()
        #: The results before they were rewritten: what a person is shown.
        self.written: tuple[object, ...] = ()
        #: The graph before it was rewritten.
        self.lowered: Graph | None = None
        self.graph: Graph | None = None
        if runs:
            remembered = keeps_draws and checked.action == "bind" and any(map(changes, computed))
            lowered, draws = lowered_with_draws(computed) if remembered else (lower(computed), {})
            if draws:
                self.draws = tuple(draws)
                lowered = Graph((*lowered.results, *draws.values()), lowered.effects)
            self.written, self.lowered = lowered.results, lowered
            self.graph = rewritten(lowered)

    @property
    def derivatives(self) -> tuple[object, ...]:
        """For each value that is a derivative the graph's result, a node or a tuple of them; None for the others."""
        results = iter(self.written)
        computed = [None if known else next(results, None) for known in self.known]
        return tuple(
            [each if is_derivative(value) else None for each, value in zip(computed, self.checked.values, strict=True)]
        )


def is_derivative(typed: Typed) -> bool:
    """Whether an expression is a derivative, and nothing is done with it."""
    while isinstance(typed, Bound):
        typed = typed.body
    return isinstance(typed, Derivative) and typed.kind in DERIVATIVES


#: The forms whose result has a formula.
DERIVATIVES = ("grad", "vjp", "jvp", "jacobian", "hessian")
