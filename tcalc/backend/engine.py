"""What the session asks of torch."""

from __future__ import annotations

from typing import Any

import torch

from tcalc.backend.blame import holds_nan
from tcalc.backend.meta import infer
from tcalc.backend.plan import Plan
from tcalc.backend.values import TORCH, data, from_array, tensor, type_of
from tcalc.types.dtypes import DType


def configure(default_float: DType, device: str, threads: int | None) -> None:
    """Set torch up once, in a process that is tcalc's own: default dtype, device, threads, what it warns of."""
    import warnings

    # What torch warns of is either said by tcalc in its own words or of no use to somebody at a prompt.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"(torch|tcalc)(\.|$)")
    # einops discourages Python's keywords (`"out in -> in out"`), which are names like any other here.
    warnings.filterwarnings("ignore", module=r"einops(\.|$)")
    torch.set_default_dtype(TORCH[default_float])
    if threads is not None:
        torch.set_num_threads(threads)
    if device != "cpu":
        torch.set_default_device(device)


def has_device(device: str) -> bool:
    """Whether tensors can be made on a device."""
    try:
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, AssertionError, NotImplementedError):
        return False
    return True


def enter_thread() -> None:
    """Called in every thread that runs plans: torch's own recording of gradients is off there."""
    torch.set_grad_enabled(False)


def seed(number: int) -> None:
    """Start torch's random numbers anew."""
    torch.manual_seed(number)


def random_state() -> Any:
    """The state of torch's random numbers."""
    return torch.get_rng_state()


def restore(state: Any) -> None:
    """Put the random numbers back to an earlier state."""
    torch.set_rng_state(state)


__all__ = [
    "Plan",
    "configure",
    "data",
    "enter_thread",
    "from_array",
    "has_device",
    "holds_nan",
    "infer",
    "random_state",
    "restore",
    "seed",
    "tensor",
    "type_of",
]
