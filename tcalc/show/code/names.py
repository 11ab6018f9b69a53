"""Names of a tcalc program as names that Python takes."""

from __future__ import annotations

import builtins
import keyword
import unicodedata

#: What the code itself calls or imports: no variable may hide it.
USED = ("torch", "csv", "json", "sys")


class Names:
    """Each name's own Python name, the same wherever it is asked for."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self.taken = {*USED, *keyword.kwlist, *dir(builtins)}

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def of(self, name: str) -> str:
        """The name itself where Python takes it and nothing of Python's is hidden by it."""
        known = self._names.get(name)
        if known is None:
            known = "".join([each if each.isidentifier() or each.isalnum() else "_" for each in _usual(name)])
            known = known.strip("_") or "value" if not known.isidentifier() or name != known else known
            while known in self.taken:
                known += "_"
            self._names[name] = known
            self.taken.add(known)
        return known


def _usual(name: str) -> str:
    """As Python itself reads names: two that it takes for one must not become two of ours."""
    return unicodedata.normalize("NFKC", name)
