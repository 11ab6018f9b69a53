"""A scalar function and its gradient at many points: minimizing, and checking derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from tcalc.backend.loops import Body, Compile, Registers, Step
from tcalc.errors import TcalcError, counted
from tcalc.graph.graph import Probe
from tcalc.interrupt import Abandoned, Ticket, Turns

#: How far the points of a central difference lie from the middle, for numbers near 1: the cube root of f64's precision.
APART = 6e-6
#: Not more numbers of a variable are checked than these, spread over all of them.
MOST_CHECKED = 2000
#: Where the gradient is as small as this, a minimum is found.
FLAT_ENOUGH = 1e-7

Evaluate = Callable[[Sequence[Tensor]], tuple[Tensor, Sequence[Tensor]]]


def probe_step(node: Probe, register: int, inputs: list[int], compile: Compile) -> Step:
    """The step of a probe; `compile` makes a plan of the function and its gradient."""
    body = compile(node.body, False)
    run = _minimized if node.kind == "minimize" else _checked

    def step(registers: Registers) -> None:
        values = [registers[place] for place in inputs]
        points, outside = values[: node.points], values[node.points :]
        registers[register] = run(node, body, points, outside, registers[-1])

    return step


def _evaluation(body: Body, outside: Sequence[Any], ticket: Ticket | None) -> Evaluate:
    def evaluate(at: Sequence[Tensor]) -> tuple[Tensor, Sequence[Tensor]]:
        values = [*at, *outside]
        loss, *gradients = body.run([values[int(name)] for name in body.names], ticket)
        return loss, gradients

    return evaluate


def _minimized(
    node: Probe, body: Body, points: Sequence[Tensor], outside: Sequence[Any], ticket: Ticket | None
) -> tuple[Tensor, ...]:
    evaluate = _evaluation(body, outside, ticket)
    at = [point.detach().clone() for point in points]
    by_lbfgs, steps = node.options["method"] == "lbfgs", int(str(node.options["steps"]))
    optimizer = _lbfgs(node, at, steps) if by_lbfgs else _first_order(node, at)
    turns = Turns(node.kind, steps)
    told = ticket is not None and ticket.turns is None
    if ticket is not None and told:
        ticket.turns = turns

    def closure() -> Any:
        if ticket is not None and ticket.abandoned:
            raise Abandoned
        if by_lbfgs:
            turns.done = min(int(optimizer.state[at[0]].get("n_iter", 0)), steps)
        loss, gradients = evaluate(at)
        if bool(loss.isnan()):
            when = f"after {counted(turns.done, 'step')}" if turns.done else "at the start"
            raise TcalcError("value", f"the loss is nan {when}", node.span)
        for each, gradient in zip(at, gradients, strict=True):
            each.grad = gradient.to(each.dtype).contiguous()
        return loss

    if by_lbfgs:
        optimizer.step(closure)
    else:
        for done in range(steps):
            turns.done = done
            optimizer.step(closure)
            if all(bool((each.grad.abs() < FLAT_ENOUGH).all()) for each in at if each.grad is not None):
                break
    if ticket is not None and told:
        ticket.turns = None
    return tuple(at)


def _lbfgs(node: Probe, at: list[Tensor], steps: int) -> Any:
    return torch.optim.LBFGS(
        at,
        lr=float(str(node.options["lr"] or 1)),
        max_iter=steps,
        max_eval=25 * steps,
        tolerance_grad=FLAT_ENOUGH,
        tolerance_change=0,
        history_size=10,
        line_search_fn="strong_wolfe",
    )


def _first_order(node: Probe, at: list[Tensor]) -> Any:
    lr = node.options["lr"]
    if node.options["method"] == "adam":
        return torch.optim.Adam(at, lr=float(str(lr or 0.05)))
    return torch.optim.SGD(at, lr=float(str(lr or 0.01)))


def _checked(
    node: Probe, body: Body, points: Sequence[Tensor], outside: Sequence[Any], ticket: Ticket | None
) -> tuple[Tensor, ...]:
    """The largest difference between a gradient and central differences, in f64."""
    evaluate = _evaluation(body, [_double(each) for each in outside], ticket)
    at = [_double(each).clone() for each in points]
    _, gradients = evaluate(at)
    found: list[Tensor] = []
    for number, gradient in enumerate(gradients):
        flat = at[number].reshape(-1)
        count = flat.numel()
        worst = 0.0
        for place in range(0, count, max(count // MOST_CHECKED, 1)):
            if ticket is not None and ticket.abandoned:
                raise Abandoned
            step = APART * max(1.0, abs(float(flat[place])))
            differences = []
            for sign in (1, -1):
                moved = flat.clone()
                moved[place] += sign * step
                differences.append(
                    float(evaluate([*at[:number], moved.reshape(at[number].shape), *at[number + 1 :]])[0])
                )
            slope = (differences[0] - differences[1]) / (2 * step)
            worst = max(worst, abs(slope - float(gradient.reshape(-1)[place])))
        found.append(torch.tensor(worst, dtype=torch.float64))
    return tuple(found)


def _double(value: Any) -> Any:
    return value.double() if isinstance(value, Tensor) and value.is_floating_point() else value
