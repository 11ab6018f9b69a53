"""From syntax to typed tree, one expression at a time.

The checker holds what an expression is checked under: the names in sight, the default float, what a data-dependent
part turned out to be. It computes nothing but static numbers and never imports torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tcalc import library
from tcalc.check import autograd, calls, clashes, functions, holes, indexing, lists, names
from tcalc.check.arguments import Given
from tcalc.check.functions import Function
from tcalc.check.scope import Scope
from tcalc.check.surroundings import Surroundings
from tcalc.check.typed import Bound, Choice, Literal, Local, Reference, Several, Static, Typed, Use, converted
from tcalc.errors import Mark, Note, TcalcError
from tcalc.source import Span
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import meet
from tcalc.types.facts import Facts
from tcalc.types.match import tier
from tcalc.types.size import Size
from tcalc.types.tensor import (
    UNKNOWN_TYPE,
    Axis,
    ConstantType,
    FunctionType,
    Pack,
    PoisonType,
    TensorType,
    TupleType,
    Type,
    UnknownType,
    kind_of,
    needs_settling,
    static_value,
)
from tcalc.types.written import Call

#: Where a part of a statement stands: its node, and the calls it was inlined through.
Key = tuple[int, tuple[int, ...]]

I64 = range(-(2**63), 2**63)


class Poisoned(Exception):
    """The expression uses a name whose definition had an error, which was reported there."""


class Checker:
    """Checks expressions under one scope."""

    def __init__(
        self,
        scope: Scope,
        surroundings: Surroundings,
        settled: Mapping[Key, Typed] | None = None,
    ) -> None:
        self.scope = scope
        self.surroundings = surroundings
        self.default_float = surroundings.default_float
        #: Parts that were computed already, because their shape is decided by data.
        self.settled = settled or {}
        #: Whether unsettled parts will be computed: then they are collected in `pending`.
        self.evaluating = surroundings.evaluating
        self.pending: list[tuple[Key, Typed]] = []
        self.notes: list[Note] = []
        #: What was noted of things that are told of once in a statement.
        self.told: set[object] = set()
        #: Session variables looked at, with the types they had: what a cached result depends on.
        self.used: dict[str, Type | None] = {}
        #: Whether a derivative was met.
        self.derives = False
        self.locals: dict[str, Typed] = {}
        #: Local variables bound around the present place, for parts that are computed ahead.
        self.bound: list[tuple[Local, Typed]] = []
        #: Above 0 inside a loop, a choice or a derivative, where nothing can be computed ahead.
        self.conditional = 0
        self.path: tuple[int, ...] = ()
        #: The call in whose body the present place is.
        self.inside: Call | None = None
        #: Functions being inlined, to refuse recursion.
        self.active: list[object] = []
        self.inlined = 0
        #: What the sizes of a definition are assumed to fulfil, while it is checked for all sizes.
        self.facts: Facts | None = None
        #: What is tried in the place of a hole, by the hole's identity; any other hole may then be anything.
        self.filled: Mapping[int, nodes.Expr | Typed] | None = None

    # Entry

    def check(self, node: nodes.Expr, expected: Type | None = None) -> Typed:
        """The typed form of an expression. `expected` is the type it must have, where that is known (for holes)."""
        if self.settled:
            known = self.settled.get((id(node), self.path))
            if known is not None:
                return known
        if self.filled:
            node = self.filling(node)
        return CHECKS[node.__class__](self, node, expected)

    def tensor(self, node: nodes.Expr, expected: Type | None = None) -> Typed:
        """The typed form of an expression that must be a tensor."""
        typed = self.check(node, expected)
        self.require_tensor(typed, node)
        return typed

    def require_tensor(self, typed: Typed, node: nodes.Node) -> None:
        """An error unless the value is a tensor, or not known yet."""
        if isinstance(typed.type, TensorType | UnknownType):
            return
        raise TcalcError("type", f"{names.called(node)} is {kind_of(typed.type)}, not a tensor", typed.span)

    # Parts that data decide

    def settle(self, node: nodes.Node, typed: Typed) -> Typed:
        """Ask for a part to be computed before the rest is checked, where that can be done."""
        if self.evaluating and not self.conditional:
            value: Typed = Bound(typed.span, tuple(self.bound), typed) if self.bound else typed
            self.pending.append(((id(node), self.path), value))
        return typed

    def settled_part(self, node: nodes.Node, typed: Typed) -> Typed:
        """A part that others will use: asked for ahead where data decide its shape."""
        return self.settle(node, typed) if needs_settling(typed.type) else typed

    # Leaves

    def number(self, node: nodes.Number, expected: Type | None) -> Typed:
        return self.static_number(node.value, node.span)

    def static_number(self, value: int | float | complex, span: Span) -> Literal:
        """A number known while checking."""
        return Literal(span, self.static_type(value, span), value)

    def size_value(self, size: Size, span: Span) -> Typed:
        """A size as a value: a static integer, or an integer that is not known yet."""
        if size is sizes.UNKNOWN:
            return Static(span, TensorType(dtypes.I64))
        return Literal(span, self.static_type(size, span), size)

    def static_type(self, value: object, span: Span) -> TensorType:
        """The type of a static number: its dtype by its kind, and the value carried along."""
        if value.__class__ is int:
            if value not in I64:
                raise TcalcError("value", f"{_big(value)} does not fit 64 bits", span)
            return TensorType(dtypes.I64, (), value)
        if value.__class__ is bool:
            return TensorType(dtypes.BOOL, (), value)
        if value.__class__ is float:
            return TensorType(self.default_float, (), value)
        if value.__class__ is complex:
            return TensorType(dtypes.complex_of(self.default_float), (), value)
        assert isinstance(value, sizes.Poly), value
        return TensorType(dtypes.I64, (), value)

    def constant(self, node: nodes.Constant, expected: Type | None) -> Typed:
        if isinstance(node.value, bool):
            return self.static_number(node.value, node.span)
        return Static(node.span, ConstantType(node.value))

    def text(self, node: nodes.Text, expected: Type | None) -> Typed:
        return Static(node.span, ConstantType(node.value))

    def hole(self, node: nodes.Hole, expected: Type | None) -> Typed:
        if self.filled is None:
            raise holes.answer(self, node, expected)
        filling = self.filled.get(id(node))
        return filling if isinstance(filling, Typed) else Static(node.span, UNKNOWN_TYPE)

    def is_open(self, node: nodes.Expr) -> bool:
        """Whether this is a hole that is to be answered."""
        return node.__class__ is nodes.Hole and self.filled is None

    def filling(self, node: nodes.Expr) -> nodes.Expr:
        """What is tried in the place of a hole, or of what holds it, if that is an expression; else the node."""
        filling = self.filled.get(id(node)) if self.filled is not None else None
        return filling if isinstance(filling, nodes.Expr) else node

    def name(self, node: nodes.Name, expected: Type | None) -> Typed:
        typed = self.lookup(node.name, node.span)
        if typed is None:
            typed = names.predefined(self, node.name, node.span)
        if typed is None:
            raise names.unknown(self, node.name, node.span)
        return typed

    def lookup(self, name: str, span: Span) -> Typed | None:
        """A local or session variable."""
        local = self.locals.get(name)
        if local is not None:
            return local
        variable = self.scope.lookup(name)
        self.used[name] = None if variable is None else variable.type
        if variable is None:
            return None
        if isinstance(variable.type, PoisonType):
            raise Poisoned
        if isinstance(variable.type, FunctionType | ConstantType):
            return Static(span, variable.type)
        return Reference(span, variable.type, name)

    # Operators

    def unary(self, node: nodes.Unary, expected: Type | None) -> Typed:
        if node.operator == "-" and node.operand.__class__ is nodes.Number:
            return self.static_number(-node.operand.value, node.span)
        row = library.operator(node.operator + "x")
        if isinstance(node.operand, nodes.Hole) and self.filled is None:
            raise holes.only_operand(self, row, node.operand, expected)
        operand = self.check(node.operand)
        return calls.apply_row(self, row, node, [Given(None, operand, node.operand)])

    def binary(self, node: nodes.Binary, expected: Type | None) -> Typed:
        spine: list[nodes.Binary] = []
        left_node: nodes.Expr = node
        while left_node.__class__ is nodes.Binary and (
            not self.settled or (id(left_node), self.path) not in self.settled
        ):
            spine.append(left_node)
            left_node = left_node.left
        outermost = spine[0]
        left: Typed | None = None if self.is_open(left_node) else self.check(left_node)
        for each in reversed(spine):
            row = library.operator(each.operator)
            wanted = expected if each is outermost else None
            if left is None or self.is_open(each.right):
                raise holes.operand(self, row, each, left, wanted)
            if each.operator in ("and", "or"):
                left = self.logic(each, row, left)
            else:
                right = self.check(each.right)
                left = calls.apply_row(self, row, each, [Given(None, left, each.left), Given(None, right, each.right)])
        assert left is not None
        return left

    def logic(self, node: nodes.Binary, row: library.Builtin, left: Typed) -> Typed:
        """`and`, `or`: a static left side that decides leaves the right one alone, as in Python."""
        decided = static_value(left.type)
        if isinstance(decided, bool | int | float) and bool(decided) == (node.operator == "or"):
            return self.static_number(bool(decided), node.span)
        right = self.check(node.right)
        return calls.apply_row(self, row, node, [Given(None, left, node.left), Given(None, right, node.right)])

    def compare(self, node: nodes.Compare, expected: Type | None) -> Typed:
        tight = _tight(node) if len(node.links) > 1 else ""
        if tight:
            self.note(tight, node.span, "mask")
            try:
                return self.chain(node)
            except TcalcError as error:
                error.notes += [tight] if error.code == "dtype" else []
                raise
        return self.chain(node)

    def chain(self, node: nodes.Compare) -> Typed:
        """`a < b < c`: each with the next, all of which must hold."""
        left, left_node = self.check(node.first), node.first
        bindings: list[tuple[Local, Typed]] = []
        outside = len(self.bound)
        result: Typed | None = None
        for position, (operator, right_node) in enumerate(node.links):
            right = self.check(right_node)
            if position + 1 < len(node.links) and not isinstance(right, Literal | Reference | Use | Static):
                local = Local("link", right.type)  # the middle of a chain is computed once
                bindings.append((local, right))
                self.bound.append((local, right))
                right = Use(right.span, right.type, local)
            link = self.link(node, operator, Given(None, left, left_node), Given(None, right, right_node))
            if result is None:
                result = link
            else:
                both = [Given(None, result, node), Given(None, link, node)]
                result = calls.apply_row(self, library.operator("and"), node, both)
            left, left_node = right, right_node
        assert result is not None
        del self.bound[outside:]
        return Bound(node.span, tuple(bindings), result) if bindings else result

    def link(self, node: nodes.Compare, operator: str, left: Given, right: Given) -> Typed:
        """One comparison of a chain. Constants (dtypes, text, None) are equal or not, which is known at once."""
        one, other = left.typed.type, right.typed.type
        if isinstance(one, ConstantType) and isinstance(other, ConstantType) and operator in ("==", "!="):
            return self.static_number((one == other) == (operator == "=="), node.span)
        return calls.apply_row(self, library.operator(operator), node, [left, right])

    def choice(self, node: nodes.If, expected: Type | None) -> Typed:
        condition = self.tensor(node.condition, TensorType(dtypes.BOOL))
        static = static_value(condition.type)
        if static is not None and not isinstance(static, sizes.Poly | tuple):
            return self.check(node.then if static else node.otherwise, expected)
        if isinstance(condition.type, TensorType) and condition.type.axes:
            raise TcalcError(
                "shape",
                f"a condition is one value, and {names.called(node.condition)} is {condition.type}",
                node.condition.span,
                marks=[Mark(node.condition.span, str(condition.type))],
            )
        self.conditional += 1
        then, otherwise = self.check(node.then, expected), self.check(node.otherwise, expected)
        self.conditional -= 1
        if self.facts is not None and then.type != otherwise.type:
            return Static(node.span, UNKNOWN_TYPE)  # both are possible, each at its own sizes
        return join(self, node, condition, then, otherwise)

    # Names and functions

    def let(self, node: nodes.Let, expected: Type | None) -> Typed:
        outer, depth = self.locals, len(self.bound)
        bindings: list[tuple[Local, Typed]] = []
        for name, value_node in node.bindings:
            names.refuse_reserved(name.name, name.span)
            value = self.check(value_node)
            value = self.settled_part(value_node, value)
            self.locals = {**self.locals, name.name: self.bind_local(name.name, value, bindings)}
        body = self.check(node.body, expected)
        self.locals = outer
        del self.bound[depth:]
        return Bound(node.span, tuple(bindings), body) if bindings else body

    def bind_local(self, name: str, value: Typed, bindings: list[tuple[Local, Typed]]) -> Typed:
        """What a local name stands for: the value itself where it is trivial, else a variable added to `bindings`."""
        if isinstance(value, Static | Reference | Use):
            return value
        local = Local(name, value.type)
        bindings.append((local, value))
        self.bound.append((local, value))
        if isinstance(value.type, FunctionType | ConstantType):
            return Static(value.span, value.type)
        return Use(value.span, value.type, local)

    def function(self, node: nodes.Lambda, expected: Type | None) -> Typed:
        closure = functions.UserFunction("this function", node.parameters, None, node.body, self.locals, node.span)
        return Static(node.span, FunctionType(closure))

    def pipe(self, node: nodes.Pipe, expected: Type | None) -> Typed:
        value = self.check(node.value)
        callee = self.callee(node.function)
        return callee.call(self, node, [Given(None, value, node.value)], expected)

    def call(self, node: nodes.Call, expected: Type | None) -> Typed:
        written = autograd.expression(node)
        if written is not None:
            return self.check(written, expected)
        callee = self.callee(node.function)
        special = callee.special
        if special is not None:
            return special(self, node, node.arguments, expected)
        given = list(callee.receiver)
        for argument in node.arguments:
            if self.is_open(argument.value):
                raise holes.argument(self, callee, node, given, argument, expected)
            given.append(Given(argument.name, self.argument(callee, node, argument, not given), argument.value))
        return callee.call(self, node, callee.in_order(given), expected)

    def argument(self, callee: Function, call: nodes.Call, argument: nodes.Argument, first: bool) -> Typed:
        """An argument; a list given to a function on sequences is a tuple of tensors of any shapes."""
        value = argument.value
        if (
            first
            and isinstance(value, nodes.ListOf)
            and isinstance(callee, functions.RowFunction)
            and callee.row.sequence
            and not (_one_by_one(callee.row) and any(each.name is None for each in call.arguments[1:]))
        ):
            items = tuple([self.check(item) for item in value.items])
            return Several(value.span, TupleType(tuple([item.type for item in items])), items)
        return self.check(value)

    def callee(self, node: nodes.Expr) -> Function:
        """What a call calls."""
        return functions.resolve(self, node)

    # Parts

    def attribute(self, node: nodes.Attribute, expected: Type | None) -> Typed:
        return names.attribute(self, node)

    def index(self, node: nodes.Index, expected: Type | None) -> Typed:
        return indexing.index(self, node)

    def slice_alone(self, node: nodes.Slice, expected: Type | None) -> Typed:
        raise TcalcError("syntax", "a slice stands inside an index: x[a:b]", node.span)

    def list_of(self, node: nodes.ListOf, expected: Type | None) -> Typed:
        return lists.literal(self, node)

    def tuple_of(self, node: nodes.TupleOf, expected: Type | None) -> Typed:
        items = tuple([self.check(item) for item in node.items])
        return Several(node.span, TupleType(tuple([item.type for item in items])), items)

    # Notes

    def note(self, message: str, span: Span, kind: str = "") -> None:
        """Add a note, once."""
        if all(note.message != message or note.span.start != span.start for note in self.notes):
            self.notes.append(Note(message, span, kind=kind))


def _tight(node: nodes.Compare) -> str:
    """What is to be said of `x > 1 & x < 3`, which means `x > (1 & x) < 3`; nothing of other comparisons."""
    for _, operand in node.links[:-1]:
        bare = isinstance(operand, nodes.Binary) and operand.span.start == operand.left.span.start
        if isinstance(operand, nodes.Binary) and bare and operand.operator in ("&", "|", "^^"):
            sign = operand.operator
            return f"{sign} binds tighter than a comparison; a mask is (a > b) {sign} (c < d)"
    return ""


def join(checker: Checker, node: nodes.If, condition: Typed, then: Typed, otherwise: Typed) -> Typed:
    """Both branches of a computed choice brought to one type."""
    if isinstance(then.type, UnknownType) or isinstance(otherwise.type, UnknownType):
        return Choice(node.span, UNKNOWN_TYPE, condition, then, otherwise)
    if isinstance(then.type, TupleType) and isinstance(otherwise.type, TupleType) and then.type == otherwise.type:
        return Choice(node.span, then.type, condition, then, otherwise)
    checker.require_tensor(then, node.then)
    checker.require_tensor(otherwise, node.otherwise)
    one, other = then.type, otherwise.type
    assert isinstance(one, TensorType) and isinstance(other, TensorType)
    if len(one.axes) != len(other.axes) or not all(
        str(a) == str(b) or sizes.agree(a.size, b.size)  # type: ignore[union-attr]  # packs are told by their text
        for a, b in zip(one.axes, other.axes, strict=True)
    ):
        raise TcalcError(
            "shape",
            f"both branches must have one shape: {one} or {other}",
            node.span,
            marks=clashes.marks((node.then.span, one), (node.otherwise.span, other)),
        )
    axes: list[Axis | Pack] = []
    for a, b in zip(one.axes, other.axes, strict=True):
        if isinstance(a, Pack) or isinstance(b, Pack):
            axes.append(a)
        elif (met := meet(a, b)) is not None:
            axes.append(met)
        else:
            raise clashes.label_error(node.span, (node.then.span, one), (node.otherwise.span, other), a, b)
    dtype = dtypes.result_type([(one.dtype, tier(one)), (other.dtype, tier(other))], checker.default_float)
    type = TensorType(dtype, tuple(axes))
    return Choice(node.span, type, condition, converted(then, dtype), converted(otherwise, dtype))


def _big(value: object) -> str:
    """A large integer in few digits."""
    assert isinstance(value, int)
    if abs(value) < 10**25:
        return str(value)
    return f"a number of about {int(abs(value).bit_length() * 0.30103)} digits"


CHECKS: dict[type, Callable[..., Typed]] = {
    nodes.Number: Checker.number,
    nodes.Constant: Checker.constant,
    nodes.Text: Checker.text,
    nodes.Name: Checker.name,
    nodes.Hole: Checker.hole,
    nodes.ListOf: Checker.list_of,
    nodes.TupleOf: Checker.tuple_of,
    nodes.Unary: Checker.unary,
    nodes.Binary: Checker.binary,
    nodes.Compare: Checker.compare,
    nodes.If: Checker.choice,
    nodes.Let: Checker.let,
    nodes.Lambda: Checker.function,
    nodes.Pipe: Checker.pipe,
    nodes.Call: Checker.call,
    nodes.Index: Checker.index,
    nodes.Slice: Checker.slice_alone,
    nodes.Attribute: Checker.attribute,
}


def _one_by_one(row: library.Builtin) -> bool:
    """Whether the tensors of a function on sequences may also be given one by one: `meshgrid(a, b)`."""
    return row.forms[0].signature.has_starred
