"""Every row is whole: names that clash with no other's, a torch function that exists, a sentence and an example."""

from __future__ import annotations

import pytest

from tcalc import library
from tcalc.backend.kernels import find
from tcalc.library.builtin import Builtin
from tcalc.source import Source
from tcalc.syntax.parser import parse_expression

ROWS = library.rows()
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def test_a_name_is_that_of_one_row_in_each_space() -> None:
    seen: dict[tuple[str, str], Builtin] = {}
    for row in ROWS:
        for space in row.spaces:
            for name in (row.name, *row.aliases):
                bare = name.rpartition(".")[2]
                assert (space, bare) not in seen, f"{bare} in {space!r} is {seen.get((space, bare))} and {row}"
                seen[space, bare] = row


@each_row
def test_the_torch_function_exists(row: Builtin) -> None:
    if not row.special and row.torch != "kernel:shape":  # a shape is known while checking
        assert callable(find(row.torch))


@each_row
def test_the_doc_is_a_sentence(row: Builtin) -> None:
    assert row.doc.endswith(".")
    assert "\n" not in row.doc


@each_row
def test_the_example_parses(row: Builtin) -> None:
    expression, arrow, expected = row.example.partition("#=>")
    assert arrow and expected.strip()
    parse_expression(Source(expression.strip(), row.name))


@each_row
def test_every_form_parses(row: Builtin) -> None:
    for form in row.forms:
        assert form.signature.text == form.text
