"""Plots as PNG and SVG, which matplotlib draws: the extra `plots` brings it."""

from __future__ import annotations

import io
import logging
import os
import warnings
from importlib.util import find_spec

from tcalc.show.plots.charts import Chart

#: The formats, by the endings of files.
FORMATS = {".png": "png", ".svg": "svg"}
#: Inches, and dots an inch in a PNG.
SIZE, DENSITY = (6.4, 4.0), 150


def format_of(path: str) -> str | None:
    """The format of a file by its ending, None where it is no picture's."""
    return FORMATS.get(os.path.splitext(path)[1].lower())


def is_there() -> bool:
    """Whether matplotlib is installed. It is not imported for that."""
    return find_spec("matplotlib") is not None


def drawn(chart: Chart, path: str) -> bytes:
    """A chart as a file of its name's format holds it; the same chart gives the same bytes.

    Raises ValueError or OverflowError where the numbers are beyond what matplotlib draws.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # what it says of its caches is for nobody here
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    file, format = io.BytesIO(), format_of(path)
    with warnings.catch_warnings(), rc_context({"svg.hashsalt": "tcalc"}):
        warnings.simplefilter("ignore")  # of letters that its font lacks
        figure = Figure(figsize=SIZE, layout="constrained")
        chart.draw(figure.add_subplot())
        figure.savefig(file, format=format, dpi=DENSITY, metadata={"Date": None} if format == "svg" else None)
    return file.getvalue()
