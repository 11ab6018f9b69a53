"""What does not change in a loop is computed before it, and bodies are rewritten like any other program."""

from __future__ import annotations

import pytest
import torch

from tcalc.graph.cost import total_flops
from tcalc.source import Source
from tests.contract.driver import Calculator

NAMES = """
torch.manual_seed(0)
A = randn(6, 6)
B = randn(6, 6)
C = randn(5, 6)
D = randn(60, 6)
x = randn(6)
S = [1., 2., 3.]
none = zeros(0, 6)
mark = true
f(v) = tanh(A @ B @ v)
"""


@pytest.fixture(scope="module")
def calculators() -> tuple[Calculator, Calculator]:
    """One that rewrites, and one that does not, on the same numbers."""
    both = Calculator(dtype="f64", notes=False), Calculator(dtype="f64", notes=False, rewrites=False)
    for each in both:
        assert not each.run(NAMES).errors
    return both


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("vmap(v -> A @ B + outer(v, v))(C)", ["loop"]),
        ("vmap(v -> A @ B @ v)(C)", ["chain"]),  # two products by a vector, five times
        ("vmap(v -> A @ B @ v)(D)", ["loop"]),  # sixty times: the matrices are multiplied once
        ("vmap(f)(D)", ["loop"]),
        ("vmap(v -> exp(A) @ v + sin(A)[0])(C)", ["part", "loop", "loop"]),
        ("vmap(v -> A @ A)(C)", ["loop"]),
        ("iterate(v -> tanh(A.T @ B @ v), x, 50)", ["loop"]),
        ("iterate(v -> v, x, 3)", []),
        ("iterate(v -> sum(A @ B) * v, x, 1)", ["sum"]),  # one turn: nothing to gain
        ("scan((h, v) -> (h + A @ x, v), x, C)", ["loop"]),
        ("fold((h, v) -> h + sum(A @ B) * v, 0., S)", ["sum", "loop"]),
        ("vmap(v -> vmap(w -> sum(A @ B @ v) + w)(S))(C)", ["chain", "loop"]),
        ("vmap(v -> trace(A @ outer(v, v)))(C)", ["chain", "trace"]),
        ("fold((h, v) -> (A @ B @ v if h[0] > 0 else v), x, C)", ["chain"]),  # a choice may not be taken
        ("vmap(v -> A @ B @ v)(none)", ["chain"]),
        ("vmap(v -> v * 2)(C)", []),
        ("grad[x](sum(iterate(v -> tanh(A @ B @ v), x, 5)))", []),  # autograd goes back through it
    ],
)
def test_what_fires(calculators: tuple[Calculator, Calculator], text: str, names: list[str]) -> None:
    session = calculators[0].session
    _, shared, run, fired = session.planned(Source(text))
    assert sorted(rewrite.name for rewrite, _, _ in fired) == sorted(names)
    before, after = total_flops(shared), total_flops(run)
    assert isinstance(before, int) and isinstance(after, int)
    told = names and "none" not in text and (set(names) != {"loop"} or not text.startswith("vmap"))
    assert after < before if told else after <= before  # a vmap computes once what does not change, as it is written
    one, other = [each.step(text) for each in calculators]
    assert not one.errors and one.types == other.types, one.said
    for a, b in zip(*[tensors(each.values[0]) for each in (one, other)], strict=True):
        assert torch.allclose(a, b, rtol=1e-10, atol=1e-12)


def tensors(value: object) -> list[torch.Tensor]:
    if isinstance(value, tuple):
        return [each for item in value for each in tensors(item)]
    return [torch.as_tensor(value)]


def test_each_turn_draws_its_own(calculators: tuple[Calculator, Calculator]) -> None:
    ran = calculators[0].step("vmap(v -> rand(3) + sum(A @ B))(C)")
    rows = torch.as_tensor(ran.values[0])
    assert len({tuple(row.tolist()) for row in rows}) == 5


def test_what_fails_outside_of_a_loop_failed_inside(calculators: tuple[Calculator, Calculator]) -> None:
    one, other = [each.step("vmap(v -> inv(A * 0) @ v)(C)") for each in calculators]
    assert "is singular" in one.errors[0].message
    assert [error.message for error in one.errors] == [error.message for error in other.errors]
