"""Integers that wrap: torch's do so silently, and where the numbers stand in the program the check can tell."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import TYPE_CHECKING

from tcalc.check.typed import Apply, Convert, Literal, Typed
from tcalc.library.builtin import Builtin
from tcalc.library.folding import power
from tcalc.syntax import nodes
from tcalc.types.dtypes import DType
from tcalc.types.tensor import TensorType, Type

if TYPE_CHECKING:
    from tcalc.check.checker import Checker

#: The least and the greatest number that a value holds.
Interval = tuple[int, int]

OPERATIONS: dict[str, Callable[..., object]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "pow": power,
    "neg": operator.neg,
}
#: Rows that make a tensor of one number throughout.
FILLED = {"zeros": 0, "zeros_like": 0, "ones": 1, "ones_like": 1}


def note(
    checker: Checker, row: Builtin, node: nodes.Expr, operands: Sequence[Typed | tuple[Typed, ...]], result: Type
) -> None:
    """A note where the result of an integer operation on known numbers leaves its dtype, or an operand does."""
    if not isinstance(result, TensorType) or result.dtype.rank != 1 or result.static is not None:
        return
    operation = OPERATIONS.get(row.name)
    if operation is None:
        return
    known: list[list[int]] = []
    for operand in operands:
        if isinstance(operand, tuple):
            return
        weak = operand.operand if isinstance(operand, Convert) else operand
        number = weak.type.static if isinstance(weak.type, TensorType) else None
        if number.__class__ is int and not fits(weak, result.dtype):
            least, greatest = limits(result.dtype)
            checker.note(f"{result.dtype} holds {least} to {greatest}, so {number} wraps", weak.span)
            return
        known.append(numbers(operand))
    if not all(known):
        return
    least, greatest = limits(result.dtype)
    for pair in _met(known, [operand.type for operand in operands if isinstance(operand, Typed)]):
        try:
            value = operation(*pair)
        except OverflowError:
            value = greatest + 1
        if isinstance(value, int) and not least <= value <= greatest:
            checker.note(f"{result.dtype} holds {least} to {greatest}, so this wraps", node.span)
            return


def _met(known: Sequence[list[int]], types: Sequence[Type]) -> Iterable[tuple[int, ...]]:
    """The numbers that surely meet: each with its neighbour where the shapes agree, a single one with all others."""
    if len(known) == 1 or any(len(each) == 1 for each in known):
        return product(*known)
    one, other = types
    if isinstance(one, TensorType) and isinstance(other, TensorType) and one.shape == other.shape:
        return zip(*known, strict=True)
    return ()


def fits(typed: Typed, dtype: DType) -> bool:
    """Whether the integers of a literal fit an integer dtype; True where nothing is known of them."""
    found = numbers(typed) if dtype.rank == 1 else []
    if not found:
        return True
    least, greatest = limits(dtype)
    return least <= min(found) and max(found) <= greatest


def limits(dtype: DType) -> Interval:
    """The least and the greatest integer of a dtype."""
    if dtype.kind == "uint":
        return 0, 2**dtype.bits - 1
    return -(2 ** (dtype.bits - 1)), 2 ** (dtype.bits - 1) - 1


def numbers(typed: Typed) -> list[int]:
    """The integers that a value holds where they stand in the program, one for a tensor that is filled with it.

    None at all where they are not known, or do not fit the dtype.
    """
    if isinstance(typed, Convert):
        if typed.dtype.rank != 1:
            return []
        least, greatest = limits(typed.dtype)
        inner = numbers(typed.operand)
        return inner if inner and least <= min(inner) and max(inner) <= greatest else []
    if not isinstance(typed.type, TensorType):
        return []
    static = typed.type.static
    if static.__class__ is int:
        return [static]
    found: list[int] = []
    if isinstance(typed, Literal) and typed.type.dtype.rank == 1:
        _collect(typed.value, found)
    elif isinstance(static, tuple):
        _collect(static, found)
    elif isinstance(typed, Apply) and typed.row.name in FILLED:
        return [FILLED[typed.row.name]]
    return found


def _collect(value: object, into: list[int]) -> None:
    if isinstance(value, tuple):
        for item in value:
            _collect(item, into)
    elif isinstance(value, int):
        into.append(value)
