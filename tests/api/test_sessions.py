"""`tcalc.Session`: names, results, errors, compiled expressions, and that a session's values are its own."""

from __future__ import annotations

import _thread
import pickle
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import tcalc

A = torch.arange(6.0).reshape(2, 3)


def same(got: torch.Tensor, want: torch.Tensor) -> None:
    torch.testing.assert_close(got, want, equal_nan=True)


def failed(session: tcalc.Session, text: str) -> tcalc.Error:
    with pytest.raises(tcalc.Error) as caught:
        session.run(text)
    return caught.value


# Results


def test_results_have_names_types_values() -> None:
    session = tcalc.Session()
    results = session.run("n = 3\nx: f32[k] = ones(n)\nx * 2\nq, r = qr(eye(2))\n'text'\nf(x) = x\n")
    assert [(each.name, each.type) for each in results] == [
        ("n", "i64"), ("x", "f32[k=3]"), (None, "f32[k=3]"), ("q", "f32[2, 2]"), ("r", "f32[2, 2]"),
        (None, "text"), ("f", "function"),
    ]  # fmt: skip
    same(results[0].value, torch.tensor(3))
    same(results[2].value, torch.full((3,), 2.0))
    assert results[5].value == "text"
    assert results[6].value is None
    assert results[2].value is results[2].value
    same(session["k"], torch.tensor(3))


def test_print_gives_one_result_for_each() -> None:
    assert [each.value.item() for each in tcalc.Session().run("print(1, 2)\n3;")] == [1, 2]


def test_nothing_gives_nothing() -> None:
    session = tcalc.Session()
    assert (
        session.run("") == session.run("# a comment\n\n") == session.run("import torch") == session.run("x = 1;") == []
    )
    same(session["x"], torch.tensor(1))


def test_exit_ends_the_program() -> None:
    session = tcalc.Session()
    assert [each.name for each in session.run("a = 1\nexit()\nb = 2")] == ["a"]
    assert "b" not in session


def test_notes_belong_to_their_statement() -> None:
    session = tcalc.Session()
    one, other, last = session.run("a = ones(3, 1) - ones(3)\nb = 1\nones(3, 1) - ones(3);\nb")
    assert len(one.notes) == 1
    assert "both" in one.notes[0] or "grew" in one.notes[0]
    assert other.notes == last.notes == []


def test_a_result_in_a_prompt() -> None:
    shown = repr(tcalc.Session().run("x = [1., 2.]\nones(100)\nf(x) = x\nx + 1"))
    assert shown == "[<x: f32[2] = [1.0, 2.0]>, <f32[100]>, <f: function>, <f32[2] = [2.0, 3.0]>]"


def test_a_session_in_a_prompt() -> None:
    session = tcalc.Session()
    session.run("A = ones(2, 3)\nn = 3\nA")
    assert repr(session) == "<Session A: f32[2, 3], n: i64>"


# Names


def test_names_as_of_a_mapping() -> None:
    session = tcalc.Session()
    session.bind("A", A)
    session["n"] = 3
    session.run("b = sum(A) * n\nb")
    assert list(session) == session.names() == ["A", "n", "b"]
    assert len(session) == 3 and "A" in session and "x" not in session and 7 not in session
    same(session["b"], A.sum() * 3)
    same(session["_"], A.sum() * 3)
    assert session.get("x") is None and session.get("x", 7) == 7
    del session["A"]
    assert "A" not in session
    session.reset()
    assert len(session) == 0


@pytest.mark.parametrize("use", [lambda s: s["x"], lambda s: s.__delitem__("x")])
def test_a_missing_name_is_an_error_of_both_kinds(use: Any) -> None:
    for kind in (KeyError, tcalc.Error):
        with pytest.raises(kind) as caught:
            use(tcalc.Session())
        assert str(caught.value) == "error[name]: there is no x in this session"
        assert caught.value.code == "name"


def test_what_can_be_bound() -> None:
    session = tcalc.Session(dtype="f64")
    session.bind("a", np.array([1, 2], ">i4"))
    session.bind("b", [[1.5], [2]])
    session.bind("c", (A, "text", 2))
    session.bind("d", 0.1)
    assert [session.check(name) for name in "abcd"] == ["i32[2]", "f64[2, 1]", "(f32[2, 3], text, i64)", "f64"]
    same(session["d"], torch.tensor(0.1, dtype=torch.float64))
    assert session["c"][1] == "text"
    for name, value, code in [("torch", A, "name"), ("a b", A, "name"), ("x", {1}, "type"), (3, 3, "name")]:
        with pytest.raises(tcalc.Error) as caught:
            session.bind(name, value)  # type: ignore[arg-type]  # a caller may err
        assert caught.value.code == code


def test_a_function_has_no_value_outside() -> None:
    session = tcalc.Session()
    session.run("f(x) = x")
    with pytest.raises(tcalc.Error, match="f is a function"):
        _ = session["f"]


def test_values_are_the_sessions_own() -> None:
    mine, array = A.clone(), np.arange(3.0)
    session = tcalc.Session()
    session.bind("A", mine)
    session.bind("x", array)
    session.bind("pair", (mine, array))
    mine.zero_()
    array[:] = 0
    (result,) = session.run("A.T")
    for each in (
        session["A"],
        result.value,
        session["_"],
        session["pair"][0],
        session.compile("A")(),
        session.compile("A[0]")(),
    ):
        each.fill_(-1)
    for each in session.run("B = A"):
        each.value.fill_(-1)
    same(session["A"], A)
    same(session["B"], A)
    same(session["pair"][0], A)
    same(session["x"], torch.arange(3.0, dtype=torch.float64))


def test_what_requires_grad_is_detached() -> None:
    w = torch.ones(2, requires_grad=True)
    session = tcalc.Session()
    session.bind("w", w)
    for each in (session["w"], session.run("w * 2")[0].value, session.compile("w")()):
        assert not each.requires_grad
    assert w.requires_grad


# Errors


def test_the_first_error_ends_the_program() -> None:
    session = tcalc.Session()
    error = failed(session, "a = 1\nb = ones(2) + ones(3)\nc = 3")
    assert (error.code, error.line) == ("shape", 2)
    assert [each.name for each in error.results] == ["a"]
    assert session.names() == ["a"]
    assert str(error).splitlines()[1] == "  <text>:2  b = ones(2) + ones(3)"


def test_a_statement_that_fails_changes_nothing() -> None:
    session = tcalc.Session(seed=3)
    session.run("q = 1\nx = rand(2)")
    want = tcalc.Session(seed=3).run("x = rand(2)\nrand(2)")[1].value
    failed(session, "q, r = (randn(2), randn(2) @ inverse(zeros(2, 2)))")
    same(session["q"], torch.tensor(1))
    assert "r" not in session
    same(session.run("rand(2)")[0].value, want)


@pytest.mark.parametrize(
    "text", ["(1 +", "nothing", "1 + 'a'", "f32('a')", "while True: pass", "\x00", "\ud800", "(" * 500]
)
def test_every_error_is_tcalcs(text: str) -> None:
    session = tcalc.Session()
    error = failed(session, text)
    assert error.code != "internal"
    assert all(line.isascii() and line.isprintable() for line in str(error).split("\n"))
    assert session.run("1")[0].value == 1


def test_errors_can_be_pickled() -> None:
    error = failed(tcalc.Session(), "a = 1\nones(2) + ones(3)")
    other = pickle.loads(pickle.dumps(error))
    assert str(other) == str(error)
    assert (other.code, other.message, other.line, other.column) == (error.code, error.message, 2, 1)
    assert (other.notes, other.repairs) == (error.notes, error.repairs)


def test_no_text() -> None:
    with pytest.raises(tcalc.Error, match="a program is text, and this is bytes"):
        tcalc.Session().run(b"1")  # type: ignore[arg-type]  # a caller may err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"dtype": "i32"}, "i32 is no float: f32, f64, f16 or bf16"),
        ({"dtype": "double precision"}, "is no float"),
        ({"seed": 0.5}, "seed is an integer from"),
        ({"seed": 2**64}, "seed is an integer from"),
        ({"threads": 0}, "threads is an integer from 1"),
        ({"threads": True}, "threads is an integer from 1"),
        ({"memory": "much"}, "'much' is no amount of memory"),
        ({"device": "nowhere"}, "there is no device nowhere"),
    ],
)
def test_options_that_are_none(options: dict[str, Any], says: str) -> None:
    with pytest.raises(tcalc.Error, match=says):
        tcalc.Session(**options)


def test_options() -> None:
    assert tcalc.Session(dtype=torch.float64).check("ones(2)") == "f64[2]"
    assert tcalc.Session(dtype="float16").run("1 / 3")[0].type == "f16"
    error = failed(tcalc.Session(memory="1M"), "ones(10^6)")
    assert error.code == "memory"
    assert tcalc.Session(memory=2**30).run("ones(10^6);") == []


def test_strict_forbids_nan() -> None:
    program = "x = [1., -1.]\nlog(x) + 1"
    error = failed(tcalc.Session(strict=True), program)
    assert error.code == "value" and "log(x) gives NaN" in str(error) and "NaN at [1] of -1" in str(error)
    assert tcalc.Session().run(program)[-1].value.isnan().tolist() == [False, True]


def test_safe_forbids_files(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.arange(3.0))
    same(tcalc.Session().run(f"load('{path}')")[0].value, torch.arange(3.0).double())
    same(tcalc.evaluate("load(p)", p=str(path)), torch.arange(3.0).double())
    assert failed(tcalc.Session(safe=True), f"load('{path}')").code == "io"
    np.save(path, np.arange(4))
    same(tcalc.evaluate("load(p)", p=str(path)), torch.arange(4))


# Compiled expressions


def test_a_compiled_expression_sees_the_present_names() -> None:
    session = tcalc.Session()
    session.run("loss(w) = sum((w - t)^2)")
    session.bind("t", 1.0)
    session.bind("w", A)
    loss = session.compile("loss(w)")
    assert (loss.text, repr(loss)) == ("loss(w)", "<Formula loss(w)>")
    for w, t in [(A, 1.0), (A + 1, 1.0), (A.double(), 1.0), (A[0], 1.0), (A[0], 2.0), (A[0], A[1])]:
        session.bind("w", w)
        session.bind("t", t)
        for _ in range(2):
            same(loss(), ((w - t) ** 2).sum())
    session.run("loss(w) = -sum(w)")
    same(loss(), -A[0].sum())
    assert "_" not in session


def test_a_compiled_expression_fails_as_run_does() -> None:
    session = tcalc.Session()
    session.bind("A", A)
    with pytest.raises(tcalc.Error, match=r"error\[name\]: there is no B"):
        session.compile("A @ B")
    session.bind("B", A.T)
    product = session.compile("A @ B")
    same(product(), A @ A.T)
    session.bind("B", A)
    with pytest.raises(tcalc.Error, match=r"A's last axis is 3, B's first is 2"):
        product()
    del session["B"]
    with pytest.raises(tcalc.Error, match="there is no B"):
        product()
    session.bind("B", A.T)
    same(product(), A @ A.T)


def test_a_compiled_expression_whose_size_data_decide() -> None:
    session = tcalc.Session()
    total = None
    for x in (A, -A, A - 2, A * 0, A - 4):
        session.bind("x", x)
        total = total or session.compile("sum(x[x > 0] * ones(numel(x[x > 0])))")
        for _ in range(2):
            same(total(), x[x > 0].sum())


def test_constants_of_a_compiled_expression_stay() -> None:
    session = tcalc.Session()
    for text in ("[1., 2.]", "let a = [1., 2.] in (a, a)"):
        formula = session.compile(text)
        for _ in range(3):
            got = formula()
            for each in got if isinstance(got, tuple) else (got,):
                same(each, torch.tensor([1.0, 2.0]))
                each.zero_()


# Random numbers


def test_a_seeded_session_has_numbers_of_its_own() -> None:
    torch.manual_seed(1)
    want = torch.rand(3)
    torch.manual_seed(1)
    session, other = tcalc.Session(seed=5), tcalc.Session(seed=5)
    first = [session.run("rand(2)")[0].value for _ in range(3)]
    torch.rand(0)
    again = []
    for _ in range(3):
        again.append(other.run("rand(2)")[0].value)
        tcalc.Session(seed=9).run("rand(2)")
    for one, two in zip(first, again, strict=True):
        same(one, two)
    same(torch.rand(3), want)
    torch.manual_seed(5)
    same(torch.rand(2), first[0])


def test_without_a_seed_they_are_torchs() -> None:
    session = tcalc.Session()
    torch.manual_seed(2)
    want = [torch.rand(2), torch.rand(2), torch.rand(2)]
    torch.manual_seed(2)
    same(session.run("rand(2)")[0].value, want[0])
    failed(session, "rand(2) @ inverse(zeros(2, 2))")
    same(torch.rand(2), want[1])
    same(session.compile("rand(2)")(), want[2])
    failed(session, "rand(2) @ inverse(zeros(2, 2))")
    torch.manual_seed(2)
    same(session.run("rand(2)")[0].value, want[0])


# Interrupts


def interrupted_after(seconds: float, work: Any) -> None:
    """Ctrl-C while `work` runs in this thread."""
    timer = threading.Timer(seconds, _thread.interrupt_main)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            work()
            time.sleep(seconds + 2)
    finally:
        timer.cancel()


def test_an_interrupt_leaves_a_session_as_it_was() -> None:
    session = tcalc.Session(dtype="f64", seed=1)
    session.run("x = ones(3)")
    interrupted_after(0.3, lambda: session.run("x = iterate(x -> x + rand(3), x, 10^7)"))
    assert torch.get_default_dtype() is torch.float32 and torch.is_grad_enabled()
    same(session["x"], torch.ones(3, dtype=torch.float64))
    same(session.run("rand(2)")[0].value, tcalc.Session(dtype="f64", seed=1).run("rand(2)")[0].value)
    interrupted_after(0.3, lambda: tcalc.evaluate("iterate(x -> x + 1, x, 10^7)", x=A))
    same(tcalc.evaluate("x + 1", x=A), A + 1)
