"""Which nodes compute the same, over several graphs: each computation has a number."""

from __future__ import annotations

from collections.abc import Callable

from tcalc.graph.graph import Graph, Input


class Numbers:
    """Gives the nodes of graphs numbers; those that compute the same have the same one."""

    def __init__(self) -> None:
        self._of: dict[object, int] = {}

    def of(self, key: object) -> int:
        """The number of what a key stands for."""
        return self._of.setdefault(key, len(self._of))

    def given(self, graph: Graph, inputs: Callable[[Input], object] = lambda node: node.signature()) -> dict[int, int]:
        """The number of each node that does the same whenever it is run, by its identity.

        `inputs` says what an input stands for; None where that may be something else each time.
        """
        found: dict[int, int] = {}
        for node in graph.nodes:
            if isinstance(node, Input):
                key = inputs(node)
                if key is not None:
                    found[id(node)] = key if isinstance(key, int) else self.of(key)
            elif not node.effect and all(id(each) in found for each in node.inputs):
                found[id(node)] = self.of(
                    (node.__class__, node.signature(), *[found[id(each)] for each in node.inputs])
                )
        return found
