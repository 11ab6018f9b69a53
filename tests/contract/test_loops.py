"""Functions on functions: vmap, scan, fold, iterate, and how random calls draw inside and outside them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from driver import Calculator, assert_fails, assert_gives, rows, run, step


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        ("vmap(row -> sum(row))([[1, 2], [3, 4]])", "i64[2]", [3, 7]),
        ("vmap[1](sum)([[1, 2], [3, 4]])", "i64[2]", [4, 6]),
        ("vmap[-1](sum)([[1, 2], [3, 4]])", "i64[2]", [4, 6]),
        ("vmap(sum)([[1, 2], [3, 4]])", "i64[2]", [3, 7]),
        ("vmap(x -> x^2)([1, 2, 3])", "i64[3]", [1, 4, 9]),
        ("f(x) = x @ x\nvmap(f)(ones(4, 3))", "f32[4]", [3.0] * 4),
        ("vmap((a, b) -> a @ b)(ones(4, 2, 3), ones(4, 3, 5))", "f32[4, 2, 5]", torch.full((4, 2, 5), 3.0)),
        ("vmap((a, b) -> a * b)([1, 2], [3, 4])", "i64[2]", [3, 8]),
        ("A = [[1., 2.], [3., 4.]]\nvmap(x -> A @ x)([[1., 0.], [0., 1.]])", "f32[2, 2]", [[1.0, 3.0], [2.0, 4.0]]),
        ("vmap(vmap(x -> x + 1))([[1, 2], [3, 4]])", "i64[2, 2]", [[2, 3], [4, 5]]),
        ("vmap(x -> vmap(y -> x * y)([1, 2]))([3, 4])", "i64[2, 2]", [[3, 6], [4, 8]]),
        ("vmap(x -> (x, 2 * x))([1, 2])", "(i64[2], i64[2])", (torch.tensor([1, 2]), torch.tensor([2, 4]))),
        ("vmap(x -> 5)([1, 2])", "i64[2]", [5, 5]),
        ("vmap(sum[0])(ones(2, 3, 4))", "f32[2, 4]", torch.full((2, 4), 3.0)),
        ("vmap(softmax[0])(zeros(2, 4))", "f32[2, 4]", torch.full((2, 4), 0.25)),
        ("vmap(r -> max[0](r).values)([[1, 5], [7, 2]])", "i64[2]", [5, 7]),
        ("vmap(norm)([[3., 4.], [6., 8.]])", "f32[2]", [5.0, 10.0]),
        ("vmap(x -> x[0])(ones(3, 2))", "f32[3]", [1.0] * 3),
        ("vmap(x -> where(x > 1, x, 0))([1, 2])", "i64[2]", [0, 2]),
        ("vmap(x -> x)(zeros(0, 3))", "f32[0, 3]", torch.zeros(0, 3)),
        ("f = vmap(sum)\nf([[1, 2]])", "i64[1]", [3]),
        ("[[1, 2], [3, 4]] |> vmap(sum)", "i64[2]", [3, 7]),
        # scan
        ("scan((s, x) -> (s + x, s * x), 0, [1, 2, 3])", "(i64, i64[3])", (torch.tensor(6), torch.tensor([0, 2, 9]))),
        ("last, outs = scan((s, x) -> (s + x, s + x), 0., [1., 2., 3.])\nouts", "f32[3]", [1.0, 3.0, 6.0]),
        (
            "step(s, x) = ((s[0] + x, s[1] * x), s[0] + x)\nlast, outs = scan(step, (0., 1.), [1., 2., 3.])\nlast",
            "(f32, f32)",
            (torch.tensor(6.0), torch.tensor(6.0)),
        ),
        ("scan((s, x) -> (s + x, x), 0, [1.5, 2.5])", "(f32, f32[2])", (torch.tensor(4.0), torch.tensor([1.5, 2.5]))),
        (
            "scan((h, x) -> (tanh(h + x), h), zeros(2), ones(3, 2))[1]",
            "f32[3, 2]",
            [[0.0, 0.0], [0.76159416, 0.76159416], [0.94268, 0.94268]],
        ),
        (
            "scan((s, x) -> (s, (x, 2 * x)), 0, [1, 2])[1]",
            "(i64[2], i64[2])",
            (torch.tensor([1, 2]), torch.tensor([2, 4])),
        ),
        ("scan((s, x) -> (s + x[0] * x[1], s), 0, ([1, 2], [3, 4]))[0]", "i64", 11),
        # fold
        ("fold((a, x) -> a * 10 + x, 0, [1, 2, 3])", "i64", 123),
        ("fold((a, x) -> a + x, 0, [1.5, 2])", "f32", 3.5),
        ("fold((a, x) -> a @ x, eye(2), ones(3, 2, 2))", "f32[2, 2]", [[4.0, 4.0], [4.0, 4.0]]),
        ("fold((a, x) -> (a[0] + x, a[1] + 1), (0, 0), [5, 6])", "(i64, i64)", (torch.tensor(11), torch.tensor(2))),
        ("fold((a, x) -> a + x[0] * x[1], 0, ([1, 2], [3, 4]))", "i64", 11),
        ("fold((a, x) -> a + x, 7, zeros(0, dtype=i64))", "i64", 7),
        # iterate
        ("iterate(x -> (x + 2 / x) / 2, 1.0, 6)", "f32", 2**0.5),
        ("iterate(x -> 2 * x, 1, 10)", "i64", 1024),
        ("iterate(x -> x / 2, 1, 2)", "f32", 0.25),
        ("iterate(x -> x + 1, 0, 0)", "i64", 0),
        ("iterate(s -> (s[1], s[0] + s[1]), (0, 1), 10)[0]", "i64", 55),
        ("A = [[1., 1.], [1., 0.]]\niterate(v -> A @ v, [1., 0.], 5)", "f32[2]", [8.0, 5.0]),
        ("n = 3\niterate(x -> x + 1, 0, n)", "i64", 3),
        ("iterate(x -> cos(x), 1., 1000)", "f32", 0.73908513),
        ("f(x: [n], k=3): [n] = iterate(x -> 2 * x, x, k)\nf([1, 2])", "i64[2]", [8, 16]),
        ("f(x: [n], k=3): [n] = iterate(x -> 2 * x, x, k)\nf([1, 2], 1)", "i64[2]", [2, 4]),
        ("f(x: [n], k: int = 3): [n] = iterate(x -> 2 * x, x, k)\nf([1, 2])", "i64[2]", [8, 16]),
    ),
)
def test_values(program: str, type: str, value: Any) -> None:
    assert_gives(program, type, value)


@pytest.mark.parametrize(
    ("program", "codes"),
    rows(
        ("vmap(sum)(3)", {"shape"}),
        ("vmap((a, b) -> a + b)(ones(2), ones(3))", {"shape"}),
        ("vmap[2](sum)(ones(2, 3))", {"shape"}),
        ("vmap(sum)", None),
        ("vmap((a, b) -> a)(ones(2))", {"type"}),
        ("fold((a, x) -> [a, x], 0, [1, 2])", {"shape"}),
        ("iterate(x -> cat([x, x]), [1.], 3)", {"shape"}),
        ("scan((s, x) -> s, 0, [1, 2])", {"type", "shape"}),
        ("scan((s, x) -> (s, x, x), 0, [1, 2])", {"type", "shape"}),
        ("fold(3, 0, [1])", {"type"}),
        ("iterate(x -> x, 0, -1)", {"value", "shape", "type"}),
        ("iterate(x -> x, 0, 1.5)", {"type", "dtype"}),
        ("f(x: [n], k): [n] = iterate(x -> 2 * x, x, k)\nf([1, 2], 1.5)", {"type"}),
        ("fold((a, x) -> a + x, 0, (ones(2), ones(3)))", {"shape"}),
        ("vmap(x -> x @ ones(3))(ones(4, 2))", {"shape"}),
        ("fold((a, x) -> a + nosuch, 0, [1])", {"name"}),
        ("fold((a, x) -> (a, x), 0, [1])", {"type", "shape"}),
    ),
)
def test_mistakes(program: str, codes: set[str] | None) -> None:
    ran = run(program)
    if codes is None:
        assert ran.types == ["function"]
        return
    assert len(ran.codes) == 1 and ran.codes[0] in codes, (ran.said, ran.results)


def test_vmap_called_as_if_it_were_map_is_shown_the_way() -> None:
    assert_fails("vmap(x -> x + 1, [1, 2])", "type", "vmap(f)(xs)")


def test_a_states_dtype_promotes_once() -> None:
    assert_gives("fold((a, x) -> a / x, 1, [2, 4])", "f32", 0.125)
    assert_gives("fold((a, x) -> a + f64(x), 1, [2, 4])", "f64", 7.0)
    assert_gives("fold((a, x) -> a + 1j, 1, [2, 4])", "c64", 1 + 2j)


def test_loops_agree_with_the_same_thing_unrolled() -> None:
    torch.manual_seed(1)
    xs = torch.randn(6, 3)
    calculator = Calculator(seed=1)
    calculator.step("xs = randn(6, 3)")
    got = calculator.step("scan((h, x) -> (tanh(0.5 * h + x), h * x), zeros(3), xs)").values[0]
    state, outs = torch.zeros(3), []
    for x in xs:
        outs.append(state * x)
        state = torch.tanh(0.5 * state + x)
    torch.testing.assert_close(got[0], state)
    torch.testing.assert_close(got[1], torch.stack(outs))


# Random numbers


def test_a_seed_gives_torchs_numbers() -> None:
    torch.manual_seed(3)
    want = [torch.rand(2), torch.randn(2), torch.randint(0, 10, (3,)), torch.randperm(5)]
    ran = step("torch.manual_seed(3)\nrand(2)\nrandn(2)\nrandint(0, 10, (3,))\nrandperm(5)")
    assert not ran.errors, ran.said
    for got, wanted in zip(ran.values, want, strict=True):
        torch.testing.assert_close(got, wanted)
    by_option = step("rand(2)\nrandn(2)\nrandint(0, 10, (3,))\nrandperm(5)", seed=3)
    for got, wanted in zip(by_option.values, want, strict=True):
        torch.testing.assert_close(got, wanted)
    assert not ran.results[4:] and len(ran.results) == 4  # manual_seed shows nothing


def test_draws_are_never_merged() -> None:
    for program in (
        "rand(50) - rand(50)",
        "f() = rand(50)\nf() - f()",
        "let a = rand(50), b = rand(50) in a - b",
        "[rand(50), rand(50)][0] - rand(50)",
    ):
        (result,) = run(program).results
        assert result.value.abs().sum() > 1, program
    pair = run("(rand(50), rand(50))").values[0]
    assert not torch.equal(*pair)
    assert run("let a = rand(50) in a - a").values[0].abs().sum() == 0
    assert run("x = rand(50)\nx - x").values[0].abs().sum() == 0
    assert run("f(x) = x - x\nf(rand(50))").values[0].abs().sum() == 0


def test_each_turn_and_each_element_draws() -> None:
    rows_ = run("vmap(x -> x + rand(20))(zeros(3))").values[0]
    assert rows_.shape == (3, 20)
    assert not torch.equal(rows_[0], rows_[1]) and not torch.equal(rows_[1], rows_[2])
    outs = run("scan((s, x) -> (s, rand(20)), 0, zeros(3))[1]").values[0]
    assert not torch.equal(outs[0], outs[1]) and not torch.equal(outs[1], outs[2])
    assert 0 < run("iterate(x -> x + rand(1)[0], 0., 10)").values[0] < 10
    turns = run("iterate(s -> cat([s[1:], rand(1)]), zeros(4), 4)").values[0]
    assert len(set(turns.tolist())) == 4


def test_what_is_not_used_is_still_drawn_in_order() -> None:
    """`a * 0`, a discarded target and a dead `let` draw as they would in torch."""
    torch.manual_seed(5)
    torch.rand(3)
    want = torch.rand(2)
    for program in ("_, b = (rand(3), rand(2))\nb", "let a = rand(3), b = rand(2) in b", "rand(3);\nrand(2)"):
        ran = run("torch.manual_seed(5)\n" + program)
        assert not ran.errors, ran.said
        torch.testing.assert_close(ran.values[-1], want, msg=program)


def test_only_the_chosen_branch_draws() -> None:
    torch.manual_seed(5)
    want = torch.rand(2)
    for condition in ("x > 5", "False"):
        ran = run(f"x = sum(ones(2))\ntorch.manual_seed(5)\ny = rand(3)[:2] if {condition} else zeros(2)\nrand(2)")
        torch.testing.assert_close(ran.values[-1], want)


def test_manual_seed_takes_an_integer() -> None:
    assert_fails("torch.manual_seed(1.5)", "type")
    assert run("torch.manual_seed(0)").results == []
    assert run("manual_seed(0)").results == []
