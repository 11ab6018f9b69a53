"""docs/shell.md tells the keys, commands and settings that there are."""

from __future__ import annotations

import runpy
from pathlib import Path

from tcalc.commands import COMMANDS
from tcalc.settings import SWITCHES
from tcalc.show.keys import KEYS

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "shell.md").read_text(encoding="utf-8")


def test_the_tables_are_up_to_date() -> None:
    assert runpy.run_path(str(ROOT / "tools" / "shell_page.py"))["written"](PAGE) == PAGE, "run `make docs`"


def test_all_of_them_are_there() -> None:
    for _, does in KEYS:
        assert f"| {does} |" in PAGE
    for command in COMMANDS.values():
        assert f"`:{command.name}" in PAGE and command.doc in PAGE
    for name in SWITCHES:
        assert f"| `{name}` |" in PAGE
