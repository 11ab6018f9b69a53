"""Tensors as types and as plain data, and plain data as tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from tcalc.errors import TcalcError
from tcalc.files import ArrayData, Arrays
from tcalc.types import dtypes
from tcalc.types.data import Counted, Statistics, TensorData, TupleData
from tcalc.types.dtypes import DType
from tcalc.types.tensor import Axis, TensorType, TupleType, Type

TORCH: dict[DType, torch.dtype] = {dtype: getattr(torch, dtype.torch_name) for dtype in dtypes.DTYPES}
TCALC: dict[torch.dtype, DType] = {theirs: ours for ours, theirs in TORCH.items()}


def tensor(value: object, dtype: DType) -> Tensor:
    """A number or nested tuples of numbers as a tensor; integers that the dtype cannot hold wrap."""
    try:
        return torch.tensor(value, dtype=TORCH[dtype])
    except (RuntimeError, OverflowError, TypeError):  # TypeError: the imaginary part is dropped, as torch does
        return torch.tensor(value).to(TORCH[dtype])


def from_array(array: ArrayData | Arrays) -> Tensor | tuple[Tensor, ...]:
    """The tensor that was read from a file, or its tensors."""
    if isinstance(array, Arrays):
        return tuple([_from_array(each) for each in array.arrays])
    return _from_array(array)


def _from_array(array: ArrayData) -> Tensor:
    if 0 in array.shape:
        return torch.empty(array.shape, dtype=TORCH[array.type.dtype])
    raw: Any = array.buffer
    flat = torch.frombuffer(raw, dtype=TORCH[array.dtype])
    return flat.view(array.shape).to(TORCH[array.type.dtype])


def type_of(value: object, declared: Type) -> Type:
    """A value's type: what torch has, with the labels and origins that were declared where the sizes agree."""
    if isinstance(value, Tensor):
        dtype = _dtype(value)
        shape = tuple(value.shape)
        if isinstance(declared, TensorType) and len(declared.axes) == len(shape):
            if declared.dtype is dtype and declared.is_settled and declared.shape == shape:
                return declared
            axes = tuple(
                [
                    Axis(size, axis.label, axis.origin) if isinstance(axis, Axis) else Axis(size)
                    for size, axis in zip(shape, declared.axes, strict=True)
                ]
            )
            return TensorType(dtype, axes)
        return TensorType(dtype, tuple([Axis(size) for size in shape]))
    if isinstance(value, tuple):
        items = declared.items if isinstance(declared, TupleType) and len(declared.items) == len(value) else None
        names = declared.names if isinstance(declared, TupleType) else getattr(type(value), "__match_args__", ())
        parts = [type_of(item, items[i] if items is not None else declared) for i, item in enumerate(value)]
        return TupleType(tuple(parts), names)
    return declared


def _dtype(value: Tensor) -> DType:
    dtype = TCALC.get(value.dtype)
    if dtype is None:
        raise TcalcError("dtype", f"torch gives {value.dtype} here, a dtype that tcalc does not have")
    return dtype


class Numbers:
    """A tensor's numbers as plain data; see `TensorData`."""

    __slots__ = ("_flat", "_measured", "_statistics", "_tensor", "type")

    def __init__(self, tensor: Tensor, type: TensorType) -> None:
        self._tensor = tensor
        self._flat: Tensor | None = None
        self._measured = False
        self._statistics: Statistics | None = None
        self.type = type

    @property
    def tensor(self) -> Tensor:
        """The tensor itself, which nobody may change."""
        return self._tensor

    def numbers(self, start: int, stop: int, step: int = 1) -> Sequence[bool | int | float | complex]:
        """See `TensorData.numbers`."""
        numbers: list[bool | int | float | complex] = self._elements(start, stop, step).tolist()
        return numbers

    def raw(self, start: int, stop: int) -> memoryview:
        """See `Storable.raw`."""
        piece = self._elements(start, stop).cpu().resolve_neg().contiguous()
        array: Any = piece.view(torch.uint8).numpy()
        return memoryview(array)

    def _elements(self, start: int, stop: int, step: int = 1) -> Tensor:
        """Elements in row-major order; one that is not contiguous is never copied whole."""
        whole = self._tensor
        if whole.dim() != 1:
            if self._flat is None:
                self._flat = whole.reshape(-1) if whole.is_contiguous() or whole.numel() <= 65536 else None
            if self._flat is None:
                return _piece(whole, start, stop, step)
            whole = self._flat
        return whole[start:stop:step]

    def statistics(self) -> Statistics | None:
        """See `TensorData.statistics`."""
        if not self._measured:
            from tcalc.backend.statistics import statistics

            self._statistics, self._measured = statistics(self._tensor), True
        return self._statistics

    def counted(self, steps: Callable[[int], int]) -> Counted:
        """See `TensorData.counted`."""
        from tcalc.backend.statistics import counted

        return counted(self._tensor, steps)


def compact(value: Any) -> Any:
    """A value that keeps no memory but its own: a copy where it is a part of something much larger."""
    if isinstance(value, tuple):
        return tuple([compact(each) for each in value])
    if value.untyped_storage().nbytes() <= 2 * value.numel() * value.element_size() + 4096:
        return value
    return value.clone()


def _piece(x: Tensor, start: int, stop: int, step: int) -> Tensor:
    """Elements of a large tensor that is not contiguous, without copying it whole."""
    indices = torch.arange(start, min(stop, x.numel()), step, device=x.device)
    return x[torch.unravel_index(indices, x.shape)]


def data(value: object, type: Type) -> TensorData | TupleData:
    """A value as plain data."""
    if isinstance(value, Tensor):
        assert isinstance(type, TensorType)
        return Numbers(value.resolve_conj() if type.dtype.kind == "complex" else value, type)
    assert isinstance(value, tuple) and isinstance(type, TupleType)
    return TupleData([data(item, each) for item, each in zip(value, type.items, strict=True)], type.names)
