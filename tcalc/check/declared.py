"""Annotations: types as written, against types as found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tcalc.check import clashes, errors, names, wrapping
from tcalc.check.arguments import Given
from tcalc.check.near import nearest
from tcalc.check.typed import Literal, Local, Static, Typed, Use, converted, retyped
from tcalc.errors import Mark, TcalcError, shortened
from tcalc.source import Span
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, broadcast, meet
from tcalc.types.dtypes import ANY, DType
from tcalc.types.facts import Facts
from tcalc.types.match import size_of
from tcalc.types.mismatch import Mismatch
from tcalc.types.size import Size
from tcalc.types.tensor import (
    UNKNOWN_TYPE,
    Axis,
    Origin,
    Pack,
    TensorType,
    TupleType,
    Type,
    UnknownType,
    kind_of,
    static_integer,
)

if TYPE_CHECKING:
    from tcalc.check.checker import Checker
    from tcalc.check.functions import UserFunction

#: Words that stand for a class of dtypes in a program's annotations.
CLASSES = {"int": (1,), "float": (2,), "num": (1, 2, 3), "any": (0, 1, 2, 3)}  # by DType.rank


class Sizes:
    """What the size names of an annotation, or of a function's annotations, stand for."""

    __slots__ = ("dtype", "fixed", "packs", "values")

    def __init__(self, known: dict[str, Size] | None = None) -> None:
        self.values: dict[str, Size] = dict(known or {})
        #: The axis that fixed each name, and where, for blame.
        self.fixed: dict[str, tuple[Axis, Span, Type]] = {}
        self.packs: dict[str, tuple[Axis | Pack, ...]] = {}
        #: What `T` stands for.
        self.dtype: DType | None = None

    def mark(self, name: str, also: Axis | None = None) -> Mark:
        """The argument that fixed a name, and where it got its size; `also` another axis of it."""
        axis, span, type = self.fixed[name]
        text = str(type) if getattr(type, "axes", ()) else ""  # of an integer the sentence says what it is
        return Mark(span, text, errors.fixed(axis) if also is None else errors.fixed(axis, also))


def word_dtype(annotation: nodes.TypeExpr) -> DType | None:
    """The one dtype that an annotation names, None where it names a class or nothing."""
    word = annotation.word
    if word is None or word in CLASSES or word == "T":
        return None
    dtype = dtypes.lookup(word.removeprefix("torch."))
    if dtype is None:
        near = nearest(word, ["bool", "u8", "i8", "i16", "i32", "i64", "f16", "bf16", "f32", "f64", "c64", "c128"])
        hint = f"; did you mean {near[0]}?" if near else ""
        raise TcalcError("dtype", f"there is no dtype {word}{hint}", annotation.span)
    return dtype


def is_static_integer(annotation: nodes.TypeExpr) -> bool:
    """`n: int`"""
    return annotation.word == "int" and annotation.axes is None


def convert(checker: Checker, annotation: nodes.TypeExpr, typed: Typed, what: str) -> Typed:
    """The value in the annotation's dtype: a conversion that only widens."""
    type = typed.type
    assert isinstance(type, TensorType)
    dtype = word_dtype(annotation)
    if type.dtype is ANY:
        return typed
    if dtype is None:
        kinds = CLASSES.get(annotation.word or "any", CLASSES["any"])
        if type.dtype.rank in kinds:
            return typed
        if annotation.word == "float" and type.dtype.rank < 2:
            return converted(typed, checker.default_float)
        raise TcalcError(
            "dtype",
            f"{what} is {type}, and the annotation wants {annotation.word}",
            typed.span,
            marks=[Mark(typed.span, str(type))],
        )
    if dtype is type.dtype and type.static is None:
        return typed
    if not wrapping.fits(typed, dtype):
        least, greatest = wrapping.limits(dtype)
        raise TcalcError("value", f"{what} is {dtype}, which holds {least} to {greatest}", typed.span)
    narrows = (
        type.dtype.rank > dtype.rank
        if type.static is not None or isinstance(typed, Literal)
        else dtypes.promote(type.dtype, dtype) is not dtype and type.dtype.rank >= dtype.rank
    )
    if narrows:
        by = "real" if type.dtype.kind == "complex" and dtype.kind == "float" else str(dtype)
        raise TcalcError(
            "dtype",
            f"{what} is {type}, which {dtype} cannot hold; to convert: {by}({names.shown(typed.span.text) or '…'})",
            typed.span,
            marks=[Mark(typed.span, str(type))],
        )
    return converted(typed, dtype)


def fit(
    checker: Checker, annotation: nodes.TypeExpr, typed: Typed, known: Sizes, what: str, scope_sizes: bool
) -> tuple[Axis | Pack, ...]:
    """The value's axes fitted to the annotation's; new size names are bound in `known`.

    `scope_sizes` lets names that are no size names yet be static integers in sight (at the top level).
    """
    type = typed.type
    assert isinstance(type, TensorType)
    if annotation.axes is None:
        if annotation.word is not None and type.axes:
            raise _rank_error(annotation, typed, what, 0)
        return type.axes
    patterns, axes = annotation.axes, type.axes
    packs = [i for i, pattern in enumerate(patterns) if isinstance(pattern, nodes.PackExpr)]
    if len(packs) > 1:
        raise TcalcError("type", "an annotation has one pack at most", annotation.span)
    fixed = len(patterns) - len(packs)
    if type.rank is None:
        if len(packs) != 1 or len(axes) < fixed:
            return axes  # cannot be told for all shapes: checked at each call
    elif type.rank < fixed or (not packs and type.rank != fixed):
        raise _rank_error(annotation, typed, what, fixed)
    result: list[Axis | Pack] = list(axes)
    before = packs[0] if packs else len(patterns)
    middle = len(axes) - fixed if packs else 0
    if packs:
        pack = patterns[before]
        assert isinstance(pack, nodes.PackExpr)
        rest = axes[before : before + middle]
        earlier = known.packs.get(pack.name)
        known.packs[pack.name] = rest if earlier is None else _widest(earlier, rest, typed, what, pack.name)
    placed = [(at if at < before else at - 1 + middle, patterns[at]) for at in range(len(patterns)) if at not in packs]
    # `[a + b, b]`: what fixes one name goes before what needs it.
    for position, pattern in sorted(placed, key=lambda each: _names_computed_with(each[1])):
        result[position] = _fit_axis(checker, pattern, axes[position], position, typed, known, what, scope_sizes)
    return tuple(result)


def size_names(annotation: nodes.TypeExpr) -> list[str]:
    """The names in an annotation's sizes, computed ones too."""
    sized = [part.size for part in annotation.axes or () if isinstance(part, nodes.AxisExpr)]
    return list({name: None for size in sized for name in _names_in(size)})


def _names_in(size: nodes.Expr) -> Iterator[str]:
    """The names that a size is computed with, as they stand there."""
    if isinstance(size, nodes.Name):
        yield size.name
    elif isinstance(size, nodes.Binary):
        yield from (*_names_in(size.left), *_names_in(size.right))
    elif isinstance(size, nodes.Unary):
        yield from _names_in(size.operand)
    elif isinstance(size, nodes.Call):
        for argument in size.arguments:
            yield from _names_in(argument.value)


def _names_computed_with(pattern: nodes.AxisExpr | nodes.PackExpr) -> int:
    """How many names a size is computed with; 0 for a size that is a name or a number."""
    if isinstance(pattern, nodes.PackExpr) or isinstance(pattern.size, nodes.Name | nodes.Number | nodes.Hole):
        return 0
    return len(set(_names_in(pattern.size)))


def _widest(one: Axes, other: Axes, typed: Typed, what: str, pack: str) -> Axes:
    """What a pack's parameters broadcast to."""
    try:
        return broadcast(one, other, "0", "1")
    except Mismatch as mismatch:
        shapes = [f"[{', '.join(map(str, axes))}]" for axes in (one, other)]
        raise TcalcError(
            mismatch.code,
            f"*{pack} is {shapes[0]} so far, and {what} brings {shapes[1]}, which do not broadcast",
            typed.span,
            marks=[Mark(typed.span, str(typed.type))],
        ) from None


def _rank_error(annotation: nodes.TypeExpr, typed: Typed, what: str, fixed: int) -> TcalcError:
    wanted = f"{annotation.span.text} has {fixed} {'axis' if fixed == 1 else 'axes'}"
    return TcalcError(
        "shape", f"{what} is {typed.type}, and {wanted}", typed.span, marks=[Mark(typed.span, str(typed.type))]
    )


def _fit_axis(
    checker: Checker,
    pattern: nodes.AxisExpr | nodes.PackExpr,
    axis: Axis | Pack,
    position: int,
    typed: Typed,
    known: Sizes,
    what: str,
    scope_sizes: bool,
) -> Axis | Pack:
    if isinstance(axis, Pack) or isinstance(pattern, nodes.PackExpr):
        return axis
    wanted: Size | None = None
    if isinstance(pattern.size, nodes.Name):
        name = pattern.size.name
        wanted = known.values.get(name)
        if wanted is None and scope_sizes:
            wanted = _size_in_scope(checker, name, pattern.size)
        if wanted is None:
            known.values[name] = axis.size
            known.fixed[name] = (axis, typed.span, typed.type)
            return axis
    else:
        wanted = _evaluate(checker, pattern.size, known, scope_sizes, axis.size)
    label = pattern.label
    if not sizes.agree(wanted, axis.size):
        raise _size_error(checker, pattern, axis, position, typed, known, what, wanted)
    if label is not None and axis.label is not None and label != axis.label:
        raise TcalcError(
            "label",
            f"{axis.label} meets {label}: {what} is {typed.type}",
            typed.span,
            marks=[Mark(typed.span, str(typed.type), errors.fixed(axis))],
        )
    if label is None and isinstance(pattern.size, nodes.Name):
        _refuse_labels(pattern.size.name, axis, typed, known)
    size = wanted if axis.size is sizes.UNKNOWN else axis.size
    return axis if label is None and size is axis.size else Axis(size, label or axis.label, axis.origin)


def _refuse_labels(name: str, axis: Axis, typed: Typed, known: Sizes) -> None:
    """An error where two arguments bring two labels to one size name; rows and columns may have labels of their own."""
    if name not in known.fixed or axis.label is None:
        return
    other, span, type = known.fixed[name]
    if span is typed.span:
        return
    if meet(other, axis) is None:
        assert isinstance(type, TensorType) and isinstance(typed.type, TensorType)
        raise clashes.label_error(typed.span, (span, type), (typed.span, typed.type), other, axis)
    if other.label is None:
        known.fixed[name] = (axis, typed.span, typed.type)


def _evaluate(checker: Checker, expression: nodes.Expr, known: Sizes, scope_sizes: bool, found: Size) -> Size:
    def look(name: str) -> Size | None:
        value = known.values.get(name)
        if value is None and scope_sizes:
            value = _size_in_scope(checker, name, expression)
        return value

    try:
        return size_of(expression, look)
    except KeyError as missing:
        name = str(missing.args[0])
        both = [each for each in dict.fromkeys(_names_in(expression)) if look(each) is None]
        if len(both) > 1:
            raise TcalcError(
                "shape", f"{expression.span.text} alone does not say what {' and '.join(both)} are", expression.span
            ) from None
        pattern = _pattern(expression, lambda each: sizes.symbol(each) if look(each) is None else look(each))
        solved = sizes.solve_linear(pattern, found, name) if isinstance(found, int | sizes.Poly) else None
        if solved is None:
            raise TcalcError(
                "shape", f"no {name} makes {expression.span.text} equal {sizes.text(found)}", expression.span
            ) from None
        known.values[name] = solved
        return found
    except (ValueError, ZeroDivisionError):
        raise _no_size(expression) from None


def _pattern(expression: nodes.Expr, lookup: Callable[[str], Size | None]) -> Size:
    """A size expression's value; an error where it is none."""
    try:
        return size_of(expression, lookup)
    except (ValueError, ZeroDivisionError):
        raise _no_size(expression) from None


def _no_size(expression: nodes.Expr) -> TcalcError:
    return TcalcError("type", f"{expression.span.text} is no size", expression.span)


def _size_in_scope(checker: Checker, name: str, node: nodes.Expr) -> Size | None:
    """The size that a session variable is; one that was computed is asked for."""
    typed = checker.lookup(name, node.span)
    if typed is not None and isinstance(node, nodes.Name):
        typed = checker.check(node)
    type = typed.type if typed is not None else None
    if typed is None or not isinstance(type, TensorType):
        return None
    if type.static is None and not type.axes and type.dtype.rank == 1:
        checker.settle(node, typed)
        return sizes.UNKNOWN
    return type.static if isinstance(type.static, int | sizes.Poly) and not isinstance(type.static, bool) else None


def _size_error(
    checker: Checker,
    pattern: nodes.AxisExpr,
    axis: Axis,
    position: int,
    typed: Typed,
    known: Sizes,
    what: str,
    wanted: Size,
) -> TcalcError:
    """A size that is not what the annotation says, and what says so: other arguments, or a name in sight."""
    text, mine = pattern.size.span.text, Mark(typed.span, str(typed.type), errors.fixed(axis))
    marks: list[Mark] = [mine]
    notes: list[str] = []
    for name in sorted(sizes.names(_pattern(pattern.size, sizes.symbol))):
        if name in known.fixed:
            span = known.fixed[name][1]
            if span.source is typed.span.source and span.start == mine.span.start:
                marks[-1] = known.mark(name, axis)
            elif span.source is typed.span.source:
                marks.insert(0, known.mark(name))
        elif (variable := checker.scope.lookup(name)) is not None and variable.origin is not None:
            value = static_integer(variable.type)
            notes.append(f"{name}{'' if value is None else f' is {value}'}: {errors.chain(variable.origin)}")
    says = f"{text} is {sizes.text(wanted)}"
    if isinstance(pattern.size, nodes.Number):
        says = f"the annotation says {text}"
    elif not isinstance(wanted, int):
        says = f"{what.partition(' ')[0]} is declared with {sizes.text(wanted)} there"
    return TcalcError(
        "shape",
        f"{what}'s axis {position} is {sizes.text(axis.size)}, and {says}",
        typed.span,
        marks=marks,
        notes=notes,
    )


# Functions


def bind_parameters(
    checker: Checker, function: UserFunction, bound: list[tuple[nodes.Parameter, Given]], node: nodes.Expr
) -> Sizes:
    """Fit arguments to annotations; what the size names stand for."""
    known = Sizes()
    if not function.is_annotated and function.result is None:
        return known
    for parameter, given in bound:  # integers first: other annotations may use them
        if parameter.annotation is not None and is_static_integer(parameter.annotation):
            static = given.typed.type.static if isinstance(given.typed.type, TensorType) else None
            if not isinstance(static, int | sizes.Poly) or isinstance(static, bool):
                if isinstance(given.typed.type, TensorType) and not given.typed.type.axes:
                    checker.settle(given.node, given.typed)
                raise TcalcError(
                    "type",
                    f"{parameter.name} must be an integer known while checking, "
                    f"and {names.called(given.node)} is {given.typed.type}",
                    given.node.span,
                )
            known.values[parameter.name] = static
            known.fixed[parameter.name] = (Axis(static), given.node.span, given.typed.type)
    for parameter, given in sorted(bound, key=lambda each: _computes_sizes(each[0].annotation)):
        annotation = parameter.annotation
        if annotation is None or is_static_integer(annotation):
            continue
        type = given.typed.type
        if isinstance(type, UnknownType):
            continue
        what = names.party(given.node, node, 0) if isinstance(node, nodes.Call) else parameter.name
        if not isinstance(type, TensorType):
            raise TcalcError(
                "type", f"{parameter.name} must be a tensor, and {what} is {kind_of(type)}", given.node.span
            )
        fit(checker, annotation, Static(given.node.span, type), known, what, False)
    return known


def _computes_sizes(annotation: nodes.TypeExpr | None) -> bool:
    """Whether a size in it is more than a name or a number: it is fitted after those that fix the names."""
    parts = annotation.axes if annotation is not None and annotation.axes is not None else ()
    return any(
        isinstance(part, nodes.AxisExpr) and not isinstance(part.size, nodes.Name | nodes.Number | nodes.Hole)
        for part in parts
    )


def converted_parameter(
    checker: Checker, parameter: nodes.Parameter, typed: Typed, aliases: dict[str, str | None]
) -> Typed:
    """An argument in the dtype of its parameter's annotation, its axes called as there.

    It is no static number any more, unless `int`. `aliases` gathers what the axes were called outside.
    """
    assert parameter.annotation is not None
    if is_static_integer(parameter.annotation) or not isinstance(typed.type, TensorType):
        return typed
    value = convert(checker, parameter.annotation, typed, parameter.name)
    assert isinstance(value.type, TensorType)
    if value.type.static is not None:
        value = converted(value, value.type.dtype)
    type = value.type
    assert isinstance(type, TensorType)
    own = axis_names(parameter.annotation, len(type.axes))
    for name, axis in zip(own, type.axes, strict=True):
        if name is not None and isinstance(axis, Axis):
            aliases.setdefault(name, axis.alias)
    return retyped(value, TensorType(type.dtype, known_as(type.axes, own)))


def axis_names(annotation: nodes.TypeExpr, rank: int) -> list[str | None]:
    """What an annotation calls each of `rank` axes; a name that stands on two of them calls neither."""
    patterns: list[object] = list(annotation.axes or [None] * rank)
    pack = next((i for i, part in enumerate(patterns) if isinstance(part, nodes.PackExpr)), None)
    if pack is not None:
        patterns[pack : pack + 1] = [None] * (rank - len(patterns) + 1)
    names: list[str | None] = []
    for part in patterns:
        name = None
        if isinstance(part, nodes.AxisExpr):
            name = part.label or (part.size.name if isinstance(part.size, nodes.Name) else None)
        names.append(name)
    names = names if len(names) == rank else [None] * rank
    return [name if names.count(name) == 1 else None for name in names]


def known_as(axes: Axes, names: Sequence[str | None]) -> Axes:
    """The axes under aliases."""
    return tuple(
        [axis.known_as(name) if isinstance(axis, Axis) else axis for axis, name in zip(axes, names, strict=True)]
    )


def called_outside(body: Typed, aliases: Mapping[str, str | None]) -> Typed:
    """A function's result, its axes called again as they were outside."""
    return retyped(body, _outside(body.type, aliases))


def _outside(type: Type, aliases: Mapping[str, str | None]) -> Type:
    if isinstance(type, TupleType):
        return TupleType(tuple([_outside(item, aliases) for item in type.items]), type.names)
    if not isinstance(type, TensorType) or not any(isinstance(a, Axis) and a.alias for a in type.axes):
        return type
    names = [aliases.get(axis.alias or "") if isinstance(axis, Axis) else None for axis in type.axes]
    return TensorType(type.dtype, known_as(type.axes, names), type.static)


def symbolic_parameters(checker: Checker, function: UserFunction) -> tuple[dict[str, Typed], dict[str, Size]]:
    """Parameters that stand for all shapes their annotations allow."""
    checker.facts = Facts()
    scope: dict[str, Typed] = {}
    values: dict[str, Size] = {}

    def symbol(name: str) -> Size:
        if name not in values:
            values[name] = sizes.symbol(name)
        return values[name]

    for parameter in function.parameters:
        annotation = parameter.annotation
        span = parameter.span
        if annotation is None:
            scope[parameter.name] = _symbolic(span, UNKNOWN_TYPE, parameter.name)
            continue
        if is_static_integer(annotation):
            scope[parameter.name] = _symbolic(span, checker.static_type(symbol(parameter.name), span), parameter.name)
            continue
        dtype = word_dtype(annotation) or ANY
        origin = Origin(parameter.name, shortened(span.text), span.line)
        axes: list[Axis | Pack] = []
        for part in annotation.axes or ():
            if isinstance(part, nodes.PackExpr):
                axes.append(Pack(part.name))
                continue
            axes.append(Axis(_pattern(part.size, symbol), None, origin))
        called = known_as(tuple(axes), axis_names(annotation, len(axes)))
        scope[parameter.name] = _symbolic(span, TensorType(dtype, called), parameter.name)
    for name, size in values.items():
        if name not in scope:
            scope[name] = _symbolic(function.span, checker.static_type(size, function.span), name)
    return scope, values


def _symbolic(span: Span, type: Type, name: str) -> Typed:
    """A parameter that stands for every value of its type."""
    return Use(span, type, Local(name, type))


def checked_result(
    checker: Checker,
    function: UserFunction,
    values: dict[str, Size],
    bound: list[tuple[nodes.Parameter, Given]],
    body: Typed,
) -> Typed:
    """The body held against the declared result."""
    annotation = function.result
    assert annotation is not None
    what = names.shown(function.body.span.text) or f"the result of {function.name}"
    type = body.type
    if isinstance(type, UnknownType):
        return body
    if annotation.items:
        return _checked_tuple(annotation, body, function.name)
    if not isinstance(type, TensorType):
        raise TcalcError(
            "type", f"{what} is {kind_of(type)}, and {function.name} declares {annotation.span.text}", body.span
        )
    if is_static_integer(annotation):
        return body
    known = Sizes(values)
    definition = checker.facts is not None and not bound
    if definition:
        _refuse_unfixed(function, annotation, values)
        _refuse_clash(function, annotation, body, values)
    axes = fit(checker, annotation, body, known, what, False)
    body = body if definition else convert(checker, annotation, body, what)
    assert isinstance(body.type, TensorType)
    if axes is not type.axes and body.type.axes != axes and not definition:
        return body
    return body


def _checked_tuple(annotation: nodes.TypeExpr, body: Typed, name: str) -> Typed:
    if not isinstance(body.type, TupleType) or len(body.type.items) != len(annotation.items):
        raise TcalcError(
            "type", f"{name} declares {annotation.span.text}, and its body is {kind_of(body.type)}", body.span
        )
    return body


def _refuse_unfixed(function: UserFunction, annotation: nodes.TypeExpr, values: dict[str, Size]) -> None:
    """A size name of the result that no parameter fixes."""
    for part in annotation.axes or ():
        if isinstance(part, nodes.AxisExpr) and isinstance(part.size, nodes.Name) and part.size.name not in values:
            raise TcalcError("shape", f"no parameter of {function.name} fixes {part.size.name}", part.span)


def _only_where(declared: Size, found: Size) -> str:
    """Where two sizes over one name are equal for some of its values: "; they are equal only for even d"."""
    used = sizes.names(declared) | sizes.names(found)
    if len(used) != 1:
        return ""
    (name,) = used
    try:
        equal = [n for n in range(25) if sizes.same(*(sizes.substitute(each, {name: n}) for each in (declared, found)))]
    except ZeroDivisionError:
        return ""
    for step in range(2, 9):
        if equal == list(range(0, 25, step)):
            return f"; they are equal only {f'for even {name}' if step == 2 else f'where {step} divides {name}'}"
    return ""


def _refuse_clash(function: UserFunction, annotation: nodes.TypeExpr, body: Typed, values: dict[str, Size]) -> None:
    """A result axis whose size is another than the declared, found for all sizes."""
    type = body.type
    assert isinstance(type, TensorType)
    if (
        annotation.axes is None
        or any(isinstance(axis, Pack) for axis in type.axes)
        or len(type.axes) != len(annotation.axes)
    ):
        return
    for part, axis in zip(annotation.axes, type.axes, strict=True):
        if isinstance(part, nodes.PackExpr):
            return
        assert isinstance(axis, Axis)
        wanted = _pattern(part.size, lambda name: values.get(name, sizes.UNKNOWN))
        if not sizes.agree(wanted, axis.size):
            raise TcalcError(
                "shape",
                f"{function.name} declares {annotation.span.text}, and its body is {type}"
                + _only_where(wanted, axis.size),
                function.body.span,
                marks=[Mark(function.body.span, str(type), errors.fixed(axis))],
            )
