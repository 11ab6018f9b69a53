"""The commands that time, tell steps, show results whole, look back, and change settings."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))
from driver import torch_left_alone, value_of

from tcalc.commands import run_command
from tcalc.commands.desk import Desk
from tcalc.commands.timing import duration
from tcalc.errors import TcalcError
from tcalc.evaluator import Evaluator
from tcalc.interrupt import Ticket
from tcalc.outcomes import Shown
from tcalc.repl import pager
from tcalc.repl.history import HistoryFile
from tcalc.repl.loading import Loading
from tcalc.repl.render import replies
from tcalc.repl.shell import Shell
from tcalc.session import Session
from tcalc.show import paged
from tcalc.show.palette import PLAIN
from tcalc.source import Source
from tcalc.timing import timed


@pytest.fixture(autouse=True)
def torch_as_it_was() -> object:
    with torch_left_alone():
        yield


def said(session: Session, text: str, desk: Desk | None = None, width: int = 80) -> list[str]:
    lines: list[str] = []
    for reply in replies(run_command(session, Source(text), desk), PLAIN, width):
        lines += [*reply.text.splitlines(), *(reply.paged or ())]
    return lines


def value(session: Session, text: str) -> object:
    (shown,) = [each for each in session.run(Source(text)) if isinstance(each, Shown)]
    return value_of(shown.data)


# :time


def test_time_tells_median_quartiles_and_runs(session: Session) -> None:
    first, second = said(session, ":time 50 A @ x")
    middle, between, runs = first.split("   ")
    assert middle.split()[1] in ("ns", "us", "ms") and " to " in between and runs == "50 runs"
    assert second.startswith("a call of torch takes ")


def test_time_binds_nothing_and_puts_the_random_numbers_back(session: Session) -> None:
    list(session.run(Source("torch.manual_seed(3)")))
    said(session, ":time 5 y = rand(3) + rand(3)")
    said(session, ":time 5 rand(100)")
    drawn = value(session, "rand(3)")
    list(session.run(Source("torch.manual_seed(3)")))
    assert torch.equal(drawn, value(session, "rand(3)")) and session.lookup("y") is None
    assert session.lookup("_") is not None


@pytest.mark.parametrize("text", ["2 + 3", "g(t) = t", "torch.manual_seed(3)"])
def test_what_runs_nothing_has_no_time(session: Session, text: str) -> None:
    assert said(session, f":time {text}") == ["nothing runs here: it is known while checking"]
    assert session.lookup("g") is None


@pytest.mark.parametrize("text", ["3 - x", "3 * x", "3 if n > 2 else 4 * n", "2 @ x"])
def test_a_number_that_begins_an_expression_is_no_count(
    session: Session, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcalc.timing.LONGEST", 1_000_000)
    try:
        lines = said(session, f":time {text}")
    except TcalcError as error:
        assert error.code == "shape"
    else:
        assert lines[0].split("   ")[-1] not in ("3 runs", "2 runs")


@pytest.mark.parametrize(("text", "runs"), [("3 x", "3 runs"), ("1 (x + 1)", "1 run"), ("4 [x, x]", "4 runs")])
def test_a_number_before_an_expression_is_one(session: Session, text: str, runs: str) -> None:
    text = text.replace("3 x", "3 x.sum()")
    assert said(session, f":time {text}")[0].endswith(f"   {runs}")


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("0 x + 1", "value", "the number of runs is from 1 to 1000000"),
        ("99999999999 x + 1", "value", "the number of runs is from 1 to 1000000"),
        ("A @ nope", "name", "there is no nope"),
        ("x[argmax(x) + 1]", "value", "there is no index"),
        ("x; x", "syntax", ""),
    ],
)
def test_wrong_use_of_time(session: Session, text: str, code: str, says: str) -> None:
    with pytest.raises(TcalcError) as caught:
        said(session, f":time {text}")
    assert caught.value.code == code and says in caught.value.message


def test_time_ends_when_it_is_given_up_and_tells_what_it_knows() -> None:
    ticket, begun = Ticket(), time.monotonic()
    threading.Timer(0.2, lambda: setattr(ticket, "abandoned", True)).start()
    found = timed(lambda: time.sleep(0.005), ticket)
    assert found is not None and found.runs >= 3 and time.monotonic() - begun < 5
    assert found.low <= found.median <= found.high


def test_three_runs_at_least_however_long_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcalc.timing.LONGEST", 1)
    found = timed(lambda: time.sleep(0.002), Ticket())
    assert found is not None and found.runs == 3 and found.median >= 0.002


def test_durations() -> None:
    seconds = (4.5e-10, 6.2e-7, 1.234e-6, 45.67e-6, 456e-6, 0.0123, 2.1, 125.0, 9.9999e-7)
    told = ["0.45 ns", "620 ns", "1.23 µs", "45.7 µs", "456 µs", "12.3 ms", "2.10 s", "125 s", "1.00 µs"]
    assert [duration(each) for each in seconds] == told


# :explain


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("A @ x + 1", ["A f32[2, 2]", "x f32[2]", "A @ x f32[2]", "A @ x + 1 f32[2]"]),
        ("let y = A * 2 in y @ x", ["A f32[2, 2]", "A * 2 f32[2, 2]", "x f32[2]", "y @ x f32[2]"]),
        ("f(x).sum()", ["x f32[2]", "f(x) f32[2]", "f(x).sum() f32"]),
        ("grad[x](sum(x^2))", ["x f32[2]", "x^2 f32[2]", "sum(x^2) f32", "grad[x](sum(x^2)) f32[2]"]),
        ("x |> sum", ["x f32[2]", "x |> sum f32"]),
        ("(A + A)[0, n - 2]", ["A f32[2, 2]", "(A + A) f32[2, 2]", "n i64", "n - 2 i64", "(A + A)[0, n - 2] f32"]),
    ],
)
def test_the_steps_of_an_expression(session: Session, text: str, steps: list[str]) -> None:
    found, error = session.steps(Source(text))
    assert error is None
    assert [f"{step.text} {step.type}" for step in found] == steps
    for step in found:  # each stands by itself, where no let names its parts
        if "let" not in text:
            assert str(session.type_of(Source(step.text))[0]) == str(step.type)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"ij,jk->i"(A, A)', "i=2 j=2 k=2; summed over j, k"),
        ('"...j,j"(A, x)', "j=2; summed over j"),
        ("sum[1](A)", "over axis 1 (2)"),
        ("sum(A)", "over all axes of f32[2, 2]"),
        ("mean[0, 1](A)", "over axes 0 (2), 1 (2)"),
        ("x[:, None] + x", "f32[2, 1] and f32[2] broadcast to [2, 2]"),
        ("x + [1, 2]", "i64 becomes f32"),
        ("A * A", "element by element"),
        ("A @ A", "[n, k], [k, m] -> [n, m]   n=2 k=2 m=2"),
        ("n + 1", "known before anything runs: 4"),
        ("f(x)", "f(x) = x^2"),
        ("x", "line 2: x = [1., 2.]"),
    ],
)
def test_the_reason_of_a_step(session: Session, text: str, reason: str) -> None:
    assert session.steps(Source(text))[0][-1].reason == reason


def test_what_fits_is_told_before_the_error(session: Session) -> None:
    lines = said(session, ":explain (A @ A) @ ones(3)")
    assert [line.split("   ")[0] for line in lines[:2]] == ["A", "(A @ A)"]
    assert any(line.startswith("error[shape]") for line in lines)


def test_steps_fit_a_narrow_terminal(session: Session) -> None:
    lines = said(session, ":explain softmax[-1](A @ A.T + A @ A.T @ A) |> sum", width=40)
    assert lines and all(len(line) <= 40 for line in lines)
    assert lines[0] == "A" and "    f32[2, 2]   over axis 1 (2)" in lines and not any("..." in line for line in lines)


def test_nothing_runs_to_explain(session: Session) -> None:
    assert said(session, ":explain zeros(1000000, 1000000) + 1")[-1].split()[-3:] == ["element", "by", "element"]
    assert said(session, ":explain 3") == ["there is no step: this is known as it is written"]


# :more


def test_more_shows_the_last_result_whole(session: Session) -> None:
    list(session.run(Source("arange(100)")))
    lines = said(session, ":more")
    assert lines[0] == "i64[100]"
    assert [int(word) for line in lines[1:] for word in line.split("]")[1].split()] == list(range(100))
    assert all(len(line) <= 80 for line in lines)


def test_more_shows_what_was_bound_last_and_any_name(session: Session) -> None:
    list(session.run(Source("q, r = max[1](A)")))
    assert said(session, ":more") == ["q: f32[2]", "  2  4", "r: i64[2]", "  1  1"]
    assert said(session, ":more A") == ["A: f32[2, 2]", "  1  2", "  3  4"]
    assert said(session, ":more f") == ["f: function", "  function"]
    assert said(Session(), ":more") == ["there is no result yet"]


def test_rows_and_matrices_are_numbered(session: Session) -> None:
    list(session.run(Source("T = arange(48).reshape(2, 12, 2)")))
    lines = said(session, ":more T")
    assert lines[:3] == ["T: i64[2, 12, 2]", "  [0]", "   [0]   0   1"]
    assert lines[13:16] == ["  [11]  22  23", "  [1]", "   [0]  24  25"]
    assert len(lines) == 1 + 2 * 13


def test_a_large_tensor_is_read_in_pieces_and_up_to_a_bound(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paged, "MOST", 50)
    monkeypatch.setattr(paged, "PIECE", 10)
    list(session.run(Source("v = arange(1000)\nM = arange(1000).reshape(100, 10)\nE = zeros(0, 3)")))
    for name in ("v", "M"):
        *lines, last = said(session, f":more {name}")
        assert [int(word) for line in lines[1:] for word in line.split("]")[1].split()] == list(range(50))
        assert last == '  ... 950 more numbers; save(x, "x.npy") keeps all'
    assert said(session, ":more E") == ["E: f32[0, 3]"]


def test_the_pager_gets_the_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pager, "_is_terminal", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("PAGER", f"tee '{tmp_path}/shown'")
    written: list[str] = []
    pager.page(iter(map(str, range(100))), 10, written.append)
    assert written == [] and (tmp_path / "shown").read_text().split() == list(map(str, range(100)))
    pager.page(iter(["a", "b"]), 10, written.append)
    assert written == ["a\nb"], "what fits on the screen needs no pager"
    monkeypatch.setenv("PAGER", "head -c 1")
    pager.page(iter(map(str, range(100_000))), 10, written.append)
    assert len(written) == 1, "it may be left before it has seen all"
    monkeypatch.setenv("PAGER", "sh -c 'exit 3'")
    pager.page(iter(map(str, range(100))), 10, written.append)
    assert written[1:] == ["the pager sh ended with 3"]


@pytest.mark.parametrize("command", ["no-such-pager --at-all", "", "'unclosed"])
def test_without_a_pager_lines_are_printed_up_to_a_bound(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pager, "_is_terminal", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("PAGER", command)
    monkeypatch.setenv("PATH", "")
    written: list[str] = []
    pager.page(iter(map(str, range(5000))), 10, written.append)
    if command.startswith("no-such"):
        assert written.pop(0) == "note: $PAGER is no-such-pager, which is not there"
    assert written[:3] == ["0", "1", "2"] and len(written) == pager.MOST_PRINTED + 1
    assert written[-1] == "the first 2000 lines; there is no pager to show more"


# :history


def test_history_is_that_of_this_shell_and_those_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = HistoryFile(str(tmp_path / "history"))
    for entry in ("old = 1", "[1,\n2]"):
        file.add(entry)
    session = Session()
    shell = Shell(session, PLAIN, file, Loading(session))
    file.add("from another shell")

    class Typed:
        repair_hint = ""
        repairs: tuple[str, ...] = ()

        def __init__(self) -> None:
            self.texts = ["new = 2", ":history", ":history 2", ":history old"]

        def read(self) -> str:
            if not self.texts:
                raise EOFError
            return self.texts.pop(0)

    assert shell.loop(Typed()) == 0  # type: ignore[arg-type]  # a reader of few words
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "new: i64 = 2",
        *("1  old = 1", "2  [1,", "   2]", "3  new = 2", "4  :history"),
        *("4  :history", "5  :history 2"),
        "1  old = 1",
    ]


@pytest.mark.parametrize(("text", "says"), [("0", "1 or more"), ("zzz", "nothing that was typed has zzz in it")])
def test_wrong_use_of_history(session: Session, text: str, says: str) -> None:
    with pytest.raises(TcalcError, match=says):
        said(session, f":history {text}", Desk(lambda: ["a"]))


def test_no_history(session: Session) -> None:
    assert said(session, ":history") == ["nothing was typed yet"]


# :seed, :dtype, :device


def test_seed_is_manual_seed(session: Session) -> None:
    said(session, ":seed 7")
    drawn = value(session, "rand(3)")
    torch.manual_seed(7)
    assert torch.equal(drawn, torch.rand(3))
    assert said(session, ":seed") == ["the random numbers started at 7; :seed 7 starts them there again"]
    said(session, ":seed -7")
    drawn = value(session, "rand(3)")
    torch.manual_seed(-7)
    assert torch.equal(drawn, torch.rand(3))


@pytest.mark.parametrize("text", [":dtype f64", ":dtype float64", ":dtype torch.float64", ":set dtype f64"])
def test_dtype_is_that_of_what_follows(session: Session, text: str) -> None:
    list(session.run(Source("third = 0.3")))
    assert value(session, "x * 1.5").dtype == torch.float32  # kept by its text
    (line,) = said(session, text)
    assert line == "A, x and third stay f32; what follows is f64"
    for each in ("ones(2)", "0.1 + zeros(1)", "rand(2)", "[0.5]", "mean([1, 2])"):
        assert value(session, each).dtype == torch.float64, each
    assert value(session, "x * 1.5").dtype == value(session, "third").dtype == torch.float32
    assert said(session, ":dtype")[0].startswith("dtype f64 ")
    assert said(session, text) == []
    said(session, ":dtype f32")
    assert value(session, "ones(2)").dtype == torch.float32


def test_a_name_or_many_that_stay(session: Session) -> None:
    said(session, ":del A")
    assert said(session, ":dtype f16") == ["x stays f32; what follows is f16"]
    said(session, ":dtype f32")
    list(session.run(Source("\n".join([f"y{number} = 0.5" for number in range(5)]))))
    assert said(session, ":dtype bf16") == ["x, y0, y1, y2 and 2 other names stay f32; what follows is bf16"]


@pytest.mark.parametrize(
    ("text", "says", "place"),
    [
        (":dtype i64", "dtype is f32, f64, f16 or bf16", "i64"),
        (":dtype f64 f32", "dtype is f32, f64, f16 or bf16", "f64 f32"),
        (":device moon", "device is cpu or cuda", "moon"),
        (":device xpu:7", "torch finds no device xpu:7 here", "xpu:7"),
        (":set device xpu:7", "torch finds no device xpu:7 here", "xpu:7"),
    ],
)
def test_settings_that_there_are_not(session: Session, text: str, says: str, place: str) -> None:
    with pytest.raises(TcalcError) as caught:
        said(session, text)
    assert caught.value.message == says and caught.value.span is not None and caught.value.span.text == place
    assert session.settings.device == "cpu" and session.settings.default_float.name == "f32"


def test_cpu_is_always_there(session: Session) -> None:
    assert said(session, ":device cpu") == [] and said(session, ":set device cpu") == []


def test_a_setting_reaches_every_thread(session: Session) -> None:
    said(session, ":dtype f64")
    found = Evaluator(session).run(lambda ticket: value(session, "torch.special.bessel_j0(ones(1)) + rand(1)"))
    assert isinstance(found, torch.Tensor) and found.dtype == torch.float64
