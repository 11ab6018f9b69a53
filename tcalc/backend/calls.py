"""What an operation calls: one function of its operands alone, with all that is known before a run settled."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import torch

from tcalc.backend import kernels, solving
from tcalc.backend.guards import guarded
from tcalc.backend.values import TORCH
from tcalc.graph.graph import Number, Operation
from tcalc.graph.rewrites.triangular import half
from tcalc.types.dtypes import DType
from tcalc.types.tensor import TensorType

Kernel = Callable[..., Any]
Options = dict[str, Any]


def called(node: Operation, mapped: bool) -> Kernel:
    """The function that an operation calls with its operands; a `mapped` one is not to look at numbers."""
    if node.row.inferred:
        return _with(guarded(node.row.torch), _options(node))
    name, options = node.form.torch or node.row.torch, _options(node)
    bound = BOUND.get(name)
    if name == "linalg.solve" and not mapped:
        return _solver(node)
    return (bound and bound(node, options)) or _with(kernels.find(name), options)


def _options(node: Operation) -> Options:
    """The options as torch takes them. `keepdim` is false wherever it is not said."""
    return {
        name: TORCH[value] if isinstance(value, DType) else value
        for name, value in node.options.items()
        if name != "keepdim" or value
    }


def _with(kernel: Kernel, options: Options) -> Kernel:
    return functools.partial(kernel, **options) if options else kernel


#: Products by how many axes the operands have.
BLAS: dict[tuple[int, int], Kernel] = {(2, 2): torch.mm, (2, 1): torch.mv, (1, 1): torch.dot}


def _product(node: Operation, options: Options) -> Kernel | None:
    """For matrices and vectors of one floating dtype, and as many matrices on both sides, BLAS's own."""
    one, other = [each.type for each in node.inputs if isinstance(each.type, TensorType)]
    if one.dtype is not other.dtype or one.dtype.kind not in ("float", "complex"):
        return None
    ranks = len(one.axes), len(other.axes)
    if ranks == (3, 3):
        batches = one.shape[0], other.shape[0]
        return torch.bmm if batches[0] == batches[1] and isinstance(batches[0], int) else None
    return BLAS.get(ranks)


def _solver(node: Operation) -> Kernel:
    """A solver for what the matrix is: what is known of it need not be found out."""
    which = half(node.inputs[0])
    return solving.solve if which is None else functools.partial(solving.solve_triangular, upper=which != "lower")


def _item(node: Operation, options: Options) -> Kernel | None:
    """An index that holds no tensors is made once."""
    return operator.itemgetter(kernels.index_of(options["items"], ())) if len(node.inputs) == 1 else None


def _of_tensors(function: Kernel) -> Callable[[Operation, Options], Kernel | None]:
    """torch's own function, which is faster than the operator; the operator takes plain numbers on its left too."""
    return lambda node, options: None if any(isinstance(each, Number) for each in node.inputs) else function


def _whole(reduction: Kernel) -> Callable[[Operation, Options], Kernel | None]:
    """A reduction of all axes, without any option."""
    return lambda node, options: None if options else reduction


#: Kernels that what is known of a call makes shorter.
BOUND: dict[str, Callable[[Operation, Options], Kernel | None]] = {
    "matmul": _product,
    "kernel:getitem": _item,
    "kernel:add": _of_tensors(torch.add),
    "kernel:sub": _of_tensors(torch.sub),
    "kernel:mul": _of_tensors(torch.mul),
    "kernel:div": _of_tensors(torch.div),
    "kernel:sum": _whole(torch.sum),
    "kernel:mean": _whole(torch.mean),
}
