"""Errors and notes as text: the layout read by eye, and no character of anybody's that a terminal would obey."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tcalc.errors import Mark, Note, Repair, TcalcError
from tcalc.show.diagnostics import error_text, note_text
from tcalc.show.excerpt import Excerpt
from tcalc.show.palette import PLAIN, Style
from tcalc.show.visible import cells, clipped, visible
from tcalc.source import Source, Span

UNICODE = Style(unicode=True)
COLOUR = Style(colour=True, unicode=True)


def span(source: Source, fragment: str, after: int = 0) -> Span:
    """Where a fragment stands in a source."""
    start = source.text.index(fragment, after)
    return Span(source, start, start + len(fragment))


def matmul(source: Source) -> TcalcError:
    return TcalcError(
        "shape",
        "A's last axis is 3, B's first is 4",
        span(source, "A @ B"),
        marks=[
            Mark(span(source, "A"), "f32[2, 3]", "3: A = [[1., 2., 3.], …], line 1"),
            Mark(span(source, "B"), "f32[4, 3]", "4: B = ones(4, 3), line 2"),
        ],
        repairs=[Repair("A @ B.T", "f32[2, 4]")],
    )


def shown(error: TcalcError, style: Style = UNICODE, width: int = 80, located: bool = False) -> str:
    return "\n" + error_text(error, style, width=width, located=located)


def test_an_error_at_the_shell() -> None:
    assert (
        "\n" + error_text(matmul(Source("A @ B")), UNICODE, width=60, hint="Alt-1 puts it on the line")
        == """
error[shape]: A's last axis is 3, B's first is 4
  A @ B
  ─   ─
  │   f32[4, 3]   4: B = ones(4, 3), line 2
  f32[2, 3]       3: A = [[1., 2., 3.], …], line 1
  1  A @ B.T → f32[2, 4]           Alt-1 puts it on the line"""
    )


def test_an_error_in_a_pipe_is_ascii() -> None:
    assert (
        shown(matmul(Source("x = 1\nA @ B", "<stdin>", 7)), PLAIN, located=True)
        == """
error[shape]: A's last axis is 3, B's first is 4
  <stdin>:8  A @ B
             -   -
             |   f32[4, 3]   4: B = ones(4, 3), line 2
             f32[2, 3]       3: A = [[1., 2., 3.], ...], line 1
  1  A @ B.T -> f32[2, 4]"""
    )


def test_colours() -> None:
    assert (
        shown(matmul(Source("A @ B")), COLOUR)
        == """
\x1b[1;31merror[shape]\x1b[0m: A's last axis is 3, B's first is 4
  A @ B
  \x1b[31m─   ─\x1b[0m
  \x1b[31m│\x1b[0m   \x1b[36mf32[4, 3]\x1b[0m   4: B = ones(4, 3), line 2
  \x1b[36mf32[2, 3]\x1b[0m       3: A = [[1., 2., 3.], …], line 1
  1  \x1b[32mA @ B.T\x1b[0m → \x1b[36mf32[2, 4]\x1b[0m"""
    )


def test_marks_without_origins() -> None:
    source = Source("f(x: [n, k], y: [m, k]): [n, m] = x @ y")
    x, y = span(source, "x", 30), span(source, "y", 36)
    error = TcalcError("shape", "k meets m", x.to(y), marks=[Mark(x, "[n, k]"), Mark(y, "[m, k]")])
    assert (
        shown(error)
        == """
error[shape]: k meets m
  f(x: [n, k], y: [m, k]): [n, m] = x @ y
                                    ─   ─
                                    │   [m, k]
                                    [n, k]"""
    )


def test_repairs_and_notes_alone_where_the_whole_line_is_meant() -> None:
    source = Source("grad[w](A @ w)\n")
    repairs = [Repair("grad[w](sum(A @ w))", "f32[3]"), Repair("vjp[w](A @ w, v)", "f32[3]", "with v: f32[2]")]
    repairs.append(Repair("A @ w", "f32[n]", "n = m"))
    notes = ["first", "second →\nthird"]
    error = TcalcError("grad", "A @ w is f32[2]", span(source, "grad[w](A @ w)"), repairs=repairs, notes=notes)
    assert (
        shown(error)
        == """
error[grad]: A @ w is f32[2]
  1  grad[w](sum(A @ w)) → f32[3]
  2  vjp[w](A @ w, v) with v: f32[2] → f32[3]
  3  A @ w if n = m → f32[n]
  first
  second →
  third"""
    )
    assert shown(error, PLAIN, located=True).splitlines()[2:4] == [
        "  <input>:1  grad[w](A @ w)",
        "             --------------",
    ]


def test_no_place_at_all() -> None:
    assert shown(TcalcError("io", "no such file: x.npy")) == "\nerror[io]: no such file: x.npy"


def test_an_empty_span_at_the_end_of_the_input() -> None:
    for text in ("f(x,", "f(x,\n\n  "):
        source = Source(text)
        error = TcalcError("syntax", "a bracket is open", Span(source, len(text), len(text)))
        assert (
            shown(error)
            == """
error[syntax]: a bracket is open
  f(x,
      ─"""
        )


def test_a_span_of_several_lines_shows_the_first() -> None:
    source = Source("x = [1,\n  2,\n  3] + y\n", first_line=5)
    error = TcalcError("shape", "no", marks=[Mark(Span(source, 4, 17), "i64[3]"), Mark(span(source, "y"), "i64[4]")])
    assert (
        shown(error)
        == """
error[shape]: no
  x = [1,
      ─── … to line 7
      i64[3]
  line 7    3] + y
                 ─
                 i64[4]"""
    )


def test_a_span_that_ends_with_its_newline_is_of_one_line() -> None:
    source = Source("y = 1\nz = 2\n")
    assert "…" not in shown(TcalcError("type", "no", Span(source, 4, 6)))


def test_a_mark_in_another_source() -> None:
    define, call = Source("f(x: [n]) = x @ x", "f.tc", 3), Source("1 + f(A)", "g.tc", 7)
    marks = [Mark(span(call, "A"), "f32[2, 3]"), Mark(span(define, "x", 11), "[n]", "line 3")]
    error = TcalcError("shape", "no", span(call, "f(A)"), marks=marks)
    assert (
        shown(error, PLAIN, located=True)
        == """
error[shape]: no
  g.tc:7  1 + f(A)
                -
                f32[2, 3]
  f.tc:3  f(x: [n]) = x @ x
                      -
                      [n]   line 3"""
    )
    assert "\n  line 3  f(x: [n]) = x @ x\n" in shown(error)


def test_a_long_line_is_cut_around_the_fault() -> None:
    source = Source("x = " + "1 + " * 100 + "A @ B" + " + 1" * 100)
    assert (
        shown(matmul(source), width=50)
        == """
error[shape]: A's last axis is 3, B's first is 4
  …1 + 1 + 1 + 1 + 1 + A @ B + 1 + 1 + 1 + 1 + 1…
                       ─   ─
                       │   f32[4, 3]
                       │ 4: B = ones(4, 3), line 2
                       f32[2, 3]
                  3: A = [[1., 2., 3.], …], line 1
  1  A @ B.T → f32[2, 4]"""
    )


def test_an_endless_line_is_not_walked() -> None:
    source = Source("[" + "1.0, " * 2_000_000 + "A @ B]", "<stdin>")
    assert len(error_text(matmul(source), PLAIN, located=True)) < 500


def test_tabs_and_wide_characters_keep_the_underline_in_place() -> None:
    source = Source("\t日本 @ e\u0301 + b")
    marks = [
        Mark(span(source, "日本"), "f32[2]"),
        Mark(span(source, "e\u0301"), "f32[3]"),
        Mark(span(source, "b"), "i64"),
    ]
    assert (
        shown(TcalcError("shape", "no", marks=marks))
        == """
error[shape]: no
      日本 @ e\u0301 + b
      ────   ─   ─
      │      │   i64
      │      f32[3]
      f32[2]"""
    )


def test_control_characters_show_as_escapes() -> None:
    source = Source('A("\x1b[2J\u202e\x9b\x7f") @ B', "a\x1b]0;b\x07.tc")
    error = matmul(Source("A @ B"))
    error = TcalcError(
        "io",
        "bad\r\x1b[31m",
        marks=[Mark(span(source, "B"), "f32\x1b", "l\x08")],
        notes=["n\x00"],
        repairs=[Repair("\x1b", "\x1b")],
    )
    assert (
        shown(error, located=True)
        == """
error[io]: bad\\r\\x1b[31m
  a\\x1b]0;b\\x07.tc:1  A("\\x1b[2J\\u202e\\x9b\\x7f") @ B
                                                   ─
                                                   f32\\x1b   l\\x08
  1  \\x1b → \\x1b
  n\\x00"""
    )


def test_a_note_and_its_repair() -> None:
    source = Source("y - t")
    note = Note("both sides grew, 100 × as many", Span(source, 0, 5), [Repair("y - t[:, None]", "f32[100, 1]")])
    assert note_text(note, UNICODE) == "note: both sides grew, 100 × as many.  y - t[:, None] → f32[100, 1]"
    assert (
        note_text(note, UNICODE, width=50)
        == """\
note: both sides grew, 100 × as many
  1  y - t[:, None] → f32[100, 1]"""
    )
    assert (
        note_text(note, PLAIN, located=True)
        == """\
note: both sides grew, 100 x as many
  <input>:1  y - t
             -----
  1  y - t[:, None] -> f32[100, 1]"""
    )
    assert note_text(Note("x is not met", Span(source, 0, 1)), COLOUR) == "\x1b[1;36mnote\x1b[0m: x is not met"


def test_clipped() -> None:
    assert [clipped("日本語abc", room, "…") for room in (9, 8, 6, 1)] == ["日本語abc", "日本語a…", "日本…", "…"]


def terminal_obeys(text: str) -> set[str]:
    """The characters, newlines apart, that do more than print."""
    return {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}


texts = st.text(st.one_of(st.characters(), st.sampled_from("ab \t\n\x1b\u202eé日\u0301")), max_size=60)


@given(texts, st.data(), st.booleans(), st.integers(20, 60))
def test_nothing_untrusted_reaches_the_terminal(text: str, data: st.DataObject, located: bool, width: int) -> None:
    source = Source(text, text)
    places = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    marks = [Mark(Span(source, *data.draw(places)), text, text) for _ in range(data.draw(st.integers(0, 3)))]
    error = TcalcError(
        "type", text, Span(source, *data.draw(places)), marks=marks, notes=[text], repairs=[Repair(text, text, text)]
    )
    for style in (PLAIN, UNICODE):
        assert not terminal_obeys(error_text(error, style, width=width, located=located, hint="hint"))


@given(texts.map(lambda text: text.replace("\n", "")), st.data(), st.integers(20, 60))
def test_an_excerpt_fits_and_shows_the_fault(line: str, data: st.DataObject, room: int) -> None:
    first, last = sorted(data.draw(st.tuples(st.integers(0, len(line)), st.integers(0, len(line)))))
    excerpt = Excerpt(line, [(first, last)], room, UNICODE)
    assert cells(excerpt.text) <= room
    begin, end = excerpt.column(first), excerpt.column(last)
    assert 0 <= begin <= end <= room
    fault = visible(line[first:last])
    if "\t" not in line and cells(fault) < room - 4:
        before = 0
        while cells(excerpt.text[:before]) < begin:
            before += 1
        assert fault in excerpt.text[before - 1 if before else 0 :] and end - begin == cells(fault)


def test_a_terminal_breaks_a_sentence_between_words() -> None:
    source = Source("A @ B")
    error = TcalcError(
        "shape", "A's last axis is 3, and B's first axis is 4", span(source, "A"), notes=["two words " * 4]
    )
    narrow = error_text(error, Style(unicode=True, terminal=True), width=30).split("\n")
    assert narrow[:2] == ["error[shape]: A's last axis is", "  3, and B's first axis is 4"]
    assert all(cells(line) <= 30 for line in narrow)
    assert " ".join("".join(narrow[-2:]).split()) == "two words " * 3 + "two words"
    assert error_text(error, UNICODE, width=30).split("\n")[0].endswith("B's first axis is 4")
    noted = note_text(Note("both sides grew by a lot", span(source, "A")), Style(terminal=True), width=20)
    assert noted.split("\n") == ["note: both sides", "  grew by a lot"]


def test_a_line_is_cut_shorter_where_a_type_would_not_fit_at_its_end() -> None:
    source = Source("1 + 2 + softmax[-1](relu(X)) * 3 + X @ WW")
    error = TcalcError(
        "shape",
        "X's last axis is 784, WW's first is 512",
        span(source, "X @ WW"),
        marks=[
            Mark(span(source, "X", 30), "f32[batch=32, chan=784]"),
            Mark(span(source, "WW"), "f32[out=512, inner=785]"),
        ],
    )
    narrow = Style(unicode=True, terminal=True)
    assert error_text(error, narrow, width=40).split("\n")[2:] == [
        "  …(X)) * 3 + X @ WW",
        "              ─   ──",
        "              │  f32[out=512, inner=785]",
        "              f32[batch=32, chan=784]",
    ]
    assert error_text(error, narrow, width=80).split("\n")[1] == f"  {source.text}"
