"""Programs that broken examples led to: each once met a bug of tcalc's own, or said too much or too little."""

from __future__ import annotations

import pytest
from driver import check, rows, run, value


@pytest.mark.parametrize(
    ("program", "code", "says"),
    rows(
        # Lists nested to two depths.
        ("[[1, 2], [[1, 2], [3, 4]]] * 10", "shape", "item 0 is i64[2], item 1 i64[2, 2]"),
        ("[[1, 2], [[], []]]", "shape", "item 0 is i64[2], item 1 f32[2, 0]"),
        # A tuple beside other numbers, behind as many of them as it has items.
        ("ones(2, 8, (4, 1))", "type", "(4, 1) stands beside other numbers"),
        # What 0 does not divide, where the other size is only a name.
        ("f(x: [n, n]) = x.reshape(0, -1)", "shape", "x has n^2 elements ([n, n]), which 0 does not divide"),
        # Two size names of which only the sum is known.
        ("x: [a + b] = ones(3)", "shape", "a + b alone does not say what a and b are"),
        ("f(x: [a + b]) = a\nf(ones(5))", "shape", "a + b alone does not say what a and b are"),
    ),
)
def test_is_an_error_of_the_program(program: str, code: str, says: str) -> None:
    (error,) = run(program).errors
    assert error.code == code and says in error.message


def test_sizes_are_computed_from_names_that_stand_behind_them() -> None:
    assert value("f(x: [a + b, b]) = a\nf(ones(5, 2))") == 3
    assert value("f(x: [a + b, *c, 2 * b]) = a\nf(ones(5, 7, 4))") == 3


def test_the_middle_of_a_chain_may_wait_for_data() -> None:
    program = "x = [1., 2., 3.]\nx[0 < x[x > 1] - 1 < 2]"
    (error,) = run(program).errors
    assert (error.code, error.message) == ("shape", "the mask is bool[2], and x's axis 0 is 3")
    assert value("x = [1., 2., 3.]\nx[x[x > 1].sum() - 6 < x < 3]").tolist() == [1.0, 2.0]


def test_a_long_word_is_cut_in_its_middle() -> None:
    (error,) = check("x" * 5000).errors
    assert error.message == f"there is no {'x' * 30}…{'x' * 30}"
    (error,) = check("[1,\n 2].from_numpy").errors
    assert error.message.count("\n") == 0


def test_no_name_is_near_that_nobody_can_write() -> None:
    first, second = check("r\u2066ate = 1\nraet").errors
    assert first.code == "syntax" and second.message == "there is no raet; did you mean rate?"
