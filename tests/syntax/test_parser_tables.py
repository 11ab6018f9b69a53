"""The tables: read from data in a fresh process, built again when the grammar changes, kept in the user's own cache."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tcalc.syntax import tables
from tcalc.syntax.build import Builder

#: Parses in a fresh process. argv: folder of the grammar, whether building is forbidden.
SCRIPT = """
import sys
from tcalc.syntax import tables
folder, forbidden = sys.argv[1], sys.argv[2] == "never"
tables.CHECKOUT = tables.INSTALLED = folder
if forbidden:
    def build(grammar): raise AssertionError("tables were built")
    tables.build = build
import tcalc.syntax.parser
assert "lark" not in sys.modules, "lark came before the first text"
from tcalc.source import Source
print([type(s).__name__ for s in tcalc.syntax.parser.parse_statements(Source("x = 1 + 2\\nx"))])
assert "torch" not in sys.modules and "numpy" not in sys.modules
"""


def parse_in(folder: Path, cache: Path, building: str) -> str:
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-c", SCRIPT, str(folder), building]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.fixture
def grammar(tmp_path: Path) -> Path:
    folder = tmp_path / "grammar"
    folder.mkdir()
    (folder / "tcalc.lark").write_text(Path(tables.folder(), "tcalc.lark").read_text("utf-8"), "utf-8")
    return folder


def test_shipped_tables_are_read_not_built(grammar: Path, tmp_path: Path) -> None:
    (grammar / "tables.json").write_text(json.dumps(tables.build((grammar / "tcalc.lark").read_text("utf-8"))))
    assert parse_in(grammar, tmp_path / "cache", "never") == "['Bind', 'Show']"
    assert not (tmp_path / "cache").exists()


def test_changed_grammar_is_built_once_into_the_cache(grammar: Path, tmp_path: Path) -> None:
    text = (grammar / "tcalc.lark").read_text("utf-8")
    (grammar / "tables.json").write_text(json.dumps(tables.build(text)))
    (grammar / "tcalc.lark").write_text(text + "\n// changed\n", "utf-8")
    assert parse_in(grammar, tmp_path / "cache", "may") == "['Bind', 'Show']"
    folder = tmp_path / "cache" / "tcalc"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (stored,) = folder.iterdir()
    assert json.loads(stored.read_text())["key"] == tables.fingerprint(text + "\n// changed\n")
    assert parse_in(grammar, tmp_path / "cache", "never") == "['Bind', 'Show']"


@pytest.mark.parametrize("broken", ["", "[]", '{"key": "other"}', "\0", '{"key": 1'])
def test_broken_tables_are_built_again(broken: str, grammar: Path, tmp_path: Path) -> None:
    (grammar / "tables.json").write_text(broken)
    assert parse_in(grammar, tmp_path / "cache", "may") == "['Bind', 'Show']"


def test_cache_that_cannot_be_written_is_no_error(grammar: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert parse_in(grammar, blocked, "may") == "['Bind', 'Show']"


def test_fingerprint_knows_lark(monkeypatch: pytest.MonkeyPatch) -> None:
    import lark

    before = tables.fingerprint("a")
    monkeypatch.setattr(lark, "__version__", "0")
    assert tables.fingerprint("a") != before


def test_cache_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert tables.cache_folder() == "/home/someone/.cache/tcalc"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # the standard: a relative path is ignored
    assert tables.cache_folder() == "/home/someone/.cache/tcalc"
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert tables.cache_folder() == "/elsewhere/tcalc"


def test_checkout_comes_first() -> None:
    assert tables.folder() == str(Path(__file__).parents[2] / "grammar")


def test_loaded_tables_are_the_built_ones() -> None:
    """What JSON carries is what lark made: the same states, actions and terminals."""
    from lark import Lark

    text = Path(tables.folder(), "tcalc.lark").read_text("utf-8")
    loaded = tables.load(Builder())
    built = Lark(text, parser="lalr", lexer="basic", start=tables.STARTS, keep_all_tokens=True)
    assert len(loaded.parser.parser._parse_table.states) == len(built.parser.parser._parse_table.states)
    assert {t.name: t.pattern.to_regexp() for t in loaded.terminals} == {
        t.name: t.pattern.to_regexp() for t in built.terminals
    }
