"""docs/compiler.md is what the table of rewrites says."""

from __future__ import annotations

import runpy
from pathlib import Path

from tcalc.graph.rewrites.table import CHAINS, LAST, LOCAL, LOOP, UNSAFE

ROOT = Path(__file__).resolve().parent.parent


def test_the_page_is_up_to_date() -> None:
    written = (ROOT / "docs" / "compiler.md").read_text(encoding="utf-8")
    assert written == runpy.run_path(str(ROOT / "tools" / "compiler.py"))["page"](), "run `make docs`"


def test_every_rewrite_is_on_the_page() -> None:
    written = (ROOT / "docs" / "compiler.md").read_text(encoding="utf-8")
    for each in (*LOCAL, *CHAINS, *LAST, LOOP, *UNSAFE):
        assert f"`{each.identity}`" in written and each.safety in written
