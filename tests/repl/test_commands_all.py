"""Each row of the table of commands does something: a row without a line here fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))
from driver import torch_left_alone

from tcalc.commands import COMMANDS, run_command
from tcalc.commands.desk import Desk
from tcalc.errors import TcalcError
from tcalc.repl.completion import candidates
from tcalc.repl.render import replies
from tcalc.session import Session
from tcalc.settings import SWITCHES
from tcalc.show.palette import PLAIN
from tcalc.source import Source

#: Of each command a line that is right, with words of its answer, and one that is wrong, with words of the error.
CASES: dict[str, tuple[str, str, str, str]] = {
    "help": (":help sum", "Sum of", ":help zzzz", "there is no zzzz"),
    "demo": (":demo 2", "torch", ":demo 99", "the tour has stops 1 to"),
    "apropos": (":apropos determinant", "det", ":apropos zzzz", "nothing is about zzzz"),
    "type": (":type A @ x", "f32[2]", ":type A @ nope", "there is no nope"),
    "explain": (":explain A @ x", "n=2 k=2", ":explain", ":explain needs an expression"),
    "more": (":more A", "3  4", ":more nope", "there is no nope"),
    "vars": (":vars", "A: f32[2, 2]", ":vars x", ":vars takes nothing"),
    "code": (":code A @ x", "A @ x", ":code A @", "an expression is missing"),
    "formula": (":formula grad[x](sum(x^2))", "2 * x", ":formula y = 2", "no expression"),
    "latex": (":latex grad[x](sum(x^2))", "2", ":latex y = 2", "no expression"),
    "plan": (":plan A @ x", "FLOP", ":plan", ":plan needs an expression"),
    "cost": (":cost A @ x", "FLOP", ":cost", ":cost needs an expression"),
    "time": (":time 3 A @ x", "3 runs", ":time", ":time needs an expression"),
    "graph": (":graph sum(x^2)", "sum", ":graph y = 2", "no expression"),
    "plot": (":plot x", "1", ":plot", ":plot needs an expression"),
    "hist": (":hist x", "1", ":hist", ":hist needs an expression"),
    "heat": (":heat A", "", ":heat", ":heat needs an expression"),
    "image": (":image A", "", ":image", ":image needs an expression"),
    "gradcheck": (":gradcheck sum(x^2)", "agree", ":gradcheck y = 2", "no expression"),
    "del": (":del n", "", ":del nope", "there is no nope"),
    "fix": (":fix", "nothing to repair", "", ""),
    "error": (":error shape", "do not fit", ":error zzzz", "there is no zzzz"),
    "set": (":set notes off", "", ":set notes maybe", "notes is on or off"),
    "dtype": (":dtype f64", "stay f32", ":dtype i64", "dtype is f32, f64, f16 or bf16"),
    "device": (":device", "device cpu", ":device moon", "device is cpu or cuda"),
    "seed": (":seed 3", "", ":seed pi", "a seed is an integer"),
    "history": (":history 1", "x + 1", ":history zzzz", "nothing that was typed has zzzz in it"),
    "save": (":save some", "saved", ":save", ":save needs the name of a file"),
    "load": (":load first.tc", "is bound", ":load nothing.tc", "nothing.tc cannot be read"),
    "reset": (":reset", "", ":reset all", ":reset takes nothing"),
    "quit": (":quit", "", ":quit now", ":quit takes nothing"),
}


@pytest.fixture
def desk(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "first.tc").write_text("first = 1\n")
    session.record()
    with torch_left_alone():
        yield Desk(lambda: ["A", "x + 1"])


def said(session: Session, text: str, desk: Desk) -> str:
    found = []
    for reply in replies(run_command(session, Source(text), desk), PLAIN, 80):
        found += [reply.text, *(reply.paged or ())]
    return "\n".join(found)


def test_each_command_has_a_case() -> None:
    assert set(CASES) == set(COMMANDS)


@pytest.mark.parametrize("name", list(CASES))
def test_a_command_answers(session: Session, desk: Desk, name: str) -> None:
    text, says, _, _ = CASES[name]
    assert text.startswith(f":{name}")
    answer = said(session, text, desk)
    assert says in answer and (name == "error" or "error[" not in answer)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[2]])
def test_wrong_use_is_an_error(session: Session, desk: Desk, name: str) -> None:
    _, _, text, says = CASES[name]
    with pytest.raises(TcalcError) as caught:
        said(session, text, desk)
    assert says in caught.value.message


@pytest.mark.parametrize("command", list(COMMANDS.values()), ids=list(COMMANDS))
def test_what_a_command_takes_completes(session: Session, desk: Desk, command: object) -> None:
    takes = command.takes  # type: ignore[attr-defined]  # a row
    typed = f":{command.name} "  # type: ignore[attr-defined]  # as above
    expected = {"names": "A", "words": "matmul", "codes": "shape", "settings": "notes", "files": "first.tc"}
    found = [each.text for each in candidates(session, typed + {"expression": "on"}.get(takes, ""))]
    if takes in SWITCHES:
        assert found == list(SWITCHES[takes].values)
    elif takes:
        assert any(each.endswith({"expression": "ones", **expected}[takes]) for each in found)
    else:
        assert found == []
