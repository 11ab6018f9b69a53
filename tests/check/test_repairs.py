"""Repairs: what an error offers was itself checked, is not what stood there, and the likeliest stands first."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcalc.errors import Repair, TcalcError
from tcalc.outcomes import Failed
from tcalc.session import Session
from tcalc.source import Source

GIVEN = """\
A = ones(2, 3)
B = ones(4, 3)
S = ones(3, 3)
v = ones(3)
w = ones(2)
X: f32[batch=32, feat=10] = ones(32, 10)
s: f32[time=3] = [1, 2, 3]
c: f32[chan=3] = [1, 2, 3]
m = [True, False]
"""


#: Statements with room for two names.
FORMS = (
    "{} @ {}",
    "{} + {}",
    "{} - mean[1]({})",
    "cat([{}, {}])",
    "mm({}, {})",
    "sum[2]({}) * {}",
    "{}.view(2, 2)",
    '"ij,jk->ik"({}, {})',
    "({} @ {}) @ v",
    "{} == {}.T",
    "grad[A]({} * A)",
    "let q = {} @ {} in q + 1",
    "{}.transpose(0, 1) @ {}",
    "relu({} @ S) @ {}",
    "{}.sum(0) + {}",
    "{}.flatten() @ {}",
    "mse_loss({}, {})",
    "{}.T @ {}",
    "{} - max[0]({})",
    "np.dot({}, np.exp({}))",
    "f(x: [n, m], y: [m, k]): [n, k] = x.T @ y",
)


def failures(program: str) -> list[TcalcError]:
    """The errors of a program that is checked whole."""
    _, outcomes = Session().check(Source(program))
    return [each.error for each in outcomes if isinstance(each, Failed)]


def offered(statement: str) -> list[Repair]:
    """The repairs of the one error of a statement."""
    (error,) = failures(GIVEN + statement)
    return error.repairs


@pytest.mark.parametrize(
    ("statement", "text", "type"),
    [
        # Either operand turned; the other product; both sides of it.
        ("A @ B", "A @ B.T", "f32[2, 4]"),
        ("matmul(A, B)", "matmul(A, B.T)", "f32[2, 4]"),
        ("A.matmul(B)", "A.matmul(B.T)", "f32[2, 4]"),
        ("C = (A @ B) * 2", "(A @ B.T) * 2", "f32[2, 4]"),
        ("ones(5, 2, 3) @ ones(5, 4, 3)", "ones(5, 2, 3) @ ones(5, 4, 3).mT", "f32[5, 2, 4]"),
        # A transpose too many, of the wrong axes, and two that lack one.
        ("A.transpose(0, 1) @ S", "A @ S", "f32[2, 3]"),
        ("A.transpose(-2, -1) @ S", "A @ S", "f32[2, 3]"),
        (
            "ones(5, 2, 3) @ ones(5, 4, 3).transpose(0, 1)",
            "ones(5, 2, 3) @ ones(5, 4, 3).transpose(-2, -1)",
            "f32[5, 2, 4]",
        ),
        ("f(x: [n, d], W: [h, d], V: [o, h]): [n, o] = (x @ W) @ V", "x @ W.T @ V.T", "[n, o]"),
        # A new axis, where one was meant.
        ("A - w", "A - w[:, None]", "f32[2, 3]"),
        ("A > w", "A > w[:, None]", "bool[2, 3]"),
        ("ones(3, 8, 8) - v", "ones(3, 8, 8) - v[:, None, None]", "f32[3, 8, 8]"),
        # keepdim, where a reduction lost its axis.
        ("X - mean[1](X)", "X - mean[1, keepdim](X)", "f32[batch=32, feat=10]"),
        ("X - X.mean(1)", "X - X.mean(1, keepdim=True)", "f32[batch=32, feat=10]"),
        # Another axis.
        ("sum[2](A)", "sum[-1](A)", "f32[2]"),
        ("A.sum(dim=3)", "A.sum(dim=-1)", "f32[2]"),
        ("v |> sum[1]", "v |> sum[-1]", "f32"),
        ("softmax(A)", "softmax[-1](A)", "f32[2, 3]"),
        ("A.softmax()", "A.softmax[-1]()", "f32[2, 3]"),
        ("A.sum(1) + v", "A.sum(0) + v", "f32[3]"),
        ("A.mean(dim=(0, 2))", "A.mean(dim=(0, -1))", "f32"),
        ("ones(2, 3, 4).permute(1, 0)", "ones(2, 3, 4).permute(1, 0, 2)", "f32[3, 2, 4]"),
        ("A.repeat(2)", "A.repeat(2, 1)", "f32[4, 3]"),
        # The function that was meant.
        ("bmm(A, S)", "matmul(A, S)", "f32[2, 3]"),
        ("mm(A, v)", "matmul(A, v)", "f32[2]"),
        # Sizes that fit.
        ("A.reshape(4, 2)", "A.reshape(-1, 2)", "f32[3, 2]"),
        ("reshape(A, (2, 4))", "reshape(A, (2, -1))", "f32[2, 3]"),
        ("cat([A, ones(3, 2)])", "cat([A, ones(3, 2).T])", "f32[4, 3]"),
        # Letters.
        ('"ij,jk->ik"(A, A)', '"ij,jk->ik"(A, A.T)', "f32[2, 2]"),
        ('"ij,jk->iz"(A, S)', '"ij,jz->iz"(A, S)', "f32[2, 3]"),
        # Labels.
        ("s + c", "s[:, None] + c", "f32[time=3, chan=3]"),
        ("sum[feet](X)", "sum[feat](X)", "f32[batch=32]"),
        # Names: of the library, of variables, of other libraries, of options.
        ("sofmax[0](v)", "softmax[0](v)", "f32[3]"),
        ("torch.sofmax(v, dim=0)", "torch.softmax(v, dim=0)", "f32[3]"),
        ("np.concatenate([v, w])", "concatenate([v, w])", "f32[5]"),
        ("A.summ()", "A.sum()", "f32"),
        ("value = 1\nvalu + 1", "value + 1", "i64"),
        ("sum(A, dmi=0)", "sum(A, dim=0)", "f32[3]"),
        ("A.T()", "A.T", "f32[3, 2]"),
        ("v.add_(1)", "v.add(1)", "f32[3]"),
        # Dtypes.
        ("v[[0., 1.]]", "v[i64([0.0, 1.0])]", "f32[2]"),
        ("m ^ m", "m ^^ m", "bool[2]"),
        ("-m", "~m", "bool[2]"),
        ("relu([1 + 2j])", "relu([1 + 2j].real)", "f32[1]"),
        # Gradients of what is no scalar.
        ("grad[v](A @ v)", "grad[v](sum(A @ v))", "f32[3]"),
        # In a function that is checked for all sizes.
        ("f(x: [n, k], y: [m, k]): [n, m] = x @ y", "x @ y.T", "[n, m]"),
        # At the call, where the fault is in a function that says nothing of its shapes.
        ("g(x, y) = x @ y\ng(A, B)", "g(A, B.T)", "f32[2, 4]"),
    ],
)
def test_what_was_meant_stands_first(statement: str, text: str, type: str) -> None:
    best = offered(statement)[0]
    assert (best.text, best.type) == (text, type)


def test_a_gradient_of_a_vector_may_be_meant_in_three_ways() -> None:
    sum_, jacobian, vjp = offered("grad[v](A @ v)")
    assert (jacobian.text, jacobian.type) == ("jacobian[v](A @ v)", "f32[2, 3]")
    assert (vjp.text, vjp.condition, vjp.type) == ("vjp[v](A @ v, u)", "with u: f32[2]", "f32[3]")
    assert sum_.condition == ""


def test_the_whole_statement_goes_with_the_part_that_is_shown() -> None:
    (repair,) = offered("C: f32[2, 4] = (A @ B) * 2  # a comment")
    assert repair.text == "(A @ B.T) * 2"
    assert repair.whole == "C: f32[2, 4] = (A @ B.T) * 2"


def test_what_an_annotation_forbids_is_not_offered() -> None:
    assert [each.type for each in offered("C: f32[3, 4] = A @ A")] == []
    assert {each.type for each in offered("C: f32[3, 3] = A @ A")} == {"f32[3, 3]"}


@pytest.mark.parametrize(
    "statement",
    ["solve(S, w)", "nosuchnameatall", "(A, B) + 1", "A[5, 0]", "2^64", "exp()", "cat([])", "ones(2, 1) @ S"],
)
def test_nothing_is_offered_where_nothing_near_checks(statement: str) -> None:
    assert offered(statement) == []


def test_what_comes_up_while_running_offers_nothing() -> None:
    session = Session()
    outcomes = list(session.run(Source("[1., 2.][[5, 0]]")))
    (failed,) = [each for each in outcomes if isinstance(each, Failed)]
    assert failed.error.repairs == []


def test_a_program_of_many_errors_is_checked_all_the_same() -> None:
    found = failures(GIVEN + "A @ B\n" * 300)
    assert len(found) == 300
    assert found[0].repairs and not found[-1].repairs


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_each_repair_checks_and_is_not_what_stood_there(data: st.DataObject) -> None:
    """Operands of random shapes in the statements that people write."""
    sizes = st.lists(st.integers(1, 4), max_size=3)
    names = "A B S v w X".split()
    given_ = "".join(f"{name} = ones({data.draw(sizes)})\n" for name in names)
    form = data.draw(st.sampled_from(FORMS))
    statement = form.format(*data.draw(st.lists(st.sampled_from(names), min_size=2, max_size=2)))
    for error in failures(given_ + statement):
        assert len(error.repairs) <= 3
        assert len({each.whole for each in error.repairs}) == len(error.repairs)
        for repair in error.repairs:
            assert repair.whole != statement
            name, _, type = repair.condition.removeprefix("with ").partition(": ")
            assumed = f"{name}: {type} = ones({type[type.index('[') :] if '[' in type else '()'})\n" if name else ""
            session = Session()
            statements, outcomes = session.check(Source(given_ + assumed + repair.whole))
            assert not [each for each in outcomes if isinstance(each, Failed)], repair.whole
            assert statements
