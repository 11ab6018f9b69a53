"""Every row's example gives what stands behind its `#=>`, run as a program of its own."""

from __future__ import annotations

import pytest

from tcalc import library
from tcalc.library.builtin import Builtin
from tcalc.selftest import test_program as held_against_its_expectations
from tcalc.settings import Settings
from tcalc.source import Source


@pytest.mark.parametrize("row", library.rows(), ids=lambda row: row.name)
def test_the_example_gives_its_result(row: Builtin) -> None:
    report = held_against_its_expectations(Source(row.example, row.name), Settings())
    assert [(verdict.wanted, verdict.said) for verdict in report.verdicts if not verdict.holds] == []
    assert len(report.verdicts) == 1
