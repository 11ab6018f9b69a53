"""The operations of a graph as a person would write them, without their operands: `+`, `^ 2`, `sum[0]`, `[1:]`, `.T`.

Numbers among the operands stand in the label; the other operands are the node's branches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.errors import counted, shortened
from tcalc.graph.graph import (
    ABSENT,
    ALONE,
    Branch,
    Conversion,
    Data,
    Input,
    Node,
    Number,
    Operation,
    Part,
    Point,
    Probe,
    Pullback,
    Repeat,
)
from tcalc.types.dtypes import DType
from tcalc.types.tensor import TensorType, TupleType

if TYPE_CHECKING:
    from tcalc.library.builtin import Form

#: Options that say what was meant anyway, or nothing about what is computed.
_SILENT = ("requires_grad", "dtype", "generator")


def label(node: Node) -> tuple[str, Sequence[Node]]:
    """What a node does, and the operands that are not part of that."""
    if isinstance(node, Operation):
        return _operation(node)
    if isinstance(node, Number | Data):
        return _constant(node) or shortened(node.span.text), ()
    if isinstance(node, Input):
        return shortened(node.span.text), ()
    if isinstance(node, Conversion):
        return f"{node.dtype.name}(_)", node.inputs
    if isinstance(node, Part):
        return _part(node), node.inputs
    if isinstance(node, Point):  # a value that a derivative within the expression is taken at
        return "at", node.inputs
    if isinstance(node, Repeat):
        turns = "" if node.kind in ("vmap", "iterate") else f", {counted(node.count, 'turn')}"
        return f"{shortened(node.span.text)}{turns}", _branches(node.inputs)
    if isinstance(node, Pullback):
        return f"derivative of {shortened(node.span.text)}", _branches(node.inputs)
    assert isinstance(node, Branch | Probe)
    return shortened(node.span.text), _branches(node.inputs)


def _branches(nodes: Sequence[Node]) -> list[Node]:
    """Operands that are worth a branch: no numbers, and each once."""
    found: dict[int, Node] = {id(node): node for node in nodes if _constant(node) is None}
    return list(found.values())


def _constant(node: Node) -> str | None:
    """A number as text; None for what is none."""
    while isinstance(node, Conversion):
        (node,) = node.inputs
    if not isinstance(node, Number | Data) or isinstance(node.value, tuple):
        return None
    value = node.value
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


def _part(node: Part) -> str:
    whole = node.inputs[0].type
    names = whole.names if isinstance(whole, TupleType) else ()
    return f".{names[node.index]}" if node.index < len(names) else f"[{node.index}]"


def _operation(node: Operation) -> tuple[str, Sequence[Node]]:
    row = node.row
    if row.operator:
        return _operator(row.operator, node.inputs)
    if row.attribute and len(node.inputs) == 1:
        return f".{row.name}", node.inputs
    if row.name in ("getitem", "setitem"):
        items = node.options["items"]
        assert isinstance(items, tuple)
        index = f"[{', '.join(map(_item, items))}]"
        return (index if row.name == "getitem" else f"{index} ="), node.inputs
    if row.name == "einsum":
        return f'"{node.options["equation"]}"', node.inputs
    if row.name == "stack" and node.span.text.startswith("["):
        return "[_, _, …]" if len(node.inputs) > 3 else f"[{', '.join('_' * len(node.inputs))}]", node.inputs
    return _call(node)


def _operator(sign: str, operands: Sequence[Node]) -> tuple[str, Sequence[Node]]:
    if len(operands) == 1:
        return sign.removesuffix("x"), operands
    texts = [_constant(each) for each in operands]
    if all(text is not None for text in texts):
        return f"{texts[0]} {sign} {texts[1]}", ()
    first, second = texts
    if first is not None:
        return f"{first} {sign}", operands[1:]
    return (sign, operands) if second is None else (f"{sign} {second}", operands[:1])


def _item(item: object) -> str:
    """A part of an index."""
    text = str(item)
    if ":" in text:
        start, stop, step = [each.replace("None", "") for each in text.split(":")]
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return {"tensor": "_", "Ellipsis": "..."}.get(text, text)


def _call(node: Operation) -> tuple[str, Sequence[Node]]:
    """`sum[0]`, `norm(p=1)`, `reshape(2, 3)`, `clamp(min=0, max=1)`"""
    row, branches, told = node.row, [], []
    rest = iter(node.inputs)
    for name, count in node.slots:
        if count == ABSENT:
            continue
        for _ in range(1 if count == ALONE else count):
            operand = next(rest)
            text = _constant(operand)
            if text is None:
                branches.append(operand)
            else:
                told.append(f"{name}={text}")
    options = dict(_options(node))
    over = [options.pop(name) for name in row.over if name in options and not row.random]
    placed = [options.pop(name) for name in ("shape", "size", "pattern", "n") if name in options]
    told = [*placed, *told, *[f"{name}={text}" for name, text in options.items()]]
    brackets = f"[{', '.join(over)}]" if over else ""
    return f"{row.name}{brackets}" + (f"({', '.join(told)})" if told else "()" * (not node.inputs)), branches


def _options(node: Operation) -> Iterator[tuple[str, str]]:
    """The options that say something, as text."""
    for name, value in node.options.items():
        if name in _SILENT and not (name == "dtype" and node.inputs):
            continue
        if value is None or value == () or _is_default(node.form, name, value):
            continue
        yield name, _text(value)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, str):
        return shortened(f'"{value}"')
    return value.name if isinstance(value, DType) else str(value)


def _is_default(form: Form, name: str, value: object) -> bool:
    """Whether an option says what the form takes anyway."""
    for parameter in form.signature.parameters:
        if parameter.name == name:
            return parameter.is_default(value)
    return False


def is_scalar(node: Node) -> bool:
    """Whether a node's value is one number."""
    return isinstance(node.type, TensorType) and not node.type.axes
