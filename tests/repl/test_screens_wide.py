"""What people see at 80 by 24: the whole screen after each scene, as text."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from terminal import Terminal

ENTER, ALT_ENTER, TAB, ESCAPE, CTRL_C, CTRL_R = "\r", "\x1b\r", "\t", "\x1b", "\x03", "\x12"
UP, RIGHT = "\x1b[A", "\x1b[C"

NAMES = """A = [[1., 2., 3.], [4., 5., 6.]]; B = ones(4, 3); w = [0.5, -1., 2.];
x: f32[batch=2, feat=3] = A; large = ones(2000, 2000); steps = arange(2000.);
k1 = ones(4); k2 = ones(3); ups = ones(100); downs = ups[:, None]; a = 2.; b = 3.; c = 1.; z = (a + b) * (b - c);
loss = sum((A @ w - [1., 2.])^2);"""


def paste(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


def opened(folder: Path, **environment: str) -> Terminal:
    """A shell that knows the names, in a folder with a file that can be loaded and one that cannot."""
    (folder / "data").mkdir()
    (folder / "weights.csv").write_text("1,2\n3,4\n")
    (folder / "notes.txt").write_text("")
    before = Path.cwd()
    os.chdir(folder)
    try:
        terminal = Terminal(folder / "state", PAGER="less", LESS="", **environment)
    finally:
        os.chdir(before)
    terminal.banner = terminal.wait_for_prompt(1)
    terminal.send(paste(NAMES) + ENTER)
    terminal.wait_for_prompt(2)
    return terminal


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A shell without colours, in which nothing is suggested."""
    terminal = opened(tmp_path_factory.mktemp("wide"))
    yield terminal
    terminal.child.close(force=True)


@pytest.fixture(scope="module")
def coloured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A shell in colour."""
    terminal = opened(tmp_path_factory.mktemp("coloured"), NO_COLOR="")
    yield terminal
    terminal.child.close(force=True)


def test_the_first_screen(shell: Terminal) -> None:
    first, prompt = shell.banner
    assert first.startswith("tcalc 0.1.0 · torch 2.") and first.endswith(
        " · cpu · f32    :help   :demo   Ctrl-D leaves"
    )
    assert prompt == "tcalc>"


#: What is typed, and the lines that Enter puts below it.
RUN = {
    "y = [[1., 2.], [3., 4.]]": ["y: f32[2, 2]"],
    "A @ A.T": ["f32[2, 2]", "  14  32", "  32  77"],
    "loss": ["61.25   f32"],
    "nll = loss / 2": ["nll: f32 = 30.625"],
    "max[1](A)": ["values: f32[2]    3  6", "indices: i64[2]   2  2"],
    "x": ["f32[batch=2, feat=3]", "  batch ↓ feat →", "  1  2  3", "  4  5  6"],
    "sum[feat](x)": ["f32[batch=2]", "  6  15"],
    "steps / 2000": [
        "f32[2000]   0 ████████ 1.00   mean 0.500  std 0.289",
        "  0.0000  0.0005  0.0010  0.0015  0.0020  …  0.9980  0.9985  0.9990  0.9995",
    ],
    "A;": [],
    "grad[w](loss)": ["f32[3]   2 * A.T @ (A @ w - [1, 2])", "  63  84  105"],
    "grad(z)": ["a: f32   2    b - c", "b: f32   7    2 * b + a - c", "c: f32   -5   -(a + b)"],
    "A @ B": [
        "error[shape]: A's last axis is 3, B's first is 4",
        "  A @ B",
        "  ─   ─",
        "  │   f32[4, 3]   4: B = ones(4, 3), line 1",
        "  f32[2, 3]       3: A = [[1., 2., 3.], [4., 5., 6.]], line 1",
        "  1  A @ B.T → f32[2, 4]                              Alt-1 puts it on the line",
    ],
    "A @ ?": [
        "error[type]: ? must be f32[3] or f32[3, ?]",
        "  A @ ?",
        "      ─",
        "  k2: f32[3] fits",
        "  w: f32[3] fits",
    ],
    "grad[w](A @ w)": [
        "error[grad]: A @ w is f32[2] (2 numbers); a gradient is of a scalar",
        "  grad[w](A @ w)",
        "          ─────",
        "          f32[2]",
        "  1  grad[w](sum(A @ w)) → f32[3]                     Alt-1 puts it on the line",
        "  2  jacobian[w](A @ w) → f32[2, 3]",
        "  3  vjp[w](A @ w, v) with v: f32[2] → f32[3]",
    ],
    "sum(downs - ups)": [
        "0   f32",
        "note: both sides grew, f32[100, 1] − f32[100] → f32[100, 100], 100 × as many",
        "  numbers",
        "  1  sum(downs - ups[:, None]) → f32                  Alt-1 puts it on the line",
    ],
    ":type A @ A.T": ["f32[2, 2]"],
    ":explain softmax[-1](A @ w)": [
        "A                    f32[2, 3]   line 1: A = [[1., 2., 3.], [4., 5., 6.]]",
        "w                    f32[3]      line 1: w = [0.5, -1., 2.]",
        "A @ w                f32[2]      [n, k], [k] -> [n]   n=2 k=3",
        "softmax[-1](A @ w)   f32[2]      over axis 0 (2)",
    ],
    ":graph z": [
        "          value   ∂z",
        "z = *        10    1",
        "├─ +          5    2",
        "│  ├─ a       2    2   leaf",
        "│  └─ b       3    7   leaf, used twice",
        "└─ -          2    5",
        "   ├─ b                ↑",
        "   └─ c       1   -5   leaf",
    ],
    ":plan large @ large @ ones(2000)": [
        "as written   large @ large @ ones(2000)     16.0 GFLOP   16.0 MB",
        "chain        large @ (large @ ones(2000))   16.0 MFLOP   16.0 kB   1000 × fewer",
        "chain: sums in another order, the last digits may differ",
    ],
    ":code A @ w": ["A @ w"],
    ":formula grad[w](loss)": ["2 * A.T @ (A @ w - [1, 2])"],
    ":heat A": [" :=", "*%@", "1  .:-=+*#%@ 6"],
    ":more x": ["x: f32[batch=2, feat=3]", "  batch ↓ feat →", "  1  2  3", "  4  5  6"],
}


@pytest.mark.parametrize(("typed", "lines"), RUN.items())
def test_a_text_and_what_comes_of_it(shell: Terminal, typed: str, lines: list[str]) -> None:
    shell.see(typed + ENTER, lines=[f"tcalc> {typed}", *lines, "tcalc>"])


#: What is typed, the line below it, and what is underlined: on the line, and below it.
LIVE = {
    "softmax[-1](A @ ones(3, 4))": (" f32[2, 4]", "", ""),
    "6 * 7": (" i64 = 42", "", ""),
    "y = A.T": (" y: f32[3, 2]", "", ""),
    "max[1](A)": (" values: f32[2], indices: i64[2]", "", ""),
    "mean[batch](x)": (" f32[feat=3]", "", ""),
    "large @ large": (" f32[2000, 2000] · 16.0 GFLOP", "", ""),
    "A @ ones(2, 3)": (" shape: A's last axis is 3, the right side's first is 2", "A @ ones(2, 3)", ""),
    "x + (A @ A) * 2": (" shape: A's last axis is 3, A's first is 2", "(A @ A)", ""),
    "nix + A": (" name: there is no nix", "nix", ""),
    "A + ": (" ? must be f32[2, 3], or broadcast to it", "", ""),
    "A @ ": (" ? must be f32[3] or f32[3, ?]", "", ""),
    "sum(A, 0, ": (
        " ? must be True or False                        sum(… keepdim: flag = False, …)",
        "",
        "keepdim: flag = False",
    ),
    "softmax(A, ": (
        " ? must be an axis: 0 or 1            softmax(x: R[*l, n, *r], dim: axis(n), …)",
        "",
        "dim: axis(n)",
    ),
    ":vars": (" :vars   The names that are bound, with their types.", "", ""),
    ":plan A @ A": (" shape: A's last axis is 3, A's first is 2", "A @ A", ""),
}


@pytest.mark.parametrize("typed", LIVE)
def test_the_line_below_what_is_typed(shell: Terminal, typed: str) -> None:
    below, wrong, parameter = LIVE[typed]
    shell.see(typed, lines=[f"tcalc> {typed}".rstrip(), *[below] * bool(below)])
    assert shell.marked(0).strip() == wrong and shell.marked(1).strip() == parameter


#: What is typed, and the menu that Tab opens: its first lines, or all.
MENUS = {
    "A @ k": ["k2             f32[3]", "k1             f32[4]"],
    "max[1](A).": ["values   f32[2]", "indices  i64[2]"],
    "A @ A.": ["T                     The transpose of a matrix; of more axes, mT."],
    "mean[": [
        "batch    an axis of x",
        "feat     an axis of x",
        "0        the first axis",
        "1        the second axis",
        "-1       the last axis",
        "keepdim  flag = False",
    ],
    "layer_norm(A, ": [
        "normalized_shape=  axes",
        "weight=            R[*w] = None",
        "bias=              R[*v] = None",
        "eps=               number = 1e-5",
    ],
    'load("': ["weights.csv", "data/        folder"],
    '"ij,jk->': [
        "ik     sums over j",
        "ijk    sums nothing",
        "i      sums over j, k",
        "j      sums over i, k",
        "k      sums over i, j",
    ],
    ":": ["help       A page on a name or an operator, as ?NAME; alone, this one."],
}


@pytest.mark.parametrize("typed", MENUS)
def test_the_menu(shell: Terminal, typed: str) -> None:
    shell.clear()
    shell.send(typed)
    shell.wait(lambda lines: lines[0] == f"tcalc> {typed}".rstrip())
    shell.send(TAB)
    menu = MENUS[typed]
    shell.wait(lambda lines: [line.strip() for line in lines[1 : 1 + len(menu)]] == menu)
    assert shell.lines()[0] == f"tcalc> {typed}".rstrip()


def test_tab_takes_one_after_the_other(shell: Terminal) -> None:
    shell.clear()
    shell.send("A @ k" + TAB)
    shell.wait(lambda lines: lines[1:] and lines[1].split() == ["k2", "f32[3]"])
    shell.send(TAB)
    shell.wait(lambda lines: lines[0] == "tcalc> A @ k2" and lines[-1] == " f32[2]")
    shell.send(TAB)
    shell.wait(lambda lines: lines[0] == "tcalc> A @ k1" and lines[-1].startswith(" shape: "))


def test_a_greek_letter(shell: Terminal) -> None:
    shell.clear()
    shell.send("\\alpha" + TAB)
    shell.wait(lambda lines: lines[0] == "tcalc> α")


# Lines that go on


def test_a_line_goes_on_further_in(shell: Terminal) -> None:
    first = ["tcalc> f(x: [n],", "   ...   y: [n]) =", "   ...   x @ y"]
    shell.see(f"f(x: [n],{ENTER}y: [n]) ={ENTER}x @ y", lines=[*first, " f: function"])
    shell.see(f"f(x: [n],{ENTER}y: [n]) ={ENTER}x @ y{ENTER}", lines=[*first, "f: function", "tcalc>"])


def test_alt_enter_begins_a_line(shell: Terminal) -> None:
    shell.see(f"1 + 1{ALT_ENTER}2 + 2{ENTER}", lines=["tcalc> 1 + 1", "   ... 2 + 2", "2   i64", "4   i64", "tcalc>"])


def test_a_script_is_pasted_and_runs_at_enter(shell: Terminal) -> None:
    lines = ["tcalc> p = 1", "   ... q = [p,", "   ...      2]", "   ... q + 1"]
    shell.see(paste("p = 1\nq = [p,\n     2]\nq + 1\n"), lines=[*lines, " i64[2]"])
    shell.send(ENTER)
    shell.wait(lambda shown: shown == [*lines, "p: i64 = 1", "q: i64[2]", "i64[2]", "  2  3", "tcalc>"])


def test_of_a_transcript_what_was_typed_is_pasted(shell: Terminal) -> None:
    transcript = "tcalc> p = [1,\n   ... 2]\np: i64[2]\ntcalc> p * 2\ni64[2]\n  2  4\ntcalc>"
    shell.see(paste(transcript), lines=["tcalc> p = [1,", "   ... 2]", "   ... p * 2", " i64[2]"])
    shell.send(CTRL_C)
    shell.wait(lambda lines: lines[-1] == "tcalc>")


# What was typed before


def test_search_and_what_begins_alike(shell: Terminal) -> None:
    shell.see(f"first = 10{ENTER}", lines=["tcalc> first = 10", "first: i64 = 10", "tcalc>"])
    shell.see(f"other = 20{ENTER}", lines=["tcalc> other = 20", "other: i64 = 20", "tcalc>"])
    shell.clear()
    shell.send(CTRL_R + "rst =")
    shell.wait(
        lambda lines: lines[0] == "tcalc> first = 10" and lines[-2:] == ["I-search backward: rst =", " first: i64 = 10"]
    )
    shell.send(ENTER)
    shell.wait(lambda lines: lines[0] == "tcalc> first = 10" and lines[-1] == " first: i64 = 10")
    shell.see("fir" + UP, lines=["tcalc> first = 10", " first: i64 = 10"])


def test_a_repair_is_put_on_the_line(shell: Terminal) -> None:
    shell.clear()
    assert shell.run("A @ B")[0].startswith("error[shape]")
    shell.send(ESCAPE + "1")
    shell.wait(lambda lines: lines[-2:] == ["tcalc> A @ B.T", " f32[2, 4]"])


def test_vi_keys(shell: Terminal) -> None:
    shell.see(":set keys vi" + ENTER, lines=["tcalc> :set keys vi", "tcalc>"])
    shell.send("4 + 4" + ESCAPE)
    shell.wait(lambda lines: lines[-2:] == ["tcalc: 4 + 4", " i64 = 8"])
    shell.send("x")
    shell.wait(lambda lines: lines[-2] == "tcalc: 4 +" and lines[-1].startswith(" ? "))
    shell.send("a5" + ENTER)
    shell.wait(lambda lines: lines[-3:] == ["tcalc> 4 + 5", "9   i64", "tcalc>"])
    shell.run(":set keys emacs")


# Larger answers


def test_a_plot(shell: Terminal) -> None:
    shell.clear()
    lines = shell.run(":plot A[0] A[1]")
    assert (
        lines[0] == "  A[1]"
        and lines[-1].split() == ["A[0]"]
        and lines[-2].split() == ["1.0", "1.5", "2.0", "2.5", "3.0"]
    )
    assert [line.partition("┤")[0].strip() for line in lines if "┤" in line] == ["6", "5", "4"]
    assert lines[-3] == "  └" + "─" * 70 and len(lines) <= 22
    # The line rises from one corner to the other.
    places = [min(place for place, mark in enumerate(line) if mark > "⠀") for line in lines[1:-3]]
    assert places == sorted(places, reverse=True) and places[-1] == 3 and len(lines[1]) == 73


def test_a_histogram(shell: Terminal) -> None:
    shell.clear()
    lines = shell.run(":hist [1., 1., 1., 2.]")
    bars = [line[line.index("│" if "│" in line else "┤") + 1 :] for line in lines if "│" in line or "┤" in line]
    assert bars[0].startswith("█") and not bars[0].strip("█") and bars[-1].endswith("█") and " " in bars[-1]
    assert lines[-1].strip() == "[1., 1., 1., 2.]" and len(lines) <= 22


def test_the_names(shell: Terminal) -> None:
    shell.clear()
    shell.send(":vars" + ENTER)
    lines = shell.wait(lambda lines: len(lines) > 10 and lines[-1] == "tcalc>")
    assert {"x: f32[batch=2, feat=3]", "z: f32 = 10", "large: f32[2000, 2000]   all 1"} <= {*lines}


def test_a_timing(shell: Terminal) -> None:
    shell.clear()
    line, itself = shell.run(":time 20 A @ w")
    median, spread, runs = line.split("   ")
    assert median.endswith(("µs", "ms")) and " to " in spread and runs == "20 runs"
    assert itself.startswith("a call of torch takes ") and itself.endswith("s by itself")


def test_the_pager(shell: Terminal) -> None:
    shell.clear()
    shell.send(":more steps" + ENTER)
    lines = shell.wait(lambda lines: lines[0] == "steps: f32[2000]" and lines[-1] == ":")
    assert len(lines) == 24 and lines[1:] and lines[1].split() == ["[0]", *map(str, range(11))]
    shell.send("q")
    shell.wait(lambda lines: lines[-1] == "tcalc>")


# Ctrl-C and Ctrl-D


def test_ctrl_c_drops_what_is_typed(shell: Terminal) -> None:
    shell.see("half a li" + CTRL_C, lines=["tcalc> half a li", "tcalc>"])
    shell.see(f"[1,{ENTER}2{CTRL_C}", lines=["tcalc> [1,", "   ...  2", "tcalc>"])


def test_ctrl_c_ends_what_runs(shell: Terminal) -> None:
    shell.clear()
    shell.send("u = svd(large)" + ENTER)
    shell.wait(lambda lines: lines == ["tcalc> u = svd(large)"] and shell.is_read_by_line())
    time.sleep(0.3)  # the editor has handed the terminal back; now it runs
    shell.child.sendintr()
    lines = shell.wait(lambda lines: lines[-1] == "tcalc>")
    assert lines[1].startswith("interrupted") and len(lines) == 3
    assert shell.run("u")[0] == "error[name]: there is no u"
    assert shell.run("sum(w)") == ["1.5   f32"]


# Colours


def test_the_colours_of_a_line(coloured: Terminal) -> None:
    coloured.clear()
    coloured.send('sum(A) + 1.5 # "no"')
    coloured.wait(lambda lines: lines[0].startswith('tcalc> sum(A) + 1.5 # "no"'))
    coloured.wait(lambda _: coloured.marked(0, "cyan") == "sum")
    assert coloured.marked(0, "magenta") == "1.5"


def test_the_other_bracket_is_marked(coloured: Terminal) -> None:
    coloured.clear()
    coloured.send("(sum([1, 2])")
    cells = coloured.screen.buffer[0]
    coloured.wait(lambda _: [place for place in range(30) if cells[place].bold] == [11, 18])
    coloured.send(")")
    coloured.wait(lambda _: [place for place in range(30) if cells[place].bold] == [7, 19])
    assert cells[7].fg == cells[19].fg == "green"


def test_what_stands_there_in_grey_is_taken(coloured: Terminal) -> None:
    coloured.clear()
    coloured.run("kept = 1 + 40")
    coloured.clear()
    coloured.send("kept = 1")
    coloured.wait(lambda lines: lines[0] == "tcalc> kept = 1 + 40" and coloured.marked(0, "brightblack") == "+ 40")
    assert coloured.screen.cursor.x == len("tcalc> kept = 1")
    coloured.send(RIGHT)
    coloured.wait(lambda lines: lines == ["tcalc> kept = 1 + 40", " kept: i64 = 41"])
    assert coloured.marked(0, "brightblack") == ""


def test_what_is_wrong_is_red(coloured: Terminal) -> None:
    coloured.clear()
    coloured.send("B + (A @ A)")
    coloured.wait(lambda lines: lines[-1] == " shape: A's last axis is 3, A's first is 2")
    assert coloured.marked(0, "red") == coloured.marked(0) == "(A @ A)"
    assert coloured.marked(1, "red") == "shape: A's last axis is 3, A's first is 2"


def test_ctrl_d_leaves(coloured: Terminal) -> None:
    coloured.clear()
    coloured.send("\x04")
    assert coloured.end() == 0
