"""Every row of the table of expressions, and every sentence below it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from driver import assert_fails, assert_gives, rows, run, step

SIDES = torch.tensor([True, False]), torch.tensor([True, False, False, True])
CORNERS = torch.tensor([[True, False, True], [False, False, True]])
PAIRS = torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4]))
X = torch.arange(24).reshape(2, 3, 4)
A = torch.tensor([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("program", "value"),
    rows(
        # let
        ("let a = 2 in a * a", 4),
        ("let a = 2, b = a + 1 in a * b", 6),
        ("let a = 2 in let a = 3 in a", 3),
        ("(let a = 2 in a) + 1", 3),
        ("let a = 2 in a + 1", 3),
        ("a = 1\nlet a = 5 in a;\na", 1),
        ("let a = 1,\n    b = 2\nin a + b", 3),
        ("let f = x -> x + 1 in f(2)", 3),
        ("let q = (1, 2) in q[1]", 2),
        # functions
        ("(x -> x + 1)(2)", 3),
        ("((x, y) -> x - y)(5, 2)", 3),
        ("(lambda x: x * 2)(4)", 8),
        ("(lambda x, y: x * y)(4, 3)", 12),
        ("f = x -> y -> x - y\nf(5)(3)", 2),
        ("f = lambda x: x + 1\nf(1)", 2),
        ("(() -> 3)()", 3),
        # pipe
        ("[1, 2] |> sum", 3),
        ("[[1, 2], [3, 4]] |> sum[0]", [4, 6]),
        ("3 |> (x -> x + 1)", 4),
        ("f(x) = x * 2\n3 |> f", 6),
        ("[3, 4] |> norm |> sqrt", 5**0.5),
        ("1 + 2 |> (x -> x * 10)", 30),
        ("[1., 2.] |> softmax[0] |> sum", 1.0),
        ("4 |> (x -> x |> sqrt)", 2.0),
        # conditional
        ("1 if True else 2", 1),
        ("1 if False else 2", 2),
        ("x = [1, 2]\n10 if sum(x) > 2 else 20", 10),
        ("x = [1, 2]\n10 if sum(x) > 5 else 2.5", 2.5),
        ("1 if False else 2 if False else 3", 3),
        # or, and, not
        ("True or False", True),
        ("[True, False] and [True, True]", [True, False]),
        ("[True, False] or [False, False]", [True, False]),
        ("not [True, False]", [False, True]),
        ("not True or True", True),
        ("[1, 2, 3] > 1 and [1, 2, 3] < 3", [False, True, False]),
        ("True or False and False", True),
        # comparisons
        ("[1, 2] == [1, 3]", [True, False]),
        ("[1, 2] != [1, 3]", [False, True]),
        ("1 <= [0, 1, 2] < 2", [False, True, False]),
        ("1 < 2 < 3 < 4", True),
        ("1 < [2, 0] != 3", [True, False]),
        ("[1, 2] >= 2", [False, True]),
        # bitwise
        ("[6, 5] & 3", [2, 1]),
        ("[6, 5] | 3", [7, 7]),
        ("[6, 5] ^^ 3", [5, 6]),
        ("1 | 7 ^^ 2 & 4", 1 | ((7 ^ 2) & 4)),
        ("1 | 6 & 3", 1 | 6 & 3),
        ("5 ^^ 1 & 3", (5 ^ 1) & 3),
        ("4 | 1 ^^ 1", 4 | (1 ^ 1)),
        ("1 + 1 & 3", (1 + 1) & 3),
        ("[True, False] & [True, True]", [True, False]),
        ("[True, False] | [False, False]", [True, False]),
        ("[True, False] ^^ [True, True]", [False, True]),
        ("2 & 3 == 2", True),
        # arithmetic, one level, left to right
        ("2 + 3 - 4", 1),
        ("7 / 2 * 2", 7.0),
        ("7 // 2 * 2", 6),
        ("8 % 5 * 2", 6),
        ("2 * [1, 2] @ [3, 4]", 22),
        ("[1, 2] @ [3, 4] * 2", 22),
        ("12 / 3 / 2", 2.0),
        ("7 - 2 - 1", 4),
        ("[1, 2] * [3, 4]", [3, 8]),
        ("[[1., 2.], [3., 4.]] * [[1., 2.], [3., 4.]]", A * A),
        ("[7, -7] // 2", [3, -4]),
        ("[7, -7] % 3", [1, 2]),
        ("[7., -7.] // 2", [3.0, -4.0]),
        # unary
        ("-3", -3),
        ("+[1, -2]", [1, -2]),
        ("~[0, 1]", [-1, -2]),
        ("~[True, False]", [False, True]),
        ("--3", 3),
        ("-[1, 2] + 1", [0, -1]),
        ("2 - -3", 5),
        ("2 * -3", -6),
        # power
        ("-2^2", -4),
        ("-2 ** 2", -4),
        ("2^3^2", 512),
        ("2 ** 3 ** 2", 512),
        ("2^-1", 0.5),
        ("2^-2^2", 2.0**-4),
        ("(-2)^2", 4),
        ("[1, 2, 3]^2", [1, 4, 9]),
        ("2^[1, 2, 3]", [2, 4, 8]),
        ("2 * 3^2", 18),
        ("-[1., 2.]^2", [-1.0, -4.0]),
        ("4^0.5", 2.0),
        # calls, indexing, attributes
        ("[1, 2].sum()", 3),
        ("[[1, 2], [3, 4]].sum(0)", [4, 6]),
        ("[[1, 2], [3, 4]].T[0]", [1, 3]),
        ("-[1, 2][0]", -1),
        ("2^[1, 2][1]", 4),
        ("[1., 4.].sqrt().sum()", 3.0),
        ("'ij->ji'([[1, 2], [3, 4]])", [[1, 3], [2, 4]]),
        # literals
        ("1_000 + 1", 1001),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("true", True),
        ("false", False),
        ("[true, False]", [True, False]),
        ("2j * 2j", -4 + 0j),
        ("1 + 2j", 1 + 2j),
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
        ("'text'", '"text"'),
        ('"text"', '"text"'),
        ("(1, 2)", (1, 2)),
        ("(1,)", (1,)),
        ("((1, 2), 3)", ((1, 2), 3)),
        ("(1)", 1),
    ),
)
def test_forms(program: str, value: Any) -> None:
    assert_gives(program, None, value)


def test_a_conditional_over_data() -> None:
    assert_gives("x = rand(1)[0]\n1 if x < 2 else 2.5", "f32", 1.0)  # dtypes promote
    assert_gives("x = [3, 4]\n(x if sum(x) > 1 else x * 2.5)", "f32[2]", [3.0, 4.0])
    assert_fails("x = ones(2)\n[1, 2] if sum(x) > 1 else [1, 2, 3]", "shape", "2", "3")
    assert_fails("[1, 2] if [True, False] else [3, 4]", "shape")
    # only the chosen one runs
    assert_gives("x = ones(2)\n1. if sum(x) > 1 else inv(zeros(2, 2))[0, 0]", "f32", 1.0)
    assert_fails("x = ones(2)\n1. if sum(x) > 5 else inv(zeros(2, 2))[0, 0]", "value")
    # both branches are typed where data choose
    assert_fails("x = ones(2)\n1 if sum(x) > 1 else [1, 2] + [1, 2, 3]", "shape")


def test_a_conditional_under_vmap_is_a_where() -> None:
    assert_gives("vmap(x -> x if x > 0 else -x)([1., -2., 3.])", "f32[3]", [1.0, 2.0, 3.0])
    assert_gives("vmap(r -> r * 2 if sum(r) > 2 else r)([[1, 1], [2, 2]])", "i64[2, 2]", [[1, 1], [4, 4]])


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        ("a = [1, 2]\n[a, a]", "i64[2, 2]", [[1, 2], [1, 2]]),
        ("a = [1, 2]\n[a, 2.5 * a]", "f32[2, 2]", [[1.0, 2.0], [2.5, 5.0]]),
        ("[1, 2.5]", "f32[2]", [1.0, 2.5]),
        ("[True, 2]", "i64[2]", [1, 2]),
        ("[1, 2j]", "c64[2]", [1 + 0j, 2j]),
        ("[[1], [2.]]", "f32[2, 1]", [[1.0], [2.0]]),
        ("[f64(1), 2]", "f64[2]", [1.0, 2.0]),
        ("[f16(1), i64(2)]", "f16[2]", [1.0, 2.0]),
        ("[u8(1), i8(2)]", "i16[2]", [1, 2]),
        ("x = 2.\n[[x, 1], [0, x^2]]", "f32[2, 2]", [[2.0, 1.0], [0.0, 4.0]]),
        ("a = ones(2, 2)\n[[a, a], [a, a]]", "f32[2, 2, 2, 2]", torch.ones(2, 2, 2, 2)),
        ("a = [1, 2]\n[a, [3, 4]]", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("[[]]", "f32[1, 0]", torch.ones(1, 0)),
        ("[[], []]", "f32[2, 0]", torch.ones(2, 0)),
        ("[]", "f32[0]", torch.ones(0)),
        ("[[1, 2],\n [3, 4],\n]", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("[(1), (2)]", "i64[2]", [1, 2]),
    ),
)
def test_a_list_literal_stacks(program: str, type: str, value: Any) -> None:
    assert_gives(program, type, value)


def test_lists_of_several_shapes_and_arithmetic_on_tuples() -> None:
    assert_fails("[[1, 2], [3]]", "shape", "2", "1")
    assert_fails("[1, [2]]", "shape")
    assert_fails("(1, 2) + 1", "type")
    assert_fails("-(1, 2)", "type")
    assert_fails("(1, 2) * (3, 4)", "type")
    assert_fails("a, b = 1, 2\n(a, b) == 3", "type")
    assert_fails("['a', 'b']", "type")
    assert_fails("[(1, 2), (3, 4)] + 'a'", "type")


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        ("cat([[1, 2], [3]])", "i64[3]", [1, 2, 3]),
        ("cat(([1, 2], [3]))", "i64[3]", [1, 2, 3]),
        ("cat([[1, 2], [3, 4]])", "i64[4]", [1, 2, 3, 4]),
        ("a = [[1, 2], [3, 4]]\ncat(a)", "i64[4]", [1, 2, 3, 4]),
        ("cat([ones(2, 3), zeros(1, 3)])", "f32[3, 3]", torch.cat([torch.ones(2, 3), torch.zeros(1, 3)])),
        ("cat[1]([ones(2, 3), zeros(2, 1)])", "f32[2, 4]", torch.cat([torch.ones(2, 3), torch.zeros(2, 1)], 1)),
        ("cat([ones(2, 3), zeros(2, 1)], 1)", "f32[2, 4]", torch.cat([torch.ones(2, 3), torch.zeros(2, 1)], 1)),
        ("stack([[1, 2], [3, 4]])", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("stack(([1, 2], [3, 4]), dim=1)", "i64[2, 2]", [[1, 3], [2, 4]]),
        ("hstack([[1, 2], [3]])", "i64[3]", [1, 2, 3]),
        ("vstack([[1, 2], [3, 4]])", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("vstack(([1, 2], [[3, 4]]))", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("block_diag([[1]], [[2, 3]])", "i64[2, 3]", [[1, 0, 0], [0, 2, 3]]),
        (
            "cartesian_prod([1, 2], [3, 4])",
            "i64[4, 2]",
            torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4])),
        ),
        ("cat([1, 2], [3])", None, None),
        ("zeros((2, 3))", "f32[2, 3]", torch.zeros(2, 3)),
        ("zeros([2, 3])", "f32[2, 3]", torch.zeros(2, 3)),
        ("ones(2, 3).sum([0, 1])", "f32", 6.0),
        ("ones(2, 3).sum((0, 1))", "f32", 6.0),
        ("ones(2, 3).permute(1, 0)", "f32[3, 2]", torch.ones(3, 2)),
        ("ones(2, 3).permute((1, 0))", "f32[3, 2]", torch.ones(3, 2)),
        ("ones(2, 3).reshape([3, 2])", "f32[3, 2]", torch.ones(3, 2)),
        ("ones(2, 3).reshape((-1,))", "f32[6]", torch.ones(6)),
        ("flip([[1, 2], [3, 4]], [0, 1])", "i64[2, 2]", [[4, 3], [2, 1]]),
    ),
)
def test_sequences(program: str, type: str | None, value: Any) -> None:
    if value is None:
        assert_fails(program, "type")
    else:
        assert_gives(program, type, value)


def test_meshgrid() -> None:
    want = torch.meshgrid(torch.tensor([1, 2]), torch.tensor([3, 4, 5]), indexing="ij")
    assert_gives("meshgrid([1, 2], [3, 4, 5])", "(i64[2, 3], i64[2, 3])", tuple(want))
    assert_gives("a, b = meshgrid([[1, 2], [3, 4, 5]])\nb", "i64[2, 3]", want[1])
    assert_gives("a, b = torch.meshgrid([1, 2], [3, 4, 5], indexing='xy')\na", "i64[3, 2]", want[0].T)


@pytest.mark.parametrize(
    ("program", "value"),
    rows(
        ("torch.sum([1, 2])", 3),
        ("torch.linalg.norm([3., 4.])", 5.0),
        ("linalg.norm([3., 4.])", 5.0),
        ("torch.nn.functional.relu([-1., 2.])", [0.0, 2.0]),
        ("F.relu([-1., 2.])", [0.0, 2.0]),
        ("torch.pi", torch.pi),
        ("torch.e", 2.718281828459045),
        ("torch.inf", float("inf")),
        ("torch.nan", float("nan")),
        ("ones(2, dtype=torch.float64)", torch.ones(2, dtype=torch.float64)),
        ("torch.tensor([1., 2.]).sum()", 3.0),
        ("sum = 3\ntorch.sum([1, 2])", 3),
        ("sum = 3\n[1, 2].sum()", 3),
        ("sum(x) = 100\n[1, 2].sum()", 3),
        ("sum(x) = 100\nsum([1, 2])", 100),
        ("relu(x) = 7\nF.relu([-1., 2.])", [0.0, 2.0]),
    ),
)
def test_prefixes_and_rebinding(program: str, value: Any) -> None:
    assert_gives(program, None, value)


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        ("sum[0](A)", "f32[2]", A.sum(0)),
        ("sum[0, keepdim](A)", "f32[1, 2]", A.sum(0, keepdim=True)),
        ("sum[-1, keepdims](A)", "f32[2, 1]", A.sum(1, keepdim=True)),
        ("sum[0, 1](A)", "f32", 10.0),
        ("sum(A, 0)", "f32[2]", A.sum(0)),
        ("sum(A, dim=0)", "f32[2]", A.sum(0)),
        ("sum(A, axis=0)", "f32[2]", A.sum(0)),
        ("sum(A, dim=(0, 1))", "f32", 10.0),
        ("A.sum(dim=1, keepdim=True)", "f32[2, 1]", A.sum(1, keepdim=True)),
        ("A.sum(axis=1, keepdims=True)", "f32[2, 1]", A.sum(1, keepdim=True)),
        ("A.sum[1]()", "f32[2]", A.sum(1)),
        ("A.sum(keepdim=True, dim=1)", "f32[2, 1]", A.sum(1, keepdim=True)),
        ("softmax[-1](A)", "f32[2, 2]", A.softmax(-1)),
        ("transpose[0, 1](A)", "f32[2, 2]", A.T),
        ("A.transpose(0, 1)", "f32[2, 2]", A.T),
        ("max[1](A)", "(f32[2], i64[2])", tuple(A.max(1))),
        ("max[1, keepdim](A)", "(f32[2, 1], i64[2, 1])", tuple(A.max(1, keepdim=True))),
        ("vmap[1](sum)(A)", "f32[2]", A.sum(0)),
        ("vmap(sum)(A)", "f32[2]", A.sum(1)),
        ("k = 1\nsum[k](A)", "f32[2]", A.sum(1)),
        ("k = 0\nsum[k - 1](A)", "f32[2]", A.sum(1)),
        ("x: [chan, time] = A\nsum[chan](x)", "f32[time=2]", A.sum(0)),
        ("x: [chan, time] = A\nsum[chan, time](x)", "f32", 10.0),
        ("x: [chan, time] = A\nsum[chan, keepdim](x)", "f32[chan=1, time=2]", A.sum(0, keepdim=True)),
        # a label comes before an option, an option before a static integer
        ("x: [keepdim=2, b=2] = A\nsum[keepdim](x)", "f32[b=2]", A.sum(0)),
        ("chan = 0\nx: [time=2, chan=2] = A\nsum[chan](x)", "f32[time=2]", A.sum(1)),
        ("keepdim = 1\nsum[0, keepdim](A)", "f32[1, 2]", A.sum(0, keepdim=True)),
        ("f = sum[0]\nf(A)", "f32[2]", A.sum(0)),
        ("A |> sum[0]", "f32[2]", A.sum(0)),
        ("x: [chan, time] = A\nx |> softmax[time] |> sum[time]", "f32[chan=2]", [1.0, 1.0]),
    ),
)
def test_what_a_function_works_over(program: str, type: str | None, value: Any) -> None:
    assert_gives("A = [[1., 2.], [3., 4.]]\n" + program, type, value)


def test_a_name_that_is_no_label_of_the_argument() -> None:
    ran = run("x: [chan=2] = [1., 2.]\nsum[time](x)")
    assert len(ran.codes) == 1 and ran.codes[0] in {"label", "name"}
    assert "time" in ran.said


@pytest.mark.parametrize(
    ("spec", "arguments"),
    [
        ("ij,jk->ik", ["ones(2, 3)", "ones(3, 4)"]),
        ("ij,jk", ["ones(2, 3)", "ones(3, 4)"]),
        ("ii", ["arange(9.).reshape(3, 3)"]),
        ("ii->i", ["arange(9.).reshape(3, 3)"]),
        ("ij->", ["arange(6.).reshape(2, 3)"]),
        ("...ij,...jk->...ik", ["ones(5, 2, 3)", "ones(3, 4)"]),
        ("...ij", ["arange(24.).reshape(2, 3, 4)"]),
        ("b...->...b", ["arange(24.).reshape(2, 3, 4)"]),
        (" i j , j -> i ", ["arange(6.).reshape(2, 3)", "ones(3)"]),
        ("i,i", ["[1., 2.]", "[3., 4.]"]),
        ("i,j,k->kji", ["[1., 2.]", "[3., 4.]", "[5., 6.]"]),
        ("ba", ["arange(6.).reshape(2, 3)"]),
        ("aB->Ba", ["arange(6.).reshape(2, 3)"]),
        ("ij,ij->ij", ["ones(2, 1)", "ones(2, 3)"]),
    ],
)
def test_a_string_that_is_called_is_an_einsum(spec: str, arguments: list[str]) -> None:
    operands = [eval(text, {"ones": torch.ones, "arange": torch.arange}) for text in arguments]
    operands = [torch.as_tensor(operand) for operand in operands]
    want = torch.einsum(spec, *operands)
    given = ", ".join(arguments)
    assert_gives(f'"{spec}"({given})', None, want)
    assert_gives(f'einsum("{spec}", {given})', None, want)
    assert_gives(f"torch.einsum('{spec}', {given})", None, want)


@pytest.mark.parametrize(
    ("program", "says"),
    rows(
        ('"ij,jk->ik"(ones(2, 3))', []),
        ('"ij->ik"(ones(2, 3))', ["k"]),
        ('"ij"(ones(2))', ["ij"]),
        ('"i,i"(ones(2), ones(3))', ["i", "2", "3"]),
        ('"ii"(ones(2, 3))', ["i", "2", "3"]),
        ('"i->ii"(ones(2))', ["i"]),
        ('"i1->i"(ones(2, 3))', ["1"]),
        ('"i j -> -> i"(ones(2, 3))', []),
        ('"..i..->i"(ones(2, 3))', []),
        ('"hello"(ones(2))', []),
    ),
)
def test_bad_einsums(program: str, says: list[str]) -> None:
    ran = run(program)
    assert ran.codes in (["shape"], ["type"]), (ran.said, ran.results)
    assert all(word in ran.said for word in says), ran.said


def test_einsums_operands_are_always_single_tensors() -> None:
    assert_gives('"ij->ji"([[1, 2], [3, 4]])', "i64[2, 2]", [[1, 3], [2, 4]])
    assert_gives('einsum("ij->i", [[1, 2], [3, 4]])', "i64[2]", [3, 7])
    assert_gives('row = [1, 2]\neinsum("ij->i", [row, row])', "i64[2]", [3, 3])


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        ('rearrange(x, "a b c -> c b a")', "i64[4, 3, 2]", X.permute(2, 1, 0)),
        ('rearrange(x, "a b c -> (a b) c")', "i64[6, 4]", X.reshape(6, 4)),
        ('rearrange(x, "a b (c d) -> a b c d", d=2)', "i64[2, 3, 2, 2]", X.reshape(2, 3, 2, 2)),
        ('rearrange(x, "a b c -> a 1 b c")', "i64[2, 1, 3, 4]", X[:, None]),
        ('rearrange(x, "... c -> c ...")', "i64[4, 2, 3]", X.permute(2, 0, 1)),
        ('reduce(x, "a b c -> a", "sum")', "i64[2]", X.sum((1, 2))),
        ('reduce(x, "a b c -> b c", "max")', "i64[3, 4]", X.amax(0)),
        ('reduce(f32(x), "a b c -> a c", "mean")', "f32[2, 4]", X.float().mean(1)),
        ('reduce(x, "a b (c d) -> a b c", "sum", d=2)', "i64[2, 3, 2]", X.reshape(2, 3, 2, 2).sum(-1)),
        ('repeat(x, "a b c -> a b c k", k=2)', "i64[2, 3, 4, 2]", X[..., None].repeat(1, 1, 1, 2)),
        ('repeat(x, "a b c -> (k a) b c", k=2)', "i64[4, 3, 4]", X.repeat(2, 1, 1)),
        ("x.repeat(2, 1, 1)", "i64[4, 3, 4]", X.repeat(2, 1, 1)),
        ("[1, 2].repeat(2, 3)", "i64[2, 6]", torch.tensor([1, 2]).repeat(2, 3)),
        ('x.rearrange("a b c -> b (a c)")', "i64[3, 8]", X.permute(1, 0, 2).reshape(3, 8)),
    ),
)
def test_einops(program: str, type: str, value: Any) -> None:
    assert_gives("x = arange(24).reshape(2, 3, 4)\n" + program, type, value)


def test_einops_mistakes() -> None:
    assert_fails('rearrange(ones(2, 3), "a b c -> a")', "shape")
    assert_fails('rearrange(ones(2, 3), "a b -> a")', "shape", "b")
    assert_fails('rearrange(ones(2, 3), "a (b c) -> a b c", c=2)', "shape", "3", "2")
    assert_fails('rearrange(ones(2, 3), "a (b c) -> a b c")', "shape")


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        ("x[0]", "i64[3, 4]", X[0]),
        ("x[-1]", "i64[3, 4]", X[-1]),
        ("x[0, 1, 2]", "i64", X[0, 1, 2]),
        ("x[0][1][2]", "i64", X[0][1][2]),
        ("x[:]", "i64[2, 3, 4]", X),
        ("x[:, 1:]", "i64[2, 2, 4]", X[:, 1:]),
        ("x[:, :-1]", "i64[2, 2, 4]", X[:, :-1]),
        ("x[:, 5:]", "i64[2, 0, 4]", X[:, 5:]),
        ("x[..., ::3]", "i64[2, 3, 2]", X[..., ::3]),
        ("x[..., None]", "i64[2, 3, 4, 1]", X[..., None]),
        ("x[None, ..., 0]", "i64[1, 2, 3]", X[None, ..., 0]),
        ("x[:, None, 1]", "i64[2, 1, 4]", X[:, None, 1]),
        ("x[[1, 0]]", "i64[2, 3, 4]", X[[1, 0]]),
        ("x[:, [0, 0, 2]]", "i64[2, 3, 4]", X[:, [0, 0, 2]]),
        ("x[[0, 1], [1, 2]]", "i64[2, 4]", X[[0, 1], [1, 2]]),
        ("x[[0, 1], :, [1, 2]]", "i64[2, 3]", X[[0, 1], :, [1, 2]]),
        ("x[:, [[0], [1]], [0, 1]]", "i64[2, 2, 2]", X[:, [[0], [1]], [0, 1]]),
        ("x[0, :, [1, 2]]", None, X[0, :, [1, 2]]),
        ("i = [1, 0]\nx[i, -1]", "i64[2, 4]", X[[1, 0], -1]),
        ("x[[True, False]]", "i64[1, 3, 4]", X[torch.tensor([True, False])]),
        ("x[x > 20]", "i64[3]", X[X > 20]),
        ("x[0, x[0, :, 0] > 3]", "i64[2, 4]", X[0, X[0, :, 0] > 3]),
        (
            "x[[True, False], :, [True, False, False, True]]",
            None,
            X[SIDES[0], :, SIDES[1]],
        ),
        (
            "x[[[True, False, True], [False, False, True]]]",
            "i64[3, 4]",
            X[CORNERS],
        ),
        ("x[True]", "i64[1, 2, 3, 4]", X[True]),
        ("n = 1\nx[n:, n]", "i64[1, 4]", X[1:, 1]),
        ("k = sum([0, 1])\nx[k]", "i64[3, 4]", X[1]),
        ("x[-5:, -2:]", "i64[2, 2, 4]", X[-5:, -2:]),
        ("x[(0, 1)]", "i64[4]", X[0, 1]),
    ),
)
def test_indexing_is_torchs(program: str, type: str | None, value: Any) -> None:
    assert_gives("x = arange(24).reshape(2, 3, 4)\n" + program, type, value)


@pytest.mark.parametrize(
    ("program", "codes"),
    rows(
        ("x[2]", {"shape"}),
        ("x[0, 0, 0, 0]", {"shape"}),
        ("x[-3]", {"shape"}),
        ("x[1.5]", {"type", "dtype"}),
        ("x[[1.5]]", {"type", "dtype"}),
        ("x[[True, False, True]]", {"shape"}),
        ("x['a']", {"type", "label"}),
        ("x[::0]", {"value", "shape"}),
        ("x[::-1]", {"value", "shape"}),
        ("x[[0, 1], [0, 1, 2]]", {"shape"}),
        ("3[0]", {"shape"}),
    ),
)
def test_bad_indices(program: str, codes: set[str]) -> None:
    ran = run("x = arange(24).reshape(2, 3, 4)\n" + program)
    assert len(ran.codes) == 1 and ran.codes[0] in codes, (ran.said, ran.results)


def test_an_index_out_of_range_that_data_hold_is_a_value_error() -> None:
    assert_fails("x = ones(3)\ni = [0, 1] + 2\nx[i]", "value")


@pytest.mark.parametrize(
    ("program", "type", "value"),
    rows(
        ("x.shape", "i64[3]", [2, 3, 4]),
        ("x.shape[1]", "i64", 3),
        ("x.size(0)", "i64", 2),
        ("x.size()", "i64[3]", [2, 3, 4]),
        ("x.ndim", "i64", 3),
        ("x.dim()", "i64", 3),
        ("x[0].T", "i64[4, 3]", X[0].T),
        ("x.mT", "i64[2, 4, 3]", X.mT),
        ("c64(x[0]).H", "c64[4, 3]", X[0].to(torch.complex64).H),
        ("[[1j, 2]].H", "c64[2, 1]", torch.tensor([[-1j], [2]])),
        ("x.data", "i64[2, 3, 4]", X),
        ("x[0, 0, 1].item()", "i64", 1),
        ("[2.5].item()", "f32", 2.5),
        ("x.numpy()", "i64[2, 3, 4]", X),
        ("x.cpu()", "i64[2, 3, 4]", X),
        ("x.contiguous()", "i64[2, 3, 4]", X),
        ("x.clone()", "i64[2, 3, 4]", X),
        ("x.detach().cpu().numpy()", "i64[2, 3, 4]", X),
        ("zeros(x.shape).shape == x.shape", "bool[3]", [True, True, True]),
    ),
)
def test_attributes(program: str, type: str, value: Any) -> None:
    assert_gives("x = arange(24).reshape(2, 3, 4)\n" + program, type, value)


def test_attributes_refused() -> None:
    assert_fails("[1, 2].T", "shape")  # rank 2 alone
    assert_fails("ones(2, 3, 4).T", "shape")
    assert_fails("ones(2).item()", "shape")
    assert_fails("ones(2).nosuch", "name", "nosuch")
    assert_fails("ones(2).nosuch()", "name", "nosuch")


def test_equal_asks_for_one_shape_as_torchs_does() -> None:
    for x, y in (([1, 2], [1, 2]), ([1, 2], [1, 3]), ([1], [1, 1]), (1, [1]), ([torch.nan], [torch.nan])):
        assert_gives(f"equal({x}, {y})", "bool", torch.equal(torch.tensor(x), torch.tensor(y)))


def test_min_and_max_with_a_tensor_first_are_torchs() -> None:
    assert_gives("max([1., 4.], [3., 2.])", "f32[2]", [3.0, 4.0])
    assert_gives("max([1., 4.])", "f32", 4.0)
    assert_gives("min([[1., 4.], [0., 9.]], 1)", "(f32[2], i64[2])", (torch.tensor([1.0, 0.0]), torch.tensor([0, 0])))
    assert step("max[1]([[1., 4.], [0., 9.]])").results[0].names == ("values", "indices")
    assert_gives("max[1]([[1., 4.], [0., 9.]]).values", "f32[2]", [4.0, 9.0])
    assert_gives("max[1]([[1., 4.], [0., 9.]]).indices", "i64[2]", [1, 1])
    assert_gives("max[1]([[1., 4.], [0., 9.]])[0]", "f32[2]", [4.0, 9.0])
