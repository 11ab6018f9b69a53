"""What is told of how statements run: a screen for each rewrite, plans of odd statements, and `--plan` of programs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tcalc.commands import run_command
from tcalc.doors import plan_program
from tcalc.errors import TcalcError
from tcalc.graph.cost import total_flops
from tcalc.graph.graph import Graph
from tcalc.graph.rewrites.table import CHAINS, LAST, LOCAL, LOOP, UNSAFE
from tcalc.interrupt import Ticket
from tcalc.printer import Printer
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.show.plans import Reader
from tcalc.source import Source
from tcalc.types.dtypes import F32
from tests.contract.driver import Calculator, tcalc, torch_left_alone

NAMES = """
A = ones(100, 100)
B = ones(100, 100)
C = ones(100, 100)
P = ones(100, 20)
H = ones(5, 100)
S = eye(100)
T = ones(1000, 1000)
Z = ones(64, 10)
K = ones(10, 10)
v = ones(100)
w = ones(200)
d = ones(100)
k = [1, 2, 3, 0]
t = ones(64, dtype=i64)
f(A: [n, m], B: [m, k]): [n, k] = A @ B
"""


@pytest.fixture(scope="module")
def calculator() -> Calculator:
    calculator = Calculator(rewrites="fast")
    assert not calculator.run(NAMES).errors
    return calculator


def plan(calculator: Calculator, text: str) -> str:
    with torch_left_alone():
        (answer,) = run_command(calculator.session, Source(f":plan {text}"))
    assert isinstance(answer, str)
    return answer


#: For each rewrite a statement and its plan: its name, and the text before and after with what they take.
SCREENS = {
    "A @ B @ v": """
as written   A @ B @ v      2.0 MFLOP   40.4 kB
chain        A @ (B @ v)   40.0 kFLOP     800 B   50 × fewer""",
    '"ij,jk,k->i"(A, B, v)': """
as written   einsum("ij,jk,k->i", A, B, v)    3.0 MFLOP   400 B
einsum       A @ (B @ v)                     40.0 kFLOP   800 B   75 × fewer""",
    "(A @ B)[3, 4]": """
as written   (A @ B)[3, 4]    2.0 MFLOP   40.0 kB
part         A[3] @ B[:, 4]    200 FLOP       4 B   10000 × fewer""",
    "(A + B)[7]": """
as written   (A + B)[7]    10.0 kFLOP   40.0 kB
part         A[7] + B[7]     100 FLOP     400 B   100 × fewer""",
    "trace(A @ B)": """
as written   trace(A @ B)    2.0 MFLOP   40.0 kB
trace        sum(A * B.T)   20.0 kFLOP   40.0 kB   100 × fewer""",
    "diag(A @ B)": """
as written   diag(A @ B)        2.0 MFLOP   40.4 kB
diagonal     sum[1](A * B.T)   20.0 kFLOP   40.4 kB   100 × fewer""",
    "sum[1](A @ B)": """
as written   sum[1](A @ B)    2.0 MFLOP   40.4 kB
sum          A @ sum[1](B)   30.0 kFLOP     800 B   67 × fewer""",
    "sum(A * B)": """
as written   sum(A * B)                              20.0 kFLOP   40.0 kB
dot          reshape(A, 10000) @ reshape(B, 10000)   20.0 kFLOP       4 B""",
    "diag(d) @ A": """
as written        diag(d) @ A       2.0 MFLOP   80.0 kB
diagonal matrix   d[:, None] * A   10.0 kFLOP   40.0 kB   201 × fewer""",
    "eye(100) @ A": """
as written   eye(100) @ A   2.0 MFLOP   80.0 kB
identity     A                 0 FLOP       0 B""",
    "triu(T) @ T": """
as written   triu(T) @ T                                        2.0 GFLOP   8.0 MB
triangle     let t = triu(T) in cat([t[0:250, 0:] @ T[0:], t…   1.3 GFLOP   8.0 MB   1.6 × fewer""",
    "T @ T.T": """
as written   T @ T.T                                            2.0 GFLOP   4.0 MB
symmetric    let t = T[0:] @ T.T[:, 0:250], u = T[250:] @ T.…   1.3 GFLOP   8.0 MB   1.6 × fewer""",
    "block_diag(A, A) @ w": """
as written   block_diag(A, A) @ w                  120.0 kFLOP   160.8 kB
blocks       cat([A @ w[0:100], A @ w[100:200]])    40.2 kFLOP     1.6 kB   3.0 × fewer""",
    "vmap(x -> A @ B @ x)(C)": """
as written   torch.vmap(lambda x1: A @ B @ x1)(C)            202.0 MFLOP     4.1 MB
loop         A @ B                                             2.0 MFLOP    40.0 kB
as run       t1 = A @ B; torch.vmap(lambda x1: t1 @ x1)(C)     4.0 MFLOP   120.0 kB   50 × fewer""",
    "inv(S) @ v": """
as written   inv(S) @ v      2.0 MFLOP   40.4 kB
solve        solve(S, v)   686.7 kFLOP     400 B   2.9 × fewer""",
    "kron(K, K) @ v": """
as written   kron(K, K) @ v                               30.0 kFLOP   40.4 kB
Kronecker    reshape(K @ reshape(v, 10, 10) @ K.T, 100)    4.0 kFLOP     800 B   7.5 × fewer""",
    "A @ B + A @ C": """
as written      A @ B + A @ C   4.0 MFLOP   120.0 kB
common factor   A @ (B + C)     2.0 MFLOP    80.0 kB   2.0 × fewer""",
    "Z - one_hot(t, 10)": """
as written   Z - one_hot(t, 10)                                 1.3 kFLOP   7.7 kB
one hot      scatter_add[1](Z, index=t[:, None], src=full([6…    704 FLOP   2.8 kB   1.8 × fewer""",
    "A + 3 * eye(100)": """
as written       A + 3 * eye(100)                       30.0 kFLOP   80.0 kB
diagonal added   diagonal_scatter(A, diagonal(A) + 3)   10.1 kFLOP   40.4 kB   3.0 × fewer""",
    "slogdet(A @ B)": """
as written    slogdet(A @ B)                                     2.7 MFLOP   40.0 kB
determinant   (slogdet(A)[0] * slogdet(B)[0], slogdet(A)[1] +…   1.3 MFLOP      24 B   2.0 × fewer""",
    "(A - H.T @ H) @ v": """
as written   (A - H.T @ H) @ v       130.0 kFLOP   80.0 kB
distribute   A @ v - H.T @ (H @ v)    22.1 kFLOP    1.2 kB   5.9 × fewer""",
    "A @ B + A @ B": """
as written      A @ B + A @ B            4.0 MFLOP   120.0 kB
computed once   let t = A @ B in t + t   2.0 MFLOP    80.0 kB   2.0 × fewer""",
}


@pytest.mark.parametrize("text", SCREENS)
def test_screens(calculator: Calculator, text: str) -> None:
    assert plan(calculator, text) == SCREENS[text].removeprefix("\n")


def test_every_rewrite_has_a_screen(calculator: Calculator) -> None:
    fired = [each[0] for text in SCREENS for each in calculator.session.planned(Source(text)).fired]
    missing = [f"{each.name}: {each.identity}" for each in (*LOCAL, *CHAINS, *LAST, LOOP, *UNSAFE) if each not in fired]
    assert not missing


@pytest.mark.parametrize("text", SCREENS)
def test_no_rewrite_costs_more(calculator: Calculator, text: str) -> None:
    written, shared, run, fired = calculator.session.planned(Source(text))
    counts = [total_flops(each) for each in (written, shared, run)]
    assert counts == sorted(counts, key=lambda count: -int(str(count)))
    for rewrite, before, after in fired:
        one, other = total_flops(Graph((before,))), total_flops(Graph((after,)))
        assert isinstance(one, int) and isinstance(other, int) and other <= one, rewrite.name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A @ (B @ v)", ["as written, and run   A @ (B @ v)   40.0 kFLOP   800 B"]),
        ("2 * (A @ v)", ["as written, and run   2 * (A @ v)   20.1 kFLOP   800 B"]),
        ("A + (B + C)", ["as written, and run   A + (B + C)   20.0 kFLOP   80.0 kB"]),
        ("-(A @ v)", ["as written, and run   -(A @ v)   20.1 kFLOP   800 B"]),
        # Without brackets a product is computed from the left.
        (
            "A @ (P @ P.T)",
            [
                "as written   A @ (P @ P.T)     2.4 MFLOP   80.0 kB",
                "chain        A @ P @ P.T     800.0 kFLOP   48.0 kB   3.0 × fewer",
            ],
        ),
        (
            "A @ B @ v, v @ A @ B",
            [
                "as written   (A @ B @ v, v @ A @ B)      2.1 MFLOP   40.4 kB",
                "chain        A @ (B @ v)                40.0 kFLOP     800 B   50 × fewer",
                "as run       (A @ (B @ v), v @ A @ B)   80.0 kFLOP    1.2 kB   26 × fewer",
            ],
        ),
        (
            "grad[v](sum(A @ B @ v))",
            [
                "as written   sum[1](B.T @ A.T)    2.0 MFLOP   40.4 kB",
                "sum          B.T @ sum[1](A.T)   30.0 kFLOP     800 B   67 × fewer",
            ],
        ),
        (
            "f(A, B) @ v",
            [
                "as written   A @ B @ v      2.0 MFLOP   40.4 kB",
                "chain        A @ (B @ v)   40.0 kFLOP     800 B   50 × fewer",
            ],
        ),
        (
            "x = A @ B @ v",
            [
                "as written   A @ B @ v      2.0 MFLOP   40.4 kB",
                "chain        A @ (B @ v)   40.0 kFLOP     800 B   50 × fewer",
            ],
        ),
        (
            "randn(100, 100) @ A @ v",
            [
                "as written   randn(100, 100) @ A @ v      2.0 MFLOP   80.0 kB",
                "chain        randn(100, 100) @ (A @ v)   50.0 kFLOP   40.8 kB   41 × fewer",
            ],
        ),
        (
            "let M = A @ B in M @ v + M[0]",
            ["as written, and run   let t = A @ B in t @ v + t[0]   2.0 MFLOP   40.8 kB"],
        ),
    ],
)
def test_plans(calculator: Calculator, text: str, said: list[str]) -> None:
    assert plan(calculator, text).splitlines() == said


@pytest.mark.parametrize("text", ["2 + 3", '"text"', "f", "f(x) = x", "n = 3", "import torch", "exit()", "f32"])
def test_where_nothing_runs(calculator: Calculator, text: str) -> None:
    assert plan(calculator, text) == "nothing runs here"


def test_what_has_no_formula_is_told_in_torch(calculator: Calculator) -> None:
    assert "torch.vmap(lambda x1: A @ x1)(P.mT)" in plan(calculator, "vmap(x -> A @ x)(P.T)")
    assert "s1 = v; for _ in range(3): s1 = A @ s1; s1" in plan(calculator, "iterate(x -> A @ x, v, 3)")
    assert "t1 = v[0] > 0; A @ v if t1 else v" in plan(calculator, "(A @ v if v[0] > 0 else v)")
    assert "for x1 in v" in plan(calculator, "fold((s, x) -> s + x, 0., v), A @ v")


def test_a_loops_body_can_be_told(calculator: Calculator) -> None:
    """Its inputs have numbers and no names."""
    run = calculator.session.planned(Source("fold((s, x) -> A @ s + x, v, A)")).run
    (body,) = [node.body for node in run.nodes if hasattr(node, "body")]
    reader = Reader(F32, calculator.session.names(), calculator.session.kernel_sources)
    assert reader.text(body) == "x2 @ x0 + x1"


@pytest.mark.parametrize(
    ("text", "code"),
    [("A @ ones(3)", "shape"), ("nonsense", "name"), ("A @", "syntax"), ("", "type")],
)
def test_mistakes(calculator: Calculator, text: str, code: str) -> None:
    with pytest.raises(TcalcError) as caught:
        plan(calculator, text)
    assert caught.value.code == code


def test_what_data_decide_is_told_while_it_runs(calculator: Calculator) -> None:
    with pytest.raises(TcalcError, match="data decides a shape"):
        plan(calculator, "A[v > 0] @ A @ v")


def test_many_rewrites_are_counted() -> None:
    calculator = Calculator()
    calculator.run("A = ones(9, 9)")
    lines = plan(calculator, ", ".join([f"trace(A @ (A + {number}))" for number in range(1, 31)])).splitlines()
    assert len(lines) == 1 + 20 + 1 + 1 and lines[21] == "10 more" and lines[22].startswith("as run")


# Programs


def planned(program: str, *, json: bool = False, **settings: object) -> tuple[str, int]:
    """What `--plan` prints of a program, and the exit status."""
    output = io.BytesIO()
    printer = Printer(output, F32, json=json)
    with torch_left_alone():
        plan_program(Session(Settings(**settings)), Source(program), printer, Ticket())  # type: ignore[arg-type]
    printer.flush()
    return output.getvalue().decode(), printer.status


PROGRAM = """\
A = randn(50, 50)
x = ones(50)
n = 3; y = A @ A @ x
f(x) = x^2

f(y) + trace(A @ A)
y"""


def test_a_program() -> None:
    """Statements that are run as they are written have a line, the others a table."""
    assert planned(PROGRAM) == (
        """\
1  A = randn(50, 50)   2.5 kFLOP   10.0 kB
2  x = ones(50)          50 FLOP     200 B
3  n = 3
3  y = A @ A @ x
   as written   A @ A @ x     255.0 kFLOP   10.2 kB
   chain        A @ (A @ x)    10.0 kFLOP     400 B   26 × fewer
4  f(x) = x^2
6  f(y) + trace(A @ A)
   as written   y^2 + trace(A @ A)   252.6 kFLOP   10.2 kB
   trace        sum(A * A.T)           5.0 kFLOP   10.0 kB   50 × fewer
   as run       y^2 + sum(A * A.T)     5.1 kFLOP   10.2 kB   50 × fewer
7  y                      0 FLOP       0 B
""",
        0,
    )


def test_a_program_as_json() -> None:
    text, status = planned("A = ones(50, 50)\nx = ones(50)\nA @ A @ x\n2 + 3", json=True)
    lines = [json.loads(line) for line in text.splitlines()]
    statements = ["A = ones(50, 50)", "x = ones(50)", "A @ A @ x", "2 + 3"]
    assert status == 0 and [line["statement"] for line in lines] == statements
    assert lines[2] == {
        "line": 3,
        "statement": "A @ A @ x",
        "written": {"text": "A @ A @ x", "flops": 255000, "bytes": 10200},
        "rewrites": [{"name": "chain", "from": "A @ A @ x", "to": "A @ (A @ x)"}],
        "run": {"text": "A @ (A @ x)", "flops": 10000, "bytes": 400, "code": "A @ (A @ x)"},
    }
    assert lines[3]["written"] == {"text": "", "flops": 0, "bytes": 0} and not lines[3]["rewrites"]


def test_without_rewrites() -> None:
    text, _ = planned("A = ones(50, 50)\nA @ A @ A[0]", rewrites=False)
    assert text.splitlines()[1] == "2  A @ A @ A[0]       255.0 kFLOP   10.2 kB"


def test_what_decides_a_shape_is_computed_first() -> None:
    text, status = planned("x = [1., -2., 3.]\nA = ones(3, 3)\nA[x > 0] @ A @ x")
    assert status == 0
    assert text.splitlines()[2:] == [
        "3  A[x > 0] @ A @ x",
        "   first        t0 = A[x > 0]    3 FLOP    3 B",
        "   as written   t0 @ A @ x      48 FLOP   32 B",
        "   chain        t0 @ (A @ x)    30 FLOP   20 B   1.6 × fewer",
    ]


def test_nothing_is_told_of_a_program_with_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert planned("A = ones(2, 3)\nA @ A") == ("", 3)
    assert "error[shape]" in capsys.readouterr().err


def test_nothing_is_written(tmp_path: Path) -> None:
    done = tcalc("--plan", "-e", "A = ones(3, 3)", "-e", 'save(A @ A @ A[0], "a.npy")', folder=tmp_path)
    assert done.returncode == 0 and "chain" in done.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--plan", "--check", "-e", "1"], "not allowed with"),
        (["--plan", "--emit", "torch", "-e", "1"], "not allowed with"),
        (["--plan", "--test", "a.tc"], "not allowed with"),
        (["--rewrites", "maybe", "-e", "1"], "invalid choice: 'maybe'"),
    ],
)
def test_wrong_usage(arguments: list[str], says: str) -> None:
    done = tcalc(*arguments)
    assert done.returncode == 2 and says in done.stderr


def test_the_option_is_the_setting() -> None:
    program = ["-e", "A = ones(9, 9); H = ones(2, 9)", "-e", "(A - H.T @ H) @ A[0]"]
    assert "distribute" in tcalc("--plan", "--rewrites", "fast", *program).stdout
    assert "distribute" not in tcalc("--plan", *program).stdout
    assert tcalc("--rewrites", "off", *program).stdout == tcalc("--rewrites=fast", *program).stdout
