"""The shortest text of a number in its dtype, held against numpy's shortest digits and torch's rounding."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tcalc.text.numbers import number_text, number_texts, round_bf16, round_f16, round_f32
from tcalc.types import dtypes
from tcalc.types.dtypes import BF16, BOOL, C64, C128, F16, F32, F64, I64, U8

f32_bits = st.integers(0, 2**32 - 1)


def f32_of(bits: int) -> float:
    value: float = struct.unpack("f", struct.pack("I", bits))[0]
    return value


def digits(text: str) -> int:
    """How many significant digits a text has."""
    return len(text.lstrip("-").partition("e")[0].replace(".", "").strip("0"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (1 / 3, "0.33333334"),
        (10.0, "10.0"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (-2.5, "-2.5"),
        (1e20, "1e20"),
        (1.5e-5, "1.5e-5"),
        (1e-45, "1e-45"),
        (16777215.0, "16777215.0"),
        (16777216.0, "16777216.0"),
        (123456789, "1.2345679e8"),
        (3.4028234663852886e38, "3.4028235e38"),
        (1e300, "inf"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        (3, "3.0"),
    ],
)
def test_f32(value: float, text: str) -> None:
    assert number_text(value, F32) == text
    assert number_texts([value, 0.5], F32) == [text, "0.5"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (1 / 3, "0.3333333333333333"), (1e16, "1e16"), (1e-5, "1e-5"), (5, "5.0"), (-math.inf, "-inf")],
)
def test_f64(value: float, text: str) -> None:
    assert number_text(value, F64) == text


def test_the_other_dtypes() -> None:
    assert number_texts([True, False], BOOL) == ["True", "False"]
    assert number_texts([0, 255], U8) == ["0", "255"]
    assert number_text(-(2**63), I64) == "-9223372036854775808"
    assert number_texts([0.1, 65504.0, math.inf, -0.0], F16) == ["0.1", "6.55e4", "inf", "-0.0"]
    assert number_texts([0.1, 3.0, math.nan], BF16) == ["0.1", "3.0", "nan"]
    assert number_texts([1 + 2j, 0.1 - 0.5j], C64) == ["1.0+2.0j", "0.1-0.5j"]
    assert number_text(complex(1 / 3, 0), C128) == "0.3333333333333333+0.0j"


@given(st.lists(f32_bits, min_size=1, max_size=20))
def test_f32_round_trips_with_the_fewest_digits(bits: list[int]) -> None:
    values = [f32_of(b) for b in bits]
    for value, text in zip(values, number_texts(values, F32), strict=True):
        if math.isnan(value):
            assert text == "nan"
            continue
        assert np.float32(float(text)).tobytes() == np.float32(value).tobytes()
        if math.isfinite(value) and math.frexp(value)[0] not in (0.5, -0.5):
            assert digits(text) == digits(np.format_float_scientific(np.float32(value), unique=True))


def test_f32_powers_of_two_and_subnormals_round_trip() -> None:
    bits = np.concatenate([np.arange(0, 2**32, 2**23), np.arange(1, 3000), np.arange(1, 2**32, 2**23)])
    values = bits.astype(np.uint32).view(np.float32)
    values = values[np.isfinite(values)]
    texts = number_texts(values.tolist(), F32)
    back = np.array([float(text) for text in texts]).astype(np.float32)
    assert (back.view(np.uint32) == values.view(np.uint32)).all()
    longer = sum(
        digits(text) > digits(np.format_float_scientific(value, unique=True))
        for text, value in zip(texts, values, strict=True)
    )
    assert longer == 6, "three powers of two, and their negatives, have a shorter text that is not the nearest one"


@pytest.mark.parametrize("name", ["f16", "bf16"])
def test_every_number_of_16_bits_round_trips(name: str) -> None:
    dtype = dtypes.lookup(name)
    assert dtype is not None
    every = torch.arange(-(2**15), 2**15, dtype=torch.int32).to(torch.int16).view(getattr(torch, dtype.torch_name))
    texts = number_texts(every.tolist(), dtype)
    back = torch.tensor([float(text) for text in texts], dtype=every.dtype)
    assert torch.equal(torch.nan_to_num(back, nan=1.0), torch.nan_to_num(every, nan=1.0))
    assert torch.equal(torch.signbit(back)[~back.isnan()], torch.signbit(every)[~every.isnan()])
    assert max(map(digits, texts)) == (5 if name == "f16" else 4)


@given(st.floats())
def test_f64_round_trips(value: float) -> None:
    text = number_text(value, F64)
    assert struct.pack("d", float(text)) == struct.pack("d", value) or text == "nan"
    assert "+" not in text


@given(st.floats(allow_nan=False))
def test_rounding_is_torchs(value: float) -> None:
    assert round_f32(value) == torch.tensor(value, dtype=torch.float64).to(torch.float32).item()
    assert round_f16(value) == torch.tensor(value, dtype=torch.float16).item()
    assert round_bf16(value) == torch.tensor(value, dtype=torch.bfloat16).item()
