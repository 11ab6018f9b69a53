"""JSON: numbers in lists, as deep as the tensor has axes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcalc import files
from tcalc.errors import TcalcError
from tcalc.types import dtypes


def loaded(text: str | bytes) -> tuple[str, np.ndarray]:
    """The type and the numbers of a text."""
    data = files.read_of(text.encode() if isinstance(text, str) else text)
    kinds = {"f64": "f8", "i64": "i8", "bool": "?"}
    return str(data.type), np.frombuffer(data.buffer, kinds[data.dtype.name]).reshape(data.shape)


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("[1, 2, 3]", "i64[3]"),
        ("[[1, 2.5], [3, 4]]", "f32[2, 2]"),
        ("[true, false]", "bool[2]"),
        ("[true, 2]", "f32[2]"),
        ("[]", "f32[0]"),
        ("[[], []]", "f32[2, 0]"),
        ('["NaN", "Infinity", "-Infinity", 1]', "f32[4]"),
        ("[9223372036854775808]", "f32[1]"),
        (" \n[[[1]]]", "i64[1, 1, 1]"),
    ],
)
def test_types(text: str, type: str) -> None:
    assert loaded(text)[0] == type


@given(st.lists(st.lists(st.floats(), min_size=3, max_size=3), min_size=1, max_size=5))
def test_floats_are_what_json_reads(rows: list[list[float]]) -> None:
    spelled = json.dumps(rows)  # Python writes NaN and Infinity bare
    np.testing.assert_array_equal(loaded(spelled)[1], np.array(rows))


def test_a_file_by_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("\ufeff[[1, 2]]", encoding="utf-8")
    assert str(files.header(str(path))) == "i64[1, 2]"
    path.write_text("2.5")
    data = files.read(str(path), default_float=dtypes.F64)
    assert str(data.type) == "f64" and math.isclose(data.buffer[0], 2.5)


def test_its_numbers_are_counted_before_they_are_made() -> None:
    text = b"[" + b"[],[],[1,2]," * 100_000 + b"0]"
    with pytest.raises(TcalcError) as caught:
        files.read_of(text, "x.json", limit=10_000_000)
    assert caught.value.code == "memory"
    assert "holds 400001 numbers as text" in caught.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[1, 2], [3]]", "ragged"),
        ("[1, [2]]", "a list"),
        ("[[1], 2]", "'2'"),
        ('["x"]', "'x'"),
        ("[null]", "'None'"),
        ('[{"a": 1}]', "an object"),
        ("[1, 2", "is not JSON"),
        ("[" * 100_000, "nested too deep"),
        ("[" * 65 + "1" + "]" * 65, "nested deeper than the 64 axes that a tensor may have"),
        ('{"a": [1], "a": [2]}', "has 'a' in it twice"),
        ('{"a": {"b": 1}, "c": 2}', "an object"),
        ('{"a": "b"}', "'b'"),
        ("{}", "holds no numbers"),
        ("[1" + "0" * 5000 + "]", "an integer of thousands of digits"),
        (b"[1, \xff]", "not UTF-8 at byte 4"),
        ("[1.0, 1" + "0" * 400 + "]", "no float holds"),
    ],
)
def test_what_is_no_tensor_is_an_io_error(text: str | bytes, words: str) -> None:
    with pytest.raises(TcalcError) as caught:
        loaded(text)
    assert caught.value.code == "io"
    assert words in caught.value.message
