"""What an expression is computed by, as a tree of text and as a picture."""

from __future__ import annotations

from tcalc.show.graphs.drawing import Drawing, Vertex
from tcalc.show.graphs.graphviz import drawn_by_graphviz
from tcalc.show.graphs.svg import svg_text
from tcalc.show.graphs.tree import tree_text

__all__ = ["Drawing", "Vertex", "picture", "svg_text", "tree_text"]


def picture(drawing: Drawing) -> str:
    """The drawing as SVG: by graphviz where it is installed, else by our own hand."""
    return drawn_by_graphviz(drawing) or svg_text(drawing)
