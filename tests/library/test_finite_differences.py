"""Every row's derivative, by its formula or by autograd, against finite differences; and wherever one can stand.

The first derivative and the second, by the operands in turn and by the cotangent; forward mode; inside of functions and
of vmap; in half width and of complex numbers. `make derivatives` draws many more calls.
"""

from __future__ import annotations

from random import Random

import pytest
import torch

from tcalc.errors import TcalcError
from tcalc.library.builtin import Builtin, Form
from tcalc.types import dtypes
from tests.library.calls import Road
from tests.library.finite import DRAWS, Smooth, difference, direction, dot, drawn, like, smooth_forms
from tests.library.generated import WORDS
from tests.library.test_values_against_torch import STRICTER

#: Torch makes numbers of these, or copies, which know no derivative: no functions of tensors for an oracle.
NUMBERS = {"item", "tolist", "full_like", "new_full", "new_tensor"}
#: Data decide the sizes of these, so that a definition knows none.
BY_DATA = {"repeat_interleave", "masked_select", "bincount"}
#: What these give of complex numbers is one of many results, which torch's derivative takes for another.
PHASES = {"qr", "svd", "eig", "eigh"}
#: Torch has no second derivative of these by some of their operands, or no forward mode.
NO_SECOND = {"cross_entropy", "nll_loss", "cdist"}


@pytest.fixture(scope="module")
def road() -> Road:
    return Road()


def asked(road: Road, smooth: Smooth, text: str, **more: torch.Tensor) -> torch.Tensor | None:
    """What a text gives; None where the call is refused, as torch does not, or where torch has no derivative."""
    road.bind({**smooth.bound, **more})
    try:
        found = road.run(text)
    except TcalcError as error:
        missing = smooth.torchs() is None or (more and smooth.row.name in NO_SECOND)
        refused = missing or any(words in error.message for words in STRICTER)
        assert refused, f"{text}, {smooth}: {error.message}"
        return None
    assert isinstance(found, torch.Tensor)
    return found


def near(got: float, want: float, what: object) -> None:
    assert abs(got - want) <= 1e-5 * (1 + abs(want)), f"{what}: {got} is not {want}"


def takes_complex(row: Builtin, form: Form) -> bool:
    return row.name not in PHASES | NUMBERS and any(
        dtypes.C128 in WORDS.get(each.word or "", ()) for each in form.signature.parameters if each.kind == "tensor"
    )


@pytest.mark.parametrize(("row", "form"), smooth_forms(lambda row, form: row.name not in NUMBERS))
def test_first_derivatives(road: Road, row: Builtin, form: Form) -> None:
    random, compared = Random(row.name), 0
    for smooth in drawn(row, form, "first", dtypes.F64):
        along = direction(smooth, random)
        want = difference(smooth.loss, smooth.at, along)
        if want is None:
            continue
        got = asked(road, smooth, f"vjp[{smooth.by}]({smooth.text}, cotangent)")
        if got is not None:
            assert got.shape == smooth.at.shape and got.dtype is torch.float64
            near(dot(got, along), want, smooth)
            compared += 1
        if compared >= DRAWS:
            break


@pytest.mark.parametrize(("row", "form"), smooth_forms(takes_complex))
def test_derivatives_by_complex_numbers(road: Road, row: Builtin, form: Form) -> None:
    """torch's convention: the gradient of a real loss points uphill, in the real and in the imaginary part."""
    random, compared = Random(row.name), 0
    for smooth in drawn(row, form, "complex", dtypes.C128):
        along = direction(smooth, random)
        want = difference(smooth.loss, smooth.at, along)
        if want is None:
            continue
        got = asked(road, smooth, f"vjp[{smooth.by}]({smooth.text}, cotangent)")
        if got is not None:
            assert got.shape == smooth.at.shape and got.dtype is smooth.at.dtype
            near(dot(got, along), want, smooth)
            compared += 1
        if compared >= DRAWS:
            break


@pytest.mark.parametrize(("row", "form"), smooth_forms(lambda row, form: row.name not in NUMBERS))
def test_second_derivatives_and_forward_mode(road: Road, row: Builtin, form: Form) -> None:
    """The derivative of the derivative along a direction, against differences of it; and <v, J u> = <vjp(v), u>."""
    random = Random(row.name)
    for smooth in drawn(row, form, "second", dtypes.F64):
        along = direction(smooth, random)
        if difference(smooth.loss, smooth.at, along) is None:
            continue
        first = f"vjp[{smooth.by}]({smooth.text}, cotangent)"
        pulled = asked(road, smooth, first)
        if pulled is None or not bool(pulled.isfinite().all()):
            continue
        pushed = asked(road, smooth, f"jvp[{smooth.by}]({smooth.text}, along)", along=along)
        if pushed is None:
            continue
        assert pushed.shape == smooth.cotangent.shape
        near(dot(pushed, smooth.cotangent), dot(pulled, along), f"forward mode of {smooth}")
        other = random.choice([name for name, each in smooth.bound.items() if each.is_floating_point()])
        at = smooth.bound[other]
        across = along if other == smooth.by else like(at, random)

        def slope(value: torch.Tensor) -> float:
            found = asked(road, smooth, first, **{other: value})  # noqa: B023  # called in this turn alone
            return float("nan") if found is None else dot(found, along)  # noqa: B023

        want = difference(slope, at, across)
        if want is None:
            continue
        second = asked(road, smooth, f"grad[{other}](sum({first} * along))", along=along)
        if second is None:
            continue
        assert second.shape == at.shape
        near(dot(second, across), want, f"second derivative of {smooth}, then by {other}")
        break


@pytest.mark.parametrize(("row", "form"), smooth_forms(lambda row, form: row.name not in NUMBERS | BY_DATA))
def test_wherever_a_derivative_stands(road: Road, row: Builtin, form: Form) -> None:
    """In a user's function, and in vmap over it, with labels on what it is by: the same numbers."""
    for smooth in drawn(row, form, "places", dtypes.F64):
        want = asked(road, smooth, f"vjp[{smooth.by}]({smooth.text}, cotangent)")
        if want is None:
            continue
        names = ", ".join(smooth.bound)
        road.bind(smooth.bound, {smooth.by: [f"axis{i}" for i in range(smooth.at.ndim)]})
        road.bind({"both": torch.stack([smooth.at, smooth.at])})
        define = f"derivative({names}) = vjp[{smooth.by}]({smooth.text}, cotangent);\n"
        each = define + f"vmap({smooth.by} -> derivative({names}))(both)"
        inside, mapped = road.run(define + f"derivative({names})"), road.run(each)
        for got in (inside, *mapped):
            assert torch.allclose(got, want, rtol=1e-9, atol=1e-9, equal_nan=True), f"{each}, {smooth}: {got}, {want}"
        break


@pytest.mark.parametrize("dtype", [dtypes.F32, dtypes.BF16], ids=str)
@pytest.mark.parametrize(("row", "form"), smooth_forms(lambda row, form: row.name not in NUMBERS))
def test_narrow_floats(road: Road, row: Builtin, form: Form, dtype: dtypes.DType) -> None:
    """Derivatives are as wide as what they are by, and as torch's, as far as the dtype goes."""
    for smooth in drawn(row, form, "narrow", dtype):
        want = None if row.name == "polar" else smooth.torchs()  # torch's is of lengths that are not negative
        got = None if want is None else asked(road, smooth, f"vjp[{smooth.by}]({smooth.text}, cotangent)")
        if want is None or got is None or not bool(want.isfinite().all()):
            continue
        assert got.dtype is smooth.at.dtype and got.shape == smooth.at.shape, smooth
        loose = (1e-4 if dtype is dtypes.F32 else 0.06) * (1 + float(want.abs().max()) if want.numel() else 1)
        assert torch.allclose(got, want, rtol=loose, atol=loose), f"{smooth}: {got} is not {want}"
        break
