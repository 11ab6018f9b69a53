"""Plots as text: dots stand where the numbers say, axes are labelled with round numbers, and any numbers will do."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcalc.show.palette import PLAIN, Style
from tcalc.show.plots.canvas import Canvas
from tcalc.show.plots.curves import NOTHING, curve, histogram
from tcalc.show.plots.grids import heat, image
from tcalc.show.plots.scales import Scale, labels

UNICODE = Style(False, True)
COLOUR = Style(True, True)
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


def test_a_line_in_ascii() -> None:
    assert curve([0, 1, 2], [0, 1, 2], PLAIN, 20, 7, lines=True) == [
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
    assert canvas.lines() == ["\N{BRAILLE PATTERN DOTS-18}"]


def test_a_dot_outside_is_left_out() -> None:
    canvas = Canvas(2, 2, unicode=False)
    canvas.dot(-1, 0)
    canvas.dot(5, 5)
    assert canvas.lines() == ["  ", "  "]


def test_what_is_not_finite_interrupts_the_line() -> None:
    joined = "".join(curve([0, 1, 2], [0, 0, 0], PLAIN, 30, 6, lines=True)).count("*")
    broken = "".join(curve([0, 1, 2], [0, math.nan, 0], PLAIN, 30, 6, lines=True)).count("*")
    assert joined > 10 and broken == 2


def test_counts_are_counted() -> None:
    lines = histogram([1.0, 1.0, 2.0, math.inf], PLAIN, 40, 8)
    assert lines[-1] == "1 not finite, left out"
    columns = [sum(line[place : place + 1] == "#" for line in lines) for place in range(40)]
    heights = sorted(set(columns) - {0})
    assert len(heights) == 2 and heights[1] == 2 * heights[0]


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, -math.inf]])
def test_nothing_finite(values: list[float]) -> None:
    assert histogram(values, UNICODE, 40, 8) == [NOTHING]
    assert curve(values, values, UNICODE, 40, 8, lines=True) == [NOTHING]
    assert heat([values], UNICODE, 40, 8) == [NOTHING]


@given(st.floats(-1e308, 1e308), st.floats(-1e308, 1e308), st.integers(2, 12))
def test_ticks_are_round_and_within(one: float, other: float, most: int) -> None:
    scale = Scale(min(one, other), max(one, other), 50)
    ticks = scale.ticks(most)
    assert len(ticks) <= most
    slack = (scale.high / 2 - scale.low / 2) * 1e-6
    assert all(scale.low - slack <= each <= scale.high + slack for each in ticks)
    assert all(a < b for a, b in pairwise(ticks))
    shown = labels(ticks)
    assert len(shown) == len(ticks)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20), st.integers(12, 60), st.integers(5, 20), st.booleans())
def test_any_points_fit_into_their_room(pairs: list[tuple[float, float]], width: int, height: int, lines: bool) -> None:
    for style in (PLAIN, UNICODE):
        drawn = curve([x for x, _ in pairs], [y for _, y in pairs], style, width, height, lines=lines)
        assert len(drawn) <= height + 1
        drawn = histogram([y for _, y in pairs], style, width, height)
        assert len(drawn) <= height + 2


@given(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=1, max_size=30), st.integers(10, 40))
def test_any_matrix_fits_into_its_room(rows: list[list[float]], width: int) -> None:
    for style in (PLAIN, COLOUR):
        assert len(heat(rows, style, width, 12)) <= 13


def test_two_rows_of_pixels_are_one_line() -> None:
    lines = image([[(255, 0, 0)], [(0, 0, 255)]], COLOUR, 10, 5)
    assert lines == ["\x1b[38;2;255;0;0;48;2;0;0;255m▀\x1b[0m"]
    assert image([[(0, 0, 0), (255, 255, 255)]], PLAIN, 10, 5) == [" @"]
