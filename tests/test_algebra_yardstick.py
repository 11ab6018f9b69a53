"""The expressions that `make bench` times are right: tcalc's value, and the hand's, against double precision."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks" / "inside"))

from algebra_cases import PRODUCTS, Case, draw
from algebra_einsums import LARGE, SEVERAL, TWO, Einsum
from algebra_timing import assert_same, compiled, named_in

sys.path.pop(0)

N = 25
EINSUMS = [*SEVERAL, *TWO, *LARGE]


@pytest.mark.parametrize("case", PRODUCTS, ids=[case.text for case in PRODUCTS])
def test_an_expression_is_what_it_says(case: Case) -> None:
    operands = named_in(case.text, draw(N))
    doubled = {name: value.double() for name, value in operands.items()}
    exact = case.written(torch, SimpleNamespace(n=N, **doubled))
    run = compiled(case.text, operands, N)
    assert_same(run(), exact)
    assert_same(case.hand(SimpleNamespace(n=N, **operands)), exact)
    for value in operands.values():
        value.mul_(2)
    assert_same(run(), case.hand(SimpleNamespace(n=N, **operands)))


@pytest.mark.parametrize("case", EINSUMS, ids=[f"{each.equation}, {each.sizes}" for each in EINSUMS])
def test_an_einsum_is_what_it_says(case: Einsum) -> None:
    smaller = case._replace(shapes=tuple([tuple([min(size, 12) for size in shape]) for shape in case.shapes]))
    operands = smaller.operands
    want = torch.einsum(smaller.equation, *operands.values())
    assert_same(compiled(smaller.text, operands)(), want)
    if case.call is not None:
        assert_same(case.call(*operands.values()), want)
