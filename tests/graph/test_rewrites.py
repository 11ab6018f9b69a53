"""Rewrites of products: each fires where it should, gives the same, and never costs more."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tcalc.commands import run_command
from tcalc.graph.cost import total_flops
from tcalc.graph.graph import Graph
from tcalc.graph.rewrites.driver import Fired
from tcalc.graph.rewrites.table import CHAINS, LAST, LOCAL
from tcalc.outcomes import Fitted
from tcalc.source import Source
from tests.contract.driver import Calculator

NAMES = """
torch.manual_seed(0)
A = randn(8, 8)
B = randn(8, 8)
C = randn(8, 8)
S = A @ A.T + 8 * eye(8)
P = randn(8, 2)
Q = randn(2, 8)
x = randn(8)
y = randn(8)
d = randn(8)
s = randn(())
I = [[1, 2], [3, 4]]
T = randn(2, 8, 8)
k = [0, 3, 7, 7, 1, 0, 2, 5]
L: [row=8, col=8] = randn(8, 8)
"""


@pytest.fixture(scope="module")
def calculators() -> tuple[Calculator, Calculator]:
    """One that rewrites, and one that does not, on the same numbers."""
    both = Calculator(dtype="f64"), Calculator(dtype="f64", rewrites=False)
    for each in both:
        assert not each.run(NAMES).errors
    return both


def planned(calculator: Calculator, text: str) -> tuple[Graph, Graph, list[Fired]]:
    _, shared, run, fired = calculator.session.planned(Source(text))
    return shared, run, fired


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A @ B @ x", ["chain"]),
        ("A.T @ A @ x", ["chain"]),
        ("y @ A.T @ A", []),
        ("A @ (B @ x)", []),
        ("x @ A.T @ A @ x", ["chain"]),
        ("(A.T @ B).T @ A.T @ B", ["chain"]),
        ("x @ B.T @ A.T @ A @ B @ x", ["chain"]),
        ("x @ A.T @ B @ x", []),
        ("y @ A.T @ A @ x", []),
        ("A @ B @ P @ Q", ["chain"]),
        ("P @ Q @ x", ["chain"]),
        ("outer(x, y) @ d", ["chain"]),
        ("A @ outer(x, y) @ d", ["chain"]),
        ("outer(x, y) @ A @ d", ["chain"]),
        ("(A @ B).T @ x", ["chain"]),
        ("2 * A @ x", ["chain"]),
        ("A @ B", []),
        ("I @ I @ [1, 2]", []),
        ("T @ T @ x", ["chain"]),
        ("T @ (T @ P)", []),
        ("T @ T @ A", []),
        ("T @ A @ B", ["chain"]),
        ("T @ T @ P @ x[:2]", ["chain"]),
        ("x @ T @ T @ x", ["chain"]),
        ("P.T @ T @ T", []),
        ("P.T @ (T @ T)", ["chain"]),
        ("T.mT @ T @ P", ["chain"]),
        ("bmm(bmm(T, T), T[:, :, :1])", ["chain"]),
        ("(T @ T)[0] @ x", []),
        ("T @ A @ T[0] @ x", ["chain"]),
        ("T @ T @ f32(x)", ["chain"]),
        ("T @ T[:1] @ P", []),
        ("let M = T @ T in sum(M @ x) + M[0, 0, 0]", []),
        ("(A @ B)[2, 3]", ["part"]),
        ("(A @ B)[2]", ["part"]),
        ("(A @ B)[:, 0:3]", ["part"]),
        ("(A @ B @ C)[1]", ["part"]),
        ("(A + B)[2, 3]", ["part"]),
        ("(A @ B + C)[2]", ["part"]),
        ("let M = A @ B in M[2] + sum(M)", ["part", "sum"]),
        ("let M = A @ B in M[2] + sum(M) + exp(M)[1]", ["part", "sum", "part"]),
        ("let M = A @ B in M[2] + sum(exp(M))", []),
        ("let M = A @ B in exp(M)[2] @ M", ["chain", "part"]),
        ("trace(A @ B) + sum(A @ B)", ["trace", "sum"]),
        ("A @ B @ x + B.T @ (A @ B @ y)", ["chain", "chain"]),
        ("let M = A @ B in (M, M @ x)[1]", ["chain"]),
        ("let M = P @ Q in (M @ x, M @ y, M @ d, M @ A)[3]", ["chain"]),
        ("trace(A @ B)", ["trace"]),
        ("trace(A.T @ B)", ["trace"]),
        ("diag(A @ B)", ["diagonal"]),
        ("sum(A @ B)", ["sum"]),
        ("sum[1](A @ B)", ["sum"]),
        ("sum[0](A @ B)", ["sum"]),
        ("sum(outer(x, y))", ["sum"]),
        ("sum(A + B)", []),
        ("diag(d) @ A", ["diagonal matrix"]),
        ("diag(d) @ A @ diag(x)", ["diagonal matrix", "diagonal matrix"]),
        ("diag(d) @ x", ["diagonal matrix"]),
        ("eye(8) @ A", ["identity"]),
        ("A @ eye(8)", ["identity"]),
        ("inv(S) @ x", ["solve"]),
        ("kron(P, Q) @ cat([x, y])", ["Kronecker", "chain"]),
        ("block_diag(A[:2, :2], B[:6, :6]) @ C", ["blocks"]),
        ("block_diag(A[:2, :3], B[:6, :5]) @ x", ["blocks"]),
        ("triu(A) @ B", []),
        ("let J = inv(S) in J @ x + J[0]", []),
        ("A @ B + A @ C", ["common factor"]),
        ("B @ A - C @ A", ["common factor"]),
        ("A @ B + A @ B", []),
        ("A @ x + A @ y", ["common factor"]),
        ("A @ x + B @ x", []),
        ("x @ A + x @ B", []),
        ('trace("ij,jk->ik"(A, B))', ["einsum", "trace"]),
        ('"ij,jk->ik"(diag(d), B)', ["einsum", "diagonal matrix"]),
        ('"ij,jk->ik"(A, B) @ x', ["einsum", "chain"]),
        ("A - one_hot(k, 8)", ["one hot"]),
        ("one_hot(k, 8) + A", ["one hot"]),
        ("x - one_hot(3, 8)", ["one hot"]),
        ("one_hot(k, 8) - A", []),
        ("A - one_hot(k, 8)[0]", []),
        ("A + 2 * eye(8)", ["diagonal added"]),
        ("s * eye(8) + A", ["diagonal added"]),
        ("A - eye(8)", ["diagonal added"]),
        ("A + diag(d)", ["diagonal added"]),
        ("A - diag(d) / 2", ["diagonal added"]),
        ("A + -eye(8) * s / 3", ["diagonal added"]),
        ("P + eye(8, 2)", ["diagonal added"]),
        ("eye(8) - A", []),
        ("x + eye(8)", []),
        ("A + diag(x, 0) @ B", ["diagonal matrix"]),
        ("eye(8) + eye(8)", []),
        ("A + eye(8, dtype=f32)", []),
        ("A + diag(A)", []),
        ("solve(triu(A) + 8 * eye(8), x)", ["diagonal added"]),
        ("inv(S) @ A @ B @ x", ["chain", "solve"]),
        ("inv(S) @ S @ x", ["chain", "solve"]),
        ("A.T @ inv(S) @ x", ["chain", "solve"]),
        ("x @ inv(A)", ["solve"]),
        ("x @ inv(A).T", ["solve"]),
        ("inv(A).T @ x", ["solve"]),
        ("P.T @ inv(A)", ["solve"]),
        ("P.T @ inv(A).T", ["solve"]),
        ("sum[1](inv(A) @ B)", ["sum", "solve"]),
        ("trace(inv(S) @ A)", ["trace"]),
        ("diag(d) @ A @ x", ["chain", "diagonal matrix"]),
        ("sum[0](A @ B @ C)", ["sum"]),
        ("sum(A @ B @ C)", ["sum"]),
        ("mean(A @ B)", ["sum"]),
        ("mean[1](A @ P)", ["sum"]),
        ("(A @ B)[2][3]", ["part", "part"]),
        ("(A @ x)[2]", ["part"]),
        ("(x @ A)[2]", ["part"]),
        ("(x @ A)[2:4]", ["part"]),
        ("(A @ B).T[2]", ["part"]),
        ("(A @ B).T[2, 3]", ["part"]),
        ("(A @ B).T[:, 3]", ["part"]),
        ("(A @ P).T[0:2, 1:3]", []),
        ("(A + B).T[1]", []),
        ("(A @ B)[None]", []),
        ("(A @ B)[k]", []),
        ("diagonal(A @ A.T)", ["diagonal"]),
        ("diagonal(A @ B, 0, 1, 0)", ["diagonal"]),
        ("diagonal(A @ B, 1)", []),
        ("kron(P, Q) @ cat([A, B])", ["Kronecker"]),
        ("trace(A @ B @ B.T @ A.T)", ["chain", "trace"]),
        ("2 * P @ Q", []),
        ("2 * P.T @ A", []),
        ("A @ (2 * A)", []),
        ("2 * A @ B @ x", ["chain"]),
        ("slogdet(A @ B)[0]", ["determinant"]),
        ("slogdet(A @ B)[1]", ["determinant"]),
        ("slogdet(A @ B @ C)[1]", ["determinant"]),
        ("slogdet(P @ Q)[0]", []),
        ("slogdet(Q @ P)[1]", []),
        ("det(A @ B)", []),
    ],
)
def test_what_fires(calculators: tuple[Calculator, Calculator], text: str, names: list[str]) -> None:
    with_rewrites, without = calculators
    shared, run, fired = planned(with_rewrites, text)
    assert [rewrite.name for rewrite, _, _ in fired] == names
    assert not planned(without, text)[2]
    before, after = total_flops(shared), total_flops(run)
    assert isinstance(before, int) and isinstance(after, int)
    assert after < before if names else after == before
    one, other = with_rewrites.step(text), without.step(text)
    assert not one.errors and one.types == other.types
    assert torch.allclose(one.values[0], other.values[0], rtol=1e-10, atol=1e-10)


def best(sizes: list[int]) -> int:
    """The multiplications of the best order of a chain, by trying all."""

    @cache
    def of(first: int, last: int) -> int:
        if first == last:
            return 0
        outer = sizes[first] * sizes[last + 1]
        return min(of(first, k) + of(k + 1, last) + outer * sizes[k + 1] for k in range(first, last))

    return of(0, len(sizes) - 2)


@settings(max_examples=40)
@given(sizes=st.lists(st.integers(1, 40), min_size=4, max_size=30), vector=st.booleans())
def test_a_chain_is_run_in_its_best_order(sizes: list[int], vector: bool) -> None:
    calculator = Calculator()
    for place, (one, other) in enumerate(pairwise(sizes)):
        is_last = vector and place == len(sizes) - 2
        assert not calculator.run(f"m{place} = zeros({one})" if is_last else f"m{place} = zeros({one}, {other})").errors
    used = [*sizes[:-1], 1] if vector else sizes
    text = " @ ".join([f"m{place}" for place in range(len(sizes) - 1)])
    shared, run, _ = planned(calculator, text)
    least, count = 2 * best(used), total_flops(run)
    written = total_flops(shared)
    assert isinstance(count, int) and isinstance(written, int)
    assert least <= count <= max(least / 0.95, least)  # what saves less than a twentieth is not taken
    assert count <= written


@settings(max_examples=60)
@given(
    sizes=st.lists(st.integers(0, 6), min_size=4, max_size=6),
    batched=st.lists(st.booleans(), min_size=5, max_size=5),
    batch=st.sampled_from([(1,), (3,), (2, 3), (0,)]),
    vector=st.booleans(),
    grouped=st.integers(0, 2),
)
def test_chains_of_batches(
    calculators: tuple[Calculator, Calculator],
    sizes: list[int],
    batched: list[bool],
    batch: tuple[int, ...],
    vector: bool,
    grouped: int,
) -> None:
    count = len(sizes) - 1
    parts = []
    for place, (one, other) in enumerate(pairwise(sizes)):
        own = (*(batch if batched[place] else ()), one, *(() if vector and place == count - 1 else (other,)))
        own = (one,) if vector and place == count - 1 else own
        parts.append(f"cos(reshape(arange({math.prod(own)}.), {', '.join(map(str, own))}))")
    text = " @ ".join(parts)
    if grouped:
        text = f"{' @ '.join(parts[:grouped])} @ ({' @ '.join(parts[grouped:])})"
    one, other = (each.step(text) for each in calculators)
    if other.errors:  # a batch of rows times a batch of matrices, where a vector took an axis away
        assert one.errors and one.said == other.said
        return
    assert not one.errors, one.said
    assert one.types == other.types and one.values[0].shape == other.values[0].shape
    assert torch.allclose(one.values[0], other.values[0], rtol=1e-9, atol=1e-9), text


@pytest.mark.parametrize("count", [100, 900])
def test_long_chains(count: int) -> None:
    calculator = Calculator()
    assert not calculator.run("A = ones(4, 4) / 4\nv = ones(4)").errors
    step = calculator.step("A @ " * count + "v")
    assert step.values[0].tolist() == pytest.approx([1.0] * 4)


def test_a_number_stays_with_its_factor_in_half_floats() -> None:
    """60 * 60 * 64 is more than f16 holds, an eighth of it is not."""
    calculator = Calculator()
    assert not calculator.run("Q = f16(60 * ones(64, 64))").errors
    assert not planned(calculator, "(0.125 * Q) @ Q.T")[2]
    assert calculator.step("(0.125 * Q) @ Q.T").values[0][0, 0] == 28800


def test_each_rewrite_says_what_it_does() -> None:
    for each in (*LOCAL, *CHAINS, *LAST):
        left, equals, right = each.identity.partition(" = ")
        assert left and equals and right and each.safety and each.rows


#: Matrices and vectors by how many axes they have.
LEAVES = {2: ["A", "B", "C", "S", "A.T", "eye(8)", "diag(d)", "outer(x, y)", "P @ Q"], 1: ["x", "y", "d"]}


@st.composite
def programs(draw: st.DrawFn, rank: int, depth: int) -> str:
    if not depth or draw(st.integers(0, 4)) == 0:
        return "s" if rank == 0 else f"({draw(st.sampled_from(LEAVES[rank]))})"
    matrix, vector = programs(2, depth - 1), programs(1, depth - 1)
    same = programs(rank, depth - 1)
    kinds: list[tuple[str, tuple[st.SearchStrategy[str], ...]]] = [
        ("({} + {})", (same, same)),
        ("(2 * {})", (same,)),
        ("tanh({})", (same,)),
    ]
    if rank == 2:
        kinds += [("({} @ {})", (matrix, matrix))] * 4 + [("({}).T", (matrix,)), ("({} @ {} + {} @ {})", (matrix,) * 4)]
        kinds += [("outer({}, {})", (vector, vector)), ("diag({})", (vector,))]
    elif rank == 1:
        kinds += [("({} @ {})", (matrix, vector))] * 4 + [("({} @ {})", (vector, matrix)), ("{}[2]", (matrix,))]
        kinds += [
            ("{}[:, 3]", (matrix,)),
            ("sum[1]({})", (matrix,)),
            ("diag({})", (matrix,)),
            ("(inv(S) @ {})", (vector,)),
        ]
    else:
        kinds += [
            ("{}[2, 3]", (matrix,)),
            ("sum({})", (matrix,)),
            ("trace({})", (matrix,)),
            ("({} @ {})", (vector, vector)),
        ]
    text, parts = draw(st.sampled_from(kinds))
    return text.format(*[draw(each) for each in parts])


@settings(max_examples=150)
@given(text=st.integers(0, 2).flatmap(lambda rank: programs(rank, 4)))
def test_the_same_with_less_work(calculators: tuple[Calculator, Calculator], text: str) -> None:
    with_rewrites, without = calculators
    one, other = with_rewrites.step(text), without.step(text)
    assert not one.errors, one.said
    assert one.types == other.types
    expected = torch.as_tensor(other.values[0])
    scale = 1 + expected.abs().max()
    assert torch.allclose(torch.as_tensor(one.values[0]) / scale, expected / scale, rtol=1e-8, atol=1e-8), text
    shared, run, _ = planned(with_rewrites, text)
    before, after = total_flops(shared), total_flops(run)
    assert isinstance(before, int) and isinstance(after, int) and after <= before


@pytest.mark.parametrize("ill", [1e-6, 1e-9])
def test_ill_conditioned_products_stay_as_accurate(ill: float) -> None:
    """Against f64, what is rewritten in f32 errs no more than three times as much as what is written."""
    made = torch.randn(30, 30, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    u, _, v = torch.linalg.svd(made)
    matrix = u @ torch.diag(torch.logspace(0, float(torch.log10(torch.tensor(ill))), 30, dtype=torch.float64)) @ v
    exact = Calculator(dtype="f64", rewrites=False)
    quick, plain = Calculator(), Calculator(rewrites=False)
    for each in (exact, quick, plain):
        each.run(f"A = f32({matrix.tolist()})\nB = A.T + 0.1\nx = A[3] + 1")
    for text in (
        "A @ B @ x",
        "(A @ B)[2, 3]",
        "trace(A @ B)",
        "sum(A @ B)",
        "A @ B + A @ A",
        "(A @ B).T @ x",
        "2 * A @ x",
    ):
        doubled = text.replace("A", "f64(A)").replace("B", "f64(B)").replace("x", "f64(x)")
        true = torch.as_tensor(exact.step(doubled).values[0])
        errors = [(torch.as_tensor(each.step(text).values[0]).double() - true).abs().max() for each in (quick, plain)]
        assert errors[0] <= 3 * errors[1] + 1e-6 * true.abs().max(), text


def test_the_plan_and_the_cost_are_shown(calculators: tuple[Calculator, Calculator]) -> None:
    session = Calculator().session
    list(session.run(Source("A = ones(1000, 1000)\nv = ones(1000)")))

    def said(command: str) -> str:
        answers = run_command(session, Source(command))
        return "\n".join([each.laid(80) if isinstance(each, Fitted) else str(each) for each in answers])

    assert said(":plan A @ A @ v").splitlines() == [
        "as written   A @ A @ v     2.0 GFLOP   4.0 MB",
        "chain        A @ (A @ v)   4.0 MFLOP   8.0 kB   500 × fewer",
        "chain: sums in another order, the last digits may differ",
    ]
    assert said(":plan A @ A") == "as written, and run   A @ A   2.0 GFLOP   4.0 MB"
    assert said(":plan A @ A + A @ A").splitlines()[1].startswith("computed once")
    assert said(":cost A @ v") == "2.0 MFLOP   4.0 kB"
    assert said(":cost v[0]") == "0 FLOP   0 B"


def test_triangular_products_are_cut_where_they_are_large() -> None:
    both = Calculator(dtype="f64", notes=False), Calculator(dtype="f64", notes=False, rewrites=False)
    for each in both:
        assert not each.run("torch.manual_seed(3)\nA = randn(601, 601)\nB = randn(601, 70)\nd = rand(601)").errors
    for text in ("triu(A) @ B", "tril(A) @ B", "(tril(A).T - 2 * eye(601)) @ B", "(triu(A) @ diag(d) / 3) @ B"):
        shared, run, fired = planned(both[0], text)
        assert "triangle" in [rewrite.name for rewrite, _, _ in fired], text
        before, after = total_flops(shared), total_flops(run)
        assert isinstance(before, int) and isinstance(after, int) and after < 0.8 * before
        one, other = [list(each.session.run(Source(text))) and each.session.bindings["_"].value for each in both]
        assert torch.allclose(one, other, rtol=1e-9, atol=1e-9), text
    for text in ("(triu(A) + tril(A)) @ B", "triu(A, -1) @ B", "tril(A, 1) @ B", "triu(A) @ B[:, 0]"):
        assert not [each for each in planned(both[0], text)[2] if each[0].name == "triangle"], text


def test_symmetric_products_are_half_computed_where_they_are_large() -> None:
    both = Calculator(dtype="f64", notes=False), Calculator(dtype="f64", notes=False, rewrites=False)
    for each in both:
        assert not each.run("torch.manual_seed(3)\nA = randn(601, 70)\nB = randn(601, 70)").errors
    for text in ("A @ A.T", "B.T.T @ B.T", "(A @ A.T) @ B"):
        shared, run, fired = planned(both[0], text)
        names = [rewrite.name for rewrite, _, _ in fired]
        assert ("symmetric" in names) == (text != "(A @ A.T) @ B"), names  # which is A @ (A.T @ B)
        before, after = total_flops(shared), total_flops(run)
        assert isinstance(before, int) and isinstance(after, int) and after < 0.8 * before
        one, other = [list(each.session.run(Source(text))) and each.session.bindings["_"].value for each in both]
        assert torch.allclose(one, other, rtol=1e-9, atol=1e-9), text
    for text in ("A @ B.T", "A.T @ A", "A[:, :9] @ A[:, :9].T"):
        assert not [each for each in planned(both[0], text)[2] if each[0].name == "symmetric"], text


def test_how_a_matrix_is_made_is_looked_into_but_so_far() -> None:
    """What is doubled forty times is two to the forty matrices to whoever follows each."""
    calculator = Calculator(notes=False)
    doubled = "".join(f"let t{i + 1} = t{i} @ t{i} in " for i in range(40))
    ran = calculator.step(f"let t0 = triu(eye(4)) in {doubled}solve(t40, ones(4))")
    assert torch.as_tensor(ran.values[0]).tolist() == [1.0, 1.0, 1.0, 1.0]
