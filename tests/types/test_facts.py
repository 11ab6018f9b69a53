"""Facts about sizes: what is recorded, proved and simplified by example; nothing untrue over random sizes."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tcalc.source import Source, Span
from tcalc.types.facts import Fact, Facts, at_least, simplify
from tcalc.types.size import (
    UNKNOWN,
    Size,
    add,
    floordiv,
    maximum,
    minimum,
    mod,
    mul,
    neg,
    power,
    same,
    sub,
    substitute,
    symbol,
    text,
)
from tests.types.size_values import Tree, assignments, built, trees, value

n, m, d, h = symbol("n"), symbol("m"), symbol("d"), symbol("h")


def texts(facts: Facts) -> list[str]:
    return [fact.text for fact in facts]


def test_a_slice_leaves_one_less() -> None:
    facts = Facts()
    assert text(simplify(maximum(sub(n, 1), 0), facts)) == "max(n - 1, 0)"
    assert facts.assume_at_least(n, 1)
    assert text(simplify(maximum(sub(n, 1), 0), facts)) == "n - 1"
    assert simplify(minimum(n, 1), facts) == 1
    assert texts(facts) == ["n ≥ 1"]


def test_heads_divide_a_model() -> None:
    facts = Facts()
    assert facts.assume_divisible(d, 8)
    assert same(simplify(mul(floordiv(d, 8), 8), facts), d)
    assert simplify(mod(d, 8), facts) == simplify(mod(d, 4), facts) == 0
    assert same(simplify(mul(2, floordiv(d, 2)), facts), d)
    assert text(simplify(floordiv(d, 2), facts)) == "d // 2"
    assert text(simplify(floordiv(mul(d, n), 8), facts)) == "n*(d // 8)"
    assert text(simplify(floordiv(add(d, n), 3), facts)) == "(d + n) // 3"
    assert same(simplify(mul(64, power(floordiv(d, 8), 2)), facts), power(d, 2))
    assert texts(facts) == ["d divisible by 8"]


def test_symbolic_divisors() -> None:
    facts = Facts()
    assert facts.assume_divisible(d, h)
    assert facts.assume_divisible(mul(n, m), d)
    assert same(simplify(mul(floordiv(d, h), h), facts), d)
    assert same(simplify(mul(floordiv(mul(n, m), d), d), facts), mul(n, m))
    assert simplify(mod(d, h), facts) == 0
    assert texts(facts) == ["d divisible by h", "m*n divisible by d"]


def test_a_sum_that_is_divisible() -> None:
    facts = Facts()
    assert facts.assume_divisible(sub(n, 1), 4)
    assert simplify(mod(n, 4), facts) == 1
    assert same(simplify(mul(4, floordiv(sub(n, 1), 4)), facts), sub(n, 1))
    assert texts(facts) == ["n - 1 divisible by 4"]


def test_dividing_by_a_name_assumes_that_there_is_something() -> None:
    facts = Facts()
    assert same(floordiv(mul(n, d), d, facts), n)
    assert mod(mul(n, h), h, facts) == 0
    assert texts(facts) == ["d ≥ 1", "h ≥ 1"]


@pytest.mark.parametrize(
    ("size", "bound", "written"),
    [
        (n, 1, "n ≥ 1"),
        (sub(n, 1), 0, "n ≥ 1"),
        (mul(2, n), 3, "n ≥ 2"),
        (n, m, "n ≥ m"),
        (n, add(m, 2), "n ≥ m + 2"),
        (add(n, 2), m, "n + 2 ≥ m"),
        (3, n, "n ≤ 3"),
        (mul(n, m), 1, "m*n ≥ 1"),
        (add(n, mul(2, m)), add(mul(3, d), 1), "2*m + n ≥ 3*d + 1"),
    ],
)
def test_a_bound_reads_as_one_would_write_it(size: Size, bound: Size, written: str) -> None:
    facts = Facts()
    assert facts.assume_at_least(size, bound)
    assert texts(facts) == [written]


def test_facts_are_recorded_once_and_the_stronger_stays() -> None:
    facts = Facts()
    for least in (0, 1, 3, 2, 3):
        assert facts.assume_at_least(n, least)
    for by in (2, 8, 4, 1, -8):
        assert facts.assume_divisible(d, by)
    assert facts.assume_at_least(UNKNOWN, 4)
    assert facts.assume_divisible(UNKNOWN, 4)
    assert texts(facts) == ["n ≥ 3", "d divisible by 8"]


def test_what_cannot_be_is_refused_and_not_recorded() -> None:
    facts = Facts()
    assert facts.assume_at_least(n, 3)
    before = texts(facts)
    assert not facts.assume_at_least(2, 3)
    assert not facts.assume_at_least(-1, m)
    assert not facts.assume_at_least(2, n)
    assert not facts.assume_divisible(7, 2)
    assert not facts.assume_divisible(add(mul(2, n), 1), 2)
    assert not facts.assume_divisible(add(mul(2, n), 1), 4)
    assert not facts.assume_divisible(5, 0)
    assert texts(facts) == before


def test_divisibility_is_reduced_to_what_it_needs() -> None:
    facts = Facts()
    assert facts.assume_divisible(mul(6, n), 8)
    assert facts.assume_divisible(sub(1, mul(3, h)), 5)
    assert facts.assume_divisible(add(m, mul(4, d)), 4)
    assert facts.assume_divisible(mul(d, n), mul(8, d))
    assert texts(facts) == ["2*h + 1 divisible by 5", "m divisible by 4", "n divisible by 8"]


def test_a_fact_holds_fails_or_waits() -> None:
    bound, divisible = Fact("at least", sub(n, m), 1), Fact("divisible", d, h)
    assert bound.holds({"n": 3, "m": 2}) is True
    assert bound.holds({"n": 3, "m": 3}) is False
    assert bound.holds({"n": 3}) is None
    assert divisible.holds({"d": 12, "h": 4}) is True
    assert divisible.holds({"d": 12, "h": 5}) is False
    assert divisible.holds({"d": 12, "h": 0}) is False
    assert divisible.holds({"d": UNKNOWN, "h": 4}) is None


def test_a_call_takes_over_the_facts_of_what_it_calls() -> None:
    called, calling = Facts(), Facts()
    called.assume_at_least(n, 2)
    called.assume_divisible(d, 4)
    mapping: dict[str, Size] = {"n": add(m, 1), "d": mul(2, h)}
    assert all(calling.adopt(fact, mapping) for fact in called)
    assert texts(calling) == ["m ≥ 1", "h divisible by 2"]
    assert not calling.adopt(next(iter(called)), {"n": 1})
    assert not calling.adopt(Fact("divisible", n, d), {"d": 0})


def test_a_fact_remembers_what_needs_it() -> None:
    place = Span(Source("x[1:]"), 0, 5)
    facts = Facts()
    facts.assume_at_least(n, 1, place)
    (fact,) = facts
    assert fact.origin is place
    assert fact == Fact("at least", n, 1)


def test_a_convolution_whose_window_fits() -> None:
    k, p, s = symbol("k"), symbol("p"), symbol("s")
    room = sub(add(n, mul(2, p)), k)
    out = add(floordiv(room, s), 1)
    facts = Facts()
    assert facts.assume_at_least(room, 0)
    assert texts(facts) == ["n + 2*p ≥ k"]
    assert text(simplify(maximum(out, 0), facts)) == "(n - k + 2*p) // s + 1"
    assert substitute(out, {"p": 1, "k": 3, "s": 1}) == n


def test_integer_parameters_may_be_negative() -> None:
    sized, free = Facts(), Facts(integers=["n"])
    assert same(simplify(maximum(n, 0), sized), n)
    assert text(simplify(maximum(n, 0), free)) == "max(n, 0)"
    assert free.assume_at_least(n, 0)
    assert same(simplify(maximum(n, 0), free), n)
    assert texts(free) == ["n ≥ 0"]


@pytest.mark.parametrize(
    ("size", "bound"),
    [
        (n, 1),
        (power(n, 2), n),
        (mul(n, m), m),
        (n, floordiv(n, 2)),
        (floordiv(n, 2), 1),
        (mul(2, floordiv(n, 2)), sub(n, 1)),
        (n, minimum(n, m)),
        (maximum(n, m), m),
        (add(n, m), maximum(n, m)),
        (7, mod(d, 8)),
        (d, mod(d, h)),
        (minimum(n, 5), 2),
        (h, n),
        (add(h, 1), n),
        (mul(2, h), add(n, 2)),
    ],
)
def test_bounds_that_are_proved(size: Size, bound: Size) -> None:
    facts = Facts()
    facts.assume_at_least(n, 2)
    facts.assume_at_least(h, n)
    assert at_least(size, bound, facts)


def test_bounds_that_are_not() -> None:
    facts = Facts()
    facts.assume_at_least(n, 2)
    for size, bound in ((n, 3), (n, m), (m, 1), (floordiv(n, 3), 1), (sub(n, m), 0), (neg(n), 0), (UNKNOWN, 0)):
        assert not at_least(size, bound, facts)


# A fact as (kind, size, bound), over sizes that random names often meet.
CLAIMS = st.lists(
    st.one_of(
        st.tuples(st.just("at least"), trees(3), trees(2)),
        st.tuples(st.just("divisible"), trees(2), st.sampled_from([2, 3, 4, 6, "d", "m"])),
    ),
    max_size=3,
)


def claimed(claims: list[tuple[str, Tree, Tree]]) -> Facts:
    """The facts of these claims; those that are refused are not wanted."""
    facts = Facts()
    for kind, size, bound in claims:
        assume_it = facts.assume_at_least if kind == "at least" else facts.assume_divisible
        assume(assume_it(built(size), built(bound)))
    return facts


def true_of(claims: list[tuple[str, Tree, Tree]], names: dict[str, int]) -> bool:
    return all(
        value(size, names) >= value(bound, names)
        if kind == "at least"
        else value(size, names) % value(bound, names) == 0
        for kind, size, bound in claims
    )


@given(CLAIMS, assignments(least=1))
def test_recorded_facts_say_what_was_assumed(claims: list[tuple[str, Tree, Tree]], names: dict[str, int]) -> None:
    try:
        facts, expected = claimed(claims), true_of(claims, names)
    except ZeroDivisionError:
        return
    assert all(fact.holds(names) for fact in facts) == expected


@given(CLAIMS, st.tuples(st.sampled_from(["at least", "divisible"]), trees(3), trees(2)), assignments(least=1))
def test_what_is_refused_is_false(
    claims: list[tuple[str, Tree, Tree]], claim: tuple[str, Tree, Tree], names: dict[str, int]
) -> None:
    try:
        facts, expected = claimed(claims), true_of([*claims, claim], names)
        assume_it = facts.assume_at_least if claim[0] == "at least" else facts.assume_divisible
        possible = assume_it(built(claim[1]), built(claim[2]))
    except ZeroDivisionError:
        return
    assert possible or not expected


@given(CLAIMS, trees(), assignments(least=1))
def test_simplifying_changes_no_value(claims: list[tuple[str, Tree, Tree]], tree: Tree, names: dict[str, int]) -> None:
    try:
        facts, expected = claimed(claims), value(tree, names)
        if not true_of(claims, names):
            return
        size = built(tree)
    except ZeroDivisionError:
        return
    assert substitute(simplify(size, facts), names) == expected


@given(CLAIMS, trees(4), trees(2), assignments(least=1))
def test_what_is_proved_is_true(
    claims: list[tuple[str, Tree, Tree]], tree: Tree, bound: Tree, names: dict[str, int]
) -> None:
    try:
        facts, expected = claimed(claims), value(tree, names) >= value(bound, names)
        if not true_of(claims, names):
            return
        proved = at_least(built(tree), built(bound), facts)
    except ZeroDivisionError:
        return
    assert expected or not proved
