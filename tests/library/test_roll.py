"""roll against NumPy's: one shift or several, over all the elements or over axes of their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.driver import assert_fails, assert_gives, rows

SHIFTS = st.integers(-5, 5)


@given(shape=st.lists(st.integers(1, 3), min_size=1, max_size=3), data=st.data())
@settings(max_examples=40, deadline=None)
def test_is_numpys(shape: list[int], data: st.DataObject) -> None:
    axes = data.draw(st.lists(st.integers(-len(shape), len(shape) - 1), min_size=1, max_size=3))
    shifts = [data.draw(SHIFTS) for _ in axes]
    x = np.arange(np.prod(shape)).reshape(shape)
    given_ = f"arange({x.size}).reshape({', '.join(map(str, shape))},)"
    type = f"i64[{', '.join(map(str, shape))}]"
    assert_gives(f"roll({given_}, {shifts}, {axes})", type, np.roll(x, shifts, axes).tolist())
    assert_gives(f"roll({given_}, {shifts[0]}, {axes[0]})", type, np.roll(x, shifts[0], axes[0]).tolist())
    assert_gives(f"roll({given_}, {shifts[0]})", type, np.roll(x, shifts[0]).tolist())


@pytest.mark.parametrize(
    ("call", "type", "want"),
    rows(
        ("roll[0, 1](eye(2), (1, 1))", "f32[2, 2]", [[1, 0], [0, 1]]),
        ("eye(2).roll(shifts=(1, 0), dims=(0, 1))", "f32[2, 2]", [[0, 1], [1, 0]]),
        (
            "f(x: [*b, n, m]): [*b, n, m] = roll(x, (1, 1), (-2, -1))\nf([[1, 2], [3, 4]])",
            "i64[2, 2]",
            [[4, 3], [2, 1]],
        ),
    ),
)
def test_spellings(call: str, type: str, want: list[list[float]]) -> None:
    assert_gives(call, type, want)


def test_keeps_labels() -> None:
    assert_gives("x: i64[row=2, col=2] = [[1, 2], [3, 4]]\nsum[row](roll(x, (1, 1), (0, 1)))", "i64[col=2]", [6, 4])


def test_what_is_refused() -> None:
    assert_fails("roll(eye(3), (1, 1), (0,))", "shape", "as many shifts as axes")
    assert_fails("roll(eye(3), (1, 1), (0, 2))", "shape", "no axis 2")
