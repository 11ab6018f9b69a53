"""The Python interface as a program with type hints uses it: `make lint` checks this file, and here it runs."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

import torch

import tcalc


def test_evaluate() -> None:
    A = torch.ones(2, 3)
    product = tcalc.evaluate("A @ A.T", A=A)
    typing.assert_type(product, torch.Tensor | Any)
    assert product.sum().item() == 12.0
    values, indices = tcalc.evaluate("max[1](A)", A=A)
    assert values.shape == indices.shape


def test_check() -> None:
    typing.assert_type(tcalc.check("A", A="f32[2, 3]"), str)


def test_session() -> None:
    session = tcalc.Session(dtype=torch.float64, seed=1, device="cpu", threads=None, memory="1G", safe=True)
    session.bind("x", 3)
    session["y"] = [1.0, 2.0]
    results = session.run("x * y")
    typing.assert_type(results, list[tcalc.Result])
    (result,) = results
    typing.assert_type(result.name, str | None)
    typing.assert_type(result.type, str)
    typing.assert_type(result.value, torch.Tensor | Any)
    typing.assert_type(result.notes, list[str])
    typing.assert_type(session["x"], torch.Tensor | Any)
    typing.assert_type(list(session), list[str])
    typing.assert_type("x" in session, bool)
    typing.assert_type(session.check("x"), str)
    formula: Callable[[], torch.Tensor] = session.compile("x * y")
    assert formula().shape == (2,)


def test_error() -> None:
    try:
        tcalc.evaluate("1 +")
    except tcalc.Error as error:
        typing.assert_type(error.code, str)
        typing.assert_type(error.message, str)
        typing.assert_type(error.line, int | None)
        typing.assert_type(error.column, int | None)
        typing.assert_type(error.notes, list[str])
        typing.assert_type(error.repairs, list[tuple[str, str]])
        typing.assert_type(error.results, list[tcalc.Result])
    else:
        raise AssertionError
