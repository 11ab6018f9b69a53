"""What breaks shells: texts that look like a terminal's reports, hidden characters, very long pastes, tiny windows,
pagers and editors that fail, commands that go on after Ctrl-C."""

from __future__ import annotations

import json
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.layout.controls import BufferControl
from prompt_toolkit.layout.processors import Transformation, TransformationInput

from tcalc.commands import run_command
from tcalc.commands.desk import Desk
from tcalc.errors import TcalcError
from tcalc.evaluator import Evaluator
from tcalc.interrupt import Abandoned, Ticket
from tcalc.outcomes import Plotted
from tcalc.repl import outside
from tcalc.repl.completion import candidates
from tcalc.repl.history import LONGEST as LONGEST_KEPT
from tcalc.repl.history import HistoryFile
from tcalc.repl.keys import PASTED, is_whole
from tcalc.repl.lexing import MOST
from tcalc.repl.live import said
from tcalc.repl.loading import Loading
from tcalc.repl.onscreen import LONGEST, STEP, OnScreen
from tcalc.repl.pager import page
from tcalc.repl.suggestion import suggestions
from tcalc.session import Session
from tcalc.show.palette import PLAIN
from tcalc.show.visible import visible
from tcalc.source import Source

sys.path.insert(0, str(Path(__file__).parent))

from terminal import Terminal

Keyboard = Callable[..., list[str]]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_one(**facts: object) -> Terminal:
        opened.append(Terminal(tmp_path, **facts))  # type: ignore[arg-type]  # rows, columns, the environment
        opened[-1].wait_for_prompt(1)
        return opened[-1]

    yield open_one
    for each in opened:
        each.child.close(force=True)


@pytest.mark.parametrize("report", ["\x1b[31m", "\x1b[M !!", "\x1b[<0;1;1M", "\x1b[<;;M", "\x1b[0;1M", "\x1b[1;1R"])
def test_reports_that_nobody_asked_for_are_not_read(keyboard: Keyboard, report: str) -> None:
    assert keyboard(f"1{report}2\r") == ["12"]


def test_a_key_that_fails_ends_the_line_as_an_exception(session: Session, loaded: Loading, tmp_path: Path) -> None:
    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from prompt_toolkit.output import DummyOutput

    from tcalc.repl.editor import Editor

    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        editor = Editor(session, PLAIN, HistoryFile(str(tmp_path / "history")), loaded, lambda: None)
        keys = editor._prompt.key_bindings
        assert isinstance(keys, KeyBindings)

        @keys.add("f5")
        def _fail(event: KeyPressEvent) -> None:
            raise ZeroDivisionError

        pipe.send_text("1\x1b[15~")
        with pytest.raises(ZeroDivisionError):
            editor.read()
        pipe.send_text("2\r")
        assert editor.read() == "2"


def drawn(line: str, cursor: int) -> tuple[str, Transformation]:
    control = BufferControl(Buffer())
    asked = TransformationInput(control, Document(line, cursor), 0, lambda i: i, [("", line)], 80, 24)
    found = OnScreen("…").apply_transformation(asked)
    return "".join([text for _, text, *_ in found.fragments]), found


@given(st.text(st.characters(exclude_characters="\n"), max_size=60), st.data())
def test_a_line_is_drawn_without_hidden_characters_and_the_cursor_stands_where_it_is(
    line: str, data: st.DataObject
) -> None:
    cursor = data.draw(st.integers(0, len(line)))
    shown, found = drawn(line, cursor)
    # What prompt-toolkit writes as ^[ is left to it; all else is as everywhere.
    assert shown == "".join([each if each < "\xa0" else visible(each) for each in line])
    assert shown[found.source_to_display(cursor) :] == drawn(line[cursor:], 0)[0]
    assert found.display_to_source(found.source_to_display(cursor)) == cursor


@pytest.mark.parametrize("cursor", [0, 1, STEP, 2 * STEP - 1, 50_000, 99_999, 100_000])
def test_of_a_very_long_line_the_part_around_the_cursor_is_drawn(cursor: int) -> None:
    line = "".join([chr(ord("a") + place % 26) for place in range(99_999)]) + "\u202e"
    shown, found = drawn(line, cursor)
    assert len(shown) <= LONGEST
    column = found.source_to_display(cursor)
    assert shown[column : column + 20].rstrip("…") == visible(line[cursor : cursor + 20])[:20]
    assert shown[max(0, column - 20) : column] == line[max(0, cursor - 20) : cursor].replace("\u202e", "\\u202e")[-20:]
    assert found.display_to_source(column) == cursor
    assert shown.startswith("…") == (cursor >= 2 * STEP)


def test_of_a_very_long_text_nothing_is_said(session: Session, loaded: Loading) -> None:
    long = "[" + "1," * (MOST // 2)
    assert said(session, long[: MOST - 1], 0).glimpse.text
    assert said(session, long, 0).glimpse.text == ""
    assert said(session, long, 0).signature is None
    document = Document(long + "\nso", MOST + 4)
    assert suggestions(session, loaded).get_suggestion(Buffer(), document) is None


def test_enter_runs_a_very_long_text_whole_or_not() -> None:
    assert not is_whole("[" + "1," * 10)
    assert is_whole("[" + "1," * (PASTED // 2))


def test_a_very_long_text_does_not_push_the_others_out_of_the_history(tmp_path: Path) -> None:
    file = HistoryFile(str(tmp_path / "history"))
    file.add("short")
    file.add("1" * (LONGEST_KEPT + 1))
    file.add("1" * LONGEST_KEPT)
    assert [len(entry) for entry in file.entries()] == [5, LONGEST_KEPT]


def test_names_from_a_file_that_a_line_cannot_hold_are_not_offered(session: Session, tmp_path: Path) -> None:
    names = ["w", "\x1b[31m", "\u202e", 'a"b', "a\\b", "a\nb"]
    header = {each: {"dtype": "F32", "shape": [1], "data_offsets": [4 * i, 4 * i + 4]} for i, each in enumerate(names)}
    text = json.dumps(header).encode()
    path = tmp_path / "evil.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(4 * len(names)))
    assert [each.text for each in candidates(session, f'load("{path}", "')] == ["w"]


@pytest.mark.parametrize("rows", [5, 9])
def test_a_menu_in_a_window_of_few_lines(terminal: Callable[..., Terminal], rows: int) -> None:
    small = terminal(rows=rows, columns=40)
    small.run("1")
    small.send("s\t")
    lines = small.wait(lambda lines: any("sum" in line for line in lines))
    assert "too small" not in " ".join(lines)
    small.send("\x03")
    assert small.run("1 + 1") == ["2   i64"]


def test_ctrl_c_ends_a_pager_that_does_not_hear_it(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    deaf = tmp_path / "deaf"
    deaf.write_text("#!/bin/sh\necho reading\nexec sleep 100\n")
    deaf.chmod(0o755)
    shell = terminal(PAGER=str(deaf))
    shell.run("x = arange(10000);")
    shell.send(":more x\r")
    shell.wait(lambda lines: lines[-1] == "reading")
    shell.send("\x03")
    assert shell.wait_for_prompt(3)[-2] == "^C"
    assert shell.run("sum(x)") == ["49995000   i64"]


def test_few_lines_need_no_pager() -> None:
    written: list[str] = []
    page(iter(["a", "b"]), 5, written.append)
    assert written == ["a\nb"]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 3", "the editor ended with 3"),
        ("kill -9 $$", "the editor was ended by signal 9"),
        ('rm "$1"', "there is no file to edit: No such file or directory"),
        ('rm "$1"; mkdir "$1"', "there is no file to edit: Is a directory"),
        ("printf '\\351' > \"$1\"", "what the editor wrote is no UTF-8"),
    ],
)
def test_an_editor_that_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, reason: str) -> None:
    program = tmp_path / "edit"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(program))
    with pytest.raises(outside.NotEdited, match=reason):
        outside.edited("1")


def test_the_next_editor_where_one_cannot_be_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "edit"
    program.write_text("#!/bin/sh\nprintf '2\\n\\n' >> \"$1\"\n")
    program.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(program))
    for broken in ("'", "/", str(tmp_path / "nothing"), "a\\"):
        monkeypatch.setenv("VISUAL", broken)
        assert outside.edited("1\n") == "1\n2"
    assert outside.edited("\ud800") == "\\ud8002"


@pytest.mark.parametrize("named", ["'", "/", "no-such-editor --at-all"])
def test_an_editor_that_was_named_and_cannot_be_run_is_told(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", named)
    with pytest.raises(outside.NotEdited) as caught:
        outside.edited("1")
    assert str(caught.value) == f"$EDITOR is {named}, which does not run"


def test_the_shell_outlives_an_editor_that_removes_the_file(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    program = tmp_path / "edit"
    program.write_text('#!/bin/sh\nrm "$1"\n')
    program.chmod(0o755)
    shell = terminal(VISUAL=str(program))
    shell.run("x = 1")
    shell.send("x + 1\x18\x05")
    shell.wait(lambda lines: "not edited: there is no file to edit: No such file or directory" in lines)
    shell.wait(lambda lines: "tcalc> x + 1" in lines)
    shell.send("\r")
    assert shell.wait(lambda lines: lines[-1] == "tcalc>")[-2] == "2   i64"


def test_an_interrupted_load_does_not_go_on_as_the_next_command(tmp_path: Path) -> None:
    script = tmp_path / "script.tc"
    script.write_text("x = 1\ny = x + 1\n")
    session, desk, first = Session(), Desk(), Ticket()
    answer = iter(run_command(session, Source(f":load {script}"), desk.of(first)))
    session.abandon(first)
    desk.of(Ticket())  # the next command
    with pytest.raises(Abandoned):
        list(answer)
    assert session.names() == []


def test_what_was_left_behind_may_come_to_need_more(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    session, go = Session(), threading.Event()
    tickets: list[Ticket] = []

    def work(ticket: Ticket) -> Iterator[int]:
        tickets.append(ticket)
        ticket.peak = 3
        yield 1
        go.wait()
        ticket.peak = 7

    found = Evaluator(session).stream(work)
    assert next(found) == 1
    found.close()  # type: ignore[attr-defined]  # a generator
    go.set()
    deadline = time.monotonic() + 20
    while session.allowance.left_behind and time.monotonic() < deadline:
        time.sleep(0.001)
    assert session.allowance.left_behind == [] and failed == [] and len(tickets) == 1


@pytest.mark.parametrize("command", [':save ""', ":load ''"])
def test_a_file_without_a_name(session: Session, command: str) -> None:
    with pytest.raises(TcalcError, match="this names no file"):
        list(run_command(session, Source(command)))


@pytest.mark.parametrize("sizes", ["0, 0, 3", "0, 5, 3", "5, 0, 3", "0, 2"])
def test_an_image_of_nothing(session: Session, sizes: str) -> None:
    (found,) = run_command(session, Source(f":image ones({sizes})"))
    assert isinstance(found, Plotted)
    assert found.drawn(PLAIN, 80, 24) == ["there is nothing in it to draw"]


def test_a_plot_of_one_number_over_another(session: Session) -> None:
    (found,) = run_command(session, Source(":plot 1 2"))
    assert isinstance(found, Plotted)
    assert "*" in "\n".join(found.drawn(PLAIN, 80, 24))
