"""What the session asks of torch."""

from __future__ import annotations

import os
import warnings
from typing import Any

# Backends for other devices are looked up by entry points at every import; nobody asked for them here.
os.environ.setdefault("TORCH_DEVICE_BACKEND_AUTOLOAD", "0")

import torch  # after the environment is set

from tcalc.backend.plan import Plan
from tcalc.backend.values import TORCH, data, from_array, tensor, type_of
from tcalc.types.dtypes import DType

# What torch warns of is either said by tcalc in its own words or of no use to somebody at a prompt.
warnings.filterwarnings("ignore", category=UserWarning, module=r"(torch|tcalc)(\.|$)")


def configure(default_float: DType, device: str, threads: int | None) -> None:
    """Set torch up once: default dtype, device, threads."""
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
    "random_state",
    "restore",
    "seed",
    "tensor",
    "type_of",
]
