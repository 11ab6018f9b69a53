"""Programs made ready while somebody types: Enter gives what it gives without, and nothing happens before it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from breeding import programs

from tcalc.doors import guarded
from tcalc.errors import TcalcError
from tcalc.outcomes import Bound, Failed, Noted, Outcome, Shown
from tcalc.repl.live import prepare
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.show.diagnostics import error_text, note_text
from tcalc.show.palette import PLAIN
from tcalc.show.plain import plain_text
from tcalc.source import Source
from tcalc.types import dtypes
from tcalc.types.dtypes import DType

ROOT = Path(__file__).resolve().parent.parent
PARTS = 4


def told(outcome: Outcome, default_float: DType) -> str:
    """What a person reads of an outcome."""
    if isinstance(outcome, Shown):
        return f"{outcome.type} {plain_text(outcome.data, default_float)}"
    if isinstance(outcome, Noted):
        return note_text(outcome.note, PLAIN, located=True)
    if isinstance(outcome, Failed):
        return error_text(outcome.error, PLAIN, located=True)
    return f"{outcome.name}: {outcome.type}" if isinstance(outcome, Bound) else type(outcome).__name__


def shell() -> Session:
    """A session that has torch, as the shell's has when somebody types."""
    session = Session(Settings(seed=0, notes=True))
    session.number_results()
    assert list(session.run(Source("[1.].sum();"))) == []
    assert session.has_torch
    return session


def run(session: Session, text: str, line: int = 1) -> list[str]:
    outcomes = guarded(session.run(Source(text, "<shell>", line)))
    return [told(each, session.settings.default_float) for each in outcomes]


def lines(texts: Sequence[str], prepared: bool) -> list[list[str]]:
    """What a session says of lines that are typed one after the other."""
    session = shell()
    found = []
    for line, text in enumerate(texts, 1):
        if prepared:
            prepare(session, text)
        found.append(run(session, text, line))
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_prepared_statements_give_what_others_give(part: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)  # where the examples' data files are named from
    different = []
    compared = 0
    for program in programs()[part::PARTS]:
        if any("save" in each.text for each in program):
            continue
        texts = [each.text if "#" in each.text else " ".join(each.text.split("\n")) for each in program]
        found, wanted = lines(texts, True), lines(texts, False)
        compared += len(texts)
        different += [each for each in zip(texts, found, wanted, strict=True) if each[1] != each[2]]
    assert different == []
    assert compared > 100


def test_a_program_is_at_hand_and_nothing_was_run() -> None:
    session = shell()
    run(session, "A = randn(3, 3)")
    before = session.bindings.revision, sorted(session.names())
    session.prepare(Source("A @ rand(3, 3)"))
    assert (session.bindings.revision, sorted(session.names())) == before
    assert session.knows("A @ rand(3, 3)")
    found = run(session, "A @ rand(3, 3)")
    again = shell()
    run(again, "A = randn(3, 3)")
    assert run(again, "A @ rand(3, 3)") == found


def test_names_that_change_their_types_are_seen() -> None:
    session = shell()
    run(session, "A = ones(2, 2)")
    session.prepare(Source("A + A"))
    run(session, "A = ones(3, dtype=i64)")
    assert run(session, "A + A") == ["i64[3] [2, 2, 2]"]


def test_a_leaf_that_is_bound_anew_is_seen() -> None:
    session = shell()
    run(session, "x = [3., 1.].requires_grad_()")
    run(session, "y = sum(x * x)")
    session.prepare(Source("grad[x](y)"))
    run(session, "y = sum(x * x * x)")
    assert run(session, "grad[x](y)")[0] == "f32[2] [27.0, 3.0]"


def test_what_was_prepared_under_another_dtype_is_not_run() -> None:
    session = shell()
    session.prepare(Source("[1., 2.] / 3"))
    session.change("dtype", dtypes.F64)
    assert run(session, "[1., 2.] / 3")[0].startswith("f64[2] ")


@pytest.mark.parametrize(
    "text",
    ["A = ones(2, 2)", "ones(2, 2); ones(3)", "A @", "nobody + 1", "", "# nothing", ":type A", "f(x) = x", "1e30 < "],
)
def test_what_is_no_expression_is_left_alone(text: str) -> None:
    session = shell()
    prepare(session, text)
    assert session.names() == []
    assert not session.knows(text)


def test_nothing_is_read_before_enter(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("1,2\n3,4\n")
    session = shell()
    session.prepare(Source(f'load("{file}")'))
    file.write_text("1,2,3\n")
    assert run(session, f'load("{file}")')[0].startswith("i64[1, 3] ")


def test_torch_is_not_loaded_for_it() -> None:
    session = Session()
    session.prepare(Source("ones(2, 2) @ ones(2, 2)"))
    assert not session.has_torch


def errors(session: Session, text: str, line: int) -> list[TcalcError]:
    return [each.error for each in session.run(Source(text, "<shell>", line)) if isinstance(each, Failed)]


def test_an_error_of_a_kept_program_is_told_where_the_text_stands_now() -> None:
    session = shell()
    run(session, "A = ones(2, 2)")
    session.prepare(Source("inv(A)"))
    found = [errors(session, "inv(A)", line)[0] for line in (3, 9, 12)]
    run(session, "B = ones(2, 2)")
    found += [errors(session, "inv(B)", line)[0] for line in (14, 15)]
    assert [each.code for each in found] == ["value"] * 5
    places = [(each.span.source.name, each.span.line) for each in found if each.span is not None]
    assert places == [("<shell>", line) for line in (3, 9, 12, 14, 15)]


def test_names_may_change_while_a_text_is_made_ready() -> None:
    session = shell()
    stop = threading.Event()

    def keep_preparing() -> Iterator[None]:
        while not stop.is_set():
            session.prepare(Source("A + 1"))
            yield

    thread = threading.Thread(target=lambda: [None for _ in keep_preparing()])
    thread.start()
    try:
        for number in range(60):
            size = 1 + number % 3
            run(session, f"A = ones({size}, dtype=i64)")
            assert run(session, "A + 1")[0] == f"i64[{size}] {[2] * size}"
            if number % 5 == 0:
                session.reset()
    finally:
        stop.set()
        thread.join()


def test_a_line_that_bound_something_stays_the_line() -> None:
    """One program is run for both `sum(x * x)`; each of their results has its own line."""
    session = shell()
    texts = ["x = [1., 2.]", "sum(x * x)", "z = _ * 2", "x = [5., 6.]", "sum(x * x)", "grad[x](z)", "grad[x](_1)"]
    for line, text in enumerate(texts, 2):
        prepare(session, text)
        found = run(session, text, line)
        if line == 7:
            assert "which line 5 bound anew" in found[0] and "line 3, run once more, computes _" in found[0]


def test_a_leaf_is_fixed_on_the_line_that_marked_it() -> None:
    session = shell()
    for line, text in enumerate(["A = ones(2, 3)", "A.requires_grad_()", "A @ A"], 1):
        prepare(session, text)
        found = run(session, text, line)
    assert "2: A.requires_grad_(), line 2, from A, line 1" in found[0]


@pytest.mark.parametrize(
    "text", ["grad[x](y)", "jacobian[x](y)", "hessian[x](y)", "grad(y)", "torch.autograd.grad(y, x)", "y.backward()"]
)
@pytest.mark.parametrize("anew", ["x = tensor([3., 4.], requires_grad=True)", "x += 1"])
def test_a_kept_derivative_is_not_by_another_variable_of_that_name(text: str, anew: str) -> None:
    session = shell()
    run(session, "x = tensor([1., 2.], requires_grad=True)")
    run(session, "y = sum(x * x)")
    for _ in range(2):
        prepare(session, text)
        assert all("error" not in each for each in run(session, text))
    run(session, anew)
    prepare(session, text)
    assert run(session, text)[0].startswith("error[grad]: y was computed by an earlier x")


def test_a_kept_program_has_the_notes_of_the_numbers_that_there_are() -> None:
    session = shell()
    run(session, "a = [1, 2] |> u8")
    assert run(session, "a + a") == ["u8[2] u8([2, 4])"]
    run(session, "a = [200, 100] |> u8")
    note, shown = run(session, "a + a")
    assert note.startswith("note: u8 holds 0 to 255, so this wraps") and shown == "u8[2] u8([144, 200])"


def test_what_does_not_fit_any_more_is_made_ready_anew() -> None:
    session = shell()
    run(session, "A = ones(3, 3)")
    run(session, "A @ A")
    run(session, "A = ones(2, 2)")
    session.prepare(Source("A @ A"))
    program = session._preparing.programs.at_hand("A @ A")
    assert program is not None and program.fits(session.bindings)
    assert run(session, "A @ A") == ["f32[2, 2] [[2.0, 2.0],\n [2.0, 2.0]]"]
