"""Every row, from text to value, against NumPy on generated calls: its own function, or a formula written with it.

In f64, integers, bools and complex numbers, with empty tensors and scalars. Where several answers are right, a check
says whether this one is. What NumPy cannot answer stands in `NOT_NUMPYS` with the reason.
"""

from __future__ import annotations

import warnings
from random import Random
from typing import Any

import numpy as np
import pytest
import torch

from tcalc import library
from tcalc.errors import TcalcError
from tcalc.library.builtin import Builtin, Form
from tcalc.types import dtypes
from tcalc.types.dtypes import DType
from tests.library import (
    numpy_elementwise,
    numpy_likeness,
    numpy_matrices,
    numpy_networks,
    numpy_reductions,
    numpy_shapes,
)
from tests.library.calls import Road, called, fitted, prepared
from tests.library.generated import ELSEWHERE, Case, Generator, forms
from tests.library.seen import Seen

#: What is asked of NumPy: row to oracle, and row to check of an answer.
ORACLES = {
    **numpy_elementwise.ORACLES,
    **numpy_reductions.ORACLES,
    **numpy_shapes.ORACLES,
    **numpy_matrices.ORACLES,
    **numpy_networks.ORACLES,
    **numpy_likeness.ORACLES,
}
CHECKS = {**numpy_reductions.CHECKS, **numpy_matrices.CHECKS}
#: Rows that NumPy cannot answer, and why.
NOT_NUMPYS = {
    **dict.fromkeys(("rand", "randn", "rand_like", "randn_like", "randint", "randint_like"), "random"),
    **dict.fromkeys(("randperm", "bernoulli", "normal", "dropout"), "random: test_random_rows.py"),
    **dict.fromkeys(("empty", "empty_like", "new_empty"), "what stands there is nobody's promise"),
    **dict.fromkeys(("result_type", "promote_types"), "the dtypes are torch's own"),
    **dict.fromkeys(("dtype", "load"), "see ELSEWHERE"),
    **ELSEWHERE,
}
#: Rows whose data make torch refuse, and tcalc with it.
DATA_DECIDE = {
    **dict.fromkeys(("pow", "div", "floor_divide", "remainder", "fmod"), "integers: a negative power, a division by 0"),
    **dict.fromkeys(("cholesky", "inv", "solve", "solve_triangular", "logdet"), "singular, or not definite"),
    **dict.fromkeys(("cross_entropy", "nll_loss", "embedding", "one_hot"), "no such class"),
    **dict.fromkeys(("gather", "take", "take_along_dim", "index_select", "index_add"), "no such place"),
    **dict.fromkeys(("scatter", "scatter_add", "scatter_reduce"), "no such place"),
    **dict.fromkeys(("arange", "linspace", "logspace"), "bytes below 0"),
    **dict.fromkeys(("binary_cross_entropy", "hardtanh", "histogram", "histc", "cov"), "numbers out of bounds"),
}
#: Element-wise rows for which torch and NumPy differ at nan, -0 or infinity.
ITS_OWN_NAN = {"sgn", "sign", "angle", "lerp"}
AMONG = (dtypes.F64, dtypes.I64, dtypes.BOOL, dtypes.C128, dtypes.U8, dtypes.I32)
LEAST, TRIES = 8, 500


@pytest.fixture(scope="module")
def road() -> Road:
    return Road(dtypes.F64)


def test_every_row_is_asked_of_numpy_or_has_a_reason_why_not() -> None:
    known = ORACLES.keys() | CHECKS.keys() | NOT_NUMPYS.keys()
    for row in library.rows():
        assert row.name in known, unknown(row)
    assert not (ORACLES.keys() & CHECKS.keys())


def test_the_tables_name_rows_only() -> None:
    surplus = (ORACLES.keys() | CHECKS.keys() | NOT_NUMPYS.keys()) - {row.name for row in library.rows()}
    assert not surplus


def unknown(row: Builtin) -> str:
    """What to do about a row that no table names."""
    return (
        f"{row.name}: add NumPy's function, or a formula, to ORACLES of one of tests/library/numpy_*.py,"
        " or the reason why there is none to NOT_NUMPYS in tests/library/test_against_numpy.py"
    )


def array(value: Any) -> Any:
    """torch's value as NumPy's."""
    if isinstance(value, torch.Tensor):
        return value.resolve_conj().numpy()
    if isinstance(value, list | tuple) and any(isinstance(item, torch.Tensor) for item in value):
        return type(value)([array(item) for item in value])
    return value


def asked(row: Builtin, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as the oracle takes them. A dtype that was asked for is that of x from the start."""
    found = {name: array(value) for name, value in arguments.items() if name not in ("dtype", "requires_grad")}
    wanted = arguments.get("dtype")
    for name in ("x", "data"):
        if wanted is not None and isinstance(arguments.get(name), torch.Tensor):
            found[name] = array(arguments[name].to(wanted))
    return found


def differs(got: Any, want: Any) -> str:
    """What is different, nothing where two results are the same."""
    if isinstance(want, tuple) and isinstance(got, tuple):
        if len(got) != len(want):
            return f"{len(got)} parts, and NumPy has {len(want)}"
        return "; ".join(filter(None, map(differs, got, want)))
    if isinstance(got, tuple):
        return f"a tuple, and NumPy has {want}"
    want = np.asarray(want)
    if got.shape != want.shape:
        return f"{list(got.shape)}, and NumPy has {list(want.shape)}"
    if got.dtype.kind in "biu" and want.dtype.kind in "fc":
        want = want.astype(got.dtype)
    wide = np.complex128 if "c" in (got.dtype.kind, want.dtype.kind) else np.float64
    one, other = got.astype(wide), want.astype(wide)
    if wide is np.complex128:  # the parts of an infinite product are inf or nan as it was computed
        finite = np.isfinite(one)
        if not np.array_equal(finite, np.isfinite(other)):
            return f"{got}, and NumPy has {want}"
        one, other = one[finite], other[finite]
    return "" if np.allclose(one, other, rtol=1e-8, atol=1e-9, equal_nan=True) else f"{got}, and NumPy has {want}"


def asks_numpy() -> list[Any]:
    return [each for each in forms() if each.values[0].name not in NOT_NUMPYS or each.values[0].name == "repeat"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("row", "form"), asks_numpy())
def test_the_value_is_numpys(road: Road, row: Builtin, form: Form) -> None:
    random = Random(f"{row.name} {form.text}")
    special = row.name in numpy_elementwise.ORACLES.keys() - ITS_OWN_NAN
    generator = Generator(row, form, random, among=AMONG, favour=dtypes.F64, special=special)
    seen, count = Seen(form, AMONG), 0
    for _ in range(TRIES):
        case = generator.case()
        seen.add(case)
        call = called(row, form, case, random)
        road.bind(call.tensors)
        try:
            road.type_of(call.text)
        except TcalcError as error:
            if error.code == "dtype":
                seen.refuse(case)
            continue
        got: Any = None
        try:
            got = array(road.run(call.text))
        except TcalcError as error:
            settled = error.code in ("shape", "dtype", "type")  # of a number that had to be computed first
            assert settled or row.name in DATA_DECIDE, f"{call}: {error.message}"
            continue
        if torchs_own(row, case):
            continue
        match = fitted(row, case, dtypes.F64)
        if match is None:  # `max(a, 2)` is of an axis
            continue
        arguments = asked(row, prepared(match, call))
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            if row.name in CHECKS:
                assert CHECKS[row.name](got, **arguments), f"{call}: {got} is not right"
            else:
                try:
                    want = answer(row, arguments)
                except (np.linalg.LinAlgError, ZeroDivisionError, ValueError, IndexError) as error:
                    assert unanswered(row, arguments), f"{call} gives {got}, and NumPy refuses: {error}"
                    continue
                if case.arguments.get("dtype") is not None and np.asarray(want).dtype.kind in "iu":
                    want = np.asarray(want).astype(got.dtype)  # what was asked for in a dtype is computed in it
                assert differs(got, want) == "", f"{call}: {differs(got, want)}"
        seen.accept(case)
        count += 1
        if count >= LEAST and not seen.missing():
            break
    assert count >= LEAST, f"only {count} calls of {row.name} were computed"
    assert not seen.missing(), seen.missing()


def answer(row: Builtin, arguments: dict[str, Any]) -> Any:
    """The oracle's. A function of NumPy's own takes arguments by their places."""
    assert row.name in ORACLES, unknown(row)
    oracle = ORACLES[row.name]
    if isinstance(oracle, np.ufunc | type(len)) or getattr(oracle, "__module__", "").startswith("numpy"):
        return oracle(*arguments.values())
    return oracle(**arguments)


def test_least_squares_of_a_wide_matrix_are_right_each_time(road: Road) -> None:
    """torch's usual driver takes one in some fifty for a singular one."""
    generator = np.random.default_rng(5)
    for _ in range(300):
        A, b = np.add(generator.normal(size=(1, 3)), [9, 0, 0]), generator.normal(size=1)
        road.bind({"A": torch.tensor(A, dtype=torch.float32), "b": torch.tensor(b, dtype=torch.float32)})
        solution, _, rank, _ = array(road.run("lstsq(A, b)"))
        assert rank == 1
        assert np.allclose(solution, np.linalg.pinv(A) @ b, atol=1e-5)


def unanswered(row: Builtin, arguments: dict[str, Any]) -> bool:
    """What NumPy alone refuses: to reduce, decompose or count nothing, and to stretch an axis that is contracted."""
    arrays = [each for each in arguments.values() if isinstance(each, np.ndarray)]
    return any(each.size == 0 for each in arrays) or arguments.get("n") == 0 or row.name == "tensordot"


def torchs_own(row: Builtin, case: Case) -> bool:
    """What torch has otherwise: a scalar takes the dtype of the tensor it meets, and a negative one wraps in u8; the
    start and the step of a range of integers are rounded first."""
    held = [each for each in case.values.values() if isinstance(each, torch.Tensor)]
    if any(each.dtype is torch.uint8 and each.ndim for each in held) and row.name not in ("searchsorted", "bucketize"):
        return any(not each.ndim and not each.is_complex() and bool(each < 0) for each in held)
    if row.name == "rms_norm":  # the imaginary part of a weight is dropped
        return any(each.is_complex() for each in held[1:]) and not held[0].is_complex()
    dtype = case.arguments.get("dtype")
    numbers = [each for each in case.arguments.values() if isinstance(each, float)]
    return (
        row.name in ("arange", "linspace", "logspace") and isinstance(dtype, DType) and dtype.rank < 2 and bool(numbers)
    )
