"""Statements: what a program does to the names in sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tcalc.check import autograd, declared, derivatives, errors, holes, names, odd, saving, updates, wrapping
from tcalc.check.annotations import is_static_integer, size_names, word_dtype
from tcalc.check.arguments import Given
from tcalc.check.binding import rows_of
from tcalc.check.checked import HIDDEN, Checked, origin_of
from tcalc.check.checker import Checker, Key, Poisoned
from tcalc.check.functions import UserFunction
from tcalc.check.mendable import may_be_mended
from tcalc.check.rounding import Roundings
from tcalc.check.scope import Scope, Variable, fixed_here
from tcalc.check.surroundings import Surroundings
from tcalc.check.typed import Bound, Reference, Several, Static, Typed, Use, converted, item_of, retyped
from tcalc.errors import Mark, TcalcError, shortened
from tcalc.syntax import nodes
from tcalc.syntax.nodes import LATEST
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.mismatch import Undetermined
from tcalc.types.tensor import (
    NONE_TYPE,
    UNKNOWN_TYPE,
    Axis,
    ConstantType,
    FunctionType,
    TensorType,
    TupleType,
    Type,
    UnknownType,
    kind_of,
    static_integer,
)

if TYPE_CHECKING:
    from tcalc.check.fillings import Filling
    from tcalc.types.broadcast import Axes


#: How often a statement is checked to answer its hole, and for how many calls in it that halves.
MOST_TRIED, INLINED = 600, 20


def check_statement(
    statement: nodes.Statement, scope: Scope, surroundings: Surroundings, settled: Mapping[Key, Typed] | None = None
) -> Checked:
    """Check one statement; raises TcalcError, or Poisoned where it uses what had an error.

    `settled` are the parts that were computed already, because data decide their shapes.
    """
    checker = Checker(scope, surroundings, settled)
    hole: holes.Unfilled | None = None
    try:
        statement = autograd.statement(statement) or statement
        checked = CHECKS[statement.__class__](checker, statement)
    except Undetermined:
        checked = _undetermined(statement)
    except holes.Unfilled as unfilled:
        hole = unfilled.with_traceback(None)
    if hole is not None:  # outside of its handling, so that the answer does not hold all frames below
        raise _answered(statement, checker, hole)
    checked.notes = checker.notes
    checked.used, checked.derives = checker.used, checker.derives
    checked.pending = checker.pending
    return checked


def _answered(statement: nodes.Statement, checker: Checker, unfilled: holes.Unfilled) -> TcalcError:
    """The answer to a hole, by trying in its place what may stand there."""
    from tcalc.check.fillings import answered  # nothing that runs needs it

    outer = checker.surroundings
    if outer.brief:
        return holes.unanswered(unfilled)
    surroundings = Surroundings(
        outer.default_float, header=outer.header, device=outer.device, storable=outer.storable, memory=outer.memory
    )

    trials = _Trials(statement, checker.scope, surroundings, unfilled.node)
    return answered(statement, unfilled, checker.scope, outer.default_float, trials)


class _Trials:
    """A statement that is checked with one thing after another in the place of its hole: see `fillings.Fault`."""

    def __init__(self, statement: nodes.Statement, scope: Scope, surroundings: Surroundings, hole: nodes.Expr) -> None:
        self._statement, self._scope, self._surroundings, self._hole = statement, scope, surroundings, hole
        self.left = MOST_TRIED

    def __call__(self, filling: Filling | None, place: nodes.Expr | None = None) -> Exception | None:
        """See `fillings.Fault`. A long statement counts for several."""
        # Of what is tried, only whether it checks is asked.
        self._surroundings.brief = filling is not None and place is None
        trial = Checker(self._scope, self._surroundings)
        try:  # no local name for the error: its frames go back to this one
            hole = place or self._hole
            return fault_with(self._statement, trial, hole, filling, hole.span.start == hole.span.end)
        finally:
            self.left -= 1 + trial.inlined // INLINED


def fault_with(
    statement: nodes.Statement, trial: Checker, hole: nodes.Expr, filling: Filling | None, goes_on: bool
) -> Exception | None:
    """Why a statement does not check with something in the place of a hole, or of what holds it; None where it does.

    `goes_on` says that it is being typed: what more text behind the hole may mend is no fault.
    """
    trial.filled = {} if filling is None else {id(hole): filling}
    try:
        CHECKS[statement.__class__](trial, statement)
    except Undetermined:
        return None
    except (TcalcError, Poisoned, RecursionError) as error:
        is_fault = not isinstance(error, TcalcError) or not (goes_on and may_be_mended(error, hole, statement))
        return error if is_fault else None
    if isinstance(filling, nodes.Name):  # the name of a variable by which a derivative is zero does not fit
        zeros = [note for note in trial.notes if note.kind == "zero"]
        return TcalcError("grad", zeros[0].message, zeros[0].span) if zeros else None
    return None


def poisoned(statement: nodes.Statement) -> list[str]:
    """The names that a statement which failed would have bound."""
    if isinstance(statement, nodes.Bind):
        return [statement.target.name]
    if isinstance(statement, nodes.Unpack):
        return [target.name for target in statement.targets]
    if isinstance(statement, nodes.Define):
        return [statement.name.name]
    if isinstance(statement, nodes.Update) and isinstance(statement.target, nodes.Name):
        return [statement.target.name]
    if isinstance(statement, nodes.Show) and not statement.silent:
        return [*LATEST]
    return []


def introduced(statement: nodes.Statement) -> list[str]:
    """The names that are as they were where a statement fails, and missing only if there were none.

    They are the size names of an annotation, and what `A[0] = v` changes, which keeps its type.
    """
    if isinstance(statement, nodes.Bind) and statement.annotation is not None:
        return size_names(statement.annotation)
    target = updates.root(statement.target) if isinstance(statement, nodes.Update) else None
    return [target.name] if target is not None else []


def _axis_names(annotation: nodes.TypeExpr | None) -> list[str]:
    if annotation is None:
        return []
    return [
        axis.size.name
        for axis in annotation.axes or ()
        if isinstance(axis, nodes.AxisExpr) and isinstance(axis.size, nodes.Name)
    ]


def _undetermined(statement: nodes.Statement) -> Checked:
    """A statement of which nothing can be said before something is computed."""
    action = "show" if isinstance(statement, nodes.Show) else "bind"
    checked = Checked(statement, action, (Static(statement.span, UNKNOWN_TYPE),))
    for name in (*poisoned(statement), *introduced(statement)):
        checked.variables.append((name, Variable(UNKNOWN_TYPE)))
    return checked


# Showing


def show(checker: Checker, statement: nodes.Show) -> Checked:
    value = statement.value
    given = saving.arguments(checker, value)
    if given is not None:
        return saving.check(checker, statement, given)
    if isinstance(value, nodes.Call):
        command = _command(checker, value)
        if command is not None:
            return COMMANDS[command](checker, statement, value)
        gradients = _gradients(checker, statement, value)
        if gradients is not None:
            return gradients
    try:
        typed = checker.check(value)
    except TcalcError as error:
        if error.code == "name" and isinstance(value, nodes.Compare) and error.span is value.first.span:
            operator, right = value.links[0]
            if operator == "==":
                bound = f"{value.first.span.text} = {right.span.text}"
                error.notes.append(f"one = binds a name: {shortened(bound)}")
        raise
    if isinstance(typed.type, ConstantType) and typed.type.value is None:
        return Checked(statement, "nothing")
    return Checked(statement, "show", (typed,))


def _command(checker: Checker, call: nodes.Call) -> str | None:
    """The name of a function that is called for what it does, None for any other call."""
    function = call.function
    if isinstance(function, nodes.Name) and function.name in COMMANDS:
        return None if checker.scope.lookup(function.name) is not None else function.name
    if isinstance(function, nodes.Attribute):
        path = names.dotted(function)
        if path in ("torch.manual_seed", "torch.random.manual_seed"):
            return "manual_seed"
    return None


def _gradients(checker: Checker, statement: nodes.Show, call: nodes.Call) -> Checked | None:
    """`z.backward()`, `zero_grad()`, `w.grad.zero_()`; None for any other call."""
    function = call.function
    if isinstance(function, nodes.Name) and function.name == "zero_grad":
        return None if checker.scope.lookup("zero_grad") is not None else Checked(statement, "gradients")
    if not isinstance(function, nodes.Attribute):
        return None
    if function.name == "backward":
        given = [Given(argument.name, checker.check(argument.value), argument.value) for argument in call.arguments]
        receiver = Given(None, checker.check(function.value), function.value)
        return Checked(statement, "gradients", (derivatives.backward(checker, call, receiver, given),))
    if function.name == "zero_" and isinstance(function.value, nodes.Attribute) and function.value.name == "grad":
        return Checked(statement, "gradients", (checker.check(function.value),))
    return None


def print_(checker: Checker, statement: nodes.Show, call: nodes.Call) -> Checked:
    """`print(a, b)` shows each argument; options of Python's (`sep=`) are passed over."""
    values = [checker.check(argument.value) for argument in call.arguments if argument.name is None]
    return Checked(statement, "show", tuple(values))


def seed(checker: Checker, statement: nodes.Show, call: nodes.Call) -> Checked:
    """`manual_seed(n)`"""
    if len(call.arguments) != 1:
        raise errors.wrong_count("manual_seed", 1, 1, len(call.arguments), call.span)
    typed = checker.check(call.arguments[0].value)
    if static_integer(typed.type) is None:
        raise TcalcError("type", "a seed is an integer known while checking", call.arguments[0].span)
    return Checked(statement, "seed", (typed,))


def leave(checker: Checker, statement: nodes.Show, call: nodes.Call) -> Checked:
    """`exit()`"""
    return Checked(statement, "leave")


COMMANDS: dict[str, Callable[[Checker, nodes.Show, nodes.Call], Checked]] = {
    "print": print_,
    "manual_seed": seed,
    "exit": leave,
    "quit": leave,
}


# Binding


def bind(checker: Checker, statement: nodes.Bind) -> Checked:
    name = statement.target.name
    names.refuse_reserved(name, statement.target.span)
    expected = _expected(checker, statement.annotation)
    typed = checker.check(statement.value, expected)
    extra: list[tuple[str, Variable]] = []
    if statement.annotation is not None:
        typed = checker.settled_part(statement.value, typed)
        typed, extra = _annotated(checker, statement, typed)
        checker.notes = [note for note in checker.notes if note.kind != "label"]  # the annotation names the axes
    checked = Checked(statement, "bind", (typed,))
    checked.targets = (name,)
    _refuse_valueless(typed.type, statement.value)
    odd.hidden(checker, statement.target)
    if isinstance(typed.type, FunctionType):
        return _bind_function(statement, typed)
    rounding = Roundings(checker.scope, {}).of(typed)
    origin = origin_of(statement, name)
    variable = Variable(
        fixed_here(typed.type, origin), rounding=rounding, origin=origin, integers=wrapping.known(checker, typed)
    )
    checked.variables = [(name, variable), *extra]
    return checked


def _bind_function(statement: nodes.Bind, typed: Typed) -> Checked:
    """A function value bound to a name. What its body sees of a `let` around it is bound beside it, out of sight."""
    name = statement.target.name
    function = typed.type.function if isinstance(typed.type, FunctionType) else None
    seen = {}
    if isinstance(function, UserFunction):
        if isinstance(statement.value, nodes.Lambda):
            function.name = name  # it was made here, and had none
        seen = {key: each for key, each in function.environment.items() if isinstance(each, Use | Reference)}
    if not seen:
        checked = Checked(statement, "bind", (Static(typed.span, typed.type),))
        checked.targets = (name,)
        checked.variables = [(name, Variable(typed.type))]
        return checked
    assert isinstance(function, UserFunction)
    whole = TupleType(tuple([each.type for each in seen.values()]))
    parts: Typed = Several(typed.span, whole, tuple(seen.values()))
    if isinstance(typed, Bound):
        parts = Bound(typed.span, typed.bindings, parts)
    hidden = {key: f"{HIDDEN}{name}{HIDDEN}{key}" for key in seen}
    environment = dict(function.environment)
    for key, each in seen.items():
        environment[key] = Reference(each.span, each.type, hidden[key])
    closure = UserFunction(name, function.parameters, function.result, function.body, environment, function.span)
    kept = [item_of(parts, position, typed.span) for position in range(len(seen))]
    checked = Checked(statement, "bind", (Static(typed.span, FunctionType(closure)), *kept))
    checked.targets = (name, *hidden.values())
    checked.variables = [(name, Variable(FunctionType(closure)))]
    checked.variables += [(hidden[key], Variable(each.type)) for key, each in seen.items()]
    return checked


def _refuse_valueless(type: Type, node: nodes.Expr) -> None:
    if type == NONE_TYPE:
        raise TcalcError("type", f"{names.called(node)} gives no value to bind", node.span)


def _expected(checker: Checker, annotation: nodes.TypeExpr | None) -> Type | None:
    """The type that an annotation asks for, as far as it says; for holes."""
    if annotation is None or annotation.axes is None:
        return None
    from tcalc.types.match import size_of

    axes: list[Axis] = []
    for part in annotation.axes:
        if isinstance(part, nodes.PackExpr):
            return None
        try:
            size = size_of(part.size, lambda name: _static_size(checker, name) or sizes.UNKNOWN)
            axes.append(Axis(size, part.label))
        except (ValueError, KeyError, ZeroDivisionError):
            return None
    dtype = word_dtype(annotation)
    return TensorType(dtype or dtypes.ANY, tuple(axes))


def _static_size(checker: Checker, name: str) -> int | None:
    variable = checker.scope.lookup(name)
    return None if variable is None else static_integer(variable.type)


def _annotated(checker: Checker, statement: nodes.Bind, typed: Typed) -> tuple[Typed, list[tuple[str, Variable]]]:
    """A value held against its annotation: dtype, sizes, labels, and the size names it binds."""
    annotation = statement.annotation
    assert annotation is not None
    what = statement.target.name
    if isinstance(typed.type, UnknownType):
        return typed, []
    if is_static_integer(annotation):
        if static_integer(typed.type) is None:
            raise TcalcError(
                "type", f"{what} must be an integer known while checking, and this is {typed.type}", typed.span
            )
        return typed, []
    if not isinstance(typed.type, TensorType):
        raise TcalcError(
            "type", f"{what} is {kind_of(typed.type)}, and the annotation wants {annotation.span.text}", typed.span
        )
    known = declared.Sizes()
    axes = declared.fit(checker, annotation, typed, known, what, True)
    new = list(known.values)
    used = _axis_names(annotation)
    naming = [*new, *(name for name in used if (found := checker.scope.lookup(name)) and found.names_axes)]
    labelled = _labelled(annotation, axes, [name for name in naming if used.count(name) == 1])
    value = declared.convert(checker, annotation, typed, what)
    type = value.type
    assert isinstance(type, TensorType)
    if annotation.word is not None and type.static is not None:  # a dtype that was asked for is no longer weak
        value, type = converted(value, type.dtype), type.unstatic()
    relabelled = retyped(value, TensorType(type.dtype, labelled, type.static))
    origin = origin_of(statement, what)
    types = {name: checker.size_value(known.values[name], annotation.span).type for name in new}
    extra = [(name, Variable(type, True, origin=origin)) for name, type in types.items()]
    for name in new:
        names.refuse_reserved(name, annotation.span)
    return relabelled, extra


def _labelled(annotation: nodes.TypeExpr, axes: Axes, new: list[str]) -> Axes:
    """Axes with the labels that an annotation gives: `batch=32`, and a name it bound."""
    if annotation.axes is None or len(axes) != len(annotation.axes):
        if annotation.axes is None or not any(isinstance(part, nodes.PackExpr) for part in annotation.axes):
            return axes
        before = next(i for i, part in enumerate(annotation.axes) if isinstance(part, nodes.PackExpr))
        after = len(annotation.axes) - before - 1
        middle = (None,) * (len(axes) - before - after)
        patterns: tuple[object, ...] = (*annotation.axes[:before], *middle, *annotation.axes[before + 1 :])
    else:
        patterns = annotation.axes
    result = []
    for part, axis in zip(patterns, axes, strict=True):
        if isinstance(part, nodes.AxisExpr) and isinstance(axis, Axis):
            label = part.label
            if label is None and isinstance(part.size, nodes.Name) and part.size.name in new:
                label = part.size.name
            if label is not None and label != axis.label:
                if axis.label is not None:
                    raise TcalcError("label", f"{axis.label} meets {label}", part.span)
                axis = Axis(axis.size, label, axis.origin)
        result.append(axis)
    return tuple(result)


def unpack(checker: Checker, statement: nodes.Unpack) -> Checked:
    typed = checker.check(statement.value)
    wanted = len(statement.targets)
    type = typed.type
    if isinstance(type, UnknownType):
        checker.settle(statement.value, typed)
        raise Undetermined
    parts: tuple[Typed, ...]
    if isinstance(type, TensorType) and type.axes and isinstance(getattr(type.axes[0], "size", None), int):
        count = type.axes[0].size  # type: ignore[union-attr]  # an Axis by the test before
        assert isinstance(count, int)
        parts = rows_of(typed, count) if count == wanted else ()
        if parts and isinstance(type.static, tuple):  # `n, d = x.shape`: they are known, one by one too
            parts = tuple([checker.static_number(value, typed.span) for value in type.static])
    elif isinstance(type, TupleType):
        count = len(type.items)
        parts = tuple([item_of(typed, i, typed.span) for i in range(count)]) if count == wanted else ()
    else:
        raise TcalcError(
            "type", f"{names.called(statement.value)} is {kind_of(type)}, and cannot be taken apart", typed.span
        )
    if count != wanted:
        raise TcalcError(
            "type",
            f"{names.called(statement.value)} has {count} parts, and {wanted} names are given",
            typed.span,
            marks=[Mark(typed.span, str(type))],
        )
    seen = [target.name for target in statement.targets if target.name != "_"]
    for target in statement.targets:
        names.refuse_reserved(target.name, target.span)
        if seen.count(target.name) > 1:
            raise TcalcError("name", f"{target.name} is named twice", target.span)
    checked = Checked(statement, "bind", parts)
    checked.targets = tuple([None if target.name == "_" else target.name for target in statement.targets])
    roundings = Roundings(checker.scope, {})
    checked.variables = [
        (name, Variable(fixed_here(part.type, origin), rounding=roundings.of(part), origin=origin))
        for name, part in zip(checked.targets, parts, strict=True)
        if name is not None and (origin := origin_of(statement, name))
    ]
    for target in statement.targets:
        odd.hidden(checker, target)
    return checked


def define(checker: Checker, statement: nodes.Define) -> Checked:
    """A function; an annotated one is checked for all sizes."""
    name = statement.name.name
    names.refuse_reserved(name, statement.name.span)
    seen: set[str] = set()
    for parameter in statement.parameters:
        names.refuse_reserved(parameter.name, parameter.span)
        if parameter.name in seen:
            raise TcalcError("name", f"{parameter.name} is named twice", parameter.span)
        seen.add(parameter.name)
    function = UserFunction(name, statement.parameters, statement.result, statement.body, {}, statement.span)
    checked = Checked(statement, "bind", (Static(statement.span, FunctionType(function)),))
    checked.targets = (name,)
    checked.variables = [(name, Variable(FunctionType(function)))]
    if function.is_annotated:
        checker.evaluating, outer = False, checker.evaluating
        try:
            function.check_definition(checker)
        finally:
            checker.evaluating = outer
    odd.hidden(checker, statement.name)
    odd.transposes(checker, statement)
    return checked


def nothing(checker: Checker, statement: nodes.Import) -> Checked:
    return Checked(statement, "nothing")


CHECKS: dict[type, Callable[..., Checked]] = {
    nodes.Show: show,
    nodes.Bind: bind,
    nodes.Unpack: unpack,
    nodes.Update: updates.update,
    nodes.Define: define,
    nodes.Import: nothing,
}
