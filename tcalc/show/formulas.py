"""Graphs as expressions of the language: the closed form of a derivative."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tcalc.graph.compiled import Closed
from tcalc.graph.graph import (
    WHOLE,
    Branch,
    Conversion,
    Data,
    Graph,
    Guarded,
    Input,
    Node,
    Number,
    Operation,
    Part,
    Pullback,
    Repeat,
    ordered,
)
from tcalc.graph.lower import FILE, file_of
from tcalc.graph.simplify.algebra import row_of
from tcalc.show.blocks import choice, loop
from tcalc.show.expressions import (
    NOWHERE,
    NoFormula,
    Words,
    argument,
    call,
    name,
)
from tcalc.show.operations import operation
from tcalc.syntax import nodes as n
from tcalc.syntax.unparse import unparse
from tcalc.syntax.walk import within
from tcalc.types.tensor import TensorType

#: Longer than this, what stands in a formula twice is given a name.
WIDE = 60
#: What is shorter than this is rather written twice.
SHORT = 12
#: More operations than this are nothing to read.
MOST_NODES, MOST_WRITTEN = 300, 2000


Shape = tuple[object, ...]


class Formula:
    """An expression, and the shapes of the tensors in it, by the identity of the part."""

    __slots__ = ("shapes", "tree")

    def __init__(self, tree: n.Expr, shapes: dict[int, Shape]) -> None:
        self.tree, self.shapes = tree, shapes


def formula_text(closed: Closed) -> str:
    """The expression that computes a derivative, on one line. Raises NoFormula."""
    return unparse(formula_of(closed, closed.names).tree)


def formula_now(closed: Closed) -> str:
    """The same as far as it concerns what names are bound to now, with what is assumed of them. Raises NoFormula."""
    known, lacks = under_data(closed)
    told = " and ".join([f"{name} holds no {number}" for name, number in lacks])
    return f"{formula_text(known)}   where {told}" if told else formula_text(known)


def under_data(closed: Closed) -> tuple[Closed, list[tuple[str, int]]]:
    """A closed form as far as it concerns what names are bound to now, and which of them lacks which number.

    Where that is no shorter, it is the one that holds whatever they are bound to. Raises NoFormula.
    """
    if closed.differs is None or not isinstance(closed.result, Node):
        return closed, []
    from tcalc.graph.simplify.assumed import assumed  # not before there is a derivative

    result, lacks = assumed(closed.result, closed.differs, closed.default_float)
    known = Closed(result, closed.default_float, closed.names)
    return (known, lacks) if lacks and len(formula_text(known)) < len(formula_text(closed)) else (closed, [])


def order_text(closed: Closed) -> str:
    """An expression that computes a result as its graph does: in that order, what is shared once. Raises NoFormula."""
    return unparse(formula_of(closed, closed.names, exact=True).tree)


def formula_of(closed: Closed, names: Collection[str] = (), *, exact: bool = False) -> Formula:
    """The expression that computes a derivative from the session's variables, where these `names` hide builtins.

    `exact` keeps the order in which it is computed, and what is computed once has a name. Raises NoFormula.
    """
    words = Words(names, closed.default_float, exact)
    result = closed.result
    if not isinstance(result, Node):
        raise NoFormula("it is known before it is computed")
    if isinstance(result, Number) and isinstance(result.value, int | float):
        value = words.literal(float(result.value))
        dtype = result.type.dtype if isinstance(result.type, TensorType) else closed.default_float
        return Formula(value if dtype is closed.default_float else call(name(dtype.name), [value]), {})
    order = ordered((result,))
    if len(order) > MOST_NODES:
        raise NoFormula("it is too long to be read")
    written = _Writer(order, words)
    tree = None if exact else written.tree(result, named={})
    if tree is not None and len(unparse(tree)) <= WIDE:
        return Formula(tree, written.shapes)
    return Formula(written.with_names(result), written.shapes)


class _Writer:
    """Writes the nodes of one graph, or of a block, whose numbered inputs are `given`."""

    def __init__(self, order: list[Node], words: Words, given: Mapping[int, n.Expr] | None = None) -> None:
        self.order, self.words, self.float, self.given = order, words, words.float, given or {}
        #: See `Formula`; whoever has an identity here is kept alive.
        self.shapes: dict[int, Shape] = {}
        self._alive: list[n.Expr] = []
        self.taken = {each.name if isinstance(each, Input) else row_of(each) for each in order}
        self.locals: set[str] = set()
        self.uses: dict[int, int] = {}
        #: Numbers that stand beside a tensor of the usual dtype, which they take on, whole or not.
        self.beside: set[int] = set()
        for node in order:
            for each in node.inputs:
                self.uses[id(each)] = self.uses.get(id(each), 0) + 1
            if words.exact and isinstance(node, Branch | Repeat):
                for each in _captured(node):  # computed once, and so before the block
                    self.uses[id(each)] = self.uses.get(id(each), 0) + 1
            if isinstance(node, Operation) and node.row.operator in BESIDE and len(node.inputs) == 2:
                one, other = node.inputs
                self.beside |= {id(a) for a, b in ((one, other), (other, one)) if self._decides(b)}

    def _note(self, tree: n.Expr, node: Node) -> None:
        if isinstance(node.type, TensorType):
            self.shapes[id(tree)] = node.type.shape
            self._alive.append(tree)

    def _decides(self, node: Node) -> bool:
        """Whether a node makes whole numbers beside it floating."""
        return (
            not isinstance(node, Data | Number) and isinstance(node.type, TensorType) and node.type.dtype is self.float
        )

    def tree(self, result: Node, named: dict[int, str]) -> n.Expr | None:
        """The expression of a node, where some nodes have names; None where it is far too long."""
        done: dict[int, n.Expr] = {}
        sizes: dict[int, int] = {}
        for node in self.order:
            if id(node) in named and node is not result:
                done[id(node)], sizes[id(node)] = name(named[id(node)]), 1
                self._note(done[id(node)], node)
                continue
            sizes[id(node)] = 1 + sum(sizes[id(each)] for each in node.inputs)
            if sizes[id(node)] > MOST_WRITTEN:
                return None
            done[id(node)] = self.written(node, [done[id(each)] for each in node.inputs])
            self._note(done[id(node)], node)
            if node is result:
                break
        return done[id(result)]

    def with_names(self, result: Node) -> n.Expr:
        """`let` before the expression, for what stands in it more than once."""
        several = [each for each in self.order if each is not result and self.uses.get(id(each), 0) > 1]
        taken = {*self.taken}
        tree, needless = self.bound(result, several)
        if needless:  # and the names of those that are left one after the other
            self.taken = taken
            tree, _ = self.bound(result, [each for each in several if id(each) not in needless])
        return tree

    def bound(self, result: Node, several: Sequence[Node]) -> tuple[n.Expr, set[int]]:
        """A result where what stands in it several times has names; and who of them needed none."""
        named: dict[int, str] = {}
        bindings: list[tuple[n.Name, n.Expr]] = []
        for node in several:
            if not isinstance(node, Operation | Pullback | Branch | Repeat):
                continue
            if self.words.exact and _is_view(node):
                continue
            tree = self.tree(node, named)
            if tree is None:
                raise NoFormula("it is too long to be read")
            if len(unparse(tree)) < SHORT and not self.words.exact:
                continue
            named[id(node)] = self.fresh()
            bindings.append((n.Name(NOWHERE, named[id(node)]), tree))
        body = self.tree(result, named)
        if body is None:
            raise NoFormula("it is too long to be read")
        used = _names_in(body)
        kept: list[tuple[n.Name, n.Expr]] = []
        for target, value in reversed(bindings):  # one that only others were to be made of may not be needed
            if target.name in used:
                kept.insert(0, (target, value))
                used |= _names_in(value)
        needless = {each for each, name in named.items() if name not in used}
        return (n.Let(NOWHERE, tuple(kept), body) if kept else body), needless

    def fresh(self) -> str:
        """A name that nothing else has."""
        candidates = ("t", "u", "v", *[f"t{number}" for number in range(1, MOST_NODES)])
        found = next(each for each in candidates if each not in self.taken)
        self.taken.add(found)
        self.locals.add(found)
        return found

    # Nodes

    def written(self, node: Node, inputs: list[n.Expr]) -> n.Expr:
        """A node, whose inputs are these."""
        if isinstance(node, Number):
            return self.words.number(node.value)
        if isinstance(node, Data):
            return self.data(node)
        if isinstance(node, Input):
            return self.input(node)
        if isinstance(node, Conversion) and self.is_idle(node):
            return inputs[0]
        if isinstance(node, Conversion):
            return self.converted(node) or call(name(node.dtype.name), inputs)
        if isinstance(node, Guarded):
            return inputs[2]
        if isinstance(node, Part) and isinstance(inputs[0], n.TupleOf):
            return inputs[0].items[node.index]
        if isinstance(node, Part):
            return n.Index(NOWHERE, inputs[0], (self.words.number(node.index),))
        if isinstance(node, Pullback):
            return n.TupleOf(NOWHERE, tuple([self.pulled(node, place, inputs) for place in node.wanted]))
        if isinstance(node, Operation) and (self.words.exact or not node.effect):
            return operation(self.words, node, inputs)
        if self.words.exact and isinstance(node, Branch):
            return choice(node, inputs, self.block)
        if self.words.exact and isinstance(node, Repeat):
            return loop(node, inputs, self.block)
        raise NoFormula("it draws random numbers" if node.effect else "a loop or a choice has none")

    def block(self, graph: Graph, given: Sequence[n.Expr]) -> n.Expr:
        """The block of a loop or a choice, whose inputs are these."""
        (result,) = graph.results
        items = result if isinstance(result, tuple) else (result,)
        orders = [ordered((each,)) for each in items]
        if sum(map(len, orders)) > MOST_NODES:
            raise NoFormula("it is too long to be read")
        steps = [{id(each) for each in order if each.inputs and not _is_view(each)} for order in orders]
        if len(set().union(*steps)) < sum(map(len, steps)):
            raise NoFormula("what several results need cannot be written once")
        trees = []
        for each, order in zip(items, orders, strict=True):
            if not isinstance(each, Node):
                raise NoFormula("it gives tuples of tuples")
            writer = _Writer(order, self.words, dict(enumerate(given)))
            writer.taken |= self.taken | set().union(*map(_names_in, given))
            trees.append(writer.with_names(each))
        return n.TupleOf(NOWHERE, tuple(trees)) if isinstance(result, tuple) else trees[0]

    def is_idle(self, node: Conversion) -> bool:
        """Whether a number that a name stands for is converted to what it becomes anyway."""
        (operand,) = node.inputs
        return node.dtype is self.float and isinstance(operand.type, TensorType) and operand.type.dtype is node.dtype

    def converted(self, node: Conversion) -> n.Expr | None:
        """Whole numbers that stand in the program, as floating ones."""
        (data,) = node.inputs
        if node.dtype is not self.float or not isinstance(data, Data) or data.dtype.kind == "complex":
            return None
        return self.words.literal(_floating(data.value))

    def pulled(self, node: Pullback, place: int, inputs: list[n.Expr]) -> n.Expr:
        """`vjp[x](f(x), g)`, by one of the operands of what torch's autograd differentiates.

        Where that operand is no name, `let t = x * y in vjp[t](f(t), g)`.
        """
        (body,) = node.body.results
        if node.parts != (WHOLE,) or not isinstance(body, Operation):
            raise NoFormula(
                "a loop or a choice has none" if node.parts == (WHOLE,) else "several results are pulled back"
            )
        operand = inputs[place]
        others = [each for other, each in enumerate(inputs[:-1]) if other != place]
        used = set().union(*map(_names_in, others))
        local = ""
        if isinstance(operand, n.Name) and isinstance(node.inputs[place], Input):
            local = operand.name
        if not local or local in used or used & self.locals:  # those may be computed from it
            local = self.fresh()
        given: list[n.Expr] = []
        for each in body.inputs:
            if not isinstance(each, Input) or not isinstance(each.name, int):
                raise NoFormula("an operand of it cannot be written")
            given.append(name(local) if each.name == place else inputs[each.name])
        value = self.written(body, given)
        vjp = n.Index(NOWHERE, self.words.function("vjp", "torch.vjp"), (name(local),))
        arguments = (argument(None, value), argument(None, inputs[-1]))
        pulled = n.Call(NOWHERE, vjp, arguments)
        if isinstance(operand, n.Name) and operand.name == local:
            return pulled
        return n.Let(NOWHERE, ((n.Name(NOWHERE, local), operand),), pulled)

    def data(self, node: Data) -> n.Expr:
        usual = node.dtype is self.float or node.dtype.name in ("i64", "bool")
        if node.dtype is self.float and id(node) in self.beside:
            return self.words.literal(node.value, whole=True)
        found = self.words.literal(node.value)
        return found if usual else call(name(node.dtype.name), [found])

    def input(self, node: Input) -> n.Expr:
        text = node.name
        if isinstance(text, str) and text.startswith(FILE):
            path, part = file_of(text)
            given = [n.Text(NOWHERE, path)] + ([] if part is None else [n.Text(NOWHERE, part)])
            return call(self.words.function("load", "torch.load"), given)
        if isinstance(text, int) and text in self.given:
            return self.given[text]
        if self.words.exact:
            return name(input_name(text))
        if not isinstance(text, str) or not text.isidentifier():
            raise NoFormula("it needs a value that has no name any more")
        return name(text)


def input_name(given: str | int) -> str:
    """What an input is called where a graph is told: those that are no variables by their numbers."""
    if isinstance(given, int):
        return f"x{given}"
    return given if given.isidentifier() else f"t{given.rpartition(':')[2]}"


def _is_view(node: Node) -> bool:
    return isinstance(node, Operation) and node.row.view


def _captured(node: Branch | Repeat) -> Sequence[Node]:
    """What the blocks of a node see from outside."""
    return node.inputs[1 if isinstance(node, Branch) else node.states + node.sequences :]


#: Operators beside whose floating operand a list of whole numbers is floating.
BESIDE = ("+", "-", "*", "/")


def _floating(value: object) -> object:
    return tuple(map(_floating, value)) if isinstance(value, tuple) else float(value)  # type: ignore[arg-type]  # real


def _names_in(tree: n.Node) -> set[str]:
    return {each.name for each in within(tree) if isinstance(each, n.Name)}
