"""Whole programs checked: every independent error in its order, nothing that only follows from another, and soon."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from driver import check, rows, tcalc

from tcalc.checking import MOST_REPAIRED
from tcalc.doors import run_program
from tcalc.errors import TcalcError
from tcalc.interrupt import Ticket
from tcalc.printer import Printer
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source

LINES = 2_000


def places(program: str) -> list[tuple[str, int]]:
    """The errors of a checked program: code and line."""
    return [(error.code, line_of(error)) for error in check(program).errors]


def line_of(error: TcalcError) -> int:
    """The line of an error; each has a place."""
    assert error.span is not None
    return error.span.line


A = "A = ones(2, 3)\n"

CASCADES = rows(
    # What uses a name whose definition failed is not at fault, through any number of names.
    (A + "B = A @ A\nC = B + 1\nD = C.T\nD @ D\nA + ones(4)", [("shape", 2), ("shape", 6)]),
    # The name may be bound anew.
    (A + "B = A @ A\nB = ones(2)\nB + ones(3)", [("shape", 2), ("shape", 4)]),
    # A tuple taken apart: each of its names.
    ("q, r = qr(ones(3))\nq @ r\nr + ones(9)\nundefined", [("shape", 1), ("name", 4)]),
    ("a, b, c = qr(ones(3, 3))\na @ b @ c\nones(2) + ones(3)", [("type", 1), ("shape", 3)]),
    # An update of a whole name makes it something else; `A[0] = v` does not, whatever v is.
    (A + "A += ones(7)\nA + ones(5)\nA = 1\nA @ 2", [("shape", 2), ("shape", 5)]),
    (A + "A[5] = 1\nA[0] = ones(9)\nA @ A", [("shape", 2), ("shape", 3), ("shape", 4)]),
    ("B[0] = 1\nB + 1\nB @ B", [("name", 1)]),
    # The size names of an annotation, unless they were bound before.
    ("x: [n, m] = ones(3)\nzeros(n) + m\nzeros(m)", [("shape", 1)]),
    ("x: [n + 1] = 1 + 'a'\nzeros(n)\nundefined", [("type", 1), ("name", 3)]),
    ("n = 3\nx: [n] = ones(4)\nones(n) @ ones(5)\nx + ones(9)", [("shape", 2), ("shape", 3)]),
    # Functions: defined with an error, and using what has one.
    ("f(x: [n]): [n] = x @ x\nf(ones(3))\nf(ones(3)) + ones(7)\nundefined", [("shape", 1), ("name", 4)]),
    (A + "B = A @ A\nf(x) = x + B\nf(1)\ny = f(2)\ny + ones(3) + ones(4)", [("shape", 2)]),
    (A + "B = A @ A\nf(x: [n]): [n] = x + B\nf(ones(2))", [("shape", 2)]),
    ("f(x] = 3\nf(1)\nundefined", [("syntax", 1), ("name", 3)]),
    ("f(x) = x @ ones(3)\ng(x) = f(x) + 1\ng(ones(4))\ng(ones(3))\ng(ones(5))", [("shape", 1), ("shape", 1)]),
    # Inside of lambdas, lets, loops, choices and derivatives.
    (A + "B = A @ A\n(x -> x + B)(1)\nvmap(r -> r + B)(A)\ngrad[A](sum(A * B))", [("shape", 2)]),
    (A + "B = A @ A\nlet q = B in q @ ones(9)\nlet q = 1 in q + B\nlet B = 1 in B + ones(3) @ ones(4)",
     [("shape", 2), ("shape", 5)]),
    (A + "B = A @ A\nB if True else 1\n1 if True else B\nfold((s, x) -> s + B, 0, A)", [("shape", 2)]),
    # `_` and `ans` are the last shown result, which may have failed; a new one mends them.
    ("ones(2) + ones(3)\n_ + ones(5)\nans @ 7\n3\n_ @ 1", [("shape", 1), ("shape", 5)]),
    ("ones(2)\nones(2) + ones(3);\n_ + ones(5)", [("shape", 2), ("shape", 3)]),
    # Syntax errors bind what they seem to bind; each logical line has its own.
    ("x = = 3\nx + ones(2) + ones(3)\ny = 1 2\nz = )", [("syntax", 1), ("syntax", 3), ("syntax", 4)]),
    ("x = 3 $ 4\nx @ 1\ny$ = 2\ny @ 1\nz = 'a\nz @ 1\nx @ 2", [("syntax", 1), ("syntax", 3), ("syntax", 5)]),
    ("x = ones(2)\n\"a\nx + ones(3)", [("syntax", 2), ("shape", 3)]),
    ("x = [1, (2]\nx @ 1\ny = (1,\nx + 1\ny @ 1", [("syntax", 1), ("syntax", 3)]),
    ("r\u2066ate = 1\nrate\nx€ = 2\nx", [("syntax", 1), ("syntax", 3)]),
    # A file that a failed line would have written.
    ('save(ones(2) + ones(3), "new.npy")\nload("new.npy") + ones(9)\nundefined', [("shape", 1), ("name", 3)]),
)  # fmt: skip


@pytest.mark.parametrize(("program", "errors"), CASCADES)
def test_each_independent_error_once(program: str, errors: list[tuple[str, int]]) -> None:
    assert places(program) == errors


def test_text_and_json_tell_the_same_in_order(tmp_path: Path) -> None:
    program = A + "x = undefined\ny = x + 1\nB = A @ A\nB.T\n1 2\nA - ones(2, 1)\n"
    (tmp_path / "p.tc").write_text(program)
    text = tcalc("--check", "p.tc", folder=tmp_path)
    said = tcalc("--check", "--json", "p.tc", folder=tmp_path)
    assert (text.returncode, said.returncode) == (3, 3)
    assert text.stdout == said.stdout == ""
    errors = [json.loads(line)["error"] for line in said.stderr.splitlines()]
    assert [(each["code"], each["line"], each["column"]) for each in errors] == [
        ("name", 2, 5),
        ("shape", 4, 5),
        ("syntax", 6, 3),
    ]
    heads = [line for line in text.stderr.splitlines() if line.startswith("error[")]
    assert heads == [f"error[{each['code']}]: {each['message']}" for each in errors]
    assert [repair["text"] for repair in errors[1]["repairs"]] == ["A @ A.T", "A.T @ A", "A * A"]


@pytest.mark.parametrize(
    ("program", "status"), [("ones(2) + ones(3)\n2^64", 3), ("2^64\nones(2) + ones(3)", 1), ("ones(2)", 0)]
)
def test_the_status_is_that_of_the_first_error(program: str, status: int) -> None:
    import io

    printer = Printer(io.BytesIO(), Settings().default_float, json=True)
    run_program(Session(), Source(program), printer, Ticket())
    assert printer.status == status


MANY: dict[str, tuple[Callable[[int], str], int]] = {
    "fine": (lambda n: f"x{n} = sum[{n % 2}](A @ A.T * {n}) - softmax[-1](A[:, 0] / {n + 1})", 0),
    "unknown names": (lambda n: f"value{n} = valeu{n} + {n}", LINES),
    "shapes": (lambda n: f"y{n} = A @ A + {n}", LINES),
    "what follows": (
        lambda n: f"y{n} = A @ A + {n}" if n % 2 else f"z{n} = y{n - 1} * y{max(1, n - 3)}" if n else "z0 = 1",
        LINES // 2,
    ),
    "chain": (lambda n: f"f{n}x(x) = f{n - 1}x(x) + {n}" if n else "f0x(x) = x", 0),
}


@pytest.mark.parametrize("kind", MANY)
def test_thousands_of_distinct_lines_take_no_longer_each(kind: str) -> None:
    line, wrong = MANY[kind]
    program = "A = ones(2, 3)\n" + "\n".join(map(line, range(LINES)))
    begin = time.process_time()
    _, outcomes = Session().check(Source(program))
    assert time.process_time() - begin < 6, "a quiet machine takes a third of a second"
    errors = [each.error for each in outcomes if hasattr(each, "error")]
    assert len(errors) == wrong
    assert [line_of(error) for error in errors] == sorted(line_of(error) for error in errors)
    if kind == "unknown names":
        assert "did you mean" in errors[MOST_REPAIRED - 1].message
        assert errors[-1].message == f"there is no valeu{LINES - 1}"


def test_a_check_never_loads_torch(tmp_path: Path) -> None:
    program = (
        A + 'A @ A\nlstm_cell(A)\n"ij,jk->ik"(A, A)\nnn.Linear(3)\nA - ones(2, 1)\nxlogy(A, A)\nload("x.npy")\n? + A\n'
    )
    program += 'grad[A](sum(A^2))\nx[x > 0]\nA[A > 0].sum()\ntorch.erfcx(A)\nA.to("cuda")\nsave(A, "y.npy")\n'
    (tmp_path / "p.tc").write_text(program)
    code = (
        "import sys, os\n"
        "from tcalc import cli\n"
        "def leave(status): print(status, [m for m in ('torch', 'numpy', 'rich') if m in sys.modules])\n"
        "cli.leave = leave\n"
        "cli.main(['--check', 'p.tc'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "3 []\n", done.stdout + done.stderr
    assert done.stderr.count("error[") >= 5
