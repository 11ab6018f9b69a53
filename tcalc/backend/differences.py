"""A gradient held against finite differences, in f64: where they are furthest apart, and what they say there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from tcalc.backend.loops import Body
from tcalc.graph.graph import AGREED, Probe
from tcalc.interrupt import Abandoned, Ticket

#: How far the points of a central difference lie from the middle, for numbers near 1: the cube root of f64's precision.
APART = 6e-6
#: Not more numbers of a variable are checked than these, spread over all of them.
MOST_CHECKED = 2000
#: The slopes on both sides differ by this, in terms of the slope, and by no less so near by: there is a bend.
BENT = 1e-4

Evaluate = Callable[[Sequence[Tensor]], tuple[Tensor, Sequence[Tensor]]]


def evaluation(body: Body, outside: Sequence[Any], ticket: Ticket | None) -> Evaluate:
    """The loss and its gradients as a function of the points."""

    def evaluate(at: Sequence[Tensor]) -> tuple[Tensor, Sequence[Tensor]]:
        values = [*at, *outside]
        loss, *gradients = body.run([values[int(name)] for name in body.names], ticket)
        return loss, gradients

    return evaluate


def checked(
    node: Probe, body: Body, points: Sequence[Tensor], outside: Sequence[Any], ticket: Ticket | None
) -> tuple[Tensor, ...]:
    """For each variable five parts: the largest difference, the index there, the gradient, the finite difference, and
    the slopes before and after, which differ at a bend alone.
    """
    evaluate = evaluation(body, [_double(each) for each in outside], ticket)
    at = [_double(each).clone() for each in points]
    loss, gradients = evaluate(at)
    found: list[Tensor] = []
    for number, (point, gradient) in enumerate(zip(at, gradients, strict=True)):

        def along(place: int, number: int = number) -> Callable[[float], float]:
            def moved(step: float) -> float:
                if ticket is not None and ticket.abandoned:
                    raise Abandoned
                other = at[number].reshape(-1).clone()
                other[place] += step
                return float(evaluate([*at[:number], other.reshape(at[number].shape), *at[number + 1 :]])[0])

            return moved

        found += _furthest(float(loss), point, gradient, along)
    return tuple(found)


def _furthest(
    loss: float, point: Tensor, gradient: Tensor, along: Callable[[int], Callable[[float], float]]
) -> list[Tensor]:
    """Where a gradient and central differences are furthest apart, in terms of what they say."""
    flat, slopes, count = point.reshape(-1), gradient.reshape(-1), point.numel()
    worst, told, sides = (-1, 0.0), (0, 0.0, 0.0), (0.0, 0.0)
    for place in range(0, count, max(count // MOST_CHECKED, 1)):
        step = APART * max(1.0, abs(float(flat[place])))
        moved, slope = along(place), float(slopes[place])
        over, under = moved(step), moved(-step)
        finite = (over - under) / (2 * step)
        bend = _bend(((loss - under) / step, (over - loss) / step), loss, moved, step / 8)
        apart = abs(finite - slope) / max(1.0, abs(finite))
        # What is no number is the worst of all; a gradient that is wrong says more than a bend.
        rank = 3 if apart != apart else 1 if bend else 2 if apart > AGREED else 0
        if (rank, apart) > worst:
            worst, told, sides = (rank, apart), (place, slope, finite), bend or (finite, finite)
        if rank == 3:
            break
    place, slope, finite = told
    index = [int(each) for each in torch.unravel_index(torch.tensor(place), point.shape)] if count else [0] * point.ndim
    return [
        torch.tensor(abs(finite - slope), dtype=torch.float64),
        torch.tensor(index, dtype=torch.int64),
        torch.tensor(slope, dtype=torch.float64),
        torch.tensor(finite, dtype=torch.float64),
        torch.tensor(sides, dtype=torch.float64),
    ]


def _bend(
    sides: tuple[float, float], loss: float, moved: Callable[[float], float], near: float
) -> tuple[float, float] | None:
    """The slopes before and after a point, where they differ, and do so nearer by too."""
    before, after = sides
    jump = abs(after - before)
    if not jump > BENT * max(1.0, abs(before), abs(after)):
        return None
    left, right = (loss - moved(-near)) / near, (moved(near) - loss) / near
    return sides if abs(right - left) > jump / 2 else None


def _double(value: Any) -> Any:
    if isinstance(value, Tensor) and value.is_complex():
        return value.to(torch.complex128)
    return value.double() if isinstance(value, Tensor) and value.is_floating_point() else value
