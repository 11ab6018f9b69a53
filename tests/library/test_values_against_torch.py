"""Every row, from text to value, against torch's function of the same name, on generated calls.

The type declared before anything runs is the value's, and the value is torch's; what is refused, torch refuses too.
Random rows draw what torch draws after the same seed.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
import torch

from tcalc.errors import TcalcError
from tcalc.library.builtin import Builtin, Form
from tests.library.calls import HALF, Call, Road, called, fitted, prepared, told
from tests.library.generated import Generator, forms
from tests.library.seen import Seen
from tests.library.torch_oracles import ORACLES, public

LEAST, TRIES = 12, 500
#: What tcalc refuses and torch does not: an axis of a scalar, and what torch lets pass of empty tensors only.
STRICTER = (
    "there is no axis",
    "needs an axis",
    "a Hermitian matrix is square",
    "only a square matrix has a condition number",
    "weights are real",
    "no negative power",
    "which leaves a size of",
    "is not one matrix for",
    "are both given, or neither",
    "the result is real",
    "value is for mode",
    "which has no channels",
    "give that or attn_mask",
    "too short for",  # torch lets pass some of what is cut off at one end and mirrored at the other
    "is needed where training is False",
    "lstsq needs finite numbers",  # LAPACK may give nan, or not return
)
#: What torch refuses of data and tcalc does not.
MILDER = (
    "argument alpha must not be a floating point number",  # a fraction of integers is floating
    "value cannot be converted",  # an int of nan: torch converts tensors so, but no numbers
)
#: How torch refuses; without the attributes of a tensor, a plain number.
REFUSALS = (RuntimeError, IndexError, TypeError, ValueError, ArithmeticError, AssertionError, AttributeError)
#: Rows of which torch has whatever stood in memory.
UNINITIALISED = {"empty", "empty_like", "new_empty"}
#: Halves are rounded by each step, in an order of torch's own.
TOLERANCE = {torch.float16: 2e-3, torch.bfloat16: 2e-2, torch.float32: 1e-5, torch.complex64: 1e-5}


@pytest.fixture(scope="module")
def road() -> Road:
    return Road()


def whole(value: Any) -> Any:
    """torch's result as tensors and tuples of those."""
    if isinstance(value, tuple | list):
        return tuple([whole(item) for item in value])
    return value if isinstance(value, torch.Tensor) else torch.tensor(value)


def rounding(call: Call) -> float:
    """How much the narrowest dtype of the operands rounds."""
    return max([TOLERANCE.get(each.dtype, 1e-9) for each in call.tensors.values()], default=1e-9)


def differs(got: Any, want: Any, least: float = 1e-9) -> str:
    """What is different, nothing where two results are the same but for how they were rounded."""
    if isinstance(want, tuple):
        if not isinstance(got, tuple) or len(got) != len(want):
            return f"{got} is no tuple of {len(want)}"
        return "; ".join(filter(None, [differs(*pair, least) for pair in zip(got, want, strict=True)]))
    if got.dtype != want.dtype or got.shape != want.shape:
        return f"{got.dtype}{list(got.shape)} is not {want.dtype}{list(want.shape)}"
    if got.is_complex():  # the parts of an infinite product are inf or nan as it was computed
        finite = got.isfinite()
        if not torch.equal(finite, want.isfinite()):
            return f"{got} is not {want}"
        got, want = got[finite], want[finite]
    tolerance = max(least, TOLERANCE.get(got.dtype, 1e-9))
    if torch.allclose(got, want, rtol=tolerance, atol=tolerance, equal_nan=True):
        return ""
    return f"{got} is not {want}"


def tried(call: Call, function: Any, arguments: Mapping[str, Any]) -> Any:
    """torch's result after the seed of the program, or its refusal."""
    torch.manual_seed(3)
    try:
        return whole(call.given_to(function, arguments))
    except REFUSALS as error:
        return error


def ambiguous(call: Call, want: Any) -> bool:
    """Where torch's dtypes do not bind: it refuses, never looks at them, or has a complex dtype of half width."""
    held = list(call.tensors.values())
    halved = any(each.dtype in HALF for each in held) and any(each.is_complex() for each in held)
    results = want if isinstance(want, tuple) else (want,)
    return (
        isinstance(want, Exception)
        or halved
        or any(each.numel() == 0 for each in (*held, *[r for r in results if isinstance(r, torch.Tensor)]))
    )


@pytest.mark.parametrize(("row", "form"), forms())
def test_the_value_is_torchs(road: Road, row: Builtin, form: Form) -> None:
    """Generated calls of a row, run as text, give what torch's function gives."""
    function, random = public(row), Random(f"{row.name} {form.text}")
    generator, seen, count = Generator(row, form, random, special=True), Seen(form), 0
    for _ in range(TRIES):
        case = generator.case()
        seen.add(case)
        call = called(row, form, case, random)
        road.bind(call.tensors)
        declared: Any = None
        try:
            declared = road.type_of(call.text)
            got = road.run(f"torch.manual_seed(3)\n{call.text}")
        except TcalcError as error:
            got = error
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            want = tried(call, function, call.raw)
            if isinstance(want, IndexError) and isinstance(got, TcalcError):
                continue
            if row.name in ORACLES or (ambiguous(call, want) and differs_at_all(got, want)):
                match = fitted(row, case)
                if match is not None:
                    want = tried(call, function, prepared(match, call))
        if isinstance(got, TcalcError):
            if got.code == "dtype":
                seen.refuse(case)
            assert isinstance(want, Exception) or any(words in got.message for words in STRICTER), (
                f"{call}: {got.message}; torch gives {want}"
            )
            continue
        if any(words in str(want) for words in MILDER):
            continue
        assert not isinstance(want, Exception), f"{call} gives {got}, and torch refuses: {want}"
        assert told(declared, got) == "", f"{call} is declared {declared}: {told(declared, got)}"
        if row.name in UNINITIALISED:
            want = torch.zeros_like(want)
        assert differs(got, want, rounding(call)) == "", f"{call}: {differs(got, want)}"
        seen.accept(case)
        count += 1
        if count >= LEAST and not seen.missing():
            break
    assert count >= LEAST, f"only {count} calls of {row.name} were computed"
    assert not seen.missing(), seen.missing()


def differs_at_all(got: Any, want: Any) -> bool:
    return isinstance(got, TcalcError) or isinstance(want, Exception) or differs(got, want) != ""
