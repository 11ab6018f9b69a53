"""Numbers coloured by their values: which colour stands for what, that it can be read, and that nothing moves."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcalc.show.heat import Heat, heat_of
from tcalc.show.palette import Style
from tcalc.show.terminal import value_text
from tcalc.types.data import Statistics
from tests.show.show_values import Held

MANY = Style(colour=True, unicode=True, colours=256)
FEW = Style(colour=True, unicode=True)


def uncoloured(text: str) -> str:
    """A text without its colours."""
    return "".join(part.partition("m")[2] for part in f"m{text}".split("\x1b["))


def colours(text: str) -> list[str]:
    """The colours of the numbers of a row, "" for those that have none."""
    found = []
    for part in ("0m" + text.splitlines()[1]).split("\x1b["):
        colour, _, words = part.partition("m")
        found += ["" if colour == "0" else colour for _ in words.split()]
    return found


def hot(data: Held, style: Style = MANY) -> str:
    return value_text(data, style, heat=True)


def test_both_signs_part_at_zero() -> None:
    text = hot(Held([-4.0, -1.5, 0.0, 1.5, 4.0], "f32", 5))
    assert colours(text) == ["38;5;231;48;5;63", "38;5;231;48;5;60", "", "38;5;231;48;5;95", "38;5;16;48;5;203"]
    few = hot(Held([-4.0, -1.5, 0.0, 1.5, 4.0], "f32", 5), FEW)
    assert colours(few) == ["37;44", "30;46", "", "30;43", "37;41"]


def test_the_greater_side_decides() -> None:
    # 1 is as far from 0 as -1, though the range is lopsided.
    below, _, above = colours(hot(Held([-1.0, 10.0, 1.0], "f32", 3)))
    assert below == above == ""


def test_one_sign_rises_from_dark_to_bright() -> None:
    text = hot(Held([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], "f32", 8))
    assert [each.rpartition(";")[2] for each in colours(text)] == ["53", "54", "24", "30", "36", "77", "148", "220"]
    assert colours(hot(Held([1, 2, 3, 4, 5], "i64", 5), FEW)) == ["37;44", "30;46", "30;42", "30;43", "37;41"]
    assert colours(hot(Held([-5.0, -4.0], "f32", 2)))[0] == "38;5;231;48;5;53"


def test_nan_and_infinities_are_marked_and_decide_nothing() -> None:
    text = hot(Held([math.nan, 1.0, math.inf, 2.0], "f32", 4))
    assert "\x1b[1;33mnan\x1b[0m" in text and "\x1b[1;33minf\x1b[0m" in text
    assert "48;5;53m 1" in text and "48;5;220m 2" in text
    assert "48;5" not in hot(Held([math.nan, math.inf], "f32", 2))


def test_an_odd_one_does_not_hide_the_others() -> None:
    figures = Statistics(0.0, 1000.0, 1.0, 1.0, [99, 1], 0, 0)
    heat = heat_of(Held([0.0] * 100, "f32", 100, figures=figures), 256)
    painted = {heat.painted(value, "x") for value in (0.0, 1.0, 2.0, 4.0)}
    assert len(painted) == 4
    assert heat.painted(1000.0, "x") == heat.painted(4.0, "x")


def test_bools_complex_numbers_and_what_is_all_the_same() -> None:
    assert colours(hot(Held([True, False], "bool", 2))) == ["38;5;16;48;5;220", "38;5;231;48;5;53"]
    assert colours(hot(Held([3 + 4j, 1j], "c64", 2))) == ["38;5;16;48;5;220", "38;5;231;48;5;53"]
    assert colours(hot(Held([2.0, 2.0], "f32", 2))) == ["", ""]


def test_without_colour_or_axes_nothing_changes() -> None:
    data = Held([1.0, -2.0], "f32", 2)
    plain = Style(unicode=True)
    assert value_text(data, plain, heat=True) == value_text(data, plain)
    assert hot(Held([1.0], "f32")) == value_text(Held([1.0], "f32"), MANY)


@pytest.mark.parametrize("style", [MANY, FEW], ids=["256", "8"])
@given(
    shape=st.lists(st.integers(1, 12), min_size=1, max_size=3),
    scale=st.floats(-1e300, 1e300),
    shift=st.floats(-2, 2),
    width=st.integers(24, 90),
)
def test_numbers_stand_where_they_stood(style: Style, shape: list[int], scale: float, shift: float, width: int) -> None:
    values = [(math.sin(place) + shift) * scale for place in range(math.prod(shape))]
    data = Held(values, "f64", *shape)
    assert uncoloured(value_text(data, style, width=width, heat=True)) == value_text(
        data, Style(unicode=True), width=width
    )


def luminance(colour: int) -> float:
    """How bright one of the 256 colours is, 0 to 1: WCAG's relative luminance of xterm's colours."""
    assert 16 <= colour < 232
    steps = [0, 95, 135, 175, 215, 255]
    parts = [steps[(colour - 16) // size % 6] / 255 for size in (36, 6, 1)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("least", "greatest"), [(-1.0, 1.0), (0.0, 1.0)])
def test_letters_can_be_read_on_their_background(least: float, greatest: float) -> None:
    heat = Heat(least, greatest, 256)
    seen = set()
    for step in range(101):
        painted = heat.painted(least + (greatest - least) * step / 100, "x")
        if painted != "x":
            letters, background = (int(each) for each in painted[2:].partition("m")[0].split(";")[2::3])
            light, dark = sorted([luminance(letters), luminance(background)], reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG AA
            seen.add(background)
    assert len(seen) == 8


def test_a_sequence_gets_brighter_step_by_step() -> None:
    heat = Heat(0.0, 1.0, 256)
    backgrounds = [int(heat.painted(step / 8, "x").partition("48;5;")[2].partition("m")[0]) for step in range(8)]
    bright = [luminance(each) for each in backgrounds]
    assert bright == sorted(bright)
