"""The syntax tree.

Plain classes with slots, treated as frozen: generating sixty dataclasses costs 30 ms at every start, these cost one.
A node is compared by identity. `depth` is 1 + the deepest child's, so that nesting can be limited without walking.
"""

from __future__ import annotations

from tcalc.source import Span

#: The names that the result of a `Show` is bound to, if it is not silent.
LATEST = ("_", "ans")


class Node:
    """Any node; `span` covers its text."""

    __slots__ = ("depth", "span")
    depth: int
    span: Span


class Expr(Node):
    """An expression."""

    __slots__ = ()


class Number(Expr):
    """`1`, `2.5e-3`, `2j`: a Python int, float or complex, never negative."""

    __slots__ = ("value",)

    def __init__(self, span: Span, value: int | float | complex) -> None:
        self.span, self.depth, self.value = span, 1, value


class Constant(Expr):
    """`True`, `False`, `None` (`true`, `false` too), `...`: the Python value."""

    __slots__ = ("value",)

    def __init__(self, span: Span, value: object) -> None:
        self.span, self.depth, self.value = span, 1, value


class Text(Expr):
    """A string literal, escapes decoded."""

    __slots__ = ("value",)

    def __init__(self, span: Span, value: str) -> None:
        self.span, self.depth, self.value = span, 1, value


class Name(Expr):
    """A name as written, in Unicode normal form C (`π` stays `π`)."""

    __slots__ = ("name",)

    def __init__(self, span: Span, name: str) -> None:
        self.span, self.depth, self.name = span, 1, name


class Hole(Expr):
    """`?`"""

    __slots__ = ()

    def __init__(self, span: Span) -> None:
        self.span, self.depth = span, 1


class ListOf(Expr):
    """`[a, b]`"""

    __slots__ = ("items",)

    def __init__(self, span: Span, items: tuple[Expr, ...]) -> None:
        self.span, self.items, self.depth = span, items, deeper(items)


class TupleOf(Expr):
    """`(a, b)`, `(a,)`, `()`, and `a, b` alone on a line."""

    __slots__ = ("items",)

    def __init__(self, span: Span, items: tuple[Expr, ...]) -> None:
        self.span, self.items, self.depth = span, items, deeper(items)


class Unary(Expr):
    """`-x`, `+x`, `~x`, `not x`; `operator` as written."""

    __slots__ = ("operand", "operator")

    def __init__(self, span: Span, operator: str, operand: Expr) -> None:
        self.span, self.operator, self.operand, self.depth = span, operator, operand, operand.depth + 1


class Binary(Expr):
    """`left operator right` for one of `+ - * / // % @ ^ | & ^^ or and`; `**` is given as `^`.

    A left-associative run is a left-leaning tree whose `depth` counts the run once, so that a long flat sum is not
    deep; a walker follows `left` in a loop. `operator_span` is the operator's own place.
    """

    __slots__ = ("left", "operator", "operator_span", "right")

    def __init__(self, span: Span, operator: str, operator_span: Span, left: Expr, right: Expr, depth: int) -> None:
        self.span, self.operator, self.operator_span = span, operator, operator_span
        self.left, self.right, self.depth = left, right, depth


class Compare(Expr):
    """`first op operand op operand …` with `== != < <= > >=`; a chain means `and` of its links."""

    __slots__ = ("first", "links")

    def __init__(self, span: Span, first: Expr, links: tuple[tuple[str, Expr], ...]) -> None:
        self.span, self.first, self.links = span, first, links
        self.depth = deeper((first, *(operand for _, operand in links)))


class If(Expr):
    """`then if condition else otherwise`"""

    __slots__ = ("condition", "otherwise", "then")

    def __init__(self, span: Span, condition: Expr, then: Expr, otherwise: Expr) -> None:
        self.span, self.condition, self.then, self.otherwise = span, condition, then, otherwise
        self.depth = deeper((condition, then, otherwise))


class Let(Expr):
    """`let a = e, b = e in body`; `bindings` pairs the name's node with its value."""

    __slots__ = ("bindings", "body")

    def __init__(self, span: Span, bindings: tuple[tuple[Name, Expr], ...], body: Expr) -> None:
        self.span, self.bindings, self.body = span, bindings, body
        self.depth = deeper((body, *(value for _, value in bindings)))


class Lambda(Expr):
    """`x -> e`, `(x, y) -> e`, `lambda x, y: e`"""

    __slots__ = ("body", "parameters")

    def __init__(self, span: Span, parameters: tuple[Parameter, ...], body: Expr) -> None:
        self.span, self.parameters, self.body, self.depth = span, parameters, body, body.depth + 1


class Pipe(Expr):
    """`value |> function`"""

    __slots__ = ("function", "value")

    def __init__(self, span: Span, value: Expr, function: Expr) -> None:
        self.span, self.value, self.function, self.depth = span, value, function, deeper((value, function))


class Argument(Node):
    """An argument of a call; `name` is the keyword's, or None. `*e` is not in the language."""

    __slots__ = ("name", "value")

    def __init__(self, span: Span, name: str | None, value: Expr) -> None:
        self.span, self.name, self.value, self.depth = span, name, value, value.depth


class Call(Expr):
    """`function(arguments)`; `f[over](x)` is a Call of an Index, `x.f(a)` a Call of an Attribute."""

    __slots__ = ("arguments", "function")

    def __init__(self, span: Span, function: Expr, arguments: tuple[Argument, ...]) -> None:
        self.span, self.function, self.arguments, self.depth = span, function, arguments, deeper((function, *arguments))


class Index(Expr):
    """`value[items]`; `x[1, 2]` has two items, `x[(1, 2)]` one tuple. Options like `keepdim=True` are Arguments."""

    __slots__ = ("items", "value")

    def __init__(self, span: Span, value: Expr, items: tuple[Expr | Argument, ...]) -> None:
        self.span, self.value, self.items, self.depth = span, value, items, deeper((value, *items))


class Slice(Expr):
    """`start:stop:step` inside an index; each may be missing."""

    __slots__ = ("start", "step", "stop")

    def __init__(self, span: Span, start: Expr | None, stop: Expr | None, step: Expr | None) -> None:
        self.span, self.start, self.stop, self.step = span, start, stop, step
        self.depth = deeper(tuple(part for part in (start, stop, step) if part is not None))


class Attribute(Expr):
    """`value.name`; `name_span` is the name's own place."""

    __slots__ = ("name", "name_span", "value")

    def __init__(self, span: Span, value: Expr, name: str, name_span: Span) -> None:
        self.span, self.value, self.name, self.name_span, self.depth = span, value, name, name_span, value.depth + 1


# Types


class TypeExpr(Node):
    """A type as written.

    `f32[batch=2, n]`: word "f32" and axes. `[n, m]`: word None. `int`, `f32`: axes None. `axis(n)`, only in the
    signatures of rows: `arguments`. `(f32[2], i64[2])`: word "tuple" and `items`; each has its name or None.
    """

    __slots__ = ("arguments", "axes", "items", "word")

    def __init__(
        self,
        span: Span,
        word: str | None,
        axes: tuple[AxisExpr | PackExpr, ...] | None,
        arguments: tuple[Expr, ...] = (),
        items: tuple[tuple[str | None, TypeExpr], ...] = (),
    ) -> None:
        self.span, self.depth, self.word, self.axes, self.arguments, self.items = span, 1, word, axes, arguments, items


class AxisExpr(Node):
    """One axis of a TypeExpr: `3`, `n`, `2*n + 1`, `?` (size), `batch=32`, `n=?` (label and size)."""

    __slots__ = ("label", "size")

    def __init__(self, span: Span, label: str | None, size: Expr) -> None:
        self.span, self.depth, self.label, self.size = span, size.depth + 1, label, size


class PackExpr(Node):
    """`*b` among the axes of a TypeExpr. `...` is a PackExpr named "...": a rule in Python says which axes."""

    __slots__ = ("name",)

    def __init__(self, span: Span, name: str) -> None:
        self.span, self.depth, self.name = span, 1, name


class Parameter(Node):
    """A parameter of a function: `x`, `x: [n]`, `p = 2`, `x: f32[n] = 0`. `*xs` (rows only) has `starred`."""

    __slots__ = ("annotation", "default", "name", "starred")

    def __init__(
        self, span: Span, name: str, annotation: TypeExpr | None, default: Expr | None, starred: bool = False
    ) -> None:
        self.span, self.name, self.annotation, self.default, self.starred = span, name, annotation, default, starred
        self.depth = 1


class Signature(Node):
    """`(a: num[n], b: num[n]) -> num`: how a row declares one of its forms."""

    __slots__ = ("parameters", "result")

    def __init__(self, span: Span, parameters: tuple[Parameter, ...], result: TypeExpr) -> None:
        self.span, self.depth, self.parameters, self.result = span, 1, parameters, result


# Statements


class Statement(Node):
    """One statement; `silent` where a semicolon ends it."""

    __slots__ = ("silent",)
    silent: bool


class Show(Statement):
    """An expression alone on its line."""

    __slots__ = ("value",)

    def __init__(self, span: Span, silent: bool, value: Expr) -> None:
        self.span, self.silent, self.value, self.depth = span, silent, value, value.depth


class Bind(Statement):
    """`name = value`, `name: type = value`"""

    __slots__ = ("annotation", "target", "value")

    def __init__(self, span: Span, silent: bool, target: Name, annotation: TypeExpr | None, value: Expr) -> None:
        self.span, self.silent, self.target, self.annotation, self.value = span, silent, target, annotation, value
        self.depth = value.depth


class Unpack(Statement):
    """`q, r = value`; a target named `_` discards."""

    __slots__ = ("targets", "value")

    def __init__(self, span: Span, silent: bool, targets: tuple[Name, ...], value: Expr) -> None:
        self.span, self.silent, self.targets, self.value, self.depth = span, silent, targets, value, value.depth


class Update(Statement):
    """`A[0, 1] = 7`, `A += v`, `A[1] *= 2`, `w.grad = None`.

    `target` is a Name, an Index of a Name (of an Index …) or an Attribute; `operator` is "" for plain assignment, else
    one of `+ - * / // ^ @ %`.
    """

    __slots__ = ("operator", "target", "value")

    def __init__(self, span: Span, silent: bool, target: Expr, operator: str, value: Expr) -> None:
        self.span, self.silent, self.target, self.operator, self.value = span, silent, target, operator, value
        self.depth = deeper((target, value))


class Define(Statement):
    """`f(x: [n], p=2): [n] = body`"""

    __slots__ = ("body", "name", "parameters", "result")

    def __init__(
        self,
        span: Span,
        silent: bool,
        name: Name,
        parameters: tuple[Parameter, ...],
        result: TypeExpr | None,
        body: Expr,
    ) -> None:
        self.span, self.silent, self.name, self.parameters = span, silent, name, parameters
        self.result, self.body, self.depth = result, body, body.depth


class Import(Statement):
    """`import torch`, `import torch.nn.functional as F`, `from torch import nn`: does nothing."""

    __slots__ = ()

    def __init__(self, span: Span, silent: bool) -> None:
        self.span, self.silent, self.depth = span, silent, 1


def deeper(children: tuple[Node, ...]) -> int:
    """1 + the depth of the deepest child."""
    deepest = 0
    for child in children:
        if child.depth > deepest:
            deepest = child.depth
    return deepest + 1
