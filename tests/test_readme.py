"""What the pages show is what happens: their commands are run, their programs tested, their links and tables looked up.

`python tools/refresh.py` writes what the commands print into the pages.
"""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tcalc import selftest
from tcalc.errors import EXIT_STATUS
from tcalc.settings import Settings
from tcalc.source import Source

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")

#: Pages that show what is typed and what is answered.
SHOWING = [page for page in PAGES if "```console" in (text := page.read_text(encoding="utf-8")) or "```pycon" in text]

refresh = runpy.run_path(str(ROOT / "tools" / "refresh.py"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(page: str) -> str:
    """A page without its code."""
    return "".join("".join(page.split("```")[::2]).split("`")[::2])


def programs(page: str) -> str:
    """The ```tcalc blocks of a page as one program; all else is blank, so that lines keep their numbers."""
    lines = []
    inside = False
    for line in page.split("\n"):
        if line.startswith("```"):
            inside, line = line == "```tcalc", ""
        lines.append(line if inside else "")
    return "\n".join(lines)


@pytest.mark.parametrize("path", SHOWING, ids=name)
def test_commands_print_what_the_page_shows(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert refresh["refreshed"](page) == page


# The reference's programs are the examples of the library's rows, and tested with those.
PROGRAMS = [page for page in PAGES if "```tcalc" in page.read_text(encoding="utf-8") and page.name != "reference.md"]


@pytest.mark.parametrize("path", PROGRAMS, ids=name)
def test_programs_print_what_the_page_says(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    report = selftest.test_program(Source(programs(path.read_text(encoding="utf-8")), name(path)), Settings())
    assert report.verdicts
    assert [(each.line, each.wanted, each.said) for each in report.failures] == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    parts = prose(path.read_text(encoding="utf-8")).split("](")[1:]
    links = [link for part in parts if "://" not in (link := part.partition(")")[0].partition("#")[0]) and link]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_speed_is_quoted_from_the_benchmarks() -> None:
    assert refresh["speed_quoted"](README) == README


def test_every_option_is_in_the_table() -> None:
    help_text = subprocess.run(
        [sys.executable, "-m", "tcalc", "--help"], capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=ROOT
    ).stdout
    options = {word.strip("[],:") for word in help_text.split() if word.startswith("--")} - {"--help", "--version"}
    assert len(options) > 8
    assert sorted(option for option in options if option not in README) == []


def test_every_error_code_is_in_the_table_of_exit_statuses() -> None:
    rows = [line for line in README.splitlines() if line.startswith(("| 1 |", "| 3 |", "| 4 |"))]
    told = {word.strip("`,;"): int(row[2]) for row in rows for word in row.split() if word.startswith("`")}
    assert told == EXIT_STATUS


def test_the_two_commands_are_the_makefiles() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("run", "test", "bench"):
        assert f"\n{target}:" in makefile
        assert f"make {target}" in README
