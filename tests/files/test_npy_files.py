"""npy files against numpy, which wrote the format: every dtype, order, version and shape, and hostile headers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from tcalc import files
from tcalc.errors import TcalcError

# numpy's dtype: tcalc's, and numpy's for what is held.
DTYPES = {
    "?": ("bool", "?"),
    "u1": ("u8", "u1"),
    "i1": ("i8", "i1"),
    "i2": ("i16", "i2"),
    "i4": ("i32", "i4"),
    "i8": ("i64", "i8"),
    "u2": ("i32", "i4"),
    "u4": ("i64", "i8"),
    "f2": ("f16", "f2"),
    "f4": ("f32", "f4"),
    "f8": ("f64", "f8"),
    "c8": ("c64", "c8"),
    "c16": ("c128", "c16"),
}

Order = Literal["<", ">"]
ORDERS: tuple[Order, ...] = ("<", ">")


def saved(array: np.ndarray, version: tuple[int, int] | None = None) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version, allow_pickle=False)
    return file.getvalue()


def as_numpy(data: files.ArrayData, dtype: str) -> np.ndarray:
    return np.frombuffer(bytes(data.buffer), dtype).reshape(data.shape)


def refused(data: bytes, limit: int | None = None) -> TcalcError:
    """The error of both ways in, which must be the same one."""
    with pytest.raises(TcalcError) as by_read:
        files.read_of(data, "x.npy", limit=limit)
    with pytest.raises(TcalcError) as by_header:
        files.header_of(data, "x.npy", limit=limit)
    assert by_read.value.message == by_header.value.message
    assert by_read.value.span is None
    return by_read.value


def with_header(header: str, version: int = 1, rest: bytes = b"") -> bytes:
    text = header.encode("latin-1")
    return b"\x93NUMPY" + bytes([version, 0]) + len(text).to_bytes(2 if version == 1 else 4, "little") + text + rest


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", DTYPES)
def test_every_dtype_in_both_byte_orders(name: str, order: Order) -> None:
    array = np.arange(-6, 6).astype(name.replace("?", "i1")).reshape(3, 4).astype(np.dtype(name).newbyteorder(order))
    data = files.read_of(saved(array))
    dtype, held = DTYPES[name]
    assert str(data.type) == f"{dtype}[3, 4]"
    assert data.dtype is data.type.dtype
    np.testing.assert_array_equal(as_numpy(data, held), array)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version(version: tuple[int, int]) -> None:
    array = np.array([[1.5, -2.0]])
    np.testing.assert_array_equal(as_numpy(files.read_of(saved(array, version)), "f8"), array)


@given(
    npst.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4),
    st.sampled_from(sorted(DTYPES)),
    st.booleans(),
    st.sampled_from(ORDERS),
)
def test_every_shape_and_order(shape: tuple[int, ...], name: str, fortran: bool, order: Order) -> None:
    count = int(np.prod(shape))
    array = (np.arange(count) % 120).astype(name).reshape(shape).astype(np.dtype(name).newbyteorder(order))
    content = saved(array.copy("F") if fortran else array)
    data = files.read_of(content)
    dtype, held = DTYPES[name]
    inside = f"[{', '.join(map(str, shape))}]" if shape else ""
    assert str(data.type) == f"{dtype}{inside}"
    assert files.header_of(content) == data.type
    assert data.shape == shape
    np.testing.assert_array_equal(as_numpy(data, held), array)


@pytest.mark.parametrize("shape", [(2, 500, 3), (500, 2, 3), (3, 2, 500), (1, 7, 1, 5), (300, 400)])
def test_fortran_order_of_long_axes(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(1).standard_normal(shape)
    np.testing.assert_array_equal(as_numpy(files.read_of(saved(np.asfortranarray(array))), "f8"), array)


def test_special_values_keep_their_bits() -> None:
    array = np.array([np.nan, -np.nan, np.inf, -np.inf, -0.0, 5e-324])
    assert bytes(files.read_of(saved(array)).buffer) == array.tobytes()


def test_unsigned_integers_are_widened_with_their_values() -> None:
    data = files.read_of(saved(np.array([0, 2**32 - 1], "u4")))
    assert str(data.type) == "i64[2]"
    assert as_numpy(data, "i8").tolist() == [0, 2**32 - 1]


def test_a_bool_is_0_or_1() -> None:
    content = saved(np.array([False, True, True]))
    assert bytes(files.read_of(content[:-3] + b"\x00\x02\xff").buffer) == b"\x00\x01\x01"


def test_the_buffer_can_be_written() -> None:
    data = files.read_of(saved(np.arange(3)))
    memoryview(data.buffer).cast("B")[0] = 7
    assert as_numpy(data, "i8").tolist() == [7, 1, 2]


def test_a_file_that_numpy_saved(tmp_path: Path) -> None:
    array = np.arange(6, dtype="f4").reshape(2, 3)
    path = tmp_path / "x.NPY"
    with path.open("wb") as file:
        np.save(file, array)
    assert str(files.header(str(path))) == "f32[2, 3]"
    np.testing.assert_array_equal(as_numpy(files.read(str(path)), "f4"), array)


def test_only_the_first_of_several_arrays_is_read() -> None:
    assert str(files.read_of(saved(np.arange(3)) + saved(np.arange(4))).type) == "i64[3]"


def test_headers_of_other_writers() -> None:
    eight = bytes(range(8))
    for header in [
        "{'descr': '<i4', 'fortran_order': False, 'shape': (2L,), }\n",
        '{"shape":(2,),"fortran_order":False,"descr":"<i4"}',
        "{'descr': 'i4', 'fortran_order': True, 'shape': (2,)}",
        "  { 'descr' : '=i4' , 'fortran_order' : False , 'shape' : ( 2 , ) , }  ",
    ]:
        assert bytes(files.read_of(with_header(header, rest=eight)).buffer) == eight


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array(["a"]), "x.npy holds text, not numbers"),
        (np.array([b"a"]), "x.npy holds text, not numbers"),
        (np.array(["2020-01-01"], "M8[D]"), "x.npy holds dates, not numbers: save x.astype('int64')"),
        (np.array([1], "m8[s]"), "x.npy holds times, not numbers: save x.astype('int64')"),
        (np.zeros(1, "V3"), "x.npy holds raw bytes, not numbers"),
        (np.zeros(1, [("a", "f4"), ("b", "i4")]), "x.npy holds records, not numbers: save one field of them"),
        (
            np.zeros(1, "u8"),
            "x.npy holds unsigned 64-bit integers, which do not all fit i64: save x.astype('int64')",
        ),
    ],
)
def test_what_is_not_numbers_is_refused(array: np.ndarray, message: str) -> None:
    error = refused(saved(array))
    assert (error.code, error.message) == ("io", message)


def test_objects_are_never_unpickled() -> None:
    file = io.BytesIO()
    np.save(file, np.array([{"a": 1}], object), allow_pickle=True)
    assert refused(file.getvalue()).message == "x.npy holds Python objects, which can run programs and are never read"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x93NUMPY", "x.npy is no npy file: its first bytes are not those of one"),
        (with_header("{}", 4), "x.npy is an npy file of version 4.0; 1 to 3 are read"),
        (b"\x93NUMPY\x01\x00\xff\x00{", "x.npy is cut short in its header"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff", "x.npy has a header of 4.29 GB; 65.5 kB are read"),
        (with_header("{}"), "x.npy has a damaged header"),
        (with_header("{'descr': 1 + 1}"), "x.npy has a damaged header"),
        (with_header("{" * 60000), "x.npy has a damaged header"),
        (with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (True,)}"), "x.npy has a damaged header"),
        (with_header("{'descr': '<f8', 'fortran_order': False, 'shape': 3}"), "x.npy has a damaged header"),
        (with_header("{'descr': True, 'fortran_order': False, 'shape': ()}"), "x.npy has a damaged header"),
        (
            with_header(f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({'9' * 5000},)}}"),
            "x.npy has a damaged header",
        ),
        (with_header("{'descr': '<f8', 'fortran_order': False, 'shape': ()} x"), "x.npy has a damaged header"),
        (
            with_header("{'descr': '<q9', 'fortran_order': False, 'shape': ()}"),
            "x.npy holds an unknown dtype, '<q9'",
        ),
        (
            with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4)}", rest=bytes(50)),
            "x.npy is cut short: its header says f64[3, 4], 96 bytes, and 50 bytes follow",
        ),
        (
            with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"),
            "x.npy has a shape that no tensor has, '[-1]'",
        ),
        (
            with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4611686018427387904)}"),
            "x.npy has a shape that no tensor has, '[0, 4611686018427387904]'",
        ),
        (
            with_header(f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({'9' * 50},)}}"),
            "x.npy has a shape that no tensor has, '[999999999999999999999999999999999999...'",
        ),
        (
            with_header(f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({'1,' * 65})}}"),
            "x.npy has 65 axes, more than 64",
        ),
    ],
)
def test_a_damaged_file_is_an_io_error(data: bytes, message: str) -> None:
    error = refused(data)
    assert (error.code, error.message) == ("io", message)


def test_the_limit_on_memory_holds_for_what_is_kept() -> None:
    content = saved(np.zeros(100, "u4"))
    assert str(files.read_of(content, limit=800).type) == "i64[100]"
    error = refused(content, limit=799)
    assert error.code == "memory"
    assert error.message == "x.npy holds i64[100], 800 bytes: more than the limit of 799 bytes"


@settings(max_examples=400)
@given(st.data())
def test_no_bytes_raise_anything_but_an_error_of_tcalc(data: st.DataObject) -> None:
    array = np.arange(6).astype(data.draw(st.sampled_from(["f4", "u2", "?", "c16"]))).reshape(2, 3)
    content = bytearray(saved(np.asfortranarray(array), data.draw(st.sampled_from([(1, 0), (2, 0), (3, 0)]))))
    length = len(content)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(
            st.one_of(st.binary(max_size=3), st.sampled_from([b"(", b"'", b"9", b"-", b"[", b"{", b"'O'"]))
        )
        content[at : at + data.draw(st.integers(0, 3))] = piece
        if not content:
            break
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, length)) :]
    try:
        found = files.read_of(bytes(content), limit=10**6)
    except TcalcError as error:
        assert error.code in ("io", "memory")
    else:
        assert memoryview(found.buffer).nbytes == found.dtype.itemsize * int(np.prod(found.shape))
