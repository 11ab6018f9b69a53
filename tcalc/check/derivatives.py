"""The types of derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tcalc.check import errors, names
from tcalc.check.arguments import Given, static_list
from tcalc.check.over import Over
from tcalc.check.typed import Derivative, Local, Reference, Static, Typed, Use
from tcalc.errors import Mark, TcalcError
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.mismatch import Undetermined
from tcalc.types.tensor import UNKNOWN_TYPE, Axis, FunctionType, Pack, TensorType, TupleType, Type, UnknownType, kind_of

if TYPE_CHECKING:
    from tcalc.check.checker import Checker

Handler = Callable[["Checker", nodes.Expr, Over, Sequence[Given], "Type | None"], Typed]


def handler(kind: str) -> Handler:
    """How a call of `grad`, `jacobian`, `hessian`, `vjp` or `jvp` is checked."""

    def check(checker: Checker, node: nodes.Expr, over: Over, given: Sequence[Given], expected: Type | None) -> Typed:
        return _derivative(checker, kind, node, over, given)

    return check


def _derivative(checker: Checker, kind: str, node: nodes.Expr, over: Over, given: Sequence[Given]) -> Typed:
    needs_vector = kind in ("vjp", "jvp")
    if not given:
        raise errors.wrong_count(kind, 1, 2, 0, node.span)
    body = given[0].typed
    if isinstance(body.type, FunctionType):
        if len(given) != 1:
            raise errors.wrong_count(kind, 1, 1, len(given), node.span)
        return _of_function(checker, kind, node, over, given[0])
    variables: list[nodes.Expr] = []
    for item in over:
        if not isinstance(item, nodes.Name):
            raise TcalcError("grad", f"{kind} is by a variable's name, and {item.span.text} is none", item.span)
        variables.append(item)
    rest = list(given[1:])
    if not over and rest and not needs_vector:
        variables.append(rest.pop(0).node)
    vector = rest.pop(0) if rest else None
    if rest or (needs_vector and vector is None):
        raise errors.wrong_count(kind, 2 if needs_vector else 1, 2, len(given), node.span)
    if not variables and kind != "grad":
        raise TcalcError("grad", f"{kind} needs a variable: {kind}[x]({body.span.text})", node.span)
    by: list[Typed] = []
    for variable in variables:
        if not isinstance(variable, nodes.Name):
            raise TcalcError("grad", f"{kind} is by a variable's name, and {variable.span.text} is none", variable.span)
        typed = checker.check(variable)
        if isinstance(typed.type, UnknownType):
            raise Undetermined
        if not isinstance(typed.type, TensorType):
            raise TcalcError("grad", f"{variable.name} is {kind_of(typed.type)}, and has no derivative", variable.span)
        by.append(typed)
    if isinstance(body.type, UnknownType):
        return Static(node.span, UNKNOWN_TYPE)
    if not isinstance(body.type, TensorType):
        raise TcalcError("grad", f"{names.called(given[0].node)} is {kind_of(body.type)}, not a tensor", body.span)
    as_vjp = kind == "grad" and vector is not None
    if kind in ("grad", "hessian", "minimize") and not as_vjp and body.type.axes:
        raise _not_scalar(kind, given[0].node, body.type)
    types = [_type(checker, "vjp" if as_vjp else kind, body.type, variable.type) for variable in by]
    many = len(by) != 1
    result: Type = TupleType(tuple(types), tuple([v.span.text for v in variables])) if many else types[0]
    return Derivative(
        node.span, result, "vjp" if as_vjp else kind, tuple(by), body, vector.typed if vector else None, many
    )


def minimize(checker: Checker, node: nodes.Expr, over: Over, given: Sequence[Given], expected: Type | None) -> Typed:
    """`minimize[w](loss, steps=, lr=, method=)`: the minimisers, typed as the variables are."""
    positional = [each for each in given if each.name is None]
    for each in given:
        if each.name is not None and each.name not in ("steps", "lr", "method"):
            raise TcalcError("type", f"minimize has no option {each.name}", each.node.span)
    if len(positional) != 1 or not over:
        raise TcalcError("type", "minimize is of one loss, by variables: minimize[w](loss)", node.span)
    return _derivative(checker, "minimize", node, over, positional)


def gradcheck(checker: Checker, node: nodes.Expr, over: Over, given: Sequence[Given], expected: Type | None) -> Typed:
    """`gradcheck[x](e)`: the largest difference from finite differences, for each variable."""
    derivative = _derivative(checker, "grad", node, over, given)
    if isinstance(derivative, Derivative):
        derivative.kind = "gradcheck"
        derivative.type = TensorType(dtypes.F64, (Axis(len(derivative.by)),) if derivative.many else ())
    return derivative


def accumulated(checker: Checker, node: nodes.Attribute, value: Typed) -> Typed:
    """`x.grad`: what `backward` gathered, shaped as x."""
    if not isinstance(value, Reference) or not isinstance(value.type, TensorType):
        raise TcalcError("grad", f"only a variable has a gradient, and {names.called(node.value)} is none", node.span)
    type = _type(checker, "grad", value.type, value.type)
    return Derivative(node.span, type, "accumulated", (value,), value, None, False)


def backward(node: nodes.Expr, receiver: Given, rest: Sequence[Given]) -> Typed:
    """`z.backward()`, `z.backward(v)`: by every leaf that z depends on."""
    type = receiver.typed.type
    if not isinstance(type, TensorType):
        raise TcalcError("grad", f"{names.called(receiver.node)} is {kind_of(type)}, not a tensor", node.span)
    if len(rest) > 1:
        raise errors.wrong_count("backward", 0, 1, len(rest), node.span)
    if type.axes and not rest:
        raise _not_scalar("grad", receiver.node, type)
    vector = rest[0].typed if rest else None
    return Derivative(node.span, TupleType(()), "backward", (), receiver.typed, vector, True)


def _type(checker: Checker, kind: str, body: TensorType, by: Type) -> TensorType:
    """The shape of a derivative; its dtype is floating."""
    assert isinstance(by, TensorType)
    dtype = dtypes.float_of(by.dtype, checker.default_float)
    of_result = dtypes.float_of(body.dtype, checker.default_float)
    axes: dict[str, tuple[Axis | Pack, ...]] = {
        "grad": by.axes,
        "vjp": by.axes,
        "minimize": by.axes,
        "jacobian": (*body.axes, *by.axes),
        "hessian": (*by.axes, *by.axes),
        "jvp": body.axes,
    }
    return TensorType(of_result if kind == "jvp" else dtype, axes[kind])


def _not_scalar(kind: str, node: nodes.Expr, type: TensorType) -> TcalcError:
    body = names.shown(node.span.text) or "e"
    numel = type.numel
    what = "gradient" if kind == "grad" else "Hessian"
    one = f" ({sizes.text(numel)} numbers)" if isinstance(numel, int) else ""
    return TcalcError(
        "grad",
        f"{body} is {type}{one}; a {what} is of a scalar",
        node.span,
        marks=[Mark(node.span, str(type))],
    )


def _of_function(checker: Checker, kind: str, node: nodes.Expr, over: Over, given: Given) -> Typed:
    """`grad(f)`, `grad[0, 1](f)`: the derivative function."""
    from tcalc.check.functions import Function

    positions = [0]
    if over:
        positions = []
        for item in over:
            listed = static_list(checker.check(item)) if isinstance(item, nodes.Expr) else None
            static = checker.check(item).type if isinstance(item, nodes.Expr) else None
            value = static.static if isinstance(static, TensorType) else None
            if isinstance(value, int):
                positions.append(value)
            elif listed:
                positions.extend(listed)
            else:
                raise TcalcError(
                    "grad",
                    f"of a function {kind} is by numbered parameters, and {item.span.text} is no number",
                    item.span,
                )
    inner = given.typed.type
    assert isinstance(inner, FunctionType) and isinstance(inner.function, Function)
    function = inner.function
    body_node = given.node

    class DerivativeFunction(Function):
        """`grad(f)` as a function."""

        __slots__ = ()

        def call(self, checker: Checker, node: nodes.Expr, given: Sequence[Given], expected: Type | None) -> Typed:
            from tcalc.check.typed import Bound

            bindings: list[tuple[Local, Typed]] = []
            inside: list[Given] = []
            by: list[Typed] = []
            for position, each in enumerate(given):
                if position not in positions:
                    inside.append(each)
                    continue
                type = each.typed.type
                if isinstance(type, UnknownType):
                    raise Undetermined
                if not isinstance(type, TensorType):
                    raise TcalcError(
                        "grad", f"{names.called(each.node)} is {kind_of(type)}, and has no derivative", each.node.span
                    )
                local = Local("point", type)
                bindings.append((local, each.typed))
                use = Use(each.node.span, type, local)
                by.append(use)
                inside.append(Given(None, use, each.node))
            if len(by) != len(positions):
                raise errors.wrong_count(self.name, max(positions) + 1, 10**6, len(given), node.span)
            body = function.call(checker, node, inside, None)
            if isinstance(body.type, UnknownType):
                return Static(node.span, UNKNOWN_TYPE)
            if not isinstance(body.type, TensorType):
                raise TcalcError("grad", f"{function.name} gives {kind_of(body.type)}, not a tensor", node.span)
            if kind in ("grad", "hessian") and body.type.axes:
                raise _not_scalar(kind, body_node, body.type)
            types = [_type(checker, kind, body.type, each.type) for each in by]
            result: Type = TupleType(tuple(types)) if over and len(types) > 1 else types[0]
            derivative = Derivative(node.span, result, kind, tuple(by), body, None, len(types) > 1)
            return Bound(node.span, tuple(bindings), derivative)

    return Static(node.span, FunctionType(DerivativeFunction(f"{kind} of {function.name}")))
