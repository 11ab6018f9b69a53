"""Sizes: their normal forms and texts by example; their arithmetic, over random sizes, against Python's integers."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

from tcalc.types import size as sizes
from tcalc.types.polynomial import MAX_DEGREE, MAX_TEXT
from tcalc.types.size import (
    UNKNOWN,
    Poly,
    Size,
    add,
    agree,
    floordiv,
    maximum,
    minimum,
    mod,
    mul,
    neg,
    power,
    same,
    solve_linear,
    sub,
    substitute,
    symbol,
    text,
)
from tests.types.size_values import NAMES, Tree, assignments, built, trees, value, value_of_text

n, m, d, h = symbol("n"), symbol("m"), symbol("d"), symbol("h")
ALL = (add, sub, mul, floordiv, mod, minimum, maximum)


def either(tree: Tree) -> Size:
    """The size of a tree, leaving out those that divide by 0 everywhere."""
    try:
        return built(tree)
    except ZeroDivisionError:
        assume(False)
        raise


def worth(tree: Tree, names: dict[str, int]) -> int:
    try:
        return value(tree, names)
    except ZeroDivisionError:
        assume(False)
        raise


@pytest.mark.parametrize(
    ("size", "written"),
    [
        (add(mul(2, n), 1), "2*n + 1"),
        (add(neg(n), 3), "3 - n"),
        (sub(neg(n), 1), "-n - 1"),
        (mul(m, n), "m*n"),
        (power(n, 2), "n^2"),
        (neg(power(n, 2)), "-n^2"),
        (sub(add(power(n, 2), 1), mul(2, n)), "n^2 - 2*n + 1"),
        (mul(add(n, 1), sub(n, 1)), "n^2 - 1"),
        (sub(m, power(n, 2)), "m - n^2"),
        (floordiv(n, 2), "n // 2"),
        (neg(floordiv(n, 2)), "-(n // 2)"),
        (mul(n, floordiv(d, 8)), "n*(d // 8)"),
        (power(mod(n, m), 2), "(n % m)^2"),
        (floordiv(add(n, 1), m), "(n + 1) // m"),
        (floordiv(5, mul(n, m)), "5 // (m*n)"),
        (floordiv(n, floordiv(m, 2)), "n // (m // 2)"),
        (mod(neg(n), 8), "-n % 8"),
        (maximum(sub(n, 1), 0), "max(n - 1, 0)"),
        (mul(2, minimum(n, m)), "2*min(m, n)"),
        (maximum(maximum(0, n), m), "max(max(m, n), 0)"),
        (UNKNOWN, "?"),
        (-3, "-3"),
    ],
)
def test_a_size_reads_as_one_would_write_it(size: Size, written: str) -> None:
    assert text(size) == written


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        # exact parts of a division come out of it
        (floordiv(add(mul(2, n), 4), 2), add(n, 2)),
        (floordiv(add(mul(4, n), 3), 2), add(mul(2, n), 1)),
        (floordiv(mul(n, d), d), n),
        (floordiv(mul(mul(6, n), d), mul(2, d)), mul(3, n)),
        (floordiv(add(mul(n, d), m), d), add(n, floordiv(m, d))),
        (floordiv(power(add(n, 1), 2), add(n, 1)), add(n, 1)),
        (floordiv(mul(n, sub(m, d)), sub(d, m)), neg(n)),
        # common factors cancel
        (floordiv(add(mul(2, n), 3), 4), floordiv(add(n, 1), 2)),
        (floordiv(mul(n, d), mul(d, m)), floordiv(n, m)),
        (mod(mul(2, n), 4), mul(2, mod(n, 2))),
        (floordiv(floordiv(n, 2), 3), floordiv(n, 6)),
        (floordiv(add(floordiv(n, 2), 1), 3), floordiv(add(n, 2), 6)),
        # one spelling of rounding up
        (neg(floordiv(neg(n), 2)), floordiv(add(n, 1), 2)),
        (floordiv(n, -2), neg(floordiv(add(n, 1), 2))),
        # remainders
        (mod(mul(n, m), n), 0),
        (mod(add(mul(8, n), 11), 8), 3),
        (mod(mul(9, n), 8), mod(n, 8)),
        (mod(mod(n, 8), 4), mod(n, 4)),
        (mod(mod(n, d), d), mod(n, d)),
        (mod(n, 1), 0),
        # extremes
        (maximum(n, add(n, 1)), add(n, 1)),
        (minimum(n, add(n, 1)), n),
        (maximum(n, n), n),
        (maximum(maximum(n, 3), maximum(5, m)), maximum(m, maximum(n, 5))),
        (minimum(sub(minimum(n, 5), 2), 9), minimum(sub(n, 2), 3)),
    ],
)
def test_normal_forms(size: Size, expected: Size) -> None:
    assert same(size, expected), f"{text(size)} is not {text(expected)}"


def test_constants_are_plain_integers() -> None:
    assert type(sub(add(n, 3), n)) is int
    assert type(mul(n, 0)) is int
    assert type(floordiv(mul(3, n), n)) is int
    assert type(substitute(add(n, m), {"n": 1, "m": 2})) is int
    assert power(3, 4) == 81
    assert power(n, 0) == 1
    with pytest.raises(ValueError, match="a size has no negative power"):
        power(n, -1)


def test_division_by_zero_is_pythons_error() -> None:
    for size in (7, n, UNKNOWN):
        with pytest.raises(ZeroDivisionError, match="by zero"):
            floordiv(size, 0)
        with pytest.raises(ZeroDivisionError, match="by zero"):
            mod(size, 0)
    with pytest.raises(ZeroDivisionError):
        substitute(floordiv(n, d), {"d": 0})


def test_the_unknown_agrees_with_all_and_makes_all_unknown() -> None:
    for other in (3, n, UNKNOWN):
        assert agree(UNKNOWN, other)
        assert agree(other, UNKNOWN)
        for function in ALL:
            assert function(UNKNOWN, other) is UNKNOWN
            assert function(other, UNKNOWN) is UNKNOWN
    assert mul(0, UNKNOWN) == mul(UNKNOWN, 0) == 0
    assert floordiv(UNKNOWN, 1) is UNKNOWN
    assert same(UNKNOWN, UNKNOWN)
    assert not same(UNKNOWN, n)
    assert substitute(add(n, m), {"n": UNKNOWN, "m": 2}) is UNKNOWN
    assert substitute(mul(n, m), {"n": UNKNOWN, "m": 0}) == 0


def test_sizes_agree_when_their_normal_forms_do() -> None:
    assert agree(mul(add(n, 1), m), add(mul(n, m), m))
    assert not agree(n, m)
    assert not agree(n, 1)
    assert hash(add(n, m)) == hash(add(m, n))
    assert len({add(n, m), add(m, n), floordiv(n, 2), floordiv(n, 2)}) == 2


def test_names_are_found_inside_operations() -> None:
    assert sizes.names(maximum(floordiv(n, add(d, 1)), 3)) == {"n", "d"}
    assert sizes.names(5) == sizes.names(UNKNOWN) == frozenset()


def test_names_are_replaced_all_at_once() -> None:
    assert same(substitute(sub(n, m), {"n": m, "m": n}), sub(m, n))
    assert same(substitute(floordiv(n, 2), {"n": mul(4, m)}), mul(2, m))


@pytest.mark.parametrize(
    ("pattern", "against", "answer"),
    [
        (add(mul(2, n), 1), 7, 3),
        (add(mul(2, n), 1), add(mul(2, m), 1), m),
        (add(mul(2, n), 1), 6, None),
        (add(n, 1), 0, None),
        (add(n, 1), m, sub(m, 1)),
        (add(n, d), add(d, h), h),
        (sub(7, n), 5, 2),
        (mul(n, n), 9, None),
        (mul(n, d), 9, None),
        (add(n, floordiv(n, 2)), 6, None),
        (add(n, floordiv(d, 2)), add(3, floordiv(d, 2)), 3),
        (mul(3, n), UNKNOWN, UNKNOWN),
        (4, 4, None),
        (m, 4, None),
    ],
)
def test_solving_for_a_name(pattern: Size, against: Size, answer: Size | None) -> None:
    solved = solve_linear(pattern, against, "n")
    assert solved == answer
    if isinstance(solved, (int, Poly)):
        assert same(substitute(pattern, {"n": solved}), against)


def test_sizes_beyond_reading_are_given_up() -> None:
    size: Size = n
    for _ in range(40):
        size = mul(size, size)
    assert size is UNKNOWN
    assert power(n, MAX_DEGREE + 1) is UNKNOWN
    size = n
    for _ in range(60):
        size = mul(floordiv(size, 3), mod(add(size, 1), 7))
        assert len(text(size)) < 20 * MAX_TEXT
    assert size is UNKNOWN
    size = add(add(n, m), add(d, h))
    for _ in range(12):
        size = mul(size, size)
    assert size is UNKNOWN


@given(trees(), assignments())
def test_arithmetic_is_that_of_integers(tree: Tree, names: dict[str, int]) -> None:
    expected = worth(tree, names)
    assert substitute(either(tree), names) == expected


@given(trees(), assignments(least=-12))
def test_arithmetic_is_that_of_integers_below_zero_too(tree: Tree, names: dict[str, int]) -> None:
    expected = worth(tree, names)
    assert substitute(either(tree), names) == expected


@given(trees(), assignments())
def test_the_text_reads_back(tree: Tree, names: dict[str, int]) -> None:
    expected = worth(tree, names)
    assert value_of_text(text(either(tree)), names) == expected


@given(trees(4), trees(3), assignments())
def test_replacing_a_name_by_a_size_is_replacing_its_value(tree: Tree, other: Tree, names: dict[str, int]) -> None:
    inner = worth(other, names)
    expected = worth(tree, {**names, "n": inner})
    try:
        replaced = substitute(either(tree), {"n": either(other)})
    except ZeroDivisionError:
        assume(False)
        raise
    assert substitute(replaced, names) == expected


@given(trees(4), trees(4), trees(4))
def test_ring_axioms_hold_of_normal_forms(first: Tree, second: Tree, third: Tree) -> None:
    a, b, c = either(first), either(second), either(third)
    assert same(add(a, b), add(b, a))
    assert same(mul(a, b), mul(b, a))
    assert same(add(a, add(b, c)), add(add(a, b), c))
    assert same(mul(a, mul(b, c)), mul(mul(a, b), c))
    assert same(mul(a, add(b, c)), add(mul(a, b), mul(a, c)))
    assert same(sub(a, b), neg(sub(b, a)))
    assert same(sub(a, a), 0)
    assert same(maximum(a, b), maximum(b, a))
    assert same(minimum(a, minimum(b, c)), minimum(minimum(a, b), c))
    assert text(add(a, b)) == text(add(b, a))


@given(trees(4))
def test_normal_forms_are_stable(tree: Tree) -> None:
    size = either(tree)
    assert same(substitute(size, {name: symbol(name) for name in NAMES}), size)
