"""Every row's derivative, by its formula or by autograd, against torch's autograd of the function of the same name.

Where torch has no derivative, neither function nor formula is wrong: such calls are passed over.
"""

from __future__ import annotations

import warnings
from random import Random
from typing import Any

import pytest
import torch

from tcalc.errors import TcalcError
from tcalc.library.builtin import Builtin, Flat, Form
from tcalc.types import dtypes
from tests.library.calls import Call, Road, called, fitted, prepared
from tests.library.generated import Generator, forms
from tests.library.test_values_against_torch import REFUSALS, STRICTER, tried
from tests.library.torch_oracles import ORACLES, public

MOST, TRIES = 12, 40
#: Torch makes numbers of these, or copies, which know no derivative; here nothing is lost.
NUMBERS = {"item", "tolist", "full_like", "new_tensor"}


@pytest.fixture(scope="module")
def road() -> Road:
    return Road()


def smooth_forms() -> list[Any]:
    """The forms through which a derivative goes."""
    found = []
    for each in forms():
        row, form = each.values
        if not row.random and row.name not in NUMBERS and not isinstance(form.vjp, Flat):
            found.append(each)
    return found


def floats(value: Any) -> list[tuple[int | None, torch.Tensor]]:
    """The floating parts of a result, with their numbers where it is a tuple."""
    if isinstance(value, torch.Tensor):
        return [(None, value)] if value.is_floating_point() else []
    return [(number, part) for number, part in enumerate(value) if part.is_floating_point()]


def truth(call: Call, function: Any, arguments: Any, by: str, number: int | None, cotangent: torch.Tensor) -> Any:
    """torch's own derivative by one operand, None where torch has none."""
    leaf = call.tensors[by].clone().requires_grad_()
    swapped = {
        name: leaf
        if value is call.tensors[by]
        else [leaf if each is call.tensors[by] else each for each in value]
        if isinstance(value, list)
        else value
        for name, value in arguments.items()
    }
    try:
        with torch.enable_grad():
            result = call.given_to(function, swapped)
            part = result if number is None else result[number]
            if not isinstance(part, torch.Tensor) or not part.requires_grad:
                return torch.zeros_like(leaf)
            (found,) = torch.autograd.grad(part, leaf, cotangent, allow_unused=True, materialize_grads=True)
    except (*REFUSALS, NotImplementedError):
        return None
    return found


@pytest.mark.parametrize(("row", "form"), smooth_forms())
def test_the_derivative_is_torchs(road: Road, row: Builtin, form: Form) -> None:
    function, random = public(row), Random(f"{row.name} {form.text}")
    generator = Generator(row, form, random, among=(dtypes.F64,))
    compared = 0
    for _ in range(TRIES):
        if compared >= MOST:
            break
        case = generator.case()
        call = called(row, form, case, random)
        if row.name == "block_diag" and not all(each.numel() for each in call.tensors.values()):
            continue  # torch counts no rows of an empty vector
        leaves = [name for name, each in call.tensors.items() if each.is_floating_point()]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            arguments = call.raw
            if row.name in ORACLES and (match := fitted(row, case)) is not None:
                arguments = prepared(match, call)
            want = tried(call, function, arguments)
            if not leaves or isinstance(want, Exception):
                continue
            for number, part in floats(want):
                cotangent = torch.tensor([random.uniform(-1, 1) for _ in range(part.numel())], dtype=part.dtype)
                cotangent = cotangent.reshape(part.shape)
                for by in leaves:
                    expected = truth(call, function, arguments, by, number, cotangent)
                    if expected is None:
                        continue
                    compared += 1
                    compare(road, call, by, number, cotangent, expected)


def compare(
    road: Road, call: Call, by: str, number: int | None, cotangent: torch.Tensor, expected: torch.Tensor
) -> None:
    """One derivative, from text to value."""
    road.bind({**call.tensors, "cotangent": cotangent})
    body = call.text if number is None else f"({call.text})[{number}]"
    text = f"vjp[{by}]({body}, cotangent)"
    try:
        got = road.run(text)
    except TcalcError as error:
        assert any(words in error.message for words in STRICTER), f"{call} by {by}: {error.message}"
        return
    assert got.shape == expected.shape and got.dtype == expected.dtype, f"{call} by {by}"
    close = torch.allclose(got, expected, rtol=1e-6, atol=1e-8, equal_nan=True)
    assert close, f"{text} where {call}: {got} is not {expected}"
