"""Calls of the library's rows: arguments to parameters, forms to types, and the typed call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc import library
from tcalc.check import errors, inferred, names, odd, over, sized, wrapping
from tcalc.check.arguments import Given, default_value, static_argument, static_list
from tcalc.check.near import nearest
from tcalc.check.typed import Apply, Item, Several, Static, Typed, converted, item_of
from tcalc.errors import TcalcError, counted
from tcalc.library.builtin import Builtin, Form
from tcalc.source import Source, Span
from tcalc.syntax import nodes
from tcalc.types import size as sizes
from tcalc.types.dtypes import ANY, DType
from tcalc.types.match import PROMOTING, SIZE_OPERATIONS, Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined
from tcalc.types.signature import Parameter, Signature
from tcalc.types.tensor import (
    UNKNOWN_TYPE,
    ConstantType,
    FunctionType,
    TensorType,
    TupleType,
    Type,
    UnknownType,
    kind_of,
    needs_settling,
)
from tcalc.types.written import Written

if TYPE_CHECKING:
    from tcalc.check.checker import Checker

#: Spellings of the same option in torch and NumPy.
SAME_OPTION = {
    "axis": "dim",
    "axes": "dims",
    "keepdims": "keepdim",
    "other": "b",
    "input": "x",
    "tensor": "x",
    "size": "shape",
    "split_size": "split_size_or_sections",
}

#: Options that no function has, each with what may have been meant.
OPTIONS = dict.fromkeys(("axes", "ax", "dims", "dimension", "dimensions"), ("dim", "dims"))

#: Options of torch's that are settled elsewhere.
OPTIONS_ELSEWHERE = {
    "device": ": tensors live where --device says",
    "out": ": values never change; bind the result to a name",
    "layout": ": tensors are dense",
}

MOST_ROWS = 10_000
#: A shape or a type that is found wrong this far on needs none of the row's hints.
TELLS_ALL = 5
#: Functions that take numbers in one list.
OF_A_LIST = frozenset(["tensor", "asarray"])

#: Where an argument that was left out stands.
NOWHERE = Span(Source(""), 0, 0)


def apply_row(
    checker: Checker,
    row: Builtin,
    node: nodes.Expr,
    given: Sequence[Given],
    chosen: over.Over = (),
) -> Typed:
    """The typed call of a row on checked arguments, by the first of its forms that fits."""
    failure: Mismatch | None = None
    blamed: _Binding | None = None
    for form in row.forms if len(row.forms) == 1 else _likely_first(row.forms, given):
        signature = form.signature
        if len(given) < signature.least and not chosen and all(each.name is None for each in given):
            continue
        binding = _Binding(checker, row, signature)
        try:
            binding.bind(given, chosen)
            return _apply_form(checker, row, form, node, binding)
        except Mismatch as mismatch:
            if failure is None or mismatch.depth > failure.depth:
                # without what led to it: that holds this frame, and a ring of both waits for the collector
                failure, blamed = mismatch.with_traceback(None), binding
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
    row: Builtin, node: nodes.Expr, given: Sequence[Given], failure: Mismatch | None, blamed: _Binding | None
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
                return TcalcError("type", f"{_written(row, node)} takes {takes} arguments, and {are}", node.span)
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


class _Binding:
    """The arguments of one call bound to the parameters of one form."""

    __slots__ = ("arguments", "checker", "given", "operands", "row", "signature")

    def __init__(self, checker: Checker, row: Builtin, signature: Signature) -> None:
        self.checker, self.row, self.signature = checker, row, signature
        self.given: dict[str, list[Given]] = {}
        #: For the matcher: types of tensors, tuples of types of sequences, plain values of the rest.
        self.arguments: dict[str, object] = {}
        self.operands: dict[str, Typed | tuple[Typed, ...]] = {}

    def bind(self, given: Sequence[Given], chosen: over.Over) -> None:
        """Bind; a Mismatch where that cannot be done."""
        signature = self.signature
        parameters = signature.parameters
        places = len(parameters) - (signature.keywords is not None)
        position = 0
        for each in given:
            if each.name is None:
                while (
                    position < places and parameters[position].name in self.given and not parameters[position].starred
                ):
                    position += 1
                if position >= places < len(parameters):
                    takes = f"{self.row.name} takes {counted(places, 'argument')}, and sizes by their names"
                    raise Mismatch("type", takes, depth=1)
                if position >= places:
                    self.given["*"] = [each]
                    raise Mismatch("type", "{0} is one argument too many", Place("*"), depth=0)
                parameter = parameters[position]
                if parameter.starred:
                    self.given.setdefault(parameter.name, []).append(each)
                else:
                    self.given[parameter.name] = [each]
                    position += 1
            else:
                name = each.name if each.name in signature.names else SAME_OPTION.get(each.name, each.name)
                if signature.keywords is not None and (name not in signature.names or name == signature.keywords):
                    self._take_keyword(signature.keywords, each)
                    continue
                if name == "device" and self._takes_device() and isinstance(each.typed.type, ConstantType):
                    self.arguments[name] = each.typed.type.value
                    continue
                if name not in signature.names:
                    raise Mismatch("type", f"{self.row.name} has no option {each.name}{self._hint(each.name)}", depth=1)
                if name in self.given:
                    raise Mismatch("type", f"{each.name} is given twice", depth=1)
                self.given[name] = [each]
        first = given[0].typed.type if given else None
        filled = over.fill(self.checker, self.row, signature, chosen, first) if chosen else {}
        for parameter in parameters:
            name = parameter.name
            if name in filled:
                if name in self.given:
                    raise Mismatch("type", f"{name} is given twice", depth=1)
                self.arguments[name] = filled[name]
            elif name in self.given:
                self._take(parameter, self.given[name])
            elif parameter.starred or parameter.kind == "keywords":
                self.arguments[name] = ()
                if parameter.kind == "tensor":
                    self.operands[name] = ()
            elif parameter.default is not None:
                self.arguments[name] = value = default_value(parameter.default)
                if parameter.kind == "tensor" and value is not None:
                    number = self.checker.static_number(value, NOWHERE)  # type: ignore[arg-type]  # a tensor's default
                    self.arguments[name], self.operands[name] = number.type, number
            else:
                raise Mismatch("type", f"{self.row.name} needs {name}", depth=0)

    def _takes_device(self) -> bool:
        """Whether torch's function takes a device, which the row has no use for."""
        return "requires_grad" in self.signature.names or self.row.name in ("as_tensor", "randint_like")

    def _take_keyword(self, parameter: str, each: Given) -> None:
        """One more of the named arguments that a signature leaves open."""
        others = self.given.setdefault(parameter, [])
        if any(other.name == each.name for other in others):
            raise Mismatch("type", f"{each.name} is given twice", depth=1)
        others.append(each)

    def _take(self, parameter: Parameter, given: list[Given]) -> None:
        kind, name = parameter.kind, parameter.name
        if kind == "tensor":
            if parameter.starred:
                types, operands = [], []
                for each in given:
                    type, typed = self._tensor(parameter, each)
                    types.append(type)
                    operands.append(typed)
                self.arguments[name], self.operands[name] = tuple(types), tuple(operands)
            else:
                type, typed = self._tensor(parameter, given[0])
                self.arguments[name] = type
                if typed is not None:
                    self.operands[name] = typed
        elif kind == "tensors":
            # one by one; a vector has no rows, and stands for itself
            alone = parameter.starred and (len(given) > 1 or getattr(given[0].typed.type, "rank", None) == 1)
            items = tuple([self._tensor(parameter, each)[1] for each in given]) if alone else self._sequence(given[0])
            self.operands[name] = items
            self.arguments[name] = tuple([item.type for item in items])
        elif kind == "keywords":
            values = [static_argument(self.checker, parameter, each) for each in given]
            self.arguments[name] = tuple([(each.name, value) for each, value in zip(given, values, strict=True)])
        elif parameter.starred:
            self.arguments[name] = self._several(parameter, given)
        else:
            self.arguments[name] = static_argument(self.checker, parameter, given[0])

    def _tensor(self, parameter: Parameter, given: Given) -> tuple[Type | None, Typed]:
        typed = given.typed
        type = typed.type
        if type.__class__ is TensorType:
            if self.checker.evaluating and needs_settling(type):
                self.checker.settle(given.node, typed)
            return type, typed
        if isinstance(type, UnknownType):
            self.checker.settle(given.node, typed)
            raise Undetermined
        if isinstance(type, ConstantType) and type.value is None and parameter.default is not None:
            return None, typed
        if isinstance(type, TupleType) and self.row.operator:
            raise Mismatch(
                "type", f"{{0}} is {kind_of(type)}; arithmetic is on tensors", Place(parameter.name), depth=TELLS_ALL
            )
        shows = "; print(a, b) shows values" if self.row.operator and kind_of(type) == "text" else ""
        if isinstance(type, FunctionType) and isinstance(given.node, nodes.Name):
            shows = f": write {given.node.name}(…)"
        raise Mismatch("type", f"{{0}} is {kind_of(type)}, not a tensor{shows}", Place(parameter.name), depth=1)

    def _sequence(self, given: Given) -> tuple[Typed, ...]:
        """A list literal's items, a tuple's, or a tensor's rows."""
        typed, checker = given.typed, self.checker
        if isinstance(typed.type, TupleType):
            items = tuple([item_of(typed, i, typed.span) for i in range(len(typed.type.items))])
            for item in items:
                if isinstance(item.type, UnknownType):
                    checker.settle(given.node, typed)
                    raise Undetermined
                if not isinstance(item.type, TensorType):
                    raise Mismatch("type", f"{{0}} holds {item.type}, not only tensors", Place("*"), depth=1)
            return items
        if isinstance(typed.type, UnknownType):
            checker.settle(given.node, typed)
            raise Undetermined
        if isinstance(typed.type, TensorType) and typed.type.axes:
            first = typed.type.axes[0]
            count = getattr(first, "size", None)
            if not isinstance(count, int):
                checker.settle(given.node, typed)
                raise Undetermined
            if count > MOST_ROWS:
                raise TcalcError("limit", f"{count} rows are too many to take one by one", typed.span)
            return rows_of(typed, count)
        raise Mismatch(
            "type", "{0} must be a list or tuple of tensors", Place(self.signature.parameters[0].name), depth=1
        )

    def _several(self, parameter: Parameter, given: list[Given]) -> tuple[object, ...]:
        """`zeros(2, 3)` or `zeros((2, 3))`: integers one by one, or one list of them."""
        if len(given) == 1:
            listed = static_list(given[0].typed)
            if listed is not None:
                return listed
        for item, each in enumerate(given[: len(given) > 1 and len(given)]):
            if static_list(each.typed) is not None:
                sentence = "{0} stands beside other numbers: write them one by one, or all in one list"
                raise Mismatch("type", sentence, Place(parameter.name, None, item), depth=1)
        return tuple([static_argument(self.checker, parameter, each, item) for item, each in enumerate(given)])

    def _hint(self, option: str) -> str:
        """What to do instead of an option that a row has not."""
        if option in OPTIONS_ELSEWHERE:
            return OPTIONS_ELSEWHERE[option]
        meant = [word for word in OPTIONS.get(option, ()) if word in self.signature.names]
        near = meant or nearest(option, self.signature.names)
        return f"; did you mean {near[0]}?" if near else ""

    def written(self) -> Written:
        """The arguments as they stand in the program."""
        return Written(
            [(name, each.node.span, each.typed.type) for name, given in self.given.items() for each in given],
            self.checker.inside,
        )

    def named(self, place: Place, node: nodes.Expr) -> errors.Named | None:
        """The argument at a place: where it stands, its type, and what to call it."""
        given = self.given.get(place.parameter)
        if not given:
            return None
        each = given[place.item or 0] if place.item is None or place.item < len(given) else given[0]
        typed = each.typed
        if place.item is not None and len(given) == 1 and isinstance(typed, Several):
            typed = typed.items[place.item]
            return typed.span, typed.type, names.shown(typed.span.text) or f"item {place.item}"
        position = self._position(place.parameter)
        return each.node.span, typed.type, names.party(each.node, node, position)

    def _position(self, name: str) -> int:
        return next((i for i, parameter in enumerate(self.signature.parameters) if parameter.name == name), 0)


def _apply_form(checker: Checker, row: Builtin, form: Form, node: nodes.Expr, binding: _Binding) -> Typed:
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


def fold(row: Builtin, form: Form, binding: _Binding, span: Span) -> object:
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


def rows_of(typed: Typed, count: int) -> tuple[Typed, ...]:
    """A tensor's rows, one by one."""
    type = typed.type
    assert isinstance(type, TensorType)
    row = library.row("unbind")
    assert row is not None
    item = TensorType(type.dtype, type.axes[1:])
    apart = Apply(typed.span, TupleType((item,) * count), row, row.forms[0], (typed,), {"dim": 0}, ("x",))
    return tuple([Item(typed.span, item, apart, i) for i in range(count)])


def _note_device(checker: Checker, device: object, node: nodes.Expr) -> None:
    """A note where a program asks for another device than it gets."""
    here = checker.surroundings.device
    if isinstance(device, str) and device.partition(":")[0] != here.partition(":")[0]:
        checker.note(f"tensors live where --device says: {here}, and not {device}", node.span)
