"""Operations as expressions of the language: with operators, as calls, or in a way of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tcalc.graph.graph import ABSENT, ALONE, Node, Operation
from tcalc.show.expressions import NOWHERE, NoFormula, Words, added, argument, binary, call, chained, negated, scaled
from tcalc.syntax import nodes as n
from tcalc.types.dtypes import DType
from tcalc.types.tensor import Axis, TensorType

if TYPE_CHECKING:
    from tcalc.types.signature import Parameter


def operation(words: Words, node: Operation, inputs: list[n.Expr]) -> n.Expr:
    """An operation on operands that are written so. Raises NoFormula."""
    row = node.row
    special = WRITERS.get(row.name)
    found = special(words, node, inputs) if special is not None else None
    if found is not None:
        return found
    if row.operator and len(inputs) == 2 and not node.options:
        return operated(row.operator, node, inputs, words.exact)
    if row.operator.endswith("x") and len(inputs) == 1:
        moves = row.operator == "-x" and not words.exact
        return negated(inputs[0]) if moves else n.Unary(NOWHERE, row.operator[:-1], inputs[0])
    if row.attribute:
        return n.Attribute(NOWHERE, inputs[0], row.name, NOWHERE)
    return called(words, node, inputs)


def operated(operator: str, node: Operation, inputs: Sequence[n.Expr], exact: bool) -> n.Expr:
    """Two operands with an operator between them, with as few brackets as will do, or `exact`."""
    one, other = inputs
    if operator in ("==", "!=", "<", "<=", ">", ">="):
        return n.Compare(NOWHERE, one, ((operator, other),))
    if exact:
        return binary(operator, one, other)
    if operator == "@" and _is_matrix(node.inputs[0]) and _is_matrix(node.inputs[1]):
        return chained(one, other)
    if operator == "*":
        left, right = node.inputs
        if _is_scalar(left):
            return scaled(one, other)
        if isinstance(other, n.Binary) and other.operator in ("*", "/") and _is_scalar(right):
            return binary("*", one, other)
    if operator == "+":
        return added(one, other)
    return binary(operator, one, other)


def _is_scalar(node: Node) -> bool:
    return isinstance(node.type, TensorType) and not node.type.axes


def _is_matrix(node: Node) -> bool:
    return isinstance(node.type, TensorType) and len(node.type.axes) > 1


def called(words: Words, node: Operation, inputs: list[n.Expr]) -> n.Expr:
    """An operation as a call: `f[over](x, option=value)`. Raises NoFormula."""
    row = node.row
    function = words.builtin(row)
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
    over = _over(node)
    arguments: list[n.Argument] = []
    by_name = False
    for parameter in node.form.signature.parameters:
        if over is not None and parameter.name == over:
            by_name = True
        elif parameter.name in operands:
            arguments.append(argument(parameter.name if by_name else None, operands[parameter.name]))
        elif parameter.starred and starred:
            arguments += [argument(None, each) for each in starred]
        elif parameter.name in node.options and not _is_usual(words, node, parameter):
            value = node.options[parameter.name]
            alone = sum(each.default is None for each in node.form.signature.parameters) == 1
            spread = (parameter.starred or (parameter.name == "size" and alone)) and not by_name
            if parameter.kind == "keywords" and isinstance(value, tuple):
                arguments += [argument(key, words.literal(each)) for key, each in value]
            elif spread and value and isinstance(value, tuple):
                arguments += [argument(None, words.literal(each)) for each in value]
            else:
                arguments.append(argument(parameter.name if by_name else None, words.literal(value)))
        else:
            by_name = True
    if over is not None:
        chosen = node.options[over]
        items = chosen if isinstance(chosen, tuple) else (chosen,)
        labels = _labels(node.inputs[0]) if words.exact else ()
        function = n.Index(NOWHERE, function, tuple([_axis(words, labels, each) for each in items]))
    return n.Call(NOWHERE, function, tuple(arguments))


def _labels(node: Node) -> Sequence[str | None]:
    axes = node.type.axes if isinstance(node.type, TensorType) else ()
    return [each.label if isinstance(each, Axis) else None for each in axes]


def _axis(words: Words, labels: Sequence[str | None], axis: object) -> n.Expr:
    """An axis by its label, where it has one that means nothing else; by its number elsewhere."""
    label = labels[axis] if isinstance(axis, int) and -len(labels) <= axis < len(labels) else None
    return words.number(axis) if label is None or label in words.hidden else n.Name(NOWHERE, label)


def _over(node: Operation) -> str | None:
    """The option that stands in brackets behind the name: the axes."""
    row = node.row
    if len(row.over) != 1 or row.over[0] not in node.options or not node.inputs:
        return None
    chosen = node.options[row.over[0]]
    axes = chosen if isinstance(chosen, tuple) else (chosen,)
    fits = bool(axes) and all(isinstance(each, int) and not isinstance(each, bool) for each in axes)
    return row.over[0] if fits and ALONE in [count for _, count in node.slots[:1]] else None


def _is_usual(words: Words, node: Operation, parameter: Parameter) -> bool:
    """Whether an option says what the call means anyway."""
    value = node.options[parameter.name]
    if parameter.name == "requires_grad" or value is None:
        return True
    if parameter.name == "dtype" and not node.inputs:
        return value is words.float or (isinstance(value, DType) and value.name == "i64")
    return parameter.is_default(value)


# Rows that are written in a way of their own


def _index(words: Words, node: Operation, inputs: list[n.Expr]) -> n.Expr:
    items = node.options["items"]
    assert isinstance(items, tuple)
    rest = iter(inputs[1:])
    found: list[n.Expr] = []
    for item in items:
        kind = item.__class__.__name__
        if kind == "TensorItem":
            found.append(next(rest))
        elif kind == "SliceItem":
            ends = [None if end is None else words.number(end) for end in (item.start, item.stop, item.step)]
            found.append(n.Slice(NOWHERE, *ends))
        elif item is ...:
            found.append(n.Constant(NOWHERE, ...))
        else:
            found.append(words.literal(item))
    return n.Index(NOWHERE, inputs[0], tuple(found)) if found else inputs[0]


def _no_update(words: Words, node: Operation, inputs: list[n.Expr]) -> n.Expr:
    raise NoFormula("an update of some elements is no expression")


def _unsqueezed(words: Words, node: Operation, inputs: list[n.Expr]) -> n.Expr:
    """`x[:, None]`, which is how one writes it where two vectors meet."""
    if _is_scalar(node.inputs[0]):
        return n.ListOf(NOWHERE, (inputs[0],))
    type, dim = node.inputs[0].type, node.options["dim"]
    assert isinstance(type, TensorType) and isinstance(dim, int)
    rank = len(type.axes)
    items: list[n.Expr] = [n.Slice(NOWHERE, None, None, None) for _ in range(rank)]
    place = dim % (rank + 1)
    items.insert(place, n.Constant(NOWHERE, None))
    return n.Index(NOWHERE, inputs[0], tuple(items if place == rank else items[: place + 1]))


def _expanded(words: Words, node: Operation, inputs: list[n.Expr]) -> n.Expr | None:
    """A scalar as a vector of one is `[x]`, as a larger tensor `x * ones(3)`."""
    (operand,), sizes = node.inputs, node.options.get("shape")
    if not _is_scalar(operand) or not isinstance(sizes, tuple) or not sizes:
        return None
    if sizes == (1,):
        return n.ListOf(NOWHERE, (inputs[0],))
    if not isinstance(operand.type, TensorType) or operand.type.dtype is not words.float:
        return None
    return scaled(inputs[0], call(words.function("ones", "torch.ones"), map(words.number, sizes)))


WRITERS: dict[str, Callable[[Words, Operation, list[n.Expr]], n.Expr | None]] = {
    "getitem": _index,
    "setitem": _no_update,
    "unsqueeze": _unsqueezed,
    "expand": _expanded,
}
