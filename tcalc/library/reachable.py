"""Functions of torch that work without a row: torch itself says what comes out.

`reachable.txt` lists them, a line for each way to call one. It is made from torch's own operator schemas by
tools/torch_functions.py, and read when a name was found nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from tcalc.library.builtin import Builtin, Form

#: Where a bare name is looked for, in this order, and what may be called on a tensor.
BARE = ("", "linalg", "nn.functional", "special", "fft", "Tensor")
METHODS = ("", "linalg", "Tensor")

DOC = "A function of torch that has no row here: torch itself says what comes out."

_lines: dict[str, list[str]] = {}
_rows: dict[str, Builtin] = {}


def find(name: str, spaces: Sequence[str] = BARE) -> Builtin | None:
    """The function of that name in the first of torch's spaces that has it ("linalg", "" for torch itself)."""
    known = _read()
    for space in spaces:
        whole = f"{space}.{name}" if space else name
        if whole in known:
            return _row(whole)
    return None


def names(spaces: Sequence[str] = BARE) -> Iterator[str]:
    """The bare names of all functions in some spaces."""
    for whole in _read():
        space, _, name = whole.rpartition(".")
        if space in spaces:
            yield name


def functions() -> list[Builtin]:
    """All of them."""
    return [_row(whole) for whole in _read()]


def _read() -> dict[str, list[str]]:
    """The lines of each function, under torch's whole name for it."""
    if not _lines:
        found: dict[str, list[str]] = {}
        with open(os.path.join(os.path.dirname(__file__), "reachable.txt"), encoding="utf-8") as file:
            for line in file:
                if not line.startswith("#"):
                    name = line.partition("(")[0].removeprefix("random ")
                    found.setdefault(name, []).append(line.rstrip())
        _lines.update(found)  # at once: several threads may ask
    return _lines


def _row(whole: str) -> Builtin:
    row = _rows.get(whole)
    if row is None:
        from tcalc.library.reachable_flops import COUNTS  # few programs call what has no row

        lines = _lines[whole]
        space, _, name = whole.rpartition(".")
        random = lines[0].startswith("random ")
        forms = [Form(line[line.index("(") :]) for line in lines]
        row = _rows[whole] = Builtin(
            name,
            forms,
            doc=DOC,
            example="",
            torch=whole,
            spaces=(space,),
            receiver=int(", input: " in forms[0].text.partition("[")[0]),  # torch calls it so: polygamma(n, input)
            over=("dim", "dims"),
            sequence=forms[0].text.startswith("(tensors: tensors"),
            random=random,
            inferred=True,
            flops=COUNTS.get(whole),
        )
    return row
