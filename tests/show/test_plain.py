"""Plain output: whole, and read back to the same tensor by an independent reader over torch."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tcalc.show.constants import constant_text
from tcalc.show.plain import plain_chunks, plain_text
from tcalc.types.data import StaticData, TupleData
from tcalc.types.dtypes import F32, F64
from tcalc.types.tensor import TensorType, shaped
from tests.show.show_values import Held, read_back

NAN, INF = math.nan, math.inf

SNAPSHOTS = [
    (Held([3], "i64"), "3"),
    (Held([-2.5], "f32"), "-2.5"),
    (Held([0.1], "f64"), "f64(0.1)"),
    (Held([True], "bool"), "True"),
    (Held([3], "i32"), "i32(3)"),
    (Held([0.5, 10.0], "f32", 2), "[0.5, 10.0]"),
    (Held([0.5, 10.0], "f64", 2), "f64([0.5, 10.0])"),
    (Held([1, 2, 3, 4], "i64", 2, 2), "[[1, 2],\n [3, 4]]"),
    (Held([1, 2, 3, 4], "u8", 2, 2), "u8([[1, 2],\n    [3, 4]])"),
    (Held(list(range(8)), "i64", 2, 2, 2), "[[[0, 1],\n  [2, 3]],\n [[4, 5],\n  [6, 7]]]"),
    (Held([1, 2], "i64", 2, 1), "[[1],\n [2]]"),
    (Held([1.0, 2.0], "f32", 2, labels=["batch"]), "[1.0, 2.0]"),
    (Held([NAN, INF, -INF, -0.0], "f32", 4), "[nan, inf, -inf, -0.0]"),
    (Held([], "f32", 0), "[]"),
    (Held([], "f32", 0, 3), "zeros(0, 3)"),
    (Held([], "i64", 0, 3), "zeros(0, 3, dtype=i64)"),
    (Held([], "f64", 0), "zeros(0, dtype=f64)"),
    (Held([-(2**63), 1], "i64", 2), "[-9223372036854775807 - 1, 1]"),
    (Held([1 + 2j, 1.5 - 1j], "c64", 2), "[1.0+2.0j, 1.5-1.0j]"),
    (Held([complex(1, -0.0), 2j], "c64", 2), "complex([1.0, 0.0], [-0.0, 2.0])"),
    (Held([complex(NAN, 1)], "c64"), "complex(nan, 1.0)"),
    (Held([0.1 + 1j], "c128", 1), "complex(f64([0.1]), f64([1.0]))"),
    (
        Held([1, 2, 3, INF], "c64", 2, 2),
        "complex([[1.0, 2.0],\n         [3.0, inf]],\n        [[0.0, 0.0],\n         [0.0, 0.0]])",
    ),
    (TupleData([Held([3.0], "f32", 1), Held([2], "i64", 1)], ["values", "indices"]), "([3.0], [2])"),
    (TupleData([Held([3], "i64")]), "(3,)"),
    (TupleData([]), "()"),
    (
        TupleData([Held([1, 2, 3, 4], "i32", 2, 2), Held([1], "i64")]),
        "(i32([[1, 2],\n      [3, 4]]),\n 1)",
    ),
]


@pytest.mark.parametrize(("data", "text"), SNAPSHOTS, ids=[text for _, text in SNAPSHOTS])
def test_text(data: Held | TupleData, text: str) -> None:
    assert plain_text(data, F32) == text


def test_static_values_round_to_their_dtype() -> None:
    assert plain_text(StaticData(TensorType(F32, (), 1 / 3)), F32) == "0.33333334"
    static = TensorType(F32, shaped(F32, 2, 2).axes, ((0.1, 1), (2, 3)))
    assert plain_text(StaticData(static), F32) == "[[0.1, 1.0],\n [2.0, 3.0]]"


def test_another_default_float_needs_no_call() -> None:
    assert plain_text(Held([0.1], "f64", 1), F64) == "[0.1]"
    assert plain_text(Held([0.1], "f32", 1), F64) == "f32([0.1])"
    assert plain_text(Held([], "f64", 0), F64) == "[]"
    assert plain_text(Held([0.1 + 1j], "c128", 1), F64) == "[0.1+1.0j]"
    assert plain_text(Held([1j], "c64", 1), F64) == "complex(f32([0.0]), f32([1.0]))"


def test_constants() -> None:
    assert [constant_text(value) for value in ('a"b\\', None, F32, ..., slice(1, None), "\x1b[31m")] == [
        '"a\\"b\\\\"',
        "None",
        "f32",
        "...",
        "1:",
        '"\\x1b[31m"',
    ]


def same(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Equal in dtype, shape and every number, NaN and the sign of zero included."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.is_complex():
        a, b = torch.view_as_real(a), torch.view_as_real(b)
    return repr(a.flatten().tolist()) == repr(b.flatten().tolist())


DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16"]
DTYPES += ["float32", "float64", "complex64", "complex128"]


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    dtype: torch.dtype = getattr(torch, draw(st.sampled_from(DTYPES)))
    shape = draw(st.lists(st.integers(0, 3), max_size=3))
    count = math.prod(shape)
    if dtype.is_complex:
        parts = torch.tensor(draw(st.lists(st.floats(), min_size=2 * count, max_size=2 * count)), dtype=torch.float64)
        return torch.view_as_complex(parts.reshape(*shape, 2)).to(dtype)
    if dtype.is_floating_point:
        elements: st.SearchStrategy[complex] = st.floats()
    elif dtype is torch.bool:
        elements = st.booleans()
    else:
        elements = st.integers(torch.iinfo(dtype).min, torch.iinfo(dtype).max)
    return torch.tensor(draw(st.lists(elements, min_size=count, max_size=count)), dtype=dtype).reshape(shape)


@given(tensors(), st.booleans())
@settings(deadline=None)
def test_plain_output_reads_back_to_the_same_tensor(tensor: torch.Tensor, wide: bool) -> None:
    text = plain_text(Held.of(tensor), F64 if wide else F32)
    assert same(read_back(text, torch.float64 if wide else torch.float32), tensor), text


@given(st.lists(tensors(), max_size=3))
@settings(deadline=None, max_examples=30)
def test_so_do_tuples(items: list[torch.Tensor]) -> None:
    back = read_back(plain_text(TupleData([Held.of(item) for item in items]), F32))
    assert len(back) == len(items) and all(map(same, back, items))


class Counting:
    """The numbers from 0 on, made as they are asked for, so that what is asked for can be seen."""

    def __init__(self, *shape: int) -> None:
        self.type = Held([], "i64", *shape).type
        self.largest = 0

    def numbers(self, start: int, stop: int) -> range:
        self.largest = max(self.largest, stop - start)
        return range(start, stop)

    def statistics(self) -> None:
        return None


@pytest.mark.parametrize("shape", [(70_000,), (350, 200), (23_333, 3), (2, 17_000, 2)])
def test_large_tensors_come_in_pieces(shape: tuple[int, ...]) -> None:
    data = Counting(*shape)
    chunks = list(plain_chunks(data, F32))
    assert data.largest <= 65536 and max(map(len, chunks)) < 20 * 65536
    assert torch.equal(read_back("".join(chunks)), torch.arange(math.prod(shape)).reshape(shape))
