"""Arithmetic on numbers known while checking: exact on integers, as torch's on floats.

A result that leaves 64 bits is the checker's to refuse; a power that could not even be held is refused here. What is
left to torch raises ValueError.
"""

from __future__ import annotations

import math

Real = int | float
Number = int | float | complex

MOST_BITS = 4096


def divide(a: Number, b: Number) -> Number:
    """`/`: by zero gives an infinity or nan, as torch's does."""
    if b != 0:
        return a / b
    if isinstance(a, complex) or isinstance(b, complex):
        raise ValueError  # torch has its own infinities here
    if a == 0 or a != a:
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def floor_divide(a: Real, b: Real) -> Real:
    """`//`: of integers by zero an error, of floats an infinity or nan."""
    if isinstance(a, int) and isinstance(b, int):
        return a // b
    if b == 0:
        return float(divide(float(a), b))  # type: ignore[arg-type]  # real operands give a real quotient
    quotient = float(a) / float(b)
    return float(a // b) if math.isfinite(quotient) else quotient


def remainder(a: Real, b: Real) -> Real:
    """`%`, with the sign of the divisor."""
    if isinstance(a, int) and isinstance(b, int):
        return a % b
    if b == 0 or math.isinf(a):
        return math.nan
    return a % b


def power(a: Number, b: Number) -> Number:
    """`^`: an integer to a negative power is floating; a negative float to a fraction is nan."""
    if isinstance(a, int) and isinstance(b, int):
        if b >= 0:
            if abs(a) > 1 and abs(a).bit_length() * b > MOST_BITS:
                raise OverflowError
            return int(a**b)
        return math.inf if a == 0 else float(a) ** b
    if isinstance(a, complex) or isinstance(b, complex):
        if a == 0:
            raise ValueError  # the same
        return complex(a) ** complex(b)
    try:
        return math.pow(a, b)
    except OverflowError:
        odd = float(b).is_integer() and int(b) % 2 == 1
        return -math.inf if a < 0 and odd else math.inf
    except ValueError:
        if a == 0:
            return math.copysign(math.inf, a) if float(b).is_integer() and int(b) % 2 == 1 else math.inf
        return math.nan
