"""`:fix` and the keys beside it, and `:set`: what the shell offers and what it is set to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcalc.commands import run_command
from tcalc.errors import Repair, TcalcError
from tcalc.outcomes import Offered
from tcalc.repl.completion import candidates
from tcalc.repl.editor import Editor
from tcalc.repl.history import HistoryFile
from tcalc.repl.loading import Loading
from tcalc.repl.shell import PlainReader, Shell
from tcalc.session import Session
from tcalc.settings import SWITCHES, Settings
from tcalc.show.palette import PLAIN
from tcalc.source import Source


class Typist:
    """A reader that types some texts; what is offered to it is read next, as where Enter follows."""

    repair_hint = Editor.repair_hint

    def __init__(self, *texts: str) -> None:
        self.repairs: list[Repair] = []
        self.offered: list[str] = []
        self._texts = list(texts)

    def offer(self, text: str) -> None:
        self.offered.append(text)
        self._texts.insert(0, text)

    def read(self) -> str:
        if not self._texts:
            raise EOFError
        return self._texts.pop(0)


@pytest.fixture
def shell(session: Session, tmp_path: Path) -> Shell:
    list(session.run(Source("B = ones(4, 2)\nc = ones(3, 1)\nv = ones(3)")))
    return Shell(session, PLAIN, HistoryFile(str(tmp_path / "history")), Loading(session))


def typed(shell: Shell, capsys: pytest.CaptureFixture[str], *texts: str) -> tuple[list[str], list[str]]:
    """What is offered while these texts are typed, and the lines printed."""
    typist = Typist(*texts)
    assert shell.loop(typist) == 0
    return typist.offered, capsys.readouterr().out.splitlines()


# What :fix offers


@pytest.mark.parametrize("command", [":fix", ":fix 1", ":fix  1 ", "  :fix"])
def test_the_first_one(shell: Shell, capsys: pytest.CaptureFixture[str], command: str) -> None:
    offered, lines = typed(shell, capsys, "A @ B", command)
    assert offered == ["A @ B.T"]
    assert lines[-3:] == ["f32[2, 4]", "  3  3  3  3", "  7  7  7  7"]


def test_a_repair_is_run_where_it_is_taken(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    offered, lines = typed(shell, capsys, "D = A @ B", ":fix", "D")
    assert offered == ["D = A @ B.T"]
    assert lines[-4:] == ["D: f32[2, 4]", "f32[2, 4]", "  3  3  3  3", "  7  7  7  7"]


def test_the_second_one(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    offered, lines = typed(shell, capsys, "ones(2, 3) @ ones(2, 3)", ":fix 2")
    second = next(line for line in lines if line.startswith("  2  ") and "->" in line)
    assert offered == [second.removeprefix("  2  ").partition(" -> ")[0]]
    assert "error" not in "\n".join(lines[lines.index(second) + 1 :])


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        ([":fix"], "there is nothing to repair"),
        (["A", ":fix"], "there is nothing to repair"),
        (["A @ B", "A", ":fix"], "there is nothing to repair"),
        (["A @ B", ":fix", ":fix"], "there is nothing to repair"),
        (["1 +", ":fix"], "the last statement was offered no repair"),
        (["A @ B", ":fix 9"], "error[value]: there is no repair 9; one is offered"),
        (["A @ B", ":fix 0"], "error[value]: there is no repair 0; one is offered"),
        (["A @ B", ":fix one"], "error[value]: there is no repair one; one is offered"),
        (["A @ B", ":fix 99999999999"], "error[value]: there is no repair 99999999999; one is offered"),
        (["ones(2, 3) @ ones(2, 3)", ":fix 7"], "error[value]: there is no repair 7; 3 are offered"),
    ],
)
def test_nothing_to_take(shell: Shell, capsys: pytest.CaptureFixture[str], texts: list[str], line: str) -> None:
    offered, lines = typed(shell, capsys, *texts)
    assert lines[-1] == line
    assert offered == (["A @ B.T"] if texts[1:2] == [":fix"] and texts[0] == "A @ B" else [])


@pytest.mark.parametrize(
    "between", [":help", ":vars", ":error shape", ":nothing", ":fix 9", ":type A", ":type A @", ""]
)
def test_a_command_between_takes_nothing_away(shell: Shell, capsys: pytest.CaptureFixture[str], between: str) -> None:
    assert typed(shell, capsys, "A @ B", between, ":fix")[0] == ["A @ B.T"]


def test_a_number_alone_is_a_number(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    offered, lines = typed(shell, capsys, "A @ B", "1", ":fix")
    assert offered == [] and lines[-2:] == ["1   i64", "there is nothing to repair"]


def test_a_statement_of_several_lines(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    offered, lines = typed(shell, capsys, "D = [\n  A @ B,\n  2 * (A @ B.T)]", ":fix")
    assert offered == ["D = [\n  A @ B.T,\n  2 * (A @ B.T)]"]
    assert lines[-1] == "D: f32[2, 2, 4]"


def test_a_note_offers_too(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    offered, lines = typed(shell, capsys, "d = c - v", ":fix")
    assert offered == ["d = c - v[:, None]"]
    assert lines[0] == "d: f32[3, 3]" and lines[-1] == "d: f32[3, 1]"


def test_repairs_are_numbered_through_a_text(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    text = "c - v == 0.1 * c; q = 1; A @ B"
    one, lines = typed(shell, capsys, text, ":fix 1")
    two, _ = typed(shell, capsys, text, ":fix 2")
    three, _ = typed(shell, capsys, text, ":fix 3")
    assert (one, two, three) == (
        ["c - v[:, None] == 0.1 * c"],
        ["isclose(c - v, 0.1 * c)"],
        ["A @ B.T"],
    )
    numbered = [line.split()[0] for line in lines if line.startswith("  ") and line.split()[0] in "123"]
    assert numbered[:3] == ["1", "2", "3"]
    assert "note: both sides grew, f32[3, 1] - f32[3] -> f32[3, 3], 3 x as many numbers" in lines


def test_the_hint_tells_how(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    _, lines = typed(shell, capsys, "A @ B", "c - v")
    hinted = [line for line in lines if line.endswith("Alt-1 puts it on the line")]
    assert [line.split(" -> ")[0] for line in hinted] == ["  1  A @ B.T", "  1  c - v[:, None]"]
    assert {len(line) for line in hinted} == {79}


def test_alt_and_a_number_take_what_is_offered(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    typist = Typist()
    shell.submit("A @ B", typist)
    assert [each.whole for each in typist.repairs] == ["A @ B.T"]
    shell.submit("A", typist)
    assert typist.repairs == []
    shell.submit("d = c - v", typist)
    assert [each.whole for each in typist.repairs] == ["d = c - v[:, None]"]


def test_a_terminal_on_which_nothing_moves(
    shell: Shell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = iter(["D = [A @ B,", "A @ B.T]", ":fix"])

    def answer(prompt: str) -> str:
        for text in texts:
            return text
        raise EOFError

    monkeypatch.setattr("builtins.input", answer)
    assert shell.loop(PlainReader()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.endswith(":fix runs it") for line in lines)
    at = lines.index("tcalc> D = [A @ B.T,")
    assert lines[at : at + 3] == ["tcalc> D = [A @ B.T,", "   ... A @ B.T]", "D: f32[2, 2, 4]"]


def test_fix_gives_the_whole_statement(session: Session) -> None:
    list(session.run(Source("D = 2 * (A @ ones(4, 2))")))
    (answer,) = run_command(session, Source(":fix"))
    assert isinstance(answer, Offered) and answer.text == "D = 2 * (A @ ones(4, 2).T)"


# :set


def said(session: Session, command: str) -> list[str]:
    return "\n".join(map(str, run_command(session, Source(command)))).splitlines()


BASIC = ("notes", "rewrites", "strict")


def test_set_shows_all_or_one(session: Session) -> None:
    shown = [line.split()[:2] for line in said(session, ":set")]
    assert [name for name, _ in shown] == list(SWITCHES)
    assert [each for each in shown if each[0] in BASIC] == [["notes", "on"], ["rewrites", "on"], ["strict", "off"]]
    assert all(len(line) < 80 for line in said(session, ":set"))
    for name, switch in SWITCHES.items():
        (line,) = said(session, f":set {name}")
        assert line.split()[0] == name and line.endswith(switch.doc)
    session = Session(Settings(notes=False, strict=True))
    shown = [line.split()[:2] for line in said(session, ":set")]
    assert [each for each in shown if each[0] in BASIC] == [["notes", "off"], ["rewrites", "on"], ["strict", "on"]]


@pytest.mark.parametrize("form", [":set notes {}", ":set notes={}", ":set notes = {}", ":set  notes   {} "])
def test_set_changes_one(session: Session, form: str) -> None:
    assert said(session, form.format("off")) == []
    assert (session.settings.notes, session.settings.strict) == (False, False)
    assert said(session, form.format("on")) == []
    assert session.settings.notes


@pytest.mark.parametrize(
    ("command", "code", "message", "place"),
    [
        (":set notes maybe", "value", "notes is on or off", "maybe"),
        (":set notes=maybe", "value", "notes is on or off", "maybe"),
        (":set notes = maybe so", "value", "notes is on or off", "maybe so"),
        (":set notes on off", "value", "notes is on or off", "on off"),
        (":set notes True", "value", "notes is on or off", "True"),
        (":set rewrites maybe", "value", "rewrites is on, off or fast", "maybe"),
        (":set nonsense", "name", "there is no nonsense; :set lists the settings", "nonsense"),
        (":set nonsense on", "name", "there is no nonsense; :set lists the settings", "nonsense"),
        (":set noets off", "name", "there is no noets; did you mean notes?", "noets"),
    ],
)
def test_set_refuses(session: Session, command: str, code: str, message: str, place: str) -> None:
    with pytest.raises(TcalcError) as caught:
        run_command(session, Source(command))
    error = caught.value
    assert (error.code, error.message) == (code, message)
    assert error.span is not None and error.span.text == place
    assert session.settings.notes and not session.settings.strict


def test_notes_off_and_on(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    lines = typed(shell, capsys, ":set notes off", "c - v;", ":fix", ":set notes on", "c - v;")[1]
    assert lines[0] == "there is nothing to repair"
    assert [line for line in lines if line.startswith("note: both sides grew")] == lines[1:2]


def test_what_was_silent_once_is_told_when_notes_are_on(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where the program is kept by its text."""
    lines = typed(shell, capsys, ":set notes off", "sum(c - v)", "sum(c - v)", ":set notes on", "sum(c - v)")[1]
    assert [line.startswith("note") for line in lines[:4]] == [False, False, False, True]


def test_strict_on(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    lines = typed(shell, capsys, "log(-v)[0]", ":set strict on", "log(-v)[0]", ":set strict off", "log(-v)[0]")[1]
    codes = [line for line in lines if line.startswith("error")]
    assert len(codes) == 1 and codes[0].startswith("error[value]")


@pytest.mark.parametrize(
    ("before", "offered"),
    [
        (":set ", list(SWITCHES)),
        (":set no", ["notes"]),
        (":set notes ", ["on", "off"]),
        (":set notes of", ["off"]),
        (":set zz", []),
        (":set rewrites ", ["on", "off", "fast"]),
        (":set rewrites f", ["fast"]),
        (":fix ", []),
    ],
)
def test_completion(session: Session, before: str, offered: list[str]) -> None:
    assert [each.text for each in candidates(session, before)] == offered
