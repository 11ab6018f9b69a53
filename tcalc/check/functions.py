"""Function values: what a call calls. All are known while checking, so every call is inlined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tcalc import library
from tcalc.check import calls, errors, holes, names, parameters, special, wrapping
from tcalc.check.arguments import Given
from tcalc.check.declared import Sizes
from tcalc.check.over import Over
from tcalc.check.typed import Bound, Local, Static, Typed, converted
from tcalc.errors import Mark, TcalcError, shortened
from tcalc.library import reachable
from tcalc.library.builtin import Builtin
from tcalc.source import Span
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types.dtypes import DType
from tcalc.types.facts import Fact
from tcalc.types.mismatch import Undetermined
from tcalc.types.size import names as names_of_sizes
from tcalc.types.size import text as size_text
from tcalc.types.tensor import (
    ConstantType,
    FunctionType,
    PoisonType,
    TensorType,
    TupleType,
    Type,
    UnknownType,
    kind_of,
)
from tcalc.types.written import MOST_CALLS, Call

if TYPE_CHECKING:
    from tcalc.check.checker import Checker

#: How a call that reads its arguments itself is checked.
Special = Callable[["Checker", nodes.Expr, tuple[nodes.Argument, ...], "Type | None"], Typed]

MOST_INLINED = 20_000


class Function:
    """Something that can be called. `receiver` is `x` in `x.f(a)`."""

    __slots__ = ("name", "receiver")
    name: str
    receiver: tuple[Given, ...]

    def __init__(self, name: str, receiver: tuple[Given, ...] = ()) -> None:
        self.name, self.receiver = name, receiver

    @property
    def special(self) -> Special | None:
        """How to check a call from its syntax, where arguments are more than values."""
        return None

    def in_order(self, given: list[Given]) -> list[Given]:
        """The arguments in the order of the parameters, of those that begin with the receiver."""
        return given

    def call(self, checker: Checker, node: nodes.Expr, given: Sequence[Given], expected: Type | None) -> Typed:
        """The typed call."""
        raise NotImplementedError


class RowFunction(Function):
    """A row of the library, perhaps with what it works over: `sum`, `sum[0]`."""

    __slots__ = ("over", "row")

    def __init__(self, row: Builtin, over: Over = (), receiver: tuple[Given, ...] = ()) -> None:
        super().__init__(row.name, receiver)
        self.row, self.over = row, over

    @property
    def special(self) -> Special | None:
        if not self.row.special:
            return None
        handler = special.HANDLERS[self.row.special]
        return lambda checker, node, arguments, expected: handler(
            checker, node, self.over, [*self.receiver, *special.as_given(checker, arguments)], expected
        )

    def in_order(self, given: list[Given]) -> list[Given]:
        """`x.where(condition, y)` is `where(condition, x, y)`."""
        place = self.row.receiver if self.receiver else 0
        if not place:
            return given
        if all(each.name is None for each in given[1 : place + 1]):
            return [*given[1 : place + 1], given[0], *given[place + 1 :]]
        word = self.row.forms[0].signature.parameters[place].name
        return [Given(word, given[0].typed, given[0].node), *given[1:]]

    def call(self, checker: Checker, node: nodes.Expr, given: Sequence[Given], expected: Type | None) -> Typed:
        if self.row.special:
            return special.HANDLERS[self.row.special](checker, node, self.over, given, expected)
        return calls.apply_row(checker, self.row, node, given, self.over)


class EinsumFunction(Function):
    """A string that is called."""

    __slots__ = ("text",)

    def __init__(self, text: nodes.Text) -> None:
        super().__init__("einsum")
        self.text = text

    def call(self, checker: Checker, node: nodes.Expr, given: Sequence[Given], expected: Type | None) -> Typed:
        row = library.row("einsum")
        assert row is not None
        equation = Given(None, Static(self.text.span, ConstantType(self.text.value)), self.text)
        return calls.apply_row(checker, row, node, [equation, *given])


class Conversion(Function):
    """A dtype that is called: `f64(x)`."""

    __slots__ = ("dtype",)

    def __init__(self, dtype: DType) -> None:
        super().__init__(dtype.name)
        self.dtype = dtype

    def call(self, checker: Checker, node: nodes.Expr, given: Sequence[Given], expected: Type | None) -> Typed:
        if len(given) != 1 or given[0].name is not None:
            raise errors.wrong_count(self.name, 1, 1, len(given), node.span)
        value = given[0].typed
        if isinstance(value.type, ConstantType) and isinstance(value.type.value, str):
            return number_from_text(checker, value.type.value, self.dtype, node.span)
        if isinstance(value.type, UnknownType):
            return checker.settle(given[0].node, value)
        checker.require_tensor(value, given[0].node)
        wrapping.converted(checker, value, self.dtype, node)
        return converted(value, self.dtype)


class UserFunction(Function):
    """A function that the program defines: `f(x) = e`, `x -> e`.

    `environment` are the local names it sees (a lambda's); session names are looked up as they stand at the call.
    """

    __slots__ = ("body", "environment", "facts", "parameters", "result", "span")

    def __init__(
        self,
        name: str,
        parameters: tuple[nodes.Parameter, ...],
        result: nodes.TypeExpr | None,
        body: nodes.Expr,
        environment: dict[str, Typed],
        span: Span,
    ) -> None:
        super().__init__(name)
        self.parameters, self.result, self.body = parameters, result, body
        self.environment, self.span = environment, span
        #: What the definition's check assumed of its sizes: held against them at each call.
        self.facts: tuple[Fact, ...] = ()

    @property
    def is_annotated(self) -> bool:
        """Whether its sizes are checked once, for all shapes."""
        return any(parameter.annotation is not None for parameter in self.parameters)

    def call(self, checker: Checker, node: nodes.Expr, given: Sequence[Given], expected: Type | None) -> Typed:
        given = [Given(each.name, checker.settled_part(each.node, each.typed), each.node) for each in given]
        bound = self._bind(checker, node, given)
        if any(active is self.body for active in checker.active):
            raise TcalcError(
                "type", f"{self.name} calls itself; there is no recursion: use scan, fold or iterate", node.span
            )
        checker.inlined += 1
        if checker.inlined > MOST_INLINED:
            raise TcalcError("limit", f"more than {MOST_INLINED} calls in one statement", node.span)
        outer = checker.locals, checker.path, checker.inside, len(checker.bound)
        call = Call(self.name, node.span, checker.inside)
        bindings: list[tuple[Local, Typed]] = []
        aliases: dict[str, str | None] = {}
        checker.active.append(self.body)
        try:
            scope = dict(self.environment)
            checker.locals = scope
            known = parameters.fitted(checker, self, bound, node)
            self._hold_facts(checker, known, node)
            sizes = known.values
            for parameter, each in bound:
                typed = each.typed
                if parameter.annotation is not None:
                    typed = parameters.converted_argument(checker, parameter, typed, aliases)
                scope[parameter.name] = checker.bind_local(parameter.name, typed, bindings)
            for name, size in sizes.items():
                if name not in scope:
                    scope[name] = checker.size_value(size, self.span)
            checker.locals = scope
            checker.path, checker.inside = (*outer[1], id(node)), call
            body = checker.check(self.body)
            if self.result is not None:
                body = parameters.checked_result(checker, self, sizes, bound, body)
            if aliases:
                body = parameters.called_outside(body, aliases)
        except TcalcError as error:
            _tell_call(error, call)
            raise
        finally:
            checker.active.pop()
            checker.locals, checker.path, checker.inside, depth = outer
            del checker.bound[depth:]
        return Bound(node.span, tuple(bindings), body) if bindings else body

    def _bind(self, checker: Checker, node: nodes.Expr, given: Sequence[Given]) -> list[tuple[nodes.Parameter, Given]]:
        names_ = [parameter.name for parameter in self.parameters]
        values: dict[str, Given] = {}
        positional = [each for each in given if each.name is None]
        least = sum(parameter.default is None for parameter in self.parameters)
        if len(positional) > len(names_):
            raise errors.wrong_count(self.name, least, len(names_), len(given), node.span)
        values.update(zip(names_, positional, strict=False))
        for each in given:
            if each.name is None:
                continue
            if each.name not in names_:
                has = f"; it has {', '.join(names_)}" if names_ else ""
                raise TcalcError("type", f"{self.name} has no parameter {each.name}{has}", each.node.span)
            if each.name in values:
                raise TcalcError("type", f"{each.name} is given twice", each.node.span)
            values[each.name] = each
        bound = []
        for parameter in self.parameters:
            value = values.get(parameter.name)
            if value is None:
                if parameter.default is None:
                    missing = f"; {parameter.name} is missing"
                    error = errors.wrong_count(self.name, least, len(names_), len(given), node.span, missing)
                    if any(isinstance(each.typed.type, TupleType) for each in given):
                        error.notes.append("a tuple is one argument: s -> …, its parts being s[0], s[1], …")
                    raise error
                outer = checker.locals
                checker.locals = self.environment
                value = Given(None, checker.check(parameter.default), parameter.default)
                checker.locals = outer
            bound.append((parameter, value))
        return bound

    def _hold_facts(self, checker: Checker, known: Sizes, node: nodes.Expr) -> None:
        """An error where a call's sizes are not what the definition assumed; in a definition, its facts too."""
        sizes = known.values
        if checker.facts is not None:
            checker.facts.place = node.span
        for fact in self.facts:
            if fact.holds(sizes) is False:
                named = names_of_sizes(fact.size) | names_of_sizes(fact.bound)
                found = ", ".join(f"{name} is {size_text(sizes[name])}" for name in sorted(named) if name in sizes)
                marks = [known.mark(name) for name in sorted(named) if name in known.fixed]
                place = fact.origin
                notes = [] if place is None else [f"{shortened(place.text)} on line {place.line} needs it"]
                message = f"{self.name} needs {fact.text}, and {found}"
                raise TcalcError("shape", message, node.span, marks=marks, notes=notes)
            if checker.facts is not None:
                checker.facts.adopt(fact, sizes)

    def check_definition(self, checker: Checker) -> None:
        """Check an annotated function once, for all sizes; raises where it cannot be right."""
        try:
            self.for_all_sizes(checker)
            self.facts = tuple(checker.facts or ())
        except Undetermined:
            pass

    def for_all_sizes(self, checker: Checker) -> tuple[dict[str, Typed], Typed]:
        """The parameters and size names of an annotated function as they stand for all sizes, and its body of them.

        Raises TcalcError; Undetermined where its body cannot be told for all calls.
        """
        outer = checker.locals
        try:
            scope, sizes = parameters.for_all_sizes(checker, self)
            own: Typed = Static(self.span, FunctionType(self))
            checker.locals = {**self.environment, self.name: own, **scope}
            checker.active.append(self.body)
            body = checker.check(self.body)
            if self.result is not None:
                parameters.checked_result(checker, self, sizes, [], body)
            return scope, body
        finally:
            checker.locals = outer
            checker.active.clear()


def _tell_call(error: TcalcError, call: Call) -> None:
    """An error inside a function also says which call led there."""
    if error.span is not None and call.span.holds(error.span):
        return
    if str(call) not in error.notes and len(error.notes) < MOST_CALLS:
        error.notes.append(str(call))


def resolve(checker: Checker, node: nodes.Expr) -> Function:
    """What a call calls: a name, `f[over]`, a method, a dotted torch name, an einsum string, or any function value."""
    if isinstance(node, nodes.Name):
        typed = checker.lookup(node.name, node.span)
        if typed is None:
            return _builtin(checker, node.name, node.span)
        return _value(checker, node, typed)
    if isinstance(node, nodes.Text):
        return EinsumFunction(node)
    if isinstance(node, nodes.Attribute):
        found = names.torch_name(checker, node)
        if found is not None:
            return _from_torch(checker, found, node)
        receiver = checker.check(node.value)
        row = names.method(node.name)
        if row is not None:
            return RowFunction(row, (), (Given(None, receiver, node.value),))
        dtype = names.conversion_method(node.name)
        if dtype is not None:
            function: Function = Conversion(dtype)
        else:
            typed = checker.lookup(node.name, node.name_span)
            if typed is None or not isinstance(typed.type, FunctionType):
                raise names.unknown_method(checker, node, receiver)
            function = _value(checker, node, typed)
        function = _with_receiver(function, Given(None, receiver, node.value))
        return function
    if isinstance(node, nodes.Index):
        value = node.value
        if isinstance(value, nodes.Name | nodes.Attribute):
            is_row = not isinstance(value, nodes.Name) or checker.locals.get(value.name) is None
            if is_row and (isinstance(value, nodes.Attribute) or checker.lookup(value.name, value.span) is None):
                inner = resolve(checker, value)
                if isinstance(inner, RowFunction):
                    return RowFunction(inner.row, (*inner.over, *node.items), inner.receiver)
    if isinstance(node, nodes.Hole) and checker.filled is None:
        raise holes.Unfilled(checker, node, (), "a function")
    return _value(checker, node, checker.check(node))


def _with_receiver(function: Function, receiver: Given) -> Function:
    import copy

    with_receiver = copy.copy(function)
    with_receiver.receiver = (receiver,)
    return with_receiver


def _builtin(checker: Checker, name: str, span: Span) -> Function:
    row = library.row(name)
    if row is not None and not row.attribute:
        return RowFunction(row)
    dtype = names.PYTHON_CONVERSIONS.get(name) or dtypes.lookup(name)
    if dtype is not None:
        return Conversion(checker.default_float if name == "float" else dtype)
    row = reachable.find(name)
    if row is not None:
        return RowFunction(row)
    raise names.unknown(checker, name, span)


def _from_torch(checker: Checker, found: object, node: nodes.Attribute) -> Function:
    if isinstance(found, Builtin):
        return RowFunction(found)
    if isinstance(found, DType):
        return Conversion(found)
    from tcalc.check.devices import FUNCTIONS

    function = FUNCTIONS.get(found) if isinstance(found, str) else None
    if function is not None:
        return function
    raise names.unknown_torch(checker, node)


def _value(checker: Checker, node: nodes.Expr, typed: Typed) -> Function:
    """A value as a function."""
    type = typed.type
    if isinstance(type, FunctionType):
        assert isinstance(type.function, Function)
        if not isinstance(typed, Static):  # a `let` around a function: its variables stay in sight
            return _Within(type.function, typed)
        return type.function
    if isinstance(type, ConstantType) and isinstance(type.value, DType):
        return Conversion(type.value)
    if isinstance(type, ConstantType) and isinstance(type.value, str):
        return EinsumFunction(nodes.Text(node.span, type.value))
    if isinstance(type, UnknownType | PoisonType):
        raise Undetermined
    raise _no_function(checker, node, type)


def _no_function(checker: Checker, node: nodes.Expr, type: Type) -> TcalcError:
    """A value was called; one that hides a builtin says so, and since when."""
    hint = "; an index stands in [ ], a product has its *" if isinstance(type, TensorType) else ""
    since = ""
    row = library.row(node.name) if isinstance(node, nodes.Name) else None
    if row is not None and isinstance(node, nodes.Name):
        full = row.full_name(node.name)
        hint = f"; it hides the builtin{full and f', {full}'}"
        variable = checker.scope.lookup(node.name)
        if variable is not None and variable.origin is not None and node.name not in checker.locals:
            since = errors.chain(variable.origin)
    marks = [Mark(node.span, str(type), since)]
    return TcalcError("type", f"{names.called(node)} is {kind_of(type)}, not a function{hint}", node.span, marks=marks)


class _Within(Function):
    """A function whose expression binds variables that its body uses."""

    __slots__ = ("around", "inner")

    def __init__(self, inner: Function, around: Typed) -> None:
        super().__init__(inner.name)
        self.inner, self.around = inner, around

    def call(self, checker: Checker, node: nodes.Expr, given: Sequence[Given], expected: Type | None) -> Typed:
        result = self.inner.call(checker, node, given, expected)
        return Bound(node.span, ((Local("function", self.around.type), self.around),), result)


def number_from_text(checker: Checker, text: str, dtype: DType, span: Span) -> Typed:
    """`float(args[0])`: a number read from text, known while checking."""
    try:
        value: int | float = int(text) if dtype.rank == 1 else float(text)
    except ValueError:
        raise TcalcError(
            "value", f"{text!r} is not {'an integer' if dtype.kind == 'int' else 'a number'}", span
        ) from None
    return checker.static_number(value, span)
