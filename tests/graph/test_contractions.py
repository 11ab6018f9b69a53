"""Einsum as products: the same numbers as torch's, in golden forms, and no more work."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tcalc.graph.compiled import Closed
from tcalc.graph.cost import total_flops
from tcalc.show.formulas import formula_text
from tcalc.source import Source
from tcalc.types.dtypes import F64
from tests.contract.driver import Calculator

#: An equation, and the shape of each operand.
Contraction = tuple[str, list[tuple[int, ...]]]


@st.composite
def contractions(draw: st.DrawFn) -> Contraction:
    """Of up to four operands with up to four axes; letters may repeat, and be summed wherever they stand."""
    letters = "abcde"[: draw(st.integers(1, 5))]
    sizes = {letter: draw(st.integers(1, 4)) for letter in letters}
    operands = draw(st.lists(st.text(letters, max_size=4), min_size=1, max_size=4))
    have = sorted(set("".join(operands)))
    result = draw(st.permutations(have))[: draw(st.integers(0, len(have)))]
    shapes = [tuple([sizes[letter] for letter in own]) for own in operands]
    dots = draw(st.sampled_from([(), (2,), (3, 2)]))
    if dots and draw(st.booleans()):
        place = draw(st.integers(0, len(operands) - 1))
        at = draw(st.integers(0, len(operands[place])))
        operands[place] = operands[place][:at] + "..." + operands[place][at:]
        shapes[place] = (*shapes[place][:at], *dots, *shapes[place][at:])
        result = ["...", *result]
    return ",".join(operands) + "->" + "".join(result), shapes


def called(calculator: Calculator, contraction: Contraction) -> tuple[str, list[torch.Tensor]]:
    """The call as a text, its operands bound in a calculator."""
    equation, shapes = contraction
    draw = torch.Generator().manual_seed(len(equation))
    tensors = [torch.randn(shape, generator=draw, dtype=torch.float64) for shape in shapes]
    names = [f"x{place}" for place in range(len(tensors))]
    for name, tensor in zip(names, tensors, strict=True):
        assert not calculator.step(f"{name} = f64({tensor.tolist()})").errors
    return f'einsum("{equation}", {", ".join(names)})', tensors


@settings(max_examples=150)
@given(contraction=contractions())
def test_the_same_as_torchs(contraction: Contraction) -> None:
    calculator = Calculator(dtype="f64", notes=False)
    text, tensors = called(calculator, contraction)
    ran = calculator.step(text)
    assert not ran.errors, ran.said
    expected = torch.einsum(contraction[0], *tensors)
    found = torch.as_tensor(ran.values[0], dtype=torch.float64)
    assert found.shape == expected.shape and torch.allclose(found, expected, rtol=1e-10, atol=1e-10), text
    _, shared, run, _ = calculator.session.planned(Source(text))
    before, after = total_flops(shared), total_flops(run)
    assert isinstance(before, int) and isinstance(after, int) and after <= before, text


@pytest.mark.parametrize(
    ("equation", "shapes", "form"),
    [
        # one operand
        ("ij->ji", [(2, 3)], "x0.T"),
        ("ijk->", [(2, 3, 4)], "sum(x0)"),
        ("ijk->ki", [(2, 3, 4)], "sum[1](x0).T"),
        ("ii->i", [(3, 3)], "diagonal(x0)"),
        ("ii", [(3, 3)], "sum(diagonal(x0))"),
        ("...ij->...ji", [(5, 2, 3)], "permute[0, 2, 1](x0)"),
        # two: products that have a name
        ("i,i->", [(3,), (3,)], "x0 @ x1"),
        ("ij,j->i", [(2, 3), (3,)], "x0 @ x1"),
        ("ij,i->j", [(2, 3), (2,)], "x0.T @ x1"),
        ("ij,jk->ik", [(2, 3), (3, 4)], "x0 @ x1"),
        ("ij,kj->ik", [(2, 3), (4, 3)], "x0 @ x1.T"),
        ("ij,jk->ki", [(2, 3), (3, 4)], "x1.T @ x0.T"),
        ("i,j->ij", [(2,), (3,)], "reshape(x0, 2, 1) * x1"),
        ("i,j->ji", [(2,), (3,)], "x0 * reshape(x1, 3, 1)"),
        ("ij,ij->ij", [(2, 3), (2, 3)], "x0 * x1"),
        ("ij,ij->", [(2, 3), (2, 3)], "reshape(x0, 6) @ reshape(x1, 6)"),
        ("ij,ji->", [(2, 3), (3, 2)], "sum(x0 * x1.T)"),
        ("i,j->", [(2,), (3,)], "sum(x0) * sum(x1)"),
        # batches
        ("bij,bjk->bik", [(5, 2, 3), (5, 3, 4)], "x0 @ x1"),
        ("bij,bkj->bik", [(5, 2, 3), (5, 4, 3)], "x0 @ x1.mT"),
        ("bhwc,hkc->bhwk", [(2, 3, 4, 5), (3, 6, 5)], "reshape"),
        ("bhwc,hkc->bhwk", [(2, 3, 40, 5), (3, 6, 5)], "x0 @ x1.mT"),
        ("bi,bi->b", [(5, 3), (5, 3)], "sum[1](x0 * x1)"),
        ("ac,abc->cb", [(5, 3), (5, 2, 3)], "sum[0](x1 * reshape(x0, 5, 1, 3)).T"),
        # several letters at once, as they lie
        ("abc,bcd->ad", [(2, 3, 4), (3, 4, 5)], "reshape(x0, 2, 12) @ reshape(x1, 12, 5)"),
        ("bti,oi->bto", [(2, 3, 4), (5, 4)], "reshape(reshape(x0, 6, 4) @ x1.T, 2, 3, 5)"),
        # more
        ("ij,jk,k->i", [(9, 9), (9, 9), (9,)], "x0 @ (x1 @ x2)"),
        ("i,ij,j->", [(9,), (9, 9), (9,)], "x2 @ (x0 @ x1)"),
        ("bi,ij,bj->b", [(5, 9), (9, 9), (5, 9)], "sum[1](x2 * (x0 @ x1))"),
    ],
)
def test_what_it_becomes(equation: str, shapes: list[tuple[int, ...]], form: str) -> None:
    calculator = Calculator(dtype="f64", notes=False)
    text, tensors = called(calculator, (equation, shapes))
    _, _, run, fired = calculator.session.planned(Source(text))
    assert fired[0][0].name == "einsum"
    found = formula_text(Closed(run.results[0], F64))
    assert found == form or (form == "reshape" and found.count("reshape") > 1), found
    assert torch.allclose(torch.as_tensor(calculator.step(text).values[0]), torch.einsum(equation, *tensors))


@pytest.mark.parametrize(
    "program",
    [
        'A = [[1, 2], [3, 4]]\n"ij,jk->ik"(A, A)',  # integers, which torch widens here and there
        'A = ones(2, 0)\n"ij,kj->ik"(A, A)',
        'A = ones(2, 1)\nB = ones(3, 2)\n"ij,jk->ik"(A, B)',  # torch stretches a 1
        'f(A: [n, m]) = "ij,kj->ik"(A, A)\nf',
    ],
)
def test_what_stays_torchs(program: str) -> None:
    calculator = Calculator(notes=False)
    ran = calculator.run(program)
    assert not ran.errors, ran.said
    *_, last = program.splitlines()
    if last != "f":
        assert not calculator.session.planned(Source(last))[3]
