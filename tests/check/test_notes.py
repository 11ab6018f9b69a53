"""Notes on what is odd though nothing is wrong: when each kind is told, when not, and that its repair repairs it."""

from __future__ import annotations

import json

import pytest

from tcalc.doors import run_program
from tcalc.errors import Note
from tcalc.interrupt import Ticket
from tcalc.outcomes import Failed, Noted
from tcalc.printer import Printer
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source
from tcalc.types.dtypes import F32
from tests.contract.driver import Calculator, check, run, step, tcalc

GIVEN = """\
x = rand(4)
X = randn(4, 3)
c = randn(4, 1)
A = randn(3, 3)
s: f32[time=4, chan=6] = zeros(4, 6)
k = randint(0, 5, (4,))
b = u8(randint(0, 256, (2,)))
d = u8(randint(0, 256, (2,)))
"""


def notes(program: str, given: str = GIVEN, **settings: bool) -> list[Note]:
    """The notes on a program that is only checked."""
    session = Session(Settings(**settings))  # type: ignore[arg-type]  # switches
    _, outcomes = session.check(Source(given + program))
    assert not [each.error.message for each in outcomes if isinstance(each, Failed)]
    return [each.note for each in outcomes if isinstance(each, Noted)]


def only(program: str, given: str = GIVEN) -> Note:
    """The one note on a program."""
    (note,) = notes(program, given)
    return note


def test_what_is_given_is_not_odd() -> None:
    assert notes("") == []


# Both operands grew: when that is told is in tests/contract/test_shape_types.py.


@pytest.mark.parametrize(
    ("statement", "message", "repair", "type"),
    [
        ("c - x", "f32[4, 1] − f32[4] → f32[4, 4], 4 × as many numbers", "c - x[:, None]", "f32[4, 1]"),
        ("y = c * x", "f32[4, 1] * f32[4] → f32[4, 4], 4 × as many numbers", "c * x[:, None]", "f32[4, 1]"),
        ("c > x", "f32[4, 1] > f32[4] → bool[4, 4], 4 × as many numbers", "c > x[:, None]", "bool[4, 1]"),
        ("c - k", "f32[4, 1] − i64[4] → f32[4, 4], 4 × as many numbers", "c - k[:, None]", "f32[4, 1]"),
        ("mean((c - x)^2)", "f32[4, 1] − f32[4] → f32[4, 4], 4 × as many numbers", "mean((c - x[:, None])^2)", "f32"),
        ("c.sub(x)", "f32[4, 1] − f32[4] → f32[4, 4], 4 × as many numbers", "c.sub(x[:, None])", "f32[4, 1]"),
        (
            "torch.maximum(c, x)",
            "f32[4, 1] and f32[4] → f32[4, 4], 4 × as many numbers",
            "torch.maximum(c, x[:, None])",
            "f32[4, 1]",
        ),
        # A loss is one number: what both grew to is said, and not what is left of it.
        (
            "F.mse_loss(c, x)",
            "f32[4, 1] and f32[4] → f32[4, 4], 4 × as many numbers",
            "F.mse_loss(c, x[:, None])",
            "f32",
        ),
        (
            "X.norm(dim=1) / c",
            "f32[4] / f32[4, 1] → f32[4, 4], 4 × as many numbers",
            "X.norm(dim=1, keepdim=True) / c",
            "f32[4, 1]",
        ),
        (
            "let q = c in q - x",
            "f32[4, 1] − f32[4] → f32[4, 4], 4 × as many numbers",
            "let q = c in q - x[:, None]",
            "f32[4, 1]",
        ),
        (
            "vmap(r -> sum(c - x) * r)(x)",
            "f32[4, 1] − f32[4] → f32[4, 4], 4 × as many numbers",
            "vmap(r -> sum(c - x[:, None]) * r)(x)",
            "f32[4]",
        ),
        (
            "s[:, :1] - s[0, :4]",
            "f32[time=4, chan=1] − f32[chan=4] → f32[time=4, chan=4], 4 × as many numbers",
            "s[:, :1] - s[0, :4][:, None]",
            None,
        ),
    ],
)
def test_both_grew(statement: str, message: str, repair: str, type: str | None) -> None:
    note = only(statement)
    assert note.message == f"both sides grew, {message}"
    if type is not None:
        assert [(each.text, each.type) for each in note.repairs] == [(repair, type)]


def test_growth_without_the_repair_of_a_turned_operand() -> None:
    """`y.T - t` is no repair of `y - t`: it has a shape that neither had."""
    (repair,) = only("c - x").repairs
    assert ".T" not in repair.text


# Floats compared


@pytest.mark.parametrize(
    ("statement", "repair"),
    [
        ("0.1 + 0.2 == 0.3", "isclose(0.1 + 0.2, 0.3)"),
        ("sqrt(2.0)^2 == 2", "isclose(sqrt(2.0)^2, 2)"),
        ("sqrt(x)^2 == x", "isclose(sqrt(x)^2, x)"),
        ("(x / 3 * 3).eq(x).all()", "(x / 3 * 3).isclose(x).all()"),
        ("torch.eq(x / 3, x)", "torch.isclose(x / 3, x)"),
        ("x.ne(x * 0.1)", "~x.isclose(x * 0.1)"),
        ("x.mean() != x.sum() / 3", "~isclose(x.mean(), x.sum() / 3)"),
        ("(A @ inv(A) == eye(3)).all()", "isclose(A @ inv(A), eye(3)).all()"),
        ("x.sum() == 0.6", "isclose(x.sum(), 0.6)"),
        ("softmax[0](x).sum() == 1", "isclose(softmax[0](x).sum(), 1)"),
        ("norm(x) == 5", "isclose(norm(x), 5)"),
        ("det(A) == 0", "isclose(det(A), 0)"),
        ("torch.sin(torch.tensor(torch.pi)) == 0", "isclose(torch.sin(torch.tensor(torch.pi)), 0)"),
        ("x.double() / 3 == x.double()", "isclose(x.double() / 3, x.double())"),
        ("f16(x) / 3 == f16(x)", "isclose(f16(x) / 3, f16(x))"),
        ("x * 1j / 3 == x", "isclose(x * 1j / 3, x)"),
        ("x / 3 == k", "isclose(x / 3, k)"),
        ("let q = x / 3 in q * 3 == x", "let q = x / 3 in isclose(q * 3, x)"),
        ("let q = x / 3 * 3 in q == x", "let q = x / 3 * 3 in isclose(q, x)"),
        ("vmap(r -> r / 3 * 3 == r)(x)", "vmap(r -> isclose(r / 3 * 3, r))(x)"),
        ("where(x / 3 == x, 1, 0)", "where(isclose(x / 3, x), 1, 0)"),
        ("s / 3 == s", "isclose(s / 3, s)"),
    ],
)
def test_rounded_floats_are_compared(statement: str, repair: str) -> None:
    note = only(statement)
    sign = "!=" if "!=" in statement or ".ne" in statement else "=="
    assert note.message == f"floats are rounded, so {sign} after arithmetic is seldom what is meant"
    assert [each.text for each in note.repairs] == [repair]


@pytest.mark.parametrize(
    "program",
    [
        "a = 0.1 * 3\na == 0.3",
        "y = x / 3 * 3\ny == x",
        "y = x / 3\nz = y[1:]\nz.reshape(3) == x[1:]",
        "q, r = qr(A)\nq @ r == A",
        "y = x.clone()\ny /= 3\ny * 3 == x",
    ],
)
def test_a_name_remembers_that_it_was_rounded(program: str) -> None:
    assert only(program).message.startswith("floats are rounded")


def test_and_the_session_too() -> None:
    calculator = Calculator()
    calculator.step("x = [0.3, 0.7]\ny = x / 3 * 3")
    assert [note.startswith("note: floats are rounded") for note in calculator.step("y == x").notes] == [True]
    assert not calculator.step("y = [0.3, 0.7]\ny == x").notes


@pytest.mark.parametrize(
    "statement",
    [
        "x == 0.5",
        "x == x.clone()",
        "k * 2 == k + 1",
        "2^10 + 1 == 1025",
        "1 + 2 == 3",
        "0.5 + 0.25 == 0.75",
        # Whole numbers in floats are exact.
        "k.float() + k.float() == 3",
        "x - x == 0",
        "sum((x > 0.5).float()) == 2",
        "(k == k).float().mean() == 1",
        "k.float() @ k.float() == 4",
        "x * 2 == k",
        "x / 2 == 1",
        "round(x * 10) == 3",
        "floor(x / 0.1) == x",
        "x % 2 == 0",
        # The same number, and not one that is computed another way.
        "x * 3.3 == max(x * 3.3)",
        "cdist(X, X) == cdist(X, X).amin(1, keepdim=True)",
        "x / 3 == round(x / 3)",
        "x / 3 == clamp(x / 3, 0, 1)",
        # Zero where it is zero, and infinite where it is.
        "where(std(x) == 0, 1, std(x))",
        "norm(x) == 0",
        "1 / x == inf",
        "log(x) == -inf",
        # equal says that it wants all of them to the last bit.
        "equal(x / 3, x / 3)",
        "isclose(x / 3, x)",
        "x / 3 > x",
        '"a" == "b"',
        "x.dtype == f32",
    ],
)
def test_comparisons_that_mean_what_they_say(statement: str) -> None:
    assert [note.message for note in notes(statement)] == []


def test_names_that_use_names_are_followed_once() -> None:
    lines = ["g(q) = q / 3 + q", "let a0 = g(x)"]
    lines[1] += "".join(f", a{n + 1} = g(a{n}) + g(a{n})" for n in range(40)) + " in a40 == a39"
    assert only("\n".join(lines)).message.startswith("floats are rounded")


# Letters of an einsum


@pytest.mark.parametrize(
    ("statement", "message", "repairs"),
    [
        (
            "einsum('ij,kl->il', X, A)",
            "j and k stand in one operand alone and not behind ->, so they are summed away",
            ['einsum("ik,kl->il", X, A)'],
        ),
        (
            '"ij,ik->i"(A, A)',
            "j and k stand in one operand alone and not behind ->, so they are summed away",
            ['"ik,ik->i"(A, A)'],
        ),
        (
            '"bqd,bkd->bq"(zeros(2, 4, 3), zeros(2, 4, 3))',
            "k stands in one operand alone and not behind ->, so it is summed away",
            ['"bqd,bkd->bqk"(zeros(2, 4, 3), zeros(2, 4, 3))'],
        ),
    ],
)
def test_a_letter_that_is_lost(statement: str, message: str, repairs: list[str]) -> None:
    note = only(statement)
    assert note.message == message
    assert [each.text for each in note.repairs] == repairs


@pytest.mark.parametrize(
    "statement",
    [
        '"ij->i"(A)',
        '"ij,jk->ik"(A, A)',
        '"ij,jk->"(A, A)',
        '"i,ij,j->"(A[0], A, A[1])',
        '"bij,bjk->ik"(zeros(2, 3, 3), zeros(2, 3, 3))',
        '"ij,jk"(A, A)',
        '"...i,...i->..."(A, A)',
        '"ii->i"(A)',
    ],
)
def test_letters_that_are_summed_on_purpose(statement: str) -> None:
    assert [note.message for note in notes(statement)] == []


# Matrices of a batch, transposed as one


@pytest.mark.parametrize(
    ("statement", "message", "repairs"),
    [
        (
            "attn(q: [*b, n, d], k: [*b, m, d]) = softmax[-1](q @ k.T / sqrt(d)) @ k",
            "k.T is of a matrix: no call will check where k has more axes",
            ["softmax[-1](q @ k.mT / sqrt(d)) @ k"],
        ),
        (
            "g(u: [*b, n, d], v: [*b, n, d]) = (u.T @ v, v.T @ u)",
            "u.T is of a matrix: no call will check where u has more axes",
            ["(u.mT @ v, v.mT @ u)"],
        ),
    ],
)
def test_a_batch_transposed_as_a_matrix(statement: str, message: str, repairs: list[str]) -> None:
    note = only(statement)
    assert note.message == message
    assert [each.text for each in note.repairs] == repairs


@pytest.mark.parametrize(
    "statement",
    ["f(u: [n, d]) = u.T", "f(u: [*s]) = u.T", "f(u: [*s, d]) = u.T", "f(u: [*b, n, d]) = u.mT", "f(u) = u.T"],
)
def test_matrices_may_be_transposed(statement: str) -> None:
    assert [note.message for note in notes(statement)] == []


# Integers that wrap


@pytest.mark.parametrize(
    ("statement", "message", "repair"),
    [
        ("b + d", "u8 holds 0 to 255, so a sum above 255 wraps", "i32(b) + d"),
        ("b - d", "u8 holds 0 to 255, so a difference below 0 wraps", "i32(b) - d"),
        ("b * 2", "u8 holds 0 to 255, so a product above 255 wraps", "i32(b) * 2"),
        ("b^2", "u8 holds 0 to 255, so a power above 255 wraps", "i32(b)^2"),
        ("-b", "u8 holds 0 to 255, so a negative number wraps", "-i32(b)"),
        ("b.add(d)", "u8 holds 0 to 255, so a sum above 255 wraps", "b.add(i32(d))"),
        ("i8(k) + i8(k)", "i8 holds -128 to 127, so a sum above 127 wraps", "i32(i8(k)) + i8(k)"),
        ("u8([200]) + u8([100])", "u8 holds 0 to 255, so this wraps", "i32(u8([200])) + u8([100])"),
        ("i16([30000]) * 2", "i16 holds -32768 to 32767, so this wraps", "i32(i16([30000])) * 2"),
        (
            "i32([2147483647]) + 1",
            "i32 holds -2147483648 to 2147483647, so this wraps",
            "i64(i32([2147483647])) + 1",
        ),
        ("10^arange(25)", "i64 holds -9223372036854775808 to 9223372036854775807, so this wraps", "f64(10)^arange(25)"),
        (
            "prod(arange(1, 30))",
            "i64 holds -9223372036854775808 to 9223372036854775807, so this wraps",
            "prod(f64(arange(1, 30)))",
        ),
        ("b + 300", "u8 holds 0 to 255, so 300 wraps", None),
        ("u8([7, 300])", "u8 holds 0 to 255, so 300 wraps", None),
        ("torch.tensor([300], dtype=torch.uint8)", "u8 holds 0 to 255, so 300 wraps", None),
        ("torch.tensor([1, -300]).to(torch.int8)", "i8 holds -128 to 127, so -300 wraps", None),
    ],
)
def test_integers_that_wrap(statement: str, message: str, repair: str | None) -> None:
    note = only(statement)
    assert note.message == message
    assert [each.text for each in note.repairs] == ([] if repair is None else [repair])


@pytest.mark.parametrize(
    "statement",
    [
        "255 - b",
        "1 - b",
        "b * d",
        "b & d",
        "b / 2",
        "b // 2",
        "b > d",
        "b.sum()",
        "b.float() - d",
        "i32(b) - d",
        "b + 0.5",
        "k + 1",
        "k^2",
        "u8([200]) + u8([50])",
        "2^arange(63)",
        "prod(arange(1, 20))",
        "torch.tensor([255], dtype=torch.uint8)",
    ],
)
def test_integers_that_hardly_wrap(statement: str) -> None:
    assert [note.message for note in notes(statement)] == []


@pytest.mark.parametrize(
    ("statement", "message", "repair"),
    [
        ("n = 3000000000\n[1, 2].to(int32) * n", "i32 holds -2147483648 to 2147483647, so 3000000000 wraps", None),
        ("p = i32([2147483647, 0])\np + 1", "i32 holds -2147483648 to 2147483647, so this wraps", "i64(p) + 1"),
        ("p = u8([9, 200])\nq = p\nq - 10", "u8 holds 0 to 255, so this wraps", "i32(q) - 10"),
        ("p = tensor([2**62])\np * 2", f"i64 holds {-(2**63)} to {2**63 - 1}, so this wraps", "f64(p) * 2"),
        ("p = tensor([3000000000])\np.int()", "i32 holds -2147483648 to 2147483647, so 3000000000 wraps", None),
        ("full([2], 300, dtype=u8)", "u8 holds 0 to 255, so 300 wraps", None),
        ("p = full([2], 200, dtype=u8)\np + 100", "u8 holds 0 to 255, so this wraps", "i32(p) + 100"),
    ],
)
def test_numbers_are_known_through_names(statement: str, message: str, repair: str | None) -> None:
    note = only(statement)
    assert note.message == message
    assert [each.text for each in note.repairs] == ([] if repair is None else [repair])


@pytest.mark.parametrize(
    "statement", ["p = u8([9, 200])\np + 50", "p = i8([100])\np - 100", "p = u8([9, 200])\np = p * 0.5\np * 100"]
)
def test_names_whose_numbers_fit(statement: str) -> None:
    assert notes(statement) == []


def test_numbers_that_are_said_to_wrap_do() -> None:
    """Where the numbers are known, the note is told if and only if torch's own result is another number."""
    for left, right in ((200, 100), (100, 100), (255, 0), (128, 127), (128, 128)):
        ran = run(f"u8([{left}]) + u8([{right}])")
        assert (ran.values[0].item() != left + right) == bool(check(f"u8([{left}]) + u8([{right}])").notes)


# Labels


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("s.reshape(-1)", "the labels time and chan; a type names the new axes: y: f32[time_chan=24] = …"),
        ("s.view(24)", "the labels time and chan; a type names the new axes: y: f32[time_chan=24] = …"),
        ("s.flatten()", "the labels time and chan; a type names the new axes: y: f32[time_chan=24] = …"),
        ("s.reshape(4, 2, 3)", "the label chan; a type names the new axes: y: f32[time=4, chan1=2, chan2=3] = …"),
        (
            "s.unflatten(1, (2, 3))",
            "the label chan; a type names the new axes: y: f32[time=4, chan1=2, chan2=3] = …",
        ),
        ("s.reshape(6, 4)", "the labels time and chan, and swaps no axes; transpose and permute do"),
        (
            "s.reshape(-1) @ s.reshape(-1)",
            "the labels time and chan; a type names the new axes: y: f32[time_chan=24] = …",
        ),
    ],
)
def test_a_label_that_is_lost(statement: str, message: str) -> None:
    assert only(statement).message == f"this reshape loses {message}"


def test_the_type_that_is_advised_is_right() -> None:
    advised = only("s.reshape(4, 2, 3)").message.partition("y: ")[2].removesuffix(" = …")
    assert notes(f"y: {advised} = s.reshape(4, 2, 3)") == []


@pytest.mark.parametrize(
    "statement",
    [
        "s.reshape(4, 6)",
        "s.reshape(4, 6, 1)",
        "s[:, :1].reshape(4)",
        "s.T",
        "s.sum(0)",
        "X.reshape(-1)",
        "y: [n] = s.reshape(-1)",
        "y: f32[both=24] = s.reshape(-1)",
        'rearrange(s, "t c -> (t c)")',
        "flat(q) = q.reshape(-1)\nflat(s)",
    ],
)
def test_labels_that_stay_or_are_given_up(statement: str) -> None:
    assert [note.message for note in notes(statement)] == []


# Names


@pytest.mark.parametrize(
    ("statement", "messages"),
    [
        ("sum = 3", ["sum now hides the builtin; torch.sum still means it"]),
        ("relu(q) = max(q, 0)", ["relu now hides the builtin; torch.relu still means it"]),
        ("mean = q -> sum(q)", ["mean now hides the builtin; torch.mean still means it"]),
        ("inv = 1", ["inv now hides the builtin; torch.linalg.inv still means it"]),
        (
            "one_hot = 1",
            ["one_hot now hides the builtin; torch.nn.functional.one_hot still means it"],
        ),
        ("values, sort = sort(x)", ["sort now hides the builtin; torch.sort still means it"]),
        ("sum = 3\nsum = 4", ["sum now hides the builtin; torch.sum still means it"]),
        ("total = 3\nT = 4\nn = len(x)\n_, q = (1, 2)", []),
        ("f(sum) = sum + 1", []),
        ("let sum = 3 in sum", []),
    ],
)
def test_a_hidden_builtin(statement: str, messages: list[str]) -> None:
    assert [note.message for note in notes(statement)] == messages


def test_what_is_said_to_mean_it_still_does() -> None:
    for name, call in (("sum", "torch.sum(ones(2))"), ("inv", "torch.linalg.inv(eye(2))[0, 0]")):
        note = only(f"{name} = 3")
        assert call.partition("(")[0] in note.message
        ran = run(f"{name} = 3\n{call}")
        assert not ran.errors, ran.said


# Told once, and where


def test_a_function_is_odd_once() -> None:
    program = "both(u, v) = u - v\nboth(c, x)\nboth(c, x) + 1\ny = both(c, x)"
    (note,) = notes(program)
    assert note.span.text == "u - v" and note.repairs == []
    assert len(step(GIVEN + program).notes) == 1
    assert len(notes("close(q) = q / 3 == q\nclose(x)\nclose(X)")) == 1


def test_another_statement_is_told_again() -> None:
    assert len(notes("c - x\nc - x")) == 2


def test_a_loop_tells_it_once() -> None:
    assert len(notes("vmap(r -> sum(c - x) * r)(x)")) == 1
    assert len(notes("scan((u, r) -> (u + sum(c - x), r), 0., x)")) == 1
    assert len(run(GIVEN + "iterate(u -> u / 3 + sum(c - x), 1., 50)").notes) == 1


def test_each_repair_is_checked_and_has_no_such_note() -> None:
    for statement in ("c - x", "x / 3 == x", '"ij,ik->i"(A, A)', "b - d", "F.mse_loss(c, x)", "(c - x == 0.1 * c)"):
        for note in notes(statement):
            for repair in note.repairs:
                assert note.kind not in [other.kind for other in notes(repair.whole)]
                assert not run(GIVEN + repair.whole).errors


# The switch, and where notes go

ODD = "c = ones(3, 1)\nc - ones(3)\nc / 3 == c\nsum = sum(c)\nu8([300])\n"


def test_notes_can_be_switched_off() -> None:
    assert len(notes(ODD, "")) == 4
    assert notes(ODD, "", notes=False) == []
    assert run(ODD, notes=False).notes == step(ODD, notes=False).notes == check(ODD, notes=False).notes == []
    assert Session(Settings(notes=False)).type_of(Source("ones(3, 1) - ones(3)"))[1] == []


def printed(json: bool, capfdbinary: pytest.CaptureFixture[bytes], **settings: bool) -> tuple[str, str]:
    """What a script writes to standard output and standard error."""
    import sys

    printer = Printer(sys.stdout.buffer, F32, json=json)
    session = Session(Settings(**settings))  # type: ignore[arg-type]  # switches
    run_program(session, Source(ODD, "odd.tc"), printer, Ticket())
    printer.flush()
    assert printer.status == 0
    out, err = capfdbinary.readouterr()
    return out.decode(), err.decode()


def test_notes_go_to_standard_error(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    out, err = printed(False, capfdbinary)
    assert "note" not in out
    assert [line for line in err.split("\n") if line.startswith("note: ")] == [
        "note: both sides grew, f32[3, 1] - f32[3] -> f32[3, 3], 3 x as many numbers",
        "note: floats are rounded, so == after arithmetic is seldom what is meant",
        "note: sum now hides the builtin; torch.sum still means it",
        "note: u8 holds 0 to 255, so 300 wraps",
    ]
    assert err.isascii() and "  odd.tc:2  c - ones(3)" in err and "  1  c - ones(3)[:, None] -> f32[3, 1]" in err
    assert printed(False, capfdbinary, notes=False) == (out, "")


def test_notes_as_json(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    _, err = printed(True, capfdbinary)
    found = [json.loads(line)["note"] for line in err.splitlines()]
    assert [set(each) for each in found] == [{"message", "line", "column", "repairs"}] * 4
    assert (found[0]["line"], found[0]["column"]) == (2, 1)
    assert found[0]["repairs"] == [{"text": "c - ones(3)[:, None]", "type": "f32[3, 1]"}]
    assert found[2]["repairs"] == []


def test_the_option() -> None:
    done = tcalc("--no-notes", "-e", "sum = 3", "-e", "sum")
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")


# One cause, one note


@pytest.mark.parametrize(
    ("statement", "repair"),
    [
        ("where(c > x, c, x)", "where(c > x[:, None], c, x[:, None])"),
        ("sum((c - x)^2) + sum(abs(c - x))", "sum((c - x[:, None])^2) + sum(abs(c - x[:, None]))"),
        ("c -= x", "c -= x[:, None]"),
        ("q = c * x + c", "c * x[:, None] + c"),
    ],
)
def test_growth_is_told_once_in_a_statement(statement: str, repair: str) -> None:
    note = only(statement)
    assert "both sides grew, f32[4, 1]" in note.message
    assert [each.text for each in note.repairs] == [repair]
    assert notes(note.repairs[0].whole) == []


def test_a_mask_without_brackets() -> None:
    note = only("k > 1 & k < 3")
    assert note.message == "& binds tighter than a comparison; a mask is (a > b) & (c < d)"
    assert [(each.text, each.type) for each in note.repairs] == [("(k > 1) & (k < 3)", "bool[4]")]
