"""docs/reference.md is what the library says: written anew it is the same, every name is in it, every link leads on.

The examples are run by tests/library/test_row_examples.py; here they are shown to be the same ones.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from tcalc import library
from tcalc.library import reachable

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
ROWS = [row for row in library.rows() if row.spaces != ("hidden",)]

reference = runpy.run_path(str(ROOT / "tools" / "reference.py"))


def blocks(page: str) -> list[str]:
    """The programs of a page."""
    return [part.partition("\n```")[0] for part in page.split("```tcalc\n")[1:]]


def headings(page: str) -> list[str]:
    """The headings outside of programs, without their marks."""
    outside = "".join(page.split("```")[::2])
    return [line.lstrip("#").strip().strip("`") for line in outside.splitlines() if line.startswith("#")]


def links(page: str) -> list[tuple[str, str]]:
    """The links within a page: what is shown, and where they lead."""
    found = []
    for before, after in zip(page.split("](#")[:-1], page.split("](#")[1:], strict=True):
        found.append((before.rpartition("[")[2].strip("`\n "), after.partition(")")[0]))
    return found


def test_it_is_up_to_date() -> None:
    assert reference["written"]() == PAGE, "the library has changed: make docs"


def test_its_examples_are_those_of_the_rows() -> None:
    assert blocks(PAGE) == [row.example for row in ROWS]


def test_every_row_has_a_section_and_every_name_an_entry() -> None:
    assert [row for row in ROWS if f"\n### `{row.name}`\n" not in PAGE] == []
    index = dict(links(PAGE.partition("## All names")[2]))
    assert sorted(name for row in ROWS for name in (row.name, *row.aliases) if name not in index) == []
    infix = {symbol for symbol in library.operators() if symbol[-1] != "x"}
    assert infix | {"-x", "+x", "~x", "not x"} <= set(index)


def test_every_function_without_a_row_is_named() -> None:
    listed = PAGE.partition("## Without a row")[2].partition("## All names")[0]
    assert [row.torch for row in reachable.functions() if f"`{row.torch.rpartition('.')[2]}`" not in listed] == []


def test_links_lead_to_headings() -> None:
    places: list[str] = []
    for heading in headings(PAGE):
        place = "".join(letter for letter in heading.lower() if letter.isalnum() or letter in "-_ ").replace(" ", "-")
        number = sum(other == place or other.rpartition("-")[0] == place for other in places)
        places.append(f"{place}-{number}" if number else place)
    assert len(set(places)) == len(places)
    assert {place for _, place in links(PAGE)} <= set(places)
    at = dict(zip(places, headings(PAGE), strict=True))
    for row in ROWS:
        assert row.name in {at[place] for name, place in links(PAGE) if name == row.name}


@pytest.mark.parametrize(
    ("sentence", "marked"),
    [
        ("sin(pi*x) / (pi*x)", "sin(pi\\*x) / (pi\\*x)"),
        ("-log_softmax[1](x)", "-log_softmax[1]\\(x)"),
        ("a pattern, `(b * h)`, a < b", "a pattern, `(b * h)`, a \\< b"),
    ],
)
def test_sentences_are_not_taken_for_marks(sentence: str, marked: str) -> None:
    assert reference["plain"](sentence) == marked


def test_a_section_tells_all_of_a_row() -> None:
    row = library.row("softmax")
    assert row is not None
    assert reference["section"](row).split("\n") == [
        "### `softmax`",
        "",
        "exp(x) divided by its sum over an axis, without overflow.",
        "",
        "```tcalc",
        "softmax[0]([0., 0.])  #=> [0.5, 0.5]",
        "```",
        "",
        "- `softmax(x: R[*l, n, *r], dim: axis(n), dtype: dtype = None) -> R[*l, n, *r]`",
        "- also `softmax[dim](x)`, `torch.nn.functional.softmax`, `torch.special.softmax`",
    ]


def test_marks_stand_where_they_belong() -> None:
    def told(name: str) -> str:
        return PAGE.partition(f"\n### `{name}`\n")[2].partition("\n### ")[0]

    assert "- draws random numbers" in told("randn") and "- draws random numbers" not in told("ones")
    assert "- takes tensors of different shapes" in told("cat")
    assert "- `x.T -> any[m, n] for x: any[n, m]`" in told("T")
    assert "- `grad[x](e)`\n- `grad[x, y](e)`" in told("grad")
    assert "getitem" not in PAGE
