"""Writes docs/reference.md from the rows of the library: `python tools/reference.py`.

A row becomes a section: its sentence, its example, how it is called, its other names. tests/test_reference.py does the
same, and compares; that the examples hold is tested in tests/library.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from tcalc import library
from tcalc.library import reachable
from tcalc.library.builtin import Builtin
from tcalc.show.help import NOTATION, SHAPES, calls, operator_text, other_names, prefixed, remarks

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference.md"

INTRODUCTION = """\
# Reference

Every function that has a row of its own, family by family in the order in which one learns them; at the end stand
[those without a row](#without-a-row) and [all names](#all-names) by alphabet. `make docs` writes this page from the
library, and `:help NAME` shows the same in the shell. [The language](language.md) has a page of its own.

The example of a function stands first, with what it prints behind `#=>`; then how it is called. `f(x, a)` may be
written `x.f(a)`, with `torch.` and the like before it, and with the axes that it works over in brackets: `f[0](x)`.\
"""

SIGNATURES = """\
## Signatures

`softmax(x: R[*l, n, *r], dim: axis(n), dtype: dtype = None) -> R[*l, n, *r]` takes a tensor `x` and one of its axes,
`dim`, and gives a tensor of the same shape. In brackets stand sizes:

{shapes}

The word before them tells the dtype; where there are no brackets, it tells what is no tensor.

{words}\
"""

WITHOUT_ROW = """\
## Without a row

These functions of torch work too. Torch itself says what comes out of them, so the check needs it, and what is wrong is
said in torch's words.\
"""


def written() -> str:
    """The whole page."""
    families, anchors = library.families(), Anchors("Reference", "Families", "Signatures")
    contents, sections = ["## Families", "", "| family | |", "| --- | --- |"], []
    places: dict[str, str] = {}
    for family, sentence, rows in families:
        title = family.capitalize()
        contents.append(f"| [{title}](#{anchors.of(title)}) | {plain(sentence)} |")
        sections.append(f"## {title}\n\n{plain(sentence)}")
        for row in rows:
            places[row.name] = anchors.of(row.name)
            sections.append(section(row))
    signatures = SIGNATURES.format(shapes=table(SHAPES, "sizes"), words=table(NOTATION, "word"))
    names = index([row for _, _, rows in families for row in rows], places)
    parts = [
        INTRODUCTION,
        "\n".join(contents),
        signatures,
        *sections,
        WITHOUT_ROW,
        *without_row(),
        "## All names",
        *names,
    ]
    return "\n\n".join(parts) + "\n"


def section(row: Builtin) -> str:
    """A row's section."""
    lines = [f"### `{row.name}`", "", plain(row.doc), "", "```tcalc", row.example, "```", ""]
    lines += [f"- `{call}`" for call in calls(row)]
    also = other_names(row)
    if also:
        lines.append(f"- also {', '.join(code(name) for name in also)}")
    lines += [f"- {remark}" for remark in remarks(row)]
    return "\n".join(lines)


def index(rows: Iterable[Builtin], places: dict[str, str]) -> list[str]:
    """Every name with a link to its row, a paragraph for each letter; operators first."""
    names: dict[str, set[tuple[str, str]]] = {}
    for row in rows:
        operator = operator_text(row.operator) if prefixed(row.operator) else row.operator
        for name in (row.name, *row.aliases, *([operator] if operator else [])):
            letter = name[0].upper() if name[0].isalpha() else ""
            names.setdefault(letter, set()).add((name, places[row.name]))
    return [
        " · ".join(f"[{code(name)}](#{place})" for name, place in sorted(names[letter], key=_by_name))
        for letter in sorted(names)
    ]


def without_row() -> list[str]:
    """torch's functions that have no row, a paragraph for each of its modules."""
    modules: dict[str, list[str]] = {}
    for row in reachable.functions():
        modules.setdefault(row.torch.rpartition(".")[0], []).append(row.torch.rpartition(".")[2])
    return [
        f"`torch{'.' * bool(module)}{module}`: {', '.join(code(name) for name in sorted(names))}"
        for module, names in sorted(modules.items())
    ]


def table(meanings: Mapping[str, str], heading: str) -> str:
    """A table of words and what they mean."""
    rows = [f"| {code(word)} | {plain(meaning)} |" for word, meaning in meanings.items()]
    return "\n".join([f"| {heading} | |", "| --- | --- |", *rows])


def plain(sentence: str) -> str:
    """A sentence, in which nothing but what stands between backquotes is marked up."""
    parts = sentence.split("`")
    for place in range(0, len(parts), 2):
        for mark in "*<|":
            parts[place] = parts[place].replace(mark, f"\\{mark}")
        parts[place] = parts[place].replace("](", "]\\(")  # no link
    return "`".join(parts)


def code(text: str) -> str:
    """A text as code."""
    return f"`{text}`"


class Anchors:
    """The names under which a page's headings can be reached, given to each in turn as GitHub does."""

    def __init__(self, *headings: str) -> None:
        self._given: dict[str, int] = {}
        for heading in headings:
            self.of(heading)

    def of(self, heading: str) -> str:
        """The anchor of the next heading."""
        kept = "".join([letter for letter in heading.lower() if letter.isalnum() or letter in "_- "])
        anchor = kept.replace(" ", "-")
        times = self._given.get(anchor, 0)
        self._given[anchor] = times + 1
        return f"{anchor}-{times}" if times else anchor


def _by_name(entry: tuple[str, str]) -> tuple[str, str]:
    return entry[0].lower(), entry[0]


if __name__ == "__main__":
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    after = written()
    if after != before:
        PAGE.write_text(after, encoding="utf-8")
        print(f"docs/{PAGE.name} has changed")
