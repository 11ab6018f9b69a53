"""What an element-wise expression takes of memory beyond its operands: `algebra_memory.py tcalc|torch TEXT COUNT`.

A process of its own, whose high-water mark of resident memory is set back before the run. Prints bytes. In
`algebra.py` the same expressions are timed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import torch
from algebra_timing import compiled, named_in

Tensors = dict[str, torch.Tensor]

#: Expressions of long vectors, and torch's own way.
ELEMENTWISE: dict[str, Callable[[Tensors], torch.Tensor]] = {
    "a * b + c * d": lambda t: t["a"] * t["b"] + t["c"] * t["d"],
    "exp(-(a - b)^2 / 2) * c": lambda t: torch.exp(-((t["a"] - t["b"]) ** 2) / 2) * t["c"],
}


def long_vectors(text: str, count: int) -> Tensors:
    """The operands of an expression."""
    return {name: torch.rand(count) for name in named_in(text, dict.fromkeys("abcd", torch.empty(0)))}


def status(field: str) -> int:
    """Bytes that the system counts for this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(field))


def beyond_operands(who: str, text: str, count: int) -> int:
    """The bytes at the highest, beyond those before the run; a run of few elements has loaded all there is to load."""
    for length in (100_000, count):
        operands = long_vectors(text, length)
        run = compiled(text, operands) if who == "tcalc" else lambda t=operands: ELEMENTWISE[text](t)
        if length == count:
            Path("/proc/self/clear_refs").write_text("5")
            before = status("VmRSS")
        result = run()
    assert len(result) == count
    return status("VmHWM") - before


if __name__ == "__main__":
    _, who, text, count = sys.argv
    print(beyond_operands(who, text, int(count)))
