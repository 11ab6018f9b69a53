"""The examples run, and print what they say they print."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcalc import selftest
from tcalc.outcomes import Failed, Noted
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.tc"))


def source_of(path: Path) -> Source:
    return Source(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))


@pytest.fixture(autouse=True)
def from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # where their data files are named from


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_prints_what_it_says(path: Path) -> None:
    report = selftest.test_program(source_of(path), Settings())
    assert len(report.verdicts) >= 5
    assert [(each.line, each.wanted, each.said) for each in report.failures] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_is_checked_whole_without_running(path: Path) -> None:
    _, outcomes = Session().check(source_of(path))
    wrong = [f"{each.error.code}: {each.error.message}" for each in outcomes if isinstance(each, Failed)]
    assert bool(wrong) == (path.stem == "errors"), wrong


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_raises_no_eyebrow(path: Path) -> None:
    _, outcomes = Session().check(source_of(path))
    assert [each.note.message for each in outcomes if isinstance(each, Noted)] == []


def test_the_index_names_every_example() -> None:
    index = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    named = [line.partition("](")[2].partition(")")[0] for line in index.splitlines() if line.startswith("| [")]
    assert sorted(named) == sorted([*(path.name for path in EXAMPLES), "pipes.md"])


def test_errors_shows_many_kinds() -> None:
    _, outcomes = Session().check(source_of(ROOT / "examples" / "errors.tc"))
    codes = {each.error.code for each in outcomes if isinstance(each, Failed)}
    assert {"syntax", "name", "type", "shape", "dtype", "label"} <= codes


def test_an_example_is_no_wider_than_a_page() -> None:
    for path in EXAMPLES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert len(line) <= 120, f"{path.name}:{number}"
