"""The builtins: a row each, a file for each family. Everything else about a builtin is derived from its row."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from threading import RLock

from tcalc.library.builtin import Builtin, Form

#: In the order in which a reader learns them.
FAMILIES = (
    "creation",
    "about",
    "arithmetic",
    "elementwise",
    "reductions",
    "shape",
    "likeness",
    "joining",
    "parts",
    "indexing",
    "selecting",
    "ordering",
    "products",
    "norms",
    "decompositions",
    "einops",
    "functions",
    "activations",
    "neural",
    "windows",
    "spectral",
    "samples",
)

#: Held while the tables are filled; `_rows` is filled last, so that whoever finds it filled finds all of them.
_filling = RLock()
_rows: list[Builtin] = []
_by_space: dict[str, dict[str, Builtin]] = {}
_operators: dict[str, Builtin] = {}


def rows() -> list[Builtin]:
    """All rows, family by family."""
    if not _rows:
        with _filling:
            if not _rows:
                found = [each for family in FAMILIES for each in import_module(f"tcalc.library.{family}").ROWS]
                for each in found:
                    _enter(each)
                _rows.extend(found)
    return _rows


def _enter(each: Builtin) -> None:
    if each.operator:
        _operators[each.operator] = each
    for space in each.spaces:
        names = _by_space.setdefault(space, {})
        for name in (each.name, *each.aliases):
            names.setdefault(name.rpartition(".")[2], each)


def families() -> list[tuple[str, str, list[Builtin]]]:
    """Each family's name, its sentence and its rows, without those that no program can name."""
    found = []
    for family in FAMILIES:
        module = import_module(f"tcalc.library.{family}")
        sentence = (module.__doc__ or "").partition("\n")[0]
        found.append((family, sentence, [each for each in module.ROWS if each.spaces != ("hidden",)]))
    return found


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


__all__ = ["Builtin", "Form", "families", "names", "operator", "operators", "row", "rows"]
