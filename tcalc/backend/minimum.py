"""`minimize`: the point at which a scalar is least, by torch's optimizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from tcalc.backend.differences import evaluation
from tcalc.backend.loops import Body
from tcalc.errors import TcalcError, counted
from tcalc.graph.graph import Probe
from tcalc.interrupt import Abandoned, Minimum, Ticket, Turns

#: Where no part of the gradient is greater than this, a minimum is found.
FLAT_ENOUGH = 1e-7


def minimized(
    node: Probe, body: Body, points: Sequence[Tensor], outside: Sequence[Any], ticket: Ticket | None
) -> tuple[Tensor, ...]:
    """Where the loss is least, from `points` on. Raises TcalcError where the loss is nan, or falls without end.

    How it went is told to the ticket.
    """
    evaluate = evaluation(body, outside, ticket)
    at = [point.detach().clone() for point in points]
    method, steps = str(node.options["method"]), int(str(node.options["steps"]))
    moving = [each for each in at if each.numel()]
    turns = Turns(node.kind, steps)
    told = ticket is not None and ticket.turns is None
    if ticket is not None and told:
        ticket.turns = turns

    searching = method == "lbfgs"

    def looked() -> Tensor:
        """The loss at hand; its gradient goes where optimizers look for it."""
        if ticket is not None and ticket.abandoned:
            raise Abandoned
        loss, gradients = evaluate(at)
        _refuse_lost(node, loss, gradients, turns.done, tried=searching)
        for each, gradient in zip(at, gradients, strict=True):
            each.grad = gradient.to(each.dtype).contiguous()
        return loss

    if not moving:
        turns.done = 0
    elif method == "lbfgs":
        lbfgs = _lbfgs(node, moving, steps)

        def closure() -> float:
            turns.done = min(int(lbfgs.state[moving[0]].get("n_iter", 0)), steps)
            return float(looked())

        try:
            lbfgs.step(closure)
        except RuntimeError as error:
            if "overflow" not in str(error):
                raise
            fault = f"the loss falls without end: a step is too long for a number after {counted(turns.done, 'step')}"
            raise TcalcError("value", fault, node.span) from None
        searching = False
        turns.done = int(lbfgs.state[moving[0]].get("n_iter", 0))
    else:
        optimizer = _first_order(method, node, moving)
        while turns.done < steps:
            looked()
            if _is_flat(moving):
                break
            optimizer.step()
            turns.done += 1
    loss = looked()
    if ticket is not None:
        if told:
            ticket.turns = None
        squares = sum([float(each.grad.abs().double().square().sum()) for each in moving if each.grad is not None])
        ticket.minima.append(Minimum(node.span, method, turns.done, float(loss), squares**0.5, turns.done >= steps))
    for each in at:
        each.grad = None
    return tuple(at)


def _refuse_lost(node: Probe, loss: Tensor, gradients: Sequence[Tensor], done: int, tried: bool) -> None:
    """An error where there is nowhere to go from: the step is named.

    Where a place is only tried, along the line of a step, the step may still become shorter.
    """
    when = f"after {counted(done, 'step')}" if done else "at the start"
    if bool(loss.isnan()):
        raise TcalcError("value", f"the loss is nan {when}", node.span)
    if bool(loss == -torch.inf):
        raise TcalcError("value", f"the loss has no minimum: it is -inf {when}", node.span)
    if tried and done:
        return
    if bool(loss.isinf()):
        raise TcalcError("value", f"the loss is inf {when}; a smaller lr takes smaller steps", node.span)
    if any(bool(each.isnan().any()) for each in gradients):
        raise TcalcError("value", f"the gradient is nan {when}", node.span)


def _is_flat(at: Sequence[Tensor]) -> bool:
    return all(bool((each.grad.abs() <= FLAT_ENOUGH).all()) for each in at if each.grad is not None)


def _lbfgs(node: Probe, at: list[Tensor], steps: int) -> Any:
    return torch.optim.LBFGS(
        at,
        lr=float(str(node.options["lr"] or 1)),
        max_iter=steps,
        max_eval=25 * steps,
        tolerance_grad=FLAT_ENOUGH,
        tolerance_change=0,
        history_size=int(str(node.options.get("history_size", 10))),
        line_search_fn="strong_wolfe",
    )


def _first_order(method: str, node: Probe, at: list[Tensor]) -> torch.optim.Optimizer:
    """An optimizer under torch's own names for its options."""
    given: dict[str, Any] = {name: value for name, value in node.options.items() if name not in ("method", "steps")}
    rate = given.pop("lr")
    if method == "adam":
        return torch.optim.Adam(at, lr=float(rate or 0.05), **given)
    return torch.optim.SGD(at, lr=float(rate or 0.01), **given)
