"""Files of numbers: their types from the header or a first pass, and their numbers as plain data. No torch here."""

from __future__ import annotations

from tcalc.files.data import ArrayData, Arrays, Layout, Placed
from tcalc.files.errors import MissingFile
from tcalc.files.load import header, header_of, layout, layout_of, read, read_of

__all__ = [
    "ArrayData",
    "Arrays",
    "Layout",
    "MissingFile",
    "Placed",
    "header",
    "header_of",
    "layout",
    "layout_of",
    "read",
    "read_of",
]
