"""What generated arguments need to know beyond a signature: the numbers, matrices and sizes that a function is of."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random
from typing import Any

Shape = Sequence[Any]
Choice = Callable[[Random, Shape], Any]


def some(random: Random, items: Sequence[int]) -> list[int]:
    """Some of them, in any order."""
    return random.sample(items, random.randint(0, len(items)))


def signed(random: Random, axes: Sequence[int], rank: int) -> tuple[int, ...]:
    """The same axes, some counted from the end."""
    return tuple(axis - rank if random.random() < 0.3 else axis for axis in axes)


def regrouped(random: Random, shape: Shape) -> tuple[int, ...]:
    """Another shape of as many elements, with a -1 now and then."""
    sizes = random.sample(list(shape), len(shape))
    if len(sizes) > 1 and random.random() < 0.5:
        sizes[:2] = [sizes[0] * sizes[1]]
    if random.random() < 0.3:
        sizes.insert(random.randint(0, len(sizes)), 1)
    if sizes and random.random() < 0.3 and math.prod(sizes):
        sizes[random.randrange(len(sizes))] = -1
    return tuple(sizes)


def grown(random: Random, shape: Shape) -> tuple[int, ...]:
    """A shape that this one broadcasts to."""
    front = [random.choice((0, 1, 2)) for _ in range(random.randint(0, 2))]
    return (*front, *[random.choice((1, 2, 3)) if size == 1 else size for size in shape])


def split_up(random: Random, shape: Shape) -> Any:
    """Sizes of parts of the last axis, or one for all."""
    size = shape[-1] if shape else 0
    first = random.randint(0, size)
    return random.choice((1, 2, first, (first, size - first), (size,)))


def factors(random: Random, shape: Shape) -> tuple[int, ...]:
    """Sizes that the last axis is made of, more or less."""
    size = shape[-1] if shape else 0
    found = [n for n in (1, 2, 3) if size % n == 0]
    one = random.choice(found)
    return random.choice(((one, size // one), (-1, one), (one, -1), (size,), (2, 2)))


def around(random: Random, shape: Shape) -> tuple[int, ...]:
    """Pairs of sizes to pad with."""
    pairs = random.choice((1, 1, len(shape) - 2, len(shape) - 1, len(shape)))
    return tuple(random.choice((-1, 0, 1, 1, 2)) for _ in range(2 * max(pairs, 0)))


def paired_axes(random: Random, shape: Shape) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """As many axes of the one as of the other."""
    count = random.randint(0, min(len(shape), 2))
    return tuple(random.sample(range(len(shape)), count)), tuple(range(count))


def shapes(random: Random, row: str) -> list[list[int]]:
    """Shapes of the tensors that a function on sequences puts together, now and then such as do not fit."""
    count = random.randint(1, 4)
    if row == "multi_dot":
        sizes = [random.choice((0, 1, 2, 3)) for _ in range(count + 2)]
        chain = [list(pair) for pair in pairwise(sizes)]
        ends = (
            chain[0][1:] if random.random() < 0.3 else chain[0],
            chain[-1][:1] if random.random() < 0.3 else chain[-1],
        )
        return [ends[0], *chain[1:-1], ends[1]] if count else chain
    if row in ("meshgrid", "cartesian_prod", "block_diag"):
        most = 2 if row == "block_diag" else 1
        return [[random.choice((0, 1, 2)) for _ in range(random.randint(0, most))] for _ in range(count)]
    base = [random.choice((1, 2, 3)) for _ in range(random.choice((0, 1, 1, 2, 2, 3)))]
    along = {"hstack": 1, "vstack": 0, "dstack": 2, "column_stack": 1, "cat": -1}.get(row)
    found = [list(base) for _ in range(count)]
    for shape in found:
        if shape and along is not None and random.random() < 0.7:
            shape[min(along, len(shape) - 1)] = random.choice((1, 2, 4))
        if shape and random.random() < 0.1:
            shape[0] = random.choice((1, 2))
        if row == "column_stack" and len(shape) == 2 and random.random() < 0.4:
            del shape[1]
    return found


def emptied(random: Random, shapes: Sequence[Sequence[int]]) -> list[list[int]]:
    """The same shapes with the size of one axis 0."""
    axis = random.randrange(max(map(len, shapes)))
    return [[0 if i == axis else size for i, size in enumerate(shape)] for shape in shapes]


#: Values of a static parameter, by row and parameter, or by parameter alone.
HINTS: dict[str, tuple[Any, ...] | Choice] = {
    "device": ("cpu",),
    "dropout_p": (0.0,),
    "reduce": ("sum", "prod", "mean", "amax", "amin"),
    "rounding_mode": (None, "trunc", "floor"),
    "reduction": ("mean", "sum", "none"),
    "label_smoothing": (0.0, 0.1),
    "num_groups": (1, 1, 2, 3),
    "repeat_interleave.repeats": (0, 1, 2, 3),
    "rot90.dims": ((0, 1), (-1, 0), (1, 2), (0, 0)),
    "rot90.k": (-1, 0, 1, 2),
    "diag_embed.dim1": (-2, 0, 1),
    "diag_embed.dim2": (-1, 0, 2),
    "diagonal_scatter.offset": (1,),
    "diagonal_scatter.dim1": (0,),
    "diagonal_scatter.dim2": (-1,),
    "scatter_reduce.reduce": ("sum", "prod", "mean", "amax", "amin"),
    "dropout.p": (0, 0.5, 1),
    "cdist.p": (0, 1, 2, 3.5, math.inf),
    "scale": (0.5, 2.0),
    "delta": (0.5, 2.0),
    "index_add.dim": (-1,),
    "cosine_similarity.dim": (0, -1, 1),
    "cross.dim": (-1,),
    "layer_norm.normalized_shape": lambda random, shape: shape[-1:] or (1,),
    "rms_norm.normalized_shape": lambda random, shape: shape[-1:] or (1,),
    "permute.dims": lambda random, shape: signed(random, random.sample(range(len(shape)), len(shape)), len(shape)),
    "flip.dims": lambda random, shape: signed(random, some(random, range(len(shape))), len(shape)),
    "movedim.source": lambda random, shape: tuple(range(len(shape))),
    "movedim.destination": lambda random, shape: tuple(random.sample(range(len(shape)), len(shape))),
    "unsqueeze.dim": lambda random, shape: random.randint(-len(shape) - 1, len(shape)),
    "reshape.shape": lambda random, shape: regrouped(random, shape),
    "expand.shape": lambda random, shape: grown(random, shape),
    "broadcast_to.shape": lambda random, shape: grown(random, shape),
    "repeat.repeats": lambda random, shape: tuple(
        random.choice((0, 1, 2)) for _ in range(len(shape) + random.randint(0, 1))
    ),
    "split_size_or_sections": split_up,
    "split.dim": (-1,),
    "chunks": (1, 2, 3, 5),
    "unflatten.sizes": factors,
    "unflatten.dim": (-1,),
    "narrow.start": (0, 1, -1, 2),
    "select.index": (0, 1, -1, 2),
    "unfold.size": (0, 1, 2),
    "unfold.step": (1, 2, 3),
    "length": (0, 1, 2),
    "pad.pad": around,
    "pad.mode": ("constant", "reflect", "replicate", "circular"),
    "value": (0, 1.5),
    "kernel_size": (1, 2, 3, (2,), (1, 2)),
    "stride": (1, 2, 3, (2, 1), (1,)),
    "padding": (0, 1, 1, 2, (0, 1), "same", "valid"),
    "output_padding": (0, 0, 0, 1),
    "dilation": (1, 1, 2),
    "groups": (1, 1, 2),
    "output_size": (1, 2, 3, (1, 2), (0,)),
    "ceil_mode": (True, False),
    "divisor_override": (1, 2, 3),
    "norm": ("backward", "ortho", "forward"),
    "fft2.dim": ((-2, -1), (0, 1), -1),
    "ifft2.dim": ((-2, -1), (0, 1), -1),
    "s": (1, 4, (2, 3), (5, -1)),
    "fftfreq.d": (1, 0.5),
    "rfftfreq.d": (1, 0.5),
    "bins": (1, 4, 7),
    "histc.min": (0, 1),
    "histc.max": (2, 3.5),
    "correction": (0, 1),
    "cov.correction": (0, 1),
    "dx": (1, 0.5),
    "cat.dim": (-1, -1, 0),
    "stack.dim": (0, 1, -1, -2),
    "tensordot.dims": paired_axes,
    "indexing": ("ij", "xy"),
    "padding_idx": (0, 1, -1),
    "momentum": (0.1,),
    "approximate": ("none", "tanh"),
    "UPLO": ("L", "U"),
    "interpolation": ("linear", "lower", "higher", "midpoint", "nearest"),
    "qr.mode": ("reduced", "complete", "r"),
    "q": (0, 0.25, 1.0),
    "p": (2, 1, 0.5, 0, 3, math.inf, -math.inf, -1, "fro", "nuc"),
    "cond.p": (None, 2, -2, 1, "fro", "nuc", math.inf),
    "normalize.p": (1, 2, 3),
    "ord": (None, 2, 1, -1, -2, 0, 3, math.inf, -math.inf, "fro", "nuc"),
    "vector_norm.ord": (2, 1, 0, -1, 3, math.inf, -math.inf),
    "matrix_norm.ord": (2, 1, -1, -2, math.inf, -math.inf, "fro", "nuc"),
    "diagonal": (-3, -1, 0, 1, 2, 4),
    "decimals": (-1, 0, 2),
    "num_classes": (5, 7, -1),
    "steps": (0, 1, 2, 5),
    "high": (4, 9),
    "low": (0, 2),
    "n": (0, 1, 2, 4),
    "matrix_power.n": (-2, -1, 0, 1, 2, 3),
    "eps": (1e-3, 0.1),
    "step": (1, 2, -1, 0.5),
    "upper": (True, False),
    "alpha": (0.5, 2.0),
    "beta": (0.5, 2.0),
    "threshold": (1.0, 20.0),
    "base": (2.0, 10.0),
    "std": (0.5, 2),
    "min_val": (-1.0, 0),
    "max_val": (1.0, 2),
    "k": (0, 1, 2, 3),
    "rtol": (1e-3, 0.1),
    "atol": (1e-3, 0),
    "rcond": (1e-3,),
}
#: Rows whose square matrices must be positive definite, and those whose numbers lie between 0 and 1.
DEFINITE = {"cholesky"}
PROBABILITIES = {"bernoulli", "quantile", "binary_cross_entropy"}
SMALL = {"one_hot"}
#: Rows of what has a sign but must not be negative.
COUNTS = {"bincount", "repeat_interleave", "one_hot", "bernoulli", "cov", "normal"}
#: Rows that keep a dtype of half width beside a complex operand, where tcalc has widened both.
APART = {"new_tensor", "full_like", "diff"}
#: Parameters whose integers are places along an axis.
PLACES = {"index", "indices", "target"}
#: Parameters whose numbers stand in order.
SORTED = {"sorted_sequence", "boundaries"}
#: Operands that stand for a spread: nothing below 0.
SPREADS = {"normal": "std"}

#: Rows whose B is one vector, or one matrix, for each matrix of A.
VECTORS = {"solve", "lstsq", "solve_triangular"}


#: Rows whose window slides along so many last axes.
WINDOWS = {
    **{f"{name}{count}d": count for count in (1, 2, 3) for name in ("conv", "conv_transpose")},
    **{f"{name}_pool{count}d": count for count in (1, 2) for name in ("max", "avg", "adaptive_avg")},
}


def pack_like(
    row: str, name: str, packs: dict[str, list[int]], sizes: dict[str, int], random: Random
) -> list[int] | None:
    """The axes of a pack that hang together with those of another, None where they do not."""
    whole = packs.get("s", [])
    if name == "s" and row in WINDOWS:
        channels = sizes["c"] if "c" in sizes else random.choice((1, 2, 2, 4))
        sizes["o" if "transpose" in row else "c"] = channels
        if "transpose" in row:  # the bias has a number for each channel of each group
            sizes["c"] = random.choice((1, 2, 3))
            sizes["b"] = sizes["c"] * random.choice((1, 1, 1, 2))
        along = [random.choice((1, 3, 4, 5)) for _ in range(WINDOWS[row])]
        # torch lets pass anything of an empty batch that it transposes
        batch = random.choice(((), (1,), (2,), (2,) if "transpose" in row else (0,)))
        return [*batch, channels, *along]
    if row == "batch_norm" and name == "s":
        return [random.choice((1, 2, 3)) for _ in range(random.randint(0, 2))]
    if row == "diff" and name in ("p", "q") and whole:
        return [*whole[:-1], random.choice((0, 1, 2))]
    if row == "trapezoid" and name == "t":
        return random.choice((whole, whole[-1:] if 0 not in whole else whole))
    if row == "cov" and name == "s":
        m = sizes.setdefault("m", random.choice((0, 2, 3, 4, 5)))
        return random.choice(([m], [0, m], [1, m], [2, m], [3, m]))
    if row == "item" and name == "s" and random.random() < 0.8:
        return [1] * random.randint(0, 9)
    if row == "tensordot" and name == "b":
        return random.choice((packs["a"], packs["a"][-1:], packs["a"][-2:]))
    if row in ("gather", "scatter", "scatter_add", "scatter_reduce") and name == "i":
        return [random.randint(0, size) for size in whole]
    if row in ("scatter", "scatter_add", "scatter_reduce") and name == "v":
        return whole
    if row == "diagonal_scatter" and name == "v" and len(whole) > 1:
        return [*whole[1:-1], max(0, min(whole[0], whole[-1] - 1))]  # one above the main diagonal: see HINTS
    if row == "take_along_dim" and name == "i" and random.random() < 0.8:
        return [random.choice((1, size)) for size in whole]
    if row == "index_add" and name == "v" and whole:
        return [*whole[:-1], sizes["m"]]
    if row in ("layer_norm", "rms_norm") and name in ("w", "v"):
        return whole[-1:]
    if row == "cross_entropy" and name == "t":
        return whole
    if row == "cross" and name == "s":
        return [*[random.choice((0, 1, 2)) for _ in range(random.randint(0, 2))], 3]
    return None
