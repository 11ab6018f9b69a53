"""One text through Session.run, again and again with other values, beside the torch calls that it stands for.

Prints a line for each expression: the text, tcalc's and torch's median seconds, separated by tabs.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable

import torch
from torch.nn import functional

import tcalc
from tcalc.outcomes import Shown
from tcalc.session import Session
from tcalc.source import Source

CASES: list[tuple[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]]] = [
    ("A @ x", lambda A, x: A @ x),
    ("sum((A @ x)^2) + 1", lambda A, x: torch.sum((A @ x) ** 2) + 1),
    ("softmax[-1](A * x)", lambda A, x: functional.softmax(A * x, -1)),
    ("exp(-(x - 1)^2 / 2)", lambda A, x: torch.exp(-((x - 1) ** 2) / 2)),
    ("grad[x](norm(A @ x - 1)^2)", lambda A, x: 2 * (A.T @ (A @ x - 1))),
    ('"ij,j->i"(A, x)', lambda A, x: torch.einsum("ij,j->i", A, x)),
]


def medians(text: str, direct: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], turns: int) -> tuple[float, float]:
    """The median seconds of tcalc and of torch, in turn; x has another value at each of them."""
    session = Session()
    start = Source("A = arange(64.).reshape(8, 8) / 64\nx = arange(8.)\n")
    for _ in session.run(start):
        pass
    A, x = torch.arange(64.0).reshape(8, 8) / 64, torch.arange(8.0)
    mine: list[int] = []
    theirs: list[int] = []
    shown = []
    for turn in range(turns):
        x = x + 0.25
        session.bindings["x"].value = x
        begin = time.perf_counter_ns()
        shown = list(session.run(Source(text)))
        middle = time.perf_counter_ns()
        result = direct(A, x)
        end = time.perf_counter_ns()
        if turn >= turns // 10:
            mine.append(middle - begin)
            theirs.append(end - middle)
    (last,) = shown
    value = session.bindings["_"].value
    assert isinstance(last, Shown) and torch.allclose(value, result), (text, value, result)
    return statistics.median(mine) / 1e9, statistics.median(theirs) / 1e9


if __name__ == "__main__":
    assert tcalc.__file__.startswith(sys.prefix), "this measures the installed wheel"
    gc.disable()
    torch.set_num_threads(1)
    for text, direct in CASES:
        print(text, *medians(text, direct, 300 if "--quick" in sys.argv else 3000), sep="\t")
