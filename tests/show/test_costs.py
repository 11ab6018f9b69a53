"""What `:cost` says, in numbers and, of functions, in the names of their sizes; those are held against numbers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcalc.commands import run_command
from tcalc.errors import TcalcError
from tcalc.source import Source
from tcalc.types import size as sizes
from tcalc.types.counts import greatest
from tests.contract.driver import Calculator, torch_left_alone


@pytest.fixture(scope="module")
def calculator() -> Calculator:
    return Calculator()


def cost(calculator: Calculator, text: str) -> str:
    with torch_left_alone():
        (answer,) = run_command(calculator.session, Source(f":cost {text}"))
    assert isinstance(answer, str)
    return answer


#: Functions of names of sizes, and what they take: the sums of the counts of their operations, done by hand.
FUNCTIONS = [
    ("f(A: [n, m], B: [m, k]): [n, k] = A @ B", "2*k*m*n FLOP   4*k*n B"),
    ("f(A: f64[n, m], B: f64[m, k]) = A @ B", "2*k*m*n FLOP   8*k*n B"),
    ("f(x: [n]) = 2 * x + x", "2*n FLOP   8*n B"),
    ("f(x: [n], y: [m]) = x[:, None] * y", "m*n FLOP   4*m*n B"),
    ("f(A: [n, n]) = A @ A @ A", "4*n^3 FLOP   8*n^2 B"),
    ("f(A: [n, n], b: [n]) = let y = A @ b in y * y + y", "(2*n^2 + 2*n) FLOP   12*n B"),
    ("f(x: [n]) = sum(x)", "n FLOP   4 B"),
    ("f(A: [n, m]) = A.T", "0 FLOP   0 B"),
    # Loops: how often they run, times their bodies.
    ("f(A: [n, n], x: [n], t: int) = iterate(s -> A @ s, x, t)", "2*n^2*t FLOP   8*n B"),
    ("f(A: [n, n], X: [m, n]) = vmap(x -> A @ x)(X)", "2*m*n^2 FLOP   4*m*n B"),
    # What does not depend on the element is computed once, and a map's result is held once.
    ("f(A: [n, n], X: [m, n]) = vmap(x -> A @ A @ x)(X)", "(2*m*n^2 + 2*n^3) FLOP   (4*m*n + 4*n^2) B"),
    ("f(x: [n]) = vmap(y -> x * y)(x)", "n^2 FLOP   4*n^2 B"),
    ("f(A: [n, n], X: [m, n]) = vmap(x -> vmap(y -> A @ x + y)(X))(X)", "(m^2*n + 2*m*n^2) FLOP   (4*m^2*n + 4*m*n) B"),
    ("f(A: [n, n], X: [m, n]) = scan((s, x) -> (A @ x, s), X[0], X)", "2*m*n^2 FLOP   (8*m*n + 8*n) B"),
    ("f(A: [n, n], X: [m, n]) = fold((s, x) -> A @ s + x, X[0], X)", "(2*m*n^2 + m*n) FLOP   12*n B"),
    # Of a choice what takes more.
    ("f(x: [n]) = (x if sum(x) > 0 else x * x * 3)", "(3*n + 1) FLOP   (8*n + 1) B"),
    ('f(A: [n, m], B: [m, k]) = "ij,jk->ik"(A, B)', "2*k*m*n FLOP   4*k*n B"),
    ("f(A: [n, n], b: [n]) = solve(A, b)", "(2*n^2 + 2*n^3 // 3) FLOP   4*n B"),
    ("f(n: int) = ones(n, n)", "0 FLOP   4*n^2 B"),
    ("f(n: int) = randn(n, n)", "n^2 FLOP   4*n^2 B"),
    # Sizes that are names, where which is the smaller, or a logarithm, cannot be said.
    ("f(A: [n, m]) = svdvals(A)", "(2*m*min(m, n)*n + 2*min(m, n)^3) FLOP   4*min(m, n) B"),
    ("f(A: [n, n]) = qr(A)", "(4*n^3 // 3) FLOP   8*n^2 B"),
    ("f(A: [n, m]) = qr(A).R", "(2*m*min(m, n)*n - 2*min(m, n)^3 // 3) FLOP   (4*m*min(m, n) + 4*min(m, n)*n) B"),
    ("f(x: c64[m, n]) = fft(x)", "5*log2(n)*m*n FLOP   8*m*n B"),
    ("f(x: f32[n]) = sort(x).values", "log2(n)*n FLOP   12*n B"),
    (
        "f(A: [n, m], B: [m, k], x: [k]) = torch.linalg.multi_dot([A, B, x])",
        "2*min(k*m + m*n, k*m*n + k*n) FLOP   4*n B",
    ),
    # Three operands of an einsum are contracted two at a time, from the left; where nothing is summed there is no sum.
    ('f(A: [n, n], B: [n, m], x: [m]) = "ij,jk,k->i"(A, B, x)', "(2*m*n^2 + 2*m*n) FLOP   4*n B"),
    ('f(x: [n], y: [m]) = "i,j->ij"(x, y)', "m*n FLOP   4*m*n B"),
    # Products of complex numbers.
    ("f(A: c64[n, m], B: c64[m, k]) = A @ B + A @ B", "(16*k*m*n + 2*k*n) FLOP   24*k*n B"),
]


@pytest.mark.parametrize(("definition", "said"), FUNCTIONS)
def test_functions(calculator: Calculator, definition: str, said: str) -> None:
    assert not calculator.step(definition).errors
    assert cost(calculator, "f") == said
    assert cost(calculator, definition) == said


def test_a_function_that_calls_another(calculator: Calculator) -> None:
    calculator.step("f(A: [n, m], B: [m, k]): [n, k] = A @ B\ng(A: f64[n, m]) = f(A, A.T) @ f(A, A.T)")
    assert cost(calculator, "g") == "(4*m*n^2 + 2*n^3) FLOP   24*n^2 B"


@pytest.mark.parametrize(
    ("definition", "given"),
    [
        ("f(A: f32[n, m], B: f32[m, k]) = softmax[-1](A @ B) @ B.T + A", "ones({n}, {m}), ones({m}, {k})"),
        ("f(A: f32[n, m], B: f32[m, k]) = sum[0](exp(A @ B)) * B", "ones({n}, {m}), ones({m}, {k})"),
        ("f(A: f32[n, m], B: f32[m, k]) = vmap(a -> a @ B)(A)", "ones({n}, {m}), ones({m}, {k})"),
        ("f(A: f32[n, m], B: f32[m, k]) = cat([A.T, B], -1)", "ones({n}, {m}), ones({m}, {k})"),
        ("f(A: f32[n, n], b: f32[n]) = A @ (A @ b) - 2 * b", "ones({n}, {n}), ones({n})"),
    ],
)
def test_the_formula_at_sizes_is_the_cost_of_the_call(calculator: Calculator, definition: str, given: str) -> None:
    calculator.step(definition)
    formulas = [part.rpartition(" ")[0].replace("^", "**") for part in cost(calculator, "f").split("   ")]
    for n, m, k in [(2, 3, 4), (5, 1, 2), (3, 7, 7)]:
        at = {"n": n, "m": m, "k": k}
        call = Source(f"f({given.format(**at)})")
        inputs = Source(f"({given.format(**at)},)")
        with torch_left_alone():
            whole, own = calculator.session.costs(call), calculator.session.costs(inputs)
        assert whole is not None and own is not None
        assert whole[0] == counted(formulas[0], at) + int(str(own[0]))


def counted(formula: str, at: dict[str, int]) -> int:
    """A sum of products at some sizes."""
    total = 0
    for term in formula.strip("()").split(" + "):
        product = 1
        for factor in term.split("*" if "**" not in term else None):
            for base, power in re.findall(r"([a-z]|\d+)(?:\*\*(\d+))?", factor):
                product *= (at[base] if base in at else int(base)) ** int(power or 1)
        total += product
    return total


@pytest.mark.parametrize(
    ("definition", "expression", "message"),
    [
        ("f(x) = x + 1", "f", "f needs the sizes of x: f(x: [n, m]) = …, or a call of it"),
        ("f(x, y: [n]) = x + y", "f", "f needs the sizes of x: f(x: [n, m], y) = …, or a call of it"),
        (
            "n = 1",
            "x -> x + 1",
            "this function needs a name, and the sizes of x: f(x: [n, m]) = …, or a call of it",
        ),
        ("n = 1", "softmax", "what this function takes is told of a call of it"),
        ("n = 1", "vmap(sum)", "what this function takes is told of a call of it"),
        ("f(x: [*s, n]) = x + 1", "f", "*s is any number of axes: what f takes is told of a call of it"),
        ("f(x: [*s, n, n]) = x @ x", "f", "*s is any number of axes: what f takes is told of a call of it"),
        ("f(x: [n]) = x[x > 0]", "f", "data decide what f takes: it is told of a call of it"),
        ("f(x: [n]) = sum(x[x > 0])", "f", "data decide what f takes: it is told of a call of it"),
        ("f(x: [n]) = grad[x](sum(x^2))", "f", "a derivative is only told of at sizes that are known"),
    ],
)
def test_what_has_none(calculator: Calculator, definition: str, expression: str, message: str) -> None:
    assert not calculator.step(definition).errors
    with pytest.raises(TcalcError) as caught:
        cost(calculator, expression)
    assert caught.value.code == "type" and caught.value.message == message


def test_numbers(calculator: Calculator) -> None:
    calculator.step("A = ones(20, 30)\nB = ones(30, 40)\nf(A: [n, m], B: [m, k]): [n, k] = A @ B\nv = ones(30)")
    assert cost(calculator, "f(A, B)") == cost(calculator, "A @ B") == "48.0 kFLOP   3.2 kB"
    assert cost(calculator, "A @ B @ B[0][:, None]") != cost(calculator, "A @ (B @ B[0][:, None])")
    assert cost(calculator, "v[0]") == "0 FLOP   0 B"
    assert cost(calculator, "2 + 3") == cost(calculator, '"text"') == "nothing runs here"


# The greatest of counts


names = st.sampled_from(["n", "m", "k"])
monomials = st.tuples(st.integers(1, 9), st.lists(names, max_size=2))
polynomials = st.lists(monomials, min_size=1, max_size=3)


@settings(max_examples=100)
@given(
    several=st.lists(polynomials, min_size=1, max_size=4),
    at=st.fixed_dictionaries({name: st.integers(1, 9) for name in "nmk"}),
)
def test_the_greatest(several: list[list[tuple[int, list[str]]]], at: dict[str, int]) -> None:
    """At any sizes of 1 and more it is the greatest of the counts there."""
    counts: list[sizes.Size] = []
    for terms in several:
        total: sizes.Size = 0
        for factor, letters in terms:
            product: sizes.Size = factor
            for letter in letters:
                product = sizes.mul(product, sizes.symbol(letter))
            total = sizes.add(total, product)
        counts.append(total)
    there = [int(str(sizes.substitute(each, at))) for each in counts]
    assert sizes.substitute(greatest(counts), at) == max(there)


def test_the_greatest_is_told_where_it_is_one() -> None:
    n, m = sizes.symbol("n"), sizes.symbol("m")
    assert greatest([n, sizes.add(n, 1)]) == sizes.add(n, 1)
    assert greatest([sizes.mul(n, m), 1, n]) == sizes.mul(n, m)
    assert greatest([3, 5, 4]) == 5
    assert str(greatest([n, m])) == "max(m, n)"
