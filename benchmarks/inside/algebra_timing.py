"""How the expressions of linear algebra are timed: in turn, on operands that change before every run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle
from typing import Any

import torch

import tcalc
from tcalc.api.types import type_of

Call = Callable[[], Any]

#: Between runs the operands are doubled and halved, in place: nobody can have kept a result. The numbers stay exact,
#: and all that take turns find the operands equally near.
FACTORS = (2.0, 0.5)
MOST_TURNS = 3000
#: Of vectors with more elements than this, one of so many is looked at.
MANY, SOME = 10**7, 997


def compiled(text: str, operands: dict[str, torch.Tensor], n: int = 0) -> Call:
    """An expression in a session of its own, which takes these very tensors."""
    session = tcalc.Session()
    if n:
        session.bind("n", n)
    inside = session._inside
    for name, value in operands.items():  # `session.bind` would copy them
        inside.bind(name, type_of(name, value, inside.settings.default_float), value)
    return session.compile(text)


def named_in(text: str, operands: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Copies of those of some operands that stand in an expression."""
    words = "".join([each if each.isalnum() else " " for each in text]).split()
    return {name: value.clone() for name, value in operands.items() if name in words}


def fastest(calls: Sequence[Call], operands: Iterable[torch.Tensor], seconds: float, least: int = 5) -> list[float]:
    """The fewest seconds that each took, in turns; each turn begins with another one.

    Beyond the `least` number of turns the first two run for `seconds` in all, the others for a quarter of that.
    """
    operands, factors = list(operands), cycle(FACTORS)
    best, spent = [float("inf")] * len(calls), [0.0] * len(calls)
    for turn in range(MOST_TURNS):
        running = [
            place for place, each in enumerate(spent) if turn < least or each < (seconds if place < 2 else seconds / 4)
        ]
        if not running:
            break
        for place in running[turn % len(running) :] + running[: turn % len(running)]:
            start = time.perf_counter()
            factor = next(factors)
            for each in operands:
                each.mul_(factor)
            begin = time.perf_counter_ns()
            calls[place]()
            took = (time.perf_counter_ns() - begin) / 1e9
            best[place] = min(best[place], took)
            spent[place] += time.perf_counter() - start
    return best


def assert_same(got: Any, want: Any) -> None:
    """An error unless two results agree as far as f32 goes; small elements stand beside large ones."""
    if isinstance(want, tuple):
        for one, other in zip(got, want, strict=True):
            assert_same(one, other)
        return
    if got.numel() > MANY:
        got, want = got[::SOME], want[::SOME]
    torch.testing.assert_close(got.double(), want.double(), rtol=1e-3, atol=1e-5 * want.abs().max().item())
