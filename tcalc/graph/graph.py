"""The graph: what is computed, as nodes in an order in which they can run.

Names, calls and lets are gone; a value that is used twice is one node. Rewrites are functions from graphs to graphs. A
result is a node, a tuple of results, or None for a value that exists only while checking.
"""

from __future__ import annotations

from collections.abc import Mapping

from tcalc.library.builtin import Builtin, Form
from tcalc.source import Span
from tcalc.types.dtypes import DType
from tcalc.types.size import Size
from tcalc.types.tensor import Type
from tcalc.types.written import Written

#: How some of an operation's inputs make one argument: its parameter, and how many they are. A count of ALONE is one
#: input by itself, of ABSENT an optional tensor that was left out, any other a list of so many: `cat([a, b])` has the
#: inputs (a, b) and the slots (("tensors", 2),).
Slot = tuple[str, int]
ALONE, ABSENT = -1, -2
#: The number of a result's part where it has none.
WHOLE = -1


#: What nodes of each class hold: a rewrite copies many of them.
_FIELDS: dict[type[object], tuple[str, ...]] = {}


def _fields(kind: type[object]) -> tuple[str, ...]:
    found = _FIELDS.get(kind)
    if found is None:
        found = _FIELDS[kind] = tuple([name for each in kind.__mro__ for name in getattr(each, "__slots__", ())])
    return found


class Node:
    """Something computed. `inputs` are its operands, one after the other. Nodes are equal where they are the same."""

    __slots__ = ("inputs", "span", "type")
    inputs: tuple[Node, ...]
    span: Span
    type: Type

    @property
    def effect(self) -> bool:
        """Whether running it twice is not running it once: random draws."""
        return False

    def signature(self) -> object:
        """What it computes apart from its inputs: nodes of equal signature and inputs compute the same."""
        return self

    def with_inputs(self, inputs: tuple[Node, ...]) -> Node:
        """The same operation on other operands."""
        kind = self.__class__
        other = kind.__new__(kind)
        for name in _fields(kind):
            setattr(other, name, getattr(self, name))
        other.inputs = inputs
        return other


class Number(Node):
    """A Python number: weak where a kernel takes such, a scalar tensor elsewhere."""

    __slots__ = ("value",)

    def __init__(self, span: Span, type: Type, value: object) -> None:
        self.span, self.type, self.value = span, type, value
        self.inputs = ()

    def signature(self) -> object:
        return ("number", self.type, repr(self.value))


class Data(Node):
    """A tensor of numbers that stand in the program: nested tuples, or one number."""

    __slots__ = ("dtype", "value")

    def __init__(self, span: Span, type: Type, value: object, dtype: DType) -> None:
        self.span, self.type, self.value, self.dtype = span, type, value, dtype
        self.inputs = ()


class Input(Node):
    """A value from outside: a session variable by name, or, in the block of a loop or choice, by number.

    `called` is what the program calls the parameter of a loop's function that it is; else it is empty.
    """

    __slots__ = ("called", "name")

    def __init__(self, span: Span, type: Type, name: str | int, called: str = "") -> None:
        self.span, self.type, self.name, self.called = span, type, name, called
        self.inputs = ()

    def signature(self) -> object:
        # Numbers say which input of a block it is, and there are blocks in blocks.
        return ("input", self.name) if isinstance(self.name, str) else self


class Operation(Node):
    """A form of a row on operands, with options. `slots` say which parameter each operand is of."""

    __slots__ = ("form", "options", "row", "slots", "written")

    def __init__(
        self,
        span: Span,
        type: Type,
        row: Builtin,
        form: Form,
        inputs: tuple[Node, ...],
        slots: tuple[Slot, ...],
        options: dict[str, object],
        written: Written | None = None,
    ) -> None:
        self.span, self.type, self.row, self.form = span, type, row, form
        self.inputs, self.slots, self.options, self.written = inputs, slots, options, written

    @property
    def effect(self) -> bool:
        return self.row.random

    def with_inputs(self, inputs: tuple[Node, ...]) -> Operation:
        """See `Node.with_inputs`; of operations very many are made."""
        kind = self.__class__
        other: Operation = kind.__new__(kind)
        other.span, other.type, other.inputs = self.span, self.type, inputs
        other.row, other.form, other.slots, other.options = self.row, self.form, self.slots, self.options
        other.written = self.written
        return other

    @property
    def by_name(self) -> tuple[str, ...]:
        """The parameters of the last slots, where torch takes them by their names alone."""
        if not self.row.inferred:
            return ()
        by_place = self.form.by_place
        return tuple([name for name, _ in self.slots if name not in by_place])

    def signature(self) -> object:
        if not self.options:
            return (self.row, self.slots)
        # floats by their digits: -0.0 is not 0.0
        options = [(name, repr(v) if v.__class__ is float else v) for name, v in self.options.items()]
        return (self.row, self.slots, *options)


class Guarded(Operation):
    """A `where` that puts 0, the limit, where a derivative's quotient has no value. Formulas are read without it."""

    __slots__ = ()


class Conversion(Node):
    """The same numbers in another dtype."""

    __slots__ = ("dtype",)

    def __init__(self, span: Span, type: Type, operand: Node, dtype: DType) -> None:
        self.span, self.type, self.dtype = span, type, dtype
        self.inputs = (operand,)

    def signature(self) -> object:
        return ("to", self.dtype)


class Part(Node):
    """One part of a tuple that an operation gives."""

    __slots__ = ("index",)

    def __init__(self, span: Span, type: Type, operand: Node, index: int) -> None:
        self.span, self.type, self.index = span, type, index
        self.inputs = (operand,)

    def signature(self) -> object:
        return ("part", self.index)


class Point(Node):
    """A value that a derivative is taken by, or at: the operand itself, but that nothing behind it is seen.

    Derivatives alone make them; no graph that is run has any.
    """

    __slots__ = ()

    def __init__(self, span: Span, type: Type, operand: Node) -> None:
        self.span, self.type = span, type
        self.inputs = (operand,)


class Pullback(Node):
    """The cotangents of some inputs of an operation, as torch's autograd finds them: a tuple of them.

    `body` is the operation alone, on numbered inputs. This node's own inputs are those, and then the cotangents of the
    result: of its `parts`, or of it all where that is (WHOLE,). `wanted` says which inputs' cotangents are given.
    """

    __slots__ = ("body", "parts", "wanted")

    def __init__(
        self,
        span: Span,
        type: Type,
        body: Graph,
        inputs: tuple[Node, ...],
        wanted: tuple[int, ...],
        parts: tuple[int, ...],
    ) -> None:
        self.span, self.type, self.body, self.inputs = span, type, body, inputs
        self.wanted, self.parts = wanted, parts


#: So near, in terms of the slope, a gradient and finite differences agree.
AGREED = 1e-5


class Probe(Node):
    """A scalar and its gradient, computed at many points: `minimize` gives the lowest, `gradcheck` differences.

    `body` gives the scalar and then its gradient by each of its first `points` inputs; the others are from outside.
    """

    __slots__ = ("body", "kind", "options", "points")

    def __init__(
        self,
        span: Span,
        type: Type,
        kind: str,
        body: Graph,
        inputs: tuple[Node, ...],
        points: int,
        options: dict[str, object],
    ) -> None:
        self.span, self.type, self.kind, self.body, self.inputs = span, type, kind, body, inputs
        self.points, self.options = points, options

    @property
    def effect(self) -> bool:
        return self.body.effect


class Branch(Node):
    """A choice: the first input is the condition, the others are what the blocks see from outside."""

    __slots__ = ("otherwise", "then")

    def __init__(self, span: Span, type: Type, inputs: tuple[Node, ...], then: Graph, otherwise: Graph) -> None:
        self.span, self.type, self.inputs, self.then, self.otherwise = span, type, inputs, then, otherwise

    @property
    def effect(self) -> bool:
        return self.then.effect or self.otherwise.effect


class Repeat(Node):
    """A loop: `kind` is vmap, scan, fold or iterate.

    Inputs are the states, the sequences, then what the body sees from outside. The body's inputs are numbered: states,
    elements, outside. `turns` is how often it runs, and `count` the same where that is a number, as in all that is run;
    else it is -1.
    """

    __slots__ = ("axes", "body", "count", "kind", "sequences", "states", "turns")

    def __init__(
        self,
        span: Span,
        type: Type,
        kind: str,
        inputs: tuple[Node, ...],
        states: int,
        sequences: int,
        axes: tuple[int, ...],
        turns: Size,
        body: Graph,
    ) -> None:
        self.span, self.type, self.kind, self.inputs = span, type, kind, inputs
        self.states, self.sequences, self.axes, self.turns, self.body = states, sequences, axes, turns, body
        self.count = turns if isinstance(turns, int) else -1

    @property
    def effect(self) -> bool:
        return self.body.effect


class Fused(Node):
    """Operations element by element that are run together: what is between them is not kept.

    Where it is `cut` they are run piece by piece, and nothing between them is made whole. `body` gives the one result,
    of this node's type, from numbered inputs. `donor` is the place of an input that nobody else needs, whose memory the
    result takes; None where there is none.
    """

    __slots__ = ("body", "cut", "donor")

    def __init__(
        self, span: Span, type: Type, body: Graph, inputs: tuple[Node, ...], donor: int | None, cut: bool = True
    ) -> None:
        self.span, self.type, self.body, self.inputs, self.donor, self.cut = span, type, body, inputs, donor, cut


class Graph:
    """The results and all that they need, in running order.

    `effects` are the random draws, in the order of the program: all are run, used or not, and in that order.
    """

    __slots__ = ("effects", "nodes", "results")

    def __init__(self, results: tuple[object, ...], effects: tuple[Node, ...] = ()) -> None:
        self.results, self.effects = results, effects
        self.nodes = ordered((*effects, *results))

    @property
    def effect(self) -> bool:
        """Whether it draws random numbers."""
        return bool(self.effects)

    @property
    def inputs(self) -> list[Input]:
        """The values it takes from outside, in the order met."""
        return [node for node in self.nodes if isinstance(node, Input)]


def nodes_of(result: object) -> list[Node]:
    """The nodes of a result."""
    if isinstance(result, Node):
        return [result]
    if isinstance(result, tuple):
        return [node for item in result for node in nodes_of(item)]
    return []


def ordered(results: tuple[object, ...]) -> list[Node]:
    """The nodes that results need, each after its inputs."""
    order: list[Node] = []
    seen: set[int] = set()
    stack: list[tuple[Node, bool]] = [(node, False) for node in reversed(nodes_of(results))]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend([(each, False) for each in reversed(node.inputs) if id(each) not in seen])
    return order


def without_points(graph: Graph) -> Graph:
    """The graph that is run: what a derivative was taken at stands for itself."""
    if not any(isinstance(node, Point) for node in graph.nodes):
        return graph
    now: dict[int, Node] = {}
    for node in graph.nodes:
        inputs = tuple([now[id(each)] for each in node.inputs])
        if isinstance(node, Point):
            now[id(node)] = inputs[0]
        else:
            now[id(node)] = node.with_inputs(inputs) if inputs != node.inputs else node
    return Graph(replaced(graph.results, now), tuple([now[id(each)] for each in graph.effects]))


def replaced(results: tuple[object, ...], now: Mapping[int, object]) -> tuple[object, ...]:
    """A graph's results with other nodes in the place of some, or tuples of them, by their identity."""
    return tuple([replaced(each, now) if isinstance(each, tuple) else now.get(id(each), each) for each in results])


def weak_numbers(graph: Graph) -> set[int]:
    """The ids of the numbers that may stay Python numbers: every user takes such, beside a tensor."""
    good: set[int] = set()
    bad = {id(node) for node in nodes_of(graph.results)}
    for node in graph.nodes:
        takes = isinstance(node, Operation) and node.row.scalars
        weak = takes and any(not isinstance(each, Number) for each in node.inputs)
        (good if weak else bad).update([id(each) for each in node.inputs])
    return good - bad
