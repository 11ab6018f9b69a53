"""How many operations rows take: products against torch's own counter, all else against formulas done by hand."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from tcalc import library
from tcalc.errors import TcalcError
from tcalc.source import Source
from tests.contract.driver import Calculator, torch_left_alone

NAMES = """
torch.manual_seed(1)
x = randn(12)
y = randn(7)
A = randn(6, 5)
B = randn(5, 7)
T = randn(3, 6, 5)
U = randn(3, 5, 7)
b = randn(3, 6, 7)
S = randn(8, 8)
Z = randn(4, 8, 8)
P = S @ S.T + 8 * eye(8)
R = randn(20, 6)
W = randn(6, 20)
D = randn(4, 5, 6)
E = randn(5, 6, 3)
Q = randn(2, 4, 9, 8)
K = randn(2, 4, 11, 8)
V = randn(2, 4, 11, 3)
X1 = randn(2, 6, 20)
X2 = randn(2, 6, 10, 12)
X3 = randn(2, 6, 5, 6, 7)
W1 = randn(4, 3, 5)
W2 = randn(8, 6, 3, 2)
W3 = randn(4, 6, 2, 2, 2)
V1 = randn(6, 2, 5)
V2 = randn(6, 4, 3, 3)
V3 = randn(6, 4, 2, 2, 2)
C = complex(S, S)
c = complex(x, x)
i = [2, 0, 1]
G = [[0, 1], [1, 0]]
"""


@pytest.fixture(scope="module")
def calculator() -> Calculator:
    calculator = Calculator(notes=False)
    ran = calculator.run(NAMES)
    assert not ran.errors, ran.said
    return calculator


def counted(calculator: Calculator, text: str) -> int:
    """The operations of an expression of variables, as it is written."""
    with torch_left_alone():
        found = calculator.session.costs(Source(text))
    assert found is not None and isinstance(found[0], int), text
    return found[0]


def of(calculator: Calculator, name: str) -> torch.Tensor:
    value = calculator.session.bindings[name].value
    assert isinstance(value, torch.Tensor)
    return value


Call = Callable[..., object]

#: An expression, the same in torch with the names of its operands, and what is added besides the products.
AS_TORCH: list[tuple[str, Call, str, int]] = [
    ("A @ B", torch.matmul, "A B", 0),
    ("T @ U", torch.matmul, "T U", 0),
    ("T @ B", torch.matmul, "T B", 0),
    ("A @ B[:, 0]", lambda a, b: torch.mm(a, b[:, :1]), "A B", 0),
    ("mm(A, B)", torch.mm, "A B", 0),
    ("bmm(T, U)", torch.bmm, "T U", 0),
    ("addmm(b[0], A, B)", lambda b, a, c: torch.addmm(b[0], a, c), "b A B", 42),
    ("baddbmm(b, T, U)", torch.baddbmm, "b T U", 126),
    ("torch.addbmm(b[0], T, U)", lambda b, t, u: torch.bmm(t, u), "b T U", 42),
    ("linear(A, B.T)", lambda a, b: functional.linear(a, b.T), "A B", 0),
    ("linear(A, B.T, y)", lambda a, b, y: functional.linear(a, b.T), "A B y", 42),
    ("tensordot(D, E)", lambda d, e: torch.tensordot(d, e), "D E", 0),
    ("tensordot(D, E, ([2, 1], [1, 0]))", lambda d, e: torch.tensordot(d, e, ([2, 1], [1, 0])), "D E", 0),
    ("tensordot(A, B, 1)", lambda a, b: torch.tensordot(a, b, 1), "A B", 0),
    ("conv1d(X1, W1, groups=2)", lambda x, w: functional.conv1d(x, w, groups=2), "X1 W1", 0),
    ("conv2d(X2, W2, stride=2, padding=1)", lambda x, w: functional.conv2d(x, w, stride=2, padding=1), "X2 W2", 0),
    ("conv2d(X2, W2, ones(8))", functional.conv2d, "X2 W2", 2 * 8 * 8 * 11),
    ("conv3d(X3, W3)", functional.conv3d, "X3 W3", 0),
    ("conv_transpose1d(X1, V1, stride=2)", lambda x, w: functional.conv_transpose1d(x, w, stride=2), "X1 V1", 0),
    ("conv_transpose2d(X2, V2)", functional.conv_transpose2d, "X2 V2", 0),
    ("torch.nn.functional.conv_transpose3d(X3, V3)", functional.conv_transpose3d, "X3 V3", 0),
    ("scaled_dot_product_attention(Q, K, V)", lambda q, k, v: (q @ k.mT) @ v, "Q K V", 2 * 8 * 9 * 11),
    ("matrix_power(S, 7)", lambda s: torch.linalg.matrix_power(s, 7), "S", 0),
    ("matrix_power(Z, 4)", lambda z: torch.linalg.matrix_power(z, 4), "Z", 0),
    ("matrix_power(S, 0)", lambda s: s, "S", 0),
    ("torch.linalg.multi_dot([R, A, B])", lambda r, a, b: torch.linalg.multi_dot([r, a, b]), "R A B", 0),
    ("torch.chain_matmul(W, R, A, B)", lambda *given: torch.linalg.multi_dot(given), "W R A B", 0),
    ('"ij,jk->ik"(A, B)', lambda a, b: torch.einsum("ij,jk->ik", a, b), "A B", 0),
    ('"bij,bjk->bik"(T, U)', lambda t, u: torch.einsum("bij,bjk->bik", t, u), "T U", 0),
    ('"...ij,...jk->...ik"(T, U)', lambda t, u: torch.einsum("...ij,...jk->...ik", t, u), "T U", 0),
    ('"bij,jk->bik"(T, B)', lambda t, b: torch.einsum("bij,jk->bik", t, b), "T B", 0),
    ('"ij,jk,li->lk"(A, B, R)', lambda a, b, r: torch.einsum("ij,jk,li->lk", a, b, r), "A B R", 0),
]


@pytest.mark.parametrize(("text", "call", "names", "besides"), AS_TORCH)
def test_products_are_counted_as_torch_counts_them(
    calculator: Calculator, text: str, call: Call, names: str, besides: int
) -> None:
    searches = torch.backends.opt_einsum.enabled
    torch.backends.opt_einsum.enabled = False  # type: ignore[assignment]  # torch has it so
    try:
        with FlopCounterMode(display=False) as counter:
            call(*[of(calculator, name) for name in names.split()])
    finally:
        torch.backends.opt_einsum.enabled = searches  # type: ignore[assignment]
    assert counted(calculator, text) == counter.get_total_flops() + besides


def test_a_gradient_through_autograd_takes_the_products_of_torchs_own(calculator: Calculator) -> None:
    """Of a convolution, which is computed once more for it."""
    for wanted in (["X2"], ["X2", "W2"]):
        x, w = [of(calculator, name).clone().requires_grad_(name in wanted) for name in ("X2", "W2")]
        with torch.enable_grad(), FlopCounterMode(display=False) as counter:
            functional.conv2d(x, w).sum().backward()  # type: ignore[no-untyped-call]
        assert counter.get_total_flops() == 2 * 2 * 8 * 8 * 11 * 6 * 6 * (1 + len(wanted))
        found = counted(calculator, f"grad[{', '.join(wanted)}](sum(conv2d(X2, W2)))")
        assert found == counter.get_total_flops()


def third(n: int) -> int:
    return n // 3


#: Formulas done by hand: S is 8 by 8, R 20 by 6 and W its transpose's shape, x of 12, A 6 by 5.
BY_HAND: list[tuple[str, int]] = [
    # what is made or moved
    *[
        (text, 0)
        for text in ("zeros(9)", "full((3, 3), 2.)", "eye(5)", "arange(9)", "linspace(0, 1, 9)", "ones_like(A)")
    ],
    *[(text, 0) for text in ("cat([A, A])", "stack([A, A])", "triu(S)", "diag(x)", "flip(x, 0)", "roll(x, 2)")],
    *[
        (text, 0)
        for text in ("repeat(x, 3)", "f64(x)", "x[i]", "gather(S, 0, G)", "scatter(S, 0, G, S)", "pad(x, (1, 1))")
    ],
    *[(text, 0) for text in ("A.T", "reshape(A, 30)", "x.clone()", "embedding(i, A)", "rearrange(A, 'a b -> b a')")],
    ("one_hot(i, 3)", 0),
    ("c.real", 0),
    # one for each element
    ("randn(9)", 9),
    ("rand_like(A)", 30),
    ("x + 1", 12),
    ("A * A[0]", 30),
    ("sum(A)", 30),
    ("exp(x)", 12),
    ("trace(S)", 8),
    ("scatter_add(S, 0, G, S[:2, :2])", 4),
    ("index_add(S, 0, i, S[:3])", 24),
    ("diff(x, n=2)", 20),
    ("prod(x)", 12),
    # products
    ("x @ x", 24),
    ("dot(x, x)", 24),
    ("torch.vdot(x, x)", 24),
    ("vecdot(A, A)", 60),
    ("vecdot(A, A, dim=0)", 60),
    ("outer(x, y)", 84),
    ("kron(A, A)", 900),
    ("cross(randn(4, 3), randn(4, 3))", 36 + 24),
    ("A @ B @ y", 2 * 6 * 5 * 7 + 2 * 6 * 7),
    ("addmv(A[:, 0], A, B[:, 0])", 60 + 6),
    ("bilinear(A, b[0], randn(2, 5, 7))", 70 + 2 * 6 * 2 * 5 * 7 + 2 * 6 * 2 * 7),
    ("cdist(A, R[:, :5])", 3 * 6 * 20 * 5),
    ("cov(A)", 2 * 36 * 5 + 2 * 30),
    ("corrcoef(A)", 2 * 36 * 5 + 2 * 30),
    ("matrix_power(S, -2)", 2 * 512 + 2 * 512),
    # einsum
    ('"i,j->ij"(x, y)', 84),
    ('"ij,ij->ij"(A, A)', 30),
    ('"ij,ij->"(A, A)', 60),
    ('"ij->i"(A)', 30),
    ('"ij->ji"(A)', 0),
    ('"ii->i"(S)', 0),
    ('"ii"(S)', 8),
    ('"ij,k->k"(A, x)', 30 + 12),  # A is summed alone
    ('"ij,jk,k->i"(A, B, y)', 2 * 6 * 5 * 7 + 2 * 6 * 7),
    ('"i,j,k->ijk"(x, y, i)', 84 + 252),
    ('"...i,...i->..."(A, A[0])', 60),
    # factorisations: k is the smaller size
    ("inv(S)", 1024),
    ("inv(Z)", 4 * 1024),
    ("det(S)", third(1024)),
    ("cholesky(P)", third(512)),
    ("torch.linalg.lu(R)", third(3 * 20 * 6 * 6 - 216)),
    ("torch.linalg.lu_factor(W)", third(3 * 20 * 6 * 6 - 216)),
    *[(f"qr({name})", third(6 * 20 * 36 - 2 * 216)) for name in "RW"],
    ("qr(S)", third(4 * 512)),
    *[(f"svdvals({name})", 2 * 20 * 36 + 2 * 216) for name in "RW"],
    *[(f"svd({name}, full_matrices=False)", 6 * 20 * 36 + 20 * 216) for name in "RW"],
    *[(f"svd({name})", 4 * 400 * 6 + 22 * 216) for name in "RW"],
    *[(f"pinv({name})", 8 * 20 * 36 + 20 * 216) for name in "RW"],
    *[(f"matrix_rank({name})", 2 * 20 * 36 + 2 * 216) for name in "RW"],
    *[(f"cond({name})", 2 * 20 * 36 + 2 * 216) for name in "RW"],
    ("cond(S, 1)", 1024),
    *[(f"matrix_norm({name}, 2)", 2 * 20 * 36 + 2 * 216) for name in "RW"],
    *[(f'norm({name}, "nuc")', 2 * 20 * 36 + 2 * 216) for name in "RW"],
    ("torch.linalg.norm(Z, -2, (1, 2))", 4 * 4 * 512),
    ("norm(S)", 64),
    ("norm(S, 2)", 64),  # of all elements, whatever the axes
    ("matrix_norm(S)", 64),
    ("lstsq(R, R[:, :2])", third(6 * 20 * 36 - 2 * 216 + (12 * 20 * 6 - 3 * 36) * 2)),
    ("lstsq(R, R[:, 0])", third(6 * 20 * 36 - 2 * 216 + 12 * 20 * 6 - 3 * 36)),
    ("solve(S, S[0])", third(1024 + 6 * 64)),
    ("solve(S, S[:, :3])", third(1024 + 6 * 64 * 3)),
    ("solve_triangular(S, S[:, :3], upper=True)", 64 * 3),
    ("torch.cholesky_solve(S[:, :3], S)", 2 * 64 * 3),
    ("eigvals(S)", 10 * 512),
    ("eigvalsh(P)", third(4 * 512)),
    ("torch.linalg.tensorinv(reshape(S, 2, 4, 8))", 1024),
    ("torch.linalg.householder_product(R, y[:6])", third(12 * 20 * 36 - 6 * 20 * 36 - 6 * 216 + 4 * 216)),
    # complex numbers
    ("C @ C", 4 * 1024),
    ("C + C", 128),
    ("C * C", 6 * 64),
    ("inv(C)", 4 * 1024),
    ('"ij,jk->ik"(C, C)', 4 * 1024),
    ('"i,j->ij"(c, c)', 6 * 144),
    # transforms, sorting, looking up
    ("fft(S)", 8 * 5 * 8 * 3 // 2),
    ("fft(C)", 8 * 5 * 8 * 3),
    ("ifft(c)", round(5 * 12 * math.log2(12))),
    ("fft(C, n=16)", 8 * 5 * 16 * 4),
    ("rfft(S)", 8 * 5 * 8 * 3 // 2),
    ("irfft(rfft(S))", 8 * 5 * 8 * 3),
    ("fft2(C)", 5 * 64 * 6),
    ("fftn(C)", 5 * 64 * 6),
    ("torch.fft.rfft2(S)", 5 * 64 * 6 // 2),
    ("fftshift(S)", 0),
    ("sort(S)", 8 * 8 * 3),
    ("argsort(S, 0)", 8 * 8 * 3),
    ("unique(S)", 64 * 6),
    ("topk(x, 2)", 12),
    ("searchsorted(x, S)", 64 * 4),
    # windows
    ("max_pool2d(X2, 3, 1)", 2 * 6 * 8 * 10 * 9),
    ("avg_pool1d(X1, 4)", 2 * 6 * 5 * 4),
    # loops
    ("vmap(v -> S @ S @ v)(Z[0])", 1024 + 8 * 128),
    ("vmap(M -> vmap(v -> S @ S @ v + M[0])(S))(Z)", 1024 + 8 * 128 + 4 * 8 * 8),
    ("vmap(v -> fold((s, w) -> S @ S @ w + s * v, v, S))(S)", 8 * (1024 + 128) + 8 * 8 * 16),
    ("vmap(v -> iterate(s -> S @ s, v, 5))(S)", 8 * 5 * 128),
    ("vmap(v -> (S @ v if v[0] > 0 else v * 2))(S)", 8 * (1 + 128 + 8)),  # both are computed
    ("vmap(v -> v + randn(8))(S)", 8 * 16),
    ("iterate(s -> S @ S @ s, S[0], 5)", 5 * (1024 + 128)),
]


@pytest.mark.parametrize(("text", "count"), BY_HAND)
def test_counts_done_by_hand(calculator: Calculator, text: str, count: int) -> None:
    assert counted(calculator, text) == count


def test_minimizing_counts_each_step(calculator: Calculator) -> None:
    one, ten = [counted(calculator, f"minimize[x](sum(x^2), steps={steps}, method='adam')") for steps in (1, 10)]
    assert one * 11 == ten * 2 and one >= 2 * 24


def test_every_rows_example_has_a_count(calculator: Calculator) -> None:
    """A number of at least 0, or nothing runs there."""
    session = Calculator(notes=False).session
    for row in library.rows():
        text = row.example.partition("#=>")[0].strip()
        if not text or row.special == "load":
            continue
        with torch_left_alone():
            try:
                found = session.costs(Source(text))
            except TcalcError as error:
                assert "data decides" in error.message, text
                continue
        assert found is None or (isinstance(found[0], int) and found[0] >= 0), text


letters = st.sampled_from("abcd")
SIZES = {"a": 2, "b": 3, "c": 4, "d": 5}


@settings(max_examples=60)
@given(parts=st.lists(st.lists(letters, max_size=3, unique=True), min_size=2, max_size=4), data=st.data())
def test_an_einsum_takes_what_its_pairs_take(parts: list[list[str]], data: st.DataObject) -> None:
    """A loop over the pairs, from the left, that adds up what no later operand and no result needs."""
    known = sorted({letter for part in parts for letter in part})
    result = data.draw(st.permutations([letter for letter in known if data.draw(st.booleans())]))
    equation = f"{','.join(''.join(part) for part in parts)}->{''.join(result)}"
    operands = [tuple(SIZES[letter] for letter in part) for part in parts]
    row = library.row("einsum")
    assert row is not None and row.flops is not None

    def loop(over: set[str]) -> int:
        return math.prod(SIZES[letter] for letter in over)

    expected = 0
    made = set(parts[0])
    for place, part in enumerate(parts[1:], 1):
        later = set(result).union(*parts[place + 1 :])
        term = set(part)
        for one, other in ((made, term), (term, made)):
            if one - other - later:
                expected += loop(one)
        made, term = made & (term | later), term & (made | later)
        expected += loop(made | term) * (2 if (made & term) - later else 1)
        made = (made | term) & later
    shape = [SIZES[letter] for letter in result]
    assert row.flops(operands, shape, {"equation": equation}) == expected
