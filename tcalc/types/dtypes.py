"""The dtypes, and what comes of several: promotion as torch has it, without torch."""

from __future__ import annotations

from collections.abc import Sequence

#: How an operand counts in `result_type`: a tensor with axes, one without, a Python number or static number.
WEAK, ZERO_DIM, DIMENSIONED = 0, 1, 2

_RANKS = {"bool": 0, "uint": 1, "int": 1, "float": 2, "complex": 3, "any": -1}


class DType:
    """A dtype. Each exists once, so `is` compares them.

    `kind` is one of `bool uint int float complex` (`any` for `ANY`), `rank` its place among them, with `uint` and `int`
    the same; `bits` is the width of one element, both parts of a complex one; `torch_name` the attribute of torch.
    """

    __slots__ = ("bits", "kind", "name", "rank", "torch_name")

    def __init__(self, name: str, kind: str, bits: int, torch_name: str) -> None:
        self.name = name
        self.kind = kind
        self.rank = _RANKS[kind]
        self.bits = bits
        self.torch_name = torch_name

    @property
    def itemsize(self) -> int:
        """Bytes that one element takes; a bool takes one."""
        return (self.bits + 7) // 8

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name or "ANY"


BOOL = DType("bool", "bool", 1, "bool")
U8 = DType("u8", "uint", 8, "uint8")
I8 = DType("i8", "int", 8, "int8")
I16 = DType("i16", "int", 16, "int16")
I32 = DType("i32", "int", 32, "int32")
I64 = DType("i64", "int", 64, "int64")
F16 = DType("f16", "float", 16, "float16")
BF16 = DType("bf16", "float", 16, "bfloat16")
F32 = DType("f32", "float", 32, "float32")
F64 = DType("f64", "float", 64, "float64")
C64 = DType("c64", "complex", 64, "complex64")
C128 = DType("c128", "complex", 128, "complex128")

#: The dtype that is not known yet; with it, every promotion is unknown.
ANY = DType("", "any", 0, "")

DTYPES = (BOOL, U8, I8, I16, I32, I64, F16, BF16, F32, F64, C64, C128)

_BY_NAME = {dtype.name: dtype for dtype in DTYPES} | {dtype.torch_name: dtype for dtype in DTYPES}
_BY_NAME |= {"short": I16, "int": I32, "long": I64, "half": F16, "float": F32, "double": F64}
_BY_NAME |= {"cfloat": C64, "cdouble": C128}


def lookup(name: str) -> DType | None:
    """The dtype by any of its names: `f32`, `float32`, `torch.float32`, and torch's short ones (`float`, `long`).

    None where it is no dtype. In an annotation `int` and `float` mean other things: ask there first.
    """
    return _BY_NAME.get(name.removeprefix("torch."))


def promote(a: DType, b: DType) -> DType:
    """The dtype of an operation on two tensors, as `torch.promote_types`."""
    if a is b or b is ANY:
        return b
    if a is ANY:
        return a
    low, high = (a, b) if (a.rank, a.bits) < (b.rank, b.bits) else (b, a)
    if high.kind == "complex":
        return C128 if low is F64 else high
    if low.rank == high.rank and low.bits == high.bits:
        # The two pairs of one width, where neither holds all values of the other.
        return F32 if high.kind == "float" else I16
    return high


def result_type(operands: Sequence[tuple[DType, int]], default_float: DType = F32) -> DType:
    """The dtype of an operation on operands that are each DIMENSIONED, ZERO_DIM or WEAK, as `torch.result_type`.

    Operands of a higher tier decide; those of a lower one count only by kind. A weak float has the default float's
    width, a weak complex number twice that.
    """
    tiers: list[DType | None] = [None, None, None]
    for dtype, tier in operands:
        if dtype is ANY:
            return ANY
        if tier == WEAK and dtype.rank >= 2:
            dtype = default_float if dtype.kind == "float" else complex_of(default_float)
        seen = tiers[tier]
        tiers[tier] = dtype if seen is None else promote(seen, dtype)
    result: DType | None = None
    for dtype_of_tier in tiers:
        result = _outweigh(dtype_of_tier, result)
    if result is None:
        raise ValueError("no operands")
    return result


def _outweigh(higher: DType | None, lower: DType | None) -> DType | None:
    """What a tier makes of those below: its own dtype, unless they are of a kind that it cannot hold."""
    if higher is None or lower is None:
        return lower if higher is None else higher
    if lower.rank <= higher.rank:
        return higher
    return complex_of(higher) if lower.kind == "complex" and higher.kind == "float" else promote(higher, lower)


def widens(source: DType, target: DType) -> bool:
    """Whether a conversion goes up in torch's order, or one side is unknown."""
    return source is ANY or promote(source, target) is target


def float_of(dtype: DType, default_float: DType = F32) -> DType:
    """What a floating function (`sin`, `/`, `mean`) gives: the default float for integers and bools."""
    return default_float if dtype.kind in ("bool", "uint", "int") else dtype


def is_step(source: DType, target: DType) -> bool:
    """Whether converting from one dtype to another rounds numbers to fewer, as a step does: its derivative is 0."""
    return target.rank < min(2, source.rank)


def held(value: object, dtype: DType) -> object:
    """Real numbers, nested tuples of them, as a dtype holds them, but for rounding; None where torch has to say it."""
    if isinstance(value, tuple):
        items = tuple([held(each, dtype) for each in value])
        return None if None in items else items
    if not isinstance(value, int | float):
        return None
    if dtype.kind == "bool":
        return bool(value)
    if dtype.rank >= 2:
        return value
    low = -(2 ** (dtype.bits - 1)) if dtype.kind == "int" else 0
    if isinstance(value, int):
        return (value - low) % 2**dtype.bits + low
    return int(value) if low <= value < low + 2**dtype.bits else None


def complex_of(dtype: DType, default_float: DType = F32) -> DType:
    """The complex dtype whose parts are such floats; c64 for the half-width ones too, as there is no narrower one."""
    if dtype.rank < 2 and dtype is not ANY:
        dtype = default_float
    if dtype.kind == "float":
        return C128 if dtype is F64 else C64
    return dtype


def real_of(dtype: DType) -> DType:
    """The dtype of the parts, of `abs`, of `real`; any but a complex dtype is its own."""
    if dtype.kind != "complex":
        return dtype
    return F64 if dtype is C128 else F32


def wide_of(dtype: DType) -> DType:
    """What `sum`, `prod` and `cumsum` give: i64 for integers and bools."""
    return I64 if dtype.kind in ("bool", "uint", "int") else dtype
