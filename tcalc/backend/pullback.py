"""Cotangents by torch's autograd, for operations that have no formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from tcalc.backend.loops import Body, Compile, Registers, Step
from tcalc.graph.graph import WHOLE, Branch, Graph, Node, Operation, Pullback, Repeat

#: torch's autograd.
ENGINE: Any = torch.autograd.Variable._execution_engine


def pullback_step(
    node: Pullback, register: int, inputs: list[int], mapped: bool, compile: Compile, tape: int | None = None
) -> Step:
    """The step of a pullback; `compile` makes a plan of its operation.

    torch.func nests, in itself and under vmap; plain autograd takes a third of its time, and serves where nothing else
    differentiates or maps. Where the operation's own step has left a `tape` in a register, that is played back.
    """
    takes = len(inputs) - len(node.parts)
    if tape is not None:
        place = tape

        def played(registers: Registers) -> None:
            results, at = registers[place]
            registers[place] = None
            registers[register] = _gradients(results, at, [registers[each] for each in inputs[takes:]])

        return played
    body = compile(node.body, True)
    pull = _transformed if mapped else _recorded

    def step(registers: Registers) -> None:
        operands = [registers[place] for place in inputs[:takes]]
        cotangents = [registers[place] for place in inputs[takes:]]
        registers[register] = pull(node, body, operands, cotangents)

    return step


def taped_step(node: Pullback, register: int, inputs: list[int], tape: int, compile: Compile) -> Step:
    """The step of the operation that a pullback goes back through, which is recorded for that."""
    body = compile(node.body, True)

    def step(registers: Registers) -> None:
        result, at = _run(node, body, [registers[place] for place in inputs])
        registers[tape] = _parts(node, result), at
        registers[register] = _detached(result)

    return step


def taped(graph: Graph) -> dict[int, Pullback]:
    """The operations that are run for themselves and by a pullback too, by their identity, with that pullback."""
    forward: dict[object, Node] = {}
    found: dict[int, Pullback] = {}
    if not any(isinstance(node, Pullback) for node in graph.nodes):
        return found
    for node in graph.nodes:
        if isinstance(node, Pullback):
            (inner,) = node.body.results
            assert isinstance(inner, Node)
            own = forward.get(_key(inner, node.inputs[: len(inner.inputs)]))
            if own is not None:
                found.setdefault(id(own), node)
        elif isinstance(node, Operation | Repeat | Branch) and not node.effect:
            forward[_key(node, node.inputs)] = node
    return found


def _key(node: Node, operands: Sequence[Node]) -> object:
    """What an operation on operands computes, whichever node says it."""
    what = (id(node.body), node.kind, node.axes) if isinstance(node, Repeat) else node.signature()
    return (node.__class__, what, tuple(map(id, operands)))


def _results(node: Pullback, body: Body, operands: list[Any], at: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The parts of the operation's result that have cotangents, at other values of the wanted operands."""
    operands = list(operands)
    for place, value in zip(node.wanted, at, strict=True):
        operands[place] = value
    return _parts(node, body.run([operands[int(name)] for name in body.names])[0])


def _parts(node: Pullback, result: Any) -> tuple[Tensor, ...]:
    return tuple([result if part == WHOLE else result[part] for part in node.parts])


def _run(node: Pullback, body: Body, operands: list[Any]) -> tuple[Any, list[Tensor]]:
    """The operation's result, recorded, and what it was recorded from."""
    at = [operands[place].detach().requires_grad_() for place in node.wanted]
    for place, value in zip(node.wanted, at, strict=True):
        operands[place] = value
    recording = torch.is_grad_enabled()
    torch._C._set_grad_enabled(True)
    try:
        return body.run([operands[int(name)] for name in body.names])[0], at
    finally:
        torch._C._set_grad_enabled(recording)


def _recorded(node: Pullback, body: Body, operands: list[Any], cotangents: list[Tensor]) -> tuple[Tensor, ...]:
    result, at = _run(node, body, operands)
    return _gradients(_parts(node, result), at, cotangents)


def _gradients(results: Sequence[Tensor], at: Sequence[Tensor], cotangents: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The cotangents of what some results were recorded from, for those of the results."""
    pairs = [(each, _like(g, each)) for each, g in zip(results, cotangents, strict=True) if each.requires_grad]
    if not pairs:
        return tuple([torch.zeros_like(each) for each in at])
    ends, given = tuple([each for each, _ in pairs]), tuple([g for _, g in pairs])
    # what `torch.autograd.grad` calls when it has looked at its arguments, which takes longer than a small backward
    found = ENGINE.run_backward(ends, given, False, False, tuple(at), allow_unreachable=True, accumulate_grad=False)
    ends_at = zip(found, at, strict=True)
    return tuple([torch.zeros_like(leaf) if each is None else _stored(each) for each, leaf in ends_at])


def _detached(result: Any) -> Any:
    """A result as it would have been without being recorded."""
    if isinstance(result, tuple):
        return tuple([_detached(each) for each in result])
    return result.detach() if isinstance(result, Tensor) else result


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
