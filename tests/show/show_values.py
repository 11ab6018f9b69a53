"""Values for the tests of the show room: numbers held in a list, and the reader that takes plain output back."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

import torch

from tcalc.types import dtypes
from tcalc.types.data import Statistics
from tcalc.types.tensor import Axis, TensorType


class Held:
    """A tensor's numbers in a list, in row-major order; `labels` name its axes, `figures` are its statistics."""

    def __init__(
        self,
        flat: Sequence[complex],
        dtype: str,
        *shape: int,
        labels: Sequence[str | None] = (),
        figures: Statistics | None = None,
    ) -> None:
        named = dtypes.lookup(dtype)
        assert named is not None
        axes = [Axis(size, labels[place] if labels else None) for place, size in enumerate(shape)]
        self.type = TensorType(named, tuple(axes))
        self.flat, self.figures = flat, figures

    @classmethod
    def of(cls, tensor: torch.Tensor) -> Held:
        """The numbers of a torch tensor."""
        return cls(tensor.flatten().tolist(), str(tensor.dtype), *tensor.shape)

    def numbers(self, start: int, stop: int, step: int = 1) -> Sequence[Any]:
        return self.flat[start:stop:step]

    def statistics(self) -> Statistics | None:
        return self.figures


def read_back(text: str, default: torch.dtype = torch.float32) -> Any:
    """What plain output means, computed by torch: the few forms that it may use, and nothing else.

    A tuple of tensors, or one tensor.
    """
    return _read(ast.parse(text, mode="eval").body, default)


def _read(node: ast.expr, default: torch.dtype) -> Any:
    match node:
        case ast.Tuple():
            return tuple(_read(item, default) for item in node.elts)
        case ast.Call(func=ast.Name(id="zeros")):
            words = [keyword.value for keyword in node.keywords]
            dtype = _dtype(words[0].id) if words and isinstance(words[0], ast.Name) else default
            return torch.zeros([ast.literal_eval(size) for size in node.args], dtype=dtype)
        case ast.Call(func=ast.Name(id="complex")):
            return torch.complex(*[_read(part, default) for part in node.args])
        case ast.Call(func=ast.Name(id=name)):
            return torch.tensor(_static(node.args[0]), dtype=_dtype(name))
    value = _static(node)
    first = value
    while isinstance(first, list):
        first = first[0] if first else 0.0
    kinds = {bool: torch.bool, int: torch.int64, float: default}
    return torch.tensor(
        value, dtype=kinds.get(type(first), torch.complex64 if default != torch.float64 else torch.complex128)
    )


def _dtype(name: str) -> torch.dtype:
    found = dtypes.lookup(name)
    assert found is not None and found.name == name
    dtype: torch.dtype = getattr(torch, found.torch_name)
    return dtype


def _static(node: ast.expr) -> Any:
    match node:
        case ast.List():
            return [_static(item) for item in node.elts]
        case ast.Name(id="inf" | "nan"):
            return float(node.id)
        case ast.UnaryOp(op=ast.USub()):
            return -_static(node.operand)
        case ast.BinOp(op=ast.Add()):
            return _static(node.left) + _static(node.right)
        case ast.BinOp(op=ast.Sub()):
            return _static(node.left) - _static(node.right)
        case ast.Constant(value=int() | float() | complex()):
            assert not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < 2**63
            return node.value
    raise AssertionError(ast.dump(node))
