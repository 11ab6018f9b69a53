"""Pages of help: rows, their notation, and the topics of the language, whose examples are run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcalc import library
from tcalc.library import reachable
from tcalc.selftest import test_program as held_against_its_expectations
from tcalc.settings import Settings
from tcalc.show.help import EXPLAINED, NOTATION, WIDTH, calls, columns, other_names, row_page, words_of
from tcalc.show.topics import TOPICS, Topic, find, topic_page
from tcalc.source import Source
from tcalc.syntax.parser import keywords, parse_expression
from tcalc.types import dtypes
from tcalc.types.signature import DTYPE_WORDS, STATIC_KINDS

ROOT = Path(__file__).resolve().parent.parent.parent
LANGUAGE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
ROWS = [row for row in library.rows() if row.spaces != ("hidden",)]

each_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.words[0])


def page(name: str) -> str:
    row = library.row(name)
    assert row is not None
    return "\n".join(row_page(row))


# Rows


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_has_a_page_that_fits(row: library.Builtin) -> None:
    lines = row_page(row)
    text = " ".join(" ".join(lines).split())
    assert text.startswith(f"{row.name} {row.doc}")
    assert f"  {row.example}" in lines
    assert [line for line in lines if len(line) > WIDTH and line != f"  {row.example}"] == []
    for call in calls(row):
        assert " ".join(call.split()) in text
    assert len(lines) <= 22


@pytest.mark.parametrize("row", reachable.functions(), ids=lambda row: row.torch)
def test_a_function_without_a_row_has_one_too(row: library.Builtin) -> None:
    lines = row_page(row)
    assert lines[0].startswith(f"{row.name}   ") and lines[-1].strip()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_sentence_is_short(row: library.Builtin) -> None:
    assert len(row.doc) <= 120
    assert row.doc.count(". ") == 0


@pytest.mark.parametrize("row", [row for row in ROWS if row.written], ids=lambda row: row.name)
def test_what_may_be_written_can_be(row: library.Builtin) -> None:
    for text in row.written:
        parse_expression(Source(text, row.name))


def test_a_page_as_it_is_read() -> None:
    assert page("max").split("\n") == [
        "max   The largest element, nan if there is one; over an axis also its index,",
        "    the first of equals; of two tensors, maximum.",
        "  max(x: order[*s]) -> order[...]",
        "  max(x: order[*s], dim: axis(n), keepdim: flag = False)",
        "      -> (values: order[...], indices: i64[...])",
        "  max(a: order[*s], b: order[*s]) -> order[*s]",
        "  max[0]([3, 1, 2])  #=> (3, 0)",
        "  also: max[dim](x)",
        "  with order: bool and numbers, not complex",
    ]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("matmul", "  also: a @ b, torch.linalg.matmul"),
        ("neg", "  also: -x, negative"),
        ("logical_not", "  also: not x"),
        ("transpose", "  also: transpose[dim0, dim1](x), swapaxes, swapdims"),
        ("reshape", "  also: view"),
        ("T", "  x.T -> any[m, n] for x: any[n, m]"),
        ("randn", "  draws random numbers anew at each evaluation"),
        ("cat", "  takes tensors of different shapes, in a list or a tuple"),
        ("vmap", "  vmap(f)(xs)   vmap[1](f)(xs)   vmap(f)(xs, ys)"),
        ("einsum", '  einsum("ij,jk->ik", A, B)   "ij,jk->ik"(A, B)'),
    ],
)
def test_what_a_page_also_says(name: str, line: str) -> None:
    assert line in page(name).split("\n")


def test_longer_names_are_torchs() -> None:
    norm = library.row("norm", "linalg")
    assert norm is not None
    assert other_names(norm) == ["linalg.norm[dim](x)", "torch.linalg.norm"]


# Notation


def test_every_word_of_a_signature_is_explained() -> None:
    assert set(NOTATION) == DTYPE_WORDS | STATIC_KINDS
    used = {word for row in ROWS for word in words_of(row)}
    assert used <= set(NOTATION)
    assert set(EXPLAINED) <= used, "nobody asks for these any more"


def test_columns_are_cut_where_a_word_ends() -> None:
    assert columns([("a", "one"), ("bcd", "two, three, four")], 14) == ["a     one", "bcd   two …"]
    assert columns([("a" * 30, "one")]) == [f"{'a' * 30}   one"]
    assert columns([]) == []


# Topics


@each_topic
def test_the_example_of_a_topic_prints_what_it_says(topic: Topic) -> None:
    report = held_against_its_expectations(Source(topic.example, topic.words[0]), Settings())
    assert [(each.line, each.wanted, each.said) for each in report.failures] == []
    assert bool(report.verdicts) == bool(topic.example)


@each_topic
def test_a_topic_has_a_section_in_a_page(topic: Topic) -> None:
    assert f"\n## {topic.section}\n" in (ROOT / "docs" / f"{topic.page}.md").read_text(encoding="utf-8")


@each_topic
def test_a_topic_fits_the_screen(topic: Topic) -> None:
    lines = topic_page(topic)
    assert lines[0].startswith(f"{topic.words[0]}   ")
    assert topic.doc.endswith(".")
    assert max(map(len, lines)) <= 84 and len(lines) <= 23


def test_every_section_has_a_topic() -> None:
    told = {topic.section for topic in TOPICS} | {"Choices"}
    sections = [line.removeprefix("## ") for line in LANGUAGE.splitlines() if line.startswith("## ")]
    assert [section for section in sections if section not in told] == []


def test_no_word_has_two_topics() -> None:
    words = [word for topic in TOPICS for word in topic.words]
    assert len(words) == len(set(words))


def test_every_keyword_and_dtype_is_explained() -> None:
    operators = {"and", "or", "not"}  # rows of the library
    assert [word for word in keywords() if word not in operators and find(word) is None] == []
    for dtype in dtypes.DTYPES:
        assert find(dtype.name) is find(dtype.torch_name) is find("dtypes")


def test_every_sign_of_the_language_is_explained() -> None:
    for sign in ("->", "|>", "=", "+=", ":", "...", "?", ";", "#", "#=>", "[", "(", ",", ".", "_", "\\", '"'):
        assert find(sign) is not None, sign
