"""Derivatives through `Session.compile` and `Session.run`, beside torch written by hand and beside torch's autograd.

Prints a line for each: what, tcalc's and torch's median seconds, what it is beside, separated by tabs.
"""

from __future__ import annotations

import functools
import gc
import statistics
import sys
import time
from collections.abc import Callable

import torch
from torch.nn import functional

import tcalc

Tensors = dict[str, torch.Tensor]
Maths = Callable[[Tensors], torch.Tensor]

HAND, AUTOGRAD, LOOP = "by hand", "`autograd.grad`", "a loop of `autograd.grad`"


def least_squares(t: Tensors) -> torch.Tensor:
    return 2 * (t["A"].T @ (t["A"] @ t["x"] - t["b"]))


def cross_entropy(t: Tensors) -> torch.Tensor:
    rows = functional.softmax(t["Z"], 1)
    rows[torch.arange(len(rows)), t["t"]] -= 1
    return rows / len(rows)


def recurrent(t: Tensors) -> torch.Tensor:
    h = torch.tensor(1.0)
    for v in t["x"]:
        h = torch.tanh(h * v + h)
    return h


def autograd(loss: Maths, by: str = "x") -> Maths:
    """The gradient of a scalar as torch's tape finds it."""

    def gradient(t: Tensors) -> torch.Tensor:
        with torch.enable_grad():
            leaf = t[by].detach().requires_grad_()
            (found,) = torch.autograd.grad(loss({**t, by: leaf}), leaf)
        return found

    return gradient


def row_by_row(function: Maths) -> Maths:
    """A Jacobian as one writes it without torch.func: a gradient for each row."""

    def jacobian(t: Tensors) -> torch.Tensor:
        with torch.enable_grad():
            leaf = t["x"].detach().requires_grad_()
            result = function({**t, "x": leaf})
            return torch.stack([torch.autograd.grad(each, leaf, retain_graph=True)[0] for each in result])

    return jacobian


def gradient_first(loss: Maths) -> Maths:
    """The gradient, such that it can be differentiated again."""

    def gradient(t: Tensors) -> torch.Tensor:
        return torch.autograd.grad(loss(t), t["x"], create_graph=True)[0]

    return gradient


def square(n: int) -> Tensors:
    draw = torch.Generator().manual_seed(n)
    shapes = {"A": (n, n), "B": (n, n), "W": (n, n), "X": (n, n), "x": (n,), "b": (n,), "Z": (n, 10)}
    found = {name: torch.randn(shape, generator=draw) / n**0.5 for name, shape in shapes.items()}
    return {**found, "t": torch.randint(10, (n,), generator=draw)}


#: What, at which sizes, the derivative, and the same in torch.
CASES: list[tuple[str, tuple[int, ...], Maths, str]] = [
    ("grad[x](norm(A @ x - b)^2)", (10, 100, 1000, 3000), least_squares, HAND),
    ("grad[x](x @ B @ x)", (10, 1000), lambda t: t["B"] @ t["x"] + t["B"].T @ t["x"], HAND),
    ("grad[X](trace(X.T @ B @ X))", (10, 300), lambda t: t["B"] @ t["X"] + t["B"].T @ t["X"], HAND),
    (
        "grad[x](-sum(b * log_softmax[0](x)))",
        (10, 1000),
        lambda t: t["b"].sum() * functional.softmax(t["x"], 0) - t["b"],
        HAND,
    ),
    ("grad[Z](cross_entropy(Z, t))", (32, 1000), cross_entropy, HAND),
    ("grad[x](sum(tanh(W @ x)^2))", (10, 1000), autograd(lambda t: (t["W"] @ t["x"]).tanh().pow(2).sum()), AUTOGRAD),
    (
        "grad[x](logsumexp[0](gelu(W @ x)))",
        (10, 1000),
        autograd(lambda t: functional.gelu(t["W"] @ t["x"]).logsumexp(0)),
        AUTOGRAD,
    ),
    ("grad[x](log(prod(1 + x / 100)))", (1000,), autograd(lambda t: (1 + t["x"] / 100).prod().log()), AUTOGRAD),
    (
        "grad[x](sum(cumprod[0](1 + x / 100)^2))",
        (1000,),
        autograd(lambda t: (1 + t["x"] / 100).cumprod(0).pow(2).sum()),
        AUTOGRAD,
    ),
    (
        "grad[X](sum(layer_norm(X, [100])^2 * B))",
        (100,),
        autograd(lambda t: (functional.layer_norm(t["X"], [100]).pow(2) * t["B"]).sum(), "X"),
        AUTOGRAD,
    ),
    ("grad[x](fold((h, v) -> tanh(h * v + h), 1., x))", (50,), autograd(recurrent), AUTOGRAD),
    ("jacobian[x](tanh(W @ x))", (300,), row_by_row(lambda t: (t["W"] @ t["x"]).tanh()), LOOP),
    (
        "hessian[x](logsumexp[0](W @ x))",
        (300,),
        row_by_row(gradient_first(lambda t: (t["W"] @ t["x"]).logsumexp(0))),
        LOOP,
    ),
]


def medians(mine: Callable[[], object], theirs: Callable[[], object], turns: int) -> tuple[float, float]:
    """The median seconds of each, in turn."""
    times: list[list[int]] = [[], []]
    for turn in range(turns):
        for call, own in zip((mine, theirs), times, strict=True):
            begin = time.perf_counter_ns()
            call()
            end = time.perf_counter_ns()
            if turn >= turns // 10:
                own.append(end - begin)
    return statistics.median(times[0]) / 1e9, statistics.median(times[1]) / 1e9


def main() -> None:
    """Measure every case at every size."""
    gc.disable()
    torch.set_num_threads(1)
    quick = "--quick" in sys.argv
    for text, sizes, maths, beside in CASES:
        for n in sizes:
            tensors = square(n)
            session = tcalc.Session()
            for name, value in tensors.items():
                session.bind(name, value)
            compiled = session.compile(text)
            torch.testing.assert_close(compiled(), maths(tensors), rtol=1e-3, atol=1e-5)
            begin = time.perf_counter()
            maths(tensors)
            once = max(time.perf_counter() - begin, 1e-5)
            turns = max(10, min(3000, int((0.5 if quick else 4.0) / once)))
            direct = functools.partial(maths, tensors)
            print(f"`{text}`, n = {n}", *medians(compiled, direct, turns), beside, sep="\t")


if __name__ == "__main__":
    assert (tcalc.__file__ or "").startswith(sys.prefix), "this measures the installed wheel"
    main()
