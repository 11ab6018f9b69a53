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
from tcalc.types.tensor import FunctionType, TupleType, Type, UnknownType

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
        named = function.name.isidentifier()
        first = f"{function.name} needs" if named else "this function needs a name, and"
        name = function.name if named else "f"
        parameters = [f"{each.name}: [n, m]" if each.name == bare[0] else each.name for each in function.parameters]
        told = f"{first} the sizes of {', '.join(bare)}: {name}({', '.join(parameters)}) = …, or a call of it"
        raise TcalcError("type", told, span)
    integers = [each.name for each in function.parameters if each.annotation and is_static_integer(each.annotation)]
    checker = Checker(scope, surroundings)
    checker.evaluating = False
    checker.facts = Facts(integers)
    found: Costs = UNKNOWN, UNKNOWN
    several: list[str] = []
    try:
        given, body = function.for_all_sizes(checker)
        if _is_unknown(body.type):
            several = packs([each.type for each in given.values()])
        else:
            graph = lowered_for_all_sizes(given, body)
            several = packs([node.type for node in graph.nodes])
            found = (UNKNOWN, UNKNOWN) if several else costs(graph, surroundings.default_float)
    except Undetermined:
        pass
    if several:
        told = f"*{several[0]} is any number of axes: what {function.name} takes is told of a call of it"
        raise TcalcError("type", told, span)
    if UNKNOWN in found:
        raise TcalcError("type", f"data decide what {function.name} takes: it is told of a call of it", span)
    return found


def _is_unknown(type: Type) -> bool:
    """Whether it is not known what a value is, or a part of it."""
    return any(map(_is_unknown, type.items)) if isinstance(type, TupleType) else isinstance(type, UnknownType)
