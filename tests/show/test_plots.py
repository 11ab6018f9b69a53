"""Plots as text: dots stand where the numbers say, axes are labelled with round numbers, and any numbers will do."""

from __future__ import annotations

import math
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcalc.show.palette import PLAIN, Style
from tcalc.show.plots.canvas import Canvas
from tcalc.show.plots.charts import Chart, Curves, HeatMap, Histogram, Picture
from tcalc.show.plots.colours import nearest
from tcalc.show.plots.curves import EMPTY, NOTHING, bins, curves, histogram
from tcalc.show.plots.grids import heat, image
from tcalc.show.plots.scales import Scale, labels
from tcalc.types.data import StaticData
from tcalc.types.dtypes import F64
from tcalc.types.tensor import Axis, TensorType

UNICODE = Style(False, True)
COLOUR = Style(True, True, colours=1 << 24)
MANY = Style(True, True, colours=256)
FEW = Style(True, True)
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


def held(values: list[float]) -> StaticData:
    """A vector of some numbers."""
    return StaticData(TensorType(F64, (Axis(len(values)),), tuple(values)))


def test_a_line_in_ascii() -> None:
    assert curves([([0, 1, 2], [0, 1, 2])], PLAIN, 20, 7) == [
        "2 +        **",
        "  |      **",
        "  |   ***",
        "  |  *",
        "0 +**",
        "  +----------",
        "   0        2",
    ]


def test_braille_dots_are_unicodes() -> None:
    canvas = Canvas(1, 1, unicode=True)
    for x, y in ((0, 0), (1, 3)):
        canvas.dot(x, y)
    assert canvas.lines(UNICODE) == ["\N{BRAILLE PATTERN DOTS-18}"]


def test_a_dot_outside_is_left_out() -> None:
    canvas = Canvas(2, 2, unicode=False)
    canvas.dot(-1, 0)
    canvas.dot(5, 5)
    assert canvas.lines(PLAIN) == ["  ", "  "]


def test_what_is_not_finite_interrupts_the_line() -> None:
    joined = "".join(curves([([0, 1, 2], [0, 0, 0])], PLAIN, 30, 6)).count("*")
    broken = "".join(curves([([0, 1, 2], [0, math.nan, 0])], PLAIN, 30, 6)).count("*")
    assert joined > 10 and broken == 2


@pytest.mark.parametrize("values", [[0.0, 5e-324], [1.7e308, -1.7e308, 0.0], [-1e-300], [2.0] * 1000])
def test_a_histogram_of_numbers_at_the_edges_of_floats(values: list[float]) -> None:
    lines = histogram(held(values), UNICODE, 40, 8)
    assert lines[0].lstrip().startswith(("1 ┤", "2 ┤", "1.0 ┤", "1000 ┤")) and "█" in lines[0]


@pytest.mark.parametrize("count", [5, 12, 60])
def test_bars_are_as_numpy_counts(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    counts, _ = np.histogram(values, bins(count))
    rows = [
        line.partition("┤")[2] or line.partition("│")[2] for line in histogram(held([*values]), UNICODE, 80, 42)[:-2]
    ]
    wide = (80 - 10) // bins(count)
    heights = [sum(row[place * wide : place * wide + 1] == "█" for row in rows) for place in range(bins(count))]
    assert heights == [int(each / counts.max() * len(rows)) for each in counts]


def test_counts_are_counted() -> None:
    lines = histogram(held([1.0, 1.0, 2.0, math.inf]), PLAIN, 40, 8)
    assert lines[-1] == "1 not finite, left out"
    columns = [sum(line[place : place + 1] == "#" for line in lines) for place in range(40)]
    heights = sorted(set(columns) - {0})
    assert len(heights) == 2 and heights[1] == 2 * heights[0]


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, -math.inf]])
def test_nothing_finite(values: list[float]) -> None:
    said = [NOTHING if values else EMPTY]
    assert histogram(held(values), UNICODE, 40, 8) == said
    assert curves([(values, values)], UNICODE, 40, 8) == said
    assert heat([values], UNICODE, 40, 8) == said


@given(st.floats(-1e308, 1e308), st.floats(-1e308, 1e308), st.integers(2, 12))
def test_ticks_are_round_and_within(one: float, other: float, most: int) -> None:
    scale = Scale(min(one, other), max(one, other), 50)
    ticks = scale.ticks(most)
    assert len(ticks) <= most + 2
    slack = (scale.high / 2 - scale.low / 2) * 1e-6
    assert all(scale.low - slack <= each <= scale.high + slack for each in ticks)
    assert all(a < b for a, b in pairwise(ticks))
    shown = labels(ticks)
    assert len(shown) == len(ticks)


@given(st.floats(-100, 100), st.floats(0.01, 1000), st.integers(2, 12))
def test_a_scale_can_be_read_off_two_ticks(low: float, wide: float, most: int) -> None:
    assert len(Scale(low, low + wide, 50).ticks(most)) > 1


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20), st.integers(12, 60), st.integers(5, 20))
def test_any_points_fit_into_their_room(pairs: list[tuple[float, float]], width: int, height: int) -> None:
    for style in (PLAIN, UNICODE):
        drawn = curves([([x for x, _ in pairs], [y for _, y in pairs])], style, width, height)
        assert len(drawn) <= height + 1
        drawn = histogram(held([y for _, y in pairs]), style, width, height)
        assert len(drawn) <= height + 2


@given(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=1, max_size=30), st.integers(10, 40))
def test_any_matrix_fits_into_its_room(rows: list[list[float]], width: int) -> None:
    for style in (PLAIN, FEW, MANY, COLOUR):
        assert len(heat(rows, style, width, 12)) <= 13


def test_two_rows_of_pixels_are_one_line() -> None:
    lines = image([[(255, 0, 0)], [(0, 0, 255)]], COLOUR, 10, 5)
    assert lines == ["\x1b[38;2;255;0;0;48;2;0;0;255m▀\x1b[0m"]
    assert image([[(0, 0, 0), (255, 255, 255)]], PLAIN, 10, 5) == [" @"]


def test_a_picture_has_the_colours_that_there_are() -> None:
    assert image([[(255, 0, 0)], [(0, 0, 255)]], MANY, 10, 5) == ["\x1b[38;5;196;48;5;21m▀\x1b[0m"]
    assert image([[(0, 0, 0), (255, 255, 255)]], FEW, 10, 5) == [" @"]


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_the_nearest_of_256_colours(colour: tuple[int, int, int]) -> None:
    """By the table that terminals have: a cube of 216 colours, then 24 greys."""
    steps = (0, 95, 135, 175, 215, 255)
    table = {
        16 + 36 * r + 6 * g + b: (steps[r], steps[g], steps[b]) for r in range(6) for g in range(6) for b in range(6)
    }
    table |= {232 + grey: (8 + 10 * grey,) * 3 for grey in range(24)}
    far = {number: sum((a - b) ** 2 for a, b in zip(colour, each, strict=True)) for number, each in table.items()}
    assert far[nearest(colour)] == min(far.values())


def test_each_row_has_a_colour_and_a_name() -> None:
    lines = curves([([0, 1], [0, 1]), ([0, 1], [1, 0])], FEW, 40, 8)
    assert lines[-1] == "\x1b[36mrow 0\x1b[0m   \x1b[33mrow 1\x1b[0m"
    assert "\x1b[36m" in lines[0] + lines[5] and "\x1b[33m" in lines[0] + lines[5]
    assert not any("\x1b" in line for line in curves([([0, 1], [0, 1])], FEW, 40, 8))
    assert not any("row" in line for line in curves([([0, 1], [0, 1]), ([0, 1], [1, 0])], UNICODE, 40, 8))


def test_axes_have_names() -> None:
    lines = curves([([0, 1], [0, 1])], PLAIN, 30, 7, ("time", "x^2"))
    assert lines[0].strip() == "x^2" and lines[-1].strip() == "time"
    assert len(lines[-1]) <= 30 and len(lines[0]) <= 30
    long = curves([([0, 1], [0, 1])], PLAIN, 30, 7, ("t" * 100, "\x1b[2J" + "y" * 100))
    assert all(len(line) <= 30 for line in long) and not any("\x1b" in line for line in long)


CHARTS = [
    Curves([([0.0, 1.0, 2.0], [0.0, math.nan, 4.0])], ("x", "$y^{")),
    Curves([([0.0, 1.0], [0.0, 1.0])] * 3, ("", "")),
    Curves([([0.0], [1.0])], ("", "")),
    Histogram(held([1.0, 2.0, math.inf, math.nan]), "v"),
    Histogram(held([math.nan]), "v"),
    HeatMap([[1.0, math.nan], [math.inf, -2.0]]),
    Picture([[(255, 0, 0), (0, 0, 255)]]),
]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
@pytest.mark.parametrize("name", ["a.png", "a.svg", "A.PNG"])
def test_files_hold_pictures(chart: Chart, name: str) -> None:
    from tcalc.show.plots.files import drawn

    content = drawn(chart, name)
    if name.lower().endswith("png"):
        assert content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b"IEND\xaeB`\x82")
        assert int.from_bytes(content[16:20]) == 960 and int.from_bytes(content[20:24]) == 600
    else:
        root = ElementTree.fromstring(content)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert drawn(chart, name) == content
