"""A compiled expression that is one call of torch's: the shortest way gives what the long one does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

import tcalc


def compiled(text: str) -> tuple[tcalc.Session, Callable[[], Any]]:
    session = tcalc.Session()
    session.bind("A", torch.arange(6.0).reshape(2, 3))
    session.bind("B", torch.ones(3, 2))
    session.bind("v", torch.arange(3.0) / 7)
    call = session.compile(text)
    for _ in range(3):  # anew, the short way, the shortest
        call()
    return session, call


@pytest.mark.parametrize("text", ["A @ B", "A + B.T", '"ij,jk->ik"(A, B)', "A - 1", "A[0] @ B[:, 0]"])
def test_again_and_again(text: str) -> None:
    session, call = compiled(text)
    for scale in (1.0, 2.0, 3.0):
        session.bind("A", scale * torch.arange(6.0).reshape(2, 3))
        wanted = tcalc.evaluate(text, A=scale * torch.arange(6.0).reshape(2, 3), B=torch.ones(3, 2))
        for _ in range(3):
            assert torch.equal(call(), wanted)


@pytest.mark.parametrize("text", ["A @ B", "A @ v", "v @ v", "v * v"])
def test_what_torch_is_set_to_changes_nothing(text: str) -> None:
    call = compiled(text)[1]
    wanted = call()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert call().dtype is torch.float32 and torch.equal(call(), wanted)
    with torch.device("meta"):
        assert call().device.type == "cpu" and torch.equal(call(), wanted)
    torch.set_default_dtype(torch.float64)
    try:
        assert call().dtype is torch.float32
    finally:
        torch.set_default_dtype(torch.float32)
    assert torch.equal(call(), wanted)


def test_names_that_change_their_types() -> None:
    session, call = compiled("A @ B")
    session.bind("A", torch.ones(5, 3, dtype=torch.float64))
    assert call().shape == (5, 2) and call().dtype is torch.float64
    session.bind("A", torch.ones(5, 4))
    with pytest.raises(tcalc.Error, match="A"):
        call()
    session.bind("A", torch.ones(1, 3))
    assert call().tolist() == [[3.0, 3.0]]
    session.run("A = [[1, 2, 3]]")
    assert call().tolist() == [[6.0, 6.0]]


def test_results_are_its_own() -> None:
    call = compiled("A @ B")[1]
    first = call()
    first.zero_()
    assert call().abs().sum() > 0
