"""Updates: `A += v`, `A[0, 1] = 7`, `A[1] *= 2` bind the name to a changed copy."""

from __future__ import annotations

from tcalc import library
from tcalc.check import calls, clashes, indexing, names
from tcalc.check.arguments import Given
from tcalc.check.checked import Checked, fixed_by
from tcalc.check.checker import Checker
from tcalc.check.rounding import Roundings
from tcalc.check.scope import Variable
from tcalc.check.typed import Apply, Typed, converted
from tcalc.errors import Mark, TcalcError
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.dtypes import DType
from tcalc.types.mismatch import Undetermined
from tcalc.types.tensor import Axis, ConstantType, TensorType, UnknownType, kind_of
from tcalc.types.written import Written


def update(checker: Checker, statement: nodes.Update) -> Checked:
    """`A += v`, `A[0, 1] = 7`, `A[1] *= 2`: the name is bound to an updated copy."""
    target = statement.target
    name = root(target)
    if isinstance(target, nodes.Attribute) and target.name == "grad" and not statement.operator:
        value = checker.check(statement.value)
        if isinstance(value.type, ConstantType) and value.type.value is None:
            return Checked(statement, "gradients", (checker.check(target),))
        raise TcalcError("grad", "a gradient can only be set to None", statement.span)
    if name is None or _is_of_another(target):
        raise TcalcError("type", f"{names.called(target)} cannot be assigned to; values never change", target.span)
    if checker.scope.lookup(name.name) is None:
        raise names.unknown(checker, name.name, name.span)
    names.refuse_reserved(name.name, name.span)
    old = checker.check(name)
    if not isinstance(old.type, TensorType):
        if isinstance(old.type, UnknownType):
            checker.settle(name, old)
            raise Undetermined
        raise TcalcError("type", f"{name.name} is {kind_of(old.type)}, and has no parts to change", name.span)
    new = _updated(checker, statement, target, old)
    assert isinstance(new.type, TensorType)
    checked = Checked(statement, "bind", (new,))
    checked.targets = (name.name,)
    rounding = Roundings(checker.scope, {}).of(new)
    checked.variables = [(name.name, Variable(fixed_by(statement, name.name, new.type), rounding=rounding))]
    return checked


def _is_of_another(target: nodes.Expr) -> bool:
    """Whether a target is a part of what is computed from a name: `x.shape[0]`, `x.T[0]`; `x.data` is x itself."""
    if isinstance(target, nodes.Attribute):
        return True
    while isinstance(target, nodes.Index | nodes.Attribute):
        if isinstance(target, nodes.Attribute) and target.name != "data":
            return True
        target = target.value
    return False


def _updated(checker: Checker, statement: nodes.Update, target: nodes.Expr, old: Typed) -> Typed:
    """The new value of the name."""
    if isinstance(target, nodes.Name):
        return _combined(checker, statement, target, old)
    chain: list[nodes.Index] = []
    while isinstance(target, nodes.Index):
        chain.append(target)
        target = target.value
    return _replaced(checker, statement, chain[::-1], old)


def _replaced(checker: Checker, statement: nodes.Update, chain: list[nodes.Index], whole: Typed) -> Typed:
    """`whole` with the part under a chain of indices replaced."""
    node = chain[0]
    items, tensors, part_type = indexing.read(checker, node, whole)
    getter, setter = library.row("getitem", "hidden"), library.row("setitem", "hidden")
    assert getter is not None and setter is not None
    options: dict[str, object] = {"items": items}
    names_of = indexing.names_of(tensors, "x")
    written = Written([("x", node.value.span, whole.type), *indexing.places_of(tensors)], checker.inside)
    part: Typed = Apply(node.span, part_type, getter, getter.forms[0], (whole, *tensors), options, names_of, written)
    value = (
        _replaced(checker, statement, chain[1:], part) if len(chain) > 1 else _combined(checker, statement, node, part)
    )
    assert isinstance(whole.type, TensorType) and isinstance(value.type, TensorType)
    value = _fitted(statement, part_type, value, whole.type)
    type = whole.type.unstatic()
    operands = (converted_whole(whole), value, *tensors)
    parameters = indexing.names_of(tensors, "x", "value")
    return Apply(statement.span, type, setter, setter.forms[0], operands, options, parameters, written)


def converted_whole(whole: Typed) -> Typed:
    """A static list as a tensor that can be changed."""
    assert isinstance(whole.type, TensorType)
    return converted(whole, whole.type.dtype) if whole.type.is_static_number else whole


def _combined(checker: Checker, statement: nodes.Update, node: nodes.Expr, old: Typed) -> Typed:
    right = checker.check(statement.value)
    if not statement.operator:
        checker.require_tensor(right, statement.value)
        if isinstance(right.type, UnknownType):
            raise Undetermined
        return right
    row = library.operator(statement.operator)
    pretended = nodes.Binary(statement.span, statement.operator, statement.span, node, statement.value, 1)
    return calls.apply_row(checker, row, pretended, [Given(None, old, node), Given(None, right, statement.value)])


def _fitted(statement: nodes.Update, part: TensorType, value: Typed, whole: TensorType) -> Typed:
    """The new part: it must broadcast to the old one's shape, and its dtype only widens to the whole's."""
    type = value.type
    assert isinstance(type, TensorType)
    from tcalc.types.broadcast import broadcast
    from tcalc.types.mismatch import Mismatch

    text = names.shown(statement.target.span.text) or "the part"
    code = "shape"
    try:
        axes = broadcast(part.axes, type.axes, "part", "value")
    except Mismatch as mismatch:
        axes, code = (), mismatch.code
    if len(axes) != len(part.axes) or any(
        isinstance(a, Axis) and isinstance(b, Axis) and not sizes.agree(a.size, b.size)
        for a, b in zip(axes, part.axes, strict=False)
    ):
        marks = clashes.marks((statement.target.span, part), (statement.value.span, type))
        message = f"{text} is {part.unstatic()}, and the new value is {type}"
        if code == "label" and (axes_of := clashes.clash(part, type)) is not None:
            message = clashes.sentence(*axes_of)
        raise TcalcError(code, message, statement.span, marks=marks)
    narrows = type.dtype.rank > whole.dtype.rank if type.static is not None else not _widens(type.dtype, whole.dtype)
    if narrows:
        name = _root_name(statement)
        raise TcalcError(
            "dtype",
            f"{text} is {whole.dtype}, which cannot hold {type.dtype}; convert first: {name} = {type.dtype}({name})",
            statement.span,
            marks=[Mark(statement.target.span, str(part.unstatic())), Mark(statement.value.span, str(type))],
        )
    return converted(value, whole.dtype)


def _widens(source: DType, target: DType) -> bool:
    return dtypes.ANY in (source, target) or dtypes.promote(source, target) is target


def _root_name(statement: nodes.Update) -> str:
    name = root(statement.target)
    return name.name if name is not None else "it"


def root(target: nodes.Expr) -> nodes.Name | None:
    """The name that a chain of indices and attributes begins with."""
    while isinstance(target, nodes.Index | nodes.Attribute):
        target = target.value
    return target if isinstance(target, nodes.Name) else None
