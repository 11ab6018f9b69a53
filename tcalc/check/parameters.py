"""Annotated functions: arguments held against parameters, and bodies against results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tcalc.check import errors, names
from tcalc.check.annotations import axis_names, is_static_integer, known_as, pattern_size, word_dtype
from tcalc.check.arguments import Given
from tcalc.check.declared import Sizes, convert, fit
from tcalc.check.typed import Local, Static, Typed, Use, converted, retyped
from tcalc.errors import Mark, TcalcError, shortened
from tcalc.source import Span
from tcalc.syntax import nodes
from tcalc.types import size as sizes
from tcalc.types.dtypes import ANY
from tcalc.types.facts import Facts
from tcalc.types.size import Size
from tcalc.types.tensor import (
    UNKNOWN_TYPE,
    Axis,
    Origin,
    Pack,
    TensorType,
    TupleType,
    Type,
    UnknownType,
    kind_of,
    static_size,
)

if TYPE_CHECKING:
    from tcalc.check.checker import Checker
    from tcalc.check.functions import UserFunction


def fitted(
    checker: Checker, function: UserFunction, bound: list[tuple[nodes.Parameter, Given]], node: nodes.Expr
) -> Sizes:
    """Fit arguments to annotations; what the size names stand for."""
    known = Sizes()
    if not function.is_annotated and function.result is None:
        return known
    for parameter, given in bound:  # integers first: other annotations may use them
        if parameter.annotation is not None and is_static_integer(parameter.annotation):
            static = static_size(given.typed.type)
            if static is None:
                if isinstance(given.typed.type, TensorType) and not given.typed.type.axes:
                    checker.settle(given.node, given.typed)
                raise TcalcError(
                    "type",
                    f"{parameter.name} must be an integer known while checking, "
                    f"and {names.called(given.node)} is {given.typed.type}",
                    given.node.span,
                )
            known.values[parameter.name] = static
            known.fixed[parameter.name] = (Axis(static), given.node.span, given.typed.type)
    for parameter, given in sorted(bound, key=lambda each: _computes_sizes(each[0].annotation)):
        annotation = parameter.annotation
        if annotation is None or is_static_integer(annotation):
            continue
        type = given.typed.type
        if isinstance(type, UnknownType):
            continue
        what = names.party(given.node, node, 0) if isinstance(node, nodes.Call) else parameter.name
        if not isinstance(type, TensorType):
            raise TcalcError(
                "type", f"{parameter.name} must be a tensor, and {what} is {kind_of(type)}", given.node.span
            )
        fit(checker, annotation, Static(given.node.span, type), known, what, False)
    return known


def _computes_sizes(annotation: nodes.TypeExpr | None) -> bool:
    """Whether a size in it is more than a name or a number: it is fitted after those that fix the names."""
    parts = annotation.axes if annotation is not None and annotation.axes is not None else ()
    return any(
        isinstance(part, nodes.AxisExpr) and not isinstance(part.size, nodes.Name | nodes.Number | nodes.Hole)
        for part in parts
    )


def converted_argument(
    checker: Checker, parameter: nodes.Parameter, typed: Typed, aliases: dict[str, str | None]
) -> Typed:
    """An argument in the dtype of its parameter's annotation, its axes called as there.

    It is no static number any more, unless `int`. `aliases` gathers what the axes were called outside.
    """
    assert parameter.annotation is not None
    if is_static_integer(parameter.annotation) or not isinstance(typed.type, TensorType):
        return typed
    value = convert(checker, parameter.annotation, typed, parameter.name)
    assert isinstance(value.type, TensorType)
    if value.type.static is not None:
        value = converted(value, value.type.dtype)
    type = value.type
    assert isinstance(type, TensorType)
    own = axis_names(parameter.annotation, len(type.axes))
    for name, axis in zip(own, type.axes, strict=True):
        if name is not None and isinstance(axis, Axis):
            aliases.setdefault(name, axis.alias)
    return retyped(value, TensorType(type.dtype, known_as(type.axes, own)))


def called_outside(body: Typed, aliases: Mapping[str, str | None]) -> Typed:
    """A function's result, its axes called again as they were outside."""
    return retyped(body, _outside(body.type, aliases))


def _outside(type: Type, aliases: Mapping[str, str | None]) -> Type:
    if isinstance(type, TupleType):
        return TupleType(tuple([_outside(item, aliases) for item in type.items]), type.names)
    if not isinstance(type, TensorType) or not any(isinstance(a, Axis) and a.alias for a in type.axes):
        return type
    names = [aliases.get(axis.alias or "") if isinstance(axis, Axis) else None for axis in type.axes]
    return TensorType(type.dtype, known_as(type.axes, names), type.static)


def for_all_sizes(checker: Checker, function: UserFunction) -> tuple[dict[str, Typed], dict[str, Size]]:
    """Parameters that stand for all shapes their annotations allow."""
    checker.facts = Facts()
    scope: dict[str, Typed] = {}
    values: dict[str, Size] = {}

    def symbol(name: str) -> Size:
        if name not in values:
            values[name] = sizes.symbol(name)
        return values[name]

    for parameter in function.parameters:
        annotation = parameter.annotation
        span = parameter.span
        if annotation is None:
            scope[parameter.name] = _symbolic(span, UNKNOWN_TYPE, parameter.name)
            continue
        if is_static_integer(annotation):
            scope[parameter.name] = _symbolic(span, checker.static_type(symbol(parameter.name), span), parameter.name)
            continue
        dtype = word_dtype(annotation) or ANY
        origin = Origin(parameter.name, shortened(span.text), span.line)
        axes: list[Axis | Pack] = []
        for part in annotation.axes or ():
            if isinstance(part, nodes.PackExpr):
                axes.append(Pack(part.name))
                continue
            axes.append(Axis(pattern_size(part.size, symbol), None, origin))
        called = known_as(tuple(axes), axis_names(annotation, len(axes)))
        scope[parameter.name] = _symbolic(span, TensorType(dtype, called), parameter.name)
    for name, size in values.items():
        if name not in scope:
            scope[name] = _symbolic(function.span, checker.static_type(size, function.span), name)
    return scope, values


def _symbolic(span: Span, type: Type, name: str) -> Typed:
    """A parameter that stands for every value of its type."""
    return Use(span, type, Local(name, type))


def checked_result(
    checker: Checker,
    function: UserFunction,
    values: dict[str, Size],
    bound: list[tuple[nodes.Parameter, Given]],
    body: Typed,
) -> Typed:
    """The body held against the declared result."""
    annotation = function.result
    assert annotation is not None
    what = names.shown(function.body.span.text) or f"the result of {function.name}"
    type = body.type
    if isinstance(type, UnknownType):
        return body
    if annotation.items:
        return _checked_tuple(annotation, body, function.name)
    if not isinstance(type, TensorType):
        raise TcalcError(
            "type", f"{what} is {kind_of(type)}, and {function.name} declares {annotation.span.text}", body.span
        )
    if is_static_integer(annotation):
        return body
    known = Sizes(values)
    definition = checker.facts is not None and not bound
    if definition:
        _refuse_unfixed(function, annotation, values)
        _refuse_clash(function, annotation, body, values)
    axes = fit(checker, annotation, body, known, what, False)
    body = body if definition else convert(checker, annotation, body, what)
    assert isinstance(body.type, TensorType)
    if axes is not type.axes and body.type.axes != axes and not definition:
        return body
    return body


def _checked_tuple(annotation: nodes.TypeExpr, body: Typed, name: str) -> Typed:
    if not isinstance(body.type, TupleType) or len(body.type.items) != len(annotation.items):
        raise TcalcError(
            "type", f"{name} declares {annotation.span.text}, and its body is {kind_of(body.type)}", body.span
        )
    return body


def _refuse_unfixed(function: UserFunction, annotation: nodes.TypeExpr, values: dict[str, Size]) -> None:
    """A size name of the result that no parameter fixes."""
    for part in annotation.axes or ():
        if isinstance(part, nodes.AxisExpr) and isinstance(part.size, nodes.Name) and part.size.name not in values:
            raise TcalcError("shape", f"no parameter of {function.name} fixes {part.size.name}", part.span)


def _only_where(declared: Size, found: Size) -> str:
    """Where two sizes over one name are equal for some of its values: "; they are equal only for even d"."""
    used = sizes.names(declared) | sizes.names(found)
    if len(used) != 1:
        return ""
    (name,) = used
    try:
        equal = [n for n in range(25) if sizes.same(*(sizes.substitute(each, {name: n}) for each in (declared, found)))]
    except ZeroDivisionError:
        return ""
    for step in range(2, 9):
        if equal == list(range(0, 25, step)):
            return f"; they are equal only {f'for even {name}' if step == 2 else f'where {step} divides {name}'}"
    return ""


def _refuse_clash(function: UserFunction, annotation: nodes.TypeExpr, body: Typed, values: dict[str, Size]) -> None:
    """A result axis whose size is another than the declared, found for all sizes."""
    type = body.type
    assert isinstance(type, TensorType)
    if (
        annotation.axes is None
        or any(isinstance(axis, Pack) for axis in type.axes)
        or len(type.axes) != len(annotation.axes)
    ):
        return
    for part, axis in zip(annotation.axes, type.axes, strict=True):
        if isinstance(part, nodes.PackExpr):
            return
        assert isinstance(axis, Axis)
        wanted = pattern_size(part.size, lambda name: values.get(name, sizes.UNKNOWN))
        if not sizes.agree(wanted, axis.size):
            error = TcalcError(
                "shape",
                f"{function.name} declares {annotation.span.text}, and its body is {type}"
                + _only_where(wanted, axis.size),
                function.body.span,
                marks=[Mark(function.body.span, str(type), errors.fixed(axis))],
            )
            error.kind = "declared"
            raise error
