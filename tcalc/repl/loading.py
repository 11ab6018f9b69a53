"""What the first statement needs is loaded behind the prompt, in the order in which it will be needed."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING

from tcalc import late

if TYPE_CHECKING:
    from collections.abc import Callable

    from tcalc.session import Session


class Loading:
    """Loads the language (some 100 ms), then torch (more than a second), once `start` is called.

    `init` is the path of a script that is run between the two, so that the first statement finds its names. What goes
    wrong there is in `warnings`.
    """

    def __init__(self, session: Session, init: str = "") -> None:
        self._session, self._init = session, init
        self.warnings: list[str] = []
        #: Called, from another thread, when there are any.
        self.changed: Callable[[], None] = lambda: None
        #: Set when text can be read, checked and completed. Half of it must not be used.
        self.language = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, if this is the first call."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._load, name="loading", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until the language is loaded, if it is being loaded."""
        if self._thread is not None:
            self.language.wait()

    def _load(self) -> None:
        # A third of torch's import is collecting garbage that is none, and each collection is felt while typing.
        gc.disable()
        try:
            self._session.load_language()
            if self._init:
                self.warnings += initialised(self._session, self._init)
        finally:
            self.language.set()
        if self.warnings:
            self.changed()
        try:
            late.load()
        except Exception:
            pass  # the first statement that needs torch finds the same, and says so
        finally:
            gc.freeze()  # what was loaded stays
            gc.enable()


def initialised(session: Session, path: str) -> list[str]:
    """Run a script before the first statement, without a word; what goes wrong with it."""
    from tcalc.doors import decoded, read_script
    from tcalc.errors import internal_error
    from tcalc.outcomes import Failed
    from tcalc.source import Source

    try:
        source = Source(decoded(read_script(path)), path)
        for outcome in session.run(source):
            if isinstance(outcome, Failed):
                place = outcome.error.span
                line = "" if place is None else f":{place.line}"
                return [f"{path}{line}: {outcome.error.message}; what follows it was not run"]
    except OSError as reason:
        return [f"{path} cannot be read: {reason.strerror or reason}"]
    except Exception as bug:
        return [f"{path}: {internal_error(bug).message}"]
    return []
