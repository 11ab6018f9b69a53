"""Values from Python and back: what a caller hands in as types and tensors, what he gets as tensors of his own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.nn import Parameter

from tcalc.backend.values import TORCH, Numbers, tensor
from tcalc.errors import TcalcError
from tcalc.types import dtypes
from tcalc.types.data import Data, TupleData
from tcalc.types.dtypes import DType
from tcalc.types.tensor import ConstantType, FunctionType, TensorType, TupleType, Type

#: The classes whose objects hold their numbers themselves; other subclasses may mean something else by theirs.
PLAIN = (Tensor, Parameter)


def tensor_of(name: str, value: Any, type: Type) -> Any:
    """The tensor of a value that has this type, None where the type carries it; a tuple's part by part.

    It may share memory with the value. Raises TcalcError where the numbers cannot be read.
    """
    if isinstance(type, TupleType):
        pairs = enumerate(zip(value, type.items, strict=True))
        return tuple([_part(f"{name}[{place}]", each, item) for place, (each, item) in pairs])
    if not isinstance(type, TensorType) or type.static is not None:
        return None
    if isinstance(value, Tensor):
        return _dense(name, value, TORCH[type.dtype])
    if isinstance(value, list):
        return torch.tensor(value, dtype=TORCH[type.dtype], device="cpu")
    return _array(name, value, type.dtype)


def _part(name: str, value: Any, type: Type) -> Any:
    """A part of a tuple, where numbers are tensors too."""
    static = type.static if isinstance(type, TensorType) else None
    return tensor_of(name, value, type) if static is None else scalar(static, type)


def scalar(value: object, type: Type) -> Tensor:
    """A number (or nested tuples of numbers) that a type carries, as a tensor."""
    assert isinstance(type, TensorType)
    with torch.device("cpu"):  # whatever device the caller has set
        return tensor(value, type.dtype)


def refuse_transformed(tensors: Iterable[object]) -> None:
    """An error for tensors that stand for others, inside of torch.func's transforms: their derivatives would be lost.

    Free where no transform is at work.
    """
    if torch._C._functorch.peek_interpreter_stack() is None:
        return
    for each in tensors:
        if isinstance(each, Tensor) and torch._C._functorch.is_functorch_wrapped_tensor(each):
            raise TcalcError(
                "grad", "torch.func cannot transform what tcalc computes: grad and vmap stand in the text instead"
            )


def device_of(values: dict[str, Any]) -> str:
    """The device that tensors are on. Raises TcalcError where they are on several."""
    first: tuple[str, str] | None = None
    for name, value in values.items():
        for each in value if isinstance(value, tuple) else (value,):
            if not isinstance(each, Tensor) or (not each.dim() and each.device.type == "cpu"):
                continue  # a number may stand beside anything
            device = str(each.device)
            if first is None:
                first = name, device
            elif device != first[1]:
                raise TcalcError("value", f"{first[0]} is on {first[1]} and {name} on {device}: move one of them")
    return first[1] if first is not None else "cpu"


def owned(value: Any, device: str | None = None) -> Any:
    """A copy that shares no memory with the original, on a device; tuples part by part."""
    if isinstance(value, tuple):
        return tuple([owned(item, device) for item in value])
    if value is None:
        return None
    copy: Tensor = value.detach().resolve_conj().resolve_neg()
    return copy.clone() if device is None else copy.to(device, copy=True)


def unshared(result: Tensor, others: Iterable[object], constants: bool) -> Tensor:
    """A result that shares no memory with any of `others`, nor with constants where the plan keeps some."""
    if constants or _shares(result, others):
        copy: Tensor = owned(result)
        return copy
    return result.resolve_conj().resolve_neg() if result.is_complex() else result


def _shares(result: Tensor, others: Iterable[object]) -> bool:
    """Whether a result has its numbers in the memory of another tensor."""
    if not result._is_view():  # then it is one of them, or fresh
        return any(other is result for each in others for other in (each if each.__class__ is tuple else (each,)))
    place = result.untyped_storage().data_ptr()
    tensors = [other for each in others for other in (each if isinstance(each, tuple) else (each,))]
    return any(isinstance(each, Tensor) and each.untyped_storage().data_ptr() == place for each in tensors)


def python_value(value: Any, type: Type) -> Any:
    """A value as Python has it: a tensor of its own, a tuple, text, None, a dtype. None for a function too.

    `value` is None where the type carries it.
    """
    if isinstance(type, TupleType):
        values = (None,) * len(type.items) if value is None else value
        items = [python_value(item, each) for item, each in zip(values, type.items, strict=True)]
        return named(items, type.names) if type.names else tuple(items)
    if isinstance(value, Tensor):
        return owned(value)
    if isinstance(type, TensorType):
        return scalar(type.static, type)
    if isinstance(type, ConstantType):
        return TORCH[type.value] if isinstance(type.value, DType) else type.value
    assert isinstance(type, FunctionType)
    return None


def python_data(data: Data) -> Any:
    """The same of a value that is plain data."""
    if isinstance(data, TupleData):
        items = [python_data(item) for item in data.items]
        return named(items, data.names) if data.names else tuple(items)
    return python_value(data.tensor if isinstance(data, Numbers) else None, data.type)


class Named(tuple[Any, ...]):
    """A tuple whose parts have names, as torch's own functions give it: `evaluate("max[0](A)", A=A).values`."""

    names: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if name in self.names:
            return self[self.names.index(name)]
        raise AttributeError(f"the parts of this tuple are {', '.join(self.names)}, and there is no {name}")

    def __repr__(self) -> str:
        return f"({', '.join(f'{name}={item!r}' for name, item in zip(self.names, self, strict=True))})"


def named(items: Iterable[Any], names: Iterable[str]) -> Named:
    """Values side by side, with their names."""
    found = Named(items)
    found.names = tuple(names)
    return found


# Of each kind


def _dense(name: str, x: Tensor, dtype: torch.dtype) -> Tensor:
    kind = type(x)
    if kind not in PLAIN:
        if kind.__torch_dispatch__ is not Tensor.__torch_dispatch__:
            raise TcalcError("type", f"{name} is a {kind.__name__}, a tensor whose numbers are not its own")
        x = x.as_subclass(Tensor)
    if x.is_meta:
        raise TcalcError("value", f"{name} is on torch's meta device and has no numbers; tcalc.check tells types")
    if x.layout is not torch.strided:
        layout = str(x.layout).removeprefix("torch.")
        raise TcalcError("type", f"{name} has the layout {layout}: write {name}.to_dense()")
    return x if x.dtype is dtype else x.to(dtype)


def _array(name: str, value: Any, dtype: DType) -> Tensor:
    """A tensor on an array's memory where torch can read it, else on a copy."""
    import numpy as np

    if isinstance(value, np.ma.MaskedArray):
        raise TcalcError("type", f"{name} is a masked array: write {name}.filled(…)")
    array: Any = np.asarray(value)
    if dtype is dtypes.BF16:  # NumPy has it from elsewhere, and torch does not know it there
        return torch.from_numpy(np.array(array).view(np.int16)).view(torch.bfloat16)
    native = np.dtype(dtype.torch_name)
    if array.dtype != native or not array.flags.writeable or any(step < 0 for step in array.strides):
        array = np.array(array, dtype=native, order="C")
    return torch.from_numpy(array)
