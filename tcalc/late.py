"""torch, loaded when the first tensor is needed."""

from __future__ import annotations

import threading
from typing import Any

from tcalc.settings import Settings


class LateEngine:
    """The backend for a session's settings: loaded once, and entered by each thread that runs plans."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine: Any = None
        self._lock = threading.Lock()
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
                if self._engine is None:
                    settings = self._settings
                    engine.configure(settings.default_float, settings.device, settings.threads)
                    if settings.seed is not None:
                        engine.seed(settings.seed)
                    self._engine = engine
            engine.enter_thread()
            entered = self._thread.engine = engine
        return entered


def load() -> Any:
    """Import the one room that imports torch, with nothing set up.

    No garbage is collected meanwhile: that takes a third of the time, and there is none.
    """
    import gc

    collecting = gc.isenabled()
    gc.disable()
    from tcalc.backend import engine

    if collecting:
        gc.freeze()
        gc.enable()
    return engine


def device_is_there(device: str) -> bool:
    """Whether torch can make tensors on a device. Loads torch."""
    return bool(load().has_device(device))
