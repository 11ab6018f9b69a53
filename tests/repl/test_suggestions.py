"""Tab at the keyboard, and the grey rest of a line that Right and Ctrl-E take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from tcalc.repl.editor import Editor
from tcalc.repl.history import HistoryFile
from tcalc.repl.loading import Loading
from tcalc.repl.suggestion import suggested
from tcalc.session import Session
from tcalc.show.palette import PLAIN, Style

#: Seconds after which a test gives up.
PATIENCE = 20
#: `play(steps, entries)`: what is read of keys that wait for each other. A step is keys, and what then stands on the
#: line, with what is grey behind "|".
Play = Callable[..., str]


@pytest.fixture
def play(session: Session, loaded: Loading, tmp_path: Path) -> Play:
    def played(
        *steps: tuple[str, str], entries: tuple[str, ...] = (), style: Style | None = None, end: str = "\r"
    ) -> str:
        file = HistoryFile(str(tmp_path / "history"))
        for entry in entries:
            file.add(entry)
        missed: list[str] = []
        with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
            editor = Editor(session, style or Style(colour=True), file, loaded, lambda: None)
            buffer = editor._prompt.default_buffer

            def stands() -> str:
                return buffer.text + ("" if buffer.suggestion is None else f"|{buffer.suggestion.text}")

            def type_all() -> None:
                for keys, wanted in steps:
                    pipe.send_text(keys)
                    deadline = time.monotonic() + PATIENCE
                    while stands() != wanted and time.monotonic() < deadline:
                        time.sleep(0.01)
                    missed.extend([f"{stands()!r} and not {wanted!r}"] * (stands() != wanted))
                pipe.send_text("\x03" if missed else end)

            thread = threading.Thread(target=type_all)
            thread.start()
            try:
                text = editor.read()
            except KeyboardInterrupt:
                text = "dropped"
            thread.join()
        assert not missed
        return text

    return played  # a line that is not what was waited for fails


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("\\alpha\t", "α"),
        ("x\\ha\t", "x\u0302"),
        ("softp\t", "softplus"),
        ("max[1](A).val\t", "max[1](A).values"),
        ("layer_norm(A, ep\t", "layer_norm(A, eps="),
    ],
)
def test_tab(play: Play, typed: str, text: str) -> None:
    assert play((typed, text), end="\x03") == "dropped"


def test_tab_reads_what_stands_behind_the_cursor(play: Play) -> None:
    text = "sum[](A) + 1"
    assert play((text, text), ("\x01" + "\x1b[C" * 4 + "keepd\t", "sum[keepdim](A) + 1")) == "sum[keepdim](A) + 1"


@pytest.mark.parametrize("key", ["\x1b[C", "\x05"])
def test_the_rest_of_a_name_is_taken(play: Play, key: str) -> None:
    assert play(("softm", "softm|ax"), (key, "softmax"), ("[-1](A)", "softmax[-1](A)")) == "softmax[-1](A)"


def test_the_newest_entry_that_begins_so_is_taken(play: Play) -> None:
    entries = ("A @ A", "A @ x", "A + 1")
    assert play(("A @", "A @| x"), ("\x05", "A @ x"), entries=entries) == "A @ x"


def test_what_is_not_taken_is_not_read(play: Play) -> None:
    assert play(("softm", "softm|ax")) == "softm"


def test_without_colours_nothing_is_suggested(play: Play) -> None:
    assert play(("softm", "softm"), ("a", "softma"), style=PLAIN) == "softma"


def test_an_entry_that_no_longer_checks_is_passed_over(session: Session) -> None:
    assert suggested(session, "A @", ["A @ gone", "A @ [1., 2., 3.]", "A @ x"]) == " x"
    assert suggested(session, "A @", ["A @ gone"]) == ""
    assert suggested(session, "so", ["sort(gone)"]) == suggested(session, "so", [])
    assert suggested(session, ":ty", [":type A"]) == "pe A"


def test_of_an_entry_of_several_lines_the_first_is_suggested(session: Session) -> None:
    assert suggested(session, "B = ", ["B = [1,\n 2]"]) == "[1,"
    assert suggested(session, "B = [1,", ["B = [1,\n 2]"]) == ""


def test_names_are_suggested_by_what_checks() -> None:
    from tcalc.source import Source

    session = Session()
    list(session.run(Source("A = ones(2, 3)\nbad_one = ones(5)\nbad_two = ones(3)")))
    assert suggested(session, "A @ bad", []) == "_two"
    assert suggested(session, "A @ bad_one", []) == ""
    assert suggested(session, "A.tra", []) == "nspose"
    assert suggested(session, "s", []) == suggested(session, "1 + 2", []) == suggested(session, "A @ ", []) == ""
