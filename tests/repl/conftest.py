"""A session, and a shell's editor at a keyboard that the test plays, without a terminal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tcalc.repl.history import HistoryFile
from tcalc.repl.loading import Loading
from tcalc.session import Session
from tcalc.show.palette import PLAIN
from tcalc.source import Source

#: Types keys at an editor; what it reads, one text after the other.
Keyboard = Callable[..., list[str]]


@pytest.fixture
def session() -> Session:
    """A session that has a few names."""
    session = Session()
    list(session.run(Source("A = [[1., 2.], [3., 4.]]\nx = [1., 2.]\nn = 3\nf(x) = x^2")))
    return session


@pytest.fixture(scope="session")
def loaded() -> Iterator[Loading]:
    """Everything loaded as the shell loads it."""
    loading = Loading(Session())
    loading.start()
    for thread in threading.enumerate():
        if thread.name == "loading":
            thread.join()
    yield loading


@pytest.fixture
def keyboard(session: Session, loaded: Loading, tmp_path: Path) -> Keyboard:
    """`keyboard(keys, …)`: what each of so many reads gives; "eof" at Ctrl-D, "dropped" at Ctrl-C."""
    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    from tcalc.errors import Repair
    from tcalc.repl.editor import Editor

    def play(*keys: str, repairs: tuple[str, ...] = ()) -> list[str]:
        texts = []
        with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
            editor = Editor(
                session, PLAIN, HistoryFile(str(tmp_path / "state" / "tcalc" / "history")), loaded, lambda: None
            )
            editor.repairs = [Repair(text, "") for text in repairs]
            for each in keys:
                pipe.send_text(each)
                try:
                    texts.append(editor.read())
                except EOFError:
                    texts.append("eof")
                except KeyboardInterrupt:
                    texts.append("dropped")
        return texts

    return play
