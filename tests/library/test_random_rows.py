"""Random rows: the distribution that each promises, shapes and dtypes, and the same numbers after the same seed.

That the numbers are torch's after the same seed is held with all other rows, in `test_values_against_torch.py`.
"""

from __future__ import annotations

import math

import pytest
import torch

from tcalc import library
from tests.library.calls import Road

COUNT = 20_000


class Draw:
    """A call that gives COUNT numbers: their mean, variance and bounds; the upper bound belongs to them if `closed`."""

    def __init__(
        self,
        text: str,
        mean: float,
        variance: float,
        low: float = -math.inf,
        high: float = math.inf,
        *,
        closed: bool = False,
        whole: bool = False,
        type: str = "float32",
    ) -> None:
        self.text, self.mean, self.variance, self.low, self.high = text, mean, variance, low, high
        self.closed, self.whole, self.type = closed, whole, type


DRAWS: dict[str, list[Draw]] = {
    "rand": [
        Draw(f"rand({COUNT})", 1 / 2, 1 / 12, 0, 1),
        Draw(f"rand(2, {COUNT // 2}, dtype=f64)", 1 / 2, 1 / 12, 0, 1, type="float64"),
    ],
    "randn": [
        Draw(f"randn({COUNT})", 0, 1),
        Draw(f"randn(4, {COUNT // 4}, dtype=f64)", 0, 1, type="float64"),
        Draw(f"real(randn({COUNT}, dtype=c64))", 0, 1 / 2),
    ],
    "rand_like": [
        Draw(f"rand_like(zeros({COUNT}, dtype=f64))", 1 / 2, 1 / 12, 0, 1, type="float64"),
        Draw(f"rand_like(zeros(2, {COUNT // 2}, dtype=i8))", 1 / 2, 1 / 12, 0, 1),
    ],
    "randn_like": [Draw(f"randn_like(ones({COUNT}))", 0, 1)],
    "randint": [
        Draw(f"randint(6, ({COUNT},))", 2.5, 35 / 12, 0, 6, whole=True, type="int64"),
        Draw(f"randint(-3, 4, (2, {COUNT // 2}), dtype=i8)", 0, 4, -3, 4, whole=True, type="int8"),
    ],
    "randint_like": [
        Draw(f"randint_like(zeros({COUNT}), 6)", 2.5, 35 / 12, 0, 6, whole=True),
        Draw(f"randint_like(zeros({COUNT}, dtype=u8), 2, 5)", 3, 2 / 3, 2, 5, whole=True, type="uint8"),
    ],
    "randperm": [Draw(f"randperm({COUNT})", (COUNT - 1) / 2, COUNT**2 / 12, 0, COUNT, whole=True, type="int64")],
    "bernoulli": [
        Draw(f"bernoulli(full(({COUNT},), 0.3))", 0.3, 0.21, 0, 1, closed=True, whole=True),
        Draw(f"bernoulli(full(({COUNT},), 1, dtype=f64))", 1, 0, 1, 1, closed=True, whole=True, type="float64"),
    ],
    "normal": [
        Draw(f"normal(full(({COUNT},), 5.), full(({COUNT},), 2.))", 5, 4),
        Draw(f"normal(full(({COUNT},), -1.))", -1, 1),
        Draw(f"normal(3, 0.5, ({COUNT},))", 3, 0.25),
    ],
    "dropout": [
        Draw(f"dropout(ones({COUNT}), p=0.25)", 1, 1 / 3, 0, 4 / 3, closed=True),
        Draw(f"dropout(ones({COUNT}), p=0.25, training=False)", 1, 0, 1, 1, closed=True, whole=True),
    ],
}


def draws() -> list[object]:
    return [pytest.param(draw, id=draw.text) for several in DRAWS.values() for draw in several]


def test_every_random_row_is_held_here() -> None:
    for row in library.rows():
        if row.random:
            assert row.name in DRAWS, f"{row.name}: add its mean and variance to DRAWS in tests/library/{__name__}.py"


@pytest.fixture(scope="module")
def road() -> Road:
    return Road()


@pytest.mark.parametrize("draw", draws())
def test_the_distribution_is_the_one_promised(road: Road, draw: Draw) -> None:
    """Mean and variance within six of their own standard deviations; every number within the bounds."""
    x = road.run(f"torch.manual_seed(11)\n{draw.text}")
    assert x.numel() == COUNT
    assert x.dtype is getattr(torch, draw.type)
    x = x.double()
    assert abs(float(x.mean()) - draw.mean) <= 6 * math.sqrt(draw.variance / COUNT) + 1e-6
    assert abs(float(x.var()) - draw.variance) <= 6 * draw.variance * math.sqrt(2 / COUNT) + 1e-6
    assert bool((x >= draw.low).all())
    assert bool((x <= draw.high + 1e-6).all() if draw.closed else (x < draw.high).all())
    assert not draw.whole or bool((x == x.round()).all())


@pytest.mark.parametrize("draw", draws())
def test_a_seed_gives_the_same_numbers_and_no_seed_others(road: Road, draw: Draw) -> None:
    first = road.run(f"torch.manual_seed(5)\n{draw.text}")
    second = road.run(draw.text)
    assert torch.equal(road.run(f"torch.manual_seed(5)\n{draw.text}"), first)
    assert torch.equal(second, first) == (draw.variance == 0)


def test_a_permutation_has_every_number_once(road: Road) -> None:
    assert torch.equal(road.run("randperm(50)").sort().values, torch.arange(50))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("rand(0, 3)", (0, 3)),
        ("rand(())", ()),
        ("randn(())", ()),
        ("randint(3, ())", ()),
        ("randint(3, (2, 0))", (2, 0)),
        ("randperm(0)", (0,)),
        ("bernoulli(zeros(0))", (0,)),
        ("normal(zeros(2, 0))", (2, 0)),
        ("normal(0, 1, ())", ()),
        ("dropout(ones(()))", ()),
        ("rand_like(zeros(0))", (0,)),
        ("randn_like(5.)", ()),
        ("randint_like(zeros(0), 3)", (0,)),
    ],
)
def test_scalars_and_empty_tensors_are_drawn(road: Road, text: str, shape: tuple[int, ...]) -> None:
    assert tuple(road.run(text).shape) == shape
