"""A graph as it is written and as it is run, and what was rewritten between."""

from __future__ import annotations

from typing import NamedTuple

from tcalc.graph.graph import Graph
from tcalc.graph.rewrite import rewrite
from tcalc.graph.rewrites.driver import Fired, improved
from tcalc.types.dtypes import DType


class Planned(NamedTuple):
    """A graph as written, with what is equal computed once, and as run, with the rewrites that made it so, in order."""

    written: Graph
    shared: Graph
    run: Graph
    fired: list[Fired]


def planned(graph: Graph, default_float: DType, rewrites: bool | str) -> Planned:
    """What becomes of a graph under a setting of rewrites: see `Settings.rewrites`."""
    shared = rewrite(graph)
    if not rewrites:
        return Planned(graph, shared, shared, [])
    return Planned(graph, shared, *improved(shared, default_float, fast=rewrites == "fast"))
