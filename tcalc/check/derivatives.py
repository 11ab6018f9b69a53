"""The types of derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tcalc.check import clashes, errors, names
from tcalc.check.arguments import Given, static_list
from tcalc.check.dependence import names_of, steps_between
from tcalc.check.holes import VARIABLE, Unfilled
from tcalc.check.minimizing import options_of
from tcalc.check.over import Over
from tcalc.check.past import is_marked, leaves, reached
from tcalc.check.typed import Derivative, Local, Reference, Static, Typed, Use
from tcalc.errors import Mark, TcalcError
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import meet
from tcalc.types.mismatch import Undetermined
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
)

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
    body = checker.settled_part(given[0].node, given[0].typed)
    if isinstance(body.type, FunctionType):
        numbered = next((each for each in given if each.name == "argnums"), None)
        if numbered is not None and not over:  # as torch.func has it
            places = numbered.node
            over = places.items if isinstance(places, nodes.TupleOf | nodes.ListOf) else (places,)
            given = [each for each in given if each is not numbered]
        if len(given) == 2 and kind in ("jacobian", "hessian") and given[1].name is None:
            # as torch.autograd.functional has it: the function, and where
            made = _of_function(checker, kind, node, over, given[0])
            assert isinstance(made.type, FunctionType)
            applied: Typed = made.type.function.call(checker, node, [given[1]], None)  # type: ignore[attr-defined]
            return applied
        if len(given) != 1:
            raise errors.wrong_count(kind, 1, 1, len(given), node.span)
        return _of_function(checker, kind, node, over, given[0])
    variables: list[nodes.Expr] = []
    for item in over:
        if not isinstance(item, nodes.Name | nodes.Hole):
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
    named: list[nodes.Name] = []
    for variable in map(checker.filling, variables):
        if checker.is_open(variable):
            raise Unfilled(checker, variable, (), VARIABLE)
        if not isinstance(variable, nodes.Name):
            raise TcalcError("grad", f"{kind} is by a variable's name, and {variable.span.text} is none", variable.span)
        typed = checker.check(variable)
        if isinstance(typed.type, UnknownType):
            raise Undetermined
        if not isinstance(typed.type, TensorType):
            raise TcalcError("grad", f"{variable.name} is {kind_of(typed.type)}, and has no derivative", variable.span)
        if variable.name in [each.name for each in named]:
            raise TcalcError("grad", f"{variable.name} is named twice", variable.span)
        named.append(variable)
        by.append(typed)
    if isinstance(body.type, UnknownType):
        return Static(node.span, UNKNOWN_TYPE)
    if not isinstance(body.type, TensorType):
        raise TcalcError("grad", f"{names.called(given[0].node)} is {kind_of(body.type)}, not a tensor", body.span)
    to_leaves = not variables
    if to_leaves:
        found = _leaves(checker, body, given[0].node)
        if found is None:
            return Static(node.span, UNKNOWN_TYPE)
        by = found
    as_vjp = kind == "grad" and vector is not None
    if kind in ("grad", "hessian", "minimize") and not as_vjp and body.type.axes:
        raise _not_scalar(kind, given[0].node, body.type)
    _refuse_complex("vjp" if as_vjp else kind, given[0].node, body.type, [each.type for each in by])
    if vector is not None and (kind != "jvp" or len(by) == 1):
        like = by[0].type if kind == "jvp" else body.type
        assert isinstance(like, TensorType)
        _fit_vector(vector, like, variables[0] if kind == "jvp" else given[0].node)
    types = [_type(checker, "vjp" if as_vjp else kind, body.type, variable.type) for variable in by]
    if not to_leaves:
        _refuse_earlier(checker, body, by)
        for variable, typed in zip(variables, by, strict=True):
            _note_zero(checker, kind, variable, typed, given[0])
    many = len(by) != 1 or to_leaves
    checker.derives = True
    called = tuple([each.name if isinstance(each, Reference) else each.span.text for each in by])
    result: Type = TupleType(tuple(types), called) if many else types[0]
    return Derivative(
        node.span,
        result,
        "vjp" if as_vjp else kind,
        tuple(by),
        body,
        vector.typed if vector else None,
        many,
        checker.surroundings,
    )


def _refuse_earlier(checker: Checker, body: Typed, by: Sequence[Typed]) -> None:
    """An error where the body was computed by what a variable was before it was bound anew."""
    memory = checker.surroundings.memory
    if memory is not None:
        ends = {each.name: memory.version(each.name) for each in by if isinstance(each, Reference)}
        present = [memory.version(name) for name in names_of(body, dict(checker.bound).get) if name not in ends]
        reached([each for each in present if each is not None], ends, body.span)


def _note_zero(checker: Checker, kind: str, variable: nodes.Expr, by: Typed, given: Given) -> None:
    """A note where a derivative is zero everywhere, whatever the numbers are."""
    bound = dict(checker.bound)
    body = given.typed
    through = steps_between(body, by, bound.get)
    if through == []:
        return
    memory = checker.surroundings.memory
    others = names_of(body, bound.get) - {variable.span.text}
    if isinstance(by, Reference) and others:
        if memory is None:
            return  # what the other variables will have been computed by is not known yet
        known = [memory.version(name) for name in others]
        if any(each is not None and each.past is not None for each in known):
            return
    name = variable.span.text
    if through:
        listed = " and ".join(through)
        told = f"{name} reaches {names.called(given.node)} through {listed} alone, which is flat: its derivative is 0"
    else:
        told = f"{names.called(given.node)} does not depend on {name}: its derivative is 0"
    checker.note(told, given.node.span, "zero")


def _leaves(checker: Checker, body: Typed, node: nodes.Expr) -> list[Typed] | None:
    """The variables that everything in a body goes back to; None where what they are is known only when it runs."""
    memory = checker.surroundings.memory
    if memory is None:
        return None
    bound = dict(checker.bound)
    versions = [memory.version(name) for name in names_of(body, bound.get)]
    found: list[Typed] = []
    for leaf in leaves([each for each in versions if each is not None]):
        now = memory.version(leaf.name)
        if now is not leaf:
            since = "" if now is None else f", which line {now.line} bound anew"
            raise TcalcError("grad", f"{names.called(node)} was computed by an earlier {leaf.name}{since}", body.span)
        checker.used[leaf.name] = leaf.type
        found.append(Reference(body.span, leaf.type, leaf.name))
    if not found:
        raise TcalcError("grad", f"{names.called(node)} depends on no floating variable", body.span)
    return found


def minimize(checker: Checker, node: nodes.Expr, over: Over, given: Sequence[Given], expected: Type | None) -> Typed:
    """`minimize[w](loss, steps=, lr=, method=)`: the minimisers, typed as the variables are, by name."""
    positional = [each for each in given if each.name is None]
    options = options_of([each for each in given if each.name is not None])
    if len(positional) != 1 or not over:
        raise TcalcError("type", "minimize is of one loss, by variables: minimize[w](loss)", node.span)
    derivative = _derivative(checker, "minimize", node, over, positional)
    if isinstance(derivative, Derivative):
        for variable in derivative.by:
            if isinstance(variable.type, TensorType) and variable.type.dtype.rank < 2:
                name = variable.span.text
                told = f"minimize moves {name} by parts of 1, and it is {variable.type}: write it with a point"
                raise TcalcError("dtype", f"{told}, or {name} = float({name})", variable.span)
        derivative.options = options
    return derivative


def gradcheck(checker: Checker, node: nodes.Expr, over: Over, given: Sequence[Given], expected: Type | None) -> Typed:
    """`gradcheck[x](e)`: the largest difference from finite differences, where, and what they say, by each variable."""
    derivative = _derivative(checker, "grad", node, over, given)
    if isinstance(derivative, Derivative):
        if derivative.kind == "vjp":
            raise errors.wrong_count("gradcheck", 1, 1, len(given), node.span)
        types = [_difference(variable) for variable in derivative.by]
        derivative.kind, names = "gradcheck", getattr(derivative.type, "names", ())
        derivative.type = TupleType(tuple(types), names) if derivative.many else types[0]
    return derivative


def _difference(variable: Typed) -> TupleType:
    """The type of what `gradcheck` says of a variable."""
    type = variable.type
    assert isinstance(type, TensorType)
    if type.dtype.kind == "complex":
        raise TcalcError("grad", f"gradcheck is by real numbers, and {variable.span.text} is {type}", variable.span)
    number, index = TensorType(dtypes.F64, ()), TensorType(dtypes.I64, (Axis(len(type.axes)),))
    parts = (number, index, number, number, TensorType(dtypes.F64, (Axis(2),)))
    return TupleType(parts, ("difference", "index", "gradient", "finite", "sides"))


def accumulated(checker: Checker, node: nodes.Attribute, value: Typed) -> Typed:
    """`x.grad`: what `backward` gathered, shaped as x."""
    if not isinstance(value, Reference) or not isinstance(value.type, TensorType):
        raise TcalcError("grad", f"only a variable has a gradient, and {names.called(node.value)} is none", node.span)
    type = _type(checker, "grad", value.type, value.type)
    return Derivative(node.span, type, "accumulated", (value,), value, None, False, checker.surroundings)


def recorded(checker: Checker, node: nodes.Attribute, value: Typed) -> Typed:
    """`x.requires_grad`, `x.is_leaf`, as in torch: of what goes back to no variable that is marked neither is news."""
    memory = checker.surroundings.memory
    if memory is None:
        return Static(node.span, UNKNOWN_TYPE)
    versions = [memory.version(name) for name in names_of(value, dict(checker.bound).get)]
    marked = [each for each in leaves([each for each in versions if each is not None]) if each.marked]
    checker.derives = True  # a variable of the same type may be marked tomorrow
    if node.name == "requires_grad":
        return checker.static_number(bool(marked) or is_marked(value), node.span)
    is_itself = isinstance(value, Reference) and any(each is version for each in marked for version in versions)
    return checker.static_number(not marked or is_itself, node.span)


def backward(checker: Checker, node: nodes.Expr, receiver: Given, rest: Sequence[Given]) -> Typed:
    """`z.backward()`, `z.backward(v)`: by every leaf that z depends on."""
    type = receiver.typed.type
    if not isinstance(type, TensorType):
        raise TcalcError("grad", f"{names.called(receiver.node)} is {kind_of(type)}, not a tensor", node.span)
    only: list[str] = []
    kept: list[Given] = []
    for each in rest:
        if each.name == "inputs":
            listed = each.node.items if isinstance(each.node, nodes.ListOf | nodes.TupleOf) else (each.node,)
            only = [item.name for item in listed if isinstance(item, nodes.Name)]
        elif each.name in (None, "gradient"):
            kept.append(each)
        elif each.name not in ("retain_graph", "create_graph"):  # nothing is freed, and nothing is recorded anew
            known = "gradient, retain_graph, create_graph and inputs"
            raise TcalcError("type", f"backward has no option {each.name}; it has {known}", each.node.span)
    rest = kept
    if len(rest) > 1:
        raise errors.wrong_count("backward", 0, 1, len(rest), node.span)
    if type.axes and not rest:
        error = _not_scalar("grad", receiver.node, type)
        error.notes.append("torch says: grad can be implicitly created only for scalar outputs")
        raise error
    if not rest:
        _refuse_complex("grad", receiver.node, type, [])
    vector = rest[0].typed if rest else None
    if rest:
        _fit_vector(rest[0], type, receiver.node)
    by = _leaves(checker, receiver.typed, receiver.node) or []
    if only:
        leaves_by_name = {each.name: each for each in by if isinstance(each, Reference)}
        for name in only:
            if name not in leaves_by_name:
                told = f"{names.called(receiver.node)} goes back to no leaf {name}"
                raise TcalcError("grad", told, node.span)
        by = [each for name, each in leaves_by_name.items() if name in only]
    types = [_type(checker, "grad", type, each.type) for each in by]
    checker.derives = True
    return Derivative(
        node.span, TupleType(tuple(types)), "backward", tuple(by), receiver.typed, vector, True, checker.surroundings
    )


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


def _fit_vector(vector: Given, like: TensorType, node: nodes.Expr) -> None:
    """An error unless v of `vjp`, `jvp` has the shape of what it goes with."""
    type, what = vector.typed.type, names.called(vector.node)
    if isinstance(type, UnknownType):
        return
    if not isinstance(type, TensorType):
        raise TcalcError("type", f"{what} is {kind_of(type)}, not a tensor", vector.node.span)
    marks = clashes.marks((node.span, like), (vector.node.span, type))
    message = f"{what} must have the shape of {names.called(node)}: {like}, not {type}"
    if type.rank is None or like.rank is None:
        return
    if len(type.axes) != len(like.axes) or not all(map(sizes.agree, type.shape, like.shape)):
        raise TcalcError("shape", message, vector.node.span, marks=marks)
    for mine, theirs in zip(like.axes, type.axes, strict=True):
        if isinstance(mine, Axis) and isinstance(theirs, Axis) and meet(mine, theirs) is None:
            raise TcalcError("label", clashes.sentence(mine, theirs), vector.node.span, marks=marks)


def _not_scalar(kind: str, node: nodes.Expr, type: TensorType) -> TcalcError:
    body = names.shown(node.span.text) or "e"
    numel = type.numel
    what = {"grad": "gradient", "minimize": "minimum"}.get(kind, "Hessian")
    one = f" ({sizes.text(numel)} numbers)" if isinstance(numel, int) else ""
    return TcalcError(
        "grad",
        f"{body} is {type}{one}; a {what} is of a scalar",
        node.span,
        marks=[Mark(node.span, str(type))],
    )


def _refuse_complex(kind: str, node: nodes.Expr, body: TensorType, by: Sequence[Type]) -> None:
    """An error where complex numbers have no such derivative: uphill is for a real loss; a Jacobian would be two."""
    name = names.shown(node.span.text) or "e"
    if kind in ("grad", "minimize", "gradcheck") and body.dtype.kind == "complex":
        what = "minimum" if kind == "minimize" else "gradient"
        told = f"{name} is {body}; a {what} is of a real number: real(e), abs(e)"
        raise TcalcError("grad", told, node.span, marks=[Mark(node.span, str(body))])
    if kind in ("jacobian", "hessian"):
        for type in (body, *by):
            if isinstance(type, TensorType) and type.dtype.kind == "complex":
                what = "Jacobian" if kind == "jacobian" else "Hessian"
                told = f"a {what} is of real numbers, and here is {type}; vjp and jvp take complex ones"
                raise TcalcError("grad", told, node.span, marks=[Mark(node.span, str(body))])


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
            places = [place + len(given) if place < 0 else place for place in positions]
            if len(set(places)) < len(places):
                raise TcalcError("grad", "a parameter is numbered twice", node.span)
            uses: dict[int, Typed] = {}
            for position, each in enumerate(given):
                if position not in places:
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
                uses[position] = use
                inside.append(Given(None, use, each.node))
            if any(place not in uses for place in places):
                least = max(place + 1 if place >= 0 else -place for place in positions)
                raise errors.wrong_count(self.name, least, 10**6, len(given), node.span)
            by = [uses[place] for place in places]  # in the order that they are asked for
            body = function.call(checker, node, inside, None)
            if isinstance(body.type, UnknownType):
                return Static(node.span, UNKNOWN_TYPE)
            if not isinstance(body.type, TensorType):
                raise TcalcError("grad", f"{function.name} gives {kind_of(body.type)}, not a tensor", node.span)
            if kind in ("grad", "hessian") and body.type.axes:
                raise _not_scalar(kind, body_node, body.type)
            _refuse_complex(kind, body_node, body.type, [each.type for each in by])
            types = [_type(checker, kind, body.type, each.type) for each in by]
            checker.derives = True
            result: Type = TupleType(tuple(types)) if over and len(types) > 1 else types[0]
            derivative = Derivative(
                node.span, result, kind, tuple(by), body, None, len(types) > 1, checker.surroundings
            )
            return Bound(node.span, tuple(bindings), derivative)

    return Static(node.span, FunctionType(DerivativeFunction(f"{kind} of {function.name}")))
