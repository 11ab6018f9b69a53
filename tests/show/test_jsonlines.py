"""The JSON of values, errors and notes: text as the contract shows it, values as json and torch read them."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tcalc.errors import Mark, Note, Repair, TcalcError
from tcalc.show.constants import constant_json
from tcalc.show.jsonlines import error_json, json_chunks, json_text, note_json, quoted
from tcalc.source import Source, Span
from tcalc.types.data import TupleData
from tcalc.types.dtypes import F32
from tests.show.show_values import Held

SNAPSHOTS = [
    (Held([1.0, 2.0], "f32", 2), '{"type": "f32[2]", "dtype": "float32", "shape": [2], "value": [1.0, 2.0]}'),
    (Held([0.1], "f32"), '{"type": "f32", "dtype": "float32", "shape": [], "value": 0.1}'),
    (
        Held([1.0, 0.0, 0.0, 1.0], "f32", 2, 2),
        '{"type": "f32[2, 2]", "dtype": "float32", "shape": [2, 2], "value": [[1.0, 0.0], [0.0, 1.0]]}',
    ),
    (
        Held([1, 2], "i64", 2, labels=["batch"]),
        '{"type": "i64[batch=2]", "dtype": "int64", "shape": [2], "value": [1, 2]}',
    ),
    (
        Held([math.nan, math.inf, -math.inf], "f64", 3),
        '{"type": "f64[3]", "dtype": "float64", "shape": [3], "value": ["NaN", "Infinity", "-Infinity"]}',
    ),
    (
        Held([1 + 2j, complex(0.1, math.nan)], "c64", 2),
        '{"type": "c64[2]", "dtype": "complex64", "shape": [2], "value": [[1.0, 2.0], [0.1, "NaN"]]}',
    ),
    (Held([True, False], "bool", 2), '{"type": "bool[2]", "dtype": "bool", "shape": [2], "value": [true, false]}'),
    (Held([], "f32", 2, 0, 3), '{"type": "f32[2, 0, 3]", "dtype": "float32", "shape": [2, 0, 3], "value": [[], []]}'),
    (Held([], "f32", 0), '{"type": "f32[0]", "dtype": "float32", "shape": [0], "value": []}'),
    (
        TupleData([Held([3.0], "f32", 1), Held([2], "i64")], ["values", "indices"]),
        '{"type": "(f32[1], i64)", "items": ['
        '{"name": "values", "type": "f32[1]", "dtype": "float32", "shape": [1], "value": [3.0]}, '
        '{"name": "indices", "type": "i64", "dtype": "int64", "shape": [], "value": 2}]}',
    ),
    (
        TupleData([TupleData([Held([2], "u8")])]),
        '{"type": "((u8,),)", "items": [{"type": "(u8,)", "items": '
        '[{"type": "u8", "dtype": "uint8", "shape": [], "value": 2}]}]}',
    ),
]


@pytest.mark.parametrize(("data", "text"), SNAPSHOTS, ids=range(len(SNAPSHOTS)))
def test_text(data: Held | TupleData, text: str) -> None:
    assert json_text(data) == text
    json.loads(text)


@given(st.lists(st.integers(1, 4), max_size=4))
def test_values_nest_as_torchs_lists(shape: list[int]) -> None:
    tensor = torch.randn(shape)
    facts: dict[str, Any] = json.loads(json_text(Held.of(tensor)))
    assert facts["shape"] == shape
    assert torch.equal(torch.tensor(facts["value"]), tensor)


def test_many_empty_rows_come_in_pieces() -> None:
    chunks = list(json_chunks(Held([], "f32", 100, 1000, 0)))
    assert json.loads("".join(chunks))["value"] == [[[]] * 1000] * 100
    assert len(chunks) > 3


def example() -> TcalcError:
    first, second = Source("A = ones(2, 3)", "a.tc", 1), Source("x = 1; A @ B", "a.tc", 7)
    return TcalcError(
        "shape",
        'A\'s "last" axis is 3',
        Span(second, 7, 12),
        marks=[
            Mark(Span(second, 7, 8), "f32[2, 3]", "3: A = ones(2, 3), line 1"),
            Mark(Span(second, 11, 12), "f32[4, 3]", "line 2"),
            Mark(Span(first, 0, 1)),
        ],
        notes=["nothing\x1b[31m else"],
        repairs=[Repair("A @ B.T", "f32[2, 4]"), Repair("f(v)", "f32", "with v: f32[2]")],
    )


def test_error() -> None:
    assert json.loads(error_json(example())) == {
        "error": {
            "code": "shape",
            "message": 'A\'s "last" axis is 3',
            "line": 7,
            "column": 8,
            "notes": [
                "A: f32[2, 3], 3 from A = ones(2, 3), line 1",
                "B: f32[4, 3], line 2",
                "A",
                "nothing\x1b[31m else",
            ],
            "repairs": [
                {"text": "A @ B.T", "type": "f32[2, 4]"},
                {"text": "f(v)", "type": "f32", "condition": "with v: f32[2]"},
            ],
        }
    }
    assert error_json(example()).isprintable()


def test_error_without_a_place() -> None:
    assert error_json(TcalcError("io", "no such file: π\x7f")) == (
        '{"error": {"code": "io", "message": "no such file: \\u03c0\\u007f", "line": null, "column": null, '
        '"notes": [], "repairs": []}}'
    )


def test_note() -> None:
    note = Note("both sides grew", Span(Source("y - t"), 0, 5), [Repair("y - t[:, None]", "f32[100, 1]")])
    assert note_json(note) == (
        '{"note": {"message": "both sides grew", "line": 1, "column": 1, '
        '"repairs": [{"text": "y - t[:, None]", "type": "f32[100, 1]"}]}}'
    )


def test_constants() -> None:
    assert constant_json('a"\x1b') == '{"type": "text", "value": "a\\"\\u001b"}'
    assert constant_json(F32) == '{"type": "dtype", "value": "float32"}'
    assert constant_json(None) == '{"type": "None", "value": null}'


@given(st.text())
def test_texts_escape_as_json_does_and_print_safely(text: str) -> None:
    assert json.loads(quoted(text)) == text
    assert quoted(text).isprintable() and quoted(text).isascii()
