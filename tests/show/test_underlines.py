"""Underlines on a terminal: pyte's screen and wcwidth say which cells a fault takes, and those are underlined."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from typing import TextIO

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcswidth

from tcalc.errors import Mark, TcalcError
from tcalc.show.diagnostics import error_text
from tcalc.show.palette import PLAIN, Style, style_of
from tcalc.source import Source, Span

UNICODE = Style(unicode=True, terminal=True)
ASCII = Style(escaped=True, terminal=True)

ROWS = 12

#: What lines are made of: narrow, wide, combining, joined, invisible, from right to left, obeyed by terminals.
PARTS = (
    *("a", "x @ y", " ", "  ", "[", "(", '"', "é", "e\u0301", "日", "本語", "한", "ｆ", "\t", "π", "Ω\u0302"),
    *(
        "👩\u200d👧",
        "👍",
        "\u200b",
        "\u200f",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\x1b[31m",
        "\x00",
        "\x7f",
        "\x85",
        "\ud800",
    ),
    *("שלום", "م", "مرحبا", "ﬁ", "\u3164", "❤\ufe0f", "\U000e0001", "\\", "…"),
)


def shown(character: str, column: int) -> str:
    """What stands for a character: itself, blanks to the next stop, or an escape of Python's."""
    if character == "\t":
        return " " * (4 - column % 4)
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co") or character in "\u3164\ufe0f"
    return character.encode("unicode_escape").decode() if hidden else character


def laid_out(line: str) -> tuple[str, list[int]]:
    """A whole line as it is shown, and the cell at which each of its characters begins, and the last one ends."""
    text, columns = "", [0]
    for character in line:
        text += shown(character, columns[-1])
        columns.append(wcswidth(text))
    return text, columns


def screen_of(text: str, width: int) -> pyte.Screen:
    """A terminal that a text was printed on."""
    screen = pyte.Screen(width, ROWS)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    return screen


def underlined(text: str, width: int, line: str = "─") -> tuple[str, list[int]]:
    """What stands above the underline on a terminal, and which cells are underlined."""
    screen = screen_of(text, width)
    row = next(row for row in range(ROWS) if set(screen.display[row].strip()) == {line})
    cells = [column for column in range(width) if screen.buffer[row][column].data == line]
    return "".join(screen.buffer[row - 1][column].data for column in cells), cells


def fault(line: str, first: int, last: int, **marks: str) -> TcalcError:
    """An error at a place of a line; not all of the line, which would need no underline."""
    span = Span(Source(line + "\n;"), first, last)
    return TcalcError("type", "no", span, marks=[Mark(span, **marks)] if marks else [])


def composed(text: str) -> str:
    """pyte puts a letter and its accents together where it can."""
    return unicodedata.normalize("NFC", text)


lines = st.lists(st.sampled_from(PARTS), min_size=1, max_size=14).map("".join)


@st.composite
def faults(draw: st.DrawFn) -> tuple[str, int, int]:
    """A line and a place in it of one cell or more, which splits no letter from its accents."""
    line = draw(lines.filter(lambda line: wcswidth(laid_out(line)[0]) > 0 and not unicodedata.combining(line[0])))
    stops = [place for place in range(len(line)) if not unicodedata.combining(line[place])] + [len(line)]
    first, last = sorted(draw(st.lists(st.sampled_from(stops), min_size=2, max_size=2, unique=True)))
    return line, first, last


@settings(max_examples=60)
@given(faults())
def test_the_underline_takes_the_cells_of_the_fault(case: tuple[str, int, int]) -> None:
    line, first, last = case
    text, columns = laid_out(line)
    above, cells = underlined(error_text(fault(line, first, last), UNICODE, width=250), 250)
    assert cells == list(range(2 + columns[first], 2 + columns[last]))
    whole = "".join(shown(character, columns[place]) for place, character in enumerate(line))
    assert whole == text
    assert composed(above) == composed("".join(shown(line[place], columns[place]) for place in range(first, last)))


@settings(max_examples=60)
@given(faults())
def test_where_only_ascii_is_shown(case: tuple[str, int, int]) -> None:
    line, first, last = case
    text = error_text(fault(line, first, last), ASCII, width=600)
    assert text.isascii()
    above, cells = underlined(text, 600, "-")
    assert len(cells) == len(above)
    assert above.replace(" ", "") == "".join(
        character if character.isascii() and character.isprintable() else character.encode("unicode_escape").decode()
        for character in line[first:last].replace("\t", " ")
    ).replace(" ", "")


@settings(max_examples=60)
@given(faults(), st.sampled_from([20, 40, 80, 120]), st.integers(0, 500), st.integers(0, 500))
def test_a_long_line_is_cut_around_the_fault(case: tuple[str, int, int], width: int, left: int, right: int) -> None:
    part, first, last = case
    line = "日x " * (left // 4) + part + " y語" * (right // 4)
    first, last = first + left // 4 * 3, last + left // 4 * 3
    text = error_text(
        fault(line, first, last, type="f32[batch=32, 1000]", fixed="4: B = ones(4, 3), line 2"), UNICODE, width=width
    )
    for drawn in text.split("\n"):
        assert wcswidth(drawn) <= width
    above, cells = underlined(text, width)
    assert cells == list(range(cells[0], cells[-1] + 1))
    begins = shown(line[first], 0)[0]
    assert unicodedata.normalize("NFD", above)[0] in (unicodedata.normalize("NFD", begins)[0], "…")


def test_the_fault_in_the_middle_of_a_line_of_a_thousand_columns() -> None:
    line = "[" + "1.0, " * 100 + "A @ B" + ", 1.0" * 100 + "]"
    place = line.index("A")
    for width in (20, 40, 80, 120):
        drawn = error_text(fault(line, place, place + 5), UNICODE, width=width)
        source = drawn.split("\n")[1]
        assert wcswidth(source) <= width and source.strip().startswith("…") and source.endswith("…")
        assert wcswidth(source) > width - 6
        assert underlined(drawn, width)[0] == "A @ B"


def test_two_faults_far_apart_are_both_in_sight() -> None:
    line = "(" + " + ".join(["x1"] * 100) + ") @ " + "(" + " + ".join(["y2"] * 100) + ")"
    half = line.index("@")
    source = Source(line + "\n;")
    marks = [Mark(Span(source, 0, half - 1), "f32[2, 3]"), Mark(Span(source, half + 2, len(line)), "f32[4, 3]")]
    drawn = error_text(TcalcError("shape", "no", marks=marks), UNICODE, width=50)
    assert (
        drawn
        == """\
error[shape]: no
  (x1 + x1 + x1 + x1 + …@ (y2 + y2 + y2 + y2 + …
  ──────────────────────  ──────────────────────
  │                       f32[4, 3]
  f32[2, 3]"""
    )


def test_three_faults_and_two_that_overlap() -> None:
    source = Source("where(a, 日b, c) + 1")
    spans = [Span(source, 6, 7), Span(source, 9, 11), Span(source, 13, 14)]
    error = TcalcError("shape", "no", marks=[Mark(span, f"f32[{n}]", f"{n}: x") for n, span in enumerate(spans)])
    assert (
        error_text(error, UNICODE)
        == """\
error[shape]: no
  where(a, 日b, c) + 1
        ─  ───  ─
        │  │    f32[2]   2: x
        │  f32[1]        1: x
        f32[0]           0: x"""
    )
    error = TcalcError("shape", "no", marks=[Mark(Span(source, 0, 15), "f32[2]"), Mark(spans[2], "f32[3]")])
    assert (
        error_text(error, UNICODE)
        == """\
error[shape]: no
  where(a, 日b, c) + 1
  ────────────────
  │             f32[3]
  f32[2]"""
    )


def test_the_ends_of_lines_and_of_the_text() -> None:
    for text, first, last in (("f(x", 3, 3), ("f(x\n", 3, 4), ("f(x\n\n", 4, 5), ("\tf(x", 4, 4)):
        source = Source(text)
        drawn = error_text(TcalcError("syntax", "no", Span(source, first, last)), UNICODE, located=True)
        above, underline = drawn.split("\n")[1:]
        assert len(underline.rstrip()) == len(above) + 1 and underline.strip() == "─"
    assert error_text(TcalcError("syntax", "no", Span(Source(""), 0, 0)), UNICODE, located=True).endswith(
        "\n             ─"
    )


def test_a_span_of_several_lines_in_a_narrow_terminal() -> None:
    line = "x = [" + "1, " * 30
    source = Source(line + "\n 2]\n;")
    drawn = error_text(TcalcError("shape", "no", Span(source, 4, len(line) + 4)), UNICODE, width=40)
    assert drawn.split("\n")[-1] == "  … to line 2"
    assert max(map(wcswidth, drawn.split("\n"))) <= 40


def test_a_long_name_of_a_file_has_a_line_of_its_own() -> None:
    source = Source("A @ B + 1", "a/folder/in/a/folder/program.tc")
    error = TcalcError("shape", "no", Span(source, 0, 5))
    assert (
        error_text(error, UNICODE, width=40, located=True)
        == """\
error[shape]: no
  a/folder/in/a/folder/program.tc:1
  A @ B + 1
  ─────"""
    )
    assert "program.tc:1  A @ B" in error_text(error, UNICODE, located=True)


def test_a_label_that_does_not_fit_moves_to_the_left() -> None:
    source = Source("x" * 25 + " @ y;")
    error = TcalcError(
        "shape", "no", marks=[Mark(Span(source, 28, 29), "f32[batch=32, chan=16]", "4: y = ones(4), line 2")]
    )
    assert (
        error_text(error, UNICODE, width=36)
        == """\
error[shape]: no
  xxxxxxxxxxxxxxxxxxxxxxxxx @ y;
                              ─
              f32[batch=32, chan=16]
              4: y = ones(4), line 2"""
    )


def test_a_log_gets_whole_labels() -> None:
    source = Source("x" * 60 + " @ y;")
    error = TcalcError("shape", "no", marks=[Mark(Span(source, 63, 64), "f32[4]", "4: y = " + "z" * 100)])
    assert "z" * 100 in error_text(error, PLAIN, located=True)
    assert "z" * 100 not in error_text(error, UNICODE, located=True)


def test_words_from_right_to_left_keep_their_cells_where_a_terminal_turns_them_round() -> None:
    line = "שלום @ עולם + 1"
    text = error_text(fault(line, 7, 11), Style(unicode=True, reorders=True))
    assert text.split("\n")[1] == "  \u200eשלום\u200e @ \u200eעולם\u200e + 1"
    assert text.split("\n")[2] == "         ────"
    assert "\u200e" not in error_text(fault(line, 7, 11), UNICODE)


# What is asked for, and what a stream can show


@contextmanager
def terminal(encoding: str = "utf-8") -> Iterator[TextIO]:
    """A stream that leads to a terminal."""
    master, slave = os.openpty()
    with os.fdopen(slave, "w", encoding=encoding) as stream:
        yield stream
    os.close(master)


COLOURS: list[tuple[Mapping[str, str], str, bool]] = [
    ({}, "auto", True),
    ({}, "never", False),
    ({"TERM": "dumb"}, "auto", False),
    ({"TERM": "dumb"}, "always", True),
    ({"NO_COLOR": "1"}, "auto", False),
    ({"NO_COLOR": ""}, "auto", True),
    ({"NO_COLOR": "1"}, "always", True),
    ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, "auto", False),
    ({"CLICOLOR": "0"}, "auto", False),
    ({"CLICOLOR": "1"}, "auto", True),
    ({"CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, "auto", True),
    ({"FORCE_COLOR": "1", "TERM": "dumb"}, "auto", True),
    ({"FORCE_COLOR": ""}, "auto", True),
    ({"FORCE_COLOR": "0"}, "auto", False),
    ({"FORCE_COLOR": "false"}, "auto", False),
    ({"FORCE_COLOR": "1"}, "never", False),
    ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", False),
    ({"FORCE_COLOR": "1", "CLICOLOR": "0"}, "auto", True),
    ({"FORCE_COLOR": "0", "CLICOLOR_FORCE": "1"}, "auto", False),
    ({"TERM": "unknown"}, "auto", False),
]


@pytest.mark.parametrize(("environment", "option", "coloured"), COLOURS)
def test_colours_on_a_terminal(environment: Mapping[str, str], option: str, coloured: bool) -> None:
    with terminal() as stream:
        assert style_of(stream, option, environment).colour is coloured


ALL = 1 << 24

DEPTHS: list[tuple[Mapping[str, str], int]] = [
    ({"TERM": "xterm"}, 8),
    ({"TERM": "xterm-256color"}, 256),
    ({"TERM": "tmux-256color"}, 256),
    ({"TERM": "xterm-direct"}, ALL),
    ({"TERM": "xterm-kitty"}, ALL),
    ({"TERM": "linux"}, 8),
    ({"TERM": "xterm", "COLORTERM": "truecolor"}, ALL),
    ({"WT_SESSION": "1"}, 256),
    ({}, 8),
    ({"FORCE_COLOR": "1", "TERM": "xterm-256color"}, 8),
    ({"FORCE_COLOR": "2", "TERM": "linux"}, 256),
    ({"FORCE_COLOR": "3", "TERM": "linux"}, ALL),
    ({"FORCE_COLOR": "yes", "TERM": "xterm-256color"}, 256),
    ({"NO_COLOR": "1", "TERM": "xterm-256color"}, 0),
]


@pytest.mark.parametrize(("environment", "colours"), DEPTHS)
def test_how_many_colours_a_terminal_has(environment: Mapping[str, str], colours: int) -> None:
    with terminal() as stream:
        assert style_of(stream, "auto", environment).colours == colours


@pytest.mark.parametrize(
    ("environment", "option", "coloured"),
    [
        ({}, "auto", False),
        ({"CLICOLOR": "1"}, "auto", False),
        ({"CLICOLOR_FORCE": "1"}, "auto", True),
        ({"CLICOLOR_FORCE": "0"}, "auto", False),
        ({"FORCE_COLOR": "3"}, "auto", True),
        ({"FORCE_COLOR": "0"}, "auto", False),
        ({}, "always", True),
    ],
)
def test_colours_elsewhere(environment: Mapping[str, str], option: str, coloured: bool) -> None:
    style = style_of(TextIOWrapper(BytesIO(), encoding="utf-8"), option, environment)
    assert style.colour is coloured and not style.unicode and not style.terminal


@pytest.mark.parametrize(
    ("encoding", "environment", "unicode"),
    [
        ("utf-8", {}, True),
        ("utf-8", {"LANG": "de_DE.UTF-8"}, True),
        ("utf-8", {"LANG": "C.UTF-8", "LC_CTYPE": "C.UTF-8"}, True),
        ("utf-8", {"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
        ("utf-8", {"LANG": "en_US.UTF-8", "LC_ALL": "C"}, False),
        ("utf-8", {"LC_CTYPE": "POSIX"}, False),
        ("ascii", {"LANG": "en_US.UTF-8"}, False),
        ("latin-1", {}, False),
    ],
)
def test_unicode_where_the_terminal_can_show_it(encoding: str, environment: Mapping[str, str], unicode: bool) -> None:
    with terminal(encoding) as stream:
        style = style_of(stream, "auto", environment)
        assert style.unicode is unicode and style.escaped is not unicode and style.terminal


@pytest.mark.parametrize(
    ("environment", "reorders"),
    [
        ({"VTE_VERSION": "7600"}, True),
        ({"KONSOLE_VERSION": "230804"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, True),
        ({"VTE_VERSION": "5202"}, False),
        ({"TERM": "xterm-kitty"}, False),
    ],
)
def test_terminals_that_turn_text_round(environment: Mapping[str, str], reorders: bool) -> None:
    with terminal() as stream:
        assert style_of(stream, "auto", environment).reorders is reorders


def test_no_stream_at_all() -> None:
    style = style_of(None, "auto", {})
    assert not style.unicode and not style.terminal and not style.colour


def test_a_process_whose_output_is_ascii() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tcalc", "-e", 'size = "日本" == siże'],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 3
    assert done.stderr.decode("ascii") == (
        "error[name]: there is no si\\u017ce; did you mean size?\n"
        '  -e:1  size = "\\u65e5\\u672c" == si\\u017ce\n'
        "                                 ---------\n"
    )
