"""A calculator for tensors at the command line, with shape types.

In Python: `evaluate` computes an expression of tensors, `check` tells its type without torch, a `Session` keeps names.
"""

from __future__ import annotations

import sys

__version__ = "0.1.0"

__all__ = ["Error", "Result", "Session", "__version__", "check", "evaluate"]

# The command line imports this package too: nothing is loaded before it is asked for, `typing` included.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from tcalc.api.checking import check
    from tcalc.api.errors import Error
    from tcalc.api.evaluation import evaluate
    from tcalc.api.results import Result
    from tcalc.api.sessions import Session

#: Where the names of the Python interface are defined.
_HOMES = {
    "Error": "tcalc.api.errors",
    "Result": "tcalc.api.results",
    "Session": "tcalc.api.sessions",
    "evaluate": "tcalc.api.evaluation",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'tcalc' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES, "check"])


class _Package(type(sys)):  # type: ignore[misc]  # the class of modules
    """This package. `tcalc.check` is the function; the room of that name stays a module beside it.

    Importing a module of a package sets it as an attribute of the package, which here would hide the function.
    """

    @property
    def check(self) -> object:
        """See `tcalc.api.checking.check`."""
        from tcalc.api.checking import check

        return check

    @check.setter
    def check(self, room: object) -> None:
        """The room is found by its full name alone."""


sys.modules[__name__].__class__ = _Package
