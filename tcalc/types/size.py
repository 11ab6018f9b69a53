"""Sizes of axes: integers, integer polynomials over names, and the unknown size.

A known size is a plain int. Two symbolic ones agree when their normal forms are equal; what is no polynomial (`//`,
`%`, `min`, `max`) becomes an atom of one, after the identities that make results short and comparable:
`(2*n + 4) // 2` is `n + 2`, `max(n, n + 1)` is `n + 1`. All functions here are pure but for what `facts` collect; what
holds only under an assumption is in `facts.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd
from typing import TYPE_CHECKING

from tcalc.types.polynomial import (
    MAX_PRODUCTS,
    UNKNOWN,
    Monomial,
    Operation,
    Poly,
    Size,
    Unknown,
    add,
    constant_of,
    items_of,
    lone_operation,
    make,
    mul,
    names,
    neg,
    operation,
    power,
    reading_order,
    sub,
    symbol,
    terms_of,
    text,
)

if TYPE_CHECKING:
    from tcalc.types.facts import Facts

__all__ = [
    "UNKNOWN",
    "Operation",
    "Poly",
    "Size",
    "Unknown",
    "add",
    "agree",
    "floordiv",
    "maximum",
    "minimum",
    "mod",
    "mul",
    "names",
    "neg",
    "power",
    "same",
    "solve_linear",
    "sub",
    "substitute",
    "symbol",
    "text",
]


def floordiv(a: Size, b: Size, facts: Facts | None = None) -> Size:
    """a // b, rounded down as in Python.

    A symbolic divisor is taken to be other than 0, which is what lets `n*d // d` be `n`; with `facts` given, b ≥ 1 is
    assumed there. Raises ZeroDivisionError where b is 0.
    """
    if type(a) is int and type(b) is int:
        return a // b
    if b == 0:
        raise ZeroDivisionError("division by zero")
    if facts is not None and isinstance(b, Poly):
        facts.assume_at_least(b, 1)
    if isinstance(b, Unknown) or isinstance(a, Unknown):
        return a if b == 1 else UNKNOWN
    if isinstance(b, int) and b < 0:
        return floordiv(neg(a), -b)
    whole, rest = divide(a, b)
    if rest == 0:
        return whole
    common, k, low = common_factor(rest, b)
    if common or k != 1:
        return add(whole, floordiv(shrink(sub(rest, low), common, k), shrink(b, common, k)))
    if isinstance(b, int):
        # The first coefficient is made positive, so that -(-n // 2) is (n + 1) // 2.
        if isinstance(rest, Poly) and rest.terms[min(rest.terms, key=reading_order)] < 0:
            return sub(whole, floordiv(add(neg(rest), b - 1), b))
        # (x // c + k) // b is (x + k*c) // (c*b).
        inner = lone_operation(rest)
        if inner is not None and inner.operator == "//":
            x, c = inner.operands
            return add(whole, floordiv(add(x, mul(constant_of(rest), c)), mul(c, b)))
    return add(whole, operation("//", rest, b))


def mod(a: Size, b: Size, facts: Facts | None = None) -> Size:
    """a % b, with the sign of b as in Python; zero divisors as `floordiv`."""
    if type(a) is int and type(b) is int:
        return a % b
    if b == 0:
        raise ZeroDivisionError("modulo by zero")
    if facts is not None and isinstance(b, Poly):
        facts.assume_at_least(b, 1)
    if isinstance(b, Unknown) or isinstance(a, Unknown):
        return 0 if b == 1 else UNKNOWN
    if isinstance(b, int) and b < 0:
        return neg(mod(neg(a), -b))
    rest = divide(_without_inner_mod(a, b), b)[1]
    if isinstance(b, int):
        # Coefficients of least magnitude: 9*n % 8 is n % 8, and the -n % 8 of padding stays.
        rest = make({monomial: nearest(k, b) if monomial else k for monomial, k in items_of(rest)})
    if rest == 0 or (isinstance(rest, int) and isinstance(b, int)):
        return rest
    common, k, low = common_factor(rest, b)
    if common or k != 1:
        inner = mod(shrink(sub(rest, low), common, k), shrink(b, common, k))
        return add(mul(make({common: k}), inner), low)
    return operation("%", rest, b)


def minimum(a: Size, b: Size) -> Size:
    """The smaller of the two."""
    if type(a) is int and type(b) is int:
        return min(b, a)
    return _extreme("min", a, b)


def maximum(a: Size, b: Size) -> Size:
    """The larger of the two."""
    if type(a) is int and type(b) is int:
        return max(b, a)
    return _extreme("max", a, b)


# Comparison and replacement


def agree(a: Size, b: Size) -> bool:
    """Whether the two are one size as far as is known: equal normal forms, or one is unknown."""
    return a == b or a is UNKNOWN or b is UNKNOWN


def same(a: Size, b: Size) -> bool:
    """Whether the two are written alike; unknown is only the same as unknown."""
    return a == b


def substitute(size: Size, mapping: Mapping[str, Size]) -> Size:
    """The size with names replaced, all at once; names not in `mapping` stay. With ints for all names, an int.

    Raises ZeroDivisionError where a divisor becomes 0.
    """
    if not isinstance(size, Poly):
        return size
    values: dict[str, Size] = {}
    total: Size = 0
    for monomial, factor in size.terms.items():
        product: Size = factor
        for atom in monomial:
            value = values.get(atom)
            if value is None:
                value = values[atom] = _replaced(atom, mapping)
            product = mul(product, value)
        total = add(total, product)
    return total


def _replaced(atom: str, mapping: Mapping[str, Size]) -> Size:
    if isinstance(atom, Operation):
        return apply(atom.operator, tuple([substitute(operand, mapping) for operand in atom.operands]))
    value = mapping.get(atom)
    return symbol(atom) if value is None else value


def apply(operator: str, operands: tuple[Size, ...]) -> Size:
    """What `operator` (`// % min max`) makes of its operands."""
    result, *others = operands
    function = floordiv if operator == "//" else mod if operator == "%" else minimum if operator == "min" else maximum
    for other in others:
        result = function(result, other)
    return result


def solve_linear(pattern: Size, value: Size, name: str) -> Size | None:
    """What `name` must be for `pattern == value`, where it stands in a term by itself: `2*n + 1` against 7 gives 3.

    None where it does not stand so, or the answer is no integer or below 0; unknown where `value` is. A symbolic
    answer (`m - 1`) is not known to be at least 0.
    """
    if not isinstance(pattern, Poly):
        return None
    factor = pattern.terms.get((name,))
    if factor is None:
        return None
    rest = make({monomial: k for monomial, k in pattern.terms.items() if monomial != (name,)})
    if name in names(rest):
        return None
    right = sub(value, rest)
    if isinstance(right, Unknown):
        return UNKNOWN
    if any(k % factor for k in terms_of(right).values()):
        return None
    answer = make({monomial: k // factor for monomial, k in items_of(right)})
    return None if isinstance(answer, int) and answer < 0 else answer


# Normal forms of operations


def _cut(monomial: Monomial, factor: Monomial) -> Monomial | None:
    """The monomial divided by another, None where it does not contain it."""
    if not factor:
        return monomial
    rest = list(monomial)
    for atom in factor:
        if atom not in rest:
            return None
        rest.remove(atom)
    return tuple(rest)


def nearest(factor: int, by: int) -> int:
    """The number of least magnitude that is the same modulo `by`, of two the positive one."""
    rest = factor % by
    return rest - by if 2 * rest > by else rest


def divide(a: Size, b: Size) -> tuple[Size, Size]:
    """(whole, rest) with a == whole*b + rest.

    By a single term, every term that it divides goes into `whole`, and of its own multiples as much as goes; by a sum,
    all or nothing.
    """
    assert not isinstance(a, Unknown)
    assert not isinstance(b, Unknown)
    divisor = terms_of(b)
    if len(divisor) > 1:
        quotient = _long_division(terms_of(a), divisor)
        return (0, a) if quotient is None else (make(quotient), 0)
    ((common, k),) = divisor.items()
    whole: dict[Monomial, int] = {}
    rest: dict[Monomial, int] = {}
    for monomial, factor in terms_of(a).items():
        cut = _cut(monomial, common)
        if cut is None or (cut and factor % k):
            rest[monomial] = factor
        else:
            whole[cut], rest[monomial] = divmod(factor, k)
    return make(whole), make(rest)


def _long_division(a: dict[Monomial, int], b: dict[Monomial, int]) -> dict[Monomial, int] | None:
    """The quotient of two polynomials, None where there is a remainder (or no end in sight)."""
    lead = min(b, key=reading_order)
    rest, quotient = dict(a), dict[Monomial, int]()
    while rest:
        top = min(rest, key=reading_order)
        cut = _cut(top, lead)
        if cut is None or rest[top] % b[lead] or len(quotient) * len(b) > MAX_PRODUCTS // 16:
            return None
        factor = quotient[cut] = rest[top] // b[lead]
        for monomial, k in b.items():
            product = tuple(sorted(cut + monomial))
            left = rest.get(product, 0) - factor * k
            if left:
                rest[product] = left
            else:
                del rest[product]
    return quotient


def common_factor(rest: Size, b: int | Poly) -> tuple[Monomial, int, int]:
    """(monomial, k, low): what `rest - low` and b have as a common factor, with 0 <= low < k.

    With g that factor, rest // b is ((rest - low)/g) // (b/g), and rest % b is g*(((rest - low)/g) % (b/g)) + low.
    """
    over, under = dict(items_of(rest)), terms_of(b)
    if isinstance(b, int):
        # The constant of `rest` need not be a multiple: (2*n + 3) // 4 is (n + 1) // 2.
        low = over.pop((), 0)
        k = gcd(b, *over.values())
        return (), k, low % k
    k = gcd(*over.values(), *under.values())
    common, *others = sorted([*over, *under], key=len)
    for other in others:
        remaining, shared = list(other), list[str]()
        for atom in common:
            if atom in remaining:
                remaining.remove(atom)
                shared.append(atom)
        common = tuple(shared)
    return common, k, 0


def shrink(size: Size, common: Monomial, k: int) -> Size:
    """The size divided by a single term that divides it."""
    return make({_cut(monomial, common) or (): factor // k for monomial, factor in items_of(size)})


def _without_inner_mod(a: int | Poly, b: int | Poly) -> int | Poly:
    """Something equal to a modulo b, with x for each term x % c where b divides c."""
    result: Size = a
    for monomial, factor in terms_of(a).items():
        atom = monomial[0] if len(monomial) == 1 else ""
        if isinstance(atom, Operation) and atom.operator == "%":
            x, c = atom.operands
            if c == b or (isinstance(c, int) and isinstance(b, int) and c % b == 0):
                result = add(result, mul(factor, sub(x, Poly({monomial: 1}))))
    return a if isinstance(result, Unknown) else result


def _extreme(operator: str, a: Size, b: Size) -> Size:
    """min or max: flat, without an operand that differs from another by a constant and loses, sorted."""
    kept: list[Size] = []
    for operand in (*operands_of(operator, a), *operands_of(operator, b)):
        for position, other in enumerate(kept):
            difference = sub(operand, other)
            if isinstance(difference, Unknown):
                return UNKNOWN
            if isinstance(difference, int):
                if (difference > 0) == (operator == "max"):
                    kept[position] = operand
                break
        else:
            kept.append(operand)
    if len(kept) == 1:
        return kept[0]
    kept.sort(key=lambda operand: (isinstance(operand, int), text(operand)))
    return operation(operator, *kept)


def operands_of(operator: str, size: Size) -> list[Size]:
    """The operands of `max(n, 3)`, and of `max(n, 3) + 1` those plus 1; any other size is its own only operand."""
    atom = lone_operation(size)
    if atom is None or atom.operator != operator or isinstance(size, Unknown):
        return [size]
    return [add(operand, constant_of(size)) for operand in atom.operands]
