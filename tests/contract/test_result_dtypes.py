"""Dtypes of results: torch's where torch computes; promoted as mathematics needs where torch refuses."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
from driver import Calculator, assert_fails, assert_gives, rows, run

DTYPES = {
    "bool": torch.bool,
    "u8": torch.uint8,
    "i8": torch.int8,
    "i16": torch.int16,
    "i32": torch.int32,
    "i64": torch.int64,
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "f32": torch.float32,
    "f64": torch.float64,
    "c64": torch.complex64,
    "c128": torch.complex128,
}
OPERATORS: dict[str, Callable[..., torch.Tensor]] = {
    "+": torch.add,
    "-": torch.sub,
    "*": torch.mul,
    "/": torch.div,
    "//": torch.floor_divide,
    "%": torch.remainder,
    "^": torch.pow,
    "==": torch.eq,
    "<": torch.lt,
    "&": torch.bitwise_and,
    "|": torch.bitwise_or,
    "^^": torch.bitwise_xor,
}


@pytest.mark.parametrize("operator", OPERATORS)
def test_element_wise_operators_have_torchs_dtype(operator: str) -> None:
    """Every pair of dtypes, tensor with tensor, where torch computes; an error or a promotion where it refuses."""
    calculator = Calculator()
    wrong: list[tuple[object, ...]] = []
    for (left, one), (right, other) in product(DTYPES.items(), repeat=2):
        text = f"{left}([1, 1]) {operator} {right}([1, 1])"
        ran = calculator.step(text)
        try:
            want = OPERATORS[operator](torch.ones(2).to(one), torch.ones(2).to(other))
        except RuntimeError:
            if "internal" in ran.codes:
                wrong.append((text, ran.said))
            continue
        if operator == "^" and "bool" in (left, right):
            if left == right and ran.codes != ["dtype"]:
                wrong.append((text, ran.results))
            continue
        if ran.errors:
            wrong.append((text, ran.said))
        elif ran.values[0].dtype != want.dtype or not torch.equal(ran.values[0], want):
            wrong.append((text, ran.results, want))
    assert not wrong


@pytest.mark.parametrize("operator", ["+", "*", "/", "-"])
def test_a_scalar_tensor_is_weak_as_in_torch(operator: str) -> None:
    calculator = Calculator()
    wrong: list[tuple[object, ...]] = []
    for (left, one), (right, other) in product(DTYPES.items(), repeat=2):
        text = f"{left}([1, 1]) {operator} {right}([1, 1])[0]"
        ran = calculator.step(text)
        try:
            want = OPERATORS[operator](torch.ones(2).to(one), torch.ones(2).to(other)[0])
        except RuntimeError:
            continue
        dtype = torch.complex64 if want.dtype is torch.complex32 else want.dtype  # tcalc has no complex32
        if ran.errors or ran.values[0].dtype != dtype:
            wrong.append((text, ran.results, ran.said, dtype))
    assert not wrong


UNARY = "neg abs sqrt exp log sin cos tanh floor round sign square isnan sigmoid reciprocal".split()
REDUCTIONS = "sum prod mean std var amax amin any all argmax norm logsumexp".split()


@pytest.mark.parametrize("name", UNARY)
def test_element_wise_functions_have_torchs_dtype(name: str) -> None:
    calculator = Calculator()
    wrong: list[tuple[object, ...]] = []
    for short, dtype in DTYPES.items():
        ran = calculator.step(f"{name}({short}([1, 1]))")
        try:
            want = getattr(torch, name)(torch.ones(2).to(dtype))
        except (RuntimeError, TypeError):
            if "internal" in ran.codes:
                wrong.append((name, short, ran.said))
            continue
        if ran.errors or ran.values[0].dtype != want.dtype:
            wrong.append((name, short, ran.results, ran.said, want.dtype))
    assert not wrong


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_have_torchs_dtype(name: str) -> None:
    calculator = Calculator()
    wrong: list[tuple[object, ...]] = []
    for short, dtype in DTYPES.items():
        ran = calculator.step(f"{name}[0]({short}([1, 1]))")
        try:
            want = getattr(torch, name)(torch.ones(2).to(dtype), dim=0)
        except (RuntimeError, TypeError):
            if "internal" in ran.codes:
                wrong.append((name, short, ran.said))
            continue
        if ran.errors or ran.values[0].dtype != want.dtype:
            wrong.append((name, short, ran.results, ran.said, want.dtype))
    assert not wrong


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        ("mean([1, 2])", "f32", 1.5),
        ("mean[0]([[1, 2], [3, 5]])", "f32[2]", [2.0, 3.5]),
        ("mean([True, False])", "f32", 0.5),
        ("std([1, 2, 3])", "f32", 1.0),
        ("var([1, 2, 3])", "f32", 1.0),
        ("norm([3, 4])", "f32", 5.0),
        ("norm(u8([3, 4]))", "f32", 5.0),
        ("linalg.norm([3, 4])", "f32", 5.0),
        ("[[1, 2]] @ [0.5, 0.5]", "f32[1]", [1.5]),
        ("f64([[1, 2]]) @ [0.5, 0.5]", "f64[1]", torch.tensor([1.5], dtype=torch.float64)),
        ("i32([1, 2]) @ [3, 4]", "i64", 11),
        ("f16([1, 2]) @ f32([3, 4])", "f32", 11.0),
        ("[True, True] @ [1, 2]", "i64", 3),
        ("[1, 2] @ [1j, 1]", "c64", 2 + 1j),
        ("matmul([[1, 2]], [[0.5], [1.]])", "f32[1, 1]", [[2.5]]),
        ("dot([1, 2], [0.5, 1.])", "f32", 2.5),
        ('"ij,j"([[1, 2]], [0.5, 0.5])', "f32[1]", [1.5]),
        ("outer([1, 2], [0.5])", "f32[2, 1]", [[0.5], [1.0]]),
        ("softmax[0]([1, 1])", "f32[2]", [0.5, 0.5]),
        ("inv([[2, 0], [0, 4]])", "f32[2, 2]", [[0.5, 0.0], [0.0, 0.25]]),
        ("det([[1, 2], [3, 4]])", "f32", -2.0),
        ("solve([[2, 0], [0, 4]], [1, 2])", "f32[2]", [0.5, 0.5]),
        ("exp(0)", "f32", 1.0),
        ("sqrt(4)", "f32", 2.0),
        ("sqrt([4, 9])", "f32[2]", [2.0, 3.0]),
        ("[1, 2] / [2, 2]", "f32[2]", [0.5, 1.0]),
        ("1 / [2, 4]", "f32[2]", [0.5, 0.25]),
        ("sum([True, True])", "i64", 2),
        ("sum(u8([200, 200]))", "i64", 400),
        ("cumsum(i32([1, 2]), 0)", "i64[2]", [1, 3]),
        ("arange(3)", "i64[3]", [0, 1, 2]),
        ("arange(3.)", "f32[3]", [0.0, 1.0, 2.0]),
        ("arange(0, 1, 0.25)", "f32[4]", [0.0, 0.25, 0.5, 0.75]),
        ("linspace(0, 1, 3)", "f32[3]", [0.0, 0.5, 1.0]),
        ("full((2,), 3)", "i64[2]", [3, 3]),
        ("full((2,), 3.5)", "f32[2]", [3.5, 3.5]),
        ("full((2,), True)", "bool[2]", [True, True]),
        ("abs(c64([3 + 4j]))", "f32[1]", [5.0]),
        ("real(1 + 2j)", "f32", 1.0),
        ("where([True, False], 1, 2.5)", "f32[2]", [1.0, 2.5]),
        ("where([True, False], [1, 2], [0.5, 2.5])", "f32[2]", [1.0, 2.5]),
        ("2 ** [1, 2]", "i64[2]", [2, 4]),
        ("2. ** [1, 2]", "f32[2]", [2.0, 4.0]),
        ("2 ** f16([1, 2])", "f16[2]", torch.tensor([2, 4], dtype=torch.float16)),
    ),
)
def test_promoted_as_mathematics_needs(program: str, type: str, value: Any) -> None:
    assert_gives(program, type, value)


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        ("1 / 3", "f64", torch.tensor(1 / 3, dtype=torch.float64)),
        ("[0.1]", "f64[1]", torch.tensor([0.1], dtype=torch.float64)),
        ("ones(2)", "f64[2]", torch.ones(2, dtype=torch.float64)),
        ("mean([1, 2])", "f64", torch.tensor(1.5, dtype=torch.float64)),
        ("[1, 2] / 2", "f64[2]", torch.tensor([0.5, 1], dtype=torch.float64)),
        ("sqrt(2)", "f64", torch.tensor(2**0.5, dtype=torch.float64)),
        ("1j", "c128", torch.tensor(1j, dtype=torch.complex128)),
        ("f32([1]) * 2.5", "f32[1]", torch.tensor([2.5])),
        ("randn(2) * 0", "f64[2]", [0.0, 0.0]),
        ("[]", "f64[0]", torch.zeros(0, dtype=torch.float64)),
        ("[1, 2]", "i64[2]", [1, 2]),
    ),
)
def test_another_default_float(program: str, type: str, value: Any) -> None:
    assert_gives(program, type, value, dtype="f64")


def test_integer_tensors_wrap_as_torchs_do() -> None:
    assert_gives("u8([250]) + u8([10])", "u8[1]", [4])
    assert_gives("[9223372036854775807] + [1]", "i64[1]", [-(2**63)])
    assert_gives("i8([100]) * i8([2])", "i8[1]", [-56])
    assert_gives("-u8([1])", "u8[1]", [255])
    assert_gives("u8([255, 3])^2", "u8[2]", [1, 9])


def test_a_note_where_the_check_can_tell() -> None:
    assert run("i8(100) + i8(100)").notes or run("u8(200) * 2").notes or run("i32(2)^40").notes


def test_a_negative_exponent_in_integer_data_is_a_value_error() -> None:
    assert_fails("[1, 2]^[1, -1]", "value", "negative")
    assert_fails("x = [1, -1]\n2^x", "value")
    assert_gives("x = [1, -1]\n2.0^x", "f32[2]", [2.0, 0.5])
    assert_gives("[1, 2]^-1", "f32[2]", [1.0, 0.5])
    assert_gives("[1., 2.]^[1, -1]", "f32[2]", [1.0, 0.5])


def test_the_caret_on_bools_offers_exclusive_or() -> None:
    assert_fails("True ^ False", "dtype", "^^")
    assert_fails("[True] ^ [False]", "dtype", "^^")
    assert_fails("([1] > 0) ^ ([2] > 3)", "dtype", "^^")


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        ("x: f32[2] = [1, 2]\nx", "f32[2]", [1.0, 2.0]),
        ("x: f64[2] = [1.5, 2]\nx", "f64[2]", torch.tensor([1.5, 2], dtype=torch.float64)),
        ("x: c64[1] = [1]\nx", "c64[1]", torch.tensor([1 + 0j])),
        ("x: i64[1] = u8([3])\nx", "i64[1]", [3]),
        ("x: f32[1] = [True]\nx", "f32[1]", [1.0]),
        ("x: f64[1] = 1.5 * ones(1)\nx", "f64[1]", torch.tensor([1.5], dtype=torch.float64)),
        ("A = zeros(2)\nA[0] = 7\nA", "f32[2]", [7.0, 0.0]),
        ("A = zeros(2)\nA[0] = True\nA", "f32[2]", [1.0, 0.0]),
        ("A = zeros(2)\nA[:] = [1, 2]\nA", "f32[2]", [1.0, 2.0]),
        ("x: u8[2] = [1, 2]\nx", "u8[2]", [1, 2]),
        ("x: f16 = 0.5\nx", "f16", 0.5),
    ),
)
def test_a_conversion_by_annotation_or_update_widens(program: str, type: str, value: Any) -> None:
    assert_gives(program, type, value)


@pytest.mark.parametrize(
    "program",
    [
        "x: i64[2] = [1.5, 2]",
        "x: i64[2] = ones(2)",
        "x: f32[2] = f64([1, 2])",
        "x: f32[1] = [1j]",
        "x: bool[2] = [1, 0]",
        "x: i32[2] = arange(2)",
        "A = [1, 2]\nA[0] = 2.5",
        "A = [1, 2]\nA[0] = ones(2)[0]",
        "A = [1., 2.]\nA[0] = 1j",
        "A = [True]\nA[0] = 3",
        "A = ones(2)\nA[:] = f64([1, 2])",
    ],
)
def test_and_never_narrows(program: str) -> None:
    assert_fails(program, "dtype")


def test_a_number_that_does_not_fit_is_never_wrapped_silently() -> None:
    for program in ("x: u8[2] = [1, 300]", "x: u8 = 300", "x: i8[1] = [-129]", "x: u8 = -1"):
        ran = run(program)
        assert len(ran.codes) == 1 and ran.codes[0] in {"value", "dtype"}, program
    for program in ("u8(300)", "u8([1, 300])", "u8(-1)"):  # a conversion asked for wraps, and says so
        ran = run(program)
        assert ran.errors or ran.notes, program
