"""An expression as all that it is computed by, through the session's variables, with its gradient by every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tcalc.check import typed as t
from tcalc.check.dependence import mentioned
from tcalc.check.past import Memory, Past, Version, leaves
from tcalc.errors import TcalcError
from tcalc.graph.derivatives.formulas import Unformulated, plain
from tcalc.graph.derivatives.remembered import Then
from tcalc.graph.derivatives.reverse import cotangents
from tcalc.graph.derivatives.smooth import Points, Smooth
from tcalc.graph.graph import WHOLE, Data, Graph, Node, Number, Operation, Point, nodes_of, without_points
from tcalc.graph.lower import Lowering
from tcalc.library.builtin import CUT, Flat
from tcalc.source import Span
from tcalc.types.dtypes import DType
from tcalc.types.tensor import TensorType, TupleType, is_known, kind_of

#: So many variables are followed to what they were computed by, those nearest to the result first.
MOST_FOLLOWED = 50


class Traced:
    """What an expression is computed by.

    results    its value: a node, or those of a tuple
    names      the names of variables, by the identity of the node that is their value
    variables  the variables that were not followed, by the identity of the node that stands for them
    leaves     which of these the gradient is by
    earlier    which of these were bound anew since
    gradients  the gradient of the result by a node's value, by the node's identity; of a result with axes that of its
               sum
    why        why there are none, where there are none
    flat       what lets no gradient through, by the node's identity: "cut", as it was asked for, or "flat"
    effects    the random draws
    """

    __slots__ = ("earlier", "effects", "flat", "gradients", "leaves", "names", "results", "variables", "why")

    def __init__(self, results: Sequence[Node], names: Mapping[int, str], variables: Mapping[int, Version]) -> None:
        self.results, self.names, self.variables = results, names, variables
        self.effects: tuple[Node, ...] = ()
        self.leaves: set[int] = set()
        self.earlier: set[int] = set()
        self.gradients: dict[int, Node] = {}
        self.why = ""
        self.flat: dict[int, str] = {}
        for node in Graph(tuple(results)).nodes:
            vjp = node.form.vjp if isinstance(node, Operation) else None
            if isinstance(vjp, Flat):
                self.flat[id(node)] = "cut" if vjp is CUT else "flat"

    def graph(self, nodes: Sequence[Node], by: Sequence[Node]) -> Graph:
        """The graph whose results are the values of some nodes, and then the gradients by some."""
        return without_points(Graph((*nodes, *[self.gradients[id(node)] for node in by]), self.effects))


def traced(body: t.Typed, memory: Memory, default_float: DType) -> Traced:
    """All that an expression is computed by. Raises TcalcError where it has no value."""
    tracing = _Tracing(memory, body.span)
    present = {name: memory.version(name) for name in mentioned(body)}
    versions = [each for each in present.values() if each is not None]
    tracing.follow(versions)
    points: Points = {name: tracing.found[each.number] for name, each in present.items() if each is not None}
    lowering = _Traced(tracing, points, None)
    results = nodes_of(lowering.lower(body))
    if not results:
        raise TcalcError("type", f"only tensors are computed, and this is {kind_of(body.type)}", body.span)
    found = Traced(results, tracing.names, tracing.variables)
    found.effects, found.earlier = tuple(tracing.base.effects), tracing.earlier
    _differentiate(found, {each.number for each in leaves(versions)}, default_float)
    return found


def _differentiate(found: Traced, leaves: set[int], default_float: DType) -> None:
    """Find the leaves, and the gradients by all that lies between them and the result."""
    by: list[Node] = []
    for node in _points(found.results):
        version = found.variables.get(id(node))
        if version is None or not _is_floating(node):
            continue
        if version.number in leaves:
            found.leaves.add(id(node))
        if version.number in leaves or (version.past is not None and not version.marked):
            by.append(node)
    result = found.results[0]
    if found.results[1:] or isinstance(result.type, TupleType):
        found.why = "it is a tuple"
    elif not _is_floating(result):
        found.why = "it is not floating"
    elif not by:
        found.why = "it goes back to no leaf"
    else:
        one = Number(result.span, TensorType(default_float, (), 1.0), 1.0)
        try:
            pulled = cotangents(result, one, by, default_float)
        except Unformulated:
            found.why = "a size is not known before this runs"
            return
        except TcalcError as error:
            found.why = error.message
            return
        found.gradients = {key: own[WHOLE] for key, own in pulled.items() if WHOLE in own}


def _points(results: Sequence[Node]) -> list[Node]:
    found = [node for node in Graph(tuple(results)).nodes if isinstance(node, Point)]
    return [node for node in found if isinstance(node.type, TensorType)]


def _is_floating(node: Node) -> bool:
    return isinstance(node.type, TensorType) and node.type.dtype.kind == "float"


class _Tracing:
    """Session variables on their way back to leaves."""

    def __init__(self, memory: Memory, span: Span) -> None:
        self.memory, self.base, self.span = memory, Lowering(None), span
        #: What stands for a version, by its number.
        self.found: dict[int, object] = {}
        self.names: dict[int, str] = {}
        self.variables: dict[int, Version] = {}
        self.earlier: set[int] = set()
        #: What was lowered is known by its identity, and must live as long.
        self._references: list[t.Typed] = []

    def follow(self, present: Sequence[Version]) -> None:
        """Find what stands for some versions, and for all that they were computed by."""
        met: dict[int, Version] = {}
        made_of: dict[int, dict[str, Version]] = {}
        queue = list(present)
        for version in queue:
            if version.number in met:
                continue
            met[version.number] = version
            past = version.past
            if past is None or past.typed is None or version.marked or len(made_of) >= MOST_FOLLOWED:
                continue
            parts = self._parts(version, past)
            if parts is not None:
                made_of[version.number] = parts
                queue.extend(parts.values())
        for version in sorted(met.values(), key=lambda each: each.number):
            found = None
            if version.number in made_of:
                found = self._followed(version, made_of[version.number])
            if found is None:
                found = self._stand_in(version)
            self.found[version.number] = found
            if isinstance(found, Node):
                self.names[id(found)] = version.name

    def _parts(self, version: Version, past: Past) -> dict[str, Version] | None:
        """The variables in an expression as they were then; None where that is no longer known."""
        assert past.typed is not None
        parts: dict[str, Version] = {}
        for name in mentioned(past.typed):
            given = past.given.get(name)
            if given is None:
                given = self.memory.version(name)
                if given is None or given.number > version.number:
                    return None
            if isinstance(given, Version):
                parts[name] = given
        return parts

    def _followed(self, version: Version, parts: Mapping[str, Version]) -> object:
        """The computation of a version; None where it cannot be told again."""
        past = version.past
        assert past is not None and past.typed is not None
        points: Points = {name: self.found[each.number] for name, each in parts.items()}
        expression = t.retyped(past.typed, version.type)  # data have decided its shape by now
        self._references.append(expression)
        try:
            lowering = _Traced(self, points, past)
            lowering.touched[id(expression)] = True
            return lowering.lower(expression)
        except TcalcError:
            return None

    def _stand_in(self, version: Version) -> object:
        """What stands for a version that is not followed: its value."""
        span = version.span or self.span
        reference = t.Reference(span, version.type, version.name)
        self._references.append(reference)
        if is_known(version.type) or self.memory.version(version.name) is version:
            node = self.base.lower(reference)
        else:
            node = self.base.outside(reference, self.memory.kept(self.memory.value(version)))
        if not isinstance(node, Node) or not isinstance(node.type, TensorType):
            return node
        point = Point(span, plain(version.type), node)
        self.variables[id(point)] = version
        if self.memory.version(version.name) is not version:
            self.earlier.add(id(point))
        return point


class _Traced(Smooth):
    """Lowers an expression that a variable was computed by, or the one asked about, without leaving anything out."""

    __slots__ = ("past", "tracing")

    def __init__(self, tracing: _Tracing, points: Points, past: Past | None) -> None:
        super().__init__(tracing.base, points, tracing.found)
        self.tracing, self.past = tracing, past
        if past is not None:
            memory = tracing.memory
            for call in past.draws_in():
                self.drawn[id(call)] = self.base.outside(call, memory.kept(past.draws[id(call)]))

    def lower(self, typed: t.Typed) -> object:
        """See `Lowering.lower`."""
        found = Lowering.lower(self, typed)
        if isinstance(typed, t.Bound):
            for local, _ in typed.bindings:
                node = self.locals.get(local)
                if isinstance(node, Node) and not isinstance(node, Number | Data):
                    self.tracing.names.setdefault(id(node), local.name)
        return found

    def _parts(self, typed: t.Typed) -> tuple[t.Typed, ...]:
        if isinstance(typed, t.Bound):
            self.bound_to.update(typed.bindings)
        if isinstance(typed, t.Use):
            value = None if typed.local in self.points else self.binding(typed.local)
            return () if value is None else (value,)
        return t.inside(typed)

    def recalled(self, typed: t.Derivative) -> Memory | None:
        """See `Lowering.recalled`."""
        return typed.surroundings.memory if self.past is None else Then(self.past, self.tracing.memory)

    def elsewhere(self, typed: t.Typed) -> bool:
        """See `Lowering.elsewhere`."""
        return False

    def binding(self, local: t.Local) -> t.Typed | None:
        """See `Lowering.binding`."""
        return self.bound_to.get(local)

    def refuse_draw(self, typed: t.Apply) -> None:
        """See `Lowering.refuse_draw`."""
        if self.past is not None:
            raise TcalcError("grad", "the random numbers that this drew are not known any more", typed.span)

    def local(self, local: t.Local) -> object:
        """See `Lowering.local`."""
        return self.points[local] if local in self.points else Lowering.local(self, local)

    def input(self, typed: t.Typed, name: str) -> object:
        """See `Lowering.input`."""
        if name in self.points:
            return self.points[name]
        if self.past is None:
            return self.base.input(typed, name)
        if name not in self.past.given:
            raise TcalcError("grad", "what this was computed by is not known any more", typed.span)
        return self.base.outside(typed, self.tracing.memory.kept(self.past.given[name]))
