"""What is saved loads back to the same tensor, in every format, and NumPy, safetensors and json read the same."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes
from safetensors.torch import load as unpacked

from tcalc import files
from tcalc.backend.values import TCALC, TORCH, Numbers, from_array
from tcalc.errors import TcalcError
from tcalc.files import save
from tcalc.files.data import Input
from tcalc.types import dtypes
from tcalc.types.dtypes import DType
from tcalc.types.tensor import TupleType, shaped


class Collected:
    """Where a format writes to: bytes in memory."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes | memoryview) -> None:
        self.pieces.append(bytes(data))


def numbers(tensor: torch.Tensor) -> Numbers:
    return Numbers(tensor, shaped(TCALC[tensor.dtype], *tensor.shape))


def stored(ending: str, *tensors: torch.Tensor, names: str = "", default_float: DType = dtypes.F32) -> bytes:
    """The bytes of a file."""
    from tcalc.files.formats import FORMATS

    sink = Collected()
    parts = list(zip(names.split() or map(str, range(len(tensors))), map(numbers, tensors), strict=True))
    FORMATS[ending].write(sink, parts, default_float)
    return b"".join(sink.pieces)


def loaded(content: bytes, default_float: DType = dtypes.F32, ending: str = "") -> torch.Tensor:
    """The tensor of a file, told by its first bytes, or by the ending."""
    from tcalc.files.formats import FORMATS

    source = Input(io.BytesIO(content), len(content), "x", default_float)
    read = from_array(FORMATS[ending].read(source) if ending else files.read_of(content, default_float=default_float))
    assert isinstance(read, torch.Tensor)
    return read


def assert_same(one: torch.Tensor, other: torch.Tensor) -> None:
    """dtype, shape and every bit, the sign of zero too; NaN is NaN."""
    assert (one.dtype, one.shape) == (other.dtype, other.shape)
    if one.is_complex():
        one, other = torch.view_as_real(one.resolve_conj()), torch.view_as_real(other.resolve_conj())
    torch.testing.assert_close(one, other, rtol=0, atol=0, equal_nan=True)
    if one.is_floating_point():
        rest = ~one.isnan()
        assert torch.equal(torch.signbit(one)[rest], torch.signbit(other)[rest])


@st.composite
def tensors(draw: st.DrawFn, kinds: tuple[str, ...], most_axes: int = 3, least: int = 0) -> torch.Tensor:
    """Any bits of a dtype, in any strides."""
    dtype = TORCH[draw(st.sampled_from([each for each in dtypes.DTYPES if each.kind in kinds]))]
    shape = draw(st.one_of(st.just(()), array_shapes(max_dims=most_axes, min_side=least, max_side=4)))
    count = int(np.prod(shape))
    width = torch.empty((), dtype=dtype).element_size()
    raw = draw(st.binary(min_size=count * width, max_size=count * width))
    if dtype == torch.bool:
        raw = bytes(byte % 2 for byte in raw)
    flat = torch.frombuffer(bytearray(raw), dtype=dtype) if count else torch.empty(0, dtype=dtype)
    tensor = flat.reshape(shape)
    return tensor.mT if tensor.dim() > 1 and draw(st.booleans()) else tensor


ALL = ("bool", "uint", "int", "float", "complex")


@settings(max_examples=100)
@given(tensors(ALL))
def test_npy(tensor: torch.Tensor) -> None:
    if tensor.dtype == torch.bfloat16:
        return
    content = stored(".npy", tensor)
    assert_same(loaded(content), tensor)
    assert_same(torch.from_numpy(np.load(io.BytesIO(content), allow_pickle=False)), tensor)


@settings(max_examples=100)
@given(st.lists(tensors(ALL), min_size=1, max_size=3))
def test_safetensors(several: list[torch.Tensor]) -> None:
    several = [each for each in several if each.dtype != torch.complex128] or [torch.ones(1)]
    names = "weight b x.y"
    content = stored(".safetensors", *several, names=" ".join(names.split()[: len(several)]))
    theirs = unpacked(content)
    ours = files.read_of(content)
    arrays = ours.arrays if isinstance(ours, files.Arrays) else [ours]
    for name, tensor, array in zip(names.split(), several, arrays, strict=False):
        assert_same(theirs[name], tensor)
        read = from_array(array)
        assert isinstance(read, torch.Tensor)
        assert_same(read, tensor)
    if isinstance(ours, files.Arrays):
        assert ours.names == tuple(names.split()[: len(several)])


def as_loaded(tensor: torch.Tensor, default_float: torch.dtype) -> torch.Tensor:
    """The dtype that numbers without one are given."""
    if tensor.dtype == torch.bool:
        return tensor
    return tensor.to(default_float if tensor.is_floating_point() else torch.int64)


@settings(max_examples=100)
@given(tensors(("bool", "uint", "int", "float"), least=1), st.sampled_from([dtypes.F32, dtypes.F64]))
def test_json(tensor: torch.Tensor, default_float: DType) -> None:
    content = stored(".json", tensor, default_float=default_float)
    assert_same(loaded(content, default_float, ".json"), as_loaded(tensor, TORCH[default_float]))
    json.loads(content, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


@settings(max_examples=100)
@given(tensors(("bool", "uint", "int", "float"), 2, 1), st.sampled_from([dtypes.F32, dtypes.F64]))
def test_csv(tensor: torch.Tensor, default_float: DType) -> None:
    content = stored(".csv", tensor, default_float=default_float)
    matrix = tensor.reshape(-1, 1) if tensor.dim() < 2 else tensor
    matrix = matrix.long() if matrix.dtype == torch.bool else matrix
    assert_same(loaded(content, default_float), as_loaded(matrix, TORCH[default_float]))


def test_decimals_are_the_shortest() -> None:
    x = torch.tensor([[0.1, 1e20], [float("nan"), -0.0]])
    assert stored(".csv", x) == b"0.1,1e20\nnan,-0.0\n"
    assert stored(".json", x) == b'[[0.1, 1e20], ["NaN", -0.0]]\n'
    assert stored(".csv", x.double()[:1]) == b"0.10000000149011612,1.0000000200408773e20\n"
    assert stored(".csv", torch.tensor([True, False])) == b"1\n0\n"
    assert stored(".json", torch.tensor([[True, False]])) == b"[[true, false]]\n"
    assert stored(".json", torch.tensor(3)) == b"3\n"
    assert stored(".json", torch.ones(2, 0)) == b"[[], []]\n"
    assert stored(".json", torch.ones(0)) == b"[]\n"


def test_half_floats_keep_their_value_as_wider_ones() -> None:
    x = torch.tensor([0.1], dtype=torch.bfloat16)
    assert stored(".json", x) == b"[0.100097656]\n"
    assert loaded(stored(".csv", x)).item() == x.item()


def test_an_object_holds_several() -> None:
    content = stored(".json", torch.ones(2), torch.tensor(3), names="a b")
    assert json.loads(content) == {"a": [1.0, 1.0], "b": 3}
    read = files.read_of(content)
    assert isinstance(read, files.Arrays)
    assert (str(read.type), read.names) == ("(f32[2], i64)", ("a", "b"))
    assert str(files.read_of(content, part="b").type) == "i64"
    assert files.read_of(b'{"a": [1]}').type == shaped(dtypes.I64, 1), "one tensor is that tensor"


def test_pieces_join() -> None:
    x = torch.arange(70_001.0)
    assert [float(line) for line in stored(".csv", x).split()] == x.tolist()
    matrix = x[:70_000].reshape(7, 10_000)
    assert json.loads(stored(".json", matrix)) == matrix.tolist()
    assert torch.equal(loaded(stored(".csv", matrix)), matrix)
    strided = torch.arange(3_000_000.0).reshape(3, 1_000_000).mT
    assert torch.equal(loaded(stored(".npy", strided)), strided)


def test_a_view_is_stored_as_what_it_shows() -> None:
    z = torch.tensor([1 + 2j, 3 - 4j])
    assert_same(loaded(stored(".npy", z.conj().resolve_conj())), torch.tensor([1 - 2j, 3 + 4j]))
    assert loaded(stored(".npy", z.conj().imag)).tolist() == [-2.0, 4.0]
    assert torch.equal(loaded(stored(".npy", torch.ones(1).expand(5))), torch.ones(5))


@pytest.mark.parametrize(
    ("ending", "type", "code", "says", "able"),
    [
        (".npy", shaped(dtypes.BF16, 2), "dtype", "a .npy file cannot hold bf16", ".safetensors, .csv or .json can"),
        (".safetensors", shaped(dtypes.C128), "dtype", "cannot hold c128", ".npy can"),
        (".csv", shaped(dtypes.C64, 2), "dtype", "cannot hold c64", ".npy or .safetensors can"),
        (".json", shaped(dtypes.C64, 2), "dtype", "cannot hold c64", ".npy or .safetensors can"),
        (".csv", shaped(dtypes.F32, 2, 2, 2), "shape", "more than two axes, and this is f32[2, 2, 2]", ".npy"),
        (".csv", shaped(dtypes.F32, 0), "shape", "without a number", ".npy, .safetensors or .json can"),
        (".json", shaped(dtypes.F32, 0, 3), "shape", "cannot tell f32[0, 3] from f32[0]", ".npy or .safetensors can"),
        (".npy", TupleType((shaped(dtypes.F32),)), "type", "one tensor, and this is a tuple (f32,)", ".safetensors or"),
        (".json", TupleType(()), "type", "nothing in the tuple", ""),
        (".json", TupleType((TupleType((shaped(dtypes.F32),)),)), "type", "is a tuple", ""),
    ],
)
def test_what_a_format_cannot_hold(ending: str, type: dtypes.DType, code: str, says: str, able: str) -> None:
    with pytest.raises(TcalcError) as caught:
        save.check_type("x" + ending, type)  # type: ignore[arg-type]  # any type
    assert caught.value.code == code
    assert says in caught.value.message
    assert able in " ".join(caught.value.notes)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("x", "x tells no format: end it in .npy, .safetensors, .csv or .json"),
        ("", "'' tells no format"),
        (".npy", ".npy tells no format"),
        ("x.pt", "x.pt would be a pickle"),
        ("-", "save writes files"),
    ],
)
def test_endings(path: str, says: str) -> None:
    with pytest.raises(TcalcError) as caught:
        save.check_path(path)
    assert (caught.value.code, says in caught.value.message) == ("io", True)


def test_layouts_of_the_other_formats(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    array = np.asfortranarray(np.arange(6, dtype=">f4").reshape(2, 3))
    np.save(path, array)
    (placed,) = files.layout(str(path)).tensors
    assert (placed.stored, placed.dtype, placed.fortran, placed.shape) == (">f4", dtypes.F32, True, (2, 3))
    raw = path.read_bytes()[placed.start : placed.stop]
    np.testing.assert_array_equal(np.frombuffer(raw, ">f4").reshape(2, 3, order="F"), array)
    (tmp_path / "x.csv").write_text("a;b\n1;2\n")
    layout = files.layout(str(tmp_path / "x.csv"))
    assert (layout.format, layout.mark, layout.head, str(layout.type)) == ("csv", ";", True, "i64[1, 2]")
    assert files.layout_of(b"[1.5]").format == "json"
