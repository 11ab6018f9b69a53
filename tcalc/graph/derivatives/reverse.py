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
    Guarded,
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
from tcalc.library.builtin import ByAutograd
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
    found = cotangents(result, cotangent, by, default_float)
    return [found.get(id(node), {}).get(WHOLE) for node in by]


def cotangents(result: Node, cotangent: Node, by: Sequence[Node], default_float: DType) -> dict[int, Cotangents]:
    """The cotangents of all that lies between `by` and a result, both included, by the identity of the node."""
    order = ordered((result,))
    reached = {id(node) for node in by}
    for node in order:
        if id(node) not in reached and any(id(each) in reached for each in node.inputs) and _differentiable(node.type):
            reached.add(id(node))
    if id(result) not in reached:
        return {}
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
    return found


def _sum(one: Node, other: Node, default_float: DType) -> Node:
    """The later contribution first: it is of what stands earlier in the program."""
    return formula("b + a", {"a": one, "b": other}, other.span, default_float)


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
        source = node.inputs[0].type
        assert isinstance(source, TensorType)
        return [None if dtypes.is_step(source.dtype, node.dtype) else own[WHOLE]]
    if isinstance(node, Guarded):
        return [None, None, _guarded(node, own[WHOLE], default_float)]
    wanted = [id(each) in reached for each in node.inputs]
    try:
        found = _by_formulas(node, own, wanted, default_float)
    except Unformulated:
        found = [None] * len(wanted)
    return _by_autograd(node, own, wanted, found, default_float) if any(wanted) else found


def _by_formulas(node: Node, own: Cotangents, wanted: list[bool], default_float: DType) -> Contributions:
    """By the formulas of the node's row, for the inputs that are wanted; then they are no longer.

    Raises Unformulated where there is none.
    """
    if not isinstance(node, Operation):
        raise Unformulated("blocks have none")
    rounded = node.type.dtype.rank < 2 if isinstance(node.type, TensorType) else False
    if rounded and any(_rank(each) >= 2 for each, want in zip(node.inputs, wanted, strict=True) if want):
        wanted[:] = [False] * len(wanted)
        return [None] * len(wanted)  # an integer made of reals: a step, flat almost everywhere
    vjp = node.form.vjp
    if vjp is None or isinstance(vjp, ByAutograd):
        raise Unformulated(node.row.name)
    if _is_complex(node.type) or any(_is_complex(each.type) for each in node.inputs):
        raise Unformulated("formulas are of real numbers")
    given, places = parameters_of(node)
    given.update({"g" if part == WHOLE else f"g{part}": each for part, each in own.items()})
    texts = vjp if isinstance(vjp, Mapping) else vjp(given)
    if texts is None:
        raise Unformulated(node.row.name)
    operands = {word: value for word, value in given.items() if not isinstance(value, list)}
    found: Contributions = [None] * len(places)
    for number, place in enumerate(places):
        text = texts.get(place, "")
        if wanted[number] and text:
            found[number] = formula(text, operands, node.span, default_float)
    wanted[:] = [want and texts.get(place, "") is None for want, place in zip(wanted, places, strict=True)]
    return found


def parameters_of(node: Operation) -> tuple[dict[str, object], list[str]]:
    """What an operation's formulas are about, by its name, but for the cotangents; and the names of its inputs."""
    given: dict[str, object] = {"out": node}
    if isinstance(node.type, TupleType):
        given.update({f"out{i}": Part(node.span, each, node, i) for i, each in enumerate(node.type.items)})
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
    return given, places


def _guarded(node: Guarded, cotangent: Node, default_float: DType) -> Node:
    """What is 0 where a quotient has no value is so in its derivative too."""
    given = {"c": node.inputs[0], "g": cotangent}
    made = formula("where(c, 0, g)", given, node.span, default_float)
    assert isinstance(made, Operation)
    return Guarded(made.span, made.type, made.row, made.form, made.inputs, made.slots, made.options)


def _by_autograd(
    node: Node, own: Cotangents, asked: Sequence[bool], found: Contributions, default_float: DType
) -> Contributions:
    """By torch's autograd: one node for the operation, beside what was found by formulas."""
    if isinstance(node, Probe):
        raise TcalcError("grad", f"{node.kind} has no derivative", node.span)
    if node.effect:
        raise TcalcError("grad", "a loop that draws random numbers has no derivative", node.span)
    wanted = tuple(
        [
            place
            for place, each in enumerate(node.inputs)
            if asked[place] and isinstance(each.type, TensorType) and not _is_index(node, place)
        ]
    )
    if not wanted:
        return found
    operands = list(node.inputs)
    for place in wanted:
        operands[place] = _real(operands[place], default_float)
    inside: tuple[Node, ...] = tuple([Input(each.span, each.type, place) for place, each in enumerate(operands)])
    body = Graph((node.with_inputs(inside),))
    parts = tuple(own)
    cotangents = [own[part] for part in parts]
    types = [_cotangent_type(operands[place].type) for place in wanted]
    pull = Pullback(node.span, TupleType(tuple(types)), body, (*operands, *cotangents), wanted, parts)
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
    if isinstance(type, TupleType):
        return any(map(_is_complex, type.items))
    return isinstance(type, TensorType) and type.dtype.kind == "complex"
