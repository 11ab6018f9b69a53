"""From what the grammar covers to what a statement may hold: targets, parameters, keywords, labels."""

from __future__ import annotations

from tcalc.errors import TcalcError
from tcalc.source import Span
from tcalc.syntax.errors import syntax
from tcalc.syntax.nodes import (
    Argument,
    Attribute,
    Call,
    Compare,
    Constant,
    Expr,
    Index,
    ListOf,
    Name,
    Number,
    Parameter,
    Text,
    TupleOf,
    TypeExpr,
)

#: torch's word for any tensor, as its programs annotate with it.
TENSORS = ("Tensor", "torch.Tensor")


class Cover(Call):
    """A call with `name: type` among its arguments, which only the left side of a definition may hold."""

    __slots__ = ("parts",)

    def __init__(self, span: Span, function: Expr, parts: tuple[Argument | Parameter, ...]) -> None:
        super().__init__(span, function, ())
        self.parts = parts


def call(span: Span, function: Expr, arguments: list[Expr | Argument | Parameter], covers: list[Cover]) -> Call:
    """A call, or a cover (noted in `covers`) where an argument has a type."""
    parts = tuple(
        Argument(argument.span, None, argument) if isinstance(argument, Expr) else argument for argument in arguments
    )
    plain = tuple(part for part in parts if isinstance(part, Argument))
    if len(plain) < len(parts):
        cover = Cover(span, function, parts)
        covers.append(cover)
        return cover
    seen: set[str] = set()
    for part in plain:
        if part.name is None:
            if seen:
                raise syntax("an argument without = comes before those with one", part.span)
        elif part.name in seen:
            raise syntax(f"{part.name} is given twice", part.span)
        else:
            seen.add(part.name)
    return Call(span, function, plain)


def misplaced_type(cover: Cover) -> TcalcError:
    """A type behind an argument of a call that no `=` made a definition."""
    part = next(part for part in cover.parts if isinstance(part, Parameter) and part.annotation)
    return syntax("a type stands only in a definition, f(x: [n]) = …; an argument by name is given with =", part.span)


def head(target: Call) -> tuple[Name, tuple[Parameter, ...]]:
    """The name and the parameters of `f(x, p=2) = …`."""
    if not isinstance(target.function, Name) or in_brackets(target):
        raise syntax("a function is defined as f(x) = …, with a name alone before the brackets", target.function.span)
    parts = target.parts if isinstance(target, Cover) else target.arguments
    parameters = tuple(
        Parameter(part.span, part.name, unless_any(part.annotation), part.default, part.starred)
        if isinstance(part, Parameter)
        else Parameter(part.span, part.name, None, part.value)
        if part.name is not None
        else Parameter(part.span, parameter_name(part.value), None, None)
        for part in parts
    )
    check_distinct(parameters)
    optional = False
    for parameter in parameters:
        if optional and parameter.default is None:
            raise syntax(f"{parameter.name} needs a default too, for it comes after one that has", parameter.span)
        optional = parameter.default is not None
    return target.function, parameters


def unless_any(annotation: TypeExpr | None) -> TypeExpr | None:
    """An annotation, but for torch's word for any tensor, which says nothing."""
    any_tensor = annotation is not None and annotation.word in TENSORS and annotation.axes is None
    return None if any_tensor else annotation


def check_distinct(parameters: tuple[Parameter, ...]) -> None:
    """Raise if a parameter comes twice."""
    seen: set[str] = set()
    for parameter in parameters:
        if parameter.name in seen:
            raise syntax(f"the parameter {parameter.name} comes twice", parameter.span)
        seen.add(parameter.name)


def parameter_name(node: Expr) -> str:
    """The name of a parameter."""
    if isinstance(node, Name) and not in_brackets(node):
        return node.name
    raise syntax("a parameter is a name", node.span)


def arrow_parameters(node: Expr, arrow: Span) -> tuple[Parameter, ...]:
    """The parameters before a `->`: a name, or a tuple of names."""
    names = node.items if isinstance(node, TupleOf) else (node,)
    for name in names:
        if isinstance(name, Call):
            raise syntax("a result's type stands after a colon, its value after =: f(x): f32 = …", arrow)
        if not isinstance(name, Name):
            raise syntax("before -> stand the names of parameters: x -> …, (x, y) -> …", name.span)
    parameters = tuple(Parameter(name.span, name.name, None, None) for name in names if isinstance(name, Name))
    check_distinct(parameters)
    return parameters


def targets(node: TupleOf) -> tuple[Name, ...]:
    """The names that take a tuple apart."""
    if not node.items:
        raise syntax("there is no name to bind", node.span)
    for item in node.items:
        if not isinstance(item, Name):
            raise syntax("a tuple comes apart into names: q, r = …", item.span)
    return tuple(item for item in node.items if isinstance(item, Name))


def place(node: Expr, sign: Span) -> Expr:
    """What an update may rebind: a name, an attribute, or places of those."""
    root = node
    while isinstance(root, (Index, Attribute)):
        root = root.value
    if isinstance(root, Name):
        return node
    if isinstance(node, ListOf) and node.items and all(isinstance(item, Name) for item in node.items):
        names = ", ".join(item.name for item in node.items if isinstance(item, Name))
        raise syntax(f"a result comes apart without brackets: {names} = …", node.span)
    if isinstance(node, (Compare,)):
        raise syntax("= binds a name; to compare, write ==", sign)
    if isinstance(node, (Number, Text, Constant)):
        raise syntax(f"{node.span.text} is no name that could be bound; to compare, write ==", node.span)
    raise syntax("only a name, a place of one or an attribute can be bound; to compare, write ==", node.span)


def local(node: Expr, sign: Span) -> Name:
    """The name that a `let` binds."""
    if isinstance(node, Name) and not in_brackets(node):
        return node
    if isinstance(node, Call):
        raise syntax("let binds names: let f = x -> … in …", node.span)
    raise syntax("let binds names: let a = 1, b = 2 in …", node.span)


def keyword(node: Expr, sign: Span) -> str:
    """The name before `=` in an argument."""
    if isinstance(node, Name) and not in_brackets(node):
        return node.name
    raise syntax("before = stands a parameter's name; to compare, write ==", sign)


def label(node: Expr, sign: Span) -> str:
    """The label before `=` in an axis."""
    if isinstance(node, Name) and not in_brackets(node):
        return node.name
    raise syntax("before = stands the axis's label: f32[batch=2]", node.span)


def number_called(node: Number, place: int) -> TcalcError:
    """`2(x + 1)`"""
    return syntax(
        f"a number cannot be called: write {node.span.text} * (…)", Span(node.span.source, node.span.start, place + 1)
    )


def in_brackets(node: Expr) -> bool:
    """Whether a node that has no brackets of its own stands in some."""
    return node.span.source.text.startswith("(", node.span.start)
