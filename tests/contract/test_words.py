"""The words of the language: tensor types, axes, sizes, labels, packs, dtypes and their names."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from driver import assert_fails, assert_gives, rows, run

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
NAMES = {name: str(dtype).removeprefix("torch.") for name, dtype in DTYPES.items()}


@pytest.mark.parametrize(("name", "dtype"), DTYPES.items())
def test_a_dtype_is_a_value_and_a_conversion(name: str, dtype: torch.dtype) -> None:
    long = NAMES[name]
    want = torch.tensor([0, 1]).to(dtype)
    for program in (
        f"{name}([0, 1])",
        f"[0, 1].to({name})",
        f"[0, 1].to(torch.{long})",
        f"[0, 1].to(dtype=torch.{long})",
        f"tensor([0, 1], dtype=torch.{long})",
        f"torch.tensor([0, 1], dtype={name})",
        f"x: {name}[2] = tensor([0, 1], dtype={name})\nx",
        f"d = {name}\n[0, 1].to(d)",
    ):
        assert_gives(program, f"{name}[2]", want)
    assert_gives(f"zeros(2, dtype={name})", f"{name}[2]", torch.zeros(2, dtype=dtype))


@pytest.mark.parametrize("name", [name for name in NAMES if name != NAMES[name]])
def test_torchs_names_are_the_same(name: str) -> None:
    long = NAMES[name]
    assert_gives(f"zeros(2, dtype={long})", f"{name}[2]", torch.zeros(2, dtype=DTYPES[name]))
    assert_gives(f"{long}([0, 1])", f"{name}[2]", torch.tensor([0, 1]).to(DTYPES[name]))
    assert_gives(f"x: {long}[2] = zeros(2, dtype={name})\nx", f"{name}[2]", torch.zeros(2, dtype=DTYPES[name]))


def test_dtypes_compare() -> None:
    assert_gives("zeros(2, dtype=f16).dtype == torch.float16", "bool", True)
    assert_gives("x = [1, 2]\nx.dtype == f32", "bool", False)
    assert_gives("f(x) = x.float() if x.dtype == i64 else x\nf([1, 2])", "f32[2]", [1.0, 2.0])


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("float", "f32"),
        ("double", "f64"),
        ("half", "f16"),
        ("bfloat16", "bf16"),
        ("int", "i32"),
        ("long", "i64"),
        ("short", "i16"),
        ("bool", "bool"),
    ],
)
def test_torchs_conversion_methods(method: str, name: str) -> None:
    assert_gives(f"[0., 1.5, -2.].{method}()", f"{name}[3]", torch.tensor([0.0, 1.5, -2.0]).to(DTYPES[name]))


@pytest.mark.parametrize(
    ("program", "type"),
    rows(
        ("2.5", "f32"),
        ("[[1., 2.]]", "f32[1, 2]"),
        ("1", "i64"),
        ("True", "bool"),
        ("1j", "c64"),
        ("ones(3, 4)", "f32[3, 4]"),
        ("x: f32[batch=2, chan=3] = ones(2, 3)\nx", "f32[batch=2, chan=3]"),
        ("x: f32[batch=2, 3] = ones(2, 3)\nx", "f32[batch=2, 3]"),
        ("x: f32[2] = ones(2)\nx", "f32[2]"),
        ("x: f32[] = 3\nx", "f32"),
        ("x: f32 = 3\nx", "f32"),
    ),
)
def test_types_as_text(program: str, type: str) -> None:
    ran = run(program)
    assert not ran.errors, ran.said
    assert ran.types == [type]


@pytest.mark.parametrize(
    ("annotation", "good", "bad"),
    [
        ("[n, m]", ["ones(2, 3)", "[[1, 2]]", "[[True]]", "[[1j]]"], ["ones(2)", "3"]),
        ("num[n]", ["[1]", "[1.]", "[1j]"], ["[True]"]),
        ("float[n]", ["[1.]", "f64([1])", "bf16([1])"], ["[1j]"]),
        ("int[n]", ["[1]", "u8([1])"], ["[1.]", "[1j]"]),
        ("any[n]", ["[1]", "[1.]", "[1j]", "[True]"], ["3"]),
        ("bool[n]", ["[True]"], ["[1]", "[1.]"]),
        ("f32[n]", ["[1.]"], ["[1j]"]),
        ("int", ["3"], ["2.5", "[1, 2]"]),
        ("[]", ["3", "2.5"], ["[1]"]),
        ("f32", ["2.5"], ["[1.]"]),
        ("[*b, n]", ["ones(2)", "ones(2, 3, 4)"], ["1."]),
        ("[n, n]", ["ones(2, 2)"], ["ones(2, 3)"]),
        ("[n, 2*n + 1]", ["ones(2, 5)"], ["ones(2, 4)"]),
        ("[3, n]", ["ones(3, 5)"], ["ones(4, 5)"]),
    ],
)
def test_what_an_annotation_lets_in(annotation: str, good: list[str], bad: list[str]) -> None:
    for argument in good:
        ran = run(f"f(x: {annotation}) = x\nf({argument})")
        assert not ran.errors, (argument, ran.said)
    for argument in bad:
        ran = run(f"f(x: {annotation}) = x\nf({argument})")
        assert len(ran.codes) == 1 and ran.codes[0] in {"shape", "dtype", "type"}, (argument, ran.results)


def test_t_is_one_dtype_throughout() -> None:
    assert_gives("f(x: T[n], y: T[n]): T[n] = x + y\nf([1., 2.], [3., 4.])", "f32[2]", [4.0, 6.0])
    assert_gives("f(x: T[n]): T[n] = x\nf([1, 2])", "i64[2]", [1, 2])


def test_one_pack_on_several_parameters_is_the_broadcast_of_what_each_brings() -> None:
    program = "f(x: [*b, n], y: [*b, n]): [*b] = sum[-1](x * y)\n"
    assert_gives(program + "f(ones(5, 1, 3), ones(4, 3))", "f32[5, 4]", torch.full((5, 4), 3.0))
    assert_gives(program + "f(ones(3), ones(3))", "f32", 3.0)
    assert_gives(program + "f(ones(2, 3), ones(3))", "f32[2]", [3.0, 3.0])
    assert_fails(program + "f(ones(2, 3), ones(5, 3))", "shape", "2", "5")


@pytest.mark.parametrize(
    ("program", "value"),
    rows(
        ("sum[0](ones(2, 3))", [2.0, 2.0, 2.0]),
        ("sum[1](ones(2, 3))", [3.0, 3.0]),
        ("sum[-1](ones(2, 3))", [3.0, 3.0]),
        ("sum[-2](ones(2, 3))", [2.0, 2.0, 2.0]),
    ),
)
def test_axes_count_from_zero_or_from_the_end(program: str, value: Any) -> None:
    assert_gives(program, None, value)


def test_args_are_text_that_a_conversion_reads() -> None:
    arguments = {"arguments": ("2.5", "3")}
    assert_gives("float(args[0])", "f32", 2.5, **arguments)
    assert_gives("float(args[0]) * 2", "f32", 5.0, **arguments)
    assert_gives("int(args[1])", "i64", 3, **arguments)
    assert_gives("zeros(int(args[1]))", "f32[3]", torch.zeros(3), **arguments)
    assert_gives("len(args)", "i64", 2, **arguments)
    assert run("args", **arguments).texts == ['("2.5", "3")']
    ran = run("float(args[0])", arguments=("pear",))
    assert len(ran.codes) == 1
