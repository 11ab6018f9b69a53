"""Cotangents by torch's autograd, for operations that have no formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from tcalc.backend.loops import Body, Compile, Registers, Step
from tcalc.graph.graph import WHOLE, Pullback


def pullback_step(node: Pullback, register: int, inputs: list[int], mapped: bool, compile: Compile) -> Step:
    """The step of a pullback; `compile` makes a plan of its operation.

    torch.func nests, in itself and under vmap; plain autograd takes a third of its time, and serves where nothing else
    differentiates or maps.
    """
    body = compile(node.body, True)
    takes = len(inputs) - len(node.parts)
    pull = _transformed if mapped else _recorded

    def step(registers: Registers) -> None:
        operands = [registers[place] for place in inputs[:takes]]
        cotangents = [registers[place] for place in inputs[takes:]]
        registers[register] = pull(node, body, operands, cotangents)

    return step


def _results(node: Pullback, body: Body, operands: list[Any], at: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The parts of the operation's result that have cotangents, at other values of the wanted operands."""
    operands = list(operands)
    for place, value in zip(node.wanted, at, strict=True):
        operands[place] = value
    result = body.run([operands[int(name)] for name in body.names])[0]
    return tuple([result if part == WHOLE else result[part] for part in node.parts])


def _recorded(node: Pullback, body: Body, operands: list[Any], cotangents: list[Tensor]) -> tuple[Tensor, ...]:
    with torch.enable_grad():
        at = [operands[place].detach().requires_grad_() for place in node.wanted]
        results = _results(node, body, operands, at)
        pairs = [(each, _like(g, each)) for each, g in zip(results, cotangents, strict=True) if each.requires_grad]
        if not pairs:
            return tuple([torch.zeros_like(each) for each in at])
        ends, given = [each for each, _ in pairs], [g for _, g in pairs]
        found = torch.autograd.grad(ends, at, given, allow_unused=True, materialize_grads=True)
    return tuple([_stored(each) for each in found])


def _transformed(node: Pullback, body: Body, operands: list[Any], cotangents: list[Tensor]) -> tuple[Tensor, ...]:
    def smooth(*at: Tensor) -> tuple[Tensor, ...]:
        return tuple([each for each in _results(node, body, operands, at) if _is_smooth(each)])

    at = [operands[place] for place in node.wanted]
    results, pull = _vjp(smooth, *at)
    every = _results(node, body, operands, at) if len(results) != len(cotangents) else results
    given = [g for each, g in zip(every, cotangents, strict=True) if _is_smooth(each)]
    if not given:
        return tuple([torch.zeros_like(each) for each in at])
    found: tuple[Tensor, ...] = pull(tuple([_like(g, each) for g, each in zip(given, results, strict=True)]))
    return tuple([_stored(each) for each in found])


def _vjp(function: Callable[..., tuple[Tensor, ...]], *at: Tensor) -> tuple[tuple[Tensor, ...], Callable[..., Any]]:
    found = torch.func.vjp(function, *at)
    return found[0], found[1]


def _stored(cotangent: Tensor) -> Tensor:
    """A tensor with numbers of its own: torch may answer with zeros that are nowhere."""
    return torch.zeros_like(cotangent) if cotangent._is_zerotensor() else cotangent


def _is_smooth(result: Tensor) -> bool:
    return result.is_floating_point() or result.is_complex()


def _like(cotangent: Tensor, result: Tensor) -> Tensor:
    """A cotangent in the dtype of what it is of: of a loop that torch promotes on the way, that is known only now."""
    return cotangent.to(result.dtype)
