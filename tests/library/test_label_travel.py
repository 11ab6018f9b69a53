"""Labels through every row: they change no shape and no dtype, travel with their axes, and clash where axes must match.

No two axes of a generated call have one size by chance, so that a size tells which axis of an operand it is, and so
which label it must have.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tcalc import library
from tcalc.errors import TcalcError
from tcalc.library.builtin import Builtin, Form
from tcalc.types.tensor import Axis, TensorType, TupleType, Type
from tests.contract.driver import rows, run
from tests.library.calls import Call, Road, called
from tests.library.generated import PRIMES, Generator, forms, kinds
from tests.library.hints import WINDOWS
from tests.library.seen import Seen

LEAST, TRIES = 4, 80
#: Rows whose result has axes of its own that are as long as an operand's, and how its axes come to be.
OWN_AXES = {
    **dict.fromkeys(("qr", "lu", "svd", "svdvals", "eigh", "eigvalsh", "eigvals", "eig", "cholesky"), "of the factors"),
    **dict.fromkeys(("new_zeros", "new_ones", "new_empty", "new_full"), "of sizes that are given"),
    **dict.fromkeys(("reshape", "unflatten"), "those of untouched axes alone are kept"),
    **dict.fromkeys(("diag", "diagonal", "diag_embed"), "of a diagonal"),
    **dict.fromkeys(("shape", "size", "nonzero"), "one number for each axis"),
    **dict.fromkeys(("kron", "repeat_interleave"), "of two axes each, or of all elements"),
    **dict.fromkeys(("gather", "take", "take_along_dim", "index_select"), "index tensors drop labels"),
    **dict.fromkeys(("stack", "hstack", "vstack", "dstack", "column_stack", "tile"), "one for each part"),
    **dict.fromkeys(("one_hot", "histogram", "histc", "bincount"), "of classes"),
}
#: Rows that give an axis another size, under its label.
RESIZES = {
    *"repeat tile repeat_interleave cat hstack vstack dstack column_stack block_diag split chunk narrow".split(),
    *"unfold topk pad diff fft ifft rfft irfft fft2 ifft2 fftn ifftn glu".split(),
    *WINDOWS,
}
#: Rows whose operands have axes of one size that need not be the same axis.
UNMATCHED = {
    **dict.fromkeys(("gather", "scatter", "scatter_add", "scatter_reduce", "take_along_dim"), "index tensors drop"),
    "diagonal_scatter": "a diagonal's own axis has no label",
    **dict.fromkeys(("tensordot", "kron", "multi_dot", "cartesian_prod", "block_diag"), "by position"),
    **dict.fromkeys(("meshgrid", "hstack", "vstack", "dstack", "column_stack", "cat", "stack"), "made by hints"),
    **dict.fromkeys(("to", "equal", "new_tensor", "result_type"), "the shapes need not agree"),
    **dict.fromkeys(WINDOWS, "made by hints"),
}
#: Rows whose sizes cannot all be primes; `test_labels_of_each_family` has them.
BY_HAND = {*WINDOWS, "glu", "cond", "repeat_interleave"}


@pytest.fixture(scope="module")
def road() -> Road:
    return Road()


def parts(type: Type) -> list[TensorType]:
    """The tensors of a result."""
    if isinstance(type, TupleType):
        return [part for item in type.items for part in parts(item)]
    return [type] if isinstance(type, TensorType) else []


def bare(type: Type) -> list[str]:
    """Dtypes and sizes."""
    return [str(TensorType(part.dtype, tuple([Axis(axis.size) for axis in axes_of(part)]))) for part in parts(type)]


def axes_of(type: TensorType) -> list[Axis]:
    return [axis for axis in type.axes if isinstance(axis, Axis)]


def marked(call: Call, letter: str = "L") -> dict[str, list[str | None]]:
    """A label for each size that tells an axis."""
    return {
        name: [f"{letter}{size}" if size in PRIMES else None for size in held.shape]
        for name, held in call.tensors.items()
    }


def with_tensors() -> list[Any]:
    return [each for each in forms() if not {"tensor", "tensors"}.isdisjoint(kinds(each.values[1]))]


def typed_calls(road: Road, row: Builtin, form: Form, seed: str) -> Iterator[tuple[Call, Type]]:
    """Calls that are well formed without labels, and their types."""
    random = Random(f"{seed} {row.name} {form.text}")
    generator = Generator(row, form, random, primes=True)
    for _ in range(TRIES):
        case = generator.case()
        Seen(form).add(case)
        call = called(row, form, case, random)
        road.bind(call.tensors)
        try:
            type = road.type_of(call.text)
        except TcalcError:
            continue
        yield call, type


@pytest.mark.parametrize(("row", "form"), with_tensors())
def test_labels_travel_with_their_axes(road: Road, row: Builtin, form: Form) -> None:
    tried = 0
    for call, plain in typed_calls(road, row, form, "travel"):
        labels = marked(call)
        road.bind(call.tensors, labels)
        labelled = road.type_of(call.text)
        assert bare(labelled) == bare(plain), f"{call}: labels make {labelled} of {plain}"
        sizes = {size for held in call.tensors.values() for size in held.shape if size in PRIMES}
        names = {f"L{size}" for size in sizes}
        for part in parts(labelled):
            for axis in axes_of(part):
                assert axis.label is None or axis.label in names, f"{call} gives {labelled}: whose is {axis.label}?"
                if axis.label is not None and row.name not in RESIZES:
                    assert axis.size == 1 or axis.label == f"L{axis.size}", f"{call}: {axis.label} is on another axis"
                if axis.label is None and row.name not in OWN_AXES and row.name not in RESIZES:
                    assert axis.size not in sizes, f"{call} gives {labelled}: L{axis.size} is lost (see OWN_AXES)"
        tried += 1
        if tried == 2 * LEAST:
            break
    assert tried >= LEAST or row.name in BY_HAND, f"only {tried} calls of {row.name} are well formed"


@pytest.mark.parametrize(("row", "form"), with_tensors())
def test_two_labels_on_axes_that_must_match_are_an_error(road: Road, row: Builtin, form: Form) -> None:
    """An axis that two operands have in common, under another label in each."""
    if row.name in UNMATCHED:
        return
    for i, (call, plain) in enumerate(typed_calls(road, row, form, "clash")):
        names = list(call.tensors)
        if i == 2 * LEAST or len(names) < 2:
            break
        one, other = names[0], names[-1]
        shared = {*call.tensors[one].shape} & {*call.tensors[other].shape} & {*PRIMES}
        if not shared:
            continue
        labels = marked(call)
        labels[other] = marked(call, "M")[other]
        road.bind(call.tensors, labels)
        with pytest.raises(TcalcError) as caught:
            print(f"{call} gives {road.type_of(call.text)}, and {plain} without labels (see UNMATCHED)")
        assert caught.value.code == "label", f"{call}: {caught.value.message}"
        assert any(f"L{size} meets M{size}" in caught.value.message for size in shared) or any(
            f"M{size} meets L{size}" in caught.value.message for size in shared
        ), caught.value.message
        labels[one] = [None] * call.tensors[one].ndim  # labelled and unlabelled match
        if len(names) == 2:
            road.bind(call.tensors, labels)
            assert bare(road.type_of(call.text)) == bare(plain)


def test_the_tables_name_rows_only() -> None:
    surplus = {*OWN_AXES, *RESIZES, *UNMATCHED, *BY_HAND} - {row.name for row in library.rows()} - {*WINDOWS}
    assert not surplus


START = """x: f32[a=3, b=5] = ones(3, 5)
s: f32[a=3, b=3] = eye(3)
w: f32[n=2, c=3, l=5] = ones(2, 3, 5)
b: f32[t=3] = ones(3)
i = [0, 2]
"""


@pytest.mark.parametrize(
    ("expression", "type"),
    rows(
        # the factors' own axes have no labels; those that lie along an axis of the matrix have its
        ("svd(x)", "(f32[a=3, 3], f32[3], f32[5, b=5])"),
        ("qr(x)", "(f32[a=3, 3], f32[3, b=5])"),
        ("lu(s)", "(f32[a=3, 3], f32[3, 3], f32[3, b=3])"),
        ("eigh(s)", "(f32[3], f32[a=3, 3])"),
        ("cholesky(s)", "f32[a=3, 3]"),
        # an inverse goes the other way
        ("inv(s)", "f32[b=3, a=3]"),
        ("pinv(x)", "f32[b=5, a=3]"),
        ("solve(s, x)", "f32[b=3, b=5]"),
        ("lstsq(x, ones(3)).solution", "f32[b=5]"),
        # both axes of a covariance are the variables
        ("cov(x)", "f32[a=3, a=3]"),
        ("cdist(x, x)", "f32[a=3, a=3]"),
        ("outer(x[0], x[:, 0])", "f32[b=5, a=3]"),
        # windows and spectra keep an axis under its label, whatever its size
        ("conv1d(w, ones(4, 3, 2))", "f32[n=2, 4, l=4]"),
        ("conv_transpose1d(w, ones(3, 4, 2))", "f32[n=2, 4, l=6]"),
        ("max_pool1d(w, 2)", "f32[n=2, c=3, l=2]"),
        ("adaptive_avg_pool1d(w, 2)", "f32[n=2, c=3, l=2]"),
        ("glu(w[:, :, :4])", "f32[n=2, c=3, l=2]"),
        ("repeat_interleave(x, 2, 0)", "f32[a=6, b=5]"),
        ("cond(s + zeros(2, 1, 1))", "f32[2]"),
        ("cond(w @ w.mT)", "f32[n=2]"),
        ("pad(x, (1, 1))", "f32[a=3, b=7]"),
        ("rfft(x)", "c64[a=3, b=3]"),
        ("x.unfold(1, 2, 1)", "f32[a=3, b=4, 2]"),
        # parts and wholes
        ("split(x, 2, 1)", "(f32[a=3, b=2], f32[a=3, b=2], f32[a=3, b=1])"),
        ("chunk(x, 2)", "(f32[a=2, b=5], f32[a=1, b=5])"),
        ("narrow(x, 1, 1, 2)", "f32[a=3, b=2]"),
        ("select(x, 0, 1)", "f32[b=5]"),
        ("unbind(x)", "(f32[b=5], f32[b=5], f32[b=5])"),
        ("cat([x, x], 1)", "f32[a=3, b=10]"),
        ("hstack((x, x))", "f32[a=3, b=10]"),
        ("vstack((x, x))", "f32[a=6, b=5]"),
        ("stack([x, x], 1)", "f32[a=3, 2, b=5]"),
        ("column_stack((x[:, 0], x))", "f32[a=3, b=6]"),
        ("meshgrid(x[0], x[:, 0])", "(f32[b=5, a=3], f32[b=5, a=3])"),
        ("diff(x)", "f32[a=3, b=4]"),
        ("topk(x, 2).values", "f32[a=3, b=2]"),
        # reshape keeps those of untouched axes
        ("x.reshape(3, 5, 1)", "f32[a=3, b=5, 1]"),
        ("x.reshape(15)", "f32[15]"),
        ("w.reshape(2, 15)", "f32[n=2, 15]"),
        ("w.reshape(6, 5)", "f32[6, l=5]"),
        ("w.flatten(1)", "f32[n=2, 15]"),
        ("w.unflatten(1, (3, 1))", "f32[n=2, 3, 1, l=5]"),
        ("x.repeat(2, 1)", "f32[a=6, b=5]"),
        ("x.expand(4, 3, 5)", "f32[4, a=3, b=5]"),
        ("rearrange(w, 'n c l -> l (n c)')", "f32[l=5, 6]"),
        ("reduce(w, 'n c l -> n l', 'max')", "f32[n=2, l=5]"),
        ("repeat(x, 'p q -> p q 2')", "f32[a=3, b=5, 2]"),
        # index tensors drop
        ("x[i]", "f32[2, b=5]"),
        ("x[:, i]", "f32[a=3, 2]"),
        ("index_select(x, 0, i)", "f32[2, b=5]"),
        ("take(x, i)", "f32[2]"),
        ("gather(x, 0, zeros(1, 5, dtype=i64))", "f32[1, 5]"),
        ("index_add(x, 0, i, x[:2])", "f32[a=3, b=5]"),
        ("scatter(x, 1, zeros(3, 1, dtype=i64), 2.)", "f32[a=3, b=5]"),
        # keepdim
        ("sum[a, keepdim](x)", "f32[a=1, b=5]"),
        ("mean(w, (0, 2), keepdim=True)", "f32[n=1, c=3, l=1]"),
        ("norm(x, dim=1, keepdim=True)", "f32[a=3, b=1]"),
        ("quantile(x, 0.5, 1, keepdim=True)", "f32[a=3, b=1]"),
        ("quantile(x, [0.1, 0.5], 1)", "f32[2, a=3]"),
        # loops
        ("vmap(r -> sum(r))(x)", "f32[a=3]"),
        ("vmap[1](r -> r)(x)", "f32[b=5, a=3]"),
        ("scan((s, r) -> (s + r, r), x[0], x)", "(f32[b=5], f32[a=3, b=5])"),
        ("fold((s, r) -> s + r, x[0], x)", "f32[b=5]"),
        ("iterate(s -> s * 2, x, 3)", "f32[a=3, b=5]"),
        # derivatives
        ("grad[x](sum(x^2))", "f32[a=3, b=5]"),
        ("jacobian[x](x @ ones(5))", "f32[a=3, a=3, b=5]"),
    ),
)
def test_labels_of_each_family(expression: str, type: str) -> None:
    from tests.contract.driver import Calculator

    calculator = Calculator()
    made = calculator.step(START)
    assert not made.errors, made.said
    assert calculator.type_of(expression) == type


@pytest.mark.parametrize(
    ("expression", "labels"),
    rows(
        ("conv1d(w, ones(4, 3, 2) + b[:, None])", ["c", "t"]),
        ("conv_transpose1d(w, ones(3, 4, 2) + b[:, None, None])", ["c", "t"]),
        ("solve(s, b)", ["a", "t"]),
        ("solve(s + zeros(2, 3, 3), ones(2, 1) * b)", ["a", "t"]),
        ("lstsq(x, b)", ["a", "t"]),
        ("layer_norm(s, 3, b)", ["b", "t"]),
        ("batch_norm(w, b, b)", ["c", "t"]),
        ("nll_loss(s, [0, 1, 2], b)", ["b", "t"]),
        ("cross_entropy(s, s.T)", ["b", "a"]),
        ("s / (2j * b)", ["b", "t"]),
        ("index_add(s, 0, i, ones(2, 1) * b)", ["b", "t"]),
        ("masked_fill(s, b > 0, 1.)", ["b", "t"]),
        ("cat([s, b[None]])", ["b", "t"]),
        ("diff(s, prepend=b[:, None])", ["a", "t"]),
        ("tensordot(s, b, 1)", ["b", "t"]),
        ("scaled_dot_product_attention(s, s.T, s)", ["b", "a"]),
        ("s[0] = b", ["b", "t"]),
        ("'ij,j->i'(s, b)", ["b", "t"]),
        ("fold((v, r) -> v + r, b, s)", ["b", "t"]),
    ),
)
def test_labels_clash_in_each_family(expression: str, labels: list[str]) -> None:
    ran = run(START + expression)
    assert ran.codes == ["label"], ran.said or ran.types
    assert all(label in ran.said for label in labels)
