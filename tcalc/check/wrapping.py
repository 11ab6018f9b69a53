"""Integers that wrap: torch's do so silently, and where the numbers stand in the program the check can tell."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tcalc.check.typed import Convert, Literal, Typed
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


def note(
    checker: Checker, row: Builtin, node: nodes.Expr, operands: Sequence[Typed | tuple[Typed, ...]], result: Type
) -> None:
    """A note where the result of an integer operation on known numbers leaves its dtype."""
    if not isinstance(result, TensorType) or result.dtype.rank != 1 or result.static is not None:
        return
    operation = OPERATIONS.get(row.name)
    if operation is None:
        return
    known: list[Interval] = []
    for operand in operands:
        found = None if isinstance(operand, tuple) else interval(operand)
        if found is None:
            return
        known.append(found)
    least, greatest = limits(result.dtype)
    corners = [(a,) for a in known[0]] if len(known) == 1 else [(a, b) for a in known[0] for b in known[1]]
    for corner in corners:
        try:
            value = operation(*corner)
        except OverflowError:
            value = greatest + 1
        if isinstance(value, int) and not least <= value <= greatest:
            checker.note(f"{result.dtype} holds {least} to {greatest}, so this wraps", node.span)
            return


def fits(typed: Typed, dtype: DType) -> bool:
    """Whether the integers of a literal fit an integer dtype; True where nothing is known of them."""
    found = interval(typed) if dtype.rank == 1 else None
    if found is None:
        return True
    least, greatest = limits(dtype)
    return least <= found[0] and found[1] <= greatest


def limits(dtype: DType) -> Interval:
    """The least and the greatest integer of a dtype."""
    if dtype.kind == "uint":
        return 0, 2**dtype.bits - 1
    return -(2 ** (dtype.bits - 1)), 2 ** (dtype.bits - 1) - 1


def interval(typed: Typed) -> Interval | None:
    """The integers that a literal holds, or one converted; None for anything else."""
    if isinstance(typed, Convert):
        inner = interval(typed.operand)
        if inner is None or typed.dtype.rank != 1:
            return None
        least, greatest = limits(typed.dtype)
        return inner if least <= inner[0] and inner[1] <= greatest else None
    if isinstance(typed.type, TensorType) and isinstance(typed.type.static, int):
        return typed.type.static, typed.type.static
    if isinstance(typed, Literal) and isinstance(typed.type, TensorType) and typed.type.dtype.rank == 1:
        numbers: list[int] = []
        _collect(typed.value, numbers)
        return (min(numbers), max(numbers)) if numbers else None
    return None


def _collect(value: object, into: list[int]) -> None:
    if isinstance(value, tuple):
        for item in value:
            _collect(item, into)
    elif isinstance(value, int):
        into.append(value)
