"""The codes of errors: each has a row whose programs do what it says, and that docs, shell and command line show."""

from __future__ import annotations

import gc
import runpy
from pathlib import Path

import pytest

from tcalc import cli
from tcalc.commands import run_command
from tcalc.doors import run_program
from tcalc.errors import EXIT_STATUS, TcalcError
from tcalc.interrupt import Ticket
from tcalc.printer import Printer
from tcalc.repl.completion import candidates
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.show.codes import CODES, Code, code_list, code_page
from tcalc.source import Source
from tcalc.types.dtypes import F32
from tests.contract.driver import run, tcalc

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "errors.md"

#: What the pages' programs are run with: the example of `memory` must not depend on the machine.
MEMORY = 256 * 2**20
WITH_PROGRAMS = [code for code in CODES.values() if code.example]


def shown(command: str) -> str:
    """What a command answers, as text."""
    return "\n".join(map(str, run_command(Session(), Source(command))))


def test_docs_are_current() -> None:
    written = runpy.run_path(str(ROOT / "tools" / "errors.py"))["written"]
    assert PAGE.read_text(encoding="utf-8") == written(), "the table has changed: make docs"


def test_every_code_has_a_row() -> None:
    assert set(CODES) == set(EXIT_STATUS)
    assert [code.name for code in CODES.values() if not (code.example and code.repair)] == ["internal"]
    for name, code in CODES.items():
        assert code.name == name and code.status == EXIT_STATUS[name]
        assert code.heading and not code.heading.endswith(".")
        assert code.cause.endswith(".") and "  " not in code.cause


@pytest.mark.parametrize("row", WITH_PROGRAMS, ids=lambda row: row.name)
def test_the_example_leads_to_the_code(row: Code, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(row.example, memory=MEMORY)
    assert ran.codes == [row.name], ran.said
    assert not run(row.example.rpartition("\n")[0], memory=MEMORY).errors, "its last line alone is wrong"


@pytest.mark.parametrize("row", WITH_PROGRAMS, ids=lambda row: row.name)
def test_the_repair_runs(row: Code, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(row.repair, memory=MEMORY)
    assert not ran.errors, ran.said
    assert ran.results or ran.bound
    assert not ran.notes


@pytest.mark.parametrize("row", WITH_PROGRAMS, ids=lambda row: row.name)
def test_the_exit_status_is_the_rows(
    row: Code, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    with open(tmp_path / "out", "wb") as out:
        printer = Printer(out, F32, json=False)
        run_program(Session(Settings(memory=MEMORY)), Source(row.example), printer, Ticket())
        printer.flush()
    assert printer.status == row.status
    assert f"error[{row.name}]".encode() in capfdbinary.readouterr().err


def test_the_memory_repair_computes_the_same() -> None:
    """Without the large intermediate: the sum of all squared distances, here of few points."""
    row = CODES["memory"]
    wide, narrow = (run(f"torch.manual_seed(3)\n{text.replace('1000000', '50')}") for text in (row.example, row.repair))
    assert wide.values[0].item() == pytest.approx(narrow.values[0].item(), rel=1e-4)


@pytest.mark.parametrize("name", EXIT_STATUS)
def test_the_shell_shows_a_page(name: str) -> None:
    page = shown(f":error {name}")
    assert page == shown(f":error error[{name}]") == "\n".join(code_page(CODES[name]))
    first, *rest = page.split("\n")
    assert first == f"error[{name}]   {CODES[name].heading}; exit status {EXIT_STATUS[name]}"
    assert all(len(line) < 80 for line in page.split("\n"))
    assert all(line.startswith("  ") for line in rest)
    for program in (CODES[name].example, CODES[name].repair):
        assert all(f"    {line}" in rest for line in program.splitlines())


def test_the_shell_lists_the_codes() -> None:
    lines = shown(":error").split("\n")
    assert lines == code_list()
    assert [line.split()[0] for line in lines] == [f"error[{name}]" for name in CODES]
    assert all(len(line) < 80 for line in lines)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (":error nonsense", "there is no nonsense; :error lists the codes"),
        (":error shapes", "there is no shapes; did you mean shape?"),
    ],
)
def test_the_shell_knows_no_other_code(typed: str, message: str) -> None:
    with pytest.raises(TcalcError) as caught:
        shown(typed)
    assert (caught.value.code, caught.value.message) == ("name", message)


def test_completion_after_error() -> None:
    assert [each.text for each in candidates(Session(), ":error ")] == list(CODES)
    assert [each.text for each in candidates(Session(), ":error s")] == ["syntax", "shape"]
    assert [each.remark for each in candidates(Session(), ":error gr")] == [CODES["grad"].heading]


def test_the_command_line_shows_a_page(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Left(Exception):
        pass

    def leave(status: int) -> None:
        raise Left(status)

    monkeypatch.setattr(cli, "leave", leave)
    monkeypatch.setattr(gc, "disable", lambda: None)  # this process goes on
    for name in EXIT_STATUS:
        with pytest.raises(Left, match=r"^0$"):
            cli.main(["--error", name])
        assert capsys.readouterr().out == "\n".join(code_page(CODES[name])) + "\n"
    for wrong in (["--error", "nonsense"], ["--error", "\x1b[31m"], ["--error"]):
        with pytest.raises(Left, match=r"^2$"):
            cli.main(wrong)
        out, err = capsys.readouterr()
        assert out == "" and "\x1b" not in err
        if wrong[1:] == ["nonsense"]:
            assert "there is no code nonsense; the codes are syntax name type shape" in err


def test_a_process_of_its_own_shows_a_page_too() -> None:
    done = tcalc("--error", "shape", "--no-notes")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("error[shape]   sizes that do not fit; exit status 3\n")
    assert tcalc("--error", "nonsense").returncode == 2
