"""Divergences, dot products along an axis, and what is said where a size of 1 may not grow."""

from __future__ import annotations

import pytest
import torch
from driver import assert_fails, assert_gives, rows, run

X = torch.tensor([[-1.0, -2.0, -0.5], [-0.3, -1.5, -2.5]])
TARGET = torch.tensor([[0.2, 0.3, 0.5], [0.0, 0.9, 0.1]])
START = f"x = {X.tolist()}\nt = {TARGET.tolist()}\n"
#: By definition; where the target is 0 there is nothing.
EACH = torch.where(TARGET > 0, TARGET * (TARGET.log() - X), 0.0)


@pytest.mark.parametrize(
    ("call", "want"),
    rows(
        ("kl_div(x, t)", EACH.sum() / 6),
        ('F.kl_div(x, t, reduction="sum")', EACH.sum()),
        ('kl_div(x, t, reduction="batchmean")', EACH.sum() / 2),
        ('kl_div(x, t, reduction="none")', EACH),
        ('kl_div(x, log(t + 1), reduction="none", log_target=True)', (TARGET + 1) * ((TARGET + 1).log() - X)),
        ('kl_div(x[0], t, reduction="none")', torch.where(TARGET > 0, TARGET * (TARGET.log() - X[0]), 0.0)),
        (
            'kl_div(x[0], t, reduction="batchmean")',
            torch.where(TARGET > 0, TARGET * (TARGET.log() - X[0]), 0.0).sum() / 2,
        ),
        ("vmap(kl_div)(x, t)", EACH.mean(1)),
    ),
)
def test_the_divergence(call: str, want: torch.Tensor) -> None:
    assert_gives(START + call, None, want)


def test_wrong_divergences() -> None:
    assert_fails('F.kl_div([1.], [1.], reduction="nonsense")', "value", '"batchmean", "mean"', "nonsense")
    assert_fails('kl_div(-1., 1., reduction="batchmean")', "shape", "has no axes")
    assert_fails("kl_div([1., 2.], [1., 2., 3.])", "shape", "2", "3")
    assert_fails("x: f32[a=2] = [1, 2]\ny: f32[b=2] = [1, 2]\nkl_div(x, y)", "label", "a meets b")


@pytest.mark.parametrize(
    ("call", "type", "want"),
    rows(
        ("vecdot(x, t)", "f32[2]", (X * TARGET).sum(-1)),
        ("linalg.vecdot(x, t, dim=0)", "f32[3]", (X * TARGET).sum(0)),
        ("vecdot[0](x, t[0])", "f32[3]", (X * TARGET[0]).sum(0)),
        ("vecdot([1], [1, 2, 3])", "i64", 6),
        ("vecdot([True, True], [True, True])", "i64", 2),
        ("vecdot(i8([100, 100]), i8([1, 2]))", "i8", 44),
        ("vecdot([1+2j], [3j])", "c64", 6 + 3j),
        ("vecdot(zeros(0), zeros(0))", "f32", 0.0),
        ("vmap(vecdot)(x, t)", "f32[2]", (X * TARGET).sum(-1)),
    ),
)
def test_dot_products_along_an_axis(call: str, type: str, want: object) -> None:
    assert_gives(START + call, type, want)


def test_wrong_dot_products() -> None:
    assert_fails("vecdot(3, 4)", "shape", "no axis -1")
    assert_fails("vecdot(ones(2, 3), ones(3), dim=2)", "shape", "no axis 2")
    assert_fails("vecdot([1, 2], [1, 2, 3])", "shape", "2", "3")
    assert run("x: f32[batch=2, feat=3] = ones(2, 3)\nvecdot[feat](x, x)").results[0].type == "f32[batch=2]"


@pytest.mark.parametrize(
    "program",
    (
        "ones(2, 1) @ ones(3, 3)",
        "ones(2, 3) @ ones(1, 3)",
        "dot([1], [1, 2])",
        "cat([ones(2, 1), ones(2, 3)])",
        "solve(eye(3), ones(1))",
        "conv1d(ones(1, 2, 5), ones(1, 1, 3))",
        "F.linear(ones(2, 1), ones(3, 3))",
        "F.cross_entropy(ones(4, 2), [0])",
        "f(x: [n, 1], y: [m, k]) = x @ y",
    ),
)
def test_an_axis_of_1_that_may_not_grow_is_a_matter_of_sizes(program: str) -> None:
    """No label is named where there is none."""
    said = assert_fails(program, "shape", "1").said
    assert "None meets" not in said


def test_division_of_integers_by_zero_says_so_once() -> None:
    said = assert_fails("[1] % 0", "value", "division by zero").said
    assert "ZeroDivisionError" not in said


def test_one_index_is_singular() -> None:
    assert_fails("3[0]", "shape", "1 index for 3, which has no axes")
    assert_fails("[1][0, 0]", "shape", "2 indices for [1], which has 1 axis")
