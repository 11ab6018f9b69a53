"""Functions on sequences: lists of any shapes, tuples, a tensor's rows, one by one; against NumPy, with labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from tests.contract.driver import assert_fails, assert_gives, rows, run

A, B = np.arange(6.0).reshape(2, 3), np.arange(6.0, 12.0).reshape(2, 3)
V, W = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])
NAMES = "A = arange(6.).reshape(2, 3)\nB = arange(6., 12.).reshape(2, 3)\nV = [1., 2., 3.]\nW = [4., 5., 6.]\n"


@pytest.mark.parametrize(
    ("name", "oracle"),
    [
        ("hstack", np.hstack),
        ("vstack", np.vstack),
        ("dstack", np.dstack),
        ("column_stack", np.column_stack),
        ("cat", np.concatenate),
        ("stack", np.stack),
    ],
)
@pytest.mark.parametrize("pair", ["AB", "VW"])
def test_what_is_put_together_is_numpys(name: str, oracle: Callable[..., Any], pair: str) -> None:
    one, other = pair
    want = torch.tensor(oracle([{"A": A, "V": V}[one], {"B": B, "W": W}[other]]), dtype=torch.float32)
    for call in (f"{name}([{one}, {other}])", f"{name}(({one}, {other}))", f"torch.{name}([{one}, {other}])"):
        assert_gives(NAMES + call, None, want)


@pytest.mark.parametrize(
    ("call", "want"),
    rows(
        ("hstack(A)", np.hstack(A)),
        ("vstack(A)", np.vstack(A)),
        ("column_stack(A)", np.column_stack(A)),
        ("block_diag(V, B)", [[1, 2, 3, 0, 0, 0], [0, 0, 0, 6, 7, 8], [0, 0, 0, 9, 10, 11]]),
        ("block_diag([V, 5.])", [[1, 2, 3, 0], [0, 0, 0, 5]]),
        ("block_diag(A)", [[0, 1, 2, 0, 0, 0], [0, 0, 0, 3, 4, 5]]),
        ("cartesian_prod(V[:2], W[:2])", [[1, 4], [1, 5], [2, 4], [2, 5]]),
        ("cartesian_prod(V)", V),
        ("meshgrid(V, W)[0]", np.meshgrid(V, W, indexing="ij")[0]),
        ("meshgrid(V, W[:2], indexing='xy')[1]", np.meshgrid(V, W[:2])[1]),
        ("meshgrid([V, W])[1]", np.meshgrid(V, W, indexing="ij")[1]),
        ("meshgrid(V)[0]", V),
        ("meshgrid(A)[1]", np.meshgrid(*A, indexing="ij")[1]),
        ("multi_dot([A, B.T, A])", A @ B.T @ A),
        ("torch.linalg.multi_dot((V, A.T, A, W))", V @ A.T @ A @ W),
    ),
)
def test_the_ways_to_give_them(call: str, want: Any) -> None:
    assert_gives(NAMES + call, None, torch.as_tensor(np.asarray(want), dtype=torch.float32))


def test_dtypes_are_promoted() -> None:
    assert_gives("hstack([[1], [2.5]])", "f32[2]", [1.0, 2.5])
    assert_gives("block_diag([[True]], [[2]])", "i64[2, 2]", [[1, 0], [0, 2]])
    assert_gives("meshgrid([1], [2.5])", "(f32[1, 1], f32[1, 1])", (torch.tensor([[1.0]]), torch.tensor([[2.5]])))
    assert_gives("multi_dot([[[1]], [[2.5]]])", "f32[1, 1]", [[2.5]])


LABELLED = "x: [a=2, b=3] = ones(2, 3)\ny: [a=2, b=3] = ones(2, 3)\nv: [time=4] = ones(4)\nw: [chan=5] = ones(5)\n"


@pytest.mark.parametrize(
    ("call", "type"),
    rows(
        ("hstack([x, y])", "f32[a=2, b=6]"),
        ("vstack([x, ones(1, 3)])", "f32[a=3, b=3]"),
        ("hstack([v, ones(2)])", "f32[time=6]"),
        ("vstack([v, ones(4)])", "f32[2, time=4]"),
        ("dstack([x, y])", "f32[a=2, b=3, 2]"),
        ("column_stack([v, ones(4)])", "f32[time=4, 2]"),
        ("block_diag(x, y)", "f32[a=4, b=6]"),
        ("meshgrid(v, w)[0]", "f32[time=4, chan=5]"),
        ("meshgrid(v, w, indexing='xy')[0]", "f32[chan=5, time=4]"),
        ("multi_dot([x, ones(3, 5), ones(5, 7)])", "f32[a=2, 7]"),
    ),
)
def test_labels_are_kept(call: str, type: str) -> None:
    assert run(LABELLED + call).types == [type]


@pytest.mark.parametrize(
    ("call", "code", "says"),
    rows(
        ("hstack([v, w])", "label", ["time meets chan"]),
        ("block_diag(x, x.T)", "label", ["a meets b"]),
        ("vstack([x, ones(2)])", "shape", ["last axis is 3", "2"]),
        ("hstack([v, x])", "shape", ["v is f32[time=4]", "x is"]),
        ("block_diag(ones(2, 2, 2), 1.)", "shape", ["matrices", "f32[2, 2, 2]"]),
        ("block_diag()", "shape", ["at least one"]),
        ("cartesian_prod(v, x)", "shape", ["vectors", "item 1"]),
        ("meshgrid(v, w, indexing='yx')", "value", ["ij", "xy"]),
        ("multi_dot([x])", "shape", ["at least 2"]),
        ("multi_dot([x, y])", "shape", ["last axis is 3", "first is 2"]),
        ("multi_dot([x, ones(3), ones(3)])", "shape", ["item 1", "a matrix"]),
        ("hstack(3)", "type", ["list or tuple"]),
        ("meshgrid((v, w), v)", "type", ["tuple"]),
    ),
)
def test_what_does_not_fit(call: str, code: str, says: list[str]) -> None:
    assert_fails(LABELLED + call, code, *says)


def test_sizes_of_definitions() -> None:
    assert_gives("f(p: [n, m], q: [k, m]): [n + k, m] = vstack([p, q])\nf(ones(2, 3), ones(4, 3)).shape", None, [6, 3])
    assert_gives("f(p: [n], q: [k]): [n * k, 2] = cartesian_prod(p, q)\nf([1, 2], [3]).shape", None, [2, 2])
    assert_gives("f(p: [n, m], q: [k]): [n + 1, m + k] = block_diag(p, q)\nf([[1]], [2, 3]).shape", None, [2, 3])
    assert_fails("f(p: [n, m], q: [n, k]): [n, m] = vstack([p, q])", "shape", "m meets k")
