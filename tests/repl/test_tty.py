"""What the terminal does with keys while no line is edited."""

from __future__ import annotations

import os
import pty
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tcalc.repl.tty import echoed, unechoed
from tests.repl.terminal import Terminal


@pytest.fixture
def slave(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A terminal that is standard input."""
    master, slave = pty.openpty()
    with open(slave, closefd=False) as file:
        monkeypatch.setattr(sys, "stdin", file)
        yield slave
    os.close(master)
    os.close(slave)


def has_echo(descriptor: int) -> bool:
    return bool(termios.tcgetattr(descriptor)[3] & termios.ECHO)


def test_the_terminal_is_left_as_it_was(slave: int) -> None:
    before = termios.tcgetattr(slave)
    with pytest.raises(KeyboardInterrupt), unechoed():
        assert not has_echo(slave)
        with echoed():  # a pager runs
            assert has_echo(slave)
        assert not has_echo(slave)
        raise KeyboardInterrupt
    assert termios.tcgetattr(slave) == before


def test_without_a_terminal_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with unechoed():
            assert not nothing.isatty()


def test_what_is_typed_ahead_stands_on_the_next_line_alone(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.wait_for_prompt(1)
    terminal.send("n = sum(iterate(x -> x * 0.5, ones(3), 30000))\r")
    terminal.wait(lambda lines: lines[-1].endswith("30000))") and terminal.is_read_by_line())
    terminal.send("1 + 1\r")
    assert terminal.wait_for_prompt(3)[1:] == [
        "tcalc> n = sum(iterate(x -> x * 0.5, ones(3), 30000))",
        "n: f32 = 0",
        "tcalc> 1 + 1",
        "2   i64",
        "tcalc>",
    ]
    terminal.send("\x04")
    assert terminal.end() == 0
