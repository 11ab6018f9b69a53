"""How many operations the functions of torch take that have no row, where that is not one for each element."""

from __future__ import annotations

from tcalc.library import factorings as f
from tcalc.library import flops
from tcalc.library.flops import NOTHING, Flops

#: What makes or moves numbers.
_MOVING = (
    "adjoint broadcast_tensors channel_shuffle combinations diagflat dsplit hsplit vsplit tensor_split index_copy"
    " pixel_shuffle pixel_unshuffle resolve_conj resolve_neg row_stack select_scatter tril_indices triu_indices"
    " lu_unpack view_as_complex view_as_real nn.functional.channel_shuffle nn.functional.pixel_shuffle"
    " nn.functional.pixel_unshuffle nn.functional.unfold nn.functional.max_unpool1d nn.functional.max_unpool2d"
    " nn.functional.max_unpool3d Tensor.index_fill Tensor.index_put Tensor.masked_scatter Tensor.put"
)

#: By torch's whole name.
COUNTS: dict[str, Flops] = {
    **dict.fromkeys(_MOVING.split(), NOTHING),
    "addbmm": flops.batches_added,
    "bilinear": flops.bilinear,
    "nn.functional.bilinear": flops.bilinear,
    "chain_matmul": flops.in_chain,
    "vdot": flops.contraction,
    "pdist": flops.distances,
    "nn.functional.pdist": flops.distances,
    "conv_transpose3d": flops.convolved_back,
    "nn.functional.conv_transpose3d": flops.convolved_back,
    **{f"nn.functional.{kind}_pool3d": flops.pooled(3) for kind in ("avg", "max", "lp")},
    **{f"nn.functional.lp_pool{axes}d": flops.pooled(axes) for axes in (1, 2)},
    **{f"nn.functional.max_pool{axes}d_with_indices": flops.pooled(axes) for axes in (1, 2, 3)},
    "nn.functional.embedding_bag": flops.rows_added,
    "index_reduce": flops.each_of(2),
    "msort": flops.ordered_first,
    "cholesky": f.cubic(1, 3),
    "linalg.cholesky_ex": f.cubic(1, 3),
    "cholesky_inverse": f.cubic(2, 3),
    "cholesky_solve": f.squared(2, 1),
    "triangular_solve": f.squared(1, 1),
    "lu_solve": f.squared(2, 1),
    "linalg.lu_solve": f.squared(2),
    "linalg.ldl_solve": f.squared(2),
    "linalg.ldl_factor": f.cubic(1, 3),
    "linalg.ldl_factor_ex": f.cubic(1, 3),
    "linalg.lu_factor": f.lu,
    "linalg.lu_factor_ex": f.lu,
    "inverse": f.cubic(2),
    "linalg.inv_ex": f.cubic(2),
    "linalg.solve_ex": f.solving,
    "linalg.tensorinv": f.turned_to_square,
    "linalg.tensorsolve": f.solved_square,
    "pinverse": f.inverted,
    "qr": f.qr,
    "geqrf": f.qr,
    "orgqr": f.reflected,
    "linalg.householder_product": f.reflected,
    "ormqr": f.reflecting,
    **{f"fft.{name}": flops.from_half for name in ("hfft", "hfft2", "hfftn", "irfft2", "irfftn")},
    **{f"fft.{name}": flops.to_half for name in ("ihfft", "ihfft2", "ihfftn", "rfft2", "rfftn")},
    "stft": flops.to_frames,
    "istft": flops.from_frames,
}
