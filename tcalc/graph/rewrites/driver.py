"""The rewrites applied to a graph."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tcalc.graph.cost import total_flops
from tcalc.graph.derivatives.formulas import Unformulated
from tcalc.graph.graph import Branch, Graph, Node, Operation, Part, Probe, Pullback, Repeat, replaced
from tcalc.graph.rewrite import rewrite
from tcalc.graph.rewrites.loops import hoisted
from tcalc.graph.rewrites.table import CHAINS, LAST, LOCAL, LOOP, UNSAFE, Rewrite
from tcalc.graph.rewrites.unshared import shared_products, still_made, unshared
from tcalc.graph.rewrites.work import Work, flops_of, is_matrix_product
from tcalc.graph.simplify.algebra import row_of, shape
from tcalc.types.dtypes import DType
from tcalc.types.tensor import TensorType

#: What takes the place of a node: another one, or the parts of a tuple.
Made = Node | tuple[Node, ...]
#: A rewrite that was taken, with the node that it was of and what took its place.
Fired = tuple[Rewrite, Node, Made]
#: The rewrites of each row.
ByRow = Mapping[str, Sequence[Rewrite]]


def _by_row(rewrites: Sequence[Rewrite]) -> ByRow:
    return {row: [each for each in rewrites if row in each.rows] for each in rewrites for row in each.rows}


#: The rewrites in several goes: whole chains of products, single operations, the chains that these left, and the last.
#: Chains come first, for in `inv(S) @ A @ v` the product by v is the one to be solved for.
_CHAINS, _LAST = _by_row(CHAINS), _by_row(LAST)
GOES = (_CHAINS, _by_row(LOCAL), _CHAINS, _LAST)
#: The same with those that may lose digits.
FAST = (_CHAINS, _by_row((*LOCAL, *UNSAFE)), _CHAINS, _LAST)
#: So often one node is rewritten.
MOST_ROUNDS = 8
#: What takes so much less than the products that it does without is less work, however these would be rewritten.
SURELY = 0.1
#: So many turns a search for a minimum is taken to need.
MANY = 50


def improved(graph: Graph, default_float: DType, *, fast: bool = False) -> tuple[Graph, list[Fired]]:
    """A graph of the same results with less work, and the rewrites that made it so, in order.

    `fast` takes those too that may lose digits. `graph` is one where no two nodes compute the same.
    """
    products = shared_products(graph)
    while products:
        apart, fired = _improved(unshared(graph, products), default_float, fast)
        still = still_made(products, graph, apart)
        if not still:  # what all did without is not computed
            if _multiplications(apart.nodes) < SURELY * _multiplications(products):
                return rewrite(apart), fired
            apart, (whole, as_whole) = rewrite(apart), _improved(graph, default_float, fast)
            is_less = _multiplications(apart.nodes) < _multiplications(whole.nodes)
            return (apart, fired) if is_less else (whole, as_whole)
        products = [each for each in products if each not in still]
    return _improved(graph, default_float, fast)


def _multiplications(nodes: Iterable[Node]) -> int:
    """Roughly, the multiplications of some nodes: of products those inside, of others one for each element."""
    total = 0
    for node in nodes:
        count = math.prod(shape(node) or ()) if isinstance(node.type, TensorType) else 1
        total += count * (shape(node.inputs[0]) or (1,))[-1] if is_matrix_product(node) else count
    return total


def _improved(graph: Graph, default_float: DType, fast: bool) -> tuple[Graph, list[Fired]]:
    """The same, where what several nodes need is made for all of them."""
    fired: list[Fired] = []
    graph = _inside(graph, default_float, fast, fired)
    counts = _counted(graph)
    work: Work | None = None
    ordered: dict[int, Node] = {}
    products: set[int] | None = None
    for rewrites in FAST if fast else GOES:
        if rewrites is _CHAINS:
            before, products = products, {id(node) for node in graph.nodes if row_of(node) in _CHAINS}
            if before is not None and products <= before:
                continue  # none is new
        possible = {
            row: [each for each in rewrites[row] if each.may_concern(counts)] for row in counts if row in rewrites
        }
        if any(possible.values()):
            work = work or Work(graph, default_float, ordered)
            after = _applied(graph, possible, work, fired)
            if after is not graph:
                graph, counts, work = after, _counted(after), None
        if rewrites is _CHAINS:
            products = {id(node) for node in graph.nodes if row_of(node) in _CHAINS}
    return graph, fired


def _counted(graph: Graph) -> Mapping[str, int]:
    """How many operations of each row there are."""
    counts = Counter([node.row.name for node in graph.nodes if isinstance(node, Operation)])
    if "einsum" in counts:
        counts["matmul"] += counts["einsum"]  # which it becomes
    return counts


def _inside(graph: Graph, default_float: DType, fast: bool, fired: list[Fired]) -> Graph:
    """The same in the bodies of loops and choices, and what a loop need not compute in each turn outside of it.

    A loop that autograd goes back through is left alone: it is run by two nodes, which must agree.
    """
    if not any(isinstance(node, Repeat | Branch | Probe) for node in graph.nodes) or _goes_back(graph):
        return graph
    now: dict[int, Node] = {}
    for node in graph.nodes:
        made = node.with_inputs(tuple([now[id(each)] for each in node.inputs]))
        if isinstance(made, Branch):
            made.then, then = improved(made.then, default_float, fast=fast)
            made.otherwise, otherwise = improved(made.otherwise, default_float, fast=fast)
            fired += [*then, *otherwise]
        elif isinstance(made, Repeat | Probe):
            made, inner = _loop(made, default_float, fast)
            fired += inner
        now[id(node)] = made
    return rewrite(Graph(replaced(graph.results, now), tuple([now[id(each)] for each in graph.effects])))


def _loop(node: Repeat | Probe, default_float: DType, fast: bool) -> tuple[Repeat | Probe, list[Fired]]:
    """A loop with its body rewritten, what does not change taken out before or after: whichever leaves less work.

    `A @ B @ v` is two products by a vector in each turn, or one of matrices for all turns.
    """
    found: list[tuple[int, Repeat | Probe, list[Fired]]] = []
    for steps in ((True, False), (False, True)):
        made = node.with_inputs(node.inputs)
        fired: list[Fired] = []
        assert isinstance(made, Repeat | Probe)
        for takes_out in steps:
            if takes_out:
                made, taken = hoisted(made)
                fired += [(LOOP, each, each) for each in taken]
            else:
                made.body, inner = improved(made.body, default_float, fast=fast)
                fired += inner
        found.append((_work(made, node.inputs), made, fired))
    _, made, fired = min(found, key=lambda each: each[0])
    return made, fired


def _work(loop: Repeat | Probe, inputs: Sequence[Node]) -> int:
    """The floating-point operations of all turns and of what stands before them; 0 where they are not known."""
    turns = loop.count if isinstance(loop, Repeat) else MANY
    each_turn = total_flops(loop.body)
    return turns * each_turn + flops_of(loop.inputs, inputs) if isinstance(each_turn, int) else 0


def _goes_back(graph: Graph) -> bool:
    return any(
        isinstance(node, Pullback) and any(isinstance(each, Repeat | Branch) for each in node.body.nodes)
        for node in graph.nodes
    )


def _applied(graph: Graph, rewrites: ByRow, work: Work, fired: list[Fired]) -> Graph:
    now: dict[int, Made] = {}  # of the nodes that others took the place of
    for node in graph.nodes:
        made = node
        if now:
            if isinstance(node, Part) and isinstance(whole := now.get(id(node.inputs[0])), tuple):
                now[id(node)] = whole[node.index]
                continue
            inputs = tuple([now.get(id(each), each) for each in node.inputs])
            if inputs != node.inputs:
                made = now[id(node)] = node.with_inputs(inputs)  # type: ignore[arg-type]  # parts alone have tuples
                work.stands_for(made, node)
        if isinstance(made, Operation) and made.row.name in rewrites:
            found = _rewritten(work, made, rewrites, fired)
            if found is not node:
                now[id(node)] = found
    if not now:
        return graph
    effects = [now.get(id(each), each) for each in graph.effects]
    return Graph(replaced(graph.results, now), tuple([each for each in effects if isinstance(each, Node)]))


def _rewritten(work: Work, node: Node, rewrites: ByRow, fired: list[Fired]) -> Made:
    for _ in range(MOST_ROUNDS):
        if not isinstance(node, Operation):
            return node
        for each in rewrites.get(node.row.name, ()):
            found = _tried(work, node, each)
            if isinstance(found, tuple):
                if not all(isinstance(user, Part) for user in work.users(node)):
                    continue  # who takes the tuple whole needs a node
                fired.append((each, node, found))
                return found
            if found is not None and found is not node:
                fired.append((each, node, found))
                work.stands_for(found, node)
                node = found
                break
        else:
            return node
    return node


def _tried(work: Work, node: Operation, rewrite: Rewrite) -> Made | None:
    try:
        return rewrite.rule(work, node)
    except (Unformulated, RecursionError):  # what is nested thousands deep stays as it is
        return None
