"""What people see at 40 by 12: nothing is wider than the terminal, and nothing is broken inside of a word."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tcalc.commands import run_command
from tcalc.commands.desk import Desk
from tcalc.errors import TcalcError
from tcalc.outcomes import Failed
from tcalc.repl.live import Said, line
from tcalc.repl.render import replies
from tcalc.repl.signatures import Signature
from tcalc.session import Session
from tcalc.show.broken import broken
from tcalc.show.glimpse import Glimpse
from tcalc.show.palette import Style
from tcalc.show.visible import cells
from tcalc.source import Source

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))
sys.path.insert(0, str(Path(__file__).parent))

from driver import torch_left_alone
from terminal import Terminal

ENTER, TAB, CTRL_R = "\r", "\t", "\x12"

NAMES = """A = [[1., 2., 3.], [4., 5., 6.]]; B = ones(4, 3); w = [0.5, -1., 2.];
x: f32[batch=2, feat=3] = A; large = ones(2000, 2000); steps = arange(2000.);
k1 = ones(4); k2 = ones(3); ups = ones(100); downs = ups[:, None]; a = 2.; b = 3.; c = 1.; z = (a + b) * (b - c);
loss = sum((A @ w - [1., 2.])^2);"""
WIDTH = 40


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A shell without colours that knows the names."""
    terminal = Terminal(tmp_path_factory.mktemp("narrow"), columns=WIDTH, rows=12, PAGER="less", LESS="")
    terminal.banner = terminal.wait_for_prompt(1)
    terminal.send(f"\x1b[200~{NAMES}\x1b[201~" + ENTER)
    terminal.wait(lambda lines: lines[-1] == "tcalc>")
    terminal.clear()
    yield terminal
    terminal.child.close(force=True)


def test_the_first_screen(shell: Terminal) -> None:
    first, second, prompt = shell.banner
    assert first.startswith("tcalc 0.1.0 · torch 2.") and first.endswith(" · cpu · f32")
    assert (second, prompt) == (":help   :demo   Ctrl-D leaves", "tcalc>")


#: What is typed, and the lines that Enter puts below it.
RUN = {
    "A @ A.T": ["f32[2, 2]", "  14  32", "  32  77"],
    "max[1](A)": ["values: f32[2]    3  6", "indices: i64[2]   2  2"],
    "x": ["f32[batch=2, feat=3]", "  batch ↓ feat →", "  1  2  3", "  4  5  6"],
    "steps / 2000": [
        "f32[2000]   0 ████████ 1.00",
        "    mean 0.500  std 0.289",
        "  0.0000  0.0005  …  0.9990  0.9995",
    ],
    "grad[w](loss)": ["f32[3]   2 * A.T @ (A @ w - [1, 2])", "  63  84  105"],
    "grad(z)": ["a: f32   2    b - c", "b: f32   7    2 * b + a - c", "c: f32   -5   -(a + b)"],
    "A @ B": [
        "error[shape]: A's last axis is 3, B's",
        "  first is 4",
        "  A @ B",
        "  ─   ─",
        "  │   f32[4, 3]",
        "  │   4: B = ones(4, 3), line 1",
        "  f32[2, 3]",
        "  3: A = [[1., 2., 3.], [4., 5., 6.]], …",
        "  1  A @ B.T → f32[2, 4]",
    ],
    "grad[w](A @ w)": [
        "error[grad]: A @ w is f32[2] (2",
        "  numbers); a gradient is of a scalar",
        "  grad[w](A @ w)",
        "          ─────",
        "          f32[2]",
        "  1  grad[w](sum(A @ w)) → f32[3]",
        "  2  jacobian[w](A @ w) → f32[2, 3]",
        "  3  vjp[w](A @ w, v) with v: f32[2]",
        "     → f32[3]",
    ],
    "sum(downs - ups)": [
        "0   f32",
        "note: both sides grew, f32[100, 1] −",
        "  f32[100] → f32[100, 100], 100 × as",
        "  many numbers",
        "  1  sum(downs - ups[:, None]) → f32",
    ],
    ":set autoclose": [
        "autoclose off   Brackets and quotes",
        "                close themselves as one",
        "                types.",
    ],
    "?relu": [
        "relu   Each element, or 0 where it is",
        "       negative.",
        "  relu(x: real[*s]) -> real[*s]",
        "  relu([-1., 2.])  #=> [0.0, 2.0]",
        "  also: torch.nn.functional.relu",
    ],
}


@pytest.mark.parametrize("typed", RUN)
def test_a_text_and_what_comes_of_it(shell: Terminal, typed: str) -> None:
    lines = [f"tcalc> {typed}", *RUN[typed], "tcalc>"]
    shell.clear()
    shell.send(typed + ENTER)
    shell.wait(lambda shown: shown[-len(lines) :] == lines)


#: What is typed, and the line below it.
LIVE = {
    "softmax[-1](A @ ones(3, 4))": " f32[2, 4]",
    "max[1](A)": " values: f32[2], indices: i64[2]",
    "large @ large": " f32[2000, 2000] · 16.0 GFLOP",
    "A @ ones(2, 3)": " shape: A's last axis is 3, the right …",
    "A @ ": " ? must be f32[3] or f32[3, ?]",
    'load("': "                    load(path: text, …)",
    ":vars": " :vars   The names that are bound, wit…",
}


@pytest.mark.parametrize("typed", LIVE)
def test_the_line_below_what_is_typed(shell: Terminal, typed: str) -> None:
    shell.see(typed, lines=[f"tcalc> {typed}".rstrip(), LIVE[typed]])


def test_the_menu_has_room_for_types(shell: Terminal) -> None:
    shell.clear()
    shell.send("A @ k" + TAB)
    lines = shell.wait(lambda lines: len(lines) > 3)
    assert [line.split() for line in lines[1:3]] == [["k2", "f32[3]"], ["k1", "f32[4]"]]
    shell.clear()
    shell.send("bi" + TAB)  # among them is a name of 34 letters
    shell.wait(lambda lines: any("(a, b)  Bit" in line for line in lines))


def test_what_is_longer_than_the_line_goes_on_below(shell: Terminal) -> None:
    text = "12345678 + 12345678 + 12345678 + 1234567"
    shell.see(text, lines=["tcalc> 12345678 + 12345678 + 12345678 +", "    .. 1234567", " i64 = 38271601"])


def test_a_search(shell: Terminal) -> None:
    shell.see("first = 10" + ENTER, lines=["tcalc> first = 10", "first: i64 = 10", "tcalc>"])
    shell.clear()
    shell.send(CTRL_R + "rst =")
    shell.wait(lambda lines: lines[0] == "tcalc> first = 10" and lines[-2] == "I-search backward: rst =")
    shell.wait(lambda lines: lines[-1] == " first: i64 = 10")
    shell.send("nowhere")
    shell.wait(lambda lines: lines[-1] == " nothing before has this in it")


def test_a_plot_and_a_histogram(shell: Terminal) -> None:
    for command, name in ((":plot A[0] A[1]", "A[0]"), (":hist steps", "steps")):
        shell.clear()
        lines = shell.run(command)
        assert len(lines) <= 10 and lines[-1].endswith(name) and "└" in lines[-3]


def test_the_pager(shell: Terminal) -> None:
    shell.clear()
    shell.send(":more steps" + ENTER)
    lines = shell.wait(lambda lines: lines[0] == "steps: f32[2000]" and lines[-1] == ":")
    assert len(lines) == 12 and lines[1].split() == ["[0]", "0", "1", "2", "3", "4"]
    shell.send("q")
    shell.wait(lambda lines: lines[-1] == "tcalc>")


def test_an_interrupt(shell: Terminal) -> None:
    shell.clear()
    shell.send("u = svd(large)" + ENTER)
    shell.wait(lambda lines: lines == ["tcalc> u = svd(large)"] and shell.is_read_by_line())
    time.sleep(0.3)  # the editor has handed the terminal back; now it runs
    shell.child.sendintr()
    lines = shell.wait(lambda lines: lines[-1] == "tcalc>")
    assert lines[1].startswith("interrupted") and all(line.startswith("  ") for line in lines[2:-1])


# What is printed, without a terminal

PRINTED = [
    ":help",
    ":help keys",
    ":help commands",
    ":help layer_norm",
    ":help rewrites",
    ":apropos matrix",
    ":explain softmax[-1](A @ w) + sum(w^2)",
    ":plan A @ A.T @ A @ w",
    ":time 3 A @ w",
    ":error",
    ":error shape",
    ":set",
    ":demo",
    ":gradcheck sum((A @ w)^2)",
    ":plot w",
    ":hist x",
    ":heat A",
    "A @ A @ nope",
    "x + zeros(4)",
    "randn(300, 300)",
    "softmax(A, 5)",
    "for i in x",
    "svd(A)",
    'load("no_such_file_of_this_name_anywhere.npy")',
    "[1 + 2j, 3.123456789 - 4j]",
    "[1e30, 1e-30, nan, inf]",
    "ones(2, 2, 2, 2)",
]


@pytest.mark.parametrize("text", PRINTED)
def test_nothing_is_wider_than_the_terminal(text: str) -> None:
    style, session = Style(unicode=True, terminal=True), Session()
    with torch_left_alone():
        session.record()
        list(session.run(Source(NAMES)))
        try:
            outcomes = run_command(session, Source(text), Desk(list)) if text[0] == ":" else session.run(Source(text))
        except TcalcError as error:
            outcomes = [Failed(error)]
        for reply in replies(outcomes, style, WIDTH, "Alt-1 puts it on the line", height=12, settings=session.settings):
            for each in [*reply.text.split("\n"), *(reply.paged or ())]:
                assert cells(each) <= WIDTH, each


@pytest.mark.parametrize(("role", "shown"), [("note", True), ("error", False)])
def test_the_signature_is_worth_more_than_the_end_of_a_long_note(role: str, shown: bool) -> None:
    told = Said("", Glimpse("what must come next, at some length", role), Signature("f(a, ", "size", ") -> f32"))
    parts = line(told, Style(unicode=True, terminal=True), WIDTH)
    text = "".join([part[1] for part in parts])
    assert cells(text) < WIDTH and ("size" in text) == shown
    assert ("class:live.current", "size") in parts or text == " what must come next, at some length"


def test_what_may_be_copied_is_not_broken() -> None:
    style, session = Style(unicode=True, terminal=True), Session()
    with torch_left_alone():
        list(session.run(Source("first = ones(2, 2); second = ones(2, 2)")))
        answer = run_command(session, Source(":code first @ second + second - first * second"))
        (reply,) = replies(answer, style, WIDTH // 2)
    assert reply.text == "first @ second + second - first * second"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("", [""]),
        ("a sentence of many words", ["a sentence", "  of many", "  words"]),
        ("  name   what it is for", ["  name", "    what it", "    is for"]),
        ("a   what it is", ["a   what it", "    is"]),
        ("a name   here", ["a name", "  here"]),
        ("averylongword and more", ["averylongword", "  and more"]),
    ],
)
def test_lines_are_broken_between_words(text: str, lines: list[str]) -> None:
    assert broken(text, 11) == lines
