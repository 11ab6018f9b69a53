"""Sizes: annotated functions for every size, facts assumed and checked, names bound by annotations, sizes that data
decide, holes, where each size came from, and the note on broadcasting where both operands grew."""

from __future__ import annotations

import pytest
import torch
from driver import Calculator, assert_fails, assert_gives, check, rows, run, step


@pytest.mark.parametrize(
    "definition",
    [
        "f(x: [n]): [n] = x + 1",
        "f(x: [n], y: [n]): [n] = x + y",
        "f(x: [n, m]): [m, n] = x.T",
        "f(x: [n, m]): [n*m] = x.reshape(-1)",
        "f(x: [n, m]): [n*m] = x.flatten()",
        "f(x: [n, m]): [m*n] = x.reshape(n * m)",
        "f(x: [n, m]): [n] = sum[1](x)",
        "f(x: [n, k], y: [k, m]): [n, m] = x @ y",
        "f(x: [n, k], y: [m, k]): [n, m] = x @ y.T",
        "f(x: [*b, n, k], y: [*b, k, m]): [*b, n, m] = x @ y",
        'f(x: [b, i, j], y: [b, j, k]): [b, i, k] = "bij,bjk->bik"(x, y)',
        "f(x: [n]): [n - 1] = x[1:] - x[:-1]",
        "f(x: [n]): [n + 2] = cat([x, [1., 2.]])",
        "f(x: [n], y: [m]): [n + m] = cat([x, y])",
        "f(x: [n], y: [m]): [m + n] = cat([x, y])",
        "f(x: [n]): [2, n] = stack([x, x])",
        "f(x: [n]): [2*n] = cat([x, x])",
        "f(x: [n]): [n, n] = x[:, None] * x",
        "f(x: [n]): [1, n, 1] = x[None, :, None]",
        "f(x: [n, d]): [n, 8, d // 8] = x.reshape(n, 8, d // 8)",
        "f(x: [n, d]): [n, d] = x.reshape(n, 8, d // 8).reshape(n, d)",
        "f(x: [n, n]): [n] = diag(x)",
        "f(x: [n, n]): f32 = trace(x)",
        "f(n: int): [n, n] = eye(n)",
        "f(n: int, m: int): [n + m] = zeros(n + m)",
        "f(x: [n]): [2*n + 1] = zeros(2 * n + 1)",
        "f(x: [n]): [n^2] = zeros(n * n)",
        "f(x: [n, m]): [n, m] = x - mean[0](x)",
        "f(x: [n, m]): [n, m] = softmax[-1](x)",
        "f(x: [n]): [n] = x[[0, 1]].sum() + x",
        "f(x: [n]): i64[n] = arange(n)",
        "f(x: [n]): [n] = x * n",
        "f(x: [n]): [(n + 1) // 2] = x[::2]",
        "f(x: [*s]): [*s] = x + 1",
        "f(x: [*s, n]): [*s] = sum[-1](x)",
        "f(x: [*s, n]): [*s, n] = x - mean[-1, keepdim](x)",
        "f(x: [n, m]): [m] = x[0]",
        "f(x: [n], y: []): [n] = x + y",
        "f(x: [n, 3]): [n] = x[:, 2]",
        "f(x: [n]): [n] = where(x > 0, x, 0)",
        "f(x: [n]): [n] = vmap(t -> t + 1)(x)",
        "f(x: [n, m]): [n] = vmap(sum)(x)",
        "f(x: [n, m]): [n, 2*m] = vmap(r -> cat([r, r]))(x)",
    ],
)
def test_a_definition_holds_for_all_sizes(definition: str) -> None:
    ran = check(definition)
    assert not ran.errors, ran.said


@pytest.mark.parametrize(
    ("definition", "code", "says"),
    [
        ("f(x: [n, k], y: [m, k]): [n, m] = x @ y", "shape", ["k", "m", "[n, k]", "[m, k]"]),
        ("f(x: [n], y: [m]): [n] = x + y", "shape", ["n", "m"]),
        ("f(x: [n], y: [1]): [n] = x + y", None, []),
        ("f(x: [n], y: [3]): [n] = x + y", "shape", ["n", "3"]),
        ("f(x: [n, m]): [n] = x", "shape", []),
        ("f(x: [n, m]): [n, m] = x.T", "shape", ["n", "m"]),
        ("f(x: [n]): [m] = x", "shape", ["n", "m"]),
        ("f(x: [n]): [n + 1] = x", "shape", ["n"]),
        ("f(x: [n, m]) = x @ x", "shape", ["n", "m"]),
        ("f(x: [n]): [n, n] = x", "shape", []),
        ("f(x: [n]) = x[0, 0]", "shape", []),
        ("f(x: [n]) = sum[1](x)", "shape", ["1"]),
        ("f(x: [n, m]): [n*m] = x.reshape(n)", "shape", []),
        ('f(x: [a, c], y: [b, d]) = "ij,jk->ik"(x, y)', "shape", ["c", "b"]),
        ("f(x: [n], y: [m]) = stack([x, y])", "shape", ["n", "m"]),
        ("f(x: [n, p], y: [m, q]) = cat([x, y])", "shape", ["p", "q"]),
        ("f(x: [*b, n], y: [*c, m]) = x + y", "shape", []),
        ("f(n: int): [n] = zeros(n + 1)", "shape", ["n"]),
        ("f(x: f32[n]): f32[n] = x + nosuch", "name", ["nosuch"]),
    ],
)
def test_a_clash_is_found_at_the_definition(definition: str, code: str | None, says: list[str]) -> None:
    ran = check(definition)
    assert ran.codes == ([code] if code else []), ran.said
    assert all(word in ran.said for word in says), ran.said


@pytest.mark.parametrize(
    ("program", "type"),
    rows(
        ("f(x: [n]): [n - 1] = x[1:] - x[:-1]\nf(ones(5))", "f32[4]"),
        ("f(x: [n]): [n - 1] = x[1:] - x[:-1]\nf(ones(1))", "f32[0]"),
        ("f(x: [n, d]): [n, d] = x.reshape(n, 8, d // 8).reshape(n, d)\nf(ones(3, 16))", "f32[3, 16]"),
        ("f(x: [n, m]): [n*m] = x.flatten()\nf(ones(3, 4))", "f32[12]"),
        ("f(x: [n], y: [m]): [n + m] = cat([x, y])\nf([1., 2.], [3.])", "f32[3]"),
        ("f(n: int): [n, 2*n] = zeros(n, 2*n)\nf(3)", "f32[3, 6]"),
        ("f(x: [*s]): [*s] = x + 1\nf(ones(2, 3))", "f32[2, 3]"),
        ("f(x: [*s]): [*s] = x + 1\nf(1.)", "f32"),
        ("f(x: [n]): [n] = x * n\nf([1, 2])", "i64[2]"),
        ("f(x: [n]): [n] = x\nf(zeros(0))", "f32[0]"),
        ("f(x: [n, m]): [m] = x[0]\nf(ones(2, 3))", "f32[3]"),
    ),
)
def test_the_result_reads_in_the_callers_sizes(program: str, type: str) -> None:
    ran = run(program)
    assert not ran.errors, ran.said
    assert ran.types == [type]


@pytest.mark.parametrize(
    "program",
    [
        "f(x: [n]): [n - 1] = x[1:] - x[:-1]\nf(zeros(0))",
        "f(x: [n, d]): [n, d] = x.reshape(n, 8, d // 8).reshape(n, d)\nf(ones(3, 15))",
        "f(x: [n, m]): [m] = x[0]\nf(zeros(0, 3))",
        "f(x: [n]): [n] = x[3] + x\nf(ones(2))",
        "f(x: [n], y: [n]): [n] = x + y\nf(ones(2), ones(3))",
        "f(x: [n, n]): [n] = diag(x)\nf(ones(2, 3))",
        "f(x: [n]): [n] = x\nf(ones(2, 3))",
        "f(x: [n, k], y: [k, m]): [n, m] = x @ y\nf(ones(2, 3), ones(4, 5))",
        "f(n: int): [n - 2] = zeros(n - 2)\nf(1)",
        "f(x: [n], y: [m]): [n] = x\nf(ones(2))",
    ],
)
def test_facts_are_checked_at_each_call(program: str) -> None:
    ran = run(program)
    assert len(ran.codes) == 1 and ran.codes[0] in {"shape", "type"}, (ran.said, ran.results)
    assert "line 2" in ran.said or ":2" in ran.said, ran.said


def test_a_name_is_never_taken_to_be_one() -> None:
    """Not at the definition; at a call two parameters of one size name must have it both."""
    assert check("f(x: [n, m], y: [k, m]): [n, m] = x + y").codes == ["shape"]
    assert run("f(x: [n], y: [n]): [n] = x + y\nf(ones(1), ones(3))").codes == ["shape"]
    assert_gives("f(x: [n], y: [n]): [n] = x + y\nf(ones(1), ones(1))", "f32[1]", [2.0])


def test_dtypes_are_checked_at_each_call() -> None:
    program = "f(x: [n]): [n] = x ^ 2\n"
    assert_gives(program + "f([1, 2])", "i64[2]", [1, 4])
    assert_gives(program + "f([1., 2.])", "f32[2]", [1.0, 4.0])
    assert_gives(program + "f(f64([1]))", "f64[1]", [1.0])
    assert run(program + "f([True])").codes == ["dtype"]
    assert run("f(x: f32[n]): f32[n] = x\nf(f64([1]))").codes == ["dtype"]
    assert_gives("f(x: f32[n]): f32[n] = x\nf([1, 2])", "f32[2]", [1.0, 2.0])


def test_a_new_name_at_the_top_level_is_bound_to_the_size() -> None:
    ran = run("x: [batch, feat] = randn(32, 16)\nbatch\nfeat\nx")
    assert [result.text for result in ran.results[:2]] == ["32", "16"]
    assert ran.types[2] == "f32[batch=32, feat=16]"
    assert run("x: [batch] = ones(3)\nzeros(batch, 2 * batch)").types == ["f32[3, 6]"]
    assert run("x: [n] = ones(3)\ny: [n] = ones(3)\ny").types == ["f32[n=3]"]
    assert run("x: [n] = ones(3)\ny: [n] = ones(4)").codes == ["shape"]
    assert run("x: [n, n + 1] = ones(3, 4)\nx").types == ["f32[n=3, 4]"]
    assert run("x: [n, n + 1] = ones(3, 5)").codes == ["shape"]


def test_a_name_that_equals_bound_is_only_a_size() -> None:
    assert run("n = 3\nx: [n] = ones(3)\nx").types == ["f32[3]"]
    assert run("n = 3\nx: [n] = ones(4)").codes == ["shape"]
    assert run("n = 3\nx: [2*n] = ones(6)\nx").types == ["f32[6]"]


def test_a_name_bound_to_data_is_a_size_when_it_is_known() -> None:
    assert run("n = sum([1, 2])\nx: [n] = ones(3)\nx").types == ["f32[3]"]
    assert run("n = sum([1, 2])\nx: [n] = ones(4)").codes == ["shape"]


def test_a_name_on_two_axes_labels_neither() -> None:
    assert run("x: [n, n] = ones(3, 3)\nx\nn").types[0] == "f32[3, 3]"
    assert run("x: [n, n] = ones(3, 4)").codes == ["shape"]


def test_a_label_with_a_size_binds_nothing() -> None:
    assert run("x: [batch=2] = ones(2)\nx").types == ["f32[batch=2]"]
    assert run("x: [batch=2] = ones(2)\nbatch").codes == ["name"]
    assert run("x: [batch=3] = ones(2)").codes == ["shape"]


def test_every_size_remembers_where_it_was_fixed() -> None:
    ran = run("A = ones(2, 3)\n\nB = ones(4, 3)\nA @ B")
    assert "line 1" in ran.said and "line 3" in ran.said and "f32[2, 3]" in ran.said and "f32[4, 3]" in ran.said
    ran = run("A = ones(2, 3)\nB = A.T\nC = B * 2\nC + ones(2, 2, 2)")
    assert ran.codes == ["shape"] and "line" in ran.said
    ran = run("x = ones(5)\nf(a: [n], b: [n]) = a + b\ny = ones(6)\nf(x, y)")
    assert "line 1" in ran.said and "line 3" in ran.said
    ran = run("n = 3\nA = zeros(n)\nB = zeros(n + 1)\nA + B")
    assert "line 2" in ran.said and "line 3" in ran.said


@pytest.mark.parametrize(
    ("program", "words"),
    rows(
        ("X = ones(5, 3)\nY: f32[5, 10] = X @ ?", ["f32[3, 10]"]),
        ("X = ones(5, 3)\nW = ones(3, 10)\nY: f32[5, 10] = X @ ?", ["f32[3, 10]", "W"]),
        ("x = ones(3)\ny: f32[3] = x + ?", ["3"]),
        ("x: f32[2, 3] = ?", ["f32[2, 3]"]),
        ("A = ones(2, 3)\nA @ ?", ["3"]),
        ("X = ones(2, 5, 3)\nY: f32[2, 5, 4] = X @ ?", ["? must be f32[2, 3, 4]\n"]),
        ("X = ones(5, 3)\nY: f32[2, 5, 4] = X @ ?", ["? must be f32[2, 3, 4]\n"]),
        ("X = ones(1, 5, 3)\nY: f32[2, 5, 4] = X @ ?", ["? must be f32[2, 3, 4]\n"]),
        ("X = ones(8, 5, 5, 3)\nY: f32[8, 5, 5, 5] = X @ ?", ["? must be f32[8, 5, 3, 5]\n"]),
        ("?", []),
        ("sum(?)", []),
    ),
)
def test_a_hole_is_answered_with_its_type(program: str, words: list[str]) -> None:
    ran = run(program)
    assert ran.codes == ["type"], ran.said
    assert all(word in ran.said for word in words), ran.said


def test_a_clash_of_names_is_a_whole_sentence() -> None:
    ran = check("h(x: [n, m], y: [m]): [n] = x @ y\ng(x: [n, m], y: [k]): [n] = h(x, y)")
    assert ran.codes == ["shape"]
    assert "k" in ran.errors[0].message and "m" in ran.errors[0].message
    assert not ran.errors[0].message.endswith(", and m")


def test_a_hole_is_not_run() -> None:
    calculator = Calculator()
    assert calculator.step("x: f32[2] = ?").codes == ["type"]
    assert calculator.step("x").codes == ["name"]


# Sizes that data decide


@pytest.mark.parametrize("program", ["x[x > 0]", "nonzero(x)", "x[x > 0] + 1", "sum[0, keepdim](x[x > 0])"])
def test_their_type_is_unknown_before_and_known_after(program: str) -> None:
    calculator = Calculator()
    assert not calculator.step("x = [1., -2., 3.]").errors
    type = calculator.type_of(program)
    assert "?" in type or program.startswith("sum"), type
    assert "?" not in calculator.step(program).types[0]


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        ("x = [1., -2., 3.]\nx[x > 0]", "f32[2]", [1.0, 3.0]),
        ("x = [1., -2., 3.]\nx[x > 5]", "f32[0]", torch.zeros(0)),
        ("x = [1., -2., 3.]\nx[x > 0] + [10, 20]", "f32[2]", [11.0, 23.0]),
        ("x = [1., -2., 3.]\ny = x[x > 0]\ny + [10, 20]", "f32[2]", [11.0, 23.0]),
        ("x = [1., -2., 3.]\ny = x[x > 0]\nzeros(len(y))", "f32[2]", [0.0, 0.0]),
        ("x = [1., -2., 3.]\nzeros(len(x[x > 0]))", "f32[2]", [0.0, 0.0]),
        ("x = [1., -2., 3.]\nsum(x[x > 0])", "f32", 4.0),
        ("x = [1., -2., 3.]\nx[x > 0] @ x[x > 0]", "f32", 10.0),
        ("x = [1., -2., 3.]\nx[x > 0][0]", "f32", 1.0),
        ("x = [1., -2., 3.]\nx[x > 0][x[x > 0] > 2]", "f32[1]", [3.0]),
        ("x = [1., -2., 3.]\ncat([x[x > 0], x])", "f32[5]", [1.0, 3.0, 1.0, -2.0, 3.0]),
        ("x = [1., -2., 3.]\nx[x > 0].shape[0]", "i64", 2),
        ("x = [1., -2., 3.]\nx[x > 0].reshape(2, 1)", "f32[2, 1]", [[1.0], [3.0]]),
        ("nonzero([0, 1, 1])", "i64[2, 1]", [[1], [2]]),
        ("nonzero([0, 1, 1])[:, 0]", "i64[2]", [1, 2]),
        ("k = sum([1, 2])\nzeros(k)", "f32[3]", torch.zeros(3)),
        ("zeros(sum([1, 2]))", "f32[3]", torch.zeros(3)),
        ("n = argmax([1, 5, 2])\narange(n)", "i64[1]", [0]),
        ("x = [1., -2., 3.]\nf(a: [n]): [n] = 2 * a\nf(x[x > 0])", "f32[2]", [2.0, 6.0]),
        ("x = [1., -2., 3.]\nf(a: [n]): [n, n] = a[:, None] * a\nf(x[x > 0])", "f32[2, 2]", [[1.0, 3.0], [3.0, 9.0]]),
        ("x = [1., -2., 3.]\nf(a) = a[a > 0]\nsum(f(x))", "f32", 4.0),
        ("x = [1., -2., 3.]\nlet y = x[x > 0] in y + ones(2)", "f32[2]", [2.0, 4.0]),
        ("x = [3, 1, 3]\nunique(x)", "i64[2]", [1, 3]),
        ("x = [3, 1, 3]\nlen(unique(x))", "i64", 2),
        ("x = [1., -2., 3.]\ny: [n] = x[x > 0]\nn", "i64", 2),
        ("x = [1., -2., 3.]\ny: f32[2] = x[x > 0]\ny", "f32[2]", [1.0, 3.0]),
        ("x = [1., -2., 3.]\nx[x > 0] = 0\nx", "f32[3]", [0.0, -2.0, 0.0]),
        ("x = [1., -2., 3.]\nx[x > 0] = [7, 8]\nx", "f32[3]", [7.0, -2.0, 8.0]),
        ("x = [1., -2., 3.]\n[x[x > 0], [5., 6.]]", "f32[2, 2]", [[1.0, 3.0], [5.0, 6.0]]),
        ("x = [1., -2., 3.]\n'i,j->ij'(x[x > 0], x)", "f32[2, 3]", [[1.0, -2.0, 3.0], [3.0, -6.0, 9.0]]),
        ("x = [1., -2., 3.]\nvmap(t -> t + 1)(x[x > 0])", "f32[2]", [2.0, 4.0]),
        ("x = arange(4)\nx[x[sum(x > 1):][0]]", "i64", 2),
        ("x = [1., -2., 3.]\nf(a: [n]) = 2 * n\nf(x[x > 0])", "i64", 4),
    ),
)
def test_the_statement_is_checked_again_with_the_real_sizes(program: str, type: str, value: object) -> None:
    assert_gives(program, type, value)


def test_and_fails_with_them() -> None:
    assert_fails("x = [1., -2., 3.]\nx[x > 0] + [10, 20, 30]", "shape", "2", "3")
    assert_fails("x = [1., -2., 3.]\ny = x[x > 0]\ny + [10, 20, 30]", "shape", "2", "3")
    assert_fails("x = [1., -2., 3.]\ny: f32[3] = x[x > 0]", "shape", "2", "3")
    assert_fails("zeros(sum([1, -2]))", "shape")
    assert not check("x = [1., -2., 3.]\nx[x > 0] + [10, 20, 30]").errors  # unknown agrees with anything


def test_an_unknown_size_is_drawn_once() -> None:
    """What decides a size is computed once, and not drawn again when the rest runs."""
    for _ in range(5):
        (result,) = step("x = randn(20)\nlet y = randn(20) in (y[y > 0], y[y > 0])").results
        assert torch.equal(result.value[0], result.value[1])
        (result,) = step("let y = rand(50)[rand(50) > 0.5] in y - y").results
        assert not result.value.any()


# Broadcasting


@pytest.mark.parametrize(
    ("program", "words"),
    rows(
        ("ones(100, 1) - ones(100)", ["f32[100, 1]", "f32[100]", "f32[100, 100]", "100"]),
        ("y = ones(5, 1)\nz = ones(5)\ny * z", ["f32[5, 1]", "f32[5, 5]"]),
        ("ones(3, 1) + ones(1, 4)", ["f32[3, 4]"]),
        ("y = ones(5)[:, None]\nz = ones(4)\ny - z", ["f32[5, 4]"]),  # made in an earlier statement
        ("mean((ones(8, 1) - ones(8))^2)", ["8"]),
        ("maximum(ones(3, 1), ones(4))", ["f32[3, 4]"]),
        ("ones(3, 1) == ones(4)", []),
    ),
)
def test_a_note_where_both_grew(program: str, words: list[str]) -> None:
    ran = run(program)
    assert not ran.errors, ran.said
    notes = [note for note in ran.notes if "grew" in note]
    assert len(notes) == 1, ran.notes
    assert all(word in notes[0] for word in words), notes


@pytest.mark.parametrize(
    "program",
    [
        "ones(5)[:, None] - ones(4)",
        "ones(5)[:, None] * ones(4)[None, :]",
        "ones(5).unsqueeze(1) - ones(4)",
        "unsqueeze(ones(5), -1) - ones(4)",
        "x = ones(5)\ny = ones(4)\nx[:, None] + y[None]",
        "x = ones(5, 4)\nsum[1, keepdim](x) - sum[0](x)",
        "x = ones(5, 4)\nx.sum(1, keepdim=True) - x.sum(0)",
        "x = ones(5, 4)\nmean[1, keepdim](x) * mean[0, keepdim](x)",
        "ones(5, 4) + ones(4)",
        "ones(5, 4) + ones(5, 1)",
        "ones(5, 1) + 1",
        "ones(1) + ones(4)",
        "ones(4) + ones(1, 4)",
        "ones(2, 3) * ones(1, 3)",
        "ones(1, 1) + ones(5, 5)",
        "x = ones(5, 2)\ny = ones(4, 2)\nsum[-1]((x[:, None] - y[None])^2)",
        "ones(5, 1) @ ones(1, 4)",
        "f(x: [n], y: [m]): [n, m] = x[:, None] * y[None, :]\nf(ones(2), ones(3))",
    ],
)
def test_and_none_where_one_did_or_none_or_it_was_meant(program: str) -> None:
    ran = run(program)
    assert not ran.errors, ran.said
    assert not [note for note in ran.notes if "grew" in note], ran.notes


def test_the_note_goes_with_running_too() -> None:
    ran = run("f(x, y) = x - y\nf(ones(3, 1), ones(3))")
    assert any("grew" in note for note in ran.notes)
