"""`:plot`, `:hist`, `:heat` and `:image`: what they draw of which shapes, and what they refuse."""

from __future__ import annotations

import pytest

from tcalc.commands import run_command
from tcalc.errors import TcalcError
from tcalc.outcomes import Failed, Plotted
from tcalc.session import Session
from tcalc.show.palette import PLAIN, Style
from tcalc.source import Source
from tests.contract.driver import torch_left_alone

NAMES = """
x = linspace(0, 1, 20)
y = x^2
M = outer(x, y)
k = [1, 2, 3]
big = arange(10^6) / 10^6
"""
COLOUR = Style(True, True)


@pytest.fixture(scope="module")
def session() -> Session:
    session = Session()
    with torch_left_alone():
        assert not [each for each in session.run(Source(NAMES)) if isinstance(each, Failed)]
    return session


def drawn(session: Session, text: str, style: Style = PLAIN, width: int = 60) -> list[str]:
    with torch_left_alone():
        (answer,) = run_command(session, Source(text))
    assert isinstance(answer, Plotted)
    return list(answer.drawn(style, width))


@pytest.mark.parametrize(
    "text",
    [
        ":plot y",
        ":plot x, y",
        ":plot M[:3]",
        ":plot x, M[:2]",
        ":plot k",
        ":plot 3",
        ":plot big",
        ":plot k > 1",
        ":hist M",
        ":hist 3.",
        ":hist big",
        ":heat M",
        ":image M",
        ":image stack([M, M, M], -1)",
    ],
)
def test_what_is_drawn(session: Session, text: str) -> None:
    before = {*session.bindings}
    for style in (PLAIN, COLOUR):
        lines = drawn(session, text, style)
        assert 3 <= len(lines) <= 34
    assert {*session.bindings} == before


def test_a_curve_goes_up(session: Session) -> None:
    lines = [line.partition("|")[2].partition("+")[2] or line.partition("|")[2] for line in drawn(session, ":plot x, y")]
    places = [line.rfind("*") for line in lines if "*" in line]
    assert places == sorted(places, reverse=True) and len(places) > 10


def test_axes_are_those_of_the_numbers(session: Session) -> None:
    lines = drawn(session, ":plot x, 100 * y")
    assert lines[-1].split() == ["0", "0.5", "1.0"]
    assert any(line.lstrip().startswith("100 +") for line in lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (":plot 1j", "complex numbers have no order"),
        (":plot x, y, x", "a plot is of one vector, or of a second over a first"),
        (":plot x, k", "are not as long"),
        (":plot M, x", "a plot is of a vector"),
        (':plot "a"', "only tensors can be drawn"),
        (":heat x", "this is f32[20]; a heat map is of a matrix"),
        (":image x", "this is f32[20]; an image is [height, width, 3]"),
        (":hist x, y", "this takes one tensor"),
        (":hist nix", "there is no nix"),
        (":plot", ":plot needs an expression"),
        (":plot x +", "is missing"),
    ],
)
def test_what_is_refused(session: Session, text: str, message: str) -> None:
    with pytest.raises(TcalcError) as caught:
        drawn(session, text)
    assert message in caught.value.message


def test_nothing_finite_is_said(session: Session) -> None:
    assert drawn(session, ":plot zeros(3) / 0") == ["nothing here is finite"]
    assert drawn(session, ":hist zeros(0)") == ["nothing here is finite"]
