"""From typed tree to graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tcalc import library
from tcalc.check import typed as t
from tcalc.check.past import Memory, Version
from tcalc.errors import TcalcError
from tcalc.graph.graph import (
    ABSENT,
    ALONE,
    Branch,
    Conversion,
    Data,
    Graph,
    Input,
    Node,
    Number,
    Operation,
    Part,
    Repeat,
    Slot,
    nodes_of,
    without_points,
)
from tcalc.types import size as sizes
from tcalc.types.dtypes import held
from tcalc.types.tensor import TensorType, TupleType, is_known

MOST_NODES = 200_000

#: How the input that is a file's tensor is called: this and the path, and the name of one of several tensors behind a
#: zero byte, which no path holds.
FILE = "file:"


def file_of(input: str) -> tuple[str, str | None]:
    """The path of the file that an input is read from, and the name of the tensor in it where not all are."""
    path, mark, part = input.removeprefix(FILE).partition("\0")
    return path, part if mark else None


def lower(values: Sequence[t.Typed]) -> Graph:
    """The graph of some typed expressions."""
    lowering = Lowering(None)
    results = tuple([lowering.lower(value) for value in values])
    return without_points(Graph(results, tuple(lowering.effects)))


def lowered_with_draws(values: Sequence[t.Typed]) -> tuple[Graph, dict[int, Node]]:
    """The graph of some typed expressions, and its random draws outside of loops, by the identity of the call."""
    lowering = Lowering(None)
    lowering.keeps_draws = True
    results = tuple([lowering.lower(value) for value in values])
    return without_points(Graph(results, tuple(lowering.effects))), lowering.draws


def lowered_for_all_sizes(parameters: Mapping[str, t.Typed], body: t.Typed) -> Graph:
    """The graph of a function's body, whose inputs are its parameters. Raises TcalcError."""
    lowering = Lowering(None)
    lowering.for_all_sizes = True
    for name, each in parameters.items():
        if isinstance(each, t.Use):
            lowering.locals[each.local] = Input(each.span, each.type, name)
    return Graph((lowering.lower(body),), tuple(lowering.effects))


def alone(call: t.Apply) -> Graph:
    """The graph of one call, its operands given from outside whatever they are computed by."""

    def given(operand: t.Typed, name: str) -> t.Typed:
        type = operand.type
        return t.Reference(operand.span, type.unstatic(), name) if isinstance(type, TensorType) else operand

    operands: list[t.Typed | tuple[t.Typed, ...]] = []
    for place, operand in enumerate(call.operands):
        if isinstance(operand, tuple):
            operands.append(tuple([given(each, f"{place}.{i}") for i, each in enumerate(operand)]))
        else:
            operands.append(given(operand, str(place)))
    return lower([t.Apply(call.span, call.type, call.row, call.form, tuple(operands), call.options, call.names)])


class Lowering:
    """Lowers one block: a statement's expressions, or the body of a loop or choice."""

    __slots__ = (
        "bound_to",
        "captured",
        "count",
        "done",
        "drawn",
        "draws",
        "effects",
        "for_all_sizes",
        "inputs",
        "keeps_draws",
        "locals",
        "outer",
    )

    def __init__(self, outer: Lowering | None) -> None:
        self.outer = outer
        #: Whether sizes may be names: of a function that is not called. Such a graph is told of and never run.
        self.for_all_sizes: bool = outer is not None and outer.for_all_sizes
        self.locals: dict[t.Local, object] = {}
        #: What local variables are bound to.
        self.bound_to: dict[t.Local, t.Typed] = {}
        #: Random draws, in the order of the program.
        self.effects: list[Node] = []
        self.draws: dict[int, Node] = {}
        #: Whether they will be wanted again, by a derivative.
        self.keeps_draws = False
        #: Random tensors that were drawn before, by the same.
        self.drawn: dict[int, object] = {}
        #: Expressions lowered already: one that stands in several places (`q, r = qr(A)`) is computed once.
        self.done: dict[int, object] = {}
        #: In a block: nodes of the surrounding graph that it uses, with the inputs that stand for them.
        self.captured: dict[int, tuple[Node, Input]] = {}
        self.inputs: dict[str, Input] = {}
        self.count: list[int] = outer.count if outer is not None else [0]

    def lower(self, typed: t.Typed) -> object:
        """The result of an expression: a node, a tuple of results, or None for what exists only while checking."""
        static = typed.type.static if typed.type.__class__ is TensorType else None
        if static is not None and static.__class__ is not sizes.Poly and not self.touches(typed):
            if static.__class__ is tuple:
                return Data(typed.span, typed.type, static, typed.type.dtype)  # type: ignore[attr-defined]  # likewise
            return Number(typed.span, typed.type, static)
        known = self.done.get(id(typed))
        if known is None:
            known = self.done[id(typed)] = LOWERINGS[typed.__class__](self, typed)
        return known

    def touches(self, typed: t.Typed) -> bool:
        """Whether an expression is computed from what a derivative is taken by, though its value be known."""
        return self.outer is not None and self.outer.touches(typed)

    def binding(self, local: t.Local) -> t.Typed | None:
        """What a local variable is bound to; None for a parameter of a loop."""
        if local in self.bound_to or self.outer is None:
            return self.bound_to.get(local)
        return self.outer.binding(local)

    def elsewhere(self, typed: t.Typed) -> bool:
        """Whether an expression is lowered by another lowering than this one."""
        return False

    def recalled(self, typed: t.Derivative) -> Memory | None:
        """The session's variables as a derivative sees them that is lowered here."""
        return typed.surroundings.memory if self.outer is None else self.outer.recalled(typed)

    def known(self, version: Version) -> object:
        """What stands for a session's variable as it was bound once, None where that is its value."""
        return None if self.outer is None else self._captured_result(self.outer.known(version))

    def refuse_draw(self, typed: t.Apply) -> None:
        """An error where random numbers must not be drawn: what was drawn before is meant."""
        if self.outer is not None:
            self.outer.refuse_draw(typed)

    def node(self, typed: t.Typed) -> Node:
        """The node of an expression that is a tensor."""
        result = self.lower(typed)
        assert isinstance(result, Node), typed
        return result

    def _counted(self, typed: t.Typed) -> None:
        self.count[0] += 1
        if self.count[0] > MOST_NODES:
            raise TcalcError("limit", f"more than {MOST_NODES} operations in one statement", typed.span)

    def literal(self, typed: t.Literal) -> object:
        assert isinstance(typed.type, TensorType)
        if isinstance(typed.value, tuple):
            return Data(typed.span, typed.type, typed.value, typed.type.dtype)
        return Number(typed.span, typed.type, typed.value)

    def static(self, typed: t.Static) -> object:
        return None

    def reference(self, typed: t.Reference) -> object:
        return self.input(typed, typed.name)

    def settled(self, typed: t.Settled) -> object:
        if self.touches(typed.computed):
            return self.lower(t.retyped(typed.computed, typed.type))
        return self.reference(typed)

    def input(self, typed: t.Typed, name: str) -> object:
        """What stands for a value from outside of the program: a variable, or a file's."""
        if self.outer is not None:
            return self._captured_result(self.outer.input(typed, name))
        return self.outside(typed, name)

    def outside(self, typed: t.Typed, name: str) -> object:
        """The input of the whole graph that has some name."""
        if self.outer is not None:
            return self._captured_result(self.outer.outside(typed, name))
        found = self.inputs.get(name)
        if found is None:
            found = self.inputs[name] = Input(typed.span, typed.type, name)
        return found

    def file(self, typed: t.Typed, load: t.Apply, part: object) -> object:
        """What `load` gives, a tensor or several; where `part` is a name, the one that is called so."""
        return self.input(typed, f"{FILE}{load.options['path']}" + ("" if part is None else f"\0{part}"))

    def capture(self, node: Node) -> Node:
        """The block's own input for a node of the surrounding graph."""
        if isinstance(node, Number | Data):
            return node
        known = self.captured.get(id(node))
        if known is None:
            known = self.captured[id(node)] = (node, Input(node.span, node.type, -1))
        return known[1]

    def use(self, typed: t.Use) -> object:
        return self.local(typed.local)

    def local(self, local: t.Local) -> object:
        if local in self.locals:
            return self.locals[local]
        assert self.outer is not None, local.name
        found = self._captured_result(self.outer.local(local))
        self.locals[local] = found
        return found

    def _captured_result(self, result: object) -> object:
        if isinstance(result, tuple):
            return tuple([self._captured_result(item) for item in result])
        return self.capture(result) if isinstance(result, Node) else result

    def bound(self, typed: t.Bound) -> object:
        for local, value in typed.bindings:
            self.bind(local, value)
        return self.lower(typed.body)

    def bind(self, local: t.Local, value: t.Typed) -> None:
        """Lower what a local variable is bound to."""
        self.bound_to[local] = value
        self.locals[local] = self.lower(value)

    def apply(self, typed: t.Apply) -> object:
        if typed.row.special == "load":  # the session reads the file, as it reads its variables
            return self.file(typed, typed, typed.options["name"])
        if id(typed) in self.drawn and not typed.row.masks:
            return self.drawn[id(typed)]
        spine: list[t.Apply] = []
        first: t.Typed = typed
        while first.__class__ is t.Apply:  # a long sum is a long spine: walked, not recursed into
            spine.append(first)
            operands = first.operands
            if not operands or operands[0].__class__ is not t.Apply or is_known(operands[0].type):
                break
            first = operands[0]
            if id(first) in self.done or operands[0].row.special or operands[0].row.random or self.elsewhere(first):
                break
        result: object = None
        for each in reversed(spine):
            result = self.done[id(each)] = self._operation(each, result)
        return result

    def _operation(self, typed: t.Apply, first: object) -> Node:
        self._counted(typed)
        inputs: list[Node] = []
        slots: list[Slot] = []
        names = typed.names or ("",) * len(typed.operands)
        for position, (name, operand) in enumerate(zip(names, typed.operands, strict=True)):
            if isinstance(operand, tuple):
                inputs.extend([self.node(item) for item in operand])
                slots.append((name, len(operand)))
            else:
                result = first if position == 0 and first is not None else self.lower(operand)
                if result is None:
                    slots.append((name, ABSENT))
                    continue
                if isinstance(result, tuple):
                    nodes = nodes_of(result)
                    inputs.extend(nodes)
                    slots.append((name, len(nodes)))
                    continue
                assert isinstance(result, Node)
                inputs.append(result)
                slots.append((name, ALONE))
        if typed.row.masks and self.keeps_draws:
            return self._masked(typed, inputs[0])
        node = Operation(
            typed.span,
            typed.type,
            typed.row,
            typed.form,
            tuple(inputs),
            tuple(slots),
            typed.options,
            typed.written,
        )
        if typed.row.random:
            self.refuse_draw(typed)
            self.draws[id(typed)] = node
        return self._kept(node)

    def _masked(self, typed: t.Apply, x: Node) -> Node:
        """`dropout(x)` as x times what becomes of ones: what is drawn is there without x, for a derivative by it."""
        mask = self.drawn.get(id(typed))
        if mask is None:
            self.refuse_draw(typed)
            row = library.row("ones_like")
            assert row is not None
            ones = Operation(typed.span, typed.type, row, row.forms[0], (x,), (("x", ALONE),), {})
            drawn = Operation(typed.span, typed.type, typed.row, typed.form, (ones,), (("x", ALONE),), typed.options)
            mask = self.draws[id(typed)] = self._kept(drawn)
        assert isinstance(mask, Node)
        times = library.operator("*")
        slots = (("a", ALONE), ("b", ALONE))
        return Operation(typed.span, typed.type, times, times.forms[0], (x, mask), slots, {})

    def _kept(self, node: Node) -> Node:
        """The node, which is run in its turn if it has an effect."""
        if node.effect:
            self.effects.append(node)
        return node

    def convert(self, typed: t.Convert) -> object:
        operand = typed.operand
        while isinstance(operand, t.Bound) and not operand.bindings:
            operand = operand.body
        known: object = None
        if isinstance(operand, t.Literal):  # straight to the dtype: f64(0.1) is not f64(f32(0.1))
            known = operand.value
        elif isinstance(operand.type, TensorType) and not self.touches(operand):
            known = operand.type.static
        if isinstance(known, tuple | int | float | complex):
            value = known if typed.dtype.kind == "complex" else held(known, typed.dtype)
            if value is not None:
                return Data(typed.span, typed.type, value, typed.dtype)
        self._counted(typed)
        return Conversion(typed.span, typed.type, self.node(operand), typed.dtype)

    def several(self, typed: t.Several) -> object:
        return tuple([self.lower(item) for item in typed.items])

    def item(self, typed: t.Item) -> object:
        load = typed.operand
        if isinstance(load, t.Apply) and load.row.special == "load" and load.options["path"] != "-":
            assert isinstance(load.type, TupleType)
            return self.file(typed, load, load.type.names[typed.index])  # the others are not read
        operand = self.lower(typed.operand)
        if isinstance(operand, tuple):
            return operand[typed.index]
        assert isinstance(operand, Node)
        return Part(typed.span, typed.type, operand, typed.index)

    def choice(self, typed: t.Choice) -> object:
        condition = self.node(typed.condition)
        blocks = [self._block((), branch) for branch in (typed.then, typed.otherwise)]
        outside: dict[int, Node] = {}
        for block, _ in blocks:
            outside.update({key: node for key, (node, _) in block.captured.items()})
        places = {key: place for place, key in enumerate(outside)}
        for block, _ in blocks:
            for key, (_, input) in block.captured.items():
                input.name = places[key]
        then, otherwise = [graph for _, graph in blocks]
        return self._kept(Branch(typed.span, typed.type, (condition, *outside.values()), then, otherwise))

    def loop(self, typed: t.Loop) -> object:
        if not isinstance(typed.count, int) and not self.for_all_sizes:
            raise TcalcError("shape", "how often the loop runs is not known", typed.span)
        states = [self.node(state) for state in typed.states]
        sequences = [self.node(sequence) for sequence in typed.sequences]
        block, body = self._block(typed.locals, typed.body)
        own = len(typed.locals)
        for place, (_, input) in enumerate(block.captured.values()):
            input.name = own + place
        inputs = (*states, *sequences, *(node for node, _ in block.captured.values()))
        node = Repeat(
            typed.span, typed.type, typed.kind, inputs, len(states), len(sequences), typed.axes, typed.count, body
        )
        return self._kept(node)

    def _block(self, parameters: Sequence[t.Local], body: t.Typed) -> tuple[Lowering, Graph]:
        self._counted(body)
        block = Lowering(self)
        for number, local in enumerate(parameters):
            block.locals[local] = Input(body.span, local.type, number, local.name)
        result = block.lower(body)
        return block, without_points(Graph((result,), tuple(block.effects)))

    def derivative(self, typed: t.Derivative) -> object:
        from tcalc.graph.derivatives.forms import derivative  # it lowers in its turn

        if self.for_all_sizes:
            raise TcalcError("type", "a derivative is only told of at sizes that are known", typed.span)
        return derivative(self, typed)


LOWERINGS: dict[type, Callable[..., object]] = {
    t.Literal: Lowering.literal,
    t.Static: Lowering.static,
    t.Reference: Lowering.reference,
    t.Settled: Lowering.settled,
    t.Use: Lowering.use,
    t.Bound: Lowering.bound,
    t.Apply: Lowering.apply,
    t.Convert: Lowering.convert,
    t.Several: Lowering.several,
    t.Item: Lowering.item,
    t.Choice: Lowering.choice,
    t.Loop: Lowering.loop,
    t.Derivative: Lowering.derivative,
}
