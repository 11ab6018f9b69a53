"""The dtypes: names, promotion over all pairs and tiers against torch's own, conversions between kinds."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from tcalc.types import dtypes
from tcalc.types.dtypes import (
    ANY,
    BF16,
    C64,
    C128,
    DIMENSIONED,
    DTYPES,
    F16,
    F32,
    F64,
    I32,
    I64,
    U8,
    WEAK,
    ZERO_DIM,
    DType,
)

NUMBERS = {dtypes.BOOL: True, I64: 2, F32: 2.5, C64: 2.5j}


def torch_of(dtype: DType) -> torch.dtype:
    found = getattr(torch, dtype.torch_name)
    assert isinstance(found, torch.dtype)
    return found


def operand(dtype: DType, tier: int) -> object:
    return NUMBERS[dtype] if tier == WEAK else torch.ones((2,) if tier == DIMENSIONED else (), dtype=torch_of(dtype))


#: All that can stand on one side; a Python number comes in four dtypes only.
OPERANDS = [*product(DTYPES, (ZERO_DIM, DIMENSIONED)), *((dtype, WEAK) for dtype in NUMBERS)]


def test_every_dtype_is_torchs_of_the_same_width() -> None:
    assert " ".join(map(str, DTYPES)) == "bool u8 i8 i16 i32 i64 f16 bf16 f32 f64 c64 c128"
    for dtype in DTYPES:
        theirs = torch_of(dtype)
        assert dtype.itemsize == theirs.itemsize
        assert (dtype.kind == "float") == theirs.is_floating_point
        assert (dtype.kind == "complex") == theirs.is_complex
        assert (dtype.kind in ("int", "float", "complex")) == theirs.is_signed


def test_every_spelling_of_torch_finds_its_dtype() -> None:
    known = {torch_of(dtype): dtype for dtype in DTYPES}
    for name, value in vars(torch).items():
        if isinstance(value, torch.dtype) and value in known:
            assert dtypes.lookup(name) is known[value], name
            assert dtypes.lookup(f"torch.{name}") is known[value]
    for dtype in DTYPES:
        assert dtypes.lookup(dtype.name) is dtype
    assert dtypes.lookup("f128") is None
    assert dtypes.lookup("num") is None
    assert dtypes.lookup("") is None


def test_promotion_is_torchs() -> None:
    for a, b in product(DTYPES, DTYPES):
        assert torch_of(dtypes.promote(a, b)) == torch.promote_types(torch_of(a), torch_of(b)), (a, b)


@pytest.mark.parametrize("default", [F32, F64])
def test_result_type_is_torchs_for_every_pair_and_tier(default: DType) -> None:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch_of(default))
    try:
        for (a, i), (b, j) in product(OPERANDS, OPERANDS):
            expected = torch.result_type(operand(a, i), operand(b, j))  # type: ignore[call-overload]
            # torch's complex32 has no counterpart here.
            expected = torch.complex64 if expected == torch.complex32 else expected
            result = dtypes.result_type([(a, i), (b, j)], default)
            assert torch_of(result) == expected, (a, i, b, j)
    finally:
        torch.set_default_dtype(before)


def test_result_type_of_three_operands_is_that_of_stepwise_tiers() -> None:
    # where(cond, x, 1.5) with x an integer tensor; the highest tier decides whatever the order
    assert dtypes.result_type([(F64, WEAK), (U8, DIMENSIONED), (I32, ZERO_DIM)]) is F32
    assert dtypes.result_type([(I32, ZERO_DIM), (U8, DIMENSIONED), (I64, WEAK)]) is U8
    assert dtypes.result_type([(F16, DIMENSIONED), (BF16, DIMENSIONED), (F64, ZERO_DIM)]) is F32


def test_the_unknown_dtype_spreads() -> None:
    assert str(ANY) == ""
    for dtype in DTYPES:
        assert dtypes.promote(dtype, ANY) is dtypes.promote(ANY, dtype) is ANY
        assert dtypes.result_type([(dtype, DIMENSIONED), (ANY, ZERO_DIM)]) is ANY
        assert dtypes.widens(ANY, dtype)
        assert dtypes.widens(dtype, ANY)
    for convert in (dtypes.float_of, dtypes.complex_of, dtypes.real_of, dtypes.wide_of):
        assert convert(ANY) is ANY


def test_conversions_between_kinds_are_torchs() -> None:
    for dtype in DTYPES:
        ones = torch.ones(2, dtype=torch_of(dtype))
        assert torch_of(dtypes.float_of(dtype)) == (ones / ones).dtype
        assert torch_of(dtypes.wide_of(dtype)) == ones.sum().dtype
        assert torch_of(dtypes.real_of(dtype)) == torch.real(ones).dtype
        if dtype not in (F16, BF16):
            assert torch_of(dtypes.complex_of(dtype)) == (ones + 1j).dtype
    assert dtypes.float_of(I32, F64) is F64
    assert dtypes.complex_of(I32, F64) is C128
    assert dtypes.complex_of(F16) is C64


def test_widening_goes_up_only() -> None:
    assert dtypes.widens(I32, I64)
    assert dtypes.widens(I64, F32)
    assert dtypes.widens(F32, F32)
    assert not dtypes.widens(F64, F32)
    assert not dtypes.widens(U8, dtypes.I8)
    assert not dtypes.widens(F16, BF16)
