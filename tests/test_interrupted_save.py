"""Ctrl-C while a file is written: it is answered at once, the old file stays, and nothing is left beside it."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tcalc.evaluator import Evaluator, Interrupted
from tcalc.files import replacing
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source


@pytest.mark.parametrize("nameless", [True, False])
@pytest.mark.parametrize("ending", ["json", "csv"])
def test_an_interrupted_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, nameless: bool) -> None:
    monkeypatch.chdir(tmp_path)
    if not nameless:
        monkeypatch.setattr(replacing, "_NAMELESS", 0)
    path = tmp_path / f"x.{ending}"
    path.write_text("1\n")
    session = Session(Settings(threads=1))
    evaluator = Evaluator(session)
    list(evaluator.stream(lambda ticket: session.run(Source("x = rand(4000000)"), ticket)))
    main = threading.main_thread().ident
    assert main is not None
    pressed: list[float] = []

    def press() -> None:
        time.sleep(0.3)
        pressed.append(time.monotonic())
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(Interrupted):
        list(evaluator.stream(lambda ticket: session.run(Source(f'save(x, "x.{ending}")'), ticket)))
    answered = time.monotonic() - pressed[0]
    thread.join()
    assert answered < 0.3
    assert os.listdir() == [path.name], "what was written is gone before the prompt comes back"
    assert path.read_text() == "1\n"
    for _ in range(200):
        if not session.allowance.left_behind:
            break
        time.sleep(0.01)
    assert not session.allowance.left_behind, "the writer went on"
    assert (os.listdir(), path.read_text()) == ([path.name], "1\n")
    (shown,) = session.run(Source("x.shape[0]"))
    assert shown
