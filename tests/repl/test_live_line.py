"""The line below the prompt: the type of what is typed, what must come next, what is wrong, the call's signature."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tcalc.outcomes import Failed, Shown
from tcalc.repl.live import Live, line, said
from tcalc.repl.loading import Loading
from tcalc.session import Session
from tcalc.show.palette import PLAIN
from tcalc.source import Source
from tests.contract.driver import torch_left_alone

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

NAMES = """
A = [[1., 2., 3.], [4., 5., 6.]]
B = zeros(3, 2)
x: f32[time=5] = ones(5)
big = zeros(2000, 2000);
f(a: [n], b: [n]) = a + b
g(u) = u @ A
"""


@pytest.fixture(scope="module")
def session() -> Session:
    session = Session()
    with torch_left_alone():
        assert all(type(each).__name__ != "Failed" for each in session.run(Source(NAMES)))
    return session


TOLD = {
    "A @ B": "f32[2, 2]",
    "softmax[-1](A @ ones(3, 4)": "f32[2, 4]",
    "y = A.T": "y: f32[3, 2]",
    "y = A.T; y @ A": "f32[3, 3]",
    "2 + 40": "i64 = 42",
    "1 / 4": "f32 = 0.25",
    '"text"': '"text"',
    "max[1](A": "values: f32[2], indices: i64[2]",
    "f(x, x": "f32[time=5]",
    "big @ big": "f32[2000, 2000] · 16.0 GFLOP",
    "grad[A](sum(A^2)": "f32[2, 3]",
    "A @ ": "? must be f32[3] or f32[3, ?]",
    "A + ": "? must be f32[2, 3], or broadcast to it",
    "f(x, ": "? must be f32[5]",
    "linear(A, A.T, ": "A's last axis is 3, A.T's last is 2",
    'load("': "",
    "x\n:type A\nA @ B": "f32[2, 2]",
    "x\n:type A @ B": "f32[2, 2]",
    "nix\n:type A\nA @ B": "name: there is no nix",
    "nix; 1": "name: there is no nix",
    "y = x @ ones(3)\nz = 4": "shape: x's only axis is 5, the right side's only axis is 3",
    "torch.": "",
    "torch.linalg.": "",
    "A @ ?": "type: ? must be f32[3] or f32[3, ?]",
    "1 + ": "? may be a tensor of any shape",
    # What other names begin with says nothing, or what stands before it; what none begins with is told.
    "so": "",
    # Behind a dot the type of what stands before it, which is none of the result.
    "A.": "A: f32[2, 3]",
    "A.me": "A: f32[2, 3]",
    "q = A.sha": "A: f32[2, 3]",
    "zeros(A.sha": "A: f32[2, 3]",
    "A @ A.T.me": "A.T: f32[3, 2]",
    "softmax(A, dim": "",
    "1 + soq": "there is no soq",
    # A name at the beginning may be bound yet.
    "soq": "",
    "soq(a, b)": "",
    "(soq, A": "",
    "soq; ": "name: there is no soq",
    # What more arguments, items or letters may mend is not told, nor that a text is not whole.
    "A.permute(0": "",
    "A.permute(0, ": "? must be an axis: 1",
    "A.view(4": "",
    "A.view(-": "? must be i64",
    "zeros(-": "? must be i64",
    "A + 1\n:set keys vi +": ":set [NAME VALUE]   Change a setting; alone, show them.",
    "* 3": "syntax: * cannot begin a statement",
    "| A": "syntax: | cannot begin a statement",
    "A.expand(5": "",
    "A.view(4)": "shape: A has 6 elements (f32[2, 3]), and (4) has 4",
    'einsum("ij,': "",
    'einsum("ij,jk->ik", ': "? must be f32[?, ?]",
    'einsum("ij,jk->ik", A, ': "? must be f32[3, ?]",
    "[[1., 2.], [": "? may be a tensor of any shape",
    "[[1., 2.], [3.": "",
    "[[1., 2.], [3.]": "a list stacks tensors of one shape, and item 0 is f32[2], item 1 f32[1]",
    "[[1., 2.], ": "? must be f32[2]",
    "A.sum(dim=1,": "f32[2]",
    "softmax(": "",
    "grad[A](sum": "? may be a tensor of any shape",
    "torch.nn": "",
    # What a function's body names is looked up when it is called.
    "h(a) = a + nosuch": "h: function · there is no nosuch yet",
    "h(a) = other(nosuch) + sum[time](a)": "h: function · there is no other and no nosuch yet",
    "h(a) = a + so": "h: function",
    "a -> a + nosuch": "function · there is no nosuch yet",
    "h = (a, c) -> a + nosuch * c": "h: function · there is no nosuch yet",
    "a -> b -> a + b": "function",
    "h(a: [n]) = let b = a in vmap(c -> c + n)(b) + pi + x[0]": "h: function",
    "A[": "? must be an i64 from 0 to 1, a slice or a mask",
    "A[:, ": "? must be an i64 from 0 to 2, a slice or a mask",
    "A[..., ": "? must be an i64, a slice or a mask",
    "mean[time](": "x: f32[time=5] fits",
    "A.xyz": "A (f32[2, 3]) has no xyz",
    # What the statement must go on with.
    "let a = 1": "must go on with in …",
    "1 if True": "must go on with else …",
    "1 if ": "? must be bool",
    "y: f32[2]": "must go on with = …",
    "h(a: [n])": "must go on with = …",
    "lambda a": "must go on with : …",
    "y: f32[2": "",
    "y: ": "",
    "f(a: [n": "",
    "let ": "let binds names: let a = 1, b = 2 in …",
    # Methods that are not called yet.
    "A.sum[": "? must be an axis: 0 or 1",
    "x.sum[": "? must be an axis: 0, or its label time",
    "A.sum[0]": "sum is a function: write A.sum[0]()",
    "A.sum[0": "sum is a function: write A.sum[0]()",
    "A.sum[0] + 1": "sum is a function: write A.sum[0]()",
    "A + [": "? must be f32[2, 3], or broadcast to it",
    "max[1](": "? must be f32[?, ?] or f32[?, ?, ?]",
    "exp(": "? may be a tensor of any shape",
    "f(": "",
    "zeros(": "f32",
    "where(A > 2, ": "? must be [2, 3], or broadcast to it",
    "A @ A": "shape: A's last axis is 3, A's first is 2",
    'sum("a") + 1': "type: ",
    ":plan A @ B": "f32[2, 2]",
    ":plan A @ A": "shape: A's last axis is 3, A's first is 2",
    ":vars": ":vars   The names that are bound, with their types.",
    "": "",
    "# nothing": "",
    "A[A > 2]": "f32[?]",
}


@pytest.mark.parametrize(("text", "told"), TOLD.items())
def test_what_is_told(session: Session, text: str, told: str) -> None:
    found = said(session, text, len(text)).glimpse.text
    assert found.startswith(told) if told.endswith(": ") else found == told


@pytest.mark.parametrize(
    ("text", "underlined"),
    [
        ('A * 2.5 + "no" + 1', '"no"'),  # of an operation the one operand at fault, as Enter underlines it
        ("A @ A", "A @ A"),
        ("B + (A @ A) + 1", "(A @ A)"),
        (":plan A @ A", "A @ A"),
        ("A @ ", None),
        ("zeros(3) + nix", None),  # a name may not be at its end
        ("nix + zeros(3)", "nix"),
        ("A @ B", None),
        ("A ) B", ")"),
        ("A.sum[0]", None),  # it may be called yet
        ("A.sum + 1", "sum"),
        ("for", None),  # it may be the beginning of a name
        ("for ", "for"),
        ("nix(a, b", None),  # it may be defined yet, as may names before an =
        ("nix, A", None),
        ("nix(a, b) + 1", "nix"),
        ("y: nix[", None),
        ("y: nix[2] = 3", "nix[2]"),
    ],
)
def test_what_is_underlined(session: Session, text: str, underlined: str | None) -> None:
    wrong = said(session, text, len(text)).glimpse.wrong
    assert (None if wrong is None else text[slice(*wrong)]) == underlined


SIGNATURES = {
    "f(": "f(<a: [n]>, b: [n])",
    "f(x, ": "f(a: [n], <b: [n]>)",
    "f(x, sum(": "sum(<x: any[*s]>, dim: axes = None, keepdim: flag = False, dtype: dtype = None) -> wide[...]",
    "f(sum(x), ": "f(a: [n], <b: [n]>)",
    "A.sum(": "sum(<dim: axes = None>, keepdim: flag = False, dtype: dtype = None) -> wide[...]",
    "torch.sum(A, ": "sum(x: any[*s], <dim: axes = None>, keepdim: flag = False, dtype: dtype = None) -> wide[...]",
    "sum(A, keepdim=": "sum(x: any[*s], dim: axes = None, <keepdim: flag = False>, dtype: dtype = None) -> wide[...]",
    "softmax[1](": "softmax(<x: R[*l, n, *r]>, dim: axis(n), dtype: dtype = None) -> R[*l, n, *r]",
    "f(x, x)": None,
    "A[": None,
    "(A + ": None,
    "x.f(": "f(<b: [n]>)",
    "A.where(": "where(<condition: bool[*s]>, b: any[*s]) -> any[*s]",
    "A.polygamma(1, ": "polygamma(n: int) -> any[...]<>",
    "nix(": None,
    '"ij->ji"(': None,
}


@pytest.mark.parametrize(("text", "shown"), SIGNATURES.items())
def test_the_signature_of_the_call(session: Session, text: str, shown: str | None) -> None:
    found = said(session, text, len(text)).signature
    marked = None if found is None else f"{found.before}<{found.current}>{found.after}"
    assert marked == shown


def test_the_cursor_says_which_call(session: Session) -> None:
    text = "f(x, sum(x))"
    found = said(session, text, 4).signature
    assert found is not None and found.current == "b: [n]"


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_it_is_one_line(session: Session, width: int) -> None:
    for text in [*TOLD, *SIGNATURES]:
        parts = line(said(session, text, len(text)), PLAIN, width)
        whole = "".join([part[1] for part in parts])
        assert len(whole) < width and "\n" not in whole


def test_both_ends_are_used(session: Session) -> None:
    text = "f(x, "
    whole = "".join([part[1] for part in line(said(session, text, len(text)), PLAIN, 79)])
    assert whole.startswith(" ? must be f32[5] ") and whole.endswith("f(a: [n], b: [n])") and len(whole) == 78


def test_nothing_is_run_and_torch_is_not_asked(session: Session) -> None:
    with torch_left_alone():
        before = dict(session.bindings)
        for text in ("C = A @ B", "A[0, 0] = 3", "randn(3) + x", "zeros(10^6, 10^6)", 'save("nix.csv", A)'):
            said(session, text, len(text))
        assert dict(session.bindings) == before


def test_a_keystroke_on_a_long_line_is_quick(session: Session) -> None:
    """Twenty milliseconds are asked for; a slow machine gets ten times that."""
    text = " + ".join(["sum(A @ B)"] * 15)
    assert len(text) > 180
    said(session, text, len(text))
    begin = time.process_time()
    for end in range(len(text) - 20, len(text)):
        said(session, text[:end], end)
    assert (time.process_time() - begin) / 20 < 0.2


def test_it_is_told_from_a_thread_of_its_own(session: Session) -> None:
    loading, news = Loading(session), threading.Event()
    loading.language.set()
    live = Live(session, loading, news.set)
    live.ask("A @ B", 5)
    assert news.wait(10)
    told = live.of("A @ B")
    assert told is not None and told.glimpse.text == "f32[2, 2]"
    assert live.of("A @") is None


def test_at_a_pause_the_text_is_made_ready(session: Session) -> None:
    loading, news = Loading(session), threading.Event()
    loading.language.set()
    with torch_left_alone():
        assert [type(each).__name__ for each in session.run(Source("A @ A.T"))] == ["Shown"]
        live = Live(session, loading, news.set)
        live.ask("A @ B * 3", 9)
        deadline = time.monotonic() + 10
        while not session.knows("A @ B * 3"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        (shown,) = session.run(Source("A @ B * 3"))
    assert isinstance(shown, Shown) and str(shown.type) == "f32[2, 2]"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.tc")), ids=lambda path: path.stem)
def test_lines_of_the_examples_are_told_as_they_are_typed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of their beginnings; what is whole and runs is not said to be wrong."""
    monkeypatch.chdir(path.parent)
    session = Session()
    for written in path.read_text().split("\n"):
        text = written.partition("#")[0].rstrip()
        for end in range(len(text) % 9, len(text), 9):
            assert said(session, text[:end], end).text == text[:end]
        told = said(session, text, len(text)).glimpse
        outcomes = list(session.run(Source(written)))
        if not any(isinstance(each, Failed) for each in outcomes):
            assert told.role != "error", text
