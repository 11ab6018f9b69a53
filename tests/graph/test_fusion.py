"""Large element-wise chains run piece by piece: the same numbers, and memory for the result alone."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tcalc.backend.plan import Plan
from tcalc.graph.cost import peak_bytes, total_flops
from tcalc.graph.graph import Fused, Graph
from tcalc.graph.rewrites.fusion import UNARY, fused
from tcalc.source import Source
from tests.contract.driver import Calculator

#: Four pieces and a bit.
NAMES = """
torch.manual_seed(0)
A = randn(1031, 1025)
B = randn(1031, 1025)
C = randn(1025, 1025)
v = randn(1025)
w = randn(1031, 1)
s = randn(())
"""


#: What is large here, so that few numbers will do.
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def calculators() -> tuple[Calculator, Calculator]:
    """One that fuses, and one that does not, on the same numbers."""
    both = Calculator(notes=False), Calculator(notes=False, rewrites=False)
    for each in both:
        assert not each.run(NAMES).errors
    return both


def chains(calculator: Calculator, text: str) -> tuple[Graph, Graph, list[Fused]]:
    _, graph = calculator.session.compiled(Source(text))
    after = fused(graph, MEGABYTE)
    return graph, after, [node for node in after.nodes if isinstance(node, Fused)]


def value(calculator: Calculator, text: str) -> torch.Tensor:
    """What an expression gives as it is run, fused from a megabyte on where this calculator rewrites."""
    session = calculator.session
    _, graph = session.compiled(Source(text))
    plan = Plan(fused(graph, MEGABYTE) if session.settings.rewrites else graph)
    (found,) = plan.run([session.bindings[str(name)].value for name in plan.names])
    assert isinstance(found, torch.Tensor)
    return found


def agree(calculators: tuple[Calculator, Calculator], text: str) -> bool:
    """Whether both give the same numbers, to the last digit, NaN included."""
    a, b = [value(each, text) for each in calculators]
    same = a.dtype == b.dtype and a.stride() == b.stride() and torch.equal(a.isnan(), b.isnan())
    return same and torch.equal(a.nan_to_num(), b.nan_to_num())


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("A * B + A * 2", [3]),
        ("exp(-(A - B)^2 / 2) * s", [6]),
        ("1 / (1 + A^2)", [3]),
        ("2 - A / v * w", [3]),
        ("A + B", []),  # its result has to be made anyway
        ("A @ C + 1", [1]),  # which takes the product's memory
        ("sin(A @ C) * (A @ C)", [2]),
        ("let t = A * 2 in tanh(t) + t", [3]),
        ("maximum(A, 0.5) - minimum(B, s)", [3]),
        ("v * 2 + v", []),  # small
        ("sum(A) + sum(B)", []),
        ("sigmoid(A) + 1", []),
        ("(A * 2)[0] + v", []),
    ],
)
def test_what_is_fused(calculators: tuple[Calculator, Calculator], text: str, sizes: list[int]) -> None:
    before, after, found = chains(calculators[0], text)
    assert [
        sum(node.inputs != () and type(node).__name__ == "Operation" for node in each.body.nodes) for each in found
    ] == sizes
    assert peak_bytes(after) <= peak_bytes(before) and total_flops(after) == total_flops(before)
    assert agree(calculators, text)


def test_only_the_result_is_made(calculators: tuple[Calculator, Calculator]) -> None:
    before, after, _ = chains(calculators[0], "exp(-(A - B)^2 / 2) * w + v")
    assert peak_bytes(before) == 2 * 4 * 1031 * 1025
    assert peak_bytes(after) == 4 * 1031 * 1025


def test_operands_keep_their_numbers(calculators: tuple[Calculator, Calculator]) -> None:
    for text in ("A * 2 + B", "let M = A @ C in M * 2 - M", "(A @ C) * 2 + B"):
        assert agree(calculators, text)
    assert all(agree(calculators, name) for name in "ABC")


def test_a_session_fuses_what_is_large() -> None:
    calculator = Calculator(notes=False)
    assert not calculator.run("a = arange(9000001.)\nb = a * 2 + 1;").errors
    assert not list(calculator.session.run(Source("c = sin(b) * a + 1;")))
    a, c = [calculator.session.bindings[name].value for name in "ac"]
    assert torch.equal(c, torch.sin(a * 2 + 1) * a + 1)


@pytest.mark.parametrize("dtype", ["f64", "bf16"])
def test_a_very_large_result_is_one_of_its_own(dtype: str) -> None:
    """Its memory is not torch's, but it is a tensor like others: no view, of its dtype and shape, and aligned."""
    calculator = Calculator(notes=False)
    assert not calculator.run(f"a = arange(18000000.).to({dtype}).reshape(2, 9000000)\nc = a * 2 + 1;").errors
    a, c = [calculator.session.bindings[name].value for name in "ac"]
    assert torch.equal(c, a * 2 + 1) and c.dtype is a.dtype and c.is_contiguous()
    assert not c._is_view() and c.data_ptr() % 16 == 0


def test_a_long_sum_is_as_accurate() -> None:
    calculator = Calculator(notes=False)
    assert not calculator.run("torch.manual_seed(1)\na = rand(5000001)\nb = rand(5000001)").errors
    a, b = [value(calculator, name).double() for name in "ab"]
    for text, exact in (("sum(a * b)", (a * b).sum()), ("sum((a - b)^2)", ((a - b) ** 2).sum())):
        _, after, found = chains(calculator, text)
        assert len(found) == 1 and peak_bytes(after) == 4
        total = value(calculator, text)
        assert total.dtype == torch.float32 and abs(total.double() / exact - 1) < 1e-6


LEAVES = ["A", "B", "v", "w", "s", "2", "0.5", "(A @ C)"]


@st.composite
def programs(draw: st.DrawFn, depth: int) -> str:
    if not depth or draw(st.integers(0, 7)) == 0:
        return draw(st.sampled_from(LEAVES))
    one, other = programs(depth - 1), programs(depth - 1)
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return f"{draw(st.sampled_from(sorted(UNARY)))}({draw(one)})"
    if kind == 1:
        return f"({draw(one)})^{draw(st.sampled_from(['2', '3', '0.5', '-1']))}"
    if kind == 2:
        return f"(let t = {draw(one)} in t * t - {draw(other)})"
    sign = draw(st.sampled_from("+-*/"))
    return f"({draw(one)} {sign} {draw(other)})"


@settings(max_examples=15)
@given(text=programs(4))
def test_the_same_to_the_last_digit(calculators: tuple[Calculator, Calculator], text: str) -> None:
    assert agree(calculators, f"A + {text}"), text


@pytest.mark.parametrize(
    ("text", "in_place"),
    [
        ("triu(C) + 3 * eye(1025)", True),
        ("exp(C) - diag(v)", True),
        ("C @ C + s * eye(1025)", True),
        ("C + eye(1025)", False),
        ("C.T + eye(1025)", False),
        ("let M = C @ C in sum[1](M + eye(1025)) + M[0]", False),
        ("let M = exp(C) in M + diag(diagonal(M) + v)", False),
        ("let M = tril(C) in (M + eye(1025)) * diagonal(M)", False),
    ],
)
def test_a_diagonal_is_written_where_the_matrix_lies(
    calculators: tuple[Calculator, Calculator], text: str, in_place: bool
) -> None:
    written = [node for node in chains(calculators[0], text)[2] if not node.cut and node.donor == 0]
    assert any(len(node.body.nodes) == 3 for node in written) == in_place
    one, other = (value(each, text) for each in calculators)
    assert torch.allclose(one, other, rtol=1e-5, atol=1e-3)
