"""The shell's results by number: `_1`, `_2` and so on, how long they are kept, and that nobody else can bind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcalc import results
from tcalc.check.names import RESULTS_KEPT
from tcalc.outcomes import Failed, Shown
from tcalc.repl.completion import candidates
from tcalc.repl.history import HistoryFile
from tcalc.repl.loading import Loading
from tcalc.repl.render import replies
from tcalc.repl.shell import Shell
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.show.palette import PLAIN, Style
from tcalc.source import Source
from tests.repl.test_shell import Lines


@pytest.fixture
def numbered() -> Session:
    """A session as the shell has it."""
    session = Session(Settings(seed=0))
    session.number_results()
    return session


def run(session: Session, *texts: str) -> list[str]:
    """What is shown of some texts."""
    found = []
    for text in texts:
        outcomes = list(session.run(Source(text)))
        found += [reply.text for reply in replies(outcomes, PLAIN, 100, settings=session.settings)]
    return found


def error(session: Session, text: str) -> str:
    (outcome,) = session.run(Source(text))
    assert isinstance(outcome, Failed)
    return outcome.error.message


def test_results_have_names(numbered: Session) -> None:
    assert run(numbered, "2 * 3", "x = 4", "_1 + x", "x;", "max([5, 7])", "_1 * _2", "_4 - _") == [
        "6   i64",
        "x: i64 = 4",
        "10   i64",
        "7   i64",
        "60   i64",
        "0   i64",
    ]


def test_a_tuple_and_several_of_a_statement(numbered: Session) -> None:
    run(numbered, "svd([[3., 0.], [0., 4.]])", "print(1, 2)", "1; 2; 3")
    assert run(numbered, "_1.S", "_2", "_3") == ["f32[2]\n  4  3", "2   i64", "3   i64"]


def test_no_program_binds_them(numbered: Session) -> None:
    run(numbered, "1", "2")
    for text in ("_1 = 3", "_7 = 3", "_1 += 1", "_1[0] = 1", "a, _1 = (1, 2)", "_1(x) = x", "f(_1) = _1"):
        assert "_1" in error(numbered, text) or "_7" in error(numbered, text)
    assert error(numbered, "_1 = 3") == "_1 is a result of the shell's by its number, and cannot be bound"
    assert run(numbered, "_1", "a, _ = (8, 9)") == ["1   i64", "a: i64 = 8"]


def test_elsewhere_there_are_none() -> None:
    session = Session()
    run(session, "2 * 3")
    assert error(session, "_1") == "there is no _1: in the shell, the last 100 results are named so"
    statements, outcomes = Session().check(Source("2 * 3\n_1 + 1"))
    assert len(statements) == 1 and isinstance(outcomes[0], Failed)


def test_the_last_hundred_are_kept(numbered: Session) -> None:
    for number in range(RESULTS_KEPT + 5):
        run(numbered, f"{number} + 0.5")
    assert run(numbered, "_105") == ["104.5   f32"]
    assert list(numbered.results()) == [f"_{number}" for number in range(106, 6, -1)]
    assert error(numbered, "_6").startswith("there is no _6")
    assert run(numbered, "_7") == ["6.5   f32"]


def test_large_ones_are_kept_while_there_is_room(numbered: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "ROOM", 10_000)
    numbered.number_results()
    run(numbered, "ones(1000)", "ones(2000)", "ones(5000)", "1")
    assert list(numbered.results()) == ["_4", "_2"], "4000 bytes made room for 8000, and 20000 are too many"
    assert run(numbered, "_2[0]") == ["1   f32"]
    assert numbered.bindings.results is not None and numbered.bindings.results.held == 8000
    assert numbered.bindings.held() == 8000 + 4
    run(numbered, "ones(5000)")
    assert run(numbered, "sum(_6)") == ["5000   f32"], "the last one is there however large it is"


def test_little_memory_is_little_room() -> None:
    session = Session(Settings(memory=80_000))
    session.number_results()
    run(session, "ones(2000)", "ones(2000)", "1")
    assert list(session.results()) == ["_3", "_2"]


def test_a_part_keeps_nothing_of_the_whole(numbered: Session) -> None:
    run(numbered, "X = ones(300, 1000);", "X[0]", "1")
    kept = numbered.bindings["_1"].value
    assert kept.untyped_storage().nbytes() == 4000


def test_derivatives_see_through_them(numbered: Session) -> None:
    run(numbered, "w = [1., 2.]", "w * 2", "sum(_1^2)", "y = 3 * _2", "7")
    assert run(numbered, "grad[w](_2)", "grad[w](y)", "grad[_1](_2)") == [
        "f32[2]   8 * w\n  8  16",
        "f32[2]   24 * w\n  24  48",
        "f32[2]   2 * _1\n  4  8",
    ]


def test_what_they_were_computed_by_is_let_go_of_where_it_is_large(numbered: Session) -> None:
    run(numbered, "X = ones(300, 300);", "sum(X^2)")
    assert run(numbered, "grad[X](_1)[0, 0]") == ["2   f32"]
    told = "_1 was computed by X and is an earlier result by now, of which nothing but the value is kept"
    assert error(numbered, "grad[X](_1)") == error(numbered, "grad[X](3 * _1)") == told
    run(numbered, "w = [1., 2.]", "y = _1 * sum(w)")
    assert run(numbered, "grad[w](y)")[0].splitlines()[1] == "  90000  90000", "what it has nothing to do with is known"


def test_names_can_be_deleted_and_forgotten(numbered: Session) -> None:
    run(numbered, "1", "2")
    assert numbered.forget("_1")
    assert list(numbered.results()) == ["_2"] and run(numbered, "_2") == ["2   i64"]
    assert "_2" not in numbered.names()
    numbered.reset()
    assert not numbered.results() and run(numbered, "5", "_1") == ["5   i64", "5   i64"]


def test_completion_offers_them_where_an_underscore_stands(numbered: Session) -> None:
    run(numbered, "[1., 2.]", "3")
    found = {each.text: each.remark for each in candidates(numbered, "sum(_", ")")}
    assert found["_1"].startswith("f32[2]") and "_2" in found
    assert not [each for each in candidates(numbered, "s") if each.text.startswith("_")]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    session = Session()
    return Shell(session, Style(colour=True, colours=256), HistoryFile(str(tmp_path / "history")), Loading(session))


def test_the_shell_shows_numbers_and_heat_as_it_is_told(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.loop(Lines("[1., 2.]", ":set numbers on", ":set heat on", "[1., 2.]", ":set heat off", "_2 - _1"))  # type: ignore[arg-type]  # its repairs
    lines = capsys.readouterr().out.splitlines()
    head, dim = "\x1b[36mf32[2]\x1b[0m", "\x1b[2m{}\x1b[0m"
    assert lines == [
        head,
        "  1  2",
        head + " " * 72 + dim.format("_2"),
        " \x1b[38;5;231;48;5;53m 1\x1b[0m \x1b[38;5;16;48;5;220m 2\x1b[0m",
        head + " " * 72 + dim.format("_3"),
        "  0  0",
    ]


def test_shown_outcomes_know_their_name(numbered: Session) -> None:
    names = [each.name for each in numbered.run(Source("print(1, 2)")) if isinstance(each, Shown)]
    assert names == ["", "_1"]
