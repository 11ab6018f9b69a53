"""What is told of how statements run: a screen for each rewrite, plans of odd statements, and `--plan` of programs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcalc.commands import run_command
from tcalc.doors import plan_program
from tcalc.errors import TcalcError
from tcalc.graph.cost import total_flops
from tcalc.graph.graph import Graph
from tcalc.graph.rewrites.table import CHAINS, LAST, LOCAL, LOOP, UNSAFE
from tcalc.interrupt import Ticket
from tcalc.outcomes import Fitted
from tcalc.printer import Printer
from tcalc.repl.render import replies
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.show.folded import folded, shown
from tcalc.show.palette import PLAIN
from tcalc.show.plans import Reader, scaled
from tcalc.show.visible import cells
from tcalc.source import Source
from tcalc.types.dtypes import F32
from tests.contract.driver import Calculator, assert_value, tcalc, torch_left_alone

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
Q = ones(4, 100, 8)
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


def plan(calculator: Calculator, text: str, width: int = 120) -> str:
    """What `:plan` says on a terminal so wide, without the last lines on what the rewrites do to numbers."""
    lines = whole_plan(calculator, text, width).split("\n")
    ends = [
        place for place, line in enumerate(lines) if ": " in line and line.partition(":")[0].split(", ")[0] in REWRITES
    ]
    return "\n".join(lines[: ends[0]] if ends else lines)


def whole_plan(calculator: Calculator, text: str, width: int = 120) -> str:
    with torch_left_alone():
        (answer,) = run_command(calculator.session, Source(f":plan {text}"))
    return answer.laid(width) if isinstance(answer, Fitted) else str(answer)


REWRITES = {each.name for each in (*LOCAL, *CHAINS, *LAST, LOOP, *UNSAFE)}


#: For each rewrite a statement and its plan: its name, and the text before and after with what they take.
SCREENS = {
    "A @ B @ v": """
as written   A @ B @ v      2.0 MFLOP   40.4 kB
chain        A @ (B @ v)   40.0 kFLOP     800 B   50 × fewer""",
    '"ij,jk,k->i"(A, B, v)': """
as written   einsum("ij,jk,k->i", A, B, v)    2.0 MFLOP   400 B
einsum       A @ (B @ v)                     40.0 kFLOP   800 B   50 × fewer""",
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
diagonal matrix   d[:, None] * A   10.0 kFLOP   40.0 kB   200 × fewer""",
    "eye(100) @ A": """
as written   eye(100) @ A   2.0 MFLOP   80.0 kB
identity     A                 0 FLOP       0 B""",
    "triu(T) @ T": """
as written   2.0 GFLOP   8.0 MB
  triu(T) @ T
triangle     1.2 GFLOP   8.0 MB   1.6 × fewer
  let t = triu(T) in cat([t[0:250, 0:] @ T[0:], t[250:500, 250:] @ T[250:], t[500:750, 500:] @ T[500:],
    t[750:1000, 750:] @ T[750:]])""",
    "T @ T.T": """
as written   2.0 GFLOP   4.0 MB
  T @ T.T
symmetric    1.2 GFLOP   8.0 MB   1.6 × fewer
  let t = T[0:] @ T.T[:, 0:250], u = T[250:] @ T.T[:, 250:500],
    v = T[500:] @ T.T[:, 500:750] in cat([t, cat([t[250:500].T, u]), cat([t[500:750].T, u[250:500].T, v]),
    cat([t[750:1000].T, u[500:750].T, v[250:500].T, T[750:] @ T.T[:, 750:1000]])], 1)""",
    "block_diag(A, A) @ w": """
as written   block_diag(A, A) @ w                  80.0 kFLOP   160.8 kB
blocks       cat([A @ w[0:100], A @ w[100:200]])   40.0 kFLOP     1.6 kB   2.0 × fewer""",
    "vmap(x -> A @ B @ x)(C)": """
as written   vmap(x -> A @ B @ x)(C)                4.0 MFLOP   80.0 kB
  loop       A @ B                                  2.0 MFLOP   40.0 kB
as run       let t = A @ B in vmap(x -> t @ x)(C)   4.0 MFLOP   80.0 kB""",
    "Q @ Q.mT @ Q": """
as written   Q @ Q.mT @ Q       1.3 MFLOP   172.8 kB
chain        Q @ (Q.mT @ Q)   102.4 kFLOP    13.8 kB   12 × fewer""",
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
as written   Z - one_hot(t, 10)                                                  640 FLOP   7.7 kB
one hot      scatter_add[1](Z, index=t[:, None], src=full([64, 1], -1.0, f32))    64 FLOP   2.8 kB   10 × fewer""",
    "A + 3 * eye(100)": """
as written       A + 3 * eye(100)                       20.0 kFLOP   80.0 kB
diagonal added   diagonal_scatter(A, diagonal(A) + 3)     100 FLOP   40.4 kB   200 × fewer""",
    "slogdet(A @ B)": """
as written    slogdet(A @ B)                                                   2.7 MFLOP   40.0 kB
determinant   (slogdet(A)[0] * slogdet(B)[0], slogdet(A)[1] + slogdet(B)[1])   1.3 MFLOP      24 B   2.0 × fewer""",
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
                "  chain      A @ (B @ v)                40.0 kFLOP     800 B",
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
            "let M = A @ B in exp(M) @ v + M[0]",
            ["as written, and run   let t = A @ B in exp(t) @ v + t[0]   2.0 MFLOP   80.4 kB"],
        ),
    ],
)
def test_plans(calculator: Calculator, text: str, said: list[str]) -> None:
    assert plan(calculator, text).splitlines() == said


@pytest.mark.parametrize("text", ["2 + 3", '"text"', "f(x) = x", "n = 3", "import torch", "exit()", "f32"])
def test_where_nothing_runs(calculator: Calculator, text: str) -> None:
    assert plan(calculator, text) == "nothing runs here"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("f", "a function runs where it is called: :plan f(A, B); :cost f tells what it takes"),
        ("x -> x @ x", "a function runs where it is called: :plan (x -> x @ x)(x)"),
        ("softmax", "a function runs where it is called: :plan softmax(x)"),
        ("vmap(sum)", "a function runs where it is called: :plan vmap(sum)(x)"),
    ],
)
def test_a_function_has_a_plan_where_it_is_called(calculator: Calculator, text: str, says: str) -> None:
    assert plan(calculator, text) == says


#: Loops and choices: they are written as in the language, their parameters called as in the program.
BLOCKS = [
    ("vmap(x -> A @ x)(P.T)", "vmap(x -> A @ x)(P.T)"),
    ("vmap[1](q -> A @ q)(P)", "vmap[1](q -> A @ q)(P)"),
    ("vmap((a, b) -> a * b)(A, B)", "vmap((a, b) -> a * b)(A, B)"),
    ("vmap(sum)(A)", "vmap(x -> sum(x))(A)"),
    ("iterate(x -> A @ x, v, 3)", "iterate(x -> A @ x, v, 3)"),
    ("fold((s, x) -> s * x, 1., v)", "fold((s, x) -> s * x, 1.0, v)"),
    ("scan((s, x) -> (s + x, s * x), 0., v)", "scan((s, x) -> (s + x, s * x), 0.0, v)"),
    ("(A @ v if v[0] > 0 else v)", "A @ v if v[0] > 0 else v"),
    ("vmap(a -> vmap(b -> a * b)(A))(B)", "vmap(a -> vmap(b -> a * b)(A))(B)"),
    # What is computed outside has a name, and a parameter another one where its own means something else.
    ("let M = A * B in vmap(x -> M @ x)(C)", "let t = A * B in vmap(x -> t @ x)(C)"),
    ("vmap(z -> let q = z * z in q @ q)(A)", "vmap(z -> let t = z * z in t @ t)(A)"),
    ("let g = (y -> vmap(v -> y * v)(A)) in g(v)", "vmap(v1 -> v * v1)(A)"),
]


@pytest.mark.parametrize(("text", "told"), BLOCKS)
def test_loops_and_choices(calculator: Calculator, text: str, told: str) -> None:
    planned = calculator.session.planned(Source(text))
    reader = Reader(F32, calculator.session.names(), calculator.session.kernel_sources)
    assert reader.text(planned.written) == told


@pytest.mark.parametrize(("text", "told"), BLOCKS)
def test_what_is_told_of_a_loop_computes_the_same(calculator: Calculator, text: str, told: str) -> None:
    one, other = calculator.step(text), calculator.step(told)
    assert not one.errors and not other.errors
    assert_value(other.values[0], one.values[0])


def test_what_has_no_expression_is_told_in_torch(calculator: Calculator) -> None:
    assert "s1 = v; s2 = w; for _ in range(3):" in plan(calculator, "iterate(s -> (s[1], s[0]), (v, d), 3)").replace(
        "s2 = d", "s2 = w"
    )
    assert "minimize[d](sum((A @ B @ d)^2))" in plan(calculator, "minimize[d](sum((A @ B @ d)^2))")


def test_a_part_of_a_loop_has_the_names_that_hold_there(calculator: Calculator) -> None:
    lines = plan(calculator, "vmap(z -> P @ P.T @ z if z[0] > 0 else z)(C)").splitlines()
    assert lines[1].startswith("  chain ") and " P @ (P.T @ z) " in lines[1] and lines[1].endswith("each turn")
    lines = plan(calculator, "let M = A * B in iterate(s -> s @ M @ P @ P.T, A, 2)").splitlines()
    assert " with t = A * B " in lines[1]


def test_a_loops_body_can_be_told(calculator: Calculator) -> None:
    """By itself its inputs have numbers and no names."""
    run = calculator.session.planned(Source("fold((s, x) -> A @ s + x, v, A)")).run
    (body,) = [node.body for node in run.nodes if hasattr(node, "body")]
    reader = Reader(F32, calculator.session.names(), calculator.session.kernel_sources)
    assert reader.text(body) == "x2 @ x0 + x1"


def test_labels_are_told() -> None:
    calculator = Calculator()
    calculator.run("x: f32[time=100, k=30] = ones(100, 30)\nB = ones(30, 40)\nk = 3")
    assert plan(calculator, "sum[time](x)") == "as written, and run   sum[time](x)   3.0 kFLOP   120 B"
    assert "sum[1](x)" in plan(calculator, "sum[1](x)")  # the label means something else by now


# Widths


LONG = "(A @ B @ v + A @ C @ v) * (v @ A @ v) + A @ v * d @ w[:100] - (d + v) @ (A + B) @ C"


def text_of(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize("width", [40, 50, 60, 80, 100, 200])
@pytest.mark.parametrize("text", [LONG, *SCREENS])
def test_nothing_is_wider_than_the_terminal_nor_lost(calculator: Calculator, text: str, width: int) -> None:
    """Apart from spaces all that a wide terminal shows is there, and every number in one piece."""
    lines = whole_plan(calculator, text, width).split("\n")
    assert [line for line in lines if len(line) > width] == []
    wide = whole_plan(calculator, text, 1000)
    if not any(line.endswith(" …") for line in lines):
        assert sorted("".join(lines).replace(" ", "")) == sorted(wide.replace(" ", "").replace("\n", ""))
    costs = [part for part in wide.replace("\n", "   ").split("   ") if part.strip().endswith(("FLOP", "B"))]
    for each in costs:
        assert any(each.strip() in line for line in lines) or not each.strip()[:1].isdigit()


def test_a_long_expression_is_folded_in_its_column(calculator: Calculator) -> None:
    assert plan(calculator, "A * B + softmax[-1](A * C) * v[:100] - d + exp(A)", 80).split("\n") == [
        "as written, and run   A * B + softmax[-1](A * C)           80.0 kFLOP   120.0 kB",
        "                        * v[:100] - d + exp(A)",
    ]


def test_on_a_narrow_terminal_it_stands_below(calculator: Calculator) -> None:
    assert plan(calculator, "A @ B @ v", 50).split("\n") == [
        "as written    2.0 MFLOP   40.4 kB",
        "  A @ B @ v",
        "chain        40.0 kFLOP     800 B   50 × fewer",
        "  A @ (B @ v)",
    ]
    assert plan(calculator, "diag(d) @ A", 40).split("\n") == [
        "as written",
        "  diag(d) @ A",
        "   2.0 MFLOP  80.0 kB",
        "diagonal matrix",
        "  d[:, None] * A",
        "  10.0 kFLOP  40.0 kB  200 × fewer",
    ]


def test_the_shell_says_how_wide_it_is(calculator: Calculator) -> None:
    with torch_left_alone():
        answer = run_command(calculator.session, Source(":plan A @ B @ v"))
    for width in (40, 80):
        (reply,) = replies(answer, PLAIN, width)
        said = whole_plan(calculator, "A @ B @ v", width)
        assert reply.text == said.replace("×", "x")


def test_a_program_is_folded_too() -> None:
    """Costs stay below each other; on a pipe a line may have 120 columns."""
    output = io.BytesIO()
    printer = Printer(output, F32, terminal=True, width=40)
    program = "A = ones(50, 50); b = ones(50)\nC = A * A + exp(A) * b - b * (A + b)\nA @ A @ b"
    with torch_left_alone():
        plan_program(Session(), Source(program), printer, Ticket())
    printer.flush()
    lines = output.getvalue().decode().splitlines()
    assert max(map(len, lines)) <= 40
    assert lines[:6] == [
        "1  A = ones(50, 50)",
        "                        0 FLOP   10.0 kB",
        "1  b = ones(50)         0 FLOP     200 B",
        "2  C = A * A + exp(A) * b - b * (A + b)",
        "                    17.5 kFLOP   30.0 kB",
        "3  A @ A @ b",
    ]


def test_a_very_long_one_is_cut_to_where_it_changed() -> None:
    same = " + ".join([f"a{number}" for number in range(100)])
    lines = shown(f"{same} + (A @ B) @ v", f"{same} + A @ (B @ v)", 40)
    assert lines[0].startswith("… ") and lines[-1].endswith("(A @ B) @ v") and len(lines) <= 6
    lines = shown(f"x @ {same}", f"y @ {same}", 40)
    assert lines[0].startswith("x @ a0") and lines[-1].endswith(" …") and len(lines) == 6
    assert max(map(len, lines)) <= 40


@given(
    text=st.text(st.sampled_from("ab(),+ @é漢"), max_size=80),
    room=st.integers(2, 40),
)
def test_folding_keeps_every_character(text: str, room: int) -> None:
    text = " ".join(text.split())
    lines = folded(text, room)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cells(line) <= room for line in lines)


# Numbers


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (2 * 10**27, "2.0 RB"),
        (10**18, "1.0 EB"),
        (10**32, "100.0 QB"),
        (10**33, "1.0e33 B"),
        (123 * 10**400, "1.2e402 B"),
    ],
)
def test_prefixes(count: int, said: str) -> None:
    assert scaled(count, "B") == said


# What rewrites do to numbers


def test_each_sentence_stands_below_once(calculator: Calculator) -> None:
    lines = whole_plan(calculator, "A @ B @ v, trace(A @ C), eye(100) @ B").split("\n")
    assert lines[-2:] == [
        "identity: exact for finite numbers; 0 * inf, which is nan, is not computed",
        "chain, trace: sums in another order, the last digits may differ",
    ] or lines[-2:] == [
        "chain, trace: sums in another order, the last digits may differ",
        "identity: exact for finite numbers; 0 * inf, which is nan, is not computed",
    ]
    assert len(whole_plan(calculator, "(A + B)[7]").split("\n")) == 2  # exact


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
    several = ", ".join([f"trace(A @ (A + {number}))" for number in range(1, 31)])
    lines = plan(calculator, several, 10_000).splitlines()
    assert len(lines) == 1 + 20 + 1 + 1 and lines[21] == "  10 more" and lines[22].startswith("as run")


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
2  x = ones(50)           0 FLOP     200 B
3  n = 3
3  y = A @ A @ x
   as written   A @ A @ x     255.0 kFLOP   10.2 kB
   chain        A @ (A @ x)    10.0 kFLOP     400 B   26 × fewer
4  f(x) = x^2
6  f(y) + trace(A @ A)
   as written   y^2 + trace(A @ A)   250.2 kFLOP   10.2 kB
     trace      sum(A * A.T)           5.0 kFLOP   10.0 kB
   as run       y^2 + sum(A * A.T)     5.1 kFLOP   10.2 kB   49 × fewer
7  y                      0 FLOP       0 B
chain, trace: sums in another order, the last digits may differ
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
        "rewrites": [
            {
                "name": "chain",
                "from": "A @ A @ x",
                "to": "A @ (A @ x)",
                "safety": "sums in another order: the last digits may differ",
                "before": {"flops": 255000, "bytes": 10200},
                "after": {"flops": 10000, "bytes": 400},
            }
        ],
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
        "   sizes of this run:",
        "   first        t0 = A[x > 0]    3 FLOP    3 B",
        "   as written   t0 @ A @ x      48 FLOP   32 B",
        "   chain        t0 @ (A @ x)    30 FLOP   20 B   1.6 × fewer",
        "chain: sums in another order, the last digits may differ",
    ]


def test_what_has_sizes_of_this_run_is_marked() -> None:
    program = "x = [1., -2., 3.]\ny = x[x > 0]\ny @ y\ns = sum(y)\n2 * s\nn = y.shape[0]\nones(n)\ny = x\ny @ y"
    text, _ = planned(program)
    marked = {line.split("  ")[1]: line.rpartition("B   ")[2] for line in text.splitlines() if "B   " in line}
    this_run = "sizes of this run"
    assert marked == {
        "y = x[x > 0]": "+ what data decide",
        "y @ y": this_run,
        "s = sum(y)": this_run,
        "ones(n)": this_run,
    }
    assert sum(line.endswith(this_run) for line in text.splitlines()) == 3  # y is another one in the end
    told = [json.loads(line).get("sizes") for line in planned(program, json=True)[0].splitlines()]
    of_run = "of this run"
    assert told == [None, "data decide", of_run, of_run, None, of_run, of_run, None, None]


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
