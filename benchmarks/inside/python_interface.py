"""`tcalc.evaluate` and a compiled expression, again and again, beside the torch calls that they stand for.

Prints a line for each: what, tcalc's and torch's median seconds, separated by tabs.
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

Maths = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

CASES: list[tuple[str, Maths]] = [
    ("A @ x", lambda A, x: A @ x),
    ("softmax[-1](A * x)", lambda A, x: functional.softmax(A * x, -1)),
]


def medians(call: Callable[[], torch.Tensor], direct: Callable[[], torch.Tensor], turns: int) -> tuple[float, float]:
    """The median seconds of tcalc and of torch, in turn."""
    mine: list[int] = []
    theirs: list[int] = []
    for turn in range(turns):
        begin = time.perf_counter_ns()
        got = call()
        middle = time.perf_counter_ns()
        want = direct()
        end = time.perf_counter_ns()
        if turn >= turns // 10:
            mine.append(middle - begin)
            theirs.append(end - middle)
    assert torch.allclose(got, want)
    return statistics.median(mine) / 1e9, statistics.median(theirs) / 1e9


if __name__ == "__main__":
    assert (tcalc.__file__ or "").startswith(sys.prefix), "this measures the installed wheel"
    gc.disable()
    torch.set_num_threads(1)
    turns = 300 if "--quick" in sys.argv else 3000
    A, x = torch.arange(64.0).reshape(8, 8) / 64, torch.arange(8.0)
    session = tcalc.Session()
    session.bind("A", A)
    session.bind("x", x)
    for text, maths in CASES:
        formula = session.compile(text)
        for what, call in (
            (f"`evaluate`, again: `{text}`", lambda text=text: tcalc.evaluate(text, A=A, x=x)),
            (f"a compiled expression: `{text}`", formula),
        ):
            print(what, *medians(call, lambda maths=maths: maths(A, x), turns), sep="\t")
