"""What the session asks of torch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import torch

from tcalc.backend.blame import holds_nan
from tcalc.backend.meta import infer
from tcalc.backend.plan import Plan
from tcalc.backend.values import TORCH, compact, data, from_array, tensor, type_of
from tcalc.types.dtypes import DType

#: Where this thread makes tensors; on the cpu, where nothing was said.
_MADE_ON = threading.local()


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
    _make_on(device)


def has_device(device: str) -> bool:
    """Whether tensors can be made on a device."""
    try:
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, AssertionError, NotImplementedError):
        return False
    return True


def enter_thread(device: str = "cpu") -> None:
    """Called in every thread that runs plans: torch's own recording of gradients is off there."""
    torch.set_grad_enabled(False)
    _make_on(device)


def _make_on(device: str) -> None:
    """Have tensors made on a device, in this thread."""
    if device != getattr(_MADE_ON, "device", "cpu"):
        torch.set_default_device(None if device == "cpu" else device)
        _MADE_ON.device = device


def wait() -> None:
    """Wait until what was begun on another device is done."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def smallest_call() -> Callable[[], Any]:
    """A call of torch that computes next to nothing."""
    number = torch.zeros((), device="cpu")
    return lambda: torch.add(number, number)


def seed(number: int) -> None:
    """Start torch's random numbers anew."""
    torch.manual_seed(number)


def initial_seed() -> int:
    """The number that torch's random numbers were last started at, by the system where by nobody."""
    return torch.initial_seed()


def random_state() -> Any:
    """The state of torch's random numbers."""
    return torch.get_rng_state()


def restore(state: Any) -> None:
    """Put the random numbers back to an earlier state."""
    torch.set_rng_state(state)


__all__ = [
    "Plan",
    "compact",
    "configure",
    "data",
    "enter_thread",
    "from_array",
    "has_device",
    "holds_nan",
    "infer",
    "initial_seed",
    "random_state",
    "restore",
    "seed",
    "smallest_call",
    "tensor",
    "type_of",
    "wait",
]
