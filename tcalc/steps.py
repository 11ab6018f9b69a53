"""The steps of an expression, from the inside out: each part with its type, and why it has that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tcalc.check import typed as t
from tcalc.errors import TcalcError, shortened
from tcalc.syntax import nodes
from tcalc.syntax.unparse import unparse
from tcalc.types import dtypes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Undetermined
from tcalc.types.tensor import Axis, FunctionType, TensorType, TupleType, Type, static_value

if TYPE_CHECKING:
    from tcalc.check.checked import Checked
    from tcalc.check.past import Version
    from tcalc.types.signature import Parameter


class Step:
    """A part of an expression: its text, its type, and the reason for it in a few words, or ""."""

    __slots__ = ("reason", "text", "type")

    def __init__(self, text: str, type: Type, reason: str) -> None:
        self.text, self.type, self.reason = text, type, reason


class Steps:
    """Finds the steps of an expression. `check` checks an expression by itself; `names` are the session's."""

    def __init__(self, check: Callable[[nodes.Expr], Checked], names: Mapping[str, Version]) -> None:
        self._check, self._names = check, names
        self._seen: set[str] = set()

    def of(self, root: nodes.Expr) -> Iterator[Step]:
        """The steps, what is inside before what is around it; as far as they check."""
        yield from self._below(root, ())

    def _below(self, node: nodes.Expr, lets: tuple[tuple[nodes.Name, nodes.Expr], ...]) -> Iterator[Step]:
        if isinstance(node, nodes.Let):
            inside = lets
            for name, value in node.bindings:
                yield from self._below(value, inside)
                inside = (*inside, (name, value))
            yield from self._below(node.body, inside)
            return
        for part in parts(node):
            yield from self._below(part, lets)
        step = self._step(node, lets)
        if step is not None and step.text not in self._seen:
            self._seen.add(step.text)
            yield step

    def _step(self, node: nodes.Expr, lets: tuple[tuple[nodes.Name, nodes.Expr], ...]) -> Step | None:
        if isinstance(node, nodes.Number | nodes.Constant | nodes.Text | nodes.Slice | nodes.Lambda | nodes.Hole):
            return None
        try:
            checked = self._check(nodes.Let(node.span, lets, node) if lets else node)
        except (TcalcError, RecursionError):
            return None
        if not checked.values:
            return None
        typed = checked.values[0]
        while isinstance(typed, t.Bound) and lets and not isinstance(node, nodes.Call):
            typed = typed.body
        if not isinstance(typed.type, TensorType | TupleType):
            return None
        if isinstance(node, nodes.Name) and any(node.name == name.name for name, _ in lets):
            return None
        return Step(" ".join(node.span.text.split()), typed.type, self._reason(node, typed))

    def _reason(self, node: nodes.Expr, typed: t.Typed) -> str:
        if isinstance(node, nodes.Name):
            version = self._names.get(node.name)
            return "" if version is None or version.span is None else f"line {version.line}: {_definition(version)}"
        if isinstance(node, nodes.ListOf) and static_value(typed.type) is None and not parts(node):
            return "numbers as they are written"
        if isinstance(node, nodes.Call) and isinstance(node.function, nodes.Name):
            version = self._names.get(node.function.name)
            if version is not None and isinstance(version.type, FunctionType):
                return _definition(version)
        value = static_value(typed.type)
        if isinstance(value, bool | int | float):
            return f"known before anything runs: {value}"
        return reason(typed)


def _definition(version: Version) -> str:
    return "" if version.span is None else shortened(version.span.text)


def parts(node: nodes.Expr) -> list[nodes.Expr]:
    """The expressions right below one that have a value of their own."""
    if isinstance(node, nodes.Binary):
        return [node.left, node.right]
    if isinstance(node, nodes.Unary):
        return [node.operand]
    if isinstance(node, nodes.Compare):
        return [node.first, *[operand for _, operand in node.links]]
    if isinstance(node, nodes.If):
        return [node.condition, node.then, node.otherwise]
    if isinstance(node, nodes.Pipe):
        return [node.value]
    if isinstance(node, nodes.Attribute):
        return [node.value]
    if isinstance(node, nodes.Index):
        return [node.value, *[each for each in node.items if not isinstance(each, nodes.Argument)]]
    if isinstance(node, nodes.Call):
        called = [node.function.value] if isinstance(node.function, nodes.Attribute) else []
        return [*called, *[each.value for each in node.arguments]]
    if isinstance(node, nodes.TupleOf | nodes.ListOf):
        return [each for each in node.items if not _is_written(each)]
    return []


def _is_written(node: nodes.Expr) -> bool:
    """Whether a value is there as it is written: numbers, and lists of them."""
    if isinstance(node, nodes.ListOf):
        return all(map(_is_written, node.items))
    if isinstance(node, nodes.Unary):
        return _is_written(node.operand)
    return isinstance(node, nodes.Number | nodes.Constant | nodes.Text)


# Reasons


def reason(typed: t.Typed) -> str:
    """Why an operation gives the type that it gives."""
    if isinstance(typed, t.Derivative):
        by = ", ".join([each.span.text for each in typed.by])
        return f"{typed.kind} by {by}: {typed.body.type} by {', '.join([str(each.type) for each in typed.by])}"
    if isinstance(typed, t.Loop):
        return f"{typed.kind} over {typed.count}, each {typed.body.type}"
    if isinstance(typed, t.Convert):
        return f"{typed.operand.type} becomes {typed.dtype}"
    if not isinstance(typed, t.Apply):
        return ""
    if typed.row.name == "einsum":
        return _letters(typed)
    operands = [each.type for each in _operands(typed)]
    tensors = [each for each in operands if isinstance(each, TensorType)]
    if _is_elementwise(typed):
        return _broadcast(typed, tensors)
    over = _over(typed, tensors)
    doc = typed.row.doc.rstrip(".")
    return over or _pattern(typed) or doc[:1].lower() + doc[1:]


def _operands(typed: t.Apply) -> list[t.Typed]:
    """The operands as they are written, before they were converted."""
    return [_written(each) for each in t.inside(typed)]


def _written(typed: t.Typed) -> t.Typed:
    return typed.operand if isinstance(typed, t.Convert) else typed


def _is_elementwise(typed: t.Apply) -> bool:
    tensors = [each for each in typed.form.signature.parameters if each.kind == "tensor"]
    shapes = [", ".join(map(unparse, each.axes)) for each in tensors] + [_axes(typed.form.signature.result)]
    return bool(tensors) and len(set(shapes)) == 1 and shapes[0] == "*s"


def _axes(result: nodes.TypeExpr) -> str:
    return ", ".join(map(unparse, result.axes or ()))


def _broadcast(typed: t.Apply, tensors: Sequence[TensorType]) -> str:
    """Which operands grow, and which change their dtype."""
    result = typed.type
    assert isinstance(result, TensorType)
    changes = []
    grown = [each for each in tensors if each.shape != result.shape and not each.is_static_number]
    if grown:
        changes.append(f"{' and '.join(map(str, grown))} broadcast to [{result.outline}]")
    converted = {each.dtype.name for each in tensors if each.dtype is not result.dtype and not each.is_static_number}
    if converted and len({each.dtype for each in tensors}) > 1:
        changes.append(f"{' and '.join(sorted(converted))} becomes {result.dtype}")
    return "; ".join(changes) or "element by element"


def _over(typed: t.Apply, tensors: Sequence[TensorType]) -> str:
    """Which axes a reduction, or what works along an axis, is over."""
    parameters = {each.name: each for each in typed.form.signature.parameters}
    named = parameters.get("dim")
    if named is None or named.kind not in ("axis", "axes") or len(tensors) != 1:
        return ""
    picked = typed.options.get("dim")
    axes = tensors[0].axes
    places = [picked] if isinstance(picked, int) else list(picked) if isinstance(picked, tuple) else []
    if not places:
        return f"over all axes of {tensors[0]}" if axes else ""
    if not all(isinstance(each, int) and -len(axes) <= each < len(axes) for each in places):
        return ""
    told = ", ".join([f"{place % len(axes)} ({axes[place]})" for place in places])
    return f"over {'axis' if len(places) == 1 else 'axes'} {told}"


def _pattern(typed: t.Apply) -> str:
    """The shapes of a form, with the sizes that its names have: `[n, k], [k, m] -> [n, m]   n=2 k=3 m=4`."""
    signature = typed.form.signature
    tensors = [each for each in signature.parameters if each.kind == "tensor" and each.name in typed.names]
    if not tensors or "..." in _axes(signature.result) or signature.result.axes is None:
        return ""
    match = _fitted(typed, tensors)
    if match is None:
        return ""
    empty = {name for name, spread in match.packs.items() if not spread.axes}
    sizes = [f"{name}={brought.axis.size}" for name, brought in match.names.items()]
    shapes = ", ".join([_shape(each.axes, empty) for each in tensors])
    said = f"{shapes} -> {_shape(signature.result.axes, empty)}"
    return f"{said}   {' '.join(sizes)}" if sizes else said


def _fitted(typed: t.Apply, tensors: Sequence[Parameter]) -> Match | None:
    given = dict(zip(typed.names, [each.type for each in t.inside(typed)], strict=False))
    if any(each.starred for each in tensors):
        return None
    match = Match(typed.form.signature, {**typed.options, **given}, dtypes.F32)  # shapes are asked for alone
    try:
        match.fit()
    except (Mismatch, Undetermined, AssertionError, KeyError):
        return None
    return match


def _shape(axes: Sequence[nodes.AxisExpr | nodes.PackExpr], empty: set[str]) -> str:
    shown = [unparse(each) for each in axes if not isinstance(each, nodes.PackExpr) or each.name not in empty]
    return f"[{', '.join(shown)}]"


def _letters(typed: t.Apply) -> str:
    """The letters of an einsum with their sizes, and those that are summed over."""
    equation = str(typed.options.get("equation", "")).replace(" ", "")
    terms, arrow, output = equation.partition("->")
    sizes: dict[str, str] = {}
    for term, operand in zip(terms.split(","), t.inside(typed), strict=False):
        if not isinstance(operand.type, TensorType):
            continue
        before, _, after = term.partition("...")
        axes = operand.type.axes
        for letter, axis in [*zip(before, axes, strict=False), *zip(after[::-1], axes[::-1], strict=False)]:
            if isinstance(axis, Axis) and letter not in sizes:
                sizes[letter] = str(axis.size)
    if not arrow:
        letters = terms.replace(",", "")
        output = "".join(sorted([letter for letter in sizes if letters.count(letter) == 1]))
    summed = [letter for letter in sizes if letter not in output]
    told = " ".join([f"{letter}={size}" for letter, size in sizes.items()])
    return f"{told}; summed over {', '.join(summed)}" if summed else told
