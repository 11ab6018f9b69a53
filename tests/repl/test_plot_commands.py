"""`:plot`, `:hist`, `:heat` and `:image`: what they draw of which shapes, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcalc.commands import run_command
from tcalc.errors import TcalcError
from tcalc.outcomes import Failed, Plotted
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.show.palette import PLAIN, Style
from tcalc.show.plots import files
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
    return list(answer.drawn(style, width, 24))


@pytest.mark.parametrize(
    "text",
    [
        ":plot y",
        ":plot x, y",
        ":plot x y",
        ":plot x sin(x) + 1",
        ":plot [1, 2, 3] [1, 4, 9]",
        ":plot [1, 2, 3][:2] x[:2]",
        ":plot (x, y)",
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
    lines = [
        line.partition("|")[2].partition("+")[2] or line.partition("|")[2] for line in drawn(session, ":plot x, y")
    ]
    places = [line.rfind("*") for line in lines if "*" in line]
    assert places == sorted(places, reverse=True) and len(places) > 10


def test_what_is_drawn_over_what(session: Session) -> None:
    assert drawn(session, ":plot x y") == drawn(session, ":plot x, y") == drawn(session, ":plot   x    y ")
    assert drawn(session, ":plot x sum[0](outer(x, y))") == drawn(session, ":plot x, sum[0](outer(x, y))")
    assert drawn(session, ":plot x -y") != drawn(session, ":plot x, -y")  # which is a difference
    lines = drawn(session, ":plot x  sin(3  * x)")
    assert lines[0].strip() == "sin(3 * x)" and lines[-1].strip() == "x"


@pytest.mark.parametrize("sizes", ["7, 11", "2, 2", "1, 5", "3, 4"])
def test_an_image_is_the_same_however_its_axes_stand(session: Session, sizes: str) -> None:
    list(session.run(Source(f"manual_seed(1); T = rand({sizes}, 3); G = rand({sizes})")))
    coloured = drawn(session, ":image T", COLOUR)
    assert coloured == drawn(session, ":image permute(T, 2, 0, 1)", COLOUR) == drawn(session, ":image T * 1.0", COLOUR)
    assert coloured != drawn(session, ":image T.flip(2)", COLOUR)
    assert coloured == drawn(session, ":image u8(floor(T * 255 + 0.5))", COLOUR)
    grey = drawn(session, ":image G", COLOUR)
    for same in ("G[None]", "G[:, :, None]", "stack([G, G, G], -1)"):
        assert grey == drawn(session, f":image {same}", COLOUR)


@pytest.mark.parametrize("text", [":plot y", ":plot x y", ":hist M", ":heat M", ":image M"])
@pytest.mark.parametrize("name", ["a b.svg", "a.png"])
def test_a_plot_in_a_file(session: Session, tmp_path: Path, text: str, name: str) -> None:
    path = tmp_path / name
    path.write_text("what was there")
    with torch_left_alone():
        (answer,) = run_command(session, Source(f'{text} --out "{path}"'))
    assert answer == f"saved to {path}"
    assert path.read_bytes().startswith(b"\x89PNG" if name.endswith("png") else b"<?xml")


def test_names_stand_in_the_picture(session: Session, tmp_path: Path) -> None:
    with torch_left_alone():
        run_command(session, Source(f":plot x y --out {tmp_path}/a.svg"))
    content = (tmp_path / "a.svg").read_text()
    assert "<!-- x -->" in content and "<!-- y -->" in content


def test_a_safe_session_draws_to_no_file(tmp_path: Path) -> None:
    with pytest.raises(TcalcError, match="--safe forbids"):
        run_command(Session(Settings(safe=True)), Source(f":plot [1, 2] --out {tmp_path}/a.png"))
    assert not [*tmp_path.iterdir()]


def test_without_matplotlib_it_is_said(monkeypatch: pytest.MonkeyPatch, session: Session, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "find_spec", lambda name: None)  # as where it is not installed
    with pytest.raises(TcalcError) as caught:
        run_command(session, Source(f":plot x --out {tmp_path}/a.png"))
    assert "needs matplotlib" in caught.value.message and "pip install matplotlib" in caught.value.message


def test_axes_are_those_of_the_numbers(session: Session) -> None:
    lines = drawn(session, ":plot x, 100 * y")
    assert lines[-2].split() == ["0", "0.5", "1.0"]
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
        (":image x", "this is f32[20]; an image is [height, width, 3], [3, height, width] or [height, width]"),
        (":image ones(2, 4, 4)", "this is f32[2, 4, 4]; an image is"),
        (":hist x, y", "this takes one tensor"),
        (":hist nix", "there is no nix"),
        (":plot", ":plot needs an expression"),
        (":plot x +", "is missing"),
        (":plot x y x", "a plot is of one vector, or of a second over a first"),
        (":plot x --out", "--out needs the name of a file"),
        (":plot --out a.png x", "--out FILE stands behind the expression"),
        (":plot y = x", "this is no expression: it has no values to draw"),
        (":plot x --out a.txt", "a file that ends in .png or .svg"),
        (":plot nix --out a.png", "there is no nix"),
    ],
)
def test_what_is_refused(session: Session, text: str, message: str) -> None:
    with pytest.raises(TcalcError) as caught:
        drawn(session, text)
    assert message in caught.value.message


def test_nothing_finite_is_said(session: Session) -> None:
    assert drawn(session, ":plot zeros(3) / 0") == ["nothing here is finite"]
    assert drawn(session, ":hist [nan, inf]") == ["nothing here is finite"]


@pytest.mark.parametrize("text", [":plot []", ":hist zeros(0)", ":heat zeros(0, 3)", ":image zeros(0, 3)"])
def test_an_empty_tensor_is_told_as_such(session: Session, text: str) -> None:
    assert drawn(session, text) == ["there is nothing in it to draw"]
