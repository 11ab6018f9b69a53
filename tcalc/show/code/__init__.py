"""Graphs and programs as torch code."""

from __future__ import annotations

from tcalc.show.code.program import Conditions, program_text
from tcalc.show.code.statement import code_text
from tcalc.show.code.text import WIDEST

__all__ = ["WIDEST", "Conditions", "code_text", "program_text"]
