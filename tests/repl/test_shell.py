"""The shell's loop: what is printed for what is typed, and that nothing a statement does ends it."""

from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path

import pytest

from tcalc import library
from tcalc.repl.banner import banner, torch_version
from tcalc.repl.history import HistoryFile
from tcalc.repl.loading import Loading
from tcalc.repl.shell import Shell
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.show.palette import PLAIN, Style


class Lines:
    """A reader that gives some texts, then the end; an empty one is a line that Ctrl-C dropped."""

    repair_hint = ""

    def __init__(self, *texts: str) -> None:
        self.repairs: list[object] = []
        self._texts = list(texts)

    def read(self) -> str:
        if not self._texts:
            raise EOFError
        text = self._texts.pop(0)
        if not text:
            raise KeyboardInterrupt
        return text


@pytest.fixture
def shell(session: Session, tmp_path: Path) -> Shell:
    return Shell(session, PLAIN, HistoryFile(str(tmp_path / "history")), Loading(session))


def printed(shell: Shell, capsys: pytest.CaptureFixture[str], *texts: str) -> list[str]:
    assert shell.loop(Lines(*texts)) == 0  # type: ignore[arg-type]  # its repairs are of any kind
    out, err = capsys.readouterr()
    assert err == ""
    return out.splitlines()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("A @ A.T", ["f32[2, 2]", "   5  11", "  11  25"]),
        ("B = A + 1", ["B: f32[2, 2]"]),
        ("B = A + 1;", []),
        ("m = n + 1", ["m: i64 = 4"]),
        ("n", ["3   i64"]),
        ("g = x -> x", ["g: function"]),
        ('w = "a"', ['w: text = "a"']),
        ("f32", ["f32"]),
        ("max[1](A)", ["values: f32[2]    2  4", "indices: i64[2]   1  1"]),
        (
            "1\n2\nn + m\n3",
            [
                *("1   i64", "2   i64", "error[name]: there is no m", "  n + m", "      -"),
                "1 statement after it was not run",
            ],
        ),
        (
            "n\n2 + * 3\n# no\nm; n\n)\n",
            [
                *("3   i64", "error[syntax]: between + and * an expression is missing", "  2 + * 3", "      -"),
                "3 statements after it were not run",
            ],
        ),
        ("n\nm  # the last", ["3   i64", "error[name]: there is no m", "  m  # the last", "  -"]),
        (
            "t = t(ones(1, 3)) - ones(3)",
            [
                "note: t now hides the builtin; torch.t still means it",
            ],
        ),
        (":type A", ["f32[2, 2]"]),
        ("n\n:type A\n2 * n", ["3   i64", "f32[2, 2]", "6   i64"]),
        (":type A\nn + (\n1)", ["f32[2, 2]", "4   i64"]),
        (":type A @\nA\n:type n", ["f32[2, 2]", "i64"]),
        (
            "n\n:nothing\nn\n:type A\n1; 2",
            [
                *("3   i64", "error[name]: there is no :nothing; :help lists the commands"),
                "4 statements after it were not run",
            ],
        ),
        (
            "n\nm; 2\n:type A",
            [
                *("3   i64", "error[name]: there is no m", "  m; 2", "  -"),
                "2 statements after it were not run",
            ],
        ),
        (":vars", ["A: f32[2, 2]", "x: f32[2]", "n: i64 = 3", "f: function"]),
        (":nothing", ["error[name]: there is no :nothing; :help lists the commands"]),
        ("print(n, x)", ["3   i64", "f32[2]", "  1  2"]),
        ("# only a comment", []),
        ("   ", []),
    ],
)
def test_what_is_printed(shell: Shell, capsys: pytest.CaptureFixture[str], text: str, lines: list[str]) -> None:
    found = printed(shell, capsys, text)
    if text.startswith("t ="):  # notes stand below the result that they are about
        assert found[0] == "t: f32[3, 3]"
        assert lines[0] in found[1:]
    else:
        assert found == lines


def test_lines_are_counted_through_the_session(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(shell, capsys, "P = ones(2, 3)", ":vars", "Q = ones(2,\n3)", "", "P @ Q")
    assert "  |   f32[2, 3]   2: Q = ones(2, 3), line 2".split() in [line.split() for line in lines]
    assert "  f32[2, 3]       3: P = ones(2, 3), line 1".split() in [line.split() for line in lines]


@pytest.mark.parametrize("text", ["exit()", "quit()", ":quit", "1; exit(); 2", "1\nexit()\n2"])
def test_leaving(shell: Shell, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert printed(shell, capsys, text, "n")[:1] in ([], ["1   i64"])


def test_a_bug_is_an_error_that_asks_for_a_report_and_the_session_goes_on(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("lost")

    row = library.row("exp")
    assert row is not None
    shell.session._preparing.prepared = broken  # type: ignore[method-assign]  # a bug, put there
    lines = printed(shell, capsys, "exp(x)")
    del shell.session._preparing.prepared
    assert lines[0].startswith("error[internal]: a bug in tcalc: KeyError")
    assert "report" in lines[0]
    assert not any("Traceback" in line for line in lines)
    assert printed(shell, capsys, "n") == ["3   i64"]


def test_a_reader_that_fails_again_and_again_ends_the_shell(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(Lines):
        def read(self) -> str:
            raise ValueError("lost")

    assert shell.loop(Broken()) == 1  # type: ignore[arg-type]  # as above
    assert capsys.readouterr().out.count("error[internal]") == 3


def test_what_went_wrong_with_the_history_is_said_once(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell._history.warnings.append("the history is odd")
    assert printed(shell, capsys, "n", "n") == ["note: the history is odd", "3   i64", "3   i64"]


def test_the_banner() -> None:
    settings = Settings()
    assert torch_version() == ".".join(metadata.version("torch").split(".")[:2])
    wide = banner(settings, Style(unicode=True), 80)
    assert wide.startswith(f"tcalc {metadata.version('tcalc-torch')} · torch {torch_version()} · cpu · f32    ")
    assert wide.endswith("    :help   :demo   Ctrl-D leaves")
    assert banner(settings, PLAIN, 40).count("\n") == 1
    assert banner(settings, PLAIN, 80).isascii()
    for width in (20, 30, 40):
        lines = banner(settings, PLAIN, width).splitlines()
        assert len(lines) == 2 and max(map(len, lines)) <= width


def test_torch_is_loaded_behind_the_prompt(loaded: Loading) -> None:
    import gc
    import sys

    assert loaded.language.is_set()
    assert "torch" in sys.modules
    assert gc.isenabled()


def test_columns_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    from tcalc.repl import shell

    def none(descriptor: int) -> os.terminal_size:
        raise OSError

    monkeypatch.setattr(os, "get_terminal_size", none)
    assert shell.columns() == 80


@pytest.mark.parametrize("word", ["exit", " quit "])
def test_a_word_that_leaves_elsewhere_leaves(shell: Shell, capsys: pytest.CaptureFixture[str], word: str) -> None:
    assert printed(shell, capsys, "1", word, "2") == ["1   i64"]


def test_help_alone_is_help(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(shell, capsys, "help") == printed(shell, capsys, ":help")


def test_a_name_is_not_taken_for_a_command(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(shell, capsys, "exit = 3", "exit", "help = 4", "help + 0") == [
        *("exit: i64 = 3", "3   i64", "help: i64 = 4", "4   i64")
    ]
