"""What the statements of one program have in common is computed once, and the values are as they were."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from tcalc.doors import run_program
from tcalc.interrupt import Ticket
from tcalc.outcomes import Failed
from tcalc.printer import Printer
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source
from tcalc.types import dtypes

#: A product of matrices of this size counts so much.
N = 60
PRODUCT = 2 * N**3
NAMES = f"""
torch.manual_seed(0)
A = randn({N}, {N})
B = randn({N}, {N})
v = randn({N})
"""


def ran(program: str, keep_going: bool = False, **settings: Any) -> tuple[str, int]:
    """What a program prints after NAMES, errors too, and how many products of matrices torch computed."""
    session, output = Session(Settings(dtypes.F64, **settings)), io.BytesIO()
    printer = Printer(output, dtypes.F64)
    with FlopCounterMode(display=False) as counter, contextlib.redirect_stderr(io.StringIO()) as errors:
        run_program(session, Source(NAMES + program), printer, Ticket(), keep_going=keep_going)
        printer.flush()
    return output.getvalue().decode() + errors.getvalue(), counter.get_total_flops() // PRODUCT


@pytest.mark.parametrize(
    ("program", "products"),
    [
        ("A.T @ B;\nA.T @ B", 1),
        ("X = A.T @ B\nA.T @ B - X", 1),
        ("X = A.T @ B;\nY = (A.T @ B).T @ (A.T @ B)\nsum(X + Y)", 2),
        ("X = A @ B + 1;\nY = A @ B + 2;\nsum(X * Y)", 1),
        ("f(P: [n, n]): [n, n] = P @ P\nX = f(A)\nsum(f(A) - X)", 1),
        ("sum(exp(A @ B / 9))\nsum(grad[A](sum(exp(A @ B / 9)))^2)", 2),
        ("svd(A @ B).S[0]\nsum(A @ B * A)\nmax(A @ B)", 1),
        # In none of these is there a product that the first one makes anyway.
        ("A @ B @ v;\nA @ B @ (v + 1);", 0),
        ("trace(A @ B)\nsum(A @ B)", 0),
        # What a name was is not what it is.
        ("X = A @ B;\nA = A + 1\nsum(A @ B)\nsum(exp(X))", 1),
        ("X = A @ B\nA[0, 0] = 7.\nmax(A @ B) - max(X)", 2),
        ("X = A @ B\nX[0, 0] = 7.\nmax(A @ B) - max(X)", 1),
        ("f(P) = P @ P\nX = f(A)\nf(P) = P @ P + P\nsum(exp(f(A))) + X[0, 0]", 1),
        ("A @ B\nX = _ @ B\nA @ A\nY = _ @ B\nmax(X - Y)", 4),
        # Draws are drawn each time.
        (f"X = exp(randn({N}, {N}) @ B)\nY = exp(randn({N}, {N}) @ B)\nmax(X - Y) > 0", 2),
        # Data decide a shape: nothing after it is foreseen.
        ("w = v[v > 0]\nX = A @ B\nmax(A @ B) - max(X) + sum(w)", 2),
        ("X = A @ B\nmax(A @ B)\nw = v[v > 0]\nsum(w)", 1),
    ],
)
def test_it_is_computed_once(program: str, products: int) -> None:
    said, count = ran(program)
    assert "error" not in said
    assert count == products
    plain, most = ran(program, rewrites=False)
    assert most >= count
    assert [float(each) for each in numbers(said)] == pytest.approx([float(each) for each in numbers(plain)])


def numbers(text: str) -> list[str]:
    return text.replace("[", " ").replace("]", " ").replace(",", " ").replace("True", "1").split()


def test_after_an_error_the_rest_is_right() -> None:
    program = "X = A @ B\nA = linalg.cholesky(-A @ A.T)\nmax(A @ B) - max(X)"
    said, _ = ran(program, keep_going=True)
    assert "error[value]" in said and said.startswith("0.0\n")


def test_what_is_shared_is_not_kept_longer_than_needed() -> None:
    session = Session(Settings(dtypes.F64))
    source = Source(NAMES + "X = A @ B + 1;\nY = A @ B + 2;\nZ = X + Y;")
    statements, _ = session.check(source)
    session.share(statements)
    held = []
    for statement in statements:
        assert not [each for each in session.execute(statement) if isinstance(each, Failed)]
        held.append(session._bytes_held())
    session.share(())
    matrix = N * N * 8
    names = 2 * matrix + N * 8
    assert held[-3] - names == 2 * matrix  # X, and the product that Y will need
    assert held[-1] - names == 3 * matrix  # X, Y and Z


def test_strict_and_off_compute_it_again() -> None:
    program = "X = exp(A @ B);\nmax(A @ B)"
    assert ran(program)[1] == 1
    assert ran(program, rewrites=False)[1] == 2
    assert ran(program, strict=True)[1] == 2


def test_what_is_not_run_is_not_held() -> None:
    """A product that fails leaves nothing behind."""
    torch.manual_seed(0)
    said, _ = ran("inv(A * 0) @ A\nX = inv(A * 0) @ A", keep_going=True)
    assert said.count("error") == 2
