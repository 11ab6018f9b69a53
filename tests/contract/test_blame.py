"""Blame: a clash of sizes tells where each size was fixed, as a chain of definitions down to the one that decided it.

Every program has its clash in the last line. The words are what a reader needs to find the line to repair.
"""

from __future__ import annotations

import pytest
from driver import Calculator, Ran, check, rows, run, step


def clash(program: str, code: str = "shape") -> Ran:
    ran = run(program)
    assert ran.codes == [code], (ran.codes, ran.said, ran.results)
    return ran


@pytest.mark.parametrize(
    ("making", "use", "words"),
    rows(
        # what keeps an axis keeps its origin: A's 7 is looked for through each
        ("B = A.T", "B @ ones(5)", ["7: B = A.T, line 2, from A, line 1"]),
        ("B = transpose[0, 1](A)", "B @ ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("B = permute(A, (1, 0))", "B @ ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("B = A[:, 1:]", "B.T @ ones(5)", ["7: B = A[:, 1:], line 2, from A, line 1"]),
        ("B = A[:, 0]", "B + ones(5)", ["7: B = A[:, 0], line 2, from A, line 1"]),
        ("B = A[:, None]", "B[:, 0].T @ ones(5)", ["7"]),
        ("B = A.unsqueeze(1)", "B[:, 0, 0] + ones(5)", ["7"]),
        ("B = A * 2", "B.T @ ones(5)", ["7: B = A * 2, line 2, from A, line 1"]),
        ("B = A + ones(2)", "B.T @ ones(5)", ["7: B = A + ones(2), line 2, from A, line 1"]),
        ("B = exp(A)", "B.T @ ones(5)", ["7: B = exp(A), line 2, from A, line 1"]),
        ("B = A @ ones(2, 5)", "B.T @ ones(5)", ["7: B", "line 2, from A, line 1"]),
        ('B = "ij,jk->ki"(A, ones(2, 5))', "B @ ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("B = sum[1](A)", "B + ones(5)", ["7: B = sum[1](A), line 2, from A, line 1"]),
        ("B = max[1](A).values", "B + ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("B, i = max[1](A)", "B + ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("B, i = max[1](A)", "i + ones(5)", ["7: ", "line 2, from A, line 1"]),
        ("B = softmax[1](A)", "B.T @ ones(5)", ["7: B = softmax[1](A), line 2, from A, line 1"]),
        ("B = stack([A, A])", "B[0].T @ ones(5)", ["7: B = stack([A, A]), line 2, from A, line 1"]),
        ("B = [A, A]", "B[1].T @ ones(5)", ["7: B = [A, A], line 2, from A, line 1"]),
        ("B = cat[1]([A, A])", "B.T @ ones(5)", ["7: B = cat[1]([A, A]), line 2, from A, line 1"]),
        ("B = where(A > 0, A, 0)", "B.T @ ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("B = A.reshape(7, 2, 1)", "B[:, 0, 0] + ones(5)", ["7: B"]),
        ("B = A.reshape(7, 1, 2)", "B[:, 0, 0] + ones(5)", ["7: B"]),
        ("B = zeros_like(A)", "B.T @ ones(5)", ["7: B = zeros_like(A), line 2, from A, line 1"]),
        ("B = f64(A)", "B.T @ ones(5)", ["7: B = f64(A), line 2, from A, line 1"]),
        ("q, r = qr(A)", "q.T @ ones(5)", ["7: q", "line 2, from A, line 1"]),
        ("B = let C = A * 2 in C + 1", "B.T @ ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("B = (a -> a + 1)(A)", "B.T @ ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("B = vmap(r -> r * 2)(A)", "B.T @ ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("B = vmap(sum)(A)", "B + ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("B = fold((s, c) -> s + c, zeros(7), A.T)", "B + ones(5)", ["7: B", "line 2"]),
        ("s, B = scan((s, r) -> (s + r, r * 2), zeros(2), A)", "B.T @ ones(5)", ["7: ", "line 2, from A, line 1"]),
        ("B = iterate(x -> x + 1, A, 3)", "B.T @ ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("f(x) = x + 1\nB = f(A)", "B.T @ ones(5)", ["7: B = f(A), line 3, from A, line 1"]),
        ("f(x: [n, m]): [n] = sum[1](x)\nB = f(A)", "B + ones(5)", ["7: B = f(A), line 3, from A, line 1"]),
        ("f(x: [n, m]): [m, n] = x.T\nB = f(A)", "B @ ones(5)", ["7: B = f(A), line 3, from A, line 1"]),
        ("B = A\nB += 1", "B.T @ ones(5)", ["7: B"]),
        ("B = A if True else 2", "B.T @ ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("B = A.mT.mT", "B.T @ ones(5)", ["7: B = A.mT.mT, line 2, from A, line 1"]),
        ("B: [rows, 2] = A", "B.T @ ones(5)", ["7: B: [rows, 2] = A, line 2, from A, line 1"]),
        ("n = A.shape[0]\nB = ones(n)", "B + ones(5)", ["7: B = ones(n), line 3"]),
        ("B = A |> sum[1]", "B + ones(5)", ["7: B = A |> sum[1], line 2, from A, line 1"]),
        ("B = rearrange(A, 'a b -> b a')", "B @ ones(5)", ["7: B", "line 2, from A, line 1"]),
        ("B = grad[A](sum(A^2))", "B.T @ ones(5)", ["7: B", "line 2, from A, line 1"]),
    ),
)
def test_what_keeps_an_axis_keeps_its_origin(making: str, use: str, words: list[str]) -> None:
    said = clash(f"A = ones(7, 2)\n{making}\n{use}").said
    assert all(word in said for word in words), said
    if making.startswith(("B = A[:, None]", "B = A.uns")):
        assert "from A, line 1" in said, said


@pytest.mark.parametrize(
    ("program", "words"),
    rows(
        # a size that the definition made itself is the definition's own
        ("A = ones(7, 2)\nB = A[1:]\nB.T @ ones(5)", ["6: B = A[1:], line 2"]),
        ("A = ones(7)\nB = cat([A, A])\nB + ones(5)", ["14: B = cat([A, A]), line 2"]),
        ("A = ones(7, 2)\nB = A.flatten()\nB + ones(5)", ["14: B = A.flatten(), line 2"]),
        ("A = ones(7, 2)\nB = A.reshape(2, 7)\nB @ ones(5)", ["7: B = A.reshape(2, 7), line 2"]),
        ("A = ones(7)\nB = A[[0, 1, 2]]\nB + ones(5)", ["3: B = A[[0, 1, 2]], line 2"]),
        ("A = ones(7, 2)\nB = topk(A[:, 0], 3).values\nB + ones(5)", ["3: B = topk", "line 2"]),
        # updates
        ("A = ones(7)\nA[0] = 2\nA + ones(5)", ["7: A", "line 1"]),
        ("A = ones(7)\nA += 1\nA + ones(5)", ["7: A", "line 1"]),
        ("A = ones(7, 2)\nA @= ones(2, 3)\nA @ ones(5)", ["3: A @= ones(2, 3), line 2"]),
        # rebound: the A that counts is the last one
        ("A = ones(2, 7)\nA = A.T\nA.T @ ones(5)", ["7: A = A.T, line 2, from A, line 1"]),
        ("A = ones(3)\nA = ones(7)\nA + ones(5)", ["7: A = ones(7), line 2"]),
        (
            "A = ones(7)\nB = A * 2\nA = ones(5)\nB + A",
            ["7: B = A * 2, line 2, from A, line 1", "5: A = ones(5), line 3"],
        ),
        # both from one variable
        ("A = ones(7, 2)\nA @ A", ["7: A = ones(7, 2), line 1", "2: A = ones(7, 2), line 1"]),
        # both sides at the end of chains
        (
            "A = ones(7, 3)\nB = A.T\nC = ones(4, 2)\nD = C.T\nD @ B",
            ["B = A.T, line 2, from A, line 1", "D = C.T, line 4, from C, line 3"],
        ),
        # size names
        ("x: [batch=4] = ones(4)\nx + ones(3)", ["4: x: [batch=4] = ones(4), line 1"]),
        ("x: [batch] = ones(4)\ny: [batch] = ones(3)", ["line 1", "batch", "4", "3"]),
        ("n = 4\nx = ones(n)\nx + ones(3)", ["4: x = ones(n), line 2"]),
        # parts of a tuple
        ("A = ones(7, 2)\np = (A, A.T)\np[1] @ ones(5)", ["7: p = (A, A.T), line 2, from A, line 1"]),
        ("A = ones(7, 2)\np = svd(A)\np[0] @ ones(5)", ["7: p = svd(A), line 2"]),
        # several names in one statement, and a statement over several lines
        ("A, B = ones(7), ones(5)\nA + B", ["7: A, B = ones(7), ones(5), line 1", "5: A, B"]),
        ("A = [[1, 2],\n  [3, 4],\n  [5, 6]]\nA.T @ ones(5)", ["3: A = [[1, 2], ", "line 1"]),
        ("a = ones(7); b = ones(5)\na + b", ["7: a = ones(7), line 1", "5: b = ones(5), line 1"]),
    ),
)
def test_the_definition_that_decided_it(program: str, words: list[str]) -> None:
    said = clash(program).said
    assert all(word in said for word in words), said


def test_a_long_definition_is_shortened() -> None:
    numbers = ", ".join(str(n) for n in range(100, 160))
    said = clash(f"A = [{numbers}]\nA + ones(5)").said
    line = next(line for line in said.splitlines() if "60: A = [100" in line)
    assert "..." in line and "line 1" in line and len(line) < 120, said


def test_a_chain_of_many_names_stays_readable() -> None:
    """The two ends are told: what is at hand, and where it began."""
    chain = "".join(f"x{i + 1} = x{i} * 2\n" for i in range(12))
    said = clash(f"x0 = ones(7)\n{chain}x12 + ones(5)").said
    line = next(line for line in said.splitlines() if "7: x12" in line)
    assert "x12 = x11 * 2, line 13" in line and line.endswith("from x0, line 1"), said
    assert len(line) < 160, line
    assert len(said.splitlines()) <= 8, said


def test_a_chain_of_five_is_whole() -> None:
    said = clash("a = ones(7)\nb = a * 2\nc = b * 2\nd = c * 2\ne_ = d * 2\ne_ + ones(5)").said
    for name, line in (("d", 4), ("c", 3), ("b", 2), ("a", 1)):
        assert f"from {name}, line {line}" in said, said


def test_a_simple_clash_is_short() -> None:
    said = clash("A = ones(2, 3)\nB = ones(5, 4)\nA @ B").said
    assert len(said.splitlines()) <= 6, said


def test_sizes_that_are_taken_apart_are_known() -> None:
    """`n, d = A.shape` are static numbers, so that what is made of them is checked before it runs."""
    assert check("A = ones(4, 3)\nn, d = A.shape\nzeros(n) + zeros(d)").codes == ["shape"]
    said = clash("A = ones(4, 3)\nn, d = A.shape\nx: [n] = ones(5)").said
    assert "x's axis 0 is 5, and n is 4" in said and "n is 4: n, d = A.shape, line 2" in said, said


# Functions: the place in the body, and the calls


@pytest.mark.parametrize(
    ("program", "words"),
    rows(
        (
            "f(x, w) = x @ w\nA = ones(2, 7)\nf(A, ones(5))",
            ["x @ w", ":1 ", "in f, called on line 3: f(A, ones(5))", "A = ones(2, 7), line 2"],
        ),
        (
            "g(x) = x @ ones(5)\nf(x) = g(x)\nA = ones(2, 7)\nB = f(A)",
            [":1 ", "in g, called on line 2", "in f, called on line 4", "line 3"],
        ),
        (
            "f = x -> x + ones(5)\nA = ones(7)\nf(A)",
            ["x + ones(5)", ":1 ", "called on line 3: f(A)", "7: A = ones(7), line 2"],
        ),
        ("A = ones(7, 2)\nvmap(r -> r + ones(5))(A)", ["r + ones(5)", "2: A = ones(7, 2), line 1"]),
        ("A = ones(7, 2)\nfold((s, r) -> s + r, zeros(3), A)", ["s + r", "2: A = ones(7, 2), line 1"]),
        ("A = ones(7, 2)\nscan((s, r) -> (s, s + r), zeros(3), A)", ["s + r", "2: A = ones(7, 2), line 1"]),
        ("A = ones(7)\nlet B = A * 2 in B + ones(5)", ["B + ones(5)", "7: ", "A = ones(7), line 1"]),
        (
            "A = ones(7)\nf(x) = let y = x * 2 in y + ones(5)\nf(A)",
            ["y + ones(5)", "A = ones(7), line 1", "called on line 3"],
        ),
        (
            "A = ones(7)\nf(x) = x + A\nB = ones(5)\nf(B)",
            ["x + A", "7: A = ones(7), line 1", "5: B = ones(5), line 3", "called on line 4"],
        ),
        ("f(x, p=5) = x + ones(p)\nA = ones(7)\nf(A)", ["x + ones(p)", "7: A = ones(7), line 2"]),
    ),
)
def test_in_a_function_the_place_and_the_call(program: str, words: list[str]) -> None:
    said = clash(program).said
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("program", "words"),
    rows(
        # two parameters that share a size name: both values, and whose each is
        ("f(x: [n], y: [n]): [n] = x + y\nf(ones(3), ones(4))", ["n is 3", "4", ":2 "]),
        (
            "f(x: [n], y: [n]): [n] = x + y\nA = ones(3)\nB = ones(4)\nf(A, B)",
            ["n is 3", "4", "3: A = ones(3), line 2", "4: B = ones(4), line 3"],
        ),
        ("f(x: [n], y: [m], z: [n]) = x + z\nA = ones(3)\nf(A, A, ones(4))", ["n is 3", "4", "3: A = ones(3), line 2"]),
        ("f(x: [n, n]): [n] = diag(x)\nA = ones(3, 4)\nf(A)", ["n is 3", "4", "A = ones(3, 4), line 2"]),
        (
            "f(x: [n], y: [2*n]) = x\nA = ones(3)\nB = ones(5)\nf(A, B)",
            ["5", "6", "A = ones(3), line 2", "B = ones(5), line 3"],
        ),
        ("f(n: int, x: [n]) = x\nA = ones(3)\nf(4, A)", ["n", "4", "3", "A = ones(3), line 2"]),
        ("f(x: [n], y: [n]) = x + y\ng(x) = f(x, ones(4))\ng(ones(3))", ["n is 3", "4", "in g, called on line 3"]),
        # another rank
        ("f(x: [n, m]) = x\nA = ones(3)\nf(A)", ["f32[3]", "[n, m]", "A"]),
        # facts
        ("f(x: [n]) = x[1:] - x[:-1]\nA = zeros(0)\nf(A)", ["f needs n >= 1", "n is 0", "A = zeros(0), line 2"]),
        (
            "f(x: [n, d]) = x.reshape(n, 8, d // 8)\nA = ones(3, 15)\nf(A)",
            ["f needs d divisible by 8", "d is 15", "A = ones(3, 15), line 2"],
        ),
    ),
)
def test_an_annotated_function_names_its_sizes(program: str, words: list[str]) -> None:
    said = clash(program).said
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("program", "words"),
    rows(
        ("f(x: [n]): [n + 1] = x", ["[n]", "[n + 1]"]),
        ("f(x: [n, m]): [n, m] = x.T", ["[m, n]", "[n, m]"]),
        ("f(x: [n], y: [m]): [n] = let z = y * 2 in x + z", ["n meets m", "x + z"]),
        ("f(x: [n, k], y: [m, k]) = let z = y + 1 in x @ z", ["k meets m", "x @ z"]),
    ),
)
def test_a_definition_that_does_not_hold(program: str, words: list[str]) -> None:
    said = clash(program).said
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("program", "step_", "words"),
    rows(
        ("f(x: [n]) = x[1:] - x[:-1]\nA = zeros(0)\nf(A)", "x[1:] on line 1 needs it", ["0: A = zeros(0), line 2"]),
        ("f(x: [n, d]) = x.reshape(n, 8, d // 8)\nf(ones(3, 15))", "x.reshape(n, 8, d // 8) on line 1 needs it", []),
        ("g(x: [n]) = x[2:]\nf(x: [n]) = g(x * 2)\nf(ones(1))", "g(x * 2) on line 2 needs it", ["f needs n >= 2"]),
        ("f(x: [n, m]) =\n  x[3] +\n  x[0]\nf(ones(2, 5))", "x[3] on line 2 needs it", ["f needs n >= 4"]),
    ),
)
def test_a_fact_names_the_step_that_needs_it(program: str, step_: str, words: list[str]) -> None:
    said = clash(program).said
    assert step_ in said and all(word in said for word in words), said


# Lines of other doors


def test_across_the_statements_of_a_shell() -> None:
    """A session's earlier inputs are counted on, so that a line is one."""
    calculator = Calculator()
    calculator.step("A = ones(7, 2)")
    calculator.step("B = A.T")
    said = calculator.step("B @ ones(5)").said
    assert "7: B = A.T" in said and "from A" in said, said


def test_a_pipe_counts_its_lines() -> None:
    said = step("A = ones(7, 2)\n\nB = A.T\nB @ ones(5)").said
    assert "7: B = A.T, line 3, from A, line 1" in said, said


def test_what_failed_is_no_origin() -> None:
    ran = step("A = ones(7)\nA = ones(5) + ones(4)\nA + ones(6)")
    assert ran.codes == ["shape", "shape"]
    assert "7: A = ones(7), line 1" in ran.said, ran.said
