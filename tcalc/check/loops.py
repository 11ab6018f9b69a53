"""Functions on functions: `vmap`, `scan`, `fold`, `iterate`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tcalc.check import clashes, errors, names
from tcalc.check.arguments import Given, static_list
from tcalc.check.over import Over, axis_of_label
from tcalc.check.typed import Local, Loop, Several, Static, Typed, Use, converted, item_of
from tcalc.errors import Mark, TcalcError
from tcalc.source import Span
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import meet
from tcalc.types.match import normal_axis, tier
from tcalc.types.mismatch import Mismatch, Undetermined
from tcalc.types.tensor import (
    UNKNOWN_TYPE,
    Axis,
    FunctionType,
    Pack,
    TensorType,
    TupleType,
    Type,
    UnknownType,
    kind_of,
    static_size,
    static_value,
)

if TYPE_CHECKING:
    from tcalc.check.checker import Checker
    from tcalc.check.functions import Function


#: A dtype only rises, so this many rounds bring any state of a program to rest.
MOST_PROMOTIONS = 64


def vmap(checker: Checker, node: nodes.Expr, over: Over, given: Sequence[Given], expected: Type | None) -> Typed:
    """`vmap(f)`, `vmap[axis](f)`: a function over one axis of its arguments."""
    from tcalc.check.functions import Function

    if len(given) > 1:
        raise TcalcError("type", "vmap takes a function, and gives one: vmap(f)(xs)", node.span)
    if not given:
        raise errors.wrong_count("vmap", 1, 1, len(given), node.span)
    inner = _function(given[0], "vmap")

    class Mapped(Function):
        """`vmap(f)` as a function."""

        __slots__ = ()

        def call(self, checker: Checker, node: nodes.Expr, given: Sequence[Given], expected: Type | None) -> Typed:
            return _mapped(checker, node, inner, over, given)

    return Static(node.span, FunctionType(Mapped(f"vmap of {inner.name}")))


def _mapped(checker: Checker, node: nodes.Expr, inner: Function, over: Over, given: Sequence[Given]) -> Typed:
    if not given or any(each.name is not None for each in given):
        raise TcalcError("type", f"{inner.name} is mapped over its arguments, and none is given", node.span)
    locals_: list[Local] = []
    elements: list[Given] = []
    sequences: list[Typed] = []
    axes: list[int] = []
    length: tuple[Axis, Given] | None = None
    for each in given:
        for part in _parts(checker, each):
            type = part.type
            assert isinstance(type, TensorType)
            position = _axis_over(checker, over, part, each)
            axis = type.axes[position]
            if isinstance(axis, Pack):
                raise Undetermined
            if length is None:
                length = (axis, each)
            elif not sizes.agree(axis.size, length[0].size):
                raise TcalcError(
                    "shape",
                    f"mapped axes must agree: {names.called(length[1].node)}'s is {sizes.text(length[0].size)}, "
                    f"{names.called(each.node)}'s is {sizes.text(axis.size)}",
                    node.span,
                    marks=[
                        Mark(length[1].node.span, str(length[1].typed.type), errors.fixed(length[0])),
                        Mark(each.node.span, str(type), errors.fixed(axis)),
                    ],
                )
            else:
                length = (_met(length, (axis, each), node.span), length[1])
            sequences.append(part)
            axes.append(position)
        own = len(locals_)
        elements.append(_element(each, _called(inner, len(elements)), locals_, axes[own:], sequences[own:]))
    assert length is not None
    body = _inside(checker, inner, node, elements)
    result = _stacked(body.type, length[0], node.span)
    return Loop(node.span, result, "vmap", tuple(locals_), (), tuple(sequences), tuple(axes), length[0].size, body)


def _met(one: tuple[Axis, Given], other: tuple[Axis, Given], span: Span) -> Axis:
    """The axis that two axes of one length are walked along as; an error where they have two labels."""
    axis = meet(one[0], other[0])
    if axis is not None:
        return axis
    marks = [Mark(given.node.span, str(given.typed.type), errors.fixed(each)) for each, given in (one, other)]
    marks = marks[: 1 if one[1] is other[1] else 2]
    raise TcalcError("label", clashes.sentence(one[0], other[0]), span, marks=marks)


def scan(checker: Checker, node: nodes.Expr, over: Over, given: Sequence[Given], expected: Type | None) -> Typed:
    """`scan(f, init, xs)` with `f(state, x) -> (state, out)`: the last state and the stacked outs."""
    return _folded(checker, node, given, "scan")


def fold(checker: Checker, node: nodes.Expr, over: Over, given: Sequence[Given], expected: Type | None) -> Typed:
    """`fold(f, init, xs)` with `f(state, x) -> state`: the last state."""
    return _folded(checker, node, given, "fold")


def _folded(checker: Checker, node: nodes.Expr, given: Sequence[Given], kind: str) -> Typed:
    if len(given) != 3:
        raise errors.wrong_count(kind, 3, 3, len(given), node.span)
    inner = _function(given[0], kind)
    sequences = _parts(checker, given[2])
    lengths: list[Axis] = []
    for part in sequences:
        assert isinstance(part.type, TensorType)
        if not part.type.axes:
            raise TcalcError(
                "shape",
                f"{kind} walks along the first axis, and {names.called(given[2].node)} is {part.type}",
                node.span,
            )
        axis = part.type.axes[0]
        if isinstance(axis, Pack):
            raise Undetermined
        lengths.append(axis)
    if any(not sizes.agree(axis.size, lengths[0].size) for axis in lengths):
        raise TcalcError(
            "shape", f"{kind}'s sequences must have one length, and have {', '.join(map(str, lengths))}", node.span
        )
    for axis in lengths[1:]:
        lengths[0] = _met((lengths[0], given[2]), (axis, given[2]), node.span)
    element_locals: list[Local] = []
    element = _element(given[2], _called(inner, 1), element_locals, [0] * len(sequences), sequences)
    states, state_locals, body = _settled_state(
        checker, given[1], _called(inner, 0), lambda state: _inside(checker, inner, node, [state, element]), kind
    )
    if isinstance(body.type, UnknownType):
        result: Type = body.type
    elif kind == "scan":
        assert isinstance(body.type, TupleType)
        result = TupleType((_unstatic(body.type.items[0]), _stacked(body.type.items[1], lengths[0], node.span)))
    else:
        result = _unstatic(body.type)
    locals_ = (*state_locals, *element_locals)
    return Loop(
        node.span, result, kind, locals_, states, tuple(sequences), (0,) * len(sequences), lengths[0].size, body
    )


def iterate(checker: Checker, node: nodes.Expr, over: Over, given: Sequence[Given], expected: Type | None) -> Typed:
    """`iterate(f, x0, n)`: f applied n times."""
    if len(given) != 3:
        raise errors.wrong_count("iterate", 3, 3, len(given), node.span)
    inner = _function(given[0], "iterate")
    if isinstance(given[2].typed.type, UnknownType):  # a parameter without a type: known at each call
        raise Undetermined
    count = static_size(given[2].typed.type)
    if isinstance(count, int) and count < 0:
        said = f"iterate's last argument says how often, and is at least 0, not {count}"
        raise TcalcError("type", said, given[2].node.span)
    if count is None:
        raise TcalcError(
            "type",
            f"iterate's last argument says how often, an integer known while checking, "
            f"and {names.called(given[2].node)} is {given[2].typed.type}",
            given[2].node.span,
        )
    states, locals_, body = _settled_state(
        checker, given[1], _called(inner, 0), lambda state: _inside(checker, inner, node, [state]), "iterate"
    )
    return Loop(node.span, _unstatic(body.type), "iterate", tuple(locals_), states, (), (), count, body)


def _settled_state(
    checker: Checker, init: Given, name: str, step: Callable[[Given], Typed], kind: str
) -> tuple[tuple[Typed, ...], list[Local], Typed]:
    """The states and the body once the states' dtypes have come to rest; their shapes are fixed."""
    parts = [converted(part, part.type.dtype) for part in _parts(checker, init) if isinstance(part.type, TensorType)]
    for _ in range(MOST_PROMOTIONS):
        locals_ = [Local(name if len(parts) == 1 else "", _unstatic(part.type)) for part in parts]
        uses: list[Typed] = [Use(p.span, _unstatic(p.type), local) for p, local in zip(parts, locals_, strict=True)]
        body: Typed = step(Given(None, _like(init.typed, uses), init.node))
        if isinstance(body.type, UnknownType):
            return tuple(parts), locals_, body
        if kind == "scan" and not (isinstance(body.type, TupleType) and len(body.type.items) == 2):
            raise TcalcError(
                "type", f"scan's function gives (state, out), and this one gives {kind_of(body.type)}", body.span
            )
        after = body.type.items[0] if kind == "scan" and isinstance(body.type, TupleType) else body.type
        results = after.items if isinstance(after, TupleType) else (after,)
        if any(isinstance(each, UnknownType) for each in results):
            return tuple(parts), locals_, Static(body.span, UNKNOWN_TYPE)
        if isinstance(after, TupleType) != isinstance(init.typed.type, TupleType) or len(results) != len(parts):
            raise TcalcError("type", f"the state is {init.typed.type}, and the function gives {after}", body.span)
        promoted: list[Typed] = []
        for before, now in zip(parts, results, strict=True):
            assert isinstance(before.type, TensorType)
            if not isinstance(now, TensorType) or not _same_shape(before.type, now):
                raise TcalcError(
                    "shape",
                    f"a state's shape is fixed: it starts as {before.type.unstatic()}, and the function gives {now}",
                    body.span,
                )
            dtype = dtypes.result_type(
                [(before.type.dtype, tier(before.type)), (now.dtype, tier(now))], checker.default_float
            )
            promoted.append(converted(before, dtype))
        settled = all(p.type == b.type for p, b in zip(promoted, parts, strict=True))
        parts = promoted
        if settled:
            break
    return tuple(parts), locals_, body


def _same_shape(one: TensorType, other: TensorType) -> bool:
    return len(one.axes) == len(other.axes) and all(
        isinstance(a, Pack) or isinstance(b, Pack) or sizes.agree(a.size, b.size)
        for a, b in zip(one.axes, other.axes, strict=True)
    )


def _like(original: Typed, parts: list[Typed]) -> Typed:
    if isinstance(original.type, TupleType):
        return Several(original.span, TupleType(tuple([p.type for p in parts]), original.type.names), tuple(parts))
    return parts[0]


def _inside(checker: Checker, inner: Function, node: nodes.Expr, given: Sequence[Given]) -> Typed:
    checker.conditional += 1
    try:
        return inner.call(checker, node, given, None)
    finally:
        checker.conditional -= 1


def _function(given: Given, what: str) -> Function:
    from tcalc.check.functions import Function

    type = given.typed.type
    if isinstance(type, FunctionType):
        assert isinstance(type.function, Function)
        return type.function
    raise TcalcError(
        "type", f"{what} takes a function, and {names.called(given.node)} is {kind_of(type)}", given.node.span
    )


def _parts(checker: Checker, given: Given) -> list[Typed]:
    """A tensor, or a tuple's tensors."""
    typed = given.typed
    if isinstance(typed.type, UnknownType):
        checker.settle(given.node, typed)
        raise Undetermined
    parts = (
        [item_of(typed, i, typed.span) for i in range(len(typed.type.items))]
        if isinstance(typed.type, TupleType)
        else [typed]
    )
    checker.settled_part(given.node, typed)
    for part in parts:
        checker.require_tensor(part, given.node)
        if isinstance(part.type, UnknownType):
            raise Undetermined
    return parts


def _called(function: Function, place: int) -> str:
    """What a function calls its parameter at some place, empty where it has no name for it."""
    from tcalc.check.functions import UserFunction

    parameters = function.parameters if isinstance(function, UserFunction) else ()
    return parameters[place].name if place < len(parameters) else ""


def _element(given: Given, name: str, locals_: list[Local], axes: Sequence[int], sequences: Sequence[Typed]) -> Given:
    """The element that the function sees of a sequence, with its new local variables: of a tuple they have no name."""
    uses: list[Typed] = []
    for sequence, axis in zip(sequences, axes, strict=True):
        type = sequence.type
        assert isinstance(type, TensorType)
        element = TensorType(type.dtype, (*type.axes[:axis], *type.axes[axis + 1 :]))
        local = Local(name if len(sequences) == 1 else "", element)
        locals_.append(local)
        uses.append(Use(sequence.span, element, local))
    return Given(None, _like(given.typed, uses), given.node)


def _axis_over(checker: Checker, over: Over, part: Typed, each: Given) -> int:
    type = part.type
    assert isinstance(type, TensorType)
    axis: object = 0
    if over:
        item = over[0]
        if len(over) != 1 or isinstance(item, nodes.Argument):
            raise TcalcError("type", "vmap works over one axis", each.node.span)
        axis = axis_of_label(item, type) if isinstance(item, nodes.Name) else None
        if axis is None:
            static = checker.check(item)
            listed = static_list(static)
            axis = listed[0] if listed else static_value(static.type)
    if not isinstance(axis, int):
        raise TcalcError("type", "vmap works over an axis: an integer or a label", each.node.span)
    try:
        return normal_axis(axis, type)
    except Mismatch:
        raise TcalcError(
            "shape", f"there is no axis {axis} to map over: {names.called(each.node)} is {type}", each.node.span
        ) from None


def _stacked(type: Type, axis: Axis, span: Span) -> Type:
    if isinstance(type, TensorType):
        return TensorType(type.dtype, (axis, *type.axes))
    if isinstance(type, TupleType):
        return TupleType(tuple([_stacked(item, axis, span) for item in type.items]), type.names)
    if isinstance(type, UnknownType):
        return type
    raise TcalcError("type", f"the function must give tensors, and gives {kind_of(type)}", span)


def _unstatic(type: Type) -> Type:
    if isinstance(type, TensorType):
        return type.unstatic()
    if isinstance(type, TupleType):
        return TupleType(tuple([_unstatic(item) for item in type.items]), type.names)
    return type
