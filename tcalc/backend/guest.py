"""torch's own settings while tcalc runs in somebody else's process: set when a run begins, put back when it ends.

The recording of gradients, autocast and the device that tensors are made on belong to a thread. The default dtype, the
number of threads and the random numbers belong to the whole process, and so runs that want different ones take turns.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Condition, Lock
from typing import Any, TypeVar

import torch

from tcalc.backend.values import TORCH
from tcalc.types.dtypes import DType

T = TypeVar("T")


class Gate:
    """Lets runs in together that want the same default dtype and threads; others wait for the last of them to leave.

    Runs with random numbers of their own share them with nobody.
    """

    __slots__ = ("_before", "_changed", "_inside", "_lock", "_waiting", "_wanted")

    def __init__(self) -> None:
        self._lock = Lock()
        self._changed = Condition(self._lock)
        self._inside: set[Conditions] = set()
        self._waiting = 0
        self._wanted: object = None
        self._before: tuple[torch.dtype, int] | None = None

    def enter(self, run: Conditions) -> None:
        """Wait for one's turn, and set torch up."""
        wanted = run.wanted
        with self._lock:
            if self._inside:
                if self._waiting or self._wanted != wanted:
                    self._wait(wanted)
                if self._inside:
                    self._inside.add(run)
                    return
            dtype, threads, _ = wanted
            before = torch.get_default_dtype()
            self._wanted = wanted
            self._before = None if dtype is before and threads is None else (before, torch.get_num_threads())
            self._inside.add(run)
            if dtype is not before:
                torch.set_default_dtype(dtype)
            if threads is not None:
                torch.set_num_threads(threads)

    def _wait(self, wanted: object) -> None:
        self._waiting += 1
        try:
            self._changed.wait_for(lambda: not self._inside or self._wanted == wanted)
        finally:
            self._waiting -= 1

    def leave(self, run: Conditions) -> None:
        """The last to leave puts everything back."""
        with self._lock:
            self._inside.discard(run)
            if self._inside:
                return
            if self._before is not None:
                dtype, threads, _ = run.wanted
                if torch.get_default_dtype() is dtype:  # else somebody has set another meanwhile
                    torch.set_default_dtype(self._before[0])
                if threads is not None:
                    torch.set_num_threads(self._before[1])
                self._before = None
            if self._waiting:
                self._changed.notify_all()


_gate = Gate()


def _new_gate() -> None:
    """In a process that was forked nobody is inside."""
    global _gate
    _gate = Gate()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_gate)


class Conditions:
    """What one run at a time needs of torch. `enter` sets it, `leave` puts back what was; both in the same thread."""

    __slots__ = ("_device", "_kind", "_recording", "_seed", "_state", "_state_outside", "_undo", "wanted")

    def __init__(
        self, default_float: DType, device: str = "cpu", threads: int | None = None, seed: int | None = None
    ) -> None:
        self._device, self._kind = device, device.partition(":")[0]
        self._seed = seed
        #: The default dtype, the threads, and whoever has random numbers of his own.
        self.wanted = (TORCH[default_float], threads, None if seed is None else self)
        self._recording = False
        #: A seeded session's random numbers between its runs, and everybody else's during them.
        self._state: torch.Tensor | None = None
        self._state_outside: torch.Tensor | None = None
        self._undo: list[Callable[[None, None, None], Any]] = []

    def enter(self) -> None:
        """Set torch up for a run in this thread."""
        _gate.enter(self)
        self._recording = torch.is_grad_enabled()
        if self._recording:
            torch._C._set_grad_enabled(False)
        # A default device is a mode, as are others that may stand around the call: the innermost device counts.
        if self._device != "cpu" or torch._C._len_torch_function_stack():
            self._push(torch.device(self._device))
        if torch.is_autocast_enabled(self._kind):
            self._push(torch.autocast(self._kind, enabled=False))
        if self._seed is not None:
            self._state_outside = _random_state(self._device)
            if self._state is None:
                _generator(self._device).manual_seed(self._seed)
            else:
                _set_random_state(self._device, self._state)

    def leave(self) -> None:
        """Put back what was."""
        try:
            if self._state_outside is not None:
                self._state = _random_state(self._device)
                _set_random_state(self._device, self._state_outside)
                self._state_outside = None
            while self._undo:
                self._undo.pop()(None, None, None)
            if self._recording:
                self._recording = False
                torch._C._set_grad_enabled(True)
        finally:
            _gate.leave(self)

    def drawing(self, run: Callable[..., T]) -> Callable[..., T]:
        """The same run, which puts the random numbers back where it fails."""

        def restoring(*arguments: Any) -> T:
            state = torch.get_rng_state()
            try:
                return run(*arguments)
            except BaseException:
                torch.set_rng_state(state)
                raise

        return restoring

    def _push(self, context: Any) -> None:
        context.__enter__()
        self._undo.append(context.__exit__)


def _generator(device: str) -> torch.Generator:
    if device == "cpu":
        return torch.default_generator
    place = torch.device(device)
    module: Any = torch.get_device_module(place)
    module.init()
    index = module.current_device() if place.index is None else place.index
    found: torch.Generator = module.default_generators[index]
    return found


def _random_state(device: str) -> torch.Tensor:
    return _generator(device).get_state()


def _set_random_state(device: str, state: torch.Tensor) -> None:
    _generator(device).set_state(state)
