"""The type of an expression whose names are described by types alone, as they are written in annotations."""

from __future__ import annotations

from collections.abc import Callable, Collection

from tcalc.check.annotations import is_static_integer, word_dtype
from tcalc.check.checker import Checker
from tcalc.check.scope import Scope
from tcalc.check.surroundings import Surroundings
from tcalc.errors import Note, TcalcError
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types.facts import Facts
from tcalc.types.match import size_of
from tcalc.types.mismatch import Undetermined
from tcalc.types.size import Size
from tcalc.types.tensor import UNKNOWN_TYPE, Axis, Pack, TensorType, TupleType, Type


def described(annotation: nodes.TypeExpr, name: str, look: Callable[[str], Size]) -> Type:
    """The type that an annotation of `name` writes, as of a parameter: a size name calls its axis and is no label.

    `int` is a static integer called `name`. `look` gives the size that a name stands for.
    """
    if annotation.items:
        items = [(field or "", described(each, name, look)) for field, each in annotation.items]
        fields = tuple([field for field, _ in items])
        return TupleType(tuple([type for _, type in items]), fields if all(fields) else ())
    if is_static_integer(annotation):
        return TensorType(dtypes.I64, (), look(name))
    dtype = word_dtype(annotation) or dtypes.ANY
    parts = annotation.axes or ()
    names = [part.size.name for part in parts if isinstance(part, nodes.AxisExpr) and isinstance(part.size, nodes.Name)]
    axes: list[Axis | Pack] = []
    for part in parts:
        if isinstance(part, nodes.PackExpr):
            axes.append(Pack(part.name))
            continue
        alias = part.size.name if isinstance(part.size, nodes.Name) and names.count(part.size.name) == 1 else None
        axes.append(Axis(_size(part.size, look), part.label, None, part.label or alias))
    return TensorType(dtype, tuple(axes))


def _size(expression: nodes.Expr, look: Callable[[str], Size]) -> Size:
    try:
        size = size_of(expression, look)
    except (ValueError, ZeroDivisionError):
        raise TcalcError("type", f"{expression.span.text} is no size", expression.span) from None
    if isinstance(size, int) and size < 0:
        raise TcalcError("type", f"{expression.span.text} is no size: it is {size}", expression.span)
    return size


def type_for_all_sizes(
    expression: nodes.Expr, scope: Scope, surroundings: Surroundings, integers: Collection[str]
) -> tuple[Type, list[Note]]:
    """The type of an expression for all sizes that it can have, as in the body of an annotated function.

    What a step needs of its sizes is assumed. `integers` are the names that may be negative. Raises TcalcError.
    """
    checker = Checker(scope, surroundings)
    checker.facts = Facts(integers)
    try:
        return checker.check(expression).type, checker.notes
    except Undetermined:
        return UNKNOWN_TYPE, checker.notes
