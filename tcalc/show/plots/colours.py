"""Colours of red, green and blue on terminals that have all of them, and on those of 256."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcalc.show.palette import Style

Colour = tuple[int, int, int]
#: The six steps of each colour in the cube of 216 that a terminal of 256 has from its sixteenth on.
STEPS = (0, 95, 135, 175, 215, 255)
#: Where its 24 greys begin, the darkest of which is 8, each ten brighter than the one before.
GREYS = 232
ALL = 1 << 24
RESET = "\x1b[0m"


def has_colours(style: Style) -> bool:
    """Whether a cell can be painted in two colours that say something."""
    return style.colours >= 256 and style.unicode


def sequence(front: Colour, behind: Colour | None, style: Style) -> str:
    """What makes the text after it be of one colour on another, or on the terminal's own."""
    parts = [f"38;{_number(front, style)}"] + ([f"48;{_number(behind, style)}"] if behind is not None else [])
    return f"\x1b[{';'.join(parts)}m"


def _number(colour: Colour, style: Style) -> str:
    if style.colours >= ALL:
        return f"2;{';'.join(map(str, colour))}"
    return f"5;{nearest(colour)}"


def nearest(colour: Colour) -> int:
    """The colour of the 256 that is nearest: of the cube, or a grey."""
    cube = [min(range(6), key=lambda step: abs(STEPS[step] - part)) for part in colour]
    grey = min(23, max(0, round((sum(colour) / 3 - 8) / 10)))
    of_cube = _far(colour, [STEPS[step] for step in cube])
    if _far(colour, [8 + 10 * grey] * 3) < of_cube:
        return GREYS + grey
    red, green, blue = cube
    return 16 + 36 * red + 6 * green + blue


def _far(colour: Colour, other: list[int]) -> int:
    return sum([(one - two) ** 2 for one, two in zip(colour, other, strict=True)])
