"""A session is a transaction per statement: what fails changes nothing, not even the random state; a script is checked
whole; independent errors are all reported, what follows from another is not."""

from __future__ import annotations

import pytest
import torch
from driver import Calculator, check, run, step


@pytest.mark.parametrize(
    "failing",
    [
        "A = B @ nosuch",
        "A = ones(2, 3) @ ones(2, 3)",
        "A = inv(zeros(2, 2))",
        "A[0] = inv(zeros(2, 2))[0]",
        "A += inv(zeros(2, 2))",
        "A, k = (A + 1, inv(zeros(2, 2)))",
        "k, A = (5, inv(zeros(2, 2)))",
        "A: f32[3] = ones(2)",
        "A: [k, m] = ones(2)",
        "A[9] = 1",
        "A = 2^64",
        "A = zeros(1000000, 1000000)",
        "A = load('nosuch.npy')",
        "A = [1, 2]^[k, -k]",
        "A = 1 +",
        "A = ?",
        "f(x: [n], y: [m]) = x + y",
        "A = fold((a, x) -> inv(a), zeros(2, 2), [1, 2])",
    ],
)
def test_what_fails_changes_nothing(failing: str) -> None:
    calculator = Calculator()
    calculator.step("A = [[1., 2.], [3., 4.]]\nk = 7\nf(x) = x + k\n41 + 1")
    assert len(calculator.step(failing).codes) == 1
    assert calculator.step("A").values[0].tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert calculator.step("k").values[0] == 7
    assert calculator.step("f(1)").values[0] == 8
    assert calculator.step("m").codes == ["name"]


def test_the_last_result_stays_too() -> None:
    calculator = Calculator()
    calculator.step("41 + 1")
    calculator.step("inv(zeros(2, 2))")
    calculator.step("nosuch")
    assert calculator.step("_").values[0] == 42
    assert calculator.step("ans").values[0] == 42


@pytest.mark.parametrize(
    "failing",
    [
        "inv(zeros(2, 2) * rand(1))",
        "(rand(5), inv(zeros(2, 2)))",
        "rand(3) @ rand(4)",
        "fold((a, x) -> inv(0 * a + rand(2, 2) * 0), eye(2), [1, 2, 3])",
        "let y = rand(9) in y[y > 0.5] + zeros(1000)",
        "[1, 2]^(randint(0, 2, (2,)) - 5)",
        "zeros(10^12) + rand(1)",
    ],
)
def test_the_random_state_comes_back(failing: str) -> None:
    torch.manual_seed(11)
    want = torch.rand(4)
    calculator = Calculator()
    assert not calculator.step("torch.manual_seed(11)").errors
    assert len(calculator.step(failing).codes) == 1
    torch.testing.assert_close(calculator.step("rand(4)").values[0], want)


def test_a_failing_seed_does_not_seed() -> None:
    torch.manual_seed(11)
    torch.rand(1)
    want = torch.rand(4)
    calculator = Calculator()
    calculator.step("torch.manual_seed(11)\nrand(1)")
    assert calculator.step("torch.manual_seed('a')").codes
    torch.testing.assert_close(calculator.step("rand(4)").values[0], want)


# A script is checked whole


def test_nothing_runs_in_a_script_that_is_ill_formed() -> None:
    assert run("1 + 1\nzeros(2) + zeros(3)").results == []
    assert run("1 + 1\nnosuch").results == []
    assert run("1 + 1\n1 +").results == []
    assert run("1 + 1\ninv(zeros(2, 2))\n2").values == [2]  # found only by running


@pytest.mark.parametrize(
    ("program", "codes"),
    [
        ("a = ones(2, 3) @ ones(2, 3)\nb = a + 1\nundefined + 1", ["shape", "name"]),
        ("a = nosuch\na + 1\na @ a\nb = a\nb + zeros(2)", ["name"]),
        ("a, b = nosuch\na + b", ["name"]),
        ("a = 1 + * 2\na + 1", ["syntax"]),
        ("a = [1, 2\nb = 3", ["syntax"]),
        ("f(x: [n], y: [m]) = x + y\nf(ones(2), ones(3))", ["shape"]),
        ("x: f32[3] = ones(2)\nx + ones(2)\nx @ ones(5)", ["shape"]),
        ("ones(2) + ones(3)\nones(4) + ones(5)", ["shape", "shape"]),
        ("nosuch\nnosuch", ["name", "name"]),
        ("a = zeros(2)\na[5] = 1\na + 1", ["shape"]),
        ("a = zeros(2)\na += ones(3)\na + ones(7)", ["shape"]),
        ("x = nosuch + (ones(2) + ones(3))", None),
        ("nosuch\n_ + 1", ["name"]),
        ("a = nosuch\na = 3\na + ones(2) + ones(3)", ["name", "shape"]),
        ("g(x) = x + nosuch\ng(1)\ng(2)", None),
        ("f(x) = zeros(2) + zeros(3) + x\nf(1)", ["shape"]),
        ("1 +* 2\n3 +* 4", ["syntax", "syntax"]),
        ("a = sum[3](ones(2))\nb = a.shape[0]\nzeros(b)", ["shape"]),
        ("a = nosuch\nf(x) = x + a\nf(1)", ["name"]),
        ("a = nosuch\nf(x: [n]): [n] = x + a\nf(ones(2))", ["name"]),
        ("for i in range(3):\n    total = i + 1\ntotal", ["syntax"]),
    ],
)
def test_every_independent_error_and_no_other(program: str, codes: list[str] | None) -> None:
    ran = run(program)
    if codes is None:
        assert 1 <= len(ran.codes) <= 2, ran.said
    else:
        assert ran.codes == codes, ran.said


def test_checking_whole_says_what_running_says() -> None:
    for program in (
        "x = ones(2)\ny = x + ones(3)",
        "f(x) = x.T\nf(ones(3))",
        "n = 4\nzeros(n)[4]",
        "a: [batch] = ones(3)\nb: [time] = ones(3)\na + b",
    ):
        assert check(program).said == step(program).said


def test_a_static_limit_is_found_before_anything_runs() -> None:
    assert run("1\n2^64").results == []
    assert run("1\nzeros(10^12)").errors


def test_a_pipe_runs_what_stands_before_the_error() -> None:
    ran = step("1 + 1\nzeros(2) + zeros(3)")
    assert ran.values == [2] and ran.codes == ["shape"]


def test_keep_going() -> None:
    ran = Calculator().run("1\nnosuch\n2", keep_going=True)
    assert ran.codes[:1] == ["name"]


@pytest.mark.parametrize(
    "program",
    [
        "x = [1., 2.]\ny = x * 2\nx = 3\ny\nx",
        "f(x, p=2) = x^p\nf(3)\nf([1, 2], p=3)\nf = 4\nf",
        "x: [batch, feat] = arange(6.).reshape(2, 3)\nsum[batch](x)\nbatch * feat\nx @ ones(feat)",
        "A = [[1., 2.], [3., 4.]]\nA[0] += 1\nA @= A\nA\n_ + 1\nans",
        "q, r = qr([[2., 0.], [0., 3.]])\nq @ r\nmax[1](q @ r)",
        "1;\n2; 3\nlet a = 1,\n  b = 2\nin a + b\n(1,\n 2)",
        "pair(x: [n, d], y: [m, d]): [n, m] = sum[-1]((x[:, None] - y[None])^2)\npair(ones(3, 2), zeros(4, 2))",
        "ones(3, 1) - ones(3)\nsum = 3\nsum",
        "scan((s, x) -> (s + x, s), 0, [1, 2, 3])\nvmap(x -> x + 1)([1, 2])",
        "torch.manual_seed(1)\nrand(3)\nrandn(2)",
        "1 if 2 > 1 else nosuch\n-2^2\n'text'\n(1, [2.5])\nx -> x",
    ],
)
def test_a_script_and_a_pipe_give_the_same(program: str) -> None:
    whole, piped = run(program), step(program)
    assert not whole.errors, whole.said
    assert whole.types == piped.types
    assert whole.texts == piped.texts
    assert whole.notes == piped.notes
    checked = check(program)
    assert not checked.errors and checked.notes == piped.notes
