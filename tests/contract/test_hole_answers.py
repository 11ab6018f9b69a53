"""Holes: `?` in every place, answered with the type that it must have and the names in scope that fit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from driver import Calculator, Ran, check, rows, run, tcalc

from tcalc import library
from tcalc.source import Source
from tcalc.syntax import nodes
from tcalc.syntax.parser import parse_expression
from tcalc.syntax.walk import children

START = """X = ones(5, 3)
W = ones(3, 10)
b = ones(10)
v = ones(5)
M = X > 0
n = 3
L: f32[batch=5, feat=3] = X
"""


def hole(program: str, start: str = START) -> Ran:
    ran = run(start + program)
    assert ran.codes == ["type"], (ran.codes, ran.said, ran.results)
    assert "?" in ran.errors[0].message
    return ran


@pytest.mark.parametrize(
    ("program", "words"),
    rows(
        # operands: the other side and the result say what is missing
        ("z: f32[5, 10] = X @ ?", ["f32[3, 10]", "W: f32[3, 10]"]),
        ("z: f32[5, 10] = ? @ W", ["f32[5, 3]", "X: f32[5, 3]"]),
        ("X @ ?", ["f32[3]", "f32[3, ?]", "W"]),
        ("? @ W", ["f32[3]", "f32[?, 3]", "X"]),
        ("z: f32[5, 3] = X + ?", ["f32[5, 3]", "X"]),
        ("z: f32[5, 3] = ? * X", ["f32[5, 3]", "X"]),
        ("z: f32[5, 10] = X @ W + ?", ["b: f32[10]"]),
        ("z: f32[5, 3] = -?", ["f32[5, 3]", "X"]),
        ("z: f32[3, 5] = ?.T", ["f32[5, 3]", "X"]),
        ("z: f32[5, 3] = exp(?)", ["f32[5, 3]", "X"]),
        ("z: f32[5, 3] = 2 * ? + 1", ["f32[5, 3]", "X"]),
        ("z: f32[5, 3] = ?", ["f32[5, 3]", "X"]),
        ("z: bool[5, 3] = ?", ["bool[5, 3]", "M"]),
        # arguments
        ("mv(X, ?)", ["f32[3]"]),
        ("mm(X, ?)", ["f32[3, ?]", "W"]),
        ('z: f32[5, 10] = "ij,jk->ik"(X, ?)', ["f32[3, 10]", "W"]),
        ('"ij,jk->ik"(X, ?)', ["f32[3, ?]", "W"]),
        ('"ij,j->i"(?, b)', ["[?, 10]", "W"]),
        ("solve(ones(5, 5), ?)", ["5", "v"]),
        ("cat([X, ?])", ["f32[?, 3]", "X"]),
        ("stack([X, ?])", ["f32[5, 3]", "X"]),
        ("[v, ?]", ["f32[5]", "v"]),
        ("where(?, X, 0.)", ["bool", "M"]),
        ("linear(X, ?)", ["3]"]),
        ("sum[?](X)", ["0", "1"]),
        ("reshape(X, ?)", []),
        ("zeros(?)", []),
        # functions of the user
        ("f(x: [p, q], y: [q, r]): [p, r] = x @ y\nf(X, ?)", ["f32[3, ?]", "W"]),
        ("f(x: f32[p, q], y: f32[q]): [p] = x @ y\nf(X, ?)", ["f32[3]"]),
        ("f(x: [p]): [p] = x\nz: f32[10] = f(?)", ["f32[10]", "b"]),
        ("f(x, y) = x @ y\nz: f32[5, 10] = f(X, ?)", ["f32[3, 10]", "W"]),
        ("f(x: [p, q], w: [q]): [p] = x @ ?", ["[q]", "w: [q]"]),
        ("f(x: [p, q], w: [q]): [p] = x @ w + ?", ["[p]"]),
        ("g = x -> x @ ?\nz: f32[5, 10] = g(X)", ["f32[3, 10]", "W"]),
        ("f(x) = x + ?\nz: f32[5] = f(v)", ["f32[5]", "v"]),
        ("let y = X * 2 in y @ ?", ["f32[3]", "W"]),
        ("z: f32[5, 3] = let y = X * 2 in y + ?", ["f32[5, 3]", "y"]),
        ("vmap(r -> r @ ?)(X)", ["f32[3]"]),
        ("fold((s, x) -> s + ?, zeros(3), X)", ["f32[3]", "x"]),
        # indices and sizes
        ("X[?]", ["i64", "n"]),
        ("X[0, ?]", ["i64"]),
        ("X[?:]", ["i64", "n"]),
        ("X[:?]", ["i64", "n"]),
        # conditions and choices
        ("1 if ? else 2", ["bool"]),
        ("z: f32[5] = v if True else ?", []),
        ("z: f32[5] = ? if n > 2 else v", ["f32[5]", "v"]),
        ("not ?", ["tensor"]),
        ("M & ?", ["bool[5, 3]", "M"]),
        # updates
        ("X += ?", ["f32[5, 3]"]),
        ("X[0] = ?", ["f32[3]"]),
        ("X[:, 0] = ?", ["f32[5]", "v"]),
        # derivatives
        ("grad[X](?)", ["f32"]),
        ("vjp[X](X @ W, ?)", ["f32[5, 10]"]),
        ("jvp[X](X @ W, ?)", ["f32[5, 3]", "X"]),
        # labels
        ("z: f32[batch=5, feat=3] = L + ?", ["f32[batch=5, feat=3]", "L"]),
        ("L @ ?", ["3"]),
    ),
)
def test_a_hole_has_a_type_and_names(program: str, words: list[str]) -> None:
    if program.startswith("z: f32[5] = v if True"):
        assert not run(START + program).errors  # the branch that is not taken is not typed
        return
    said = hole(program).said
    assert all(word in said for word in words), said
    assert "any type" not in said or program in {"zeros(?)", "reshape(X, ?)"}, said


@pytest.mark.parametrize("program", ["?", "sum(?)", "z = ?", "print(?)", "f(x) = ?\nf(1)", "? + ?", "(?, 1)", "exp(?)"])
def test_where_nothing_is_known_it_says_so(program: str) -> None:
    said = hole(program).said
    assert len(said.splitlines()) <= 9, said


@pytest.mark.parametrize("program", ["? @ ?", "z: f32[5, 10] = ? @ ?", "? + ? * 2", "[?, ?]", "mm(?, ?)"])
def test_two_holes_are_one_answer(program: str) -> None:
    hole(program)


def test_two_holes_see_each_others_result() -> None:
    said = hole("z: f32[5, 10] = X @ ? + ?").said
    assert "f32[" in said, said


def test_names_that_do_not_fit_are_left_out() -> None:
    said = hole("z: f32[5, 10] = X @ ?").said
    assert "W: f32[3, 10] fits" in said
    assert not [line for line in said.splitlines() if line.strip().startswith(("b:", "v:", "X:", "M:"))], said


def test_names_are_few_and_the_nearest_first() -> None:
    many = "".join(f"a{i} = ones(4)\n" for i in range(20))
    ran = run(many + "z: f32[4] = f(?)\n".replace("f(?)", "2 * ?"))
    fits = [line.split(":")[0].strip() for line in ran.said.splitlines() if line.endswith("fits")]
    assert 1 <= len(fits) <= 6 and fits[0] == "a19", ran.said


def test_an_exact_fit_goes_before_one_that_broadcasts() -> None:
    ran = run("row = ones(3)\nfull = ones(5, 3)\none = ones(1)\nz: f32[5, 3] = ? + ones(5, 3)")
    fits = [line.split(":")[0].strip() for line in ran.said.splitlines() if " fits" in line]
    assert fits[0] == "full", ran.said


def test_parameters_are_in_scope_and_callers_names_are_not() -> None:
    said = hole("f(x, y) = x @ ?\ng(q) = f(X, W)\nz: f32[5, 10] = g(W)").said
    fits = [line.split(":")[0].strip() for line in said.splitlines() if " fits" in line]
    assert fits[0] == "y" and "q" not in fits, said
    assert "in f, called on line" in said, said


def test_unknown_sizes_fit() -> None:
    said = run("x = [1., -2., 3.]\nk = x[x > 0]\nz = ones(4, 2)\nk @ ?").said
    assert "?" in said.splitlines()[0] and "2" in said.splitlines()[0], said


def test_what_cannot_be_says_so() -> None:
    said = hole("z: f32[4, 3] = v + ?").said
    assert "nothing" in said and "f32[4, 3]" in said, said


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("linear(X, W, ?)", "X's last axis is 3, W's last is 10"),
        ("conv2d(X, ones(1, 1, 2, 2), ?)", "X is f32[5, 3], and must be [c, h, w] or [n, c, h, w]"),
        ("cat((X, W, ?))", "X's last axis is 3, W's last is 10"),
        ("permute(X, ?)", "permute names every axis of X (f32[5, 3]) once"),
        ("X.expand(4, ?)", "X is f32[5, 3], which has more axes than (4)"),
    ],
)
def test_where_nothing_fits_what_is_wrong_besides_is_told(program: str, message: str) -> None:
    ran = run(START + program)
    assert ran.codes == ["shape"], ran.said
    assert ran.errors[0].message == message


@pytest.mark.parametrize("program", ["X.repeat(?, 2)", "X.repeat(2, ?)", "X.view(3, ?)", "reshape(X, ?)"])
def test_a_size_is_an_integer(program: str) -> None:
    assert hole(program).errors[0].message == "? must be an integer"


def test_a_label_that_would_clash_does_not_fit() -> None:
    said = run("x: f32[chan=3] = ones(3)\nt: f32[time=3] = ones(3)\nz: f32[chan=3] = x * ?").said
    assert "x: f32[chan=3] fits" in said and "t:" not in said, said


def test_it_is_not_run_and_binds_nothing() -> None:
    calculator = Calculator()
    calculator.step(START)
    assert calculator.step("z: f32[5, 10] = X @ ?").codes == ["type"]
    assert calculator.step("z").codes == ["name"]
    assert calculator.step("save(?, 'x.npy')").codes == ["type"]


def test_other_doors() -> None:
    done = tcalc("--json", "-e", "X = ones(5, 3)", "-e", "z: f32[5] = X @ ?")
    assert done.returncode == 3 and '"code": "type"' in done.stderr and "f32[3]" in done.stderr, done.stderr


# What is no tensor, and what is wrong beside the hole


@pytest.mark.parametrize(
    ("program", "words"),
    rows(
        ("einsum(?, X, W)", ["? must be text"]),
        ("?(X)", ["? must be a function"]),
        ("vmap(?)(X)", ["? must be a function"]),
        ("twice(x) = 2 * x\nX |> ?", ["? must be a function", "twice: function fits"]),
        ("zeros(2, dtype=?)", ["? must be a dtype"]),
        ("sum(X, 0, keepdim=?)", ["? must be True or False"]),
        ("softmax(X, dim=?)", ["? must be an axis: 0 or 1"]),
        ("f(k: int) = zeros(k)\nf(?)", ["? must be an integer", "n: i64 fits"]),
        ("iterate(x -> x + 1, v, ?)", ["? must be an integer", "n: i64 fits"]),
        ("p, q = ?", ["? must be a tuple of 2"]),
        ("cross_entropy(X, ?)", ["f32[5, 3] or i64[5]"]),  # probabilities, or classes
        ("z: f32[9, 3] = cat([X, ?])", ["f32[4, 3]"]),
        ("sum[feat](?)", ["? must be like one of these", "L: f32[batch=5, feat=3] fits"]),
        ("(X, ?) + 1", ["arithmetic is on tensors"]),
    ),
)
def test_other_answers(program: str, words: list[str]) -> None:
    ran = run(START + program)
    assert ran.codes == ["type"], ran.said
    assert all(word in ran.said for word in words), ran.said


def test_names_have_the_dtype_that_was_told() -> None:
    said = hole("z: f32[5, 3] = X * ?").said
    assert "X: f32[5, 3] fits" in said and "M:" not in said and "n: i64 fits" in said, said


def holed(text: str) -> Iterator[str]:
    """An expression with a hole in the place of each of its parts, one after the other."""
    waiting: list[nodes.Node] = [parse_expression(Source(text))]
    while waiting:
        node = waiting.pop()
        waiting.extend(children(node))
        if isinstance(node, nodes.Expr):
            yield f"{text[: node.span.start]}?{text[node.span.end :]}"


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in library.rows()[::12] if "=>" in row.example])
def test_a_hole_anywhere_in_a_call_is_answered(row: library.Builtin) -> None:
    """Every part of a row's example, in one program: as many errors as holes, and none of them of another code."""
    programs = [text for text in holed(row.example.partition("#=>")[0].strip()) if "let ?" not in text]
    ran = check("\n".join(programs))
    assert len(ran.codes) == len(programs) and set(ran.codes) <= {"type", "grad"}, ran.said
