"""The history file: shared by several shells, private, and never in the way when it is damaged."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcalc.repl import history
from tcalc.repl.history import HistoryFile


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "state" / "tcalc" / "history")


def mode(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_entries_come_back_in_order_and_only_the_user_reads_them(path: str) -> None:
    file = HistoryFile(path)
    assert file.entries() == []
    for entry in ("x = 1", "[1,\n 2]", "π \udc80 \x1b"):
        file.add(entry)
    assert HistoryFile(path).entries() == ["x = 1", "[1,\n 2]", "π \udc80 \x1b"]
    assert file.warnings == []
    assert (mode(path), mode(os.path.dirname(path))) == (0o600, 0o700)


def test_a_file_that_others_could_read_is_made_private(path: str) -> None:
    HistoryFile(path).add("x")
    os.chmod(path, 0o644)
    HistoryFile(path).add("y")
    assert mode(path) == 0o600


@given(st.lists(st.text(st.characters(codec=None), min_size=1)))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = str(tmp_path_factory.mktemp("state") / "history")
    file = HistoryFile(path)
    for text in texts:
        file.add(text)
    assert file.entries() == texts


def test_damaged_lines_are_a_warning_and_the_others_are_read(path: str) -> None:
    HistoryFile(path).add("before")
    with open(path, "ab") as file:
        file.write(b'"cut sho\n\xff\x00\n[1]\n\n')
    HistoryFile(path).add("after")
    damaged = HistoryFile(path)
    assert damaged.entries() == ["before", "after"]
    assert damaged.warnings == [f"3 lines are damaged in {path}; the others are there"]


def test_an_entry_after_a_write_that_was_cut_short_stays_whole(path: str) -> None:
    HistoryFile(path).add("before")
    with open(path, "ab") as file:
        file.write(b'"cut sho')
    HistoryFile(path).add("after")
    damaged = HistoryFile(path)
    assert damaged.entries() == ["before", "after"]
    assert damaged.warnings == [f"1 line is damaged in {path}; the others are there"]


def test_only_the_newest_part_of_a_long_file_is_read(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "RECENT", 100)
    file = HistoryFile(path)
    for number in range(100):
        file.add(f"entry {number}")
    entries = file.entries()
    assert entries == [f"entry {number}" for number in range(100 - len(entries), 100)]
    assert 5 < len(entries) < 10
    assert file.warnings == []


@pytest.mark.parametrize("kind", ["folder", "pipe", "file in the way"])
def test_what_cannot_be_a_history_is_a_warning(path: str, kind: str) -> None:
    os.makedirs(os.path.dirname(path))
    if kind == "folder":
        os.mkdir(path)
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        os.rmdir(os.path.dirname(path))
        Path(os.path.dirname(path)).touch()
    file = HistoryFile(path)
    assert file.entries() == []
    assert file.entries(0) == []
    file.add("x")
    file.add("y")
    assert len(file.warnings) == 1
    assert path in file.warnings[0]


WRITER = """
import sys
from tcalc.repl.history import HistoryFile
file = HistoryFile(sys.argv[1])
for number in range(50):
    file.add(f"{sys.argv[2]} {number} " + "x" * 10000)
"""


def test_shells_that_write_at_once_lose_nothing(path: str) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, name]) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    with open(path, encoding="ascii") as file:
        assert all(line.endswith('x"\n') for line in file)
    history.RECENT, before = 1 << 24, history.RECENT
    try:
        entries = HistoryFile(path).entries()
    finally:
        history.RECENT = before
    heads = [entry.rstrip("x").split() for entry in entries]
    for name in "abc":
        assert [int(number) for who, number in heads if who == name] == list(range(50))
    assert {len(entry) - len(entry.rstrip("x")) for entry in entries} == {10000}


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere/state")
    assert history.path() == "/somewhere/state/tcalc/history"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/someone")
    assert history.path() == "/home/someone/.local/state/tcalc/history"
