"""Every line of the list of statements, and every sentence below it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from driver import Calculator, assert_gives, check, rows, run, step


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        ("A = [[1., 2.], [3., 4.]]\nA", "f32[2, 2]", [[1.0, 2.0], [3.0, 4.0]]),
        ("x: f32[batch=2] = [1, 1]\nx", "f32[batch=2]", [1.0, 1.0]),
        ("n = 3\nzeros(n, n)", "f32[3, 3]", torch.zeros(3, 3)),
        ("q, r = qr([[2., 0.], [0., 3.]])\nq @ r", "f32[2, 2]", [[2.0, 0.0], [0.0, 3.0]]),
        ("_, r = (1, 2)\nr", "i64", 2),
        ("(a, b) = (1, 2)\nb", "i64", 2),
        ("a, b = 1, 2\na, b = b, a\na * 10 + b", "i64", 21),
        ("a, b = [3, 4]\nb", "i64", 4),
        ("f(x, p=2) = x^p + 1\nf(3)", "i64", 10),
        ("f(x, p=2) = x^p + 1\nf(3, 3)", "i64", 28),
        ("f(x, p=2) = x^p + 1\nf(3, p=1)", "i64", 4),
        ("f(x, p=2) = x^p + 1\nf(p=1, x=3)", "i64", 4),
        ("k = 2\nf(x, p=k) = x^p\nf(3)", "i64", 9),
        (
            "outer(x: [n], y: [m]): [n, m] = x[:, None] * y[None, :]\nouter([1, 2], [3, 4, 5])",
            "i64[2, 3]",
            [[3, 4, 5], [6, 8, 10]],
        ),
        ("iota(n: int): i64[n] = arange(n)\niota(4)", "i64[4]", [0, 1, 2, 3]),
        ("f() = 3\nf()", "i64", 3),
        ("x: torch.Tensor = ones(2)\nx", "f32[2]", [1.0, 1.0]),
        ("f(x: Tensor, y: torch.Tensor = 1): torch.Tensor = x + y\nf([1, 2])", "i64[2]", [2, 3]),
        ("x = ones(2)\nx.data[0] = 5\nx", "f32[2]", [5.0, 1.0]),
        ("f(x) =\n  x + 1\nf(1)", "i64", 2),
        ("f(x) = let y = x in\n  y + 1\nf(1)", "i64", 2),
    ),
)
def test_lines(program: str, type: str, value: Any) -> None:
    assert_gives(program, type, value)


@pytest.mark.parametrize(
    ("update", "value"),
    rows(
        ("A[0, 1] = 7", [[1.0, 7.0], [3.0, 4.0]]),
        ("A[0] = 7", [[7.0, 7.0], [3.0, 4.0]]),
        ("A[0] = [5, 6]", [[5.0, 6.0], [3.0, 4.0]]),
        ("A[:, 1] = [5, 6]", [[1.0, 5.0], [3.0, 6.0]]),
        ("A[-1, -1] = 0", [[1.0, 2.0], [3.0, 0.0]]),
        ("A[...] = 0", [[0.0, 0.0], [0.0, 0.0]]),
        ("A[A > 2] = 0", [[1.0, 2.0], [0.0, 0.0]]),
        ("A[[1, 0]] = [[5, 6], [7, 8]]", [[7.0, 8.0], [5.0, 6.0]]),
        ("A[[0, 1], [1, 0]] = [5, 6]", [[1.0, 5.0], [6.0, 4.0]]),
        ("A[None, 0] = 9", [[9.0, 9.0], [3.0, 4.0]]),
        ("A[0][1] = 7", [[1.0, 7.0], [3.0, 4.0]]),
        ("A += 1", [[2.0, 3.0], [4.0, 5.0]]),
        ("A -= 1", [[0.0, 1.0], [2.0, 3.0]]),
        ("A *= 2", [[2.0, 4.0], [6.0, 8.0]]),
        ("A /= 2", [[0.5, 1.0], [1.5, 2.0]]),
        ("A //= 2", [[0.0, 1.0], [1.0, 2.0]]),
        ("A **= 2", [[1.0, 4.0], [9.0, 16.0]]),
        ("A ^= 2", [[1.0, 4.0], [9.0, 16.0]]),
        ("A @= A", [[7.0, 10.0], [15.0, 22.0]]),
        ("A %= 2", [[1.0, 0.0], [1.0, 0.0]]),
        ("A[0] += 1", [[2.0, 3.0], [3.0, 4.0]]),
        ("A[0, 0] *= 10", [[10.0, 2.0], [3.0, 4.0]]),
        ("A[1] -= [1, 2]", [[1.0, 2.0], [2.0, 2.0]]),
        ("A[:, 0] /= 2", [[0.5, 2.0], [1.5, 4.0]]),
        ("A[A > 3] **= 2", [[1.0, 2.0], [3.0, 16.0]]),
    ),
)
def test_updates_rebind_and_leave_the_old_value(update: str, value: Any) -> None:
    if update in ("A ^= 2", "A %= 2", "A[0][1] = 7"):  # not listed: an error would do, but a silent nothing would not
        ran = run(f"A = [[1., 2.], [3., 4.]]\nB = A\n{update}\nA\nB")
        if ran.errors:
            assert ran.codes[0] in {"syntax", "type"}
            return
    assert_gives(f"A = [[1., 2.], [3., 4.]]\nB = A\n{update}\nA", "f32[2, 2]", value)
    assert_gives(f"A = [[1., 2.], [3., 4.]]\nB = A\n{update}\nB", "f32[2, 2]", [[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("program", "code"),
    rows(
        ("A[0] = 1", "name"),
        ("A += 1", "name"),
        ("A = zeros(2)\nA[5] = 1", "shape"),
        ("A = zeros(2)\nA[:] = [1, 2, 3]", "shape"),
        ("A = zeros(2)\nA[0] = [1, 2]", "shape"),
        ("A = zeros(2, 2)\nA @= ones(3)", "shape"),
        ("A = zeros(2)\nA += ones(3, 2)", None),
        ("n = 3\nn += 1\nzeros(n)", None),
        ("a, b = 3", None),
        ("a, b = (1, 2, 3)", None),
        ("a, b, c = ones(2, 3)", None),
        ("x: f32[3] = [1, 2]", "shape"),
        ("x: f32[2, 2] = [1, 2]", "shape"),
        ("f(x) = x\nf(1, 2)", "type"),
        ("f(x) = x\nf()", "type"),
        ("f(x) = x\nf(y=2)", "type"),
        ("f(x, x) = x", None),
        ("3(4)", None),
        ("x = 3\nx(4)", "type"),
        ("1 = 2", "syntax"),
        ("f(x) + 1 = 2", "syntax"),
        ("let = 3", "syntax"),
        ("if = 3", "syntax"),
        ("in = 3", "syntax"),
        ("and = 3", "syntax"),
        ("x = let\n", "syntax"),
        ("lambda = 3", "syntax"),
        ("[].x.if", "syntax"),
        ("True = 3", None),
        ("None = 3", None),
        ("torch = 3", None),
        ("f32 = 3", None),
        ("float32 = 3", None),
        ("f(True) = 3", None),
    ),
)
def test_statements_that_are_wrong(program: str, code: str | None) -> None:
    if program.startswith(("A = zeros(2)\nA += ones", "n = 3")):
        assert not run(program).errors  # rebinding may change the shape, and keeps a static integer one
        return
    ran = run(program)
    assert len(ran.codes) == 1, (ran.said, ran.results)
    assert ran.codes[0] == code if code else ran.codes[0] in {"syntax", "name", "type", "shape"}, ran.said


def test_a_newline_ends_a_statement_unless_something_is_open() -> None:
    for program in (
        "[1,\n 2\n].sum()",
        "sum(\n[1, 2]\n)",
        "(1 +\n 2)",
        "1 +\n2",
        "let a = 1\nin a + 2",
        "let a = 1,\n    b = 2\nin a + b",
        "x =\n3\nx",
        "f = x ->\n  x + 1\nf(2)",
        "[1, 2] |>\n sum",
        "1 + \\\n 2",
        "1 \\\n + 2",
        "f(x) =\n x\nf(3)",
        "6 and\n3 if False else 3",
        "a = 4 //\n 1\na - 1",
        "[1, # one\n 2 # two\n].sum()",
        "(1\n+ 2)",
        "let a = (1\n+ 1) in a + 1",
    ):
        ran = run(program)
        assert ran.values == [3], (program, ran.said, ran.results)


def test_and_otherwise_does() -> None:
    assert run("1\n+ 2").values == [1, 2]
    assert run("3\n-1").values == [3, -1]
    assert run("x = 3\n[0]").values == [0]
    assert run("a = 1\n\n\na").values == [1]
    assert run("\n\n# nothing\n").results == []
    assert run("").results == []
    assert run("1\r\n2\r\n").values == [1, 2]


def test_a_semicolon_hides_and_separates() -> None:
    assert run("1;").results == []
    assert run("1; 2").values == [2]
    assert run("a = 1; b = 2; a + b").values == [3]
    assert run("1; 2; 3;").results == []
    assert run("print(1);").values in ([], [1])


def test_comments() -> None:
    assert run("1 + 1 # two").values == [2]
    assert run("# one\n2").values == [2]
    assert run("'# no comment'").texts == ['"# no comment"']


def test_imports_do_nothing() -> None:
    ran = run("import torch\nimport torch.nn.functional as F\n1")
    assert not ran.errors and ran.values == [1]


def test_print_shows_each_argument() -> None:
    assert run("print(1, [2, 3])").texts == ["1", "[2, 3]"]
    assert run("print()").texts == []
    assert run("print('loss', 3)").texts[-1] == "3"


def test_exit_leaves() -> None:
    ran = run("1\nexit()\n2")
    assert ran.values == [1] and not ran.errors
    assert step("1\nexit()\n2").values == [1]


@pytest.mark.parametrize(
    ("program", "says"),
    rows(
        ("for i in range(3): print(i)", ["scan"]),
        ("for x in xs:\n    y = x + 1", ["scan"]),
        ("while True: pass", ["iterate"]),
        ("def f(x): return x + 1", ["f(x) = x + 1"]),
        ("with torch.no_grad(): y = 1", ["detach"]),
        ("[x for x in [1, 2]]", ["vmap"]),
        ('f"loss {x}"', ["print"]),
        ("x = [1.]\nx.add_(1)", ["add"]),
        ("nn.Linear(2, 3)", ["nn.Linear"]),
        ("torch.nn.Linear(2, 3)", ["nn.Linear"]),
        ("if x > 1: y = 2", ["if"]),
        ("class A: pass", []),
        ("x++", []),
        ("x = 1 if True", ["else"]),
        ("return 3", []),
        ("x := 3", ["="]),
        ("a && b", ["and"]),
        ("a || b", ["or"]),
        ("!a", ["not"]),
        ("3 = x", []),
        ("del x", []),
        ("x is None", []),
        ("3 in [1, 2]", []),
        ("{1: 2}", []),
        ("x = 'abc", []),
        ("assert x == 1", []),
    ),
)
def test_what_python_has_and_tcalc_has_not_gets_an_error_of_its_own(program: str, says: list[str]) -> None:
    ran = run(program)
    assert len(ran.codes) == 1, ran.said
    assert ran.codes[0] in {"syntax", "name"}, ran.said
    assert all(word in ran.said for word in says), ran.said


def test_a_tuple_alone_and_the_last_result() -> None:
    assert run("a = 1\nb = [2]\na, b").types == ["(i64, i64[1])"]
    assert run("1 + 2\n_ * 2\nans + 1").values == [3, 6, 7]
    assert run("5\nx = 7\n_").values == [5, 5]
    assert run("5\n6;\n_").values == [5, 5]
    assert run("[1., 2.]\n_ @ _").values[-1] == 5
    assert step("5\nnosuch\n_").values == [5, 5]
    assert run("_").codes == ["name"]
    assert run("5\n_, b = 1, 2\n_").values == [5, 5]  # `_` in a target discards


def test_a_builtin_may_be_rebound_with_a_note() -> None:
    ran = run("sum = 3\nsum")
    assert ran.values == [3] and len(ran.notes) == 1 and "sum" in ran.notes[0]
    assert not run("mysum = 3").notes
    assert run("norm(x) = 1\nnorm([3., 4.])").notes
    assert not run("sum = 3\nsum = 4").notes[1:]
    assert not run("f(x) = let sum = 3 in sum + x\nf(1)").errors


def test_functions_see_names_as_they_stand_at_the_call() -> None:
    assert run("k = 1\nf(x) = x + k\nk = 10\nf(1)").values == [11]
    assert run("f(x) = g(x) + 1\ng(x) = 2 * x\nf(3)").values == [7]
    assert run("g(x) = 2 * x\nf(x) = g(x)\ng(x) = 3 * x\nf(1)").values == [3]
    assert run("k = 1\nf(k) = k + 1\nf(5)").values == [6]
    assert step("f(x) = later + x\nf(1)\nlater = 2\nf(1)").codes == ["name"]


def test_an_annotated_function_is_checked_again_when_a_name_it_uses_changes_its_type() -> None:
    calculator = Calculator()
    assert not calculator.step("k = 2.\nf(x: [n]): [n] = x * k").errors
    assert calculator.step("f([1., 2.])").values[0].tolist() == [2.0, 4.0]
    broken = calculator.step("k = ones(7, 5, 3)\nf([1., 2.])")
    assert broken.codes == ["shape"]
    assert calculator.step("k = 3.\nf([1., 2.])").values[0].tolist() == [3.0, 6.0]


@pytest.mark.parametrize(
    "program",
    [
        "f(x) = f(x)\nf(1)",
        "f(x) = f(x - 1) if x > 0 else 0\nf(3)",
        "f(x) = g(x)\ng(x) = f(x)\nf(1)",
        "f(x: [n]): [n] = f(x)\nf([1.])",
        "f = x -> f(x)\nf(1)",
        "f(x) = vmap(f)(x)\nf([1.])",
        "a(x) = b(x)\nb(x) = c(x)\nc(x) = a(x)\na(1)",
    ],
)
def test_recursion_is_an_error(program: str) -> None:
    ran = run(program)
    assert len(ran.codes) == 1 and ran.codes[0] in {"type", "name"}, (ran.said, ran.results)
    assert "itself" in ran.said or "recursion" in ran.said


def test_names_may_be_any_unicode_letters() -> None:
    assert_gives("größe = 3\ngröße + 1", "i64", 4)
    assert_gives("α = 2\nα_1 = α\nα_1 * α", "i64", 4)
    assert_gives("变量 = 2\n变量", "i64", 2)
    assert_gives("π", "f32", 3.14159265)
    assert_gives("f(λ) = λ + 1\nf(2)", "i64", 3)
    assert_gives("π == pi", "bool", True)
    assert_gives("x: f32[größe=2] = [1, 2]\nx", "f32[größe=2]", [1.0, 2.0])


@pytest.mark.parametrize(
    ("name", "value"), [("pi", 3.14159265), ("e", 2.718281828), ("inf", float("inf")), ("nan", float("nan"))]
)
def test_predefined_names(name: str, value: float) -> None:
    assert_gives(name, "f32", value)
    assert_gives(
        f"f64({name})",
        "f64",
        torch.tensor({"pi": torch.pi, "e": 2.718281828459045}.get(name, value), dtype=torch.float64),
    )
    assert_gives(f"{name} = 3\n{name}", "i64", 3)


def test_values_never_change() -> None:
    assert run("A = zeros(2)\nB = A\nA[0] = 1\nB[0]\nA[0]").values == [0, 1]
    assert run("A = zeros(2)\nf(x) = x + A\nA += 1\nf(0)").values[0].tolist() == [1.0, 1.0]
    assert run("x = ones(3)\ny = x.data\nx *= 2\nsum(y)").values == [3]
    assert run("x = ones(2, 2)\ny = x.T\nx[0, 1] = 5\ny[1, 0]").values == [1]
    assert run("x = ones(2, 2)\ny = x[0]\nx[0] = 5\nsum(y)").values == [2]
    assert run("x = ones(3)\ny = x.reshape(3, 1)\nx[:] = 0\nsum(y)").values == [3]
    assert run("x = zeros(3)\ny = x.expand(2, 3)\ny[0, 0] = 1\ny.sum()\nx.sum()").values == [1, 0]


def test_an_error_inside_a_function_that_is_only_defined() -> None:
    """Without annotations a function is checked at each call; with them, once, where it stands."""
    assert not check("f(x) = x @ ones(3) + nosuch").errors
    assert check("f(x: [n]) = x + nosuch").codes == ["name"]
    assert check("f(x: [n, k], y: [m, k]): [n, m] = x @ y").codes == ["shape"]
