"""How tcalc and others do with the expressions of linear algebra, over torch by hand: `make bench-peers`.

Each is measured in a process of its own, `algebra_peers.py PEER`, because their pools of threads disturb each other.
One that does not work here is left out, and a line says why. `--quick` takes smaller matrices.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import torch
from algebra_cases import PRODUCTS, Case, Tensors, draw
from algebra_timing import assert_same, compiled, fastest, named_in

Call = Callable[[], Any]


def by_hand(case: Case, tensors: Tensors, n: int) -> Call:
    return partial(case.hand, SimpleNamespace(n=n, **tensors))


def by_tcalc(case: Case, tensors: Tensors, n: int) -> Call:
    return compiled(case.text, tensors, n)


def by_torch(case: Case, tensors: Tensors, n: int) -> Call:
    return partial(case.written, torch, SimpleNamespace(n=n, **tensors))


def by_torch_compile(case: Case, tensors: Tensors, n: int) -> Call:
    torch._dynamo.reset()
    return torch.compile(by_torch(case, tensors, n))


def by_jax(case: Case, tensors: Tensors, n: int) -> Call:
    """Its arrays do not change, and so are the same at each run; it keeps no results."""
    import jax  # type: ignore[import-not-found]  # it need not be there

    arrays = {name: jax.numpy.asarray(value.numpy()) for name, value in tensors.items()}
    run = jax.jit(lambda given: case.written(jax.numpy, SimpleNamespace(n=n, **given)))
    return lambda: jax.block_until_ready(run(arrays))


def by_numpy(case: Case, tensors: Tensors, n: int) -> Call:
    import numpy

    arrays = {name: value.numpy() for name, value in tensors.items()}
    return partial(case.written, numpy, SimpleNamespace(n=n, **arrays))


PEERS: dict[str, Callable[[Case, Tensors, int], Call]] = {
    "by hand": by_hand,
    "tcalc": by_tcalc,
    "torch": by_torch,
    "torch.compile": by_torch_compile,
    "jax.jit": by_jax,
    "numpy": by_numpy,
}


def as_torch(value: Any) -> Any:
    """A result, of whoever it is, as tensors."""
    if isinstance(value, tuple):
        return tuple([as_torch(each) for each in value])
    return torch.as_tensor(value if isinstance(value, torch.Tensor) else value.tolist())


def measured(peer: str, n: int, seconds: float) -> Iterator[float]:
    """The seconds that a peer takes for each expression; nan where it does not work."""
    drawn = draw(n)
    for case in PRODUCTS:
        tensors = named_in(case.text, drawn)
        try:
            call = PEERS[peer](case, tensors, n)
            result = as_torch(call())
        except Exception as fault:  # whatever keeps a peer from it
            print(f"{peer}: `{case.text}`: {type(fault).__name__}: {str(fault).strip()[:200]!r}", file=sys.stderr)
            yield float("nan")
            continue
        assert_same(result, by_hand(case, tensors, n)())
        (took,) = fastest([call], tensors.values(), seconds)
        yield took


def table(arguments: list[str]) -> None:
    """Print what all of them took over the hand's time."""
    columns: dict[str, list[float]] = {}
    for peer in PEERS:
        command = [sys.executable, __file__, peer, *arguments]
        done = subprocess.run(command, text=True, capture_output=True)
        times = [float(line) for line in done.stdout.split()]
        said = done.stderr.splitlines()
        told = [line for line in said if line.startswith(f"{peer}: ")]
        if done.returncode or len(told) == len(PRODUCTS):
            print(f"{peer} is left out: {(told[:1] or said[-1:])[0]}", file=sys.stderr)
        else:
            columns[peer] = times
            print("\n".join([*told, ""]), end="", file=sys.stderr)
    hand = columns.pop("by hand")
    print(f"| expression | {' | '.join(columns)} |", f"| --- |{' --- |' * len(columns)}", sep="\n")
    for place, case in enumerate(PRODUCTS):
        ratios = [f"{times[place] / hand[place]:.3g}" if times[place] > 0 else "" for times in columns.values()]
        print(f"| `{case.text}`{f', {case.note}' if case.note else ''} | {' | '.join(ratios)} |")


if __name__ == "__main__":
    quick = "--quick" in sys.argv
    chosen = [each for each in sys.argv[1:] if each in PEERS]
    if not chosen:
        table(["--quick"] if quick else [])
    else:
        gc.disable()
        for each in measured(chosen[0], *((300, 0.1) if quick else (1500, 1.0))):
            print(each, flush=True)
        sys.stdout.flush()
        os._exit(0)  # what a peer has started need not be run down
