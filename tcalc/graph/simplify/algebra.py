"""Nodes that are made so that equal ones are the same one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from tcalc.graph.derivatives.formulas import formula
from tcalc.graph.graph import Data, Guarded, Node, Number, Operation, Point
from tcalc.source import Span
from tcalc.types.dtypes import DType
from tcalc.types.tensor import TensorType, Type

Shape = tuple[int, ...]

#: What every row for the transpose of a matrix is called.
TRANSPOSES = frozenset(["T", "H", "t", "mT", "mH", "adjoint"])


class Algebra:
    """Makes nodes. Two that compute the same are one: `is` compares expressions.

    `written` are the nodes of the program itself, which stay as they were written: it is what derivatives made of them
    that is simplified.
    """

    def __init__(self, written: Iterable[Node], default_float: DType) -> None:
        self.written = {id(node) for node in written}
        self.float = default_float
        self._one_for: dict[object, Node] = {}
        #: By the identity of a node, what stands for it. Nodes are kept alive, so that identities stay theirs.
        self._known: dict[int, Node] = {}
        self._alive: list[Node] = []
        #: What nodes are as products, which `products.py` reads.
        self.factored: dict[Node, object] = {}
        #: Products without a coefficient, by what they are multiplied from: `x * y` is `y * x`.
        self.products: dict[object, Node] = {}

    def one(self, node: Node) -> Node:
        """The node that stands for all that compute what this one does."""
        known = self._known.get(id(node))
        if known is not None:
            return known
        # Behind a point lies what was computed before: made anew, it would double with each step of a descent.
        inputs = node.inputs if isinstance(node, Point) else tuple([self.one(each) for each in node.inputs])
        if inputs != node.inputs:
            made = node.with_inputs(inputs)
            if id(node) in self.written:
                self.written.add(id(made))
        else:
            made = node
        found = made
        if not node.effect:
            key = (made.__class__, _data(made) or made.signature(), tuple([id(each) for each in inputs]))
            found = self._one_for.setdefault(key, made)
        self._alive += [node, made]
        self._known[id(node)] = self._known[id(made)] = found
        return found

    def kept(self, node: Node) -> Node:
        """A node that stands for itself, whatever its inputs have become."""
        self._alive.append(node)
        self._known[id(node)] = node
        return node

    def make(self, text: str, span: Span, **given: object) -> Node:
        """The node of a formula on nodes and plain values. Raises Unformulated."""
        return self.one(formula(text, given, span, self.float))

    def guarded(self, node: Operation) -> Node:
        """A `where` that was put around a quotient for where it has no value."""
        made = Guarded(node.span, node.type, node.row, node.form, node.inputs, node.slots, node.options)
        return self.one(made)


def _data(node: Node) -> object:
    """What tells one number from another, of a tensor that stands in the program."""
    if isinstance(node, Data) and not isinstance(node.value, tuple):
        return (node.dtype, repr(node.value))
    return None


def row_of(node: Node) -> str:
    """The name of an operation's row, and nothing for other nodes."""
    return node.row.name if isinstance(node, Operation) else ""


def tensor_type(node: Node) -> TensorType:
    """The type of a node that is a tensor."""
    assert isinstance(node.type, TensorType)
    return node.type


def shape(node: Node) -> Shape | None:
    """The sizes of a node that is a tensor, None where one is not known."""
    return sizes(node.type)


def sizes(type: Type) -> Shape | None:
    """The sizes of a tensor, None where one is not known."""
    return type.known_shape if isinstance(type, TensorType) else None


def rank(node: Node) -> int:
    """How many axes a tensor has."""
    return len(tensor_type(node).axes)


def is_real(node: Node) -> bool:
    """Whether a node is a tensor of floating numbers."""
    return isinstance(node.type, TensorType) and node.type.dtype.kind == "float"


def truth(node: Node) -> bool | None:
    """Whether a mask is true everywhere or nowhere; None where that is not known while checking, or neither."""
    while isinstance(node, Operation) and node.row.view and len(node.inputs) == 1:
        node = node.inputs[0]
    if isinstance(node, Operation):
        fold, operands = node.form.fold, [_numbers(each) for each in node.inputs]
        if fold is None or tensor_type(node).dtype.kind != "bool" or sum(len(each) > 1 for each in operands) > 1:
            return None
        found = {bool(fold(*each)) for each in itertools.product(*operands)}
    else:
        found = {each for each in _numbers(node) if isinstance(each, bool)}
    return found.pop() if len(found) == 1 else None


def _numbers(node: Node) -> list[Any]:
    """The numbers in a node whose value is known while checking; none where it is not."""
    waiting = [node.value] if isinstance(node, Number | Data) else []
    found: list[Any] = []
    while waiting:
        each = waiting.pop()
        if isinstance(each, tuple):
            waiting.extend(each)
        else:
            found.append(each)
    return found


def number_of(node: Node) -> int | float | None:
    """The value of a node that is one known real number."""
    value = node.value if isinstance(node, Number | Data) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
