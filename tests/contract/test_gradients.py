"""Derivatives, from the contract: each form, what variables remember, what is refused, torch's accumulating style.

What they must be is found by torch's autograd, by NumPy, or by hand; every row's own derivative is tested in
tests/library/test_derivatives.py.
"""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.driver import Calculator, assert_fails, assert_gives, check, run, value

X = "x = [1., 2., 3.]\n"


@pytest.mark.parametrize(
    ("program", "type", "want"),
    [
        (X + "grad[x](sum(x^2))", "f32[3]", [2, 4, 6]),
        (X + "grad(sum(x^2), x)", "f32[3]", [2, 4, 6]),
        (X + "grad[x](x[0] * x[1])", "f32[3]", [2, 1, 0]),
        ("grad(t -> t^3)(2.)", "f32", 12),
        ("f(a, b) = a * b^2\ngrad[1](f)(2., 3.)", "f32", 12),
        ("f(a, b) = a * b^2\ngrad[1, 0](f)(2., 3.)", "(f32, f32)", (12, 9)),
        ("f(a, b) = a * b^2\ntorch.func.grad(f, argnums=(-1, 0))(2., 3.)", "(f32, f32)", (12, 9)),
        ("f(a, b) = a * b^2\njacobian[-1](f)(2., 3.)", "f32", 12),
        ("x = 2.5\ngrad[x](i64(x) * x)", "f32", 2),
        ("k = 3\ngrad[k](i32(k)^2)", "f32", 6),
        (X + "jacobian[x](x^2)", "f32[3, 3]", [[2, 0, 0], [0, 4, 0], [0, 0, 6]]),
        (X + "jacobian[x](sum(x^2))", "f32[3]", [2, 4, 6]),
        (X + "jacobian[x]([sum(x), prod(x)])", "f32[2, 3]", [[1, 1, 1], [6, 3, 2]]),
        ("s = 2.\njacobian[s]([s, s^2, s^3, 1])", "f32[4]", [1, 4, 12, 0]),
        ("jacobian(x -> x^2)([1., 2.])", "f32[2, 2]", [[2, 0], [0, 4]]),
        (X + "hessian[x](x[0] * x[1] * x[2])", "f32[3, 3]", [[0, 3, 2], [3, 0, 1], [2, 1, 0]]),
        (X + "vjp[x](x^2, [1., 0., 2.])", "f32[3]", [2, 0, 12]),
        (X + "grad[x](x^2, [1., 0., 2.])", "f32[3]", [2, 0, 12]),
        (X + "jvp[x](x^2, [1., 0., 2.])", "f32[3]", [2, 0, 12]),
        (X + "jvp[x](sum(x^2), [1., 0., 2.])", "f32", 14),
        (X + "grad[x](sum(grad[x](sum(x^3))^2))", "f32[3]", [36, 288, 972]),
        ("x = 3\ngrad[x](x^2)", "f32", 6),
        ("x = [1, 2]\ngrad[x](sum(x^2) / 2)", "f32[2]", [1, 2]),
        ("x = 3.\nlet y = x^2 in grad[x](y * x)", "f32", 27),
        ("let x = 3., y = x^2 in grad[x](y * x)", "f32", 27),
        ("x = f64([1, 2])\ngrad[x](sum(x^2))", "f64[2]", [2, 4]),
        ("x = zeros(0)\ngrad[x](sum(x^2))", "f32[0]", []),
        ("x: f32[time=2] = [1, 2]\ngrad[x](sum(x^2))", "f32[time=2]", [2, 4]),
        ("x = [3., 1., 2.]\ngrad[x](sum(x[x > 1]^2))", "f32[3]", [6, 0, 4]),
        ("x = 3.\ngrad[x](x * detach(x))", "f32", 3),
        ("x = 3.\ngrad[x](x^2 * x.data)", "f32", 18),
        ("x = 2.\ngrad[x](x^2 if x > 1 else x)", "f32", 4),
        ("x = [1., 2.]\nb = 1.\ngrad[b](sum((x + b)^2))", "f32", 10),
        ("w = 2.\nvmap(t -> grad[w](t * w^2))([1., 2.])", "f32[2]", [4, 8]),
        ("vmap(t -> let u = t^2 in vmap(s -> grad[t](s * u))([1., 2.]))([1., 3.])", "f32[2, 2]", [[2, 4], [6, 12]]),
        ("r = 0.5\ngrad[r](iterate(s -> s * r, 8., 3))", "f32", 6),
        ("x = [1., 2.]\ngrad[x](fold((s, e) -> s * e, 1., x))", "f32[2]", [2, 1]),
        ("f(x: [n]) = grad[x](sum(x^2))\nf([1., 2.])", "f32[2]", [2, 4]),
    ],
)
def test_forms(program: str, type: str, want: object) -> None:
    assert_gives(program, type, want)


def test_the_last_result_remembers_too() -> None:
    assert run("x = 2.\nx^3\ngrad[x](_)").values[1].item() == 12


def test_several_by_name() -> None:
    ran = run("a = 2.\nb = 3.\nc = 1.\nz = (a + b) * (b - c)\ngrad[a, b, c](z)\ngrad(z)")
    assert [result.type for result in ran.results] == ["(f32, f32, f32)"] * 2
    for result in ran.results:
        assert [float(each) for each in result.value] == [2, 7, -5]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 4), st.integers(1, 4), st.integers(0, 2**31))
def test_jacobians_are_torchs(n: int, m: int, seed: int) -> None:
    """By rows and by columns, whichever are fewer."""
    torch.manual_seed(seed)
    weight, point = torch.randn(m, n, dtype=torch.float64), torch.randn(n, dtype=torch.float64)
    calculator = Calculator()
    for name, held in (("W", weight), ("x", point)):
        calculator.step("zeros(1);")
        calculator.session.bind(name, calculator.session.engine.type_of(held, None), held)
    got = calculator.step("jacobian[x](tanh(W @ x))\nhessian[x](sum(sin(W @ x)))").values
    assert torch.allclose(got[0], torch.func.jacrev(lambda x: torch.tanh(weight @ x))(point))
    assert torch.allclose(got[1], torch.func.hessian(lambda x: torch.sin(weight @ x).sum())(point))


@pytest.mark.parametrize(
    ("program", "want"),
    [
        (X + "y = sum(x^2)\ngrad[x](y)", [2, 4, 6]),
        (X + "a = x * 2\nb = a^2\nc = sum(b)\ngrad[x](c)", [8, 16, 24]),
        (X + "a = x * 2\nb = a^2\nc = sum(b)\ngrad[a](c)", [4, 8, 12]),
        ("n = 3\nm = n^2\ngrad[n](m)", 6),
        ("A = [[2., 0.], [0., 3.]]\nq, r = qr(A)\ngrad[A](abs(r[0, 0]))", [[1, 0], [0, 0]]),
        ("x = [1., 2.]\nh = zeros(2)\nh[0] = x[0] * 3\nh[1] = h[0] * x[1]\ngrad[x](h[1])", [6, 3]),
        ("x = [1., 2., 3.]\nu = x[x > 1]\ngrad[x](sum(u^2))", [0, 4, 6]),
        ("x = 2.\nx^3;\ny = x^3\ngrad[x](y)", 12),
        ("c = 5.\nx = 2.\ny = c * x\nc = 100.\ngrad[x](y)", 5),
        ("f(t) = t * k\nk = 3.\nx = 2.\ny = f(x)\nk = 100.\ngrad[x](y)", 3),
        ("x = [1., 2.]\nw = 2 * x\nw = w * x\ngrad[x](sum(w))", [4, 8]),
    ],
)
def test_variables_remember(program: str, want: object) -> None:
    assert value(program).tolist() == want


def test_what_was_drawn_is_not_drawn_again() -> None:
    ran = run(
        "x = [1., 2.]\nr = x * randn(2)\ny = sum(r)\ngrad[x](y) - r / x\n"
        "v = sum(dropout(x)^2)\nrandn(1);\ngrad[x](v)\nv"
    )
    assert ran.values[0].tolist() == [0, 0]
    kept, total = ran.values[1], ran.values[2]
    # dropout doubles what it keeps: v is the sum of (2*x)^2 over those, its derivative 8*x
    assert float((kept / torch.tensor([8.0, 16.0]) * torch.tensor([4.0, 16.0])).sum()) == float(total)


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("x = 3.\ny = x^2\nx = 5.\ngrad[x](y)", ["y was computed by an earlier x", "line 3"]),
        ("x = 3.\na = x^2\ny = a + 1\nx = 5.\ngrad[x](y)", ["earlier x, through a", "line 4", "line 2"]),
        ("x = 3.\ny = x^2\nx = 5.\ngrad(y)", ["y was computed by an earlier x"]),
        ("x = [1., 2.]\ngrad[x](x)", ["x is f32[2]", "a gradient is of a scalar"]),
        ("x = 3.\nx.grad", ["x has no gradient before a backward()"]),
        ("x = 3.\ny = x^2\ny.backward()\ny.grad", ["y is computed, and backward() fills the leaves alone"]),
        ("grad(sum(arange(3)))", ["depends on no floating variable"]),
        ("x = 1.\ngrad[x](minimize[x](x^2))", ["minimize has no derivative"]),
        ("x = 1.\nx.grad = 3", ["can only be set to None"]),
        (X + "grad[x, x](sum(x))", ["x is named twice"]),
        (X + "minimize[x, x](sum(x))", ["x is named twice"]),
        ("grad[0, 0]((a, b) -> a * b)(2., 3.)", ["a parameter is numbered twice"]),
        ("grad[0, -2]((a, b) -> a * b)(2., 3.)", ["a parameter is numbered twice"]),
        ("x = 1.\nk = 2.\nz = x^2\nz.backward(inputs=[k])", ["z goes back to no leaf k"]),
    ],
)
def test_refused(program: str, says: list[str]) -> None:
    assert_fails(program, "grad", *says)


def test_an_earlier_variable_is_found_before_anything_runs() -> None:
    ran = check("x = 3.\ny = x^2\nx = 5.\ngrad[x](y)")
    assert [error.code for error in ran.errors] == ["grad"]


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (X + "grad[x](sum(floor(x)))", "through floor alone"),
        (X + "grad[x](argmax(x) * 1.)", "through argmax alone"),
        (X + "grad[x](sum(i64(x)))", "through i64 alone"),
        (X + "grad[x](sum(x.bool()) * 2.)", "through bool alone"),
        ("x = [1, 0, 2]\ngrad[x](sum(x.bool()) * 2.)", "through bool alone"),
        (X + "y = 2.\ngrad[x](y^2)", "y^2 does not depend on x"),
    ],
)
def test_zero_everywhere_is_told(program: str, says: str) -> None:
    ran = run(program)
    assert ran.values[-1].tolist() == [0, 0, 0]
    assert len(ran.notes) == 1 and says in ran.notes[0]


def test_a_dependence_through_variables_is_no_reason_for_a_note() -> None:
    assert run(X + "y = sum(x)\ngrad[x](y * 2)").notes == []


def test_backward_accumulates_as_in_torch() -> None:
    leaf = torch.tensor([1.0, 2.0], requires_grad=True)
    program = "w = tensor([1., 2.], requires_grad=True)\nb = 3.\nz = (w^2).sum() * b\nz.backward()\n"
    for _ in range(2):
        with torch.enable_grad():
            ((leaf**2).sum() * 3).backward()
    assert leaf.grad is not None
    ran = run(program + "z.backward()\nw.grad")
    assert ran.values[0].tolist() == leaf.grad.tolist()
    assert_fails(program + "b.grad", "grad", "b has no gradient")  # w is marked, so it is the only leaf


def test_without_a_mark_every_beginning_is_a_leaf() -> None:
    ran = run("a = 2.\nb = 3.\nz = a * b\nz.backward()\na.grad\nb.grad")
    assert [float(each) for each in ran.values] == [3, 2]


def test_backward_with_a_cotangent() -> None:
    assert value("w = [1., 2.]\n(w^2).backward([1., 10.])\nw.grad").tolist() == [2, 40]


@pytest.mark.parametrize(
    ("reset", "after"), [("zero_grad()", None), ("w.grad = None", None), ("w.grad.zero_()", [0.0, 0.0])]
)
def test_gradients_are_set_back(reset: str, after: list[float] | None) -> None:
    program = f"w = tensor([1., 2.], requires_grad=True)\nsum(w^2).backward()\n{reset}\nw.grad"
    if after is None:
        assert_fails(program, "grad", "w has no gradient")
    else:
        assert value(program).tolist() == after


def test_a_leaf_that_is_moved_stays_one() -> None:
    program = "w = tensor([1., 2.], requires_grad=True)\nb = 3.\nsum(w^2 * b).backward()\nw -= 0.5 * w.grad / 3\n"
    assert run(program + "w\nw.grad\nsum(w^2 * b).backward()\nw.grad").values[2].tolist() == [6, 12]
    assert_fails(program + "sum(w * b).backward()\nb.grad", "grad", "b has no gradient")


def test_descent_remembers_a_bounded_past() -> None:
    """A thousand steps of a variable made of itself: the derivative is right, and older values are let go."""
    calculator = Calculator()
    calculator.step("A = [[2., 0.], [0., 1.]]\nb = [2., 3.]\nw = [0., 0.]\nloss(w) = norm(A @ w - b)^2")
    for _ in range(1200):
        calculator.step("w = w - 0.05 * grad[w](loss(w))")
    binding = calculator.session.bindings["w"]
    assert binding.past is not None and binding.past.steps <= 1000
    assert torch.allclose(calculator.step("w").values[0], torch.tensor([1.0, 3.0]), atol=1e-4)
    assert torch.allclose(calculator.step("grad[w](loss(w))").values[0], torch.zeros(2), atol=1e-3)
    ran = calculator.step("grad[b](loss(w))")
    assert [error.code for error in ran.errors] == ["grad"]
    assert "w was computed by b more than 1000 steps ago" in ran.said
    calculator.step("v = [2., 2.]")
    found = calculator.step("grad[v](sum(w * v))").values[0]  # what w was computed by does not matter
    assert torch.allclose(found, torch.tensor([1.0, 3.0]), atol=1e-4)


@pytest.mark.parametrize("method", ["lbfgs", "adam", "sgd"])
def test_minimize(method: str) -> None:
    program = (
        f'A = [[1., 0.], [0., 2.]]\nw = [0., 0.]\nminimize[w](norm(A @ w - [3., 4.])^2, method="{method}", lr=0.1)\nw'
    )
    found, start = run(program).values
    assert torch.allclose(found, torch.tensor([3.0, 2.0]), atol=1e-3)
    assert start.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("call", "code", "says"),
    [
        ("minimize[x](sum(log(x - 5)))", "value", "the loss is nan at the start"),
        ("minimize[x](x)", "grad", "a minimum is of a scalar"),
        ('minimize[x](sum(x), method="newton")', "value", 'method is one of "lbfgs", "adam", "sgd"'),
        ("minimize[x](sum(x), steps=0)", "value", "steps is an integer from 1 on"),
        ("minimize[x](sum(x), lr=-1)", "value", "lr is a number above 0"),
        ("minimize[x](sum(x), stps=3)", "type", "minimize has no option stps"),
    ],
)
def test_minimize_refuses(call: str, code: str, says: str) -> None:
    assert_fails(X + call, code, says)


def test_gradcheck() -> None:
    ran = run(X + "gradcheck[x](sum(exp(x)))\nW = [[1., 2.], [3., 4.]]\ngradcheck[W](logdet(W @ W.T))")
    assert [result.type for result in ran.results] == [f"(f64, i64[{rank}], f64, f64, f64[2])" for rank in (1, 2)]
    assert ran.results[0].names == ("difference", "index", "gradient", "finite", "sides")
    for difference, _, gradient, finite, sides in ran.values:
        assert difference < 1e-5 and abs(gradient - finite) == difference
        assert sides.tolist() == [finite, finite]


def test_gradcheck_at_a_bend() -> None:
    """The two disagree by half the step of the slope, and the slopes on both sides say why."""
    difference, _, gradient, finite, sides = value("x = 0.\ngradcheck[x](relu(x))")
    assert [difference, gradient, finite, *sides] == pytest.approx([0.5, 0, 0.5, 0, 1])


def test_gradcheck_by_every_leaf() -> None:
    ran = run("x = [1., 2.]\nw = 3.\ny = w * sum(x^2)\ngradcheck(y)\ngradcheck[w, x](y)")
    assert [result.names for result in ran.results] == [("x", "w"), ("w", "x")]
    assert [float(each[2]) for each in ran.values[1]] == [5, 6 * (1 + ran.values[1][1][1].item())]


@pytest.mark.parametrize(
    "loss",
    [
        "sum(sort(x).values * [1., 2., 3.])",  # zeros that an index is added to
        "sum(x[[0, 2]]^2)",
        "sum(bf16(x)^2)",
        "sum(f32(x) * ones(3))",
        "fold((s, t) -> s * 0.5 + t^2, 0., x)",
        "sum(x^2 if sum(x) > 0 else x)",
        "sum(cumprod[0](x))",
        "sum(x / [3, 7, 9])",
    ],
)
def test_gradcheck_is_in_double_precision_throughout(loss: str) -> None:
    assert float(value(f"x: f32[3] = [1., 2.5, 0.3]\ngradcheck[x]({loss})")[0]) < 1e-7


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("gradcheck[x](x)", "a gradient is of a scalar"),
        ("z = [1j]\ngradcheck[z](norm(z))", "gradcheck is by real numbers, and z is c64[1]"),
        ("z = [1j]\ngrad[z](sum(z))", "a gradient is of a real number"),
        ("z = [1j]\njacobian[z](z^2)", "a Jacobian is of real numbers"),
        ("jacobian[x](fft(x))", "a Jacobian is of real numbers"),
        ("z = [1j]\nhessian[z](norm(z)^2)", "a Hessian is of real numbers"),
        ("grad(t -> t * 1j)(2.)", "a gradient is of a real number"),
        ("z = 1j\nz.backward()", "a gradient is of a real number"),
    ],
)
def test_what_has_no_such_derivative(call: str, says: str) -> None:
    assert_fails(X + call, "grad", says)


@pytest.mark.parametrize(
    ("loss", "want"),
    [
        ("norm(z)^2", [4 + 6j, 2 - 2j]),
        ("real(z[0]) + 2 * imag(z[1])", [1, 2j]),
        ("abs(z[0]) * 13^0.5", [2 + 3j, 0]),
        ("angle(z[1]) * 2", [0, 1 + 1j]),
    ],
)
def test_by_complex_numbers_it_points_uphill(loss: str, want: object) -> None:
    """d/dx + i d/dy, as torch has it."""
    assert_gives(f"z = [2 + 3j, 1 - 1j]\ngrad[z]({loss})", "c64[2]", want)


def test_forward_mode_with_complex_and_wide_numbers() -> None:
    got = value("x = f64([1, 2, 3])\njvp[x](fft(x), [1., 0., 1.])")
    assert torch.allclose(got, torch.fft.fft(torch.tensor([1.0, 0, 1], dtype=torch.float64)))
    assert value("z = [1 + 2j]\njvp[z](z * z, [1j])").tolist() == [-4 + 2j]


def test_a_second_derivative_through_a_bias() -> None:
    """torch's own loses it: that of a layer's bias is by formula."""
    program = "b = [1., 2., 3.]\nhessian[b](sum(F.layer_norm([1., 2., 4.], (3,), bias=b)^3))"
    want = torch.diag(6 * (torch.nn.functional.layer_norm(torch.tensor([1.0, 2, 4]), (3,)) + torch.tensor([1.0, 2, 3])))
    assert torch.allclose(value(program), want, atol=1e-5)


@pytest.mark.parametrize(
    ("program", "want"),
    [
        ("a = 2.\nw = 3.\nb = a^2\nc = b * w\ngrad[a](grad[w](c))", 4),
        ("a = 2.\nw = 3.\nb = a^2\nc = b * w\ng = grad[w](c)\ngrad[a](g)", 4),
        ("w = 1.\nA = 2.\ng = grad[w](A * w^2)\nA = w * 3\ngrad[w](g)", 4),
        ("a = 2.\nw = 3.\nc = a * w\ng = grad[w](c * w)\na = 100.\ngrad[w](g)", 4),
        ("w = 2.\nz = w^3\nz.backward()\ny = w * w.grad\nz.backward()\ngrad[w](y)", 12),
        ("w = 2.\nz = w^3\nz.backward()\ny = (w * w.grad)^2\nw.grad = None\ngrad[w](y)", 576),
        ("x = 2.\ny = detach(x)\ngrad(x * y)[0]", 2),
    ],
)
def test_derivatives_in_the_past_are_taken_as_things_were_then(program: str, want: float) -> None:
    """By hand. Each statement is a run of its own, as in the shell."""
    calculator = Calculator()
    ran = [calculator.step(line) for line in program.splitlines()][-1]
    assert not ran.errors, ran.said
    assert ran.values[0].item() == want


def test_a_derivative_through_many_steps_of_descent_takes_no_more_than_it_must() -> None:
    """Second derivatives through a chain: each step is seen once, not twice for each step behind it."""
    calculator = Calculator()
    calculator.step("A = [[2., 0.], [0., 1.]]\nb = [2., 3.]\nw = [0., 0.]\nloss(w) = norm(A @ w - b)^2")
    leaf = torch.tensor([2.0, 3.0], requires_grad=True)
    matrix, w = torch.tensor([[2.0, 0.0], [0.0, 1.0]]), torch.zeros(2)
    for _ in range(15):
        calculator.step("w = w - 0.05 * grad[w](loss(w))")
        with torch.enable_grad():
            w = w - 0.05 * 2 * matrix.T @ (matrix @ w - leaf)
    with torch.enable_grad():
        ((matrix @ w - leaf).norm() ** 2).backward()
    torch.testing.assert_close(calculator.step("grad[b](loss(w))").values[0], leaf.grad)


def test_a_gradient_by_all_leaves_is_shown_by_name_at_every_door() -> None:
    """The shell, --json, and the parts by their names; rank 0, labels, nothing at all, a name of a part's own."""
    import json

    from tcalc.outcomes import Shown
    from tcalc.show.jsonlines import json_text
    from tcalc.show.palette import PLAIN
    from tcalc.show.terminal import value_text
    from tcalc.source import Source

    calculator = Calculator()
    calculator.step("a = 2.\nb: f32[t=2] = [1, 2]\nc = zeros(0)\nz = a * sum(b^2) + sum(c)")
    (shown,) = [each for each in calculator.session.run(Source("grad(z)")) if isinstance(each, Shown)]
    lines = [line.split("   ")[0] for line in value_text(shown.data, PLAIN).splitlines()]
    assert [line.split(":")[0] for line in lines] == ["a", "b", "c"]
    items = json.loads(json_text(shown.data))["items"]
    assert [(each["name"], each["type"], each["value"]) for each in items] == [
        ("a", "f32", 5.0),
        ("b", "f32[t=2]", [4.0, 8.0]),
        ("c", "f32[0]", []),
    ]
    ran = calculator.step("grad(z).b\ngrad(a^2)\ngrad(z)")
    assert ran.types == ["f32[t=2]", "(f32,)", "(f32, f32[t=2], f32[0])"]
    assert ran.texts[1:] == ["(4.0,)", "(5.0, [4.0, 8.0], [])"]


@pytest.mark.parametrize(
    ("factor", "want"),
    [
        ("i64(x)", 2),
        ("bool(x)", 1),
        ("u8(k)", 44),
        ("i8(200)", -56),
        ("i32(x)", 2),
        ("sum(i64([2.5, -1.5]))", 1),
        ("sum(i64([k, 1]) * bool([0.5, 0.]))", 300),
    ],
)
def test_a_factor_is_what_its_dtype_holds(factor: str, want: float) -> None:
    """Though its value be known while checking."""
    assert_gives(f"x = 2.5\nk = 300\ny = 3.\ngrad[y](y * {factor})", "f32", want)
