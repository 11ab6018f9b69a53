"""Integers that wrap: torch's do so silently, and where the numbers stand in the program the check can tell."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from tcalc.check.typed import Apply, Convert, Literal, Reference, Typed
from tcalc.library.builtin import Builtin
from tcalc.library.folding import power
from tcalc.syntax import nodes
from tcalc.types.dtypes import DType
from tcalc.types.tensor import TensorType, Type, static_integer

if TYPE_CHECKING:
    from tcalc.check.checker import Checker
    from tcalc.check.scope import Scope
    from tcalc.source import Span

#: The least and the greatest number that a value holds.
Interval = tuple[int, int]

OPERATIONS: dict[str, Callable[..., object]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "pow": power,
    "neg": operator.neg,
}
#: Rows that multiply all numbers of a vector, and rows that change the dtype alone.
PRODUCTS = frozenset(["prod", "cumprod"])
CONVERSIONS = frozenset(["tensor", "as_tensor", "to"])
#: Rows that likely leave 8 bits, with what they give.
RISKS = {"add": "sum", "sub": "difference", "mul": "product", "pow": "power"}
#: What is looked at, besides operators.
WATCHED = PRODUCTS | CONVERSIONS | {"full"}
#: Of a longer range the numbers are not listed.
MOST_KNOWN = 1000
#: Rows that make a tensor of one number throughout.
FILLED = {"zeros": 0, "zeros_like": 0, "ones": 1, "ones_like": 1}


def note(
    checker: Checker, row: Builtin, node: nodes.Expr, operands: Sequence[Typed | tuple[Typed, ...]], result: Type
) -> None:
    """A note where the result of an integer operation on known numbers leaves its dtype, or an operand does.

    Of 8 bits it is told where the numbers are not known, too: few that are added stay below 256.
    """
    if not isinstance(result, TensorType) or result.dtype.rank != 1 or result.static is not None:
        return
    whole = [operand for operand in operands if isinstance(operand, Typed)]
    if (row.name in CONVERSIONS or row.name == "full") and whole:
        converted(checker, whole[0], result.dtype, node)
        return
    operation = OPERATIONS.get(row.name)
    if len(whole) < len(operands) or (operation is None and row.name not in PRODUCTS):
        return
    least, greatest = limits(result.dtype)
    known: list[list[int]] = []
    for operand in whole:
        number = _number(operand)
        if number is not None and not least <= number <= greatest:
            _tell(checker, result.dtype, str(number), operand.span, "number")
            return
        known.append(numbers(checker.scope, operand))
    if not all(known):
        _note_risk(checker, row, node, whole, result.dtype)
        return
    results: Iterable[object]
    if operation is not None:
        results = (_result(operation, pair, greatest) for pair in _met(known, [operand.type for operand in whole]))
    else:
        results = [prod(known[0])] if isinstance(whole[0].type, TensorType) and whole[0].type.rank == 1 else []
    if any(isinstance(value, int) and not least <= value <= greatest for value in results):
        _tell(checker, result.dtype, "this", node.span)


def _result(operation: Callable[..., object], pair: tuple[int, ...], greatest: int) -> object:
    try:
        return operation(*pair)
    except OverflowError:
        return greatest + 1


def _tell(checker: Checker, dtype: DType, what: str, span: Span, kind: str = "wrap") -> None:
    least, greatest = limits(dtype)
    checker.note(f"{dtype} holds {least} to {greatest}, so {what} wraps", span, kind)


def _note_risk(checker: Checker, row: Builtin, node: nodes.Expr, operands: Sequence[Typed], dtype: DType) -> None:
    """A note on arithmetic of bytes, as pictures are made of; not where it looks as if it were of masks."""
    if dtype.bits > 8:
        return
    least, greatest = limits(dtype)
    if row.name == "neg" and least == 0:
        _tell(checker, dtype, "a negative number", node.span)
    if row.name not in RISKS:
        return
    numbers = [number for number in map(_number, operands) if number is not None]
    if row.name == "mul" and not numbers:  # a mask on a picture
        return
    if row.name == "sub" and _number(operands[0]) in (greatest, 1):  # the negative of a picture, and of a mask
        return
    if row.name != "sub" and any(number in (0, 1) for number in numbers):
        return
    past = f"below {least}" if row.name == "sub" else f"above {greatest}"
    _tell(checker, dtype, f"a {RISKS[row.name]} {past}", node.span)


def _number(operand: Typed) -> int | None:
    """The one integer that an operand is."""
    weak = operand.operand if isinstance(operand, Convert) else operand
    return static_integer(weak.type)


def converted(checker: Checker, typed: Typed, dtype: DType, node: nodes.Expr) -> None:
    """A note where a known number leaves the dtype that it is converted to."""
    lost = _lost(checker.scope, typed, dtype)
    if lost is not None:
        _tell(checker, dtype, str(lost), node.span, "number")


def _met(known: Sequence[list[int]], types: Sequence[Type]) -> Iterable[tuple[int, ...]]:
    """The numbers that surely meet: each with its neighbour where the shapes agree, a single one with all others."""
    if len(known) == 1 or any(len(each) == 1 for each in known):
        return product(*known)
    one, other = types
    if isinstance(one, TensorType) and isinstance(other, TensorType) and one.shape == other.shape:
        return zip(*known, strict=True)
    return ()


def fits(scope: Scope, typed: Typed, dtype: DType) -> bool:
    """Whether the integers of a literal fit an integer dtype; True where nothing is known of them."""
    return _lost(scope, typed, dtype) is None


def _lost(scope: Scope, typed: Typed, dtype: DType) -> int | None:
    """A known number that an integer dtype does not hold."""
    if dtype.rank != 1:
        return None
    least, greatest = limits(dtype)
    return next((number for number in numbers(scope, typed) if not least <= number <= greatest), None)


def limits(dtype: DType) -> Interval:
    """The least and the greatest integer of a dtype."""
    if dtype.kind == "uint":
        return 0, 2**dtype.bits - 1
    return -(2 ** (dtype.bits - 1)), 2 ** (dtype.bits - 1) - 1


def numbers(scope: Scope, typed: Typed) -> list[int]:
    """The integers that a value holds where they stand in the program, one for a tensor that is filled with it.

    None at all where they are not known, or do not fit the dtype.
    """
    if isinstance(typed, Convert):
        if typed.dtype.rank != 1:
            return []
        least, greatest = limits(typed.dtype)
        inner = numbers(scope, typed.operand)
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
    elif isinstance(typed, Apply):
        return _made(scope, typed)
    elif isinstance(typed, Reference):
        variable = scope.lookup(typed.name)
        return [] if variable is None else list(variable.integers)
    return found


def known(checker: Checker, typed: Typed) -> Sequence[int]:
    """What is remembered of a variable's integers: those of a tensor that no type carries, where they are few."""
    type = typed.type
    if not isinstance(type, TensorType) or type.dtype.rank != 1 or type.static is not None:
        return ()
    found = numbers(checker.scope, typed)
    return found if len(found) <= MOST_KNOWN else ()


def _made(scope: Scope, call: Apply) -> list[int]:
    """The numbers that a call makes, where its arguments say so: all of them, or one for all."""
    row, options = call.row.name, call.options
    if row in FILLED:
        return [FILLED[row]]
    if row == "full" and isinstance(call.operands[0], Typed):
        return numbers(scope, call.operands[0])
    if row in CONVERSIONS and isinstance(call.operands[0], Typed):
        return numbers(scope, call.operands[0])
    start, end, step = options.get("start", 0), options.get("end"), options.get("step", 1)
    if row == "arange" and isinstance(start, int) and isinstance(end, int) and isinstance(step, int):
        every = range(start, end, step)
        return list(every) if len(every) <= MOST_KNOWN else []
    return []


def _collect(value: object, into: list[int]) -> None:
    if isinstance(value, tuple):
        for item in value:
            _collect(item, into)
    elif isinstance(value, int):
        into.append(value)
