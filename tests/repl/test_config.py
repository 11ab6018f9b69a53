"""The user's own files: config.toml and init.tc, read by the shell alone; what is wrong there is a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcalc.config import folder, load
from tcalc.repl.loading import initialised
from tcalc.session import Session
from tests.contract.driver import tcalc, torch_left_alone
from tests.repl.terminal import Terminal

READERS = {"dtype": str, "seed": int}


def configured(home: Path, text: str) -> tuple[dict[str, object], dict[str, bool | str], list[str]]:
    (home / "tcalc").mkdir(exist_ok=True)
    (home / "tcalc" / "config.toml").write_text(text, encoding="utf-8")
    config = load({"XDG_CONFIG_HOME": str(home)}, READERS)
    return config.options, config.switches, [each.replace(str(home), "~") for each in config.warnings]


def test_what_is_read(tmp_path: Path) -> None:
    text = 'dtype = "f64"\nseed = 3\nnotes = false\nrewrites = "fast"\nstrict = "on"\n'
    assert configured(tmp_path, text) == (
        {"dtype": "f64", "seed": 3},
        {"notes": False, "rewrites": "fast", "strict": True},
        [],
    )


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("colour = 3", "~/tcalc/config.toml: there is no colour; there are "),
        ('notes = "maybe"', '~/tcalc/config.toml: notes is "on" or "off"'),
        ("notes = 3", '~/tcalc/config.toml: notes is "on" or "off"'),
        ('rewrites = "slow"', '~/tcalc/config.toml: rewrites is "on", "off" or "fast"'),
        ('seed = "x"', "~/tcalc/config.toml: seed: invalid literal"),
        ("seed = [1]", "~/tcalc/config.toml: seed is text or a number"),
        ("seed = true", "~/tcalc/config.toml: seed is text or a number"),
        ("seed = ", "~/tcalc/config.toml is not read: "),
        ("[a]\nb = 1", "~/tcalc/config.toml: there is no a"),
    ],
)
def test_what_is_wrong_is_a_warning(tmp_path: Path, text: str, warning: str) -> None:
    options, switches, warnings = configured(tmp_path, f"{text}\n")
    assert not options and not switches
    assert len(warnings) == 1 and warnings[0].startswith(warning)


def test_other_lines_count_beside_a_wrong_one(tmp_path: Path) -> None:
    options, _, warnings = configured(tmp_path, 'nix = 1\ndtype = "f16"\n')
    assert options == {"dtype": "f16"} and len(warnings) == 1


def test_no_file_and_no_text(tmp_path: Path) -> None:
    nothing = load({"XDG_CONFIG_HOME": str(tmp_path / "nowhere")}, READERS)
    assert not nothing.options and not nothing.switches and not nothing.warnings and not nothing.init
    (tmp_path / "tcalc").mkdir()
    (tmp_path / "tcalc" / "config.toml").write_bytes(b"\xff\xfe")
    assert len(load({"XDG_CONFIG_HOME": str(tmp_path)}, READERS).warnings) == 1
    (tmp_path / "tcalc" / "config.toml").unlink()
    (tmp_path / "tcalc" / "config.toml").mkdir()
    assert "cannot be read" in load({"XDG_CONFIG_HOME": str(tmp_path)}, READERS).warnings[0]


def test_where_it_lies(tmp_path: Path) -> None:
    assert folder({"XDG_CONFIG_HOME": str(tmp_path)}) == str(tmp_path / "tcalc")
    home = Path("~").expanduser() / ".config" / "tcalc"
    assert folder({}) == str(home) and folder({"XDG_CONFIG_HOME": "relative"}) == str(home)


def test_a_script_first(tmp_path: Path) -> None:
    path = tmp_path / "init.tc"
    session = Session()
    with torch_left_alone():
        path.write_text("g = 9.81\nh(x) = x + g\n", encoding="utf-8")
        assert initialised(session, str(path)) == []
        assert {"g", "h"} <= {*session.names()}
        path.write_text("a = 1\nb = qqq\nc = 2\n", encoding="utf-8")
        assert initialised(session, str(path)) == [f"{path}:2: there is no qqq; what follows it was not run"]
        assert "a" in session.names() and "c" not in session.names()
        assert "cannot be read" in initialised(session, str(tmp_path / "nix.tc"))[0]


def test_what_is_wrong_with_the_files_is_told_over_the_first_line(tmp_path: Path) -> None:
    (tmp_path / "tcalc").mkdir()
    (tmp_path / "tcalc" / "init.tc").write_text(":set keys vi\n", encoding="utf-8")
    (tmp_path / "tcalc" / "history").write_text('nonsense\n"1 + 2"\n', encoding="utf-8")
    terminal = Terminal(tmp_path, columns=200)
    told = "init.tc:1: what begins with : is a command of the shell, and no statement; what follows it was not run"
    lines = terminal.wait(lambda lines: lines[-1] == "tcalc>" and any(line.endswith(told) for line in lines))
    assert any(line.startswith("note: 1 line is damaged in ") for line in lines)
    assert sum(line.startswith("note: ") for line in lines) == 2
    assert terminal.run("1")[0] == "1   i64"
    terminal.send("\x04")
    terminal.end()


def test_the_shell_reads_both(tmp_path: Path) -> None:
    (tmp_path / "tcalc").mkdir()
    (tmp_path / "tcalc" / "config.toml").write_text('dtype = "f64"\n', encoding="utf-8")
    (tmp_path / "tcalc" / "init.tc").write_text("g = 9.81\n", encoding="utf-8")
    terminal = Terminal(tmp_path)
    assert terminal.run("g + [1.]")[0].startswith("f64[1]")
    terminal.send("\x04")
    terminal.end()
    terminal = Terminal(tmp_path, "--no-config")
    assert any("there is no g" in line for line in terminal.run("g + [1.]"))
    terminal.send("\x04")
    terminal.end()


def test_a_program_is_the_same_for_everybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tcalc").mkdir()
    (tmp_path / "tcalc" / "config.toml").write_text('dtype = "f64"\n', encoding="utf-8")
    (tmp_path / "tcalc" / "init.tc").write_text("g = 9.81\n", encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    done = tcalc("-e", "g")
    assert done.returncode != 0 and "there is no g" in done.stderr
