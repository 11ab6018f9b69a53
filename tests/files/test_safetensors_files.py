"""safetensors: types from the header, elements as the format's own package writes them, and headers that lie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save as packed

from tcalc import files
from tcalc.backend.values import from_array
from tcalc.errors import TcalcError

DTYPES = {
    "bool": torch.bool,
    "u8": torch.uint8,
    "i8": torch.int8,
    "i16": torch.int16,
    "i32": torch.int32,
    "i64": torch.int64,
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "f32": torch.float32,
    "f64": torch.float64,
    "c64": torch.complex64,
}


def written(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    """A file with a header of our own making."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def entry(dtype: Any = "F32", shape: Any = (2,), offsets: Any = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def refused(content: bytes, part: str | None = None) -> TcalcError:
    with pytest.raises(TcalcError) as caught:
        files.read_of(content, "x.safetensors", part=part)
    return caught.value


@pytest.mark.parametrize(("name", "dtype"), DTYPES.items())
@pytest.mark.parametrize("shape", [(), (0,), (3,), (0, 3), (2, 1, 3)])
def test_every_dtype_and_rank(name: str, dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = (torch.arange(int(np.prod(shape))).reshape(shape) % 2).to(dtype)
    content = packed({"x": tensor})
    type = name + (str(list(shape)) if shape else "")
    assert str(files.header_of(content)) == type
    read = from_array(files.read_of(content))
    assert isinstance(read, torch.Tensor)
    assert read.dtype == dtype and torch.equal(read, tensor)


def test_several_tensors_are_a_tuple_with_names() -> None:
    a, b = torch.arange(3.0), torch.tensor([[True]])
    content = packed({"layers.0.weight": a, "b": b}, metadata={"format": "pt", "author": "x"})
    read = files.read_of(content)
    assert isinstance(read, files.Arrays)
    found = dict(zip(read.names, map(from_array, read.arrays), strict=True))
    assert torch.equal(found["layers.0.weight"], a) and torch.equal(found["b"], b)
    assert files.header_of(content) == read.type
    only = files.read_of(content, part="b")
    assert str(only.type) == "bool[1, 1]"


def test_unsigned_integers_are_widened() -> None:
    content = written({"x": entry("U16", [2], [0, 4])}, b"\x00\x00\xff\xff")
    assert str(files.header_of(content)) == "i32[2]"
    read = files.read_of(content)
    assert isinstance(read, files.ArrayData) and list(read.buffer) == [0, 65535]


def test_bytes_of_a_bool_that_are_neither_0_nor_1() -> None:
    read = files.read_of(written({"x": entry("BOOL", [3], [0, 3])}, b"\x00\x02\xff"))
    assert isinstance(read, files.ArrayData) and bytes(read.buffer) == b"\x00\x01\x01"


def test_only_the_tensor_asked_for_must_be_one_that_is_known() -> None:
    content = written({"a": entry("F8_E4M3", [4], [0, 4]), "b": entry("F32", [1], [4, 8])}, bytes(8))
    assert refused(content).message == "x.safetensors holds F8_E4M3 in 'a', a dtype that tcalc does not have"
    assert str(files.read_of(content, part="b").type) == "f32[1]"


def test_a_wrong_name_is_told_the_near_ones() -> None:
    content = packed({"weight": torch.ones(1), "bias": torch.ones(1)})
    error = refused(content, "wieght")
    assert (error.code, error.message) == ("name", "x.safetensors holds no tensor 'wieght'; did you mean 'weight'?")
    error = refused(content, "q")
    assert error.message == "x.safetensors holds no tensor 'q'"
    assert sorted(error.notes[0].removeprefix("it holds ").split(", ")) == ["'bias'", "'weight'"]
    with pytest.raises(TcalcError) as caught:
        files.read_of(b"1,2", part="a")
    assert caught.value.message == "standard input holds one tensor, which has no name"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\x08\x00\x00", "cut short in its header"),
        (written(b"{}", length=2**63), "cut short in its header"),
        (written(b"{}", length=3), "cut short in its header"),
        (written(b"{}"), "holds no tensors"),
        (written({"__metadata__": {"a": "b"}}), "holds no tensors"),
        (written(b"[1]"), "not JSON"),
        (written(b"{" + b'"a":' * 3), "not JSON"),
        (written(b'{"a":' + b"[" * 100_000), "not JSON"),
        (written(b'{"\xff": 1}'), "not JSON"),
        (written(b'{"a": 1' + b"0" * 5000 + b"}"), "not JSON"),
        (written({"x": 1}), "'x' makes no sense"),
        (written({"x": {"dtype": "F32"}}), "'x' makes no sense"),
        (written({"x": entry(shape="ab")}), "makes no sense"),
        (written({"x": entry(shape=[-2])}, bytes(8)), "makes no sense"),
        (written({"x": entry(shape=[2.0])}, bytes(8)), "makes no sense"),
        (written({"x": entry(shape=[True, 2])}, bytes(8)), "makes no sense"),
        (written({"x": entry(offsets=[0])}, bytes(8)), "makes no sense"),
        (written({"x": entry(offsets=[8, 0])}, bytes(8)), "makes no sense"),
        (written({"x": entry(offsets=[0, 4])}, bytes(8)), "makes no sense"),
        (written({"x": entry(offsets=[0, 8])}, bytes(4)), "is cut short: its header says 8 bytes, and 4 bytes follow"),
        (written({"x": entry(offsets=[0, 8])}, bytes(9)), "goes on after its last tensor"),
        (written({"x": entry(offsets=[8, 16])}, bytes(16)), "leaves a hole before 'x'"),
        (written({"x": entry(), "y": entry(offsets=[4, 12])}, bytes(12)), "overlaps another tensor with 'y'"),
        (written({"x": entry(), "y": entry()}, bytes(8)), "overlaps another tensor"),
        (written({"x": entry(dtype="F31")}, bytes(8)), "unknown dtype, 'F31'"),
        (written({"x": entry(dtype=["F32"])}, bytes(8)), "makes no sense"),
        (written({"x": entry("U64", [1])}, bytes(8)), "holds U64, a dtype that tcalc does not have"),
        (written({"x": entry(shape=[2**40, 2**40])}, bytes(8)), "a shape that no tensor has"),
        (written({"x": entry(shape=[0, 2**63], offsets=[0, 0])}), "a shape that no tensor has"),
        (written({"x": entry(shape=[10**400], offsets=[0, 10**400])}), "a shape that no tensor has"),
        (written({"x": entry(shape=[1] * 65, offsets=[0, 4])}, bytes(4)), "has 65 axes, more than 64"),
        (written(b'{"x": 1, "x": 2}'), "'x' is in it twice"),
        (written(json.dumps({"x": entry()}).replace('"shape"', '"dtype": "F32", "shape"').encode(), bytes(8)), "twice"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_headers_that_lie(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    for reading in (files.header, files.read):
        with pytest.raises(TcalcError) as caught:
            reading(str(path))
        assert caught.value.code == "io"
        assert says in caught.value.message


def test_a_header_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    with open(path, "wb") as file:
        file.write((2 * 10**9).to_bytes(8, "little") + b"{")
        file.truncate(10**10)
    with pytest.raises(TcalcError, match=r"has a header of 2 GB; 8 MB are read"):
        files.header(str(path))


def test_terabytes_are_a_memory_error(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    with open(path, "wb") as file:
        head = written({"x": entry("U8", [10**12], [0, 10**12])})
        file.write(head)
        file.truncate(len(head) + 10**12)
    assert str(files.header(str(path))) == "u8[1000000000000]"
    with pytest.raises(TcalcError) as caught:
        files.read(str(path), limit=10**9)
    assert caught.value.code == "memory"


@settings(max_examples=200)
@given(st.data())
def test_no_bytes_raise_anything_but_an_error_of_tcalc(data: st.DataObject) -> None:
    content = bytearray(packed({"a": torch.arange(3.0), "b": torch.ones(2, 2, dtype=torch.int16)}))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        piece = data.draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"[", b"{", b"-", b"9", b'"', b"1e9"])))
        content[at : at + data.draw(st.integers(0, 3))] = piece
    try:
        found = files.read_of(bytes(content), "x.safetensors", limit=10**6)
    except TcalcError as error:
        assert error.code in ("io", "memory")
    else:
        assert str(found.type)
        from_array(found)


def test_it_is_told_by_its_first_bytes() -> None:
    assert str(files.header_of(packed({"x": torch.ones(2)}))) == "f32[2]"


def test_the_layout_says_where_the_elements_lie(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    tensors = {"a": torch.arange(3.0), "b": torch.arange(4, dtype=torch.int16).reshape(2, 2)}
    path.write_bytes(packed(tensors))
    layout = files.layout(str(path))
    content = path.read_bytes()
    assert layout.format == "safetensors" and layout.type == files.header(str(path))
    for placed in layout.tensors:
        raw = bytearray(content[placed.start : placed.stop])
        read = torch.frombuffer(raw, dtype=DTYPES[placed.dtype.name]).reshape(placed.shape)
        assert torch.equal(read, tensors[placed.name])
    (only,) = files.layout(str(path), part="b").tensors
    assert (only.name, only.stored, only.shape) == ("b", "I16", (2, 2))
