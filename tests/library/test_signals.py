"""Windows, spectra, samples and parts: numbers against NumPy, sizes of definitions, and what is refused at once."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tcalc.backend.kernels import find
from tests.contract.driver import assert_fails, assert_gives, assert_value, rows, run

SIZES = st.integers(1, 6)


@given(length=SIZES, kernel=SIZES, stride=st.integers(1, 3), padding=st.integers(0, 2), dtype=st.sampled_from("lifd"))
@settings(max_examples=60, deadline=None)
def test_a_convolution_is_a_sum_of_products(length: int, kernel: int, stride: int, padding: int, dtype: str) -> None:
    x, w = np.arange(1, length + 1).astype(dtype), np.arange(2, kernel + 2).astype(dtype)
    padded = np.pad(x, padding)
    if len(padded) < kernel:
        return
    want = np.correlate(padded, w, "valid")[::stride]
    got = find("kernel:conv1d")(torch.tensor(x)[None], torch.tensor(w)[None, None], stride=stride, padding=padding)
    assert_value(got[0], torch.tensor(want))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int32, torch.int64, torch.float16, torch.float32])
def test_windows_take_integers_of_any_width(dtype: torch.dtype) -> None:
    x, w = torch.arange(16).reshape(1, 4, 4).to(dtype), torch.ones(1, 1, 2, 2).to(dtype)
    conv = find("kernel:conv2d")(x, w, dilation=2)
    assert_value(conv, torch.tensor([[[20, 24], [36, 40]]]).to(dtype))
    assert find("kernel:conv_transpose2d")(x, w).dtype is dtype
    assert_value(
        find("kernel:max_pool1d")(x[0], kernel_size=2), torch.tensor([[1, 3], [5, 7], [9, 11], [13, 15]]).to(dtype)
    )


@pytest.mark.parametrize(
    ("call", "type", "want"),
    rows(
        ("max_pool2d(arange(16).reshape(1, 4, 4), 2)", "i64[1, 2, 2]", [[[5, 7], [13, 15]]]),
        ("F.max_pool1d([[1., 5., 2.]], 2, 1, return_indices=True)[1]", "i64[1, 2]", [[1, 1]]),
        ("F.avg_pool2d(arange(4.).reshape(1, 2, 2), 2)", "f32[1, 1, 1]", [[[1.5]]]),
        ("F.avg_pool2d(arange(4).reshape(1, 2, 2), 2)", "i64[1, 1, 1]", [[[1]]]),
        ("F.avg_pool2d(i32(arange(4)).reshape(1, 2, 2), 2)", "f32[1, 1, 1]", [[[1.5]]]),
        ("adaptive_avg_pool2d(arange(4).reshape(1, 2, 2), 1)", "f32[1, 1, 1]", [[[1.5]]]),
        ("F.pad([1, 2, 3], (1, 2), value=9)", "i64[6]", [9, 1, 2, 3, 9, 9]),
        ("F.pad([1, 2, 3], (-1, 1))", "i64[3]", [2, 3, 0]),
        ("F.pad([[1, 2, 3]], (2, 1), mode='reflect')", "i64[1, 6]", [[3, 2, 1, 2, 3, 2]]),
        ("F.pad([[True, False]], (1, 1), mode='circular')", "bool[1, 4]", [[False, True, False, True]]),
        ("F.pad([[True, False]], (1, 1), mode='replicate')", "bool[1, 4]", [[True, True, False, False]]),
        ("embedding([[1, 0]], [[1., 2.], [3., 4.]])", "f32[1, 2, 2]", [[[3, 4], [1, 2]]]),
        ("batch_norm([[1.], [3.]], [1.], [4.], eps=0.)", "f32[2, 1]", [[0], [1]]),
        ("fft([1., 0., -1., 0.]).real", "f32[4]", [0, 2, 0, 2]),
        ("torch.fft.fft([1., 0., -1., 0.]).imag", "f32[4]", [0, 0, 0, 0]),
        ("fft.fft([1., 2.], norm='forward').real", "f32[2]", [1.5, -0.5]),
        ("irfft(rfft([1., 2., 4.]), 3)", "f32[3]", [1, 2, 4]),
        ("ifft2(fft2([[1., 2.], [3., 5.]])).real", "f32[2, 2]", [[1, 2], [3, 5]]),
        ("rfft(zeros(0, 4))", "c64[0, 3]", torch.zeros(0, 3, dtype=torch.complex64)),
        ("fft(f16([1., 2.])).real", "f32[2]", [3, -1]),
        ("fftshift(fft.fftfreq(4))", "f32[4]", np.fft.fftshift(np.fft.fftfreq(4)).tolist()),
        ("rfftfreq(5, 0.5)", "f32[3]", np.fft.rfftfreq(5, 0.5).tolist()),
        ("diff([1, 4, 9], prepend=[0], append=[16])", "i64[4]", [1, 3, 5, 7]),
        ("diff([1, 4, 9, 16], 2)", "i64[2]", [2, 2]),
        ("diff[0]([[1, 2], [4, 8]])", "i64[1, 2]", [[3, 6]]),
        ("diff([1], 5)", "i64[0]", []),
        ("trapezoid([1., 2., 4.], [0., 1., 3.])", "f32", 7.5),
        ("trapezoid([1., 2., 4.], dx=2)", "f32", 9.0),
        ("trapz([[1, 2], [3, 5]], dim=0)", "f32[2]", [2, 3.5]),
        ("cov([[1., 2., 4.], [0., 1., 5.]])", "f32[2, 2]", np.cov([[1, 2, 4], [0, 1, 5]]).tolist()),
        ("cov([1, 2, 4], fweights=[1, 1, 2])", "f32", float(np.cov([1, 2, 4], fweights=[1, 1, 2]))),
        ("corrcoef([[1., 2., 4.], [0., 1., 5.]])", "f32[2, 2]", np.corrcoef([[1, 2, 4], [0, 1, 5]]).tolist()),
        ("histc([1., 2., 2.5, 9.], 3, 1, 4)", "f32[3]", np.histogram([1, 2, 2.5, 9], 3, (1, 4))[0].tolist()),
        ("tensordot([[1, 2], [3, 4]], [1, 10], 1)", "i64[2]", [21, 43]),
        ("tensordot(ones(2, 3, 4), ones(4, 3, 5), dims=([1, 2], [1, 0])).shape", None, [2, 5]),
        ("d = ([0], [0])\ntensordot(ones(2, 3), ones(2, 5), d).shape", None, [3, 5]),
        ("tensordot([1, 2], [3, 4], 0)", "i64[2, 2]", [[3, 4], [6, 8]]),
        ("split(arange(5), 2)[2]", "i64[1]", [4]),
        ("a, b = arange(5).split([2, 3])\nb", "i64[3]", [2, 3, 4]),
        ("chunk[1](arange(6).reshape(2, 3), 2)[1]", "i64[2, 1]", [[2], [5]]),
        ("arange(4).unfold(0, 2, 2)", "i64[2, 2]", [[0, 1], [2, 3]]),
        ("arange(4).narrow(0, -3, 2)", "i64[2]", [1, 2]),
        ("arange(4).unflatten(0, (2, -1))", "i64[2, 2]", [[0, 1], [2, 3]]),
        ("unflatten(arange(4), 0, [2, 2])", "i64[2, 2]", [[0, 1], [2, 3]]),
        ("arange(4).reshape(2, 2).select(1, -1)", "i64[2]", [1, 3]),
    ),
)
def test_values(call: str, type: str | None, want: Any) -> None:
    assert_gives(call, type, want)


def test_training_changes_no_mean() -> None:
    assert_gives("m = [0.]\nbatch_norm([[1.], [3.]], m, [1.], training=True);\nm", "f32[1]", [0.0])


@pytest.mark.parametrize(
    ("call", "code", "says"),
    rows(
        ("conv2d(ones(1, 3, 8, 8), ones(4, 2, 3, 3))", "shape", ["axis 1 is 3", "axis 1 is 2"]),
        ("conv2d(ones(1, 3, 8, 8), ones(4, 3, 9, 3))", "shape", ["axis 2 is 8", "spans 9"]),
        ("conv1d(ones(3, 8), ones(4, 3, 3), padding=1, dilation=5)", "shape", ["8, 10 with padding", "spans 11"]),
        ("conv1d(ones(3), ones(4, 3, 3))", "shape", ["[c, l] or [n, c, l]"]),
        ("conv1d(ones(3, 8), ones(4, 3, 3), stride=0)", "value", ["stride", "0"]),
        ("conv1d(ones(3, 8), ones(4, 1, 3), groups=3)", "shape", ["4", "3 groups"]),
        ("conv1d(ones(2, 8), ones(3, 1, 3), groups=3)", "shape", ["2 channels", "3 in 3 groups"]),
        ("conv1d(ones(3, 8), ones(4, 3, 3), padding='same', stride=2)", "value", ["same", "stride of 1"]),
        ("conv1d(ones(3, 8), ones(4, 3, 3), ones(5))", "shape", ["4", "5"]),
        ("max_pool1d(ones(1, 4), 3, padding=2)", "value", ["half"]),
        ("F.pad(ones(3), (1,))", "shape", ["two numbers"]),
        ("F.pad(ones(1, 3), (3, 0), mode='reflect')", "shape", ["axis is 3", "reflect"]),
        ("F.pad(ones(3), (-2, -2))", "shape", ["axis is 3"]),
        ("batch_norm(ones(2, 3))", "type", ["running_mean"]),
        ("batch_norm(ones(1, 3), training=True)", "shape", ["one number"]),
        ("embedding([7], ones(3, 2))", "value", ["index"]),
        ("rfft([1j])", "dtype", ["real"]),
        ("fft([1.], norm='none')", "value", ["ortho"]),
        ("irfft([1.])", "shape", ["0 points"]),
        ("cov(ones(2, 2, 2))", "shape", ["matrix"]),
        ("trapezoid(ones(3), ones(2))", "shape", ["2", "3"]),
        ("histc([1.], 0)", "value", ["bins"]),
        ("tensordot(ones(2, 3), ones(3, 2), 2)", "shape", ["2", "3"]),
        ("tensordot(ones(2, 3), ones(3, 2), ([0, 1], [0]))", "shape", ["as many"]),
        ("split(arange(5), [2, 2])", "shape", ["5", "add up to 4"]),
        ("split(arange(5), 0)", "value", ["0"]),
        ("chunk(arange(5), 0)", "value", ["chunks", "0"]),
        ("narrow(arange(5), 0, 4, 2)", "shape", ["5", "2 elements from 4"]),
        ("arange(5).unfold(0, 6, 1)", "shape", ["5", "6"]),
        ("arange(6).unflatten(0, (4, -1))", "shape", ["6", "4"]),
        ("select(arange(5), 0, 5)", "shape", ["no element 5"]),
    ),
)
def test_what_does_not_fit(call: str, code: str, says: list[str]) -> None:
    assert_fails(call, code, *says)


HUGE = 2**62


@pytest.mark.parametrize(
    ("call", "codes"),
    rows(
        (f"max_pool1d(ones(1, 4), {HUGE})", ["shape"]),
        (f"max_pool2d(ones(1, 4, 4), 2, dilation={HUGE})", ["shape"]),
        (f"conv1d(ones(1, 4), ones(1, 1, 2), dilation={HUGE})", ["shape"]),
        (f"conv1d(ones(1, 4), ones(1, 1, 2), padding={HUGE})", ["limit"]),
        (f"conv1d(ones(1, 4), ones(1, 1, 2), stride={HUGE})", []),
        (f"F.pad([1.], ({HUGE}, 0))", ["limit"]),
        (f"adaptive_avg_pool1d(ones(1, 4), {HUGE})", ["limit"]),
        (f"fft([1.], {HUGE})", ["limit"]),
        (f"histc([1.], {HUGE})", ["limit"]),
        (f"diff([1.], {HUGE})", []),
        (f"chunk(zeros(0), {HUGE})", ["limit"]),
        (f"chunk(zeros(3), {HUGE})", []),
        ("split(zeros(1000000), 1)", ["limit"]),
        (f"arange(4).unfold(0, 2, {HUGE})", []),
        (f"arange(4).unfold(0, {HUGE}, 1)", ["shape"]),
        (f'repeat([1.], "a -> a {HUGE}")', ["limit"]),
        (f'rearrange([1.], "(a b) -> a b", a={HUGE})', ["shape"]),
    ),
)
def test_sizes_beyond_all_reason_are_answered_at_once(call: str, codes: list[str]) -> None:
    began = time.process_time()
    ran = run(call)
    assert [code.replace("memory", "limit") for code in ran.codes] == codes, ran.said
    assert time.process_time() - began < 5


X = "x: [batch=2, chan=3, time=9] = ones(2, 3, 9)\n"


@pytest.mark.parametrize(
    ("call", "type"),
    rows(
        ("conv1d(x, ones(4, 3, 3))", "f32[batch=2, 4, time=7]"),
        ("max_pool1d(x, 3)", "f32[batch=2, chan=3, time=3]"),
        ("F.pad(x, (1, 1))", "f32[batch=2, chan=3, time=11]"),
        ("rfft(x)", "c64[batch=2, chan=3, time=5]"),
        ("diff(x)", "f32[batch=2, chan=3, time=8]"),
        ("trapezoid(x)", "f32[batch=2, chan=3]"),
        ("chunk[time](x, 3)[0]", "f32[batch=2, chan=3, time=3]"),
        ("tensordot(x, ones(9, 5), 1)", "f32[batch=2, chan=3, 5]"),
        ("x.unfold(2, 3, 3)", "f32[batch=2, chan=3, time=3, 3]"),
        ("x.narrow(1, 0, 2)", "f32[batch=2, chan=2, time=9]"),
        ("x.unflatten(2, (3, 3))", "f32[batch=2, chan=3, 3, 3]"),
        ("cov(x[0])", "f32[chan=3, chan=3]"),
    ),
)
def test_labels(call: str, type: str) -> None:
    assert run(X + call).types == [type]


def test_a_label_that_is_not_the_channels() -> None:
    weight = "k: [out=4, time=3, width=3] = ones(4, 3, 3)\n"
    assert_fails(X + weight + "conv1d(x, k)", "label", "chan meets time")


@pytest.mark.parametrize(
    ("definition", "call", "shape"),
    rows(
        (
            "f(x: [n, c, h, w], k: [o, c, 3, 3]): [n, o, h, w] = conv2d(x, k, padding=1)",
            "f(ones(2, 3, 5, 6), ones(4, 3, 3, 3))",
            [2, 4, 5, 6],
        ),
        ("f(x: [c, l], k: [o, c, m]): [o, l - m + 1] = conv1d(x, k)", "f(ones(3, 8), ones(2, 3, 4))", [2, 5]),
        ("f(x: [c, l]): [c, l // 2] = max_pool1d(x, 2)", "f(ones(3, 7))", [3, 3]),
        ("f(x: [n, d]): [n, d // 2] = let a = chunk(x, 2, -1) in a[0] * sigmoid(a[1])", "f(ones(3, 8))", [3, 4]),
        ("f(y: [n], x: [n + m]): [m] = split(x, [len(y), len(x) - len(y)])[1]", "f(ones(2), ones(5))", [3]),
        ("f(x: [n]): c64[n // 2 + 1] = rfft(x)", "f(ones(7))", [4]),
        ("f(x: [n]): [n - 1] = x[1:] + diff(x)", "f(ones(7))", [6]),
        ("f(x: [a, b], y: [b, c]): [a, c] = tensordot(x, y, 1)", "f(ones(2, 3), ones(3, 4))", [2, 4]),
        ("f(x: [n], s: int): [n - s + 1, s] = x.unfold(0, s, 1)", "f(ones(5), 2)", [4, 2]),
        ("f(x: [n], i: i64[*s], w: [v, d]): [*s, d] = embedding(i, w)", "f([1.], [[0, 1]], ones(3, 2))", [1, 2, 2]),
    ),
)
def test_definitions_are_checked_for_all_sizes(definition: str, call: str, shape: list[int]) -> None:
    assert_gives(f"{definition}\n{call}.shape", None, shape)


@pytest.mark.parametrize(
    ("program", "says"),
    rows(
        ("f(x: [c, l]): [c, l // 2] = max_pool1d(x, 2)\nf(ones(3, 1))", ["l ≥ 2", "1"]),
        ("f(x: [n, d]) = chunk(x, 2, -1)[0]\nf(ones(2, 5))", ["d divisible by 2", "5"]),
        ("f(x: [n, c, h, w], k: [o, d, 3, 3]) = conv2d(x, k)", ["c meets d"]),
        ("f(x: [n], s: int) = x.unfold(0, s, 1)\nf(ones(3), 5)", ["n", "s", "3", "5"]),
    ),
)
def test_what_a_definition_assumes_is_held_at_its_calls(program: str, says: list[str]) -> None:
    ran = run(program)
    assert ran.codes == ["shape"]
    assert all(word.replace("≥", ">=") in ran.said for word in says), ran.said
