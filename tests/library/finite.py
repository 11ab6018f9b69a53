"""Finite differences: derivatives that know nothing of derivatives, and the calls that they are taken of."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import torch

from tcalc.library.builtin import Builtin, Flat, Form
from tcalc.types.dtypes import DType
from tcalc.types.match import Match
from tests.library.calls import Call, called, fitted, prepared
from tests.library.generated import Generator, forms, torch_dtype
from tests.library.test_values_against_torch import REFUSALS, tried
from tests.library.torch_oracles import ORACLES, public

#: How many calls of each form are drawn, and the seed: `make derivatives DRAWS=100 SEED=7` draws many others.
DRAWS, SEED = int(os.environ.get("DRAWS", "2")), os.environ.get("SEED", "")
#: A difference is believed where one of half the step says the same to these digits: there is no bend, and no noise.
STEP, AGREED = 2e-5, 2e-6


def smooth_forms(keep: Callable[[Builtin, Form], bool] = lambda row, form: True) -> list[Any]:
    """The forms through which a derivative goes."""
    return [
        each
        for each in forms()
        if not each.values[0].random and not isinstance(each.values[1].vjp, Flat) and keep(*each.values)
    ]


class Smooth:
    """One part of a call's result as a function of one of its operands, and a cotangent for it.

    `text` is the part as a user writes it; `at` the operand's value, under the name `by`.
    """

    def __init__(
        self, row: Builtin, call: Call, match: Match | None, by: str, number: int | None, random: Random
    ) -> None:
        self.row, self.call, self.match, self.by, self.number = row, call, match, by, number
        self.at = call.tensors[by]
        self.text = call.text if number is None else f"({call.text})[{number}]"
        part = self.part(self.at)
        assert part is not None
        self.cotangent = like(part, random)

    def __repr__(self) -> str:
        return f"{self.text} by {self.by}, {self.call}"

    @property
    def bound(self) -> dict[str, torch.Tensor]:
        """The variables of `text`, and the cotangent."""
        return {**self.call.tensors, "cotangent": self.cotangent}

    def part(self, at: torch.Tensor) -> torch.Tensor | None:
        """The part at another value of the operand; None where torch refuses that, or what comes is no float."""
        held = self.call.tensors[self.by]
        raw = {
            name: at if value is held else [at if each is held else each for each in value]
            if isinstance(value, list)
            else value
            for name, value in self.call.raw.items()
        }  # fmt: skip
        call = Call(self.call.text, {**self.call.tensors, self.by: at}, raw, self.call.positional)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = tried(call, public(self.row), raw if self.match is None else prepared(self.match, call))
        part = result if self.number is None or isinstance(result, Exception) else result[self.number]
        return part if isinstance(part, torch.Tensor) and (part.is_floating_point() or part.is_complex()) else None

    def loss(self, at: torch.Tensor) -> float:
        """The sum of the part's elements, each times its cotangent; of complex numbers the real part of the product."""
        part = self.part(at)
        return float("nan") if part is None else dot(self.cotangent, part)

    def torchs(self) -> torch.Tensor | None:
        """The derivative by torch's autograd, None where it has none."""
        leaf = self.at.clone().requires_grad_()
        with torch.enable_grad():
            try:
                part = self.part(leaf)
                if part is None or not part.requires_grad:
                    return None
                (found,) = torch.autograd.grad(part, leaf, self.cotangent, allow_unused=True, materialize_grads=True)
            except (*REFUSALS, NotImplementedError):
                return None
        return found


def like(tensor: torch.Tensor, random: Random) -> torch.Tensor:
    """Random numbers of a tensor's shape and dtype."""
    generator = torch.Generator().manual_seed(random.randrange(2**31))
    found = torch.rand(tensor.shape, generator=generator, dtype=torch.float64) * 2 - 1
    if tensor.is_complex():
        other = torch.rand(tensor.shape, generator=generator, dtype=torch.float64) * 2 - 1
        return torch.complex(found, other).to(tensor.dtype)
    return found.to(tensor.dtype)


#: Rows that read one half of a matrix and take the other for its mirror image, with the derivative of both.
MIRRORED = {"cholesky", "eigh", "eigvalsh"}


def direction(smooth: Smooth, random: Random) -> torch.Tensor:
    """A direction to go from where a function is looked at."""
    along = like(smooth.at, random)
    return along + along.mH if smooth.row.name in MIRRORED else along


def _differs(row: Builtin, call: Call) -> bool:
    """Whether torch's derivative is of something else than the value."""
    sizes = [each.numel() for each in call.tensors.values()]
    if row.name == "block_diag":  # torch counts no rows of an empty vector
        return 0 in sizes
    if row.name == "scatter":  # where two meet, both have the derivative
        return any(each.numel() > 1 for each in call.tensors.values() if not each.is_floating_point())
    if row.name == "svd":  # what makes a factor square has no derivative, though any change of it has one
        return bool(call.raw.get("full_matrices", True))
    if row.name == "pinv":  # of matrices that are not Hermitian, though called so; where a rank is about to change
        return bool(call.raw.get("hermitian") or {"atol", "rtol"} & call.raw.keys())
    return row.name == "embedding" and call.raw.get("padding_idx") is not None  # that row learns nothing


def dot(one: torch.Tensor, other: torch.Tensor) -> float:
    """Of complex numbers, as pairs of real ones."""
    return float((one.conj() * other).sum().real)


def difference(loss: Callable[[torch.Tensor], float], at: torch.Tensor, along: torch.Tensor) -> float | None:
    """The derivative of a loss along a direction, by central differences; None where two of them do not agree."""
    found = [(loss(at + h * along) - loss(at - h * along)) / (2 * h) for h in (STEP, STEP / 2)]
    agreed = abs(found[0] - found[1]) <= AGREED * (1 + abs(found[1]))  # nan agrees with nothing
    return found[1] if agreed else None


def drawn(row: Builtin, form: Form, purpose: str, dtype: DType, tries: int = 12) -> Iterator[Smooth]:
    """Smooth functions that calls of a form are, in one of their operands, chosen at random; endlessly few."""
    random = Random(f"{row.name} {form.text} {purpose} {SEED}")
    generator = Generator(row, form, random, among=(dtype,))
    for _ in range(tries + 4 * DRAWS):
        case = generator.case()
        call = called(row, form, case, random)
        match = fitted(row, case) if row.name in ORACLES else None
        arguments = call.raw if match is None else prepared(match, call)
        wide = (torch.float64, torch.complex128) if dtype.bits > 32 else (torch_dtype(dtype),)
        leaves = [name for name, each in call.tensors.items() if each.dtype in wide]
        if any(each.is_floating_point() and each.dtype not in wide for each in call.tensors.values()):
            continue  # beside narrow numbers no difference is small
        if not leaves:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = tried(call, public(row), arguments)
        parts: list[tuple[int | None, Any]] = [(None, result)]
        if isinstance(result, tuple | list):
            parts = list(enumerate(result))
        smooth = [number for number, part in parts if isinstance(part, torch.Tensor) and part.dtype in wide]
        if smooth and not _differs(row, call):
            yield Smooth(row, call, match, random.choice(leaves), random.choice(smooth), random)
