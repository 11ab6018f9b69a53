"""What is known of an operation's operands: shapes and kinds of dtypes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.types.tensor import TensorType

if TYPE_CHECKING:
    from tcalc.graph.graph import Node, Operation


def shape(node: Node) -> tuple[object, ...]:
    assert isinstance(node.type, TensorType)
    return node.type.shape


def sizes(node: Node) -> tuple[int, ...] | None:
    """The sizes, None where data decide one."""
    found = shape(node)
    return tuple([size for size in found if isinstance(size, int)]) if all(isinstance(s, int) for s in found) else None


def kind(node: Node) -> str:
    assert isinstance(node.type, TensorType)
    return node.type.dtype.kind


def is_exact(node: Node) -> bool:
    """Whether it holds integers or bools."""
    return kind(node) in ("bool", "uint", "int")


def is_half(node: Node) -> bool:
    assert isinstance(node.type, TensorType)
    return node.type.dtype.kind == "float" and node.type.dtype.bits == 16


def alike(node: Operation) -> bool:
    """Whether all operands have one dtype."""
    return len({each.type.dtype for each in node.inputs if isinstance(each.type, TensorType)}) == 1
