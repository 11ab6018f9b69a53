"""Graphs as torch code: readable, and what it says is what runs: Python gives the session's own numbers for it."""

from __future__ import annotations

import pytest
import torch

from tcalc.outcomes import Shown
from tcalc.session import Session
from tcalc.show.code import WIDEST, code_text
from tcalc.source import Source
from tcalc.types import dtypes
from tcalc.types.data import TupleData

NAMES = "A = [[1., 2.], [3., 4.]]\nx = [1., 2.]\nb = [True, False]\nc = 3\nt1 = [5., 6.]"


@pytest.fixture(scope="module")
def session() -> Session:
    session = Session()
    list(session.run(Source(NAMES)))
    return session


def code(session: Session, text: str) -> str:
    checked, graph = session.compiled(Source(text))
    names = session.names()
    return code_text(graph, checked.targets, names, session.kernel_sources({*names}), dtypes.F32)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A @ x + c", "A @ x + 3"),
        ("y = sum[0](A) / 2", "y = torch.sum(A, dim=0) / 2"),
        ("-A^2 - -c", "-A ** 2 - -3"),
        ("(A - 1) - (A + 1) * 2", "A - 1 - (A + 1) * 2"),
        ("A - (A - 1)", "A - (A - 1)"),
        ("(A^2)^3", "(A ** 2) ** 3"),
        ("A^(x^2)", "A ** x ** 2"),
        ("(A < 2) == (A > 1)", "(A < 2) == (A > 1)"),
        ("(A + 1) * (A + 1)", "t2 = A + 1\nt2 * t2"),
        ("A.T @ A", "A.mT @ A"),
        ("A[0, 1:] + x[[1, 0]]", "A[0, 1:] + x[torch.tensor([1, 0])]"),
        ("A[0, 1] = 7.", "A = A.clone()\nA[0, 1] = torch.tensor(7.0)"),
        ("f64(x)", "x.to(torch.float64)"),
        ('"ij,jk->ik"(A, A)', "A @ A"),
        ("cat([x, x])", "torch.cat([x, x])"),
        ("sin(2.)", "torch.sin(torch.tensor(2.0))"),
        ("2 + 3", "5"),
        ("vmap(v -> sum(v) * v)(A)", "torch.vmap(lambda x1: torch.sum(x1) * x1)(A)"),
        ("iterate(v -> A @ v, x, 10)", "s1 = x\nfor _ in range(10):\n    s1 = A @ s1\ns1"),
        ("rand(2) + rand(2)", None),
    ],
)
def test_code(session: Session, text: str, expected: str | None) -> None:
    found = code(session, text)
    if expected is not None:
        assert found == expected
    else:  # draws stand in the order in which they are made
        assert [line[:12] for line in found.split("\n")] == ["t2 = torch.r", "t3 = torch.r", "t2 + t3"]


@pytest.mark.parametrize(
    "text",
    [
        "A @ x + c",
        "(A - 1) - (A + 1) * 2 / (A - 5) // 2",
        "-A^2 - -c",
        "A^-2",
        "(A < 2) == (A > 1)",
        "let u = exp(x) in u * u + u",
        "max[1](A)",
        "stack([x, x * 2])",
        "A[0, 1:] + x[[1, 0]]",
        "x[None, :] + A.T",
        "scan((s, v) -> (s + v, s * v), 0., x)",
        "fold((s, v) -> s + v, 0., x)",
        "iterate(s -> (s[1], s[0] + s[1]), (x, x), 5)",
        "vmap((v, w) -> let z = v + w in z * z)(A, A)",
        "sum(x) if sum(x) > 2 else x[0]",
        "(let u = x + 1 in u * u) if sum(x) > 20 else x",
        "f64([0.1, 0.2]) * 3",
        "where(x > 1, x, 0.)",
        "block_diag(A, x)",
        "meshgrid(x, x, indexing='xy')",
        "diff(x, append=x)",
        "gather(A, 1, [[0], [1]])",
        "A.unfold(0, 1, 1)",
        "split(x, 1)",
        "tensordot(A, x, ([0], [0]))",
    ],
)
def test_the_code_computes_what_the_session_computes(session: Session, text: str) -> None:
    (shown,) = session.run(Source(text))
    assert isinstance(shown, Shown) and shown.data is not None
    data = shown.data
    expected = [list(item.numbers(0, 100)) for item in (data.items if isinstance(data, TupleData) else [data])]
    *lines, last = code(session, text).split("\n")
    names: dict[str, object] = {"torch": torch}
    for name in ("A", "x", "b", "c", "t1"):
        value = session.bindings[name].value
        names[name] = 3 if value is None else value
    # The code is meant to be pasted into Python, and this is what Python makes of it.
    exec("\n".join([*lines, f"result = {last}"]), names)
    result = names["result"]
    parts = result if isinstance(result, tuple) else [result]
    assert [torch.as_tensor(part).reshape(-1).tolist() for part in parts] == expected


def test_long_code_is_cut_into_lines_and_deep_code_is_no_recursion(session: Session) -> None:
    text = code(session, " + ".join(["exp(x)*c"] + ["A"] * 3000))
    lines = text.split("\n")
    assert len(lines) > 50
    assert max(map(len, lines)) < WIDEST + 40


def test_long_data_are_cut(session: Session) -> None:
    text = code(session, str([float(i) for i in range(1000)]))
    assert text.startswith("torch.tensor([0.0, 1.0, ") and text.endswith(", …])") and len(text) < 100
