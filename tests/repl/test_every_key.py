"""The rest of the keys and commands: each command typed at the editor, each repair's key, keys with nothing to do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))

from driver import torch_left_alone
from test_commands_all import CASES

from tcalc.commands import COMMANDS
from tcalc.repl.editor import Editor
from tcalc.repl.history import HistoryFile
from tcalc.repl.loading import Loading
from tcalc.repl.shell import Shell
from tcalc.session import Session
from tcalc.show.palette import PLAIN

Keyboard = Callable[..., list[str]]
#: `typed(keys)`: what a shell prints while these are pressed, until it is left.
Typed = Callable[[str], str]

ENTER, TAB, ESCAPE, UP, DOWN, LEFT, RIGHT = "\r", "\t", "\x1b", "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C"
CTRL_C, CTRL_D, CTRL_E, CTRL_U = "\x03", "\x04", "\x05", "\x15"
#: What drops what was offered on the line, and leaves.
LEAVE = CTRL_E + CTRL_U + CTRL_D


@pytest.fixture
def typed(
    session: Session,
    loaded: Loading,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Typed]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "first.tc").write_text("first = 1\n")

    def played(keys: str) -> str:
        file = HistoryFile(str(tmp_path / "state" / "history"))
        with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
            shell = Shell(session, PLAIN, file, loaded)
            pipe.send_text(keys + LEAVE)
            assert shell.loop(Editor(session, PLAIN, file, loaded, shell.warn)) == 0
        return capsys.readouterr().out

    with torch_left_alone():
        yield played


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_is_typed(typed: Typed, name: str) -> None:
    text, says, _, _ = CASES[name]
    text = {"history": ":history 2"}.get(name, text)  # the last is itself
    said = typed("x + 1" + ENTER + text + ENTER)
    assert says in said and (name == "error" or "error[" not in said)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[2]])
def test_wrong_use_is_told_and_the_shell_goes_on(typed: Typed, name: str) -> None:
    _, _, text, says = CASES[name]
    said = typed(text + ENTER + "40 + 2" + ENTER)
    assert says in " ".join(said.split()) and said.startswith("error[") and said.endswith("42   i64\n")


def test_a_name_with_a_question_mark_is_help(typed: Typed) -> None:
    assert typed("?softmax" + ENTER) == typed("softmax?" + ENTER) == typed(":help softmax" + ENTER)


def test_a_repair_is_taken_and_runs(typed: Typed) -> None:
    said = typed("A @ ones(3, 2)" + ENTER + ESCAPE + "1" + ENTER)
    assert "  1  A @ ones(3, 2).T" in said and said.endswith("f32[2, 3]\n  3  3  3\n  7  7  7\n")


def test_the_tour_goes_on_at_enter(typed: Typed) -> None:
    said = typed(":demo" + ENTER + ENTER + CTRL_E + CTRL_U + ENTER)
    assert "1/" in said and "2/" in said and "A: f32[2, 3]" in said


def test_keys_move_to_vi_and_back(typed: Typed) -> None:
    said = typed(":set keys vi" + ENTER + "4 + 4" + ESCAPE + "xa5" + ENTER + ":set keys emacs" + ENTER + "1" + ENTER)
    assert said == "9   i64\n1   i64\n"


@pytest.mark.parametrize("number", range(1, 10))
def test_each_repair_has_a_key(keyboard: Keyboard, number: int) -> None:
    repairs = tuple(f"repair{place}" for place in range(1, 10))
    assert keyboard("typed" + ESCAPE + str(number) + ENTER, repairs=repairs) == [f"repair{number}"]


def test_a_key_without_a_repair_leaves_the_line(keyboard: Keyboard) -> None:
    assert keyboard("12" + ESCAPE + "3" + LEFT + "0" + ENTER, repairs=("A",))[0].replace("0", "") == "12"


@pytest.mark.parametrize(
    "keys",
    [
        UP,
        DOWN,
        LEFT,
        RIGHT,
        TAB,
        CTRL_E,
        CTRL_U,
        "\x01",
        "\x0b",
        "\x17",
        "\x19",
        "\x1f",
        "\x0c",
        "\x1bb",
        "\x1bf",
        "\x1bd",
    ],
    ids=ascii,
)
def test_a_key_with_nothing_to_do_does_nothing(keyboard: Keyboard, keys: str) -> None:
    assert keyboard(keys + "1" + ENTER) == ["1"]


def test_what_is_typed_before_ctrl_c_is_gone(keyboard: Keyboard) -> None:
    assert keyboard("[1," + ENTER + "2" + CTRL_C, "3" + ENTER, UP + ENTER) == ["dropped", "3", "3"]
