"""Small numbers of any dtype and shape, and the comparison of results, for tests that write their own calls."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import torch

from tcalc.types import dtypes
from tests.library.generated import torch_dtype

EVERY = [torch_dtype(dtype) for dtype in dtypes.DTYPES]


def made(random: Random, shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    """Small numbers."""
    generator = torch.Generator().manual_seed(random.randrange(2**31))
    numbers = torch.rand(shape, generator=generator, dtype=torch.float64) * 6 - 3
    if dtype is torch.bool:
        return numbers > 0
    if dtype is torch.uint8:
        numbers = numbers.abs()
    return (torch.complex(numbers, -numbers) if dtype.is_complex else numbers).to(dtype)


def some_shape(random: Random, most: int = 3) -> tuple[int, ...]:
    return tuple(random.choice((0, 1, 2, 3, 3, 4)) for _ in range(random.randint(0, most)))


def same(got: Any, want: Any, what: object = "") -> None:
    """The same dtypes, shapes and numbers."""
    if isinstance(want, tuple):
        assert isinstance(got, tuple) and len(got) == len(want), (what, got, want)
        for pair in zip(got, want, strict=True):
            same(*pair, what)
        return
    if isinstance(want, np.ndarray):
        want = torch.from_numpy(want.copy())
    assert got.dtype == want.dtype and got.shape == want.shape, (what, got, want)
    loose = 2e-2 if want.dtype in (torch.float16, torch.bfloat16) else 1e-5
    assert torch.allclose(got, want, rtol=loose, atol=loose, equal_nan=True), (what, got, want)
