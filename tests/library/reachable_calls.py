"""An ordinary call of each of torch's functions that work without a row, as torch takes it.

A function of elements alone needs no entry: it is called on a small matrix, one of two on two of them.
"""

from __future__ import annotations

from typing import Any

import torch

from tcalc.library import reachable
from tcalc.library.builtin import Builtin


class Call:
    """Arguments by place and by name."""

    def __init__(self, *places: Any, **named: Any) -> None:
        self.places, self.named = places, named


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    """Numbers between 0 and 1 that are a few digits long, always the same."""
    generator = torch.Generator().manual_seed(seed + sum(shape))
    return (torch.rand(shape, generator=generator) * 64).round() / 64


def integers(*values: Any) -> torch.Tensor:
    """An integer tensor."""
    return torch.tensor(values)


A, B = numbers(3, 3), numbers(3, 3, seed=1)
V, W = numbers(3), numbers(3, seed=1)
SYMMETRIC = A @ A.T + torch.eye(3)
BATCH = numbers(2, 3, 3)
LINE, IMAGE, VOLUME = numbers(1, 2, 8), numbers(1, 4, 4, 4), numbers(1, 2, 4, 4, 4)
SPECTRUM = torch.stft(numbers(32), 8, window=torch.ones(8), return_complex=True)
LU, PIVOTS = torch.linalg.lu_factor(SYMMETRIC)
LDL, LDL_PIVOTS = torch.linalg.ldl_factor(SYMMETRIC)
GEQRF, TAU = torch.geqrf(A)
POOLED = {
    1: torch.nn.functional.max_pool1d(LINE, 2, return_indices=True),
    2: torch.nn.functional.max_pool2d(IMAGE, 2, return_indices=True),
    3: torch.nn.functional.max_pool3d(VOLUME, 2, return_indices=True),
}

SPECIAL_TWO = "chebyshev_polynomial hermite_polynomial laguerre_polynomial legendre_polynomial".split()

CALLS: dict[str, Call] = {
    "addbmm": Call(A, BATCH, BATCH, beta=0.5),
    "addcdiv": Call(A, A, B + 1, value=2),
    "addcmul": Call(A, A, B, value=0.5),
    "addmm": Call(A, A, B, alpha=2),
    "addmv": Call(V, A, W),
    "addr": Call(A, V, W),
    "atleast_1d": Call(V, A),
    "atleast_2d": Call(V, A),
    "atleast_3d": Call(V, A),
    "baddbmm": Call(BATCH, BATCH, BATCH),
    "bartlett_window": Call(6),
    "blackman_window": Call(6, True),
    "hamming_window": Call(6, True, 0.5, 0.4),
    "hann_window": Call(6),
    "kaiser_window": Call(6, False, 10.0),
    "bilinear": Call(A, B, numbers(2, 3, 3), numbers(2)),
    "bitwise_left_shift": Call(integers(1, 2, 3), integers(2, 1, 0)),
    "bitwise_right_shift": Call(integers(8, 9, 3), integers(2, 1, 0)),
    "broadcast_tensors": Call(V, A),
    "chain_matmul": Call(A, B, A),
    "channel_shuffle": Call(IMAGE, 2),
    "cholesky": Call(SYMMETRIC),
    "cholesky_inverse": Call(torch.linalg.cholesky(SYMMETRIC)),
    "cholesky_solve": Call(A, torch.linalg.cholesky(SYMMETRIC)),
    "combinations": Call(V, 2),
    "conv_transpose3d": Call(VOLUME, numbers(2, 1, 2, 2, 2), stride=2),
    "cumulative_trapezoid": Call(V, dx=0.5),
    "diagonal_scatter": Call(A, V),
    "dsplit": Call(BATCH, (1, 2)),
    "hsplit": Call(A, (1, 2)),
    "vsplit": Call(A, 3),
    "gradient": Call(A, spacing=2.0),
    "histogram": Call(V, 4),
    "histogramdd": Call(A, (2, 2, 2)),
    "index_copy": Call(A, 0, integers(2, 0), B[:2]),
    "index_reduce": Call(A, 0, integers(0, 0), B[:2], "prod"),
    "isin": Call(integers(1, 2, 3), integers(2, 5)),
    "istft": Call(SPECTRUM, 8, window=torch.ones(8)),
    "ldexp": Call(V, integers(1, 2, 3)),
    "lu_solve": Call(B, LU, PIVOTS),
    "lu_unpack": Call(LU, PIVOTS),
    "multinomial": Call(V + 0.1, 2),
    "mvlgamma": Call(A + 3, 2),
    "nonzero_static": Call(A - 0.5, size=5),
    "orgqr": Call(GEQRF, TAU),
    "ormqr": Call(GEQRF, TAU, B),
    "pca_lowrank": Call(A, 2),
    "svd_lowrank": Call(A, 2),
    "pixel_shuffle": Call(IMAGE, 2),
    "pixel_unshuffle": Call(IMAGE, 2),
    "polygamma": Call(1, A + 0.5),
    "prelu": Call(A - 0.5, torch.tensor(0.25)),
    "renorm": Call(A, 2.0, 0, 1.0),
    "repeat_interleave": Call(V, 2),
    "row_stack": Call([V, A]),
    "scatter_reduce": Call(A, 0, integers([0, 0, 1]), B[:1], "amax"),
    "select_scatter": Call(A, V, 0, 1),
    "std_mean": Call(A, 0),
    "var_mean": Call(A, correction=0),
    "stft": Call(numbers(32), 8, window=torch.ones(8), return_complex=True),
    "tensor_split": Call(A, 2),
    "triangular_solve": Call(A, SYMMETRIC),
    "tril_indices": Call(3, 3),
    "triu_indices": Call(3, 4, 1),
    "unique_consecutive": Call(integers(1, 1, 2), return_counts=True),
    "unravel_index": Call(integers(1, 5), (2, 3)),
    "vander": Call(V),
    "vdot": Call(V, W),
    "view_as_complex": Call(numbers(3, 2)),
    "view_as_real": Call(torch.complex(V, W)),
    "linalg.cholesky_ex": Call(SYMMETRIC),
    "linalg.householder_product": Call(GEQRF, TAU),
    "linalg.ldl_factor": Call(SYMMETRIC),
    "linalg.ldl_factor_ex": Call(SYMMETRIC),
    "linalg.ldl_solve": Call(LDL, LDL_PIVOTS, B),
    "linalg.lu_solve": Call(LU, PIVOTS, B),
    "linalg.tensorinv": Call(numbers(4, 2, 2), ind=1),
    "linalg.tensorsolve": Call(torch.eye(4).reshape(2, 2, 4), numbers(2, 2)),
    "linalg.vander": Call(V),
    "nn.functional.adaptive_avg_pool3d": Call(VOLUME, 2),
    "nn.functional.adaptive_max_pool1d": Call(LINE, 2),
    "nn.functional.adaptive_max_pool1d_with_indices": Call(LINE, 2),
    "nn.functional.adaptive_max_pool2d": Call(IMAGE, (2, 1)),
    "nn.functional.adaptive_max_pool2d_with_indices": Call(IMAGE, 2),
    "nn.functional.adaptive_max_pool3d": Call(VOLUME, 2),
    "nn.functional.adaptive_max_pool3d_with_indices": Call(VOLUME, 2),
    "nn.functional.affine_grid": Call(numbers(1, 2, 3), (1, 1, 2, 2), align_corners=True),
    "nn.functional.alpha_dropout": Call(A, 0.5, training=True),
    "nn.functional.avg_pool3d": Call(VOLUME, 2),
    "nn.functional.cosine_embedding_loss": Call(A, B, torch.tensor([1.0, -1.0, 1.0])),
    "nn.functional.ctc_loss": Call(
        numbers(6, 1, 4).log_softmax(-1), integers([1, 2]), integers(6), integers(2), reduction="sum"
    ),
    "nn.functional.dropout1d": Call(LINE),
    "nn.functional.dropout2d": Call(IMAGE),
    "nn.functional.dropout3d": Call(VOLUME),
    "nn.functional.embedding_bag": Call(integers([0, 2], [1, 1]), A, mode="sum"),
    "nn.functional.feature_alpha_dropout": Call(IMAGE, 0.5, training=True),
    "nn.functional.fold": Call(numbers(1, 4, 4), (3, 3), (2, 2)),
    "nn.functional.unfold": Call(IMAGE, (2, 2)),
    "nn.functional.fractional_max_pool2d": Call(IMAGE, 2, output_size=(2, 2)),
    "nn.functional.fractional_max_pool2d_with_indices": Call(IMAGE, 2, output_size=(2, 2)),
    "nn.functional.fractional_max_pool3d": Call(VOLUME, 2, output_size=2),
    "nn.functional.fractional_max_pool3d_with_indices": Call(VOLUME, 2, output_size=2),
    "nn.functional.gaussian_nll_loss": Call(A, B, A + 1),
    "nn.functional.glu": Call(IMAGE, dim=1),
    "nn.functional.grid_sample": Call(IMAGE, numbers(1, 2, 2, 2), align_corners=False),
    "nn.functional.group_norm": Call(IMAGE, 2),
    "nn.functional.gumbel_softmax": Call(A, tau=0.5),
    "nn.functional.hinge_embedding_loss": Call(A, torch.ones(3, 3)),
    "nn.functional.instance_norm": Call(IMAGE),
    "nn.functional.interpolate": Call(IMAGE, scale_factor=2.0, mode="bilinear", align_corners=False),
    "nn.functional.kl_div": Call(A.log_softmax(-1), B.softmax(-1), reduction="batchmean"),
    "nn.functional.local_response_norm": Call(IMAGE, 2),
    "nn.functional.lp_pool1d": Call(LINE, 2.0, 2),
    "nn.functional.lp_pool2d": Call(IMAGE, 2.0, 2),
    "nn.functional.lp_pool3d": Call(VOLUME, 2.0, 2),
    "nn.functional.margin_ranking_loss": Call(V, W, torch.tensor([1.0, -1.0, 1.0])),
    "nn.functional.max_pool1d_with_indices": Call(LINE, 2),
    "nn.functional.max_pool2d_with_indices": Call(IMAGE, 2),
    "nn.functional.max_pool3d": Call(VOLUME, 2),
    "nn.functional.max_pool3d_with_indices": Call(VOLUME, 2),
    "nn.functional.max_unpool1d": Call(*POOLED[1], 2),
    "nn.functional.max_unpool2d": Call(*POOLED[2], 2),
    "nn.functional.max_unpool3d": Call(*POOLED[3], 2),
    "nn.functional.multi_margin_loss": Call(A, integers(0, 2, 1)),
    "nn.functional.multilabel_margin_loss": Call(A, integers([0, 2, -1], [1, -1, 0], [2, 1, 0])),
    "nn.functional.multilabel_soft_margin_loss": Call(A, torch.eye(3)),
    "nn.functional.poisson_nll_loss": Call(A, B),
    "nn.functional.rms_norm": Call(A, (3,)),
    "nn.functional.rrelu": Call(A - 0.5, training=True),
    "nn.functional.soft_margin_loss": Call(A, torch.ones(3, 3)),
    "nn.functional.threshold": Call(A, 0.5, 0.0),
    "nn.functional.triplet_margin_loss": Call(A, B, A + 1),
    "special.multigammaln": Call(A + 3, 2),
    "special.polygamma": Call(1, A + 0.5),
    "special.zeta": Call(A + 2, B + 1),
    "fft.hfft2": Call(torch.complex(A, B)),
    "fft.hfft": Call(torch.complex(A, B)),
    "fft.hfftn": Call(torch.complex(A, B)),
    "fft.irfft2": Call(torch.complex(A, B)),
    "fft.irfftn": Call(torch.complex(A, B)),
    "Tensor.expand_as": Call(V, A),
    "Tensor.index_fill": Call(A, 0, integers(0, 2), torch.tensor(5.0)),
    "Tensor.index_put": Call(A, [integers(0, 2), integers(1, 1)], torch.tensor([8.0, 9.0])),
    "Tensor.masked_scatter": Call(A, torch.eye(3) > 0, V),
    "Tensor.new_full": Call(A, (2, 2), 7.0),
    "Tensor.new_ones": Call(A, (2, 2)),
    "Tensor.new_zeros": Call(A, (2, 2)),
    "Tensor.put": Call(A, integers(0, 4), torch.tensor([8.0, 9.0])),
    "Tensor.sum_to_size": Call(A, (1, 3)),
}


def ordinary(row: Builtin) -> Call:
    """A call of a function that it takes."""
    found = CALLS.get(row.torch) or CALLS.get(row.name)
    if found is not None:
        return found
    needed = [each for each in row.forms[0].signature.parameters if each.default is None]
    assert needed and all(each.kind == "tensor" for each in needed), f"{row.torch} needs an ordinary call"
    return Call(*(A, B)[: len(needed)])


def functions() -> list[Builtin]:
    """All functions without a row."""
    return reachable.functions()


def torch_function(row: Builtin) -> Any:
    """The function itself."""
    found: Any = torch
    for part in row.torch.split("."):
        found = getattr(found, part)
    return found


def written(call: Call) -> str:
    """The arguments of a call as tcalc writes them."""
    named = [f"{name}={literal(value)}" for name, value in call.named.items()]
    return ", ".join([*map(literal, call.places), *named])


def literal(value: Any) -> str:
    """A value as it is written in a program."""
    if isinstance(value, torch.Tensor):
        dtype = str(value.dtype).removeprefix("torch.")
        if not value.numel():
            return f"zeros({tuple(value.shape)}, dtype={dtype})"
        return f"tensor({_numbers(value.tolist())}, dtype={dtype})"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def _numbers(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_numbers, value))}]"
    return repr(value).removeprefix("(").removesuffix(")")
