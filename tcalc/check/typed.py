"""The typed tree: what the checker makes of a syntax tree, and what is lowered to a graph.

Function values, static arguments and labels are gone: calls of the user's functions are inlined, each argument is an
operand or an option of a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.library.builtin import Builtin, Form
from tcalc.source import Span
from tcalc.types.dtypes import DType
from tcalc.types.tensor import NONE_TYPE, TensorType, TupleType, Type
from tcalc.types.written import Written

if TYPE_CHECKING:
    from tcalc.check.surroundings import Surroundings
    from tcalc.types.size import Size


class Typed:
    """Any typed expression; `span` is where it stands in the source."""

    __slots__ = ("span", "type")
    span: Span
    type: Type


class Literal(Typed):
    """A number, or nested tuples of numbers of one shape: the data of a tensor."""

    __slots__ = ("value",)

    def __init__(self, span: Span, type: Type, value: object) -> None:
        self.span, self.type, self.value = span, type, value


class Static(Typed):
    """A value that exists only while checking: text, a dtype, None, a slice, a function."""

    __slots__ = ()

    def __init__(self, span: Span, type: Type = NONE_TYPE) -> None:
        self.span, self.type = span, type


class Reference(Typed):
    """A session variable, or a part already computed (`settled`), by name."""

    __slots__ = ("name",)

    def __init__(self, span: Span, type: Type, name: str) -> None:
        self.span, self.type, self.name = span, type, name


class Settled(Reference):
    """A part that was computed ahead, because its shape is data's affair; `computed` is what it was computed by."""

    __slots__ = ("computed",)

    def __init__(self, span: Span, type: Type, name: str, computed: Typed) -> None:
        super().__init__(span, type, name)
        self.computed = computed


class Local:
    """A local variable: a `let`, a parameter, the element of a loop. Compared by identity."""

    __slots__ = ("name", "type")

    def __init__(self, name: str, type: Type) -> None:
        self.name, self.type = name, type


class Use(Typed):
    """The value of a local variable."""

    __slots__ = ("local",)

    def __init__(self, span: Span, type: Type, local: Local) -> None:
        self.span, self.type, self.local = span, type, local


class Bound(Typed):
    """Local variables and the expression that uses them: `let`, and every inlined call."""

    __slots__ = ("bindings", "body")

    def __init__(self, span: Span, bindings: tuple[tuple[Local, Typed], ...], body: Typed) -> None:
        self.span, self.type, self.bindings, self.body = span, body.type, bindings, body


class Apply(Typed):
    """A row's form on operands (tensors; a tuple of them for a `tensors` parameter) and options (plain values).

    `names` are the parameters of the operands, a starred one's as often as it has operands. `written` is what errors
    that come up while it runs have to show; None where they can show no more than the span.
    """

    __slots__ = ("form", "names", "operands", "options", "row", "written")

    def __init__(
        self,
        span: Span,
        type: Type,
        row: Builtin,
        form: Form,
        operands: tuple[Typed | tuple[Typed, ...], ...],
        options: dict[str, object],
        names: tuple[str, ...],
        written: Written | None = None,
    ) -> None:
        self.span, self.type, self.row, self.form = span, type, row, form
        self.operands, self.options, self.names, self.written = operands, options, names, written


class Convert(Typed):
    """The same numbers in another dtype."""

    __slots__ = ("dtype", "operand")

    def __init__(self, span: Span, type: Type, operand: Typed, dtype: DType) -> None:
        self.span, self.type, self.operand, self.dtype = span, type, operand, dtype


class Several(Typed):
    """A tuple."""

    __slots__ = ("items",)

    def __init__(self, span: Span, type: Type, items: tuple[Typed, ...]) -> None:
        self.span, self.type, self.items = span, type, items


class Item(Typed):
    """One part of a tuple."""

    __slots__ = ("index", "operand")

    def __init__(self, span: Span, type: Type, operand: Typed, index: int) -> None:
        self.span, self.type, self.operand, self.index = span, type, operand, index


class Choice(Typed):
    """`then if condition else otherwise` where the condition is computed; only the chosen one runs."""

    __slots__ = ("condition", "otherwise", "then")

    def __init__(self, span: Span, type: Type, condition: Typed, then: Typed, otherwise: Typed) -> None:
        self.span, self.type, self.condition, self.then, self.otherwise = span, type, condition, then, otherwise


class Loop(Typed):
    """A function applied again and again: `kind` is "vmap", "scan", "fold" or "iterate".

    `locals` are the body's own variables: for vmap the elements, for scan and fold the state's parts and the elements,
    for iterate the state's parts. `states` start them, `sequences` are walked along `axes`, `count` is how often.
    """

    __slots__ = ("axes", "body", "count", "kind", "locals", "sequences", "states")

    def __init__(
        self,
        span: Span,
        type: Type,
        kind: str,
        locals: tuple[Local, ...],
        states: tuple[Typed, ...],
        sequences: tuple[Typed, ...],
        axes: tuple[int, ...],
        count: Size,
        body: Typed,
    ) -> None:
        self.span, self.type, self.kind, self.locals, self.states = span, type, kind, locals, states
        self.sequences, self.axes, self.count, self.body = sequences, axes, count, body


class Derivative(Typed):
    """`grad`, `jacobian`, `hessian`, `vjp`, `jvp` of an expression by variables.

    `by` are the variables as they stand in scope; `vector` is vjp's and jvp's. `many` where a tuple is the result.
    `surroundings` are what it was checked under.
    """

    __slots__ = ("body", "by", "kind", "many", "options", "surroundings", "vector")

    def __init__(
        self,
        span: Span,
        type: Type,
        kind: str,
        by: tuple[Typed, ...],
        body: Typed,
        vector: Typed | None,
        many: bool,
        surroundings: Surroundings,
        options: dict[str, object] | None = None,
    ) -> None:
        self.span, self.type, self.kind, self.by, self.body = span, type, kind, by, body
        self.vector, self.many, self.surroundings = vector, many, surroundings
        #: What `minimize` was told besides: its steps, rate and method.
        self.options = options or {}


def inside(typed: Typed) -> tuple[Typed, ...]:
    """The expressions that one is made of, but for what its local variables are bound to elsewhere."""
    if isinstance(typed, Apply):
        return tuple(
            [each for operand in typed.operands for each in (operand if isinstance(operand, tuple) else (operand,))]
        )
    if isinstance(typed, Bound):
        return (*[value for _, value in typed.bindings], typed.body)
    if isinstance(typed, Convert | Item):
        return (typed.operand,)
    if isinstance(typed, Settled):
        return (typed.computed,)
    if isinstance(typed, Several):
        return typed.items
    if isinstance(typed, Choice):
        return typed.condition, typed.then, typed.otherwise
    if isinstance(typed, Loop):
        return (*typed.states, *typed.sequences, typed.body)
    if isinstance(typed, Derivative):
        return (*typed.by, typed.body) if typed.vector is None else (*typed.by, typed.body, typed.vector)
    return ()


def converted(typed: Typed, dtype: DType) -> Typed:
    """The same tensor in `dtype`."""
    type = typed.type
    assert isinstance(type, TensorType)
    if type.dtype is dtype and type.static is None:
        return typed
    return Convert(typed.span, TensorType(dtype, type.axes), typed, dtype)


def retyped(typed: Typed, type: Type) -> Typed:
    """The same expression under another type of the same shape."""
    import copy

    if type is typed.type:
        return typed
    other = copy.copy(typed)
    other.type = type
    return other


def item_of(typed: Typed, index: int, span: Span) -> Typed:
    """One part of a tuple."""
    assert isinstance(typed.type, TupleType)
    if isinstance(typed, Several):
        return typed.items[index]
    return Item(span, typed.type.items[index], typed, index)
