"""The forms of a derivative as graphs: gradients and products with a vector, Jacobians, Hessians."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tcalc.check import typed as t
from tcalc.errors import TcalcError
from tcalc.graph.derivatives.fit import in_dtype, shape_of
from tcalc.graph.derivatives.formulas import Unformulated, formula, plain
from tcalc.graph.derivatives.remembered import points_of
from tcalc.graph.derivatives.reverse import pulled_back
from tcalc.graph.derivatives.smooth import Smooth, by_name
from tcalc.graph.enclose import enclosed
from tcalc.graph.graph import Input, Node, Number, Part, Point, Probe, Repeat, ordered
from tcalc.graph.lower import Lowering
from tcalc.graph.simplify.simplify import jacobian_of, simplified
from tcalc.graph.widened import widened
from tcalc.types.dtypes import DType, float_of
from tcalc.types.tensor import Axis, TensorType, TupleType, Type


def derivative(lowering: Lowering, typed: t.Derivative) -> object:
    """The result of a derivative: a node, or a tuple of them."""
    if typed.kind == "accumulated":
        return _accumulated(lowering, typed)
    values = [found for found in [by_name(lowering, each) for each in typed.by] if isinstance(found, Node)]
    if typed.kind in ("minimize", "gradcheck"):
        return _probe(lowering, typed, values)
    points = [Point(value.span, plain(value.type), value) for value in values]
    work = _Derivation(typed, _body(lowering, typed, points), points)
    vector = None if typed.vector is None else lowering.node(typed.vector)
    try:
        found = work.of(typed.kind, vector)
    except Unformulated:
        raise TcalcError(
            "grad", "a size is not known before this runs, and the derivative needs it", typed.span
        ) from None
    types = typed.type.items if isinstance(typed.type, TupleType) else (typed.type,)
    results = [_declared(node, type) for node, type in zip(found, types, strict=True)]
    return tuple(results) if typed.many else results[0]


def _body(lowering: Lowering, typed: t.Derivative, points: Sequence[Node]) -> Node:
    """What is differentiated, as it depends on its points."""
    by: dict[t.Local | str, object] = {_key(each): point for each, point in zip(typed.by, points, strict=True)}
    memory, versions = lowering.recalled(typed), None
    if memory is not None:
        found, versions = points_of(typed.body, by, lowering, memory)
        by.update(found)
    return Smooth(lowering, by, versions).node(typed.body)


def _probe(lowering: Lowering, typed: t.Derivative, values: Sequence[Node]) -> object:
    """A scalar and its gradient as the block that `minimize` and `gradcheck` ask at many points."""
    floating = typed.surroundings.default_float
    starts = [in_dtype(each, float_of(dtype_of(each), floating)) for each in values]
    points = [Input(each.span, plain(each.type), place) for place, each in enumerate(starts)]
    loss = _body(lowering, typed, points)
    gradients = _Derivation(typed, loss, points).of("grad", None)
    body, outside = enclosed([loss, *gradients], points)
    if body.effect or any(node.effect for node in body.nodes):
        raise TcalcError("grad", f"{typed.kind} would draw other random numbers at each point", typed.span)
    parts = [each.type for each in starts]
    if typed.kind == "gradcheck":
        types = typed.type.items if typed.many and isinstance(typed.type, TupleType) else (typed.type,)
        parts, body = [item for type in types for item in _items(type)], widened(body)
    node = Probe(typed.span, TupleType(tuple(parts)), typed.kind, body, (*starts, *outside), len(starts), typed.options)
    found = [Part(typed.span, type, node, number) for number, type in enumerate(parts)]
    if typed.kind == "gradcheck":
        each = len(found) // len(starts)
        several = [tuple(found[first : first + each]) for first in range(0, len(found), each)]
        return tuple(several) if typed.many else several[0]
    return tuple(found) if typed.many else found[0]


def _items(type: Type) -> tuple[Type, ...]:
    assert isinstance(type, TupleType)
    return type.items


def dtype_of(node: Node) -> DType:
    """The dtype of a node that is a tensor."""
    assert isinstance(node.type, TensorType)
    return node.type.dtype


def _accumulated(lowering: Lowering, typed: t.Derivative) -> object:
    """`x.grad`: what `backward` gathered."""
    variable, memory = typed.body, lowering.recalled(typed)
    assert isinstance(variable, t.Reference)
    gathered = None if memory is None else memory.gradient(variable.name)
    if memory is None or gathered is None:
        version = None if memory is None else memory.version(variable.name)
        made = version is not None and version.past is not None
        why = "is computed, and backward() fills the leaves alone" if made else "has no gradient before a backward()"
        raise TcalcError("grad", f"{variable.name} {why}; grad[{variable.name}](e) is the derivative of e", typed.span)
    return lowering.outside(t.Reference(typed.span, typed.type, ""), memory.kept(gathered))


def _key(variable: t.Typed) -> t.Local | str:
    if isinstance(variable, t.Use):
        return variable.local
    assert isinstance(variable, t.Reference)
    return variable.name


def _declared(node: Node, type: object) -> Node:
    assert isinstance(type, TensorType)
    return in_dtype(node, type.dtype)


class _Derivation:
    """One derivative: of `result` by `points`."""

    def __init__(self, typed: t.Derivative, result: Node, points: Sequence[Node]) -> None:
        self.span, self.float = typed.span, typed.surroundings.default_float
        self.result, self.points = result, points

    def of(self, kind: str, vector: Node | None) -> list[Node]:
        """The derivative by each point, in its simplest form."""
        points = [each for each in self.points if isinstance(each, Point)]
        return self._simple(self._of(kind, vector), vector, points)

    def _simple(self, found: Sequence[Node], vector: Node | None = None, points: Sequence[Node] = ()) -> list[Node]:
        written = (self.result,) if vector is None else (self.result, vector)
        return simplified(found, ordered(written), self.float, points)

    def _of(self, kind: str, vector: Node | None) -> list[Node]:
        if kind == "grad" or (kind == "backward" and vector is None):
            return self._pulled(self.result, self._one())
        if kind in ("vjp", "backward"):
            assert vector is not None
            return self._pulled(self.result, vector)
        if kind == "jvp":
            assert vector is not None
            return [self._pushed(self.result, point, vector) for point in self.points]
        if kind == "jacobian":
            return [self._jacobian(self.result, point) for point in self.points]
        if kind == "hessian":
            gradients = self._simple(self._pulled(self.result, self._one()))
            return [self._jacobian(each, point) for each, point in zip(gradients, self.points, strict=True)]
        raise TcalcError("grad", f"{kind} is typed, but this version does not compute it yet", self.span)

    def _formula(self, text: str, **given: object) -> Node:
        return formula(text, given, self.span, self.float)

    def _one(self) -> Node:
        return Number(self.span, TensorType(self.float, (), 1.0), 1.0)

    def _pulled(self, result: Node, cotangent: Node) -> list[Node]:
        found = pulled_back(result, cotangent, self.points, self.float)
        return [self._zeros(point) if each is None else each for each, point in zip(found, self.points, strict=True)]

    def _zeros(self, like: Node) -> Node:
        return self._formula("zeros(shape)", shape=shape_of(like))

    def _pushed(self, result: Node, point: Node, vector: Node) -> Node:
        """Forward mode, as the pullback of the pullback: that is linear, so it is the same at every cotangent.

        But not at 0 where torch takes the cotangent's logarithm, as for logcumsumexp.
        """
        ones = in_dtype(self._formula("ones(shape)", shape=shape_of(result)), float_of(dtype_of(result), self.float))
        at = Point(self.span, ones.type, ones)
        (pulled,) = pulled_back(result, at, [point], self.float)
        if pulled is None:
            return self._zeros(result)
        (pushed,) = pulled_back(pulled, vector, [at], self.float)
        return self._zeros(result) if pushed is None else pushed

    def _jacobian(self, result: Node, point: Node) -> Node:
        """By rows where the result is the smaller one, by columns where the variable is; all at once."""
        rows, columns = shape_of(result), shape_of(point)
        closed = self._closed_jacobian(result, point) if len(rows) <= 1 and len(columns) <= 1 else None
        if closed is not None:
            return closed
        if _count(rows) <= _count(columns):

            def row(one: Node) -> Node:
                return self._pulled_by(result, one, point)

            each = self._over_basis(rows, row)
            return self._formula("reshape(x, shape)", x=each, shape=(*rows, *columns))
        each = self._over_basis(columns, lambda one: self._pushed(result, point, one))
        turned = (*range(len(columns), len(columns) + len(rows)), *range(len(columns)))
        whole = self._formula("reshape(x, shape)", x=each, shape=(*columns, *rows))
        return self._formula("permute(x, dims)", x=whole, dims=turned)

    def _closed_jacobian(self, result: Node, point: Node) -> Node | None:
        """Of a vector by a vector: as a matrix, where the pullback is seen to be one."""
        rows = shape_of(result)
        if not rows:
            return self._pulled_by(result, self._one(), point)
        cotangent = Input(self.span, TensorType(dtype_of(result), tuple([Axis(size) for size in rows])), 0)
        if not shape_of(point):  # the matrix has one column
            return self._pushed(result, point, self._one())
        (pulled,) = pulled_back(result, cotangent, [point], self.float)
        if pulled is None:
            return self._formula("zeros(shape)", shape=(*rows, *shape_of(point)))
        return jacobian_of(pulled, cotangent, ordered((result,)), self.float)

    def _pulled_by(self, result: Node, cotangent: Node, point: Node) -> Node:
        (found,) = pulled_back(result, cotangent, [point], self.float)
        return self._zeros(point) if found is None else found

    def _over_basis(self, shape: tuple[int, ...], function: Callable[[Node], Node]) -> Node:
        """What a linear function gives for each tensor that is 1 in one place, side by side: a `vmap`."""
        count = _count(shape)
        basis = self._formula("reshape(eye(n), shape)", n=count, shape=(count, *shape))
        one = Input(self.span, TensorType(self.float, tuple([Axis(size) for size in shape])), 0)
        (result,) = self._simple([function(one)])
        body, outside = enclosed([result], [one])
        type = result.type
        assert isinstance(type, TensorType)
        stacked = TensorType(type.dtype, (Axis(count), *type.axes))
        return Repeat(self.span, stacked, "vmap", (basis, *outside), 0, 1, (0,), count, body)


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count
