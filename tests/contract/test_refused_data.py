"""Data that cannot be computed with: the error says what is wrong with which number, underlines the operands with their
types, and quotes torch below. Each sentence here was written before the error was looked at.
"""

from __future__ import annotations

import pytest
from driver import rows, step

from tcalc.check.repairs.data import TWINS
from tcalc.errors import TcalcError

SINGULAR = "A = [[1., 2.], [2., 4.]]\n"
BAD = "A = [[nan, 2.], [2., 1.]]\n"


def refusal(program: str, code: str = "value") -> TcalcError:
    """The error that a program ends with, everything before it having run."""
    ran = step(program)
    assert ran.codes == [code], (ran.codes, ran.said, ran.texts)
    return ran.errors[0]


# Indices

INDICES = (
    ("x = [1., 2., 3.]\nx[tensor([5])]", "there is no index 5: x's axis 0 has 3 elements, 0 to 2"),
    ("x = [1., 2., 3.]\nx[tensor(-4)]", "there is no index -4: x's axis 0 has 3 elements, 0 to 2"),
    ("x = ones(2, 3)\nx[:, tensor([0, 3])]", "there is no index 3: x's axis 1 has 3 elements, 0 to 2"),
    ("x = ones(2, 3)\nx[0, tensor([0, 3])]", "there is no index 3: x's axis 1 has 3 elements, 0 to 2"),
    ("x = ones(2, 3, 4)\nx[..., tensor([7])]", "there is no index 7: x's axis 2 has 4 elements, 0 to 3"),
    ("x = ones(2, 3)\nx[None, tensor([2])]", "there is no index 2: x's axis 0 has 2 elements, 0 to 1"),
    ("x = ones(2, 3)\nx[x[:, 0] > 0, tensor([9, 9])]", "there is no index 9: x's axis 1 has 3 elements, 0 to 2"),
    ("x = ones(2, 3)\nx[tensor([0, 1]), tensor([0, 3])]", "there is no index 3: x's axis 1 has 3 elements, 0 to 2"),
    ("x = ones(0)\nx[tensor([0])]", "there is no index 0: x's axis 0 has no elements"),
    ("x = ones(1)\nx[tensor([1])]", "there is no index 1: x's axis 0 has 1 element, 0"),
    ("x = ones(3)\nx[tensor([5])] = 1.", "there is no index 5: x's axis 0 has 3 elements, 0 to 2"),
    ("x = ones(3)\nx[tensor([5])] += 1", "there is no index 5: x's axis 0 has 3 elements, 0 to 2"),
    ("x = ones(3, 2)\nx[tensor([5])][0] = 1.", "there is no index 5: x's axis 0 has 3 elements, 0 to 2"),
    ("x = [[1, 2]]\ngather(x, 1, [[2]])", "there is no index 2: x's axis 1 has 2 elements, 0 to 1"),
    ("x = [[1, 2]]\ngather(x, -1, [[2]])", "there is no index 2: x's axis 1 has 2 elements, 0 to 1"),
    ("x = zeros(2)\nscatter(x, 0, [2], [1.])", "there is no index 2: x's axis 0 has 2 elements, 0 to 1"),
    ("x = zeros(2)\nscatter_add(x, 0, [-1], [1.])", "there is no index -1: x's axis 0 has 2 elements, 0 to 1"),
    ("x = zeros(2)\nindex_add(x, 0, [2], [1.])", "there is no index 2: x's axis 0 has 2 elements, 0 to 1"),
    ("x = zeros(2)\nindex_select(x, 0, tensor([5]))", "there is no index 5: x's axis 0 has 2 elements, 0 to 1"),
    ("x = zeros(2, 3)\nx.index_select(1, [-1])", "there is no index -1: x's axis 1 has 3 elements, 0 to 2"),
    ("x = zeros(2, 3)\ntake(x, [6])", "there is no index 6: x has 6 elements, 0 to 5"),
    ("W = zeros(4, 2)\nembedding([1, 9], W)", "there is no row 9: W has 4 rows, 0 to 3"),
    ("s = ones(2, 3)\ncross_entropy(s, [0, 3])", "there is no class 3: s has 3 classes, 0 to 2"),
    ("s = ones(3)\ncross_entropy(s, tensor(-1))", "there is no class -1: s has 3 classes, 0 to 2"),
    ("s = ones(2, 3)\ncross_entropy(s, [-1, 7], ignore_index=-1)", "there is no class 7: s has 3 classes, 0 to 2"),
    ("t = tensor([0, 3])\none_hot(t, 2)", "there is no class 3: num_classes is 2, so they are 0 to 1"),
    ("t = tensor([0, -3])\none_hot(t)", "t holds -3 at [1], and classes count from 0"),
)


@pytest.mark.parametrize(("program", "sentence"), rows(*INDICES))
def test_an_index_that_names_nothing(program: str, sentence: str) -> None:
    error = refusal(program)
    assert error.message == sentence
    assert error.marks and any(note.startswith("torch says: ") for note in error.notes)


# Matrices

MATRICES = (
    (SINGULAR + "inv(A)", "A is singular: its rank is 1, and it has 2 rows"),
    (SINGULAR + "solve(A, [1., 2.])", "A is singular: its rank is 1, and it has 2 rows"),
    (SINGULAR + "matrix_power(A, -2)", "A is singular: its rank is 1, and it has 2 rows"),
    (SINGULAR + "A.inverse()", "A is singular: its rank is 1, and it has 2 rows"),
    ("inv(zeros(3, 3))", "zeros(3, 3) is singular: its rank is 0, and it has 3 rows"),
    ("inv([[1., 2., 3.], [2., 4., 6.], [7., 8., 9.]])", "the matrix is singular: its rank is 2, and it has 3 rows"),
    (SINGULAR + "B = stack([eye(2), A])\ninv(B)", "B[1] is singular: its rank is 1, and it has 2 rows"),
    (SINGULAR + "B = stack([stack([eye(2), A])])\ninv(B)", "B[0, 1] is singular: its rank is 1, and it has 2 rows"),
    (SINGULAR + "inv(stack([eye(2), A]))", "matrix [1] is singular: its rank is 1, and it has 2 rows"),
    ("A = -eye(2)\ncholesky(A)", "A is not positive definite: its smallest eigenvalue is -1"),
    (
        "A = [[1., 2.], [3., 4.]]\ncholesky(A)",
        "A is not positive definite: it is not symmetric, 2 at [0, 1] and 3 at [1, 0]",
    ),
    (BAD + "cholesky(A)", "cholesky needs finite numbers, and A holds nan at [0, 0]"),
    (BAD + "svd(A)", "svd needs finite numbers, and A holds nan at [0, 0]"),
    (BAD + "eig(A)", "eig needs finite numbers, and A holds nan at [0, 0]"),
    (BAD + "matrix_rank(A)", "matrix_rank needs finite numbers, and A holds nan at [0, 0]"),
    (BAD + "lstsq(A, [1., 2.])", "lstsq needs finite numbers, and A holds nan at [0, 0]"),
    ("b = [1., inf]\nlstsq(eye(2), b)", "lstsq needs finite numbers, and b holds inf at [1]"),
)


@pytest.mark.parametrize(("program", "sentence"), rows(*MATRICES))
def test_a_matrix(program: str, sentence: str) -> None:
    error = refusal(program)
    assert error.message == sentence
    assert error.marks


# Numbers

NUMBERS = (
    ("q = [0.5, 95.]\nquantile([1., 2.], q)", "q holds 95 at [1], and must lie between 0 and 1"),
    ("p = [0.2, 1.2]\nbernoulli(p)", "p holds 1.2 at [1], and must lie between 0 and 1"),
    ("p = [nan]\nbernoulli(p)", "p holds nan at [0], and must lie between 0 and 1"),
    ("dropout([1., 2.], 1.5)", "p is 1.5, and must lie between 0 and 1"),
    ("s = tensor(-1.)\nnormal([0.], s)", "s is -1, and must be at least 0"),
    ("w = [0.5, -1.]\nmultinomial(w, 1)", "w holds -1 at [1], and a weight is a number from 0 on"),
    ("multinomial([0., 0.], 1)", "all weights are 0, so nothing can be drawn"),
    ("multinomial([1., 1.], 3)", "3 draws from 2 classes are too many without replacement"),
    ("r = [1., -2.]\npoisson(r)", "r holds -2 at [1], and must be at least 0"),
    ("s = [2.]\nbinary_cross_entropy(s, [1.])", "s holds 2 at [0], and must lie between 0 and 1: apply sigmoid first"),
    ("t = [3.]\nbinary_cross_entropy([0.5], t)", "t holds 3 at [0], and must lie between 0 and 1"),
    ("n = [1, -1]\nrepeat_interleave([1, 2], n)", "n holds -1 at [1], and must be at least 0"),
    ("x = tensor([3, -1])\nbincount(x)", "x holds -1 at [1], and must be at least 0"),
    ("bincount([1, 2], minlength=-1)", "minlength is -1, and must be at least 0"),
    ("x = [1., nan]\nhistc(x, 10)", "histc needs finite numbers, and x holds nan at [1]"),
    ("x = [1., inf]\nhistogram(x, 10)", "histogram needs finite numbers, and x holds inf at [1]"),
    ("w = [-1, 2]\ncov([1., 2.], fweights=w)", "w holds -1 at [0], and must be at least 0"),
    ("cov([[1., 2.]], aweights=[0., 0.])", "the weights sum to 0"),
    ("d = tensor([2, 0])\ntensor([1, 1]) // d", "division by zero: d holds 0 at [1]"),
    ("d = tensor([2, 0])\n7 % d", "division by zero: d holds 0 at [1]"),
    ("tensor([1, 2]) // 0", "division by zero"),
    ("d = tensor(0)\ntensor(1) // d", "division by zero"),
    ("k = tensor([1, -1])\n2 ^ k", "k holds -1 at [1], and an integer has no negative power: convert to a float first"),
    (
        "lcm(tensor(-9223372036854775807) - 1, 3)",
        "the least common multiple of the smallest integer does not fit its dtype",
    ),
    (
        "one_hot(zeros(0, dtype=i64))",
        "how many classes there are cannot be told from no elements: say num_classes",
    ),
)


@pytest.mark.parametrize(("program", "sentence"), rows(*NUMBERS))
def test_a_number(program: str, sentence: str) -> None:
    error = refusal(program)
    assert error.message == sentence
    assert error.marks


# Places


@pytest.mark.parametrize(
    ("program", "marks"),
    rows(
        (SINGULAR + "1 + inv(A) * 2", {"A": "f32[2, 2]"}),
        (SINGULAR + "1 + A.inv()", {"A": "f32[2, 2]"}),
        (SINGULAR + "A |> inv", {"A": "f32[2, 2]"}),
        ("A = tensor([[1, 2], [2, 4]])\ninv(A)", {"A": "i64[2, 2]"}),
        (SINGULAR + "let B = A in inv(B)", {"B": "f32[2, 2]"}),
        (SINGULAR + "solve(A, [1., 2.])", {"A": "f32[2, 2]", "[1., 2.]": "f32[2]"}),
        ("5 // tensor([0, 1])", {"5": "i64", "tensor([0, 1])": "i64[2]"}),
        ("x: f32[time=3] = [1, 2, 3]\nx[tensor([4])]", {"x": "f32[time=3]", "tensor([4])": "i64[1]"}),
        ("f(x, i) = x[i]\nf([1., 2.], tensor([2]))", {"x": "f32[2]", "i": "i64[1]"}),
        ("vmap(S -> inv(S))(zeros(3, 2, 2))", {"S": "f32[2, 2]"}),
        ("fold((s, i) -> s + [1., 2.][i], 0., [0, 1, 2])", {"[1., 2.]": "f32[2]", "i": "i64"}),
        ("x = ones(3)\nx[tensor([5])] += 1", {"x": "f32[3]", "tensor([5])": "i64[1]"}),
    ),
)
def test_operands_are_underlined_with_their_types(program: str, marks: dict[str, str]) -> None:
    assert {mark.span.text: mark.type for mark in refusal(program).marks} == marks


def test_an_error_in_a_function_says_which_calls_led_there() -> None:
    error = refusal("f(x) = inv(x)\ng(x) = f(x) @ x\ng(ones(2, 2))")
    assert error.message == "x is singular: its rank is 1, and it has 2 rows"
    assert error.span is not None and error.span.line == 1
    assert error.notes[1:] == ["in f, called on line 2: f(x)", "in g, called on line 3: g(ones(2, 2))"]


def test_of_two_calls_the_one_that_failed() -> None:
    error = refusal("f(x) = inv(x)\nf(eye(2)) + f(ones(2, 2))")
    assert error.notes[1:] == ["in f, called on line 2: f(ones(2, 2))"]


def test_a_function_that_is_written_where_it_is_called_is_no_call() -> None:
    assert len(refusal("vmap(S -> inv(S))(zeros(3, 2, 2))").notes) == 1


def test_the_line_is_that_of_this_run() -> None:
    program = "x = [1., 2.]\ni = tensor([5])\nx[i]\n\nx[i]"
    assert [error.span.line for error in step(program).errors if error.span] == [3, 5]


# Repairs


@pytest.mark.parametrize(
    ("program", "repair"),
    rows(
        (SINGULAR + "inv(A) @ [1., 2.]", "pinv(A) @ [1., 2.]"),
        (SINGULAR + "A.inverse()", "A.pinverse()"),
        (SINGULAR + "linalg.inv(A)", "linalg.pinv(A)"),
        (SINGULAR + "x = solve(A, ones(2))", "lstsq(A, ones(2)).solution"),
        ("vmap(S -> inv(S))(zeros(3, 2, 2))", "vmap(S -> pinv(S))(zeros(3, 2, 2))"),
        ("k = tensor([1, -1])\ntensor([2, 4])^k", "f32(tensor([2, 4]))^k"),
        ("s = [2.]\nbinary_cross_entropy(s, [1.])", "binary_cross_entropy_with_logits(s, [1.])"),
        ("multinomial([1., 1.], 3)", "multinomial([1.0, 1.0], 3, replacement=True)"),
    ),
)
def test_what_is_offered_runs(program: str, repair: str) -> None:
    error = refusal(program)
    assert [each.text for each in error.repairs] == [repair]
    *before, _ = program.split("\n")
    assert not step("\n".join([*before, error.repairs[0].whole])).errors


def test_nothing_is_offered_for_a_call_in_another_line() -> None:
    assert not refusal("f(x) = inv(x)\nf(ones(2, 2))").repairs


@pytest.mark.parametrize("twin", sorted({twin for each in TWINS.values() for twin in each.values()}))
def test_twins_are_there(twin: str) -> None:
    assert not [error for error in step(twin).errors if error.code == "name"]


# Dtypes that torch has no kernel for


def test_a_dtype_that_torch_cannot_compute_in() -> None:
    error = refusal('A = [[1., 2.], [3., 4.]]\nmatrix_norm(A, "nuc", dtype=f16)', "dtype")
    assert error.message == "torch cannot compute this in f16"
    assert [mark.type for mark in error.marks] == ["f32[2, 2]"]
