"""Whole sessions on a real (pseudo-)terminal, its screen compared as text."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    terminal.wait_for_prompt(1)
    yield terminal
    terminal.child.close(force=True)


def test_a_session_as_it_looks(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("A = [[1., 2., 3.], [4., 5., 6.]]")
    terminal.run("A @ A.T")
    terminal.send("[1,\r2]\r")
    terminal.wait_for_prompt(4)
    terminal.send("half a li\x03")
    terminal.wait_for_prompt(5)
    terminal.run("A @ A")
    banner, *lines = terminal.lines()
    assert banner.endswith("cpu · f32    :help   :demo   Ctrl-D leaves")
    assert lines == [
        "tcalc> A = [[1., 2., 3.], [4., 5., 6.]]",
        "A: f32[2, 3]",
        "tcalc> A @ A.T",
        "f32[2, 2]",
        "  14  32",
        "  32  77",
        "tcalc> [1,",
        "   ...  2]",
        "i64[2]",
        "  1  2",
        "tcalc> half a li",
        "tcalc> A @ A",
        "error[shape]: A's last axis is 3, A's first is 2",
        "  A @ A",
        "  ─   ─",
        "  │   f32[2, 3]   2: A = [[1., 2., 3.], [4., 5., 6.]], line 1",
        "  f32[2, 3]       3: A = [[1., 2., 3.], [4., 5., 6.]], line 1",
        "  1  A @ A.T → f32[2, 2]                              Alt-1 puts it on the line",
        "  2  A.T @ A → f32[3, 3]",
        "  3  A * A → f32[2, 3]",
        "tcalc>",
    ]
    terminal.send("\x04")
    assert terminal.end() == 0
    assert (tmp_path / "tcalc" / "history").read_text().splitlines()[:2] == [
        '"A = [[1., 2., 3.], [4., 5., 6.]]"',
        '"A @ A.T"',
    ]


def test_ctrl_c_while_torch_is_busy(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "--threads", "1", "--seed", "3")
    terminal.wait_for_prompt(1)
    terminal.run("big = randn(2000, 2000);")
    terminal.run("before = rand(3);")
    terminal.send("u = svd(big)\r")
    # The editor, to which Ctrl-C is a key, hands the terminal back before the statement runs.
    terminal.wait(lambda lines: "tcalc> u = svd(big)" in lines and terminal.is_read_by_line())
    time.sleep(0.2)
    terminal.send("\x03")
    lines = terminal.wait_for_prompt(4)
    assert lines[-2].startswith("interrupted")
    assert terminal.run("before.shape") == ["i64[1]", "  3"]
    assert terminal.run("u")[0] == "error[name]: there is no u"
    drawn = terminal.run("rand(3)")
    terminal.send("exit()\r")
    assert terminal.end() == 0

    quiet = Terminal(tmp_path, "--threads", "1", "--seed", "3")
    quiet.wait_for_prompt(1)
    quiet.run("big = randn(2000, 2000);")
    quiet.run("before = rand(3);")
    assert quiet.run("rand(3)") == drawn
    quiet.send("\x04")
    assert quiet.end() == 0


def test_keys_before_the_editor_is_there_are_not_lost_and_leaving_waits_for_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.wait(lambda lines: lines[-1] == "tcalc>")  # drawn, and nothing that reads keys is loaded yet
    terminal.send("1 + 1\r\x04")
    assert terminal.end() == 0
    assert terminal.lines()[1:3] == ["tcalc> 1 + 1", "2   i64"]


def test_tab_completes(terminal: Terminal) -> None:
    terminal.send("softp\t")
    terminal.wait(lambda lines: "tcalc> softplus" in lines)
    terminal.send("\x03:v\t")
    terminal.wait(lambda lines: "tcalc> :vars" in lines)


def test_a_pasted_block_runs_as_one(terminal: Terminal) -> None:
    terminal.send("\x1b[200~a = 2\rb = [a,\r3]\r\x1b[201~")
    terminal.wait(lambda lines: lines[-1] == "   ... 3]")
    terminal.send("\r")
    assert terminal.wait_for_prompt(2)[1:] == [
        "tcalc> a = 2",
        "   ... b = [a,",
        "   ... 3]",
        "a: i64 = 2",
        "b: i64[2]",
        "tcalc>",
    ]


def test_a_dumb_terminal_reads_lines(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, TERM="dumb")
    terminal.wait_for_prompt(1)
    terminal.send("[1,\r")
    terminal.wait(lambda lines: lines[-1].startswith("   ..."))
    terminal.send("2]\r")
    lines = terminal.wait_for_prompt(2)
    assert lines[-3:] == ["i64[2]", "  1  2", "tcalc>"]
    terminal.child.kill(signal.SIGINT)
    terminal.send("1 +\r\x04")
    assert terminal.end() == 0
