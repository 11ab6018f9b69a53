"""How long it takes to plan an expression of linear algebra: to rewrite its graph, once it is checked and lowered."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from itertools import pairwise

import tcalc
from tcalc.graph.graph import Graph
from tcalc.session import Session
from tcalc.source import Source
from tcalc.types.dtypes import F32
from tcalc.types.tensor import Axis, TensorType

#: Ten nodes, of A: n×m, B and C: m×n, P: n×k, v: k, b: n.
TEN = "norm(A @ B @ P @ v - b)"
#: Ten operations.
LARGER = "norm(A @ B @ P @ v - b)^2 + trace(A @ C) / 2"
#: The same with a product that two need, and that neither needs in the end.
SHARED = "norm(A @ B @ P @ v - b)^2 + trace(A @ B) / 2"
#: So many products are a long chain.
LONG = 50
Shapes = dict[str, tuple[int, ...]]


def ten(text: str = TEN) -> tuple[str, Shapes]:
    """An expression with sizes that were hardly ever seen before."""
    n, m, k = [random.randint(2, 3000) for _ in range(3)]
    return text, {"A": (n, m), "B": (m, n), "C": (m, n), "P": (n, k), "v": (k,), "b": (n,)}


def larger() -> tuple[str, Shapes]:
    """One of ten operations."""
    return ten(LARGER)


def shared() -> tuple[str, Shapes]:
    """The same with a product that occurs twice."""
    return ten(SHARED)


def chain() -> tuple[str, Shapes]:
    """A chain of products, of any sizes."""
    sizes = [random.randint(2, 3000) for _ in range(LONG + 2)]
    names = [f"M{place}" for place in range(LONG + 1)]
    return " @ ".join(names), dict(zip(names, pairwise(sizes), strict=True))


def lowered(session: Session, text: str, shapes: Shapes) -> Graph:
    """The graph of an expression as it is written."""
    for name, shape in shapes.items():
        session.bind(name, TensorType(F32, tuple([Axis(size) for size in shape])))
    return session._looking.lowered(Source(text))[1]


def planned(turns: int) -> Iterator[tuple[str, float, str, float]]:
    """What, the median seconds, and a goal with the most that they may be; none where they only inform."""
    cases = [
        (f"`{TEN}`", ten, "≤ 200 µs", 200e-6),
        (f"`{LARGER}`", larger, "", 0.0),
        (f"`{SHARED}`", shared, "", 0.0),
        (f"a chain of {LONG} products", chain, "≤ 5 ms", 5e-3),
    ]
    for what, drawn, goal, most in cases:
        session = tcalc.Session()._inside
        first, again = [], []
        for _ in range(turns):
            text, shapes = drawn()
            for times in (first, again):
                graph = lowered(session, text, shapes)
                begin = time.perf_counter_ns()
                session._preparing.rewritten(graph)
                times.append((time.perf_counter_ns() - begin) / 1e9)
        yield f"planning {what}, sizes never seen", statistics.median(first), goal, most
        yield "the same sizes once more", statistics.median(again), "", 0
