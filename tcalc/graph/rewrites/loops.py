"""What does not change from turn to turn of a loop is computed once, before it."""

from __future__ import annotations

from tcalc.graph.graph import Conversion, Data, Graph, Input, Node, Number, Operation, Part, Probe, Repeat, replaced


def hoisted(node: Repeat | Probe) -> tuple[Repeat | Probe, list[Node]]:
    """The loop with what its body computes from outside alone as more inputs, and the nodes that are these.

    Nothing is taken out of a loop without turns, where it might fail for nothing, nor out of a choice.
    """
    own = node.points if isinstance(node, Probe) else node.states + node.sequences
    if isinstance(node, Repeat) and node.count < 2:
        return node, []
    outer = _unchanging(node.body, own, node.inputs)
    wanted = _wanted(node.body, outer)
    if not wanted:
        return node, []
    found = [outer[id(each)] for each in wanted]
    entry: dict[int, Node] = {
        id(each): Input(each.span, each.type, len(node.inputs) + place) for place, each in enumerate(wanted)
    }
    made = node.with_inputs((*node.inputs, *found))
    assert isinstance(made, Repeat | Probe)
    made.body = _with(node.body, entry)
    return made, found


def _unchanging(body: Graph, own: int, inputs: tuple[Node, ...]) -> dict[int, Node]:
    """For each node of a body that is the same in every turn the one outside that computes it."""
    outer: dict[int, Node] = {}
    for node in body.nodes:
        if isinstance(node, Input):
            if int(node.name) >= own:
                outer[id(node)] = inputs[int(node.name)]
        elif isinstance(node, Number | Data):
            outer[id(node)] = node
        elif isinstance(node, Operation | Conversion | Part) and not node.effect:
            operands = [outer.get(id(each)) for each in node.inputs]
            known = tuple([each for each in operands if each is not None])
            if len(known) == len(operands) and _is_of_inputs(node, outer):
                outer[id(node)] = node.with_inputs(known)
    return outer


def _is_of_inputs(node: Node, outer: dict[int, Node]) -> bool:
    """Whether a node is computed from anything but numbers: a plan makes those constants once anyway."""
    return any(not isinstance(outer[id(each)], Number | Data) for each in node.inputs)


def _wanted(body: Graph, outer: dict[int, Node]) -> list[Node]:
    """The last nodes that do not change: those that somebody needs who does, or that are results."""
    needed: dict[int, Node] = {}
    for node in body.nodes:
        if id(node) not in outer:
            needed.update({id(each): each for each in node.inputs if id(each) in outer})
    stack: list[object] = [body.results]
    while stack:
        each = stack.pop()
        if isinstance(each, tuple):
            stack.extend(each)
        elif isinstance(each, Node) and id(each) in outer:
            needed[id(each)] = each
    return [each for each in needed.values() if isinstance(each, Operation | Conversion | Part)]


def _with(body: Graph, entry: dict[int, Node]) -> Graph:
    """A body that takes some of its nodes from outside."""
    now: dict[int, Node] = {}
    for node in body.nodes:
        if id(node) in entry:
            now[id(node)] = entry[id(node)]
            continue
        inputs = tuple([now[id(each)] for each in node.inputs])
        now[id(node)] = node.with_inputs(inputs) if inputs != node.inputs else node
    return Graph(replaced(body.results, now), tuple([now[id(each)] for each in body.effects]))
