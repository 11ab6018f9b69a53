"""What a statement costs as it is written: numbers, or of a function polynomials in the names of its sizes."""

from __future__ import annotations

from tcalc.check.annotations import is_static_integer
from tcalc.check.checked import Checked
from tcalc.check.checker import Checker
from tcalc.check.functions import UserFunction
from tcalc.check.scope import Scope
from tcalc.check.surroundings import Surroundings
from tcalc.errors import TcalcError
from tcalc.graph.compiled import Compiled
from tcalc.graph.cost import peak_bytes, total_flops
from tcalc.graph.lower import lowered_for_all_sizes
from tcalc.graph.symbolic import costs, packs
from tcalc.source import Span
from tcalc.types.facts import Facts
from tcalc.types.mismatch import Undetermined
from tcalc.types.size import UNKNOWN, Size
from tcalc.types.tensor import FunctionType

#: Floating-point operations, and the most bytes that are held at once.
Costs = tuple[Size, Size]


def statement_costs(checked: Checked, scope: Scope, surroundings: Surroundings) -> Costs | None:
    """What a checked statement takes; None where nothing runs. Raises TcalcError."""
    if len(checked.values) == 1 and isinstance(checked.values[0].type, FunctionType):
        return _of_function(checked.values[0].type.function, checked.statement.span, scope, surroundings)
    graph = Compiled(checked).lowered
    return None if graph is None or not graph.nodes else (total_flops(graph), peak_bytes(graph))


def _of_function(function: object, span: Span, scope: Scope, surroundings: Surroundings) -> Costs:
    """What a function takes for all sizes that its parameters are annotated with."""
    if not isinstance(function, UserFunction):
        raise TcalcError("type", "what this function takes is told of a call of it", span)
    bare = [each.name for each in function.parameters if each.annotation is None]
    if bare:
        first = f"{function.name} needs" if function.name.isidentifier() else "this function needs"
        told = f"{first} the sizes of {', '.join(bare)}: {bare[0]}: [n, m], or a call of it"
        raise TcalcError("type", told, span)
    integers = [each.name for each in function.parameters if each.annotation and is_static_integer(each.annotation)]
    checker = Checker(scope, surroundings)
    checker.evaluating = False
    checker.facts = Facts(integers)
    found: Costs = UNKNOWN, UNKNOWN
    several: list[str] = []
    try:
        graph = lowered_for_all_sizes(*function.for_all_sizes(checker))
        several, found = packs(graph), costs(graph, surroundings.default_float)
    except Undetermined:
        pass
    if several:
        told = f"*{several[0]} is any number of axes: what {function.name} takes is told of a call of it"
        raise TcalcError("type", told, span)
    if UNKNOWN in found:
        raise TcalcError("type", f"data decide what {function.name} takes: it is told of a call of it", span)
    return found
