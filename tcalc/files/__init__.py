"""Files of numbers: their types from the header or a first pass, and their numbers as plain data. No torch here."""

from __future__ import annotations

from tcalc.files.data import ArrayData
from tcalc.files.errors import MissingFile
from tcalc.files.load import header, header_of, read, read_of

__all__ = ["ArrayData", "MissingFile", "header", "header_of", "read", "read_of"]
