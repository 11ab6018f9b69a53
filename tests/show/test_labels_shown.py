"""Labels over the numbers that a terminal shows: which run down and across, and where a block lies."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tcalc.show.palette import PLAIN, Style
from tcalc.show.terminal import value_text
from tcalc.show.visible import cells
from tcalc.types.data import TupleData
from tests.show.show_values import Held

UNICODE = Style(unicode=True)


def labelled(*axes: tuple[int, str | None]) -> Held:
    total = 1
    for size, _ in axes:
        total *= size
    return Held(list(range(total)), "i64", *[size for size, _ in axes], labels=[label for _, label in axes])


def shown(data: Held, style: Style = UNICODE, width: int = 80) -> str:
    return "\n" + value_text(data, style, width=width)


def test_a_matrix_says_which_label_runs_where() -> None:
    data = labelled((2, "time"), (3, "chan"))
    assert (
        shown(data)
        == """
i64[time=2, chan=3]
  time ↓ chan →
  0  1  2
  3  4  5"""
    )
    assert (
        shown(data, PLAIN)
        == """
i64[time=2, chan=3]
  rows time, columns chan
  0  1  2
  3  4  5"""
    )


def test_one_label_of_two() -> None:
    assert shown(labelled((2, None), (2, "chan"))).splitlines()[2] == "  chan →"
    assert shown(labelled((2, "time"), (2, None))).splitlines()[2] == "  time ↓"
    assert shown(labelled((2, "time"), (2, None)), PLAIN).splitlines()[2] == "  rows time"


def test_a_row_has_no_head_for_its_type_says_all() -> None:
    assert (
        shown(labelled((3, "chan")))
        == """
i64[chan=3]
  0  1  2"""
    )
    assert shown(labelled((0, "time"), (3, "chan"))) == "\ni64[time=0, chan=3]   empty"


def test_blocks_stand_under_their_labels() -> None:
    assert (
        shown(labelled((2, "batch"), (1, "head"), (1, "time"), (2, "chan")))
        == """
i64[batch=2, head=1, time=1, chan=2]
  batch 0, head 0   time ↓ chan →
  0  1
  batch 1, head 0
  2  3"""
    )
    assert (
        shown(labelled((2, "batch"), (1, None), (1, None), (2, None)))
        == """
i64[batch=2, 1, 1, 2]
  batch 0, [0]
  0  1
  batch 1, [0]
  2  3"""
    )
    assert shown(labelled((9, None), (1, "time"), (2, None))).splitlines()[2:5] == [
        "  [0]   time ↓",
        "   0   1",
        "  [1]",
    ]


def test_items_of_a_tuple_have_heads_too() -> None:
    data = TupleData([labelled((2, "time"), (2, "chan"))], ["values"])
    assert (
        "\n" + value_text(data, UNICODE)
        == """
values: i64[time=2, chan=2]
  time ↓ chan →
  0  1
  2  3"""
    )


def test_heads_are_quiet() -> None:
    text = value_text(labelled((1, "time"), (1, "chan")), Style(colour=True, unicode=True))
    assert "\x1b[2mtime ↓ chan →\x1b[0m" in text


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from([None, "t", "时间", "a_rather_long_label"])), max_size=5),
    st.integers(24, 60),
)
def test_heads_fit_the_terminal(axes: list[tuple[int, str | None]], width: int) -> None:
    for line in value_text(labelled(*axes), UNICODE, width=width).splitlines()[1:]:
        assert cells(line) <= width
