"""The figures of large tensors: those of NumPy, whatever the layout in memory, and no tensor is ever read whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tcalc.backend import statistics as measured
from tcalc.backend.statistics import statistics
from tcalc.backend.values import Numbers
from tcalc.show.palette import Style
from tcalc.show.terminal import value_text
from tcalc.types.data import Statistics, counted
from tcalc.types.dtypes import F32
from tcalc.types.tensor import Axis, TensorType

UNICODE = Style(unicode=True)
#: What a type says besides, who counts does not ask.
F32_ANY = TensorType(F32)


def agree(x: torch.Tensor) -> Statistics:
    """The figures of a tensor, which are held against NumPy's of its finite elements."""
    found = statistics(x)
    assert found is not None
    wide = x.detach().to(torch.float64).numpy().ravel()
    finite = wide[np.isfinite(wide)]
    assert (found.missing, found.infinite) == (np.isnan(wide).sum(), np.isinf(wide).sum())
    assert (found.least, found.greatest) == (finite.min(), finite.max())
    size = abs(finite).max() or 1.0
    assert math.isclose(found.mean, finite.mean(), rel_tol=1e-12, abs_tol=1e-13 * size)
    assert math.isclose(found.std, finite.std(), rel_tol=1e-9, abs_tol=1e-13 * size)
    if len(wide) <= measured.COUNTED:
        assert sum(found.bins) == len(finite)
    return found


@given(
    st.lists(st.floats(width=32), min_size=64, max_size=200),
    st.sampled_from([torch.float32, torch.float64, torch.bfloat16]),
)
def test_of_any_numbers(values: list[float], dtype: torch.dtype) -> None:
    x = torch.tensor(values).to(dtype)
    if x.isfinite().any():
        agree(x)
    else:
        found = statistics(x)
        assert found is not None and not found.bins and found.missing + found.infinite == len(values)


def random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(7))


LAYOUTS = [
    random(1000, 700),
    random(1000, 700).T,
    random(90, 80, 100).permute(2, 0, 1),
    random(1000, 1400)[:, ::2],
    random(3, 600_001)[:, 1:],
    random(700, 1).expand(700, 1000),
    random(1).expand(500_000),
    random(600_000).flip(0) + 1e6,
    (random(700_000) * 1000).long(),
    random(70_000).to(torch.int8),
]


@pytest.mark.parametrize("x", LAYOUTS, ids=lambda x: f"{tuple(x.shape)} {tuple(x.stride())}")
def test_of_any_layout(x: torch.Tensor) -> None:
    agree(x)


@pytest.mark.parametrize("x", LAYOUTS, ids=lambda x: f"{tuple(x.shape)} {tuple(x.stride())}")
def test_all_elements_are_counted(x: torch.Tensor) -> None:
    found = Numbers(x, F32_ANY).counted(lambda known: 11 if known == x.numel() else 0)
    wide = x.double().numpy().ravel()
    expected, edges = np.histogram(wide, 11)
    assert (found.least, found.greatest, found.left) == (wide.min(), wide.max(), 0)
    assert sum(found.counts) == x.numel()
    near = sum(int(np.isclose(wide, edge, rtol=1e-12, atol=0).sum()) for edge in edges[1:-1])  # on either side
    assert all(abs(ours - theirs) <= near for ours, theirs in zip(found.counts, expected, strict=True))


@given(
    st.lists(st.one_of(st.floats(width=32), st.sampled_from([math.nan, math.inf])), max_size=40),
    st.sampled_from([torch.float32, torch.float64, torch.bfloat16, torch.int16, torch.bool]),
    st.integers(1, 9),
)
def test_a_tensor_is_counted_as_a_list_of_numbers(values: list[float], dtype: torch.dtype, steps: int) -> None:
    if not dtype.is_floating_point:
        values = [float(int(value) % 100) for value in values if math.isfinite(value)]
    x = torch.tensor(values, dtype=torch.float64).to(dtype)
    found, wanted = Numbers(x, F32_ANY).counted(lambda _: steps), counted(x.double().tolist(), lambda _: steps)
    assert (found.least, found.greatest, found.left) == (wanted.least, wanted.greatest, wanted.left)
    assert list(found.counts) == list(wanted.counts)


def test_the_bars_of_a_smaller_tensor_are_those_of_all() -> None:
    x = random(200, 1000)
    found = agree(x)
    expected, _ = np.histogram(x.double().numpy(), measured.BINS, (found.least, found.greatest))
    assert found.bins == expected.tolist()


def test_odd_ones_among_many() -> None:
    x = random(1_000_003)
    x[::1000], x[7::5000] = math.nan, -math.inf
    x[: measured.PIECE] = math.nan  # a whole piece of nothing else
    agree(x)


def test_a_trend_costs_no_digits() -> None:
    agree(torch.arange(1_000_000, dtype=torch.float64) + 1e9)


def test_the_bars_of_a_sample_are_near_those_of_all() -> None:
    x = random(1000, 1000)
    found = statistics(x)
    assert found is not None and sum(found.bins) == measured.SAMPLE
    exact, _ = np.histogram(x.numpy(), measured.BINS, (found.least, found.greatest))
    for ours, theirs in zip(found.bins, exact, strict=True):
        assert abs(ours / measured.SAMPLE - theirs / x.numel()) < 0.01
    # Columns that differ do not hide from it, though every row is the same.
    striped = torch.arange(8.0).expand(200_000, 8)
    bars = statistics(striped)
    assert bars is not None
    assert all(abs(each / measured.SAMPLE - 1 / 8) < 0.01 for each in bars.bins)


def test_beyond_what_is_summed_mean_and_deviation_are_of_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "SUMMED", 500_000)
    x = random(1000, 1000)
    x[3, 4], x[5, 6], x[7, 8] = math.nan, math.inf, 99.0
    found = statistics(x)
    assert found is not None and found.sampled
    assert (found.greatest, found.missing, found.infinite) == (99.0, 1, 1), "what is odd is never missed"
    assert abs(found.mean) < 0.02 and abs(found.std - 1) < 0.02


def test_bools_are_counted_and_of_complex_numbers_the_odd_ones() -> None:
    found = statistics(torch.arange(1000) % 4 == 0)
    assert found is not None and found.bins == [750, 250]
    z = torch.complex(random(100), random(100))
    assert statistics(z) is None
    z[3], z[4] = complex(math.nan, 1), complex(0, math.inf)
    found = statistics(z)
    assert found is not None and (found.missing, found.infinite, found.bins) == (1, 1, [])


def test_small_tensors_and_random_numbers_are_left_alone() -> None:
    assert statistics(torch.ones(63)) is None
    before = torch.get_rng_state()
    statistics(random(1_000_000))
    assert torch.equal(torch.get_rng_state(), before)


class Endless:
    """A tensor of many numbers, none of which is there until it is read; no more than a screen of them may be."""

    def __init__(self, *shape: int) -> None:
        self.type = TensorType(F32, tuple([Axis(size) for size in shape]))
        self.read = 0

    def numbers(self, start: int, stop: int) -> Sequence[Any]:
        self.read += stop - start
        assert self.read < 10_000
        return [float(place % 1000) for place in range(start, stop)]

    def statistics(self) -> Statistics:
        return Statistics(0.0, 999.0, 499.5, 288.7, [1] * 8, 0, 0)


@pytest.mark.parametrize("shape", [(10**9,), (10**6, 10**6), (10**9, 3), (3, 10**9), (1000,) * 4])
@pytest.mark.parametrize("heat", [False, True])
def test_no_more_is_read_than_is_shown(shape: tuple[int, ...], heat: bool) -> None:
    style = Style(colour=heat, unicode=True)
    assert len(value_text(Endless(*shape), style, heat=heat).splitlines()) < 40


def test_elements_of_a_large_tensor_are_read_where_they_lie() -> None:
    x = torch.zeros(1).expand(10**12).view(10**6, 10**6)  # a copy of it would not fit
    data = Numbers(x, TensorType(F32, (Axis(10**6), Axis(10**6))))
    assert data.numbers(10**12 - 3, 10**12) == [0.0, 0.0, 0.0]
