"""Annotations as they are written: which dtype, which sizes, what each axis is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tcalc.check.near import nearest
from tcalc.errors import TcalcError
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types.broadcast import Axes
from tcalc.types.dtypes import DType
from tcalc.types.match import size_of
from tcalc.types.size import Size
from tcalc.types.tensor import Axis

#: Words that stand for a class of dtypes in a program's annotations.
CLASSES = {"int": (1,), "float": (2,), "num": (1, 2, 3), "any": (0, 1, 2, 3)}  # by DType.rank


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


def size_names(annotation: nodes.TypeExpr) -> list[str]:
    """The names in an annotation's sizes, computed ones too."""
    sized = [part.size for part in annotation.axes or () if isinstance(part, nodes.AxisExpr)]
    return list({name: None for size in sized for name in names_in(size)})


def names_in(size: nodes.Expr) -> Iterator[str]:
    """The names that a size is computed with, as they stand there."""
    if isinstance(size, nodes.Name):
        yield size.name
    elif isinstance(size, nodes.Binary):
        yield from (*names_in(size.left), *names_in(size.right))
    elif isinstance(size, nodes.Unary):
        yield from names_in(size.operand)
    elif isinstance(size, nodes.Call):
        for argument in size.arguments:
            yield from names_in(argument.value)


def names_computed_with(pattern: nodes.AxisExpr | nodes.PackExpr) -> int:
    """How many names a size is computed with; 0 for a size that is a name or a number."""
    if isinstance(pattern, nodes.PackExpr) or isinstance(pattern.size, nodes.Name | nodes.Number | nodes.Hole):
        return 0
    return len(set(names_in(pattern.size)))


def pattern_size(expression: nodes.Expr, lookup: Callable[[str], Size | None]) -> Size:
    """A size expression's value; an error where it is none."""
    try:
        return size_of(expression, lookup)
    except (ValueError, ZeroDivisionError):
        raise no_size(expression) from None


def no_size(expression: nodes.Expr) -> TcalcError:
    return TcalcError("type", f"{expression.span.text} is no size", expression.span)


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
