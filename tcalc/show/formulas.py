"""Graphs as expressions of the language: the closed form of a derivative."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import pi
from typing import TYPE_CHECKING

from tcalc.graph.compiled import Closed
from tcalc.graph.graph import (
    ABSENT,
    ALONE,
    WHOLE,
    Conversion,
    Data,
    Guarded,
    Input,
    Node,
    Number,
    Operation,
    Part,
    Pullback,
    ordered,
)
from tcalc.graph.lower import FILE, file_of
from tcalc.source import Source, Span
from tcalc.syntax import nodes as n
from tcalc.syntax.unparse import unparse
from tcalc.types.dtypes import DType
from tcalc.types.tensor import TensorType

if TYPE_CHECKING:
    from tcalc.types.signature import Parameter

#: Longer than this, what stands in a formula twice is given a name.
WIDE = 60
#: What is shorter than this is rather written twice.
SHORT = 12
#: More operations than this are nothing to read.
MOST_NODES, MOST_WRITTEN = 300, 2000

#: As a multiple of pi a number is recognised up to this.
MOST_TURNS = 16
NOWHERE = Span(Source("", "<formula>"), 0, 0)


class NoFormula(Exception):
    """There is no closed form; why, in a few words."""


class Formula:
    """An expression, and how many axes the tensors in it have, by the identity of the part."""

    __slots__ = ("ranks", "tree")

    def __init__(self, tree: n.Expr, ranks: dict[int, int]) -> None:
        self.tree, self.ranks = tree, ranks


def formula_text(closed: Closed) -> str:
    """The expression that computes a derivative, on one line. Raises NoFormula."""
    return unparse(formula_of(closed).tree)


def formula_of(closed: Closed) -> Formula:
    """The expression that computes a derivative from the session's variables. Raises NoFormula."""
    result = closed.result
    if not isinstance(result, Node):
        raise NoFormula("it is known before it is computed")
    if isinstance(result, Number) and isinstance(result.value, int | float):
        return Formula(_literal(float(result.value)), {})
    order = ordered((result,))
    if len(order) > MOST_NODES:
        raise NoFormula("it is too long to be read")
    written = _Writer(order, closed.default_float)
    tree = written.tree(result, named={})
    if tree is not None and len(unparse(tree)) <= WIDE:
        return Formula(tree, written.ranks)
    return Formula(written.with_names(result), written.ranks)


class _Writer:
    """Writes the nodes of one graph."""

    def __init__(self, order: list[Node], default_float: DType) -> None:
        self.order, self.float = order, default_float
        #: See `Formula`; whoever has an identity here is kept alive.
        self.ranks: dict[int, int] = {}
        self._alive: list[n.Expr] = []
        self.taken = {each.name for each in order if isinstance(each, Input)}
        self.uses: dict[int, int] = {}
        #: Numbers that stand beside a tensor of the usual dtype, which they take on, whole or not.
        self.beside: set[int] = set()
        for node in order:
            for each in node.inputs:
                self.uses[id(each)] = self.uses.get(id(each), 0) + 1
            if isinstance(node, Operation) and node.row.operator in BESIDE and len(node.inputs) == 2:
                one, other = node.inputs
                self.beside |= {id(a) for a, b in ((one, other), (other, one)) if self._decides(b)}

    def _rank(self, tree: n.Expr, node: Node) -> None:
        if isinstance(node.type, TensorType):
            self.ranks[id(tree)] = len(node.type.axes)
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
                self._rank(done[id(node)], node)
                continue
            sizes[id(node)] = 1 + sum(sizes[id(each)] for each in node.inputs)
            if sizes[id(node)] > MOST_WRITTEN:
                return None
            done[id(node)] = self.written(node, [done[id(each)] for each in node.inputs])
            self._rank(done[id(node)], node)
            if node is result:
                break
        return done[id(result)]

    def with_names(self, result: Node) -> n.Expr:
        """`let` before the expression, for what stands in it more than once."""
        named: dict[int, str] = {}
        bindings: list[tuple[n.Name, n.Expr]] = []
        for node in self.order:
            if node is result or self.uses.get(id(node), 0) < 2 or not isinstance(node, Operation | Pullback):
                continue
            tree = self.tree(node, named)
            if tree is None:
                raise NoFormula("it is too long to be read")
            if len(unparse(tree)) < SHORT:
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
        return n.Let(NOWHERE, tuple(kept), body) if kept else body

    def fresh(self) -> str:
        """A name that nothing else has."""
        candidates = ("t", "u", "v", *[f"t{number}" for number in range(1, MOST_NODES)])
        found = next(each for each in candidates if each not in self.taken)
        self.taken.add(found)
        return found

    # Nodes

    def written(self, node: Node, inputs: list[n.Expr]) -> n.Expr:
        """A node, whose inputs are these."""
        if isinstance(node, Number):
            return number(node.value)
        if isinstance(node, Data):
            return self.data(node)
        if isinstance(node, Input):
            return self.input(node)
        if isinstance(node, Conversion):
            return call(node.dtype.name, inputs)
        if isinstance(node, Guarded):
            return inputs[2]
        if isinstance(node, Part) and isinstance(inputs[0], n.TupleOf):
            return inputs[0].items[node.index]
        if isinstance(node, Part):
            return n.Index(NOWHERE, inputs[0], (number(node.index),))
        if isinstance(node, Pullback):
            return n.TupleOf(NOWHERE, tuple([self.pulled(node, place, inputs) for place in node.wanted]))
        if isinstance(node, Operation) and not node.effect:
            return self.operation(node, inputs)
        raise NoFormula("it draws random numbers" if node.effect else "a loop or a choice has none")

    def pulled(self, node: Pullback, place: int, inputs: list[n.Expr]) -> n.Expr:
        """`let t = x in vjp[t](f(t), g)`, by one of the operands of what torch's autograd differentiates."""
        (body,) = node.body.results
        if node.parts != (WHOLE,) or not isinstance(body, Operation):
            raise NoFormula(
                "a loop or a choice has none" if node.parts == (WHOLE,) else "several results are pulled back"
            )
        local = self.fresh()
        given: list[n.Expr] = []
        for each in body.inputs:
            if not isinstance(each, Input) or not isinstance(each.name, int):
                raise NoFormula("an operand of it cannot be written")
            given.append(name(local) if each.name == place else inputs[each.name])
        value = self.written(body, given)
        vjp = n.Index(NOWHERE, name("vjp"), (name(local),))
        arguments = (_argument(None, value), _argument(None, inputs[-1]))
        return n.Let(NOWHERE, ((n.Name(NOWHERE, local), inputs[place]),), n.Call(NOWHERE, vjp, arguments))

    def data(self, node: Data) -> n.Expr:
        usual = node.dtype is self.float or node.dtype.name in ("i64", "bool")
        if node.dtype is self.float and id(node) in self.beside:
            return number(node.value) if not isinstance(node.value, tuple) else _literal(node.value, whole=True)
        return _literal(node.value) if usual else call(node.dtype.name, [_literal(node.value)])

    def input(self, node: Input) -> n.Expr:
        text = node.name
        if isinstance(text, str) and text.startswith(FILE):
            path, part = file_of(text)
            given = [n.Text(NOWHERE, path)] + ([] if part is None else [n.Text(NOWHERE, part)])
            return call("load", given)
        if not isinstance(text, str) or not text.isidentifier():
            raise NoFormula("it needs a value that has no name any more")
        return name(text)

    def operation(self, node: Operation, inputs: list[n.Expr]) -> n.Expr:
        """An operation of a row."""
        row = node.row
        special = WRITERS.get(row.name)
        found = special(node, inputs) if special is not None else None
        if found is not None:
            return found
        if row.operator and len(inputs) == 2 and not node.options:
            return operated(row.operator, node, inputs)
        if row.operator.endswith("x") and len(inputs) == 1:
            return negated(inputs[0]) if row.operator == "-x" else n.Unary(NOWHERE, row.operator[:-1], inputs[0])
        if row.attribute:
            return n.Attribute(NOWHERE, inputs[0], row.name, NOWHERE)
        return self.called(node, inputs)

    def called(self, node: Operation, inputs: list[n.Expr]) -> n.Expr:
        """`f[over](x, option=value)`"""
        row = node.row
        function: n.Expr = name(row.name)
        rest = iter(inputs)
        operands: dict[str, n.Expr] = {}
        starred: list[n.Expr] = []
        several = {each.name for each in node.form.signature.parameters if each.starred}
        for slot, count in node.slots:
            if count == ABSENT:
                continue
            if slot in several:
                starred += [next(rest) for _ in range(1 if count == ALONE else count)]
            elif count == ALONE:
                operands[slot] = next(rest)
            else:
                operands[slot] = n.ListOf(NOWHERE, tuple([next(rest) for _ in range(count)]))
        over = self.over(node)
        arguments: list[n.Argument] = []
        by_name = False
        for parameter in node.form.signature.parameters:
            if over is not None and parameter.name == over:
                by_name = True
            elif parameter.name in operands:
                arguments.append(_argument(parameter.name if by_name else None, operands[parameter.name]))
            elif parameter.starred and starred:
                arguments += [_argument(None, each) for each in starred]
            elif parameter.name in node.options and not self.is_usual(node, parameter):
                value = node.options[parameter.name]
                alone = sum(each.default is None for each in node.form.signature.parameters) == 1
                spread = (parameter.starred or (parameter.name == "size" and alone)) and not by_name
                if parameter.kind == "keywords" and isinstance(value, tuple):
                    arguments += [_argument(key, _literal(each)) for key, each in value]
                elif spread and value and isinstance(value, tuple):
                    arguments += [_argument(None, _literal(each)) for each in value]
                else:
                    arguments.append(_argument(parameter.name if by_name else None, _literal(value)))
            else:
                by_name = True
        if over is not None:
            chosen = node.options[over]
            items = chosen if isinstance(chosen, tuple) else (chosen,)
            function = n.Index(NOWHERE, function, tuple([number(each) for each in items]))
        return n.Call(NOWHERE, function, tuple(arguments))

    def over(self, node: Operation) -> str | None:
        """The option that stands in brackets behind the name: the axes."""
        row = node.row
        if len(row.over) != 1 or row.over[0] not in node.options or not node.inputs:
            return None
        chosen = node.options[row.over[0]]
        axes = chosen if isinstance(chosen, tuple) else (chosen,)
        fits = bool(axes) and all(isinstance(each, int) and not isinstance(each, bool) for each in axes)
        return row.over[0] if fits and ALONE in [count for _, count in node.slots[:1]] else None

    def is_usual(self, node: Operation, parameter: Parameter) -> bool:
        """Whether an option says what the call means anyway."""
        value = node.options[parameter.name]
        if parameter.name == "requires_grad" or value is None:
            return True
        if parameter.name == "dtype" and not node.inputs:
            return value is self.float or (isinstance(value, DType) and value.name == "i64")
        if parameter.default is None:
            return False
        default = getattr(parameter.default, "value", node)
        return default == value and default.__class__ is value.__class__


# Expressions


def name(text: str) -> n.Expr:
    """A name, or several with dots between them."""
    first, *rest = text.split(".")
    found: n.Expr = n.Name(NOWHERE, first)
    for each in rest:
        found = n.Attribute(NOWHERE, found, each, NOWHERE)
    return found


def call(function: str, inputs: Iterable[n.Expr]) -> n.Expr:
    """A call of a function by its name."""
    return n.Call(NOWHERE, name(function), tuple([_argument(None, each) for each in inputs]))


def number(value: object) -> n.Expr:
    """A number; what is whole is written so, for beside a tensor both mean the same."""
    if isinstance(value, bool) or value is None:
        return n.Constant(NOWHERE, value)
    assert isinstance(value, int | float | complex)
    if isinstance(value, float) and value != value:
        return name("nan")
    if isinstance(value, float) and abs(value) == float("inf"):
        return name("inf") if value > 0 else n.Unary(NOWHERE, "-", name("inf"))
    turns = value / pi if isinstance(value, float) else 0.5
    if turns.is_integer() and 0 < turns <= MOST_TURNS:
        return name("pi") if turns == 1 else binary("*", number(turns), name("pi"))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e6:
        value = int(value)
    if not isinstance(value, complex) and value < 0:
        return n.Unary(NOWHERE, "-", n.Number(NOWHERE, -value))
    return n.Number(NOWHERE, value)


def _literal(value: object, whole: bool = False) -> n.Expr:
    """A plain value, as an option or in a list of numbers, which may be `whole`: without a point where they are."""
    if isinstance(value, tuple):
        return n.ListOf(NOWHERE, tuple([_literal(each, whole) for each in value]))
    if whole:
        return number(value)
    if isinstance(value, str):
        return n.Text(NOWHERE, value)
    if isinstance(value, DType):
        return name(value.name)
    if isinstance(value, float) and value.is_integer():
        return n.Unary(NOWHERE, "-", n.Number(NOWHERE, -value)) if value < 0 else n.Number(NOWHERE, value)
    if value is None or isinstance(value, bool | int | float | complex):
        return number(value)
    raise NoFormula("an option of it cannot be written")


def _argument(key: str | None, value: n.Expr) -> n.Argument:
    return n.Argument(NOWHERE, key, value)


#: Operators beside whose floating operand a list of whole numbers is floating.
BESIDE = ("+", "-", "*", "/")
#: Operators that group with each other from the left.
PRODUCTS = ("*", "/", "@")


def operated(operator: str, node: Operation, inputs: Sequence[n.Expr]) -> n.Expr:
    """Two operands with an operator between them, with as few brackets as will do."""
    one, other = inputs
    if operator in ("==", "!=", "<", "<=", ">", ">="):
        return n.Compare(NOWHERE, one, ((operator, other),))
    if operator == "@" and _is_matrix(node.inputs[0]) and _is_matrix(node.inputs[1]):
        return chained(one, other)
    if operator == "*":
        left, right = node.inputs
        if _is_scalar(left):
            return scaled(one, other)
        if isinstance(other, n.Binary) and other.operator in ("*", "/") and _is_scalar(right):
            return binary("*", one, other)
    if operator == "+" and isinstance(other, n.Unary) and other.operator == "-":
        return binary("-", one, other.operand)
    return binary(operator, one, other)


def binary(operator: str, one: n.Expr, other: n.Expr) -> n.Expr:
    """A binary operation."""
    return n.Binary(NOWHERE, operator, NOWHERE, one, other, max(one.depth, other.depth) + 1)


def chained(one: n.Expr, other: n.Expr) -> n.Expr:
    """A product of matrices without brackets: in which order it is computed makes no difference."""
    if isinstance(other, n.Binary) and other.operator == "@":
        return binary("@", chained(one, other.left), other.right)
    return binary("@", one, other)


def scaled(scalar: n.Expr, tensor: n.Expr) -> n.Expr:
    """A scalar times a tensor: before the first factor of a product, `2 * A @ x`."""
    if isinstance(tensor, n.Binary) and tensor.operator in PRODUCTS:
        return binary(tensor.operator, scaled(scalar, tensor.left), tensor.right)
    if isinstance(scalar, n.Binary) and scalar.operator not in PRODUCTS and scalar.operator != "^":
        return binary("*", scalar, tensor)
    return binary("*", scalar, tensor)


def negated(inner: n.Expr) -> n.Expr:
    """`-x`; of a product before its first factor."""
    if isinstance(inner, n.Binary) and inner.operator in PRODUCTS:
        return binary(inner.operator, negated(inner.left), inner.right)
    return n.Unary(NOWHERE, "-", inner)


def _is_scalar(node: Node) -> bool:
    return isinstance(node.type, TensorType) and not node.type.axes


def _is_matrix(node: Node) -> bool:
    return isinstance(node.type, TensorType) and len(node.type.axes) > 1


def _names_in(tree: n.Node) -> set[str]:
    found: set[str] = set()
    stack: list[object] = [tree]
    while stack:
        each = stack.pop()
        if isinstance(each, n.Name):
            found.add(each.name)
        elif isinstance(each, tuple | list):
            stack.extend(each)
        elif isinstance(each, n.Node):
            for kind in type(each).__mro__:
                stack.extend([getattr(each, slot, None) for slot in getattr(kind, "__slots__", ()) if slot != "span"])
    return found


# Rows that are written in a way of their own


def _index(node: Operation, inputs: list[n.Expr]) -> n.Expr:
    items = node.options["items"]
    assert isinstance(items, tuple)
    rest = iter(inputs[1:])
    found: list[n.Expr] = []
    for item in items:
        kind = item.__class__.__name__
        if kind == "TensorItem":
            found.append(next(rest))
        elif kind == "SliceItem":
            ends = [None if end is None else number(end) for end in (item.start, item.stop, item.step)]
            found.append(n.Slice(NOWHERE, *ends))
        elif item is ...:
            found.append(n.Constant(NOWHERE, ...))
        else:
            found.append(_literal(item))
    return n.Index(NOWHERE, inputs[0], tuple(found)) if found else inputs[0]


def _no_update(node: Operation, inputs: list[n.Expr]) -> n.Expr:
    raise NoFormula("an update of some elements is no expression")


def _unsqueezed(node: Operation, inputs: list[n.Expr]) -> n.Expr:
    """`x[:, None]`, which is how one writes it where two vectors meet."""
    type, dim = node.inputs[0].type, node.options["dim"]
    assert isinstance(type, TensorType) and isinstance(dim, int)
    rank = len(type.axes)
    items: list[n.Expr] = [n.Slice(NOWHERE, None, None, None) for _ in range(rank)]
    place = dim % (rank + 1)
    items.insert(place, n.Constant(NOWHERE, None))
    return n.Index(NOWHERE, inputs[0], tuple(items if place == rank else items[: place + 1]))


def _expanded(node: Operation, inputs: list[n.Expr]) -> n.Expr | None:
    """A scalar as a vector of one is `[x]`."""
    scalar = _is_scalar(node.inputs[0]) and node.options.get("shape") == (1,)
    return n.ListOf(NOWHERE, (inputs[0],)) if scalar else None


WRITERS: dict[str, Callable[[Operation, list[n.Expr]], n.Expr | None]] = {
    "getitem": _index,
    "setitem": _no_update,
    "unsqueeze": _unsqueezed,
    "expand": _expanded,
}
