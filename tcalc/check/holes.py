"""Holes: `?` is answered with the type it must have, and the names that fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.check.arguments import Given, default_value
from tcalc.check.typed import Typed
from tcalc.errors import Mark, TcalcError
from tcalc.library.builtin import Builtin
from tcalc.source import Span
from tcalc.syntax import nodes
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, Spread, meet
from tcalc.types.dtypes import ANY
from tcalc.types.match import Brought, Match, size_of
from tcalc.types.mismatch import Mismatch, Undetermined
from tcalc.types.signature import Parameter, Signature
from tcalc.types.tensor import Axis, Pack, TensorType, Type

if TYPE_CHECKING:
    from tcalc.check.checker import Checker
    from tcalc.check.functions import Function

MOST_NAMES = 5


def answer(checker: Checker, node: nodes.Hole, expected: Type | None) -> TcalcError:
    """The answer to a hole of which at most the type is known."""
    return _told(checker, node.span, [expected] if isinstance(expected, TensorType) else [])


def operand(
    checker: Checker, row: Builtin, node: nodes.Binary, left: Typed | None, expected: Type | None
) -> TcalcError:
    """The answer to a hole beside an operator."""
    hole = node.left if left is None else node.right
    assert isinstance(hole, nodes.Hole)
    other = checker.check(node.right) if left is None and not isinstance(node.right, nodes.Hole) else left
    operands = [None if left is None else other, None if left is not None else other]
    return _best(checker, hole.span, row, operands, expected)


def argument(
    checker: Checker,
    callee: Function,
    node: nodes.Call,
    given: Sequence[Given],
    hole: nodes.Argument,
    expected: Type | None,
) -> TcalcError:
    """The answer to a hole among a call's arguments."""
    from tcalc.check.functions import RowFunction

    if not isinstance(callee, RowFunction):
        return _told(checker, hole.value.span, [])
    types: list[Typed | None] = [each.typed for each in given if each.name is None]
    types.append(None)
    after = node.arguments[node.arguments.index(hole) + 1 :]
    types += [
        checker.check(each.value) for each in after if each.name is None and not isinstance(each.value, nodes.Hole)
    ]
    return _best(checker, hole.value.span, callee.row, types, expected)


def _best(
    checker: Checker, span: Span, row: Builtin, operands: Sequence[Typed | None], expected: Type | None
) -> TcalcError:
    """The answer to a hole among a row's operands: what fits, or that nothing does."""
    found = _candidates(checker, row, operands, expected)
    if not found and isinstance(expected, TensorType) and _candidates(checker, row, operands, None):
        given = [each for each in operands if each is not None]
        marks = [Mark(each.span, str(each.type)) for each in given if each.span.source is span.source]
        return TcalcError("type", f"nothing in the place of ? gives {expected}", span, marks=[*marks, Mark(span)])
    return _told(checker, span, found)


def _candidates(checker: Checker, row: Builtin, operands: Sequence[Typed | None], expected: Type | None) -> list[Type]:
    """The types that the missing operand may have, one for each form that the others fit."""
    found: list[Type] = []
    for form in row.forms:
        signature = form.signature
        tensors = [parameter for parameter in signature.parameters if parameter.kind == "tensor"]
        if len(tensors) < len(operands) or form.rule is not None:
            continue
        wanted = expected if isinstance(expected, TensorType) else None
        try:
            type = _solve(checker, signature, tensors, operands, wanted)
        except (Mismatch, Undetermined, KeyError, ValueError):
            continue
        if type is not None and type not in found:
            found.append(type)
    return found


def _solve(
    checker: Checker,
    signature: Signature,
    tensors: Sequence[Parameter],
    operands: Sequence[Typed | None],
    expected: TensorType | None,
) -> Type | None:
    """The missing operand's type under one signature: the others are fitted, then the result."""
    arguments: dict[str, object] = {}
    missing: Parameter | None = None
    for parameter in signature.parameters:
        if parameter not in tensors and parameter.default is not None:
            arguments[parameter.name] = default_value(parameter.default)
    for parameter, given in zip(tensors, operands, strict=False):
        if given is None:
            missing = parameter
        elif isinstance(given.type, TensorType):
            arguments[parameter.name] = given.type
        else:
            return None
    assert missing is not None
    match = Match(signature, arguments, checker.default_float)
    match.fit()
    if expected is not None:
        _fit_result(match, signature.result, expected, missing)
    axes: list[Axis | Pack] = []
    for pattern in missing.axes:
        if isinstance(pattern, nodes.PackExpr):
            spread = match.packs.get(pattern.name)
            axes.extend(spread.axes if spread is not None else ())
        elif isinstance(pattern.size, nodes.Name):
            brought = match.names.get(pattern.size.name)
            axes.append(Axis(brought.axis.size if brought is not None else sizes.UNKNOWN))
        else:
            axes.append(Axis(match.size(pattern.size)))
    dtype = match.promoted(*match.groups) if match.groups else ANY
    if expected is not None and expected.dtype is not ANY:
        dtype = expected.dtype
    return TensorType(dtype, tuple(axes))


def _fit_result(match: Match, result: nodes.TypeExpr, expected: TensorType, missing: Parameter) -> None:
    """Let the expected result say what the sizes are that no operand told."""
    patterns = result.axes or ()
    packs = [i for i, pattern in enumerate(patterns) if isinstance(pattern, nodes.PackExpr)]
    fixed = len(patterns) - len(packs)
    if len(packs) > 1 or len(expected.axes) < fixed or (not packs and len(expected.axes) != fixed):
        raise Undetermined
    before = packs[0] if packs else len(patterns)
    after = fixed - before
    pairs = [*zip(patterns[:before], expected.axes[:before], strict=True)]
    if packs:
        pairs += zip(patterns[before + 1 :], expected.axes[len(expected.axes) - after :], strict=True)
    for pattern, axis in pairs:
        assert isinstance(pattern, nodes.AxisExpr)
        if isinstance(axis, Pack):
            raise Undetermined
        if isinstance(pattern.size, nodes.Name):
            known = match.names.get(pattern.size.name)
            if known is None:
                match.names[pattern.size.name] = Brought(axis, "", 0, 1)
            elif meet(known.axis, axis) is None:
                raise Mismatch("shape", "")
        elif not sizes.agree(size_of(pattern.size, lambda name: None), axis.size):
            raise Mismatch("shape", "")
    if packs:
        pack = patterns[before]
        assert isinstance(pack, nodes.PackExpr)
        wanted = expected.axes[before : len(expected.axes) - after]
        spread = match.packs.get(pack.name)
        brings = any(isinstance(each, nodes.PackExpr) and each.name == pack.name for each in missing.axes)
        if spread is not None and not _grows(spread.axes, wanted, brings):
            raise Mismatch("shape", "")
        match.packs[pack.name] = Spread(wanted, "")


def _grows(known: Axes, wanted: Axes, brings: bool) -> bool:
    """Whether broadcasting makes of a pack the wanted one; where nothing else brings axes, it must be that already."""
    if len(known) > len(wanted) or (len(known) < len(wanted) and not brings):
        return False
    for have, want in zip(known, wanted[len(wanted) - len(known) :], strict=True):
        if isinstance(have, Pack) or isinstance(want, Pack):
            if not (isinstance(have, Pack) and isinstance(want, Pack) and have.name == want.name):
                return False
        elif meet(have, want) is None and not (have.size == 1 and brings):
            return False
    return True


def _told(checker: Checker, span: Span, types: Sequence[Type]) -> TcalcError:
    if not types:
        return TcalcError("type", "? may be anything here", span)
    texts = " or ".join(str(type) for type in types[:3])
    notes: list[str] = []
    for name in checker.scope.names():
        variable = checker.scope.lookup(name)
        if variable is not None and any(_fits(variable.type, type) for type in types):
            notes.append(f"{name}: {variable.type} fits")
    return TcalcError("type", f"? must be {texts}", span, notes=notes[:MOST_NAMES])


def _fits(type: Type, wanted: Type) -> bool:
    if not isinstance(type, TensorType) or not isinstance(wanted, TensorType) or len(type.axes) != len(wanted.axes):
        return False
    return (wanted.dtype in (ANY, type.dtype)) and all(
        isinstance(a, Axis) and isinstance(b, Axis) and meet(a, b) is not None
        for a, b in zip(type.axes, wanted.axes, strict=True)
    )
