"""Operators and their kin: arithmetic, comparison, logic and bits. An operator is a name for a function."""

from __future__ import annotations

import operator
from collections.abc import Mapping

from tcalc.library.builtin import STEP, Builtin, Form, Vjp
from tcalc.library.flops import MULTIPLIED
from tcalc.library.folding import divide, floor_divide, power, remainder
from tcalc.types import dtypes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch
from tcalc.types.tensor import TensorType, Type


def raised(match: Match) -> Type:
    """A power; of integers to a negative number it is floating, where the number is known."""
    result, exponent = match.result(match.signature.result), match["b"]
    assert isinstance(result, TensorType) and isinstance(exponent, TensorType)
    if result.dtype.rank == 1 and isinstance(exponent.static, int) and exponent.static < 0:
        return TensorType(match.default_float, result.axes)
    return result


def scaled(match: Match) -> Type:
    """A fraction of integers is floating."""
    result = match.result(match.signature.result)
    assert isinstance(result, TensorType)
    if result.dtype.rank < 2 and isinstance(match["alpha"], float):
        return TensorType(match.default_float, result.axes)
    return result


def rounded(match: Match) -> Type:
    """A quotient that is cut off or rounded down keeps its dtype."""
    mode, result = match["rounding_mode"], match.result(match.signature.result)
    assert isinstance(result, TensorType)
    if mode is None:
        return TensorType(dtypes.float_of(result.dtype, match.default_float), result.axes)
    if mode not in ("floor", "trunc"):
        raise Mismatch("value", f'rounding_mode is "floor" or "trunc", and not "{mode}"', depth=5)
    return result


def power_vjp(call: Mapping[str, object]) -> Vjp:
    """At a base of zero the exponent's derivative is 0, as torch has it."""
    return {
        "a": "g * b * a^(b - 1)",
        "b": "g * where(a == 0, 0, out * log(a))",
    }


ROWS = [
    Builtin(
        "add",
        [
            Form("(a: any[*s], b: any[*s]) -> any[*s]", fold=operator.add, vjp={"a": "g", "b": "g"}),
            Form(
                "(a: num[*s], b: num[*s], alpha: number) -> num[*s]",
                scaled,
                torch="kernel:add_scaled",
                vjp={"a": "g", "b": "g * alpha"},
            ),
        ],
        torch="kernel:add",
        operator="+",
        scalars=True,
        doc="Sum, element by element.",
        example="[1, 2] + [10, 20]  #=> [11, 22]",
    ),
    Builtin(
        "sub",
        [
            Form("(a: num[*s], b: num[*s]) -> num[*s]", fold=operator.sub, vjp={"a": "g", "b": "-g"}),
            Form(
                "(a: num[*s], b: num[*s], alpha: number) -> num[*s]",
                scaled,
                torch="kernel:sub_scaled",
                vjp={"a": "g", "b": "-g * alpha"},
            ),
        ],
        torch="kernel:sub",
        operator="-",
        aliases=("subtract",),
        scalars=True,
        doc="Difference, element by element.",
        example="[1, 2] - [10, 20]  #=> [-9, -18]",
    ),
    Builtin(
        "mul",
        [Form("(a: any[*s], b: any[*s]) -> any[*s]", fold=operator.mul, vjp={"a": "g * b", "b": "g * a"})],
        torch="kernel:mul",
        operator="*",
        aliases=("multiply",),
        scalars=True,
        flops=MULTIPLIED,
        doc="Product, element by element.",
        example="[1, 2] * [10, 20]  #=> [10, 40]",
    ),
    Builtin(
        "div",
        [
            Form("(a: any[*s], b: any[*s]) -> float[*s]", fold=divide, vjp={"a": "g / b", "b": "-g * a / b^2"}),
            Form(
                "(a: real[*s], b: real[*s], rounding_mode: text = None) -> real[*s]",
                rounded,
                torch="kernel:div_rounded",
                vjp=STEP,
            ),
        ],
        torch="kernel:div",
        operator="/",
        aliases=("divide", "true_divide"),
        scalars=True,
        flops=MULTIPLIED,
        doc="Quotient, element by element, floating for integers too; 1 / 0 is inf.",
        example="[1, 2] / 2  #=> [0.5, 1.0]",
    ),
    Builtin(
        "floor_divide",
        [Form("(a: real[*s], b: real[*s]) -> real[*s]", fold=floor_divide, vjp=STEP)],
        torch="kernel:floor_divide",
        operator="//",
        scalars=True,
        doc="Quotient rounded down, element by element; integers by zero are an error.",
        example="[-7, 7] // 2  #=> [-4, 3]",
    ),
    Builtin(
        "remainder",
        [Form("(a: real[*s], b: real[*s]) -> real[*s]", fold=remainder, vjp={"a": "g", "b": "-g * floor(a / b)"})],
        torch="kernel:remainder",
        operator="%",
        scalars=True,
        doc="Remainder with the sign of the divisor, element by element; integers by zero are an error.",
        example="[-7, 7] % 3  #=> [2, 1]",
    ),
    Builtin(
        "pow",
        [Form("(a: num[*s], b: num[*s]) -> num[*s]", raised, fold=power, vjp=power_vjp)],
        torch="kernel:pow",
        operator="^",
        scalars=True,
        doc="Power, element by element, also written `**`; nan for a fractional power of a negative number.",
        example="[1, 2, 3]^2  #=> [1, 4, 9]",
        hints={"dtype": "^ is power; exclusive or is ^^"},
    ),
    Builtin(
        "neg",
        [Form("(a: num[*s]) -> num[*s]", fold=operator.neg, vjp={"a": "-g"})],
        torch="kernel:neg",
        operator="-x",
        aliases=("negative",),
        scalars=True,
        doc="Minus, element by element.",
        example="-[1, -2]  #=> [-1, 2]",
    ),
    Builtin(
        "positive",
        [Form("(a: num[*s]) -> num[*s]", fold=operator.pos, vjp={"a": "g"})],
        operator="+x",
        doc="The same numbers.",
        example="+[1, -2]  #=> [1, -2]",
    ),
    *[
        Builtin(
            name,
            [Form(f"(a: {word}[*s], b: {word}[*s]) -> bool[*s]", fold=getattr(operator, name), vjp=STEP)],
            torch=f"kernel:{name}",
            operator=symbol,
            aliases=(alias,) if alias else (),
            scalars=True,
            doc=f"Whether a {symbol} b, element by element; {with_nan} where one is nan.",
            example=f"[1, 2, 3] {symbol} 2  #=> [{answer}]",
        )
        for name, symbol, alias, word, with_nan, answer in (
            ("eq", "==", "equal_to", "any", "False", "False, True, False"),
            ("ne", "!=", "not_equal", "any", "True", "True, False, True"),
            ("lt", "<", "less", "order", "False", "True, False, False"),
            ("le", "<=", "less_equal", "order", "False", "True, True, False"),
            ("gt", ">", "greater", "order", "False", "False, False, True"),
            ("ge", ">=", "greater_equal", "order", "False", "False, True, True"),
        )
    ],
    Builtin(
        "logical_and",
        [Form("(a: any[*s], b: any[*s]) -> bool[*s]", fold=lambda a, b: bool(a) and bool(b), vjp=STEP)],
        operator="and",
        doc="Whether both are true (not zero), element by element.",
        example="[True, False] and True  #=> [True, False]",
    ),
    Builtin(
        "logical_or",
        [Form("(a: any[*s], b: any[*s]) -> bool[*s]", fold=lambda a, b: bool(a) or bool(b), vjp=STEP)],
        operator="or",
        doc="Whether one is true (not zero), element by element.",
        example="[True, False] or False  #=> [True, False]",
    ),
    Builtin(
        "logical_not",
        [Form("(a: any[*s]) -> bool[*s]", fold=operator.not_, vjp=STEP)],
        operator="notx",
        doc="Whether it is false (zero), element by element.",
        example="not [True, False]  #=> [False, True]",
    ),
    Builtin(
        "logical_xor",
        [Form("(a: any[*s], b: any[*s]) -> bool[*s]", fold=lambda a, b: bool(a) != bool(b), vjp=STEP)],
        doc="Whether exactly one is true (not zero), element by element.",
        example="logical_xor([True, True], [True, False])  #=> [False, True]",
    ),
    *[
        Builtin(
            name,
            [Form("(a: bits[*s], b: bits[*s]) -> bits[*s]", fold=fold, vjp=STEP)],
            torch=f"kernel:{name}",
            operator=symbol,
            scalars=True,
            doc=f"Bitwise {word}, element by element; of bools the logical one.",
            example=example,
        )
        for name, symbol, fold, word, example in (
            ("bitwise_and", "&", operator.and_, "and", "6 & [3, 5]  #=> [2, 4]"),
            ("bitwise_or", "|", operator.or_, "or", "6 | [3, 5]  #=> [7, 7]"),
            ("bitwise_xor", "^^", operator.xor, "exclusive or", "6 ^^ [3, 5]  #=> [5, 3]"),
        )
    ],
    Builtin(
        "bitwise_not",
        [Form("(a: bits[*s]) -> bits[*s]", fold=lambda a: (not a) if isinstance(a, bool) else ~a, vjp=STEP)],
        operator="~x",
        doc="Bitwise complement, element by element; of bools the logical one.",
        example="~[True, False]  #=> [False, True]",
    ),
]
