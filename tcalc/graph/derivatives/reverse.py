"""Reverse mode: from the cotangent of a result to the cotangents of what it was made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tcalc.errors import TcalcError
from tcalc.graph.derivatives.fit import fitted, in_dtype
from tcalc.graph.derivatives.formulas import Unformulated, formula, plain
from tcalc.graph.graph import (
    ABSENT,
    ALONE,
    WHOLE,
    Conversion,
    Graph,
    Input,
    Node,
    Number,
    Operation,
    Part,
    Point,
    Probe,
    Pullback,
    ordered,
)
from tcalc.types import dtypes
from tcalc.types.dtypes import DType
from tcalc.types.tensor import TensorType, TupleType, Type

#: The cotangents of a node's inputs, None where there is none.
Contributions = list[Node | None]
#: The cotangents that a node has: its own, or those of its parts by their number.
Cotangents = dict[int, Node]


def pulled_back(result: Node, cotangent: Node, by: Sequence[Node], default_float: DType) -> list[Node | None]:
    """The cotangents of `by` for that of `result`, None for one that the result was not made of.

    Each has the shape of what it is of, and is floating. What `by` were made of is not looked at.
    """
    order = ordered((result,))
    reached = {id(node) for node in by}
    for node in order:
        if id(node) not in reached and any(id(each) in reached for each in node.inputs) and _differentiable(node.type):
            reached.add(id(node))
    if id(result) not in reached:
        return [None] * len(by)
    stops = {id(node) for node in by}
    found: dict[int, Cotangents] = {id(result): {WHOLE: fitted(cotangent, result, default_float)}}
    for node in reversed(order):
        own = found.get(id(node))
        if own is None or id(node) in stops:
            continue
        for each, contribution in zip(node.inputs, _contributions(node, own, reached, default_float), strict=True):
            if contribution is None or id(each) not in reached:
                continue
            place = node.index if isinstance(node, Part) else WHOLE
            if place == WHOLE:
                contribution = fitted(contribution, each, default_float)
            sums = found.setdefault(id(each), {})
            before = sums.get(place)
            sums[place] = contribution if before is None else _sum(before, contribution, default_float)
    return [found.get(id(node), {}).get(WHOLE) for node in by]


def _sum(one: Node, other: Node, default_float: DType) -> Node:
    return formula("a + b", {"a": one, "b": other}, other.span, default_float)


def _differentiable(type: Type) -> bool:
    """Whether a small change of something can change a value of this type by little: integers may stand for reals."""
    if isinstance(type, TupleType):
        return any(_differentiable(item) for item in type.items)
    return isinstance(type, TensorType) and type.dtype is not dtypes.BOOL


def _contributions(node: Node, own: Cotangents, reached: set[int], default_float: DType) -> Contributions:
    """What a node's cotangents give to those of its inputs."""
    if isinstance(node, Part):
        return [own[WHOLE]]
    if isinstance(node, Point):
        return [own[WHOLE]]
    if isinstance(node, Conversion):
        assert isinstance(node.inputs[0].type, TensorType)
        return [None if node.dtype.rank < 2 <= _rank(node.inputs[0]) else own[WHOLE]]
    if isinstance(node, Operation) and WHOLE in own:
        try:
            return _by_formulas(node, own[WHOLE], reached, default_float)
        except Unformulated:
            pass
    return _by_autograd(node, own, reached, default_float)


def _by_formulas(node: Operation, cotangent: Node, reached: set[int], default_float: DType) -> Contributions:
    """By the formulas of the node's row. Raises Unformulated where there is none."""
    rounded = node.type.dtype.rank < 2 if isinstance(node.type, TensorType) else False
    if rounded and any(_rank(each) >= 2 for each in node.inputs if id(each) in reached):
        return [None] * len(node.inputs)  # an integer made of reals: a step, flat almost everywhere
    vjp = node.form.vjp
    if vjp is None:
        raise Unformulated(node.row.name)
    if any(_is_complex(each.type) for each in (node, *node.inputs)):
        raise Unformulated("formulas are of real numbers")
    given: dict[str, object] = {"g": cotangent, "out": node}
    places: list[str] = []
    rest = iter(node.inputs)
    starred = {each.name for each in node.form.signature.parameters if each.starred}
    for name, count in node.slots:
        if count == ABSENT:
            given[name] = None
        elif count == ALONE and name not in starred:
            given[name] = next(rest)
            places.append(name)
        else:
            several = given.setdefault(name, [])
            assert isinstance(several, list)
            for _ in range(max(count, 1) if count == ALONE else count):
                places.append(f"{name}{len(several)}")
                several.append(next(rest))
                given[places[-1]] = several[-1]
    given.update(node.options)
    texts = vjp if isinstance(vjp, Mapping) else vjp(given)
    if texts is None:
        raise Unformulated(node.row.name)
    operands = {word: value for word, value in given.items() if not isinstance(value, list)}
    found: Contributions = []
    for place, each in zip(places, node.inputs, strict=True):
        text = texts.get(place) if id(each) in reached else None
        found.append(formula(text, operands, node.span, default_float) if text else None)
    return found


def _by_autograd(node: Node, own: Cotangents, reached: set[int], default_float: DType) -> Contributions:
    """By torch's autograd: one node for the operation."""
    if isinstance(node, Probe):
        raise TcalcError("grad", f"{node.kind} has no derivative", node.span)
    if node.effect:
        raise TcalcError("grad", "a loop that draws random numbers has no derivative", node.span)
    wanted = tuple(
        [
            place
            for place, each in enumerate(node.inputs)
            if id(each) in reached and isinstance(each.type, TensorType) and not _is_index(node, place)
        ]
    )
    if not wanted:
        return [None] * len(node.inputs)
    operands = list(node.inputs)
    for place in wanted:
        operands[place] = _real(operands[place], default_float)
    inside: tuple[Node, ...] = tuple([Input(each.span, each.type, place) for place, each in enumerate(operands)])
    body = Graph((node.with_inputs(inside),))
    parts = tuple(own)
    cotangents = [own[part] for part in parts]
    types = [_cotangent_type(operands[place].type) for place in wanted]
    pull = Pullback(node.span, TupleType(tuple(types)), body, (*operands, *cotangents), wanted, parts)
    found: Contributions = [None] * len(node.inputs)
    for number, place in enumerate(wanted):
        found[place] = Part(node.span, types[number], pull, number)
    return found


def _is_index(node: Node, place: int) -> bool:
    """Whether an operand is of integers by nature, and none that stand for reals."""
    if not isinstance(node, Operation):
        return False
    names = [name for name, count in node.slots for _ in range(max(count, 1) if count != ABSENT else 0)]
    words = {each.name: each for each in node.form.signature.parameters}
    parameter = words[names[place]]
    return parameter.word in ("int", "bits") or (parameter.dtype is not None and parameter.dtype.rank < 2)


def _cotangent_type(type: Type) -> Type:
    found = plain(type)
    assert isinstance(found, TensorType)
    return found


def _real(node: Node, default_float: DType) -> Node:
    """An operand as torch's autograd takes it: floating."""
    type = node.type
    assert isinstance(type, TensorType)
    if isinstance(node, Number):
        return in_dtype(
            Conversion(node.span, plain(type), node, type.dtype), dtypes.float_of(type.dtype, default_float)
        )
    return in_dtype(node, dtypes.float_of(type.dtype, default_float))


def _rank(node: Node) -> int:
    return node.type.dtype.rank if isinstance(node.type, TensorType) else 0


def _is_complex(type: Type) -> bool:
    return isinstance(type, TensorType) and type.dtype.kind == "complex"
