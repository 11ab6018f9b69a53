"""`f[over](x)`: what stands in the brackets, as arguments of the row's own parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.check.arguments import WANTED, Given, static_argument, static_list
from tcalc.check.holes import Unfilled
from tcalc.errors import TcalcError
from tcalc.library.builtin import Builtin
from tcalc.syntax import nodes
from tcalc.types.mismatch import Mismatch
from tcalc.types.signature import Signature
from tcalc.types.tensor import Axis, TensorType, TupleType, Type, static_size

if TYPE_CHECKING:
    from tcalc.check.checker import Checker

Over = tuple["nodes.Expr | nodes.Argument", ...]


def fill(checker: Checker, row: Builtin, signature: Signature, over: Over, first: Type | None) -> dict[str, object]:
    """The parameters that the brackets give a value.

    Integers and labels of the first argument are axes, in the order of `row.over`; a bare name that is no label is an
    option's, then a static integer's.
    """
    kinds = {parameter.name: parameter.kind for parameter in signature.parameters}
    targets = [name for name in row.over if name in kinds]
    filled: dict[str, object] = {}
    axes: list[object] = []
    for item in over:
        if isinstance(item, nodes.Argument):
            name = {"keepdims": "keepdim"}.get(item.name or "", item.name or "")
            if name not in kinds:
                raise Mismatch("type", f"{row.name} has no option {item.name}", depth=1)
            parameter = next(p for p in signature.parameters if p.name == name)
            filled[name] = static_argument(checker, parameter, Given(None, checker.check(item.value), item.value))
            continue
        if checker.is_open(item):
            raise Unfilled(checker, item, (), WANTED["axis"], _labels(first))
        item = checker.filling(item)
        if isinstance(item, nodes.Name):
            axis = axis_of_label(item, first)
            if axis is not None:
                axes.append(axis)
                continue
            option = {"keepdims": "keepdim"}.get(item.name, item.name)
            if kinds.get(option) == "flag":
                filled[option] = True
                continue
            if any(option in form.signature.names for form in row.forms):
                raise Mismatch("type", f"{row.name} has no {option} here", depth=1)
        axes.extend(_integers(checker, item, first))
    if axes and not targets:
        raise Mismatch("type", f"{row.name} does not work over an axis here", depth=1)
    starred = {parameter.name for parameter in signature.parameters if parameter.starred}
    if len(targets) == 1 and targets[0] in starred:
        filled[targets[0]] = tuple(axes)
    elif len(targets) == 1 and kinds[targets[0]] == "axes":
        filled[targets[0]] = axes[0] if len(axes) == 1 else tuple(axes)
    else:
        if len(axes) > len(targets):
            many = "one axis" if len(targets) == 1 else f"{len(targets)} axes"
            raise Mismatch("type", f"{row.name} works over {many}, and {len(axes)} are given", depth=2)
        filled.update(zip(targets, axes, strict=False))
    return filled


def axis_of_label(node: nodes.Name, type: Type | None) -> int | None:
    """The axis that carries a label, None where none does."""
    if isinstance(type, TupleType) and type.items:
        type = type.items[0]  # of a list of tensors, the first one's
    if not isinstance(type, TensorType):
        return None
    axes = [(i, axis) for i, axis in enumerate(type.axes) if isinstance(axis, Axis)]
    found = [i for i, axis in axes if axis.label == node.name] or [i for i, axis in axes if axis.alias == node.name]
    if len(found) > 1:
        raise TcalcError("label", f"{len(found)} axes of {type} are called {node.name}", node.span)
    if not found:
        return None
    position = found[0]
    # counted from the end where a pack stands before it
    packed = any(not isinstance(axis, Axis) for axis in type.axes[:position])
    return position - len(type.axes) if packed else position


def _labels(type: Type | None) -> list[str]:
    axes = type.axes if isinstance(type, TensorType) else ()
    return [axis.label for axis in axes if isinstance(axis, Axis) and axis.label]


def _integers(checker: Checker, item: nodes.Expr, first: Type | None) -> list[object]:
    if isinstance(first, TupleType) and first.items:
        first = first.items[0]
    if isinstance(item, nodes.Name) and checker.lookup(item.name, item.span) is None:
        labels = _labels(first)
        has = f"its labels are {', '.join(dict.fromkeys(labels))}" if labels else "no axis has a label"
        raise TcalcError("label", f"no axis of {first} is called {item.name}; {has}", item.span)
    typed = checker.check(item)
    size = static_size(typed.type)
    if size is not None:
        return [size]
    listed = static_list(typed)
    if listed is not None:
        return list(listed)
    raise TcalcError("type", f"an axis is an integer or a label, and {item.span.text} is {typed.type}", item.span)
