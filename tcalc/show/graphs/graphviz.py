"""The same picture laid out by graphviz, where its program `dot` and its Python package are installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.show.graphs.svg import FILL, box_lines, heading, kind_of
from tcalc.show.visible import visible

if TYPE_CHECKING:
    from tcalc.show.graphs.drawing import Drawing


def drawn_by_graphviz(drawing: Drawing) -> str | None:
    """The drawing as SVG; None where there is no graphviz, or it fails."""
    from shutil import which

    if which("dot") is None:
        return None
    try:
        import graphviz  # type: ignore[import-not-found, unused-ignore]  # not everybody has it
    except ImportError:
        return None
    try:
        found: str = graphviz.Source(dot_text(drawing)).pipe(format="svg", encoding="utf-8")
    except (OSError, RuntimeError, ValueError):
        return None
    return found


def dot_text(drawing: Drawing) -> str:
    """The drawing in graphviz' language."""
    number = {id(vertex): place for place, vertex in enumerate(drawing.vertices)}
    title = "\n".join([heading(drawing), *map(visible, drawing.foot)])
    lines = [
        "digraph {",
        f"  graph [label={_quoted(title)}, labelloc=t];",
        '  node [shape=box, style="rounded,filled", fontname=monospace];',
        "  edge [dir=none];",
    ]
    for vertex in drawing.vertices:
        text = "\n".join(box_lines(vertex))
        lines.append(f'  n{number[id(vertex)]} [label={_quoted(text)}, fillcolor="{FILL[kind_of(vertex)]}"];')
    for vertex in drawing.vertices:
        dashed = " [style=dashed]" if {"cut", "flat"} & set(vertex.remarks) else ""
        lines += [f"  n{number[id(vertex)]} -> n{number[id(each)]}{dashed};" for each in vertex.inputs]
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    """A text of several lines as one of graphviz', which would read a backslash as the start of something."""
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\l")
    return f'"{text}\\l"'
