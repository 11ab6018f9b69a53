"""Calls of the library's rows: the form that fits, its type, and the typed call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.check import errors, inferred, odd, over, sized, wrapping
from tcalc.check.arguments import Given
from tcalc.check.binding import NOWHERE, TELLS_ALL, BoundArguments
from tcalc.check.typed import Apply, Static, Typed, converted
from tcalc.errors import TcalcError
from tcalc.library.builtin import Builtin, Form
from tcalc.source import Span
from tcalc.syntax import nodes
from tcalc.types import size as sizes
from tcalc.types.dtypes import ANY, DType
from tcalc.types.match import PROMOTING, SIZE_OPERATIONS, Match
from tcalc.types.mismatch import Mismatch, Undetermined, WrongRank
from tcalc.types.signature import Parameter
from tcalc.types.tensor import UNKNOWN_TYPE, ConstantType, TensorType

if TYPE_CHECKING:
    from tcalc.check.checker import Checker

#: Functions that take numbers in one list.
OF_A_LIST = frozenset(["tensor", "asarray"])


def apply_row(
    checker: Checker,
    row: Builtin,
    node: nodes.Expr,
    given: Sequence[Given],
    chosen: over.Over = (),
) -> Typed:
    """The typed call of a row on checked arguments, by the first of its forms that fits."""
    failure: Mismatch | None = None
    blamed: BoundArguments | None = None
    for form in row.forms if len(row.forms) == 1 else _likely_first(row.forms, given):
        signature = form.signature
        if len(given) < signature.least and not chosen and all(each.name is None for each in given):
            continue
        binding = BoundArguments(checker, row, signature)
        try:
            binding.bind(given, chosen)
            return _apply_form(checker, row, form, node, binding)
        except Mismatch as mismatch:
            if failure is None or mismatch.depth > failure.depth:
                # without what led to it: that holds this frame, and a ring of both waits for the collector
                failure, blamed = mismatch.with_traceback(None), binding
            elif isinstance(failure, WrongRank) and isinstance(mismatch, WrongRank):
                failure = failure.met(mismatch)
        except Undetermined:
            return Static(node.span, UNKNOWN_TYPE)
    raise _refusal(row, node, given, failure, blamed)


def _likely_first(forms: Sequence[Form], given: Sequence[Given]) -> list[Form]:
    """The forms of a row, those that have another number of axes last: they do not fit, and to find that out costs."""
    ranks = [each.typed.type.rank if isinstance(each.typed.type, TensorType) else None for each in given]
    likely, others = [], []
    for form in forms:
        for wanted, rank, each in zip(form.signature.ranks, ranks, given, strict=False):
            if each.name is None and wanted is not None and rank is not None and wanted != rank:
                others.append(form)
                break
        else:
            likely.append(form)
    return likely + others


def _refusal(
    row: Builtin, node: nodes.Expr, given: Sequence[Given], failure: Mismatch | None, blamed: BoundArguments | None
) -> TcalcError:
    """Why no form of a row fits: `failure` is that of the form that came furthest."""
    listed = row.sequence and not any(form.signature.has_starred for form in row.forms)
    if listed and len(given) > 1 and all(getattr(each.typed.type, "axes", ()) for each in given):
        return TcalcError("type", f"{_written(row, node)} takes its tensors in one list", node.span)
    if row.name in OF_A_LIST and len(given) > 1 and all(_is_number(each) for each in given):
        return TcalcError("type", f"{_written(row, node)} takes its numbers in one list", node.span)
    if failure is None or blamed is None or failure.depth == 0:
        least = min(form.signature.least for form in row.forms)
        most = max(form.signature.most for form in row.forms)
        if least <= len(given) <= most and failure is not None and blamed is not None:
            if all(len(given) not in _counts(form) for form in row.forms):
                takes = " or ".join([str(count) for count in sorted(set().union(*map(_counts, row.forms)))])
                are = f"{len(given)} {'is' if len(given) == 1 else 'are'} given"
                error = TcalcError("type", f"{_written(row, node)} takes {takes} arguments, and {are}", node.span)
                error.kind = "count"
                return error
            return errors.misfit(node.span, failure, lambda place: blamed.named(place, node))
        error = errors.wrong_count(_written(row, node), least, most, len(given), node.span, _missing(row, len(given)))
        error.notes += [row.hints["type"]] if "type" in row.hints and not row.operator else []
        return error
    error = errors.misfit(node.span, failure, lambda place: blamed.named(place, node))
    if error.code in row.hints and failure.places and (failure.depth < TELLS_ALL or error.code == "dtype"):
        error.notes.append(row.hints[error.code])
    return error


def _counts(form: Form) -> range:
    """How many arguments a form takes."""
    return range(form.signature.least, form.signature.most + 1)


def _is_number(given: Given) -> bool:
    """Whether an argument is a number that stands by itself."""
    type = given.typed.type
    return given.name is None and isinstance(type, TensorType) and type.is_static_number


def _written(row: Builtin, node: nodes.Expr) -> str:
    """The name that a call gave the row: its own, or another one of torch's for the same."""
    function = node.function if isinstance(node, nodes.Call) else node
    function = function.value if isinstance(function, nodes.Index) else function
    word = function.name if isinstance(function, nodes.Name | nodes.Attribute) else ""
    return word if word in row.aliases else row.name


def _missing(row: Builtin, given: int) -> str:
    """What a call with too few arguments leaves out, and how to give it."""
    parameters = [parameter for parameter in row.forms[0].signature.parameters if parameter.default is None]
    if given == 0 or given >= len(parameters):
        return ""
    name = parameters[given].name
    axes = [each.name for each in parameters[given:] if each.name in row.over]
    if axes[1:]:
        return f"; {' and '.join(axes)} are missing: {row.name}[{', '.join(map(str, range(len(axes))))}](…)"
    return f"; {name} is missing" + (f": {row.name}[-1](…)" if axes else "")


def _apply_form(checker: Checker, row: Builtin, form: Form, node: nodes.Expr, binding: BoundArguments) -> Typed:
    signature, arguments = form.signature, binding.arguments
    if checker.facts is not None:
        checker.facts.place = node.span
    match = Match(signature, arguments, checker.default_float, checker.facts)
    match.fit()
    if "device" in arguments:
        _note_device(checker, arguments["device"], node)
    if row.inferred:
        operands, parameters, options = _lowered(row, match, binding.operands)
        applied = Apply(node.span, UNKNOWN_TYPE, row, form, operands, options, parameters, binding.written())
        return inferred.call(checker, applied)
    result = form.rule(match) if form.rule is not None else match.result(signature.result)
    operands, parameters, options = _lowered(row, match, binding.operands)
    if form.fold is not None:
        static = fold(row, form, binding, node.span)
        if static is not None:
            result = checker.static_type(static, node.span)
    if len(binding.given) > 1 and len(match.packs) == 1:
        (spread,) = match.packs.values()
        odd.growth(checker, node, row, spread, binding.given, result)
    if not sized.PARAMETERS.isdisjoint(binding.given) and isinstance(result, TensorType):
        result = sized.fixed_by_names(checker, binding.given, result)
    if row.name in odd.EQUALITIES:
        odd.equality(checker, node, row, binding.given)
    elif row.name == "einsum":
        odd.letters(checker, node, arguments.get("equation"))
    elif row.name in odd.RESHAPES:
        odd.labels(checker, node, arguments.get("x"), result)
    if row.operator or row.name in wrapping.WATCHED:
        wrapping.note(checker, row, node, operands, result)
    if not operands and "dtype" in signature.names and isinstance(result, TensorType):
        options["dtype"] = result.dtype
    if options.get("requires_grad") is True and isinstance(result, TensorType) and result.dtype.rank < 2:
        told = f"only floating tensors require gradients, and this is {result}: write a point, 1., or dtype=f32"
        raise TcalcError("dtype", told, node.span)
    return Apply(node.span, result, row, form, operands, options, parameters, binding.written())


def _lowered(
    row: Builtin, match: Match, bound: dict[str, Typed | tuple[Typed, ...]]
) -> tuple[tuple[Typed | tuple[Typed, ...], ...], tuple[str, ...], dict[str, object]]:
    """Operands in torch's order, converted where torch would refuse them, their parameters, and the options."""
    operands: list[Typed | tuple[Typed, ...]] = []
    names: list[str] = []
    options: dict[str, object] = {}
    for parameter in match.signature.parameters:
        name = parameter.name
        if parameter.kind == "tensor":
            operand = bound.get(name)
            found = operand if isinstance(operand, tuple) else (operand or Static(NOWHERE),)
            operands.extend([_prepared(row, match, parameter, each) for each in found])
            names.extend([name] * len(found))
        elif parameter.kind == "tensors":
            dtype = match.promoted("T")
            items = bound[name]
            assert isinstance(items, tuple)
            operands.append(tuple([_as(item, dtype) for item in items]))
            names.append(name)
        elif parameter.kind not in ("function", "value"):
            value = match.arguments.get(name)
            if value is not None:
                options[name] = value
    while operands and operands[-1].__class__ is Static and isinstance(operands[-1].type, ConstantType):  # left out
        operands.pop()
        names.pop()
    return tuple(operands), tuple(names), options


def _prepared(row: Builtin, match: Match, parameter: Parameter, operand: Typed) -> Typed:
    """An operand in the dtype that torch needs it in."""
    type = operand.type
    if not isinstance(type, TensorType) or type.dtype is ANY:  # left out, or not known yet
        return operand
    wanted = match.conversion(parameter)
    if wanted is None and type.dtype.name in ("f16", "bf16") and match.promoted(*match.groups).kind == "complex":
        wanted = match.promoted(*match.groups)  # torch would make a complex dtype that it cannot compute with
    if type.static is not None and not type.axes:
        if row.scalars and wanted is None:
            return operand
        return _as(operand, wanted or match.promoted(*PROMOTING))
    return operand if wanted is None else _as(operand, wanted)


def _as(operand: Typed, dtype: DType) -> Typed:
    assert isinstance(operand.type, TensorType)
    if operand.type.dtype is dtype and operand.type.axes:
        return operand
    return converted(operand, dtype)


def fold(row: Builtin, form: Form, binding: BoundArguments, span: Span) -> object:
    """The value of a call on static numbers alone, None where an operand is none."""
    values: list[object] = []
    for operand in binding.operands.values():
        if isinstance(operand, tuple) or not isinstance(operand.type, TensorType):
            return None
        static = operand.type.static
        if static is None or isinstance(static, tuple):
            return None
        values.append(static)
    assert form.fold is not None
    try:
        if any(isinstance(value, sizes.Poly) for value in values):
            if not all(isinstance(value, int | sizes.Poly) for value in values):
                return None
            if row.operator == "-x":
                return sizes.neg(values[0])  # type: ignore[arg-type]  # a size by the test before
            operation = SIZE_OPERATIONS.get(row.operator) or {"min": sizes.minimum, "max": sizes.maximum}.get(row.name)
            return None if operation is None or len(values) != 2 else operation(*values)  # type: ignore[arg-type]  # sizes
        return form.fold(*values)
    except ZeroDivisionError:
        raise TcalcError("value", "division by zero", span) from None
    except OverflowError:
        raise TcalcError("value", "the number is too large", span) from None
    except (ValueError, TypeError):
        return None


def _note_device(checker: Checker, device: object, node: nodes.Expr) -> None:
    """A note where a program asks for another device than it gets."""
    here = checker.surroundings.device
    if isinstance(device, str) and device.partition(":")[0] != here.partition(":")[0]:
        checker.note(f"tensors live where --device says: {here}, and not {device}", node.span)
