"""Gradients, Hessians and formulas of expressions put together at random, beside torch's autograd.

Each expression is made twice at once: as a text of the language and as a function of torch tensors.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tcalc.show.expressions import NoFormula
from tcalc.show.formulas import formula_text
from tcalc.source import Source
from tests.contract.driver import Calculator, torch_left_alone

Tensors = dict[str, torch.Tensor]
Maths = Callable[[Tensors], torch.Tensor]
#: An expression as text and as torch's.
Made = tuple[str, Maths]

NAMES: Tensors = {
    "x": torch.tensor([0.3, -0.8, 1.2], dtype=torch.float64),
    "a": torch.tensor([-0.5, 0.9, 0.4], dtype=torch.float64),
    "A": torch.tensor([[0.2, -0.7, 0.5], [0.9, 0.3, -0.4], [-0.6, 0.8, 0.1]], dtype=torch.float64),
    "B": torch.tensor([[-0.3, 0.5, 0.7], [0.1, -0.9, 0.6], [0.4, 0.2, -0.8]], dtype=torch.float64),
    "s": torch.tensor(0.7, dtype=torch.float64),
}
EYE = torch.eye(3, dtype=torch.float64)


def applied(text: str, function: Callable[..., torch.Tensor]) -> Callable[..., Made]:
    """A way to make an expression from others: `text` with numbered places, and the same in torch."""

    def make(*parts: Made) -> Made:
        return text.format(*[f"({part})" for part, _ in parts]), lambda t: function(*[maths(t) for _, maths in parts])

    return make


def named(name: str) -> Made:
    return name, lambda t: t[name]


SMOOTH = [
    applied("sin{0}", torch.sin),
    applied("tanh{0}", torch.tanh),
    applied("sigmoid{0}", torch.sigmoid),
    applied("exp(-{0}^2)", lambda v: torch.exp(-(v**2))),
    applied("{0}^2", lambda v: v**2),
    applied("{0}^3", lambda v: v**3),
    applied("-{0}", torch.neg),
    applied("2 * {0}", lambda v: 2 * v),
    applied("{0} / 3", lambda v: v / 3),
    applied("1 / (1 + {0}^2)", lambda v: 1 / (1 + v**2)),
    applied("sqrt(1 + {0}^2)", lambda v: torch.sqrt(1 + v**2)),
    applied("log(1 + {0}^2)", lambda v: torch.log(1 + v**2)),
    applied("1 - {0}", lambda v: 1 - v),
]
PAIRS = [
    applied("{0} + {1}", torch.add),
    applied("{0} - {1}", torch.sub),
    applied("{0} * {1}", torch.mul),
    applied("{0} / (2 + {1}^2)", lambda a, b: a / (2 + b**2)),
]
VECTORS = [
    applied("softmax[0]{0}", lambda v: torch.softmax(v, 0)),
    applied("{0} - mean{0}", lambda v: v - v.mean()),
    applied("flip[0]{0}", lambda v: v.flip(0)),
    applied("cumsum[0]{0}", lambda v: v.cumsum(0)),
    applied("{0} / sqrt(1 + {0} @ {0})", lambda v: v / torch.sqrt(1 + v @ v)),
]
MATRICES = [
    applied("{0}.T", lambda m: m.T),
    applied("inv({0} @ {0}.T + eye(3))", lambda m: torch.linalg.inv(m @ m.T + EYE)),
    applied("triu{0}", torch.triu),
    applied("softmax[1]{0}", lambda m: torch.softmax(m, 1)),
]
OF_VECTORS = [
    applied("sum{0}", torch.sum),
    applied("mean{0}", torch.mean),
    applied("sqrt(1 + norm{0}^2)", lambda v: torch.sqrt(1 + v.norm() ** 2)),
    applied("logsumexp[0]{0}", lambda v: torch.logsumexp(v, 0)),
    applied("{0}[1]", lambda v: v[1]),
]
OF_MATRICES = [
    applied("sum{0}", torch.sum),
    applied("trace{0}", torch.trace),
    applied("logdet({0} @ {0}.T + eye(3))", lambda m: torch.logdet(m @ m.T + EYE)),
    applied("norm{0}^2", lambda m: m.norm() ** 2),
]


@st.composite
def expressions(draw: st.DrawFn, rank: int, depth: int) -> Made:
    """An expression with so many axes, each of 3."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return named(draw(st.sampled_from([["s"], ["x", "x", "a"], ["A", "A", "B"]][rank])))
    part = lambda rank: draw(expressions(rank, depth - 1))  # noqa: E731  # a shorthand
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return draw(st.sampled_from(SMOOTH))(part(rank))
    if kind == 1:
        return draw(st.sampled_from(PAIRS))(part(rank), part(draw(st.integers(0, rank))))
    if rank == 0:
        if kind == 2:
            return draw(st.sampled_from(OF_MATRICES))(part(2))
        dot = applied("{0} @ {1}", torch.matmul)
        return dot(part(1), part(1)) if kind == 3 else draw(st.sampled_from(OF_VECTORS))(part(1))
    if rank == 1:
        if kind == 2:
            return draw(st.sampled_from(VECTORS))(part(1))
        made = applied("{0} @ {1}", torch.matmul)
        if kind == 3:
            return made(part(2), part(1))
        return draw(
            st.sampled_from([made, applied("sum[0]({1} * {0}[:, None])", lambda v, m: (m * v[:, None]).sum(0))])
        )(part(1), part(2))
    if kind == 2:
        return draw(st.sampled_from(MATRICES))(part(2))
    if kind == 3:
        return applied("{0} @ {1}", torch.matmul)(part(2), part(2))
    return draw(
        st.sampled_from(
            [applied("outer({0}, {1})", torch.outer), applied("{0}[:, None] * {1}", lambda a, b: a[:, None] * b)]
        )
    )(part(1), part(1))


@pytest.fixture(scope="module")
def calculator() -> Calculator:
    calculator = Calculator(dtype="f64", notes=False)
    texts = [f"{name} = {value.tolist()}" for name, value in NAMES.items()]
    assert not calculator.run("\n".join(texts)).errors
    return calculator


def autograd(maths: Maths, by: str) -> torch.Tensor:
    with torch.enable_grad():
        leaf = NAMES[by].clone().requires_grad_()
        (found,) = torch.autograd.grad(maths({**NAMES, by: leaf}) + 0 * leaf.sum(), leaf)
    return found


def close(got: torch.Tensor, expected: torch.Tensor) -> bool:
    return got.shape == expected.shape and torch.allclose(got, expected, rtol=1e-7, atol=1e-8)


@settings(max_examples=150)
@given(made=expressions(0, 4), by=st.sampled_from(["x", "A", "s"]))
def test_gradients_and_their_formulas(calculator: Calculator, made: Made, by: str) -> None:
    text, maths = made
    expected = autograd(maths, by)
    derivative = f"grad[{by}]({text})"
    ran = calculator.step(derivative)
    assert not ran.errors, ran.said
    assert close(ran.values[0], expected), derivative
    ((_, closed),) = calculator.session.closed(Source(derivative))
    try:
        shown = formula_text(closed)
    except NoFormula:
        return
    again = calculator.step(shown)
    assert not again.errors, again.said
    assert close(torch.as_tensor(again.values[0]), expected), f"{derivative} is not {shown}"


@settings(max_examples=60)
@given(made=expressions(1, 3), by=st.sampled_from(["x", "s", "A"]))
def test_jacobians(calculator: Calculator, made: Made, by: str) -> None:
    text, maths = made
    with torch_left_alone(), torch.enable_grad():
        found = torch.autograd.functional.jacobian(lambda leaf: maths({**NAMES, by: leaf}) + 0 * leaf.sum(), NAMES[by])
    ran = calculator.step(f"jacobian[{by}]({text})")
    assert not ran.errors, ran.said
    assert isinstance(found, torch.Tensor)
    assert close(ran.values[0], found), text


@settings(max_examples=60)
@given(made=expressions(0, 3))
def test_hessians(calculator: Calculator, made: Made) -> None:
    text, maths = made
    with torch_left_alone(), torch.enable_grad():
        found = torch.autograd.functional.hessian(
            lambda leaf: maths({**NAMES, "x": leaf}) + 0 * (leaf**2).sum(), NAMES["x"]
        )
    assert isinstance(found, torch.Tensor)
    # Where a norm is zero, autograd divides zero by zero; tcalc's norm(v)^2 is v @ v, and has a Hessian there.
    assume(torch.isfinite(found).all())
    ran = calculator.step(f"hessian[x]({text})")
    assert not ran.errors, ran.said
    assert close(ran.values[0], found), text
