"""The arguments of a call bound to the parameters of one form of a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc import library
from tcalc.check import errors, names, over
from tcalc.check.arguments import Given, default_value, static_argument, static_list
from tcalc.check.near import nearest
from tcalc.check.typed import Apply, Item, Several, Typed, item_of
from tcalc.errors import TcalcError, counted
from tcalc.library.builtin import Builtin
from tcalc.source import Source, Span
from tcalc.syntax import nodes
from tcalc.types.mismatch import Mismatch, Place, Undetermined
from tcalc.types.signature import Parameter, Signature
from tcalc.types.tensor import (
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
#: Where an argument that was left out stands.
NOWHERE = Span(Source(""), 0, 0)


class BoundArguments:
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


def rows_of(typed: Typed, count: int) -> tuple[Typed, ...]:
    """A tensor's rows, one by one."""
    type = typed.type
    assert isinstance(type, TensorType)
    row = library.row("unbind")
    assert row is not None
    item = TensorType(type.dtype, type.axes[1:])
    apart = Apply(typed.span, TupleType((item,) * count), row, row.forms[0], (typed,), {"dim": 0}, ("x",))
    return tuple([Item(typed.span, item, apart, i) for i in range(count)])
