"""csv files against numpy's loadtxt: marks, head rows, missing numbers, and errors that say where."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcalc import files
from tcalc.errors import TcalcError
from tcalc.types.dtypes import BF16, F64

IRIS = Path(__file__).parents[2] / "examples" / "data" / "iris.csv"


def table(text: str | bytes) -> tuple[str, list[list[float]]]:
    """The type and the rows of a csv, its header asked too."""
    content = text.encode() if isinstance(text, str) else text
    data = files.read_of(content, "t.csv")
    assert files.header_of(content, "t.csv") == data.type
    held = {"i64": "i8", "f64": "f8"}[data.dtype.name]
    rows: list[list[float]] = np.frombuffer(bytes(data.buffer), held).reshape(data.shape).tolist()
    return str(data.type), rows


def refused(text: str | bytes) -> tuple[str, list[str]]:
    """The message and notes of an io error."""
    with pytest.raises(TcalcError) as caught:
        files.read_of(text.encode() if isinstance(text, str) else text, "t.csv")
    assert caught.value.code == "io"
    return caught.value.message, caught.value.notes


@pytest.mark.parametrize(
    ("text", "type", "rows"),
    [
        ("1,2\n3,4\n", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("1,2\n3,4", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("1,2.5\n3,4\n", "f32[2, 2]", [[1, 2.5], [3, 4]]),
        ("1;2\n3;4\n", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("1\t2\n3\t4\n", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("7", "i64[1, 1]", [[7]]),
        ("1,2,3", "i64[1, 3]", [[1, 2, 3]]),
        ("1\n2\n3\n", "i64[3, 1]", [[1], [2], [3]]),
        ("x\n1\n2\n", "i64[2, 1]", [[1], [2]]),
        ("width_cm,höhe\n1,2\n", "i64[1, 2]", [[1, 2]]),
        ("name,2019,2020\n1,2,3\n", "i64[1, 3]", [[1, 2, 3]]),
        ('"a;b,c";d\n1;2\n', "i64[1, 2]", [[1, 2]]),
        ('"1","2"\n"3","4"\n', "i64[2, 2]", [[1, 2], [3, 4]]),
        (" 1 , 2 \n 3 , 4 \n", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("1,2\r\n3,4\r\n", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("1,2\r3,4\r", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("\n1,2\n\n   \n3,4\n\n", "i64[2, 2]", [[1, 2], [3, 4]]),
        ("\ufeffa,b\n1,2\n", "i64[1, 2]", [[1, 2]]),
        ("\ufeff1,2\n", "i64[1, 2]", [[1, 2]]),
        ("1e3,-.5\n+2,1E-2\n", "f32[2, 2]", [[1000, -0.5], [2, 0.01]]),
        ("-9223372036854775808,9223372036854775807\n", "i64[1, 2]", [[-(2**63), 2**63 - 1]]),
        ("9223372036854775808,0.5\n", "f32[1, 2]", [[2.0**63, 0.5]]),
        ("inf,-Infinity\n1,2\n", "f32[2, 2]", [[math.inf, -math.inf], [1, 2]]),
    ],
)
def test_tables(text: str, type: str, rows: list[list[float]]) -> None:
    assert table(text) == (type, rows)


def test_an_empty_field_is_nan() -> None:
    type, rows = table("a,b\n1,\n ,2\nnan,NaN\n")
    assert type == "f32[3, 2]"
    np.testing.assert_array_equal(rows, [[1, math.nan], [math.nan, 2], [math.nan, math.nan]])


def test_a_missing_number_may_come_after_many_whole_ones() -> None:
    type, rows = table("1,2\n" * 100_000 + ",3\n")
    assert type == "f32[100001, 2]"
    assert rows[99_999] == [1, 2]
    np.testing.assert_array_equal(rows[-1], [math.nan, 3])


def test_the_default_float_is_the_callers() -> None:
    data = files.read_of(b"0.1", "t.csv", default_float=F64)
    assert str(data.type) == "f64[1, 1]"
    narrow = files.read_of(b"0.1", "t.csv", default_float=BF16)
    assert (str(narrow.type), narrow.dtype) == ("bf16[1, 1]", F64)
    assert str(files.header_of(b"1", "t.csv", default_float=F64)) == "i64[1, 1]"


NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.floats(width=32),
)


@given(
    st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(NUMBERS, min_size=width, max_size=width), min_size=1)),
    st.sampled_from(",;\t"),
    st.booleans(),
)
def test_what_numpy_reads(rows: list[list[float]], mark: str, head: bool) -> None:
    body = "\n".join(mark.join(map(repr, row)) for row in rows)
    names = mark.join(f"c_{number}" for number in range(len(rows[0]))) + "\n" if head else ""
    type, found = table(names + body)
    whole = all(isinstance(number, int) for row in rows for number in row)
    assert type == f"{'i64' if whole else 'f32'}[{len(rows)}, {len(rows[0])}]"
    expected = np.loadtxt(io.StringIO(body), np.int64 if whole else np.float64, delimiter=mark, ndmin=2)
    np.testing.assert_array_equal(found, expected)


def test_iris() -> None:
    data = files.read(str(IRIS))
    assert str(data.type) == "f32[150, 5]"
    values = np.frombuffer(bytes(data.buffer), "f8").reshape(150, 5)
    np.testing.assert_array_equal(values, np.loadtxt(IRIS, delimiter=",", skiprows=1))
    np.testing.assert_allclose(values[:, :4].mean(0), [5.8433, 3.0573, 3.7580, 1.1993], atol=5e-5)
    assert np.bincount(values[:, 4].astype(int)).tolist() == [50, 50, 50]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "t.csv is empty"),
        ("\n  \n", "t.csv has no numbers"),
        ("hello\n", "t.csv has no row of numbers, only 'hello'"),
        ("a,b\n", "t.csv has no row of numbers, only 'a,b'"),
        ("1,2\n\n3\n", "t.csv, line 3: 1 field, where line 1 has 2"),
        ("\n1\n2,3\n", "t.csv, line 3: 2 fields, where line 2 has 1"),
        ("a,b,c\n1,2\n", "t.csv, line 2: 2 fields, where line 1 has 3"),
        ("1,2\n3,4\n5,6x\n", "t.csv, line 3: column 2 has '6x', which is no number"),
        ("a,b\n1,2\n5,6x\n", "t.csv, line 3: column 2 ('b') has '6x', which is no number"),
        ("1,2\n1_000,2\n", "t.csv, line 2: column 1 has '1_000', which is no number"),
        ("1,2\n٣,2\n", "t.csv, line 2: column 1 has '٣', which is no number"),
        ("1,2\n0x10,2\n", "t.csv, line 2: column 1 has '0x10', which is no number"),
        ("1,2\n\x1b[31m,2\n", r"t.csv, line 2: column 1 has '\x1b[31m', which is no number"),
        ('x,y\n1,"2\n3"\n', r"t.csv, line 2: column 2 ('y') has '2\n3', which is no number"),
        ('1,2\n\n3,"4\n5,6\n', "t.csv, line 3: a quote that is not closed, or has text right after it"),
        ('1,2\n3,"4"x\n', "t.csv, line 2: a quote that is not closed, or has text right after it"),
        (f"1,2\n3,{'4' * 200_000}\n", "t.csv, line 2: a field of more than 131072 characters"),
        (b"1,2\n3,\xff\n", "t.csv is not UTF-8 text: byte 6 is 0xff"),
        (b"\xef\xbb\xbf1,2\n" + b"3,4\n" * 9000 + b"3,\xc3(\n", "t.csv is not UTF-8 text: byte 36009 is 0xc3"),
    ],
)
def test_errors_say_where(text: str | bytes, message: str) -> None:
    assert refused(text)[0] == message


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (
            "x,y,kind,z\n1,2,big,3\n",
            'cut -d, -f1-2,4 t.csv leaves out what is text here; load("-") reads what comes of it',
        ),
        ("x;kind\n1;big\n", "cut -d';' -f1 t.csv leaves out what is text here; load(\"-\") reads what comes of it"),
        ("kind\tx\nbig\t1\n", 'cut -f2 t.csv leaves out what is text here; load("-") reads what comes of it'),
        ("1,2\nNA,4\n", "a missing number is an empty field, or nan"),
        ("1,NA\n3,4\n", "a missing number is an empty field, or nan"),
        ("1;2\n1,5;2\n", "decimals are written with a point"),
        ("1 2\n3 4\n", "columns are told apart by a comma, a semicolon or a tab"),
        ("1,99999999999999999999\n2,3", "with a decimal point in it, the table is read as floats"),
        ("1,2\n3,4\n".encode("utf-16"), "it begins as UTF-16 does: save it as UTF-8"),
    ],
)
def test_errors_say_what_to_do(text: str | bytes, note: str) -> None:
    assert refused(text)[1] == [note]


def test_a_whole_number_that_leaves_i64() -> None:
    assert refused("1,2\n1,-9223372036854775809\n")[0] == (
        "t.csv, line 2: column 2 has '-9223372036854775809', which does not fit i64"
    )


def test_a_gigantic_line_is_not_read_to_its_end() -> None:
    content = b"1,2\n" + b"1," * 2_000_000
    with pytest.raises(TcalcError) as caught:
        files.read_of(content, "t.csv", limit=32 * 10**6)
    assert caught.value.message == "t.csv, line 2: longer than 1 MB, and so no row of a table"
    wide = ",".join(map(str, range(100_000))).encode()
    assert str(files.header_of(wide, limit=32 * 10**6)) == "i64[1, 100000]"


def test_the_limit_on_memory() -> None:
    with pytest.raises(TcalcError) as numbers:
        files.read_of(b"1,1\n" * 100, "t.csv", limit=1000)
    assert numbers.value.code == "memory"
    assert numbers.value.message == "t.csv holds 200 numbers or more, 1.6 kB: more than the limit of 1 kB"
    assert str(files.header_of(b"1,1\n" * 100, "t.csv", limit=1000)) == "i64[100, 2]", "a type keeps no numbers"


@given(st.one_of(st.binary(max_size=60), st.text('12.,;\t\n\r" ax_-', max_size=60).map(str.encode)))
def test_no_bytes_raise_anything_but_an_error_of_tcalc(content: bytes) -> None:
    try:
        data = files.read_of(content, "t.csv")
    except TcalcError as error:
        assert error.code == "io"
    else:
        assert isinstance(data, files.ArrayData)
        assert memoryview(data.buffer).nbytes == 8 * math.prod(data.shape)
        assert len(data.shape) == 2 or content.lstrip()[:1] in (b"[", b"{"), "what begins so is told to be json"
