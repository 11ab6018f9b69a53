"""Completion files and the man page: made from the parser, and understood by those who read them."""

from __future__ import annotations

import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from tcalc.options import parser

ROOT = Path(__file__).resolve().parent.parent
TOOL = runpy.run_path(str(ROOT / "tools" / "shell_files.py"))
SHARE = ROOT / "share"


def test_they_are_up_to_date() -> None:
    for path, text in TOOL["written"]().items():
        assert path.read_text(encoding="utf-8") == text, "run `make docs`"


def test_every_option_is_in_each() -> None:
    names = [name for action in parser()._actions for name in action.option_strings]
    assert "--plan" in names and "-e" in names
    for path, text in TOOL["written"]().items():
        for name in names:
            told = f"-l {name[2:]}" if path.suffix == ".fish" and name.startswith("--") else name
            told = f"-s {name[1:]}" if path.suffix == ".fish" and not name.startswith("--") else told
            assert told in text.replace("\\-", "-"), (path, name)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["tcalc", "--pl"], ["--plan"]),
        (["tcalc", "--dtype", "b"], ["bf16"]),
        (["tcalc", "--rewrites", ""], ["on", "off", "fast"]),
        (["tcalc", "--seed", ""], []),
        (["tcalc", "--dtype", "=", "b"], ["bf16"]),
        (["tcalc", "--color", "="], ["auto", "always", "never"]),
        (["tcalc", "--error", "sh"], ["shape"]),
        (["tcalc", "to"], ["tour.tc"]),
    ],
)
def test_bash_completes(words: list[str], offered: list[str]) -> None:
    file = SHARE / "bash-completion" / "completions" / "tcalc"
    quoted = " ".join([f"'{word}'" for word in words])
    script = (
        f"source '{file}'; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _tcalc; printf '%s\\n' ${{COMPREPLY[@]}}"
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=ROOT / "examples", check=True)
    assert done.stdout.split() == offered and not done.stderr


@pytest.mark.skipif(shutil.which("man") is None, reason="there is no man")
def test_man_reads_the_page() -> None:
    done = subprocess.run(
        ["man", "--warnings", str(SHARE / "man" / "man1" / "tcalc.1")], capture_output=True, text=True
    )
    assert "a calculator for tensors" in done.stdout and "warning" not in done.stderr
