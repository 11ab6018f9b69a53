"""Holes: what the neighbours of a `?` say of it. The whole statement's answer is made of that in `fillings`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc.check.arguments import WANTED, Given, default_value
from tcalc.check.typed import Typed
from tcalc.errors import Mark, TcalcError
from tcalc.library.builtin import Builtin
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


#: The kind of a hole that a derivative is to be by.
VARIABLE = "a variable's name"
#: How the kind of a hole in an index begins.
INDEX = "an i64"


class Unfilled(TcalcError):
    """A hole was met. `types` are what its neighbours say of it; the whole statement may say more (`fillings`).

    `locals` are the local names in sight, `kind` says what it must be where that is no tensor ("an axis: an integer"),
    `labels` are those that an axis may be called by, `nothing` is the sentence to say where no type will do.
    """

    def __init__(
        self,
        checker: Checker,
        node: nodes.Expr,
        types: Sequence[TensorType] = (),
        kind: str = "",
        labels: Sequence[str] = (),
    ) -> None:
        super().__init__("type", "? may be anything here", node.span)
        self.node, self.types, self.kind, self.labels = node, types, kind, labels
        self.locals = dict(checker.locals)
        self.for_all_sizes = checker.facts is not None
        self.nothing: TcalcError | None = None


def unanswered(hole: Unfilled) -> TcalcError:
    """What is said of a hole where too little was tried for an answer."""
    return TcalcError("type", "? must be filled in", hole.span, notes=hole.notes)


def answer(checker: Checker, node: nodes.Hole, expected: Type | None) -> Unfilled:
    """A hole of which at most the type is known."""
    return Unfilled(checker, node, [expected] if isinstance(expected, TensorType) else [])


def operand(checker: Checker, row: Builtin, node: nodes.Binary, left: Typed | None, expected: Type | None) -> Unfilled:
    """A hole beside an operator."""
    hole = node.left if left is None else node.right
    assert isinstance(hole, nodes.Hole)
    other = checker.check(node.right) if left is None and not isinstance(node.right, nodes.Hole) else left
    operands = [None if left is None else other, None if left is not None else other]
    return _best(checker, hole, row, operands, expected)


def only_operand(checker: Checker, row: Builtin, hole: nodes.Hole, expected: Type | None) -> Unfilled:
    """A hole behind an operator that has no other operand."""
    return _best(checker, hole, row, [None], expected)


def argument(
    checker: Checker,
    callee: Function,
    node: nodes.Call,
    given: Sequence[Given],
    argument: nodes.Argument,
    expected: Type | None,
) -> Unfilled:
    """A hole among a call's arguments."""
    from tcalc.check.functions import RowFunction

    hole = argument.value
    assert isinstance(hole, nodes.Hole)
    if not isinstance(callee, RowFunction):
        return Unfilled(checker, hole)
    kind = _kind(callee.row, argument.name, sum(each.name is None for each in given))
    if kind:
        return Unfilled(checker, hole, (), kind)
    if argument.name is not None or callee.over or callee.row.sequence:
        return Unfilled(checker, hole)
    types: list[Typed | None] = [each.typed for each in given if each.name is None]
    types.append(None)
    after = node.arguments[node.arguments.index(argument) + 1 :]
    types += [
        checker.check(each.value) for each in after if each.name is None and not isinstance(each.value, nodes.Hole)
    ]
    return _best(checker, hole, callee.row, types, expected)


def _kind(row: Builtin, name: str | None, position: int) -> str:
    """What an argument of a row is where no form takes a tensor there: "an axis or several"."""
    kinds = []
    for form in row.forms:
        parameters = form.signature.parameters
        found = [each for each in parameters if each.name == name]
        if name is None:  # what is starred takes all the rest
            starred = [each for each in parameters[: position + 1] if each.starred]
            found = starred[:1] or [*parameters[position : position + 1]]
        kinds += [each.kind for each in found if each.kind != "keywords"]
    words = [WANTED[kind] for kind in kinds if kind in WANTED]
    return max(words, key=len) if len(words) == len(kinds) > 0 else ""


def _best(
    checker: Checker, hole: nodes.Hole, row: Builtin, operands: Sequence[Typed | None], expected: Type | None
) -> Unfilled:
    """A hole among a row's operands: what fits, or that nothing does."""
    if checker.surroundings.brief:
        return Unfilled(checker, hole)
    found = _candidates(checker, row, operands, expected)
    unfilled = Unfilled(checker, hole, found)
    if not found and isinstance(expected, TensorType):
        given = [each for each in operands if each is not None]
        marks = [Mark(each.span, str(each.type)) for each in given if each.span.source is hole.span.source]
        nothing = f"nothing in the place of ? gives {expected}"
        unfilled.nothing = TcalcError("type", nothing, hole.span, marks=[*marks, Mark(hole.span)])
    return unfilled


def _candidates(
    checker: Checker, row: Builtin, operands: Sequence[Typed | None], expected: Type | None
) -> list[TensorType]:
    """The types that the missing operand may have, one for each form that the others fit."""
    found: list[TensorType] = []
    if sum(each is None for each in operands) > 1:
        return found
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
) -> TensorType | None:
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
            if spread is None:
                return None  # nothing is known of it
            axes.extend(spread.axes)
        elif isinstance(pattern.size, nodes.Name):
            brought = match.names.get(pattern.size.name)
            axes.append(Axis(brought.axis.size if brought is not None else sizes.UNKNOWN))
        else:
            axes.append(Axis(match.size(pattern.size)))
    alike = [word for word in match.groups if word == missing.word]
    if missing.word != "any":  # which says nothing of the others
        alike = alike or [*match.groups]
    dtype = match.promoted(*alike) if alike else ANY
    if expected is not None and expected.dtype is not ANY and signature.result.word == missing.word:
        dtype = expected.dtype
    if missing.dtype is not None:
        dtype = missing.dtype
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
