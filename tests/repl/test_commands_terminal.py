"""The tour, the pager and a timing that is interrupted, on a real terminal."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from terminal import Terminal


@pytest.mark.skipif(shutil.which("less") is None, reason="there is no less")
def test_a_tour_a_pager_and_an_interrupt(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, PAGER="less -R", LESS="")
    terminal.wait_for_prompt(1)
    terminal.send(":demo\r")
    terminal.wait(lambda lines: lines[-1] == "tcalc> A = [[1., 2., 3.], [4., 5., 6.]]")
    terminal.send("\r")
    assert terminal.wait_for_prompt(3)[-2] == "A: f32[2, 3]"
    terminal.send("\r")
    terminal.wait(lambda lines: lines[-1] == "tcalc> sum[0](A)")
    terminal.send(" * 2\r")
    assert terminal.wait_for_prompt(5)[-2].split() == ["10", "14", "18"]
    terminal.run(":demo stop")
    terminal.run("big = arange(1000);")
    terminal.send(":more\r")
    lines = terminal.wait(lambda lines: lines[0] == "big: i64[1000]")
    assert lines[-1] == ":" and len(lines) == 24
    terminal.send("q")
    terminal.wait(lambda lines: lines[-1] == "tcalc>")
    terminal.run("A = randn(300, 300);")
    terminal.send(":time 1000000 A @ A\r")
    terminal.wait(lambda lines: lines[-1] == "tcalc> :time 1000000 A @ A" and terminal.is_read_by_line())
    time.sleep(0.3)  # some runs are done by then
    terminal.send("\x03")
    lines = terminal.wait(lambda lines: lines[-1] == "tcalc>")
    assert lines[-2].startswith("interrupted") and " runs" in lines[-3]
    terminal.send("\x04")
    assert terminal.end() == 0
