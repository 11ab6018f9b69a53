"""Derivatives through what no signature describes: an index, an update, an einsum, a choice, a loop.

Against torch's autograd of the same written in Python, first and second, and forward mode by the product with a vector.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
import torch

from tests.library.calls import Road
from tests.library.finite import DRAWS, SEED, dot
from tests.library.numbers_made import made, some_shape
from tests.library.test_special_rows import Index, equation, repeated

TURNS, KINDS = range(12 * DRAWS), (torch.float64, torch.float64, torch.float32, torch.complex128)


@pytest.fixture(scope="module")
def road() -> Road:
    return Road()


def derived(
    function: Callable[[torch.Tensor], torch.Tensor], at: torch.Tensor, cotangent: torch.Tensor
) -> torch.Tensor:
    """torch's derivative."""
    leaf = at.clone().requires_grad_()
    with torch.enable_grad():
        return torch.autograd.grad(function(leaf), leaf, cotangent, allow_unused=True, materialize_grads=True)[0]


def compared(road: Road, text: str, by: str, want: torch.Tensor, cotangent: torch.Tensor, random: Random) -> None:
    """A derivative, and forward mode with it: <v, J u> is <vjp(v), u>."""
    along = made(random, tuple(want.shape), want.dtype)
    road.bind({"v": cotangent, "u": along})
    got = road.run(f"vjp[{by}]({text}, v)")
    assert got.dtype is want.dtype and got.shape == want.shape, text
    assert torch.allclose(got, want, rtol=1e-5, atol=1e-5), (text, got, want)
    pushed = road.run(f"jvp[{by}]({text}, u)")
    one, other = dot(pushed, cotangent), dot(got, along)
    assert abs(one - other) <= 1e-5 * (1 + abs(one) + float(along.abs().sum()) * float(cotangent.abs().sum())), text


@pytest.mark.parametrize("turn", TURNS)
def test_an_index(road: Road, turn: int) -> None:
    random = Random(f"index {turn} {SEED}")
    x = made(random, some_shape(random), KINDS[turn % len(KINDS)])
    index = Index(random, tuple(x.shape))
    cotangent = made(random, tuple(x[index.torchs].shape), x.dtype)
    road.bind({"x": x, **index.tensors})
    want = derived(lambda x: x[index.torchs], x, cotangent)
    compared(road, f"x[{index.text}]", "x", want, cotangent, random)


@pytest.mark.parametrize("turn", TURNS)
def test_an_update(road: Road, turn: int) -> None:
    """By the old whole and by the new part, which broadcasts to its place."""
    random = Random(f"update {turn} {SEED}")
    x = made(random, some_shape(random), KINDS[turn % len(KINDS)])
    index = Index(random, tuple(x.shape))
    part = tuple(x[index.torchs].shape)
    value = made(random, part[random.randint(0, len(part)) :] if not repeated(index) else (), x.dtype)
    cotangent = made(random, tuple(x.shape), x.dtype)
    road.bind({"x": x, "p": value, **index.tensors})
    road.run(f"y = x * 2\ny[{index.text}] = p * 3\nsum(y)")

    def updated(x: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        whole = x * 2
        whole[index.torchs] = value * 3
        return whole

    compared(road, "y", "x", derived(lambda at: updated(at, value), x, cotangent), cotangent, random)
    compared(road, "y", "p", derived(lambda at: updated(x, at), value, cotangent), cotangent, random)


@pytest.mark.parametrize("turn", TURNS)
def test_an_einsum(road: Road, turn: int) -> None:
    random = Random(f"einsum {turn} {SEED}")
    text, shapes = equation(random)
    tensors = {f"x{i}": made(random, shape, KINDS[turn % len(KINDS)]) for i, shape in enumerate(shapes)}
    by = random.choice(sorted(tensors))

    def contracted(at: torch.Tensor) -> torch.Tensor:
        return torch.einsum(text, *[at if name == by else each for name, each in tensors.items()])

    cotangent = made(random, tuple(contracted(tensors[by]).shape), tensors[by].dtype)
    road.bind(tensors)
    want = derived(contracted, tensors[by], cotangent)
    compared(road, f'"{text}"({", ".join(tensors)})', by, want, cotangent, random)


#: An expression of x, and the same of torch's.
BLOCKS: list[tuple[str, Callable[[torch.Tensor], torch.Tensor]]] = [
    ("x * 3 if sum(x) > 0 else sin(x)", lambda x: x * 3 if x.sum() > 0 else torch.sin(x)),
    ("fold((s, e) -> s * 0.5 + sin(e), zeros(3), x)", lambda x: torch.sin(x[0]) / 2 + torch.sin(x[1])),
    ("iterate(s -> s * s - x, x, 2)", lambda x: (x * x - x) ** 2 - x),
    ("scan((s, e) -> (s + e, s * e), x[0], x)[1]", lambda x: torch.stack([x[0] * x[0], (x[0] + x[0]) * x[1]])),
    ("vmap(e -> norm(e)^2 * e)(x)", lambda x: (x * x).sum(1, keepdim=True) * x),
    ("vmap(e -> grad[e](sum(e^3)))(x)", lambda x: 3 * x**2),
    ("let y = x * x in y * sum(y)", lambda x: x * x * (x * x).sum()),
    ("softmax[-1](x @ x.T) @ x", lambda x: torch.softmax(x @ x.T, -1) @ x),
]


@pytest.mark.parametrize(("text", "function"), BLOCKS)
@pytest.mark.parametrize("sign", [1, -1])
def test_blocks(road: Road, text: str, function: Callable[[torch.Tensor], torch.Tensor], sign: int) -> None:
    """First derivatives, and second: the gradient of the sum of squares, by the gradient's own sum of squares."""
    random = Random(text)
    x = sign * made(random, (2, 3), torch.float64).abs()
    road.bind({"x": x})
    cotangent = made(random, tuple(function(x).shape), torch.float64)
    compared(road, text, "x", derived(function, x, cotangent), cotangent, random)
    leaf = x.clone().requires_grad_()
    with torch.enable_grad():
        (first,) = torch.autograd.grad((function(leaf) ** 2).sum(), leaf, create_graph=True)
        (want,) = torch.autograd.grad((first**2).sum(), leaf)
    got = road.run(f"grad[x](sum(grad[x](sum(({text})^2))^2))")
    assert torch.allclose(got, want, rtol=1e-8), (text, got, want)
