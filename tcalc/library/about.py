"""What a tensor is: its sizes, its dtype, and conversions, of which many have nothing to do here."""

from __future__ import annotations

from tcalc.library.builtin import CUT, TYPE_ALONE, Builtin, Form, Rule
from tcalc.library.flops import NOTHING
from tcalc.library.rules import ranked
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.dtypes import DType
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, ConstantType, Pack, TensorType, Type


def _static(size: Size) -> TensorType:
    return TensorType(dtypes.I64, (), None if size is sizes.UNKNOWN else size)


def shape(match: Match) -> Type:
    """All sizes, as a vector of static integers."""
    axes = ranked(match)
    known = tuple([axis.size for axis in axes])
    static = None if any(size is sizes.UNKNOWN for size in known) else known
    return TensorType(dtypes.I64, (Axis(len(axes)),), static)


def one_size(match: Match) -> Type:
    """The size of one axis."""
    x, dim = match["x"], match["dim"]
    assert isinstance(x, TensorType) and isinstance(dim, int)
    axis = x.axes[normal_axis(dim, x)]
    assert isinstance(axis, Axis)
    return _static(axis.size)


def count(match: Match) -> Type:
    """The number of elements."""
    x = match["x"]
    assert isinstance(x, TensorType)
    return _static(x.numel)


def rank(match: Match) -> Type:
    """The number of axes."""
    return _static(len(ranked(match)))


def length(match: Match) -> Type:
    """The size of the first axis."""
    x = match["x"]
    assert isinstance(x, TensorType)
    if not x.axes:
        raise Mismatch("shape", f"{{0}} is {x}, which has no first axis", Place("x"), depth=3)
    if isinstance(x.axes[0], Pack):
        raise Undetermined
    return _static(x.axes[0].size)


def dtype_of(match: Match) -> Type:
    """The dtype as a value."""
    x = match["x"]
    assert isinstance(x, TensorType)
    return ConstantType(x.dtype)


def met_dtype(match: Match) -> Type:
    """What two operands promote to, as a value."""
    return ConstantType(match.promoted("any"))


def met_dtypes(match: Match) -> Type:
    """What two dtypes promote to, as a value."""
    one, other = match["type1"], match["type2"]
    assert isinstance(one, DType) and isinstance(other, DType)
    return ConstantType(dtypes.promote(one, other))


def in_dtype(match: Match) -> Type:
    """The same shape in another dtype."""
    x, dtype = match["x"], match["dtype"]
    assert isinstance(x, TensorType) and isinstance(dtype, DType)
    return TensorType(dtype, x.axes)


def on_device(match: Match) -> Type:
    """The same shape, in another dtype where one is given; where tensors live is settled elsewhere."""
    return in_dtype(match) if match["dtype"] is not None else TensorType(_x(match).dtype, _x(match).axes)


def _x(match: Match) -> TensorType:
    x = match["x"]
    assert isinstance(x, TensorType)
    return x


def width(match: Match) -> Type:
    """The bytes of one element."""
    dtype = _x(match).dtype
    return TensorType(dtypes.I64, (), None if dtype is dtypes.ANY else dtype.itemsize)


def holds(kind: str) -> Rule:
    """Whether the dtype is of a kind."""

    def rule(match: Match) -> Type:
        dtype = _x(match).dtype
        return TensorType(dtypes.BOOL, (), None if dtype is dtypes.ANY else dtype.kind == kind)

    return rule


def like_other(match: Match) -> Type:
    """The same shape in another tensor's dtype."""
    x, other = match["x"], match["other"]
    assert isinstance(x, TensorType) and isinstance(other, TensorType)
    return TensorType(other.dtype, x.axes)


def single(match: Match) -> Type:
    """A tensor of one element as a scalar."""
    x = match["x"]
    assert isinstance(x, TensorType)
    if not sizes.agree(x.numel, 1):
        raise Mismatch("shape", f"{{0}} is {x}, and item() is of one element", Place("x"), depth=3)
    return TensorType(x.dtype, ())


ROWS = [
    Builtin(
        "shape",
        [Form("(x: any[*s]) -> i64[...]", shape, vjp=TYPE_ALONE)],
        attribute=True,
        torch="kernel:shape",
        doc="The sizes of all axes.",
        example="zeros(2, 3).shape  #=> [2, 3]",
    ),
    Builtin(
        "size",
        [
            Form("(x: any[*s]) -> i64[...]", shape, vjp=TYPE_ALONE),
            Form("(x: any[*s], dim: axis) -> i64[...]", one_size, vjp=TYPE_ALONE),
        ],
        torch="kernel:size",
        doc="The size of one axis, or of all axes as a vector.",
        example="zeros(2, 3).size(1)  #=> 3",
    ),
    Builtin(
        "numel",
        [Form("(x: any[*s]) -> i64[]", count, vjp=TYPE_ALONE)],
        torch="kernel:numel",
        aliases=("nelement",),
        doc="The number of elements.",
        example="numel(zeros(2, 3))  #=> 6",
    ),
    Builtin(
        "ndim",
        [Form("(x: any[*s]) -> i64[]", rank, vjp=TYPE_ALONE)],
        attribute=True,
        torch="kernel:rank",
        doc="The number of axes.",
        example="zeros(2, 3).ndim  #=> 2",
    ),
    Builtin(
        "dim",
        [Form("(x: any[*s]) -> i64[]", rank, vjp=TYPE_ALONE)],
        torch="kernel:rank",
        aliases=("ndimension",),
        doc="The number of axes.",
        example="zeros(2, 3).dim()  #=> 2",
    ),
    Builtin(
        "len",
        [Form("(x: any[*s]) -> i64[]", length, vjp=TYPE_ALONE)],
        torch="kernel:length",
        special="len",
        doc="The size of the first axis.",
        example="len(zeros(2, 3))  #=> 2",
    ),
    Builtin(
        "dtype",
        [Form("(x: any[*s]) -> any[...]", dtype_of, vjp=TYPE_ALONE)],
        attribute=True,
        torch="kernel:shape",
        doc="The dtype, as a value that other calls take.",
        example="zeros(2, dtype=[1].dtype)  #=> [0, 0]",
    ),
    Builtin(
        "to",
        [
            Form("(x: any[*s], dtype: dtype) -> any[...]", in_dtype, vjp={"x": "g"}),
            Form("(x: any[*s], other: T[*o]) -> any[...]", like_other, vjp={"x": "g"}),
            Form("(x: any[*s], device: text, dtype: dtype = None) -> any[...]", on_device, vjp={"x": "g"}),
        ],
        torch="kernel:to",
        aliases=("type", "type_as"),
        hints={"type": "x.dtype is the dtype that x has"},
        flops=NOTHING,
        doc="The same numbers in another dtype, or in another tensor's.",
        example="[1, 2].to(f32)  #=> [1.0, 2.0]",
    ),
    Builtin(
        "item",
        [Form("(x: any[*s]) -> any[...]", single, vjp={"x": "reshape(g, x.shape)"})],
        torch="kernel:item",
        view=True,
        doc="A tensor of one element as a scalar.",
        example="[[5]].item()  #=> 5",
    ),
    *[
        Builtin(
            name,
            [Form("(x: any[*s]) -> any[*s]", vjp={"x": "g"})],
            torch="kernel:same",
            view=True,
            doc="The same tensor: values never change, so there is nothing to do.",
            example=f"[1, 2].{name}()  #=> [1, 2]",
        )
        for name in ("clone", "contiguous", "cpu", "from_numpy", "numpy", "tolist")
    ],
    Builtin(
        "detach",
        [Form("(x: any[*s]) -> any[*s]", vjp=CUT)],
        torch="kernel:same",
        view=True,
        doc="The same value, with derivative zero.",
        example="detach([1.0, 2.0])  #=> [1.0, 2.0]",
    ),
    Builtin(
        "data",
        [Form("(x: any[*s]) -> any[*s]", vjp=CUT)],
        torch="kernel:same",
        attribute=True,
        view=True,
        doc="The same value, with derivative zero.",
        example="[1.0, 2.0].data  #=> [1.0, 2.0]",
    ),
    Builtin(
        "result_type",
        [Form("(a: any[*s], b: any[*t]) -> any[...]", met_dtype, vjp=TYPE_ALONE)],
        torch="kernel:shape",
        doc="The dtype of an operation on these two.",
        example="zeros(2, dtype=result_type([1, 2], 0.5))  #=> [0.0, 0.0]",
    ),
    Builtin(
        "promote_types",
        [Form("(type1: dtype, type2: dtype) -> any[...]", met_dtypes)],
        torch="kernel:shape",
        doc="The smallest dtype that two convert to, in torch's order.",
        example="zeros(2, dtype=promote_types(i64, f32))  #=> [0.0, 0.0]",
    ),
    Builtin(
        "element_size",
        [Form("(x: any[*s]) -> i64[]", width, vjp=TYPE_ALONE)],
        torch="kernel:width",
        doc="The bytes that one element takes.",
        example="[1, 2].element_size()  #=> 8",
    ),
    Builtin(
        "is_tensor",
        [Form("(x: any[*s]) -> bool[]", lambda match: TensorType(dtypes.BOOL, (), True), vjp=TYPE_ALONE)],
        torch="kernel:is_tensor",
        doc="Whether the argument is a tensor, which numbers are too.",
        example="is_tensor([1, 2])  #=> True",
    ),
    *[
        Builtin(
            name,
            [Form("(x: any[*s]) -> bool[]", holds(kind), vjp=TYPE_ALONE)],
            torch=f"kernel:{name}",
            doc=f"Whether the dtype is {kind if kind == 'complex' else 'a real floating one'}.",
            example=example,
        )
        for name, kind, example in (
            ("is_floating_point", "float", "is_floating_point([1, 2])  #=> False"),
            ("is_complex", "complex", "is_complex([1j])  #=> True"),
        )
    ],
]
