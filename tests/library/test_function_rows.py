"""Functions on functions: loops against plain loops, derivatives by their types, on generated shapes and dtypes."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import torch

from tests.library.calls import TCALC, Road, told
from tests.library.numbers_made import EVERY, made, same, some_shape


@pytest.fixture(scope="module")
def road() -> Road:
    return Road()


# Loops

#: A function as text and as Python's, and the least rank of its arguments.
ONE: list[tuple[str, Callable[..., Any], int]] = [
    ("x -> x", lambda x: x, 0),
    ("x -> x * 2", lambda x: x * 2, 0),
    ("x -> (x, x == x)", lambda x: (x, x == x), 0),
    ("x -> x[None]", lambda x: x[None], 0),
    ("x -> sum(x)", lambda x: x.sum(), 0),
    ("sum[0]", lambda x: x.sum(0), 1),
    ("x -> x.flip(0)", lambda x: x.flip(0), 1),
    ("x -> stack([x, x])", lambda x: torch.stack([x, x]), 0),
    ("x -> f32(3)", lambda x: torch.tensor(3.0), 0),
]
TWO: list[tuple[str, Callable[..., Any]]] = [
    ("(x, y) -> x * y", lambda x, y: x * y),
    ("(x, y) -> x + sum(y)", lambda x, y: x + y.sum()),
    ("(x, y) -> (y, x)", lambda x, y: (y, x)),
]


def stacked(parts: list[Any]) -> Any:
    if isinstance(parts[0], tuple):
        return tuple([stacked([part[i] for part in parts]) for i in range(len(parts[0]))])
    return torch.stack(parts)


@pytest.mark.parametrize("dtype", EVERY, ids=str)
def test_vmap_is_a_loop(road: Road, dtype: torch.dtype) -> None:
    random = Random(f"vmap {dtype}")
    for text, function, rank in ONE:
        shape = (random.choice((1, 2, 3)), *[random.choice((0, 1, 2, 3)) for _ in range(random.randint(rank, 2))])
        axis = random.randrange(-len(shape), len(shape))
        x = made(random, shape, dtype).movedim(0, axis).contiguous()
        road.bind({"x": x})
        call = f"vmap[{axis}]({text})(x)" if axis else f"vmap({text})(x)"
        got = road.run(call)
        assert told(road.type_of(call), got) == "", call
        same(got, stacked([function(each) for each in x.unbind(axis)]), (call, shape))
        road.bind({"x": x[:0] if axis in (0, -len(shape)) else x.narrow(axis, 0, 0)})
        empty = road.run(call)
        for part in empty if isinstance(empty, tuple) else (empty,):
            assert part.shape[0] == 0
    for text, both in TWO:
        shape = (random.choice((1, 2, 3)), *some_shape(random, 2))
        x, y = made(random, shape, dtype), made(random, shape, dtype)
        road.bind({"x": x, "y": y})
        same(road.run(f"vmap({text})(x, y)"), stacked([both(*pair) for pair in zip(x, y, strict=True)]), (text, shape))


@pytest.mark.parametrize("dtype", EVERY, ids=str)
def test_scan_fold_and_iterate_are_loops(road: Road, dtype: torch.dtype) -> None:
    random = Random(f"loops {dtype}")
    for count in (0, 1, 3):
        shape = some_shape(random, 2)
        xs = made(random, (count, *shape), dtype)
        state = start = made(random, shape, dtype)
        outs = []
        road.bind({"s": start, "xs": xs})
        for x in xs:
            outs.append(state * x)
            state = state + x
        got = road.run("scan((s, x) -> (s + x, s * x), s, xs)")
        same(got, (state, torch.stack(outs) if outs else xs), (count, shape))
        same(road.run("fold((s, x) -> s + x, s, xs)"), state, (count, shape))
        pair = (start, start)
        for x in xs:
            pair = (pair[1], pair[0] + x)
        same(road.run("fold((s, x) -> (s[1], s[0] + x), (s, s), xs)"), pair, (count, shape))
        state = start
        for _ in range(count):
            state = state * state
        same(road.run(f"iterate(s -> s * s, s, {count})"), state, (count, shape))


# Derivatives: their types; their values are held where they are computed

#: An expression of x as text and as Python's, with the least rank of x.
SMOOTH: list[tuple[str, Callable[..., torch.Tensor], int]] = [
    ("sin(x)", torch.sin, 0),
    ("x * x", lambda x: x * x, 0),
    ("sum[0](x)", lambda x: x.sum(0), 1),
    ("x[None] + x", lambda x: x[None] + x, 0),
    ("flatten(x)", torch.flatten, 0),
    ("stack([x, 2 * x])", lambda x: torch.stack([x, 2 * x]), 0),
]
FLOATING = [torch.float64, torch.float32, torch.float16, torch.bfloat16]


@pytest.mark.parametrize("dtype", FLOATING, ids=str)
def test_derivatives_have_the_shapes_of_what_is_derived_by_what(road: Road, dtype: torch.dtype) -> None:
    random = Random(f"derivatives {dtype}")
    for text, function, rank in SMOOTH:
        for shape in ((2,) * rank, (0,) * max(rank, 1), (*some_shape(random, 2), *[3] * rank)):
            x = made(random, shape, dtype)
            value = function(x)
            road.bind({"x": x, "e": value, "v": torch.ones_like(value), "w": torch.ones_like(x)})
            jacobian = x.new_zeros((*value.shape, *x.shape))
            want = {
                f"grad[x](sum({text}))": x,
                f"grad(x -> sum({text}))(x)": x,
                f"grad[x]({text}, v)": x,
                f"jacobian[x]({text})": jacobian,
                f"jacobian(x -> {text})(x)": jacobian,
                f"hessian[x](sum({text}))": x.new_zeros((*x.shape, *x.shape)),
                f"vjp[x]({text}, v)": x,
                f"jvp[x]({text}, w)": value,
                f"minimize[x](sum({text}))": x,
            }
            for call, derivative in want.items():
                found = told(road.type_of(call), derivative)
                assert found == "", f"{call} where x: {TCALC[dtype]}{list(shape)}: {found}"
            assert str(road.type_of(f"gradcheck[x](sum({text}))")) == f"(f64, i64[{x.ndim}], f64, f64, f64[2])"


#: The rows that this file holds.
HOLDS = {"vmap", "scan", "fold", "iterate", "grad", "jacobian", "hessian", "vjp", "jvp", "minimize", "gradcheck"}
