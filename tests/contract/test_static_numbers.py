"""Static numbers are exact and weak: literals, names bound to them, sizes, and arithmetic, comparisons, min and max of
those; what is not static (loop states, elements of vmap and scan, results of computing) is no size."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from driver import assert_fails, assert_gives, rows, run

I64_MAX = 2**63 - 1


@pytest.mark.parametrize(
    ("program", "type"),
    rows(
        ("zeros(3)", "f32[3]"),
        ("n = 3\nzeros(n)", "f32[3]"),
        ("n = 3\nm = n\nzeros(m, n)", "f32[3, 3]"),
        ("x = ones(4, 5)\nzeros(x.shape[0])", "f32[4]"),
        ("x = ones(4, 5)\nzeros(x.shape[-1])", "f32[5]"),
        ("x = ones(4, 5)\nzeros(numel(x))", "f32[20]"),
        ("x = ones(4, 5)\nzeros(x.numel())", "f32[20]"),
        ("x = ones(4, 5)\nzeros(len(x))", "f32[4]"),
        ("x = ones(4, 5)\nzeros(x.size(1))", "f32[5]"),
        ("x = ones(4, 5)\nzeros(x.size(-1))", "f32[5]"),
        ("x = ones(4, 5)\nzeros(x.ndim)", "f32[2]"),
        ("x = ones(4, 5)\nzeros(x.shape)", "f32[4, 5]"),
        ("x = ones(4, 5)\nzeros(x.size())", "f32[4, 5]"),
        ("x = ones(4, 5)\na, b = x.shape\nzeros(b, a)", "f32[5, 4]"),
        ("zeros(2 + 3 * 4)", "f32[14]"),
        ("zeros(7 // 2, 7 % 4, 2^3, 9 - 4)", "f32[3, 3, 8, 5]"),
        ("zeros(-7 // -2)", "f32[3]"),
        ("zeros(min(2, 5), max(2, 5))", "f32[2, 5]"),
        ("zeros(5 if 2 < 3 else 7)", "f32[5]"),
        ("n = 4\nzeros(n if n > 3 else 1)", "f32[4]"),
        ("n = 2\nzeros(n) if n == 2 else 'other'", "f32[2]"),
        ("f(n) = zeros(n, n)\nf(2)", "f32[2, 2]"),
        ("f(n: int) = zeros(n, n)\nf(2)", "f32[2, 2]"),
        ("(n -> zeros(n))(3)", "f32[3]"),
        ("let n = 2 in zeros(n, n + 1)", "f32[2, 3]"),
        ("x = ones(6)\nx.reshape(len(x) // 2, 2)", "f32[3, 2]"),
        ("1_000", "i64"),
        ("zeros(1_000)", "f32[1000]"),
        ("x = ones(4, 5)\nx.shape[0]", "i64"),
        ("x = ones(4, 5)\nx.shape", "i64[2]"),
        ("x = ones(4, 5)\nx.shape[0] == 4", "bool"),
        ("x = ones(4, 5)\nzeros(x.shape[1:])", "f32[5]"),
    ),
)
def test_a_static_integer_is_a_size(program: str, type: str) -> None:
    ran = run(program)
    assert not ran.errors, ran.said
    assert ran.types == [type]


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        # weak: the dtype of the tensor it meets
        ("f16([1, 2]) * 2.5", "f16[2]", torch.tensor([2.5, 5.0], dtype=torch.float16)),
        ("a = 2.5\nf16([1, 2]) * a", "f16[2]", torch.tensor([2.5, 5.0], dtype=torch.float16)),
        ("bf16([1, 2]) + 1", "bf16[2]", torch.tensor([2, 3], dtype=torch.bfloat16)),
        ("u8([1, 2]) + 1", "u8[2]", torch.tensor([2, 3], dtype=torch.uint8)),
        ("u8([250, 2]) + 10", "u8[2]", torch.tensor([4, 12], dtype=torch.uint8)),
        ("i32([1, 2]) * 2.5", "f32[2]", torch.tensor([2.5, 5.0])),
        ("i32([1, 2]) / 2", "f32[2]", torch.tensor([0.5, 1.0])),
        ("i16(3) + 1", "i16", torch.tensor(4, dtype=torch.int16)),
        ("f64([1]) * 0.1", "f64[1]", torch.tensor([0.1], dtype=torch.float64)),
        ("f64(0.1) + 0.2", "f64", torch.tensor(0.1 + 0.2, dtype=torch.float64)),
        ("[True, False] + 1", "i64[2]", torch.tensor([2, 1])),
        ("[True, False] * 1.5", "f32[2]", torch.tensor([1.5, 0.0])),
        ("[1, 2] + 2j", "c64[2]", torch.tensor([1 + 2j, 2 + 2j])),
        ("f64([1.]) * 2j", "c128[1]", torch.tensor([2j], dtype=torch.complex128)),
        ("c64(1) + 1", "c64", torch.tensor(2 + 0j, dtype=torch.complex64)),
        ("i8([100]) + True", "i8[1]", torch.tensor([101], dtype=torch.int8)),
        # exact
        ("f64(0.1 + 0.2)", "f64", torch.tensor(0.1 + 0.2, dtype=torch.float64)),
        ("a = 1 / 3\nf64(a)", "f64", torch.tensor(1 / 3, dtype=torch.float64)),
        ("2^62 + (2^62 - 1)", "i64", I64_MAX),
        ("9007199254740993", "i64", 9007199254740993),
        ("9007199254740993 // 1", "i64", 9007199254740993),
        ("7 // 2.", "f32", 3.0),
        ("-7 // 2", "i64", -4),
        ("-7 % 3", "i64", 2),
        ("7 % -3", "i64", -2),
        ("-7.5 % 2", "f32", 0.5),
        ("2^-1", "f32", 0.5),
        ("2 ** -2", "f32", 0.25),
        ("(-2)^-1", "f32", -0.5),
        ("0^0", "i64", 1),
        ("2^0.5", "f32", 2**0.5),
        ("6 / 3", "f32", 2.0),
        ("2.5e-3", "f32", 2.5e-3),
        ("2j * 2j", "c64", torch.tensor(-4 + 0j)),
        ("True + True", None, 2),
        ("1 < 2", "bool", True),
        ("1 == 1.0", "bool", True),
        ("0 < 1 < 2", "bool", True),
        ("0 < 3 < 2", "bool", False),
        ("3 if True else 4", "i64", 3),
        ("min(2, 3)", "i64", 2),
        ("max(2, 3.5)", "f32", 3.5),
        ("min(-1, -2)", "i64", -2),
        ("not True", "bool", False),
        ("True and False or True", "bool", True),
        ("6 & 3", "i64", 2),
        ("6 | 3", "i64", 7),
        ("6 ^^ 3", "i64", 5),
        ("~5", "i64", -6),
        ("-9223372036854775807 - 1", "i64", -(2**63)),
        ("1 / 0", "f32", float("inf")),
        ("1 / 0.", "f32", float("inf")),
        ("0. / 0.", "f32", float("nan")),
        ("-1 / 0.", "f32", float("-inf")),
    ),
)
def test_it_is_exact_and_weak(program: str, type: str | None, value: Any) -> None:
    assert_gives(program, type, value)


@pytest.mark.parametrize(
    "program",
    [
        "2^63",
        "2^64",
        "9223372036854775808",
        "9223372036854775807 + 1",
        "-9223372036854775807 - 2",
        "9223372036854775807 * 2",
        "n = 2^62\nn * 2",
        "10^100",
        "-(2^63)",
        "(-2)^65",
        "x = ones(3)\nlen(x) * 9223372036854775807",
        "7 // 0",
        "7 % 0",
    ],
)
def test_an_integer_outside_i64_is_a_value_error(program: str) -> None:
    assert_fails(program, "value")


def test_enormous_powers_are_refused_at_once() -> None:
    assert_fails("9^9^9^9", "value")
    assert_fails("2^(2^40)", "value")


@pytest.mark.parametrize(
    ("program", "code"),
    rows(
        ("zeros(2.5)", "type"),
        ("zeros('3')", "type"),
        ("zeros(-1)", "shape"),
        ("sum[1.5](ones(2, 2))", "type"),
    ),
)
def test_what_is_no_integer_is_no_size(program: str, code: str) -> None:
    ran = run(program)
    assert len(ran.codes) == 1 and ran.codes[0] in {code, "type", "shape", "value"}, (ran.codes, ran.results)


def test_a_static_number_keeps_its_expression() -> None:
    """It is a value that a type carries along, never a replacement for the expression."""
    program = "x = 3.\ny = x * 2\nx = 10.\ny"
    assert_gives(program, "f32", 6.0)


@pytest.mark.parametrize(
    "program",
    [
        "fold((a, x) -> zeros(x), 0, [1, 2, 3])",
        "vmap(n -> zeros(n))([1, 2])",
        "iterate(n -> len(zeros(n)) + 1, 1, 3)",
        "scan((s, n) -> (s, zeros(n)), 0, [1, 2])",
    ],
)
def test_loop_states_and_elements_are_never_static(program: str) -> None:
    ran = run(program)
    assert len(ran.codes) == 1 and ran.codes[0] in {"type", "shape"}, (ran.said, ran.results)


def test_a_condition_that_is_static_types_only_its_branch() -> None:
    assert_gives("n = 3\nzeros(2) if n == 3 else zeros(2) + zeros(5)", "f32[2]", torch.zeros(2))
    assert_gives("f(n) = 1 if n == 0 else [1, 2] + [1, 2, 3]\nf(0)", "i64", 1)
    assert_fails("f(n) = 1 if n == 0 else [1, 2] + [1, 2, 3]\nf(1)", "shape")
