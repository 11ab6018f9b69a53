"""Two labels on axes that must be one: found through every kind of operation, named, and underlined in both operands.

Every clash is of equal sizes, so that nothing else would find it; beside it stand calls whose labels agree,
or with one operand unlabelled, which is well formed.
"""

from __future__ import annotations

import pytest
from driver import Ran, rows, run

START = """x: f32[batch=2, chan=3] = arange(6.).reshape(2, 3)
y: f32[chan=3] = [1, 2, 3]
t: f32[time=3] = [1, 2, 3]
u: f32[batch=2, time=3] = ones(2, 3)
s: f32[chan=3, time=3] = eye(3) * 2
r: f32[time=3, chan=3] = eye(3) * 2
k: f32[time=3, head=4] = ones(3, 4)
b3: f32[n=5, row=2, chan=3] = ones(5, 2, 3)
c3: f32[n=5, time=3, col=2] = ones(5, 3, 2)
m3: f32[m=5, chan=3, col=2] = ones(5, 3, 2)
mask: bool[time=3] = [True, False, True]
bare = ones(3)
"""


def clash(program: str) -> Ran:
    ran = run(START + program)
    assert ran.codes == ["label"], (ran.said, ran.results)
    return ran


@pytest.mark.parametrize(
    "program",
    rows(
        # element by element
        *[(f"y {operator} t",) for operator in ("+", "-", "*", "/", "//", "%", "^", "==", "!=", "<", ">=")],
        ("1 < y < t",),
        ("(y > 1) & mask",),
        ("(y > 1) and mask",),
        ("atan2(y, t)",),
        ("maximum(y, t)",),
        ("lerp(y, t, 0.5)",),
        ("where(y > 1, y, t)",),
        ("where(mask, y, 0.)",),
        ("where(mask, 0., y)",),
        ("masked_fill(y, mask, 0.)",),
        ("y.masked_fill(mask, 0.)",),
        ("clamp(y, min=t)",),
        ("x + t",),
        ("x * t[None]",),
        ("y[:, None] + t[:, None]",),
        ("isclose(y, t)",),
        ("allclose(y, t)",),
        # products
        ("x @ t",),
        ("y @ t",),
        ("x @ k",),
        ("t @ x.T",),
        ("b3 @ c3",),
        ("matmul(x, k)",),
        ("mm(x, k)",),
        ("mv(x, t)",),
        ("bmm(b3, c3)",),
        ("dot(y, t)",),
        ("inner(y, t)",),
        ("linalg.multi_dot([x, k, ones(4)])",),
        ("addmm(ones(2, 4), x, k)",),
        ("cross(y, t)",),
        ("linalg.vecdot(y, t)",),
        ("cosine_similarity(y, t, dim=0)",),
        # einsum
        ('"i,i->"(y, t)',),
        ('"ij,j->i"(x, t)',),
        ('"ij,ij->"(x, u)',),
        ('"...i,i->..."(x, t)',),
        ('"ij,jk"(x, k)',),
        ('"ii"(s)',),
        ('einsum("i,i->", y, t)',),
        # joining
        ("cat([x, u])",),
        ("cat([x, x, u])",),
        ("cat((x, u), 0)",),
        ("stack([y, t])",),
        ("stack([y, y, t], 1)",),
        ("[y, t]",),
        ("[x, u]",),
        ("vstack([x, u])",),
        ("hstack([s, k])",),
        ("column_stack([y, t])",),
        ("block_diag(x, u) + zeros(4, 6) + cat([y, y]) - cat([t, t])",),
        # indexing by a mask, and by data
        ("y[mask]",),
        ("x[:, mask]",),
        ("y * mask",),
        # networks
        ("linear(x, k.T)",),
        ("linear(x, ones(4, 3), ones(4)) + 0 * linear(x, u)",),
        ("mse_loss(y, t)",),
        ("l1_loss(y, t)",),
        ("smooth_l1_loss(y, t)",),
        ("huber_loss(y, t)",),
        ("binary_cross_entropy(sigmoid(y), sigmoid(t))",),
        ("binary_cross_entropy_with_logits(y, t)",),
        ("kl_div(y, t)",),
        ("cross_entropy(x, u)",),
        ("layer_norm(x, [3], t)",),
        ("cdist(x, u)",),
        # linear algebra
        ("solve(s, t)",),
        ("lstsq(s, t).solution",),
        ("linalg.solve_triangular(s, t[:, None], upper=True)",),
        ("cov(x) + corrcoef(u) + (cov(x.T) - cov(u.T))",),
        # functions
        ("f(a, b) = a * b\nf(y, t)",),
        ("f(a: [n], b: [n]) = a * b\nf(y, t)",),
        ("f(a: [n], b: [n]): [n] = a * b\nf(y, t)",),
        ("f(a: [n], b: [n]): [n] = a\nf(y, t)",),
        ("f(a: [p, n], b: [n]): [p] = a @ b\nf(x, t)",),
        ("f(a: [*p, n], b: [n, q]): [*p, q] = a @ b\nf(x, k)",),
        ("f(a: [*s], b: [*s]): [*s] = a + b\nf(x, u)",),
        ("g(a) = a + t\nf(a) = g(2 * a)\nf(y)",),
        ("(a -> a + t)(y)",),
        ("y |> (a -> a @ t)",),
        ("let a = y * 2 in a + t",),
        # loops
        ("vmap(v -> v + t)(x)",),
        ("vmap((a, b) -> a + b)(x, u)",),
        ("vmap((a, b) -> a + b)(y, t)",),
        ("vmap[1](v -> v)(x) + (u.T * 0)",),
        ("fold((a, v) -> a + v, t, x)",),
        ("scan((a, v) -> (a, a * v), t, x)",),
        ("scan((a, p) -> (a, p[0] + p[1]), 0., (y, t))",),
        ("iterate(a -> a + t, y, 3)",),
        # updates and annotations
        ("y += t",),
        ("y *= t",),
        ("x -= t",),
        ("x[0] = t",),
        ("x[:, 1:] = u[:, 1:]",),
        ("x[0] += t",),
        ("z: f32[chan=3] = t",),
        ("z: f32[batch=2, chan=3] = u",),
        # choices
        ("c = sum(y) > 0\ny if c else t",),
        # derivatives
        ("grad[y](sum(y * t))",),
        ("vjp[y](y * 2, t)",),
        ("jvp[y](y * 2, t)",),
    ),
)
def test_a_clash_is_found_and_named(program: str) -> None:
    said = clash(program).said
    sentence = said.splitlines()[0]
    assert "time" in sentence and "chan" in sentence, said


@pytest.mark.parametrize(
    ("program", "labels"),
    rows(
        ("b3 @ m3", ["n", "m"]),
        ("bmm(b3, m3)", ["n", "m"]),
        ('"bij,bjk->bik"(b3, m3)', ["n", "m"]),
        ("x + x.T.reshape(2, 3) + (x[:, :2] + x[:, :2].T)", ["batch", "chan"]),
        ("x.T @ b3[0]", ["batch", "row"]),
    ),
)
def test_other_axes_clash(program: str, labels: list[str]) -> None:
    said = clash(program).said
    assert all(label in said.splitlines()[0] for label in labels), said


@pytest.mark.parametrize(
    ("program", "type"),
    rows(
        # the same calls, labelled meets unlabelled or itself
        ("y + bare", "f32[chan=3]"),
        ("bare + t", "f32[time=3]"),
        ("x @ bare", "f32[batch=2]"),
        ("x @ y", "f32[batch=2]"),
        ("b3 @ ones(5, 3, 4)", "f32[n=5, row=2, 4]"),
        ("bmm(b3, ones(5, 3, 4))", "f32[n=5, row=2, 4]"),
        ('"bij,bjk->bik"(ones(5, 2, 3), c3)', "f32[n=5, 2, col=2]"),
        ("stack([y, bare])", "f32[2, chan=3]"),
        ("[bare, t]", "f32[2, time=3]"),
        ("cat([x, ones(4, 3)])", "f32[batch=6, chan=3]"),
        ("cat([y, bare])", "f32[chan=6]"),
        ("where(mask, t, bare)", "f32[time=3]"),
        ("t[mask]", "f32[2]"),
        ("linear(x, ones(4, 3))", "f32[batch=2, 4]"),
        ("mse_loss(y, bare)", "f32"),
        ("mse_loss(y, y * 2)", "f32"),
        ("outer(y, t)", "f32[chan=3, time=3]"),
        ("y[:, None] * t", "f32[chan=3, time=3]"),
        ("kron(y, t)", "f32[9]"),
        ("x[0] = y\nx", "f32[batch=2, chan=3]"),
        ("x[0] = bare\nx", "f32[batch=2, chan=3]"),
        ("y += bare\ny", "f32[chan=3]"),
        ("vmap(v -> v + y)(x)", "f32[batch=2, chan=3]"),
        ("vmap[chan](v -> v * 2)(x)", "f32[chan=3, batch=2]"),
        ("vmap[batch](v -> v @ y)(x)", "f32[batch=2]"),
        ("fold((a, v) -> a + v, y, x)", "f32[chan=3]"),
        ("scan((a, v) -> (a, a * v), y, x)[1]", "f32[batch=2, chan=3]"),
        ("iterate(a -> a + y, y, 3)", "f32[chan=3]"),
        ("f(a: [n], b: [n]): [n] = a * b\nf(y, bare)", "f32[chan=3]"),
        ("f(a: [n], b: [n]): [n] = a * b\nf(bare, t)", "f32[time=3]"),
        ("f(a: [n], b: [m]): [n, m] = a[:, None] * b\nf(y, t)", "f32[chan=3, time=3]"),
        ("f(a: [p, n], b: [n, q]): [p, q] = a @ b\nf(u, k)", "f32[batch=2, head=4]"),
        ("c = sum(y) > 0\ny if c else bare", "f32[chan=3]"),
        ("grad[y](sum(y * bare))", "f32[chan=3]"),
        ("softmax[chan](x) @ s", "f32[batch=2, time=3]"),
        ("solve(s, y)", "f32[time=3]"),
    ),
)
def test_what_agrees_is_well_formed(program: str, type: str) -> None:
    ran = run(START + program)
    assert not ran.errors, ran.said
    assert ran.types == [type]


@pytest.mark.parametrize(
    "program",
    rows(
        ("y + t",),
        ("x @ k",),
        ("x @ t",),
        ('"ij,jk->ik"(x, k)',),
        ("where(y > 1, y, t)",),
        ("stack([y, t])",),
        ("cat([x, u])",),
        ("[y, t]",),
        ("mse_loss(y, t)",),
        ("linear(x, u)",),
        ("f(a: [n], b: [n]) = a * b\nf(y, t)",),
        ("f(a, b) = a * b\nf(y, t)",),
        ("solve(s, t)",),
        ("y[mask]",),
        ("x[0] = t",),
        ("y += t",),
        ("masked_fill(y, mask, 0.)",),
    ),
)
def test_both_operands_are_shown_with_their_lines(program: str) -> None:
    """The type of each side, and the line of each label."""
    said = clash(program).said
    shown = said.splitlines()[1:]
    assert sum("chan=3" in line and "line" in line for line in shown) >= 1, said
    assert sum("time=3" in line and "line" in line for line in shown) >= 1, said
    assert len(said.splitlines()) <= 9, said


@pytest.mark.parametrize(
    "program",
    rows(
        ("y + t[:2]",),
        ("x @ k[:2]",),
        ('"i,i->"(y, t[:2])',),
        ("stack([y, t[:2]])",),
        ("cat([x, u[:, :2]])",),
        ("mse_loss(x, u[:, :2])",),
        ("f(a: [n], b: [n]) = a * b\nf(y, t[:2])",),
        ("x[0] = t[:2]",),
        ("y[mask[:2]]",),
        ("solve(s, t[:2])",),
    ),
)
def test_sizes_are_judged_first(program: str) -> None:
    assert run(START + program).codes == ["shape"]


def test_an_axis_of_one_has_its_label_too() -> None:
    """What would grow along an axis of another label is a clash; a fresh axis has no label."""
    for program in ("y + t[:1]", "x * u[:, :1]", "mean[time, keepdim](u) + x"):
        clash(program)
    ran = run(START + "y + ones(1)\nmean[time](u)[:, None] + x")
    assert not ran.errors, ran.said
    assert ran.types == ["f32[chan=3]", "f32[batch=2, chan=3]"]
