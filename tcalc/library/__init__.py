"""The builtins: a row each, a file for each family. Everything else about a builtin is derived from its row."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from tcalc.library.builtin import Builtin, Form

FAMILIES = (
    "arithmetic",
    "elementwise",
    "activations",
    "creation",
    "reductions",
    "norms",
    "ordering",
    "shape",
    "joining",
    "parts",
    "einops",
    "indexing",
    "selecting",
    "products",
    "neural",
    "windows",
    "spectral",
    "samples",
    "decompositions",
    "functions",
    "about",
)

_rows: list[Builtin] = []
_by_space: dict[str, dict[str, Builtin]] = {}
_operators: dict[str, Builtin] = {}


def rows() -> list[Builtin]:
    """All rows, family by family."""
    if not _rows:
        for family in FAMILIES:
            for each in import_module(f"tcalc.library.{family}").ROWS:
                _enter(each)
    return _rows


def _enter(each: Builtin) -> None:
    _rows.append(each)
    if each.operator:
        _operators[each.operator] = each
    for space in each.spaces:
        names = _by_space.setdefault(space, {})
        for name in (each.name, *each.aliases):
            names.setdefault(name.rpartition(".")[2], each)


#: Where a bare name is looked for, in this order.
BARE = ("", "linalg", "nn.functional", "special", "fft")


def row(name: str, space: str | None = None) -> Builtin | None:
    """The row of a bare name, or of a name in one of torch's spaces ("linalg", "" for torch itself)."""
    if not _rows:
        rows()
    for each in BARE if space is None else (space,):
        found = _by_space.get(each, {}).get(name)
        if found is not None:
            return found
    return None


def operator(symbol: str) -> Builtin:
    """The row of an operator: `@`, `-x`."""
    if not _rows:
        rows()
    return _operators[symbol]


def operators() -> dict[str, Builtin]:
    """All operators and their rows."""
    rows()
    return _operators


def names(space: str | None = None) -> Iterator[str]:
    """All bare names, or those of one space."""
    rows()
    for each in BARE if space is None else (space,):
        yield from _by_space.get(each, {})


__all__ = ["Builtin", "Form", "names", "operator", "operators", "row", "rows"]
