"""The tour: each stop's text does what its sentence says, and one steps through it with Enter alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))
from driver import torch_left_alone

from tcalc.commands import is_command, run_command
from tcalc.commands.desk import Desk
from tcalc.errors import TcalcError
from tcalc.outcomes import Bound, Failed, Fitted, Noted, Offered, Outcome
from tcalc.repl.history import HistoryFile
from tcalc.repl.loading import Loading
from tcalc.repl.shell import Shell
from tcalc.session import Session
from tcalc.show.palette import PLAIN
from tcalc.show.tour import END, HOW, TOUR
from tcalc.source import Source


@pytest.fixture(autouse=True)
def torch_as_it_was() -> object:
    with torch_left_alone():
        yield


def outcomes(session: Session, text: str, desk: Desk | None = None) -> list[Outcome | str]:
    if not is_command(text):
        return [*session.run(Source(text))]
    try:
        return [*run_command(session, Source(text), desk)]
    except TcalcError as error:
        return [Failed(error)]


def failures(found: list[Outcome | str]) -> list[str]:
    return [each.error.code for each in found if isinstance(each, Failed)]


def test_every_stop_in_order() -> None:
    session, notes = Session(), 0
    for stop in TOUR:
        found = outcomes(session, stop.text)
        assert failures(found) == ([stop.error] if stop.error else []), stop.text
        assert [each.name for each in found if isinstance(each, Bound)] == stop.binds
        notes += any(isinstance(each, Noted) for each in found)
        assert found, stop.text
        repairs = [repair for each in found if isinstance(each, Failed) for repair in each.error.repairs]
        if "repair" in stop.sentence:
            assert repairs and not failures(outcomes(session, repairs[0].whole))
    assert notes, "the stop that speaks of a note has one"


def test_it_covers_what_there_is_to_see() -> None:
    texts = " ".join([stop.text for stop in TOUR])
    for word in ("->ik", "chan=", "?", "grad[w]", ":graph", ":plan", ":explain", ":code", "minimize"):
        assert word in texts
    assert {"shape", "label", "type"} <= {stop.error for stop in TOUR}
    assert all(len(stop.text) < 60 for stop in TOUR), "a text fits on a line"


@pytest.mark.parametrize("number", range(1, len(TOUR) + 1))
def test_any_stop_can_be_gone_to(number: int) -> None:
    session, desk = Session(), Desk()
    *_, told, offered = outcomes(session, f":demo {number}", desk)
    assert isinstance(told, Fitted) and told.laid(40).startswith(f"{number}/{len(TOUR)}  ")
    assert all(len(line) < 40 for line in told.laid(40).splitlines())
    assert isinstance(offered, Offered) and offered.text == TOUR[number - 1].text
    assert failures(outcomes(session, offered.text)) == [TOUR[number - 1].error] * bool(TOUR[number - 1].error)


def test_ones_own_names_stay() -> None:
    session = Session()
    list(session.run(Source("A = [[7.]]\nw = 3.")))
    outcomes(session, ":demo 14", Desk())
    assert str(session.bindings["A"].variable.type) == "f32[1, 1]"


def test_a_stop_whose_names_are_something_else_here_is_refused() -> None:
    session, desk = Session(), Desk()
    list(session.run(Source("A = ones(5); w = 7")))
    (failed,) = outcomes(session, ":demo 14", desk)
    assert isinstance(failed, Failed) and desk.stop == 0
    assert sorted(session.names()) == ["A", "w"], "nothing was bound"
    assert failed.error.message.startswith("the stops before this one bind names that are bound to something else here")
    outcomes(session, ":demo restart", desk)
    list(session.run(Source(TOUR[0].text)))
    assert desk.stop == 1 and str(session.bindings["A"].variable.type) == "f32[2, 3]"


def test_restart_stop_and_the_end() -> None:
    session, desk = Session(), Desk()
    told = outcomes(session, ":demo", desk)[0]
    assert isinstance(told, Fitted) and " ".join(told.laid(30).split()) == " ".join(HOW)
    assert all(len(line) < 30 for line in told.laid(30).splitlines())
    outcomes(session, ":demo", desk)
    assert desk.stop == 2
    outcomes(session, ":demo restart", desk)
    assert desk.stop == 1
    assert outcomes(session, ":demo stop", desk) == [] and desk.stop == 0
    outcomes(session, f":demo {len(TOUR)}", desk)
    (told,) = outcomes(session, ":demo", desk)
    assert isinstance(told, Fitted) and " ".join(told.laid(40).split()) == " ".join(END) and desk.stop == 0


@pytest.mark.parametrize("wrong", ["0", "99", "-1", "two", "1 2", "9999999999"])
def test_a_stop_that_there_is_not(wrong: str) -> None:
    (failed,) = outcomes(Session(), f":demo {wrong}", Desk())
    assert isinstance(failed, Failed) and failed.error.code == "value"
    assert failed.error.message == f"the tour has stops 1 to {len(TOUR)}; restart and stop are understood too"


class Presses:
    """A reader that presses Enter on whatever stands on the line."""

    repair_hint = ""

    def __init__(self, first: str, times: int) -> None:
        self.repairs: list[object] = []
        self._line, self._left = first, times
        self.read_texts: list[str] = []

    def offer(self, text: str) -> None:
        self._line = text

    def read(self) -> str:
        if not self._left:
            raise EOFError
        self._left -= 1
        text, self._line = self._line, ""
        self.read_texts.append(text)
        return text


def test_enter_alone_leads_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = Session()
    shell = Shell(session, PLAIN, HistoryFile(str(tmp_path / "history")), Loading(session))
    reader = Presses(":demo", 2 * len(TOUR) + 3)
    assert shell.loop(reader) == 0  # type: ignore[arg-type]  # its repairs are of any kind
    assert [text for text in reader.read_texts if text] == [":demo", *[stop.text for stop in TOUR]]
    out = capsys.readouterr().out
    assert out.count("That was the tour.") == 1 and " ".join(out.split()).endswith(" ".join(END))
    assert out.count("error[") == len([stop for stop in TOUR if stop.error])
