"""Every row's example gives what stands behind its `#=>`, run as a program of its own."""

from __future__ import annotations

import pytest

from tcalc import library
from tcalc.library.builtin import Builtin
from tcalc.selftest import test_program as held_against_its_expectations
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.show.help import TYPED_ONLY
from tcalc.source import Source


@pytest.mark.parametrize("row", [row for row in library.rows() if row.name in TYPED_ONLY], ids=lambda row: row.name)
def test_the_example_of_a_derivative_is_well_formed(row: Builtin) -> None:
    expression, _, _ = row.example.partition("#=>")
    statements, outcomes = Session().check(Source(expression, row.name))
    assert len(statements) == 1
    assert outcomes == []
    (verdict,) = held_against_its_expectations(Source(row.example, row.name), Settings()).verdicts
    assert verdict.said.startswith("error[grad]"), "it is computed now: help and the reference may say so"


@pytest.mark.parametrize("row", [row for row in library.rows() if row.name not in TYPED_ONLY], ids=lambda row: row.name)
def test_the_example_gives_its_result(row: Builtin) -> None:
    report = held_against_its_expectations(Source(row.example, row.name), Settings())
    assert [(verdict.wanted, verdict.said) for verdict in report.verdicts if not verdict.holds] == []
    assert len(report.verdicts) == 1
