"""A value held against its annotation: dtype, sizes, labels, and the size names that it fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.check import clashes, errors, names, wrapping
from tcalc.check.annotations import CLASSES, names_computed_with, names_in, no_size, pattern_size, word_dtype
from tcalc.check.typed import Literal, Typed, converted
from tcalc.errors import Mark, TcalcError
from tcalc.source import Span
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, broadcast, meet
from tcalc.types.dtypes import ANY, DType
from tcalc.types.match import size_of
from tcalc.types.mismatch import Mismatch
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Pack, TensorType, Type, static_integer, static_size

if TYPE_CHECKING:
    from tcalc.check.checker import Checker


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
    if not wrapping.fits(checker.scope, typed, dtype):
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
    for position, pattern in sorted(placed, key=lambda each: names_computed_with(each[1])):
        result[position] = _fit_axis(checker, pattern, axes[position], position, typed, known, what, scope_sizes)
    return tuple(result)


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
        both = [each for each in dict.fromkeys(names_in(expression)) if look(each) is None]
        if len(both) > 1:
            raise TcalcError(
                "shape", f"{expression.span.text} alone does not say what {' and '.join(both)} are", expression.span
            ) from None
        pattern = pattern_size(expression, lambda each: sizes.symbol(each) if look(each) is None else look(each))
        solved = sizes.solve_linear(pattern, found, name) if isinstance(found, int | sizes.Poly) else None
        if solved is None:
            raise TcalcError(
                "shape", f"no {name} makes {expression.span.text} equal {sizes.text(found)}", expression.span
            ) from None
        known.values[name] = solved
        return found
    except (ValueError, ZeroDivisionError):
        raise no_size(expression) from None


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
    return static_size(type)


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
    for name in sorted(sizes.names(pattern_size(pattern.size, sizes.symbol))):
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
