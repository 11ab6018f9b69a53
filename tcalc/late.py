"""torch, loaded when the first tensor is needed."""

from __future__ import annotations

import threading
from typing import Any

from tcalc.settings import Settings


class LateEngine:
    """The backend for a session's settings, in a process that is tcalc's own.

    It is loaded once, and entered by each thread that runs plans; what is set up stays.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine: Any = None
        self._is_set_up = False
        self._lock = threading.Lock()
        self._thread = threading.local()

    def set_up_anew(self) -> None:
        """The settings were changed: each thread sets torch up again when it next asks for it."""
        with self._lock:
            self._is_set_up = False
            self._thread = threading.local()

    @property
    def is_loaded(self) -> bool:
        """Whether torch is loaded and set up."""
        return self._engine is not None

    def get(self) -> Any:
        """The room that imports torch (`tcalc.backend.engine`), set up for this thread."""
        entered = getattr(self._thread, "engine", None)
        if entered is None:
            engine = load()
            with self._lock:
                settings, thread = self._settings, self._thread
                if not self._is_set_up:
                    engine.configure(settings.default_float, settings.device, settings.threads)
                    self._is_set_up = True
                if self._engine is None:
                    if settings.seed is not None:
                        engine.seed(settings.seed)
                    self._engine = engine
            engine.enter_thread(settings.device)
            entered = thread.engine = engine
        return entered


class GuestEngine(LateEngine):
    """The backend in somebody else's process: what a run needs of torch is set when it first asks for the engine.

    Whoever runs calls `leave` at the end, which puts everything back. One run at a time.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._conditions: Any = None
        self._inside = False

    def get(self) -> Any:
        """See `LateEngine.get`."""
        if not self._inside:
            if self._engine is None:
                from tcalc.backend import engine
                from tcalc.backend.guest import Conditions

                settings = self._settings
                self._conditions = Conditions(settings.default_float, settings.device, settings.threads, settings.seed)
                self._engine = engine
            self._inside = True  # before it is: an interrupt in between finds something to leave
            self._conditions.enter()
        return self._engine

    def leave(self) -> None:
        """Put everything back."""
        if self._inside:
            self._inside = False
            self._conditions.leave()


def load() -> Any:
    """Import the one room that imports torch, with nothing set up, in a process that is tcalc's own.

    No garbage is collected meanwhile: that takes a third of the time, and there is none. Nor are backends for other
    devices looked up, as torch does by entry points at every import: nobody asked for them.
    """
    import gc
    import os

    os.environ.setdefault("TORCH_DEVICE_BACKEND_AUTOLOAD", "0")
    collecting = gc.isenabled()
    gc.disable()
    from tcalc.backend import engine

    if collecting:
        gc.freeze()
        gc.enable()
    return engine


def kernel_sources(taken: set[str]) -> Any:
    """The kernels that are more than a torch name, as Python: see `backend.sources.Sources`. Loads no torch."""
    from tcalc.backend.sources import Sources

    return Sources(taken)


def device_is_there(device: str) -> bool:
    """Whether torch can make tensors on a device. Loads torch."""
    return bool(load().has_device(device))
