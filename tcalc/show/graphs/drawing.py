"""Which nodes of a graph are shown, what is said of each, and what hangs on what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.errors import counted
from tcalc.graph.graph import Conversion, Graph, Node, Number, Point
from tcalc.graph.graph import Data as DataNode
from tcalc.show.graphs.labels import label
from tcalc.types.data import StaticData, TupleData
from tcalc.types.tensor import TensorType

if TYPE_CHECKING:
    from tcalc.graph.derivatives.traced import Traced
    from tcalc.types.data import Data

#: So many nodes are shown, those nearest to the result first.
MOST_SHOWN = 60


class Vertex:
    """A node that is shown.

    label     what it does, or nothing for a variable
    name      the variable that it is the value of, if it is one
    inputs    the nodes below it that are shown
    hidden    how many are not
    uses      how often it is used by those that are shown
    remarks   what else there is to say: `leaf`, `cut`
    """

    __slots__ = (
        "gradient",
        "hidden",
        "inputs",
        "is_leaf",
        "label",
        "name",
        "node",
        "number",
        "remarks",
        "uses",
        "value",
    )

    def __init__(self, node: Node, text: str, name: str) -> None:
        self.node, self.label, self.name = node, text, name
        self.inputs: list[Vertex] = []
        self.hidden = self.uses = 0
        #: By which it is called where it comes again and has no name, 0 where it needs none.
        self.number = 0
        self.remarks: list[str] = []
        self.is_leaf = False
        self.value: Data | None = None
        self.gradient: Data | None = None

    @property
    def type(self) -> str:
        """Its type as text."""
        if self.value is None or isinstance(self.value, TupleData):
            return str(self.node.type)
        return str(self.value.type)

    @property
    def head(self) -> str:
        """`y = sum[0]`, `+`, `x`"""
        return f"{self.name} = {self.label}" if self.name and self.label else self.name or self.label


class Drawing:
    """What is shown of an expression, which `asked` is the text of."""

    __slots__ = ("asked", "left_out", "roots", "traced", "vertices")

    def __init__(self, asked: str, traced: Traced, most: int = MOST_SHOWN) -> None:
        self.asked, self.traced = asked, traced
        self.vertices: list[Vertex] = []
        #: How many nodes are not shown.
        self.left_out = 0
        found: dict[int, Vertex] = {}
        below: dict[int, Sequence[Node]] = {}
        results = [self._through(node) for node in traced.results]
        queue = list({id(node): node for node in results}.values())
        for node in queue:
            if id(node) in found:
                continue
            if len(found) >= max(most, len(traced.results)):
                break
            found[id(node)], below[id(node)] = self._vertex(node)
            queue.extend([each for each in below[id(node)] if id(each) not in found])
        self.vertices = list(found.values())
        for key, vertex in found.items():
            vertex.inputs = [found[id(each)] for each in below[key] if id(each) in found]
            vertex.hidden = len({id(each) for each in below[key]} - set(found))
            for each in vertex.inputs:
                each.uses += 1
        self.roots = [found[id(node)] for node in results]
        self._say(found, below)

    def _vertex(self, node: Node) -> tuple[Vertex, Sequence[Node]]:
        traced = self.traced
        name = traced.names.get(id(node), "")
        variable = traced.variables.get(id(node))
        if variable is None:
            text, inputs = label(node)
            return Vertex(node, text, name), [self._through(each) for each in inputs]
        vertex = Vertex(node, "", name)
        vertex.is_leaf = id(node) in traced.leaves
        if vertex.is_leaf:
            vertex.remarks.append("leaf")
        elif variable.past is not None and not variable.marked:
            vertex.remarks.append("computed before")
        if id(node) in traced.earlier:
            vertex.remarks.append("bound anew since")
        return vertex, ()

    def _through(self, node: Node) -> Node:
        """What a node is, but for a dtype that it has anyway, and where a derivative within the expression is taken."""
        while id(node) not in self.traced.variables and (isinstance(node, Point) or _is_same(node)):
            (node,) = node.inputs
        return node

    def _say(self, found: dict[int, Vertex], below: dict[int, Sequence[Node]]) -> None:
        """Number what comes again without a name, and remark on what is cut, or comes again."""
        number = 0
        for vertex in self.vertices:
            if vertex.uses > 1:
                vertex.remarks.append(f"used {_times(vertex.uses)}")
                if not vertex.name:
                    number += 1
                    vertex.number = number
            if vertex.inputs and id(vertex.node) in self.traced.flat:
                vertex.remarks.append(self.traced.flat[id(vertex.node)])
        if any(vertex.hidden for vertex in self.vertices):
            everything, stack = set(found), [node for nodes in below.values() for node in nodes]
            while stack:
                node = stack.pop()
                if id(node) not in everything:
                    everything.add(id(node))
                    stack.extend(label(node)[1] if id(node) not in self.traced.variables else ())
            self.left_out = len(everything) - len(found)

    # Values

    def graph(self) -> Graph:
        """The graph that computes what is shown: values, and then gradients."""
        values, gradients = self._computed()
        return self.traced.graph([each.node for each in values], [each.node for each in gradients])

    def fill(self, values: Sequence[Data]) -> None:
        """Take what this graph gave."""
        rest = iter(values)
        for vertex in self.vertices:
            vertex.value = _static(vertex.node)
        with_value, with_gradient = self._computed()
        for vertex in with_value:
            vertex.value = next(rest)
        for vertex in with_gradient:
            vertex.gradient = next(rest)

    def _computed(self) -> tuple[list[Vertex], list[Vertex]]:
        """Those with a value that is to be computed, and those with a gradient."""
        shown = [vertex for vertex in self.vertices if _has_value(vertex.node)]
        gradients = [vertex for vertex in shown if id(vertex.node) in self.traced.gradients]
        return [vertex for vertex in shown if _static(vertex.node) is None], gradients

    # Words

    @property
    def of(self) -> str:
        """What the gradient is of: the result, or its sum; empty where there is none."""
        if not self.traced.gradients:
            return ""
        type = self.roots[0].node.type
        assert isinstance(type, TensorType)
        return f"sum({self.asked})" if type.axes else self.asked

    @property
    def foot(self) -> list[str]:
        """Sentences below the drawing."""
        found = []
        if self.left_out:
            steps = counted(self.left_out, "further step")
            found.append(f"{steps} below these {'is' if self.left_out == 1 else 'are'} not shown")
        if self.traced.why:
            found.append(f"no gradient: {self.traced.why}")
        return found


def _has_value(node: Node) -> bool:
    """Whether a node's value is shown beside it: a number is its own label."""
    if isinstance(node, Number) or (isinstance(node, DataNode) and not isinstance(node.value, tuple)):
        return False
    return isinstance(node.type, TensorType)


def _is_same(node: Node) -> bool:
    """Whether a node is a conversion of a number that is no more than that it is no weak one any more."""
    if not isinstance(node, Conversion) or isinstance(node.inputs[0], Number):
        return False
    type = node.inputs[0].type
    return isinstance(type, TensorType) and type.dtype is node.dtype


def _static(node: Node) -> StaticData | None:
    """The value of a variable that is known while checking; it stays a Python number where it is used."""
    known = isinstance(node, Point) and isinstance(node.inputs[0], Number)
    type = node.inputs[0].type if known else None
    return StaticData(type) if isinstance(type, TensorType) and type.static is not None else None


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"
