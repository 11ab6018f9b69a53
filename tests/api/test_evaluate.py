"""`tcalc.evaluate`: values against torch and NumPy, what may be given and what is refused, and that nobody's tensors
are touched or shared."""

from __future__ import annotations

import warnings
from collections import namedtuple
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import tcalc

A = torch.arange(6.0).reshape(2, 3)
B = torch.arange(12.0).reshape(3, 4) - 5
V = torch.tensor([1.0, -1.0, 0.5, 2.0])


def same(got: torch.Tensor, want: torch.Tensor) -> None:
    torch.testing.assert_close(got, want, equal_nan=True)


def error(text: str, **names: Any) -> tcalc.Error:
    with pytest.raises(tcalc.Error) as caught:
        tcalc.evaluate(text, **names)
    return caught.value


def test_three_factors() -> None:
    for _ in range(3):
        same(tcalc.evaluate("A @ B @ v", A=A, B=B, v=V), A @ B @ V)


def test_the_same_text_with_other_types() -> None:
    for x in (A, A.double(), A[0], torch.tensor(3), A.int(), A.bool(), A[:, :0], A.to(torch.complex64)):
        for _ in range(2):
            same(tcalc.evaluate("x * 2", x=x), x * 2)


def test_the_same_types_with_other_values() -> None:
    for shift in range(5):
        same(tcalc.evaluate("sum((A @ x)^2)", A=A + shift, x=V[:3]), ((A + shift) @ V[:3]).square().sum())


@pytest.mark.parametrize("value", [0, -7, 2**63 - 1, 0.1, -0.0, float("nan"), 1 + 2j, True, False])
def test_a_number_is_a_scalar_tensor_of_torchs_dtype(value: complex) -> None:
    same(tcalc.evaluate("a", a=value), torch.tensor(value))


def test_numbers_that_python_calls_equal_are_told_apart() -> None:
    given = [True, 1, 1.0, 0.0, -0.0]
    assert [tcalc.evaluate("a", a=a).dtype for a in given] == [torch.bool, torch.int64] + [torch.float32] * 3
    assert [str(float(tcalc.evaluate("1 / a", a=a))) for a in given[3:]] == ["inf", "-inf"]


def test_a_number_is_weak_and_a_size() -> None:
    same(tcalc.evaluate("A * a", A=A.half(), a=0.5), A.half() * 0.5)
    assert tcalc.evaluate("zeros(n, 2 * n)", n=3).shape == (3, 6)


def test_lists_are_tensors() -> None:
    same(tcalc.evaluate("x", x=[[1, 2], [3, 4]]), torch.tensor([[1, 2], [3, 4]]))
    same(tcalc.evaluate("x", x=[1, 2.5]), torch.tensor([1, 2.5]))
    same(tcalc.evaluate("x", x=[True, False]), torch.tensor([True, False]))
    same(tcalc.evaluate("x", x=[]), torch.tensor([]))
    same(tcalc.evaluate("x", x=[[], []]), torch.zeros(2, 0))
    same(tcalc.evaluate("x", x=[1j, 2]), torch.tensor([1j, 2]))


def test_text_tuples_dtypes_none() -> None:
    assert tcalc.evaluate("a == 'x'", a="x").item() is True
    assert tcalc.evaluate("a", a="with 'quotes'\n") == "with 'quotes'\n"
    assert tcalc.evaluate("(a, 1)", a=None)[0] is None
    assert tcalc.evaluate("t", t=torch.float64) is torch.float64
    same(tcalc.evaluate("A.to(t)", A=A, t=torch.float64), A.double())
    same(tcalc.evaluate("t[0] @ t[1]", t=(A, B)), A @ B)
    same(tcalc.evaluate("t[1] * 2", t=(A, 3)), torch.tensor(6))
    same(tcalc.evaluate("cat(xs)", xs=(A, A + 1)), torch.cat([A, A + 1]))


def test_a_tuple_keeps_its_names() -> None:
    found = tcalc.evaluate("max[1](A)", A=A)
    values, indices = found
    assert found.values is values and found.indices is indices
    same(values, A.max(1).values)
    assert repr(found).startswith("(values=tensor(")
    with pytest.raises(AttributeError, match="values, indices"):
        _ = found.nothing
    pair = namedtuple("pair", "left right")(A, B)
    same(tcalc.evaluate("p", p=pair).right, B)
    same(tcalc.evaluate("p", p=torch.max(A, 1)).values, A.max(1).values)
    assert type(tcalc.evaluate("(A, 1)", A=A)) is tuple


# Arrays


@settings(deadline=None)
@given(
    arrays.arrays(
        dtype=st.sampled_from(
            [
                "bool",
                "u1",
                "i1",
                "<i2",
                ">i2",
                "<i4",
                ">i4",
                "<i8",
                ">i8",
                "<f2",
                ">f4",
                "<f4",
                ">f8",
                "<f8",
                ">c8",
                "c16",
            ]
        ),
        shape=arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    ),
    st.integers(0, 2),
)
def test_arrays_come_back_as_they_went(array: np.ndarray, view: int) -> None:
    if view == 1:
        array = array.T
    if view == 2 and array.ndim:
        array = array[::-1]
    array.flags.writeable = False
    before = array.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        back = tcalc.evaluate("x", x=array)
    np.testing.assert_array_equal(back.numpy(), before)
    assert back.numpy().dtype == before.dtype.newbyteorder("=")
    assert tcalc.check("x", x=array) == tcalc.check("x", x=back)


def test_other_things_with_numbers() -> None:
    same(tcalc.evaluate("x + 1", x=np.float64(2)), torch.tensor(3.0, dtype=torch.float64))
    same(tcalc.evaluate("x", x=np.array([1, 65535], "uint16")), torch.tensor([1, 65535], dtype=torch.int32))
    same(tcalc.evaluate("x", x=torch.tensor([1, 65535], dtype=torch.uint16)), torch.tensor([1, 65535]).int())
    same(tcalc.evaluate("x", x=np.array([2**32 - 1], "uint32")), torch.tensor([2**32 - 1]))

    class Measured:
        def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
            return np.array([1.5, 2.5])

    same(tcalc.evaluate("x * 2", x=Measured()), torch.tensor([3.0, 5.0], dtype=torch.float64))


@pytest.mark.parametrize(
    ("value", "code", "says"),
    [
        (np.array([1, "a"], object), "dtype", "x has the dtype object, which tcalc does not have"),
        (np.array(["a"]), "dtype", "x has the dtype str"),
        (np.array([1], "uint64"), "dtype", "x has the dtype uint64"),
        (np.array([1], "datetime64[s]"), "dtype", "x has the dtype datetime64[s]"),
        (np.zeros(2, [("a", "f4")]), "dtype", "x has the dtype void"),
        (np.ma.masked_array([1.0, 2.0], [True, False]), "type", "masked array: write x.filled(…)"),
        (A.to_sparse(), "type", "x has the layout sparse_coo: write x.to_dense()"),
        (A.to("meta"), "value", "tcalc.check tells types"),
        (torch.zeros(2, dtype=torch.float8_e4m3fn), "dtype", "float8_e4m3fn"),
        ({1, 2}, "type", "x is a set: tcalc takes tensors"),
        (object(), "type", "x is an object"),
        ([[1], [2, 3]], "shape", "the lists in x are not of one shape"),
        ([1, [2]], "shape", "the lists in x are not of one shape"),
        ([A, A], "type", "x is a list of numbers with a Tensor among them; a tuple keeps tensors side by side"),
        ([None], "type", "with a NoneType among them"),
        ([2**70], "value", "does not fit 64 bits"),
        (2**63, "value", "x does not fit 64 bits"),
        ((A, {}), "type", "x[1] is a dict"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_refused(value: object, code: str, says: str) -> None:
    for _ in range(2):
        found = error("x", x=value)
        assert (found.code, found.line, found.column) == (code, None, None)
        assert says in found.message


def test_a_list_that_holds_itself() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert error("x", x=endless).code == "limit"


@pytest.mark.parametrize("name", ["torch", "f32", "True", "a b", "", "in", "x.y", "1x", "x\n", "·x"])
def test_names_that_are_none(name: str) -> None:
    assert error("1", **{name: 1}).code == "name"


# Memory and derivatives


@pytest.mark.parametrize(
    "text",
    ["A", "A.T", "A[0]", "A[:, 1:]", "A.reshape(6)", "A[None]", "(A, A)", "A.expand(2, 2, 3)", "A.data", "A.f32()",
     "f32(A)", "detach(A)", "real(A)", "A.clone()", "let B = A in B", "A if A[0, 0] < 1 else A + 1", '"ij->ji"(A)',
     "rearrange(A, 'a b -> b a')", "split(A, 1)", "A.contiguous()", "fold((s, x) -> s, A, ones(2))"],
)  # fmt: skip
def test_results_share_no_memory(text: str) -> None:
    if text == "A.f32()":
        text = "A.float()"
    mine = A.clone()
    for _ in range(3):
        got = tcalc.evaluate(text, A=mine)
        for each in got if isinstance(got, tuple) else (got,):
            each.fill_(-1)
            same(mine, A)
        if isinstance(got, tuple) and len(got) == 2:
            got[0].fill_(5)
            assert bool((got[1] == -1).all())


@pytest.mark.parametrize(
    "text", ["[1., 2.]", "let c = [1., 2.] in c", "[1., 2.] if x > 0 else [3., 4.]", "1.5", "x + 0"]
)
def test_a_changed_result_changes_no_later_one(text: str) -> None:
    x = torch.tensor(1.0)
    first = tcalc.evaluate(text, x=x)
    kept = first.clone()
    for _ in range(3):
        first.fill_(77)
        first = tcalc.evaluate(text, x=x)
        same(first, kept)


def test_an_array_is_not_shared() -> None:
    array = np.arange(4.0)
    got = tcalc.evaluate("x", x=array)
    got.zero_()
    np.testing.assert_array_equal(array, np.arange(4.0))


def test_a_tensor_that_requires_grad() -> None:
    w = torch.nn.Parameter(torch.ones(3))
    for text in ("w * 2", "w", "w[1:]"):
        got = tcalc.evaluate(text, w=w)
        assert not got.requires_grad
        got += 1
    assert w.requires_grad and w.grad is None and w.is_leaf
    same(w.detach(), torch.ones(3))


def test_transforms_of_torch_are_refused() -> None:
    for transform in (torch.func.grad, torch.func.vmap):
        with pytest.raises(tcalc.Error, match=r"torch.func cannot transform what tcalc computes") as caught:
            transform(lambda x: tcalc.evaluate("sum(x^2)", x=x))(V)
        assert caught.value.code == "grad"


@pytest.mark.parametrize("text", ["x", "x * 2", "x.T", "x[0]", "abs(x)"])
def test_tensors_of_any_layout_in_memory(text: str) -> None:
    want = {"x": lambda x: x, "x * 2": lambda x: x * 2, "x.T": lambda x: x.T, "x[0]": lambda x: x[0], "abs(x)": abs}[
        text
    ]
    wide = torch.arange(24.0).reshape(4, 6)
    complex_ = torch.complex(wide, -wide)
    for x in (wide[::2, 1::2], wide.T, wide[:1].expand(3, 6), complex_.conj(), complex_.mH, complex_.conj().imag):
        for _ in range(2):
            got = tcalc.evaluate(text, x=x)
            same(got, want(x).resolve_conj().resolve_neg())
            got.numpy()


def test_a_subclass_of_tensor_that_holds_its_numbers() -> None:
    class Labelled(torch.Tensor):
        pass

    x = A.as_subclass(Labelled)
    got = tcalc.evaluate("x + 1", x=x)
    assert type(got) is torch.Tensor
    same(got, A + 1)


# Programs and errors


@pytest.mark.parametrize("text", ["a = 1", "a = 1\na", "1\n2", "f(x) = x", "import torch", "A[0] = 1", "x; y = 1"])
def test_a_program_is_a_sessions_work(text: str) -> None:
    found = error(text, A=A, x=1)
    assert found.code == "syntax"
    assert "tcalc.Session().run(…)" in found.message


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "syntax", "an expression is missing"),
        ("# nothing", "syntax", "an expression is missing"),
        ("(A", "syntax", "never closed"),
        ("x -> x", "type", "a function"),
        ("sum", "type", "a function"),
        ("None", "type", "no expression"),
        ("exit()", "type", "no expression"),
        ("manual_seed(1)", "type", "no expression"),
        ("print(A, A)", "type", "one value"),
        ("A + ?", "type", "?"),
        ("inverse(A[:2, :2] * 0)", "value", "singular"),
        ("zeros(10^6, 10^6)", "memory", "needs"),
        ("C", "name", "there is no C"),
    ],
)  # fmt: skip
def test_errors(text: str, code: str, says: str) -> None:
    for _ in range(2):
        found = error(text, A=A)
        assert found.code == code
        assert says in str(found)


def test_an_error_tells_all() -> None:
    found = error("A @ A", A=A)
    assert (found.code, found.line, found.column) == ("shape", 1, 1)
    assert found.message == "A's last axis is 3, A's first is 2"
    assert found.notes[:2] == ["A: f32[2, 3]", "A: f32[2, 3]"]
    assert found.__cause__ is None and found.__suppress_context__
    lines = str(found).splitlines()
    assert lines[:3] == ["error[shape]: A's last axis is 3, A's first is 2", "  <text>:1  A @ A", "            -   -"]
    assert all(isinstance(text, str) and isinstance(type, str) for text, type in found.repairs)
    assert str(found).isascii()


def test_an_error_found_by_data_is_the_same_at_each_call() -> None:
    good, bad = torch.eye(2), torch.zeros(2, 2)
    for x, fails in ((good, False), (bad, True), (good, False), (bad, True)):
        if fails:
            assert error("inverse(x)", x=x).code == "value"
        else:
            same(tcalc.evaluate("inverse(x)", x=x), good)


def test_data_decide_a_size() -> None:
    for shift in range(-3, 4):
        x = V + shift
        same(tcalc.evaluate("x[x > 0]", x=x), x[x > 0])
        same(tcalc.evaluate("sum(x[x > 0] * ones(numel(x[x > 0])))", x=x), x[x > 0].sum())


def test_a_name_that_is_not_used() -> None:
    same(tcalc.evaluate("A", A=A, other=torch.zeros(9)), A)


def test_random_numbers_are_torchs() -> None:
    for _ in range(2):
        torch.manual_seed(3)
        want = torch.randn(4), torch.rand(2)
        torch.manual_seed(3)
        same(tcalc.evaluate("randn(n)", n=4), want[0])
        same(torch.rand(2), want[1])


def test_what_fails_draws_nothing() -> None:
    for _ in range(2):
        torch.manual_seed(3)
        error("randn(2) @ inverse(x)", x=torch.zeros(2, 2))
        got = torch.rand(2)
        torch.manual_seed(3)
        same(got, torch.rand(2))


def test_the_cache_is_bounded() -> None:
    from tcalc.api import evaluation

    for number in range(evaluation.MOST_PROGRAMS + 40):
        assert tcalc.evaluate("a + 1", a=number).item() == number + 1
    assert len(evaluation._kept) <= evaluation.MOST_PROGRAMS
