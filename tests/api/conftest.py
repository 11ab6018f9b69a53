"""torch as a program of its own finds it: other tests of the same process may have set it up for tcalc's doors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def _torch_as_it_comes() -> Iterator[None]:
    dtype, recording = torch.get_default_dtype(), torch.is_grad_enabled()
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    yield
    torch.set_default_dtype(dtype)
    torch.set_grad_enabled(recording)
