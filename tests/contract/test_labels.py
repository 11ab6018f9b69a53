"""Labels: how they travel through every kind of operation, and where two of them clash."""

from __future__ import annotations

import pytest
import torch
from driver import assert_fails, assert_gives, rows, run

START = """x: f32[batch=2, chan=3] = arange(6.).reshape(2, 3)
y: f32[chan=3] = [1, 2, 3]
t: f32[time=3] = [1, 2, 3]
p = ones(2, 3)
q = ones(3)
"""


@pytest.mark.parametrize(
    ("expression", "type"),
    rows(
        # element-wise
        ("x + 1", "f32[batch=2, chan=3]"),
        ("-x", "f32[batch=2, chan=3]"),
        ("exp(x)", "f32[batch=2, chan=3]"),
        ("x > 1", "bool[batch=2, chan=3]"),
        ("x + x", "f32[batch=2, chan=3]"),
        ("x + y", "f32[batch=2, chan=3]"),
        ("y + x", "f32[batch=2, chan=3]"),
        ("x + p", "f32[batch=2, chan=3]"),  # labelled and unlabelled match
        ("p + x", "f32[batch=2, chan=3]"),
        ("q * y", "f32[chan=3]"),
        ("p + y", "f32[2, chan=3]"),
        ("where(x > 1, x, 0.)", "f32[batch=2, chan=3]"),
        ("f64(x)", "f64[batch=2, chan=3]"),
        ("x.float()", "f32[batch=2, chan=3]"),
        ("softmax[chan](x)", "f32[batch=2, chan=3]"),
        ("cumsum[chan](x)", "f32[batch=2, chan=3]"),
        ("maximum(x, y)", "f32[batch=2, chan=3]"),
        ("x ^ 2 / 3", "f32[batch=2, chan=3]"),
        ("clamp(x, 0, 1)", "f32[batch=2, chan=3]"),
        ("zeros_like(x)", "f32[batch=2, chan=3]"),
        # slices and indices
        ("x[0]", "f32[chan=3]"),
        ("x[:, 0]", "f32[batch=2]"),
        ("x[1:]", "f32[batch=1, chan=3]"),
        ("x[:, ::2]", "f32[batch=2, chan=2]"),
        ("x[..., 1:]", "f32[batch=2, chan=2]"),
        ("x[None]", "f32[1, batch=2, chan=3]"),
        ("x[:, None]", "f32[batch=2, 1, chan=3]"),
        ("x[[0, 1, 0]]", "f32[3, chan=3]"),  # index tensors drop
        ("x[:, [0, 0]]", "f32[batch=2, 2]"),
        ("x[x > 1]", "f32[4]"),
        # transposes
        ("x.T", "f32[chan=3, batch=2]"),
        ("x.mT", "f32[chan=3, batch=2]"),
        ("x.H", "f32[chan=3, batch=2]"),
        ("transpose[0, 1](x)", "f32[chan=3, batch=2]"),
        ("x.permute(1, 0)", "f32[chan=3, batch=2]"),
        ("permute(x, (1, 0))", "f32[chan=3, batch=2]"),
        ("movedim(x, 0, 1)", "f32[chan=3, batch=2]"),
        ("flip(x, [0])", "f32[batch=2, chan=3]"),
        # cat
        ("cat([x, x])", "f32[batch=4, chan=3]"),
        ("cat[1]([x, x])", "f32[batch=2, chan=6]"),
        ("cat([x, p])", "f32[batch=4, chan=3]"),
        ("cat[chan]([x, x])", "f32[batch=2, chan=6]"),
        ("stack([x, x])", "f32[2, batch=2, chan=3]"),
        ("[y, y]", "f32[2, chan=3]"),
        # reductions
        ("sum(x)", "f32"),
        ("sum[0](x)", "f32[chan=3]"),
        ("sum[batch](x)", "f32[chan=3]"),
        ("mean[chan](x)", "f32[batch=2]"),
        ("sum[batch, chan](x)", "f32"),
        ("sum[chan, keepdim](x)", "f32[batch=2, chan=1]"),
        ("x.mean(1, keepdim=True)", "f32[batch=2, chan=1]"),
        ("max[batch](x).values", "f32[chan=3]"),
        ("argmax[chan](x)", "i64[batch=2]"),
        ("norm[chan](x)", "f32[batch=2]"),
        # reshape: those of untouched axes
        ("x.reshape(2, 3)", "f32[batch=2, chan=3]"),
        ("x.reshape(2, 3, 1)", "f32[batch=2, chan=3, 1]"),
        ("x.reshape(6)", "f32[6]"),
        ("x.flatten()", "f32[6]"),
        ("x.unsqueeze(0)", "f32[1, batch=2, chan=3]"),
        ("x[:1].squeeze(0)", "f32[chan=3]"),
        # products match the contracted ones
        ("x @ y", "f32[batch=2]"),
        ("x @ x.T", "f32[batch=2, batch=2]"),
        ("x.T @ x", "f32[chan=3, chan=3]"),
        ("x @ q", "f32[batch=2]"),
        ("x @ ones(3, 5)", "f32[batch=2, 5]"),
        ('"bc,c->b"(x, y)', "f32[batch=2]"),
        ('"bc->cb"(x)', "f32[chan=3, batch=2]"),
        ('"bc->"(x)', "f32"),
        ('"bc,c->bc"(x, q)', "f32[batch=2, chan=3]"),
        # functions
        ("(v -> v * 2)(x)", "f32[batch=2, chan=3]"),
        ("f(v: [n, m]): [n] = sum[1](v)\nf(x)", "f32[batch=2]"),
        ("f(v: [n, m]): [m, n] = v.T\nf(x)", "f32[chan=3, batch=2]"),
        ("f(v: [n, m]): [n, m] = v + 1\nf(p)", "f32[2, 3]"),
        ("vmap(r -> r * 2)(x)", "f32[batch=2, chan=3]"),
        ("vmap(sum)(x)", "f32[batch=2]"),
        ("x if True else p", "f32[batch=2, chan=3]"),
        ("x.data", "f32[batch=2, chan=3]"),
        ("x.shape", "i64[2]"),
        # a new label by annotation
        ("z: [rows=2, cols=3] = p\nz", "f32[rows=2, cols=3]"),
        ("z: [b, c] = p\nz", "f32[b=2, c=3]"),
        ("z: f64[batch=2, 3] = x\nz", "f64[batch=2, chan=3]"),
    ),
)
def test_labels_travel(expression: str, type: str) -> None:
    ran = run(START + expression)
    assert not ran.errors, ran.said
    assert ran.types == [type]


@pytest.mark.parametrize(
    ("expression", "says"),
    rows(
        ("y + t", ["time", "chan"]),
        ("x + t", ["time", "chan"]),
        ("x @ t", ["time", "chan"]),
        ("y @ t", ["time", "chan"]),
        ('"i,i->"(y, t)', ["time", "chan"]),
        ("where(y > 0, y, t)", ["time", "chan"]),
        ("maximum(y, t)", ["time", "chan"]),
        ("stack([y, t])", ["time", "chan"]),
        ("[y, t]", ["time", "chan"]),
        ("y == t", ["time", "chan"]),
        ("z: f32[chan=3] = t", ["time", "chan"]),
        ("f(a: [n], b: [n]) = a + b\nf(y, t)", ["time", "chan"]),
        ("f(a, b) = a + b\nf(y, t)", ["time", "chan"]),
        ("y - t if True else y", ["time", "chan"]),
        ("sum[chan](x @ x.T @ x @ x.T @ ones(2, 2)) + sum[batch](x @ x.T)", ["batch"]),
        ("z = x @ x.T\nsum[batch](z)", ["batch"]),
        ("cat([x, x.T.reshape(2, 3)[:1]]) + cat[0]([t[None], t[None], t[None], t[None]])", ["time", "chan"]),
        ("w: [chan=2, time=3] = p\ncat([x, w])", ["time", "chan"]),
        ("sum[nosuch](x)", ["nosuch"]),
        ("dot(y, t)", ["time", "chan"]),
        ("outer(y, t) + x[:1].T", ["time", "batch"]),
    ),
)
def test_labels_clash(expression: str, says: list[str]) -> None:
    ran = run(START + expression)
    if expression.startswith(("sum[chan](x @", "outer")):
        assert len(ran.codes) == 1
        return
    assert len(ran.codes) == 1 and ran.codes[0] in ({"label", "name"} if "nosuch" in expression else {"label"}), (
        ran.said
    )
    assert all(word in ran.said for word in says), ran.said


def test_sizes_are_judged_first() -> None:
    assert_fails("a: [time=3] = ones(3)\nb: [chan=4] = ones(4)\na + b", "shape", "3", "4")
    assert_fails("a: [time=3] = ones(3)\nb: [chan=3] = ones(3)\na + b", "label", "time", "chan", "line 1", "line 2")


def test_an_axis_of_one_that_is_broadcast() -> None:
    assert_gives(START + "x + ones(2, 1)", "f32[batch=2, chan=3]", torch.arange(6.0).reshape(2, 3) + 1)
    assert run(START + "x - mean[chan, keepdim](x)").types == ["f32[batch=2, chan=3]"]
    assert run(START + "x - mean[batch](x)").types == ["f32[batch=2, chan=3]"]


def test_a_functions_own_names_never_leak() -> None:
    assert run("f(v: [n]): [n] = v + 1\nf(ones(3))").types == ["f32[3]"]
    assert run("f(v: [n]): [m=n] = v\nf(ones(3))").types in (["f32[3]"], ["f32[m=3]"], [])
    assert run("f(v: [n]): [n] = v\nf(ones(3))\nn").codes == ["name"]
    assert run(START + "f(v: [time]): [time] = v + 1\nf(y)").types == ["f32[chan=3]"]


def test_they_are_labels_in_its_body() -> None:
    for body in ("sum[n](v)", "let w = v * 2 in w.sum[n]()", "softmax[n](v) |> sum[n]"):
        ran = run(f"f(v: [b, n]): [b] = {body}\nf(ones(2, 3))")
        assert ran.types == ["f32[2]"], (body, ran.said)


def test_labels_are_dropped_in_plain_output() -> None:
    assert run(START + "y").texts == ["[1.0, 2.0, 3.0]"]
